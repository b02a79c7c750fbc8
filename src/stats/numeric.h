/* Small numerics that the estimators share. Pure; nothing here allocates. */
#ifndef STATS_NUMERIC_H
#define STATS_NUMERIC_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A compensated sum (Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation
 * endlicher Summen"): the error does not grow with the number of terms. Start from NSUM_ZERO. Terms
 * are finite. */
struct nsum {
    double sum, lost;
};
#define NSUM_ZERO ((struct nsum){0, 0})

static inline void nsum_add(struct nsum *a, double x)
{
    double t = a->sum + x;
    a->lost += fabs(a->sum) >= fabs(x) ? (a->sum - t) + x : (x - t) + a->sum;
    a->sum = t;
}

static inline double nsum_value(const struct nsum *a)
{
    return a->sum + a->lost;
}

/* Sum of a vector, compensated. */
double num_sum(const double *x, size_t n);

/* Sample quantile of *sorted* x[0..n-1], n > 0, for 0 <= p <= 1. `type` is that of Hyndman & Fan
 * (1996): 7 (the default of most programs) or 8 (median-unbiased); another type is a BUG. */
double num_quantile(const double *sorted, size_t n, double p, int type);

/* Symmetric n x n matrices, full storage, row i column j at [i * n + j]. */

/* Factors a (its lower triangle is read) as L D L' in place: unit L below the diagonal, D on it. A
 * pivot below tolerance * (largest diagonal) is set to zero together with its column: that column
 * is a linear combination of those before it. Returns the rank, or -1 - rank when a pivot is
 * clearly negative (the matrix is not non-negative definite) or not a number. */
int num_ldl(double *a, int n, double tolerance);
/* Solves (L D L') x = b in place; a dropped column gets x = 0. */
void num_ldl_solve(const double *ldl, int n, double *b);
/* Inverse from the factors, in full; dropped rows and columns are zero. */
void num_ldl_inverse(const double *ldl, int n, double *inverse);

/* Zero of f in [lo, hi], where f(lo) and f(hi) have opposite signs (or one is zero): Brent's method
 * to the last few bits. NAN when the signs agree. f must be finite at the points asked. */
double num_root(double (*f)(double x, const void *ctx), const void *ctx, double lo, double hi);

#endif
