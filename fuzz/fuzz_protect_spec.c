/* Any JSON as a specification of tables: refused with a message, or a model whose relations hold.
 */
#include "disclosure/model.h"
#include "disclosure/spec.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Counts of a few records at leaves add up in every row, those of populations that no table prints
 * too. */
static void count(const struct model *m, struct arena *a)
{
    enum { RECORDS = 7 };
    static const uint32_t leaf[] = {2, 3, 4};
    struct err e = {0};
    uint64_t *sum = arena_array(a, m->ncells, sizeof *sum);
    uint32_t **node = arena_array(a, (size_t)m->ncolumns, sizeof *node);
    for (int c = 0; c < m->ncolumns; c++) {
        node[c] = arena_array(a, RECORDS, sizeof **node);
        for (uint32_t r = 0; r < RECORDS; r++)
            node[c][r] = leaf[(r + r * (uint32_t)c) % 3];
    }
    const struct model_records in = {
        .n = RECORDS, .node = (const uint32_t *const *)node, .file = "records"};
    if (model_sum(m, &in, sum, &e) != ST_OK)
        abort();
    for (uint32_t r = 0; r < m->nrows; r++) {
        uint64_t whole = sum[m->row_cell[m->row_start[r]]];
        for (uint32_t k = m->row_start[r] + 1; k < m->row_start[r + 1]; k++)
            whole -= sum[m->row_cell[k]];
        if (whole != 0)
            abort();
    }
    for (uint32_t c = 0; c < m->ncells; c++)
        if (sum[c] > RECORDS)
            abort();
}

/* Every column gets the same small tree: T over A (a1, a2) and B, and its where-codes are what they
 * are. */
static void build(const struct spec *s, struct arena *a)
{
    struct err e = {0};
    static const char *const code[][2] = {
        {"T", ""}, {"A", "T"}, {"a1", "A"}, {"a2", "A"}, {"B", "T"}};
    struct hier_row rows[5];
    struct hier h;
    struct model m;
    struct model_column *column = arena_array(a, 600 * 20, sizeof *column);
    int n = 0;
    for (int k = 0; k < 5; k++)
        rows[k] = (struct hier_row){str_of(code[k][0]), str_of(code[k][1]), k + 2};
    if (hier_build(&h, rows, 5, "tree", a, &e) != ST_OK)
        abort();
    for (int t = 0; t < s->ntables && n < 300; t++)
        for (int k = 0; k < s->table[t].ndims + s->table[t].nwhere; k++) {
            const char *name = k < s->table[t].ndims
                                   ? s->table[t].dim[k]
                                   : s->table[t].where[k - s->table[t].ndims].column;
            int i = 0;
            while (i < n && strcmp(column[i].name, name) != 0)
                i++;
            if (i == n)
                column[n++] = (struct model_column){.name = name, .h = &h};
        }
    if (n >= 300 || s->ntables > 20)
        return;
    for (int t = 0; t < s->ntables; t++)
        if (s->table[t].ndims > 4)
            return;
    if (model_build(&m, s, column, n, "spec", &e) != ST_OK) {
        if (!e.what[0])
            abort();
    } else {
        for (uint32_t r = 0; r < m.nrows; r++)
            for (uint32_t k = m.row_start[r]; k < m.row_start[r + 1]; k++)
                if (m.row_cell[k] >= m.ncells)
                    abort();
        count(&m, a);
    }
    model_free(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct arena a = ARENA_EMPTY;
    struct spec s;
    json_t *doc;
    if (json_read_str((struct str){(const char *)data, size}, "fuzz", &doc, &e) != ST_OK)
        return 0;
    if (spec_parse(&s, doc, "fuzz", &a, &e) == ST_OK)
        build(&s, &a);
    else if (!e.what[0])
        abort();
    json_decref(doc);
    arena_free(&a);
    return 0;
}
