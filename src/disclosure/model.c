#include "disclosure/model_inner.h"

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

static uint32_t *slot_of(const struct model *m, const uint32_t *node)
{
    size_t bytes = (size_t)m->ncolumns * sizeof *node;
    uint32_t i = hash_nodes(node, m->ncolumns) & m->hash_mask;
    while (m->hash[i] != HIER_NONE && memcmp(model_nodes(m, m->hash[i]), node, bytes) != 0)
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
        *slot_of(m, model_nodes(m, c)) = c;
}

uint32_t model_find_cell(const struct model *m, const uint32_t *node)
{
    return *slot_of(m, node);
}

uint32_t model_add_cell(struct model *m, const uint32_t *node)
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

void model_add_table_cells(struct model *m, struct model_table *t)
{
    uint32_t *node = mem_array((size_t)m->ncolumns, sizeof *node), code[SPEC_MAX_DIMENSIONS];
    t->cell = mem_array(t->ncells, sizeof *t->cell);
    for (size_t k = 0; k < t->ncells; k++) {
        memcpy(node, t->fixed, (size_t)m->ncolumns * sizeof *node);
        model_cell_codes(t, k, code);
        for (int d = 0; d < t->spec->ndims; d++)
            node[t->column[d]] = t->code[d][code[d]];
        t->cell[k] = model_add_cell(m, node);
    }
    free(node);
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
        model_add_table_cells(m, &m->table[t]);
    m->nlisted = m->ncells;
    m->times = mem_zalloc(m->nlisted, sizeof *m->times);
    for (int t = 0; t < m->ntables; t++)
        for (size_t k = 0; k < m->table[t].ncells; k++)
            m->times[m->table[t].cell[k]]++;
    TRY(model_add_between(m, spec_name, e));
    model_add_rows(m);
    return ST_OK;
}

void model_table_free(struct model_table *t)
{
    for (int d = 0; d < SPEC_MAX_DIMENSIONS; d++)
        free(t->code[d]);
    free(t->fixed);
    free(t->cell);
}

void model_free(struct model *m)
{
    for (int t = 0; t < m->ntables && m->table; t++)
        model_table_free(&m->table[t]);
    model_free_between(m);
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

static enum status at_subtotal(const struct model *m, const struct model_records *in, size_t r,
                               int column, struct err *e)
{
    err_at(e, in->file, in->line ? in->line[r] : 0, m->column[column].name);
    return err_hint(e, "Give the hierarchy a code for \"not known\" under it, or publish fewer "
                       "\"levels\".");
}

/* A whole of which tables print parts is no more than those parts and a rest, so nobody may be in
 * the whole and in no part of it. */
static enum status check_subtotals(const struct model *m, const struct model_records *in,
                                   int column, struct err *e)
{
    const struct hier *h = m->column[column].h;
    const struct model_table **split = mem_zalloc(h->n, sizeof *split);
    enum status s = ST_OK;
    for (int t = 0; t < m->ntables; t++)
        for (uint32_t v = m->table[t].fixed[column]; v; v = h->parent[v])
            split[h->parent[v]] = &m->table[t];
    for (size_t r = 0; r < in->n && s == ST_OK; r++)
        if (split[in->node[column][r]]) {
            err_set(e, ST_DATA, "the value is a subtotal, of which table %s prints only a part",
                    split[in->node[column][r]]->spec->name);
            s = at_subtotal(m, in, r, column, e);
        }
    free(split);
    return s;
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
                err_set(e, ST_DATA, "the value is a subtotal, which table %s splits further",
                        t->spec->name);
                return at_subtotal(m, in, r, c, e);
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
    for (int c = 0; c < m->ncolumns && s == ST_OK; c++)
        s = check_subtotals(m, in, c, e);
    for (int t = 0; t < m->ntables && s == ST_OK; t++)
        s = count_table(m, &m->table[t], in, set, sum, e);
    for (int t = 0; t < m->nbetween && s == ST_OK; t++)
        s = count_table(m, &m->between[t], in, set, sum, e);
    if (s == ST_OK)
        count_rests(m, set, sum);
    free(set);
    return s;
}

bool model_occurs(const struct model *m, uint32_t cell)
{
    const uint32_t *node = model_nodes(m, cell);
    int set = 0;
    bool is_occurring = false;
    for (int c = 0; c < m->ncolumns; c++)
        if (node[c]) {
            set++;
            is_occurring = m->column[c].from_data;
        }
    return set == 1 && is_occurring;
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
