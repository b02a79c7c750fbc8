#include "app/study_link.h"

#include "app/link_memory.h"
#include "app/link_people.h"
#include "app/link_report.h"
#include "app/link_shards.h"
#include "app/link_truth.h"
#include "base/limits.h"
#include "linkage/model_json.h"

#include <math.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double seconds(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int64_t peak_rss_bytes(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (int64_t)u.ru_maxrss * 1024;
}

static const double PAIRS_FROM = -10.0; /* bits */

/* All of one run. */
struct job {
    const struct study_link *s;
    struct link_spec_file spec;
    struct link_data *data;
    struct link_model *model;
    struct link_result result;
    struct link_shard part; /* of a shard, or all of them joined */
    size_t pairs_most;
    struct link_extra truth_column;
    uint32_t *person; /* by record rank; NULL: no truth */
    uint64_t truth_strangers;
    double threshold_bits;
    double read_seconds, write_seconds, started;
};

/* ---- outputs ---- */

static enum status write_clusters(const struct job *j, struct outfile *o, struct err *e)
{
    TRY(outfile_open(o, j->s->clusters, e));
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "id,cluster_id\n");
    for (uint32_t k = 0; k < link_data_records(j->data); k++) {
        buf_add_csv(&b, link_data_id(j->data, k), false);
        buf_addc(&b, ',');
        buf_add_csv(&b, link_data_id(j->data, j->result.cluster[k]), false);
        buf_addc(&b, '\n');
        if (b.n > 1 << 16) {
            fwrite(b.p, 1, b.n, o->to);
            buf_clear(&b);
        }
    }
    fwrite(b.p, 1, b.n, o->to);
    buf_free(&b);
    return ST_OK;
}

static enum status write_pairs(const struct job *j, struct outfile *o, struct err *e)
{
    TRY(outfile_open(o, j->s->pairs, e));
    const struct link_data *d = j->data;
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "id_a,id_b,match_weight,match_probability");
    for (int k = 0; k < link_data_columns(d); k++) {
        buf_addc(&b, ',');
        buf_add_csv(&b, str_of(link_data_column_name(d, k)), false);
    }
    buf_addc(&b, '\n');
    for (size_t i = 0; i < j->result.pairs; i++) {
        const struct link_pair *p = &j->result.pair[i];
        buf_add_csv(&b, link_data_id(d, p->a), false);
        buf_addc(&b, ',');
        buf_add_csv(&b, link_data_id(d, p->b), false);
        buf_addf(&b, ",%.4f,%.9g", (double)p->bits, 1.0 / (1.0 + exp2(-(double)p->bits)));
        for (int k = 0; k < link_data_columns(d); k++)
            buf_addf(&b, ",%d", (int)(p->pattern >> (4 * k) & 15));
        buf_addc(&b, '\n');
        if (b.n > 1 << 16) {
            fwrite(b.p, 1, b.n, o->to);
            buf_clear(&b);
        }
    }
    fwrite(b.p, 1, b.n, o->to);
    buf_free(&b);
    return ST_OK;
}

/* ---- summary ---- */

static json_t *columns_json(const struct link_data *d)
{
    json_t *all = json_array();
    for (int k = 0; k < link_data_columns(d); k++) {
        struct link_column_report c = link_data_report(d, k);
        json_t *one =
            json_pack("{s:s, s:s, s:I, s:I, s:b}", "name", c.name, "type", c.type, "present",
                      (json_int_t)c.present, "distinct", (json_int_t)c.distinct, "used", !c.unused);
        if (c.date_form) {
            json_object_set_new(one, "date_form", json_string(c.date_form));
            json_object_set_new(one, "date_reason", json_string(c.date_reason));
            json_object_set_new(one, "date_partial", json_integer((json_int_t)c.date_partial));
            json_object_set_new(one, "date_impossible",
                                json_integer((json_int_t)c.date_impossible));
            json_object_set_new(one, "date_unread", json_integer((json_int_t)c.date_unread));
        } else if (c.date_unread)
            json_object_set_new(one, "unread", json_integer((json_int_t)c.date_unread));
        json_array_append_new(all, one);
    }
    return all;
}

static json_t *rules_json(const struct link_result *r, bool diagnosed)
{
    json_t *all = json_array();
    for (int k = 0; k < r->rules; k++) {
        json_t *one =
            json_pack("{s:s, s:I, s:I, s:I, s:I}", "rule", r->rule[k].name, "new_pairs",
                      (json_int_t)r->rule[k].pairs, "above_threshold", (json_int_t)r->rule[k].kept,
                      "largest_group", (json_int_t)r->rule[k].largest, "records_over_cap",
                      (json_int_t)r->rule[k].dropped);
        if (diagnosed)
            json_object_set_new(one, "unique_pairs", json_integer((json_int_t)r->rule[k].unique));
        json_array_append_new(all, one);
    }
    return all;
}

enum { WARNINGS_LISTED = 200 };

static json_t *id_json(const struct link_data *d, uint32_t record)
{
    struct str s = link_data_id(d, record);
    return json_stringn(s.p, s.n);
}

static void add_warnings(const struct job *j, json_t *doc)
{
    static const char *const words[] = {[LINK_WARN_BIG] = "more than 8 records",
                                        [LINK_WARN_BRIDGE] = "held together by one pair",
                                        [LINK_WARN_CONFLICT] = "identifiers disagree"};
    json_t *list = json_array();
    for (size_t i = 0; i < j->result.warnings && i < WARNINGS_LISTED; i++) {
        const struct link_warning *w = &j->result.warning[i];
        bool known = w->weakest.a != w->weakest.b;
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "cluster",
                            id_json(j->data, w->cluster), "records", (json_int_t)w->records, "why",
                            words[w->kind], "id_a", id_json(j->data, w->a), "id_b",
                            id_json(j->data, w->b), "weakest_a",
                            known ? id_json(j->data, w->weakest.a) : json_null(), "weakest_b",
                            known ? id_json(j->data, w->weakest.b) : json_null(), "weakest_bits",
                            known ? json_real((double)w->weakest.bits) : json_null()));
    }
    json_object_set_new(doc, "unlinkable", json_integer((json_int_t)j->result.unlinkable));
    json_object_set_new(doc, "suspicious_clusters", json_integer((json_int_t)j->result.warnings));
    json_object_set_new(doc, "warnings", list);
}

static void add_truth(const struct job *j, json_t *doc)
{
    struct link_truth truth = {j->person};
    struct link_score s;
    link_evaluate(j->data, &j->result, &truth, &s);
    json_object_set_new(doc, "pairwise",
                        json_pack("{s:I, s:I, s:I, s:o, s:o, s:o}", "tp", (json_int_t)s.tp, "fp",
                                  (json_int_t)s.fp, "fn", (json_int_t)s.fn, "precision",
                                  json_number(s.precision), "recall", json_number(s.recall), "f1",
                                  json_number(s.f1)));
    json_object_set_new(doc, "best",
                        json_pack("{s:o, s:o}", "threshold", json_number(s.best_threshold), "f1",
                                  json_number(s.best_f1)));
    json_object_set_new(doc, "cluster",
                        json_pack("{s:o, s:o, s:o, s:I, s:I}", "bcubed_precision",
                                  json_number(s.bcubed_precision), "bcubed_recall",
                                  json_number(s.bcubed_recall), "bcubed_f1",
                                  json_number(s.bcubed_f1), "exact", (json_int_t)s.exact, "persons",
                                  (json_int_t)s.persons));
}

static json_t *summary_json(const struct job *j)
{
    const struct link_result *r = &j->result;
    json_t *doc =
        json_pack("{s:I, s:I, s:I, s:I, s:i, s:I}", "records", (json_int_t)r->records,
                  "pairs_scored", (json_int_t)r->pairs_scored, "pairs_possible",
                  (json_int_t)r->pairs_possible, "clusters", (json_int_t)r->clusters, "threads",
                  j->s->threads, "peak_rss_bytes", (json_int_t)peak_rss_bytes());
    json_object_set_new(doc, "seconds",
                        json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "read", j->read_seconds,
                                  "block", r->block_seconds, "score", r->score_seconds, "em",
                                  r->em_seconds, "cluster", r->cluster_seconds, "write",
                                  j->write_seconds, "total", seconds(NULL) - j->started));
    json_object_set_new(doc, "threshold", json_real(1.0 / (1.0 + exp2(-j->threshold_bits))));
    json_object_set_new(doc, "columns", columns_json(j->data));
    json_object_set_new(doc, "blocking", rules_json(r, j->s->summary || j->s->report));
    if (j->s->summary || j->s->report)
        add_warnings(j, doc);
    if (j->person)
        add_truth(j, doc);
    return doc;
}

/* ---- the run ---- */

static enum status read_all(struct job *j, struct err *e)
{
    const struct study_link *s = j->s;
    TRY(link_spec_read(s->spec, &j->spec, e));
    if (s->memory_bytes)
        TRY(link_memory_check(s->people, &j->spec, s->threads, s->memory_bytes, &j->pairs_most, e));
    j->truth_column.column = s->truth_column;
    TRY(link_people_read(s->people, &j->spec, s->threads, &j->truth_column, &j->data, e));
    if (s->truth_column)
        j->person = link_truth_of_column(j->data, &j->truth_column);
    if (s->truth_pairs)
        TRY(link_truth_of_pairs(j->data, s->truth_pairs, &j->person, e));
    return ST_OK;
}

static enum status read_model(struct job *j, struct err *e)
{
    json_t *doc;
    TRY(json_read_file(j->s->use_model, &doc, e));
    enum status st = link_model_from_json(doc, j->s->use_model, &j->model, e);
    json_decref(doc);
    TRY(st);
    if (link_model_fit(j->model, j->data, e) != ST_OK)
        return err_at(e, j->s->use_model, 0, NULL);
    return ST_OK;
}

static enum status link_all(struct job *j, struct err *e)
{
    const struct study_link *s = j->s;
    bool want_pairs = s->pairs || j->person || (s->shards && !isnan(s->pairs_from));
    double pairs_from = isnan(s->pairs_from) ? PAIRS_FROM : s->pairs_from;
    struct link_options o = {
        .threads = s->threads,
        .threshold_bits = j->threshold_bits,
        .keep_bits = want_pairs ? pairs_from : INFINITY,
        .shard = s->shard,
        .shards = s->shards,
        .pairs_most = j->pairs_most,
        .progress = s->progress,
        .clock = seconds,
        .diagnose = s->summary || s->report || s->shards, /* a part holds what the join may show */
    };
    if (s->use_model)
        TRY(read_model(j, e));
    /* on the records that it was trained on a model gives the result of that run */
    o.own_frequencies = j->model && link_model_is_of(j->model, j->data);
    uint64_t fingerprint = 0;
    if (s->shards || s->joins)
        fingerprint = link_fingerprint(j->data, j->model, j->threshold_bits);
    if (s->joins) {
        float least = (float)fmin(o.keep_bits, o.threshold_bits);
        TRY(link_shards_join(s->join, s->joins, fingerprint, link_data_records(j->data), least,
                             &j->part, e));
        o.joined = &j->part;
    }
    TRY(link_run(j->data, &o, &j->model, &j->result, e));
    if (s->shards)
        link_shard_take(&j->part, fingerprint, s->shard, s->shards, &j->result);
    return ST_OK;
}

static enum status write_json(const json_t *doc, struct outfile *o, const char *path, struct err *e)
{
    TRY(outfile_open(o, path, e));
    if (json_dumpf(doc, o->to, JSON_INDENT(1) | JSON_REAL_PRECISION(17)) != 0)
        return err_set(e, ST_FAULT, "cannot write %s", path);
    fputc('\n', o->to);
    return ST_OK;
}

static enum status write_model(const struct job *j, struct outfile *o, struct err *e)
{
    json_t *doc = link_model_to_json(j->model);
    enum status st = write_json(doc, o, j->s->model, e);
    json_decref(doc);
    return st;
}

static enum status write_report(const struct job *j, const json_t *summary, struct outfile *o,
                                struct err *e)
{
    TRY(outfile_open(o, j->s->report, e));
    json_t *model = link_model_to_json(j->model);
    struct buf b = BUF_EMPTY;
    link_report_html(&b, model, summary, &j->result);
    fwrite(b.p, 1, b.n, o->to);
    buf_free(&b);
    json_decref(model);
    return ST_OK;
}

enum { OUT_CLUSTERS, OUT_PAIRS, OUT_MODEL, OUT_SUMMARY, OUT_REPORT, OUTS };

static enum status write_all(struct job *j, struct outfile *o, json_t **summary, struct err *e)
{
    double t = seconds(NULL);
    if (j->s->shards)
        TRY(link_shards_write(&j->part, j->s->clusters, &o[OUT_CLUSTERS], e));
    else if (j->s->clusters)
        TRY(write_clusters(j, &o[OUT_CLUSTERS], e));
    if (j->s->pairs)
        TRY(write_pairs(j, &o[OUT_PAIRS], e));
    if (j->s->model)
        TRY(write_model(j, &o[OUT_MODEL], e));
    j->write_seconds = seconds(NULL) - t;
    *summary = summary_json(j);
    if (j->s->summary)
        TRY(write_json(*summary, &o[OUT_SUMMARY], j->s->summary, e));
    if (j->s->report)
        TRY(write_report(j, *summary, &o[OUT_REPORT], e));
    for (int k = 0; k < OUTS; k++)
        if (o[k].to)
            TRY(outfile_commit(&o[k], e));
    return ST_OK;
}

enum status study_link_run(const struct study_link *s, json_t **summary, struct err *e)
{
    struct job j = {.s = s, .started = seconds(NULL)};
    struct outfile out[OUTS] = {{0}};
    double p = isnan(s->threshold) ? 0.5 : s->threshold;
    j.threshold_bits = log2(p / (1.0 - p));
    *summary = NULL;
    enum status st = read_all(&j, e);
    j.read_seconds = seconds(NULL) - j.started;
    if (st == ST_OK)
        st = link_all(&j, e);
    if (st == ST_OK)
        st = write_all(&j, out, summary, e);
    for (int k = 0; k < OUTS; k++)
        if (out[k].to)
            outfile_abort(&out[k]);
    link_result_free(&j.result);
    link_shard_free(&j.part);
    link_model_free(j.model);
    link_data_free(j.data);
    link_spec_free(&j.spec);
    free(j.truth_column.value);
    free(j.person);
    if (st != ST_OK) {
        json_decref(*summary);
        *summary = NULL;
    }
    return st;
}
