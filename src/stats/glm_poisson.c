#include "stats/glm_poisson.h"

#include "base/mem.h"
#include "stats/qr.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

#define STEPS_MAX 25
#define TOLERANCE 1e-8

static double deviance(const struct glm_poisson *g)
{
    double d = 0;
    for (size_t i = 0; i < g->rows; i++)
        d += (g->y[i] > 0 ? g->y[i] * log(g->y[i] / g->mu[i]) : 0) - (g->y[i] - g->mu[i]);
    return 2 * d;
}

static void means(struct glm_poisson *g)
{
    for (size_t i = 0; i < g->rows; i++) {
        double eta = g->offset ? g->offset[i] : 0;
        for (int j = 0; j < g->columns; j++)
            eta += g->x[(size_t)j * g->rows + i] * g->beta[j];
        g->mu[i] = exp(eta);
    }
}

/* One weighted least-squares step from the current means: g->beta. */
static void step(struct glm_poisson *g, struct qr *q, double *b)
{
    for (size_t i = 0; i < g->rows; i++) {
        double root = sqrt(g->mu[i]), eta = log(g->mu[i]);
        b[i] = root * (eta - (g->offset ? g->offset[i] : 0) + (g->y[i] - g->mu[i]) / g->mu[i]);
        for (int j = 0; j < g->columns; j++)
            q->a[(size_t)j * g->rows + i] = root * g->x[(size_t)j * g->rows + i];
    }
    qr_factor(q, 1e-11);
    qr_solve(q, b, g->beta);
}

static void iterate(struct glm_poisson *g, struct qr *q, double *b, double *last)
{
    size_t p = (size_t)g->columns;
    for (size_t i = 0; i < g->rows; i++)
        g->mu[i] = g->y[i] + 0.1;
    double d = deviance(g);
    g->converged = false;
    for (int k = 0; k < STEPS_MAX && !g->converged; k++) {
        memcpy(last, g->beta, p * sizeof *last);
        step(g, q, b);
        means(g);
        double next = deviance(g);
        for (int h = 0; h < STEPS_MAX && k > 0 && !isfinite(next); h++) {
            for (size_t j = 0; j < p; j++)
                g->beta[j] = (g->beta[j] + last[j]) / 2;
            means(g);
            next = deviance(g);
        }
        g->converged = fabs(next - d) / (fabs(next) + 0.1) < TOLERANCE;
        d = next;
    }
    g->deviance = d;
}

void glm_poisson_fit(struct glm_poisson *g)
{
    size_t p = (size_t)g->columns;
    struct qr q = {.rows = g->rows,
                   .columns = g->columns,
                   .in_order = true,
                   .a = mem_array(g->rows * p, sizeof(double)),
                   .tau = mem_array(p, sizeof(double)),
                   .pivot = mem_array(p, sizeof(int))};
    double *b = mem_array(g->rows, sizeof *b), *last = mem_array(p, sizeof *last);
    memset(g->beta, 0, p * sizeof *g->beta);
    iterate(g, &q, b, last);
    g->rank = q.rank;
    double *work = mem_array(p * p, sizeof *work);
    qr_inverse_gram(&q, g->covariance, work);
    g->loglik = 0;
    for (size_t i = 0; i < g->rows; i++)
        g->loglik += (g->y[i] > 0 ? g->y[i] * log(g->mu[i]) : 0) - g->mu[i] - lgammafn(g->y[i] + 1);
    free(work);
    free(b);
    free(last);
    free(q.a);
    free(q.tau);
    free(q.pivot);
}

double glm_poisson_bias(const struct glm_poisson *g)
{
    if (g->rank < g->columns)
        return NAN;
    size_t p = (size_t)g->columns;
    double *pull = mem_zalloc(p, sizeof *pull); /* X' (mu * leverage) */
    for (size_t i = 0; i < g->rows; i++) {
        double h = 0;
        for (size_t j = 0; j < p; j++)
            for (size_t k = 0; k < p; k++)
                h += g->x[j * g->rows + i] * g->covariance[j * p + k] * g->x[k * g->rows + i];
        for (size_t j = 0; j < p; j++)
            pull[j] += g->x[j * g->rows + i] * g->mu[i] * h;
    }
    pull[0] -= 1;
    double b = 0;
    for (size_t j = 0; j < p; j++)
        b -= g->covariance[j] * pull[j];
    free(pull);
    return 0.5 * exp(g->beta[0]) * b;
}
