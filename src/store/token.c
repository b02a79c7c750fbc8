/* The blind index: keyed, truncated hashes of blocking keys. */
#include "store/store_private.h"

#include <stdlib.h>

struct entry {
    int64_t kind, bucket, record;
};

static int in_index_order(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

static enum status bucket_bits(struct store *s, int *bits, struct err *e)
{
    int64_t n;
    TRY(store_mark_get(s, "token_bits", 16, &n, e));
    *bits = n < 1 ? 1 : n > 62 ? 62 : (int)n;
    return ST_OK;
}

static enum status put(struct store *s, const struct entry *all, size_t n, struct err *e)
{
    struct db_stmt *q;
    enum status st;
    TRY(db_prepare(s->db,
                   "INSERT INTO token (kind, bucket, record) VALUES ($1, $2, $3)"
                   " ON CONFLICT (kind, bucket, record) DO NOTHING",
                   &q, e));
    st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        db_bind_int(q, 1, all[i].kind);
        db_bind_int(q, 2, all[i].bucket);
        db_bind_int(q, 3, all[i].record);
        st = db_run(q, e);
    }
    db_done(q);
    return st == ST_OK ? audit_append(s, "tokens.put", "", NULL, e, "done: %zu", n) : st;
}

enum status store_tokens_put(struct store *s, const struct token *t, size_t n, struct err *e)
{
    int bits;
    bool own;
    TRY(needs_key(s, CLASS_INDEX, e));
    TRY(bucket_bits(s, &bits, e));
    struct entry *all = mem_array(n, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (struct entry){
            t[i].kind, (int64_t)keyring_bucket(s->keys, t[i].kind, t[i].value, bits), t[i].record};
    if (n)
        qsort(all, n, sizeof *all, in_index_order);
    enum status st = store_enter(s, &own, e);
    if (st == ST_OK)
        st = store_leave(s, own, put(s, all, n, e), e);
    free(all);
    return st;
}

enum status store_tokens_find(struct store *s, int kind, struct str value, size_t limit,
                              int64_t **ids, size_t *count, size_t *cap, struct err *e)
{
    int bits;
    struct db_stmt *q;
    bool row;
    TRY(needs_key(s, CLASS_INDEX, e));
    TRY(bucket_bits(s, &bits, e));
    TRY(db_prepare(s->db,
                   "SELECT t.record FROM token t JOIN record r ON r.id = t.record"
                   " WHERE t.kind = $1 AND t.bucket = $2 AND r.active = 1 ORDER BY t.record"
                   " LIMIT $3",
                   &q, e));
    db_bind(q, "iii", (int64_t)kind, (int64_t)keyring_bucket(s->keys, kind, value, bits),
            (int64_t)limit);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        MEM_GROW(*ids, *cap, *count + 1);
        (*ids)[(*count)++] = db_int(q, 0);
    }
    db_done(q);
    return st;
}

enum status store_tokens_clear(struct store *s, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    enum status st = db_do(s->db, e, "DELETE FROM token", "");
    if (st == ST_OK)
        st = audit_append(s, "tokens.cleared", "", NULL, e, "done");
    return store_leave(s, own, st, e);
}
