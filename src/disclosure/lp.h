/* Linear and 0/1 programs through GLPK: the only file that sees GLPK.
 *
 * Minimise cost * x subject to row_lo <= A x <= row_hi and lo <= x <= hi. Infinite bounds are
 * INFINITY. Warm starts: a solve begins at the basis of the one before. Deterministic: work is
 * limited by iterations, never by the clock. Columns and rows count from 0. One lp is used by one
 * thread at a time; several may live in several threads. */
#ifndef DISCLOSURE_LP_H
#define DISCLOSURE_LP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp;

enum lp_result {
    LP_OPTIMAL,
    LP_INFEASIBLE,
    LP_UNBOUNDED,
    LP_STOPPED /* the limit of iterations, or GLPK gave up numerically */
};

struct lp *lp_new(uint32_t columns);
void lp_free(struct lp *lp);
/* Gives this thread's GLPK memory back; after the last lp_free of a thread. */
void lp_end_thread(void);
/* A constraint with n entries; returns its number. */
uint32_t lp_add_row(struct lp *lp, uint32_t n, const uint32_t *column, const double *value,
                    double lo, double hi);
/* Another column at the end, with entries in rows that are there. */
uint32_t lp_add_column(struct lp *lp, uint32_t n, const uint32_t *row, const double *value,
                       double lo, double hi, double cost);
void lp_bounds(struct lp *lp, uint32_t column, double lo, double hi);
void lp_row_bounds(struct lp *lp, uint32_t row, double lo, double hi);
void lp_cost(struct lp *lp, uint32_t column, double cost);

/* The next solve begins at the basis of the rows. */
void lp_forget_basis(struct lp *lp);
/* Crash basis; before the first solve of a large program. */
void lp_start_basis(struct lp *lp);
/* Dual simplex first when bounds changed (dual = true), primal first when costs changed. */
enum lp_result lp_solve(struct lp *lp, bool dual);
/* At most this many primal iterations towards the optimum. LP_STOPPED: there are more to do. *fits:
 * the values are a solution, if not yet the best. */
enum lp_result lp_improve(struct lp *lp, int iterations, bool *fits);
double lp_value(const struct lp *lp, uint32_t column);
double lp_objective(const struct lp *lp);
double lp_row_price(const struct lp *lp, uint32_t row);
uint64_t lp_iterations(const struct lp *lp);

/* Branch and bound over columns that are all 0/1, from the present basis of an optimal relaxation.
 * Stops after `max_iterations` simplex iterations, or when no solution can be better than the best
 * one by `gap` or more. Best values in x (when one was found); *bound is proven. */
struct lp_branch {
    uint64_t max_iterations;
    double gap;
    const double *start; /* a solution that is known, or NULL: only better ones are looked for */
    double *x;
    bool found;
    double objective, bound;
};
enum lp_result lp_branch(struct lp *lp, struct lp_branch *b);

#endif
