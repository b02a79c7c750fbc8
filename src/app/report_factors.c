/* Drivers and protective factors: what assessments found, and whether people with a new episode
 * differ. */
#include "app/report_parts.h"

#include "stats/wording.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_KNOWN = 30, ROWS_MAX = 12 };

static const struct table_column found_columns[] = {{"Factor", false, 44},
                                                    {"Kind", false, 12},
                                                    {"Present", true, 0},
                                                    {"Absent", true, 0},
                                                    {"Declined to say", true, 0},
                                                    {"Not asked", true, 0},
                                                    {"Not known", true, 0},
                                                    {"No finding", true, 0},
                                                    {"People", true, 0},
                                                    {"Present, % of present and absent", true, 0},
                                                    {"95% Wilson interval, lower %", true, 0},
                                                    {"95% Wilson interval, upper %", true, 0}};
static const struct table_column compared_columns[] = {
    {"Factor", false, 44},
    {"Kind", false, 12},
    {"New episode: present", true, 0},
    {"New episode: answered", true, 0},
    {"New episode: %", true, 0},
    {"New episode: asked, no answer", true, 0},
    {"None found: present", true, 0},
    {"None found: answered", true, 0},
    {"None found: %", true, 0},
    {"None found: asked, no answer", true, 0},
    {"What may be said: the share is ... that of the others", false, 40}};

static double counted(const struct factor_table *f, int answer, int repeat)
{
    return (double)release_value(&f->table, answer, repeat, 0);
}

static double known(const struct factor_table *f)
{
    return counted(f, FACT_YES, -1) + counted(f, FACT_NO, -1);
}

static const char *name_of(struct report *r, const struct factor_table *f)
{
    return arena_printf(&r->memory, "%s: %s", f->factor->code, f->factor->label);
}

static const char *kind_of(const struct factor_table *f)
{
    return f->factor->protective ? "protective" : "driver";
}

static void found_table(struct report *r)
{
    struct grid *g = grid_new(r, "Drivers and protective factors found in assessments",
                              found_columns, sizeof found_columns / sizeof *found_columns);
    for (size_t i = 0; i < r->factor_count; i++) {
        const struct factor_table *f = &r->factors[i];
        grid_text(g, name_of(r, f));
        grid_text(g, kind_of(f));
        for (int k = 0; k < FACT_ANSWERS; k++)
            grid_count(g, release_value(&f->table, k, -1, 0));
        grid_count(g, release_value(&f->table, -1, -1, 0));
        grid_share(g, counted(f, FACT_YES, -1), known(f));
        grid_interval(g, counted(f, FACT_YES, -1), known(f));
    }
    grid_end(g);
}

/* ---- people with a new episode against the others ---- */

struct side {
    double present, answered, silent;
};

static struct side add_sides(struct side a, struct side b)
{
    return (struct side){a.present + b.present, a.answered + b.answered, a.silent + b.silent};
}

static struct side side_of(const struct factor_table *f, int repeat)
{
    double yes = counted(f, FACT_YES, repeat), no = counted(f, FACT_NO, repeat);
    return (struct side){yes, yes + no,
                         counted(f, FACT_DECLINED, repeat) + counted(f, FACT_NOT_ASKED, repeat) +
                             counted(f, FACT_UNKNOWN, repeat)};
}

static struct counted to_compare(struct side s)
{
    return (struct counted){s.present, s.answered + s.silent, s.silent};
}

static void add_side(struct grid *g, struct side s)
{
    grid_count(g, (int64_t)s.present);
    grid_count(g, (int64_t)s.answered);
    grid_share(g, s.present, s.answered);
    grid_count(g, (int64_t)s.silent);
}

static int compared_table(struct report *r)
{
    int shown = 0;
    double level = 1 - 0.05 / (double)r->factor_count;
    struct grid *g =
        grid_new(r, "Factors of people with a new episode and of people with none found",
                 compared_columns, sizeof compared_columns / sizeof *compared_columns);
    for (size_t i = 0; i < r->factor_count; i++) {
        const struct factor_table *f = &r->factors[i];
        struct side with = side_of(f, REPEAT_NEW);
        struct side without = add_sides(side_of(f, REPEAT_NONE), side_of(f, REPEAT_SAME));
        enum wording w = wording_compare(to_compare(with), to_compare(without),
                                         release_reach(r->job->release), level);
        grid_text(g, name_of(r, f));
        grid_text(g, kind_of(f));
        add_side(g, with);
        add_side(g, without);
        grid_text(g, wording_compared(w));
        shown += w == WORDING_HIGHER || w == WORDING_LOWER;
    }
    grid_end(g);
    return shown;
}

/* ---- picture ---- */

struct place {
    size_t factor;
    double share;
};

static int by_share(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->share > y->share || x->share < y->share)
        return x->share < y->share ? 1 : -1;
    return x->factor < y->factor ? -1 : 1;
}

static size_t pick(const struct report *r, bool protective, struct place *places)
{
    size_t n = 0;
    for (size_t i = 0; i < r->factor_count; i++)
        if (r->factors[i].factor->protective == protective && known(&r->factors[i]) >= LEAST_KNOWN)
            places[n++] =
                (struct place){i, counted(&r->factors[i], FACT_YES, -1) / known(&r->factors[i])};
    qsort(places, n, sizeof *places, by_share);
    return n < ROWS_MAX ? n : ROWS_MAX;
}

static enum status chart(struct report *r, bool protective, struct err *e)
{
    struct place *places = arena_array(&r->memory, r->factor_count + 1, sizeof *places);
    size_t n = pick(r, protective, places);
    struct chart_estimate *rows = arena_array(&r->memory, n + 1, sizeof *rows);
    if (n == 0)
        return ST_OK;
    for (size_t i = 0; i < n; i++) {
        const struct factor_table *f = &r->factors[places[i].factor];
        double yes = counted(f, FACT_YES, -1), all = known(f);
        struct interval ci = proportion_interval(yes, all, 0.95, PROP_WILSON);
        rows[i] = (struct chart_estimate){.label = f->factor->label,
                                          .text = arena_printf(&r->memory, "%s of %s",
                                                               grouped(r, (int64_t)yes),
                                                               grouped(r, (int64_t)all)),
                                          .value = share_as_shown(places[i].share),
                                          .lo = share_as_shown(ci.lo),
                                          .hi = share_as_shown(ci.hi),
                                          .floor = NAN,
                                          .ceiling = NAN};
    }
    const char *id = protective ? "protective" : "drivers";
    struct chart_words words = {
        .id = id,
        .title = protective ? "Protective factors found present, of those answered"
                            : "Drivers found present, of those answered",
        .desc = "One row for each factor, the commonest first: the share of people answered for "
                "whom it was found present, as a point, with its 95% Wilson interval as a line.",
        .note = r->source};
    return report_forest(
        r, &words,
        (struct chart_axis){.label = "Share of people answered", .format = CHART_PERCENT},
        &(struct chart_forest){rows, n, NAN}, e);
}

enum status report_factors(struct report *r, struct err *e)
{
    bulletin_section(r->b, "factors", "Drivers and protective factors");
    if (r->factor_count == 0) {
        bulletin_text(r->b, "Assessments name no factor for five people or more: not collected, "
                            "which is not the same as none.");
        return ST_OK;
    }
    bulletin_text(r->b,
                  "The factors are those that the 2021 report lists, with its codes. A factor is "
                  "present for a person when any assessment found it, absent when one was asked "
                  "about and none found it. Not asked and declined are not absent.");
    bulletin_text(r->b, "A finding says that somebody looked and wrote it down. It does not say "
                        "that the factor caused anything. A factor that is told of for fewer "
                        "than five people is not in these tables: that a row is there would say "
                        "that there is somebody.");
    TRY(chart(r, false, e));
    TRY(chart(r, true, e));
    found_table(r);
    int shown = compared_table(r);
    bulletin_text(r->b,
                  "People with a new episode found stand against people with one record or "
                  "repeats about the same incident; the unclear are left out. %d factors are "
                  "compared, each at a level that keeps the chance of any false claim under 5%% "
                  "(Bonferroni), with everybody asked without an answer counted against the "
                  "claim, and rounding too. %s",
                  (int)r->factor_count,
                  shown == 0   ? "No difference is shown."
                  : shown == 1 ? "One difference is shown."
                               : arena_printf(&r->memory, "%d differences are shown.", shown));
    return ST_OK;
}
