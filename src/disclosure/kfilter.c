#include "disclosure/kfilter.h"

#include "base/limits.h"
#include "base/mem.h"
#include "disclosure/choice.h"
#include "disclosure/pairfit.h"
#include "disclosure/synth.h"
#include "disclosure/tally.h"

#include <stdbool.h>
#include <stdlib.h>

enum { ROUNDS = 30 };
#define MOST_TRIALS ((uint64_t)200000000) /* of codes for units: a second or two */

struct kfilter {
    uint32_t *const *value;
    size_t n;
    int ncolumns;
    const uint32_t *size;
    uint32_t k;
    bool *core;
    size_t left; /* records in the core */
    struct tally tally;
    uint32_t *dense; /* counts by key where the codes make few keys */
    size_t dense_cells;
    struct pairfit fit;
    size_t *out; /* the records outside the core, by unit */
    uint32_t *unit, *weight;
    size_t units;
};

/* ---- the core ---- */

/* The codes of some columns as one number; below 2^44, as any two columns have at most 2^22 pairs.
 */
static uint64_t key_of(const struct kfilter *f, const int *column, int ways, size_t r)
{
    uint64_t key = 0;
    for (int i = 0; i < ways; i++)
        key = key * f->size[column[i]] + f->value[column[i]][r];
    return key;
}

static bool count_dense(struct kfilter *f, const int *column, int ways)
{
    uint64_t cells = 1;
    for (int i = 0; i < ways; i++)
        cells *= f->size[column[i]];
    if (cells > f->dense_cells)
        return false;
    memset(f->dense, 0, cells * sizeof *f->dense);
    for (size_t r = 0; r < f->n; r++)
        if (f->core[r])
            f->dense[key_of(f, column, ways, r)]++;
    return true;
}

/* Takes out the records whose combination of these columns is rare; true when there were any. */
static bool peel(struct kfilter *f, const int *column, int ways)
{
    size_t before = f->left;
    bool dense = count_dense(f, column, ways);
    if (!dense) {
        tally_clear(&f->tally);
        for (size_t r = 0; r < f->n; r++)
            if (f->core[r])
                ++*tally_at(&f->tally, 1 + key_of(f, column, ways, r));
    }
    for (size_t r = 0; r < f->n; r++) {
        if (!f->core[r])
            continue;
        uint64_t key = key_of(f, column, ways, r);
        if ((dense ? f->dense[key] : tally_count(&f->tally, 1 + key)) < f->k) {
            f->core[r] = false;
            f->left--;
        }
    }
    return f->left < before;
}

static void find_core(struct kfilter *f)
{
    int ways = f->ncolumns < KFILTER_WAYS ? f->ncolumns : KFILTER_WAYS;
    tally_open(&f->tally, f->n);
    f->dense_cells = 16 * f->n;
    f->dense = mem_array(f->dense_cells, sizeof *f->dense);
    for (bool changed = true; changed && f->left > 0;) {
        int column[KFILTER_WAYS];
        choice_first(column, ways);
        changed = false;
        do
            changed |= peel(f, column, ways);
        while (f->left > 0 && choice_next(column, ways, f->ncolumns));
    }
    tally_close(&f->tally);
    free(f->dense);
}

/* ---- units ---- */

static int by_codes(const void *a, const void *b, void *context)
{
    const struct kfilter *f = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    for (int c = 0; c < f->ncolumns; c++) {
        uint32_t u = f->value[c][x], v = f->value[c][y];
        if (u != v)
            return u < v ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static void codes_of(const struct kfilter *f, size_t r, uint32_t *codes)
{
    for (int c = 0; c < f->ncolumns; c++)
        codes[c] = f->value[c][r];
}

static void start_units(struct kfilter *f)
{
    size_t m = 0, rest = f->n - f->left;
    f->out = mem_array(rest, sizeof *f->out);
    for (size_t r = 0; r < f->n; r++)
        if (!f->core[r])
            f->out[m++] = r;
    qsort_r(f->out, rest, sizeof *f->out, by_codes, f);
    f->units = rest / f->k;
    f->unit = mem_array(f->units * (size_t)f->ncolumns, sizeof *f->unit);
    f->weight = mem_array(f->units, sizeof *f->weight);
    for (size_t i = 0; i < f->units; i++) {
        codes_of(f, f->out[i * f->k + f->k / 2], f->unit + i * (size_t)f->ncolumns);
        f->weight[i] = f->k;
    }
    for (size_t i = 0; f->units && i < rest - f->units * f->k; i++)
        f->weight[i % f->units]++;
}

/* Fewer than k records are left over: they become copies of core records, the likest ones. */
static void copy_from_core(struct kfilter *f)
{
    for (size_t i = 0; i < f->n - f->left; i++) {
        size_t best = 0;
        int most = -1;
        for (size_t r = 0; r < f->n; r++) {
            int same = 0;
            for (int c = 0; f->core[r] && c < f->ncolumns; c++)
                same += f->value[c][r] == f->value[c][f->out[i]];
            if (f->core[r] && same > most) {
                most = same;
                best = r;
            }
        }
        for (int c = 0; c < f->ncolumns; c++)
            f->value[c][f->out[i]] = f->value[c][best];
    }
}

/* The codes that a unit may take: those that half a unit or more of the records have. */
static size_t common_codes(const struct kfilter *f, int column, uint32_t *list)
{
    uint32_t *count = mem_zalloc(f->size[column], sizeof *count);
    size_t m = 0;
    for (size_t r = 0; r < f->n; r++)
        count[f->value[column][r]]++;
    for (uint32_t v = 0; v < f->size[column]; v++)
        if (2 * (uint64_t)count[v] >= f->k)
            list[m++] = v;
    free(count);
    return m;
}

/* Moves column c of a unit to the code that lowers the misfit most; true when it moved. */
static bool move_unit(struct kfilter *f, size_t i, int c, const uint32_t *list, size_t m)
{
    uint32_t *codes = f->unit + i * (size_t)f->ncolumns, old = codes[c], best = old;
    int weight = (int)f->weight[i];
    pairfit_add(&f->fit, codes, -weight);
    double least = pairfit_gain(&f->fit, codes, c, old, weight) - 1e-9;
    for (size_t j = 0; j < m; j++) {
        double gain = pairfit_gain(&f->fit, codes, c, list[j], weight);
        if (gain < least) {
            least = gain;
            best = list[j];
        }
    }
    codes[c] = best;
    pairfit_add(&f->fit, codes, weight);
    return best != old;
}

static int move_units(struct kfilter *f)
{
    uint32_t **list = mem_array((size_t)f->ncolumns, sizeof *list);
    size_t *m = mem_array((size_t)f->ncolumns, sizeof *m);
    uint64_t trials = 0;
    int rounds = 0;
    for (int c = 0; c < f->ncolumns; c++) {
        list[c] = mem_array(f->size[c], sizeof *list[c]);
        m[c] = common_codes(f, c, list[c]);
    }
    for (bool moved = true; moved && rounds < ROUNDS && trials < MOST_TRIALS; rounds++) {
        moved = false;
        for (size_t i = 0; i < f->units && trials < MOST_TRIALS; i++)
            for (int c = 0; c < f->ncolumns; c++) {
                moved |= move_unit(f, i, c, list[c], m[c]);
                trials += m[c] * (size_t)f->ncolumns;
            }
    }
    for (int c = 0; c < f->ncolumns; c++)
        free(list[c]);
    free(list);
    free(m);
    return rounds;
}

/* Wanted: the records as they came. Made: the core and the units. */
static void open_fit(struct kfilter *f)
{
    uint32_t *codes = mem_array((size_t)f->ncolumns, sizeof *codes);
    for (size_t r = 0; r < f->n; r++) {
        codes_of(f, r, codes);
        pairfit_want(&f->fit, codes);
    }
    pairfit_weigh(&f->fit);
    for (size_t r = 0; r < f->n; r++)
        if (f->core[r]) {
            codes_of(f, r, codes);
            pairfit_add(&f->fit, codes, 1);
        }
    free(codes);
    for (size_t i = 0; i < f->units; i++)
        pairfit_add(&f->fit, f->unit + i * (size_t)f->ncolumns, (int)f->weight[i]);
}

static void place_units(struct kfilter *f)
{
    size_t at = 0;
    for (size_t i = 0; i < f->units; i++)
        for (uint32_t w = 0; w < f->weight[i]; w++, at++)
            for (int c = 0; c < f->ncolumns; c++)
                f->value[c][f->out[at]] = f->unit[i * (size_t)f->ncolumns + (size_t)c];
}

enum status kfilter_apply(uint32_t *const *value, size_t n, int ncolumns, const uint32_t *size,
                          uint32_t k, struct kfilter_report *report, struct err *e)
{
    struct kfilter f = {
        .value = value, .n = n, .ncolumns = ncolumns, .size = size, .k = k, .left = n};
    int column[SYNTH_MAX_COLUMNS];
    if (ncolumns < 1 || ncolumns > SYNTH_MAX_COLUMNS)
        BUG("a k filter over %d columns", ncolumns);
    if (n < k)
        return err_set(e, ST_DATA, "k is %u, but the made file has only %zu records", k, n);
    for (int c = 0; c < ncolumns; c++)
        column[c] = c;
    enum status s = pairfit_open(&f.fit, ncolumns, column, size, e);
    if (s == ST_OK) {
        f.core = mem_array(n, sizeof *f.core);
        memset(f.core, true, n);
        find_core(&f);
        start_units(&f);
        open_fit(&f);
        *report = (struct kfilter_report){.rewritten = n - f.left, .units = f.units};
        report->rounds = move_units(&f);
        place_units(&f);
        if (f.units == 0)
            copy_from_core(&f);
    }
    pairfit_close(&f.fit);
    free(f.core);
    free(f.out);
    free(f.unit);
    free(f.weight);
    return s;
}
