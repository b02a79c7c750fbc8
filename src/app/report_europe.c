/* European nationals before and after the end of free movement. */
#include "app/report_parts.h"

#include "stats/wording.h"

enum { EUROPE_BEFORE, EUROPE_AFTER };

static void by_year(struct report *r)
{
    static const struct table_column columns[] = {{"Year of receipt", false, 20},
                                                  {"Records", true, 0},
                                                  {"EU, EEA and Switzerland", true, 0},
                                                  {"Other nationalities", true, 0},
                                                  {"Nationality not known", true, 0},
                                                  {"European, least % of all", true, 0},
                                                  {"European, most % (with not known)", true, 0}};
    const struct release_table *t = &r->referrals[RT_EUROPE];
    struct grid *g = grid_new(r, "Records of European nationals, by year of receipt", columns,
                              sizeof columns / sizeof *columns);
    for (int y = -1; y < t->levels[0]; y++) {
        double all = (double)release_value(t, y, -1, 0), n[3];
        if (all <= 0)
            continue;
        grid_text(g, y < 0 ? "Total" : r->years[y]);
        grid_count(g, (int64_t)all);
        for (int k = 0; k < 3; k++) {
            n[k] = (double)release_value(t, y, k, 0);
            grid_count(g, (int64_t)n[k]);
        }
        grid_share(g, n[0], all);
        grid_share(g, n[0] + n[2], all);
    }
    grid_end(g);
}

static void by_definition(struct report *r)
{
    static const struct table_column columns[] = {{"Group and date of the first record", false, 44},
                                                  {"Mode", false, 12},
                                                  {"Yes", true, 0},
                                                  {"No", true, 0},
                                                  {"Cannot be settled", true, 0},
                                                  {"People", true, 0},
                                                  {"Least %", true, 0},
                                                  {"Most %", true, 0}};
    const struct definition *d = &r->a.set->definitions[r->main_definition];
    struct grid *g = grid_new(
        r, arena_printf(&r->memory, "People by period and answer under %s (%s)", d->id, d->name),
        columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < SLICES; i++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const struct release_table *t = &r->persons[PT_PERIOD_STRICT + m];
            double all = (double)release_value(t, i, -1, 0), n[3];
            grid_text(g, slice_words[i]);
            grid_text(g, mode_name((enum mode)m));
            for (int k = 0; k < 3; k++) {
                n[k] = (double)release_value(t, i, k, 0);
                grid_count(g, (int64_t)n[k]);
            }
            grid_count(g, (int64_t)all);
            grid_share(g, n[0], all);
            grid_share(g, n[0] + n[2], all);
        }
    grid_end(g);
}

static struct counted first_year(const struct release_table *t, int slice)
{
    return (struct counted){(double)release_value(t, slice, YEAR_REENTERED, 0),
                            (double)release_value(t, slice, -1, 0),
                            (double)release_value(t, slice, YEAR_OPEN, 0)};
}

static void by_exit(struct report *r)
{
    static const struct table_column columns[] = {
        {"Group and date of the exit", false, 44},
        {"Re-entered within 12 months", true, 0},
        {"No re-entry found in 12 months", true, 0},
        {"The 12 months are not over", true, 0},
        {"Exit not dated", true, 0},
        {"Exits", true, 0},
        {"Re-entered, % of those whose 12 months are over", true, 0},
        {"95% Wilson interval, lower %", true, 0},
        {"95% Wilson interval, upper %", true, 0}};
    const struct release_table *t = &r->first_years;
    struct grid *g = grid_new(r, "What is known twelve months after an exit, by group and period",
                              columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < SLICES; i++) {
        double again = (double)release_value(t, i, YEAR_REENTERED, 0),
               over = again + (double)release_value(t, i, YEAR_NOT, 0);
        grid_text(g, slice_words[i]);
        for (int k = 0; k < FIRST_YEARS; k++)
            grid_count(g, release_value(t, i, k, 0));
        grid_count(g, release_value(t, i, -1, 0));
        grid_share(g, again, over);
        grid_interval(g, again, over);
    }
    grid_end(g);
    enum wording w = wording_compare(first_year(t, EUROPE_AFTER), first_year(t, EUROPE_BEFORE),
                                     release_reach(r->job->release), 0.95);
    bulletin_text(r->b,
                  "For European nationals the share re-entered within twelve months of an exit "
                  "from 1 January 2021 is %s%s that of exits before. \"No re-entry found\" is what "
                  "this register knows: a person who left the United Kingdom is mostly not seen "
                  "again.",
                  w == WORDING_TOO_FEW ? "of " : "", wording_compared(w));
}

void report_europe(struct report *r)
{
    bulletin_section(r->b, "europe", "European nationals before and after 31 December 2020");
    bulletin_text(r->b,
                  "Free movement ended on 31 December 2020. In the first two tables of people, "
                  "they are put by the date of their first record: those first known later have "
                  "had less time to come back, so the periods must not be compared there. The "
                  "table of exits compares like with like: twelve months each.");
    by_year(r);
    report_profile_table(r,
                         "People by nationality and period of the first record, and repeats found",
                         &r->persons[PT_PERIOD], slice_words);
    by_definition(r);
    by_exit(r);
}
