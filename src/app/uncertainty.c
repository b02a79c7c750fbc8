#include "app/uncertainty.h"

#include "app/study_doc.h"
#include "base/json.h"
#include "stats/pool_draws.h"

#include <math.h>

static json_t *quantity_json(const struct draw_quantity *q)
{
    json_t *row = json_object();
    bool share = q->kind == DRAW_SHARE;
    study_put_text(row, "name", q->name);
    study_put_text(row, "meaning", q->meaning);
    study_put_text(row, "kind", share ? "share" : "count");
    study_put_count(row, "linked_numerator", (double)q->linked_numerator);
    if (share)
        study_put_count(row, "linked_denominator", (double)q->linked_denominator);
    study_put(row, "numerator_mean", q->numerator);
    if (share)
        study_put(row, "denominator_mean", q->denominator);
    study_put(row, "estimate", q->estimate);
    study_put(row, "lo", q->lo);
    study_put(row, "hi", q->hi);
    study_put(row, "lo_without_linkage", q->lo_without_linkage);
    study_put(row, "hi_without_linkage", q->hi_without_linkage);
    study_put(row, "within", q->within);
    study_put(row, "between", q->between);
    study_put(row, "total", q->total);
    study_put(row, "share_due_to_linkage", q->share_due_to_linkage);
    study_put_count(row, "draws", q->draws);
    study_put(row, "false_by_specificity", q->false_by_specificity);
    return row;
}

static json_t *hidden_json(const struct hidden_draws *h)
{
    const struct pooled *p = &h->unobserved;
    json_t *row = json_object();
    study_put(row, "observed", h->observed);
    study_put(row, "unobserved", p->point);
    study_put(row, "N", h->observed + p->point);
    study_put(row, "lo", h->observed + p->lo);
    study_put(row, "hi", h->observed + p->hi);
    study_put(row, "lo_without_linkage", h->observed + p->lo_without);
    study_put(row, "hi_without_linkage", h->observed + p->hi_without);
    study_put(row, "share_due_to_linkage", p->linkage_share);
    study_put_count(row, "draws", p->draws);
    study_put_count(row, "draws_without_estimate", p->failed);
    return row;
}

static json_t *document(const struct uncertainty_question *q, const struct link_draws *d,
                        const struct register_mse *m)
{
    json_t *doc = json_object(), *rows = json_array();
    study_put_count(doc, "records", (double)d->records);
    study_put_count(doc, "people", (double)d->people);
    study_put_count(doc, "claims", (double)d->claims);
    study_put_count(doc, "undecided", (double)d->undecided);
    study_put_count(doc, "components", (double)d->components);
    study_put_count(doc, "affected_records", (double)d->affected_records);
    study_put_count(doc, "draws", d->draws);
    study_put_count(doc, "seed", (double)q->draws.seed);
    json_object_set_new(doc, "few_draws", json_boolean(d->draws < POOL_DRAWS_MIN));
    json_object_set_new(doc, "calibration",
                        json_pack("{s:f,s:f,s:f}", "intercept", d->calibration.intercept,
                                  "intercept_sd", d->calibration.intercept_sd, "slope",
                                  d->calibration.slope));
    study_put(doc, "specificity", q->draws.specificity);
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(rows, quantity_json(&d->quantities[i]));
    json_object_set_new(doc, "quantities", rows);
    json_object_set_new(doc, "mse", register_mse_document(m));
    json_object_set_new(doc, "hidden_draws",
                        d->hidden.asked ? hidden_json(&d->hidden) : json_null());
    return doc;
}

static enum status answer_mse(struct store *s, const struct uncertainty_question *q,
                              struct register_mse *m, struct err *e)
{
    struct analysis a;
    struct analysis_options o = {.set = q->draws.set,
                                 .nrm_complete = q->draws.nrm_complete,
                                 .until = q->draws.until,
                                 .threads = q->draws.threads,
                                 .progress = q->draws.progress};
    *m = (struct register_mse){0};
    TRY(analysis_read(s, &o, &a, e));
    enum status status = register_mse_run(&a, &q->mse, m, e);
    analysis_free(&a);
    return status;
}

enum status uncertainty(struct store *s, const struct uncertainty_question *q, json_t **out,
                        struct err *e)
{
    struct link_draws d = {0};
    struct register_mse m;
    *out = NULL;
    enum status status = answer_mse(s, q, &m, e);
    if (status == ST_OK) {
        struct link_draws_options o = q->draws;
        o.lists = m.asked;
        o.from = m.from;
        o.to = m.to;
        status = link_draws_run(s, &o, &d, e);
    }
    if (status == ST_OK)
        *out = document(q, &d, &m);
    register_mse_free(&m);
    link_draws_free(&d);
    return status;
}

/* ---- for people ---- */

static double number_of(const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static void print_quantity(FILE *to, const json_t *row)
{
    bool share = strcmp(json_string_value(json_object_get(row, "kind")), "share") == 0;
    double k = share ? 100 : 1;
    int decimals = share ? 2 : 0;
    double linked = number_of(row, "linked_numerator");
    if (share)
        linked = 100 * linked / number_of(row, "linked_denominator");
    fprintf(to, "%-36s %9.*f %9.*f  %9.*f to %-9.*f %9.*f to %-9.*f %5.0f%%",
            json_string_value(json_object_get(row, "name")), decimals, linked, decimals,
            k * number_of(row, "estimate"), decimals, k * number_of(row, "lo"), decimals,
            k * number_of(row, "hi"), decimals, k * number_of(row, "lo_without_linkage"), decimals,
            k * number_of(row, "hi_without_linkage"), 100 * number_of(row, "share_due_to_linkage"));
    double by_chance = number_of(row, "false_by_specificity");
    if (!isnan(by_chance))
        fprintf(to, "  %.0f false by specificity alone", by_chance);
    fputc('\n', to);
}

static void print_mse(FILE *to, json_t *mse)
{
    size_t i;
    json_t *v;
    const json_t *s = json_object_get(mse, "settings");
    fprintf(to, "\nPeople on no list, %s to %s; %.0f people on the lists\n",
            json_string_value(json_object_get(s, "from")),
            json_string_value(json_object_get(s, "to")), number_of(s, "people"));
    if (json_object_get(mse, "assumption")) {
        study_mse_print(to, mse);
    } else {
        json_array_foreach(json_object_get(mse, "reasons"), i, v)
            fprintf(to, "%s\n", json_string_value(v));
    }
    json_array_foreach(json_object_get(mse, "register_warnings"), i, v)
        fprintf(to, "Register    %s\n", json_string_value(v));
}

void uncertainty_print(FILE *to, json_t *doc)
{
    size_t i;
    json_t *row;
    fprintf(to,
            "%.0f records, %.0f people as linked; %.0f of %.0f claims undecided, %.0f records "
            "in %.0f groups drawn %.0f times\n",
            number_of(doc, "records"), number_of(doc, "people"), number_of(doc, "undecided"),
            number_of(doc, "claims"), number_of(doc, "affected_records"),
            number_of(doc, "components"), number_of(doc, "draws"));
    fprintf(to, "%-36s %9s %9s  %-22s %-22s %s\n", "shares in %", "as linked", "mean", "95%",
            "had links been certain", "due to linkage");
    json_array_foreach(json_object_get(doc, "quantities"), i, row) print_quantity(to, row);
    print_mse(to, json_object_get(doc, "mse"));
    const json_t *hidden = json_object_get(doc, "hidden_draws");
    if (!isnan(number_of(hidden, "N")))
        fprintf(to,
                "With the links drawn, forward steps give %.0f (95%% %.0f to %.0f; %.0f%% of the "
                "variance "
                "due to linkage; %.0f of the draws without an estimate); the grade above holds.\n",
                number_of(hidden, "N"), number_of(hidden, "lo"), number_of(hidden, "hi"),
                100 * number_of(hidden, "share_due_to_linkage"),
                number_of(hidden, "draws_without_estimate"));
}
