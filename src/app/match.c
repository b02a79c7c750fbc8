#include "app/match.h"

#include "app/live.h"
#include "app/register_link.h"
#include "base/limits.h"
#include "base/order.h"
#include "linkage/search.h"
#include "store/admin.h"

#include <math.h>
#include <stdlib.h>

struct matcher {
    struct store *store;
    struct live *live;
    int32_t today;
};

enum status matcher_new(struct store *s, int threads, int32_t today,
                        const struct progress *progress, struct matcher **out, struct err *e)
{
    struct live *live;
    *out = NULL;
    TRY(live_open(s, threads, progress, &live, e));
    *out = mem_zalloc(1, sizeof **out);
    **out = (struct matcher){s, live, today};
    return ST_OK;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    live_free(m->live);
    free(m);
}

/* ---- the answer ---- */

struct picked {
    struct link_candidate c;
    bool by_reference;
};

static int better(const void *x, const void *y)
{
    const struct picked *a = x, *b = y;
    if (a->by_reference != b->by_reference)
        return a->by_reference ? -1 : 1;
    if (a->c.bits != b->c.bits)
        return a->c.bits > b->c.bits ? -1 : 1;
    return a->c.record < b->c.record ? -1 : a->c.record > b->c.record;
}

/* Records that bear the reference are candidates whether or not a blocking key brings them. */
static size_t add_borne(struct matcher *m, const struct str *cells, const int64_t *borne, size_t n,
                        struct picked *p, size_t count)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t record;
        if (!live_find(m->live, borne[i], &record))
            continue;
        size_t k = 0;
        while (k < count && p[k].c.record != record)
            k++;
        if (k == count)
            p[count++].c = link_index_score(live_index(m->live), cells, record);
        p[k].by_reference = true;
    }
    return count;
}

static size_t pick(struct matcher *m, const struct match_query *q, const struct str *cells,
                   const int64_t *borne, size_t bornes, struct picked *p)
{
    struct link_candidate found[MATCH_MOST];
    size_t most = q->most ? (size_t)q->most : MATCH_USUAL, kept = 0;
    size_t n =
        link_index_lookup(live_index(m->live), cells, (struct str){"", 0}, found, MATCH_MOST);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct picked){found[i], false};
    n = add_borne(m, cells, borne, bornes, p, n);
    if (n)
        qsort(p, n, sizeof *p, better);
    double least = q->certain_only ? MATCH_CERTAIN_BITS : LINK_REVIEW_BITS;
    for (size_t i = 0; i < n && kept < most; i++)
        if (p[i].by_reference || p[i].c.bits >= least)
            p[kept++] = p[i];
    return kept;
}

static const char *grade_of(const struct picked *p)
{
    if (p->c.bits >= MATCH_CERTAIN_BITS)
        return "certain";
    return p->c.bits >= LINK_AUTO_BITS || (p->by_reference && p->c.bits > LINK_REFERENCE_VETO_BITS)
               ? "probable"
               : "possible";
}

/* Lines and pseudonyms of the candidates: the read that the audit log tells of. Records that left
 * the register since it was read are dropped. */
static enum status name_candidates(struct matcher *m, struct arena *memory,
                                   struct match_answer *out, struct err *e)
{
    static const char *const nothing[] = {NULL};
    int64_t ids[MATCH_MOST];
    for (int i = 0; i < out->count; i++)
        ids[i] = out->candidate[i].record;
    qsort(ids, (size_t)out->count, sizeof *ids, order_int64);
    struct view view = {.order = VIEW_BY_RECORD,
                        .purpose = "match",
                        .fields = nothing,
                        .records = ids,
                        .id_count = (size_t)out->count};
    struct cursor *cursor;
    struct view_batch rows;
    enum status s;
    TRY(store_view_open(m->store, &view, &cursor, e));
    while ((s = store_view_next(cursor, &rows, e)) == ST_OK && rows.n)
        for (size_t k = 0; k < rows.n; k++)
            for (int i = 0; i < out->count; i++)
                if (out->candidate[i].record == rows.rows[k].id) {
                    out->candidate[i].line = rows.rows[k].line;
                    out->candidate[i].person_id = arena_strdup(memory, rows.rows[k].person_id);
                }
    struct err closing = {0};
    enum status closed = store_view_close(cursor, s == ST_OK ? e : &closing);
    if (s == ST_OK)
        s = closed;
    int kept = 0;
    for (int i = 0; i < out->count; i++)
        if (out->candidate[i].person_id)
            out->candidate[kept++] = out->candidate[i];
    out->count = kept;
    return s;
}

enum status matcher_ask(struct matcher *m, const struct match_query *q, struct arena *memory,
                        struct match_answer *out, struct err *e)
{
    struct picked picked[2 * MATCH_MOST] = {0};
    struct str cells[CELLS];
    int64_t borne[MATCH_MOST];
    *out = (struct match_answer){0};
    TRY(match_query_cells(q, m->today, memory, cells, e));
    TRY(live_refresh(m->live, NULL, e));
    size_t bornes = q->reference ? live_borne(m->live, q->reference, borne, MATCH_MOST) : 0;
    bornes = bornes < MATCH_MOST ? bornes : MATCH_MOST;
    if (!cells[CELL_HO_REF].n && !bornes && q->reference)
        cells[CELL_HO_REF] = str_of(q->reference);
    size_t n = pick(m, q, cells, borne, bornes, picked);
    for (size_t i = 0; i < n; i++) {
        struct match_candidate *c = &out->candidate[out->count++];
        *c = (struct match_candidate){.record = live_record(m->live, picked[i].c.record),
                                      .bits = (double)picked[i].c.bits,
                                      .probability = 1.0 / (1.0 + exp2(-(double)picked[i].c.bits)),
                                      .grade = grade_of(&picked[i]),
                                      .by_reference = picked[i].by_reference};
        c->reasons = link_index_reasons(live_index(m->live), &picked[i].c, c->reason);
    }
    if (out->count)
        return name_candidates(m, memory, out, e);
    return store_audit_note(m->store, "match.asked", "no candidate", e);
}
