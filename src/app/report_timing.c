/* From leaving exploitation to entering it again: cumulative incidence with competing ends.
 *
 * The curve is estimated from every person's own days and published on a grid of months, each share
 * to a whole multiple of the base among the exits; the counts beside it are rounded with every
 * other table. */
#include "app/report_parts.h"

#include "chart/step.h"
#include "stats/proportion.h"
#include "stats/surv_cif.h"

#include <math.h>
#include <stdlib.h>

enum { MONTHS = 60, CAUSES = 3, LEAST_SPELLS = 50, DATED_BANDS = EXIT_BANDS - 1 };
#define DAYS_A_MONTH 30.4375

/* ---- the fit ---- */

/* The middle of the range of days; a re-entry on the day of the exit counts as the next day. */
static double middle(const struct spell_row *s)
{
    double days = ((double)s->days_min + (double)s->days_max) / 2.0;
    return days < 1.0 ? 1.0 : days;
}

static enum status fit(struct report *r, double *stop, int32_t *event, struct err *e)
{
    static const int32_t event_of[] = {
        [SPELL_REENTRY] = 1, [SPELL_DEATH] = 2, [SPELL_DEPARTURE] = 3, [SPELL_CENSORED] = 0};
    const struct analysis *a = &r->a;
    size_t bad_row;
    struct surv_order order;
    for (size_t i = 0; i < a->spell_count; i++) {
        stop[i] = middle(&a->spells[i]);
        event[i] = event_of[a->spells[i].end];
    }
    struct surv_rows rows = {
        .n = a->spell_count, .stop = stop, .event = event, .causes = CAUSES, .groups = 1};
    TRY(surv_order_make(&rows, &order, &bad_row, e));
    r->curve = mem_zalloc(1, sizeof *r->curve);
    enum status s = cif_fit(&rows, &order, 0, true, r->curve, &bad_row, e);
    if (s != ST_OK) {
        free(r->curve);
        r->curve = NULL;
    }
    surv_order_free(&order);
    return s;
}

/* ---- what may be published of it ---- */

static double dated_exits(const struct report *r)
{
    return (double)(release_value(&r->exits, -1, -1, 0) -
                    release_value(&r->exits, EXIT_BANDS - 1, -1, 0));
}

/* To whole multiples of the base among the exits: what one person does shows in no share. */
static double published(const struct report *r, double share, double (*rounding)(double))
{
    double n = dated_exits(r), unit = n > 0 ? RELEASE_BASE / n : 1;
    return fmin(1.0, fmax(0.0, rounding(share / unit) * unit));
}

/* Last place of the curve at or before a day; -1: none. */
static long place(const struct cif_curve *c, double day)
{
    long at = -1;
    for (size_t i = 0; i < c->n && c->time[i] <= day; i++)
        at = (long)i;
    return at;
}

static double incidence(const struct report *r, int month, int cause)
{
    long at = place(r->curve, month * DAYS_A_MONTH);
    double p = at < 0 ? 0.0 : r->curve->p[(size_t)at * (CAUSES + 1) + (size_t)cause];
    return published(r, p, round);
}

/* 95% limits of the share re-entered, rounded outwards. */
static struct interval limits(const struct report *r, int month)
{
    long at = place(r->curve, month * DAYS_A_MONTH);
    double z = two_sided_z(0.95);
    if (at < 0)
        return (struct interval){0, 0};
    double p = r->curve->p[(size_t)at * (CAUSES + 1) + 1];
    double se = r->curve->se[(size_t)at * (CAUSES + 1) + 1];
    return (struct interval){published(r, p - z * se, floor), published(r, p + z * se, ceil)};
}

/* Published counts of exits whose time ended within the first `bands` bands. */
static double within(const struct report *r, int bands, int end)
{
    double n = 0;
    for (int b = 0; b < bands; b++)
        n += (double)release_value(&r->exits, b, end, 0);
    return n;
}

/* `bands` end at that month. Least and most: none, or all, of those no longer followed re-entered.
 */
static struct re_entry re_entry_by(const struct report *r, int month, int bands)
{
    struct interval ci = limits(r, month);
    double n = dated_exits(r), again = within(r, bands, END_REENTERED);
    return (struct re_entry){.known = true,
                             .share = incidence(r, month, 1),
                             .lo = ci.lo,
                             .hi = ci.hi,
                             .least = again / n,
                             .most = (again + within(r, bands, END_FOLLOWED)) / n};
}

static int bands_to(int month)
{
    int b = 0;
    while (b < DATED_BANDS - 1 && exit_band_months[b] != month)
        b++;
    return b + 1;
}

enum status report_timing_fit(struct report *r, struct err *e)
{
    size_t n = r->a.spell_count;
    if (n < LEAST_SPELLS || dated_exits(r) < LEAST_SPELLS)
        return ST_OK;
    double *stop = mem_array(n, sizeof *stop);
    int32_t *event = mem_array(n, sizeof *event);
    enum status s = fit(r, stop, event, e);
    free(stop);
    free(event);
    if (s == ST_OK) {
        r->after_year = re_entry_by(r, 12, bands_to(12));
        r->after_two = re_entry_by(r, 24, bands_to(24));
    }
    return s;
}

void report_timing_free(struct report *r)
{
    if (r->curve)
        cif_free(r->curve);
    free(r->curve);
    r->curve = NULL;
}

/* ---- page ---- */

static void curve_table(struct report *r)
{
    static const struct table_column columns[] = {
        {"Months since the exit", false, 0},
        {"Exits still followed", true, 0},
        {"Re-entered by then", true, 0},
        {"Dated exits", true, 0},
        {"Re-entered %", true, 0},
        {"95% interval, lower %", true, 0},
        {"95% interval, upper %", true, 0},
        {"Died %", true, 0},
        {"Left the country %", true, 0},
        {"Least % (none of the unsighted re-entered)", true, 0},
        {"Most % (all of the unsighted re-entered at once)", true, 0}};
    struct grid *g = grid_new(r, "Re-entry by time since the exit, with competing ends", columns,
                              sizeof columns / sizeof *columns);
    double n = dated_exits(r);
    for (int b = 1; b < DATED_BANDS; b++) {
        int month = exit_band_months[b - 1];
        struct re_entry p = re_entry_by(r, month, b);
        grid_text(g, arena_printf(&r->memory, "%d", month));
        grid_count(g, (int64_t)(n - within(r, b, -1)));
        grid_count(g, (int64_t)within(r, b, END_REENTERED));
        grid_count(g, (int64_t)n);
        grid_number(g, 100 * p.share, 1);
        grid_number(g, 100 * p.lo, 1);
        grid_number(g, 100 * p.hi, 1);
        grid_number(g, 100 * incidence(r, month, 2), 1);
        grid_number(g, 100 * incidence(r, month, 3), 1);
        grid_number(g, 100 * p.least, 1);
        grid_number(g, 100 * p.most, 1);
    }
    grid_end(g);
}

static enum status chart(struct report *r, struct err *e)
{
    static const char *const names[] = {"Re-entered", "Died", "Left the country"};
    static const char *const at_risk_name[] = {"Exits"};
    static const double ticks[] = {0, 12, 24, 36, 60};
    enum { TICKS = sizeof ticks / sizeof *ticks };
    double x[MONTHS + 1], y[CAUSES][MONTHS + 1], lo[MONTHS + 1], hi[MONTHS + 1];
    struct chart_series series[CAUSES];
    int64_t risk[TICKS] = {(int64_t)dated_exits(r)};
    for (int m = 0; m <= MONTHS; m++) {
        struct interval ci = limits(r, m);
        x[m] = m;
        for (int c = 0; c < CAUSES; c++)
            y[c][m] = share_as_shown(incidence(r, m, c + 1));
        lo[m] = share_as_shown(ci.lo);
        hi[m] = share_as_shown(ci.hi);
    }
    for (int c = 0; c < CAUSES; c++)
        series[c] = (struct chart_series){.name = names[c],
                                          .x = x,
                                          .y = y[c],
                                          .lo = c ? NULL : lo,
                                          .hi = c ? NULL : hi,
                                          .n = MONTHS + 1};
    for (int i = 1; i < TICKS; i++)
        risk[i] = (int64_t)(dated_exits(r) - within(r, bands_to((int)ticks[i]), -1));
    struct chart_steps steps = {.series = series,
                                .count = CAUSES,
                                .risk = {.times = ticks,
                                         .count = TICKS,
                                         .n = risk,
                                         .shared = true,
                                         .names = at_risk_name,
                                         .hidden = "[c]"}};
    struct chart_words words = {.id = "timing",
                                .title =
                                    "Share of exits followed by each end, by months since the exit",
                                .desc = "Three step curves of cumulative incidence over five "
                                        "years: re-entry into exploitation with its "
                                        "95% band, death, and leaving the country. The number of "
                                        "exits still followed stands under the axis.",
                                .note = r->source};
    const struct chart_axis time = {.label = "Months since the exit"};
    const struct chart_axis share = {.label = "Share of exits", .format = CHART_PERCENT};
    struct buf wide = BUF_EMPTY, narrow = BUF_EMPTY;
    struct chart_table data = {0};
    struct chart_words phone = report_phone_words(r, &words);
    TRY(chart_step(&words, time, share, &steps, &wide, &data, e));
    TRY(chart_step(&phone, time, share, &steps, &narrow, NULL, e));
    bulletin_figure_pair(r->b, "timing", &wide, &narrow, &data);
    return ST_OK;
}

enum status report_timing(struct report *r, struct err *e)
{
    bulletin_section(r->b, "timing", "How long after an exit");
    if (!r->curve) {
        bulletin_text(r->b, "Fewer than %d dated exits: too few for a curve.", LEAST_SPELLS);
        return ST_OK;
    }
    bulletin_text(r->b,
                  "From each dated exit to the start of the next episode that is certainly another "
                  "one. Death and leaving the country are competing ends, not losses: treating "
                  "them as losses would overstate re-entry. The rest are followed to the last day "
                  "of the register; coarse dates take the middle of their range. Estimate: "
                  "Aalen-Johansen, infinitesimal-jackknife errors; shares are rounded to whole "
                  "multiples of %d exits.",
                  RELEASE_BASE);
    bulletin_text(r->b, "%s exits have no date and are not in the curve.",
                  grouped(r, release_value(&r->exits, EXIT_BANDS - 1, -1, 0)));
    TRY(chart(r, e));
    curve_table(r);
    bulletin_text(r->b,
                  "Least and most are what the data allow without assuming anything about people "
                  "who are not seen again: most of them may be well, abroad, or exploited unseen.");
    buf_addf(&r->job->findings, "Re-entered within 12 months of an exit: %s%%; within 24: %s%%.\n",
             percent(r, r->after_year.share), percent(r, r->after_two.share));
    return ST_OK;
}
