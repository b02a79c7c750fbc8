/* What follows on referrals: support under the contract, going missing, return to another country,
 * and what other channels know. */
#include "simulate/life_parts.h"

#include "base/date.h"

#include <string.h>

static const char *draw_provider(struct rng *r)
{
    /* Subcontractors of the support contract are public; these stand for regions of it. */
    static const char *const providers[] = {
        "The Salvation Army", "Hestia",   "Migrant Help", "Medaille Trust",
        "City Hearts",        "Causeway", "Ashiana",      "Palm Cove",
        "St John of God",     "Unseen",   "BAWSO",        "Black Country Women's Aid"};
    return providers[draw_below(r, sizeof providers / sizeof *providers)];
}

/* The next episode that begins after `day`, or -1. */
static int next_episode(const struct life *l, int32_t day)
{
    for (int e = 0; e < l->episodes; e++)
        if (l->episode[e].start > day)
            return e;
    return -1;
}

static void draw_missing(struct spell *s, const struct life *l, const struct sim_model *m,
                         struct rng *r)
{
    bool absconded = text_is(s->reason, "ABSCONDED");
    int away = draw_days(r, m->p.missing_days);
    const char *outcome = draw_code(r, &m->p.missing_outcome);
    bool back = draw_chance(r, m->p.came_back);
    s->missing_kind = absconded ? "ABSCONDED" : "MISSING";
    s->missing_on = s->end;
    s->missing_outcome = "STILL_MISSING";
    int next = next_episode(l, s->start);
    if (next >= 0 && l->episode[next].start == s->end && l->episode[next].end != DATE_NONE) {
        s->missing_outcome = "FOUND_EXPLOITED"; /* missing then re-trafficked */
        s->back_on = l->episode[next].end;
    } else if (back && s->missing_on + away <= m->p.as_at) {
        s->missing_outcome = outcome;
        s->back_on = s->missing_on + away;
    }
}

/* Why and when a spell ends. */
static void draw_end(struct spell *s, const struct life *l, const struct sim_model *m,
                     struct rng *r)
{
    const struct referral *f = &l->referral[s->referral];
    uint32_t way = draw_below(r, 100);
    int length = draw_days(r, m->p.support_days), next = next_episode(l, s->start);
    s->reason = draw_code(r, &m->p.support_exit_reason);
    s->end = s->start + length;
    if (f->rg.outcome && f->rg.outcome[0] == 'N') {
        s->reason = "NEG_RG";
        s->end = f->rg.date + 9 > s->start ? f->rg.date + 9 : s->start;
    } else if (text_is(f->cg.outcome, "NEG") && f->cg.date + 14 < s->end && f->cg.date > s->start) {
        s->reason = "NEG_CG";
        s->end = f->cg.date + 14;
    } else if (text_is(s->reason, "NEG_RG")) {
        s->reason = "MOVED_ON_PLANNED";
    }
    if (next >= 0 && l->episode[next].start <= s->end) { /* taken or gone while in support */
        s->end = l->episode[next].start;
        s->reason = way < 55   ? "MISSING"
                    : way < 80 ? "ABSCONDED"
                    : way < 86 ? "RETURNED_TO_TRAFFICKER"
                               : "DECLINED";
    }
    if (s->end > m->p.as_at) {
        s->end = DATE_NONE;
        s->reason = NULL;
    }
}

static void note_return(struct life *l, const struct spell *s, const struct sim_model *m,
                        struct rng *r)
{
    bool planned = text_is(s->reason, "RETURNED_GOV") || text_is(s->reason, "RETURNED_NGO");
    const char *kind = draw_code(r, &m->p.return_kind);
    int next = s->end == DATE_NONE ? -1 : next_episode(l, s->end);
    if (l->cell.nationality == m->british || l->returned_on != DATE_NONE || s->end == DATE_NONE)
        return;
    bool by_course = next >= 0 && l->episode[next].after_return;
    if (!planned && !by_course)
        return;
    l->returned_on = s->end;
    l->return_kind = planned ? "VOLUNTARY_ASSISTED" : kind;
}

static void draw_spell(struct life *l, int referral, const struct sim_model *m, struct rng *r)
{
    struct referral *f = &l->referral[referral];
    struct spell *s = &l->spell[l->spells];
    bool child = f->child || f->age_unsure;
    bool wanted = child ? draw_below(r, 100) < 30 : f->support_wanted;
    bool reached = draw_chance(r, m->p.support_eligible) && draw_chance(r, m->p.support_reached);
    int wait = (int)draw_below(r, 12);
    if (f->source != FROM_NRM || !wanted || !reached || !text_is(f->status, "ACCEPTED") ||
        f->received + wait > m->p.as_at)
        return;
    *s = (struct spell){.referral = referral,
                        .start = f->received + wait,
                        .again = -1,
                        .end = DATE_NONE,
                        .missing_on = DATE_NONE,
                        .back_on = DATE_NONE};
    life_reference(s->id, REF_SUPPORT, l->number, l->spells);
    s->provider = draw_provider(r);
    if (l->spells) {
        const struct spell *before = s - 1;
        if (before->end == DATE_NONE || before->end >= s->start)
            return; /* still in the earlier spell */
        s->again = l->spells - 1;
        s->refused = draw_chance(r, m->p.support_reentry_refused);
        if (draw_below(r, 100) < 45)
            s->provider = before->provider;
    }
    s->type = child                     ? "ICTG"
              : draw_below(r, 100) < 26 ? "SAFE_HOUSE"
              : draw_below(r, 100) < 12 ? "EMERGENCY"
                                        : "OUTREACH";
    if (child)
        s->provider = "Barnardo's"; /* runs the guardian service */
    l->spells++;
    f->spell = l->spells - 1;
    if (s->refused)
        return;
    draw_end(s, l, m, r);
    if (text_is(s->reason, "MISSING") || text_is(s->reason, "ABSCONDED"))
        draw_missing(s, l, m, r);
    note_return(l, s, m, r);
}

void life_draw_support(struct life *l, const struct sim_model *m, struct rng *r)
{
    for (int k = 0; k < l->referrals && l->spells < MAX_SPELLS; k++)
        draw_spell(l, k, m, r);
}

/* ---- helpline, charities, police ---- */

static bool was_referred(const struct life *l, int episode)
{
    for (int k = 0; k < l->referrals; k++)
        if (l->referral[k].about >> episode & 1)
            return true;
    return false;
}

static void add_contact(struct life *l, const struct sim_model *m, int by, int32_t day, int episode,
                        struct rng *r)
{
    static const char *const charities[] = {"City outreach project", "Night shelter trust",
                                            "Refugee advice centre", "Women's centre",
                                            "Survivors' network",    "Migrants' drop-in"};
    bool tells_all = draw_chance(r, m->p.tells_all_episodes), named;
    const char *charity = charities[draw_below(r, 6)];
    named = by != BY_HELPLINE || draw_chance(r, m->p.helpline_named);
    if (l->contacts == MAX_CONTACTS || day > m->p.as_at || day < l->episode[episode].start)
        return;
    struct contact *c = &l->contact[l->contacts];
    *c = (struct contact){.by = by, .date = day, .named = named, .after_referral = -1};
    c->about = (uint8_t)(1u << episode);
    if (tells_all)
        c->about |= (uint8_t)((1u << episode) - 1);
    for (int e = 0; e < l->episodes; e++)
        c->after_seq = (uint8_t)(c->after_seq + (l->episode[e].start <= day));
    for (int k = 0; k < l->referrals; k++)
        if (l->referral[k].received < day)
            c->after_referral = k;
    c->organisation = charity;
    life_reference(c->id, (enum reference_kind)(REF_HELPLINE + by), l->number, l->contacts);
    l->contacts++;
}

static void sort_contacts(struct life *l)
{
    for (int i = 1; i < l->contacts; i++)
        for (int k = i; k > 0 && l->contact[k].date < l->contact[k - 1].date; k--) {
            struct contact t = l->contact[k];
            l->contact[k] = l->contact[k - 1];
            l->contact[k - 1] = t;
        }
}

/* The kind of every record, in order of time over all channels. */
static void set_kinds(struct life *l)
{
    int seen = -1, f = 0, c = 0;
    while (f < l->referrals || c < l->contacts) {
        bool referral =
            c == l->contacts || (f < l->referrals && l->referral[f].received <= l->contact[c].date);
        if (referral) {
            l->referral[f].kind = life_kind(l->referral[f].about, &seen);
            f++;
        } else {
            l->contact[c].kind = life_kind(l->contact[c].about, &seen);
            c++;
        }
    }
}

void life_draw_contacts(struct life *l, const struct sim_model *m, struct rng *r)
{
    for (int e = 0; e < l->episodes; e++) {
        const struct episode *x = &l->episode[e];
        bool referred = was_referred(l, e), known_only_here = l->other_only && e == 0;
        int32_t end = x->end == DATE_NONE ? x->start + 1 + (int)draw_below(r, 60) : x->end;
        const int days[3] = {(int)draw_below(r, 200), (int)draw_below(r, 120),
                             (int)draw_below(r, 20)};
        bool by[3] = {draw_chance(r, m->p.helpline), draw_chance(r, m->p.ngo),
                      draw_chance(r, m->p.police)};
        uint32_t unreferred = draw_below(r, 100);
        if (e > 0 && !referred && unreferred < 60)
            by[unreferred < 35 ? BY_NGO : unreferred < 48 ? BY_HELPLINE : BY_POLICE] = true;
        if (known_only_here && !by[0] && !by[1] && !by[2])
            by[unreferred < 45 ? BY_NGO : unreferred < 75 ? BY_POLICE : BY_HELPLINE] = true;
        for (int k = 0; k < 3; k++)
            if (by[k])
                add_contact(l, m, k, known_only_here ? l->first_day : end + days[k], e, r);
    }
    sort_contacts(l);
    set_kinds(l);
    if (!l->contacts && l->other_only) /* the first day itself is always within the time */
        add_contact(l, m, BY_NGO, l->first_day, l->episodes - 1, r);
}
