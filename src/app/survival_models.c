/* Cox and Fine-Gray regressions. */
#include "app/survival_answer.h"
#include "stats/finegray.h"

#include <math.h>
#include <stdlib.h>

#define MATHLIB_STANDALONE 1
#include <Rmath.h>

static const char *ties_name(enum cox_ties t)
{
    return t == COX_EFRON ? "efron" : t == COX_BRESLOW ? "breslow" : "exact";
}

/* To two decimals, as the known tables carry Wald's chi-square. */
static double to_cents(double v)
{
    return round(v * 100) / 100;
}

static double standard_error(const struct cox_fit *f, const double *var, int k)
{
    return isnan(f->coef[k]) || !var ? NAN : sqrt(var[k * f->covariates + k]);
}

static void put_cox(struct survival_answer *a, const struct cox_fit *f, double concordance)
{
    for (int k = 0; k < f->covariates; k++) {
        double se = standard_error(f, f->var, k), robust = standard_error(f, f->robust, k);
        double used = f->robust ? robust : se, z = f->coef[k] / used;
        json_t *row = study_doc_row(a->doc, "cox");
        study_put_text(row, "ties", ties_name(f->ties));
        study_put_str(row, "term", a->d->covariate[k]);
        study_put(row, "coef", f->coef[k]);
        study_put(row, "HR", exp(f->coef[k]));
        study_put(row, "se", se);
        study_put(row, "robust_se", robust);
        study_put(row, "z", z);
        study_put(row, "p", isnan(z) ? NAN : pchisq(z * z, 1, 0, 0));
        study_put(row, "HR_lo", exp(f->coef[k] - a->z * used));
        study_put(row, "HR_hi", exp(f->coef[k] + a->z * used));
        study_put(row, "loglik0", f->loglik0);
        study_put(row, "loglik", f->loglik);
        study_put(row, "lr_chisq", 2 * (f->loglik - f->loglik0));
        study_put(row, "wald_chisq", to_cents(f->wald));
        study_put(row, "score_chisq", f->score);
        study_put(row, "robust_score", f->robust_score);
        study_put_count(row, "df", f->df);
        study_put_count(row, "n", (double)f->n);
        study_put_count(row, "nevent", (double)f->events);
        study_put(row, "concordance", concordance);
        study_put_count(row, "iter", f->iter);
        study_put(row, "wald_chisq_full", f->wald);
    }
    const double *var = f->robust ? f->robust : f->var;
    for (int c = 0; c < f->covariates; c++)
        for (int r = 0; r < f->covariates; r++) {
            json_t *row = study_doc_row(a->doc, "coxvar");
            bool known = !isnan(f->coef[r]) && !isnan(f->coef[c]);
            study_put_text(row, "ties", ties_name(f->ties));
            study_put_str(row, "row", a->d->covariate[r]);
            study_put_str(row, "col", a->d->covariate[c]);
            study_put(row, "var", known ? var[r * f->covariates + c] : NAN);
        }
}

static void put_basehaz(struct survival_answer *a, const struct cox_data *d,
                        const struct surv_order *order, const struct cox_fit *f)
{
    struct cox_hazard h;
    cox_basehaz(d, order, f, &h);
    for (size_t k = 0; k < h.n; k++) {
        json_t *row = study_doc_row(a->doc, "basehaz");
        study_put_text(row, "ties", ties_name(f->ties));
        study_put_count(row, "time", h.time[k]);
        study_put(row, "H0_at_zero_covariates", h.hazard[k]);
        if (a->d->stratum)
            study_put_str(row, "stratum", a->d->strata.label[h.stratum[k]]);
    }
    cox_hazard_free(&h);
}

static enum status put_zph(struct survival_answer *a, const struct cox_data *d,
                           const struct surv_order *order, const struct cox_fit *f, struct err *e)
{
    double chisq[COX_MAX_COVARIATES + 1];
    int df[COX_MAX_COVARIATES + 1], terms = a->d->terms;
    TRY(cox_zph(d, order, f, a->d->term_of, terms, chisq, df, e));
    for (int t = 0; t <= terms; t++) {
        json_t *row = study_doc_row(a->doc, "zph");
        study_put_text(row, "ties", ties_name(f->ties));
        study_put_str(row, "term", t < terms ? a->d->term[t] : str_of("GLOBAL"));
        study_put(row, "chisq", chisq[t]);
        study_put_count(row, "df", df[t]);
        study_put(row, "p", df[t] ? pchisq(chisq[t], df[t], 0, 0) : NAN);
    }
    double p = pchisq(chisq[terms], df[terms], 0, 0);
    if (p < 0.05)
        study_doc_reason(a->doc, 'C',
                         "Proportional hazards are doubtful (GLOBAL p %.2g): the hazard ratios are "
                         "averages over time. RMST or rates at fixed times say more.",
                         p);
    return ST_OK;
}

static void say_what_is_wrong(struct survival_answer *a, const struct cox_fit *f)
{
    for (int k = 0; k < f->covariates; k++) {
        struct str name = a->d->covariate[k];
        int n = (int)(name.n > 60 ? 60 : name.n);
        if (isnan(f->coef[k]))
            study_doc_reason(a->doc, 'C',
                             "%.*s is a combination of the columns before it, or does not vary "
                             "among those at risk: it has no coefficient of its own.",
                             n, name.p);
        else if (f->infinite[k])
            study_doc_reason(a->doc, 'D',
                             "%.*s: the likelihood keeps rising as the coefficient grows (monotone "
                             "likelihood: some group has no events, or only events). Its "
                             "coefficient, error and interval mean nothing.",
                             n, name.p);
    }
    if (f->warnings & COX_NO_CONVERGENCE)
        study_doc_reason(a->doc, 'D', "The fit did not converge in %d steps.", COX_MAX_ITER);
    if (f->events < 10 * (int64_t)f->df)
        study_doc_reason(a->doc, 'C',
                         "%lld events for %d coefficients: fewer than ten each, so estimates are "
                         "unstable.",
                         (long long)f->events, f->df);
}

static enum status fit_cox(struct survival_answer *a, const struct cox_data *d,
                           const struct surv_order *order, struct err *e)
{
    struct cox_fit f;
    enum status s = cox_fit(d, order, a->q->ties, a->q->robust, &f, e);
    if (s != ST_OK) {
        err_at(e, a->q->file, 0, NULL);
        return s;
    }
    if (a->q->method == SURVIVAL_COX) {
        put_cox(a, &f, cox_concordance(d, order, &f));
        if (a->q->basehaz)
            put_basehaz(a, d, order, &f);
    } else {
        s = put_zph(a, d, order, &f, e);
    }
    say_what_is_wrong(a, &f);
    if (f.covariates == 1 && !isnan(f.coef[0]) && !f.infinite[0])
        study_put(a->doc, "estimate", exp(f.coef[0]));
    if (a->q->robust && !a->q->id)
        study_doc_note(a->doc, "--robust without --id: every row is its own person.");
    if (s == ST_OK && a->q->svg)
        s = survival_draw_cox(a, &f, e);
    cox_free(&f);
    return s;
}

enum status survival_cox(struct survival_answer *a, struct err *e)
{
    struct surv_rows rows = a->d->rows;
    rows.group = a->d->stratum;
    rows.groups = a->d->stratum ? a->d->strata.count : 1;
    struct surv_order order;
    size_t bad = 0;
    survival_note_empty_strata(a);
    enum status s = surv_order_make(&rows, &order, &bad, e);
    if (s != ST_OK) {
        survival_say_row(a, bad, e);
        return s;
    }
    struct cox_data d = {&rows, a->d->x, a->d->covariates};
    s = fit_cox(a, &d, &order, e);
    surv_order_free(&order);
    return s;
}

/* The cause asked for, by --cause or --event; the first code otherwise. */
static enum status cause_asked(struct survival_answer *a, int *cause, struct err *e)
{
    const char *asked = a->q->cause ? a->q->cause : a->q->event;
    *cause = 1;
    if (!asked)
        return ST_OK;
    double wanted, have;
    for (int k = 0; k < a->d->rows.causes; k++) {
        struct str name = a->d->cause[k];
        bool same =
            str_is(name, asked) ||
            (str_to_double(name, &have) && str_to_double(str_of(asked), &wanted) && have == wanted);
        if (same) {
            *cause = k + 1;
            return ST_OK;
        }
    }
    err_at(e, a->q->file, 0, a->q->status);
    return err_set(e, ST_DATA, "no row used has the status \"%.40s\"", asked);
}

enum status survival_finegray(struct survival_answer *a, struct err *e)
{
    int cause;
    struct finegray_fit f;
    TRY(cause_asked(a, &cause, e));
    enum status s = finegray_fit(&a->d->rows, a->d->x, a->d->covariates, cause, &f, e);
    if (s != ST_OK) {
        err_at(e, a->q->file, 0, NULL);
        return s;
    }
    double code;
    bool number = str_to_double(a->d->cause[cause - 1], &code);
    for (int k = 0; k < f.covariates; k++) {
        json_t *row = study_doc_row(a->doc, "finegray");
        if (number)
            study_put_count(row, "failcode", code);
        else
            study_put_str(row, "failcode", a->d->cause[cause - 1]);
        study_put_str(row, "term", a->d->covariate[k]);
        study_put(row, "coef", f.coef[k]);
        study_put(row, "se", f.se[k]);
        study_put(row, "loglik", f.loglik);
        study_put_count(row, "n", (double)f.n);
        double z = f.coef[k] / f.se[k];
        study_put(row, "sHR", exp(f.coef[k]));
        study_put(row, "p", isnan(z) ? NAN : pchisq(z * z, 1, 0, 0));
        if (isnan(f.coef[k]))
            study_doc_reason(
                a->doc, 'C',
                "%.*s is a combination of the columns before it: it has no coefficient "
                "of its own.",
                (int)a->d->covariate[k].n, a->d->covariate[k].p);
    }
    if (!f.converged)
        study_doc_reason(a->doc, 'D', "The fit did not converge: a coefficient may be infinite.");
    if (f.events < 10 * (int64_t)f.covariates)
        study_doc_reason(a->doc, 'C', "%lld events for %d coefficients: fewer than ten each.",
                         (long long)f.events, f.covariates);
    finegray_free(&f);
    return ST_OK;
}
