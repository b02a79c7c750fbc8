#include "simulate/life.h"

#include "base/date.h"
#include "simulate/life_parts.h"
#include "simulate/places.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_OF_18 = 6575, MAX_RELATED = 16 };

struct rng life_stream(uint64_t seed, uint64_t number, enum stream_part part)
{
    return rng_stream(seed, number * 8 + (uint64_t)part);
}

int life_years(int y)
{
    return y * 1461 / 4;
}

static int32_t later(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

bool life_under_18(const struct life *l, int32_t day)
{
    return day < date_add_years(l->birth, 18);
}

/* ---- the first report: when, by whom, about whom ---- */

static int32_t quarter_start(int q)
{
    return date_from_ymd((struct ymd){FIRST_YEAR + q / 4, q % 4 * 3 + 1, 1});
}

static int32_t day_in_quarter(const struct sim_model *m, int q, struct rng *r)
{
    int32_t from = quarter_start(q), to = quarter_start(q + 1) - 1;
    if (to > m->p.as_at)
        to = m->p.as_at;
    return draw_between(r, from, to);
}

const struct cell *life_draw_cell(const struct cell_table *t, struct rng *r)
{
    return &t->cell[draw_index(r, t->cum, t->n)];
}

static void draw_first_report(struct life *l, const struct sim_model *m, struct rng *r)
{
    l->entry = m->entry[draw_index(r, m->entry_cum, m->entry_count)];
    l->other_only = draw_chance(r, m->p.other_channels_only);
    l->first_day = day_in_quarter(m, l->entry.quarter, r);
    if (l->entry.source == FROM_NRM) {
        l->cell = *life_draw_cell(&m->by_age[l->entry.age], r);
        return;
    }
    const struct dtn_nationality *d = &m->dtn[draw_index(r, m->dtn_cum, m->dtn_count)];
    l->cell = *life_draw_cell(d->cells.n ? &d->cells : &m->by_age[AGE_ADULT], r);
    l->cell.nationality = d->nationality;
    l->cell.second = d->second;
}

static const struct culture *draw_culture(const struct life *l, const struct sim_model *m,
                                          struct rng *r)
{
    const char *heritage = draw_code(r, &m->p.british_heritage);
    /* Of two nationalities the one that is not British names the person more often than not; the
     * published pairs have it first. */
    if (l->cell.nationality >= 0 && l->cell.nationality != m->british)
        return m->nationality[l->cell.nationality].culture;
    return names_culture(m->names, str_of(heritage));
}

static void draw_person(struct life *l, const struct sim_model *m, struct rng *r)
{
    l->gender = l->cell.gender;
    bool female = l->gender == 'F' || (l->gender != 'M' && draw_below(r, 2));
    name_draw(&l->name, m->names, draw_culture(l, m, r), female, &m->p, r);
    l->january = l->cell.nationality >= 0 && m->nationality[l->cell.nationality].january &&
                 draw_chance(r, m->p.birth_january_custom);
    l->children = (uint8_t)(draw_below(r, 100) < 22 ? 1 + draw_below(r, 4) : 0);
    for (int i = 0; i < 4; i++)
        l->background[i] = (uint8_t)draw_below(r, 255);
}

static void draw_birth(struct life *l, int32_t start, const struct sim_model *m, struct rng *r)
{
    static const uint64_t child_ages[] = {1, 2, 4, 8, 15, 29, 51, 78, 100}; /* 9 to 17 */
    int within = (int)draw_below(r, 365), age;
    if (l->entry.age == AGE_CHILD) {
        age = 9 + (int)draw_index(r, child_ages, 9);
        l->birth = start - life_years(age) - within;
    } else if (l->entry.age == AGE_NOT_KNOWN) {
        l->birth = start - life_years(draw_between(r, 16, 20)) - within;
    } else {
        static const int from[] = {18, 25, 40}, to[] = {24, 39, 64};
        size_t group = draw_index(r, m->adult_age, 3);
        age = draw_between(r, from[group], to[group]);
        l->birth = l->first_day - life_years(age) - within;
        if (l->birth + DAYS_OF_18 > start)
            l->birth = start - DAYS_OF_18 - within;
    }
}

/* ---- episodes ---- */

static void draw_place(struct episode *e, const struct life *l, struct rng *r)
{
    unsigned total = 0;
    for (unsigned i = 0; i < town_count; i++)
        total += towns[i].weight;
    unsigned u = draw_below(r, total), k = 0;
    while (u >= towns[k].weight)
        u -= towns[k++].weight;
    e->town = (uint16_t)k;
    e->country = draw_below(r, 100) < 55 && l->cell.nationality >= 0
                     ? (uint16_t)HOME_COUNTRY
                     : (uint16_t)draw_below(r, transit_count);
}

static void draw_elements(struct episode *e, struct rng *r)
{
    static const char *const recruiters[] = {"FRIEND", "FAMILY",  "EMPLOYER", "STRANGER",
                                             "ONLINE", "PARTNER", "UNKNOWN"};
    static const uint64_t cum[] = {28, 40, 58, 76, 84, 92, 100};
    e->recruiter = recruiters[draw_index(r, cum, 7)];
    e->transported = draw_below(r, 100) < 62;
    e->act = draw_below(r, 100) < 97;
    e->means = draw_below(r, 100) < (e->minor ? 72 : 94);
    e->purpose = draw_below(r, 100) < 98;
    e->exploited = draw_below(r, 100) < 94;
}

static void draw_exit(struct episode *e, const struct life *l, const struct sim_model *m,
                      struct rng *r)
{
    const struct code_weights *modes[RESPONDERS] = {&m->p.exit_mode_GOVERNMENT,
                                                    &m->p.exit_mode_LOCAL_AUTHORITY,
                                                    &m->p.exit_mode_NGO, &m->p.exit_mode_POLICE};
    e->exit_mode = draw_code(r, modes[l->cell.responder]);
    e->exit_status = draw_chance(r, m->p.control_continues) ? "EXITED_CONTROL_CONTINUES" : "EXITED";
}

static uint8_t draw_other_type(uint8_t types, const struct life *l, const struct sim_model *m,
                               struct rng *r)
{
    for (int tries = 0; tries < 6; tries++) {
        uint8_t t = life_draw_cell(&m->by_age[l->entry.age], r)->types;
        if (t && t != types)
            return t;
    }
    return types;
}

/* A sibling's birth is given: moves the episode into the years in which it can be. */
static void fit_to_birth(struct life *l, struct episode *e)
{
    if (l->birth + life_years(9) > l->first_day)
        l->birth = l->first_day - life_years(9);
    int32_t eight = l->birth + life_years(8), adult = l->birth + DAYS_OF_18;
    if (l->entry.age == AGE_CHILD && e->start >= adult)
        e->start = adult - 90;
    e->start = later(e->start, eight);
    if (e->end != DATE_NONE)
        e->end = later(e->end, e->start + 1);
}

static void draw_first_episode(struct life *l, const struct sim_model *m, struct rng *r)
{
    struct episode *e = &l->episode[0];
    bool goes_on = draw_chance(r, m->p.never_ceased);
    int length = draw_days(r, m->p.episode_days), delay = draw_days(r, m->p.exit_to_report_days);
    *e = (struct episode){.types = l->cell.types,
                          .relation = "NOT_APPLICABLE",
                          .relation_known = "NOT_APPLICABLE",
                          .group = (uint32_t)(l->root * MAX_EPISODES)};
    e->place = model_draw_place(m, l->entry.quarter, (enum age_class)l->entry.age,
                                l->cell.nationality == m->british, r);
    if (e->place == PLACE_UK)
        delay /= 6;
    if (goes_on) {
        e->start = l->first_day - length;
        e->end = l->first_day + 1 + draw_days(r, m->p.episode_days) / 2;
        if (e->end > m->p.as_at)
            e->end = DATE_NONE;
    } else {
        e->end = l->first_day - delay;
        e->start = e->end - length;
    }
    if (l->relation == REL_NONE || l->relation == REL_COVICTIM)
        draw_birth(l, e->start, m, r);
    else
        fit_to_birth(l, e);
    e->minor = life_under_18(l, e->start);
    draw_place(e, l, r);
    draw_elements(e, r);
    draw_exit(e, l, m, r);
    l->episodes = 1;
}

/* Who the exploiters of an episode are, after the one before it. */
static void draw_exploiters(struct life *l, int k, const struct sim_model *m, struct rng *r)
{
    struct episode *e = &l->episode[k];
    chance32 same = m->p.same_exploiter, linked = same + m->p.linked_exploiter;
    uint32_t u = rng_u32(r);
    e->group = (uint32_t)(l->root * MAX_EPISODES) + (uint32_t)k;
    e->relation = u < same ? "SAME" : u < linked ? "LINKED" : "DIFFERENT";
    if (u < same)
        e->group = l->episode[k - 1].group;
    e->relation_known = draw_chance(r, m->p.exploiter_unknown) ? "UNKNOWN" : e->relation;
}

/* One that was over before the first reported one began. */
static void draw_earlier_episode(struct life *l, const struct sim_model *m, struct rng *r)
{
    struct episode e = l->episode[0];
    e.end = e.start - later(1, draw_days(r, m->p.exit_to_reentry_days));
    e.start = e.end - draw_days(r, m->p.episode_days);
    if (e.start < l->birth + life_years(7))
        return;
    l->episode[1] = l->episode[0];
    e.minor = life_under_18(l, e.start);
    if (!draw_chance(r, m->p.same_type))
        e.types = draw_other_type(e.types, l, m, r);
    e.place = l->cell.nationality != m->british && draw_below(r, 2) ? PLACE_OVERSEAS : e.place;
    draw_place(&e, l, r);
    draw_elements(&e, r);
    draw_exit(&e, l, m, r);
    bool passed_on = draw_chance(r, m->p.transferred);
    if (passed_on) {
        e.end = l->episode[1].start - 1;
        e.exit_status = "TRANSFERRED";
        e.exit_mode = "OTHER";
    }
    l->episode[0] = e;
    l->episodes = 2;
    draw_exploiters(l, 1, m, r);
    if (passed_on && strcmp(l->episode[1].relation, "SAME") == 0) {
        l->episode[1].relation = l->episode[1].relation_known = "LINKED";
        l->episode[1].group = (uint32_t)(l->root * MAX_EPISODES) + 1;
    }
}

static bool draw_next_episode(struct life *l, const struct sim_model *m, struct rng *r)
{
    struct episode *before = &l->episode[l->episodes - 1], *e = before + 1;
    bool first_exit = l->episodes == 1;
    if (before->end == DATE_NONE || l->episodes == MAX_EPISODES ||
        !draw_chance(r, first_exit ? m->p.retrafficked : m->p.retrafficked_again))
        return false;
    int32_t start =
        later(before->end, l->first_day) + later(1, draw_days(r, m->p.exit_to_reentry_days));
    if (start > m->p.as_at)
        return false;
    *e = *before;
    e->start = start;
    e->end = start + draw_days(r, m->p.episode_days);
    if (e->end > m->p.as_at)
        e->end = DATE_NONE;
    e->minor = life_under_18(l, start);
    if (!draw_chance(r, m->p.same_type))
        e->types = draw_other_type(e->types, l, m, r);
    e->after_return =
        l->cell.nationality != m->british && draw_chance(r, m->p.retrafficked_by_return);
    e->place = e->after_return ? PLACE_OVERSEAS : PLACE_UK;
    if (draw_below(r, 100) < 70)
        draw_place(e, l, r);
    draw_elements(e, r);
    draw_exit(e, l, m, r);
    l->episodes++;
    draw_exploiters(l, l->episodes - 1, m, r);
    return true;
}

/* ---- referrals ---- */

struct plan {
    struct planned at[4 * MAX_REFERRALS];
    int n;
};

static void plan_add(struct plan *p, const struct sim_model *m, struct planned x)
{
    if (x.day <= m->p.as_at && p->n < 4 * MAX_REFERRALS)
        p->at[p->n++] = x;
}

static enum source repeat_source(const struct life *l, const struct sim_model *m, int32_t day,
                                 struct rng *r)
{
    bool by_dtn = draw_chance(r, m->p.repeat_by_dtn);
    return by_dtn && !life_under_18(l, day) && day >= quarter_start(DTN_FROM) ? FROM_DTN : FROM_NRM;
}

/* A referral and those that follow about the same incident. */
static void plan_referral(struct plan *p, const struct life *l, const struct sim_model *m,
                          struct planned x, struct rng *r)
{
    plan_add(p, m, x);
    if (x.source == FROM_DTN && draw_chance(r, m->p.dtn_then_nrm)) {
        x.day += draw_days(r, m->p.same_incident_days);
        x.source = FROM_NRM;
        plan_add(p, m, x);
    }
    chance32 again = m->p.same_incident;
    while (draw_chance(r, again) && x.day <= m->p.as_at && p->n < 4 * MAX_REFERRALS) {
        x.same_day = draw_chance(r, m->p.same_day);
        x.day += x.same_day ? (int)draw_below(r, 2) : draw_days(r, m->p.same_incident_days);
        x.source = x.same_day ? x.source : repeat_source(l, m, x.day, r);
        plan_add(p, m, x);
        again = m->p.same_incident_more;
    }
}

/* Sorted by day; equal days stay in the order planned. */
static void plan_sort(struct plan *p)
{
    for (int i = 1; i < p->n; i++)
        for (int k = i; k > 0 && p->at[k].day < p->at[k - 1].day; k--) {
            struct planned t = p->at[k];
            p->at[k] = p->at[k - 1];
            p->at[k - 1] = t;
        }
    if (p->n > MAX_REFERRALS)
        p->n = MAX_REFERRALS;
}

/* Episodes and the referrals that they bring; everything that decides how many. */
static void draw_course(struct life *l, struct plan *p, const struct sim_model *m, struct rng *r)
{
    p->n = 0;
    draw_first_episode(l, m, r);
    if (l->entry.age == AGE_ADULT && draw_chance(r, m->p.earlier_episode))
        draw_earlier_episode(l, m, r);
    plan_referral(
        p, l, m,
        (struct planned){l->first_day, l->episodes - 1, (enum source)l->entry.source, false}, r);
    while (draw_next_episode(l, m, r)) {
        const struct episode *e = &l->episode[l->episodes - 1];
        bool referred = draw_chance(r, m->p.rereferred_new);
        int delay = draw_days(r, m->p.reexit_to_report_days);
        uint32_t during = rng_u32(r);
        int32_t day =
            e->end != DATE_NONE
                ? e->end + delay
                : e->start + 1 +
                      (int)((uint64_t)during * (uint32_t)(m->p.as_at - e->start + 1) >> 32);
        if (referred && (e->end != DATE_NONE || during % 5 < 2))
            plan_referral(
                p, l, m, (struct planned){day, l->episodes - 1, repeat_source(l, m, day, r), false},
                r);
    }
    plan_sort(p);
}

enum referral_kind life_kind(uint8_t about, int *seen)
{
    int highest = -1;
    for (int e = 0; e < MAX_EPISODES; e++)
        if (about >> e & 1)
            highest = e;
    enum referral_kind k = *seen < 0         ? KIND_FIRST
                           : highest > *seen ? KIND_NEW_EPISODE
                                             : KIND_SAME_INCIDENT;
    if (highest > *seen)
        *seen = highest;
    return k;
}

/* ---- all of it ---- */

static void draw_life(struct life *l, const struct sim_model *m, struct rng *r)
{
    struct plan plan;
    draw_course(l, &plan, m, r);
    l->immigration =
        l->cell.nationality == m->british ? "BRITISH" : draw_code(r, &m->p.immigration_status);
    if (!l->other_only)
        for (; l->referrals < plan.n; l->referrals++)
            life_draw_referral(l, l->referrals, &plan.at[l->referrals], m, r);
    life_draw_support(l, m, r);
    life_draw_contacts(l, m, r);
}

/* ---- relations ---- */

static enum relation draw_relation(const struct sim_model *m, uint64_t seed, uint64_t number)
{
    struct rng r = life_stream(seed, number, PART_RELATION);
    uint32_t u = rng_u32(&r);
    if (number % MAX_RELATED == 0) /* so that the person looked back at is near */
        return REL_NONE;
    if (u < m->p.sibling)
        return draw_chance(&r, m->p.twin) ? REL_TWIN : REL_SIBLING;
    return u < m->p.sibling + m->p.covictim ? REL_COVICTIM : REL_NONE;
}

static void draw_related(struct life *l, const struct sim_model *m, uint64_t seed, struct rng *r)
{
    struct life root;
    life_draw(&root, m, seed, l->root);
    l->entry = root.entry;
    l->cell = root.cell;
    l->other_only = root.other_only;
    l->first_day = root.first_day + (int)draw_below(r, 4);
    if (l->first_day > m->p.as_at)
        l->first_day = root.first_day;
    if (l->relation == REL_COVICTIM) {
        draw_person(l, m, r);
        return;
    }
    l->gender = root.gender;
    name_draw_sibling(&l->name, &root.name, m->names, root.name.female, &m->p, r);
    l->january = root.january;
    memcpy(l->background, root.background, sizeof l->background);
    int apart = draw_between(r, 320, l->entry.age == AGE_ADULT ? 2600 : 1100);
    l->birth = root.birth;
    if (l->relation == REL_SIBLING)
        l->birth += draw_below(r, 2) ? apart : -apart;
    if (l->entry.age == AGE_ADULT && l->birth > l->first_day - life_years(19))
        l->birth = root.birth - apart;
}

/* Exploited with the root: the same place, exploiters and referrer. */
static void share_incident(struct life *l, const struct sim_model *m, uint64_t seed)
{
    struct life root;
    life_draw(&root, m, seed, l->root);
    int mine = l->episodes && l->referrals ? 0 : -1, its = root.referrals ? 0 : -1;
    l->episode[0].town = root.episode[0].town;
    l->episode[0].place = root.episode[0].place;
    l->episode[0].country = root.episode[0].country;
    if (mine < 0 || its < 0)
        return;
    l->referral[0].organisation = root.referral[0].organisation;
    l->referral[0].responder = root.referral[0].responder;
    memcpy(l->referral[0].crime, root.referral[0].crime, REFERENCE_BYTES);
}

void life_draw(struct life *l, const struct sim_model *m, uint64_t seed, uint64_t number)
{
    struct rng person = life_stream(seed, number, PART_PERSON);
    struct rng life = life_stream(seed, number, PART_LIFE);
    *l = (struct life){.number = number, .root = number, .returned_on = DATE_NONE};
    l->relation = draw_relation(m, seed, number);
    if (l->relation != REL_NONE) {
        do
            l->root--;
        while (draw_relation(m, seed, l->root) != REL_NONE);
        draw_related(l, m, seed, &person);
    } else {
        draw_first_report(l, m, &person);
        draw_person(l, m, &person);
    }
    draw_life(l, m, &life);
    if (l->relation != REL_NONE)
        share_incident(l, m, seed);
}

void life_count_repeats(struct repeat_lags *out, const struct sim_model *m, uint32_t lives)
{
    static const uint64_t adults_and_children[] = {1, 2};
    struct plan plan;
    *out = (struct repeat_lags){.lives = lives};
    for (uint32_t i = 0; i < lives; i++)
        for (int from = 0; from < SOURCES; from++) {
            struct rng r = rng_stream(0x7468726f7567686c, (uint64_t)i * SOURCES + (uint64_t)from);
            struct life l = {.number = i, .root = i, .returned_on = DATE_NONE};
            int begins = from == FROM_DTN ? DTN_FROM : 0, last = model_last_quarter(m);
            if (last < begins)
                continue;
            int span = last - begins < 7 ? last - begins + 1 : 8;
            int q = begins + (int)draw_below(&r, (uint32_t)span); /* early: long waits count */
            int age = from == FROM_DTN ? AGE_ADULT : (int)draw_index(&r, adults_and_children, 2);
            l.entry = (struct entry){(uint8_t)q, (uint8_t)from, (uint8_t)age};
            l.first_day = day_in_quarter(m, l.entry.quarter, &r);
            l.cell = *life_draw_cell(&m->by_age[age], &r);
            draw_course(&l, &plan, m, &r);
            for (int k = 1; k < plan.n; k++) {
                struct ymd d = date_to_ymd(plan.at[k].day);
                int lag = (d.y - FIRST_YEAR) * 4 + (d.m - 1) / 3 - l.entry.quarter;
                out->count[from][plan.at[k].source][lag]++;
            }
        }
}
