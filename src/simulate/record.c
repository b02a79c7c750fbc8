/* What a record says: who, what, when, as it was told and typed. */
#include "simulate/sheet.h"

#include "base/date.h"
#include "simulate/places.h"

#include <stdio.h>
#include <string.h>

bool is_filled(struct writing *w)
{
    return !draw_chance(&w->rng, w->m->p.field_missing);
}

/* Another nationality, as when a border or a passport misleads: one with the same language, or for
 * speakers of English any other of them. The British are known for what they are. */
static int confused_nationality(struct writing *w, int n)
{
    const struct nationality *all = w->m->nationality, *own = &all[n];
    for (int tries = 0; tries < 60 && n != w->m->british; tries++) {
        int k = (int)draw_below(&w->rng, (uint32_t)w->m->nationality_count);
        bool both = own->language && all[k].language;
        bool alike =
            both ? strcmp(own->language, all[k].language) == 0 : own->language == all[k].language;
        if (k != n && k != w->m->british && alike)
            return k;
    }
    return n;
}

void record_identity(struct writing *w, struct recorded *out, int32_t on)
{
    const struct parameters *p = &w->m->p;
    const struct life *l = w->l;
    name_record(&out->name, &l->name, p, &w->rng);
    if (draw_chance(&w->rng, p->typo_given))
        mistype(out->name.given, sizeof out->name.given, &w->rng);
    if (draw_chance(&w->rng, p->typo_family))
        mistype(out->name.family, sizeof out->name.family, &w->rng);
    record_birth(&out->birth, l->birth, on, l->january, p, &w->rng);
    out->nationality = l->cell.nationality;
    out->second = draw_below(&w->rng, 100) < 80 ? l->cell.second : -1;
    if (out->nationality >= 0 && draw_chance(&w->rng, p->nationality_changed))
        out->nationality = confused_nationality(w, out->nationality);
    if (draw_chance(&w->rng, p->nationality_missing))
        out->nationality = -1;
    out->gender = l->gender;
}

static const char *keep(struct writing *w, const char *text)
{
    return *text ? arena_strdup(w->a, text) : NULL;
}

static const char *alpha3(const struct writing *w, int n)
{
    return n < 0 ? NULL : w->m->nationality[n].alpha3;
}

static const char *gender_code(char g)
{
    return g == 'F' ? "F" : g == 'M' ? "M" : g == 'X' ? "X" : "U";
}

void row_identity(struct writing *w, const struct recorded *id, bool named)
{
    const struct life *l = w->l;
    const struct nationality *n =
        l->cell.nationality >= 0 ? &w->m->nationality[l->cell.nationality] : NULL;
    if (named) {
        row_set(w, "identity.kind", "legal");
        row_set(w, "identity.given_name", keep(w, id->name.given));
        row_set(w, "identity.family_name", keep(w, id->name.family));
        row_set(w, "identity.alias", keep(w, id->name.alias));
        row_date(w, "person.birth_date", id->birth.date);
        row_date(w, "person.birth_date_latest", id->birth.latest);
        row_set(w, "person.birth_date_precision",
                id->birth.date == DATE_NONE ? NULL : id->birth.precision);
        row_set(w, "person.nationality_second", alpha3(w, id->second));
    }
    row_set(w, "person.gender", gender_code(id->gender));
    row_set(w, "person.nationality", alpha3(w, id->nationality));
    if (n && n->language && is_filled(w)) {
        row_set(w, "person.language", n->language);
        row_set(w, "person.interpreter_needed", yes_no(draw_below(&w->rng, 100) < 85));
    }
}

const char *types_codes(struct writing *w, uint8_t types, bool child)
{
    const struct {
        bool has;
        const char *code;
    } codes[] = {/* in the order of the codes */
                 {types & X_CRIM, "CRIM"}, {types & X_SEX && child, "CSE"},
                 {types & X_DOM, "DOM"},   {types & X_LAB, "LAB"},
                 {types & X_ORG, "ORG"},   {types & X_SEX && !child, "SEX"}};
    const char *text = "";
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].has)
            text = arena_printf(w->a, "%s%s%s", text, *text ? "|" : "", codes[i].code);
    return *text ? text : "UNKNOWN";
}

int last_episode(uint8_t about)
{
    int last = 0;
    for (int e = 0; e < MAX_EPISODES; e++)
        if (about >> e & 1)
            last = e;
    return last;
}

int first_episode(uint8_t about)
{
    int e = 0;
    while (e < MAX_EPISODES - 1 && !(about >> e & 1))
        e++;
    return e;
}

bool is_over(const struct episode *e, int32_t on)
{
    return e->end != DATE_NONE && e->end <= on;
}

bool seen_before(const struct life *l, int32_t day)
{
    return l->referrals && l->referral[0].received < day;
}

const char *quoted_reference(struct writing *w, int32_t day)
{
    const struct life *l = w->l;
    int last = -1;
    for (int k = 0; k < l->referrals; k++)
        if (l->referral[k].received < day)
            last = k;
    bool quoted = draw_chance(&w->rng, w->m->p.quotes_reference);
    bool wrong = draw_chance(&w->rng, w->m->p.reference_mistyped);
    if (last < 0 || !quoted)
        return NULL;
    char *text = arena_strdup(w->a, l->referral[last].id);
    if (wrong)
        misdigit(text, &w->rng);
    return text;
}

/* ---- when ---- */

struct remembered remember(struct writing *w, int32_t day, uint32_t luck)
{
    struct ymd v = date_to_ymd(day);
    int quarter = (v.m - 1) / 3 * 3 + 1;
    (void)w;
    if (day == DATE_NONE || luck >= 94)
        return (struct remembered){DATE_NONE, DATE_NONE, "NONE"};
    if (luck < 22)
        return (struct remembered){day, DATE_NONE, "DAY"};
    if (luck < 62)
        return (struct remembered){
            date_from_ymd((struct ymd){v.y, v.m, 1}),
            date_from_ymd((struct ymd){v.y, v.m, date_days_in_month(v.y, v.m)}), "MONTH"};
    if (luck < 68)
        return (struct remembered){
            date_from_ymd((struct ymd){v.y, quarter, 1}),
            date_from_ymd((struct ymd){v.y, quarter + 2, date_days_in_month(v.y, quarter + 2)}),
            "QUARTER"};
    return (struct remembered){date_from_ymd((struct ymd){v.y, 1, 1}),
                               date_from_ymd((struct ymd){v.y, 12, 31}), "YEAR"};
}

static const char *when_words(struct writing *w, int32_t day, uint32_t luck)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct ymd v = date_to_ymd(day);
    if (luck < 8)
        return arena_printf(w->a, "%02d/%02d/%04d", v.d, v.m, v.y);
    if (luck < 22)
        return arena_printf(w->a, "%d %s %d", v.d, months[v.m - 1], v.y);
    if (luck < 52)
        return arena_printf(w->a, "%s %d", months[v.m - 1], v.y);
    if (luck < 62)
        return arena_printf(w->a, "%02d/%04d", v.m, v.y);
    if (luck < 68)
        return arena_printf(w->a, "Q%d %d", (v.m - 1) / 3 + 1, v.y);
    if (luck < 74)
        return arena_printf(w->a, "%s %d", v.m < 5 ? "early" : v.m < 9 ? "mid" : "late", v.y);
    return arena_printf(w->a, "%d", v.y);
}

const char *period_words(struct writing *w, const struct episode *e, int32_t on)
{
    uint32_t luck = draw_below(&w->rng, 100);
    bool over = is_over(e, on);
    if (luck >= 94)
        return "does not know when";
    if (luck >= 84 && over) {
        int from = date_years_between(w->l->birth, e->start);
        int to = date_years_between(w->l->birth, e->end);
        return from == to ? arena_printf(w->a, "at %d", from)
                          : arena_printf(w->a, "when aged %d to %d", from, to);
    }
    const char *start = when_words(w, e->start, luck);
    return over ? arena_printf(w->a, "%s to %s", start, when_words(w, e->end, luck))
                : arena_printf(w->a, "%s to present", start);
}

/* ---- an episode in the dictionary's words ---- */

static const char *place_code(enum place p)
{
    static const char *const codes[PLACES] = {"UK", "OVERSEAS", "UK_AND_OVERSEAS", "UNKNOWN"};
    return codes[p];
}

static const char *element(struct writing *w, bool truth)
{
    uint32_t u = draw_below(&w->rng, 100);
    return u < 18 ? "UNKNOWN" : !truth ? "NO" : u < 30 ? "INFERRED" : "YES";
}

static void row_exit(struct writing *w, int k, const struct episode *e, int32_t on, uint32_t luck)
{
    bool over = is_over(e, on);
    struct remembered end = remember(w, over ? e->end : DATE_NONE, luck);
    row_field(w, "exit", k, "exit_status", over ? e->exit_status : "NOT_CEASED");
    row_field(w, "exit", k, "mode", over ? e->exit_mode : "UNKNOWN");
    row_field(w, "exit", k, "truth", luck % 9 ? "YES" : "INFERRED");
    row_field(w, "exit", k, "precision", end.precision);
    row_field_date(w, "exit", k, "date", end.first);
    row_field_date(w, "exit", k, "date_latest", end.latest);
    if (over)
        row_field(w, "exit", k, "control_ended", yes_no(strcmp(e->exit_status, "EXITED") == 0));
}

void row_episode(struct writing *w, int k, int episode, int32_t on)
{
    const struct episode *e = &w->l->episode[episode];
    uint32_t luck = draw_below(&w->rng, 100);
    struct remembered start = remember(w, e->start, luck);
    struct remembered end = remember(w, is_over(e, on) ? e->end : DATE_NONE, luck);
    bool crossed = e->place == PLACE_OVERSEAS || e->place == PLACE_BOTH;
    row_field(w, "episode", k, "seq", arena_printf(w->a, "%d", episode + 1));
    row_field_date(w, "episode", k, "start_date", start.first);
    row_field_date(w, "episode", k, "start_latest", start.latest);
    row_field(w, "episode", k, "start_precision", start.precision);
    row_field_date(w, "episode", k, "end_date", end.first);
    row_field_date(w, "episode", k, "end_latest", end.latest);
    row_field(w, "episode", k, "end_precision", end.precision);
    row_field(w, "episode", k, "act", element(w, e->act));
    row_field(w, "episode", k, "means", element(w, e->means));
    row_field(w, "episode", k, "purpose", element(w, e->purpose));
    row_field(w, "episode", k, "exploited", element(w, e->exploited));
    row_field(w, "episode", k, "exploitation_types", types_codes(w, e->types, e->minor));
    row_field(w, "episode", k, "minor_at_any_time", is_filled(w) ? yes_no(e->minor) : "UNKNOWN");
    row_field(w, "episode", k, "minor_at_start", is_filled(w) ? yes_no(e->minor) : "UNKNOWN");
    row_field(w, "episode", k, "age_at_entry",
              luck % 3 ? NULL
                       : arena_printf(w->a, "%d", date_years_between(w->l->birth, e->start)));
    row_field(w, "episode", k, "exploiter_relation", e->relation_known);
    row_field(w, "episode", k, "recruiter_relation", e->recruiter);
    row_field(w, "episode", k, "location_class", place_code(e->place));
    row_field(w, "episode", k, "border", crossed ? "CROSS_BORDER" : "INTERNAL");
    row_field(w, "episode", k, "transported", yes_no(e->transported));
    row_field(w, "episode", k, "asserted_by_source", "YES");
    row_exit(w, k, e, on, luck);
}
