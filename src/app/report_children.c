/* Children, and turning 18. */
#include "app/report_parts.h"

#include "stats/wording.h"

static void minor_table(struct report *r)
{
    static const struct table_column columns[] = {{"Exploited as a child", false, 20},
                                                  {"People", true, 0},
                                                  {"One record", true, 0},
                                                  {"A new episode", true, 0},
                                                  {"Unclear", true, 0},
                                                  {"Same incident only", true, 0},
                                                  {"New episode, least %", true, 0},
                                                  {"New episode, most % (with unclear)", true, 0},
                                                  {"Least: 95% Wilson interval, lower %", true, 0},
                                                  {"Least: 95% Wilson interval, upper %", true, 0}};
    static const struct {
        const char *words;
        int code;
    } rows[] = {{"Yes, stated or inferred", FACT_YES},
                {"No, in no episode", FACT_NO},
                {"Not known", FACT_UNKNOWN},
                {"All", -1}};
    const struct release_table *t = &r->persons[PT_MINOR];
    struct grid *g = grid_new(r, "People exploited as a child, and repeats found", columns,
                              sizeof columns / sizeof *columns);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double all = (double)release_value(t, rows[i].code, -1, 0),
               found = (double)release_value(t, rows[i].code, REPEAT_NEW, 0),
               unclear = (double)release_value(t, rows[i].code, REPEAT_UNCLEAR, 0);
        grid_text(g, rows[i].words);
        grid_count(g, (int64_t)all);
        for (int k = 0; k < REPEAT_KINDS; k++)
            grid_count(g, release_value(t, rows[i].code, k, 0));
        grid_share(g, found, all);
        grid_share(g, found + unclear, all);
        grid_interval(g, found, all);
    }
    grid_end(g);
}

static struct counted new_episodes(const struct release_table *t, int code)
{
    return (struct counted){(double)release_value(t, code, REPEAT_NEW, 0),
                            (double)release_value(t, code, -1, 0),
                            (double)release_value(t, code, REPEAT_UNCLEAR, 0)};
}

static struct question moves(const char *text, const struct release_table *t)
{
    struct question q = report_question(text, t, -1);
    q.count[FACT_NOT_RECORDED] = 0; /* those are the people without a move */
    return q;
}

void report_children(struct report *r)
{
    const struct release_table *minor = &r->persons[PT_MINOR];
    bulletin_section(r->b, "children", "Children and turning 18");
    bulletin_text(r->b,
                  "Children are people whose first record says that they were under 18, or that "
                  "their age was disputed, which counts as a child until it is decided. The "
                  "register's statistics read no date of birth, so a person who turned 18 later "
                  "is known only where a move to adult services is recorded.");
    struct question children[] = {
        report_question("Was the age disputed, at any time?", &r->persons[PT_DISPUTED], AGE_CHILD),
        report_question("Referred to a child guardian service?", &r->persons[PT_GUARDIAN],
                        AGE_CHILD),
        report_question("Missing from support or absconded, at any time? (not recorded: no support "
                        "is recorded)",
                        &r->persons[PT_MISSING], AGE_CHILD)};
    report_questions(r, "Children at their first record", "Children", children, 3);
    struct question turning[] = {
        moves("Did the person consent to adult support at 18?", &r->persons[PT_CONSENT18]),
        moves("Was the case handed over to adult services?", &r->persons[PT_HANDOVER18])};
    report_questions(r, "Moves to adult services at 18 that are recorded", "People", turning, 2);
    bulletin_subsection(r->b, "Exploited as a child, and a new episode");
    minor_table(r);
    enum wording w = wording_compare(new_episodes(minor, FACT_YES), new_episodes(minor, FACT_NO),
                                     release_reach(r->job->release), 0.95);
    bulletin_text(r->b,
                  "The share with a new episode found is %s%s that of people exploited only as "
                  "adults. Those first known as children have often been known for longer, or "
                  "are watched more closely; this is no measure of risk.",
                  w == WORDING_TOO_FEW ? "of " : "", wording_compared(w));
}
