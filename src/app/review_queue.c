/* The queue by value of information. */
#include "app/register_link.h"
#include "app/review_parts.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

struct gather {
    struct store *store;
    struct review_item *all; /* every claim, in order of (a, b) */
    size_t count, cap;
    struct arena *memory;
};

static enum status note_claim(void *ctx, const struct claim *c, struct err *e)
{
    struct gather *g = ctx;
    (void)e;
    MEM_GROW(g->all, g->cap, g->count + 1);
    struct review_item *it = &g->all[g->count++];
    *it = (struct review_item){.claim = *c};
    it->claim.actor = it->claim.at = NULL;
    it->claim.basis = arena_strdup(g->memory, c->basis);
    return ST_OK;
}

/* ---- answers that leave a pair open ---- */

static int by_pair(const void *x, const void *y)
{
    const struct claim *a = &((const struct review_item *)x)->claim,
                       *b = &((const struct review_item *)y)->claim;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* While reviews are read, `value` holds the first letter of the first answer; order is by id, so
 * either may come first. */
static enum status note_answer(void *ctx, const struct review *r, struct err *e)
{
    struct gather *g = ctx;
    (void)e;
    bool pair = strcmp(r->question, REVIEW_FIRST) == 0 || strcmp(r->question, REVIEW_SECOND) == 0;
    if (!pair || !g->count)
        return ST_OK;
    bool ordered = r->record < r->other; /* a corrected record has a new number */
    struct review_item key = {
        .claim = {.a = ordered ? r->record : r->other, .b = ordered ? r->other : r->record}};
    struct review_item *it = bsearch(&key, g->all, g->count, sizeof *g->all, by_pair);
    if (!it)
        return ST_OK;
    it->seconded |= strcmp(r->question, REVIEW_SECOND) == 0;
    it->conflict = it->value != 0.0 && it->value != (double)r->answer[0];
    it->unsure = strcmp(r->answer, "UNSURE") == 0;
    it->value = (double)r->answer[0];
    return ST_OK;
}

/* ---- lines and flags ---- */

struct by_record {
    int64_t record, line;
};

static int by_record_id(const void *x, const void *y)
{
    const struct by_record *a = x, *b = y;
    return (a->record > b->record) - (a->record < b->record);
}

static int64_t line_of(const struct by_record *map, size_t n, int64_t record)
{
    struct by_record key = {record, 0};
    const struct by_record *at = n ? bsearch(&key, map, n, sizeof *map, by_record_id) : NULL;
    return at ? at->line : 0;
}

static enum status read_lines(struct store *s, struct review_item *items, size_t n, struct err *e)
{
    int64_t *ids = mem_array(2 * n + 1, sizeof *ids), *records, *lines;
    size_t count;
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = items[i].claim.a;
        ids[2 * i + 1] = items[i].claim.b;
    }
    enum status st = store_lines_records(s, ids, 2 * n, &records, &lines, &count, e);
    if (st == ST_OK) {
        struct by_record *map = mem_array(count, sizeof *map);
        for (size_t i = 0; i < count; i++)
            map[i] = (struct by_record){records[i], lines[i]};
        if (count)
            qsort(map, count, sizeof *map, by_record_id);
        for (size_t i = 0; i < n; i++) {
            items[i].line_a = line_of(map, count, items[i].claim.a);
            items[i].line_b = line_of(map, count, items[i].claim.b);
        }
        free(map);
    }
    free(records);
    free(lines);
    free(ids);
    return st;
}

/* Lines with an open flag, and records of flags that lapsed. */
struct flags {
    int64_t *line, *lapsed;
    size_t lines, line_cap, lapses, lapsed_cap;
};

static enum status note_flag(void *ctx, const struct flag *f, struct err *e)
{
    struct flags *l = ctx;
    (void)e;
    if (f->lapsed) {
        MEM_GROW(l->lapsed, l->lapsed_cap, l->lapses + 1);
        l->lapsed[l->lapses++] = f->record;
    } else if (f->state != FLAG_CLOSED) {
        MEM_GROW(l->line, l->line_cap, l->lines + 1);
        l->line[l->lines++] = f->line;
    }
    return ST_OK;
}

static bool holds_number(const int64_t *all, size_t n, int64_t number)
{
    return n && bsearch(&number, all, n, sizeof *all, order_int64);
}

static enum status read_flags(struct store *s, struct flags *l, struct err *e)
{
    TRY(store_flags_each(s, -1, note_flag, l, e));
    if (l->lines)
        qsort(l->line, l->lines, sizeof *l->line, order_int64);
    if (l->lapses)
        qsort(l->lapsed, l->lapses, sizeof *l->lapsed, order_int64);
    return ST_OK;
}

/* Whoever parts a flagged person's records makes the flag go: a second person should have looked.
 */
static void mark_hidden(struct review_item *items, size_t n, const struct flags *l)
{
    for (size_t i = 0; i < n; i++) {
        const struct claim *c = &items[i].claim;
        items[i].hidden =
            c->human && c->status == CLAIM_SPLIT && !items[i].seconded &&
            (holds_number(l->lapsed, l->lapses, c->a) || holds_number(l->lapsed, l->lapses, c->b));
    }
}

static void mark_flagged(struct review_item *items, size_t n, const struct flags *l)
{
    for (size_t i = 0; i < n; i++)
        items[i].flagged = items[i].hidden || holds_number(l->line, l->lines, items[i].line_a) ||
                           holds_number(l->line, l->lines, items[i].line_b);
}

/* ---- the value of a decision ---- */

/* Bits of doubt. */
static double entropy(double p)
{
    return p <= 0.0 || p >= 1.0 ? 0.0 : -p * log2(p) - (1.0 - p) * log2(1.0 - p);
}

/* How many joining claims hold each record: one that hangs by a single claim is a repeat referral
 * by that claim alone. */
static int holds(const int64_t *joined, size_t n, int64_t record)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (joined[mid] < record)
            lo = mid + 1;
        else
            hi = mid;
    }
    int count = 0;
    while (lo < n && joined[lo] == record && count < 2) {
        count++;
        lo++;
    }
    return count;
}

static void value_items(struct review_item *items, size_t n, const struct gather *g)
{
    size_t count = 0;
    int64_t *joined = mem_array(2 * g->count + 1, sizeof *joined);
    for (size_t i = 0; i < g->count; i++)
        if (claim_joins(g->all[i].claim.status)) {
            joined[count++] = g->all[i].claim.a;
            joined[count++] = g->all[i].claim.b;
        }
    if (count)
        qsort(joined, count, sizeof *joined, order_int64);
    for (size_t i = 0; i < n; i++) {
        struct review_item *it = &items[i];
        it->changes_repeat = it->line_a != it->line_b || holds(joined, count, it->claim.a) < 2 ||
                             holds(joined, count, it->claim.b) < 2;
        double doubt = it->conflict || it->hidden ? 1.0 : entropy(it->claim.probability);
        it->value = doubt * (1.0 + it->changes_repeat + it->flagged);
    }
    free(joined);
}

static int most_valuable(const void *x, const void *y)
{
    const struct review_item *a = x, *b = y;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return by_pair(x, y);
}

static bool is_open(const struct review_item *it)
{
    const struct claim *c = &it->claim;
    if (review_is_decided(c))
        return it->hidden;
    return c->status == CLAIM_PROPOSED || it->conflict || it->unsure ||
           (c->status == CLAIM_AUTO && !review_is_by_reference(c) &&
            c->probability < REVIEW_WEAK_LINK) ||
           (c->status == CLAIM_AUTO && review_is_by_reference(c) &&
            c->weight < 0.5 * LINK_REFERENCE_VETO_BITS);
}

/* ---- all of it ---- */

static enum status fill(struct review_queue *out, struct gather *g, struct flags *flags,
                        struct err *e)
{
    TRY(store_claims_each(g->store, -1, note_claim, g, e));
    TRY(store_reviews_each(g->store, note_answer, g, e));
    TRY(read_flags(g->store, flags, e));
    mark_hidden(g->all, g->count, flags);
    out->item = mem_array(g->count + 1, sizeof *out->item);
    for (size_t i = 0; i < g->count; i++)
        if (is_open(&g->all[i]))
            out->item[out->items++] = g->all[i];
    TRY(read_lines(g->store, out->item, out->items, e));
    mark_flagged(out->item, out->items, flags);
    value_items(out->item, out->items, g);
    if (out->items)
        qsort(out->item, out->items, sizeof *out->item, most_valuable);
    return review_measure(g->store, g->all, g->count, &out->zones, &out->figures, e);
}

enum status review_queue_read(struct store *s, struct review_queue *out, struct err *e)
{
    *out = (struct review_queue){0};
    struct gather g = {.store = s, .memory = &out->memory};
    struct flags flags = {0};
    enum status st = fill(out, &g, &flags, e);
    free(flags.line);
    free(flags.lapsed);
    free(g.all);
    return st;
}

void review_queue_free(struct review_queue *q)
{
    free(q->item);
    arena_free(&q->memory);
    *q = (struct review_queue){0};
}
