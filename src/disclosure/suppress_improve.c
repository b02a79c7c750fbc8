/* Making the pattern cheaper. */
#include "disclosure/suppress_inner.h"

#include "base/rng.h"

#include <stdlib.h>

#define FIXED_WORK 50000000 /* some tenths of a second */

int64_t suppress_pattern_cost(const struct suppress *s)
{
    int64_t sum = 0;
    for (uint32_t c = 0; c < s->m->nlisted; c++)
        sum += !s->primary[c] && s->uses[c] ? s->weight[c] : 0;
    return sum;
}

static bool proof_uses(const struct suppress *s, const struct proof *p, const uint8_t *out)
{
    const uint32_t ids[2] = {p->up, p->down};
    for (int k = 0; k < 2; k++)
        for (uint32_t i = 0; ids[k] != NONE && i < s->direction[ids[k]].n; i++)
            if (out[s->direction[ids[k]].cell[i]])
                return true;
    return false;
}

/* Takes some secondaries out, protects anew what they protected, and keeps the result if it is
 * cheaper. */
static bool try_without(struct suppress *s, const uint32_t *cells, uint32_t n, int64_t *cost,
                        struct rng *rng)
{
    struct proof *before = mem_array(s->m->ncells, sizeof *before);
    uint32_t *lost = mem_array(s->nlist, sizeof *lost), nlost = 0;
    bool fine = true;
    memcpy(before, s->proof, s->m->ncells * sizeof *before);
    for (uint32_t i = 0; i < n; i++)
        s->avoid[cells[i]] = 1;
    for (uint32_t i = 0; i < s->nlist; i++)
        if (proof_uses(s, &s->proof[s->list[i]], s->avoid))
            lost[nlost++] = s->list[i];
    for (uint32_t i = 0; i < nlost; i++) {
        uint32_t j = i + (uint32_t)rng_below(rng, nlost - i), k = lost[j];
        lost[j] = lost[i];
        lost[i] = k;
        suppress_set_proof(s, k, (struct proof){NONE, NONE});
    }
    for (uint32_t i = 0; i < nlost && fine; i++)
        fine = suppress_protect(s, lost[i]) && suppress_pattern_cost(s) < *cost;
    int64_t now = suppress_pattern_cost(s);
    bool better = fine && now < *cost;
    if (better)
        *cost = now;
    else
        for (uint32_t i = 0; i < nlost; i++)
            suppress_set_proof(s, lost[i], before[lost[i]]);
    for (uint32_t i = 0; i < n; i++)
        s->avoid[cells[i]] = 0;
    free(before);
    free(lost);
    return better;
}

struct weighed {
    uint32_t cell;
    int64_t weight;
};

static int by_weight(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

static uint32_t list_secondaries(const struct suppress *s, struct weighed *w)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < s->m->nlisted; c++)
        if (!s->primary[c] && s->uses[c])
            w[n++] = (struct weighed){c, s->weight[c]};
    qsort(w, n, sizeof *w, by_weight);
    return n;
}

/* Each secondary in turn, dearest first; then a few at a time by chance. */
void suppress_improve(struct suppress *s, int64_t *cost, const struct progress *progress)
{
    struct rng rng = rng_stream(s->m->ncells, 4000);
    struct weighed *w = mem_array((size_t)s->m->nlisted + 1, sizeof *w);
    uint64_t limit = s->work + FIXED_WORK + s->work / 4;
    for (bool again = true; again && s->work < limit;) {
        uint32_t n = list_secondaries(s, w);
        again = false;
        for (uint32_t i = 0; i < n && s->work < limit; i++)
            if (s->uses[w[i].cell])
                again |= try_without(s, &w[i].cell, 1, cost, &rng);
        progress_tick(progress, "suppress", s->work, limit);
    }
    while (s->work<limit && * cost> 0) {
        uint32_t n = list_secondaries(s, w), out[4], many = 2 + (uint32_t)rng_below(&rng, 3);
        if (n < 2)
            break;
        for (uint32_t i = 0; i < many; i++)
            out[i] = w[rng_below(&rng, n)].cell;
        uint64_t before = s->work;
        try_without(s, out, many, cost, &rng);
        s->work += s->work == before; /* always ends */
        progress_tick(progress, "suppress", s->work, limit);
    }
    free(w);
}
