#include "disclosure/model.h"

#include "base/limits.h"

#include <stdlib.h>

/* ---- population cells, found by their nodes ---- */

static uint32_t hash_nodes(const uint32_t *node, int n)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (int k = 0; k < n; k++) {
        h = (h ^ node[k]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static const uint32_t *nodes_of(const struct model *m, uint32_t cell)
{
    return m->node + (size_t)cell * (size_t)m->ncolumns;
}

static uint32_t *slot_of(const struct model *m, const uint32_t *node)
{
    size_t bytes = (size_t)m->ncolumns * sizeof *node;
    uint32_t i = hash_nodes(node, m->ncolumns) & m->hash_mask;
    while (m->hash[i] != HIER_NONE && memcmp(nodes_of(m, m->hash[i]), node, bytes) != 0)
        i = (i + 1) & m->hash_mask;
    return &m->hash[i];
}

static void rehash(struct model *m, uint32_t size)
{
    free(m->hash);
    m->hash = mem_array(size, sizeof *m->hash);
    m->hash_mask = size - 1;
    memset(m->hash, 0xff, size * sizeof *m->hash);
    for (uint32_t c = 0; c < m->ncells; c++)
        *slot_of(m, nodes_of(m, c)) = c;
}

uint32_t model_find_cell(const struct model *m, const uint32_t *node)
{
    return *slot_of(m, node);
}

static uint32_t add_cell(struct model *m, const uint32_t *node)
{
    uint32_t *slot = slot_of(m, node);
    if (*slot != HIER_NONE)
        return *slot;
    if (m->ncells == m->cell_cap) {
        m->cell_cap = m->cell_cap ? m->cell_cap * 2 : 256;
        m->node = mem_resize(m->node, (size_t)m->cell_cap * (size_t)m->ncolumns, sizeof *m->node);
    }
    memcpy(m->node + (size_t)m->ncells * (size_t)m->ncolumns, node,
           (size_t)m->ncolumns * sizeof *node);
    *slot = m->ncells;
    uint32_t cell = m->ncells++;
    if ((uint64_t)m->ncells * 2 > m->hash_mask)
        rehash(m, (m->hash_mask + 1) * 2);
    return cell;
}

/* ---- tables ---- */

static int column_index(const struct model *m, const char *name)
{
    for (int c = 0; c < m->ncolumns; c++)
        if (strcmp(m->column[c].name, name) == 0)
            return c;
    BUG("column %s is not in the model", name);
}

static enum status place_where(struct model *m, struct model_table *t, const char *spec_name,
                               struct err *e)
{
    t->fixed = mem_zalloc((size_t)m->ncolumns, sizeof *t->fixed);
    for (int k = 0; k < t->spec->nwhere; k++) {
        const struct spec_where *w = &t->spec->where[k];
        int c = column_index(m, w->column);
        t->fixed[c] = hier_find(m->column[c].h, str_of(w->value));
        if (t->fixed[c] == HIER_NONE) {
            err_at(e, spec_name, 0, w->column);
            err_set(e, ST_DATA, "table %s: where %s is \"%.60s\", a code that is not known",
                    t->spec->name, w->column, w->value);
            return err_hint(e, "Use a code of the hierarchy, or a value of the column.");
        }
    }
    return ST_OK;
}

static void place_dimension(const struct model *m, struct model_table *t, int d)
{
    int c = column_index(m, t->spec->dim[d]);
    const struct hier *h = m->column[c].h;
    uint32_t top = t->fixed[c], n = 0;
    int levels = m->column[c].levels;
    t->column[d] = c;
    t->code[d] = mem_array(h->last[top] - top + 1, sizeof *t->code[d]);
    for (uint32_t v = top; v <= h->last[top]; v++)
        if (v == top || !levels || h->level[v] <= levels)
            t->code[d][n++] = v;
    t->ncodes[d] = n;
}

static enum status place_table(struct model *m, struct model_table *t, size_t *total,
                               const char *spec_name, struct err *e)
{
    TRY(place_where(m, t, spec_name, e));
    t->ncells = 1;
    for (int d = 0; d < t->spec->ndims; d++) {
        place_dimension(m, t, d);
        t->ncells *= t->ncodes[d];
        if (t->ncells + *total > LIMIT_TABLE_CELLS) {
            err_at(e, spec_name, 0, NULL);
            err_set(e, ST_DATA, "table %s makes the release larger than %zu cells", t->spec->name,
                    LIMIT_TABLE_CELLS);
            return err_hint(e, "Publish fewer dimensions together, or fewer \"levels\".");
        }
    }
    *total += t->ncells;
    return ST_OK;
}

void model_cell_codes(const struct model_table *t, size_t k, uint32_t code[SPEC_MAX_DIMENSIONS])
{
    for (int d = t->spec->ndims; d-- > 0;) {
        code[d] = (uint32_t)(k % t->ncodes[d]);
        k /= t->ncodes[d];
    }
}

static void add_table_cells(struct model *m, struct model_table *t)
{
    uint32_t *node = mem_array((size_t)m->ncolumns, sizeof *node), code[SPEC_MAX_DIMENSIONS];
    t->cell = mem_array(t->ncells, sizeof *t->cell);
    for (size_t k = 0; k < t->ncells; k++) {
        memcpy(node, t->fixed, (size_t)m->ncolumns * sizeof *node);
        model_cell_codes(t, k, code);
        for (int d = 0; d < t->spec->ndims; d++)
            node[t->column[d]] = t->code[d][code[d]];
        t->cell[k] = add_cell(m, node);
    }
    free(node);
}

/* ---- relations ---- */

static void add_entry(struct model *m, uint32_t cell)
{
    uint32_t n = m->row_start[m->nrows];
    MEM_GROW(m->row_cell, m->entry_cap, n + 1);
    m->row_cell[n] = cell;
    m->row_start[m->nrows]++;
}

static void begin_row(struct model *m, uint32_t whole)
{
    MEM_GROW(m->row_start, m->row_cap, m->nrows + 2);
    if (m->nrows == 0)
        m->row_start[0] = 0;
    m->row_start[m->nrows + 1] = m->row_start[m->nrows];
    m->nrows++;
    add_entry(m, whole);
}

static void drop_row(struct model *m)
{
    m->nrows--;
}

/* The rest of node `v` of a column when only some children are in the tables: a node number beyond
 * those of the hierarchy, the same for the same set of children. */
struct rest {
    int column;
    uint32_t whole, number;
    uint64_t set;
};

struct rests {
    struct rest *at;
    uint32_t n, cap;
};

static uint32_t rest_node(struct rests *rests, const struct model *m, int column, uint32_t whole,
                          uint64_t set)
{
    uint32_t number = m->column[column].h->n;
    for (uint32_t k = 0; k < rests->n; k++) {
        const struct rest *r = &rests->at[k];
        if (r->column != column)
            continue;
        if (r->whole == whole && r->set == set)
            return r->number;
        number++;
    }
    MEM_GROW(rests->at, rests->cap, rests->n + 1);
    rests->at[rests->n++] =
        (struct rest){.column = column, .whole = whole, .number = number, .set = set};
    return number;
}

/* The row "cell = its parts along `column`", if any part is in the tables. Parts that are missing
 * become one unlisted cell when `rests` is given, else there is no row. */
static void relate(struct model *m, uint32_t cell, int column, struct rests *rests, uint32_t *node)
{
    const struct hier *h = m->column[column].h;
    uint32_t top = nodes_of(m, cell)[column], missing = 0, found = 0;
    uint64_t set = 0xcbf29ce484222325u;
    if (top >= h->n || hier_is_leaf(h, top))
        return;
    memcpy(node, nodes_of(m, cell), (size_t)m->ncolumns * sizeof *node);
    begin_row(m, cell);
    for (uint32_t v = hier_child(h, top, HIER_NONE); v != HIER_NONE; v = hier_child(h, top, v)) {
        node[column] = v;
        uint32_t part = model_find_cell(m, node);
        if (part == HIER_NONE) {
            missing++;
            if (!rests)
                break;
            continue;
        }
        found++;
        set = (set ^ v) * 0x100000001b3u;
        add_entry(m, part);
    }
    if (found == 0 || (missing && !rests)) {
        drop_row(m);
    } else if (missing) {
        node[column] = rest_node(rests, m, column, top, set);
        add_entry(m, add_cell(m, node));
    }
}

static void add_relations(struct model *m)
{
    struct rests rests = {0};
    uint32_t *node = mem_array((size_t)m->ncolumns, sizeof *node);
    for (uint32_t cell = 0; cell < m->nlisted; cell++)
        for (int c = 0; c < m->ncolumns; c++)
            relate(m, cell, c, &rests, node);
    for (uint32_t cell = m->nlisted; cell < m->ncells; cell++)
        for (int c = 0; c < m->ncolumns; c++)
            relate(m, cell, c, NULL, node);
    if (m->nrows == 0) {
        m->row_start = mem_resize(m->row_start, 1, sizeof *m->row_start);
        m->row_start[0] = 0;
    }
    free(node);
    free(rests.at);
}

enum status model_build(struct model *m, const struct spec *spec,
                        const struct model_column *columns, int ncolumns, const char *spec_name,
                        struct err *e)
{
    size_t total = 0;
    *m = (struct model){.spec = spec, .ncolumns = ncolumns, .ntables = spec->ntables};
    m->column = mem_array((size_t)ncolumns, sizeof *m->column);
    memcpy(m->column, columns, (size_t)ncolumns * sizeof *m->column);
    m->table = mem_zalloc((size_t)m->ntables, sizeof *m->table);
    rehash(m, 1024);
    for (int t = 0; t < m->ntables; t++) {
        m->table[t].spec = &spec->table[t];
        TRY(place_table(m, &m->table[t], &total, spec_name, e));
    }
    for (int t = 0; t < m->ntables; t++)
        add_table_cells(m, &m->table[t]);
    m->nlisted = m->ncells;
    m->times = mem_zalloc(m->nlisted, sizeof *m->times);
    for (int t = 0; t < m->ntables; t++)
        for (size_t k = 0; k < m->table[t].ncells; k++)
            m->times[m->table[t].cell[k]]++;
    add_relations(m);
    return ST_OK;
}

void model_free(struct model *m)
{
    for (int t = 0; t < m->ntables && m->table; t++) {
        for (int d = 0; d < SPEC_MAX_DIMENSIONS; d++)
            free(m->table[t].code[d]);
        free(m->table[t].fixed);
        free(m->table[t].cell);
    }
    free(m->table);
    free(m->column);
    free(m->node);
    free(m->times);
    free(m->row_start);
    free(m->row_cell);
    free(m->hash);
    *m = (struct model){0};
}

/* ---- counting ---- */

/* For each node of the dimension's column, the local code that a record there counts under. */
static uint32_t *local_codes(const struct model *m, const struct model_table *t, int d)
{
    const struct hier *h = m->column[t->column[d]].h;
    uint32_t *local = mem_array(h->n, sizeof *local);
    for (uint32_t v = 0; v < h->n; v++)
        local[v] = HIER_NONE;
    for (uint32_t k = 0; k < t->ncodes[d]; k++)
        local[t->code[d][k]] = k;
    for (uint32_t v = t->code[d][0] + 1; v <= h->last[t->code[d][0]]; v++)
        if (local[v] == HIER_NONE)
            local[v] = local[h->parent[v]];
    return local;
}

static bool is_split(const struct hier *h, const struct model_table *t, int d, uint32_t local)
{
    return local + 1 < t->ncodes[d] && hier_within(h, t->code[d][local + 1], t->code[d][local]);
}

static bool in_table(const struct model *m, const struct model_table *t,
                     const uint32_t *const *node, size_t r)
{
    for (int c = 0; c < m->ncolumns; c++)
        if (t->fixed[c] && !hier_within(m->column[c].h, node[c][r], t->fixed[c]))
            return false;
    return true;
}

static enum status count_leaves(const struct model *m, const struct model_table *t,
                                uint32_t *const *local, const struct model_records *in,
                                uint64_t *sum, struct err *e)
{
    const uint32_t *const *node = in->node;
    for (size_t r = 0; r < in->n; r++) {
        if (!in_table(m, t, node, r))
            continue;
        size_t at = 0;
        for (int d = 0; d < t->spec->ndims; d++) {
            int c = t->column[d];
            uint32_t code = local[d][node[c][r]];
            if (is_split(m->column[c].h, t, d, code)) {
                err_at(e, in->file, in->line ? in->line[r] : 0, m->column[c].name);
                err_set(e, ST_DATA, "the value is a subtotal, which table %s splits further",
                        t->spec->name);
                return err_hint(e, "Give the hierarchy a code for \"not known\" under it, or "
                                   "publish fewer \"levels\".");
            }
            at = at * t->ncodes[d] + code;
        }
        sum[at] += in->weight ? in->weight[r] : 1;
    }
    return ST_OK;
}

/* Adds every code to its parent along each dimension: children come after parents. */
static void add_margins(const struct model *m, const struct model_table *t, uint64_t *sum)
{
    size_t stride = 1;
    for (int d = t->spec->ndims; d-- > 0; stride *= t->ncodes[d]) {
        const struct hier *h = m->column[t->column[d]].h;
        uint32_t *up = mem_array(t->ncodes[d], sizeof *up);
        for (uint32_t k = 1; k < t->ncodes[d]; k++)
            for (up[k] = k - 1; !hier_within(h, t->code[d][k], t->code[d][up[k]]);)
                up[k] = up[up[k]];
        size_t block = stride * t->ncodes[d];
        for (size_t from = 0; from < t->ncells; from += block)
            for (uint32_t k = t->ncodes[d]; k-- > 1;)
                for (size_t i = 0; i < stride; i++)
                    sum[from + up[k] * stride + i] += sum[from + k * stride + i];
        free(up);
    }
}

static enum status count_table(const struct model *m, const struct model_table *t,
                               const struct model_records *in, uint8_t *set, uint64_t *count,
                               struct err *e)
{
    uint32_t *local[SPEC_MAX_DIMENSIONS];
    uint64_t *sum = mem_zalloc(t->ncells, sizeof *sum);
    for (int d = 0; d < t->spec->ndims; d++)
        local[d] = local_codes(m, t, d);
    enum status s = count_leaves(m, t, local, in, sum, e);
    if (s == ST_OK) {
        add_margins(m, t, sum);
        for (size_t k = 0; k < t->ncells; k++) {
            uint32_t c = t->cell[k];
            if (set[c] && count[c] != sum[k])
                BUG("two tables disagree on one population cell");
            count[c] = sum[k];
            set[c] = 1;
        }
    }
    for (int d = 0; d < t->spec->ndims; d++)
        free(local[d]);
    free(sum);
    return s;
}

/* An unlisted cell is a whole less the parts that are listed. */
static void count_rests(const struct model *m, uint8_t *set, uint64_t *count)
{
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint32_t last = m->row_cell[m->row_start[r + 1] - 1];
        if (set[last])
            continue;
        uint64_t rest = count[m->row_cell[m->row_start[r]]];
        for (uint32_t k = m->row_start[r] + 1; k + 1 < m->row_start[r + 1]; k++)
            rest -= count[m->row_cell[k]];
        count[last] = rest;
        set[last] = 1;
    }
}

enum status model_sum(const struct model *m, const struct model_records *in, uint64_t *sum,
                      struct err *e)
{
    uint8_t *set = mem_zalloc(m->ncells, 1);
    enum status s = ST_OK;
    for (int t = 0; t < m->ntables && s == ST_OK; t++)
        s = count_table(m, &m->table[t], in, set, sum, e);
    if (s == ST_OK)
        count_rests(m, set, sum);
    free(set);
    return s;
}

void model_cell_name(const struct model *m, const struct model_table *t, size_t k, char sep,
                     char *buf, size_t size)
{
    uint32_t code[SPEC_MAX_DIMENSIONS];
    size_t n = 0;
    model_cell_codes(t, k, code);
    for (int d = 0; d < t->spec->ndims && n < size; d++) {
        const char *text = m->column[t->column[d]].h->code[t->code[d][code[d]]];
        int w = d ? snprintf(buf + n, size - n, "%c%s", sep, text)
                  : snprintf(buf + n, size - n, "%s", text);
        n += w > 0 ? (size_t)w : 0;
    }
}
