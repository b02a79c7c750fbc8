#include "app/link_explain.h"

#include "app/link_people.h"
#include "app/waterfall.h"
#include "linkage/model_json.h"

#include <math.h>
#include <stdlib.h>

/* ---- words ---- */

static const char *verdict(const struct link_explanation *x, bool together, double threshold_bits)
{
    if (together && !x->compared)
        return "Linked through other records: the two were never compared with each other. The "
               "weight "
               "below is what a comparison would have given.";
    if (together && x->bits > threshold_bits)
        return "Linked: the two records are in one cluster, and their own weight is above the "
               "threshold.";
    if (together)
        return "Linked through other records: their own weight is below the threshold, but the "
               "cluster's average is above it.";
    if (x->one_source)
        return "Not linked: both are of one source, of which a cluster has at most one record.";
    if (x->barred)
        return "Not linked; never compared: \"link\" keeps records of these sources apart. The "
               "weight "
               "below is what a comparison would have given.";
    if (!x->compared)
        return "Not linked; never compared: no shared key. The weight below is what a comparison "
               "would have given.";
    if (x->bits > threshold_bits)
        return "Not linked: their own weight is above the threshold, but the average between "
               "their clusters is not.";
    return "Not linked: the evidence does not outweigh the odds against.";
}

static void add_reason(struct buf *t, const struct link_reason *r)
{
    buf_addf(t, "  %+7.2f bits  %s: %s", r->bits, r->column, r->words);
    if (r->level == 0) {
        buf_adds(t, " (says nothing)\n");
        return;
    }
    if (r->level == 1)
        buf_addf(t, " (%.*s)", (int)r->a.n, r->a.p);
    else
        buf_addf(t, " (%.*s | %.*s)", (int)r->a.n, r->a.n ? r->a.p : "", (int)r->b.n,
                 r->b.n ? r->b.p : "");
    if (r->level == 1 && fabs(r->frequency_bits) >= 0.05)
        buf_addf(t, "; this value is %s than most, %+.2f bits of it",
                 r->frequency_bits > 0 ? "rarer" : "commoner", r->frequency_bits);
    buf_addc(t, '\n');
}

static void words_of(const struct link_explanation *x, const char *says, struct buf *t)
{
    buf_addf(t, "%s\n", says);
    if (x->compared)
        buf_addf(t, "Compared because they share: %s.\n", x->shared);
    buf_addf(t,
             "\n  %+7.2f bits  to begin with: the odds that two records taken at random are one "
             "person\n",
             x->prior_bits);
    for (int k = 0; k < x->reasons; k++)
        add_reason(t, &x->reason[k]);
    if (x->dependence_bits < -0.005)
        buf_addf(t, "  %+7.2f bits  columns that agree here repeat each other\n",
                 x->dependence_bits);
    if (x->household_bits < -0.005)
        buf_addf(t,
                 "  %+7.2f bits  people who live or travel together share the rest of this "
                 "evidence\n",
                 x->household_bits);
    buf_addf(t, "  %+7.2f bits  in all: probability %.6g that they are one person\n", x->bits,
             x->probability);
}

/* ---- JSON ---- */

static json_t *text_json(struct str s)
{
    return s.n ? json_stringn(s.p, s.n) : json_null();
}

static json_t *json_of(const struct link_explanation *x, const struct link_explain_request *r,
                       bool together, const char *says)
{
    json_t *reasons = json_array();
    for (int k = 0; k < x->reasons; k++) {
        const struct link_reason *p = &x->reason[k];
        json_array_append_new(
            reasons, json_pack("{s:s, s:o, s:o, s:i, s:s, s:o, s:o, s:f, s:f}", "column", p->column,
                               "a", text_json(p->a), "b", text_json(p->b), "level", p->level,
                               "means", p->words, "m", p->m > 0.0 ? json_real(p->m) : json_null(),
                               "u", p->u > 0.0 ? json_real(p->u) : json_null(), "bits", p->bits,
                               "frequency_bits", p->frequency_bits));
    }
    return json_pack("{s:s, s:s, s:b, s:b, s:s, s:s, s:f, s:o, s:f, s:f, s:f, s:f}", "id_a",
                     r->id_a, "id_b", r->id_b, "linked", together, "compared", x->compared,
                     "shared_keys", x->shared, "verdict", says, "prior_bits", x->prior_bits,
                     "comparisons", reasons, "dependence_bits", x->dependence_bits,
                     "household_bits", x->household_bits, "match_weight", x->bits,
                     "match_probability", x->probability);
}

/* ---- waterfall ---- */

static enum status draw(const struct link_explanation *x, const struct link_explain_request *r,
                        struct err *e)
{
    struct waterfall_step step[LINK_MAX_COLUMNS + 3];
    int n = 0;
    step[n++] = (struct waterfall_step){"prior odds", "two records taken at random", x->prior_bits};
    for (int k = 0; k < x->reasons; k++)
        step[n++] =
            (struct waterfall_step){x->reason[k].column, x->reason[k].words, x->reason[k].bits};
    if (x->dependence_bits < -0.005)
        step[n++] = (struct waterfall_step){"repetition", "columns that repeat each other",
                                            x->dependence_bits};
    if (x->household_bits < -0.005)
        step[n++] = (struct waterfall_step){"household", "people together share the rest",
                                            x->household_bits};
    struct buf svg = BUF_EMPTY;
    waterfall_svg(&svg, "Why these two records are, or are not, one person", step, n);
    enum status st = file_write(r->svg, buf_str(&svg), e);
    buf_free(&svg);
    return st;
}

/* ---- the run ---- */

static enum status find_pair(const struct link_data *d, const struct link_explain_request *r,
                             uint32_t *a, uint32_t *b, struct err *e)
{
    const char *id[2] = {r->id_a, r->id_b};
    uint32_t *to[2] = {a, b};
    for (int k = 0; k < 2; k++)
        if (!link_data_find(d, str_of(id[k]), to[k])) {
            err_at(e, r->people, 0, NULL);
            return err_set(e, ST_DATA, "no record has the %s id of --pair", k ? "second" : "first");
        }
    if (*a == *b)
        return err_set(e, ST_DATA, "--pair needs two different records");
    return ST_OK;
}

static enum status find_record(const struct link_data *d, const struct link_explain_request *r,
                               uint32_t *record, struct err *e)
{
    if (link_data_find(d, str_of(r->cluster), record))
        return ST_OK;
    err_at(e, r->people, 0, NULL);
    return err_set(e, ST_DATA, "no record has the id of --cluster");
}

static enum status model_of_file(const char *path, const struct link_data *d, struct link_model **m,
                                 struct err *e)
{
    json_t *doc;
    TRY(json_read_file(path, &doc, e));
    enum status st = link_model_from_json(doc, path, m, e);
    json_decref(doc);
    return st == ST_OK ? link_model_fit(*m, d, e) : st;
}

static enum status explain(const struct link_explain_request *r, struct link_data *d,
                           struct link_model **m, struct buf *text, json_t **doc, struct err *e)
{
    uint32_t a = 0, b = 0;
    struct link_result result;
    double bits = log2(r->threshold / (1.0 - r->threshold));
    struct link_options o = {.threads = r->threads, .threshold_bits = bits, .keep_bits = INFINITY};
    if (r->cluster)
        TRY(find_record(d, r, &a, e));
    else
        TRY(find_pair(d, r, &a, &b, e));
    if (r->use_model)
        TRY(model_of_file(r->use_model, d, m, e));
    TRY(link_run(d, &o, m, &result, e));
    if (r->cluster) {
        link_cluster_words(d, *m, &result, a, bits, text, doc);
        link_result_free(&result);
        return ST_OK;
    }
    bool together = result.cluster[a] == result.cluster[b];
    link_result_free(&result);
    struct link_explanation x;
    link_explain(d, *m, a, b, &x);
    const char *says = verdict(&x, together, bits);
    if (r->svg)
        TRY(draw(&x, r, e));
    words_of(&x, says, text);
    *doc = json_of(&x, r, together, says);
    return ST_OK;
}

enum status link_explain_run(const struct link_explain_request *r, struct buf *text, json_t **doc,
                             struct err *e)
{
    struct link_spec_file spec;
    struct link_data *d = NULL;
    struct link_model *m = NULL;
    *doc = NULL;
    TRY(link_spec_read(r->spec, &spec, e));
    enum status st = link_people_read(r->people, &spec, r->threads, NULL, &d, e);
    if (st == ST_OK)
        st = explain(r, d, &m, text, doc, e);
    link_model_free(m);
    link_data_free(d);
    link_spec_free(&spec);
    return st;
}
