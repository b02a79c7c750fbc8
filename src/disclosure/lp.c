#include "disclosure/lp.h"

#include "base/err.h"
#include "base/mem.h"

#include <glpk.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

struct lp {
    glp_prob *p;
    int *index;
    double *value;
    size_t cap;
    uint64_t iterations;
};

struct lp *lp_new(uint32_t columns)
{
    struct lp *lp = mem_zalloc(1, sizeof *lp);
    glp_term_out(GLP_OFF);
    lp->p = glp_create_prob();
    if (columns)
        glp_add_cols(lp->p, (int)columns);
    return lp;
}

void lp_free(struct lp *lp)
{
    if (!lp)
        return;
    glp_delete_prob(lp->p);
    free(lp->index);
    free(lp->value);
    free(lp);
}

void lp_end_thread(void)
{
    glp_free_env();
}

static int bound_type(double lo, double hi)
{
    if (lo == hi)
        return GLP_FX;
    if (isinf(lo))
        return isinf(hi) ? GLP_FR : GLP_UP;
    return isinf(hi) ? GLP_LO : GLP_DB;
}

/* GLPK counts entries from 1. */
static void one_based(struct lp *lp, uint32_t n, const uint32_t *index, const double *value)
{
    if (lp->cap < (size_t)n + 1) {
        lp->cap = (size_t)n * 2 + 64;
        lp->index = mem_resize(lp->index, lp->cap, sizeof *lp->index);
        lp->value = mem_resize(lp->value, lp->cap, sizeof *lp->value);
    }
    for (uint32_t k = 0; k < n; k++) {
        lp->index[k + 1] = (int)index[k] + 1;
        lp->value[k + 1] = value[k];
    }
}

uint32_t lp_add_row(struct lp *lp, uint32_t n, const uint32_t *column, const double *value,
                    double lo, double hi)
{
    int i = glp_add_rows(lp->p, 1);
    one_based(lp, n, column, value);
    if (n)
        glp_set_mat_row(lp->p, i, (int)n, lp->index, lp->value);
    glp_set_row_bnds(lp->p, i, bound_type(lo, hi), lo, hi);
    return (uint32_t)i - 1;
}

uint32_t lp_add_column(struct lp *lp, uint32_t n, const uint32_t *row, const double *value,
                       double lo, double hi, double cost)
{
    int j = glp_add_cols(lp->p, 1);
    one_based(lp, n, row, value);
    if (n)
        glp_set_mat_col(lp->p, j, (int)n, lp->index, lp->value);
    glp_set_col_bnds(lp->p, j, bound_type(lo, hi), lo, hi);
    glp_set_obj_coef(lp->p, j, cost);
    return (uint32_t)j - 1;
}

/* A nonbasic column must stand on a bound that it still has. */
void lp_bounds(struct lp *lp, uint32_t column, double lo, double hi)
{
    glp_set_col_bnds(lp->p, (int)column + 1, bound_type(lo, hi), lo, hi);
}

void lp_row_bounds(struct lp *lp, uint32_t row, double lo, double hi)
{
    glp_set_row_bnds(lp->p, (int)row + 1, bound_type(lo, hi), lo, hi);
}

void lp_cost(struct lp *lp, uint32_t column, double cost)
{
    glp_set_obj_coef(lp->p, (int)column + 1, cost);
}

void lp_forget_basis(struct lp *lp)
{
    glp_std_basis(lp->p);
}

void lp_start_basis(struct lp *lp)
{
    if (glp_get_num_rows(lp->p) > 0)
        glp_adv_basis(lp->p, 0);
}

static int simplex(struct lp *lp, int method, int iterations)
{
    glp_smcp s;
    glp_init_smcp(&s);
    s.msg_lev = GLP_MSG_OFF;
    s.meth = method;
    s.it_lim = iterations;
    int before = glp_get_it_cnt(lp->p);
    int rc = glp_simplex(lp->p, &s);
    if (rc == GLP_EBADB || rc == GLP_ESING || rc == GLP_ECOND) {
        glp_adv_basis(lp->p, 0);
        rc = glp_simplex(lp->p, &s);
    }
    lp->iterations += (uint64_t)(glp_get_it_cnt(lp->p) - before);
    return rc;
}

static enum lp_result result_of(int status)
{
    switch (status) {
    case GLP_OPT:
        return LP_OPTIMAL;
    case GLP_NOFEAS:
        return LP_INFEASIBLE;
    case GLP_UNBND:
        return LP_UNBOUNDED;
    default:
        return LP_STOPPED;
    }
}

enum lp_result lp_solve(struct lp *lp, bool dual)
{
    if (glp_get_num_rows(lp->p) == 0) /* GLPK refuses an empty matrix in some methods */
        dual = false;
    int rc = simplex(lp, dual ? GLP_DUALP : GLP_PRIMAL, INT_MAX);
    if (rc == 0)
        return result_of(glp_get_status(lp->p));
    glp_std_basis(lp->p);
    rc = simplex(lp, GLP_PRIMAL, INT_MAX);
    return rc == 0 ? result_of(glp_get_status(lp->p)) : LP_STOPPED;
}

enum lp_result lp_improve(struct lp *lp, int iterations, bool *fits)
{
    int rc = simplex(lp, GLP_PRIMAL, iterations);
    *fits = (rc == 0 || rc == GLP_EITLIM) && glp_get_prim_stat(lp->p) == GLP_FEAS;
    return rc == 0 ? result_of(glp_get_status(lp->p)) : LP_STOPPED;
}

double lp_value(const struct lp *lp, uint32_t column)
{
    return glp_get_col_prim(lp->p, (int)column + 1);
}

double lp_objective(const struct lp *lp)
{
    return glp_get_obj_val(lp->p);
}

double lp_row_price(const struct lp *lp, uint32_t row)
{
    return glp_get_row_dual(lp->p, (int)row + 1);
}

uint64_t lp_iterations(const struct lp *lp)
{
    return lp->iterations;
}

/* ---- branch and bound ---- */

struct watch {
    struct lp_branch *b;
    int first_iteration;
    bool stopped, proven, started;
};

/* GLPK counts from 1. */
static void offer_start(struct watch *w, glp_tree *tree)
{
    if (w->b->start && !w->started) {
        w->started = true;
        glp_ios_heur_sol(tree, w->b->start - 1);
    }
}

static void watch_tree(glp_tree *tree, void *info)
{
    struct watch *w = info;
    glp_prob *p = glp_ios_get_prob(tree);
    if (glp_ios_reason(tree) == GLP_IHEUR)
        offer_start(w, tree);
    int best = glp_ios_best_node(tree);
    if (best) {
        double bound = glp_ios_node_bound(tree, best);
        if (bound > w->b->bound)
            w->b->bound = bound;
        if (glp_mip_status(p) == GLP_FEAS && glp_mip_obj_val(p) - w->b->bound < w->b->gap) {
            w->proven = true;
            glp_ios_terminate(tree);
        }
    }
    if ((uint64_t)(glp_get_it_cnt(p) - w->first_iteration) > w->b->max_iterations) {
        w->stopped = true;
        glp_ios_terminate(tree);
    }
}

enum lp_result lp_branch(struct lp *lp, struct lp_branch *b)
{
    int n = glp_get_num_cols(lp->p);
    for (int j = 1; j <= n; j++)
        glp_set_col_kind(lp->p, j, GLP_IV);
    struct watch w = {.b = b, .first_iteration = glp_get_it_cnt(lp->p)};
    glp_iocp io;
    glp_init_iocp(&io);
    io.msg_lev = GLP_MSG_OFF;
    io.cb_func = watch_tree;
    io.cb_info = &w;
    b->bound = lp_objective(lp);
    int rc = glp_intopt(lp->p, &io);
    lp->iterations += (uint64_t)(glp_get_it_cnt(lp->p) - w.first_iteration);
    int status = glp_mip_status(lp->p);
    b->found = status == GLP_OPT || status == GLP_FEAS;
    if (b->found) {
        b->objective = glp_mip_obj_val(lp->p);
        for (int j = 1; j <= n; j++)
            b->x[j - 1] = glp_mip_col_val(lp->p, j);
        if (status == GLP_OPT && !w.stopped)
            b->bound = b->objective;
    }
    for (int j = 1; j <= n; j++)
        glp_set_col_kind(lp->p, j, GLP_CV);
    if (w.stopped || (rc != 0 && !w.proven))
        return LP_STOPPED;
    return b->found ? LP_OPTIMAL : LP_INFEASIBLE;
}
