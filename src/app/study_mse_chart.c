/* The pictures of `study mse`: an SVG and the CSV of its data for each, written all or none. */
#include "app/study_mse.h"
#include "base/file.h"
#include "chart/forest.h"
#include "chart/heat.h"
#include "chart/histogram.h"
#include "chart/scatter.h"
#include "chart/upset.h"

#include <math.h>
#include <stdlib.h>

#define PICTURES_MAX 8

struct album {
    struct {
        const char *name;
        struct buf svg;
        struct chart_table table;
    } picture[PICTURES_MAX];
    int count;
};

static struct buf *page(struct album *a, const char *name, struct chart_table **table)
{
    a->picture[a->count].name = name;
    *table = &a->picture[a->count].table;
    return &a->picture[a->count++].svg;
}

/* N of every model of pairs against its BIC. */
static enum status models(struct album *a, const struct mse_report *r, struct err *e)
{
    const struct mse_all_pairs *all = &r->all_pairs;
    double *x = mem_array(2 * all->models, sizeof *x), *y = x + all->models;
    for (size_t i = 0; i < all->models; i++) {
        x[i] = all->fit[i].BIC;
        y[i] = all->fit[i].N;
    }
    const struct mse_quick *best = &all->fit[all->bic_best];
    bool same = r->chosen.status == 0 && fabs(r->chosen.BIC - best->BIC) < 1e-6;
    struct chart_named_point named[3];
    size_t n = 0;
    named[n++] =
        (struct chart_named_point){same ? "chosen, least BIC" : "least BIC", best->BIC, best->N};
    if (r->chosen.status == 0 && !same)
        named[n++] = (struct chart_named_point){"chosen", r->chosen.BIC, r->chosen.N};
    named[n++] = (struct chart_named_point){"main effects", r->main.BIC, r->main.N};
    char desc[400];
    snprintf(desc, sizeof desc,
             "%zu models of pairs of lists. From the 5%% to the 95%% point they give %.0f to %.0f "
             "people; the model with the least BIC gives %.0f.",
             all->ok, all->N_q05, all->N_q95, best->N);
    struct chart_words w = {.id = "mse-models",
                            .title = "Every model of pairs of lists: its estimate and its BIC",
                            .desc = desc,
                            .note =
                                "Left is better by BIC; a difference below 2 is next to nothing."};
    struct chart_axis ax = {.label = "BIC"}, ay = {.label = "Estimated number, N", .log = true};
    struct chart_scatter d = {x, y, all->models, named, n};
    struct chart_table *table;
    struct buf *svg = page(a, "models", &table);
    enum status s = chart_scatter(&w, ax, ay, &d, svg, table, e);
    free(x);
    return s;
}

/* The number stands at the end of the row. */
static struct chart_estimate row_of(struct arena *words, const char *label, double value, double lo,
                                    double hi)
{
    char text[40];
    chart_number(round(value), CHART_NUMBER, text);
    return (struct chart_estimate){
        label, isfinite(value) ? arena_strdup(words, text) : "none", value, lo, hi, NAN, NAN};
}

/* One row per way of estimating. */
static enum status methods(struct album *a, const struct mse_report *r, struct err *e)
{
    struct chart_estimate rows[16];
    struct arena words = ARENA_EMPTY;
    size_t n = 0;
    const struct mse_lower_bounds *b = &r->bounds;
    const struct mse_all_pairs *all = &r->all_pairs;
    if (r->chosen.status == 0)
        rows[n++] =
            row_of(&words, "chosen model, Wald", r->chosen.N, r->chosen.lo95, r->chosen.hi95);
    if (r->have_boot) {
        rows[n++] = row_of(&words, "chosen, BCa", r->boot.estimate, r->boot.bca[0],
                           r->boot.bca[MSE_BCA_LEVELS - 1]);
        rows[n++] =
            row_of(&words, "chosen, percentile", r->boot.estimate, r->boot.pct_lo, r->boot.pct_hi);
    }
    if (r->have_profile && r->profile[1].ok)
        rows[n++] = row_of(&words, "chosen, profile", r->profile[1].N_multinomial_mle,
                           r->profile[1].profile_lo95, r->profile[1].profile_hi95);
    if (r->main.status == 0)
        rows[n++] = row_of(&words, "independent lists", r->main.N, r->main.lo95, r->main.hi95);
    if (r->have_all_pairs && all->ok > 0) {
        rows[n++] = row_of(&words, "least AIC", all->fit[all->aic_best].N, NAN, NAN);
        rows[n++] = row_of(&words, "least BIC", all->fit[all->bic_best].N, NAN, NAN);
        rows[n] = row_of(&words, "all models, 5%-95%", all->N_median, NAN, NAN);
        rows[n].floor = all->N_q05;
        rows[n++].ceiling = all->N_q95;
    }
    rows[n++] = row_of(&words, "Chao's lower bound", b->chao1_bc, b->chao1_bc_lo, b->chao1_bc_hi);
    if (r->have_dga) {
        rows[n++] = row_of(&words, "graphs averaged", r->dga.q50, r->dga.q025, r->dga.q975);
        rows[n++] = row_of(&words, "graphs, not complete", r->dga.q50_without, r->dga.q025_without,
                           r->dga.q975_without);
    }
    if (r->have_latent && r->latent.converged)
        rows[n++] = row_of(&words, "latent classes", r->latent.all.q50, r->latent.all.q025,
                           r->latent.all.q975);
    struct chart_words w = {
        .id = "mse-methods",
        .title = "What each method says",
        .desc =
            "One row per method: its estimate with a 95% interval. How far the rows lie apart is "
            "itself the finding; they are not averaged.",
        .note = "Chao's bound is one only when lists do not avoid each other."};
    struct chart_axis x = {.label = "Estimated number, N", .log = true};
    struct chart_forest f = {rows, n, r->table->total};
    struct chart_table *table;
    struct buf *svg = page(a, "methods", &table);
    enum status s = chart_forest(&w, x, &f, svg, table, e);
    arena_free(&words);
    return s;
}

static enum status bootstrap(struct album *a, const struct mse_report *r, struct err *e)
{
    const struct mse_boot *b = &r->boot;
    struct chart_interval v[2] = {{"BCa 95%", b->bca[0], b->bca[MSE_BCA_LEVELS - 1]},
                                  {"percentile 95%", b->pct_lo, b->pct_hi}};
    char desc[300];
    snprintf(desc, sizeof desc,
             "%d bootstrap estimates; %.0f%% lie below the estimate. BCa interval %.0f to %.0f, "
             "percentile interval %.0f to %.0f.",
             b->replicates, 100 * b->prop_below, v[0].lo, v[0].hi, v[1].lo, v[1].hi);
    struct chart_words w = {.id = "mse-bootstrap",
                            .title = "Bootstrap estimates, the model chosen anew each time",
                            .desc = desc,
                            .note = "Up to half a percent of the largest may lie beyond the axis."};
    struct chart_axis x = {.label = "Estimated number, N"};
    struct chart_histogram d = {b->N, (size_t)b->replicates, b->estimate, "estimate", v, 2};
    struct chart_table *table;
    struct buf *svg = page(a, "bootstrap", &table);
    return chart_histogram(&w, x, &d, svg, table, e);
}

static enum status left_out(struct album *a, const struct mse_report *r, struct err *e)
{
    size_t n = 0;
    struct chart_estimate *rows = mem_array((size_t)r->change_rows + 1, sizeof *rows);
    struct arena words = ARENA_EMPTY;
    for (int i = 0; i < r->change_rows; i++) {
        const struct mse_sensitivity *c = &r->changes[i];
        if (strcmp(c->change, "none") != 0 && strcmp(c->change, "omit list") != 0)
            continue;
        rows[n++] =
            row_of(&words, *c->what ? arena_printf(&words, "without %s", c->what) : "all lists",
                   c->N_stepwise, c->lo, c->hi);
    }
    struct chart_words w = {.id = "mse-left-out",
                            .title = "What leaving each list out does",
                            .desc =
                                "One row per list left out: the estimate from the other lists, the "
                                "model chosen anew, with its 95% interval.",
                            .note = NULL};
    struct chart_axis x = {.label = "Estimated number, N"};
    struct chart_forest f = {rows, n, r->changes[0].N_stepwise};
    struct chart_table *table;
    struct buf *svg = page(a, "left_out", &table);
    enum status s = chart_forest(&w, x, &f, svg, table, e);
    arena_free(&words);
    free(rows);
    return s;
}

static enum status lists(struct album *a, const struct mse_report *r, struct err *e)
{
    const struct mse_table *t = r->table;
    uint32_t *cell = mem_array(mse_cells(t->lists), sizeof *cell);
    int n = mse_filled_cells(t, cell);
    double *count = mem_array((size_t)n, sizeof *count);
    for (int i = 0; i < n; i++)
        count[i] = t->count[cell[i]];
    char desc[300];
    snprintf(
        desc, sizeof desc,
        "People on each combination of %d lists, largest first. %.0f of %.0f people are on one "
        "list only.",
        t->lists, r->bounds.f[1], t->total);
    struct chart_words w = {
        .id = "mse-lists", .title = "Who is on which lists", .desc = desc, .note = NULL};
    struct chart_upset d = {t->name, (size_t)t->lists, cell, count, (size_t)n, "[c]", 0};
    struct chart_table *table;
    struct buf *svg = page(a, "lists", &table);
    enum status s = chart_upset(&w, &d, svg, table, e);
    free(cell);
    free(count);
    return s;
}

#define GRID 6
static size_t nearest(const double *rate, double v)
{
    size_t best = 0;
    for (size_t i = 1; i < GRID; i++)
        if (fabs(rate[i] - v) < fabs(rate[best] - v))
            best = i;
    return best;
}

static enum status linkage(struct album *a, const struct mse_report *r,
                           const struct mse_question *q, struct err *e)
{
    static const double rate[GRID] = {1, 0.98, 0.95, 0.9, 0.8, 0.7};
    static const char *const label[GRID] = {"100%", "98%", "95%", "90%", "80%", "70%"};
    double v[GRID * GRID];
    for (size_t i = 0; i < GRID; i++)
        for (size_t j = 0; j < GRID; j++)
            v[i * GRID + j] =
                mse_linkage_estimate(r->table, &r->chosen.model, 1 - rate[i], 1 - rate[j]);
    bool marked = isfinite(q->recall) && isfinite(q->precision);
    struct chart_words w = {
        .id = "mse-linkage",
        .title = "What linkage errors do to the estimate",
        .desc =
            "The estimate after correcting the table for links that were missed (rows) and links "
            "that are false (columns), the model kept.",
        .note = marked ? "Framed: nearest to the linkage's measured recall and precision."
                       : "Without measured recall and precision nothing here can be ruled out."};
    struct chart_heat d = {label,
                           label,
                           GRID,
                           GRID,
                           "Recall: true links found",
                           "Precision: links that are true",
                           v,
                           "none",
                           marked ? nearest(rate, q->recall) : SIZE_MAX,
                           marked ? nearest(rate, q->precision) : SIZE_MAX};
    struct chart_table *table;
    struct buf *svg = page(a, "linkage", &table);
    return chart_heat(&w, &d, svg, table, e);
}

static enum status draw(struct album *a, const struct mse_report *r, const struct mse_question *q,
                        struct err *e)
{
    TRY(lists(a, r, e));
    if (r->have_all_pairs && r->all_pairs.ok > 0)
        TRY(models(a, r, e));
    TRY(methods(a, r, e));
    if (r->have_boot && r->boot.nonfinite < r->boot.replicates)
        TRY(bootstrap(a, r, e));
    if (r->change_rows > 0 && isfinite(r->changes[0].N_stepwise))
        TRY(left_out(a, r, e));
    if (r->chosen.status == 0)
        TRY(linkage(a, r, q, e));
    return ST_OK;
}

static enum status write_all(struct album *a, const char *dir, struct err *e)
{
    struct outfile out[2 * PICTURES_MAX];
    int opened = 0;
    enum status s = dir_make(dir, e);
    for (int i = 0; i < 2 * a->count && s == ST_OK; i++) {
        char path[1000];
        struct buf csv = BUF_EMPTY;
        const struct buf *text = &a->picture[i / 2].svg;
        int n = snprintf(path, sizeof path, "%s/mse_%s.%s", dir, a->picture[i / 2].name,
                         i % 2 ? "csv" : "svg");
        if (n < 0 || n >= (int)sizeof path) {
            s = err_set(e, ST_DATA, "the name of the directory is too long");
            break;
        }
        s = outfile_open(&out[opened], path, e);
        if (s != ST_OK)
            break;
        if (i % 2) {
            chart_table_csv(&a->picture[i / 2].table, &csv);
            text = &csv;
        }
        fwrite(text->p ? text->p : "", 1, text->n, out[opened++].to);
        buf_free(&csv);
    }
    for (int i = 0; i < opened && s == ST_OK; i++)
        s = outfile_commit(&out[i], e);
    for (int i = 0; i < opened; i++)
        outfile_abort(&out[i]);
    return s;
}

enum status study_mse_pictures(const struct mse_report *r, const struct mse_question *q,
                               struct err *e)
{
    struct album a = {.count = 0};
    enum status s = draw(&a, r, q, e);
    if (s == ST_OK)
        s = write_all(&a, q->svg_dir, e);
    for (int i = 0; i < a.count; i++) {
        buf_free(&a.picture[i].svg);
        chart_table_free(&a.picture[i].table);
    }
    return s;
}
