#include "app/link_truth.h"

#include "linkage/cluster.h"

#include <stdlib.h>

uint32_t *link_truth_of_column(const struct link_data *d, const struct link_extra *column)
{
    uint32_t n = link_data_records(d), next = column->count + 1;
    uint32_t *person = mem_array(n, sizeof *person);
    for (uint32_t k = 0; k < n; k++)
        person[link_data_rank(d, k)] = column->value[k] ? column->value[k] : next++;
    return person;
}

static enum status read_pairs(const struct link_data *d, struct csv *csv, uint32_t *person,
                              struct err *e)
{
    static const char *const names[] = {"id_a", "id_b"};
    int column[2];
    for (int k = 0; k < 2; k++)
        TRY(csv_need(csv, names[k], &column[k], e));
    for (struct csv_row row;;) {
        uint32_t record[2];
        TRY(csv_next_full(csv, &row, e));
        if (row.n == 0)
            return ST_OK;
        for (int k = 0; k < 2; k++)
            if (!link_data_find(d, row.cells[column[k]], &record[k])) {
                err_at(e, csv->name, row.line, names[k]);
                err_set(e, ST_DATA, "this id is not among the people");
                return err_hint(e, "The truth must be about the records that are linked.");
            }
        unite(person, record[0], record[1]);
    }
}

enum status link_truth_of_pairs(const struct link_data *d, const char *path, uint32_t **person,
                                struct err *e)
{
    struct csv csv;
    uint32_t n = link_data_records(d);
    TRY(csv_open(&csv, path, e));
    uint32_t *p = mem_array(n, sizeof *p);
    for (uint32_t k = 0; k < n; k++)
        p[k] = k;
    enum status st = read_pairs(d, &csv, p, e);
    csv_close(&csv);
    for (uint32_t k = 0; st == ST_OK && k < n; k++)
        p[k] = find_root(p, k);
    if (st != ST_OK) {
        free(p);
        return st;
    }
    free(*person);
    *person = p;
    return ST_OK;
}
