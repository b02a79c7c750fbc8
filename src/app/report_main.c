/* Headline and main points: each sentence is written from published numbers by the rules of
 * stats/wording.h. */
#include "app/report_main.h"

#include "base/date.h"

#include <math.h>

const char *say_share(struct report *r, double yes, double all)
{
    char text[WORDING_TEXT];
    wording_share(yes, all, text);
    return arena_strdup(&r->memory, text);
}

const char *say_range(struct report *r, struct counted c)
{
    char text[WORDING_TEXT];
    wording_range(c, text);
    return arena_strdup(&r->memory, text);
}

/* " (3%)", or nothing where a share would only say the counts again. */
static const char *in_per_cent(struct report *r, double yes, double all)
{
    const char *share = say_share(r, yes, all);
    return strchr(share, '%') ? arena_printf(&r->memory, " (%s)", share) : "";
}

const char *say_of(struct report *r, double yes, double all, const char *what)
{
    return arena_printf(&r->memory, "%s of %s%s%s%s", grouped(r, (int64_t)yes),
                        grouped(r, (int64_t)all), what ? " " : "", what ? what : "",
                        in_per_cent(r, yes, all));
}

const char *say_number(struct report *r, double yes, double all)
{
    return arena_printf(&r->memory, "%s%s", grouped(r, (int64_t)yes), in_per_cent(r, yes, all));
}

int report_last_whole_year(const struct report *r)
{
    if (r->a.as_at == DATE_NONE)
        return -1;
    return date_to_ymd(r->a.as_at).m == 12 ? r->year_count - 1 : r->year_count - 2;
}

/* With fewer, no sentence would be more than its counts. */
enum { LEAST_PEOPLE = 50 };

/* ---- repeats ---- */

struct repeats {
    int64_t accepted, all, kind[REFERRAL_KINDS];
};

static struct repeats repeats_of(const struct report *r, int year)
{
    const struct release_table *t = &r->referrals[RT_NRM_YEAR];
    struct repeats n = {.accepted = release_value(t, year, KIND_FIRST, 0)};
    for (int k = KIND_SAME; k < REFERRAL_KINDS; k++) {
        n.kind[k] = release_value(t, year, k, 0);
        n.all += n.kind[k];
    }
    n.accepted += n.all;
    return n;
}

static void headline(struct report *r)
{
    struct repeats n = repeats_of(r, -1);
    bulletin_section(r->b, "headline", "Headline");
    if (n.all == 0)
        bulletin_callout(r->b, "No repeat NRM referrals, or fewer than 5,",
                         "are known to this register.");
    else if (n.kind[KIND_UNCLEAR] == 0)
        bulletin_callout(r->b,
                         arena_printf(&r->memory, "%s of %s repeat NRM referrals",
                                      grouped(r, n.kind[KIND_NEW]), grouped(r, n.all)),
                         "are about a new episode of exploitation; the others tell of the same "
                         "incident again.");
    else
        bulletin_callout(
            r->b,
            arena_printf(&r->memory, "Between %s and %s of %s repeat NRM referrals",
                         grouped(r, n.kind[KIND_NEW]),
                         grouped(r, n.kind[KIND_NEW] + n.kind[KIND_UNCLEAR]), grouped(r, n.all)),
            arena_printf(&r->memory,
                         "are about a new episode of exploitation; %s tell of the "
                         "same incident again, and for %s the records cannot tell.",
                         grouped(r, n.kind[KIND_SAME]), grouped(r, n.kind[KIND_UNCLEAR])));
}

static void point_repeats(struct report *r)
{
    struct repeats n = repeats_of(r, -1);
    double all = (double)n.all, new = (double)n.kind[KIND_NEW];
    if (n.all == 0)
        return;
    bulletin_item(r->b,
                  "Of %s repeat NRM referrals (accepted, after one accepted earlier), %s are "
                  "about the same incident as before, %s about a new episode, and for %s "
                  "the records cannot tell. The share about new exploitation is %s.",
                  grouped(r, n.all), say_number(r, (double)n.kind[KIND_SAME], all),
                  say_number(r, new, all), say_number(r, (double)n.kind[KIND_UNCLEAR], all),
                  say_range(r, (struct counted){new, all, (double)n.kind[KIND_UNCLEAR]}));
}

static void point_repeats_change(struct report *r)
{
    int year = report_last_whole_year(r);
    if (year < 1)
        return;
    struct repeats now = repeats_of(r, year), before = repeats_of(r, year - 1);
    if (now.all + before.all == 0 || now.accepted == 0 || before.accepted == 0)
        return;
    enum wording w =
        wording_compare((struct counted){(double)now.all, (double)now.accepted, 0},
                        (struct counted){(double)before.all, (double)before.accepted, 0},
                        3 * release_reach(r->job->release), /* sums of three rounded counts */
                        0.95);
    bulletin_item(r->b,
                  "In %s, %s were repeats, and in %s, %s: "
                  "the later share is %s%s the earlier. The share tends to grow with the age of a "
                  "register, since there is more to repeat.",
                  r->years[year],
                  say_of(r, (double)now.all, (double)now.accepted, "accepted NRM referrals"),
                  r->years[year - 1], say_of(r, (double)before.all, (double)before.accepted, NULL),
                  w == WORDING_TOO_FEW ? "of " : "", wording_compared(w));
}

static void point_register(struct report *r)
{
    char one_in[WORDING_TEXT];
    const struct release_table *t = &r->persons[PT_SEX];
    int64_t people = release_value(t, -1, -1, 0);
    int64_t several = people - release_value(t, -1, REPEAT_NONE, 0);
    const struct release_table *years = &r->referrals[RT_YEAR];
    int64_t records = release_value(years, -1, -1, 0);
    int64_t later = records - release_value(years, -1, KIND_FIRST, 0);
    wording_one_in((double)several / (double)people, one_in);
    bulletin_item(r->b,
                  "The register holds %s records of %s people, of whom %s (%s, %s) have more than "
                  "one record. Of the %s records after a person's first, %s tell of the same "
                  "incident again, %s of a new episode, and for %s the records cannot tell.",
                  grouped(r, records), grouped(r, people), grouped(r, several),
                  say_share(r, (double)several, (double)people), one_in, grouped(r, later),
                  say_number(r, (double)release_value(years, -1, KIND_SAME, 0), (double)later),
                  say_number(r, (double)release_value(years, -1, KIND_NEW, 0), (double)later),
                  say_number(r, (double)release_value(years, -1, KIND_UNCLEAR, 0), (double)later));
}

/* ---- definitions ---- */

static struct counted verdicts(const struct report *r, size_t definition, int mode)
{
    const struct release_table *t = &r->persons[PT_DEFINITIONS + 2 * definition + (size_t)mode];
    return (struct counted){(double)release_value(t, 0, 0, 0), (double)release_value(t, -1, 0, 0),
                            (double)release_value(t, 2, 0, 0)};
}

/* "between 1% and 8% of 3,370 people (40 certain, 235 cannot be settled)" */
static const char *say_verdicts(struct report *r, struct counted c)
{
    return arena_printf(&r->memory, "%s%s%s%s (%s certain, %s cannot be settled)", say_range(r, c),
                        c.all < 50 ? "" : " of ", c.all < 50 ? "" : grouped(r, (int64_t)c.all),
                        " people", grouped(r, (int64_t)c.yes), grouped(r, (int64_t)c.unknown));
}

static void point_definitions(struct report *r)
{
    const struct definition_set *set = r->a.set;
    const struct definition *main = &set->definitions[r->main_definition];
    size_t least = 0, most = 0;
    for (size_t k = 0; k < set->count; k++) {
        if (verdicts(r, k, MODE_STRICT).yes < verdicts(r, least, MODE_STRICT).yes)
            least = k;
        if (verdicts(r, k, MODE_LENIENT).yes > verdicts(r, most, MODE_LENIENT).yes)
            most = k;
    }
    struct counted low = verdicts(r, least, MODE_STRICT), high = verdicts(r, most, MODE_LENIENT);
    bulletin_item(r->b,
                  "Under the definition %s (%s), %s were trafficked again when only what a source "
                  "states counts (strict), and %s when what follows from it counts too (lenient). "
                  "The range is what the records leave open.",
                  main->id, main->name,
                  say_verdicts(r, verdicts(r, r->main_definition, MODE_STRICT)),
                  say_verdicts(r, verdicts(r, r->main_definition, MODE_LENIENT)));
    if (set->count > 1)
        bulletin_item(r->b,
                      "There is no agreed definition. On the same records the number that is "
                      "certain goes from %s (%s, strict) to %s (%s, lenient): a number without its "
                      "definition says nothing.",
                      say_of(r, low.yes, low.all, "people"), set->definitions[least].name,
                      say_of(r, high.yes, high.all, "people"), set->definitions[most].name);
}

/* ---- timing ---- */

static void point_timing(struct report *r)
{
    const struct re_entry *p = &r->after_year;
    int64_t exits =
        release_value(&r->exits, -1, -1, 0) - release_value(&r->exits, EXIT_BANDS - 1, -1, 0);
    if (!p->known)
        return;
    bulletin_item(r->b,
                  "After %s dated exits from exploitation, a known re-entry followed within 12 "
                  "months for %s%% (Aalen-Johansen estimate, 95%% interval %s%% to %s%%), and "
                  "within 24 for %s%%. Nothing "
                  "is known of many: with no assumption about them, the share within 12 months "
                  "is between %s%% and %s%%.",
                  grouped(r, exits), percent(r, p->share), percent(r, p->lo), percent(r, p->hi),
                  percent(r, r->after_two.share), percent(r, p->least), percent(r, p->most));
}

/* Possible links that are too weak to join records by themselves, each by its probability. */
static void point_links(struct report *r)
{
    const struct draw_quantity *q =
        r->drawn ? link_draws_find(&r->draws, "people_with_new_episode") : NULL;
    const struct release_table *t = &r->persons[PT_SEX];
    double people = (double)release_value(t, -1, -1, 0);
    if (!q || !isfinite(q->estimate) || people <= 0)
        return;
    double ours = (double)release_value(t, -1, REPEAT_NEW, 0) / people;
    bool outside = ours < q->lo || ours > q->hi;
    bulletin_item(r->b,
                  "A new episode is shown for %s. Records are joined only by links that "
                  "are strong; when every possible link counts by its probability, the share is "
                  "%s%% (95%% interval %s%% to %s%%, pooled over draws of the links)%s",
                  say_of(r, (double)release_value(t, -1, REPEAT_NEW, 0), people, "people"),
                  percent(r, report_drawn_share(q, q->estimate)),
                  percent(r, report_drawn_share(q, q->lo)),
                  percent(r, report_drawn_share(q, q->hi)),
                  outside && ours < q->lo
                      ? ": the figures of this release are on the low side, since weak links hold "
                        "repeats that no single one of them shows."
                  : outside ? ": the figures of this release are on the high side."
                            : ", which agrees.");
}

void report_main(struct report *r)
{
    int64_t people = release_value(&r->persons[PT_SEX], -1, -1, 0);
    headline(r);
    bulletin_section(r->b, "points", "Main points");
    if (people < LEAST_PEOPLE) {
        bulletin_item(r->b,
                      "The register holds %s: too few for points to be made. Every count in this "
                      "release is rounded and can be off by up to %lld, so a share of so few says "
                      "nothing.",
                      people ? arena_printf(&r->memory, "about %s people", grouped(r, people))
                             : "no people, or fewer than 5",
                      (long long)release_reach(r->job->release));
        return;
    }
    point_repeats(r);
    point_repeats_change(r);
    point_register(r);
    point_links(r);
    point_definitions(r);
    point_timing(r);
    report_main_topics(r);
    bulletin_text(r->b,
                  "A difference or a change is named only when the 95%% interval supports it, "
                  "whatever the unknown are and at every count that the rounding allows; "
                  "\"not shown to differ\" is not \"the same\" (docs/method/wording.md).");
}
