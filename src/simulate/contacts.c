/* Records of the helpline, of charities outside the contract, and of the police. */
#include "simulate/sheet.h"

#include "base/date.h"
#include "simulate/places.h"

#include <string.h>

static void row_common(struct writing *w, const struct contact *c, struct recorded *id)
{
    const struct life *l = w->l;
    bool child = c->date < date_add_years(l->birth, 18);
    bool before = seen_before(l, c->date);
    row_set(w, "referral.external_id", c->id);
    row_date(w, "referral.received_date", c->date);
    row_set(w, "referral.status", "RECEIVED");
    row_set(w, "referral.age_status_at_referral", child ? "CHILD" : "ADULT");
    if (before && draw_chance(&w->rng, w->m->p.says_reported_before)) {
        row_set(w, "referral.reported_before", "YES");
        row_set(w, "referral.prior_reference", quoted_reference(w, c->date));
    } else {
        row_set(w, "referral.reported_before", draw_below(&w->rng, 100) < 20 ? "NOT_SURE" : "NO");
    }
    record_identity(w, id, c->date);
    row_identity(w, id, c->named);
}

/* The last episode as row 1; with the one before it as row 2 when both were told. */
static void row_episodes(struct writing *w, const struct contact *c)
{
    int last = last_episode(c->about), first = first_episode(c->about);
    row_episode(w, 1, last, c->date);
    if (first < last)
        row_episode(w, 2, last - 1, c->date);
}

static void row_location(struct writing *w, const struct episode *e)
{
    if (e->place != PLACE_UK && e->place != PLACE_BOTH)
        return;
    row_set(w, "episode_location.country", "GBR");
    row_set(w, "episode_location.place", towns[e->town].name);
    row_set(w, "episode_location.stage", "exploitation");
    row_set(w, "episode_location.order", "1");
}

/* The class by the rules' own words (RULES.md): re-exploited, with or without a further fear; not
 * ceased despite intervention; concern. */
static const char *helpline_class(const struct life *l, const struct contact *c, bool concern,
                                  bool intervened)
{
    int last = last_episode(c->about);
    bool again = first_episode(c->about) < last;
    if (again)
        return concern ? "AGAIN" : "KNOWN";
    if (intervened && !is_over(&l->episode[last], c->date))
        return "REEXP";
    return concern ? "CONCERN" : "NONE";
}

static void write_call(struct writing *w, const struct contact *c)
{
    const struct life *l = w->l;
    struct recorded id;
    bool concern = draw_below(&w->rng, 100) < 8;
    bool intervened = c->after_referral >= 0 && l->referral[c->after_referral].received >
                                                    l->episode[last_episode(c->about)].start;
    row_begin(w, SIM_HELPLINE);
    row_common(w, c, &id);
    row_set(w, "referral.helpline_class", helpline_class(l, c, concern, intervened));
    row_set(w, "person.further_risk_concern", yes_no(concern));
    row_set(w, "person.intervention_during", intervened ? "YES" : "UNKNOWN");
    row_episodes(w, c);
    row_location(w, &l->episode[last_episode(c->about)]);
    row_end(w);
}

static void write_charity(struct writing *w, const struct contact *c)
{
    const struct life *l = w->l;
    const struct episode *e = &l->episode[last_episode(c->about)];
    struct recorded id;
    row_begin(w, SIM_NGO);
    row_common(w, c, &id);
    row_set(w, "referral.first_responder", c->organisation);
    row_set(w, "referral.first_responder_type", "NGO");
    row_set(w, "referral.consent", "YES");
    row_episodes(w, c);
    row_set(w, "episode_means.means", e->means ? "DEBT_BONDAGE" : "UNKNOWN");
    row_location(w, e);
    row_set(w, "accommodation.type", draw_code(&w->rng, &w->m->p.accommodation));
    row_set(w, "immigration_status.status", l->immigration);
    row_set(w, "risk_assessment.context", "SUPPORT_REVIEW");
    row_date(w, "risk_assessment.date", c->date);
    row_set(w, "risk_assessment.retrafficking_considered",
            yes_no(draw_chance(&w->rng, w->m->p.risk_considered)));
    row_set(w, "risk_assessment.retrafficking_identified", "UNKNOWN");
    if (draw_below(&w->rng, 100) < 25) { /* the person's own account */
        row_date(w, "survivor_report.given_on", c->date);
        row_set(w, "survivor_report.mode", "interview");
        row_set(w, "survivor_report.says_it_happened_again",
                c->after_seq > 1 ? (draw_below(&w->rng, 100) < 85 ? "YES" : "REFUSED") : "NO");
    }
    row_set(w, "consent.purpose", "SHARE_PROVIDER");
    row_set(w, "consent.given", yes_no(draw_below(&w->rng, 100) < 70));
    row_date(w, "consent.given_on", c->date);
    row_set(w, "consent.given_by", "self");
    row_end(w);
}

static void write_police(struct writing *w, const struct contact *c)
{
    const struct life *l = w->l;
    int last = last_episode(c->about);
    const struct episode *e = &l->episode[last];
    const struct town *t = &towns[e->town];
    struct recorded id;
    row_begin(w, SIM_POLICE);
    row_common(w, c, &id);
    row_set(w, "referral.first_responder", t->force);
    row_set(w, "referral.first_responder_type", "POLICE");
    row_set(w, "referral.police_force", t->force);
    row_set(w, "referral.jurisdiction",
            t->nation[0] == 'e'   ? "ENG"
            : t->nation[0] == 'w' ? "WAL"
            : t->nation[0] == 's' ? "SCOT"
                                  : "NI");
    for (int k = 0; k < l->referrals; k++)
        if (l->referral[k].crime[0] && l->referral[k].about >> last & 1) {
            row_set(w, "identifier.scheme", "CRIME");
            row_set(w, "identifier.value", l->referral[k].crime);
        }
    row_episode(w, 1, last, c->date);
    row_location(w, e);
    row_set(w, "criminal_justice.role", strcmp(e->exit_mode, "ARREST") == 0 ? "accused" : "victim");
    row_end(w);
}

void write_contacts(struct writing *w)
{
    for (int k = 0; k < w->l->contacts; k++) {
        const struct contact *c = &w->l->contact[k];
        if (c->by == BY_HELPLINE)
            write_call(w, c);
        else if (c->by == BY_NGO)
            write_charity(w, c);
        else
            write_police(w, c);
    }
}
