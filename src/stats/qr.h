/* Householder QR with column pivoting (Golub & Van Loan, Matrix Computations, algorithm 5.4.1) for
 * the small least-squares steps of the estimators. Column-major: element (i, j) at a[j * rows + i].
 */
#ifndef STATS_QR_H
#define STATS_QR_H

#include <stdbool.h>
#include <stddef.h>

#define QR_COLUMNS_MAX 512

struct qr {
    size_t rows;
    int columns, rank;
    bool in_order; /* take the first independent column at each step, not the best one */
    double *a;     /* rows * columns: reflectors below the diagonal, R on and above */
    double *tau;   /* columns */
    int *pivot;    /* columns: pivot[k] is the column that stands k-th */
};

/* Factors in place; q->a, tau, pivot, rows, columns are set by the caller. A column whose norm
 * falls below `tolerance` times what it was counts as dependent. Cost 2 rows columns^2. */
void qr_factor(struct qr *q, double tolerance);
/* Least squares min |A x - b|; b (rows) is overwritten with Q'b; dependent columns get x = 0. */
void qr_solve(const struct qr *q, double *b, double *x);
/* (A'A)^-1 of the independent columns: out[i * columns + j] in the caller's column numbering, NAN
 * in the rows and columns of dependent ones. `work` has columns * columns places. */
void qr_inverse_gram(const struct qr *q, double *out, double *work);

#endif
