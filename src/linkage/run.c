#include "base/pool.h"
#include "linkage/clusters.h"
#include "linkage/diagnose.h"
#include "linkage/frozen.h"
#include "linkage/model.h"
#include "linkage/own.h"
#include "linkage/radix.h"
#include "linkage/shard.h"
#include "linkage/tally.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CHUNK_PAIRS = 200000, TRAINING_PAIRS = 2000000 };

static const size_t STORED_MOST = 100000000; /* 2.4 GB; unless link_options.pairs_most is less */

/* ---- scanning the candidate pairs ---- */

struct scan_out {
    struct link_pair *pair;
    size_t pairs, cap;
    uint64_t scored, kept, unique;
    uint64_t histogram[LINK_HISTOGRAM_MAX - LINK_HISTOGRAM_MIN];
    struct tally_map counts;
};

struct scan {
    const struct link_data *d;
    const struct plan *plan;
    const struct chunk *chunk;
    const struct scorer *scorer; /* NULL: count patterns instead */
    uint32_t keep;               /* of the pairs, one in so many */
    float least;                 /* pairs under it are only counted, as no more than that */
    float store;                 /* pairs under it are not stored */
    float kept;
    bool unique;           /* count the pairs that no other rule has */
    struct scan_out *out;  /* one a chunk */
    atomic_size_t *stored; /* pairs in all chunks, so that a giant group cannot fill the memory */
    size_t most;
};

static void take_pair(const struct scan *s, struct scan_out *out, uint32_t a, uint32_t b)
{
    uint64_t pattern;
    float w = score_pair(s->scorer, data_row(s->d, a), data_row(s->d, b), s->least, &pattern);
    out->scored++;
    if (w < s->least)
        return;
    int bin = (int)floorf(w);
    bin = bin < LINK_HISTOGRAM_MIN    ? LINK_HISTOGRAM_MIN
          : bin >= LINK_HISTOGRAM_MAX ? LINK_HISTOGRAM_MAX - 1
                                      : bin;
    out->histogram[bin - LINK_HISTOGRAM_MIN]++;
    out->kept += w > s->kept;
    if (w < s->store)
        return;
    MEM_GROW(out->pair, out->cap, out->pairs + 1);
    out->pair[out->pairs++] =
        a < b ? (struct link_pair){a, b, w, pattern} : (struct link_pair){b, a, w, pattern};
}

/* Columns that none of the rules shared needs: their levels are as among all matches. */
static uint32_t free_columns(const struct plan *p, uint64_t shared, uint32_t all)
{
    uint32_t free_set = 0;
    for (; shared; shared &= shared - 1)
        free_set |= all & ~p->rule[__builtin_ctzll(shared)].columns;
    return free_set;
}

static void count_pair(const struct scan *s, struct scan_out *out, uint32_t a, uint32_t b)
{
    const struct link_data *d = s->d;
    const uint32_t *x = data_row(d, a), *y = data_row(d, b);
    uint64_t pattern = pattern_of(d, x, y);
    for (int k = 0; k < d->columns; k++)
        if (pattern_level(pattern, k) == LEVEL_SAME)
            pattern = pattern_with(pattern, k, EQUAL_BAND + frequency_band(&d->column[k], x[k]));
    uint32_t all = (1u << d->columns) - 1;
    tally_add(&out->counts, pattern, free_columns(s->plan, plan_shared(s->plan, a, b), all), 1);
    out->scored++;
}

static bool met_before(const uint32_t *x, const uint32_t *y, int rule)
{
    for (int r = 0; r < rule; r++)
        if (x[r] && x[r] == y[r])
            return true;
    return false;
}

static void scan_chunk(void *ctx, size_t job, int thread)
{
    const struct scan *s = ctx;
    const struct chunk *c = &s->chunk[job];
    const struct plan_rule *pr = &s->plan->rule[c->rule];
    struct scan_out *out = &s->out[job];
    (void)thread;
    size_t told = 0;
    if (s->stored && atomic_load_explicit(s->stored, memory_order_relaxed) > s->most)
        return;
    uint32_t g = c->group;
    for (uint32_t i = c->from; i < c->to; i++) {
        while (i >= pr->group[g].start + pr->group[g].count)
            g++;
        if (s->stored && out->pairs > told) {
            atomic_fetch_add_explicit(s->stored, out->pairs - told, memory_order_relaxed);
            told = out->pairs;
        }
        uint32_t end = pr->group[g].start + pr->group[g].count, a = pr->order[i];
        const uint32_t *x = plan_groups(s->plan, a);
        for (uint32_t k = i + 1; k < end; k++) {
            uint32_t b = pr->order[k];
            if (!pair_sampled(a, b, s->keep) || met_before(x, plan_groups(s->plan, b), c->rule) ||
                !sources_allow(s->d, a, b))
                continue;
            if (s->unique)
                out->unique += __builtin_popcountll(plan_shared(s->plan, a, b)) == 1;
            if (s->scorer)
                take_pair(s, out, a, b);
            else
                count_pair(s, out, a, b);
        }
    }
}

/* ---- training ---- */

/* Chances of equality are counted over equal values: the first level must be just that. */
static enum status check_trainable(const struct link_data *d, struct err *e)
{
    for (int k = 0; k < d->columns; k++) {
        const struct column *c = &d->column[k];
        if (c->unused || !c->own || c->own->levels->trainable)
            continue;
        err_set(e, ST_DATA,
                "comparison \"%.60s\" cannot be trained: its first level is not equality in all of "
                "its columns",
                c->name);
        return err_hint(e, "Add such a level, or give a trained model with --use-model.");
    }
    return ST_OK;
}

static enum status nothing_to_compare(const struct link_data *d, const struct plan *plan,
                                      struct err *e)
{
    bool tells = false;
    uint32_t largest = 0;
    for (int k = 0; k < d->columns; k++)
        tells |= !d->column[k].unused;
    for (int r = 0; r < plan->rules; r++)
        largest = plan->rule[r].dropped && plan->rule[r].largest > largest ? plan->rule[r].largest
                                                                           : largest;
    if (!tells) {
        err_set(e, ST_DATA, "no column has two different values: there is nothing to compare");
        return err_hint(e, "Empty records, and copies of one record, cannot be told apart.");
    }
    if (largest) {
        err_set(e, ST_DATA,
                "the records that share a blocking key are too many to compare, %u in the largest "
                "group: nothing is compared",
                largest);
        return err_hint(e, "Add a column to the rule, or remove placeholder records.");
    }
    err_set(e, ST_DATA, "no two records share a blocking key: there is nothing to compare");
    return err_hint(e, "Check the column types, or give other rules under \"blocking\".");
}

static enum status train(const struct link_data *d, const struct plan *plan,
                         const struct link_options *o, struct link_model **model, struct err *e)
{
    struct training t = {.d = d,
                         .plan = plan,
                         .threads = o->threads,
                         .pairs_possible = (double)pairs_possible(d),
                         .scale = 1.0};
    TRY(check_trainable(d, e));
    uint64_t pairs = 0;
    for (int r = 0; r < plan->rules; r++)
        pairs += plan->rule[r].pairs;
    uint32_t keep = (uint32_t)((pairs + TRAINING_PAIRS - 1) / TRAINING_PAIRS);
    struct scan s = {.d = d, .plan = plan, .keep = keep};
    size_t chunks;
    struct chunk *chunk = plan_chunks(plan, CHUNK_PAIRS, &chunks);
    s.chunk = chunk;
    s.out = mem_zalloc(chunks, sizeof *s.out);
    pool_run(o->threads, chunks, scan_chunk, &s);
    struct tally_map all = {0};
    for (size_t i = 0; i < chunks; i++) {
        tally_add_all(&all, &s.out[i].counts);
        tally_free(&s.out[i].counts);
    }
    free(s.out);
    free(chunk);
    t.scale = keep > 1 ? keep : 1.0;
    t.count = tally_sorted(&all, &t.counts);
    tally_free(&all);
    if (t.counts == 0 && pairs == 0) {
        free(t.count);
        return nothing_to_compare(d, plan, e);
    }
    struct link_model *m = *model = mem_zalloc(1, sizeof *m);
    m->columns = d->columns;
    m->records = d->n;
    for (int k = 0; k < d->columns; k++) {
        struct model_column *mc = &m->column[k];
        const struct level_set *set = column_levels(&d->column[k]);
        snprintf(mc->name, sizeof mc->name, "%s", d->column[k].name);
        mc->type = d->column[k].type;
        mc->levels = set->levels;
        memcpy(mc->words, set->words, sizeof mc->words);
        mc->unused = d->column[k].unused;
        if (d->column[k].own)
            mc->own = own_levels_share(d->column[k].own->levels);
    }
    training_random(&t);
    em_fit(&t, m);
    model_remember(m, d);
    free(t.count);
    return ST_OK;
}

/* ---- the whole ---- */

static double now(const struct link_options *o)
{
    return o->clock ? o->clock(o->clock_ctx) : 0.0;
}

static size_t pairs_most(const struct link_options *o)
{
    return o->pairs_most && o->pairs_most < STORED_MOST ? o->pairs_most : STORED_MOST;
}

static enum status too_many_pairs(size_t most, struct err *e)
{
    if (most < STORED_MOST) {
        err_set(e, ST_DATA,
                "over %.1f million pairs are to be kept: that is all that the bound on memory has "
                "room for",
                (double)most / 1e6);
        return err_hint(e, "Raise --memory, or share the pairs out with --shard.");
    }
    err_set(e, ST_DATA,
            "over %zu million pairs are above the threshold: blocking groups are too large, "
            "or very many records are equal",
            STORED_MOST / 1000000);

    return err_hint(e,
                    "Add a column to the blocking rule with the largest group, leave \"blocking\" "
                    "out, or remove placeholder records.");
}

/* The pieces of one shard: every shards-th, so that large groups are shared out. */
static size_t pieces_of_shard(struct chunk *chunk, size_t chunks, uint32_t shard, uint32_t shards)
{
    size_t n = 0;
    for (size_t i = shard - 1; i < chunks; i += shards)
        chunk[n++] = chunk[i];
    return n;
}

/* What the shards have scored, instead of scoring. */
static void take_joined(struct link_shard *p, struct link_result *r)
{
    r->pair = p->pair;
    r->pairs = p->pairs;
    r->pairs_scored = p->scored;
    r->least = p->least;
    for (int k = 0; k < r->rules && k < p->rules; k++) {
        r->rule[k].pairs = p->rule_scored[k];
        r->rule[k].kept = p->rule_kept[k];
        r->rule[k].unique = p->rule_unique[k];
    }
    memcpy(r->histogram, p->histogram, sizeof r->histogram);
    p->pair = NULL;
    p->pairs = 0;
}

static enum status score_all(const struct link_data *d, const struct plan *plan,
                             const struct link_options *o, const struct scorer *scorer,
                             struct link_result *r, struct err *e)
{
    size_t chunks;
    struct chunk *chunk = plan_chunks(plan, CHUNK_PAIRS, &chunks);
    if (o->shards)
        chunks = pieces_of_shard(chunk, chunks, o->shard, o->shards);
    struct scan s = {.d = d, .plan = plan, .chunk = chunk, .scorer = scorer, .keep = 1};
    s.kept = (float)o->threshold_bits;
    s.unique = o->diagnose;
    s.store = r->least = (float)fmin(o->keep_bits, o->threshold_bits);
    s.least = o->diagnose ? fminf(s.store, LINK_HISTOGRAM_MIN) : s.store;
    s.most = pairs_most(o);
    s.out = mem_zalloc(chunks, sizeof *s.out);
    atomic_size_t stored = 0;
    s.stored = &stored;
    pool_run(o->threads, chunks, scan_chunk, &s);
    size_t pairs = 0;
    for (size_t i = 0; i < chunks; i++)
        pairs += s.out[i].pairs;
    bool fits = pairs <= s.most;
    r->pair = mem_array(fits ? pairs : 0, sizeof *r->pair);
    for (size_t i = 0; i < chunks; i++) {
        struct scan_out *out = &s.out[i];
        struct link_rule_report *rr = &r->rule[chunk[i].rule];
        rr->pairs += out->scored;
        rr->kept += out->kept;
        rr->unique += out->unique;
        r->pairs_scored += out->scored;
        for (size_t k = 0; k < sizeof out->histogram / sizeof out->histogram[0]; k++)
            r->histogram[k] += out->histogram[k];
        if (fits && out->pairs)
            memcpy(r->pair + r->pairs, out->pair, out->pairs * sizeof *out->pair);
        r->pairs += fits ? out->pairs : 0;
        free(out->pair);
    }
    free(s.out);
    free(chunk);
    return fits ? ST_OK : too_many_pairs(s.most, e);
}

static void report_rules(const struct link_data *d, const struct plan *plan, struct link_result *r)
{
    r->rules = plan->rules;
    r->rule = mem_zalloc((size_t)plan->rules, sizeof *r->rule);
    for (int k = 0; k < plan->rules; k++) {
        rule_name(d, &plan->rule[k].rule, r->rule[k].name, sizeof r->rule[k].name);
        r->rule[k].largest = plan->rule[k].largest;
        r->rule[k].dropped = plan->rule[k].dropped;
    }
}

static int by_records(const void *x, const void *y)
{
    const struct link_pair *p = x, *q = y;
    return p->a != q->a ? (p->a < q->a ? -1 : 1) : p->b < q->b ? -1 : p->b > q->b;
}

enum status link_run(struct link_data *d, const struct link_options *o, struct link_model **model,
                     struct link_result *r, struct err *e)
{
    *r = (struct link_result){0};
    TRY(clusters_check_constraints(d, o, e));
    r->records = d->n;
    levels_init();
    double t0 = now(o);
    struct plan plan;
    if (*model && o->frozen) {
        link_frozen_bind(o->frozen, *model, d);
        plan_frozen(&plan, d, o->frozen);
    } else {
        plan_new(&plan, d);
    }
    r->pairs_possible = pairs_possible(d);
    report_rules(d, &plan, r);
    double t1 = now(o);
    r->block_seconds = t1 - t0;
    bool trained = !*model;
    if (trained) {
        enum status s = train(d, &plan, o, model, e);
        if (s != ST_OK) {
            bool nothing = true;
            for (int k = 0; k < plan.rules; k++)
                nothing &= plan.rule[k].pairs == 0;
            plan_free(&plan);
            link_result_free(r);
            r->nothing_to_compare = nothing;
            return s;
        }
    }
    if (trained || !o->frozen)
        model_bind(*model, d, trained || o->own_frequencies);
    double t2 = now(o);
    r->em_seconds = t2 - t1;
    if (trained && o->train_only) {
        r->frozen = frozen_new(d, *model, &plan);
        plan_free(&plan);
        return ST_OK;
    }
    struct scorer scorer;
    scorer_new(&scorer, d, *model);
    enum status st = ST_OK;
    if (o->joined)
        take_joined(o->joined, r);
    else
        st = score_all(d, &plan, o, &scorer, r, e);
    if (st != ST_OK) {
        plan_free(&plan);
        link_result_free(r);
        return st;
    }
    double t3 = now(o);
    r->score_seconds = t3 - t2;
    if (o->shards) {
        plan_free(&plan);
        return ST_OK;
    }
    clusters_make(d, &plan, &scorer, o, r);
    if (o->diagnose)
        link_diagnose(d, &scorer, o->threshold_bits, r);
    size_t kept = 0;
    for (size_t i = 0; i < r->pairs; i++)
        if (r->pair[i].bits >= (float)o->keep_bits)
            r->pair[kept++] = r->pair[i];
    r->pairs = kept;
    qsort(r->pair, r->pairs, sizeof *r->pair, by_records);
    r->cluster_seconds = now(o) - t3;
    plan_free(&plan);
    return ST_OK;
}

void link_result_free(struct link_result *r)
{
    free(r->cluster);
    free(r->pair);
    free(r->rule);
    free(r->warning);
    link_frozen_free(r->frozen);
    *r = (struct link_result){0};
}
