/* What is counted over the draws, by name, and its pooling. */
#include "app/link_counts.h"
#include "app/link_draws.h"
#include "domain/classify.h"
#include "stats/pool_draws.h"
#include "stats/proportion.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

#define LEVEL 0.95
enum { PARTS = 3 };

struct wanted {
    const char *name, *meaning;
    enum link_slot numerator[PARTS], denominator[PARTS]; /* the sum of the first `parts` */
    int numerator_parts, denominator_parts;              /* 0 of the latter: a count */
    bool of_all; /* a rate that false links alone can make: not a split of the repeats */
};

#define REPEATS                                                                                    \
    {                                                                                              \
        SLOT_SAME, SLOT_NEW, SLOT_UNCLEAR                                                          \
    }
#define NRM_REPEATS                                                                                \
    {                                                                                              \
        SLOT_NRM_SAME, SLOT_NRM_NEW, SLOT_NRM_UNCLEAR                                              \
    }
static const struct wanted wanted[] = {
    {"people", "people in the register", {SLOT_PEOPLE}, {0}, 1, 0, false},
    {"repeats", "records after a person's first", REPEATS, {0}, 3, 0, false},
    {"nrm_repeats",
     "accepted NRM referrals after an earlier accepted one",
     NRM_REPEATS,
     {0},
     3,
     0,
     false},
    {"repeats_of_records",
     "records after a person's first, of all records",
     REPEATS,
     {SLOT_RECORDS},
     3,
     1,
     true},
    {"repeats_same_of_repeats",
     "repeats about the same incident, of all repeats",
     {SLOT_SAME},
     REPEATS,
     1,
     3,
     false},
    {"repeats_new_of_repeats",
     "repeats about a new episode, of all repeats",
     {SLOT_NEW},
     REPEATS,
     1,
     3,
     false},
    {"repeats_unclear_of_repeats",
     "repeats that the records cannot tell, of all repeats",
     {SLOT_UNCLEAR},
     {SLOT_SAME, SLOT_NEW, SLOT_UNCLEAR},
     1,
     3,
     false},
    {"people_with_repeat",
     "people with a repeat of any kind, of all people",
     {SLOT_REPEAT_PEOPLE},
     {SLOT_PEOPLE},
     1,
     1,
     true},
    {"people_with_new_episode",
     "people with a repeat about a new episode, of all people",
     {SLOT_NEW_PEOPLE},
     {SLOT_PEOPLE},
     1,
     1,
     true},
    {"nrm_repeats_of_accepted",
     "repeat NRM referrals, of all accepted",
     NRM_REPEATS,
     {SLOT_NRM},
     3,
     1,
     true},
    {"nrm_same_of_repeats",
     "NRM repeats about the same incident, of NRM repeats",
     {SLOT_NRM_SAME},
     NRM_REPEATS,
     1,
     3,
     false},
    {"nrm_new_of_repeats",
     "NRM repeats about a new episode, of NRM repeats",
     {SLOT_NRM_NEW},
     NRM_REPEATS,
     1,
     3,
     false},
    {"nrm_unclear_of_repeats",
     "NRM repeats that the records cannot tell, of NRM repeats",
     {SLOT_NRM_UNCLEAR},
     NRM_REPEATS,
     1,
     3,
     false},
    {"nrm_people_with_repeat",
     "people referred to the NRM again, of those referred to it",
     {SLOT_NRM_REPEAT_PEOPLE},
     {SLOT_NRM_PEOPLE},
     1,
     1,
     true},
};

/* ---- pooling ---- */

/* Wilson's interval after draws: where (p - q)^2 = t^2 (1 + r) p (1 - p) / n, q the mean of the
 * draws and r the relative increase of the variance (Lott & Reiter 2020). With r = 0 and t = z it
 * is Wilson's own. */
static struct interval wilson_of_draws(double q, double n, double r, double t)
{
    double a = t * t * (1 + r) / n, middle = (2 * q + a) / (2 * (1 + a));
    double half = sqrt(fmax(0, middle * middle - q * q / (1 + a)));
    return (struct interval){q <= 0 ? 0 : fmax(0, middle - half),
                             q >= 1 ? 1 : fmin(1, middle + half)};
}

static void set_share_limits(struct draw_quantity *q, const struct pooled *p)
{
    double upper = 1 - (1 - LEVEL) / 2;
    double z = two_sided_z(LEVEL), t = isfinite(p->df) ? qt(upper, p->df, 1, 0) : z;
    double r = p->within > 0 ? p->total / p->within - 1 : 0;
    struct interval all = wilson_of_draws(p->point, q->denominator, r, t);
    struct interval without = wilson_of_draws(p->point, q->denominator, 0, z);
    q->lo = all.lo;
    q->hi = all.hi;
    q->lo_without_linkage = without.lo;
    q->hi_without_linkage = without.hi;
}

void link_draws_pool(struct draw_quantity *q, const int64_t *numerators,
                     const int64_t *denominators, int draws)
{
    double *point = mem_array((size_t)draws, sizeof *point);
    double *variance = mem_array((size_t)draws, sizeof *variance);
    struct pooled p;
    q->numerator = q->denominator = 0;
    for (int i = 0; i < draws; i++) {
        double x = (double)numerators[i], n = denominators ? (double)denominators[i] : 1;
        q->numerator += x / draws;
        q->denominator += n / draws;
        point[i] = n > 0 ? x / n : NAN;
        variance[i] = denominators && n > 0 ? point[i] * (1 - point[i]) / n : 0;
    }
    if (!denominators)
        q->denominator = NAN;
    pool_draws(point, variance, (size_t)draws, POOL_IDENTITY, LEVEL, &p);
    free(point);
    free(variance);
    q->draws = p.draws;
    q->estimate = p.point;
    q->within = p.within;
    q->between = p.between;
    q->total = p.total;
    q->share_due_to_linkage = p.linkage_share;
    q->lo = q->kind == DRAW_COUNT ? fmax(0, p.lo) : p.lo;
    q->hi = p.hi;
    q->lo_without_linkage = p.lo_without;
    q->hi_without_linkage = p.hi_without;
    if (denominators && p.draws >= 2)
        set_share_limits(q, &p);
}

/* ---- by name ---- */

static int64_t sum_of(const int64_t *totals, const enum link_slot *slot, int parts)
{
    int64_t sum = 0;
    for (int i = 0; i < parts; i++)
        sum += totals[slot[i]];
    return sum;
}

static void fill(struct draw_quantity *q, const struct wanted *w,
                 const struct link_draws_options *o, size_t slots, const int64_t *linked,
                 const int64_t *totals)
{
    int64_t *x = mem_array((size_t)o->draws, sizeof *x);
    int64_t *n = mem_array((size_t)o->draws, sizeof *n);
    bool share = w->denominator_parts > 0;
    q->kind = share ? DRAW_SHARE : DRAW_COUNT;
    snprintf(q->name, sizeof q->name, "%s", w->name);
    snprintf(q->meaning, sizeof q->meaning, "%s", w->meaning);
    for (int i = 0; i < o->draws; i++) {
        const int64_t *of_draw = totals + (size_t)i * slots;
        x[i] = sum_of(of_draw, w->numerator, w->numerator_parts);
        n[i] = sum_of(of_draw, w->denominator, w->denominator_parts);
    }
    q->linked_numerator = sum_of(linked, w->numerator, w->numerator_parts);
    q->linked_denominator = sum_of(linked, w->denominator, w->denominator_parts);
    link_draws_pool(q, x, share ? n : NULL, o->draws);
    q->false_by_specificity = share && w->of_all && q->estimate < LINK_DRAWS_RARE
                                  ? q->denominator * (1 - o->specificity)
                                  : NAN;
    free(x);
    free(n);
}

static size_t fill_definition(struct draw_quantity *q, const struct link_draws_options *o,
                              size_t slots, size_t definition, int mode, const int64_t *linked,
                              const int64_t *totals)
{
    enum link_slot yes = (enum link_slot)link_slot_of(definition, mode, false);
    enum link_slot open = (enum link_slot)link_slot_of(definition, mode, true);
    const char *id = o->set->definitions[definition].id, *in = mode_name((enum mode)mode);
    char name[64], meaning[96];
    snprintf(name, sizeof name, "%.40s_%s_yes", id, in);
    snprintf(meaning, sizeof meaning, "%.40s, %s: yes, of all people", id, in);
    fill(&q[0], &(struct wanted){name, meaning, {yes}, {SLOT_PEOPLE}, 1, 1, true}, o, slots, linked,
         totals);
    snprintf(name, sizeof name, "%.40s_%s_yes_or_open", id, in);
    snprintf(meaning, sizeof meaning, "%.40s, %s: yes or cannot be settled", id, in);
    fill(&q[1], &(struct wanted){name, meaning, {yes, open}, {SLOT_PEOPLE}, 2, 1, true}, o, slots,
         linked, totals);
    return 2;
}

void link_quantities(struct link_draws *out, const struct link_draws_options *o,
                     const struct link_counting *counting, const int64_t *linked,
                     const int64_t *totals)
{
    size_t fixed = sizeof wanted / sizeof *wanted, n = 0;
    out->quantities = arena_array(&out->memory, fixed + 4 * o->set->count, sizeof *out->quantities);
    for (size_t i = 0; i < fixed; i++)
        fill(&out->quantities[n++], &wanted[i], o, link_slots(counting), linked, totals);
    for (size_t k = 0; k < o->set->count; k++)
        for (int m = MODE_STRICT; m <= MODE_LENIENT; m++)
            if (m == MODE_STRICT ? o->set->strict : o->set->lenient)
                n += fill_definition(&out->quantities[n], o, link_slots(counting), k, m, linked,
                                     totals);
    out->count = n;
}

const struct draw_quantity *link_draws_find(const struct link_draws *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->quantities[i].name, name) == 0)
            return &d->quantities[i];
    return NULL;
}
