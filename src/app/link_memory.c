#include "app/link_memory.h"

#include "base/csv.h"
#include "linkage/memory.h"

#include <stdlib.h>

struct measured {
    struct link_size size;
    struct sketch sketch[LINK_MAX_COLUMNS];
    uint64_t cells[LINK_MAX_COLUMNS], bytes[LINK_MAX_COLUMNS]; /* filled ones */
};

static void measure_row(struct measured *m, const struct link_spec_file *s,
                        int column[][LINK_MAX_PARTS], const struct csv_row *row)
{
    for (int k = 0; k < s->spec.columns; k++) {
        uint64_t hash = 0;
        size_t bytes = 0;
        for (int p = 0; p < s->parts[k]; p++) {
            struct str cell = column[k][p] >= 0 ? row->cells[column[k][p]] : (struct str){0};
            hash = hash * 31 + str_hash(cell);
            bytes += cell.n + (p > 0);
        }
        if (!bytes)
            continue;
        sketch_add(&m->sketch[k], hash);
        m->cells[k]++;
        m->bytes[k] += bytes;
    }
}

static enum status measure(struct csv *csv, const struct link_spec_file *s, struct measured *m,
                           struct err *e)
{
    int column[LINK_MAX_COLUMNS][LINK_MAX_PARTS], id;
    TRY(csv_need(csv, s->id, &id, e));
    for (int k = 0; k < s->spec.columns; k++)
        for (int p = 0; p < s->parts[k]; p++) {
            column[k][p] = -1;
            if (s->csv[k][p])
                TRY(csv_need(csv, s->csv[k][p], &column[k][p], e));
        }
    for (struct csv_row row;;) {
        TRY(csv_next(csv, &row, e));
        if (row.n == 0)
            break;
        TRY(csv_check_width(csv, &row, e));
        m->size.records++;
        m->size.id_bytes += row.cells[id].n;
        measure_row(m, s, column, &row);
    }
    m->size.sources = s->source != NULL;
    for (int k = 0; k < s->spec.columns; k++) {
        uint64_t n = sketch_count(&m->sketch[k]);
        n += n / 20; /* three standard errors */
        n = n < m->cells[k] ? n : m->cells[k];
        m->size.column[k].distinct = n;
        m->size.column[k].bytes =
            m->cells[k] ? (uint64_t)((double)m->bytes[k] / (double)m->cells[k] * (double)n * 1.1)
                        : 0;
    }
    return ST_OK;
}

static void in_words(uint64_t bytes, char out[32])
{
    if (bytes >= 10000000000ull)
        snprintf(out, 32, "%.0fG", (double)bytes / 1073741824.0 + 0.5);
    else
        snprintf(out, 32, "%.0fM", (double)bytes / 1048576.0 + 0.5);
}

enum status link_memory_check(const char *people, const struct link_spec_file *spec, int threads,
                              uint64_t bound_bytes, size_t *pairs_most, struct err *e)
{
    struct csv csv;
    TRY(csv_open(&csv, people, e));
    struct measured *m = mem_zalloc(1, sizeof *m);
    enum status st = measure(&csv, spec, m, e);
    csv_close(&csv);
    struct link_bytes b = link_bytes_needed(&spec->spec, &m->size, threads);
    uint64_t records = m->size.records;
    free(m);
    if (st != ST_OK)
        return st;
    /* room for a pair a record: what usual rules keep */
    uint64_t with_pairs = b.during + LINK_BYTES_A_PAIR * records,
             needed = with_pairs > b.before ? with_pairs : b.before;
    if (needed <= bound_bytes) {
        *pairs_most = (size_t)((bound_bytes - b.during) / LINK_BYTES_A_PAIR);
        return ST_OK;
    }
    char need[32], bound[32];
    in_words(needed, need);
    in_words(bound_bytes, bound);
    err_set(e, ST_DATA, "linking these %llu records needs about %s of memory; the bound is %s",
            (unsigned long long)records, need, bound);
    err_at(e, people, 0, NULL);
    return err_hint(e, "Give --memory %s or more, fewer blocking rules or columns, or --threads 1.",
                    need);
}
