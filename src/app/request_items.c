/* The questions, and the number that answers each. */
#include "app/request_parts.h"

#include "base/csv.h"
#include "base/embed.h"

#include <stdlib.h>

struct rule {
    const char *need[2]; /* fields: any of them filled, or all when all_needed */
    bool all_needed;
    enum request_holder holder;
    const char *counted, *why;
};

/* By number. */
static const struct rule rules[REQUEST_ITEMS + 1] = {
    [1] = {{"referral.received_date", NULL},
           false,
           HOLDER_CONTRACT_REFERRAL,
           "Records whose channel is MSVCC, in the year in which they were received.",
           "The referral has no date of receipt (told in the total only)."},
    [2] = {{"support_period.start_date", NULL},
           false,
           HOLDER_CONTRACT_REFERRAL,
           "Those of A2Q01 whose record tells a spell of support that started by the day of the "
           "request.",
           "A spell of support is told without the date of its start."},
    [3] = {{"referral.support_eligible", "referral.contact_result"},
           true,
           HOLDER_CONTRACT_REFERRAL,
           "Those of A2Q01 who are stated to be eligible, were not reached, and have no spell of "
           "support; refused, unsafe and reached are not counted.",
           "No support started, and eligibility or the result of contact is not recorded."},
    [4] = {{"support_period.start_date", NULL},
           false,
           HOLDER_SUPPORT,
           "People with a spell of MSVCC support that started in the year; the contract before it, "
           "AVMS, is not MSVCC.",
           "The person has a spell without a start date (told in the total only)."},
    [5] = {{"missing_event.kind", "support_period.exit_reason"},
           false,
           HOLDER_SUPPORT,
           "Those of A2Q04 with an event MISSING in that spell, or who left it as missing.",
           "The person left and nothing says how."},
    [6] = {{"missing_event.outcome", "support_period.start_date"},
           false,
           HOLDER_SUPPORT,
           "Those of A2Q05 who came back by themselves or have a later spell of support.",
           "Found by others, or the outcome is not recorded, and no later spell is known."},
    [7] = {{"decision.stage", "support_period.exit_reason"},
           false,
           HOLDER_ANY,
           "Those of A2Q04 who left support with no conclusive grounds decision by that day, and "
           "who withdrew, or whose decision came later, or whose NRM referrals are declared "
           "complete.",
           "The person left support and no conclusive grounds decision is in the register, which "
           "is not declared complete."},
    [8] = {{"missing_event.kind", "support_period.exit_reason"},
           false,
           HOLDER_SUPPORT,
           "Those of A2Q04 with an event ABSCONDED in that spell, or who left it as absconded. "
           "Kept apart from A2Q05; a person can be in both.",
           "The person left and nothing says how."},
    [9] = {{"missing_event.outcome", "support_period.start_date"},
           false,
           HOLDER_SUPPORT,
           "Those of A2Q08 who came back by themselves or have a later spell of support.",
           "Found by others, or the outcome is not recorded, and no later spell is known."},
    [10] = {{"risk_assessment.retrafficking_identified", NULL},
            false,
            HOLDER_SUPPORT,
            "Those of A2Q04 with an assessment during that spell that states the risk was found.",
            "No assessment during the spell says yes or no; inferred is not stated."},
    [11] = {{"immigration_status.status", NULL},
            false,
            HOLDER_ANY,
            "Leavers with no leave, expired leave, or removed, on the day of leaving. A pending "
            "asylum claim is not counted here: the person may stay until it is decided.",
            "No status is known for that day, or two disagree."},
    [12] = {{"referral.received_date", NULL},
            false,
            HOLDER_ANY,
            "Every definition, strict and lenient, on all people held; a person belongs to the "
            "year of the latest record. People are counted, and beside them the occurrences that "
            "are certain.",
            "What is known of the person allows both answers under that definition."},
    [13] = {{"referral.status", NULL},
            false,
            HOLDER_NRM,
            "People referred to the NRM with two or more accepted referrals up to the day of the "
            "request, in the year of the latest NRM referral.",
            "There are two or more referrals and it is not recorded whether they were accepted."},
    [14] = {{"exit_plan.status", NULL},
            false,
            HOLDER_SUPPORT,
            "Leavers whose record of that spell has a completed exit plan.",
            "No plan is recorded, neither a completed one nor that there was none."},
    [15] = {{"exit_plan.retrafficking_risk", NULL},
            false,
            HOLDER_SUPPORT,
            "Those of A2Q14 whose plan states the risk; one plan a person.",
            "The completed plan does not say yes or no."},
    [16] = {{"exit_plan_action.domain", NULL},
            false,
            HOLDER_SUPPORT,
            "Actions of the plans of A2Q15 that are dated as done, of all actions agreed in them. "
            "The unit is an action, so the number can pass that of plans.",
            "The action was agreed and has no date on which it was done."},
    [17] = {{"policy_record.text", NULL},
            false,
            HOLDER_ANY,
            "The texts that are in force on the day of the request.",
            "Not a number."},
};

const char *request_rule(int number)
{
    return rules[number].counted;
}

const char *request_why(int number)
{
    return rules[number].why;
}

/* ---- the questions ---- */

static void add_coverage(struct request *q, struct request_item *item, const struct field *field,
                         enum request_holder holder)
{
    for (size_t i = item->coverage_first; i < q->coverage_count; i++)
        if (q->coverage[i].field == field)
            return;
    if (q->coverage_count == REQUEST_COVERAGE_MAX)
        BUG("the data request needs too many fields");
    if (strcmp(field->entity->name, "decision") == 0)
        holder = HOLDER_NRM;
    else if (holder == HOLDER_ANY && strcmp(field->entity->name, "support_period") == 0)
        holder = HOLDER_SUPPORT;
    q->coverage[q->coverage_count++] =
        (struct request_coverage){.field = field,
                                  .holder = holder,
                                  .unread = field->sensitivity == S3 || field->sensitivity == S5};
    item->coverage_count = q->coverage_count - item->coverage_first;
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_' || c == '.' || (c >= '0' && c <= '9');
}

/* "entity.field=CODE; field": each word that names a field, alone within the entity named last. */
static void find_fields(struct request *q, struct request_item *item)
{
    const struct entity *last = NULL;
    const struct rule *rule = &rules[item->number];
    item->coverage_first = q->coverage_count;
    for (int i = 0; i < 2 && rule->need[i]; i++)
        add_coverage(q, item, dictionary_field(str_of(rule->need[i])), rule->holder);
    for (const char *p = item->fields; *p;) {
        size_t n = 0;
        while (in_name(p[n]))
            n++;
        struct str word = {p, n};
        const struct field *field = n ? dictionary_field(word) : NULL;
        if (!field && n && last)
            field = entity_field(last, word);
        if (field) {
            last = field->entity;
            add_coverage(q, item, field, rule->holder);
        }
        p += n ? n : 1;
    }
}

static const char *cell(struct request *q, const struct csv *c, const struct csv_row *row,
                        const char *name)
{
    int at = csv_column(c, name);
    if (at < 0 || (size_t)at >= row->n)
        BUG("compiled-in data request: no %s", name);
    return arena_strndup(&q->r.memory, row->cells[at].p, row->cells[at].n);
}

void request_items_read(struct request *q)
{
    const struct embedded *file = embed_find("report/sca_data_request.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("compiled-in data request: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        struct request_item item = {.id = cell(q, &c, &row, "id"),
                                    .phase = cell(q, &c, &row, "phase"),
                                    .question = cell(q, &c, &row, "short_question"),
                                    .unit = cell(q, &c, &row, "unit"),
                                    .population = cell(q, &c, &row, "population"),
                                    .numerator = cell(q, &c, &row, "numerator"),
                                    .denominator = cell(q, &c, &row, "denominator"),
                                    .period = cell(q, &c, &row, "period"),
                                    .fields = cell(q, &c, &row, "fields_needed"),
                                    .nested_in = cell(q, &c, &row, "nested_in"),
                                    .closest = cell(q, &c, &row, "closest_public_answer")};
        int64_t number = 0;
        if (strlen(item.id) != 5 || !str_to_int64(str_of(item.id + 3), &number) || number < 1 ||
            number > REQUEST_ITEMS || q->item_count == REQUEST_ITEMS)
            BUG("compiled-in data request: a bad id");
        item.number = (int)number;
        find_fields(q, &item);
        q->items[q->item_count++] = item;
    }
    csv_close(&c);
}

/* Told of 1 to 4 records, "it is collected" beside a rounded 0 would say that there are some. */
static bool field_filled(const struct request *q, const struct request_item *item, const char *path)
{
    const struct field *field = dictionary_field(str_of(path));
    for (size_t i = 0; i < item->coverage_count; i++)
        if (q->coverage[item->coverage_first + i].field == field)
            return q->coverage[item->coverage_first + i].filled >=
                   (q->job->complete ? 1 : RELEASE_BASE);
    return false;
}

bool request_collected(const struct request *q, const struct request_item *item)
{
    const struct rule *rule = &rules[item->number];
    int filled = 0, asked = 0;
    if (item->number == 17)
        return q->rows.policy_count > 0;
    for (; asked < 2 && rule->need[asked]; asked++)
        filled += field_filled(q, item, rule->need[asked]);
    return rule->all_needed ? filled == asked : filled > 0;
}

/* ---- the numbers ---- */

/* People in support in the period with a code in `from`..`to`; leavers only on request. */
static int64_t people(const struct request *q, int period, int quality, int from, int to,
                      bool leavers)
{
    const struct release_table *t = &q->quality[period][quality];
    int64_t n = 0;
    for (int c = from; c <= to; c++)
        n += release_value(t, STAGE_LEFT, c, 0) + (leavers ? 0 : release_value(t, STAGE_IN, c, 0));
    return n;
}

static int64_t in_support(const struct request *q, int period)
{
    const struct release_table *t = &q->quality[period][QUALITY_MISSING];
    return release_value(t, STAGE_IN, -1, 0) + release_value(t, STAGE_LEFT, -1, 0);
}

static int64_t left(const struct request *q, int period)
{
    return release_value(&q->quality[period][QUALITY_MISSING], STAGE_LEFT, -1, 0);
}

/* Over the years of the window, without the last label; one year otherwise. */
static int64_t years_sum(const struct request *q, const struct release_table *t, int period, int b)
{
    int64_t n = 0;
    if (period < q->rows.years)
        return release_value(t, period, b, 0);
    for (int y = 0; y < q->rows.years; y++)
        n += release_value(t, y, b, 0);
    return n;
}

static struct request_figure referral_figure(const struct request *q, int number, int period)
{
    int64_t n[OUTCOMES], all = years_sum(q, &q->referrals, period, -1);
    for (int k = 0; k < OUTCOMES; k++)
        n[k] = years_sum(q, &q->referrals, period, k);
    if (number == 1)
        return (struct request_figure){
            .numerator = all,
            .unsettled =
                period == q->rows.years ? release_value(&q->referrals, q->rows.years, -1, 0) : 0};
    if (number == 2)
        return (struct request_figure){n[OUTCOME_STARTED_ELIGIBLE] + n[OUTCOME_STARTED] +
                                           n[OUTCOME_STARTED_ELIGIBILITY_UNSETTLED],
                                       all, n[OUTCOME_START_UNDATED], true};
    return (struct request_figure){n[OUTCOME_NOT_REACHED],
                                   n[OUTCOME_STARTED_ELIGIBLE] + n[OUTCOME_NOT_REACHED] +
                                       n[OUTCOME_ELIGIBLE_OTHER] +
                                       n[OUTCOME_ELIGIBLE_CONTACT_UNSETTLED],
                                   n[OUTCOME_ELIGIBLE_CONTACT_UNSETTLED] +
                                       n[OUTCOME_ELIGIBILITY_UNSETTLED] + n[OUTCOME_START_UNDATED],
                                   true};
}

static struct request_figure absence_figure(const struct request *q, int quality, bool returned,
                                            int period)
{
    int64_t away = people(q, period, quality, ABSENCE_RETURN_UNSETTLED, ABSENCE_RETURNED, false);
    if (!returned)
        return (struct request_figure){
            away, in_support(q, period),
            people(q, period, quality, ABSENCE_UNSETTLED, ABSENCE_UNSETTLED, false), true};
    return (struct request_figure){
        people(q, period, quality, ABSENCE_RETURNED, ABSENCE_RETURNED, false), away,
        people(q, period, quality, ABSENCE_RETURN_UNSETTLED, ABSENCE_RETURN_UNSETTLED, false),
        true};
}

static struct request_figure answer_figure(const struct request *q, int quality, int period)
{
    return (struct request_figure){
        people(q, period, quality, REQUEST_YES, REQUEST_YES, false), in_support(q, period),
        people(q, period, quality, REQUEST_UNSETTLED, REQUEST_UNSETTLED, false), true};
}

static struct request_figure plan_figure(const struct request *q, int number, int period)
{
    int64_t completed = people(q, period, QUALITY_PLAN, PLAN_RISK_NO, PLAN_RISK_YES, true);
    if (number == 14)
        return (struct request_figure){
            completed, left(q, period),
            people(q, period, QUALITY_PLAN, PLAN_UNSETTLED, PLAN_UNSETTLED, true), true};
    return (struct request_figure){
        people(q, period, QUALITY_PLAN, PLAN_RISK_YES, PLAN_RISK_YES, true), completed,
        people(q, period, QUALITY_PLAN, PLAN_RISK_UNSETTLED, PLAN_RISK_UNSETTLED, true), true};
}

bool request_actions_dated(const struct request *q)
{
    for (size_t i = 0; i < q->item_count; i++)
        if (q->items[i].number == 16)
            return field_filled(q, &q->items[i], "exit_plan_action.done_date");
    return false;
}

struct request_figure request_figure(const struct request *q, int number, int period)
{
    int year = period < q->rows.years ? period : -1;
    switch (number) {
    case 1:
    case 2:
    case 3:
        return referral_figure(q, number, period);
    case 4:
        return (struct request_figure){.numerator = in_support(q, period),
                                       .unsettled =
                                           year < 0 ? release_value(&q->undated, 1, 0, 0) : 0};
    case 5:
    case 6:
        return absence_figure(q, QUALITY_MISSING, number == 6, period);
    case 7:
        return answer_figure(q, QUALITY_BEFORE_CG, period);
    case 8:
    case 9:
        return absence_figure(q, QUALITY_ABSCONDED, number == 9, period);
    case 10:
        return answer_figure(q, QUALITY_RISK, period);
    case 11:
        return (struct request_figure){
            people(q, period, QUALITY_RIGHT, RIGHT_NONE, RIGHT_NONE, true), left(q, period),
            people(q, period, QUALITY_RIGHT, RIGHT_UNSETTLED, RIGHT_UNSETTLED, true), true};
    case 13:
        return (struct request_figure){years_sum(q, &q->nrm, period, REQUEST_YES),
                                       years_sum(q, &q->nrm, period, -1),
                                       years_sum(q, &q->nrm, period, REQUEST_UNSETTLED), true};
    case 14:
    case 15:
        return plan_figure(q, number, period);
    case 16:
        return (struct request_figure){.numerator = release_value(&q->actions, year, -1, 1),
                                       .denominator = release_value(&q->actions, year, -1, -1),
                                       .unsettled = release_value(&q->actions, year, -1, 0),
                                       .has_denominator = true,
                                       .no_numerator = !request_actions_dated(q)};
    default:
        BUG("item %d of the data request is not one number", number);
    }
}

struct request_figure request_definition(const struct request *q, size_t k, int period)
{
    const struct release_table *t = &q->definition[k / 2];
    int64_t n[REQUEST_ANSWERS] = {0};
    for (int c = 0; c < REQUEST_ANSWERS * REQUEST_ANSWERS; c++)
        n[k % 2 == MODE_STRICT ? c / REQUEST_ANSWERS : c % REQUEST_ANSWERS] +=
            years_sum(q, t, period, c);
    return (struct request_figure){.numerator = n[REQUEST_YES],
                                   .denominator = years_sum(q, t, period, -1),
                                   .unsettled = n[REQUEST_UNSETTLED],
                                   .has_denominator = true};
}

int64_t request_occurrences(const struct request *q, size_t k, int period)
{
    return years_sum(q, &q->occurrences, period, (int)k);
}
