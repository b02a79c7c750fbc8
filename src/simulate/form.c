/* The NRM and Duty to Notify reports, by the keys of the online form. Words that the importer does
 * not keep are short; those that it reads (when, how they left) are varied. */
#include "simulate/sheet.h"

#include "base/date.h"
#include "domain/dictionary.h"
#include "simulate/places.h"

#include <stdio.h>
#include <string.h>

static const char *pick(struct writing *w, const char *const *from, uint32_t n)
{
    return from[draw_below(&w->rng, n)];
}

/* The person's own phrase; another one when told or understood otherwise. */
static const char *told(struct writing *w, const char *const *from, uint32_t n, int which)
{
    uint32_t k = w->l->background[which] % n, u = draw_below(&w->rng, 100);
    return from[u < 80 ? k : u % n];
}
#define TOLD(w, list, which) told(w, list, sizeof(list) / sizeof *(list), which)

static const char *how_they_left(struct writing *w, const char *mode)
{
    static const struct {
        const char *mode, *words[3];
    } said[] = {
        {"ESCAPE", {"Escaped when the door was left open.", "Fled at night.", "They ran away."}},
        {"POLICE", {"Found by police.", "Police came to the house.", "Taken out by the police."}},
        {"BORDER", {"Stopped by Border Force.", "Intercepted on the way.", "Stopped at the port."}},
        {"IMMIGRATION",
         {"Encountered by immigration officers.", "Immigration visit to the business.",
          "Held by immigration on arrival."}},
        {"ARREST", {"Arrested.", "In custody after arrest.", "In prison."}},
        {"HOSPITAL", {"Brought to hospital.", "Went to a clinic.", "Ambulance was called."}},
        {"NGO", {"A charity helped.", "Met an outreach team.", "Someone from a church helped."}},
        {"PUBLIC",
         {"A friend helped.", "A member of the public helped.", "Helped by a neighbour."}},
        {"EMPLOYER_AUTH",
         {"Labour inspectors came.", "Inspection of the site.", "Gangmasters authority visit."}},
        {"RELEASED", {"Was let go.", "Told to leave.", "Released when ill."}},
        {"PAID_OFF", {"Debt was paid off.", "Family paid off the debt.", "Bought free."}},
        {"ABANDONED",
         {"Exploiter left.", "Exploiter died.", "Abandoned when the others went away."}},
        {"COURT_ORDER",
         {"Court order separated them.", "Placed in care.", "Placed in care by the council."}},
        {"REMOVAL", {"Deported.", "Returned to the home country.", "Removed from the country."}},
        {"OTHER", {"Circumstances changed.", "Moved away.", "It stopped."}},
        {"UNKNOWN", {"Not known.", "Does not say.", "Not known how they left."}},
    };
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(mode, said[i].mode) == 0)
            return pick(w, said[i].words, 3);
    BUG("no words for exit mode %s", mode);
}

static const char *how_it_started(const char *recruiter)
{
    static const char *const pairs[][2] = {
        {"FRIEND", "Offered work by a friend."},     {"FAMILY", "Sent by a relative."},
        {"EMPLOYER", "Promised a job by an agent."}, {"STRANGER", "Approached by a stranger."},
        {"ONLINE", "Contacted on social media."},    {"PARTNER", "By a partner."}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(recruiter, pairs[i][0]) == 0)
            return pairs[i][1];
    return "Not known.";
}

static const char *outcome_words(const char *code)
{
    static const char *const words[][2] = {{"POS", "Positive"},
                                           {"NEG", "Negative"},
                                           {"GRANTED", "Granted"},
                                           {"REFUSED", "Refused"},
                                           {"PART", "Granted in part"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(code, words[i][0]) == 0)
            return words[i][1];
    BUG("no words for outcome %s", code);
}

static void set_casework(struct writing *w, const struct referral *f)
{
    static const char *const prefix[] = {"RG", "CG", "Recon", "Leave"};
    const struct decision *const d[] = {&f->rg, &f->cg, &f->recon, &f->leave};
    /* Before there was a single authority two others decided; the list has no codes for them. */
    bool single = f->received >= date_from_ymd((struct ymd){2019, 4, 29});
    bool ieca = f->received >= date_from_ymd((struct ymd){2021, 11, 8}) &&
                f->responder == R_GOVERNMENT && !f->child && draw_below(&w->rng, 100) < 55;
    row_set(w, "ExternalId", f->id);
    row_date(w, "ReceivedDate", f->received);
    row_set(w, "Status", f->status);
    row_set(w, "CompetentAuthority", !single ? NULL : ieca ? "IECA" : "SCA");
    row_set(w, "FirstResponderType", responder_codes[f->responder]);
    if (f->source == FROM_DTN)
        return;
    for (int i = 0; i < 4; i++) {
        char column[40];
        const char *o = d[i]->outcome;
        if (!o)
            continue;
        snprintf(column, sizeof column, "%sDecision", prefix[i]);
        row_set(w, column, outcome_words(o));
        snprintf(column, sizeof column, "%sDecisionDate", prefix[i]);
        row_date(w, column, d[i]->date);
        snprintf(column, sizeof column, "%sRetraffickingConsidered", prefix[i]);
        row_yes(w, column, d[i]->considered);
    }
}

static const char *seen_element(struct writing *w, bool truth)
{
    uint32_t u = draw_below(&w->rng, 100);
    return u < 20 ? "UNKNOWN" : !truth ? "NO" : u < 32 ? "INFERRED" : "YES";
}

static void set_responder(struct writing *w, const struct referral *f, const struct episode *e)
{
    const struct town *t = &towns[e->town];
    row_set(w, "user-organisation", f->organisation);
    row_set(w, "fr-location", t->nation);
    row_set(w, "reference", arena_printf(w->a, "our-%u", 1000 + draw_below(&w->rng, 9000)));
    if (f->child || f->age_unsure) {
        row_set(w, "pv-under-age", f->age_unsure ? "not-sure" : "yes");
        if (f->source == FROM_NRM)
            row_set(w, "local-authority-contacted-about-child-local-authority-name",
                    arena_printf(w->a, "%s Council", t->name));
        return;
    }
    row_set(w, "pv-under-age", "no");
    if (w->l->entry.age == AGE_NOT_KNOWN)
        row_set(w, "pv-under-age-at-time-of-exploitation", "not-sure");
    else
        row_yes(w, "pv-under-age-at-time-of-exploitation", e->minor);
}

static void set_background(struct writing *w)
{
    static const char *const family[] = {
        "Parents and two sisters at home.", "Parents died.",      "Mother and one brother.",
        "No contact with family.",          "Parents separated.", "Wife and children at home."};
    static const char *const school[] = {
        "Left school at 12.", "Secondary school.",   "A few years of primary school.",
        "No schooling.",      "In school until 16.", "Some college."};
    static const char *const work[] = {"Farm work.",    "None.",     "Building sites.",
                                       "Shop work.",    "Cleaning.", "Restaurant kitchen.",
                                       "Domestic work."};
    static const char *const places[] = {"a village",
                                         "a small town",
                                         "the capital",
                                         "a port town",
                                         "the north of the country",
                                         "a town near the border"};
    row_set(w, "birthplace", TOLD(w, places, 0));
    row_set(w, "family", TOLD(w, family, 1));
    row_set(w, "education", TOLD(w, school, 2));
    row_set(w, "employment-history", TOLD(w, work, 3));
}

static const char *category_word(uint8_t types)
{
    return types & X_SEX    ? "sexual"
           : types & X_LAB  ? "labour"
           : types & X_CRIM ? "criminal"
           : types & X_DOM  ? "domestic"
                            : "not clear";
}

static void set_when(struct writing *w, const struct referral *f)
{
    const struct life *l = w->l;
    int last = last_episode(f->about), first = first_episode(f->about);
    if (first == last) {
        row_set(w, "potential-victim-exploitative-situation-multiple",
                draw_below(&w->rng, 100) < 6 ? "i-dont-know" : "no");
        row_set(w, "when-did-the-exploitation-take-place",
                period_words(w, &l->episode[last], f->received));
        return;
    }
    const char *all = "";
    for (int e = first; e <= last; e++)
        all = arena_printf(w->a, "%s%s%s (%s)", all, e > first ? "; " : "",
                           period_words(w, &l->episode[e], f->received),
                           category_word(l->episode[e].types));
    row_set(w, "potential-victim-exploitative-situation-multiple", "yes");
    row_set(w, "when-did-the-exploitation-take-place-multiple", all);
}

static void set_exit(struct writing *w, const struct referral *f, const struct episode *e)
{
    static const char *const bands[] = {"within-the-last-week",       "within-the-last-month",
                                        "within-the-last-3-month",    "within-the-last-6-month",
                                        "within-the-last-6-12-month", "over-a-year-ago"};
    static const int limits[] = {7, 31, 92, 183, 365};
    bool over = is_over(e, f->received);
    int since = over ? f->received - e->end : 0, band = 0;
    while (band < 5 && since > limits[band])
        band++;
    row_yes(w, "still-in-exploitative-situation", !over);
    if (over)
        row_set(w, "how-why-did-they-leave-the-situation", how_they_left(w, e->exit_mode));
    else
        row_set(w, "what-is-keeping-them-in-situation", "Debt and threats to the family.");
    row_set(w, "when-last-contact", draw_below(&w->rng, 100) < 12 ? "not-sure" : bands[band]);
}

static void set_earlier(struct writing *w, const struct referral *f)
{
    bool before = seen_before(w->l, f->received);
    bool says = before && draw_chance(&w->rng, w->m->p.says_reported_before);
    const char *quoted = quoted_reference(w, f->received);
    bool unsure = draw_below(&w->rng, 100) < 5;
    if (says) {
        row_set(w, "is-this-the-first-chance-to-report", unsure ? "not-sure" : "yes");
        row_set(w,
                unsure ? "not-sure-the-first-chance-to-report" : "yes-the-first-chance-to-report",
                quoted);
    } else {
        row_set(w, "is-this-the-first-chance-to-report", unsure ? "not-sure" : "no");
    }
    row_set(w, "why-report-now", says ? NULL : "First time that they felt able to.");
}

static const char *country_name(struct writing *w, const struct episode *e)
{
    const struct life *l = w->l;
    const char *code = e->country != HOME_COUNTRY ? transit_countries[e->country]
                                                  : w->m->nationality[l->cell.nationality].alpha3;
    const struct code *c = code_find(dictionary_codes("country_iso3166"), str_of(code));
    if (c)
        return c->label.p;
    BUG("no country %s", code);
}

static void set_where(struct writing *w, const struct referral *f, const struct episode *e)
{
    static const char *const words[PLACES] = {"uk", "overseas", "uk-and-overseas", ""};
    bool uk = e->place == PLACE_UK || e->place == PLACE_BOTH;
    uint32_t moved = draw_below(&w->rng, 100);
    /* Some have moved on since; most are where they were found. */
    const struct town *now = &towns[moved < 35 ? draw_below(&w->rng, town_count) : e->town];
    row_set(w, "where-exploitation-happened", words[e->place]);
    if (uk)
        row_set(w, "where-exploitation-happened-uk-city-1", towns[e->town].name);
    if (uk && moved % 6 == 0)
        row_set(w, "where-exploitation-happened-uk-city-2", towns[(e->town + 7) % town_count].name);
    if (e->place == PLACE_OVERSEAS || e->place == PLACE_BOTH)
        row_set(w, "where-exploitation-happened-overseas-country-1", country_name(w, e));
    row_set(w, "current-pv-location-uk-city", now->name);
    row_set(w, "current-pv-location-uk-region", now->region);
    row_yes(w, "reported-to-police", f->crime[0]);
    if (f->crime[0]) {
        row_set(w, "reported-to-police-police-forces", towns[e->town].force);
        row_set(w, "reported-to-police-crime-reference", f->crime);
    }
}

static void set_exploitation(struct writing *w, const struct referral *f, const struct episode *e)
{
    bool wages = draw_below(&w->rng, 100) < 22, held = draw_below(&w->rng, 100) < 12;
    uint32_t county = draw_below(&w->rng, 100);
    if (e->types & X_LAB)
        row_set(w, "types-of-exploitation-forced-to-work", "true");
    if (e->types & X_LAB && wages)
        row_set(w, "types-of-exploitation-wages-taken", "true");
    if (e->types & X_SEX)
        row_set(w,
                e->minor ? "types-of-exploitation-child-exploitation"
                         : "types-of-exploitation-prostitution",
                "true");
    if (e->types & X_SEX && held)
        row_set(w, "types-of-exploitation-taken-somewhere", "true");
    if (e->types & X_CRIM)
        row_set(w, "types-of-exploitation-forced-to-commit-crime", "true");
    if (e->types & X_DOM)
        row_set(w, "types-of-exploitation-unpaid-household-work", "true");
    if (e->types & X_ORG)
        row_set(w, "types-of-exploitation-organs-removed", "true");
    row_set(w, "how-did-the-exploitation-start", how_it_started(e->recruiter));
    row_yes(w, "were-they-taken-somewhere-by-their-exploiter", e->transported);
    row_set(w, "who-exploited-pv",
            strcmp(e->relation_known, "UNKNOWN") == 0
                ? "Would not say who."
                : arena_printf(w->a, "Group known as %c%u.", (char)('A' + e->group % 26),
                               e->group % 9973));
    row_yes(w, "exploiters-location", e->group % 3 == 0);
    if (e->group % 3 == 0)
        row_yes(w, "are-exploiters-in-the-uk", e->place != PLACE_OVERSEAS);
    if (f->source == FROM_NRM && e->types & X_CRIM && e->minor && e->place == PLACE_UK &&
        county < 60)
        row_set(w, "CountyLines", "yes");
}

static void set_answers(struct writing *w, const struct referral *f)
{
    bool others = w->l->relation != REL_NONE || draw_below(&w->rng, 100) < 15;
    bool concern = draw_below(&w->rng, 100) < 38;
    row_yes(w, "modern-slavery-indicators", draw_below(&w->rng, 100) < 85);
    row_yes(w, "evidence-of-dishonesty", draw_below(&w->rng, 100) < 4);
    row_set(w, "any-other-pvs", others ? "yes" : draw_below(&w->rng, 100) < 20 ? "not-sure" : "no");
    row_yes(w, "future-exploitation-concerns", concern);
    if (concern)
        row_set(w, "future-exploitation-reasons", "Exploiters know where the family lives.");
    row_yes(w, "authorities-cooperation", f->cooperates);
    row_yes(w, "pv-want-to-submit-nrm", f->source == FROM_NRM);
}

static void set_person(struct writing *w, const struct referral *f)
{
    struct recorded id;
    bool dtn = f->source == FROM_DTN, named = !dtn || f->cooperates;
    record_identity(w, &id, f->received);
    const struct nationality *all = w->m->nationality;
    if (named) {
        row_set(w, "pv-name-first-name", arena_strdup(w->a, id.name.given));
        row_set(w, "pv-name-last-name", arena_strdup(w->a, id.name.family));
        row_set(w, "pv-name-nickname", arena_strdup(w->a, id.name.alias));
    }
    row_set(w, "pv-gender",
            id.gender == 'F'   ? "female"
            : id.gender == 'M' ? "male"
            : id.gender == 'X' ? "unknown"
                               : NULL);
    row_set(w, "pv-nationality", id.nationality < 0 ? "Unknown" : all[id.nationality].label);
    row_set(w, "pv-nationality-second", id.second < 0 ? NULL : all[id.second].label);
    if (dtn) {
        row_set(w, "refuse-nrm", "Does not want to deal with the authorities now.");
        return;
    }
    bool foreign = w->l->cell.nationality >= 0 && all[w->l->cell.nationality].language;
    row_date(w, "pv-dob", id.birth.date);
    if (!f->child)
        row_yes(w, "does-pv-need-support", f->support_wanted);
    row_yes(w, "does-pv-have-children", w->l->children);
    if (w->l->children)
        row_set(w, "does-pv-have-children-yes-amount", arena_printf(w->a, "%d", w->l->children));
    bool interpreter = foreign && draw_below(&w->rng, 100) < 82;
    row_yes(w, "pv-interpreter-requirements", interpreter);
    if (interpreter)
        row_set(w, "pv-interpreter-requirements-language", all[w->l->cell.nationality].language);
    row_yes(w, "pv-other-help-with-communication", draw_below(&w->rng, 100) < 3);
    row_yes(w, "pv-ho-reference", f->home_office[0]);
    row_set(w, "pv-ho-reference-type", f->home_office);
}

static void write_form(struct writing *w, const struct referral *f)
{
    const struct episode *e = &w->l->episode[last_episode(f->about)];
    row_begin(w, f->source == FROM_NRM ? SIM_NRM : SIM_DTN);
    set_casework(w, f);
    if (f->source == FROM_NRM && f->rg.outcome) {
        row_set(w, "ElementAct", seen_element(w, e->act));
        row_set(w, "ElementMeans", seen_element(w, e->means));
        row_set(w, "ElementPurpose", seen_element(w, e->purpose));
        row_set(w, "ElementExploited", seen_element(w, e->exploited));
    }
    set_responder(w, f, e);
    set_background(w);
    set_when(w, f);
    set_exit(w, f, e);
    set_earlier(w, f);
    set_where(w, f, e);
    set_exploitation(w, f, e);
    set_answers(w, f);
    set_person(w, f);
    row_end(w);
}

void write_referral_forms(struct writing *w)
{
    for (int k = 0; k < w->l->referrals; k++)
        write_form(w, &w->l->referral[k]);
}
