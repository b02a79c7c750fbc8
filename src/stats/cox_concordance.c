#include "base/mem.h"
#include "stats/cox_pass.h"

#include <stdlib.h>

/* Counts of risks by rank (Fenwick 1994). */
struct ranks {
    size_t n;
    int64_t *tree;
};

static void ranks_add(struct ranks *r, size_t rank, int64_t by)
{
    for (size_t k = rank + 1; k <= r->n; k += k & -k)
        r->tree[k] += by;
}

/* How many have a rank below `rank`. */
static int64_t ranks_below(const struct ranks *r, size_t rank)
{
    int64_t sum = 0;
    for (size_t k = rank; k > 0; k -= k & -k)
        sum += r->tree[k];
    return sum;
}

struct keyed {
    double eta;
    uint32_t k;
};

static int by_eta(const void *a, const void *b)
{
    double x = ((const struct keyed *)a)->eta, y = ((const struct keyed *)b)->eta;
    return (x > y) - (x < y);
}

/* Rank of each row's risk; returns how many there are. */
static size_t rank_rows(const struct cox_work *w, uint32_t *rank)
{
    size_t n = w->rows->n, distinct = 0;
    struct keyed *sorted = mem_array(n, sizeof *sorted);
    for (size_t k = 0; k < n; k++)
        sorted[k] = (struct keyed){w->eta[k], (uint32_t)k};
    qsort(sorted, n, sizeof *sorted, by_eta);
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && sorted[k].eta != sorted[k - 1].eta)
            distinct++;
        rank[sorted[k].k] = (uint32_t)distinct;
    }
    free(sorted);
    return n ? distinct + 1 : 0;
}

struct tally {
    double concordant, discordant, tied;
};

/* An event is compared with everybody at risk at its time who is not an event of the same time. */
static void tally_stratum(const struct cox_work *w, const uint32_t *rank, struct ranks *r, size_t g,
                          struct tally *t)
{
    const struct surv_order *o = w->order;
    size_t lo = o->begin[g], k = o->begin[g + 1], leave = k;
    int64_t present = 0;
    memset(r->tree, 0, (r->n + 1) * sizeof *r->tree);
    while (k > lo) {
        int32_t at = o->at[o->by_stop[k - 1]];
        size_t end = k;
        for (; w->rows->start && leave > lo && o->from[o->by_start[leave - 1]] >= at; leave--) {
            ranks_add(r, rank[w->place[o->by_start[leave - 1]]], -1);
            present--;
        }
        for (; k > lo && o->at[o->by_stop[k - 1]] == at; k--)
            if (!w->rows->event[o->by_stop[k - 1]]) {
                ranks_add(r, rank[k - 1], 1);
                present++;
            }
        for (size_t j = k; j < end; j++) {
            if (!w->rows->event[o->by_stop[j]])
                continue;
            int64_t below = ranks_below(r, rank[j]), upto = ranks_below(r, rank[j] + 1);
            t->concordant += (double)below;
            t->tied += (double)(upto - below);
            t->discordant += (double)(present - upto);
        }
        for (size_t j = k; j < end; j++)
            if (w->rows->event[o->by_stop[j]]) {
                ranks_add(r, rank[j], 1);
                present++;
            }
    }
}

double cox_concordance(const struct cox_data *d, const struct surv_order *order,
                       const struct cox_fit *f)
{
    struct cox_work w;
    cox_work_make(d, order, &w);
    double *beta = mem_zalloc((size_t)w.p, sizeof *beta);
    for (int j = 0; j < w.p; j++)
        if (!isnan(f->coef[j]) && w.scale[j] != 0)
            beta[j] = f->coef[j] / w.scale[j];
    cox_refresh(&w, beta);
    uint32_t *rank = mem_array(d->rows->n, sizeof *rank);
    struct ranks r = {.n = rank_rows(&w, rank)};
    r.tree = mem_zalloc(r.n + 1, sizeof *r.tree);
    struct tally t = {0};
    for (size_t g = 0; g < (size_t)d->rows->groups; g++)
        tally_stratum(&w, rank, &r, g, &t);
    free(r.tree);
    free(rank);
    free(beta);
    cox_work_free(&w);
    double pairs = t.concordant + t.discordant + t.tied;
    return pairs > 0 ? (t.concordant + t.tied / 2) / pairs : NAN;
}
