/* Main points by topic. */
#include "app/report_main.h"
#include "app/request_rows.h"

/* A new episode found, of the people of a group; the unclear could be one. */
static struct counted new_episodes(const struct release_table *t, int group)
{
    return (struct counted){(double)release_value(t, group, REPEAT_NEW, 0),
                            (double)release_value(t, group, -1, 0),
                            (double)release_value(t, group, REPEAT_UNCLEAR, 0)};
}

static struct counted without(struct counted all, struct counted group)
{
    return (struct counted){all.yes - group.yes, all.all - group.all, all.unknown - group.unknown};
}

/* ---- profile ---- */

static void point_pair(struct report *r, const struct release_table *t, int a, int b,
                       const char *name_a, const char *name_b, double level)
{
    struct counted x = new_episodes(t, a), y = new_episodes(t, b);
    if (x.all <= 0 || y.all <= 0)
        return;
    enum wording w = wording_compare(x, y, release_reach(r->job->release), level);
    bulletin_item(r->b,
                  "A new episode was found for %s and %s; for %s and %s it is unclear. The first "
                  "share is %s%s the second.",
                  say_of(r, x.yes, x.all, name_a), say_of(r, y.yes, y.all, name_b),
                  grouped(r, (int64_t)x.unknown), grouped(r, (int64_t)y.unknown),
                  w == WORDING_TOO_FEW ? "of " : "", wording_compared(w));
}

static void add_name(struct buf *list, const char *name)
{
    if (list->n)
        buf_adds(list, ", ");
    buf_adds(list, name);
}

/* Each group against everybody else. */
static void point_groups(struct report *r, const struct release_table *t, const char *const *names,
                         int groups, const char *what)
{
    struct buf higher = BUF_EMPTY, lower = BUF_EMPTY;
    struct counted all = new_episodes(t, -1);
    int compared = 0;
    for (int pass = 0; pass < 2; pass++) /* count the comparisons first: they share the level */
        for (int g = 0; g < groups; g++) {
            struct counted one = new_episodes(t, g);
            if (pass == 0) {
                compared += one.all >= WORDING_LEAST + release_reach(r->job->release);
                continue;
            }
            enum wording w = wording_compare(one, without(all, one), release_reach(r->job->release),
                                             1 - 0.05 / compared);
            if (w == WORDING_HIGHER)
                add_name(&higher, names[g]);
            if (w == WORDING_LOWER)
                add_name(&lower, names[g]);
        }
    if (compared > 1) {
        bool any_higher = higher.n > 0, any_lower = lower.n > 0;
        if (!any_higher && !any_lower)
            bulletin_item(r->b,
                          "By %s, no group is shown to differ from all others in the share with a "
                          "new episode.",
                          what);
        else
            bulletin_item(r->b, "By %s, the share with a new episode is%s%s%s%s%s than elsewhere.",
                          what, any_higher ? " higher for " : "", any_higher ? higher.p : "",
                          any_higher && any_lower ? " and" : "", any_lower ? " lower for " : "",
                          any_lower ? lower.p : "");
    }
    buf_free(&higher);
    buf_free(&lower);
}

static void profile_points(struct report *r)
{
    const double level = 1 - 0.05 / 2;
    point_pair(r, &r->persons[PT_SEX], SEX_FEMALE, SEX_MALE, "women and girls", "men and boys",
               level);
    point_pair(r, &r->persons[PT_AGE], AGE_CHILD, AGE_ADULT, "people first known as children",
               "people first known as adults", level);
    point_groups(r, &r->persons[PT_NATIONALITY], nationality_words, NATIONALITY_GROUPS - 1,
                 "nationality group");
    point_groups(r, &r->persons[PT_EXPLOITATION], exploitation_words, EXPLOITATION_WORDS,
                 "type of exploitation");
}

/* ---- factors ---- */

static void point_factors(struct report *r)
{
    size_t listed;
    double most = 0, people = (double)release_value(&r->persons[PT_SEX], -1, -1, 0);
    factors(&listed);
    if (r->factor_count == 0) {
        bulletin_item(r->b, "Assessments name no driver or protective factor for five people or "
                            "more: what the people face, and what protects them, is not "
                            "collected.");
        return;
    }
    for (size_t i = 0; i < r->factor_count; i++) {
        const struct release_table *t = &r->factors[i].table;
        double known =
            (double)(release_value(t, FACT_YES, -1, 0) + release_value(t, FACT_NO, -1, 0));
        most = known > most ? known : most;
    }
    bulletin_item(r->b,
                  "Assessments ask at least five people about %zu of the %zu drivers and "
                  "protective factors that the 2021 report lists; the one that is answered most "
                  "often is answered for %s.",
                  r->factor_count, listed, say_of(r, most, people, "people"));
}

/* ---- support, returns, children ---- */

static struct counted unsighted(const struct report *r, int year)
{
    double n = 0;
    static const int codes[] = {LEAVING_AWAY, LEAVING_RETURNED, LEAVING_NOTHING};
    for (int k = 0; k < 3; k++)
        n += (double)release_value(&r->leavings, year, codes[k], 0);
    return (struct counted){n, (double)release_value(&r->leavings, year, -1, 0),
                            (double)release_value(&r->leavings, year, LEAVING_UNSETTLED, 0)};
}

static void point_leaving(struct report *r)
{
    struct counted all = unsighted(r, -1);
    int back = r->year_count - 1 - report_last_whole_year(r);
    int year = r->support_year_count - 1 - back;
    if (all.all <= 0)
        return;
    bulletin_item(r->b,
                  "Of %s spells of support that ended, %s left missing or absconded, returned home "
                  "or with nothing in place (%s); %s.",
                  grouped(r, (int64_t)all.all), grouped(r, (int64_t)all.yes), say_range(r, all),
                  all.unknown > 0 ? arena_printf(&r->memory, "no reason is recorded for %s",
                                                 grouped(r, (int64_t)all.unknown))
                                  : "a reason is recorded for all, or all but a few");
    if (year < 1 || unsighted(r, year - 1).all <= 0 || unsighted(r, year).all <= 0)
        return;
    struct counted now = unsighted(r, year), before = unsighted(r, year - 1);
    enum wording w = wording_compare(now, before, 3 * release_reach(r->job->release), 0.95);
    bulletin_item(r->b,
                  "Of those that ended in %s it was %s, of those in %s %s; no reason is recorded "
                  "for %s and %s. The later share is %s%s the earlier.",
                  r->support_years[year], say_of(r, now.yes, now.all, NULL),
                  r->support_years[year - 1], say_of(r, before.yes, before.all, NULL),
                  grouped(r, (int64_t)now.unknown), grouped(r, (int64_t)before.unknown),
                  w == WORDING_TOO_FEW ? "of " : "", wording_compared(w));
}

static struct counted answered(const struct question *q)
{
    struct counted c = {(double)q->count[FACT_YES], 0, 0};
    for (int k = 0; k < FACT_ANSWERS; k++)
        c.all += (double)q->count[k];
    c.unknown = c.all - c.yes - (double)q->count[FACT_NO];
    return c;
}

static void point_returns(struct report *r)
{
    struct question q = report_question("", &r->return_answers[0], -1);
    struct counted c = answered(&q);
    if (c.all > 0)
        bulletin_item(r->b,
                      "The records tell of %s plans to return to another country; the risk of "
                      "re-trafficking was assessed before the return for %s, not for %s, and for "
                      "%s it is not known.",
                      grouped(r, (int64_t)c.all), grouped(r, (int64_t)c.yes),
                      grouped(r, (int64_t)(c.all - c.yes - c.unknown)),
                      grouped(r, (int64_t)c.unknown));
}

static void point_children(struct report *r)
{
    struct question q = report_question("", &r->persons[PT_HANDOVER18], -1);
    struct question guardian = report_question("", &r->persons[PT_GUARDIAN], AGE_CHILD);
    q.count[FACT_NOT_RECORDED] = 0; /* those are the people without a move */
    struct counted moved = answered(&q), children = answered(&guardian);
    if (children.all > 0)
        bulletin_item(r->b,
                      "Of %s people first known as children, a referral to a child guardian "
                      "service is recorded for %s; for %s nothing is recorded either way.",
                      grouped(r, (int64_t)children.all), say_number(r, children.yes, children.all),
                      say_number(r, children.unknown, children.all));
    if (moved.all > 0)
        bulletin_item(r->b,
                      "The records tell of %s moves to adult services at 18; a handover was done "
                      "for %s, not for %s, and for %s it is not known.",
                      grouped(r, (int64_t)moved.all), grouped(r, (int64_t)moved.yes),
                      grouped(r, (int64_t)(moved.all - moved.yes - moved.unknown)),
                      grouped(r, (int64_t)moved.unknown));
}

/* ---- missing data ---- */

static int channel_place(const char *code)
{
    const struct code_list *list = dictionary_codes("referral_channel");
    for (size_t i = 0; i < list->count; i++)
        if (str_is(list->codes[i].code, code))
            return (int)i;
    return -1;
}

static int said_place(const char *field)
{
    int k = 0;
    while (strcmp(completeness_fields[k], field) != 0)
        k++;
    return k;
}

static const char *said(struct report *r, int channel, const char *field)
{
    const struct release_table *t = &r->referrals[RT_SAYS_CHANNEL + said_place(field)];
    return say_number(r, (double)release_value(t, channel, 0, 0),
                      (double)release_value(t, channel, -1, 0));
}

static void point_missing(struct report *r)
{
    int support = channel_place("MSVCC");
    int64_t n = release_value(&r->referrals[RT_SAYS_CHANNEL], support, -1, 0);
    if (n > 0)
        bulletin_item(r->b,
                      "Of %s records of the support contract, %s say whether a risk of "
                      "re-trafficking was found, %s why support ended, and %s whether it happened "
                      "again after leaving: what is not written down cannot be counted.",
                      grouped(r, n), said(r, support, "risk_assessment.retrafficking_identified"),
                      said(r, support, "support_period.exit_reason"),
                      said(r, support, "followup.retrafficked_since"));
}

void report_main_topics(struct report *r)
{
    profile_points(r);
    point_factors(r);
    point_leaving(r);
    point_returns(r);
    point_children(r);
    point_missing(r);
}
