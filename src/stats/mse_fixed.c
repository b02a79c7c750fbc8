/* A named model in full: last steps by QR, standard errors, rank, program, eigenvalue. */
#include "stats/mse_fit.h"
#include "stats/numeric.h"
#include "stats/qr.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <gsl/gsl_eigen.h>
#include <math.h>

#define QR_WORK_MAX 4e8 /* multiplications in one factorization */

struct fixed_design {
    size_t rows;
    int columns;
    uint32_t *cell, *term;
    double *y, *mu, *beta;
};

static void residuals(const struct fixed_design *d, double *score)
{
    for (size_t i = 0; i < d->rows; i++) {
        double eta = 0;
        for (int j = 0; j < d->columns; j++)
            if ((d->cell[i] & d->term[j]) == d->term[j])
                eta += d->beta[j];
        d->mu[i] = exp(eta);
    }
    for (int j = 0; j < d->columns; j++) {
        struct nsum s = NSUM_ZERO;
        for (size_t i = 0; i < d->rows; i++)
            if ((d->cell[i] & d->term[j]) == d->term[j])
                nsum_add(&s, d->y[i] - d->mu[i]);
        score[j] = nsum_value(&s);
    }
}

static double largest(const double *v, int n)
{
    double m = 0;
    for (int i = 0; i < n; i++)
        m = fmax(m, fabs(v[i]));
    return m;
}

/* sqrt(W) X at the current means, factored. */
static void weigh(const struct fixed_design *d, struct qr *q)
{
    for (int j = 0; j < d->columns; j++)
        for (size_t i = 0; i < d->rows; i++)
            q->a[(size_t)j * d->rows + i] =
                (d->cell[i] & d->term[j]) == d->term[j] ? sqrt(d->mu[i]) : 0;
    qr_factor(q, 1e-12);
}

/* Two Gauss-Newton steps by QR from the lattice engine's answer, each kept only when the scores do
 * not grow; then the covariance from R. */
static void refine(struct fixed_design *d, double *covariance, struct arena *a)
{
    size_t p = (size_t)d->columns;
    struct qr q = {.rows = d->rows,
                   .columns = d->columns,
                   .a = arena_array(a, d->rows * p, sizeof(double)),
                   .tau = arena_array(a, p, sizeof(double)),
                   .pivot = arena_array(a, p, sizeof(int))};
    double *score = arena_array(a, p, sizeof *score), *step = arena_array(a, p, sizeof *step);
    double *b = arena_array(a, d->rows, sizeof *b);
    residuals(d, score);
    for (int k = 0; k < 2; k++) {
        double before = largest(score, d->columns);
        weigh(d, &q);
        for (size_t i = 0; i < d->rows; i++)
            b[i] = (d->y[i] - d->mu[i]) / sqrt(d->mu[i]);
        qr_solve(&q, b, step);
        for (size_t j = 0; j < p; j++)
            d->beta[j] += step[j];
        residuals(d, score);
        if (largest(score, d->columns) > before) {
            for (size_t j = 0; j < p; j++)
                d->beta[j] -= step[j];
            residuals(d, score);
            break;
        }
    }
    weigh(d, &q);
    qr_inverse_gram(&q, covariance, arena_array(a, p * p, sizeof(double)));
}

/* Smallest eigenvalue of X'X: entry (j, k) counts the kept cells that hold both terms. */
static double smallest_eigenvalue(const struct fixed_design *d, int lists, struct arena *a)
{
    double *holds = arena_array(a, mse_cells(lists), sizeof *holds);
    for (size_t i = 0; i < d->rows; i++)
        holds[d->cell[i]] = 1;
    mse_sum_over_supersets(holds, lists);
    size_t p = (size_t)d->columns;
    gsl_matrix *g = gsl_matrix_alloc(p, p);
    gsl_vector *value = gsl_vector_alloc(p);
    gsl_eigen_symm_workspace *w = gsl_eigen_symm_alloc(p);
    for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < p; k++)
            gsl_matrix_set(g, j, k, holds[d->term[j] | d->term[k]]);
    gsl_eigen_symm(g, value, w);
    double least = gsl_vector_min(value);
    gsl_eigen_symm_free(w);
    gsl_vector_free(value);
    gsl_matrix_free(g);
    /* integers of this size: what is left of a zero eigenvalue is rounding */
    return fabs(least) < 1e-10 * holds[0] ? 0 : least;
}

static void fixed_numbers(struct mse_fixed *out, const struct fixed_design *d)
{
    struct nsum loglik = NSUM_ZERO, deviance = NSUM_ZERO, pearson = NSUM_ZERO;
    for (size_t i = 0; i < d->rows; i++) {
        double y = d->y[i], mu = d->mu[i];
        nsum_add(&loglik, (y > 0 ? y * log(mu) : 0) - mu - lgammafn(y + 1));
        nsum_add(&deviance, 2 * ((y > 0 ? y * log(y / mu) : 0) - (y - mu)));
        nsum_add(&pearson, (y - mu) * (y - mu) / mu);
    }
    out->loglik = nsum_value(&loglik);
    out->deviance = nsum_value(&deviance);
    out->pearson = nsum_value(&pearson);
    out->dark = exp(d->beta[0]);
    out->N = out->n + out->dark;
    out->se_dark = out->dark * out->se_log_dark;
    out->se_N_rcapture = sqrt(out->dark + out->se_dark * out->se_dark);
    double z = qnorm5(0.975, 0, 1, 1, 0);
    out->lo95 = out->n + exp(d->beta[0] - z * out->se_log_dark);
    out->hi95 = out->n + exp(d->beta[0] + z * out->se_log_dark);
    out->AIC = -2 * out->loglik + 2 * out->par_total;
    out->BIC = -2 * out->loglik + log(out->n) * out->par_total;
}

static void blank(struct mse_fixed *out)
{
    out->N = out->dark = out->se_log_dark = out->se_dark = out->se_N_rcapture = NAN;
    out->lo95 = out->hi95 = out->deviance = out->pearson = out->loglik = out->AIC = out->BIC = NAN;
}

/* The finite terms and kept cells, and what is minus infinity. */
static void fixed_design_make(const struct mse_table *t, const struct mse_model *m, struct arena *a,
                              struct mse_fixed *out, struct fixed_design *d)
{
    size_t cells = mse_cells(t->lists);
    double *sum = arena_array(a, cells, sizeof *sum);
    memcpy(sum, t->count, cells * sizeof *sum);
    mse_sum_over_supersets(sum, t->lists);
    d->term = arena_array(a, (size_t)m->terms, sizeof *d->term);
    d->cell = arena_array(a, cells, sizeof *d->cell);
    d->columns = 0;
    for (int j = 0; j < m->terms; j++) {
        bool finite = sum[m->term[j]] > 0;
        out->estimate[j] = finite ? NAN : -INFINITY;
        out->se[j] = NAN;
        out->minus_inf += !finite;
        if (finite)
            d->term[d->columns++] = m->term[j];
    }
    d->rows = 0;
    mse_mask_order(t->lists, d->cell);
    for (size_t k = 0; k + 1 < cells; k++) {
        uint32_t c = d->cell[k];
        bool keep = true;
        for (int j = 0; j < m->terms && keep; j++)
            keep = !(sum[m->term[j]] <= 0 && (c & m->term[j]) == m->term[j]);
        if (keep)
            d->cell[d->rows++] = c;
    }
    d->y = arena_array(a, d->rows, sizeof *d->y);
    d->mu = arena_array(a, d->rows, sizeof *d->mu);
    d->beta = arena_array(a, (size_t)d->columns, sizeof *d->beta);
    for (size_t i = 0; i < d->rows; i++)
        d->y[i] = t->count[d->cell[i]];
}

/* From the engine's answer: refined where that is affordable, as it is for huge tables. */
static void collect(struct mse_work *w, struct arena *a, struct mse_fixed *out,
                    struct fixed_design *d)
{
    size_t p = (size_t)d->columns;
    for (size_t j = 0; j < p; j++)
        d->beta[j] = mse_work_coefficient(w, d->term[j]);
    double *variance = arena_array(a, p, sizeof *variance);
    if (2.0 * (double)d->rows * (double)(p * p) <= QR_WORK_MAX) {
        double *covariance = arena_array(a, p * p, sizeof *covariance);
        refine(d, covariance, a);
        for (size_t j = 0; j < p; j++)
            variance[j] = covariance[j * p + j];
    } else {
        for (size_t i = 0; i < d->rows; i++)
            d->mu[i] = exp(mse_work_log_mean(w, d->cell[i]));
        for (size_t j = 0; j < p; j++)
            variance[j] = mse_work_variance(w, d->term[j]);
    }
    out->se_log_dark = sqrt(variance[0]);
    fixed_numbers(out, d);
    for (int j = 0, k = 0; j < out->model.terms; j++)
        if (isnan(out->estimate[j])) {
            out->estimate[j] = d->beta[k];
            out->se[j] = sqrt(variance[k++]);
        }
    for (size_t i = 0; i < d->rows; i++)
        out->fitted[d->cell[i]] = d->mu[i];
    out->fitted[0] = out->dark;
}

void mse_fit_model(const struct mse_table *t, const struct mse_model *m, struct arena *a,
                   struct mse_fixed *out)
{
    *out = (struct mse_fixed){.model = *m, .n = t->total, .par_total = m->terms};
    out->estimate = arena_array(a, (size_t)m->terms, sizeof *out->estimate);
    out->se = arena_array(a, (size_t)m->terms, sizeof *out->se);
    out->fitted = arena_array(a, mse_cells(t->lists), sizeof *out->fitted);
    for (size_t c = 0; c < mse_cells(t->lists); c++)
        out->fitted[c] = NAN;
    struct arena scratch = ARENA_EMPTY;
    struct fixed_design d;
    fixed_design_make(t, m, &scratch, out, &d);
    out->par_finite = d.columns;
    out->cells = (int)d.rows;
    out->df = out->cells - d.columns;
    out->smallest_eigenvalue = smallest_eigenvalue(&d, t->lists, &scratch);
    mse_existence(t->count, m, &out->lp_objective, &out->rank_deficiency);
    out->status = (out->lp_objective <= 0 ? MSE_NO_ESTIMATE : 0) |
                  (out->rank_deficiency > 0 ? MSE_NOT_IDENTIFIED : 0);
    blank(out);
    if (out->status == 0) {
        struct mse_work *w = mse_work_new(t->lists);
        struct mse_quick quick;
        mse_work_data(w, t->count);
        mse_work_fit_known(w, m, false, &quick);
        out->status = quick.status;
        if (quick.status == 0)
            collect(w, &scratch, out, &d);
        mse_work_free(w);
    }
    arena_free(&scratch);
}
