#include "disclosure/suppress.h"

#include "disclosure/suppress_inner.h"

#include <stdlib.h>

static void suppress_open(struct suppress *s, const struct model *m, const int64_t *count)
{
    size_t n = m->ncells, entries = m->row_start[m->nrows];
    *s = (struct suppress){
        .m = m, .count = count, .width = m->spec->width, .low = spec_aware_low(m->spec)};
    s->rounds = n <= SMALL_TABLE ? 3 : 1;
    s->free_cell = mem_zalloc(n, 1);
    s->primary = mem_zalloc(n, 1);
    s->weight = mem_zalloc(n, sizeof *s->weight);
    s->uses = mem_zalloc(n, sizeof *s->uses);
    s->avoid = mem_zalloc(n, 1);
    s->hits = mem_zalloc(n, sizeof *s->hits);
    s->proof = mem_array(n, sizeof *s->proof);
    s->list = mem_array(n, sizeof *s->list);
    s->local = mem_array(n, sizeof *s->local);
    s->column = mem_array(n, sizeof *s->column);
    s->row_of = mem_array(m->nrows, sizeof *s->row_of);
    s->row_at = mem_array(m->nrows, sizeof *s->row_at);
    s->entry_row = mem_array(m->nrows, sizeof *s->entry_row);
    s->entry_by = mem_array(m->nrows, sizeof *s->entry_by);
    s->price = mem_zalloc(n, sizeof *s->price);
    s->seen = mem_array(n, sizeof *s->seen);
    s->use_start = mem_zalloc(n + 2, sizeof *s->use_start);
    s->use_row = mem_array(entries, sizeof *s->use_row);
    for (uint32_t k = 0; k < entries; k++)
        s->use_start[m->row_cell[k] + 2]++;
    for (uint32_t c = 0; c < n; c++)
        s->use_start[c + 2] += s->use_start[c + 1];
    for (uint32_t r = 0; r < m->nrows; r++)
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++)
            s->use_row[s->use_start[m->row_cell[k] + 1]++] = r;
    s->dearest = 1000;
    for (uint32_t r = 0; r < m->nrows; r++)
        s->row_at[r] = NONE;
    for (uint32_t c = 0; c < n; c++) {
        bool listed = c < m->nlisted;
        s->free_cell[c] = !listed || count[c] > 0 || s->low == 0;
        s->primary[c] = listed && spec_is_primary(m->spec, count[c]);
        s->weight[c] = listed ? count[c] * (int64_t)m->times[c] : 0;
        s->proof[c] = (struct proof){NONE, NONE};
        s->column[c] = NONE;
        s->dearest += 100 * (double)s->weight[c];
        if (s->primary[c])
            s->list[s->nlist++] = c;
    }
    ties_open(&s->ties, m, s->free_cell);
}

static void suppress_close(struct suppress *s)
{
    for (uint32_t k = 0; k < s->ndirections; k++)
        direction_free(&s->direction[k]);
    for (uint32_t c = 0; c < s->m->ncells; c++)
        free(s->hits[c].at);
    free(s->direction);
    free(s->free_cell);
    free(s->primary);
    free(s->weight);
    free(s->uses);
    free(s->avoid);
    free(s->hits);
    free(s->proof);
    free(s->list);
    free(s->local);
    free(s->column);
    free(s->row_of);
    free(s->row_at);
    free(s->entry_row);
    free(s->entry_by);
    free(s->price);
    ties_close(&s->ties);
    free(s->seen);
    free(s->use_start);
    free(s->use_row);
}

static enum status cannot_protect(struct err *e)
{
    err_set(e, ST_DATA,
            "a protected cell stays within less than the width even when everything is "
            "hidden");
    return err_hint(e, "Publish fewer dimensions, ask for less \"width\", or use the method "
                       "\"round\".");
}

enum status suppress_tables(const struct model *m, const int64_t *count,
                            const struct progress *progress, uint8_t *hidden,
                            struct suppress_result *out, struct err *e)
{
    struct suppress s;
    enum status st = ST_OK;
    suppress_open(&s, m, count);
    for (uint32_t i = 0; i < s.nlist && st == ST_OK; i++) {
        if (!suppress_protect(&s, s.list[i]))
            st = cannot_protect(e);
        progress_tick(progress, "suppress", i, s.nlist);
    }
    *out = (struct suppress_result){.cost = suppress_pattern_cost(&s)};
    if (st == ST_OK)
        suppress_improve(&s, &out->cost, progress);
    for (uint32_t c = 0; c < m->ncells; c++)
        hidden[c] = c < m->nlisted && suppress_is_hidden(&s, c);
    suppress_close(&s);
    return st;
}
