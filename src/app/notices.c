#include "app/notices.h"

#include "base/file.h"

#include <stdlib.h>

struct raised {
    int64_t id;
    char *provider;
    char reference[5];
};

struct raised_list {
    struct raised *all;
    size_t count, cap;
    struct arena memory;
};

static enum status note_raised(void *ctx, const struct flag *f, struct err *e)
{
    (void)e;
    struct raised_list *l = ctx;
    MEM_GROW(l->all, l->cap, l->count + 1);
    struct raised *r = &l->all[l->count++];
    r->id = f->id;
    r->provider = arena_strdup(&l->memory, f->provider);
    memcpy(r->reference, f->reference, sizeof r->reference);
    return ST_OK;
}

static enum status queue_notices(struct store *s, const struct raised_list *l, struct err *e)
{
    enum { GROUP = 2000 };
    for (size_t i = 0; i < l->count; i++) {
        char text[200];
        snprintf(text, sizeof text,
                 "Possible repeat referral. Contact the duty officer of the central authority, "
                 "reference %s.",
                 l->all[i].reference);
        struct notice n = {.flag = l->all[i].id, .provider = l->all[i].provider, .text = text};
        if (i % GROUP == 0)
            TRY(store_begin(s, e));
        enum status put = store_notice_put(s, &n, e);
        if (put != ST_OK) {
            store_rollback(s);
            return put;
        }
        if (i % GROUP == GROUP - 1 || i + 1 == l->count)
            TRY(store_commit(s, e));
    }
    return ST_OK;
}

/* ---- the outbox ---- */

struct queued {
    int64_t id;
    char *provider, *text, *at;
};

struct queue {
    struct queued *all;
    size_t count, cap;
    struct arena memory;
};

static enum status note_queued(void *ctx, const struct notice *n, struct err *e)
{
    (void)e;
    struct queue *q = ctx;
    MEM_GROW(q->all, q->cap, q->count + 1);
    q->all[q->count++] =
        (struct queued){n->id, arena_strdup(&q->memory, n->provider),
                        arena_strdup(&q->memory, n->text), arena_strdup(&q->memory, n->at)};
    return ST_OK;
}

static int by_provider(const void *x, const void *y)
{
    const struct queued *a = x, *b = y;
    int c = strcmp(a->provider, b->provider);
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

/* One provider's notices of this run. */
static enum status write_file(const char *dir, const struct queued *q, size_t n, struct err *e)
{
    char path[1200];
    struct buf b = BUF_EMPTY;
    buf_addf(&b, "To: %s\nDate: %s\nNotices: %zu\n\n",
             *q->provider ? q->provider : "Duty officer, central authority", q->at, n);
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s\n", q[i].text);
    snprintf(path, sizeof path, "%s/outbox/notices-%08lld.txt", dir, (long long)q->id);
    enum status s = file_write(path, buf_str(&b), e);
    buf_free(&b);
    return s;
}

static enum status mark_sent(struct store *s, const struct queue *q, struct err *e)
{
    TRY(store_begin(s, e));
    for (size_t i = 0; i < q->count; i++) {
        enum status sent = store_notice_sent(s, q->all[i].id, e);
        if (sent != ST_OK) {
            store_rollback(s);
            return sent;
        }
    }
    return store_commit(s, e);
}

static enum status write_files(struct store *s, const char *dir, const struct queue *q,
                               struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/outbox", dir);
    TRY(dir_make(path, e));
    qsort(q->all, q->count, sizeof *q->all, by_provider);
    for (size_t i = 0; i < q->count;) {
        size_t end = i + 1;
        while (end < q->count && strcmp(q->all[end].provider, q->all[i].provider) == 0)
            end++;
        TRY(write_file(dir, &q->all[i], end - i, e));
        i = end;
    }
    return mark_sent(s, q, e);
}

enum status notices_write(struct store *s, const char *dir, uint64_t *written, struct err *e)
{
    struct raised_list raised = {0};
    struct queue queue = {0};
    enum status status = store_flags_each(s, FLAG_RAISED, note_raised, &raised, e);
    if (status == ST_OK)
        status = queue_notices(s, &raised, e);
    if (status == ST_OK)
        status = store_notices_each(s, true, note_queued, &queue, e);
    if (status == ST_OK && queue.count)
        status = write_files(s, dir, &queue, e);
    *written = queue.count;
    free(raised.all);
    free(queue.all);
    arena_free(&raised.memory);
    arena_free(&queue.memory);
    return status;
}
