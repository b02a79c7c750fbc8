/* Every definition, strict and lenient, side by side, with what is unknown. */
#include "app/report_parts.h"

#include "stats/proportion.h"

#include <math.h>

static const struct table_column columns[] = {{"Definition", false, 0},
                                              {"Mode", false, 12},
                                              {"Yes", true, 0},
                                              {"No", true, 0},
                                              {"Cannot be settled", true, 0},
                                              {"People", true, 0},
                                              {"Least % (yes of all)", true, 0},
                                              {"Most % (yes or cannot be settled)", true, 0},
                                              {"Outer 95% limit, lower %", true, 0},
                                              {"Outer 95% limit, upper %", true, 0}};

static struct missing_bounds bounds_of(const struct release_table *t)
{
    return missing_bounds((double)release_value(t, 0, 0, 0), (double)release_value(t, 1, 0, 0),
                          (double)release_value(t, 2, 0, 0), 0.95);
}

static void add_row(struct report *r, struct grid *g, const struct definition *d, int mode)
{
    const struct release_table *t =
        &r->persons[PT_DEFINITIONS + 2 * (size_t)(d - r->a.set->definitions) + (size_t)mode];
    int64_t people = release_value(t, -1, 0, 0);
    struct missing_bounds b = bounds_of(t);
    grid_text(g, arena_printf(&r->memory, "%s: %s", d->id, d->name));
    grid_text(g, mode_name((enum mode)mode));
    for (int k = 0; k < 3; k++)
        grid_count(g, release_value(t, k, 0, 0));
    grid_count(g, people);
    grid_number(g, people ? 100 * b.identified.lo : NAN, 1);
    grid_number(g, people ? 100 * b.identified.hi : NAN, 1);
    grid_number(g, people ? 100 * b.set_wilson.lo : NAN, 1);
    grid_number(g, people ? 100 * b.set_wilson.hi : NAN, 1);
}

/* "1.2 to 8.2%", and "4.9%" when both ends are shown alike. */
static const char *share_range(struct report *r, struct interval i)
{
    const char *lo = percent(r, i.lo), *hi = percent(r, i.hi);
    return strcmp(lo, hi) == 0 ? arena_printf(&r->memory, "%s%%", hi)
                               : arena_printf(&r->memory, "%s to %s%%", lo, hi);
}

static enum status chart(struct report *r, struct err *e)
{
    const struct definition_set *set = r->a.set;
    struct chart_estimate *rows = arena_array(&r->memory, 2 * set->count + 1, sizeof *rows);
    size_t n = 0;
    for (size_t k = 0; k < set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const struct release_table *t = &r->persons[PT_DEFINITIONS + 2 * k + (size_t)m];
            struct missing_bounds b = bounds_of(t);
            rows[n++] = (struct chart_estimate){.label = arena_printf(&r->memory, "%s, %s",
                                                                      set->definitions[k].id,
                                                                      mode_name((enum mode)m)),
                                                .text = share_range(r, b.identified),
                                                .value = NAN,
                                                .lo = share_as_shown(b.set_wilson.lo),
                                                .hi = share_as_shown(b.set_wilson.hi),
                                                .floor = share_as_shown(b.identified.lo),
                                                .ceiling = share_as_shown(b.identified.hi)};
        }
    struct chart_forest forest = {rows, n, NAN};
    struct chart_words words = {.id = "definitions",
                                .title = "People trafficked again: what each definition allows",
                                .desc = "One bar for each definition and mode, from the share that "
                                        "is certainly yes to the share "
                                        "that could be yes when everything unknown is settled that "
                                        "way; thin lines are the outer "
                                        "95% limits.",
                                .note = r->source};
    struct chart_axis axis = {.label = "Share of all people in the register",
                              .format = CHART_PERCENT};
    return report_forest(r, &words, axis, &forest, e);
}

enum status report_definitions(struct report *r, struct err *e)
{
    const struct definition_set *set = r->a.set;
    bulletin_section(r->b, "definitions",
                     "How many people were trafficked again, under each definition");
    bulletin_text(
        r->b,
        "There is no agreed definition, so every one is answered on the same records: strict takes "
        "only what a source states, lenient also what follows from it. What cannot be settled is "
        "shown as a range, not as no. Definitions version %s.",
        set->version);
    if (release_value(&r->persons[PT_SEX], -1, -1, 0) == 0) {
        bulletin_text(r->b, "The register holds no people, or fewer than 5.");
        return ST_OK;
    }
    TRY(chart(r, e));
    struct grid *g = grid_new(r, "Answers under each definition, strict and lenient", columns, 10);
    for (size_t k = 0; k < set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++)
            add_row(r, g, &set->definitions[k], m);
    grid_end(g);
    bulletin_text(
        r->b,
        "Least and most are the identified range (Manski): no assumption about the unknown. The "
        "outer limits add the sampling error of each end (Wilson, 95%%), for readers who see these "
        "people as a sample of those to come.");
    if (!r->job->nrm_complete)
        bulletin_callout(
            r->b, "NRM_REPEAT:",
            "nobody has declared that every NRM referral is in this register, so the absence of a "
            "second referral settles nothing and the most is open.");
    const struct definition *iom = definition_find(set, "IOM2010");
    if (iom) {
        size_t k = (size_t)(iom - set->definitions);
        const struct release_table *strict = &r->persons[PT_DEFINITIONS + 2 * k];
        const struct release_table *lenient = &r->persons[PT_DEFINITIONS + 2 * k + 1];
        struct missing_bounds s = bounds_of(strict), l = bounds_of(lenient);
        buf_addf(&r->job->findings,
                 "Re-trafficked (IOM2010): strict %s to %s%%, lenient %s to %s%% of %s people.\n",
                 percent(r, s.identified.lo), percent(r, s.identified.hi),
                 percent(r, l.identified.lo), percent(r, l.identified.hi),
                 grouped(r, release_value(strict, -1, 0, 0)));
    }
    return ST_OK;
}
