#include "app/study_trend.h"

#include "app/study_doc.h"
#include "stats/rate.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_YEARS = 1000, MOST_SERIES = 200 };

struct series {
    struct str name;
    double year[MOST_YEARS], count[MOST_YEARS];
    size_t n;
};

struct table {
    struct arena arena;
    struct series *series[MOST_SERIES];
    size_t count;
};

static struct series *add_series(struct table *t, struct str name)
{
    struct series *s = arena_alloc(&t->arena, sizeof *s);
    s->name = (struct str){arena_strndup(&t->arena, name.p, name.n), name.n};
    t->series[t->count++] = s;
    return s;
}

static enum status add_point(struct series *s, double year, struct str cell, const struct csv *c,
                             long line, struct err *e)
{
    double v;
    if (cell.n == 0 || str_is(cell, "NA"))
        return ST_OK;
    if (!str_to_double(cell, &v) || v < 0) {
        err_at(e, c->name, line, NULL);
        err_set(e, ST_DATA, "\"%.*s\" is not a count", (int)(cell.n > 40 ? 40 : cell.n), cell.p);
        return err_hint(e, "Counts are numbers from 0; leave unknown years empty.");
    }
    if (s->n == MOST_YEARS)
        return err_set(e, ST_DATA, "more than %d years", MOST_YEARS);
    s->year[s->n] = year;
    s->count[s->n++] = v;
    return ST_OK;
}

static enum status read_long(struct csv *c, int year_column, struct table *t, json_t *doc,
                             struct err *e)
{
    struct series *by_column[MOST_SERIES] = {0};
    for (size_t k = 0; k < c->columns; k++)
        by_column[k] = (int)k == year_column ? NULL : add_series(t, c->header[k]);
    for (;;) {
        struct csv_row row;
        TRY(csv_next_full(c, &row, e));
        if (row.n == 0)
            return ST_OK;
        double year;
        if (!str_to_double(row.cells[year_column], &year)) {
            study_doc_note(doc, "Row %ld is left out: its year is not a number.", row.line);
            continue;
        }
        for (size_t k = 0; k < c->columns; k++)
            if (by_column[k])
                TRY(add_point(by_column[k], year, row.cells[k], c, row.line, e));
    }
}

/* "2016" or "y2016" */
static bool is_year(struct str s, double *year)
{
    if (s.n == 5 && (s.p[0] == 'y' || s.p[0] == 'Y'))
        s = (struct str){s.p + 1, 4};
    return s.n == 4 && str_to_double(s, year) && *year >= 1800 && *year == floor(*year);
}

static enum status read_wide(struct csv *c, struct table *t, struct err *e)
{
    double year;
    bool any = false;
    for (size_t k = 0; k < c->columns; k++)
        any |= is_year(c->header[k], &year);
    if (!any) {
        err_at(e, c->name, 0, NULL);
        err_set(e, ST_DATA, "the table has neither a column \"year\" nor columns named by years");
        return err_hint(e, "Give years in a column named year, or columns such as 2016, 2017.");
    }
    for (;;) {
        struct csv_row row;
        TRY(csv_next_full(c, &row, e));
        if (row.n == 0)
            return ST_OK;
        if (t->count == MOST_SERIES)
            return err_set(e, ST_DATA, "more than %d series", MOST_SERIES);
        struct series *s = add_series(t, row.cells[0]);
        for (size_t k = 0; k < c->columns; k++)
            if (is_year(c->header[k], &year))
                TRY(add_point(s, year, row.cells[k], c, row.line, e));
    }
}

static enum status put_trend(json_t *doc, const struct series *s, double level, struct err *e)
{
    struct poisson_trend t;
    enum status st = poisson_trend(s->year, s->count, NULL, s->n, level, &t, e);
    if (st != ST_OK)
        return err_context(e, "%.*s", (int)(s->name.n > 60 ? 60 : s->name.n), s->name.p);
    json_t *row = study_doc_row(doc, "salvation_army_trend");
    study_put_str(row, "row", s->name);
    study_put(row, "intercept", t.intercept);
    study_put(row, "slope", t.slope);
    study_put(row, "se_slope", t.se_slope);
    study_put(row, "rate_ratio_per_year", t.ratio_per_year);
    study_put(row, "lo95", t.ratio.lo);
    study_put(row, "hi95", t.ratio.hi);
    study_put(row, "deviance", t.deviance);
    study_put_count(row, "df", t.df);
    study_put(row, "dispersion_pearson", t.dispersion);
    study_put(row, "quasi_lo95_t3", t.ratio_quasi.lo);
    study_put(row, "quasi_hi95_t3", t.ratio_quasi.hi);
    study_put(row, "homogeneity_chisq", t.homogeneity_chisq);
    study_put(row, "homog_p", t.homogeneity_p);
    if (t.df > 0 && t.dispersion > 1.5)
        study_doc_reason(doc, 'B',
                         "%.*s: the counts vary %.2g times as much as independent events would; "
                         "use the interval that allows for it (%.4g to %.4g a year).",
                         (int)(s->name.n > 60 ? 60 : s->name.n), s->name.p, t.dispersion,
                         t.ratio_quasi.lo, t.ratio_quasi.hi);
    return ST_OK;
}

static enum status read_table(struct csv *c, struct table *t, json_t *doc, struct err *e)
{
    int year = csv_column(c, "year");
    if (year < 0)
        return read_wide(c, t, e);
    if (c->columns > MOST_SERIES)
        return err_set(e, ST_DATA, "more than %d series", MOST_SERIES);
    return read_long(c, year, t, doc, e);
}

static enum status trends(json_t *doc, struct csv *c, double level, struct err *e)
{
    struct table t = {0};
    enum status s = read_table(c, &t, doc, e);
    for (size_t k = 0; s == ST_OK && k < t.count; k++)
        s = put_trend(doc, t.series[k], level, e);
    if (s == ST_OK && t.count == 0)
        s = err_set(e, ST_DATA, "the table has no series");
    arena_free(&t.arena);
    return s;
}

enum status study_trend_bytes(json_t *doc, struct str bytes, const char *name, double level,
                              struct err *e)
{
    struct csv c;
    TRY(csv_open_bytes(&c, bytes, name, e));
    enum status s = trends(doc, &c, level, e);
    csv_close(&c);
    return s;
}

enum status study_trend_file(json_t *doc, const char *path, double level, struct err *e)
{
    struct csv c;
    TRY(csv_open(&c, path, e));
    study_doc_hash(doc, (struct str){c.file.p, c.file.n});
    enum status s = trends(doc, &c, level, e);
    csv_close(&c);
    return s;
}
