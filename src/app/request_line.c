#include "app/request_line.h"

#include "base/date.h"

#include <pthread.h>
#include <stdlib.h>

#define REQUEST_FIELDS(X)                                                                          \
    X(channel, "referral.channel")                                                                 \
    X(referral_status, "referral.status")                                                          \
    X(received, "referral.received_date")                                                          \
    X(eligible, "referral.support_eligible")                                                       \
    X(contact, "referral.contact_result")                                                          \
    X(contract, "support_period.contract")                                                         \
    X(start, "support_period.start_date")                                                          \
    X(end, "support_period.end_date")                                                              \
    X(reason, "support_period.exit_reason")                                                        \
    X(reentry, "support_period.reentry_of")                                                        \
    X(absence, "missing_event.kind")                                                               \
    X(absence_support, "missing_event.support_id")                                                 \
    X(absence_outcome, "missing_event.outcome")                                                    \
    X(absence_until, "missing_event.outcome_date")                                                 \
    X(risk, "risk_assessment.retrafficking_identified")                                            \
    X(risk_date, "risk_assessment.date")                                                           \
    X(right, "immigration_status.status")                                                          \
    X(right_from, "immigration_status.from")                                                       \
    X(right_to, "immigration_status.to")                                                           \
    X(plan_status, "exit_plan.status")                                                             \
    X(plan_date, "exit_plan.completed_date")                                                       \
    X(plan_risk, "exit_plan.retrafficking_risk")                                                   \
    X(plan_support, "exit_plan.support_id")                                                        \
    X(action_plan, "exit_plan_action.plan_id")                                                     \
    X(action_domain, "exit_plan_action.domain")                                                    \
    X(action_done, "exit_plan_action.done_date")                                                   \
    X(stage, "decision.stage")                                                                     \
    X(decided, "decision.date")                                                                    \
    X(policy, "policy_record.text")                                                                \
    X(policy_title, "policy_record.title")                                                         \
    X(policy_from, "policy_record.effective_from")

#define NAME(name, path) const struct field *name;
static struct {
    REQUEST_FIELDS(NAME)
} f;
#undef NAME
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void)
{
#define FIND(name, path) f.name = dictionary_need(path);
    REQUEST_FIELDS(FIND)
#undef FIND
}

const char *const *request_line_fields(size_t *count)
{
#define PATH(name, path) path,
    static const char *const paths[] = {REQUEST_FIELDS(PATH)};
#undef PATH
    *count = sizeof paths / sizeof *paths;
    return paths;
}

/* ---- values ---- */

static const char *value(const struct entity_row *row, const struct field *field)
{
    return row->values[field->index];
}

static bool is(const struct entity_row *row, const struct field *field, const char *code)
{
    const char *v = value(row, field);
    return v && str_eq_nocase_ascii(str_of(v), str_of(code));
}

static int32_t day_of(const struct entity_row *row, const struct field *field)
{
    int32_t day;
    const char *v = value(row, field);
    return v && date_from_iso(str_of(v), &day) ? day : DATE_NONE;
}

static uint8_t answer_of(const struct entity_row *row, const struct field *field)
{
    return is(row, field, "YES")  ? REQUEST_YES
           : is(row, field, "NO") ? REQUEST_NO
                                  : REQUEST_UNSETTLED;
}

/* The next row of an entity from *at on; NULL at the end. */
static const struct entity_row *next_row(const struct record *r, const struct field *of, size_t *at)
{
    while (*at < r->count)
        if (r->rows[(*at)++].entity == of->entity)
            return &r->rows[*at - 1];
    return NULL;
}

/* "<person>.<entity>.<instance>" tells that instance; nothing told: any of the record. */
static bool refers_to(const struct entity_row *from, const struct field *field, int instance)
{
    const char *text = value(from, field);
    int64_t told;
    if (!text)
        return true;
    const char *dot = strrchr(text, '.');
    return !str_to_int64(str_of(dot ? dot + 1 : text), &told) || told == instance;
}

bool request_line_in_time(const struct stored *s, int32_t as_at)
{
    pthread_once(&once, prepare);
    const char *text = record_get(&s->record, f.received, 1);
    int32_t day;
    return !text || !date_from_iso(str_of(text), &day) || day <= as_at;
}

/* The prime contract is MSVCC; its predecessor, AVMS, until it began. */
enum contract { CONTRACT_OTHER, CONTRACT_EARLIER, CONTRACT_MSVCC };

static enum contract contract_of(const struct stored *s, const struct entity_row *row)
{
    if (value(row, f.contract))
        return is(row, f.contract, "MSVCC")  ? CONTRACT_MSVCC
               : is(row, f.contract, "AVMS") ? CONTRACT_EARLIER
                                             : CONTRACT_OTHER;
    return s->channel && strcmp(s->channel, "msvcc") == 0 ? CONTRACT_MSVCC : CONTRACT_OTHER;
}

bool request_line_holds(const struct stored *s, enum request_holder holder)
{
    const struct entity_row *row;
    bool support = false, contract = false, nrm = false;
    for (size_t at = 0; (row = next_row(&s->record, f.channel, &at));) {
        contract |= is(row, f.channel, "MSVCC");
        nrm |= is(row, f.channel, "NRM");
    }
    for (size_t at = 0; (row = next_row(&s->record, f.start, &at));)
        support |= contract_of(s, row) != CONTRACT_OTHER;
    return holder == HOLDER_ANY || (holder == HOLDER_SUPPORT && support) ||
           (holder == HOLDER_CONTRACT_REFERRAL && contract) || (holder == HOLDER_NRM && nrm);
}

/* ---- one line ---- */

struct spell {
    const struct stored *stored;
    const struct entity_row *row;
    enum contract contract; /* never CONTRACT_OTHER */
    int32_t start, end;     /* end: DATE_NONE while in support on the day of the request */
};

struct history {
    const struct request_options *o;
    const struct stored *const *records;
    size_t count;
    struct spell *spells; /* under either contract, started by the day of the request */
    size_t spell_count;
};

static void find_spells(struct history *h, struct request_person *p, struct arena *memory)
{
    size_t rows = 0;
    for (size_t i = 0; i < h->count; i++)
        rows += h->records[i]->record.count;
    h->spells = arena_array(memory, rows + 1, sizeof *h->spells);
    for (size_t i = 0; i < h->count; i++) {
        const struct entity_row *row;
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.start, &at));) {
            enum contract contract = contract_of(h->records[i], row);
            if (contract == CONTRACT_OTHER)
                continue;
            struct spell s = {h->records[i], row, contract, day_of(row, f.start),
                              day_of(row, f.end)};
            if (s.end != DATE_NONE && s.end > h->o->as_at)
                s.end = DATE_NONE;
            if (s.start == DATE_NONE)
                p->undated |= contract == CONTRACT_MSVCC;
            else if (s.start <= h->o->as_at)
                h->spells[h->spell_count++] = s;
        }
    }
}

static bool came_back(const struct history *h, const struct spell *s)
{
    for (size_t i = 0; i < h->spell_count; i++) {
        const struct spell *t = &h->spells[i];
        if (t != s && t->start > s->start && (s->end == DATE_NONE || t->start >= s->end))
            return true;
        if (t != s && t->stored == s->stored && value(t->row, f.reentry) &&
            refers_to(t->row, f.reentry, s->row->instance))
            return true;
    }
    return false;
}

static uint8_t return_of(const struct history *h, const struct entity_row *event)
{
    const char *outcome = value(event, f.absence_outcome);
    int32_t until = day_of(event, f.absence_until);
    if (!outcome || (until != DATE_NONE && until > h->o->as_at))
        return ABSENCE_RETURN_UNSETTLED;
    /* Found by the police or elsewhere does not tell whether the person came back to support. */
    if (strcmp(outcome, "RETURNED_SELF") == 0)
        return ABSENCE_RETURNED;
    return strcmp(outcome, "FOUND_POLICE") == 0 || strcmp(outcome, "FOUND_ELSEWHERE") == 0 ||
                   strcmp(outcome, "FOUND_EXPLOITED") == 0
               ? ABSENCE_RETURN_UNSETTLED
               : ABSENCE_NOT_RETURNED;
}

static uint8_t absence_of(const struct history *h, const struct spell *s, const char *kind)
{
    const struct entity_row *row;
    uint8_t best = ABSENCE_NO;
    for (size_t at = 0; (row = next_row(&s->stored->record, f.absence, &at));) {
        if (!is(row, f.absence, kind) || !refers_to(row, f.absence_support, s->row->instance))
            continue;
        uint8_t told = return_of(h, row);
        if (told > best)
            best = told;
    }
    const char *reason = s->end == DATE_NONE ? NULL : value(s->row, f.reason);
    if (best == ABSENCE_NO && reason && strcmp(reason, kind) == 0)
        best = ABSENCE_RETURN_UNSETTLED;
    if (best == ABSENCE_NO && s->end != DATE_NONE && (!reason || strcmp(reason, "UNKNOWN") == 0))
        return ABSENCE_UNSETTLED;
    return best != ABSENCE_NO && came_back(h, s) ? ABSENCE_RETURNED : best;
}

static uint8_t before_cg(const struct history *h, const struct spell *s)
{
    const struct entity_row *row;
    bool earlier = false, later = false, withdrawn = is(s->row, f.reason, "NRM_WITHDRAWN");
    bool undated = false;
    if (s->end == DATE_NONE)
        return REQUEST_NO;
    for (size_t i = 0; i < h->count; i++) {
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.stage, &at));) {
            int32_t day = day_of(row, f.decided);
            if (!is(row, f.stage, "CG"))
                continue;
            undated |= day == DATE_NONE;
            earlier |= day != DATE_NONE && day <= s->end;
            later |= day != DATE_NONE && day > s->end;
        }
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.referral_status, &at));)
            withdrawn |= is(row, f.channel, "NRM") && is(row, f.referral_status, "WITHDRAWN");
    }
    if (earlier)
        return REQUEST_NO;
    if (withdrawn || (later && !undated) || (h->o->nrm_complete && !undated))
        return REQUEST_YES;
    return is(s->row, f.reason, "NEG_CG") ? REQUEST_NO : REQUEST_UNSETTLED;
}

static uint8_t risk_in(const struct history *h, const struct spell *s)
{
    const struct entity_row *row;
    uint8_t best = REQUEST_NO;
    bool any = false;
    int32_t last = s->end == DATE_NONE ? h->o->as_at : s->end;
    for (size_t at = 0; (row = next_row(&s->stored->record, f.risk, &at));) {
        int32_t day = day_of(row, f.risk_date);
        if (day != DATE_NONE && (day < s->start || day > last))
            continue;
        uint8_t told = answer_of(row, f.risk);
        any = true;
        if (told > best)
            best = told;
    }
    return any ? best : REQUEST_UNSETTLED;
}

/* Pending asylum is no leave, but the person may stay until it is decided. */
static uint8_t right_of(const char *status)
{
    static const char *const none[] = {"NO_LEAVE", "OVERSTAYED", "REMOVED", NULL};
    if (!status || strcmp(status, "UNKNOWN") == 0)
        return RIGHT_UNSETTLED;
    for (int i = 0; none[i]; i++)
        if (strcmp(status, none[i]) == 0)
            return RIGHT_NONE;
    return RIGHT_HELD;
}

/* Statuses that may cover the day of leaving; two that disagree settle nothing. */
static uint8_t right_at_exit(const struct history *h, const struct spell *s)
{
    const struct entity_row *row;
    bool held = false, none = false;
    if (s->end == DATE_NONE)
        return RIGHT_STILL_IN;
    for (size_t i = 0; i < h->count; i++)
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.right, &at));) {
            int32_t from = day_of(row, f.right_from), to = day_of(row, f.right_to);
            if ((from != DATE_NONE && from > s->end) || (to != DATE_NONE && to < s->end))
                continue;
            uint8_t told = right_of(value(row, f.right));
            held |= told == RIGHT_HELD;
            none |= told == RIGHT_NONE;
        }
    return held == none ? RIGHT_UNSETTLED : held ? RIGHT_HELD : RIGHT_NONE;
}

static const struct entity_row *plan_of(const struct history *h, const struct spell *s,
                                        uint8_t *answer)
{
    const struct entity_row *row, *found = NULL;
    *answer = PLAN_UNSETTLED;
    for (size_t at = 0; (row = next_row(&s->stored->record, f.plan_status, &at));) {
        int32_t done = day_of(row, f.plan_date);
        uint8_t told = PLAN_NONE;
        if (!refers_to(row, f.plan_support, s->row->instance) || !value(row, f.plan_status))
            continue;
        if (is(row, f.plan_status, "COMPLETED") && (done == DATE_NONE || done <= h->o->as_at)) {
            uint8_t risk = answer_of(row, f.plan_risk);
            told = risk == REQUEST_YES  ? PLAN_RISK_YES
                   : risk == REQUEST_NO ? PLAN_RISK_NO
                                        : PLAN_RISK_UNSETTLED;
        }
        if (!found || told > *answer) {
            *answer = told;
            found = row;
        }
    }
    return found;
}

static uint8_t domain_of(const struct entity_row *row)
{
    const struct code_list *list = dictionary_codes("exit_plan_domain");
    size_t i = 0;
    while (i < list->count && !(value(row, f.action_domain) &&
                                str_is(list->codes[i].code, value(row, f.action_domain))))
        i++;
    return (uint8_t)i;
}

static void add_actions(struct request_rows *out, const struct history *h, const struct spell *s,
                        const struct entity_row *plan, int year)
{
    const struct entity_row *row;
    for (size_t at = 0; (row = next_row(&s->stored->record, f.action_domain, &at));) {
        int32_t done = day_of(row, f.action_done);
        if (!refers_to(row, f.action_plan, plan->instance))
            continue;
        MEM_GROW(out->actions, out->action_cap, out->action_count + 1);
        out->actions[out->action_count++] =
            (struct request_action){.year = (uint8_t)year,
                                    .domain = domain_of(row),
                                    .done = done != DATE_NONE && done <= h->o->as_at};
    }
}

static void raise_to(uint8_t *code, uint8_t to)
{
    if (to > *code)
        *code = to;
}

static void describe_spell(struct request_rows *out, const struct history *h, const struct spell *s,
                           struct request_person *p)
{
    uint8_t code[QUALITIES], plan_code;
    int year = request_year(out, s->start);
    if (year < 0)
        return;
    const struct entity_row *plan = plan_of(h, s, &plan_code);
    code[QUALITY_STAGE] = s->end == DATE_NONE ? STAGE_IN : STAGE_LEFT;
    code[QUALITY_MISSING] = absence_of(h, s, "MISSING");
    code[QUALITY_ABSCONDED] = absence_of(h, s, "ABSCONDED");
    code[QUALITY_BEFORE_CG] = before_cg(h, s);
    code[QUALITY_RISK] = risk_in(h, s);
    code[QUALITY_RIGHT] = right_at_exit(h, s);
    code[QUALITY_PLAN] = s->end == DATE_NONE ? PLAN_STILL_IN : plan_code;
    for (int q = 0; q < QUALITIES; q++) {
        raise_to(&p->code[year][q], code[q]);
        raise_to(&p->code[out->years][q], code[q]);
    }
    if (plan && code[QUALITY_PLAN] == PLAN_RISK_YES)
        add_actions(out, h, s, plan, year);
}

/* ---- leaving ---- */

static uint8_t leaving_of(const char *reason)
{
    if (!reason || strcmp(reason, "UNKNOWN") == 0)
        return LEAVING_UNSETTLED;
    struct str column =
        code_cell(dictionary_codes("support_exit_reason"), str_of(reason), "tsa_table_column");
    return str_is(column, "MISSING_OR_ABSCONDED") ? LEAVING_AWAY
           : str_is(column, "RETURNED")           ? LEAVING_RETURNED
           : str_is(column, "NOTHING_IN_PLACE")   ? LEAVING_NOTHING
                                                  : LEAVING_OTHER;
}

static void add_exit(struct request_rows *out, const struct spell *s)
{
    bool undated = value(s->row, f.reason) && !value(s->row, f.end);
    int year = undated ? out->years : request_year(out, s->end);
    if (year < 0)
        return;
    MEM_GROW(out->exits, out->exit_cap, out->exit_count + 1);
    out->exits[out->exit_count++] =
        (struct request_exit){(uint8_t)year, leaving_of(value(s->row, f.reason))};
}

/* ---- referrals ---- */

static uint8_t outcome_of(const struct request_options *o, const struct stored *s,
                          const struct entity_row *referral)
{
    const struct entity_row *row;
    bool started = false, told = false;
    uint8_t eligible = answer_of(referral, f.eligible);
    const char *contact = value(referral, f.contact);
    for (size_t at = 0; (row = next_row(&s->record, f.start, &at));) {
        int32_t start = day_of(row, f.start);
        started |= start != DATE_NONE && start <= o->as_at;
        told |= start == DATE_NONE;
    }
    if (started)
        return eligible == REQUEST_YES  ? OUTCOME_STARTED_ELIGIBLE
               : eligible == REQUEST_NO ? OUTCOME_STARTED
                                        : OUTCOME_STARTED_ELIGIBILITY_UNSETTLED;
    if (told)
        return OUTCOME_START_UNDATED;
    if (eligible != REQUEST_YES)
        return eligible == REQUEST_NO ? OUTCOME_NOT_ELIGIBLE : OUTCOME_ELIGIBILITY_UNSETTLED;
    return !contact                              ? OUTCOME_ELIGIBLE_CONTACT_UNSETTLED
           : strcmp(contact, "NOT_REACHED") == 0 ? OUTCOME_NOT_REACHED
                                                 : OUTCOME_ELIGIBLE_OTHER;
}

struct nrm_tally {
    int accepted, open; /* open: neither accepted nor turned away */
    int32_t latest;
};

static void count_nrm(struct nrm_tally *n, const struct entity_row *row, int32_t day)
{
    static const char *const closed[] = {"REFUSED", "DUPLICATE", "INVALID", "WITHDRAWN", NULL};
    bool away = false;
    for (int i = 0; closed[i]; i++)
        away |= is(row, f.referral_status, closed[i]);
    if (is(row, f.referral_status, "ACCEPTED"))
        n->accepted++;
    else if (!away)
        n->open++;
    if (day != DATE_NONE && day > n->latest)
        n->latest = day;
}

static void add_referrals(struct request_rows *out, const struct history *h,
                          struct request_person *p)
{
    struct nrm_tally nrm = {.latest = DATE_NONE};
    const struct entity_row *row;
    for (size_t i = 0; i < h->count; i++)
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.channel, &at));) {
            int32_t day = day_of(row, f.received);
            if (is(row, f.channel, "NRM"))
                count_nrm(&nrm, row, day);
            if (!is(row, f.channel, "MSVCC"))
                continue;
            int year = day == DATE_NONE ? out->years : request_year(out, day);
            if (year < 0)
                continue;
            MEM_GROW(out->referrals, out->referral_cap, out->referral_count + 1);
            out->referrals[out->referral_count++] =
                (struct request_referral){(uint8_t)year, outcome_of(h->o, h->records[i], row)};
        }
    int year = request_year(out, nrm.latest);
    p->nrm_year = (uint8_t)(year < 0 ? out->years : year);
    p->nrm = nrm.accepted >= 2              ? REQUEST_YES
             : nrm.accepted + nrm.open >= 2 ? REQUEST_UNSETTLED
                                            : REQUEST_NO;
}

static void add_others(struct request_rows *out, const struct history *h, struct arena *kept)
{
    const struct entity_row *row;
    for (size_t i = 0; i < h->count; i++) {
        for (size_t at = 0; (row = next_row(&h->records[i]->record, f.policy, &at));) {
            int32_t from = day_of(row, f.policy_from);
            if (!value(row, f.policy) || (from != DATE_NONE && from > h->o->as_at))
                continue;
            const char *title = value(row, f.policy_title);
            MEM_GROW(out->policies, out->policy_cap, out->policy_count + 1);
            out->policies[out->policy_count++] = arena_printf(
                kept, "%s%s%s", title ? title : "", title ? ": " : "", value(row, f.policy));
        }
    }
}

void request_line_add(struct request_rows *out, const struct request_options *o,
                      const struct stored *const *records, size_t count, struct arena *scratch,
                      struct arena *kept)
{
    struct history h = {.o = o, .records = records, .count = count};
    struct request_person p = {0};
    find_spells(&h, &p, scratch);
    for (size_t i = 0; i < h.spell_count; i++) {
        if (h.spells[i].contract == CONTRACT_MSVCC)
            describe_spell(out, &h, &h.spells[i], &p);
        add_exit(out, &h.spells[i]);
    }
    add_referrals(out, &h, &p);
    add_others(out, &h, kept);
    MEM_GROW(out->persons, out->person_cap, out->person_count + 1);
    out->persons[out->person_count++] = p;
}
