/* Answers on pairs of records: who may give them, what they do, and taking them back. */
#include "app/register_link.h"
#include "app/review.h"
#include "base/order.h"
#include "linkage/cluster.h"
#include "store/admin.h"

#include <stdlib.h>
#include <strings.h>

/* ---- answers ---- */

struct answers {
    struct arena *memory;
    struct review_answer *first, *second;
};

static enum status note_answer(void *ctx, const struct review *r, struct err *e)
{
    struct answers *f = ctx;
    (void)e;
    struct review_answer *to = strcmp(r->question, REVIEW_FIRST) == 0    ? f->first
                               : strcmp(r->question, REVIEW_SECOND) == 0 ? f->second
                                                                         : NULL;
    if (to)
        *to = (struct review_answer){
            r->id, arena_strdup(f->memory, r->answer), arena_strdup(f->memory, r->actor),
            arena_strdup(f->memory, r->at), arena_strdup(f->memory, r->note)};
    return ST_OK;
}

enum status review_answers_read(struct store *s, int64_t a, int64_t b, struct arena *memory,
                                struct review_answer *first, struct review_answer *second,
                                struct err *e)
{
    *first = *second = (struct review_answer){0};
    struct answers f = {memory, first, second};
    return store_reviews_of(s, a, b, note_answer, &f, e); /* a correction may turn the two round */
}

bool review_is_conflict(const struct review_answer *first, const struct review_answer *second)
{
    return first->id && second->id && strcmp(first->answer, second->answer) != 0;
}

/* ---- does it fit with the other decisions? ---- */

struct decided_pair {
    int64_t a, b;
    bool same;
};
/* Decisions that hang together with the pair in question: those on the records that decisions for
 * one person reach from either of the two. */
struct decisions {
    struct decided_pair *all;
    size_t count, cap;
    int64_t *reached;
    size_t reaches, reach_cap;
    int64_t a, b; /* the pair in question: its own claim is left out */
};

static void reach(struct decisions *d, int64_t id)
{
    for (size_t i = 0; i < d->reaches; i++)
        if (d->reached[i] == id)
            return;
    MEM_GROW(d->reached, d->reach_cap, d->reaches + 1);
    d->reached[d->reaches++] = id;
}

static enum status note_decision(void *ctx, const struct claim *c, struct err *e)
{
    struct decisions *d = ctx;
    (void)e;
    if (!c->human || (c->a == d->a && c->b == d->b))
        return ST_OK;
    if (c->status != CLAIM_CONFIRMED && c->status != CLAIM_REJECTED && c->status != CLAIM_SPLIT)
        return ST_OK;
    MEM_GROW(d->all, d->cap, d->count + 1);
    d->all[d->count++] = (struct decided_pair){c->a, c->b, c->status == CLAIM_CONFIRMED};
    if (c->status == CLAIM_CONFIRMED) {
        reach(d, c->a);
        reach(d, c->b);
    }
    return ST_OK;
}

static enum status find_decisions(struct store *s, struct decisions *d, struct err *e)
{
    reach(d, d->a);
    reach(d, d->b);
    for (size_t i = 0; i < d->reaches; i++)
        TRY(store_claims_of(s, d->reached[i], note_decision, d, e));
    return ST_OK;
}

static int by_id(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static uint32_t number_of(const int64_t *ids, size_t n, int64_t id)
{
    const int64_t *at = bsearch(&id, ids, n, sizeof *ids, by_id);
    return (uint32_t)(at - ids);
}

/* Two that must be together through others may not be kept apart. */
static bool is_consistent(const struct decided_pair *all, size_t n)
{
    int64_t *ids = mem_array(2 * n, sizeof *ids);
    uint32_t *parent = mem_array(2 * n, sizeof *parent);
    bool fits = true;
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = all[i].a;
        ids[2 * i + 1] = all[i].b;
        parent[2 * i] = (uint32_t)(2 * i);
        parent[2 * i + 1] = (uint32_t)(2 * i + 1);
    }
    qsort(ids, 2 * n, sizeof *ids, order_int64);
    size_t kept = 0;
    for (size_t i = 0; i < 2 * n; i++)
        if (kept == 0 || ids[i] != ids[kept - 1])
            ids[kept++] = ids[i];
    for (size_t i = 0; i < n; i++)
        if (all[i].same)
            unite(parent, number_of(ids, kept, all[i].a), number_of(ids, kept, all[i].b));
    for (size_t i = 0; i < n && fits; i++)
        fits = all[i].same || find_root(parent, number_of(ids, kept, all[i].a)) !=
                                  find_root(parent, number_of(ids, kept, all[i].b));
    free(ids);
    free(parent);
    return fits;
}

static enum status check_consistent(struct store *s, int64_t a, int64_t b, bool same, struct err *e)
{
    struct decisions d = {.a = a, .b = b};
    enum status st = find_decisions(s, &d, e);
    if (st == ST_OK) {
        MEM_GROW(d.all, d.cap, d.count + 1);
        d.all[d.count++] = (struct decided_pair){a, b, same};
        if (!is_consistent(d.all, d.count)) {
            err_set(e, ST_DATA,
                    "this contradicts earlier decisions on records %lld and %lld and others",
                    (long long)a, (long long)b);
            st = err_hint(
                e, "Decisions that join both through other records keep one person's records "
                   "together; undo one of them first (review show, review undo).");
        }
    }
    free(d.all);
    free(d.reached);
    return st;
}

/* ---- who may answer ---- */

enum status review_check_reviewer(struct store *s, const char *name, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct user *all;
    size_t n;
    const struct user *found = NULL;
    enum status st = store_user_list(s, &memory, &all, &n, e);
    for (size_t k = 0; st == ST_OK && k < n; k++)
        if (strcmp(all[k].name, name) == 0)
            found = &all[k];
    if (st == ST_OK && !found) {
        err_set(e, ST_DATA, "this register has no user of that name");
        st = err_hint(e, "throughline user add NAME --role " REVIEW_ROLE " --store DIR");
    } else if (st == ST_OK && found->disabled) {
        st = err_set(e, ST_DATA, "this user is disabled");
    } else if (st == ST_OK && strcmp(found->role, REVIEW_ROLE) != 0) {
        err_set(e, ST_DATA, "deciding is for a %s; this user is %s %s", REVIEW_ROLE,
                strchr("aeiou", found->role[0]) ? "an" : "a", found->role);
        st = err_hint(e, "See: throughline user list");
    }
    arena_free(&memory);
    return st;
}

static enum status check_reviewer(const struct review_decision *d,
                                  const struct review_answer *first,
                                  const struct review_answer *second, struct err *e)
{
    if (d->second && !first->id) {
        err_set(e, ST_DATA, "there is no first decision on this pair yet");
        return err_hint(e, "Decide without --second.");
    }
    if (d->second && strcasecmp(first->actor, d->reviewer) == 0)
        return err_set(e, ST_DATA, "the second reviewer must be another person than the first");
    const struct review_answer *mine = d->second ? second : first;
    const struct review_answer *others = d->second ? first : second;
    if (mine->id && strcasecmp(mine->actor, d->reviewer) != 0) {
        err_set(e, ST_DATA, "another person has decided this pair already");
        return err_hint(e, d->second ? "Undo that answer first." : "Use --second, or undo first.");
    }
    if (others->id && strcasecmp(others->actor, d->reviewer) == 0)
        return err_set(e, ST_DATA, "you have answered already as the other reviewer");
    return ST_OK;
}

/* ---- what an answer does ---- */

struct standing {
    int64_t a, b;
    char basis[40];
    enum claim_status status;
    bool human;
};

static enum status note_standing(void *ctx, const struct claim *c, struct err *e)
{
    struct standing *s = ctx;
    (void)e;
    if (c->a == s->a && c->b == s->b) {
        snprintf(s->basis, sizeof s->basis, "%s", c->basis);
        s->status = c->status;
        s->human = c->human;
    }
    return ST_OK;
}

/* SPLIT takes apart what was joined, REJECTED what was only proposed. */
static enum claim_status outcome_of(const char *answer, enum claim_status now)
{
    if (strcmp(answer, "SAME") == 0)
        return CLAIM_CONFIRMED;
    if (strcmp(answer, "DIFFERENT") == 0)
        return claim_joins(now) || now == CLAIM_SPLIT ? CLAIM_SPLIT : CLAIM_REJECTED;
    return CLAIM_PROPOSED;
}

/* The lines follow at once, in the same transaction. */
static enum status relink(struct store *s, int64_t a, int64_t b, const char *what,
                          struct review_linked *out, struct err *e)
{
    char cause[80];
    snprintf(cause, sizeof cause, "%s %lld and %lld", what, (long long)a, (long long)b);
    TRY(store_pending_add(s, a, false, cause, e));
    TRY(store_pending_add(s, b, false, cause, e));
    return register_link_decided(s, 1, &out->moved, &out->left, e);
}

static enum status write_decision(struct review_decision *d, const struct standing *now,
                                  struct err *e)
{
    struct review r = {.record = d->a,
                       .other = d->b,
                       .question = d->second ? REVIEW_SECOND : REVIEW_FIRST,
                       .answer = d->answer,
                       .note = d->note};
    TRY(store_begin(d->store, e));
    enum status st = store_claim_decide(d->store, d->a, d->b, d->outcome, now->basis, d->note, e);
    if (st == ST_OK)
        st = store_review_put(d->store, &r, e);
    if (st == ST_OK)
        st = relink(d->store, d->a, d->b, "decision on", &d->linked, e);
    if (st == ST_OK)
        return store_commit(d->store, e);
    store_rollback(d->store);
    return st;
}

enum status review_decide(struct review_decision *d, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct review_answer first, second, mine = {.id = 1, .answer = d->answer};
    if (d->a > d->b) {
        int64_t t = d->a;
        d->a = d->b;
        d->b = t;
    }
    if (d->a == d->b)
        return err_set(e, ST_DATA, "a record cannot be compared with itself");
    struct standing now = {.a = d->a, .b = d->b, .basis = "MANUAL", .status = CLAIM_WITHDRAWN};
    enum status st = review_answers_read(d->store, d->a, d->b, &memory, &first, &second, e);
    if (st == ST_OK)
        st = check_reviewer(d, &first, &second, e);
    if (st == ST_OK)
        st = store_claims_of(d->store, d->a, note_standing, &now, e);
    if (st == ST_OK) {
        d->conflict = review_is_conflict(d->second ? &first : &mine, d->second ? &mine : &second);
        d->outcome = d->conflict ? CLAIM_PROPOSED : outcome_of(d->answer, now.status);
    }
    if (st == ST_OK && d->outcome != CLAIM_PROPOSED)
        st = check_consistent(d->store, d->a, d->b, d->outcome == CLAIM_CONFIRMED, e);
    if (st == ST_OK)
        st = write_decision(d, &now, e);
    arena_free(&memory);
    return st;
}

/* What the answers that are left say, where the claim's own history does not: of a corrected record
 * it holds one step only. */
static enum status settle(struct store *s, int64_t a, int64_t b, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct review_answer first, second;
    struct standing now = {.a = a, .b = b, .basis = "MANUAL", .status = CLAIM_WITHDRAWN};
    enum status st = review_answers_read(s, a, b, &memory, &first, &second, e);
    if (st == ST_OK)
        st = store_claims_of(s, a, note_standing, &now, e);
    const struct review_answer *left = first.id ? &first : second.id ? &second : NULL;
    if (st == ST_OK && left) {
        enum claim_status wanted = review_is_conflict(&first, &second)
                                       ? CLAIM_PROPOSED
                                       : outcome_of(left->answer, now.status);
        if (wanted != now.status && !(wanted == CLAIM_PROPOSED && !now.human)) {
            st = store_claim_decide(s, a, b, wanted, now.basis, NULL, e);
            now.status = wanted;
        }
    }
    /* What stands again must fit with what was decided since. */
    if (st == ST_OK && (now.status == CLAIM_CONFIRMED || now.status == CLAIM_REJECTED ||
                        now.status == CLAIM_SPLIT))
        st = check_consistent(s, a, b, now.status == CLAIM_CONFIRMED, e);
    arena_free(&memory);
    return st;
}

static enum status take_back(struct store *s, int64_t a, int64_t b, int64_t review,
                             struct review_linked *out, struct err *e)
{
    TRY(store_begin(s, e));
    enum status st = store_claim_undo(s, a, b, e);
    if (st == ST_OK)
        st = store_review_undo(s, review, e);
    if (st == ST_OK)
        st = settle(s, a, b, e);
    if (st == ST_OK)
        st = relink(s, a, b, "decision undone on", out, e);
    if (st == ST_OK)
        return store_commit(s, e);
    store_rollback(s);
    return st;
}

enum status review_undo(struct store *s, int64_t a, int64_t b, struct review_linked *out,
                        struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct review_answer first, second;
    if (a > b) {
        int64_t t = a;
        a = b;
        b = t;
    }
    enum status st = review_answers_read(s, a, b, &memory, &first, &second, e);
    if (st == ST_OK && !first.id && !second.id)
        st = err_set(e, ST_DATA, "there is no decision on records %lld and %lld to undo",
                     (long long)a, (long long)b);
    if (st == ST_OK)
        st = take_back(s, a, b, second.id > first.id ? second.id : first.id, out, e);
    arena_free(&memory);
    return st;
}

/* ---- same incident or new episode ---- */

enum status review_incident(struct store *s, int64_t record, const char *answer, const char *note,
                            struct err *e)
{
    struct review r = {
        .record = record, .question = REVIEW_INCIDENT, .answer = answer, .note = note};
    return store_review_put(s, &r, e);
}

struct find_incident {
    int64_t record, id;
};

static enum status note_incident(void *ctx, const struct review *r, struct err *e)
{
    struct find_incident *f = ctx;
    (void)e;
    if (r->record == f->record && strcmp(r->question, REVIEW_INCIDENT) == 0 && r->id > f->id)
        f->id = r->id;
    return ST_OK;
}

enum status review_incident_undo(struct store *s, int64_t record, struct err *e)
{
    struct find_incident f = {record, 0};
    TRY(store_reviews_each(s, note_incident, &f, e));
    if (!f.id)
        return err_set(e, ST_DATA, "there is no answer on record %lld to undo", (long long)record);
    return store_review_undo(s, f.id, e);
}
