#include "app/study_proportion.h"

#include "app/study_doc.h"
#include "app/study_trend.h"
#include "stats/proportion.h"
#include "stats/rate.h"
#include "stats/two_sample.h"

#include <math.h>

static void put_interval(json_t *row, const char *lo, const char *hi, struct interval v)
{
    study_put(row, lo, v.lo);
    study_put(row, hi, v.hi);
}

static void intervals(json_t *doc, const struct proportion_question *q)
{
    for (int m = 0; m < PROP_METHODS; m++) {
        json_t *row = study_doc_row(doc, "proportion_intervals");
        study_put_count(row, "x", q->x);
        study_put_count(row, "n", q->n);
        study_put(row, "conf", q->level);
        study_put_text(row, "method", proportion_method_name((enum proportion_method)m));
        study_put(row, "estimate", q->x / q->n);
        put_interval(row, "lower", "upper",
                     proportion_interval(q->x, q->n, q->level, (enum proportion_method)m));
    }
}

struct known {
    double yes, no, unknown;
};

static json_t *known_row(json_t *doc, const char *key, const struct known *k)
{
    json_t *row = study_doc_row(doc, key);
    study_put_count(row, "n_yes", k->yes);
    study_put_count(row, "n_no", k->no);
    study_put_count(row, "n_unknown", k->unknown);
    return row;
}

static struct missing_bounds bounds(json_t *doc, const struct known *k, double level)
{
    struct missing_bounds b = missing_bounds(k->yes, k->no, k->unknown, level);
    json_t *row = known_row(doc, "bounds", k);
    study_put(row, "complete_case", b.complete_case);
    put_interval(row, "cc_wilson_lo", "cc_wilson_hi", b.complete_wilson);
    put_interval(row, "lower_bound", "upper_bound", b.identified);
    put_interval(row, "set_wilson_lo", "set_wilson_hi", b.set_wilson);
    put_interval(row, "set_cp_lo", "set_cp_hi", b.set_cp);
    study_put(row, "imbens_manski_C", b.imbens_manski_c);
    put_interval(row, "im_lo", "im_hi", b.imbens_manski);
    return b;
}

static void assumptions(json_t *doc, const struct proportion_question *q, const struct known *k)
{
    static const double usual_gamma[] = {0.25, 0.5, 1, 2, 4, 8};
    static const double usual_share[] = {0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1};
    const double *gamma = q->gamma_count ? q->gamma : usual_gamma;
    const double *share = q->assumed_count ? q->assumed : usual_share;
    int gammas = q->gamma_count ? q->gamma_count : 6, shares = q->assumed_count;
    shares = shares ? shares : 8;
    for (int i = 0; i < gammas; i++) {
        double p = missing_odds_shift(k->yes, k->no, gamma[i]);
        json_t *row = known_row(doc, "odds_shift", k);
        study_put(row, "gamma", gamma[i]);
        study_put(row, "p_unknown", p);
        study_put(row, "rate", missing_pattern_mixture(k->yes, k->no, k->unknown, p));
    }
    for (int i = 0; i < shares; i++) {
        json_t *row = known_row(doc, "pattern_mixture", k);
        study_put(row, "assumed_rate_in_unknown", share[i]);
        study_put(row, "rate", missing_pattern_mixture(k->yes, k->no, k->unknown, share[i]));
    }
}

static void tipping(json_t *doc, const struct known *k, double level, double c, int below)
{
    if (isnan(c))
        return;
    struct tipping t = missing_tipping(k->yes, k->no, k->unknown, level, c, below);
    json_t *row = known_row(doc, "tipping_point", k);
    study_put_text(row, "conclusion", below ? "rate below" : "rate above");
    study_put(row, "threshold", c);
    study_put(row, "tipping_share", t.share);
    study_put(row, "tipping_gamma", t.gamma);
    study_put(row, "interval_tipping_share", t.interval_share);
    study_put_text(row, "holds",
                   t.holds > 0   ? "whatever the unknown are"
                   : t.holds < 0 ? "for no value of the unknown"
                                 : "for some values of the unknown");
    study_doc_note(doc, "The conclusion \"%s %.4g%%\" holds %s.",
                   below ? "the rate is below" : "the rate is above", 100 * c,
                   json_string_value(json_object_get(row, "holds")));
}

static void comparison(json_t *doc, const struct proportion_question *q)
{
    struct two_proportions t = two_proportions(q->x, q->n, q->x2, q->n2, q->level);
    json_t *row = study_doc_row(doc, "two_proportions");
    study_put_count(row, "x1", q->x);
    study_put_count(row, "n1", q->n);
    study_put_count(row, "x2", q->x2);
    study_put_count(row, "n2", q->n2);
    study_put(row, "diff", t.diff);
    put_interval(row, "newcombe_lo", "newcombe_hi", t.newcombe);
    put_interval(row, "mn_lo", "mn_hi", t.mn);
    put_interval(row, "mee_lo", "mee_hi", t.mee);
    put_interval(row, "wald_lo", "wald_hi", t.wald);
    study_put(row, "RR", t.rr);
    put_interval(row, "RR_lo", "RR_hi", t.rr_ci);
    study_put(row, "OR", t.odds_ratio);
    put_interval(row, "OR_lo", "OR_hi", t.odds_ratio_ci);
    study_put(row, "fisher_p", t.fisher_p);
    study_put(row, "fisher_condOR", t.fisher_cond_or);
    put_interval(row, "fisher_lo", "fisher_hi", t.fisher);
    study_put(row, "chisq", t.chisq);
    study_put(row, "chisq_p", t.chisq_p);
    study_put(row, "chisq_cc", t.chisq_cc);
    study_put(row, "chisq_cc_p", t.chisq_cc_p);
    study_doc_note(doc,
                   "A difference is only meaningful when both shares have the same definition, "
                   "denominator and length of follow-up.");
}

static void linkage_error(json_t *doc, const struct proportion_question *q)
{
    struct rogan_gladen r = rogan_gladen(q->x, q->n, q->sensitivity, q->specificity, q->level);
    json_t *row = study_doc_row(doc, "rate_linkage_error");
    study_put_count(row, "x", q->x);
    study_put_count(row, "n", q->n);
    study_put(row, "link_sensitivity", q->sensitivity);
    study_put(row, "link_specificity", q->specificity);
    study_put(row, "observed", r.observed);
    study_put(row, "adjusted_raw", r.raw);
    study_put(row, "adjusted", r.adjusted);
    study_put(row, "se_delta", r.se_delta);
    put_interval(row, "wald_lo", "wald_hi", r.wald);
    put_interval(row, "wilson_mapped_lo", "wilson_mapped_hi", r.wilson);
    put_interval(row, "cp_mapped_lo", "cp_mapped_hi", r.cp);
    study_put(row, "expected_false_links_if_zero_true", r.false_links);
    if (r.raw < 0)
        study_doc_reason(doc, 'D',
                         "The linkage alone is expected to produce %.6g false repeats, more than "
                         "the %.0f seen: the data do not show that anybody was seen again.",
                         r.false_links, q->x);
}

/* Beside every rate below 2 %: what false links alone would produce. */
static void false_repeats(json_t *doc, const struct proportion_question *q)
{
    static const double usual[] = {0.9999, 0.999, 0.995, 0.99};
    if (q->x / q->n >= 0.02)
        return;
    for (int i = q->has_error ? 3 : 0; i < 4; i++) {
        double specificity = q->has_error ? q->specificity : usual[i];
        json_t *row = study_doc_row(doc, "false_repeats");
        study_put_count(row, "n", q->n);
        study_put(row, "specificity", specificity);
        study_put(row, "expected_false_repeats", q->n * (1 - specificity));
        study_put_count(row, "seen", q->x);
    }
    double at = q->has_error ? q->specificity : 0.999;
    study_doc_reason(doc, 'B',
                     "The rate is below 2%%: with a link specificity of %.6g, %.0f people yield "
                     "about %.3g false repeats by themselves, against %.0f seen.",
                     at, q->n, q->n * (1 - at), q->x);
}

static void headline(json_t *doc, const struct proportion_question *q,
                     const struct missing_bounds *b)
{
    struct interval w = proportion_interval(q->x, q->n, q->level, PROP_WILSON);
    study_put(doc, "estimate", q->x / q->n);
    json_object_set_new(doc, "grade", json_string("A"));
    json_t *range = json_object();
    json_object_set_new(doc, "range", range);
    bool unknown = q->has_unknown && q->unknown > 0;
    put_interval(range, "lower", "upper", unknown ? b->set_wilson : w);
    study_put_text(range, "method",
                   unknown ? "Wilson, outer limits of the identified range" : "Wilson");
    study_doc_note(doc, "%.0f of %.0f is %.4g%% (Wilson %.4g%%: %.4g%% to %.4g%%).", q->x, q->n,
                   100 * q->x / q->n, 100 * q->level, 100 * w.lo, 100 * w.hi);
    if (unknown)
        study_doc_reason(
            doc, 'C',
            "%.0f of %.0f have unknown follow-up: the estimate is a floor, not a rate. "
            "Without assumptions the rate lies between %.4g%% and %.4g%%; with "
            "sampling error, %.4g%% to %.4g%%.",
            q->unknown, q->n, 100 * b->identified.lo, 100 * b->identified.hi,
            100 * b->set_wilson.lo, 100 * b->set_wilson.hi);
    if (q->n < 20)
        study_doc_reason(doc, 'C', "Too few for a percentage: say \"%.0f of %.0f\".", q->x, q->n);
    else if (q->x < 5)
        study_doc_reason(doc, 'B', "Only %.0f: give the count beside the rate.", q->x);
}

static enum status check(const struct proportion_question *q, struct err *e)
{
    if (q->has_n)
        TRY(proportion_check(q->x, q->n, q->level, e));
    if (q->has_n && q->has_unknown && !(q->unknown >= 0 && q->x + q->unknown <= q->n)) {
        err_set(e, ST_DATA, "x and the unknown together exceed n");
        return err_hint(e, "The unknown are counted inside n: n = yes + no + unknown.");
    }
    if (q->compare) {
        TRY(proportion_check(q->x2, q->n2, q->level, e));
    }
    if (q->has_error && !(q->sensitivity >= 0 && q->sensitivity <= 1 && q->specificity >= 0 &&
                          q->specificity <= 1 && q->sensitivity + q->specificity > 1)) {
        err_set(e, ST_DATA, "sensitivity and specificity must lie in 0..1 and exceed 1 together");
        return err_hint(e, "A linker below that is no better than chance: no correction exists.");
    }
    for (int i = 0; i < q->assumed_count; i++)
        if (!(q->assumed[i] >= 0 && q->assumed[i] <= 1))
            return err_set(e, ST_USAGE, "an assumed share must lie between 0 and 1");
    for (int i = 0; i < q->gamma_count; i++)
        if (!(q->gamma[i] >= 0))
            return err_set(e, ST_USAGE, "an odds shift must be 0 or more");
    return ST_OK;
}

static enum status poisson(json_t *doc, const struct proportion_question *q, struct err *e)
{
    if (!(q->x >= 0) || q->x != floor(q->x) || !(q->exposure > 0))
        return err_set(e, ST_DATA, "events must be a count and the exposure above 0");
    struct poisson_rate r = poisson_rate(q->x, q->exposure, q->level);
    json_t *row = study_doc_row(doc, "poisson_rates");
    study_put_count(row, "x", q->x);
    study_put_count(row, "exposure", q->exposure);
    study_put(row, "rate", r.rate);
    put_interval(row, "exact_lo", "exact_hi", r.exact);
    put_interval(row, "byar_lo", "byar_hi", r.byar);
    put_interval(row, "score_lo", "score_hi", r.score);
    if (!q->has_n) {
        study_put(doc, "estimate", r.rate);
        json_object_set_new(doc, "grade", json_string("A"));
    }
    study_doc_note(doc,
                   "%.0f events in %.6g: %.6g, exact %.4g to %.4g, if events are independent of "
                   "each other.",
                   q->x, q->exposure, r.rate, r.exact.lo, r.exact.hi);
    return ST_OK;
}

static void about_share(json_t *doc, const struct proportion_question *q)
{
    double unknown = q->has_unknown ? q->unknown : 0;
    struct known k = {q->x, q->n - q->x - unknown, unknown};
    intervals(doc, q);
    struct missing_bounds b = bounds(doc, &k, q->level);
    headline(doc, q, &b);
    if (q->has_unknown)
        assumptions(doc, q, &k);
    tipping(doc, &k, q->level, q->conclude_below, 1);
    tipping(doc, &k, q->level, q->conclude_above, 0);
    if (q->compare)
        comparison(doc, q);
    if (q->has_error)
        linkage_error(doc, q);
    false_repeats(doc, q);
}

static enum status answer(json_t *doc, const struct proportion_question *q, struct err *e)
{
    study_put(study_doc_settings(doc), "level", q->level);
    if (q->has_n)
        about_share(doc, q);
    if (q->exposure != 0)
        TRY(poisson(doc, q, e));
    if (q->trend_file)
        TRY(study_trend_file(doc, q->trend_file, q->level, e));
    return ST_OK;
}

enum status study_proportion(const struct proportion_question *q, json_t **out, struct err *e)
{
    *out = NULL;
    if (!(q->level > 0 && q->level < 1))
        return err_set(e, ST_USAGE, "the level must lie between 0 and 1");
    if (!q->trend_file && !(q->has_x && (q->has_n || q->exposure != 0))) {
        err_set(e, ST_USAGE, "nothing to do: give --x and --n, --x and --exposure, or --trend");
        return err_hint(e, "For example: throughline study proportion --x 25 --n 118.");
    }
    if ((q->has_unknown || q->compare || q->has_error) && !q->has_n)
        return err_set(e, ST_USAGE, "these options need --x and --n");
    TRY(check(q, e));
    json_t *doc = study_doc_new();
    enum status s = answer(doc, q, e);
    if (s != ST_OK) {
        json_decref(doc);
        return s;
    }
    *out = doc;
    return ST_OK;
}
