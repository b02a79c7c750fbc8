#include "ingest/check.h"

#include "base/date.h"

#include <pthread.h>
#include <stdlib.h>

struct span {
    int32_t first, latest;
};

/* False when the date is absent. */
static bool span_of(const struct entity_row *row, const struct field *f, struct span *out)
{
    const char *first = row->values[f->index];
    if (!first || !date_from_iso(str_of(first), &out->first))
        return false;
    const char *latest = f->latest ? row->values[f->latest->index] : NULL;
    if (!latest || !date_from_iso(str_of(latest), &out->latest))
        out->latest = out->first;
    return true;
}

/* ---- one date ---- */

/* Plans and limits of leave lie ahead; everything else has happened. */
static bool may_be_ahead(const struct field *f)
{
    static const char *const names[] = {"to",          "to_latest",      "next_review",
                                        "due_date",    "turned_18_on",   "effective_from",
                                        "departed_on", "departed_latest"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static bool is_birth(const struct field *f)
{
    return strstr(f->name, "birth_date") != NULL;
}

static bool is_latest(const struct field *f)
{
    size_t n = strlen(f->name);
    return n > 7 && strcmp(f->name + n - 7, "_latest") == 0;
}

static void check_day(const struct entity_row *row, const struct field *f, int32_t today,
                      check_report *report, void *ctx)
{
    int32_t day;
    const char *text = row->values[f->index];
    if (!text || !date_from_iso(str_of(text), &day))
        return;
    if (day > today && !may_be_ahead(f) && !is_latest(f))
        report(ctx, f, row->instance, false,
               is_birth(f) ? "is a birth in the future" : "lies in the future");
    if (is_birth(f) && date_years_between(day, today) > 120)
        report(ctx, f, row->instance, false, "makes the person more than 120 years old");
    struct span s;
    if (f->latest && span_of(row, f, &s) && s.latest < s.first)
        report(ctx, f->latest, row->instance, false, "is before the first possible day");
}

/* ---- two dates ---- */

struct order {
    const char *from, *to, *what;
};
static const struct order orders[] = {
    {"episode.start_date", "episode.end_date", "is before the start of the episode"},
    {"episode.recruit_date", "episode.end_date", "is before the recruitment"},
    {"support_period.start_date", "support_period.end_date", "is before the start of support"},
    {"missing_event.date", "missing_event.outcome_date", "is before the person went missing"},
    {"immigration_status.from", "immigration_status.to", "is before the beginning"},
    {"accommodation.from", "accommodation.to", "is before the beginning"},
    {"employment.from", "employment.to", "is before the beginning"},
    {"health.from", "health.to", "is before the beginning"},
    {"guardianship.from", "guardianship.to", "is before the beginning"},
    {"rna.requested_on", "rna.decided_on", "is before the request"},
    {"consent.given_on", "consent.withdrawn_on", "is before the consent"},
};

static void check_order(const struct entity_row *row, const struct field *from,
                        const struct field *to, const char *what, check_report *report, void *ctx)
{
    struct span a, b;
    if (span_of(row, from, &a) && span_of(row, to, &b) && b.latest < a.first)
        report(ctx, to, row->instance, false, what);
}

/* ---- fields looked up once ---- */

static struct {
    const struct field *birth, *received, *start, *exit_date, *exit_episode, *stage, *decided,
        *status, *status_from, *authority;
    const struct field *from[sizeof orders / sizeof *orders], *to[sizeof orders / sizeof *orders];
} at;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void)
{
    at.birth = dictionary_need("person.birth_date");
    at.received = dictionary_need("referral.received_date");
    at.start = dictionary_need("episode.start_date");
    at.exit_date = dictionary_need("exit.date");
    at.exit_episode = dictionary_need("exit.episode_id");
    at.stage = dictionary_need("decision.stage");
    at.decided = dictionary_need("decision.date");
    at.status = dictionary_need("immigration_status.status");
    at.status_from = dictionary_need("immigration_status.from");
    at.authority = dictionary_need("referral.competent_authority");
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        at.from[i] = dictionary_need(orders[i].from);
        at.to[i] = dictionary_need(orders[i].to);
    }
}

/* ---- across entities ---- */

static void check_birth(const struct record *r, check_report *report, void *ctx)
{
    const struct entity_row *person = record_find(r, at.birth->entity, 1),
                            *referral = record_find(r, at.received->entity, 1);
    struct span birth, received;
    if (!person || !span_of(person, at.birth, &birth))
        return;
    if (referral && span_of(referral, at.received, &received) && received.latest < birth.first)
        report(ctx, at.received, 1, false, "is before the person was born");
    for (size_t i = 0; i < r->count; i++) {
        struct span start;
        if (r->rows[i].entity == at.start->entity && span_of(&r->rows[i], at.start, &start) &&
            start.latest < birth.first)
            report(ctx, at.start, r->rows[i].instance, false, "is before the person was born");
    }
}

/* exit.episode_id is "episode.N". */
static void check_exit(const struct record *r, const struct entity_row *row, check_report *report,
                       void *ctx)
{
    const char *ref = row->values[at.exit_episode->index];
    struct span start, exit;
    if (!ref || strncmp(ref, "episode.", 8) != 0 || !span_of(row, at.exit_date, &exit))
        return;
    const struct entity_row *episode =
        record_find(r, at.start->entity, (int)strtol(ref + 8, NULL, 10));
    if (episode && span_of(episode, at.start, &start) && exit.latest < start.first)
        report(ctx, at.exit_date, row->instance, false, "says an exit before the entry");
}

static void check_referral_day(const struct record *r, int32_t today, check_report *report,
                               void *ctx)
{
    const struct entity_row *referral = record_find(r, at.received->entity, 1);
    struct span received, start;
    if (!referral || !span_of(referral, at.received, &received) || received.first > today)
        return;
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].entity == at.start->entity && span_of(&r->rows[i], at.start, &start) &&
            start.first > received.latest && start.first <= today)
            report(ctx, at.start, r->rows[i].instance, true,
                   "begins after the referral that tells of it");
}

/* Codes whose meaning or existence is dated: data/dictionary/code_validity.csv. */
static void check_code_day(const struct entity_row *row, const struct field *code_field,
                           const struct field *day_field, bool warning, check_report *report,
                           void *ctx)
{
    const char *text = row->values[code_field->index];
    struct span day;
    if (!text || !span_of(row, day_field, &day))
        return;
    const struct code_list *l = code_field->codes;
    for (size_t i = 0; i < l->count; i++) {
        if (!str_is(l->codes[i].code, text))
            continue;
        if (l->codes[i].valid_from != DATE_NONE && day.latest < l->codes[i].valid_from)
            report(ctx, code_field, row->instance, warning,
                   "is a code that did not exist yet then");
        else if (l->codes[i].valid_to != DATE_NONE && day.first > l->codes[i].valid_to)
            report(ctx, code_field, row->instance, warning, "is a code no longer in use then");
        return;
    }
}

void record_check(const struct record *r, int32_t today, check_report *report, void *ctx)
{
    pthread_once(&once, look_up);
    for (size_t i = 0; i < r->count; i++) {
        const struct entity_row *row = &r->rows[i];
        const struct entity *e = row->entity;
        for (size_t k = 0; k < e->field_count; k++)
            if (e->fields[k].type == FIELD_DATE)
                check_day(row, &e->fields[k], today, report, ctx);
        for (size_t k = 0; k < sizeof orders / sizeof *orders; k++)
            if (at.from[k]->entity == e)
                check_order(row, at.from[k], at.to[k], orders[k].what, report, ctx);
        if (e == at.exit_date->entity)
            check_exit(r, row, report, ctx);
        else if (e == at.stage->entity)
            check_code_day(row, at.stage, at.decided, false, report, ctx);
        else if (e == at.status->entity)
            check_code_day(row, at.status, at.status_from, false, report, ctx);
        else if (e == at.received->entity)
            /* Old cases were handed over: an extract may say who has them now. */
            check_code_day(row, at.authority, at.received, true, report, ctx);
    }
    check_birth(r, report, ctx);
    check_referral_day(r, today, report, ctx);
}
