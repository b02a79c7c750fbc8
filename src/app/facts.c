#include "app/facts.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/embed.h"

#include <pthread.h>
#include <stdlib.h>

const char *const fact_answers[FACT_ANSWERS + 1] = {
    "Yes", "No", "Declined to say", "Not asked", "Not known", "Not recorded", NULL};
const char *const return_questions[RETURN_QUESTIONS + 1] = {
    "risk_assessed", "consent_informed", "decision_recognised",
    "partner_named", "needs_told",       NULL};

#define FACT_FIELDS(X)                                                                             \
    X(age_status, "referral.age_status_at_referral")                                               \
    X(dispute, "age_dispute.status")                                                               \
    X(guardian, "guardianship.ictg_referred")                                                      \
    X(support_start, "support_period.start_date")                                                  \
    X(support_reason, "support_period.exit_reason")                                                \
    X(absence, "missing_event.kind")                                                               \
    X(consent18, "transition18.adult_support_consent")                                             \
    X(handover18, "transition18.handover_done")                                                    \
    X(factor, "risk_factor_finding.factor_code")                                                   \
    X(present, "risk_factor_finding.present")                                                      \
    X(return_kind, "return_plan.kind")                                                             \
    X(departed, "return_plan.departed_on")                                                         \
    X(return_risk, "return_plan.risk_assessed_before")                                             \
    X(return_consent, "return_plan.consent_informed")                                              \
    X(return_decision, "return_plan.nrm_decision_recognised")                                      \
    X(return_partner, "return_plan.partner")                                                       \
    X(return_needs, "return_plan.needs_met")                                                       \
    X(point, "followup.point")                                                                     \
    X(result, "followup.result")                                                                   \
    X(again, "followup.retrafficked_since")

#define NAME(name, path) const struct field *name;
static struct {
    FACT_FIELDS(NAME)
} f;
#undef NAME

enum { FACTORS_MAX = 200, NO_FACTOR = 255 };
static struct factor factor_list[FACTORS_MAX];
static size_t factor_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* ---- the factors ---- */

static const char *keep(struct str s)
{
    static struct arena memory; /* for the life of the program */
    return arena_strndup(&memory, s.p, s.n);
}

static void read_factors(void)
{
    static const char enabling[] = "ENABLER/", protective[] = "PROTECTIVE/";
    const struct embedded *file = embed_find("report/factors.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("compiled-in factors: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        struct str group = row.cells[2];
        bool helps = group.n >= sizeof protective - 1 &&
                     memcmp(group.p, protective, sizeof protective - 1) == 0;
        bool harms =
            group.n >= sizeof enabling - 1 && memcmp(group.p, enabling, sizeof enabling - 1) == 0;
        if (factor_count == FACTORS_MAX)
            BUG("too many compiled-in factors");
        if (helps || harms)
            factor_list[factor_count++] =
                (struct factor){keep(row.cells[0]), keep(row.cells[1]), helps};
    }
    csv_close(&c);
}

static void prepare(void)
{
#define FIND(name, path)                                                                           \
    f.name = dictionary_field(str_of(path));                                                       \
    if (!f.name)                                                                                   \
        BUG("the dictionary has no %s", path);
    FACT_FIELDS(FIND)
#undef FIND
    read_factors();
}

const struct factor *factors(size_t *count)
{
    pthread_once(&once, prepare);
    *count = factor_count;
    return factor_list;
}

static uint8_t factor_number(const char *code)
{
    for (size_t i = 0; code && i < factor_count; i++)
        if (strcmp(factor_list[i].code, code) == 0)
            return (uint8_t)i;
    return NO_FACTOR;
}

/* ---- values ---- */

static const char *value(const struct entity_row *row, const struct field *field)
{
    return row->values[field->index];
}

/* The next row of the field's entity from *at on; NULL at the end. */
static const struct entity_row *next_row(const struct record *r, const struct field *of, size_t *at)
{
    while (*at < r->count)
        if (r->rows[(*at)++].entity == of->entity)
            return &r->rows[*at - 1];
    return NULL;
}

static uint8_t answer(const char *code)
{
    static const struct {
        const char *code;
        uint8_t answer;
    } codes[] = {{"YES", FACT_YES},
                 {"INFERRED", FACT_YES},
                 {"NO", FACT_NO},
                 {"REFUSED", FACT_DECLINED},
                 {"NOT_ASKED", FACT_NOT_ASKED}};
    for (size_t i = 0; code && i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].answer;
    return code ? FACT_UNKNOWN : FACT_NOT_RECORDED;
}

static void strongest(uint8_t *kept, uint8_t told)
{
    if (told < *kept)
        *kept = told;
}

static uint8_t code_number(const char *list_name, const char *code)
{
    const struct code_list *list = dictionary_codes(list_name);
    for (size_t i = 0; code && i < list->count; i++)
        if (str_is(list->codes[i].code, code))
            return (uint8_t)i;
    return (uint8_t)list->count;
}

/* ---- one record ---- */

/* A move that is recorded without the answer is one of which the answer is not known. */
static uint8_t told_of_move(const struct entity_row *row, const struct field *field)
{
    return value(row, field) ? answer(value(row, field)) : FACT_UNKNOWN;
}

static void add_person(struct fact_person *p, const struct record *r)
{
    const struct entity_row *row;
    for (size_t at = 0; (row = next_row(r, f.age_status, &at));)
        if (value(row, f.age_status) && strcmp(value(row, f.age_status), "DISPUTED") == 0)
            p->disputed = FACT_YES;
    for (size_t at = 0; (row = next_row(r, f.dispute, &at));)
        if (value(row, f.dispute))
            p->disputed = FACT_YES;
    for (size_t at = 0; (row = next_row(r, f.guardian, &at));)
        strongest(&p->guardian, answer(value(row, f.guardian)));
    for (size_t at = 0; (row = next_row(r, f.support_start, &at));) {
        const char *reason = value(row, f.support_reason);
        if (value(row, f.support_start))
            strongest(&p->missing, FACT_NO);
        if (reason && (strcmp(reason, "MISSING") == 0 || strcmp(reason, "ABSCONDED") == 0))
            strongest(&p->missing, FACT_YES);
    }
    for (size_t at = 0; (row = next_row(r, f.absence, &at));)
        if (value(row, f.absence))
            strongest(&p->missing, FACT_YES);
    for (size_t at = 0; (row = next_row(r, f.consent18, &at));) {
        strongest(&p->consent18, told_of_move(row, f.consent18));
        strongest(&p->handover18, told_of_move(row, f.handover18));
    }
}

static void add_findings(struct facts *out, uint32_t person, size_t first, const struct record *r)
{
    const struct entity_row *row;
    for (size_t at = 0; (row = next_row(r, f.factor, &at));) {
        uint8_t factor = factor_number(value(row, f.factor));
        uint8_t told = answer(value(row, f.present));
        size_t i = first;
        if (factor == NO_FACTOR || told == FACT_NOT_RECORDED)
            continue;
        while (i < out->finding_count && out->findings[i].factor != factor)
            i++;
        if (i < out->finding_count) {
            strongest(&out->findings[i].answer, told);
            continue;
        }
        MEM_GROW(out->findings, out->finding_cap, out->finding_count + 1);
        out->findings[out->finding_count++] = (struct fact_finding){person, factor, told};
    }
}

static void add_returns(struct facts *out, const struct record *r)
{
    const struct entity_row *row;
    for (size_t at = 0; (row = next_row(r, f.return_kind, &at));) {
        struct fact_return plan = {
            .departed = DATE_NONE,
            .kind = code_number("return_kind", value(row, f.return_kind)),
            .answer = {answer(value(row, f.return_risk)), answer(value(row, f.return_consent)),
                       answer(value(row, f.return_decision)),
                       value(row, f.return_partner) ? FACT_YES : FACT_NOT_RECORDED,
                       value(row, f.return_needs) ? FACT_YES : FACT_NOT_RECORDED}};
        const char *day = value(row, f.departed);
        if (day && !date_from_iso(str_of(day), &plan.departed))
            plan.departed = DATE_NONE;
        MEM_GROW(out->returns, out->return_cap, out->return_count + 1);
        out->returns[out->return_count++] = plan;
    }
}

static uint8_t found(const struct entity_row *row)
{
    static const char *const results[] = {"NOT_REACHED", "DECLINED", "UNSAFE", "NOT_CONSENTED"};
    const char *result = value(row, f.result);
    uint8_t again = answer(value(row, f.again));
    if (!result)
        return FOLLOWUP_NO_RESULT;
    for (uint8_t i = 0; i < 4; i++)
        if (strcmp(result, results[i]) == 0)
            return (uint8_t)(FOLLOWUP_NOT_REACHED + i);
    return again == FACT_YES  ? FOLLOWUP_AGAIN
           : again == FACT_NO ? FOLLOWUP_NOT_AGAIN
                              : FOLLOWUP_NOT_SAID;
}

static void add_followups(struct facts *out, const struct record *r)
{
    const struct entity_row *row;
    for (size_t at = 0; (row = next_row(r, f.point, &at));) {
        MEM_GROW(out->followups, out->followup_cap, out->followup_count + 1);
        out->followups[out->followup_count++] =
            (struct fact_followup){code_number("followup_point", value(row, f.point)), found(row)};
    }
}

/* ---- reading ---- */

struct reading {
    const struct analysis *a;
    struct facts *out;
    size_t person, first_finding; /* of the line being read */
};

static enum status add_row(struct reading *r, const struct stored *s, struct err *e)
{
    const struct analysis *a = r->a;
    while (r->person < a->person_count && a->persons[r->person].line != s->line) {
        r->person++;
        r->first_finding = r->out->finding_count;
    }
    if (r->person == a->person_count)
        return err_set(e, ST_DATA, "the register changed while it was read; run it again");
    add_person(&r->out->persons[r->person], &s->record);
    add_findings(r->out, (uint32_t)r->person, r->first_finding, &s->record);
    add_returns(r->out, &s->record);
    add_followups(r->out, &s->record);
    return ST_OK;
}

static enum status read_rows(struct store *s, struct reading *r, const struct progress *progress,
                             struct err *e)
{
#define PATH(name, path) path,
    static const char *const wanted[] = {FACT_FIELDS(PATH) NULL};
#undef PATH
    struct view view = {.order = VIEW_BY_LINE, .purpose = "statistics", .fields = wanted};
    struct cursor *cursor;
    struct view_batch rows;
    uint64_t done = 0;
    TRY(store_view_open(s, &view, &cursor, e));
    enum status status;
    while ((status = store_view_next(cursor, &rows, e)) == ST_OK && rows.n) {
        for (size_t i = 0; i < rows.n && status == ST_OK; i++)
            status = add_row(r, &rows.rows[i], e);
        if (status != ST_OK)
            break;
        done += rows.n;
        progress_tick(progress, "reading facts", done, r->a->referral_count);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        status = closed;
    }
    return status;
}

enum status facts_read(struct store *s, const struct analysis *a, const struct progress *progress,
                       struct facts *out, struct err *e)
{
    pthread_once(&once, prepare);
    *out = (struct facts){.persons = mem_array(a->person_count + 1, sizeof *out->persons)};
    for (size_t i = 0; i < a->person_count; i++)
        out->persons[i] = (struct fact_person){FACT_NO, FACT_NOT_RECORDED, FACT_NOT_RECORDED,
                                               FACT_NOT_RECORDED, FACT_NOT_RECORDED};
    struct reading r = {.a = a, .out = out};
    return read_rows(s, &r, progress, e);
}

void facts_free(struct facts *facts)
{
    free(facts->persons);
    free(facts->findings);
    free(facts->returns);
    free(facts->followups);
    *facts = (struct facts){0};
}
