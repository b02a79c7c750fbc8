/* The live index on many people: time of one look-up and of insert + re-cluster.
 * bench_index PEOPLE.csv LOOKUPS INSERTS [loose]   (columns as gen_people writes them) */
#include "base/csv.h"
#include "linkage/model_json.h"
#include "linkage/search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COLUMNS = 6, BEST = 10 };
static const int csv_column_of[COLUMNS] = {1, 2, 3, 4, 5, 6};

static struct link_spec spec_of(bool loose)
{
    struct link_spec s = {.columns = COLUMNS,
                          .column = {{"first_name", LINK_GIVEN_NAME},
                                     {"surname", LINK_FAMILY_NAME},
                                     {"dob", LINK_DATE},
                                     {"postcode", LINK_POSTCODE},
                                     {"city", LINK_PLACE},
                                     {"nationality", LINK_NATIONALITY}},
                          .rules = 4};
    static const struct link_rule four[4] = {{{{0, LINK_WHOLE, 0}, {1, LINK_WHOLE, 0}}, 2},
                                             {{{1, LINK_WHOLE, 0}, {2, LINK_WHOLE, 0}}, 2},
                                             {{{0, LINK_WHOLE, 0}, {2, LINK_WHOLE, 0}}, 2},
                                             {{{3, LINK_WHOLE, 0}, {0, LINK_WHOLE, 0}}, 2}},
                                  wide[4] = {{{{2, LINK_WHOLE, 0}}, 1},
                                             {{{0, LINK_WHOLE, 0}, {1, LINK_WHOLE, 0}}, 2},
                                             {{{1, LINK_WHOLE, 0}, {0, LINK_PREFIX, 1}}, 2},
                                             {{{3, LINK_WHOLE, 0}}, 1}};
    memcpy(s.rule, loose ? wide : four, sizeof four);
    return s;
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct kept {
    char id[24], cell[COLUMNS][40];
};

static void cells_of(const struct kept *k, struct str *cells)
{
    for (int c = 0; c < COLUMNS; c++)
        cells[c] = str_of(k->cell[c]);
}

/* The first `held` rows are kept back; the rest goes into the data. */
static struct link_data *read_people(const char *path, const struct link_spec *spec,
                                     struct kept *held, size_t n, struct err *e)
{
    struct csv csv;
    struct csv_row row;
    if (csv_open(&csv, path, e) != ST_OK)
        return NULL;
    struct link_data *d = link_data_new(spec);
    for (size_t k = 0; csv_next(&csv, &row, e) == ST_OK && row.n; k++) {
        struct str cells[COLUMNS];
        for (int c = 0; c < COLUMNS; c++)
            cells[c] = row.cells[csv_column_of[c]];
        if (k >= n) {
            link_data_add(d, row.cells[0], (struct str){0}, cells);
            continue;
        }
        snprintf(held[k].id, sizeof held[k].id, "%.*s", (int)row.cells[0].n, row.cells[0].p);
        for (int c = 0; c < COLUMNS; c++)
            snprintf(held[k].cell[c], sizeof held[k].cell[c], "%.*s", (int)cells[c].n,
                     cells[c].n ? cells[c].p : "");
    }
    csv_close(&csv);
    return link_data_finish(d, 1, e) == ST_OK ? d : NULL;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    if (argc < 4) {
        fputs("usage: bench_index PEOPLE.csv LOOKUPS INSERTS [loose]\n", stderr);
        return 2;
    }
    size_t lookups = strtoull(argv[2], NULL, 10), inserts = strtoull(argv[3], NULL, 10);
    size_t held_n = lookups > inserts ? lookups : inserts;
    struct kept *held = calloc(held_n, sizeof *held);
    struct link_spec spec = spec_of(argc > 4);
    struct link_data *d = read_people(argv[1], &spec, held, held_n, &e);
    struct link_model *m = NULL;
    struct link_result r;
    struct link_options o = {.threads = 1, .keep_bits = INFINITY};
    struct link_index_options io = {0};
    struct link_index *x;
    if (!d || link_run(d, &o, &m, &r, &e) != ST_OK) {
        err_print(stderr, &e);
        return 1;
    }
    link_result_free(&r);
    double t = cpu();
    if (link_index_new(d, m, &io, &x, &e) != ST_OK)
        return 1;
    printf("index of %u records built in %.2f CPU s\n", link_index_records(x), cpu() - t);
    double *us = malloc(lookups * sizeof *us);
    uint64_t found = 0;
    for (size_t k = 0; k < lookups; k++) {
        struct str cells[COLUMNS];
        struct link_candidate best[BEST];
        cells_of(&held[k], cells);
        t = cpu();
        found += link_index_lookup(x, cells, str_of(""), best, BEST);
        us[k] = (cpu() - t) * 1e6;
    }
    qsort(us, lookups, sizeof *us, by_value);
    printf("look-up: p50 %.1f us, p95 %.1f us, p99 %.1f us, most %.1f us; %.1f candidates\n",
           us[lookups / 2], us[lookups * 95 / 100], us[lookups * 99 / 100], us[lookups - 1],
           (double)found / (double)lookups);
    t = cpu();
    for (size_t k = 0; k < inserts; k++) {
        struct str cells[COLUMNS];
        uint32_t record;
        cells_of(&held[k], cells);
        if (link_index_insert(x, str_of(held[k].id), str_of(""), cells, &record, &e) != ST_OK)
            return 1;
    }
    t = cpu() - t;
    printf("insert + re-cluster: %.0f a second\n", (double)inserts / t);
    link_index_free(x);
    free(held);
    free(us);
    return 0;
}
