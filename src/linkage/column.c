#include "linkage/column.h"

#include "linkage/normalise.h"
#include "linkage/own.h"
#include "linkage/radix.h"

#include <stdlib.h>

/* ---- adding records ---- */

/* Rows wait here so that the dictionaries' cache misses overlap: hash all cells and prefetch their
 * slots, then prefetch the texts the slots point to, then look them up. */
enum { PENDING_ROWS = 32 };
struct pending {
    struct buf bytes;
    int rows;
    uint32_t length[PENDING_ROWS][LINK_MAX_COLUMNS];
    uint64_t hash[PENDING_ROWS][LINK_MAX_COLUMNS];
};

struct link_data *link_data_new(const struct link_spec *spec)
{
    if (spec->columns < 0 || spec->columns > LINK_MAX_COLUMNS)
        BUG("a specification of %d columns", spec->columns);
    struct link_data *d = mem_zalloc(1, sizeof *d);
    d->spec = *spec;
    for (int k = 0; k < spec->columns; k++) {
        d->spec.column[k].name = arena_strdup(&d->names, spec->column[k].name);
        if (spec->column[k].own)
            own_levels_share(spec->column[k].own);
    }
    d->pending = mem_zalloc(1, sizeof *d->pending);
    d->given = d->family = -1;
    return d;
}

static void free_raw(struct link_data *d)
{
    for (int k = 0; k < d->spec.columns; k++)
        intern_free(&d->raw[k]);
    free(d->raw_cell);
    d->raw_cell = NULL;
    if (d->pending)
        buf_free(&d->pending->bytes);
    free(d->pending);
    d->pending = NULL;
}

void link_data_free(struct link_data *d)
{
    if (!d)
        return;
    free_raw(d);
    for (int k = 0; k < d->columns; k++) {
        intern_free(&d->column[k].texts);
        free(d->column[k].value);
        free(d->column[k].words);
        own_free(d->column[k].own);
        free(d->column[k].form);
        free(d->column[k].word_key);
        free(d->column[k].formal);
        free(d->column[k].initial);
        free(d->column[k].hash);
        free(d->column[k].count);
        free(d->lift[k]);
    }
    for (int k = 0; k < d->spec.columns; k++)
        own_levels_free(d->spec.column[k].own);
    intern_free(&d->sources);
    free(d->source);
    free(d->id_bytes);
    free(d->id_at);
    free(d->rank_of);
    free(d->cell);
    arena_free(&d->names);
    free(d);
}

static void flush_pending(struct link_data *d)
{
    struct pending *p = d->pending;
    int columns = d->spec.columns;
    size_t first = d->n - (size_t)p->rows;
    MEM_GROW(d->raw_cell, d->raw_cap, d->n * (size_t)columns);
    for (int r = 0; r < p->rows; r++)
        for (int k = 0; k < columns; k++)
            if (p->length[r][k])
                intern_prefetch_text(&d->raw[k], p->hash[r][k]);
    const char *at = p->bytes.p;
    for (int r = 0; r < p->rows; r++) {
        uint32_t *row = d->raw_cell + (first + (size_t)r) * (size_t)columns;
        for (int k = 0; k < columns; k++) {
            struct str s = {at, p->length[r][k]};
            row[k] = s.n ? intern_add_hashed(&d->raw[k], s, p->hash[r][k]) + 1 : 0;
            at += s.n;
        }
    }
    buf_clear(&p->bytes);
    p->rows = 0;
}

void link_data_add(struct link_data *d, struct str id, struct str source, const struct str *cells)
{
    if (d->finished)
        BUG("a record added after the data were finished");
    struct pending *p = d->pending;
    int r = p->rows++;
    for (int k = 0; k < d->spec.columns; k++) {
        p->length[r][k] = (uint32_t)cells[k].n;
        if (!cells[k].n)
            continue;
        p->hash[r][k] = str_hash(cells[k]);
        intern_prefetch_slot(&d->raw[k], p->hash[r][k]);
        buf_add(&p->bytes, cells[k].p, cells[k].n);
    }
    MEM_GROW(d->id_bytes, d->id_cap, d->id_used + id.n + 8);
    MEM_GROW(d->id_at, d->id_at_cap, (size_t)d->n + 2);
    if (d->n == 0)
        d->id_at[0] = 0;
    if (id.n)
        memcpy(d->id_bytes + d->id_used, id.p, id.n);
    d->id_used += id.n;
    d->id_at[d->n + 1] = d->id_used;
    if (source.n || d->sources.count) {
        MEM_GROW(d->source, d->source_cap, (size_t)d->n + 1);
        if (!d->sources.count) {
            intern_add(&d->sources, (struct str){"", 0});
            memset(d->source, 0, (size_t)d->n * sizeof *d->source);
        }
        d->source[d->n] = intern_add(&d->sources, source);
    }
    d->n++;
    if (p->rows == PENDING_ROWS)
        flush_pending(d);
}

/* ---- ids ---- */

static struct str id_added(const struct link_data *d, uint32_t k)
{
    return (struct str){d->id_bytes + d->id_at[k], (size_t)(d->id_at[k + 1] - d->id_at[k])};
}

/* The bytes from `skip` on, big-endian, so that numbers compare as the strings do. */
static uint64_t id_prefix(struct str s, size_t skip)
{
    uint64_t v = 0;
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | (skip + i < s.n ? (unsigned char)s.p[skip + i] : 0);
    return v;
}

static int by_id(const void *x, const void *y, void *ctx)
{
    const struct link_data *d = ctx;
    uint32_t a = ((const struct radix_item *)x)->record, b = ((const struct radix_item *)y)->record;
    int c = str_cmp(id_added(d, a), id_added(d, b));
    return c ? c : a < b ? -1 : a > b;
}

/* Bytes that all ids begin with. */
static size_t common_prefix(const struct link_data *d)
{
    struct str first = id_added(d, 0);
    size_t common = first.n;
    for (uint32_t k = 1; k < d->n && common; k++) {
        struct str s = id_added(d, k);
        size_t i = 0;
        while (i < common && i < s.n && s.p[i] == first.p[i])
            i++;
        common = i;
    }
    return common;
}

static enum status check_ids(const struct link_data *d, struct err *e)
{
    for (uint32_t k = 0; k < d->n; k++)
        if (d->id_at[k] == d->id_at[k + 1]) {
            err_at(e, NULL, (long)k + 2, NULL);
            err_set(e, ST_DATA, "this record has no id");
            return err_hint(e, "Every record needs an id of its own.");
        }
    if (d->n < 2)
        return err_set(e, ST_DATA, "linking needs at least two records, there %s %u",
                       d->n == 1 ? "is" : "are", d->n);
    return ST_OK;
}

/* Fills rank_of and puts ids into their order. */
static enum status sort_ids(struct link_data *d, struct err *e)
{
    TRY(check_ids(d, e));
    size_t skip = common_prefix(d);
    struct radix_item *items = mem_array(d->n, sizeof *items),
                      *scratch = mem_array(d->n, sizeof *scratch);
    for (uint32_t k = 0; k < d->n; k++)
        items[k] = (struct radix_item){id_prefix(id_added(d, k), skip), k};
    struct radix_item *sorted = radix_sort(items, scratch, d->n);
    uint32_t twice = UINT32_MAX, first = 0;
    for (uint32_t i = 0; i < d->n;) {
        uint32_t end = i + 1;
        while (end < d->n && sorted[end].key == sorted[i].key)
            end++;
        if (end - i > 1)
            qsort_r(sorted + i, end - i, sizeof *sorted, by_id, d);
        for (uint32_t k = i + 1; k < end; k++)
            if (sorted[k].record < twice &&
                str_eq(id_added(d, sorted[k].record), id_added(d, sorted[k - 1].record))) {
                twice = sorted[k].record;
                first = sorted[k - 1].record;
            }
        i = end;
    }
    d->rank_of = mem_array(d->n, sizeof *d->rank_of);
    char *bytes = mem_alloc(d->id_used);
    uint64_t *at = mem_array((size_t)d->n + 1, sizeof *at);
    at[0] = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        struct str s = id_added(d, sorted[i].record);
        memcpy(bytes + at[i], s.p, s.n);
        at[i + 1] = at[i] + s.n;
        d->rank_of[sorted[i].record] = i;
    }
    free(items);
    free(scratch);
    free(d->id_bytes);
    free(d->id_at);
    d->id_bytes = bytes;
    d->id_at = at;
    d->id_cap = d->id_used;
    d->id_at_cap = (size_t)d->n + 1;
    if (twice == UINT32_MAX)
        return ST_OK;
    err_at(e, NULL, (long)twice + 2, NULL);
    err_set(e, ST_DATA, "the id of this record is that of row %u too", first + 2);
    return err_hint(e, "Ids must be different for every record, also between sources.");
}

/* ---- compared columns from raw ones ---- */

static void add_column(struct link_data *d, int from, const char *name, enum link_type type)
{
    struct column *c = &d->column[d->columns++];
    *c = (struct column){.name = name, .type = type, .from = from};
    intern_add(&c->texts, (struct str){"", 0});
}

/* Rules name columns of the specification: the whole of a split name is both its parts. */
static void rules_to_columns(struct link_data *d)
{
    for (int i = 0; i < d->spec.rules; i++) {
        struct link_rule *r = &d->spec.rule[i];
        int keys = r->keys;
        for (int k = 0; k < keys; k++) {
            int from = r->key[k].column, at = 0;
            while (d->column[at].from != from)
                at++;
            bool split = at + 1 < d->columns && d->column[at + 1].from == from;
            if (split && r->key[k].part == LINK_WHOLE && r->keys < LINK_MAX_KEYS)
                r->key[r->keys++] = (struct link_key){at + 1, LINK_WHOLE, 0};
            r->key[k].column = at;
        }
    }
}

enum status link_data_layout(struct link_data *d, struct err *e)
{
    bool split_full = true;
    int columns = d->spec.columns;
    for (int k = 0; k < d->spec.columns; k++) {
        enum link_type t = d->spec.column[k].type;
        if (t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME)
            split_full = false;
        columns += t == LINK_FULL_NAME;
    }
    if (columns > LINK_MAX_COLUMNS)
        return err_set(
            e, ST_DATA,
            "%d columns to compare; at most %d are supported (a full name counts as two)", columns,
            LINK_MAX_COLUMNS);
    for (int k = 0; k < d->spec.columns; k++) {
        const struct link_column *c = &d->spec.column[k];
        if (c->type != LINK_FULL_NAME) {
            add_column(d, k, c->name, c->type);
            if (c->own)
                d->column[d->columns - 1].own = own_new(c->own);
        } else if (split_full) {
            add_column(d, k, arena_printf(&d->names, "%s (given)", c->name), LINK_GIVEN_NAME);
            add_column(d, k, arena_printf(&d->names, "%s (family)", c->name), LINK_FAMILY_NAME);
            split_full = false;
        } else {
            add_column(d, k, c->name, LINK_FULL_NAME);
        }
    }
    rules_to_columns(d);
    for (int k = d->columns - 1; k >= 0; k--) {
        if (d->column[k].type == LINK_GIVEN_NAME)
            d->given = k;
        if (d->column[k].type == LINK_FAMILY_NAME)
            d->family = k;
    }
    if (d->given < 0 || d->family < 0)
        d->given = d->family = -1;
    return ST_OK;
}

/* Normalises the distinct raw texts of one column of the specification into its compared columns
 * (two for a full name). map[raw][part] is the value number. */
static void normalise_column(struct link_data *d, int from, const uint64_t *weight,
                             uint32_t (*map)[2], struct normaliser *nz)
{
    struct column *to[2] = {NULL, NULL};
    for (int k = 0, parts = 0; k < d->columns; k++)
        if (d->column[k].from == from)
            to[parts++] = &d->column[k];
    if (!to[0])
        BUG("column %d of the specification is compared nowhere", from);
    const struct intern *raw = &d->raw[from];
    if (to[0]->type == LINK_DATE)
        normalise_dates(to[0], raw, weight, nz);
    if (to[0]->type == LINK_DATE_DISPUTE)
        normalise_disputes(to[0], raw, weight, nz);
    char out[2][NORMALISED_MAX];
    map[0][0] = map[0][1] = 0;
    for (uint32_t r = 0; r < raw->count; r++) {
        struct str s = intern_text(raw, r), part[2];
        part[0].p = out[0];
        part[1].p = out[1];
        if (to[1])
            normalise_full_name(nz, s, out[0], &part[0].n, out[1], &part[1].n);
        else
            part[0].n = normalise_value(nz, to[0]->type, to[0], s, out[0]);
        for (int k = 0; k < 2; k++)
            map[r + 1][k] = to[k] && part[k].n ? intern_add(&to[k]->texts, part[k]) : 0;
    }
}

static void place_cells(struct link_data *d, int from, uint32_t (*map)[2])
{
    int parts[2] = {-1, -1};
    for (int k = 0, n = 0; k < d->columns; k++)
        if (d->column[k].from == from)
            parts[n++] = k;
    size_t raw_columns = (size_t)d->spec.columns, columns = (size_t)d->columns;
    for (uint32_t k = 0; k < d->n; k++) {
        uint32_t raw = d->raw_cell[k * raw_columns + (size_t)from];
        uint32_t *row = d->cell + d->rank_of[k] * columns;
        row[parts[0]] = map[raw][0];
        if (parts[1] >= 0)
            row[parts[1]] = map[raw][1];
    }
}

static uint64_t *raw_weights(const struct link_data *d, int from)
{
    uint64_t *weight = mem_zalloc((size_t)d->raw[from].count + 1, sizeof *weight);
    for (uint32_t k = 0; k < d->n; k++)
        weight[d->raw_cell[(size_t)k * (size_t)d->spec.columns + (size_t)from]]++;
    return weight;
}

static void count_values(struct link_data *d)
{
    size_t columns = (size_t)d->columns;
    for (uint32_t r = 0; r < d->n; r++)
        for (size_t k = 0; k < columns; k++)
            d->column[k].count[d->cell[r * columns + k]]++;
    for (size_t k = 0; k < columns; k++) {
        struct column *c = &d->column[k];
        c->present = d->n - c->count[0];
        uint64_t squares = 0; /* whole numbers: the sum has no order */
        uint32_t distinct = 0;
        for (uint32_t v = 1; v < c->values; v++) {
            distinct += c->count[v] > 0;
            squares += (uint64_t)c->count[v] * c->count[v];
        }
        c->average_frequency = (double)squares / ((double)c->present * (double)c->present);
        c->unused =
            distinct < 2 || d->spec.column[c->from].block_only || c->type == LINK_DATE_DISPUTE;
    }
}

static void sort_sources(struct link_data *d)
{
    if (!d->source)
        return;
    uint32_t *by_rank = mem_array(d->n, sizeof *by_rank);
    for (uint32_t k = 0; k < d->n; k++)
        by_rank[d->rank_of[k]] = d->source[k];
    free(d->source);
    d->source = by_rank;
}

/* A full name beside given and family names would count them twice: only its other words are
 * compared. Where the others are empty it fills them. */
static void keep_other_names(struct link_data *d, int k)
{
    struct intern full = d->column[k].texts, *rest = &d->column[k].texts;
    char out[NORMALISED_MAX];
    *rest = (struct intern){0};
    intern_add(rest, (struct str){"", 0});
    for (uint32_t r = 0; r < d->n; r++) {
        uint32_t *row = d->cell + (size_t)r * (size_t)d->columns;
        struct str names[LINK_MAX_COLUMNS], part[2], text = intern_text(&full, row[k]);
        int n = names_of_row(d, row, names);
        if (n == 0 && d->given >= 0 && text.n) {
            split_normalised(text, &part[0], &part[1]);
            row[d->given] = intern_add(&d->column[d->given].texts, part[0]);
            row[d->family] = intern_add(&d->column[d->family].texts, part[1]);
            row[k] = 0;
            continue;
        }
        size_t used = other_words(text, names, n, out);
        row[k] = used ? intern_add(rest, (struct str){out, used}) : 0;
    }
    intern_free(&full);
}

enum status link_data_finish(struct link_data *d, int threads, struct err *e)
{
    (void)threads;
    if (d->finished)
        return ST_OK;
    flush_pending(d);
    TRY(sort_ids(d, e));
    TRY(link_data_layout(d, e));
    sort_sources(d);
    d->cell = mem_array((size_t)d->n * (size_t)d->columns, sizeof *d->cell);
    struct normaliser *nz = normaliser_new();
    for (int from = 0; from < d->spec.columns; from++) {
        uint64_t *weight = raw_weights(d, from);
        uint32_t(*map)[2] = mem_array((size_t)d->raw[from].count + 1, sizeof *map);
        normalise_column(d, from, weight + 1, map, nz);
        place_cells(d, from, map);
        free(map);
        free(weight);
        intern_free(&d->raw[from]);
    }
    free_raw(d);
    for (int k = 0; k < d->columns; k++)
        if (d->column[k].type == LINK_FULL_NAME)
            keep_other_names(d, k);
    for (int k = 0; k < d->columns; k++)
        column_derive(&d->column[k], 0);
    normaliser_free(nz);
    count_values(d);
    d->finished = true;
    return ST_OK;
}

/* ---- reading ---- */

uint32_t link_data_records(const struct link_data *d)
{
    return d->n;
}

struct str link_data_id(const struct link_data *d, uint32_t record)
{
    return id_added(d, record);
}

uint32_t link_data_rank(const struct link_data *d, uint32_t added)
{
    return d->rank_of[added];
}

bool link_data_find(const struct link_data *d, struct str id, uint32_t *record)
{
    uint32_t lo = 0, hi = d->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(link_data_id(d, mid), id);
        if (c == 0) {
            *record = mid;
            return true;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

struct str link_data_text(const struct link_data *d, uint32_t record, int column)
{
    return intern_text(&d->column[column].texts, data_row(d, record)[column]);
}

int link_data_columns(const struct link_data *d)
{
    return d->columns;
}

const char *link_data_column_name(const struct link_data *d, int column)
{
    return d->column[column].name;
}

struct link_column_report link_data_report(const struct link_data *d, int column)
{
    const struct column *c = &d->column[column];
    return (struct link_column_report){
        .name = c->name,
        .type = link_type_name(c->type),
        .present = c->present,
        .distinct = c->values - 1,
        .date_form = c->date_form_name,
        .date_reason = c->type == LINK_DATE ? c->date_reason : NULL,
        .date_partial = c->date_partial,
        .date_impossible = c->date_impossible,
        .date_unread = c->date_unread,
        .unused = c->unused,
    };
}

/* ---- types ---- */

static const char *const type_names[LINK_TYPES] = {
    "given_name",  "family_name", "full_name", "date",     "year",       "sex",
    "nationality", "country",     "place",     "postcode", "address",    "phone",
    "email",       "identifier",  "code",      "text",     "as_written", "date_dispute"};

const char *link_type_name(enum link_type t)
{
    return t < LINK_TYPES ? type_names[t] : NULL;
}

enum link_type link_type_of(struct str name)
{
    int t = 0;
    while (t < LINK_TYPES && !str_is(name, type_names[t]))
        t++;
    return (enum link_type)t;
}
