#include "linkage/frozen.h"

#include "base/order.h"
#include "linkage/radix.h"
#include "text/fold.h"

#include <math.h>
#include <stdlib.h>

/* ---- counts by hash ---- */

static uint64_t hash_of_both(uint64_t a, uint64_t b)
{
    return (a ^ 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull ^ b;
}

/* How many records have it; of what was not met often, one. */
static uint32_t count_of(const struct frozen_counts *c, uint64_t hash)
{
    uint32_t lo = 0, hi = c->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (c->hash[mid] < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->n && c->hash[lo] == hash ? c->count[lo] : 1;
}

struct counted {
    uint64_t hash;
    uint32_t count;
};

static int by_hash(const void *x, const void *y)
{
    const struct counted *a = x, *b = y;
    return a->hash < b->hash ? -1 : a->hash > b->hash;
}

static struct frozen_counts sorted_counts(struct counted *all, uint32_t n)
{
    struct frozen_counts out = {mem_array(n, sizeof *out.hash), mem_array(n, sizeof *out.count), n};
    if (n)
        qsort(all, n, sizeof *all, by_hash);
    for (uint32_t k = 0; k < n; k++) {
        out.hash[k] = all[k].hash;
        out.count[k] = all[k].count;
    }
    return out;
}

static struct frozen_counts count_values(const struct column *c)
{
    struct counted *all = mem_array(c->values, sizeof *all);
    uint32_t n = 0;
    for (uint32_t v = 1; v < c->values; v++)
        if (c->count[v] > 1)
            all[n++] = (struct counted){value_hash(c, v), c->count[v]};
    struct frozen_counts out = sorted_counts(all, n);
    free(all);
    return out;
}

static struct frozen_counts count_pairs(const struct link_data *d, int a, int b)
{
    struct radix_item *items = mem_array(d->n, sizeof *items),
                      *scratch = mem_array(d->n, sizeof *scratch);
    uint32_t n = 0, kept = 0;
    for (uint32_t r = 0; r < d->n; r++) {
        const uint32_t *row = data_row(d, r);
        if (row[a] && row[b])
            items[n++] = (struct radix_item){(uint64_t)row[a] << 32 | row[b], r};
    }
    struct radix_item *sorted = n ? radix_sort(items, scratch, n) : items;
    struct counted *all = mem_array((size_t)n / 2, sizeof *all);
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end].key == sorted[i].key;)
            end++;
        if (end - i > 1)
            all[kept++] =
                (struct counted){hash_of_both(value_hash(&d->column[a], sorted[i].key >> 32),
                                              value_hash(&d->column[b], (uint32_t)sorted[i].key)),
                                 end - i};
    }
    struct frozen_counts out = sorted_counts(all, kept);
    free(all);
    free(items);
    free(scratch);
    return out;
}

/* ---- making ---- */

struct link_frozen *frozen_new(const struct link_data *d, const struct link_model *m,
                               const struct plan *p)
{
    struct link_frozen *f = mem_zalloc(1, sizeof *f);
    f->records = d->n;
    f->columns = d->columns;
    for (int k = 0; k < d->columns; k++) {
        f->column[k].present = (uint32_t)d->column[k].present;
        f->column[k].unused = d->column[k].unused;
        f->column[k].values = count_values(&d->column[k]);
    }
    f->edges = m->edges;
    for (int i = 0; i < m->edges; i++) {
        f->edge[i].a = m->edge[i].a;
        f->edge[i].b = m->edge[i].b;
        f->edge[i].scale = model_lift_scale(d, &m->edge[i]);
        f->edge[i].pairs = count_pairs(d, m->edge[i].a, m->edge[i].b);
    }
    f->rules = p->tries;
    for (int r = 0; r < p->tries; r++) {
        const struct plan_tried *t = &p->tried[r];
        struct frozen_rule *to = &f->rule[r];
        *to = (struct frozen_rule){t->rule, mem_array(t->dropped_keys, sizeof *to->dropped),
                                   (uint32_t)t->dropped_keys};
        if (!to->n)
            continue;
        memcpy(to->dropped, t->dropped, to->n * sizeof *to->dropped);
        qsort(to->dropped, to->n, sizeof *to->dropped, order_uint64);
    }
    return f;
}

static void counts_free(struct frozen_counts *c)
{
    free(c->hash);
    free(c->count);
}

void link_frozen_free(struct link_frozen *f)
{
    if (!f)
        return;
    for (int k = 0; k < LINK_MAX_COLUMNS; k++) {
        counts_free(&f->column[k].values);
        counts_free(&f->edge[k].pairs);
    }
    for (int r = 0; r < LINK_MAX_RULES; r++)
        free(f->rule[r].dropped);
    free(f);
}

bool link_frozen_fits(const struct link_frozen *f, const struct link_model *m)
{
    bool fits = f->columns == m->columns && f->edges == m->edges;
    for (int k = 0; fits && k < m->columns; k++)
        fits = f->column[k].unused == m->column[k].unused;
    for (int i = 0; fits && i < m->edges; i++)
        fits = f->edge[i].a == m->edge[i].a && f->edge[i].b == m->edge[i].b;
    return fits;
}

bool frozen_drops(const struct frozen_rule *r, uint64_t key)
{
    return r->n && bsearch(&key, r->dropped, r->n, sizeof *r->dropped, order_uint64) != NULL;
}

/* ---- binding ---- */

/* As frequency_in of score.c. */
static double frequency(const struct link_frozen *f, const struct link_data *d, int k, uint32_t v)
{
    uint32_t count = count_of(&f->column[k].values, value_hash(&d->column[k], v));
    return ((double)count + 0.5) / ((double)f->column[k].present + 1.0);
}

static void bind_values(const struct link_frozen *f, const struct link_model *m,
                        struct link_data *d, int k, uint32_t from)
{
    struct column *c = &d->column[k];
    for (uint32_t v = from; v < c->values; v++)
        c->value[v].equal_bits = (float)model_equal_bits(&m->column[k], frequency(f, d, k, v));
}

/* As bind_lift of score.c. */
static float lift(const struct link_frozen *f, const struct link_data *d, int edge, uint32_t va,
                  uint32_t vb)
{
    int a = f->edge[edge].a, b = f->edge[edge].b;
    uint64_t both = hash_of_both(value_hash(&d->column[a], va), value_hash(&d->column[b], vb));
    double together =
               ((double)count_of(&f->edge[edge].pairs, both) + 0.5) / ((double)f->records + 1.0),
           times =
               f->edge[edge].scale * (together / (frequency(f, d, a, va) * frequency(f, d, b, vb)));
    return times > 1.0 ? (float)log2(times) : 0.0f;
}

static float *bind_lifts(const struct link_frozen *f, const struct link_data *d, int edge)
{
    float *out = mem_zalloc(d->n, sizeof *out);
    struct radix_item *items = mem_array(d->n, sizeof *items),
                      *scratch = mem_array(d->n, sizeof *scratch);
    uint32_t n = 0;
    float last = 0.0f;
    for (uint32_t r = 0; r < d->n; r++) {
        const uint32_t *row = data_row(d, r);
        uint32_t a = row[f->edge[edge].a], b = row[f->edge[edge].b];
        if (a && b)
            items[n++] = (struct radix_item){(uint64_t)a << 32 | b, r};
    }
    struct radix_item *sorted = n ? radix_sort(items, scratch, n) : items;
    for (uint32_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i].key != sorted[i - 1].key)
            last = lift(f, d, edge, (uint32_t)(sorted[i].key >> 32), (uint32_t)sorted[i].key);
        out[sorted[i].record] = last;
    }
    free(items);
    free(scratch);
    return out;
}

void link_frozen_bind(const struct link_frozen *f, const struct link_model *m, struct link_data *d)
{
    for (int k = 0; k < d->columns; k++) {
        d->column[k].unused = f->column[k].unused;
        bind_values(f, m, d, k, 1);
    }
    for (int i = 0; i < LINK_MAX_COLUMNS; i++) {
        free(d->lift[i]);
        d->lift[i] = i < f->edges ? bind_lifts(f, d, i) : NULL;
    }
}

void frozen_bind_record(const struct link_frozen *f, const struct link_model *m,
                        struct link_data *d, uint32_t record, const uint32_t *first)
{
    const uint32_t *row = data_row(d, record);
    for (int k = 0; k < d->columns; k++)
        bind_values(f, m, d, k, first[k]);
    for (int i = 0; i < f->edges; i++) {
        uint32_t a = row[f->edge[i].a], b = row[f->edge[i].b];
        d->lift[i][record] = a && b ? lift(f, d, i, a, b) : 0.0f;
    }
}

/* ---- as bytes: little-endian numbers, in the order of the structure ---- */

enum { FROZEN_VERSION = 1 };
static const char magic[8] = "TLfrozen";

static void put(struct buf *b, uint64_t v, int bytes)
{
    char out[8];
    for (int i = 0; i < bytes; i++)
        out[i] = (char)(v >> (8 * i));
    buf_add(b, out, (size_t)bytes);
}

static void put_counts(struct buf *b, const struct frozen_counts *c)
{
    put(b, c->n, 4);
    for (uint32_t k = 0; k < c->n; k++) {
        put(b, c->hash[k], 8);
        put(b, c->count[k], 4);
    }
}

static void put_rule(struct buf *b, const struct frozen_rule *r)
{
    put(b, (uint64_t)r->rule.keys, 1);
    for (int k = 0; k < r->rule.keys; k++) {
        put(b, (uint64_t)r->rule.key[k].column, 1);
        put(b, (uint64_t)r->rule.key[k].part, 1);
        put(b, (uint64_t)r->rule.key[k].length, 1);
    }
    put(b, r->n, 4);
    for (uint32_t k = 0; k < r->n; k++)
        put(b, r->dropped[k], 8);
}

void link_frozen_write(const struct link_frozen *f, struct buf *out)
{
    buf_add(out, magic, sizeof magic);
    put(out, FROZEN_VERSION, 4);
    put(out, TEXT_RULES_VERSION, 4);
    put(out, f->records, 4);
    put(out, (uint64_t)f->columns, 1);
    put(out, (uint64_t)f->edges, 1);
    put(out, (uint64_t)f->rules, 1);
    for (int k = 0; k < f->columns; k++) {
        put(out, f->column[k].present, 4);
        put(out, f->column[k].unused, 1);
        put_counts(out, &f->column[k].values);
    }
    for (int i = 0; i < f->edges; i++) {
        uint64_t scale;
        memcpy(&scale, &f->edge[i].scale, sizeof scale);
        put(out, (uint64_t)f->edge[i].a, 1);
        put(out, (uint64_t)f->edge[i].b, 1);
        put(out, scale, 8);
        put_counts(out, &f->edge[i].pairs);
    }
    for (int r = 0; r < f->rules; r++)
        put_rule(out, &f->rule[r]);
}

struct reader {
    const unsigned char *p, *end;
    bool bad;
};

static uint64_t get(struct reader *r, int bytes, uint64_t most)
{
    uint64_t v = 0;
    if (r->end - r->p < bytes) {
        r->bad = true;
        return 0;
    }
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)*r->p++ << (8 * i);
    if (v > most) {
        r->bad = true;
        return 0;
    }
    return v;
}

/* How many entries of `bytes` follow: never more than there are bytes for. */
static uint32_t get_size(struct reader *r, size_t bytes)
{
    uint64_t n = get(r, 4, UINT32_MAX);
    if (r->bad || n > (size_t)(r->end - r->p) / bytes) {
        r->bad = true;
        return 0;
    }
    return (uint32_t)n;
}

static void get_counts(struct reader *r, struct frozen_counts *c)
{
    c->n = get_size(r, 12);
    c->hash = mem_array(c->n, sizeof *c->hash);
    c->count = mem_array(c->n, sizeof *c->count);
    for (uint32_t k = 0; k < c->n; k++) {
        c->hash[k] = get(r, 8, UINT64_MAX);
        c->count[k] = (uint32_t)get(r, 4, UINT32_MAX);
        r->bad |= k > 0 && c->hash[k] <= c->hash[k - 1];
    }
}

static void get_rule(struct reader *r, struct frozen_rule *f, int columns)
{
    f->rule.keys = (int)get(r, 1, LINK_MAX_KEYS);
    for (int k = 0; k < f->rule.keys; k++) {
        f->rule.key[k].column = (int)get(r, 1, (uint64_t)columns - 1);
        f->rule.key[k].part = (enum link_part)get(r, 1, LINK_NAME_BAG);
        f->rule.key[k].length = (int)get(r, 1, 255);
    }
    r->bad |= f->rule.keys == 0;
    f->n = get_size(r, 8);
    f->dropped = mem_array(f->n, sizeof *f->dropped);
    for (uint32_t k = 0; k < f->n; k++) {
        f->dropped[k] = get(r, 8, UINT64_MAX);
        r->bad |= k > 0 && f->dropped[k] <= f->dropped[k - 1];
    }
}

static void get_all(struct reader *r, struct link_frozen *f)
{
    f->records = (uint32_t)get(r, 4, UINT32_MAX);
    f->columns = (int)get(r, 1, LINK_MAX_COLUMNS);
    f->edges = (int)get(r, 1, LINK_MAX_COLUMNS - 1);
    f->rules = (int)get(r, 1, LINK_MAX_RULES);
    r->bad |= f->columns == 0;
    for (int k = 0; k < f->columns && !r->bad; k++) {
        f->column[k].present = (uint32_t)get(r, 4, f->records);
        f->column[k].unused = get(r, 1, 1);
        get_counts(r, &f->column[k].values);
    }
    for (int i = 0; i < f->edges && !r->bad; i++) {
        f->edge[i].a = (int)get(r, 1, (uint64_t)f->columns - 1);
        f->edge[i].b = (int)get(r, 1, (uint64_t)f->columns - 1);
        uint64_t scale = get(r, 8, UINT64_MAX);
        memcpy(&f->edge[i].scale, &scale, sizeof scale);
        r->bad |=
            !(f->edge[i].scale > 0.0 && f->edge[i].scale <= 1.0) || f->edge[i].a == f->edge[i].b;
        get_counts(r, &f->edge[i].pairs);
    }
    for (int k = 0; k < f->rules && !r->bad; k++)
        get_rule(r, &f->rule[k], f->columns);
    r->bad |= r->p != r->end;
}

enum status link_frozen_read(struct str bytes, struct link_frozen **out, struct err *e)
{
    struct reader r = {(const unsigned char *)bytes.p, (const unsigned char *)bytes.p + bytes.n,
                       false};
    *out = NULL;
    if (bytes.n < sizeof magic || memcmp(bytes.p, magic, sizeof magic) != 0)
        return err_set(e, ST_DATA, "these are no frozen frequencies");
    r.p += sizeof magic;
    if (get(&r, 4, UINT32_MAX) != FROZEN_VERSION || get(&r, 4, UINT32_MAX) != TEXT_RULES_VERSION)
        return err_set(e, ST_DATA, "the frozen frequencies are of another version of the rules");
    struct link_frozen *f = mem_zalloc(1, sizeof *f);
    get_all(&r, f);
    if (r.bad) {
        link_frozen_free(f);
        return err_set(e, ST_DATA, "the frozen frequencies are damaged");
    }
    *out = f;
    return ST_OK;
}
