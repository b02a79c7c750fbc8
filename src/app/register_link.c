#include "app/register_link.h"

#include "app/link_around.h"
#include "app/link_causes.h"
#include "app/link_these.h"
#include "linkage/model_json.h"

#include <stdlib.h>

/* A register that has outgrown its model by one in GROWTH of its records gets a new one. */
enum { GROWTH = 4 };

struct job {
    struct store *store;
    int threads;
    const struct progress *progress;
    struct register_link_job *out;
    struct register_model model;
    int64_t linked; /* highest record that was compared with everybody */
    struct pending *pending;
    size_t pendings;
    struct arena memory;
};

/* ---- writing ---- */

/* The machine's claims between records that were linked again, and that were not made again. */
struct unrepeated {
    const struct link_records *records;
    const struct linked *linked;
    int64_t record;
    struct claim *all;
    size_t count, cap;
};

static int by_claim(const void *x, const void *y)
{
    const struct claim *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static enum status note_unrepeated(void *ctx, const struct claim *c, struct err *e)
{
    struct unrepeated *u = ctx;
    uint32_t at;
    (void)e;
    if (c->human || c->a != u->record || !link_records_find(u->records, c->b, &at) ||
        (u->linked->claims && bsearch(c, u->linked->claim, u->linked->claims, sizeof *c, by_claim)))
        return ST_OK;
    MEM_GROW(u->all, u->cap, u->count + 1);
    u->all[u->count++] = (struct claim){.a = c->a, .b = c->b};
    return ST_OK;
}

static enum status withdraw_unrepeated(struct job *j, const struct link_records *r,
                                       const struct linked *l, int64_t run, struct err *e)
{
    struct unrepeated u = {.records = r, .linked = l};
    enum status s = ST_OK;
    uint64_t withdrawn;
    for (size_t k = 0; k < r->count && s == ST_OK; k++) {
        u.record = r->id[k];
        s = store_claims_of(j->store, r->id[k], note_unrepeated, &u, e);
    }
    if (s == ST_OK)
        s = store_claims_withdraw(j->store, u.all, u.count, run, &withdrawn, e);
    free(u.all);
    return s;
}

static enum status write_lines(struct job *j, const struct link_records *r, const struct linked *l,
                               const struct link_causes *causes, struct err *e)
{
    uint64_t moved;
    const char **why = mem_array(r->count + 1, sizeof *why);
    link_causes(causes, r, l->group, &j->memory, why);
    enum status s = store_lines_set(j->store, r->id, l->group, why, r->count, &moved, e);
    free(why);
    j->out->moved += moved;
    return s;
}

static enum status write_all(struct job *j, const struct link_records *r, const struct linked *l,
                             const struct link_causes *causes, bool whole, struct err *e)
{
    int64_t run;
    uint64_t written;
    TRY(store_mark_get(j->store, "link.run", 0, &run, e));
    TRY(store_claims_put(j->store, l->claim, l->claims, run + 1, &written, e));
    if (whole)
        TRY(store_claims_withdraw_older(j->store, run + 1, &written, e));
    else
        TRY(withdraw_unrepeated(j, r, l, run + 1, e));
    TRY(write_lines(j, r, l, causes, e));
    TRY(store_pending_done(j->store, j->pending, j->pendings, e));
    return store_mark_set(j->store, "link.run", run + 1, e);
}

static void count(const struct job *j, const struct link_records *r, const struct linked *l)
{
    j->out->linked_again = r->count;
    j->out->pairs_scored += l->pairs_scored;
    j->out->joined = l->joined;
    j->out->proposed = l->proposed;
    j->out->by_reference = l->by_reference;
}

/* ---- everything ---- */

/* A young register, in which no two records meet, gets no model, and that is no error. */
static enum status train(struct job *j, struct link_records *r, struct err *e)
{
    struct link_options options = {.threads = j->threads, .train_only = true};
    struct link_result result = {0};
    register_model_free(&j->model);
    enum status s = link_data_finish(r->data, j->threads, e);
    if (s == ST_OK)
        s = link_run(r->data, &options, &j->model.model, &result, e);
    if (s != ST_OK && result.nothing_to_compare) {
        *e = (struct err){0};
        s = ST_OK;
    }
    j->model.frozen = result.frozen;
    j->model.records = r->count;
    result.frozen = NULL;
    link_result_free(&result);
    if (s != ST_OK || !j->model.frozen)
        register_model_free(&j->model);
    return s;
}

static enum status write_whole(struct job *j, const struct link_records *r, const struct linked *l,
                               int64_t model_before, struct err *e)
{
    char whole[60];
    struct link_causes causes = {j->pending, j->pendings, j->linked, whole, false};
    TRY(store_begin(j->store, e));
    enum status s = ST_OK;
    if (j->out->trained && j->model.model)
        s = register_model_keep(j->store, &j->model, e);
    causes.only_whole = j->out->trained && model_before > 0;
    snprintf(whole, sizeof whole, "model %lld", (long long)j->model.id);
    if (s == ST_OK)
        s = write_all(j, r, l, &causes, true, e);
    if (s == ST_OK && r->count)
        s = store_mark_set(j->store, "link.highest", r->id[r->count - 1], e);
    if (s == ST_OK)
        return store_commit(j->store, e);
    store_rollback(j->store);
    return s;
}

static enum status link_all(struct job *j, bool new_model, struct err *e)
{
    struct link_records r;
    struct link_wanted everybody = {0};
    int64_t model_before;
    TRY(store_link_model_id(j->store, &model_before, e));
    TRY(link_records_read(j->store, &everybody, &r, j->progress, e));
    struct link_decisions d = {.records = &r};
    struct linked l = {0};
    enum status s = ST_OK;
    j->out->trained = new_model && r.count > 1;
    if (j->out->trained)
        s = train(j, &r, e);
    if (s == ST_OK)
        s = store_claims_each(j->store, -1, link_decisions_add, &d, e);
    if (s == ST_OK)
        s = link_these(&r, &j->model, &d, j->threads, j->progress, &l, e);
    if (s == ST_OK) {
        j->out->trained &= j->model.model != NULL;
        j->out->lines = l.people;
        count(j, &r, &l);
        s = write_whole(j, &r, &l, model_before, e);
    }
    linked_free(&l);
    free(d.all);
    link_records_free(&r);
    return s;
}

/* ---- the components concerned ---- */

struct seeds {
    int64_t *id;
    size_t n, cap;
};

static void add_seed(struct seeds *s, int64_t id)
{
    MEM_GROW(s->id, s->cap, s->n + 1);
    s->id[s->n++] = id;
}

/* Links the components of the seeds and writes the outcome, in the open transaction. */
static enum status link_components(struct job *j, const struct seeds *seeds, struct err *e)
{
    struct link_wanted wanted = {0};
    struct link_records r = {0};
    struct link_causes causes = {j->pending, j->pendings, j->linked, "", false};
    int64_t *id;
    TRY(link_around(j->store, seeds->id, seeds->n, &id, &wanted.count, e));
    wanted.records = id;
    enum status s = wanted.count ? link_records_read(j->store, &wanted, &r, NULL, e) : ST_OK;
    free(id);
    TRY(s);
    struct link_decisions d = {.records = &r};
    struct linked l = {0};
    for (size_t k = 0; k < r.count && s == ST_OK; k++) /* each is met from both its records */
        s = store_claims_of(j->store, r.id[k], link_decisions_add, &d, e);
    if (s == ST_OK)
        s = link_these(&r, &j->model, &d, j->threads, NULL, &l, e);
    if (s == ST_OK) {
        count(j, &r, &l);
        s = write_all(j, &r, &l, &causes, false, e);
    }
    linked_free(&l);
    free(d.all);
    link_records_free(&r);
    return s;
}

/* Who the new records, and those that are back, could be: seeds are they and all those. */
static enum status find_partners(struct job *j, struct link_records *r, struct seeds *seeds,
                                 struct err *e)
{
    struct link_result result = {0};
    struct reference_pair *pairs;
    struct link_options options = {.threads = j->threads,
                                   .frozen = j->model.frozen,
                                   .threshold_bits = LINK_AUTO_BITS,
                                   .keep_bits = LINK_REVIEW_BITS,
                                   .progress = j->progress};
    TRY(link_data_finish(r->data, j->threads, e));
    TRY(link_model_fit(j->model.model, r->data, e));
    TRY(link_run(r->data, &options, &j->model.model, &result, e));
    int64_t *id_of_rank = mem_array(r->count, sizeof *id_of_rank);
    for (size_t k = 0; k < r->count; k++) {
        id_of_rank[link_data_rank(r->data, (uint32_t)k)] = r->id[k];
        if (r->fresh[k])
            add_seed(seeds, r->id[k]);
    }
    for (size_t i = 0; i < result.pairs; i++) {
        add_seed(seeds, id_of_rank[result.pair[i].a]);
        add_seed(seeds, id_of_rank[result.pair[i].b]);
    }
    j->out->pairs_scored = result.pairs_scored;
    free(id_of_rank);
    link_result_free(&result);
    size_t n = link_reference_pairs(r, &pairs);
    for (size_t i = 0; i < n; i++) {
        uint32_t a, b;
        if (!link_records_find(r, pairs[i].a, &a) || !link_records_find(r, pairs[i].b, &b) ||
            !(r->fresh[a] || r->fresh[b]))
            continue;
        add_seed(seeds, pairs[i].a);
        add_seed(seeds, pairs[i].b);
    }
    free(pairs);
    return ST_OK;
}

static enum status link_new(struct job *j, struct err *e)
{
    struct link_records r = {0};
    struct seeds seeds = {0};
    struct link_wanted wanted = {.only_fresh = true, .after = j->linked};
    int64_t *again = mem_array(j->pendings + 1, sizeof *again), highest = j->linked;
    bool compare = false;
    for (size_t k = 0; k < j->pendings; k++)
        if (j->pending[k].visible) {
            add_seed(&seeds, j->pending[k].record);
            if (j->pending[k].compare)
                again[wanted.agains++] = j->pending[k].record;
        }
    wanted.again = again;
    enum status s = ST_OK;
    if (j->out->new_records || wanted.agains) {
        s = link_records_read(j->store, &wanted, &r, j->progress, e);
        compare = s == ST_OK;
    }
    if (compare) {
        if (r.count > 1)
            s = find_partners(j, &r, &seeds, e);
        highest = r.count && r.id[r.count - 1] > highest ? r.id[r.count - 1] : highest;
        link_records_free(&r);
    }
    if (s == ST_OK)
        s = store_begin(j->store, e);
    if (s == ST_OK) {
        s = link_components(j, &seeds, e);
        if (s == ST_OK)
            s = store_mark_set(j->store, "link.highest", highest, e);
        if (s == ST_OK)
            s = store_commit(j->store, e);
        else
            store_rollback(j->store);
    }
    free(again);
    free(seeds.id);
    return s;
}

/* ---- the job ---- */

static enum status run(struct job *j, struct err *e)
{
    struct register_link_job *o = j->out;
    int64_t highest;
    TRY(store_count_records(j->store, &o->records, &o->lines, &highest, e));
    TRY(store_count_new(j->store, j->linked, &o->new_records, e));
    TRY(store_pending_read(j->store, &j->memory, &j->pending, &j->pendings, e));
    TRY(register_model_read(j->store, &j->model, e));
    bool outgrown = !j->model.model || o->records > j->model.records + j->model.records / GROWTH;
    o->nothing_new = !o->full && !o->train && !o->new_records && !j->pendings && !j->model.outdated;
    if (o->nothing_new)
        return ST_OK;
    if (o->full || o->train || outgrown)
        return link_all(j, o->train || outgrown, e);
    TRY(link_new(j, e));
    return store_count_records(j->store, &o->records, &o->lines, &highest, e);
}

enum status register_link(struct register_link_job *job, struct err *e)
{
    struct job j = {
        .store = job->store, .threads = job->threads, .progress = &job->progress, .out = job};
    TRY(store_mark_get(job->store, "link.highest", 0, &j.linked, e));
    enum status s = run(&j, e);
    register_model_free(&j.model);
    arena_free(&j.memory);
    return s;
}

/* What people decided, and what followed from records that left: nothing to compare with everybody.
 */
static enum status read_decided(struct job *j, struct seeds *seeds, struct err *e)
{
    struct pending *all;
    size_t n;
    TRY(store_pending_read(j->store, &j->memory, &all, &n, e));
    j->pending = arena_array(&j->memory, n + 1, sizeof *j->pending);
    for (size_t k = 0; k < n; k++) {
        if (all[k].compare)
            continue;
        j->pending[j->pendings++] = all[k];
        if (all[k].visible)
            add_seed(seeds, all[k].record);
    }
    return ST_OK;
}

static enum status run_decided(struct job *j, bool *left, struct err *e)
{
    struct seeds seeds = {0};
    TRY(register_model_read(j->store, &j->model, e));
    *left = !j->model.model;
    if (*left)
        return ST_OK;
    enum status s = read_decided(j, &seeds, e);
    if (s == ST_OK)
        s = link_components(j, &seeds, e);
    free(seeds.id);
    return s;
}

enum status register_link_decided(struct store *s, int threads, uint64_t *moved, bool *left,
                                  struct err *e)
{
    struct register_link_job counts = {0};
    struct job j = {.store = s, .threads = threads, .out = &counts};
    TRY(store_mark_get(s, "link.highest", 0, &j.linked, e));
    enum status st = run_decided(&j, left, e);
    *moved = counts.moved;
    register_model_free(&j.model);
    arena_free(&j.memory);
    return st;
}

static enum status run_one(struct job *j, int64_t record, const int64_t *partner, size_t partners,
                           struct err *e)
{
    struct seeds seeds = {0};
    uint64_t waiting = 0;
    add_seed(&seeds, record);
    for (size_t k = 0; k < partners; k++)
        add_seed(&seeds, partner[k]);
    enum status s = read_decided(j, &seeds, e);
    if (s == ST_OK)
        s = link_components(j, &seeds, e);
    if (s == ST_OK)
        s = store_count_new(j->store, j->linked, &waiting, e);
    if (s == ST_OK && waiting == 1) /* else register_link does it again, with the others */
        s = store_mark_set(j->store, "link.highest", record, e);
    free(seeds.id);
    return s;
}

enum status register_link_one(struct store *s, const struct register_model *m, int threads,
                              int64_t record, const int64_t *partner, size_t partners,
                              uint64_t *moved, struct err *e)
{
    struct register_link_job counts = {0};
    struct job j = {.store = s, .threads = threads, .out = &counts, .model = *m};
    TRY(store_mark_get(s, "link.highest", 0, &j.linked, e));
    enum status st = run_one(&j, record, partner, partners, e);
    *moved = counts.moved;
    arena_free(&j.memory);
    return st;
}
