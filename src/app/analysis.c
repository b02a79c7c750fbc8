#include "app/analysis.h"

#include "app/decided.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/embed.h"
#include "domain/line.h"

#include <pthread.h>
#include <stdlib.h>

const char *const nationality_groups[NATIONALITY_GROUPS + 1] = {
    "UK",        "EU_EEA",   "OTHER_EUROPE", "AFRICA",  "MIDDLE_EAST", "SOUTH_CENTRAL_ASIA",
    "EAST_ASIA", "AMERICAS", "OTHER",        "UNKNOWN", NULL};
const char *const exploitation_groups[EXPLOITATION_GROUPS + 1] = {
    "Labour", "Sexual", "Criminal", "Domestic", "Organ Harvesting", "Other", "Unknown", NULL};
const char *const sex_groups[SEX_GROUPS + 1] = {"Female", "Male", "Other", "Unknown", NULL};
const char *const age_groups[AGE_GROUPS + 1] = {"Adult", "Child", "Unknown", NULL};

enum { GROUP_UNKNOWN = NATIONALITY_GROUPS - 1, EXPLOITATION_OTHER = 5, EXPLOITATION_UNKNOWN = 6 };

const char *const completeness_fields[COMPLETENESS_FIELDS + 1] = {
    "person.gender",
    "person.nationality",
    "person.birth_date_precision",
    "referral.age_status_at_referral",
    "episode.act",
    "episode.start_date",
    "exit.exit_status",
    "exit.date",
    "episode.exploitation_types",
    "referral.reported_before",
    "decision.outcome",
    "support_period.exit_reason",
    "risk_assessment.retrafficking_identified",
    "followup.retrafficked_since",
    NULL};
const char *const completeness_words[COMPLETENESS_FIELDS + 1] = {
    "Sex",
    "Nationality",
    "Date of birth, to any precision",
    "Age status",
    "An episode is told of",
    "When an episode began",
    "Whether the person got out",
    "When the person got out",
    "Type of exploitation",
    "Whether it was reported before",
    "A decision",
    "Why support ended",
    "Whether a risk of re-trafficking was found",
    "A follow-up says whether it happened again",
    NULL};

/* ---- categories ---- */

static uint8_t group_of_country[26 * 26 * 26]; /* group + 1; 0: no such country */
static struct {
    const struct field *gender, *nationality, *age_status, *deceased, *departed;
    const struct field *counted[COMPLETENESS_FIELDS];
} fields;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int country_number(const char *alpha3)
{
    int n = 0;
    for (int i = 0; i < 3; i++) {
        if (alpha3[i] < 'A' || alpha3[i] > 'Z')
            return -1;
        n = n * 26 + (alpha3[i] - 'A');
    }
    return n;
}

static void read_groups(void)
{
    const struct embedded *file = embed_find("groups/nationality_group.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("compiled-in nationality groups: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        int number = row.cells[0].n == 3 ? country_number(row.cells[0].p) : -1;
        for (int g = 0; number >= 0 && nationality_groups[g]; g++)
            if (str_is(row.cells[1], nationality_groups[g]))
                group_of_country[number] = (uint8_t)(g + 1);
    }
    csv_close(&c);
}

static void prepare(void)
{
    read_groups();
    fields.gender = dictionary_need("person.gender");
    fields.nationality = dictionary_need("person.nationality");
    fields.age_status = dictionary_need("referral.age_status_at_referral");
    fields.deceased = dictionary_need("person.deceased");
    fields.departed = dictionary_need("return_plan.departed_on");
    for (int i = 0; i < COMPLETENESS_FIELDS; i++)
        fields.counted[i] = dictionary_need(completeness_fields[i]);
}

uint8_t analysis_nationality_group(const char *alpha3)
{
    pthread_once(&once, prepare);
    int number = strlen(alpha3) == 3 ? country_number(alpha3) : -1;
    uint8_t g = number < 0 ? 0 : group_of_country[number];
    return g ? (uint8_t)(g - 1) : GROUP_UNKNOWN;
}

static uint8_t sex_of(const char *code)
{
    if (!code || strcmp(code, "U") == 0)
        return SEX_UNKNOWN;
    return strcmp(code, "F") == 0 ? SEX_FEMALE : strcmp(code, "M") == 0 ? SEX_MALE : SEX_OTHER;
}

static uint8_t age_of(const char *code)
{
    if (!code || strcmp(code, "UNKNOWN") == 0)
        return AGE_UNKNOWN;
    return strcmp(code, "ADULT") == 0 ? AGE_ADULT : AGE_CHILD; /* disputed is treated as child */
}

static uint8_t exploitation_of(uint64_t types)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint8_t bits = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!(types >> i & 1))
            continue;
        struct str group = code_cell(list, list->codes[i].code, "nrm_published_category");
        int g = EXPLOITATION_OTHER;
        for (int k = 0; k < EXPLOITATION_OTHER; k++)
            if (str_is(group, exploitation_groups[k]))
                g = k;
        bits |= (uint8_t)(1u << g);
    }
    return bits ? bits : 1u << EXPLOITATION_UNKNOWN;
}

static uint8_t code_number(const char *list_name, const char *code)
{
    const struct code_list *list = dictionary_codes(list_name);
    for (size_t i = 0; code && i < list->count; i++)
        if (str_is(list->codes[i].code, code))
            return (uint8_t)i;
    return (uint8_t)list->count;
}

/* ---- one line ---- */

static void describe_person(const struct line *l, struct person_row *p)
{
    p->sex = SEX_UNKNOWN;
    p->age = AGE_UNKNOWN;
    p->first_received = p->last_received = DATE_NONE;
    for (int i = 0; i < l->record_count; i++) {
        const struct line_record *r = &l->records[i];
        const char *nationality = line_get(r, fields.nationality, 1);
        const char *deceased = line_get(r, fields.deceased, 1);
        uint8_t sex = sex_of(line_get(r, fields.gender, 1));
        if (!p->nationality[0] && nationality && strlen(nationality) == 3)
            memcpy(p->nationality, nationality, 4);
        if (p->sex == SEX_UNKNOWN)
            p->sex = sex;
        if (p->age == AGE_UNKNOWN)
            p->age = age_of(line_get(r, fields.age_status, 1));
        p->deceased |= deceased && strcmp(deceased, "YES") == 0;
        p->departed |= line_get(r, fields.departed, 1) != NULL;
        p->channels |=
            (uint16_t)(1u << code_number("referral_channel",
                                         line_get(r, line_fields()->referral_channel, 1)));
        if (l->received[i] == DATE_NONE)
            continue;
        if (p->first_received == DATE_NONE)
            p->first_received = l->received[i];
        p->last_received = l->received[i];
    }
    p->nationality_group = analysis_nationality_group(p->nationality);
    uint64_t types = 0;
    bool child = false, adult = l->facts.episode_count > 0;
    for (int k = 0; k < l->facts.episode_count; k++) {
        const struct episode_facts *f = &l->facts.episodes[k];
        types |= f->types;
        child |= f->minor == ANSWER_YES || f->minor == ANSWER_INFERRED;
        adult = adult && f->minor == ANSWER_NO;
    }
    p->minor = child ? 'Y' : adult ? 'N' : 'U';
    p->exploitation = exploitation_of(types);
    p->records = (uint16_t)(l->record_count > UINT16_MAX ? UINT16_MAX : l->record_count);
}

static void classify_person(const struct definition_set *set, const struct line *l,
                            struct person_row *p)
{
    for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
        struct mode_view *v = mode_view_make(&l->facts, (enum mode)m, l->memory);
        for (size_t k = 0; k < set->count; k++) {
            struct classification c = classify(&set->definitions[k], v);
            p->status[k][m] = "NYI"[c.verdict];
            p->count_min[k][m] = (int32_t)c.count.min;
            p->count_max[k][m] = (int32_t)c.count.max;
        }
        if (m == MODE_LENIENT)
            p->helpline = (uint8_t)classify_helpline(&l->facts, v);
    }
}

static void flag_person(const struct line *l, struct person_row *p)
{
    struct flag_finding *found;
    int count;
    flag_rules(l, &found, &count);
    for (int i = 0; i < count; i++)
        p->flags |= (uint16_t)(1u << found[i].kind);
}

/* A code that says "not known" says nothing. */
static bool says_something(const char *value)
{
    return value && strcmp(value, "UNKNOWN") != 0 && strcmp(value, "NOT_ASKED") != 0 &&
           strcmp(value, "NONE") != 0;
}

static uint16_t said_by(const struct line_record *r)
{
    uint16_t says = 0;
    for (int k = 0; k < COMPLETENESS_FIELDS; k++)
        if (says_something(line_get(r, fields.counted[k], 1)))
            says |= (uint16_t)(1u << k);
    return says;
}

static uint8_t organisation_number(struct analysis *a, const char *code)
{
    size_t i = 0;
    while (i < a->organisation_count && strcmp(a->organisations[i], code) != 0)
        i++;
    if (i == a->organisation_count && i < ORGANISATIONS_MAX) {
        size_t n = strlen(code) + 1;
        a->organisations[i] = mem_array(n, 1);
        memcpy(a->organisations[i], code, n);
        a->organisation_count++;
    }
    return (uint8_t)i;
}

static void add_referrals(struct analysis *a, const struct line *l, struct person_row *p)
{
    const struct line_fields *f = line_fields();
    for (int i = 0; i < l->record_count; i++) {
        const struct line_record *r = &l->records[i];
        const char *channel = line_get(r, f->referral_channel, 1);
        const char *status = line_get(r, f->referral_status, 1);
        bool accepted = line_accepted_nrm(r);
        struct referral_row row = {.person = a->person_count,
                                   .channel = code_number("referral_channel", channel),
                                   .status = code_number("referral_status", status),
                                   .received = l->received[i],
                                   .nrm_repeat = accepted && p->nrm_accepted > 0,
                                   .organisation = organisation_number(a, r->organisation),
                                   .says = said_by(r)};
        if (i > 0) {
            enum incident v = l->repeats[i - 1].verdict;
            row.verdict = incident_letter(v);
            p->repeats[v]++;
            if (row.nrm_repeat)
                p->nrm_repeats[v]++;
        }
        p->nrm_accepted += accepted;
        MEM_GROW(a->referrals, a->referral_cap, a->referral_count + 1);
        a->referrals[a->referral_count++] = row;
        if (l->received[i] != DATE_NONE && l->received[i] > a->as_at)
            a->as_at = l->received[i];
    }
}

static bool left(const struct line *l, int episode)
{
    return l->exit_statuses[episode] == EXIT_EXITED;
}

static int64_t gap(int32_t from, int32_t to)
{
    return to > from ? (int64_t)to - from : 0;
}

/* Episodes that may be the same as another one do not end or begin a spell. */
static void add_spells(struct analysis *a, const struct line *l, const struct person_row *p)
{
    for (int k = 0; k < l->facts.episode_count; k++) {
        if (!left(l, k) || l->facts.episodes[k].distinct != ANSWER_YES)
            continue;
        struct day_range exit = l->ends[k];
        if (!exit.stated) {
            a->spells_undated++;
            continue;
        }
        struct spell_row s = {.person = a->person_count,
                              .exit_lo = exit.lo,
                              .exit_hi = exit.hi,
                              .end = p->deceased   ? SPELL_DEATH
                                     : p->departed ? SPELL_DEPARTURE
                                                   : SPELL_CENSORED};
        for (int n = k + 1; n < l->facts.episode_count && s.end != SPELL_REENTRY; n++) {
            if (l->facts.episodes[n].distinct != ANSWER_YES || !l->starts[n].stated ||
                l->starts[n].hi < exit.lo)
                continue;
            s.end = SPELL_REENTRY;
            s.days_min = gap(exit.hi, l->starts[n].lo);
            s.days_max = gap(exit.lo, l->starts[n].hi);
        }
        if (s.end == SPELL_DEATH || s.end == SPELL_DEPARTURE)
            s.days_min = s.days_max = gap(exit.hi, p->last_received);
        MEM_GROW(a->spells, a->spell_cap, a->spell_count + 1);
        a->spells[a->spell_count++] = s;
    }
}

/* ---- reading ---- */

static bool in_time(const struct stored *s, int32_t until)
{
    const char *text = record_get(&s->record, line_fields()->referral_received, 1);
    int32_t day;
    return until == INT32_MAX || !text || !date_from_iso(str_of(text), &day) || day <= until;
}

static void add_line(struct analysis *a, const struct analysis_options *o, const struct decided *d,
                     const struct stored *rows, size_t n, struct arena *memory)
{
    struct line_record *records = arena_array(memory, n, sizeof *records);
    int count = 0;
    for (size_t i = 0; i < n; i++)
        if (in_time(&rows[i], o->until))
            records[count++] = decided_record(d, &rows[i]);
    if (count == 0)
        return;
    struct line l;
    struct line_options options = {.nrm_complete = o->nrm_complete};
    line_build(&l, records, count, &options, memory);
    struct person_row p = {.line = rows[0].line};
    describe_person(&l, &p);
    classify_person(o->set, &l, &p);
    flag_person(&l, &p);
    add_referrals(a, &l, &p);
    add_spells(a, &l, &p);
    MEM_GROW(a->persons, a->person_cap, a->person_count + 1);
    a->persons[a->person_count++] = p;
}

static void add_batch(struct analysis *a, const struct analysis_options *o, const struct decided *d,
                      const struct view_batch *rows)
{
    struct arena memory = ARENA_EMPTY;
    for (size_t i = 0; i < rows->n;) {
        size_t k = i + 1;
        while (k < rows->n && rows->rows[k].line == rows->rows[i].line)
            k++;
        add_line(a, o, d, rows->rows + i, k - i, &memory);
        arena_rewind(&memory);
        i = k;
    }
    arena_free(&memory);
}

/* What is still open is known up to the last day of the register. */
static void close_spells(struct analysis *a)
{
    for (size_t i = 0; i < a->spell_count; i++)
        if (a->spells[i].end == SPELL_CENSORED)
            a->spells[i].days_min = a->spells[i].days_max = gap(a->spells[i].exit_hi, a->as_at);
}

static enum status read_lines(struct store *s, const struct analysis_options *o,
                              const struct decided *d, struct analysis *out, struct err *e)
{
    static const char *const wanted[] = {
#define LINE_FIELD(name, path) path,
#include "domain/line_fields.def"
#undef LINE_FIELD
        "person.gender",
        "person.nationality",
        "person.deceased",
        "referral.age_status_at_referral",
        "return_plan.departed_on",
        "person.birth_date_precision",
        "support_period.exit_reason",
        "risk_assessment.retrafficking_identified",
        NULL};
    struct view view = {.order = VIEW_BY_LINE, .purpose = "statistics", .fields = wanted};
    struct cursor *cursor;
    struct view_batch rows;
    TRY(store_view_open(s, &view, &cursor, e));
    enum status status;
    while ((status = store_view_next(cursor, &rows, e)) == ST_OK && rows.n) {
        add_batch(out, o, d, &rows);
        progress_tick(o->progress, "analysing", out->referral_count, 0);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        status = closed;
    }
    return status;
}

enum status analysis_read(struct store *s, const struct analysis_options *o, struct analysis *out,
                          struct err *e)
{
    struct decided d;
    *out = (struct analysis){.set = o->set, .as_at = DATE_NONE};
    pthread_once(&once, prepare);
    line_fields();
    enum status status = decided_read(s, &d, e);
    if (status == ST_OK)
        status = read_lines(s, o, &d, out, e);
    decided_free(&d);
    if (status != ST_OK)
        analysis_free(out);
    else
        close_spells(out);
    return status;
}

void analysis_free(struct analysis *a)
{
    free(a->persons);
    free(a->referrals);
    free(a->spells);
    for (size_t i = 0; i < a->organisation_count; i++)
        free(a->organisations[i]);
    *a = (struct analysis){0};
}
