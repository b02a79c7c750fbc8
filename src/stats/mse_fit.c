/* The engine for many models: Newton's method over the subset lattice. */
#include "stats/mse_fit.h"

#include "base/err.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 100
#define HALVINGS_MAX 40

struct mse_work {
    int lists;
    size_t cells;
    bool full;              /* the cell of nobody's list is observed */
    double *y, *sum;        /* counts; sums over supersets */
    double n;               /* people observed (without nobody's cell) */
    double factorials;      /* sum of log y! */
    double entropy;         /* sum of y log y - y */
    uint8_t *keep;          /* cells in the fit */
    uint8_t *flags;         /* scratch */
    double *coef;           /* by mask; zero for masks that are no finite term */
    double *eta, *eta_last; /* log-means of all cells */
    double *total;          /* fitted sums over supersets */
    int terms;              /* finite ones */
    int kept;               /* cells in the fit */
    uint32_t term[MSE_TERMS_MAX];
    double score[MSE_TERMS_MAX], step[MSE_TERMS_MAX];
    double *gram; /* lower Cholesky factor of X'WX */
    size_t gram_cap;
    double statistic_max, kernel;
    double log_dark_move; /* of log(dark) in the last Newton step */
};

struct mse_work *mse_work_new(int lists)
{
    struct mse_work *w = mem_zalloc(1, sizeof *w);
    w->lists = lists;
    w->cells = mse_cells(lists);
    double **arrays[] = {&w->y, &w->sum, &w->coef, &w->eta, &w->eta_last, &w->total};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        *arrays[i] = mem_zalloc(w->cells, sizeof(double));
    w->keep = mem_zalloc(w->cells, 1);
    w->flags = mem_zalloc(w->cells, 1);
    return w;
}

void mse_work_free(struct mse_work *w)
{
    if (!w)
        return;
    double *arrays[] = {w->y, w->sum, w->coef, w->eta, w->eta_last, w->total, w->gram};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(w->keep);
    free(w->flags);
    free(w);
}

static void set_data(struct mse_work *w, const double *count)
{
    memcpy(w->y, count, w->cells * sizeof *w->y);
    w->factorials = w->entropy = w->n = 0;
    for (size_t c = 1; c < w->cells; c++)
        if (w->y[c] > 0) {
            w->n += w->y[c];
            w->factorials += lgammafn(w->y[c] + 1);
            w->entropy += w->y[c] * log(w->y[c]) - w->y[c];
        }
}

void mse_work_data(struct mse_work *w, const double *count)
{
    set_data(w, count);
    w->full = false;
    w->y[0] = 0;
    memcpy(w->sum, w->y, w->cells * sizeof *w->sum);
    mse_sum_over_supersets(w->sum, w->lists);
}

void mse_work_data_full(struct mse_work *w, const double *count, double nobody)
{
    set_data(w, count);
    w->full = true;
    w->y[0] = nobody;
    memcpy(w->sum, w->y, w->cells * sizeof *w->sum);
    mse_sum_over_supersets(w->sum, w->lists);
}

/* Splits the model's terms; marks the cells that stay. Returns how many terms are dropped. */
static int prepare(struct mse_work *w, const struct mse_model *m, bool warm)
{
    int dropped = 0;
    w->terms = 0;
    w->statistic_max = 0;
    if (!warm)
        memset(w->coef, 0, w->cells * sizeof *w->coef);
    else
        memset(w->flags, 0, w->cells);
    memset(w->keep, 1, w->cells);
    w->keep[0] = w->full;
    w->kept = (int)w->cells - !w->full;
    for (int j = 0; j < m->terms; j++) {
        uint32_t mask = m->term[j];
        if (w->sum[mask] > 0) {
            w->term[w->terms++] = mask;
            w->statistic_max = fmax(w->statistic_max, w->sum[mask]);
            if (warm)
                w->flags[mask] = 1;
            continue;
        }
        dropped++;
        for (size_t c = mask; c < w->cells; c = (c + 1) | mask) {
            w->kept -= w->keep[c];
            w->keep[c] = 0;
        }
    }
    if (warm) /* coefficients of terms that are not in this model must be zero */
        for (size_t c = 0; c < w->cells; c++)
            if (!w->flags[c])
                w->coef[c] = 0;
    size_t need = (size_t)w->terms * (size_t)w->terms;
    MEM_GROW(w->gram, w->gram_cap, need);
    return dropped;
}

/* Gram matrix from w->total (sums of weights over supersets) and its Cholesky factor. False when a
 * pivot vanishes. */
static bool factor(struct mse_work *w)
{
    int p = w->terms;
    double *g = w->gram;
    for (int j = 0; j < p; j++) {
        double *row = g + (size_t)j * (size_t)p;
        uint32_t mask = w->term[j];
        for (int k = 0; k <= j; k++)
            row[k] = w->total[mask | w->term[k]];
        double diagonal = row[j];
        for (int k = 0; k <= j; k++) {
            const double *other = g + (size_t)k * (size_t)p;
            double v = row[k];
            for (int i = 0; i < k; i++)
                v -= row[i] * other[i];
            if (k < j) {
                row[k] = v * other[k]; /* diagonals hold reciprocals */
            } else {
                if (!(v > 1e-12 * diagonal))
                    return false;
                row[j] = 1 / sqrt(v);
            }
        }
    }
    return true;
}

static void solve(const struct mse_work *w, double *b)
{
    int p = w->terms;
    const double *g = w->gram;
    for (int j = 0; j < p; j++) {
        const double *row = g + (size_t)j * (size_t)p;
        double v = b[j];
        for (int i = 0; i < j; i++)
            v -= row[i] * b[i];
        b[j] = v * row[j];
    }
    for (int j = p - 1; j >= 0; j--) {
        const double *row = g + (size_t)j * (size_t)p;
        b[j] *= row[j];
        for (int i = 0; i < j; i++)
            b[i] -= row[i] * b[j];
    }
}

/* Log-means, fitted sums, scores and log-likelihood at the coefficients. */
static double evaluate(struct mse_work *w)
{
    memcpy(w->eta, w->coef, w->cells * sizeof *w->eta);
    mse_sum_over_subsets(w->eta, w->lists);
    for (size_t c = 0; c < w->cells; c++)
        w->total[c] = w->keep[c] ? exp(w->eta[c]) : 0;
    mse_sum_over_supersets(w->total, w->lists);
    double kernel = -w->total[0];
    for (int j = 0; j < w->terms; j++) {
        kernel += w->sum[w->term[j]] * w->coef[w->term[j]];
        w->score[j] = w->sum[w->term[j]] - w->total[w->term[j]];
    }
    return kernel;
}

/* First coefficients: weighted least squares at means y + 0.1. */
static bool start(struct mse_work *w)
{
    for (size_t c = 0; c < w->cells; c++) {
        double mu = w->y[c] + 0.1;
        w->total[c] = w->keep[c] ? mu : 0;
        w->eta[c] = w->keep[c] ? mu * log(mu) - 0.1 : 0; /* weight times working response */
    }
    mse_sum_over_supersets(w->total, w->lists);
    mse_sum_over_supersets(w->eta, w->lists);
    for (int j = 0; j < w->terms; j++)
        w->step[j] = w->eta[w->term[j]];
    if (!factor(w))
        return false;
    solve(w, w->step);
    for (int j = 0; j < w->terms; j++)
        w->coef[w->term[j]] = w->step[j];
    return true;
}

static double score_max(const struct mse_work *w)
{
    double m = 0;
    for (int j = 0; j < w->terms; j++)
        m = fmax(m, fabs(w->score[j]));
    return m;
}

static void move(struct mse_work *w, double share)
{
    for (int j = 0; j < w->terms; j++)
        w->coef[w->term[j]] += share * w->step[j];
}

/* Largest change of a kept cell's log-mean between the last two evaluations. */
static double largest_move(const struct mse_work *w)
{
    double m = 0;
    for (size_t c = 0; c < w->cells; c++)
        if (w->keep[c])
            m = fmax(m, fabs(w->eta[c] - w->eta_last[c]));
    return m;
}

enum outcome { CERTIFIED, UNSURE, SINGULAR };

/* Newton's method from w->coef. On CERTIFIED and UNSURE w->gram holds the factor at (about) the
 * result. */
static enum outcome newton(struct mse_work *w)
{
    double kernel = evaluate(w);
    bool converged = false;
    for (int step = 0; step < STEPS_MAX; step++) {
        if (!factor(w))
            return SINGULAR;
        memcpy(w->step, w->score, (size_t)w->terms * sizeof *w->step);
        solve(w, w->step);
        double *t = w->eta_last;
        w->eta_last = w->eta;
        w->eta = t;
        move(w, 1);
        double next = evaluate(w), share = 1;
        for (int h = 0;
             h < HALVINGS_MAX && !(next >= kernel - 1e-9 * (1 + fabs(kernel)) && isfinite(next));
             h++) {
            share /= 2;
            move(w, -share);
            next = evaluate(w);
        }
        if (!isfinite(next))
            return UNSURE;
        double change = fabs(next - kernel);
        w->log_dark_move = fabs(w->eta[0] - w->eta_last[0]);
        kernel = next;
        if (converged) { /* that was the extra step: rounding is all that is left */
            w->kernel = kernel;
            return share == 1 && largest_move(w) < 0.02 ? CERTIFIED : UNSURE;
        }
        converged =
            score_max(w) <= 1e-10 * w->statistic_max && change <= 1e-12 * (1 + fabs(kernel));
    }
    w->kernel = kernel;
    return UNSURE;
}

static void no_numbers(struct mse_quick *out)
{
    out->N = out->dark = out->se_log_dark = out->loglik = out->deviance = NAN;
    out->AIC = out->BIC = NAN;
}

static void numbers(struct mse_work *w, struct mse_quick *out)
{
    out->dark = exp(w->coef[0]);
    out->N = w->n + out->dark;
    memset(w->step, 0, (size_t)w->terms * sizeof *w->step);
    w->step[0] = 1;
    solve(w, w->step);
    out->se_log_dark = sqrt(w->step[0]);
    out->loglik = w->kernel - w->factorials;
    out->deviance = 2 * (w->entropy - w->kernel);
    out->AIC = -2 * out->loglik + 2 * out->parameters;
    out->BIC = -2 * out->loglik + log(w->n) * out->parameters;
    if (!isfinite(out->N))
        out->status |= MSE_NO_ESTIMATE;
}

static void fit(struct mse_work *w, const struct mse_model *m, bool warm, bool known,
                struct mse_quick *out)
{
    *out = (struct mse_quick){0};
    out->minus_inf = prepare(w, m, warm);
    out->parameters = m->terms;
    out->df = w->kept - w->terms;
    enum outcome o = SINGULAR;
    if (w->terms <= w->kept) {
        if (warm)
            o = newton(w);
        if (!warm || o != CERTIFIED) {
            memset(w->coef, 0, w->cells * sizeof *w->coef);
            o = start(w) ? newton(w) : SINGULAR;
        }
    }
    if (o != CERTIFIED && !known) {
        double lp = 1;
        int deficiency = 0;
        mse_existence(w->y, m, &lp, &deficiency);
        out->status = (lp <= 0 ? MSE_NO_ESTIMATE : 0) | (deficiency > 0 ? MSE_NOT_IDENTIFIED : 0);
    }
    if (out->status == 0 && o == SINGULAR) /* identified, but not in double precision */
        out->status = MSE_NOT_IDENTIFIED;
    if (out->status == 0 && o == UNSURE && !(w->log_dark_move < 1e-6))
        out->status = MSE_NO_ESTIMATE; /* exists, but so far out that nothing holds it */
    if (out->status == 0)
        numbers(w, out);
    if (out->status != 0) {
        no_numbers(out);
        memset(w->coef, 0, w->cells * sizeof *w->coef); /* nothing to start the next fit from */
    }
}

void mse_work_fit(struct mse_work *w, const struct mse_model *m, bool warm, struct mse_quick *out)
{
    fit(w, m, warm, false, out);
}

void mse_work_fit_known(struct mse_work *w, const struct mse_model *m, bool warm,
                        struct mse_quick *out)
{
    fit(w, m, warm, true, out);
}

double mse_work_expected(const struct mse_work *w, uint32_t mask)
{
    return w->total[mask];
}

double mse_work_observed(const struct mse_work *w, uint32_t mask)
{
    return w->sum[mask];
}

double mse_work_kernel(const struct mse_work *w)
{
    return w->kernel;
}

double mse_work_log_mean(const struct mse_work *w, uint32_t cell)
{
    return w->eta[cell];
}

double mse_work_coefficient(const struct mse_work *w, uint32_t mask)
{
    return w->coef[mask];
}

double mse_work_variance(struct mse_work *w, uint32_t mask)
{
    for (int j = 0; j < w->terms; j++)
        if (w->term[j] == mask) {
            memset(w->step, 0, (size_t)w->terms * sizeof *w->step);
            w->step[j] = 1;
            solve(w, w->step);
            return w->step[j];
        }
    return INFINITY;
}
