#include "disclosure/pairfit.h"

#include "base/limits.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

static bool crossed(const struct pairfit *p, int a, int b)
{
    return a == b || p->column[a] != p->column[b];
}

static size_t cells_of(const struct pairfit *p, int a, int b)
{
    return a == b ? p->size[a] : (size_t)p->size[a] * p->size[b];
}

enum status pairfit_open(struct pairfit *p, int nviews, const int *column, const uint32_t *size,
                         struct err *e)
{
    size_t all = 0, n = (size_t)nviews * (size_t)nviews;
    *p = (struct pairfit){.nviews = nviews, .column = column, .size = size};
    for (int a = 0; a < nviews; a++)
        for (int b = 0; b <= a; b++)
            all += crossed(p, a, b) ? cells_of(p, a, b) : 0;
    for (int a = 0; a < nviews; a++)
        for (int b = 0; b < a; b++)
            if (crossed(p, a, b) && cells_of(p, a, b) > LIMIT_TABLE_CELLS)
                return err_set(e, ST_DATA, "two columns have more than %zu pairs of codes",
                               LIMIT_TABLE_CELLS);
    if (all > LIMIT_PAIR_CELLS) {
        err_set(e, ST_DATA, "the codes of all pairs of columns make %zu cells, more than %zu", all,
                LIMIT_PAIR_CELLS);
        return err_hint(e, "Give columns with many codes at a coarser level.");
    }
    p->off = mem_zalloc(n, sizeof *p->off);
    p->weight = mem_zalloc(n, sizeof *p->weight);
    for (int a = 0; a < nviews; a++)
        for (int b = 0; b < nviews; b++)
            if (crossed(p, a, b)) {
                p->off[a * nviews + b] = mem_zalloc(cells_of(p, a, b), sizeof **p->off);
                p->weight[a * nviews + b] = mem_array(cells_of(p, a, b), sizeof **p->weight);
            }
    return ST_OK;
}

void pairfit_close(struct pairfit *p)
{
    for (int k = 0; k < p->nviews * p->nviews && p->off; k++) {
        free(p->off[k]);
        free(p->weight[k]);
    }
    free(p->off);
    free(p->weight);
    *p = (struct pairfit){0};
}

void pairfit_add(struct pairfit *p, const uint32_t *codes, int times)
{
    for (int a = 0; a < p->nviews; a++) {
        if (codes[a] == PAIRFIT_NONE)
            continue;
        int32_t **off = p->off + (size_t)a * (size_t)p->nviews;
        for (int b = 0; b < p->nviews; b++)
            if (a == b)
                off[a][codes[a]] += times;
            else if (codes[b] != PAIRFIT_NONE && crossed(p, a, b))
                off[b][(size_t)codes[a] * p->size[b] + codes[b]] += times;
    }
}

void pairfit_want(struct pairfit *p, const uint32_t *codes)
{
    pairfit_add(p, codes, -1);
}

void pairfit_weigh(struct pairfit *p)
{
    for (int a = 0; a < p->nviews; a++)
        for (int b = 0; b < p->nviews; b++) {
            int k = a * p->nviews + b;
            size_t cells = crossed(p, a, b) ? cells_of(p, a, b) : 0;
            for (size_t i = 0; i < cells; i++)
                p->weight[k][i] =
                    (a == b ? PAIRFIT_SINGLE : 1) / (float)(PAIRFIT_FLOOR - p->off[k][i]);
        }
}

double pairfit_gain(const struct pairfit *p, const uint32_t *codes, int a, uint32_t code, int times)
{
    int32_t *const *off = p->off + (size_t)a * (size_t)p->nviews;
    float *const *weight = p->weight + (size_t)a * (size_t)p->nviews;
    double sum = weight[a][code] * (times + 2.0 * off[a][code]);
    for (int b = 0; b < p->nviews; b++)
        if (b != a && codes[b] != PAIRFIT_NONE && crossed(p, a, b)) {
            size_t i = (size_t)code * p->size[b] + codes[b];
            sum += weight[b][i] * (times + 2.0 * off[b][i]);
        }
    return sum * times;
}
