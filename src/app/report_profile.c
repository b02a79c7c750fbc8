/* Who: nationality, sex, age, type. */
#include "app/report_parts.h"

#include "stats/proportion.h"

#include <math.h>

static const struct table_column columns[] = {{"Group", false, 0},
                                              {"People", true, 0},
                                              {"One record", true, 0},
                                              {"A new episode", true, 0},
                                              {"Unclear", true, 0},
                                              {"Same incident only", true, 0},
                                              {"New episode, least %", true, 0},
                                              {"New episode, most % (with unclear)", true, 0},
                                              {"Least: 95% Wilson interval, lower %", true, 0},
                                              {"Least: 95% Wilson interval, upper %", true, 0}};

const char *const nationality_words[NATIONALITY_GROUPS] = {"UK",
                                                           "EU, EEA and Switzerland",
                                                           "Other Europe",
                                                           "Africa",
                                                           "Middle East and Western Asia",
                                                           "South and Central Asia",
                                                           "East and South-East Asia",
                                                           "Americas",
                                                           "Other",
                                                           "Unknown"};
const char *const exploitation_words[EXPLOITATION_WORDS] = {
    "Labour",           "Sexual", "Criminal", "Domestic",
    "Organ harvesting", "Other",  "Unknown",  "More than one type"};

void report_profile_table(struct report *r, const char *title, const struct release_table *t,
                          const char *const *words)
{
    struct grid *g = grid_new(r, title, columns, sizeof columns / sizeof *columns);
    for (int i = -1; i < t->levels[0]; i++) {
        double people = (double)release_value(t, i, -1, 0),
               new = (double)release_value(t, i, REPEAT_NEW, 0),
               unclear = (double)release_value(t, i, REPEAT_UNCLEAR, 0);
        if (people == 0)
            continue;
        struct interval ci = proportion_interval(new, people, 0.95, PROP_WILSON);
        grid_text(g, i < 0 ? "Total" : words[i]);
        grid_count(g, (int64_t)people);
        for (int k = 0; k < REPEAT_KINDS; k++)
            grid_count(g, release_value(t, i, k, 0));
        grid_number(g, 100 * new / people, 1);
        grid_number(g, 100 * (new + unclear) / people, 1);
        grid_number(g, 100 * ci.lo, 1);
        grid_number(g, 100 * ci.hi, 1);
    }
    grid_end(g);
}

static size_t add_estimates(struct report *r, const struct release_table *t,
                            const char *const *words, struct chart_estimate *rows)
{
    size_t n = 0;
    for (int i = 0; i < t->levels[0]; i++) {
        double people = (double)release_value(t, i, -1, 0),
               new = (double)release_value(t, i, REPEAT_NEW, 0);
        if (people == 0)
            continue;
        struct interval ci = proportion_interval(new, people, 0.95, PROP_WILSON);
        rows[n++] = (struct chart_estimate){.label = words[i],
                                            .text = arena_printf(&r->memory, "%s of %s",
                                                                 grouped(r, (int64_t) new),
                                                                 grouped(r, (int64_t)people)),
                                            .value = share_as_shown(new / people),
                                            .lo = share_as_shown(ci.lo),
                                            .hi = share_as_shown(ci.hi),
                                            .floor = NAN,
                                            .ceiling = NAN};
    }
    return n;
}

static enum status chart(struct report *r, const char *id, const char *title,
                         const struct release_table *t, const char *const *words_of, struct err *e)
{
    struct chart_estimate *rows = arena_array(&r->memory, (size_t)t->levels[0] + 1, sizeof *rows);
    struct chart_forest forest = {rows, add_estimates(r, t, words_of, rows), NAN};
    if (forest.count == 0)
        return ST_OK;
    struct chart_words words = {
        .id = id,
        .title = title,
        .desc = "One row for each group: the share of its people with a new episode "
                "found, as a point, with its 95% Wilson interval as a line.",
        .note = r->source};
    struct chart_axis axis = {.label = "Share of the group's people", .format = CHART_PERCENT};
    return report_forest(r, &words, axis, &forest, e);
}

enum status report_profile(struct report *r, struct err *e)
{
    bulletin_section(r->b, "profile", "Who: nationality, sex, age and type");
    bulletin_text(
        r->b,
        "A new episode means that a later record tells of exploitation that began after what was "
        "known before. Shares compare what was found, not what happened: groups that are linked, "
        "asked or referred less often look lower. Overlapping intervals support no claim of a "
        "difference.");
    TRY(chart(r, "profile-nationality", "People with a new episode found, by nationality group",
              &r->persons[PT_NATIONALITY], nationality_words, e));
    report_profile_table(r, "People by nationality group and repeats found",
                         &r->persons[PT_NATIONALITY], nationality_words);
    report_profile_table(r, "People by sex and repeats found", &r->persons[PT_SEX], sex_groups);
    report_profile_table(r, "People by age at the first record and repeats found",
                         &r->persons[PT_AGE], age_groups);
    report_profile_table(r, "People by type of exploitation and repeats found",
                         &r->persons[PT_EXPLOITATION], exploitation_words);
    return ST_OK;
}
