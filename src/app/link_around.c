#include "app/link_around.h"

#include "app/register_link.h"
#include "base/order.h"

#include <stdlib.h>

struct walk {
    struct store *store;
    uint64_t *seen; /* a bit a record */
    size_t words;
    int64_t *id;
    size_t n, cap;
};

static void reach(struct walk *w, int64_t id)
{
    size_t word = (size_t)id / 64;
    if (word >= w->words) {
        size_t had = w->words;
        w->words = 2 * word + 64;
        w->seen = mem_resize(w->seen, w->words, sizeof *w->seen);
        memset(w->seen + had, 0, (w->words - had) * sizeof *w->seen);
    }
    if (w->seen[word] >> (id % 64) & 1)
        return;
    w->seen[word] |= (uint64_t)1 << (id % 64);
    MEM_GROW(w->id, w->cap, w->n + 1);
    w->id[w->n++] = id;
}

static enum status reach_over(void *ctx, const struct claim *c, struct err *e)
{
    (void)e;
    if (claim_joins(c->status) || c->human || c->weight > LINK_AUTO_BITS ||
        strcmp(c->basis, "NRM_REF") == 0) {
        reach(ctx, c->a);
        reach(ctx, c->b);
    }
    return ST_OK;
}

static enum status reach_line(struct walk *w, int64_t id, struct err *e)
{
    int64_t *records, *lines;
    size_t n;
    enum status s = store_lines_records(w->store, &id, 1, &records, &lines, &n, e);
    for (size_t i = 0; s == ST_OK && i < n; i++)
        reach(w, records[i]);
    free(records);
    free(lines);
    return s;
}

enum status link_around(struct store *s, const int64_t *seed, size_t seeds, int64_t **out,
                        size_t *n, struct err *e)
{
    struct walk w = {.store = s};
    *out = NULL;
    *n = 0;
    for (size_t i = 0; i < seeds; i++)
        reach(&w, seed[i]);
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < w.n; i++) {
        st = store_claims_of(s, w.id[i], reach_over, &w, e);
        if (st == ST_OK)
            st = reach_line(&w, w.id[i], e);
    }
    free(w.seen);
    if (st != ST_OK) {
        free(w.id);
        return st;
    }
    if (w.n)
        qsort(w.id, w.n, sizeof *w.id, order_int64);
    *out = w.id;
    *n = w.n;
    return ST_OK;
}
