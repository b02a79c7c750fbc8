/* The figures of the report, recomputed (ESTIMATION section 2). */
#include "app/study_doc.h"
#include "app/study_proportion.h"
#include "app/study_trend.h"
#include "base/csv.h"
#include "base/embed.h"
#include "stats/proportion.h"
#include "stats/verdict.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_FIGURES = 200 };

struct figure {
    struct str id;
    double numerator;
};

struct check {
    json_t *doc;
    struct arena arena;
    struct figure figure[MOST_FIGURES];
    size_t count;
};

static struct str embedded_table(const char *name)
{
    const struct embedded *f = embed_find(name);
    if (f)
        return f->bytes;
    BUG("%s is not in the binary", name);
}

static double number_or_nan(struct str cell)
{
    double v;
    return str_to_double(cell, &v) ? v : NAN;
}

/* The verdict in a sentence, from the numbers alone. */
static void explain(double x, double n, struct printed said, enum verdict v, struct buf *b)
{
    double percent = 100 * x / n;
    buf_adds(b, verdict_text(v));
    switch (v) {
    case VERDICT_RIGHT:
        buf_addf(b, ": %.4g%%", percent);
        break;
    case VERDICT_LOOSE:
        buf_addf(b, ": %.4g%% rounds to %.*f%%", percent, said.decimals, percent);
        break;
    case VERDICT_WRONG:
        buf_addf(b, ": %.0f of %.0f is %.3f%%", x, n, percent);
        if (said.bound == '<')
            buf_addf(b, "; below %.4g%% needs more than %.0f people", said.value,
                     verdict_needed_denominator(x, said));
        break;
    case VERDICT_NOT_GIVEN:
        if (!isnan(percent))
            buf_addf(b, ": %.3g%%", percent);
        break;
    case VERDICT_NO_SHARE:
        buf_addf(b, ": a ratio of %.1f%% is above 100%%; report two counts", percent);
        break;
    case VERDICT_UNCHECKABLE:
        if (said.is_range)
            buf_adds(b, ": a range without counts; never average it");
        else if (!isnan(x))
            buf_addf(b, ": no denominator; %s%.4g%% needs one of %.0f or %s",
                     said.bound == '>' ? "at least " : "", said.value,
                     verdict_needed_denominator(x, said), said.bound == '>' ? "fewer" : "about");
        break;
    }
}

/* A percentage without a numerator: which fractions it can be, and whether 19 replies can give it.
 */
static void explain_fits(struct printed said, struct buf *b)
{
    int pairs[6][2];
    if (verdict_fits(said, 19, 19, pairs, 1) == 0)
        buf_adds(b, "; cannot come from the 19 replies");
    size_t n = verdict_fits(said, 1, 24, pairs, 6);
    for (size_t k = 0; k < n && k < 6; k++)
        buf_addf(b, "%s%d/%d", k ? ", " : "; fits ", pairs[k][0], pairs[k][1]);
    buf_adds(b, "; give n");
}

static void put_row(struct check *c, struct str item, double x, double n, struct str said_text,
                    const char *note)
{
    struct printed said = printed_percent(said_text);
    enum verdict v = verdict_on(x, n, said);
    bool share = !isnan(x) && !isnan(n) && n >= 1 && x <= n;
    struct interval w = {NAN, NAN}, cp = {NAN, NAN};
    if (share) {
        w = proportion_interval(x, n, 0.95, PROP_WILSON);
        cp = proportion_interval(x, n, 0.95, PROP_CLOPPER_PEARSON);
    }
    json_t *row = study_doc_row(c->doc, "source_report");
    study_put_str(row, "item", item);
    study_put_count(row, "x", x);
    study_put_count(row, "n", n);
    study_put_str(row, "report_says", said_text.n ? said_text : str_of("not given"));
    study_put(row, "exact_percent", 100 * x / n);
    study_put(row, "wilson_lo", 100 * w.lo);
    study_put(row, "wilson_hi", 100 * w.hi);
    study_put(row, "cp_lo", 100 * cp.lo);
    study_put(row, "cp_hi", 100 * cp.hi);
    struct buf b = BUF_EMPTY;
    explain(x, n, said, v, &b);
    if (v == VERDICT_UNCHECKABLE && !said.is_range && isnan(x))
        explain_fits(said, &b);
    study_put_str(row, "verdict", buf_str(&b));
    study_put_text(row, "verdict_code", verdict_text(v));
    study_put_text(row, "note", note);
    study_put(row, "false_repeats_at_specificity_0.999",
              share && x / n < 0.02 ? n * (1 - 0.999) : NAN);
    if (v == VERDICT_WRONG || v == VERDICT_LOOSE)
        study_doc_note(c->doc, "%.*s: %s.", (int)(item.n > 100 ? 100 : item.n), item.p, b.p);
    buf_free(&b);
}

struct column_set {
    int id, what, numerator, denominator, stated;
};

static enum status printed_rows(struct check *c, struct csv *t, struct err *e)
{
    struct column_set k;
    TRY(csv_need(t, "id", &k.id, e));
    TRY(csv_need(t, "what", &k.what, e));
    TRY(csv_need(t, "numerator", &k.numerator, e));
    TRY(csv_need(t, "denominator", &k.denominator, e));
    TRY(csv_need(t, "stated", &k.stated, e));
    for (;;) {
        struct csv_row row;
        TRY(csv_next_full(t, &row, e));
        if (row.n == 0)
            return ST_OK;
        double x = number_or_nan(row.cells[k.numerator]);
        struct str id = row.cells[k.id], what = row.cells[k.what];
        if (c->count < MOST_FIGURES)
            c->figure[c->count++] =
                (struct figure){{arena_strndup(&c->arena, id.p, id.n), id.n}, x};
        char *item = arena_printf(&c->arena, "%.*s: %.*s", (int)id.n, id.p, (int)what.n, what.p);
        put_row(c, str_of(item), x, number_or_nan(row.cells[k.denominator]), row.cells[k.stated],
                "");
    }
}

static double figure_by_id(const struct check *c, struct str id)
{
    double v;
    if (str_to_double(id, &v))
        return v;
    for (size_t k = 0; k < c->count; k++)
        if (str_eq(c->figure[k].id, id))
            return c->figure[k].numerator;
    BUG("data/report/derived.csv names an unknown figure");
}

/* "A+B-C" over the numerators */
static double add_up(const struct check *c, struct str sum)
{
    double total = 0, sign = 1;
    for (size_t start = 0; start < sum.n;) {
        size_t end = start;
        while (end < sum.n && sum.p[end] != '+' && sum.p[end] != '-')
            end++;
        total += sign * figure_by_id(c, (struct str){sum.p + start, end - start});
        sign = end < sum.n && sum.p[end] == '-' ? -1 : 1;
        start = end + 1;
    }
    return total;
}

static enum status derived_rows(struct check *c, struct csv *t, struct err *e)
{
    for (;;) {
        struct csv_row row;
        TRY(csv_next_full(t, &row, e));
        if (row.n == 0)
            return ST_OK;
        const char *note = arena_strndup(&c->arena, row.cells[4].p, row.cells[4].n);
        put_row(c, row.cells[1], add_up(c, row.cells[2]), number_or_nan(row.cells[3]), str_of(""),
                note);
    }
}

struct leaver_sums {
    double sum[3], stated[3];
};

/* Returned against missing: a ratio of two counts, not a share, and the table's own sums. */
static enum status leavers(struct check *c, struct csv *t, struct err *e)
{
    struct leaver_sums s = {0};
    for (;;) {
        struct csv_row row;
        TRY(csv_next_full(t, &row, e));
        if (row.n == 0)
            break;
        double year, v[3];
        for (int k = 0; k < 3; k++)
            v[k] = number_or_nan(row.cells[k + 1]);
        bool total = !str_to_double(row.cells[0], &year);
        for (int k = 0; k < 3; k++)
            (total ? &s.stated[k] : &s.sum[k])[0] += v[k];
        char *item =
            arena_printf(&c->arena, "Salvation Army: returned / missing %.*s",
                         total ? 9 : (int)row.cells[0].n, total ? "all years" : row.cells[0].p);
        put_row(c, str_of(item), v[1], v[0], str_of("counts only"),
                "returned is not a part of missing: report two counts");
    }
    for (int k = 0; k < 3; k++) {
        json_t *row = study_doc_row(c->doc, "report_totals");
        const char *names[] = {"missing or absconded", "returned", "nothing in place"};
        study_put_text(row, "row", names[k]);
        study_put_count(row, "sum_of_years", s.sum[k]);
        study_put_count(row, "stated", s.stated[k]);
        study_put_text(row, "verdict", s.sum[k] == s.stated[k] ? "right" : "wrong");
    }
    return ST_OK;
}

static enum status each_table(struct check *c, const char *name,
                              enum status (*read)(struct check *, struct csv *, struct err *),
                              struct err *e)
{
    struct csv t;
    TRY(csv_open_bytes(&t, embedded_table(name), name, e));
    enum status s = read(c, &t, e);
    csv_close(&t);
    return s;
}

enum status study_report_check(json_t **out, struct err *e)
{
    static const char printed[] = "report/report_prevalence_and_checks.csv",
                      table[] = "report/salvation_army_leaving_support.csv";
    struct check c = {.doc = study_doc_new()};
    enum status s = each_table(&c, printed, printed_rows, e);
    if (s == ST_OK)
        s = each_table(&c, "report/derived.csv", derived_rows, e);
    if (s == ST_OK)
        s = each_table(&c, table, leavers, e);
    if (s == ST_OK)
        s = study_trend_bytes(c.doc, embedded_table(table), table, 0.95, e);
    arena_free(&c.arena);
    if (s != ST_OK) {
        json_decref(c.doc);
        return s;
    }
    study_doc_note(c.doc, "Poppy, Crisis, IOM and Helpline have different denominators, "
                          "definitions and follow-up: they are not pooled.");
    *out = c.doc;
    return ST_OK;
}
