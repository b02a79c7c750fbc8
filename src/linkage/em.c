#include "linkage/model.h"

#include "base/pool.h"
#include "base/rng.h"
#include "linkage/own.h"

#include <math.h>
#include <stdlib.h>

enum { SAMPLE_ROWS = 1500, ITERATIONS = 60 };
static const uint64_t SAMPLE_SEED = 20240601;
static const double PRIOR_WEIGHT = 25.0; /* pairs that the starting m counts as */
static const double HOUSEHOLD_START = 0.05, HOUSEHOLD_WEIGHT = 25.0;
/* Without sex or a number, twins look like one person whose given name was changed: only clear
 * evidence moves their share far from the start. */
static const double TWINS_START = 0.01, TWINS_WEIGHT = 25.0, TWINS_WEIGHT_SHARE = 0.1;
static const double LEAST_LIFT = 1.05, LIFT_WEIGHT = 50.0; /* pairs that a lift of 1 counts as */
static const double CLEAR_BY_OTHERS = 0.9;                 /* least probability, and ... */
static const double DIFFERENT_MOST = 0.4; /* ... most m of "different": see has_drifted */
static const double U_LEAST_SHARE = 0.05; /* of the random chance that is left to strangers */

/* ---- chances among random pairs ---- */

struct sample {
    const struct link_data *d;
    uint32_t *row[2];
    uint32_t rows;
    bool all; /* row[0] against itself: every pair */
    uint64_t (*count)[LINK_MAX_COLUMNS][LINK_MAX_LEVELS];
};

static void sample_one(void *ctx, size_t job, int thread)
{
    struct sample *s = ctx;
    const struct link_data *d = s->d;
    (void)thread;
    uint32_t per = (s->rows + 15) / 16, from = (uint32_t)job * per;
    uint32_t to = from + per < s->rows ? from + per : s->rows;
    for (uint32_t i = from; i < to; i++)
        for (uint32_t k = s->all ? i + 1 : 0; k < s->rows; k++) {
            uint32_t a = s->row[0][i], b = s->row[s->all ? 0 : 1][k];
            if (!sources_allow(d, a, b))
                continue;
            uint64_t p = pattern_of(d, data_row(d, a), data_row(d, b));
            for (int c = 0; c < d->columns; c++)
                s->count[job][c][pattern_level(p, c)]++;
        }
}

/* Rows in an order that only their ranks decide; two halves that do not overlap. */
static void draw_rows(struct sample *s)
{
    uint32_t n = s->d->n;
    uint32_t *rank = mem_array(n, sizeof *rank);
    for (uint32_t k = 0; k < n; k++)
        rank[k] = k;
    s->all = n <= SAMPLE_ROWS;
    s->rows = s->all ? n : n / 2 < SAMPLE_ROWS ? n / 2 : SAMPLE_ROWS;
    struct rng rng = rng_stream(SAMPLE_SEED, 1);
    uint32_t take = s->all ? n : 2 * s->rows;
    for (uint32_t k = 0; k < take && !s->all; k++) {
        uint32_t other = k + (uint32_t)rng_below(&rng, n - k), t = rank[k];
        rank[k] = rank[other];
        rank[other] = t;
    }
    s->row[0] = rank;
    s->row[1] = rank + s->rows;
}

/* Equality by counting, exactly; whole numbers, so that the order of the values is no matter. */
static void exact_equality(struct training *t, int k)
{
    const struct column *c = &t->d->column[k];
    uint64_t pairs[BANDS] = {0}, records[BANDS] = {0}, all = 0;
    for (uint32_t v = 1; v < c->values; v++) {
        if (column_same(c, v) != LEVEL_SAME)
            continue;
        int band = frequency_band(c, v);
        uint64_t equal = (uint64_t)c->count[v] * (c->count[v] - (c->count[v] > 0));
        pairs[band] += equal;
        records[band] += c->count[v];
        all += equal;
    }
    double n = (double)c->present, possible = n > 1.0 ? n * (n - 1.0) : 1.0;
    /* Of values that are all different one cannot say that they never meet: half a pair. */
    t->random[k][LEVEL_SAME] = fmax((double)all, 1.0) / possible;
    for (int b = 0; b < BANDS; b++) {
        t->band_random[k][b] = (double)pairs[b] / possible;
        t->band_share[k][b] = (double)records[b] / n;
    }
}

int frequency_band(const struct column *c, uint32_t value)
{
    double ratio = (double)c->count[value] / (double)c->present / c->average_frequency;
    return ratio < 0.125 ? 0 : ratio < 0.5 ? 1 : ratio < 2.0 ? 2 : 3;
}

void training_random(struct training *t)
{
    const struct link_data *d = t->d;
    struct sample s = {.d = d};
    draw_rows(&s);
    s.count = mem_zalloc(16, sizeof *s.count);
    pool_run(t->threads, 16, sample_one, &s);
    for (int k = 0; k < d->columns; k++) {
        uint64_t count[LINK_MAX_LEVELS] = {0}, present = 0, different = 0;
        int levels = column_levels(&d->column[k])->levels;
        for (int j = 0; j < 16; j++)
            for (int l = 1; l < levels; l++)
                count[l] += s.count[j][k][l];
        for (int l = 1; l < levels; l++) {
            present += count[l];
            different += l > LEVEL_SAME ? count[l] : 0;
        }
        if (d->column[k].unused)
            continue;
        exact_equality(t, k);
        double rest = 1.0 - t->random[k][LEVEL_SAME];
        for (int l = 2; l < levels; l++)
            t->random[k][l] =
                rest * ((double)count[l] + 0.3) / ((double)different + 0.3 * (levels - 2));
    }
    free(s.row[0]);
    free(s.count);
}

/* ---- expectation and maximisation ---- */

struct em {
    struct training *t;
    struct link_model *m;
    /* by column and level as counted (bands of equality apart) */
    double mp[LINK_MAX_COLUMNS][16], up[LINK_MAX_COLUMNS][16];
    double present[LINK_MAX_COLUMNS]; /* share of pairs with the column filled on both sides */
    uint32_t shared, born;
    bool guard, dependent;
    bool drifted; /* see has_drifted */
};

/* Strangers' chances: the random ones with the matches among them taken out. */
static double without_matches(double random, double prior, double m)
{
    double u = (random - prior * m) / (1.0 - prior);
    return fmax(u, U_LEAST_SHARE * random);
}

static void set_chances(struct em *em)
{
    struct training *t = em->t;
    for (int k = 0; k < em->m->columns; k++) {
        struct model_column *c = &em->m->column[k];
        for (int l = 0; l < 16; l++)
            em->mp[k][l] = em->up[k][l] = 1.0;
        if (c->unused)
            continue;
        double sum = 0.0;
        for (int l = 1; l < c->levels; l++)
            sum += c->u[l] = without_matches(t->random[k][l], em->m->prior, c->m[l]);
        for (int l = 1; l < c->levels; l++) {
            c->u[l] /= sum;
            em->mp[k][l] = c->m[l];
            em->up[k][l] = c->u[l];
        }
        c->any_equal = t->random[k][LEVEL_SAME];
        for (int b = 0; b < BANDS; b++) {
            em->mp[k][EQUAL_BAND + b] = c->m[LEVEL_SAME] * fmax(t->band_share[k][b], 1e-9);
            em->up[k][EQUAL_BAND + b] =
                c->u[LEVEL_SAME] * fmax(t->band_random[k][b] / fmax(c->any_equal, 1e-300), 1e-12);
        }
    }
}

/* Sums of one pass over the patterns. */
struct tally {
    double match, household, twins;
    double level[LINK_MAX_COLUMNS][LINK_MAX_LEVELS]; /* matches by level, and ... */
    double clear[LINK_MAX_COLUMNS][LINK_MAX_LEVELS]; /* ... those clear without the column */
    double both[LINK_MAX_COLUMNS][LINK_MAX_COLUMNS]; /* strangers' pairs equal in two columns */
};

static int level_of_counted(int level)
{
    return level >= EQUAL_BAND ? LEVEL_SAME : level;
}

static uint32_t equal_columns(uint64_t pattern, int columns)
{
    uint32_t same = 0;
    for (int k = 0; k < columns; k++)
        same |= (uint32_t)(pattern_level(pattern, k) >= EQUAL_BAND) << k;
    return same;
}

/* The probability of a pair's pattern with each class. */
struct classes {
    double match, stranger, household, twins;
};

/* Is the pair one person's by what the other columns say? */
static bool clear_without(const struct em *em, const struct classes *c, int k, int level)
{
    double m = em->mp[k][level], u = em->up[k][level];
    bool shared = em->shared >> k & 1, born = em->born >> k & 1;
    double match = c->match / m, others = c->stranger / u + c->household / (shared ? m : u) +
                                          c->twins / (shared || born ? m : u);
    return match >= CLEAR_BY_OTHERS * (match + others);
}

static void expect(const struct em *em, struct tally *tally)
{
    const struct link_model *m = em->m;
    *tally = (struct tally){0};
    for (size_t i = 0; i < em->t->counts; i++) {
        const struct pattern_count *pc = &em->t->count[i];
        double pm = m->prior, pu = 1.0 - m->prior, ph = m->prior * m->household,
               pt = m->prior * m->twins;
        for (int k = 0; k < m->columns; k++) {
            int l = pattern_level(pc->pattern, k);
            pm *= em->mp[k][l];
            pu *= em->up[k][l];
            ph *= em->shared >> k & 1 ? em->mp[k][l] : em->up[k][l];
            pt *= (em->shared | em->born) >> k & 1 ? em->mp[k][l] : em->up[k][l];
        }
        uint32_t same = equal_columns(pc->pattern, m->columns);
        for (int k = 0; k < m->edges; k++)
            if (same >> m->edge[k].a & same >> m->edge[k].b & 1)
                pu *= m->edge[k].lift;
        if (!em->guard)
            ph = pt = 0.0;
        if (!em->born)
            pt = 0.0;
        double all = pm + pu + ph + pt, n = (double)pc->count * em->t->scale, match = n * pm / all;
        tally->match += match;
        tally->household += n * ph / all;
        tally->twins += n * pt / all;
        for (uint32_t x = same; x; x &= x - 1)
            for (uint32_t y = x & (x - 1); y; y &= y - 1)
                tally->both[__builtin_ctz(x)][__builtin_ctz(y)] += n * pu / all;
        struct classes classes = {pm, pu, ph, pt};
        for (int k = 0; k < m->columns; k++) {
            int l = pattern_level(pc->pattern, k);
            if (!(pc->free >> k & 1))
                continue;
            tally->level[k][level_of_counted(l)] += match;
            if (clear_without(em, &classes, k, l))
                tally->clear[k][level_of_counted(l)] += match;
        }
    }
}

static int root_of(const int *parent, int k)
{
    while (parent[k] != k)
        k = parent[k];
    return k;
}

/* Large lifts are alike when they are the same power of two; of those the commoner combination
 * comes first: names go with a nationality, and only therefore with each other. */
static double rank_of_lift(double lift, double common)
{
    const double large = 4.0;
    return lift < large ? log2(lift) : floor(log2(lift)) + fmin(0.999, common);
}

/* The forest of the largest lifts. Pairs that blocking does not bring together are not seen, which
 * can only make a lift smaller than it is. */
static void set_dependence(struct em *em, const struct tally *tally)
{
    struct link_model *m = em->m;
    int parent[LINK_MAX_COLUMNS];
    for (int k = 0; k < LINK_MAX_COLUMNS; k++)
        parent[k] = k;
    m->edges = 0;
    for (;;) {
        struct dependence best = {0, 0, LEAST_LIFT};
        double most = -1.0;
        for (int a = 0; a < m->columns; a++)
            for (int b = a + 1; b < m->columns; b++) {
                if (root_of(parent, a) == root_of(parent, b) || m->column[a].unused ||
                    m->column[b].unused)
                    continue;
                double chance = m->column[a].u[LEVEL_SAME] * m->column[b].u[LEVEL_SAME] *
                                em->present[a] * em->present[b] * (1.0 - m->prior);
                double lift = (tally->both[a][b] + LIFT_WEIGHT) /
                              (em->t->pairs_possible * chance + LIFT_WEIGHT);
                double rank = rank_of_lift(lift, chance * lift);
                if (lift > LEAST_LIFT && rank > most) {
                    best = (struct dependence){a, b, lift};
                    most = rank;
                }
            }
        if (best.lift <= LEAST_LIFT)
            return;
        parent[root_of(parent, best.a)] = root_of(parent, best.b);
        m->edge[m->edges++] = best;
    }
}

/* m of a column from counts of matches by level; returns m of "different". */
static double chances_of(const struct model_column *c, const double *start, const double *count,
                         double *m)
{
    double sum = 0.0;
    for (int l = 1; l < c->levels; l++)
        sum += m[l] = count[l] + PRIOR_WEIGHT * start[l];
    for (int l = 1; l < c->levels; l++)
        m[l] /= sum;
    return m[c->levels - 1];
}

/* One person's records mostly agree in a column, be it ever so freely filled. When the supposed
 * matches do not, they are strangers who resemble each other by birth (one nationality, one sex, a
 * 1 January), who are many. Then, for the rest of the training, a column's m is learnt from the
 * pairs alone that are clear by their other columns. Not before: where errors keep out of each
 * other's way (made data often have one a record) such pairs have more of them than others. */
static bool has_drifted(const struct link_model *m, const struct training *t,
                        const struct tally *tally)
{
    for (int k = 0; k < m->columns; k++) {
        double p[LINK_MAX_LEVELS] = {0};
        const struct model_column *c = &m->column[k];
        if (!c->unused &&
            chances_of(c, column_levels(&t->d->column[k])->m, tally->level[k], p) > DIFFERENT_MOST)
            return true;
    }
    return false;
}

/* Keeps m of "different" within its bound; the other levels share the rest as before. */
static void bound_different(const struct model_column *c, double *m)
{
    double *last = &m[c->levels - 1];
    if (*last <= DIFFERENT_MOST)
        return;
    for (int l = 1; l < c->levels - 1; l++)
        m[l] *= (1.0 - DIFFERENT_MOST) / (1.0 - *last);
    *last = DIFFERENT_MOST;
}

static double maximise(struct em *em, const struct tally *tally)
{
    struct link_model *m = em->m;
    double change = fabs(log((tally->match + 1.0) / em->t->pairs_possible / m->prior));
    m->prior = fmin(0.5, (tally->match + 1.0) / em->t->pairs_possible);
    m->household =
        (tally->household + HOUSEHOLD_START * HOUSEHOLD_WEIGHT) / (tally->match + HOUSEHOLD_WEIGHT);
    if (em->dependent)
        set_dependence(em, tally);
    double twins_weight = TWINS_WEIGHT + TWINS_WEIGHT_SHARE * tally->match;
    m->twins = (tally->twins + TWINS_START * twins_weight) / (tally->match + twins_weight);
    em->drifted |= has_drifted(m, em->t, tally);
    for (int k = 0; k < m->columns; k++) {
        struct model_column *c = &m->column[k];
        double p[LINK_MAX_LEVELS];
        if (c->unused)
            continue;
        chances_of(c, column_levels(&em->t->d->column[k])->m,
                   em->drifted ? tally->clear[k] : tally->level[k], p);
        bound_different(c, p);
        for (int l = 1; l < c->levels; l++) {
            change = fmax(change, fabs(p[l] - c->m[l]));
            c->m[l] = p[l];
        }
    }
    return change;
}

void em_fit(struct training *t, struct link_model *m)
{
    struct em em = {.t = t, .m = m};
    bool personal = false, plain = true;
    for (int k = 0; k < m->columns; k++) {
        struct model_column *c = &m->column[k];
        memcpy(c->m, column_levels(&t->d->column[k])->m, sizeof c->m);
        if (c->unused)
            continue;
        if (type_is_shared(c->type))
            em.shared |= 1u << k;
        if (c->type == LINK_DATE || c->type == LINK_YEAR)
            em.born |= 1u << k;
        personal |= type_is_personal(c->type);
        plain &= c->own != NULL;
    }
    em.guard = personal && em.shared;
    for (int k = 0; k < m->columns; k++) {
        double share = (double)t->d->column[k].present / (double)t->d->n;
        em.present[k] = share * share;
    }
    m->household = HOUSEHOLD_START;
    m->twins = TWINS_START;
    m->prior = fmin(0.1, (double)t->d->n * 0.25 / t->pairs_possible);
    /* first as if columns were independent: a dependence fitted at once would take the matches for
     * strangers whose columns go together. Not at all with levels of one's own: such a model is to
     * say what its file says, and no more. */
    for (int round = 0; round < (plain ? 1 : 2); round++) {
        double change = 1.0;
        em.dependent = round == 1;
        for (int i = 0; i < ITERATIONS && change > 1e-4; i++, m->iterations++) {
            struct tally tally;
            set_chances(&em);
            expect(&em, &tally);
            change = maximise(&em, &tally);
        }
    }
    set_chances(&em);
    model_set_bits(m);
}
