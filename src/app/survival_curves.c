/* Kaplan-Meier, quantiles, restricted means, tests. */
#include "app/survival_answer.h"
#include "stats/surv_cif.h"
#include "stats/surv_test.h"

#include <math.h>
#include <stdlib.h>

static void free_curves(struct km_curve *curves, int groups)
{
    for (int g = 0; g < groups; g++)
        km_free(&curves[g]);
    free(curves);
}

static enum status fit_groups(struct survival_answer *a, struct km_curve **out, struct err *e)
{
    const struct surv_rows *rows = &a->d->rows;
    struct km_curve *curves = mem_zalloc((size_t)rows->groups, sizeof *curves);
    bool several = rows->person && (size_t)rows->persons < rows->n;
    for (int g = 0; g < rows->groups; g++) {
        struct surv_counts c;
        size_t bad = 0;
        surv_counts_make(rows, &a->order, g, &c);
        km_fit(&c, &curves[g]);
        surv_counts_free(&c);
        enum status s = several ? km_by_person(rows, &a->order, g, &curves[g], &bad, e) : ST_OK;
        if (s != ST_OK) {
            free_curves(curves, rows->groups);
            survival_say_row(a, bad, e);
            return s;
        }
    }
    if (several)
        study_doc_note(a->doc,
                       "People have several rows: errors are the infinitesimal jackknife by "
                       "person.");
    *out = curves;
    return ST_OK;
}

static void put_limits(json_t *row, double surv, double greenwood, double z)
{
    static const char *const lo[] = {"lo_plain", "lo_log", "lo_loglog", "lo_logit", "lo_arcsin"};
    static const char *const hi[] = {"hi_plain", "hi_log", "hi_loglog", "hi_logit", "hi_arcsin"};
    for (int t = 0; t < KM_LIMITS; t++) {
        struct interval r = km_limit(surv, greenwood, z, (enum km_limits)t);
        study_put(row, lo[t], r.lo);
        study_put(row, hi[t], r.hi);
    }
}

static void put_curve(struct survival_answer *a, int g, const struct km_curve *c)
{
    for (size_t k = 0; k < c->n; k++) {
        json_t *row = study_doc_row(a->doc, "km");
        study_put_str(row, "stratum", survival_group_label(a->d, g));
        study_put_count(row, "time", c->time[k]);
        study_put_count(row, "n_risk", c->risk[k]);
        study_put_count(row, "n_event", c->event[k]);
        study_put_count(row, "n_censor", c->censor[k]);
        study_put(row, "surv", c->surv[k]);
        study_put(row, "se_surv", km_se(c, k));
        study_put(row, "cumhaz", c->cumhaz[k]);
        study_put(row, "se_cumhaz", sqrt(c->cumhaz_var[k]));
        put_limits(row, c->surv[k], c->greenwood[k], a->z);
    }
}

/* At the times asked: as of the last row before; events and at risk as R's summary counts them. */
static void put_curve_at(struct survival_answer *a, int g, const struct km_curve *c)
{
    long before = -1;
    for (int t = 0; t < a->q->at_count; t++) {
        double time = a->q->at[t], events = 0;
        long k = km_row(c, time);
        for (long j = before + 1; j <= k; j++)
            events += c->event[j];
        long next = k >= 0 && c->time[k] == time ? k : k + 1;
        json_t *row = study_doc_row(a->doc, "km_at");
        study_put_str(row, "stratum", survival_group_label(a->d, g));
        study_put_count(row, "time", time);
        study_put_count(row, "n_risk", next < (long)c->n ? c->risk[next] : 0);
        study_put_count(row, "n_event", events);
        bool beyond = c->n == 0 || time > c->time[c->n - 1];
        study_put(row, "surv", beyond ? NAN : k < 0 ? 1 : c->surv[k]);
        study_put(row, "se_surv", beyond ? NAN : k < 0 ? 0 : km_se(c, (size_t)k));
        if (beyond || k < 0)
            put_limits(row, beyond ? 0 : 1, 0, a->z);
        else
            put_limits(row, c->surv[k], c->greenwood[k], a->z);
        before = k;
    }
}

static void put_bounds(struct survival_answer *a, int g, const struct km_curve *c)
{
    for (int t = 0; t < a->q->at_count; t++) {
        struct km_bound b = km_bound(c, a->q->at[t]);
        json_t *row = study_doc_row(a->doc, "km_bounds");
        study_put_str(row, "stratum", survival_group_label(a->d, g));
        study_put_count(row, "time", a->q->at[t]);
        study_put_count(row, "n", (double)c->rows);
        study_put_count(row, "events_by_t", b.events);
        study_put_count(row, "censored_by_t", b.censored);
        study_put(row, "cuminc_all_censored_never", b.never);
        study_put(row, "cuminc_km", b.km);
        study_put(row, "cuminc_all_censored_at_once", b.at_once);
        study_doc_note(
            a->doc,
            "By %.10g, %.*s: %.4g%% if none of the %.0f censored ever had the event, "
            "%.4g%% if all had it at once; Kaplan-Meier, which assumes that the censored "
            "are like the others, says %.4g%%.",
            a->q->at[t], (int)survival_group_label(a->d, g).n, survival_group_label(a->d, g).p,
            100 * b.never, b.censored, 100 * b.at_once, 100 * b.km);
    }
}

/* With late entry everybody at risk can have the event while others are still to enter: the product
 * is then 0 for good, though nobody would believe it. */
static void note_emptied(struct survival_answer *a, int g, const struct km_curve *c)
{
    for (size_t k = 0; k + 1 < c->n; k++)
        if (c->surv[k] == 0) {
            struct str label = survival_group_label(a->d, g);
            study_doc_reason(a->doc, 'D',
                             "%.*s: at %.10g all %.0f then at risk had the event, and the curve "
                             "stays at 0 though others entered later. Start follow-up later, or "
                             "group times more coarsely.",
                             (int)(label.n > 80 ? 80 : label.n), label.p, c->time[k], c->risk[k]);
            return;
        }
}

enum status survival_km(struct survival_answer *a, struct err *e)
{
    int groups = a->d->rows.groups;
    struct km_curve *curves = NULL;
    TRY(fit_groups(a, &curves, e));
    study_doc_table(a->doc, "km");
    for (int g = 0; g < groups; g++) {
        put_curve(a, g, &curves[g]);
        note_emptied(a, g, &curves[g]);
        put_curve_at(a, g, &curves[g]);
        if (a->q->bounds)
            put_bounds(a, g, &curves[g]);
    }
    if (groups == 1)
        study_put(a->doc, "estimate", km_quantile(&curves[0], 0.5, a->z, KM_LOGLOG).value);
    enum status s = ST_OK;
    if (a->q->svg)
        s = a->q->bounds ? survival_draw_bounds(a, curves, e) : survival_draw_km(a, curves, e);
    free_curves(curves, groups);
    return s;
}

enum status survival_quantiles(struct survival_answer *a, struct err *e)
{
    static const double quartiles[] = {0.25, 0.5, 0.75};
    const double *probs = a->q->prob_count ? a->q->probs : quartiles;
    int count = a->q->prob_count ? a->q->prob_count : 3, groups = a->d->rows.groups;
    struct km_curve *curves = NULL;
    TRY(fit_groups(a, &curves, e));
    for (int t = 0; t < KM_LIMITS; t++)
        for (int p = 0; p < count; p++)
            for (int g = 0; g < groups; g++) {
                struct km_quantile v = km_quantile(&curves[g], probs[p], a->z, (enum km_limits)t);
                json_t *row = study_doc_row(a->doc, "quant");
                study_put_str(row, "stratum", survival_group_label(a->d, g));
                study_put_text(row, "conf_type", km_limits_name((enum km_limits)t));
                study_put(row, "prob", probs[p]);
                study_put(row, "quantile", v.value);
                study_put(row, "lo", v.lo);
                study_put(row, "hi", v.hi);
            }
    if (groups == 1)
        study_put(a->doc, "estimate", km_quantile(&curves[0], 0.5, a->z, KM_LOGLOG).value);
    study_doc_note(a->doc,
                   "A quantile or limit that is null was not reached in the time observed.");
    enum status s = a->q->svg ? survival_draw_km(a, curves, e) : ST_OK;
    free_curves(curves, groups);
    return s;
}

enum status survival_rmst(struct survival_answer *a, struct err *e)
{
    int groups = a->d->rows.groups;
    struct km_curve *curves = NULL;
    TRY(fit_groups(a, &curves, e));
    double common = INFINITY;
    for (int g = 0; g < groups; g++)
        common = fmin(common, curves[g].time[curves[g].n - 1]);
    double tau = isnan(a->q->tau) ? common : a->q->tau;
    if (isnan(a->q->tau))
        study_doc_note(a->doc, "No --tau was given: %.10g, the last time seen in every group.",
                       tau);
    if (tau > common)
        study_doc_reason(a->doc, 'B',
                         "tau %.10g lies beyond the last time seen in some group (%.10g): the "
                         "curve is carried on flat.",
                         tau, common);
    for (int g = 0; g < groups; g++) {
        struct km_mean m = km_mean(&curves[g], tau);
        json_t *row = study_doc_row(a->doc, "rmst");
        study_put_str(row, "stratum", survival_group_label(a->d, g));
        study_put_count(row, "tau", tau);
        study_put_count(row, "n", (double)curves[g].rows);
        study_put_count(row, "events", curves[g].events);
        study_put(row, "rmst", m.mean);
        study_put(row, "se", m.se);
        study_put(row, "median", m.median);
        if (groups == 1)
            study_put(a->doc, "estimate", m.mean);
    }
    enum status s = a->q->svg ? survival_draw_km(a, curves, e) : ST_OK;
    free_curves(curves, groups);
    return s;
}

void survival_note_empty_strata(struct survival_answer *a)
{
    const struct survival_data *d = a->d;
    if (!d->stratum)
        return;
    int64_t *events = mem_zalloc((size_t)d->strata.count, sizeof *events);
    int empty = 0;
    for (size_t i = 0; i < d->rows.n; i++)
        events[d->stratum[i]] += d->rows.event[i] != 0;
    for (int k = 0; k < d->strata.count; k++)
        empty += events[k] == 0;
    free(events);
    if (empty)
        study_doc_note(a->doc, "%d of %d strata have no event and add nothing.", empty,
                       d->strata.count);
}

static enum status no_test(struct survival_answer *a, struct surv_test *t, struct err *e)
{
    surv_test_free(t);
    err_at(e, a->q->file, 0, a->q->group);
    err_set(e, ST_DATA, "there is no test: no events, or events only where one group is at risk");
    return err_hint(e, "With everybody censored, groups cannot be compared.");
}

static enum status logrank(struct survival_answer *a, struct err *e)
{
    struct surv_test t;
    TRY(surv_logrank(&a->d->rows, a->d->stratum, a->d->strata.count, a->q->rho, &t, e));
    if (t.df == 0)
        return no_test(a, &t, e);
    for (int g = 0; g < t.groups; g++) {
        json_t *row = study_doc_row(a->doc, "logrank");
        study_put(row, "rho", a->q->rho);
        study_put_str(row, "group", survival_group_label(a->d, g));
        study_put_count(row, "n", (double)t.n[g]);
        study_put(row, "observed", t.observed[g]);
        study_put(row, "expected", t.expected[g]);
        study_put(row, "chisq", t.chisq);
        study_put_count(row, "df", t.df);
        study_put(row, "p", t.p);
    }
    study_put(a->doc, "estimate", t.chisq);
    surv_test_free(&t);
    if (!a->q->svg)
        return ST_OK;
    struct km_curve *curves = NULL;
    TRY(fit_groups(a, &curves, e));
    enum status s = survival_draw_km(a, curves, e);
    free_curves(curves, a->d->rows.groups);
    return s;
}

static enum status gray(struct survival_answer *a, struct err *e)
{
    const struct survival_data *d = a->d;
    for (int cause = 1; cause <= d->rows.causes; cause++) {
        struct surv_test t;
        char code[48];
        struct str name = d->cause[cause - 1];
        snprintf(code, sizeof code, "%.*s", (int)(name.n > 40 ? 40 : name.n), name.p);
        if (a->q->cause && strcmp(a->q->cause, code) != 0)
            continue;
        TRY(surv_gray(&d->rows, d->stratum, d->strata.count, cause, a->q->rho, &t, e));
        if (t.df == 0)
            return no_test(a, &t, e);
        json_t *row = study_doc_row(a->doc, "gray");
        double number;
        if (str_to_double(name, &number))
            study_put_count(row, "cause", number);
        else
            study_put_str(row, "cause", name);
        study_put(row, "gray_chisq", t.chisq);
        study_put(row, "p", t.p);
        study_put_count(row, "df", t.df);
        surv_test_free(&t);
    }
    if (!json_object_get(a->doc, "gray")) {
        err_at(e, a->q->file, 0, a->q->status);
        return err_set(e, ST_DATA, "no row used has the status \"%.40s\" given by --cause",
                       a->q->cause);
    }
    return ST_OK;
}

enum status survival_tests(struct survival_answer *a, struct err *e)
{
    survival_note_empty_strata(a);
    return a->q->method == SURVIVAL_GRAY ? gray(a, e) : logrank(a, e);
}
