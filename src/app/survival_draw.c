/* Pictures of survival answers: curves with the number at risk, areas of competing ends, intervals.
 */
#include "app/survival_answer.h"
#include "chart/forest.h"
#include "chart/step.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 1500, MOST_TICKS = 12 };

/* A curve thinned to what a picture can show: the last point of each of MOST_POINTS equal
 * stretches. */
static size_t thin(const double *time, size_t n, size_t *keep)
{
    if (n <= MOST_POINTS) {
        for (size_t k = 0; k < n; k++)
            keep[k] = k;
        return n;
    }
    double first = time[0], width = (time[n - 1] - first) / MOST_POINTS;
    size_t m = 0;
    for (size_t k = 0; k < n; k++)
        if (k + 1 == n || floor((time[k] - first) / width) != floor((time[k + 1] - first) / width))
            keep[m++] = k;
    return m;
}

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

static enum status too_many(struct survival_answer *a, size_t count, struct err *e)
{
    if (count <= SVG_SERIES_MAX)
        return ST_OK;
    err_at(e, NULL, 0, a->q->group);
    err_set(e, ST_DATA, "%zu curves are too many for one picture", count);
    return err_hint(e, "A picture shows at most %d; leave --svg out, or group by fewer values.",
                    SVG_SERIES_MAX);
}

enum status survival_draw_km(struct survival_answer *a, const struct km_curve *curves,
                             struct err *e)
{
    size_t groups = (size_t)a->d->rows.groups;
    TRY(too_many(a, groups, e));
    struct drawing w = {.a = a, .count = groups};
    double longest = 0;
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    buf_adds(&w.desc, "Kaplan-Meier curves with pointwise log-log limits.");
    for (size_t g = 0; g < groups; g++) {
        const struct km_curve *c = &curves[g];
        size_t *keep = arena_array(&w.arena, c->n, sizeof *keep), n = thin(c->time, c->n, keep);
        double *v = arena_array(&w.arena, 4 * n, sizeof *v);
        for (size_t k = 0; k < n; k++) {
            struct interval r = km_limit(c->surv[keep[k]], c->greenwood[keep[k]], a->z, KM_LOGLOG);
            v[k] = c->time[keep[k]];
            v[n + k] = c->surv[keep[k]];
            v[2 * n + k] = r.lo;
            v[3 * n + k] = r.hi;
        }
        const char *name = keep_text(&w, survival_group_label(a->d, (int)g));
        w.series[g] = (struct chart_series){name, v, v + n, v + 2 * n, v + 3 * n, n};
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
    TRY(too_many(a, stacked ? causes : groups, e));
    size_t cause = 1;
    for (size_t k = 0; k < causes && a->q->cause; k++)
        if (str_is(a->d->cause[k], a->q->cause))
            cause = k + 1;
    struct drawing w = {.a = a, .count = stacked ? causes : groups};
    double longest = 0;
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    buf_adds(&w.desc, "Cumulative incidence allowing for competing ends.");
    for (size_t s = 0; s < w.count; s++) {
        const struct cif_curve *c = &curves[stacked ? 0 : s];
        size_t state = stacked ? s + 1 : cause, width = causes + 1;
        size_t *keep = arena_array(&w.arena, c->n, sizeof *keep), n = thin(c->time, c->n, keep);
        double *v = arena_array(&w.arena, 4 * n, sizeof *v);
        for (size_t k = 0; k < n; k++) {
            double p = c->p[keep[k] * width + state];
            double half = c->se && p > 0 ? a->z * c->se[keep[k] * width + state] / p : 0;
            v[k] = c->time[keep[k]];
            v[n + k] = p;
            v[2 * n + k] = p * exp(-half); /* limits on the log scale, as in the table */
            v[3 * n + k] = fmin(1, p * exp(half));
        }
        bool band = c->se && !stacked;
        const char *name =
            stacked ? arena_printf(&w.arena, "End %.*s", (int)a->d->cause[s].n, a->d->cause[s].p)
                    : keep_text(&w, survival_group_label(a->d, (int)s));
        w.series[s] = (struct chart_series){
            name, v, v + n, band ? v + 2 * n : NULL, band ? v + 3 * n : NULL, n};
        fill_risk(&w, s, c->time, c->risk, c->n);
        buf_addf(&w.desc, " %s: %.1f%% by the end.", name, 100 * v[2 * n - 1]);
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
    TRY(too_many(a, groups, e));
    struct drawing w = {.a = a, .count = groups};
    double longest = 0;
    for (size_t g = 0; g < groups; g++)
        longest = fmax(longest, curves[g].time[curves[g].n - 1]);
    choose_ticks(&w, longest);
    buf_adds(&w.desc, "Mean number of events per person, with pointwise robust limits.");
    for (size_t g = 0; g < groups; g++) {
        const struct mcf_curve *c = &curves[g];
        size_t *keep = arena_array(&w.arena, c->n, sizeof *keep), n = thin(c->time, c->n, keep);
        double *v = arena_array(&w.arena, 4 * n, sizeof *v);
        for (size_t k = 0; k < n; k++) {
            double half = a->z * c->se_robust[keep[k]];
            v[k] = c->time[keep[k]];
            v[n + k] = c->mcf[keep[k]];
            v[2 * n + k] = fmax(0, c->mcf[keep[k]] - half);
            v[3 * n + k] = c->mcf[keep[k]] + half;
        }
        const char *name = keep_text(&w, survival_group_label(a->d, (int)g));
        w.series[g] = (struct chart_series){name, v, v + n, v + 2 * n, v + 3 * n, n};
        fill_risk(&w, g, c->time, c->risk, c->n);
        buf_addf(&w.desc, " %s: %.3g events per person by the end.", name, v[2 * n - 1]);
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
