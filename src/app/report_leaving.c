/* Leaving support, and what follow-up found. */
#include "app/leaving_table.h"

#include "domain/dictionary.h"

static enum status chart(struct report *r, struct err *e)
{
    static const char *const series[] = {"Missing or absconded", "Returned", "Nothing in place"};
    static const int codes[] = {LEAVING_AWAY, LEAVING_RETURNED, LEAVING_NOTHING};
    const struct report_years years = {&r->leavings, r->support_years, r->support_year_count,
                                       series, codes};
    struct chart_words words = {
        .id = "leaving",
        .title = "Spells of support that ended unsighted, by year and reason",
        .desc = "Three horizontal bars for each of the last years: spells of support that ended "
                "with the person missing or absconded, returned to the home country, or with "
                "nothing in place. The numbers stand at the bars and in the table.",
        .note = r->source};
    return report_year_bars(r, &words, (struct chart_axis){.label = "Spells of support that ended"},
                            &years, e);
}

static void followup_table(struct report *r)
{
    static const struct table_column columns[] = {{"Time after leaving support", false, 28},
                                                  {"Reached: not again", true, 0},
                                                  {"Reached: trafficked again", true, 0},
                                                  {"Reached: not said", true, 0},
                                                  {"Not reached", true, 0},
                                                  {"Declined", true, 0},
                                                  {"Unsafe to contact", true, 0},
                                                  {"No consent", true, 0},
                                                  {"No result", true, 0},
                                                  {"Follow-ups", true, 0},
                                                  {"Again, % of those who said", true, 0},
                                                  {"Said (yes or no), % of all", true, 0}};
    const struct code_list *points = dictionary_codes("followup_point");
    struct grid *g = grid_new(r, "What follow-up found, by time after leaving support", columns,
                              sizeof columns / sizeof *columns);
    for (int p = -1; p <= (int)points->count; p++) {
        int64_t all = release_value(&r->followups, p, -1, 0);
        double no = (double)release_value(&r->followups, p, FOLLOWUP_NOT_AGAIN, 0),
               yes = (double)release_value(&r->followups, p, FOLLOWUP_AGAIN, 0);
        if (all == 0)
            continue;
        grid_text(g, p < 0                     ? "All"
                     : p == (int)points->count ? "Not given"
                                               : label_words(r, points->codes[p].label));
        for (int k = 0; k < FOLLOWUPS_FOUND; k++)
            grid_count(g, release_value(&r->followups, p, k, 0));
        grid_count(g, all);
        grid_share(g, yes, yes + no);
        grid_share(g, yes + no, (double)all);
    }
    grid_end(g);
}

enum status report_leaving(struct report *r, struct err *e)
{
    struct leaving_years years = {&r->leavings, r->support_years, r->support_ends,
                                  r->support_year_count};
    bulletin_section(r->b, "leaving", "Leaving support");
    if (release_value(&r->leavings, -1, -1, 0) == 0) {
        bulletin_text(r->b, "No spell of support under the MSVCC or the AVMS contract has an end "
                            "or a reason for it, or fewer than 5 have: not collected, which is "
                            "not the same as none.");
    } else {
        bulletin_text(r->b,
                      "Spells of support under the MSVCC, and the AVMS contract before it, that "
                      "ended in the year, by the reason recorded. A person who left twice counts "
                      "twice. The three reasons are those of the 2021 report: missing or "
                      "absconded, returned to the home country through a scheme, and left with "
                      "nothing in place. They are no parts of each other.");
        bulletin_text(r->b,
                      "The first three as a share of all who left lie between least (only what "
                      "is recorded) and most (every leaving without a recorded reason, too). The "
                      "report printed \"at least 10%%\" without a denominator; here it is.");
        TRY(chart(r, e));
    }
    leaving_table(r, "Leaving support, by year and reason, beside the 2021 report's years", &years);
    bulletin_subsection(r->b, "What follow-up found");
    if (release_value(&r->followups, -1, -1, 0) == 0) {
        bulletin_text(r->b, "No follow-up after support is recorded, or fewer than 5 are.");
        return ST_OK;
    }
    bulletin_text(r->b,
                  "Follow-ups after leaving support, one row for each that is recorded. Those who "
                  "are not reached may differ most from those who are: the share who said that "
                  "it happened again is of those who said, and no estimate for all.");
    followup_table(r);
    return ST_OK;
}
