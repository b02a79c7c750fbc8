/* From leaving exploitation to entering it again: cumulative incidence with competing ends.
 *
 * Published on a grid of months, never at a person's own day; numbers at risk are rounded to the
 * base. */
#include "app/report_parts.h"

#include "chart/step.h"
#include "stats/proportion.h"
#include "stats/surv_cif.h"

#include <math.h>
#include <stdlib.h>

enum { MONTHS = 60, CAUSES = 3, LEAST_SPELLS = 50 };
#define DAYS_A_MONTH 30.4375

static const struct table_column columns[] = {
    {"Months since the exit", false, 0},
    {"At risk (rounded)", true, 0},
    {"Re-entered %", true, 0},
    {"95% interval, lower %", true, 0},
    {"95% interval, upper %", true, 0},
    {"Died %", true, 0},
    {"Left the country %", true, 0},
    {"Least % (none of the unsighted re-entered)", true, 0},
    {"Most % (all of the unsighted re-entered at once)", true, 0}};

struct timing {
    double *stop;
    int32_t *event;
    size_t n;
    struct cif_curve curve;
};

/* The middle of the range of days; a re-entry on the day of the exit counts as the next day. */
static double middle(const struct spell_row *s)
{
    double days = ((double)s->days_min + (double)s->days_max) / 2.0;
    return days < 1.0 ? 1.0 : days;
}

static void read_spells(const struct analysis *a, struct timing *t)
{
    static const int32_t event_of[] = {
        [SPELL_REENTRY] = 1, [SPELL_DEATH] = 2, [SPELL_DEPARTURE] = 3, [SPELL_CENSORED] = 0};
    t->stop = mem_array(a->spell_count + 1, sizeof *t->stop);
    t->event = mem_array(a->spell_count + 1, sizeof *t->event);
    for (size_t i = 0; i < a->spell_count; i++) {
        t->stop[t->n] = middle(&a->spells[i]);
        t->event[t->n++] = event_of[a->spells[i].end];
    }
}

/* Last place of the curve at or before a day; -1: none. */
static long place(const struct cif_curve *c, double day)
{
    long at = -1;
    for (size_t i = 0; i < c->n && c->time[i] <= day; i++)
        at = (long)i;
    return at;
}

static double incidence(const struct cif_curve *c, double day, int cause)
{
    long at = place(c, day);
    return at < 0 ? 0.0 : c->p[(size_t)at * (CAUSES + 1) + (size_t)cause];
}

static double error_of(const struct cif_curve *c, double day)
{
    long at = place(c, day);
    return at < 0 ? 0.0 : c->se[(size_t)at * (CAUSES + 1) + 1];
}

static int64_t at_risk(const struct timing *t, double day)
{
    int64_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += t->stop[i] >= day;
    return (n + RELEASE_BASE / 2) / RELEASE_BASE * RELEASE_BASE;
}

/* Shares by the day when every censored exit is taken as never, and as at once, followed by a
 * re-entry. */
static void bounds(const struct timing *t, double day, double *least, double *most)
{
    double events = 0, unsighted = 0;
    for (size_t i = 0; i < t->n; i++) {
        events += t->event[i] == 1 && t->stop[i] <= day;
        unsighted += t->event[i] == 0 && t->stop[i] <= day;
    }
    *least = events / (double)t->n;
    *most = (events + unsighted) / (double)t->n;
}

static void table(struct report *r, const struct timing *t)
{
    static const int months[] = {1, 3, 6, 12, 24, 36, 60};
    struct grid *g =
        grid_new(r, "Re-entry by time since the exit, with competing ends", columns, 9);
    double z = two_sided_z(0.95);
    for (size_t i = 0; i < sizeof months / sizeof *months; i++) {
        double day = months[i] * DAYS_A_MONTH, p = incidence(&t->curve, day, 1), least, most;
        double se = error_of(&t->curve, day);
        bounds(t, day, &least, &most);
        grid_text(g, arena_printf(&r->memory, "%d", months[i]));
        grid_count(g, at_risk(t, day));
        grid_number(g, 100 * p, 1);
        grid_number(g, 100 * fmax(0.0, p - z * se), 1);
        grid_number(g, 100 * fmin(1.0, p + z * se), 1);
        grid_number(g, 100 * incidence(&t->curve, day, 2), 1);
        grid_number(g, 100 * incidence(&t->curve, day, 3), 1);
        grid_number(g, 100 * least, 1);
        grid_number(g, 100 * most, 1);
    }
    grid_end(g);
}

static enum status chart(struct report *r, const struct timing *t, struct err *e)
{
    static const char *const names[] = {"Re-entered", "Died", "Left the country"};
    static const char *const at_risk_name[] = {"Exits"};
    static const double ticks[] = {0, 12, 24, 36, 48, 60};
    double x[MONTHS + 1], y[CAUSES][MONTHS + 1], lo[MONTHS + 1], hi[MONTHS + 1];
    struct chart_series series[CAUSES];
    int64_t risk[6];
    double z = two_sided_z(0.95);
    for (int m = 0; m <= MONTHS; m++) {
        double day = m * DAYS_A_MONTH, se = error_of(&t->curve, day);
        x[m] = m;
        for (int c = 0; c < CAUSES; c++)
            y[c][m] = incidence(&t->curve, day, c + 1);
        lo[m] = fmax(0.0, y[0][m] - z * se);
        hi[m] = fmin(1.0, y[0][m] + z * se);
    }
    for (int c = 0; c < CAUSES; c++)
        series[c] = (struct chart_series){.name = names[c],
                                          .x = x,
                                          .y = y[c],
                                          .lo = c ? NULL : lo,
                                          .hi = c ? NULL : hi,
                                          .n = MONTHS + 1};
    for (int i = 0; i < 6; i++)
        risk[i] = at_risk(t, ticks[i] * DAYS_A_MONTH);
    struct chart_steps steps = {.series = series,
                                .count = CAUSES,
                                .risk = {.times = ticks,
                                         .count = 6,
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
                                        "exits still at risk stands under the axis.",
                                .note = r->source};
    struct buf svg = BUF_EMPTY;
    struct chart_table data = {0};
    TRY(chart_step(&words, (struct chart_axis){.label = "Months since the exit"},
                   (struct chart_axis){.label = "Share of exits", .format = CHART_PERCENT}, &steps,
                   &svg, &data, e));
    bulletin_figure(r->b, "timing", &svg, &data);
    return ST_OK;
}

static enum status fit(struct report *r, struct timing *t, struct err *e)
{
    size_t bad_row;
    struct surv_order order;
    struct surv_rows rows = {
        .n = t->n, .stop = t->stop, .event = t->event, .causes = CAUSES, .groups = 1};
    TRY(surv_order_make(&rows, &order, &bad_row, e));
    enum status s = cif_fit(&rows, &order, 0, true, &t->curve, &bad_row, e);
    if (s == ST_OK)
        s = chart(r, t, e);
    if (s == ST_OK) {
        table(r, t);
        buf_addf(&r->job->findings,
                 "Re-entered within 12 months of an exit: %s%%; within 24: %s%%.\n",
                 percent(r, incidence(&t->curve, 12 * DAYS_A_MONTH, 1)),
                 percent(r, incidence(&t->curve, 24 * DAYS_A_MONTH, 1)));
        cif_free(&t->curve);
    }
    surv_order_free(&order);
    return s;
}

enum status report_timing(struct report *r, struct err *e)
{
    struct timing t = {0};
    enum status s = ST_OK;
    bulletin_section(r->b, "timing", "How long after an exit");
    read_spells(&r->a, &t);
    if (t.n < LEAST_SPELLS) {
        bulletin_text(r->b, "Fewer than %d dated exits: too few for a curve.", LEAST_SPELLS);
    } else {
        bulletin_text(r->b, "From each dated exit to the start of the next episode that is "
                            "certainly another one. Death and leaving "
                            "the country are competing ends, not losses: treating them as losses "
                            "would overstate re-entry. The rest "
                            "are followed to the last day of the register; coarse dates take the "
                            "middle of their range. Estimate: "
                            "Aalen-Johansen, infinitesimal-jackknife errors.");
        bulletin_text(r->b, "%s exits have no date and are not in the curve.",
                      grouped(r, ((int64_t)r->a.spells_undated + RELEASE_BASE / 2) / RELEASE_BASE *
                                     RELEASE_BASE));
        s = fit(r, &t, e);
        bulletin_text(
            r->b,
            "Least and most are what the data allow without assuming anything about people who are "
            "not seen again: most of them may be well, abroad, or exploited unseen.");
    }
    free(t.stop);
    free(t.event);
    return s;
}
