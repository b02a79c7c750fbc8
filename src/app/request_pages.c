/* The pages of the data request: each item with everything that was asked about it, then tables. */
#include "app/leaving_table.h"
#include "app/request_parts.h"

#include "base/csv.h"
#include "base/embed.h"

#include <math.h>

static const char *or_none(const char *text)
{
    return text[0] ? text : "none";
}

static void share(struct grid *g, int64_t x, int64_t n)
{
    grid_number(g, n > 0 ? 100.0 * (double)x / (double)n : NAN, 1);
}

/* ---- the questions ---- */

static void items_table(struct request *q)
{
    static const struct table_column columns[] = {{"Item", false, 8},
                                                  {"Question", false, 40},
                                                  {"Unit", false, 14},
                                                  {"Population", false, 30},
                                                  {"Numerator", false, 30},
                                                  {"Denominator", false, 20},
                                                  {"Nested in", false, 10},
                                                  {"How it is counted here", false, 60},
                                                  {"Why some cannot be settled", false, 50},
                                                  {"Collected in this register", false, 14},
                                                  {"Closest public answer", false, 40}};
    struct grid *g = grid_new(&q->r, "The 17 items of the data request", columns, 11);
    for (size_t i = 0; i < q->item_count; i++) {
        const struct request_item *t = &q->items[i];
        grid_text(g, t->id);
        grid_text(g, t->question);
        grid_text(g, t->unit);
        grid_text(g, t->population);
        grid_text(g, t->numerator[0] ? t->numerator : "text");
        grid_text(g, or_none(t->denominator));
        grid_text(g, or_none(t->nested_in));
        grid_text(g, request_rule(t->number));
        grid_text(g, request_why(t->number));
        grid_text(g, request_collected(q, t) ? "Yes" : "Not collected");
        grid_text(g, or_none(t->closest));
    }
    grid_end(g);
}

/* ---- the answers ---- */

enum { ANSWER_NUMBERS = 5 };

static void answer_start(struct request *q, struct grid *g, const struct request_item *t,
                         const char *measure, const char *unit, int period)
{
    grid_text(g, t->id);
    grid_text(g, measure);
    grid_text(g, unit);
    grid_text(g, q->periods[period]);
}

static void answer_figure(struct grid *g, struct request_figure f)
{
    if (f.no_numerator)
        grid_shorthand(g, "x");
    else
        grid_count(g, f.numerator);
    if (f.has_denominator) {
        grid_count(g, f.denominator);
        if (f.no_numerator)
            grid_shorthand(g, "x");
        else
            share(g, f.numerator, f.denominator);
    } else {
        grid_shorthand(g, "z");
        grid_shorthand(g, "z");
    }
    grid_count(g, f.unsettled);
    /* Of some that cannot be settled it is open, too, whether they are in the denominator: A2Q03.
     */
    if (f.no_numerator)
        grid_shorthand(g, "x");
    else if (f.has_denominator && f.numerator + f.unsettled <= f.denominator)
        share(g, f.numerator + f.unsettled, f.denominator);
    else
        grid_shorthand(g, "z");
}

static void answer_missing(struct grid *g)
{
    for (int i = 0; i < ANSWER_NUMBERS; i++)
        grid_shorthand(g, "x");
}

static void add_definitions(struct request *q, struct grid *g, const struct request_item *t)
{
    const struct definition_set *set = q->r.a.set;
    for (size_t k = 0; k < 2 * set->count; k++)
        for (int p = 0; p <= q->rows.years; p++) {
            answer_start(q, g, t,
                         arena_printf(&q->r.memory, "%s, %s: people", set->definitions[k / 2].id,
                                      mode_name((enum mode)(k % 2))),
                         "person", p);
            answer_figure(g, request_definition(q, k, p));
        }
}

static void answers_table(struct request *q)
{
    static const struct table_column columns[] = {
        {"Item", false, 8},    {"Measure", false, 44},         {"Unit", false, 14},
        {"Period", false, 20}, {"Numerator", true, 0},         {"Denominator", true, 0},
        {"Share %", true, 0},  {"Cannot be settled", true, 0}, {"Share, most %", true, 0}};
    struct grid *g = grid_new(&q->r, "Answers, per year and in total", columns,
                              sizeof columns / sizeof *columns);
    for (size_t i = 0; i < q->item_count; i++) {
        const struct request_item *t = &q->items[i];
        bool collected = request_collected(q, t);
        if (t->number == 12 && collected) {
            add_definitions(q, g, t);
            continue;
        }
        if (t->number == 17) {
            answer_start(q, g, t, collected ? "text: see the item" : "not collected", t->unit,
                         q->rows.years);
            for (int k = 0; k < ANSWER_NUMBERS; k++)
                grid_shorthand(g, collected ? "z" : "x");
            continue;
        }
        for (int p = 0; p <= q->rows.years; p++) {
            answer_start(q, g, t, collected ? t->question : "not collected", t->unit, p);
            if (collected)
                answer_figure(g, request_figure(q, t->number, p));
            else
                answer_missing(g);
        }
    }
    grid_end(g);
}

/* One row an item, for those who want the answer before the years. */
static void totals_table(struct request *q)
{
    static const struct table_column columns[] = {{"Item", false, 8},
                                                  {"Asked", false, 44},
                                                  {"Unit", false, 14},
                                                  {"Numerator", true, 0},
                                                  {"Denominator", true, 0},
                                                  {"Share %", true, 0},
                                                  {"Cannot be settled", true, 0},
                                                  {"Share, most %", true, 0}};
    const struct definition *d = &q->r.a.set->definitions[0];
    struct grid *g = grid_new(
        &q->r, arena_printf(&q->r.memory, "Answers in total: %s", q->periods[q->rows.years]),
        columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < q->item_count; i++) {
        const struct request_item *t = &q->items[i];
        grid_text(g, t->id);
        grid_text(g, t->number == 12
                         ? arena_printf(&q->r.memory, "%s (%s, strict: people)", t->question, d->id)
                         : t->question);
        grid_text(g, t->number == 12 ? "person" : t->unit);
        if (!request_collected(q, t))
            answer_missing(g);
        else if (t->number == 17)
            for (int k = 0; k < ANSWER_NUMBERS; k++)
                grid_shorthand(g, "z");
        else
            answer_figure(g, t->number == 12 ? request_definition(q, 0, q->rows.years)
                                             : request_figure(q, t->number, q->rows.years));
    }
    grid_end(g);
}

static void occurrences_table(struct request *q)
{
    static const struct table_column columns[] = {{"Definition", false, 0},
                                                  {"Mode", false, 12},
                                                  {"Period of the latest record", false, 20},
                                                  {"People: yes", true, 0},
                                                  {"People: cannot be settled", true, 0},
                                                  {"People held", true, 0},
                                                  {"Least %", true, 0},
                                                  {"Most %", true, 0},
                                                  {"Occurrences that are certain", true, 0}};
    const struct definition_set *set = q->r.a.set;
    struct grid *g = grid_new(
        &q->r, "A2Q12: re-trafficking in the data held, under every definition", columns, 9);
    for (size_t k = 0; k < 2 * set->count; k++)
        for (int p = 0; p <= q->rows.years; p++) {
            struct request_figure f = request_definition(q, k, p);
            grid_text(g, set->definitions[k / 2].id);
            grid_text(g, mode_name((enum mode)(k % 2)));
            grid_text(g, q->periods[p]);
            grid_count(g, f.numerator);
            grid_count(g, f.unsettled);
            grid_count(g, f.denominator);
            share(g, f.numerator, f.denominator);
            share(g, f.numerator + f.unsettled, f.denominator);
            grid_count(g, request_occurrences(q, k, p));
        }
    grid_end(g);
}

static void actions_table(struct request *q)
{
    static const struct table_column columns[] = {{"Domain", false, 0},
                                                  {"Year in which support started", false, 20},
                                                  {"Actions done", true, 0},
                                                  {"Actions agreed", true, 0},
                                                  {"Not dated as done", true, 0}};
    const struct code_list *list = dictionary_codes("exit_plan_domain");
    struct grid *g = grid_new(&q->r, "A2Q16: support put in place, by domain", columns, 5);
    for (int d = 0; d <= (int)list->count; d++)
        for (int p = 0; p <= q->rows.years; p++) {
            int y = p < q->rows.years ? p : -1;
            grid_text(g, d < (int)list->count ? label_words(&q->r, list->codes[d].label)
                                              : "Not given");
            grid_text(g, q->periods[p]);
            if (request_actions_dated(q))
                grid_count(g, release_value(&q->actions, y, d, 1));
            else
                grid_shorthand(g, "x");
            grid_count(g, release_value(&q->actions, y, d, -1));
            grid_count(g, release_value(&q->actions, y, d, 0));
        }
    grid_end(g);
}

/* ---- each item in words ---- */

static void item_words(struct request *q, const struct request_item *t)
{
    struct bulletin *b = q->r.b;
    bulletin_subsection(b, arena_printf(&q->r.memory, "%s: %s", t->id, t->question));
    if (!request_collected(q, t))
        bulletin_text(b, "Not collected in this register. That is not zero: nobody can say.");
    else if (t->number == 17)
        for (size_t i = 0; i < q->rows.policy_count; i++)
            bulletin_text(b, "%s", q->rows.policies[i]);
    else if (t->number == 12)
        bulletin_text(b, "Answered under every definition, strict and lenient: see the table.");
    else {
        struct request_figure f = request_figure(q, t->number, q->rows.years);
        if (f.no_numerator)
            bulletin_text(b,
                          "%s: %s actions agreed. Whether they were done is not collected in this "
                          "register.",
                          q->periods[q->rows.years], grouped(&q->r, f.denominator));
        else if (f.has_denominator && f.denominator > 0)
            bulletin_text(b, "%s: %s of %s (%s%%); %s cannot be settled.",
                          q->periods[q->rows.years], grouped(&q->r, f.numerator),
                          grouped(&q->r, f.denominator),
                          percent(&q->r, (double)f.numerator / (double)f.denominator),
                          grouped(&q->r, f.unsettled));
        else
            bulletin_text(b, "%s: %s; %s cannot be settled.", q->periods[q->rows.years],
                          grouped(&q->r, f.numerator), grouped(&q->r, f.unsettled));
    }
    bulletin_item(b, "Unit: %s. Population: %s. Numerator: %s. Denominator: %s. Nested in: %s.",
                  t->unit, t->population, t->numerator[0] ? t->numerator : "text",
                  or_none(t->denominator), or_none(t->nested_in));
    bulletin_item(b, "Counted: %s", request_rule(t->number));
    bulletin_item(b, "Cannot be settled: %s", request_why(t->number));
    request_missing_words(q, t);
    bulletin_item(b, "Closest public answer: %s.", or_none(t->closest));
}

/* ---- leaving support ---- */

static struct csv open_embedded(const char *name)
{
    const struct embedded *file = embed_find(name);
    struct csv c;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, name, &e) != ST_OK)
        BUG("compiled-in %s: %s", name, e.what);
    return c;
}

static void leaving(struct request *q)
{
    struct leaving_years years = {&q->exits, q->periods, q->rows.end, q->rows.years};
    bulletin_section(q->r.b, "leaving", "Leaving support");
    bulletin_text(
        q->r.b, "Spells of support under the MSVCC, or the AVMS contract before it, that ended in "
                "the year, by the reason recorded; a "
                "person who left twice counts twice, so the years add up. Returned means to the "
                "home country, through a scheme: it is no part of missing or absconded, and has "
                "nothing to do with returning to support (A2Q06, A2Q09).");
    bulletin_callout(q->r.b, "Beside the register:",
                     "rows of the 2021 report are that report's own, for its own years. They were "
                     "not computed here, and its contract, contractor and recording differ.");
    leaving_table(&q->r, "Leaving support, by year and reason, beside the 2021 report's years",
                  &years);
}

/* ---- letter ---- */

static const char *letter_words(struct request *q, struct str item)
{
    static const char *const words[][2] = {{"legal_basis", "Legal basis"},
                                           {"protocol_fields", "Fields of the protocol"},
                                           {"addressee", "Addressee"},
                                           {"sent", "Sent"},
                                           {"answer", "Answer"},
                                           {"to_be_published", "To be published"},
                                           {"method_parts", "Parts of the method"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(item, words[i][0]))
            return arena_printf(&q->r.memory, "Letter of 2021: %s", words[i][1]);
    return arena_strndup(&q->r.memory, item.p, item.n);
}

static void letter(struct request *q)
{
    static const struct table_column columns[] = {{"Field", false, 34}, {"Content", false, 80}};
    struct csv c = open_embedded("report/sca_data_request_cover.csv");
    struct csv_row row;
    struct err e = {0};
    bulletin_section(q->r.b, "letter", "Covering letter");
    bulletin_text(q->r.b, "What the letter of 2021 said, and what this answer says beside it.");
    struct grid *g = grid_new(&q->r, "Fields of the covering letter", columns, 2);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        grid_text(g, letter_words(q, row.cells[0]));
        grid_text(g, arena_strndup(&q->r.memory, row.cells[1].p, row.cells[1].n));
    }
    grid_text(g, "This answer: why it is necessary");
    grid_text(g, "nobody counts re-trafficking, and the request of 2021 had no formal answer");
    grid_text(g, "This answer: what");
    grid_text(g, "the 17 items per year and in total, under every definition, with what is not "
                 "collected and why");
    grid_text(g, "This answer: purpose");
    grid_text(g, q->job->purpose);
    grid_text(g, "This answer: definitions");
    grid_text(g, arena_printf(&q->r.memory, "version %s", q->job->set->version));
    grid_text(g, "This answer: contact");
    grid_text(g, q->job->contact ? q->job->contact : "none given (throughline request --contact)");
    grid_text(g, "This answer: period");
    grid_text(g, q->span);
    grid_text(g, "This answer: intention to publish");
    grid_text(g, q->job->complete
                     ? "exact counts: not for publication"
                     : arena_printf(&q->r.memory,
                                    "rounded together to base %d, within %lld of the "
                                    "true counts: may be published",
                                    RELEASE_BASE, (long long)release_reach(q->job->release)));
    grid_end(g);
    csv_close(&c);
}

void request_pages(struct request *q)
{
    struct bulletin *b = q->r.b;
    bulletin_section(b, "answers", "The answers");
    bulletin_text(b, "A referral belongs to the year in which it was received; a spell of support, "
                     "and all that hangs on it, to the year in which it started; A2Q12 and A2Q13 "
                     "to the year of the latest record. Referrals, leavings, actions, A2Q12 and "
                     "A2Q13 add up over the years. The other items count people: one who started "
                     "support in several years counts in each, and once in the total.");
    if (!q->job->complete)
        bulletin_text(b,
                      "%s. They add up as rounded (people, referrals, leavings, actions and "
                      "occurrences each apart); every share is computed from rounded counts. A 0 "
                      "can stand for up to %lld; [x] is not collected, or in fewer than 5 records, "
                      "which is not 0.",
                      release_rounding_words(q->job->release, &q->r.memory),
                      (long long)release_reach(q->job->release));
    bulletin_text(b,
                  "Items about support ask for the MSVCC. Support under the AVMS contract before "
                  "it stands in the table on leaving support, not in A2Q04 to A2Q11 and A2Q14 "
                  "to A2Q16.");
    bulletin_text(b,
                  "\"Share, most\" is what the share would be if all that cannot be settled were "
                  "yes.");
    bulletin_text(b, "The day on which a person went missing is sealed with the identity key and "
                     "not read here: an event belongs to the spell it interrupted.");
    totals_table(q);
    answers_table(q);
    occurrences_table(q);
    if (request_collected(q, &q->items[15]))
        actions_table(q);
    bulletin_section(b, "items", "Each item");
    for (size_t i = 0; i < q->item_count; i++)
        item_words(q, &q->items[i]);
    items_table(q);
    bulletin_section(b, "coverage", "What is not collected");
    request_coverage_table(q);
    leaving(q);
    letter(q);
}
