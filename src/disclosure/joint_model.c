#include "base/limits.h"
#include "disclosure/joint_private.h"

#include <stdio.h>
#include <stdlib.h>

#define NONE UINT32_MAX
#define TOTAL "TOTAL"

/* One population of one state of the data: all tables of it, in one model. */
struct block {
    const char *data, *population;
    uint32_t number; /* of the state of the data, in the order of the releases */
    struct spec spec;
    struct model_column *column;
    const struct joint_dimension **column_of; /* what each column was made for */
    int ncolumns;
    uint32_t *release, *table; /* by table of the spec */
    struct model m;
    bool built;
    uint32_t offset; /* of its cells among all */
};

struct building {
    struct joint_model *j;
    const struct joint_release *release;
    size_t releases;
    struct block *block;
    size_t nblocks, block_cap;
    uint32_t cells;
    /* by cell of all blocks: */
    struct joint_unknown *of;
    uint32_t *parent; /* union-find: the cell that stands for it */
    /* links between states, filled by link_cells */
    uint32_t (*link)[3]; /* whole, part, number of the difference */
    size_t links, link_cap;
    struct joint_unknown *difference;
    size_t differences, difference_cap;
};

/* ---- the blocks ---- */

static uint32_t data_number(const struct building *b, uint32_t release)
{
    uint32_t r = 0;
    while (strcmp(b->release[r].data, b->release[release].data) != 0)
        r++;
    return r;
}

static struct block *block_of(struct building *b, uint32_t release, const char *population)
{
    uint32_t number = data_number(b, release);
    for (size_t i = 0; i < b->nblocks; i++)
        if (b->block[i].number == number && strcmp(b->block[i].population, population) == 0)
            return &b->block[i];
    MEM_GROW(b->block, b->block_cap, b->nblocks + 1);
    b->block[b->nblocks] =
        (struct block){.data = b->release[release].data, .population = population};
    b->block[b->nblocks].number = number;
    return &b->block[b->nblocks++];
}

static uint32_t parent_of(const struct joint_dimension *d, size_t k)
{
    return d->parent ? d->parent[k] : 0;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_codes(const struct hier *h, const struct joint_dimension *d)
{
    uint32_t first = d->total ? 2 : 1; /* node of the first code */
    if (h->n != first + d->count + (d->total ? 1 : 0))
        return false;
    for (size_t k = 0; k < d->count; k++) {
        uint32_t up = parent_of(d, k);
        if (strcmp(h->code[k + first], d->codes[k]) != 0 ||
            h->parent[k + first] != (up ? up + first - 1 : first - 1))
            return false;
    }
    return true;
}

/* TOTAL; what the total covers and, at the end, everybody else, when it does not cover all; codes.
 */
static enum status make_hierarchy(const struct joint_dimension *d, struct arena *memory,
                                  struct hier **out, struct err *e)
{
    struct hier_row *rows = arena_array(memory, d->count + 3, sizeof *rows);
    const char *top = d->total ? d->total : TOTAL;
    size_t n = 0;
    *out = arena_alloc(memory, sizeof **out);
    rows[n++] = (struct hier_row){.code = str_of(TOTAL), .parent = str_of("")};
    if (d->total)
        rows[n++] = (struct hier_row){.code = str_of(d->total), .parent = str_of(TOTAL)};
    for (size_t i = 0; i < d->count; i++) {
        uint32_t up = parent_of(d, i);
        if (up > i)
            return err_set(e, ST_DATA, "dimension %.60s: a part stands before its whole", d->name);
        rows[n++] = (struct hier_row){.code = str_of(d->codes[i]),
                                      .parent = str_of(up ? d->codes[up - 1] : top)};
    }
    if (d->total)
        rows[n++] = (struct hier_row){.code = str_of("(others)"), .parent = str_of(TOTAL)};
    TRY(hier_build(*out, rows, n, d->name, memory, e));
    if (same_codes(*out, d))
        return ST_OK;
    return err_set(e, ST_DATA, "dimension %.60s: parts do not follow their whole", d->name);
}

/* The column with this name and these codes. Years that another release counts from elsewhere are a
 * column of their own; their cells meet by name. */
static enum status find_column(struct building *b, struct block *k, const struct joint_dimension *d,
                               const char **name, struct err *e)
{
    struct arena *memory = &b->j->memory;
    int variants = 0;
    for (int c = 0; c < k->ncolumns; c++) {
        if (strcmp(k->column_of[c]->name, d->name) != 0)
            continue;
        variants++;
        if (same_codes(k->column[c].h, d) && same_text(k->column_of[c]->total, d->total)) {
            *name = k->column[c].name;
            return ST_OK;
        }
    }
    if (k->ncolumns == LIMIT_COLUMNS)
        return err_set(e, ST_DATA, "the releases use more than %d columns", LIMIT_COLUMNS);
    struct hier *h = NULL;
    TRY(make_hierarchy(d, memory, &h, e));
    *name = variants ? arena_printf(memory, "%s\x1f%d", d->name, variants) : d->name;
    k->column[k->ncolumns] = (struct model_column){.name = *name, .h = h};
    k->column_of[k->ncolumns++] = d;
    return ST_OK;
}

static enum status add_table(struct building *b, struct block *k, uint32_t release, uint32_t table,
                             struct err *e)
{
    const struct joint_table *t = &b->release[release].table[table];
    struct arena *memory = &b->j->memory;
    struct spec_table *to = &k->spec.table[k->spec.ntables];
    size_t cells = 1;
    *to = (struct spec_table){.name = t->id, .ndims = t->dimensions, .nwhere = t->where_count};
    for (int d = 0; d < t->dimensions; d++) {
        TRY(find_column(b, k, &t->dimension[d], &to->dim[d], e));
        cells *= t->dimension[d].count + 1;
    }
    if (cells != t->cells || t->dimensions < 1)
        return err_set(e, ST_DATA, "%s: table %.100s does not have the cells that its codes make",
                       b->release[release].name, t->id);
    to->where =
        arena_array(memory, (size_t)(t->where_count + t->dimensions) + 1, sizeof *to->where);
    for (int w = 0; w < t->where_count; w++) {
        const struct joint_where *from = &t->where[w];
        TRY(find_column(b, k, &from->of, &to->where[w].column, e));
        to->where[w].value = from->of.codes[from->code - 1];
    }
    for (int d = 0; d < t->dimensions; d++)
        if (t->dimension[d].total)
            to->where[to->nwhere++] =
                (struct spec_where){.column = to->dim[d], .value = t->dimension[d].total};
    k->release[k->spec.ntables] = release;
    k->table[k->spec.ntables++] = table;
    return ST_OK;
}

static enum status make_blocks(struct building *b, struct err *e)
{
    size_t tables = 0, columns = 0;
    for (size_t r = 0; r < b->releases; r++) {
        tables += b->release[r].table_count;
        for (size_t t = 0; t < b->release[r].table_count; t++)
            columns +=
                (size_t)(b->release[r].table[t].dimensions + b->release[r].table[t].where_count);
    }
    for (uint32_t r = 0; r < b->releases; r++)
        for (uint32_t t = 0; t < b->release[r].table_count; t++) {
            struct block *k = block_of(b, r, b->release[r].table[t].population);
            if (!k->column) {
                struct arena *memory = &b->j->memory;
                k->spec.table = arena_array(memory, tables, sizeof *k->spec.table);
                k->release = arena_array(memory, tables, sizeof *k->release);
                k->table = arena_array(memory, tables, sizeof *k->table);
                k->column = arena_array(memory, columns, sizeof *k->column);
                k->column_of = arena_array(memory, columns, sizeof *k->column_of);
            }
            TRY(add_table(b, k, r, t, e));
        }
    for (size_t i = 0; i < b->nblocks; i++) {
        struct block *k = &b->block[i];
        TRY(model_build(&k->m, &k->spec, k->column, k->ncolumns, "the releases", e));
        k->built = true;
        k->offset = b->cells;
        if ((uint64_t)b->cells + k->m.ncells > LIMIT_TABLE_CELLS)
            return err_set(e, ST_DATA, "the releases print more than %zu cells", LIMIT_TABLE_CELLS);
        b->cells += k->m.ncells;
    }
    return ST_OK;
}

/* ---- what each cell is: its name, its true count ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *make_key(const char *population, const char **part, size_t n,
                            struct arena *memory)
{
    struct buf b = BUF_EMPTY;
    qsort(part, n, sizeof *part, by_text);
    buf_adds(&b, population);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(part[i], part[i - 1]) != 0)
            buf_addf(&b, "|%s", part[i]);
    const char *key = arena_strndup(memory, b.p, b.n);
    buf_free(&b);
    return key;
}

const char *joint_cell_key(const struct joint_table *t, size_t cell, struct arena *memory)
{
    const char **part =
        arena_array(memory, (size_t)(t->dimensions + t->where_count) + 1, sizeof *part);
    size_t n = 0;
    for (int d = t->dimensions; d-- > 0;) {
        size_t code = cell % (t->dimension[d].count + 1);
        cell /= t->dimension[d].count + 1;
        const char *name = code ? t->dimension[d].codes[code - 1] : t->dimension[d].total;
        if (name)
            part[n++] = arena_printf(memory, "%s=%s", t->dimension[d].name, name);
    }
    for (int w = 0; w < t->where_count; w++)
        part[n++] = arena_printf(memory, "%s=%s", t->where[w].of.name,
                                 t->where[w].of.codes[t->where[w].code - 1]);
    return make_key(t->population, part, n, memory);
}

static uint32_t node_of(const struct model *m, uint32_t cell, int column)
{
    return m->node[(size_t)cell * (size_t)m->ncolumns + (size_t)column];
}

/* The one code of the column that a row's parts leave out, or NONE. The rest is those people. */
static uint32_t one_missing(const struct model *m, uint32_t row, int column)
{
    const struct hier *h = m->column[column].h;
    uint32_t parts = m->row_start[row + 1] - m->row_start[row] - 2, missing = NONE;
    if (parts + 2 != h->n)
        return NONE;
    for (uint32_t v = 1; v < h->n && missing == NONE; v++) {
        bool there = false;
        for (uint32_t k = m->row_start[row] + 1; k + 1 < m->row_start[row + 1] && !there; k++)
            there = node_of(m, m->row_cell[k], column) == v;
        if (!there)
            missing = v;
    }
    return missing;
}

/* For rests (nodes beyond the codes) that are one code: which. */
struct rest_code {
    int column;
    uint32_t node, code;
};

static size_t find_rests(const struct model *m, struct rest_code **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint32_t last = m->row_cell[m->row_start[r + 1] - 1];
        if (last < m->nlisted)
            continue;
        for (int c = 0; c < m->ncolumns; c++) {
            uint32_t node = node_of(m, last, c);
            if (node < m->column[c].h->n || node_of(m, m->row_cell[m->row_start[r]], c) == node)
                continue;
            uint32_t code = one_missing(m, r, c);
            if (code == NONE)
                continue;
            MEM_GROW(*out, cap, n + 1);
            (*out)[n++] = (struct rest_code){c, node, code};
        }
    }
    return n;
}

static const char *cell_key(struct building *b, const struct block *k, uint32_t cell,
                            const struct rest_code *rest, size_t rests)
{
    const struct model *m = &k->m;
    struct arena *memory = &b->j->memory;
    const char **part = arena_array(memory, (size_t)m->ncolumns + 1, sizeof *part);
    size_t n = 0;
    for (int c = 0; c < m->ncolumns; c++) {
        uint32_t node = node_of(m, cell, c);
        for (size_t i = 0; i < rests && node >= m->column[c].h->n; i++)
            if (rest[i].column == c && rest[i].node == node)
                node = rest[i].code;
        if (node >= m->column[c].h->n)
            return NULL;
        if (node)
            part[n++] =
                arena_printf(memory, "%s=%s", k->column_of[c]->name, m->column[c].h->code[node]);
    }
    return make_key(k->population, part, n, memory);
}

static enum status true_counts(struct building *b, struct block *k, struct err *e)
{
    const struct model *m = &k->m;
    struct joint_unknown *of = b->of + k->offset;
    for (int t = 0; t < m->ntables; t++) {
        const struct joint_table *from = &b->release[k->release[t]].table[k->table[t]];
        for (size_t i = 0; i < from->cells; i++) {
            struct joint_unknown *u = &of[m->table[t].cell[i]];
            if (!u->printed)
                u->release = k->release[t];
            u->printed = true;
            if (!from->count)
                continue;
            if (u->known && u->count != from->count[i]) {
                err_set(e, ST_DATA,
                        "%s and %s say that they are of the same data, and count %s differently",
                        b->release[u->release].name, b->release[k->release[t]].name,
                        joint_cell_key(from, i, &b->j->memory));
                return err_hint(e, "`throughline release verify` says what was changed.");
            }
            u->known = true;
            u->count = from->count[i];
        }
    }
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint32_t last = m->row_cell[m->row_start[r + 1] - 1];
        if (of[last].known || last < m->nlisted)
            continue;
        of[last].known = of[m->row_cell[m->row_start[r]]].known;
        of[last].count = of[m->row_cell[m->row_start[r]]].count;
        for (uint32_t i = m->row_start[r] + 1; i + 1 < m->row_start[r + 1]; i++) {
            of[last].known &= of[m->row_cell[i]].known;
            of[last].count -= of[m->row_cell[i]].count;
        }
    }
    return ST_OK;
}

static enum status describe_cells(struct building *b, struct err *e)
{
    b->of = mem_zalloc(b->cells + 1, sizeof *b->of);
    b->parent = mem_array(b->cells + 1, sizeof *b->parent);
    for (uint32_t c = 0; c < b->cells; c++)
        b->parent[c] = c;
    for (size_t i = 0; i < b->nblocks; i++) {
        struct block *k = &b->block[i];
        struct rest_code *rest;
        size_t rests = find_rests(&k->m, &rest);
        enum status s = true_counts(b, k, e);
        for (uint32_t c = 0; c < k->m.ncells && s == ST_OK; c++)
            b->of[k->offset + c].key = cell_key(b, k, c, rest, rests);
        free(rest);
        TRY(s);
    }
    return ST_OK;
}

/* ---- the same people in several releases ---- */

struct named_cell {
    const char *key;
    uint32_t number, cell; /* state of the data */
};

static int by_key(const void *x, const void *y)
{
    const struct named_cell *a = x, *b = y;
    int c = strcmp(a->key, b->key);
    if (c)
        return c;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->cell > b->cell) - (a->cell < b->cell);
}

static uint32_t stands_for(struct building *b, uint32_t cell)
{
    while (b->parent[cell] != cell)
        cell = b->parent[cell] = b->parent[b->parent[cell]];
    return cell;
}

/* A count that rose is the earlier one and those who came; one that fell is the later one and those
 * who went. */
static void add_difference(struct building *b, uint32_t before, uint32_t after)
{
    bool rose = b->of[after].count > b->of[before].count;
    struct joint_unknown u = {.key = b->of[after].key,
                              .release = b->of[after].release,
                              .before = b->of[before].release,
                              .count = b->of[after].count - b->of[before].count,
                              .known = true,
                              .difference = true};
    u.count = u.count < 0 ? -u.count : u.count;
    MEM_GROW(b->link, b->link_cap, b->links + 1);
    uint32_t *l = b->link[b->links++];
    l[0] = rose ? after : before;
    l[1] = rose ? before : after;
    l[2] = (uint32_t)b->differences;
    MEM_GROW(b->difference, b->difference_cap, b->differences + 1);
    b->difference[b->differences++] = u;
}

static void link_cells(struct building *b, bool knows_rule)
{
    struct named_cell *named = mem_array(b->cells + 1, sizeof *named);
    size_t n = 0;
    for (size_t i = 0; i < b->nblocks; i++)
        for (uint32_t c = b->block[i].offset; c < b->block[i].offset + b->block[i].m.ncells; c++)
            if (b->of[c].key)
                named[n++] = (struct named_cell){b->of[c].key, b->block[i].number, c};
    if (n)
        qsort(named, n, sizeof *named, by_key);
    for (size_t i = 1; i < n; i++) {
        uint32_t before = named[i - 1].cell, after = named[i].cell;
        if (strcmp(named[i].key, named[i - 1].key) != 0)
            continue;
        bool known = b->of[before].known && b->of[after].known;
        if (named[i].number == named[i - 1].number ||
            (known && b->of[before].count == b->of[after].count))
            b->parent[stands_for(b, after)] = stands_for(b, before);
        else if (known && knows_rule)
            add_difference(b, before, after);
    }
    free(named);
}

/* ---- one set of unknowns ---- */

static void note_state(struct joint_unknown *u, uint32_t state)
{
    u->first = state < u->first ? state : u->first;
    u->last = state > u->last ? state : u->last;
}

struct rows {
    uint32_t *hash, mask; /* row + 1 */
    uint32_t start_cap, cell_cap;
};

/* Ends the row that has been added to; one that is there already is taken away again. */
static void end_row(struct model *m, struct rows *w)
{
    uint32_t from = m->row_start[m->nrows], to = m->row_start[m->nrows + 1];
    uint64_t h = 0xcbf29ce484222325u;
    for (uint32_t k = from; k < to; k++)
        h = (h ^ m->row_cell[k]) * 0x100000001b3u;
    if (((uint64_t)m->nrows + 1) * 2 > w->mask)
        BUG("the table of rows is full");
    for (uint32_t i = (uint32_t)(h ^ h >> 32) & w->mask;; i = (i + 1) & w->mask) {
        if (w->hash[i] == 0) {
            w->hash[i] = ++m->nrows;
            return;
        }
        uint32_t r = w->hash[i] - 1;
        if (m->row_start[r + 1] - m->row_start[r] == to - from &&
            memcmp(m->row_cell + m->row_start[r], m->row_cell + from,
                   (to - from) * sizeof *m->row_cell) == 0)
            return;
    }
}

static void row_begin(struct model *m, struct rows *w)
{
    MEM_GROW(m->row_start, w->start_cap, m->nrows + 2);
    if (m->nrows == 0)
        m->row_start[0] = 0;
    m->row_start[m->nrows + 1] = m->row_start[m->nrows];
}

static void row_add(struct model *m, struct rows *w, uint32_t unknown)
{
    uint32_t n = m->row_start[m->nrows + 1]++;
    MEM_GROW(m->row_cell, w->cell_cap, n + 1);
    m->row_cell[n] = unknown;
}

static void make_rows(struct building *b, const uint32_t *unknown, uint32_t first_difference)
{
    struct model *all = &b->j->all;
    struct rows w = {.mask = 1023};
    size_t most = b->links + 1;
    for (size_t i = 0; i < b->nblocks; i++)
        most += b->block[i].m.nrows;
    while (w.mask < most * 2 + 2)
        w.mask = w.mask * 2 + 1;
    w.hash = mem_zalloc((size_t)w.mask + 1, sizeof *w.hash);
    all->row_start = mem_zalloc(2, sizeof *all->row_start);
    w.start_cap = 2;
    for (size_t i = 0; i < b->nblocks; i++) {
        const struct block *k = &b->block[i];
        for (uint32_t r = 0; r < k->m.nrows; r++) {
            row_begin(all, &w);
            for (uint32_t c = k->m.row_start[r]; c < k->m.row_start[r + 1]; c++)
                row_add(all, &w, unknown[k->offset + k->m.row_cell[c]]);
            end_row(all, &w);
        }
    }
    for (size_t i = 0; i < b->links; i++) {
        row_begin(all, &w);
        row_add(all, &w, unknown[b->link[i][0]]);
        row_add(all, &w, unknown[b->link[i][1]]);
        row_add(all, &w, first_difference + b->link[i][2]);
        end_row(all, &w);
    }
    free(w.hash);
}

static void make_unknowns(struct building *b)
{
    struct joint_model *j = b->j;
    uint32_t *unknown = mem_array(b->cells + 1, sizeof *unknown), n = 0;
    j->unknown = mem_zalloc(b->cells + b->differences + 1, sizeof *j->unknown);
    for (uint32_t c = 0; c < b->cells; c++)
        if (stands_for(b, c) == c) {
            unknown[c] = n;
            j->unknown[n] = b->of[c];
            j->unknown[n++].first = UINT32_MAX;
        }
    for (uint32_t c = 0; c < b->cells; c++) {
        struct joint_unknown *u = &j->unknown[unknown[c] = unknown[stands_for(b, c)]];
        if (b->of[c].printed && (!u->printed || b->of[c].release < u->release))
            u->release = b->of[c].release;
        u->printed |= b->of[c].printed;
    }
    for (size_t i = 0; i < b->differences; i++)
        j->unknown[n + i] = b->difference[i];
    j->all.ncells = j->all.nlisted = n + (uint32_t)b->differences;
    make_rows(b, unknown, n);
    for (size_t i = 0; i < b->nblocks; i++) {
        const struct block *k = &b->block[i];
        for (uint32_t c = 0; c < k->m.ncells; c++)
            note_state(&j->unknown[unknown[k->offset + c]], k->number);
        j->states = k->number + 1 > j->states ? k->number + 1 : j->states;
        for (int t = 0; t < k->m.ntables; t++) {
            const struct model_table *from = &k->m.table[t];
            uint32_t *at = arena_array(&j->memory, from->ncells, sizeof *at);
            for (size_t c = 0; c < from->ncells; c++)
                at[c] = unknown[k->offset + from->cell[c]];
            j->at[k->release[t]][k->table[t]] = at;
        }
    }
    free(unknown);
}

enum status joint_model_build(struct joint_model *j, const struct joint_release *release,
                              size_t count, bool knows_rule, struct err *e)
{
    struct building b = {.j = j, .release = release, .releases = count};
    *j = (struct joint_model){.memory = ARENA_EMPTY};
    j->at = arena_array(&j->memory, count + 1, sizeof *j->at);
    for (size_t r = 0; r < count; r++)
        j->at[r] = arena_array(&j->memory, release[r].table_count + 1, sizeof *j->at[r]);
    enum status s = make_blocks(&b, e);
    if (s == ST_OK)
        s = describe_cells(&b, e);
    if (s == ST_OK) {
        link_cells(&b, knows_rule);
        make_unknowns(&b);
    }
    for (size_t i = 0; i < b.nblocks; i++)
        if (b.block[i].spec.ntables)
            model_free(&b.block[i].m);
    free(b.block);
    free(b.of);
    free(b.parent);
    free(b.link);
    free(b.difference);
    return s;
}

void joint_model_free(struct joint_model *j)
{
    model_free(&j->all);
    free(j->unknown);
    arena_free(&j->memory);
    *j = (struct joint_model){.memory = ARENA_EMPTY};
}
