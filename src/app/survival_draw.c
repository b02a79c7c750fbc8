/* Pictures of survival answers: curves with the number at risk, areas of competing ends, intervals.
 */
#include "app/survival_answer.h"
#include "chart/forest.h"
#include "chart/step.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 1500, MOST_TICKS = 12 };

struct drawing {
    struct survival_answer *a;
    struct arena arena;
    struct chart_series series[SVG_SERIES_MAX];
    size_t count;
    double ticks[MOST_TICKS];
    size_t tick_count;
    int64_t risk[SVG_SERIES_MAX * MOST_TICKS];
    struct buf desc;
};

/* The points of a curve that are drawn: n of them, and room for 4 n values. */
struct points {
    size_t n, *keep;
    double *v; /* times, values, lower limits, upper limits */
};

/* A curve thinned to what a picture can show: the last point of each of MOST_POINTS equal
 * stretches. */
static struct points thin(struct drawing *w, const double *time, size_t n)
{
    struct points p = {.keep = arena_array(&w->arena, n, sizeof *p.keep)};
    double first = time[0], width = (time[n - 1] - first) / MOST_POINTS;
    for (size_t k = 0; k < n; k++)
        if (n <= MOST_POINTS || k + 1 == n ||
            floor((time[k] - first) / width) != floor((time[k + 1] - first) / width))
            p.keep[p.n++] = k;
    p.v = arena_array(&w->arena, 4 * p.n, sizeof *p.v);
    for (size_t k = 0; k < p.n; k++)
        p.v[k] = time[p.keep[k]];
    return p;
}

static void put_series(struct drawing *w, size_t row, const char *name, const struct points *p,
                       bool band)
{
    w->series[row] = (struct chart_series){
        name, p->v, p->v + p->n, band ? p->v + 2 * p->n : NULL, band ? p->v + 3 * p->n : NULL,
        p->n};
}

static const char *keep_text(struct drawing *w, struct str s)
{
    return arena_strndup(&w->arena, s.p, s.n);
}

static void choose_ticks(struct drawing *w, double longest)
{
    double lo = 0, hi = longest > 0 ? longest : 1;
    chart_nice(&lo, &hi, 5);
    w->tick_count = chart_ticks(0, hi, false, 5, w->ticks, MOST_TICKS);
}

static int64_t risk_at(const double *time, const double *risk, size_t n, double t)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t middle = (lo + hi) / 2;
        if (time[middle] < t)
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo < n ? (int64_t)risk[lo] : 0;
}

static void fill_risk(struct drawing *w, size_t row, const double *time, const double *risk,
                      size_t n)
{
    for (size_t t = 0; t < w->tick_count; t++)
        w->risk[row * w->tick_count + t] = risk_at(time, risk, n, w->ticks[t]);
}

static enum status render(struct drawing *w, const char *title, struct chart_axis y, double start,
                          bool stacked, struct err *e)
{
    struct survival_answer *a = w->a;
    struct chart_table table = {0};
    const struct chart_words words = {.id = "survival",
                                      .title = a->q->title ? a->q->title : title,
                                      .desc = w->desc.p ? w->desc.p : title};
    struct chart_axis x = {.label = a->q->time};
    struct chart_steps steps = {.series = w->series,
                                .count = w->count,
                                .start = start,
                                .stacked = stacked,
                                .risk = {.times = w->ticks, .count = w->tick_count, .n = w->risk}};
    x.hi = w->ticks[w->tick_count - 1];
    enum status s = chart_step(&words, x, y, &steps, &a->svg, &table, e);
    if (s == ST_OK)
        chart_table_csv(&table, &a->svg_csv);
    chart_table_free(&table);
    return s;
}

static void drawing_free(struct drawing *w)
{
    arena_free(&w->arena);
    buf_free(&w->desc);
}

static enum status open_drawing(struct drawing *w, struct survival_answer *a, size_t count,
                                const char *desc, struct err *e)
{
    *w = (struct drawing){.a = a, .count = count};
    if (count <= SVG_SERIES_MAX) {
        buf_adds(&w->desc, desc);
        return ST_OK;
    }
    err_at(e, NULL, 0, a->q->group);
    err_set(e, ST_DATA, "%zu curves are too many for one picture", count);
    return err_hint(e, "A picture shows at most %d; leave --svg out, or group by fewer values.",
                    SVG_SERIES_MAX);
}

enum status survival_draw_km(struct survival_answer *a, const struct km_curve *curves,
                             struct err *e)
{
    size_t groups = (size_t)a->d->rows.groups;
    struct drawing w;
    double longest = 0;
    TRY(open_drawing(&w, a, groups, "Kaplan-Meier curves with pointwise log-log limits.", e));
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    for (size_t g = 0; g < groups; g++) {
        const struct km_curve *c = &curves[g];
        struct points p = thin(&w, c->time, c->n);
        for (size_t k = 0; k < p.n; k++) {
            size_t at = p.keep[k];
            struct interval r = km_limit(c->surv[at], c->greenwood[at], a->z, KM_LOGLOG);
            p.v[p.n + k] = c->surv[at];
            p.v[2 * p.n + k] = r.lo;
            p.v[3 * p.n + k] = r.hi;
        }
        const char *name = keep_text(&w, survival_group_label(a->d, (int)g));
        put_series(&w, g, name, &p, true);
        fill_risk(&w, g, c->time, c->risk, c->n);
        buf_addf(&w.desc, " %s: %.0f events among %lld rows; %.1f%% without the event at the end.",
                 name, c->events, (long long)c->rows, 100 * c->surv[c->n - 1]);
    }
    struct chart_axis y = {
        .label = "Share without the event", .format = CHART_PERCENT, .lo = 0, .hi = 1};
    enum status s = render(&w, "How long until the event", y, 1, false, e);
    drawing_free(&w);
    return s;
}

/* One group: all ends stacked. Several: the first cause (or --cause) in each. */
enum status survival_draw_cif(struct survival_answer *a, const struct cif_curve *curves,
                              struct err *e)
{
    size_t groups = (size_t)a->d->rows.groups, causes = (size_t)a->d->rows.causes;
    bool stacked = groups == 1;
    struct drawing w;
    TRY(open_drawing(&w, a, stacked ? causes : groups,
                     "Cumulative incidence allowing for competing ends.", e));
    size_t cause = 1;
    for (size_t k = 0; k < causes && a->q->cause; k++)
        if (str_is(a->d->cause[k], a->q->cause))
            cause = k + 1;
    double longest = 0;
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    for (size_t s = 0; s < w.count; s++) {
        const struct cif_curve *c = &curves[stacked ? 0 : s];
        size_t state = stacked ? s + 1 : cause, width = causes + 1;
        struct points p = thin(&w, c->time, c->n);
        for (size_t k = 0; k < p.n; k++) {
            size_t at = p.keep[k] * width + state;
            double share = c->p[at], half = c->se && share > 0 ? a->z * c->se[at] / share : 0;
            p.v[p.n + k] = share;
            p.v[2 * p.n + k] = share * exp(-half); /* limits on the log scale, as in the table */
            p.v[3 * p.n + k] = fmin(1, share * exp(half));
        }
        const char *name =
            stacked ? arena_printf(&w.arena, "End %.*s", (int)a->d->cause[s].n, a->d->cause[s].p)
                    : keep_text(&w, survival_group_label(a->d, (int)s));
        put_series(&w, s, name, &p, c->se && !stacked);
        fill_risk(&w, s, c->time, c->risk, c->n);
        buf_addf(&w.desc, " %s: %.1f%% by the end.", name, 100 * p.v[2 * p.n - 1]);
    }
    struct chart_axis y = {.label = "Share of all who started", .format = CHART_PERCENT};
    if (stacked)
        y.hi = 1;
    enum status s = render(&w, "How many reach each end, and when", y, 0, stacked, e);
    drawing_free(&w);
    return s;
}

enum status survival_draw_mcf(struct survival_answer *a, const struct mcf_curve *curves,
                              struct err *e)
{
    size_t groups = (size_t)a->d->rows.groups;
    struct drawing w;
    double longest = 0;
    TRY(open_drawing(&w, a, groups,
                     "Mean number of events per person, with pointwise robust limits.", e));
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    for (size_t g = 0; g < groups; g++) {
        const struct mcf_curve *c = &curves[g];
        struct points p = thin(&w, c->time, c->n);
        for (size_t k = 0; k < p.n; k++) {
            double mean = c->mcf[p.keep[k]], half = a->z * c->se_robust[p.keep[k]];
            p.v[p.n + k] = mean;
            p.v[2 * p.n + k] = fmax(0, mean - half);
            p.v[3 * p.n + k] = mean + half;
        }
        const char *name = keep_text(&w, survival_group_label(a->d, (int)g));
        put_series(&w, g, name, &p, true);
        fill_risk(&w, g, c->time, c->risk, c->n);
        buf_addf(&w.desc, " %s: %.3g events per person by the end.", name, p.v[2 * p.n - 1]);
    }
    struct chart_axis y = {.label = "Events per person"};
    enum status s = render(&w, "How many events a person has, by time", y, 0, false, e);
    drawing_free(&w);
    return s;
}

static enum status render_forest(struct survival_answer *a, const struct chart_words *words,
                                 struct chart_axis x, const struct chart_forest *f, struct err *e)
{
    struct chart_table table = {0};
    enum status s = chart_forest(words, x, f, &a->svg, &table, e);
    if (s == ST_OK)
        chart_table_csv(&table, &a->svg_csv);
    chart_table_free(&table);
    return s;
}

enum status survival_draw_cox(struct survival_answer *a, const struct cox_fit *f, struct err *e)
{
    struct arena arena = ARENA_EMPTY;
    size_t n = (size_t)f->covariates;
    struct chart_estimate *rows = arena_array(&arena, n, sizeof *rows);
    const double *var = f->robust ? f->robust : f->var;
    for (size_t k = 0; k < n; k++) {
        double se = sqrt(var[k * n + k]), half = a->z * se;
        struct str name = a->d->covariate[k];
        rows[k] = (struct chart_estimate){arena_strndup(&arena, name.p, name.n),
                                          NULL,
                                          exp(f->coef[k]),
                                          exp(f->coef[k] - half),
                                          exp(f->coef[k] + half),
                                          NAN,
                                          NAN};
        if (isnan(f->coef[k]) || f->infinite[k]) {
            rows[k].value = rows[k].lo = rows[k].hi = NAN;
            rows[k].text = "no estimate";
            continue;
        }
        rows[k].text =
            arena_printf(&arena, "%.2f (%.2f to %.2f)", rows[k].value, rows[k].lo, rows[k].hi);
    }
    const struct chart_words words = {
        .id = "survival",
        .title = a->q->title ? a->q->title : "Hazard ratios from one Cox regression",
        .desc = "Each covariate's hazard ratio with its interval, on a log scale; 1 means no "
                "difference."};
    const struct chart_forest forest = {rows, n, 1};
    struct chart_axis x = {.label = "Hazard ratio (log scale)", .log = true};
    enum status s = render_forest(a, &words, x, &forest, e);
    arena_free(&arena);
    return s;
}

enum status survival_draw_bounds(struct survival_answer *a, const struct km_curve *curves,
                                 struct err *e)
{
    struct arena arena = ARENA_EMPTY;
    size_t groups = (size_t)a->d->rows.groups, times = (size_t)a->q->at_count, n = 0;
    struct chart_estimate *rows = arena_array(&arena, groups * times, sizeof *rows);
    for (size_t g = 0; g < groups; g++)
        for (size_t t = 0; t < times; t++) {
            struct km_bound b = km_bound(&curves[g], a->q->at[t]);
            struct str name = survival_group_label(a->d, (int)g);
            rows[n++] = (struct chart_estimate){
                arena_printf(&arena, groups > 1 ? "%.*s, by %.6g" : "%.*sBy %.6g",
                             groups > 1 ? (int)name.n : 0, name.p, a->q->at[t]),
                arena_printf(&arena, "%.0f events, %.0f censored", b.events, b.censored),
                b.km,
                NAN,
                NAN,
                b.never,
                b.at_once};
        }
    const struct chart_words words = {
        .id = "survival",
        .title = a->q->title ? a->q->title : "What the censored could change",
        .desc =
            "Bars run from the share if none of the censored ever had the event to the share if "
            "all had it at once; the mark is Kaplan-Meier's."};
    const struct chart_forest forest = {rows, n, NAN};
    struct chart_axis x = {
        .label = "Share with the event", .format = CHART_PERCENT, .lo = 0, .hi = 1};
    enum status s = render_forest(a, &words, x, &forest, e);
    arena_free(&arena);
    return s;
}
