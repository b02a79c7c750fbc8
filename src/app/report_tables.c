/* From people to categories, and all their tables protected at once. */
#include "app/release_sheet.h"
#include "app/report_parts.h"

#include "base/date.h"

const char *const repeat_kinds[REPEAT_KINDS + 1] = {"One record", "New episode", "Unclear",
                                                    "Same incident only", NULL};
const char *const verdict_labels[4] = {"Yes", "No", "Cannot be settled", NULL};
const char *const slice_words[SLICES + 1] = {"EU, EEA and Switzerland, to 31 December 2020",
                                             "EU, EEA and Switzerland, from 1 January 2021",
                                             "Other nationalities, to 31 December 2020",
                                             "Other nationalities, from 1 January 2021",
                                             "Not dated, or nationality unknown",
                                             NULL};

static const char *const yes_no[] = {"No", "Yes", NULL};
static const char *const exploitation_one[] = {
    "Labour", "Sexual",  "Criminal",           "Domestic", "Organ Harvesting",
    "Other",  "Unknown", "More than one type", NULL};

enum { GROUP_EU_EEA = 1, GROUP_UNKNOWN_NATIONALITY = NATIONALITY_GROUPS - 1 };

uint8_t report_slice(uint8_t nationality_group, int32_t day)
{
    const struct ymd last_day = {2020, 12, 31};
    if (day == DATE_NONE || nationality_group == GROUP_UNKNOWN_NATIONALITY)
        return SLICES - 1;
    return (uint8_t)((nationality_group == GROUP_EU_EEA ? 0 : 2) + (day > date_from_ymd(last_day)));
}

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

static uint8_t verdict_code(char status)
{
    return status == 'Y' ? 0 : status == 'N' ? 1 : 2;
}

/* ---- who ---- */

static void add_profile(struct report *r, struct release_sheet *s)
{
    const struct analysis *a = &r->a;
    static const char *const names[] = {"nationality", "sex", "age", "exploitation", "period"};
    static const char *const *const labels[] = {nationality_groups, sex_groups, age_groups,
                                                exploitation_one, slice_words};
    uint8_t *value[5], *repeat = release_sheet_column(s, "repeat", repeat_kinds);
    for (int i = 0; i < 5; i++) {
        value[i] = release_sheet_column(s, names[i], labels[i]);
        release_sheet_table(s, &r->persons[i], names[i], i + 1, 0, -1);
    }
    for (size_t p = 0; p < a->person_count; p++) {
        const struct person_row *row = &a->persons[p];
        repeat[p] = repeat_of(row);
        value[PT_NATIONALITY][p] = row->nationality_group;
        value[PT_SEX][p] = row->sex;
        value[PT_AGE][p] = row->age;
        value[PT_EXPLOITATION][p] = exploitation_of(row);
        value[PT_PERIOD][p] = report_slice(row->nationality_group, row->first_received);
    }
}

enum { COLUMN_REPEAT, COLUMN_AGE = PT_AGE + 1, COLUMN_PERIOD = PT_PERIOD + 1 };

static void add_childhood(struct report *r, struct release_sheet *s)
{
    static const char *const names[] = {"disputed", "guardian", "missing", "consent18",
                                        "handover18"};
    uint8_t *value[5], *minor = release_sheet_column(s, "minor", fact_answers);
    release_sheet_table(s, &r->persons[PT_MINOR], "minor", release_sheet_last(s), COLUMN_REPEAT,
                        -1);
    for (int i = 0; i < 5; i++) {
        value[i] = release_sheet_column(s, names[i], fact_answers);
        release_sheet_table(s, &r->persons[PT_DISPUTED + i], names[i], COLUMN_AGE,
                            release_sheet_last(s), -1);
    }
    for (size_t p = 0; p < r->a.person_count; p++) {
        const struct fact_person *row = &r->facts.persons[p];
        minor[p] = r->a.persons[p].minor == 'Y'   ? FACT_YES
                   : r->a.persons[p].minor == 'N' ? FACT_NO
                                                  : FACT_UNKNOWN;
        value[0][p] = row->disputed;
        value[1][p] = row->guardian;
        value[2][p] = row->missing;
        value[3][p] = row->consent18;
        value[4][p] = row->handover18;
    }
}

/* ---- flags and definitions ---- */

static void add_flags(struct report *r, struct release_sheet *s)
{
    for (int k = 0; k < FLAG_KINDS; k++) {
        const char *of = flag_kind_code((enum flag_kind)k);
        uint8_t *flag = release_sheet_column_of(s, "flag", of, yes_no);
        for (size_t p = 0; p < r->a.person_count; p++)
            flag[p] = r->a.persons[p].flags >> k & 1;
        release_sheet_table_of(s, &r->persons[PT_FLAGS + k], "flag", of, release_sheet_last(s), -1,
                               -1);
    }
}

static void add_definitions(struct report *r, struct release_sheet *s)
{
    const struct definition_set *set = r->a.set;
    for (size_t k = 0; k < set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
            const char *of =
                arena_printf(&r->memory, "%s %s", set->definitions[k].id, mode_name((enum mode)m));
            uint8_t *verdict = release_sheet_column_of(s, "definition", of, verdict_labels);
            for (size_t p = 0; p < r->a.person_count; p++)
                verdict[p] = verdict_code(r->a.persons[p].status[k][m]);
            release_sheet_table_of(s, &r->persons[PT_DEFINITIONS + 2 * k + (size_t)m], "definition",
                                   of, release_sheet_last(s), -1, -1);
            if (k == r->main_definition)
                release_sheet_table_of(s, &r->persons[PT_PERIOD_STRICT + m], "period_definition",
                                       of, COLUMN_PERIOD, release_sheet_last(s), -1);
        }
}

/* ---- factors ---- */

static void add_factors(struct report *r, struct release_sheet *s)
{
    const struct facts *f = &r->facts;
    size_t n;
    const struct factor *all = factors(&n);
    uint8_t **value = arena_array(&r->memory, n + 1, sizeof *value);
    size_t *told = arena_array(&r->memory, n + 1, sizeof *told); /* people with a finding */
    r->factors = arena_array(&r->memory, n + 1, sizeof *r->factors);
    for (size_t i = 0; i < f->finding_count; i++)
        told[f->findings[i].factor]++;
    for (size_t k = 0; k < n; k++) {
        if (told[k] < RELEASE_BASE) /* a table of noughts would say that there are 1 to 4 */
            continue;
        struct factor_table *t = &r->factors[r->factor_count++];
        t->factor = &all[k];
        value[k] = release_sheet_column_of(s, "factor", all[k].code, fact_answers);
        memset(value[k], FACT_NOT_RECORDED, r->a.person_count);
        release_sheet_table_of(s, &t->table, "factor", all[k].code, release_sheet_last(s),
                               COLUMN_REPEAT, -1);
    }
    for (size_t i = 0; i < f->finding_count; i++)
        if (value[f->findings[i].factor])
            value[f->findings[i].factor][f->findings[i].person] = f->findings[i].answer;
}

static enum status person_tables(struct report *r, struct err *e)
{
    struct release_sheet s = release_sheet_new(&r->memory, r->a.person_count);
    add_profile(r, &s);
    add_childhood(r, &s);
    add_flags(r, &s);
    add_definitions(r, &s);
    add_factors(r, &s);
    return release_sheet_count(&s, r->job->release, "people", e);
}

enum status report_tables(struct report *r, struct err *e)
{
    const struct definition *d = definition_find(r->a.set, "IOM2010");
    r->main_definition = d ? (size_t)(d - r->a.set->definitions) : 0;
    TRY(facts_read(r->job->store, &r->a, &r->job->progress, &r->facts, e));
    TRY(person_tables(r, e));
    TRY(report_tables_records(r, e));
    TRY(report_tables_exits(r, e));
    TRY(report_tables_lists(r, e));
    return report_tables_support(r, e);
}
