#include "stats/cox.h"

#include "base/mem.h"
#include "stats/cox_pass.h"
#include "stats/numeric.h"

#include <float.h>
#include <stdlib.h>

/* Relative pivot below which a column counts as a combination of those before it; that of R's
 * coxph. */
static double pivot_tolerance(void)
{
    return pow(DBL_EPSILON, 0.75);
}

enum { MOST_EXACT_TIES = 600 };
static const double EXACT_WORK_LIMIT = 2e11;

struct newton {
    int p;
    double *beta, *trial, *u, *information, *factor;
    double loglik;
    int iter;
    bool converged;
};

/* Turns the score in s->u into the Newton step. */
static void step_from(struct newton *s)
{
    size_t p = (size_t)s->p;
    memcpy(s->factor, s->information, p * p * sizeof *s->factor);
    num_ldl(s->factor, s->p, pivot_tolerance());
    num_ldl_solve(s->factor, s->p, s->u);
}

/* Newton-Raphson with step halving; leaves the last evaluated point in s->trial, with its score and
 * information. */
static void iterate(struct newton *s, struct cox_work *w, enum cox_ties ties)
{
    size_t p = (size_t)s->p;
    int halving = 0;
    step_from(s);
    for (size_t j = 0; j < p; j++)
        s->trial[j] = s->beta[j] + s->u[j];
    for (s->iter = 1; s->iter <= COX_MAX_ITER; s->iter++) {
        double now = cox_evaluate(w, s->trial, ties, s->u, s->information);
        bool finite = isfinite(now);
        for (size_t j = 0; j < p; j++)
            finite &= isfinite(s->u[j]) && isfinite(s->information[j * p + j]);
        if (finite && halving == 0 && (now == s->loglik || fabs(1 - s->loglik / now) <= 1e-13)) {
            s->loglik = now;
            s->converged = true;
            return;
        }
        if (s->iter == COX_MAX_ITER)
            return;
        if (!finite || now < s->loglik) {
            halving++;
            for (size_t j = 0; j < p; j++)
                s->trial[j] = (s->trial[j] + halving * s->beta[j]) / (halving + 1);
            continue;
        }
        halving = 0;
        s->loglik = now;
        step_from(s);
        for (size_t j = 0; j < p; j++) {
            s->beta[j] = s->trial[j];
            s->trial[j] += s->u[j];
        }
    }
}

static double quadratic(const double *u, const double *matrix, int p, double *scratch)
{
    double *factor = scratch, *b = scratch + p * p;
    memcpy(factor, matrix, (size_t)p * (size_t)p * sizeof *factor);
    memcpy(b, u, (size_t)p * sizeof *b);
    num_ldl(factor, p, pivot_tolerance());
    num_ldl_solve(factor, p, b);
    struct nsum s = NSUM_ZERO;
    for (int j = 0; j < p; j++)
        nsum_add(&s, u[j] * b[j]);
    return nsum_value(&s);
}

/* V M V in the packed scale, then back to the user's. */
static void sandwich(const double *v, const double *m, int p, double *out)
{
    double *vm = mem_zalloc((size_t)p * (size_t)p, sizeof *vm);
    for (int a = 0; a < p; a++)
        for (int b = 0; b < p; b++)
            for (int c = 0; c < p; c++)
                vm[a * p + b] += v[a * p + c] * m[c * p + b];
    memset(out, 0, (size_t)p * (size_t)p * sizeof *out);
    for (int a = 0; a < p; a++)
        for (int b = 0; b < p; b++)
            for (int c = 0; c < p; c++)
                out[a * p + b] += vm[a * p + c] * v[c * p + b];
    free(vm);
}

static void unscale(double *v, const struct cox_work *w)
{
    for (int a = 0; a < w->p; a++)
        for (int b = 0; b < w->p; b++)
            v[a * w->p + b] *= w->scale[a] * w->scale[b];
}

/* A coefficient whose next Newton step would still be long, or which is far out with an error to
 * match. */
static void find_infinite(struct cox_fit *f, const struct newton *s, const struct cox_work *w,
                          const double *v)
{
    int p = f->covariates;
    for (int a = 0; a < p; a++) {
        double step = 0;
        for (int b = 0; b < p; b++)
            step += v[a * p + b] * s->u[b];
        double coef = s->trial[a], se = sqrt(v[a * p + a]);
        bool moving =
            s->iter > 1 && fabs(step) > 1e-9 && fabs(step) > sqrt(DBL_EPSILON) * fabs(coef);
        bool far_out = fabs(coef) * w->scale[a] * w->range[a] > 10 && se > fabs(coef);
        if (moving || far_out) {
            f->infinite[a] = true;
            f->warnings |= COX_MONOTONE;
        }
    }
}

static void robust_part(struct cox_fit *f, struct cox_work *w, const struct newton *s,
                        const double *v)
{
    int p = f->covariates;
    size_t pp = (size_t)p * (size_t)p;
    double *sums = mem_array((size_t)p, sizeof *sums), *squares = mem_array(pp, sizeof *squares),
           *zero = mem_zalloc((size_t)p, sizeof *zero),
           *scratch = mem_array(pp + (size_t)p, sizeof *scratch);
    bool efron = f->ties == COX_EFRON;
    cox_person_score(w, zero, efron, sums, squares);
    f->robust_score = quadratic(sums, squares, p, scratch);
    cox_person_score(w, s->trial, efron, sums, squares);
    f->robust = mem_array(pp, sizeof *f->robust);
    sandwich(v, squares, p, f->robust);
    free(sums);
    free(squares);
    free(zero);
    free(scratch);
}

/* In the packed scale, before the results are unscaled. */
static void finish(struct cox_fit *f, struct cox_work *w, struct newton *s, bool robust)
{
    int p = f->covariates;
    size_t pp = (size_t)p * (size_t)p;
    memcpy(s->factor, s->information, pp * sizeof *s->factor);
    f->df = num_ldl(s->factor, p, pivot_tolerance());
    f->df = f->df < 0 ? -1 - f->df : f->df;
    num_ldl_inverse(s->factor, p, f->var);
    if (!s->converged)
        f->warnings |= COX_NO_CONVERGENCE;
    find_infinite(f, s, w, f->var);
    if (robust)
        robust_part(f, w, s, f->var);
    double *scratch = mem_array(pp + (size_t)p, sizeof *scratch);
    f->wald = quadratic(s->trial, robust ? f->robust : f->var, p, scratch);
    free(scratch);
    for (int a = 0; a < p; a++)
        f->coef[a] = s->factor[a * p + a] == 0 ? NAN : s->trial[a] * w->scale[a];
    unscale(f->var, w);
    if (f->robust)
        unscale(f->robust, w);
}

static enum status check_exact(const struct cox_data *d, const struct surv_order *o, struct err *e)
{
    double work = 0;
    for (int g = 0; g < d->rows->groups; g++) {
        struct surv_counts c;
        int64_t most = 0;
        surv_counts_make(d->rows, o, g, &c);
        for (size_t k = 0; k < c.n; k++) {
            int64_t ties = surv_any_event(&c, k);
            most = ties > most ? ties : most;
            work += (double)ties * (double)c.risk[k] * d->covariates * d->covariates;
        }
        surv_counts_free(&c);
        if (most > MOST_EXACT_TIES || work > EXACT_WORK_LIMIT) {
            err_set(e, ST_DATA, "the exact treatment of ties is too much work here");
            return err_hint(e, "Use --ties efron: with many ties it is close to the exact answer.");
        }
    }
    return ST_OK;
}

static enum status check(const struct cox_data *d, const struct surv_order *o, enum cox_ties ties,
                         bool robust, int64_t *events, struct err *e)
{
    if (d->covariates < 1 || d->covariates > COX_MAX_COVARIATES)
        return err_set(e, ST_DATA, "the number of covariate columns must be 1 to %d",
                       COX_MAX_COVARIATES);
    *events = 0;
    for (size_t i = 0; i < d->rows->n; i++)
        *events += d->rows->event[i] != 0;
    if (*events == 0) {
        err_set(e, ST_DATA, "no row has the event: everybody is censored");
        return err_hint(e, "Check --event; with no events nothing can be estimated.");
    }
    if (ties == COX_EXACT && robust) {
        err_set(e, ST_DATA, "the robust variance is not defined for exact ties");
        return err_hint(e, "Use --ties efron with --robust.");
    }
    return ties == COX_EXACT ? check_exact(d, o, e) : ST_OK;
}

static void allocate(struct cox_fit *f, struct newton *s, int covariates)
{
    size_t p = (size_t)covariates;
    f->coef = mem_zalloc(p, sizeof *f->coef);
    f->var = mem_zalloc(p * p, sizeof *f->var);
    f->infinite = mem_zalloc(p, sizeof *f->infinite);
    f->mean = mem_zalloc(p, sizeof *f->mean);
    s->beta = mem_zalloc(3 * p + 2 * p * p, sizeof *s->beta);
    s->trial = s->beta + p;
    s->u = s->beta + 2 * p;
    s->information = s->beta + 3 * p;
    s->factor = s->information + p * p;
}

enum status cox_fit(const struct cox_data *d, const struct surv_order *order, enum cox_ties ties,
                    bool robust, struct cox_fit *f, struct err *e)
{
    int64_t events = 0;
    *f = (struct cox_fit){
        .covariates = d->covariates, .ties = ties, .n = (int64_t)d->rows->n, .robust_score = NAN};
    TRY(check(d, order, ties, robust, &events, e));
    f->events = events;
    struct newton s = {.p = d->covariates};
    allocate(f, &s, d->covariates);
    struct cox_work w;
    cox_work_make(d, order, &w);
    memcpy(f->mean, w.mean, (size_t)d->covariates * sizeof *f->mean);
    f->loglik0 = s.loglik = cox_evaluate(&w, s.beta, ties, s.u, s.information);
    double *scratch = mem_array((size_t)s.p * (size_t)(s.p + 1), sizeof *scratch);
    f->score = quadratic(s.u, s.information, s.p, scratch);
    bool any = false;
    for (int j = 0; j < s.p; j++)
        any |= s.information[j * s.p + j] > 0;
    enum status st = ST_OK;
    if (any) {
        iterate(&s, &w, ties);
        f->iter = s.iter;
        f->loglik = s.loglik;
        finish(f, &w, &s, robust);
    } else {
        st = err_set(e, ST_DATA, "no covariate varies among those at risk when an event happens");
        err_hint(e, "Leave constant columns out, or use fewer strata.");
    }
    free(scratch);
    free(s.beta);
    cox_work_free(&w);
    if (st != ST_OK)
        cox_free(f);
    return st;
}

void cox_free(struct cox_fit *f)
{
    free(f->coef);
    free(f->var);
    free(f->robust);
    free(f->infinite);
    free(f->mean);
    *f = (struct cox_fit){0};
}
