#include "app/study_survival.h"

#include "app/survival_answer.h"
#include "base/file.h"

#include <math.h>
#include <stdlib.h>

struct str survival_group_label(const struct survival_data *d, int group)
{
    return d->rows.group ? d->groups.label[group] : str_of("all");
}

void survival_say_row(const struct survival_answer *a, size_t row, struct err *e)
{
    err_at(e, a->q->file, row < a->d->rows.n ? a->d->line[row] : 0, NULL);
}

static void put_settings(json_t *doc, const struct survival_question *q)
{
    static const char *const methods[] = {"km",  "aj",       "cuminc",    "mcf",  "logrank", "gray",
                                          "cox", "finegray", "quantiles", "rmst", "zph"};
    static const char *const ties[] = {"efron", "breslow", "exact"};
    json_t *s = study_doc_settings(doc);
    study_put_text(s, "method", methods[q->method]);
    study_put_text(s, "time", q->time);
    study_put_text(s, "status", q->status);
    const struct {
        const char *name, *value;
    } text[] = {{"start", q->start},   {"event", q->event},
                {"cause", q->cause},   {"censored", q->censored},
                {"id", q->id},         {"group", q->group},
                {"strata", q->strata}, {"covariates", q->covariates}};
    for (size_t k = 0; k < sizeof text / sizeof text[0]; k++)
        if (text[k].value)
            study_put_text(s, text[k].name, text[k].value);
    study_put(s, "level", q->level);
    if (q->method == SURVIVAL_COX || q->method == SURVIVAL_ZPH) {
        study_put_text(s, "ties", ties[q->ties]);
        json_object_set_new(s, "robust", json_boolean(q->robust));
    }
    if (q->method == SURVIVAL_LOGRANK || q->method == SURVIVAL_GRAY)
        study_put(s, "rho", q->rho);
    if (!isnan(q->tau))
        study_put(s, "tau", q->tau);
}

static void put_rows_used(struct survival_answer *a)
{
    const struct survival_data *d = a->d;
    json_t *s = study_doc_settings(a->doc);
    study_put_count(s, "rows_read", (double)d->read);
    study_put_count(s, "rows_used", (double)d->rows.n);
    study_put_count(s, "rows_dropped_missing", (double)d->dropped);
    int64_t events = 0;
    for (int k = 0; k < d->rows.causes; k++)
        events += d->cause_rows[k];
    study_put_count(s, "events", (double)events);
    json_object_set_new(a->doc, "grade", json_string("A"));
    if (d->dropped)
        study_doc_reason(a->doc, d->dropped * 20 > d->read ? 'C' : 'B',
                         "%zu of %zu rows lack a value in a used column and were left out: the "
                         "answer is about the others.",
                         d->dropped, d->read);
    if (d->other_events)
        study_doc_reason(a->doc, 'C',
                         "%lld rows have another status than the event \"%.*s\" or censored: they "
                         "count as censored, so 1 - S overstates how many have the event. For the "
                         "share that does use --method aj.",
                         (long long)d->other_events, (int)(d->cause[0].n > 40 ? 40 : d->cause[0].n),
                         d->cause[0].p);
    if (events == 0)
        study_doc_reason(a->doc, 'D', "No row used has the event: everybody is censored.");
    else if (events < 10)
        study_doc_reason(a->doc, 'C', "Only %lld events: give counts, not rates.",
                         (long long)events);
}

static enum status answer(struct survival_answer *a, struct err *e)
{
    switch (a->q->method) {
    case SURVIVAL_KM:
        return survival_km(a, e);
    case SURVIVAL_AJ:
        return survival_aj(a, e);
    case SURVIVAL_CUMINC:
        return survival_cuminc(a, e);
    case SURVIVAL_MCF:
        return survival_mcf(a, e);
    case SURVIVAL_LOGRANK:
    case SURVIVAL_GRAY:
        return survival_tests(a, e);
    case SURVIVAL_COX:
    case SURVIVAL_ZPH:
        return survival_cox(a, e);
    case SURVIVAL_FINEGRAY:
        return survival_finegray(a, e);
    case SURVIVAL_QUANTILES:
        return survival_quantiles(a, e);
    case SURVIVAL_RMST:
        return survival_rmst(a, e);
    }
    BUG("survival method %d", (int)a->q->method);
}

/* Both files or none: the second is opened before the first is renamed. */
static enum status write_picture(struct survival_answer *a, struct err *e)
{
    char path[1100];
    struct outfile svg, csv;
    if (a->svg.n == 0) {
        err_set(e, ST_USAGE, "there is no picture for this method");
        return err_hint(e, "Pictures: km, logrank, quantiles, rmst, aj, cuminc, mcf, cox.");
    }
    snprintf(path, sizeof path, "%s.csv", a->q->svg);
    TRY(outfile_open(&svg, a->q->svg, e));
    enum status s = outfile_open(&csv, path, e);
    if (s != ST_OK) {
        outfile_abort(&svg);
        return s;
    }
    fwrite(a->svg.p, 1, a->svg.n, svg.to);
    fwrite(a->svg_csv.p, 1, a->svg_csv.n, csv.to);
    s = outfile_commit(&csv, e);
    if (s == ST_OK)
        s = outfile_commit(&svg, e);
    outfile_abort(&csv);
    outfile_abort(&svg);
    return s;
}

static enum status check_question(const struct survival_question *q, struct err *e)
{
    bool regression =
        q->method == SURVIVAL_COX || q->method == SURVIVAL_ZPH || q->method == SURVIVAL_FINEGRAY;
    bool test = q->method == SURVIVAL_LOGRANK || q->method == SURVIVAL_GRAY;
    if (!(q->level > 0 && q->level < 1))
        return err_set(e, ST_USAGE, "--level must lie between 0 and 1");
    if (regression && !q->covariates) {
        err_set(e, ST_USAGE, "a regression needs --covariates");
        return err_hint(e, "For example: --covariates age,sex.");
    }
    if (regression && q->group) {
        err_set(e, ST_USAGE, "--group is not for regressions");
        return err_hint(e, "Put the column among --covariates, or use --strata.");
    }
    if (test && !q->group)
        return err_set(e, ST_USAGE, "a test between groups needs --group");
    if (q->strata && !test && q->method != SURVIVAL_COX && q->method != SURVIVAL_ZPH) {
        err_set(e, ST_USAGE, "--strata is for logrank, gray, cox and zph");
        return err_hint(e, "For one curve per value use --group.");
    }
    if (q->robust && q->method != SURVIVAL_COX && q->method != SURVIVAL_ZPH)
        return err_set(e, ST_USAGE, "--robust is for cox; aj and mcf always give robust errors");
    if (q->gap_time && !q->start)
        return err_set(e, ST_USAGE, "--gap-time needs --start");
    if (q->bounds && q->method != SURVIVAL_KM)
        return err_set(e, ST_USAGE, "--bounds is for --method km");
    if (q->bounds && q->start)
        return err_set(e, ST_USAGE,
                       "--bounds needs everybody followed from the beginning: no --start");
    if (q->bounds && q->at_count == 0)
        return err_set(e, ST_USAGE, "--bounds needs the times, such as --at 90,180,365");
    if (!isnan(q->tau) && !(q->tau > 0))
        return err_set(e, ST_USAGE, "--tau must be above 0");
    for (int k = 0; k < q->prob_count; k++)
        if (!(q->probs[k] > 0 && q->probs[k] < 1))
            return err_set(e, ST_USAGE, "--probs must lie between 0 and 1");
    return ST_OK;
}

static enum status with_data(struct survival_answer *a, struct err *e)
{
    size_t bad = 0;
    TRY(survival_data_read(a->q, a->doc, a->d, e));
    put_rows_used(a);
    enum status s = surv_order_make(&a->d->rows, &a->order, &bad, e);
    if (s != ST_OK) {
        survival_say_row(a, bad, e);
        return s;
    }
    TRY(answer(a, e));
    return a->q->svg ? write_picture(a, e) : ST_OK;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum status study_survival(const struct survival_question *asked, json_t **out, struct err *e)
{
    *out = NULL;
    struct survival_question q = *asked;
    TRY(check_question(&q, e));
    qsort(q.at, (size_t)q.at_count, sizeof q.at[0], by_size);
    struct survival_data d = {0};
    struct survival_answer a = {
        .q = &q, .d = &d, .doc = study_doc_new(), .z = two_sided_z(q.level)};
    put_settings(a.doc, &q);
    enum status s = with_data(&a, e);
    surv_order_free(&a.order);
    survival_data_free(&d);
    buf_free(&a.svg);
    buf_free(&a.svg_csv);
    if (s != ST_OK) {
        json_decref(a.doc);
        return s;
    }
    *out = a.doc;
    return ST_OK;
}
