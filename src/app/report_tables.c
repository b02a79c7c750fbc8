/* From rows to categories, and all categories to protected tables at once. */
#include "app/report_parts.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>

const char *const referral_kinds[REFERRAL_KINDS + 1] = {"First known", "Same incident",
                                                        "New episode", "Unclear", NULL};
const char *const repeat_kinds[REPEAT_KINDS + 1] = {"One record", "New episode", "Unclear",
                                                    "Same incident only", NULL};
const char *const verdict_labels[4] = {"Yes", "No", "Cannot be settled", NULL};

static const char *const yes_no[] = {"No", "Yes", NULL};
static const char *const exploitation_one[] = {
    "Labour", "Sexual",  "Criminal",           "Domestic", "Organ Harvesting",
    "Other",  "Unknown", "More than one type", NULL};
static const char *const periods[] = {"EU, EEA or Switzerland: to 31 December 2020",
                                      "EU, EEA or Switzerland: from 1 January 2021",
                                      "Other nationalities: to 31 December 2020",
                                      "Other nationalities: from 1 January 2021",
                                      "Not dated or nationality unknown",
                                      NULL};

enum { GROUP_EU_EEA = 1, GROUP_UNKNOWN_NATIONALITY = NATIONALITY_GROUPS - 1 };

static uint8_t repeat_of(const struct person_row *p)
{
    if (p->records < 2)
        return REPEAT_NONE;
    return p->repeats[INCIDENT_NEW]       ? REPEAT_NEW
           : p->repeats[INCIDENT_UNCLEAR] ? REPEAT_UNCLEAR
                                          : REPEAT_SAME;
}

static uint8_t exploitation_of(const struct person_row *p)
{
    if (p->exploitation & (p->exploitation - 1))
        return EXPLOITATION_GROUPS;
    for (int k = 0; k < EXPLOITATION_GROUPS; k++)
        if (p->exploitation >> k & 1)
            return (uint8_t)k;
    return EXPLOITATION_GROUPS - 1;
}

static uint8_t period_of(const struct person_row *p)
{
    const struct ymd exit_day = {2020, 12, 31};
    if (p->first_received == DATE_NONE || p->nationality_group == GROUP_UNKNOWN_NATIONALITY)
        return 4;
    return (uint8_t)((p->nationality_group == GROUP_EU_EEA ? 0 : 2) +
                     (p->first_received > date_from_ymd(exit_day)));
}

static uint8_t verdict_code(char status)
{
    return status == 'Y' ? 0 : status == 'N' ? 1 : 2;
}

/* ---- columns ---- */

struct columns {
    struct micro_column *all;
    size_t count;
    struct arena *memory;
    size_t rows;
};

static uint8_t *add_column(struct columns *c, const char *name, const char *const *labels)
{
    uint8_t *value = arena_alloc(c->memory, c->rows + 1);
    c->all[c->count++] = (struct micro_column){name, labels, value};
    return value;
}

static void table_of(struct release_table *t, const char *name, int a, int b)
{
    *t = (struct release_table){.name = name, .dimensions = b < 0 ? 1 : 2, .dimension = {a, b}};
}

static enum status person_tables(struct report *r, const unsigned char *key, struct err *e)
{
    const struct analysis *a = &r->a;
    size_t defs = a->set->count;
    struct columns c = {.all = arena_array(&r->memory, 16 + FLAG_KINDS + 2 * defs, sizeof *c.all),
                        .memory = &r->memory,
                        .rows = a->person_count};
    uint8_t *repeat = add_column(&c, "repeat", repeat_kinds);
    uint8_t *nationality = add_column(&c, "nationality", nationality_groups);
    uint8_t *sex = add_column(&c, "sex", sex_groups);
    uint8_t *age = add_column(&c, "age", age_groups);
    uint8_t *exploitation = add_column(&c, "exploitation", exploitation_one);
    uint8_t *period = add_column(&c, "period", periods);
    static const char *const names[] = {"nationality", "sex", "age", "exploitation", "period"};
    for (int i = 0; i < 5; i++)
        table_of(&r->persons[i], names[i], i + 1, 0);
    for (size_t p = 0; p < a->person_count; p++) {
        const struct person_row *row = &a->persons[p];
        repeat[p] = repeat_of(row);
        nationality[p] = row->nationality_group;
        sex[p] = row->sex;
        age[p] = row->age;
        exploitation[p] = exploitation_of(row);
        period[p] = period_of(row);
    }
    for (int k = 0; k < FLAG_KINDS; k++) {
        table_of(&r->persons[PT_FLAGS + k], flag_kind_code((enum flag_kind)k), (int)c.count, -1);
        uint8_t *flag = add_column(&c, flag_kind_code((enum flag_kind)k), yes_no);
        for (size_t p = 0; p < a->person_count; p++)
            flag[p] = a->persons[p].flags >> k & 1;
    }
    for (size_t k = 0; k < defs; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const char *name = arena_printf(&r->memory, "%s_%s", a->set->definitions[k].id,
                                            mode_name((enum mode)m));
            table_of(&r->persons[PT_DEFINITIONS + 2 * k + (size_t)m], name, (int)c.count, -1);
            uint8_t *verdict = add_column(&c, name, verdict_labels);
            for (size_t p = 0; p < a->person_count; p++)
                verdict[p] = verdict_code(a->persons[p].status[k][m]);
        }
    struct micro micro = {c.all, c.count, a->person_count};
    r->person_tables = PT_DEFINITIONS + 2 * defs;
    return release_protect(&micro, r->persons, r->person_tables, key, &r->memory, e);
}

/* ---- referrals ---- */

static int year_of(int32_t day)
{
    return day == DATE_NONE ? 0 : date_to_ymd(day).y;
}

/* Years from the first to the last, at most REPORT_YEARS; earlier ones stand under the first. */
static int find_years(struct report *r)
{
    int last = year_of(r->a.as_at), first = last;
    for (size_t i = 0; i < r->a.referral_count; i++) {
        int y = year_of(r->a.referrals[i].received);
        if (y && y < first)
            first = y;
    }
    if (last - first >= REPORT_YEARS)
        first = last - REPORT_YEARS + 1;
    r->year_count = last ? last - first + 1 : 0;
    for (int i = 0; i < r->year_count; i++)
        r->years[i] = arena_printf(&r->memory, "%d", first + i);
    r->years[r->year_count] = "Not dated";
    r->years[r->year_count + 1] = NULL;
    return first;
}

static uint8_t kind_of(char verdict)
{
    return verdict == 'S'   ? KIND_SAME
           : verdict == 'N' ? KIND_NEW
           : verdict        ? KIND_UNCLEAR
                            : KIND_FIRST;
}

static const char *const *channel_labels(struct report *r)
{
    const struct code_list *list = dictionary_codes("referral_channel");
    const char **labels = arena_array(&r->memory, list->count + 2, sizeof *labels);
    for (size_t i = 0; i < list->count; i++)
        labels[i] = arena_strndup(&r->memory, list->codes[i].code.p, list->codes[i].code.n);
    labels[list->count] = "Not known";
    return labels;
}

static enum status referral_tables(struct report *r, const unsigned char *key, struct err *e)
{
    static const char *const nrm_labels[] = {"First accepted",
                                             "Same incident",
                                             "New episode",
                                             "Unclear",
                                             "Not an accepted NRM referral",
                                             NULL};
    const struct analysis *a = &r->a;
    struct columns c = {.all = arena_array(&r->memory, 8, sizeof *c.all),
                        .memory = &r->memory,
                        .rows = a->referral_count};
    int first = find_years(r);
    const struct code_list *channels = dictionary_codes("referral_channel");
    const struct code_list *statuses = dictionary_codes("referral_status");
    uint8_t *year = add_column(&c, "year", r->years);
    uint8_t *kind = add_column(&c, "kind", referral_kinds);
    uint8_t *channel = add_column(&c, "channel", channel_labels(r));
    uint8_t *nrm = add_column(&c, "nrm", nrm_labels);
    for (size_t i = 0; i < a->referral_count; i++) {
        const struct referral_row *row = &a->referrals[i];
        int y = year_of(row->received);
        year[i] = (uint8_t)(y ? (y < first ? 0 : y - first) : r->year_count);
        kind[i] = kind_of(row->verdict);
        channel[i] = row->channel;
        bool accepted = row->channel < channels->count && row->status < statuses->count &&
                        str_is(channels->codes[row->channel].code, "NRM") &&
                        str_is(statuses->codes[row->status].code, "ACCEPTED");
        nrm[i] = !accepted ? 4 : row->nrm_repeat ? kind_of(row->verdict) : 0;
    }
    table_of(&r->referrals[RT_YEAR], "year", 0, 1);
    table_of(&r->referrals[RT_CHANNEL], "channel", 2, 1);
    table_of(&r->referrals[RT_NRM_YEAR], "nrm_year", 0, 3);
    struct micro micro = {c.all, c.count, a->referral_count};
    return release_protect(&micro, r->referrals, RT_COUNT, key, &r->memory, e);
}

enum status report_tables(struct report *r, struct err *e)
{
    TRY(person_tables(r, r->job->key, e));
    return referral_tables(r, r->job->key, e);
}
