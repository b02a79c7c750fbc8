#include "app/match.h"

#include "app/register_link.h"
#include "app/register_model.h"
#include "base/limits.h"
#include "base/order.h"
#include "linkage/search.h"
#include "store/admin.h"

#include <math.h>
#include <stdlib.h>

struct matcher {
    struct store *store;
    struct link_index *index;
    struct link_frozen *frozen; /* the index reads it */
    struct quoted *borne;       /* own references of records, by text */
    size_t borne_count;
    struct arena memory; /* their text */
    int32_t today;
};

/* ---- getting ready ---- */

static int by_text(const void *x, const void *y)
{
    const struct quoted *a = x, *b = y;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->record > b->record) - (a->record < b->record);
}

static enum status never_linked(struct err *e)
{
    err_set(e, ST_DATA, "the register was never linked, so there is no model to weigh a match by");
    return err_hint(e, "Import records, then run: throughline link --store DIR");
}

/* Takes over the model; the records' data goes to the index, on success and on failure. */
static enum status build_index(struct link_records *r, struct link_model *model,
                               const struct link_frozen *frozen, int threads,
                               struct link_index **out, struct err *e)
{
    struct link_data *d = r->data;
    struct link_index_options o = {.threshold_bits = LINK_AUTO_BITS, .frozen = frozen};
    enum status s = link_data_finish(d, threads, e);
    if (s == ST_OK)
        s = link_index_new(d, model, &o, out, e);
    if (s == ST_OK || *out) {
        r->data = NULL; /* the index owns both now */
        return s;
    }
    link_model_free(model);
    return s;
}

enum status matcher_new(struct store *s, int threads, int32_t today,
                        const struct progress *progress, struct matcher **out, struct err *e)
{
    struct register_model kept;
    struct link_records r;
    struct link_wanted everybody = {0};
    *out = NULL;
    TRY(register_model_read(s, &kept, e));
    if (!kept.model)
        return never_linked(e);
    enum status st = link_records_read(s, &everybody, &r, progress, e);
    if (st != ST_OK) {
        register_model_free(&kept);
        return st;
    }
    struct matcher *m = mem_zalloc(1, sizeof *m);
    m->store = s;
    m->today = today;
    m->frozen = kept.frozen;
    if (r.count < 2) {
        link_model_free(kept.model);
        st = never_linked(e);
    } else {
        st = build_index(&r, kept.model, kept.frozen, threads, &m->index, e);
    }
    if (r.borne_count)
        qsort(r.borne, r.borne_count, sizeof *r.borne, by_text);
    m->borne = r.borne;
    m->borne_count = r.borne_count;
    m->memory = r.memory;
    r.borne = NULL;
    r.memory = ARENA_EMPTY;
    link_records_free(&r);
    if (st != ST_OK) {
        matcher_free(m);
        return st;
    }
    *out = m;
    return ST_OK;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    link_index_free(m->index);
    link_frozen_free(m->frozen);
    free(m->borne);
    arena_free(&m->memory);
    free(m);
}

/* ---- references ---- */

/* Plain form of a reference as link_records keeps it: letters and digits, upper case. */
static void plain_reference(const char *text, char out[LIMIT_NAME_BYTES + 1])
{
    size_t n = 0;
    for (; *text && n < LIMIT_NAME_BYTES; text++) {
        char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 32) : *text;
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    out[n] = '\0';
}

/* The first of the records that bear this reference, in m->borne, and how many do. */
static size_t find_borne(const struct matcher *m, const char *reference, size_t *first)
{
    char plain[LIMIT_NAME_BYTES + 1];
    size_t lo = 0, hi = m->borne_count, n = 0;
    if (!reference || !*reference)
        return 0;
    plain_reference(reference, plain);
    struct quoted key = {INT64_MIN, plain};
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (by_text(&m->borne[mid], &key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    while (plain[0] && lo + n < m->borne_count && strcmp(m->borne[lo + n].text, plain) == 0)
        n++;
    *first = lo;
    return n;
}

/* ---- the answer ---- */

static int64_t record_id(const struct link_index *x, uint32_t record)
{
    struct str id = link_index_id(x, record);
    int64_t out = 0;
    for (size_t i = 0; i < id.n; i++)
        out = out * 10 + (id.p[i] - '0');
    return out;
}

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
static size_t add_borne(struct matcher *m, const struct str *cells, size_t first, size_t n,
                        struct picked *p, size_t count)
{
    for (size_t i = 0; i < n && i < MATCH_MOST; i++) {
        char name[20];
        uint32_t record;
        link_record_name(m->borne[first + i].record, name);
        if (!link_index_find(m->index, str_of(name), &record))
            BUG("a reference of a record that is not in the index");
        size_t k = 0;
        while (k < count && p[k].c.record != record)
            k++;
        if (k == count)
            p[count++].c = link_index_score(m->index, cells, record);
        p[k].by_reference = true;
    }
    return count;
}

static size_t pick(struct matcher *m, const struct match_query *q, const struct str *cells,
                   size_t borne_first, size_t borne, struct picked *p)
{
    struct link_candidate found[MATCH_MOST];
    size_t most = q->most ? (size_t)q->most : MATCH_USUAL, kept = 0;
    size_t n = link_index_lookup(m->index, cells, (struct str){"", 0}, found, MATCH_MOST);
    for (size_t i = 0; i < n; i++)
        p[i] = (struct picked){found[i], false};
    n = add_borne(m, cells, borne_first, borne, p, n);
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
    size_t first = 0;
    *out = (struct match_answer){0};
    TRY(match_query_cells(q, m->today, memory, cells, e));
    size_t borne = find_borne(m, q->reference, &first);
    if (!cells[CELL_HO_REF].n && !borne && q->reference)
        cells[CELL_HO_REF] = str_of(q->reference);
    size_t n = pick(m, q, cells, first, borne, picked);
    for (size_t i = 0; i < n; i++) {
        struct match_candidate *c = &out->candidate[out->count++];
        *c = (struct match_candidate){.record = record_id(m->index, picked[i].c.record),
                                      .bits = (double)picked[i].c.bits,
                                      .probability = 1.0 / (1.0 + exp2(-(double)picked[i].c.bits)),
                                      .grade = grade_of(&picked[i]),
                                      .by_reference = picked[i].by_reference};
        c->reasons = link_index_reasons(m->index, &picked[i].c, c->reason);
    }
    if (out->count)
        return name_candidates(m, memory, out, e);
    return store_audit_note(m->store, "match.asked", "no candidate", e);
}
