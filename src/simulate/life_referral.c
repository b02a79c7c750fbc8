/* One referral: when it came, from whom, what it tells of, and what was decided on it. */
#include "base/date.h"
#include "simulate/life_parts.h"
#include "simulate/places.h"

#include <stdio.h>
#include <string.h>

void life_reference(char out[REFERENCE_BYTES], enum reference_kind kind, uint64_t number, int k)
{
    static const char *const prefix[] = {"NRM", "DTN", "HO", "CR", "MSV", "HL", "NGO", "OCC"};
    uint64_t place = number * 128 + (uint64_t)kind * 16 + (uint64_t)k;
    /* An odd factor maps 32 bits one to one and scatters neighbours. */
    snprintf(out, REFERENCE_BYTES, "%s%010u", prefix[kind], (uint32_t)place * 2654435761u + 97u);
}

static uint8_t begun_by(const struct life *l, int32_t day)
{
    uint8_t n = 0;
    for (int e = 0; e < l->episodes; e++)
        n = (uint8_t)(n + (l->episode[e].start <= day));
    return n;
}

static void draw_decisions(struct referral *f, const struct life *l, const struct sim_model *m,
                           enum age_class age, struct rng *r)
{
    int32_t day = f->received + draw_days(r, m->p.rg_days);
    uint32_t luck = rng_u32(r), later_luck = rng_u32(r), again = draw_below(r, 100);
    int cg_days = draw_days(r, m->p.cg_days), more = draw_between(r, 30, 160);
    if (f->source != FROM_NRM || strcmp(f->status, "ACCEPTED") != 0 || day > m->p.as_at)
        return;
    int year = date_to_ymd(day).y - FIRST_YEAR;
    f->rg = (struct decision){luck < m->positive[0][year][age] ? "POS" : "NEG", day,
                              draw_chance(r, m->p.risk_considered)};
    if (f->rg.outcome[0] == 'N') {
        if (again < 18 && day + more <= m->p.as_at)
            f->recon = (struct decision){again < 8 ? "POS" : "NEG", day + more, false};
        return;
    }
    day += cg_days;
    if (day > m->p.as_at)
        return;
    year = date_to_ymd(day).y - FIRST_YEAR;
    f->cg = (struct decision){later_luck < m->positive[1][year][age] ? "POS" : "NEG", day,
                              draw_chance(r, m->p.risk_considered)};
    if (f->cg.outcome[0] == 'P' && l->cell.nationality != m->british && again < 40 &&
        day + more <= m->p.as_at)
        f->leave = (struct decision){again < 16   ? "GRANTED"
                                     : again < 20 ? "PART"
                                                  : "REFUSED",
                                     day + more, draw_chance(r, m->p.risk_considered)};
}

static const char *draw_organisation(const struct sim_model *m, int responder,
                                     const struct town *town, struct rng *r)
{
    const struct responder_list *list = &m->responders[responder];
    const char *any = list->label[draw_index(r, list->cum, list->n)];
    return responder == R_POLICE && draw_below(r, 100) < 70 ? town->force : any;
}

static const char *draw_status(const struct sim_model *m, const struct planned *x, int k,
                               struct rng *r)
{
    if (k > 0 && x->same_day && draw_below(r, 100) < 60)
        return "DUPLICATE";
    if (k > 0 && draw_chance(r, m->p.rereferral_refused))
        return "REFUSED";
    if (draw_chance(r, m->p.invalid))
        return "INVALID";
    return draw_chance(r, m->p.withdrawn) ? "WITHDRAWN" : "ACCEPTED";
}

void life_draw_referral(struct life *l, int k, const struct planned *x, const struct sim_model *m,
                        struct rng *r)
{
    struct referral *f = &l->referral[k];
    const struct episode *e = &l->episode[x->focus];
    *f = (struct referral){.source = x->source, .received = x->day, .spell = -1};
    f->about = (uint8_t)(1u << x->focus);
    if (draw_chance(r, m->p.tells_all_episodes))
        f->about |= (uint8_t)((1u << x->focus) - 1);
    f->after_seq = begun_by(l, x->day);
    f->status = draw_status(m, x, k, r);
    bool as_before = k == 0 || (draw_below(r, 2) && !x->same_day);
    uint8_t other = life_draw_cell(&m->by_age[l->entry.age], r)->responder;
    f->responder = as_before ? l->cell.responder : other;
    f->organisation = draw_organisation(m, f->responder, &towns[e->town], r);
    f->child = life_under_18(l, x->day);
    bool young = x->day > l->birth + life_years(15) && x->day < l->birth + life_years(21);
    f->age_unsure = young && draw_chance(r, m->p.age_unsure);
    f->cooperates =
        x->source == FROM_NRM ? draw_below(r, 100) < 70 : draw_chance(r, m->p.dtn_cooperates);
    f->support_wanted = draw_chance(r, m->p.support_wanted);
    enum age_class age = x->focus == 0 || e->minor == l->episode[0].minor
                             ? (enum age_class)l->entry.age
                         : e->minor ? AGE_CHILD
                                    : AGE_ADULT;
    draw_decisions(f, l, m, age, r);
    life_reference(f->id, x->source == FROM_NRM ? REF_NRM : REF_DTN, l->number, k);
    if (l->cell.nationality != m->british && draw_chance(r, m->p.home_office_reference))
        life_reference(f->home_office, REF_HOME_OFFICE, l->number, 0);
    if (f->responder == R_POLICE || draw_chance(r, m->p.police_report))
        life_reference(f->crime, REF_CRIME, l->number, x->focus);
}
