#include "disclosure/bip_breed.h"

#include "base/mem.h"

#include <stdlib.h>

#define ELITES 12
#define FRESH 6 /* of them are from starts at random */
#define FLIPS 300000
#define FRESH_COST 0.04
#define BRED_COST 0.1 /* beside good solutions a walk may mind the cost more */
#define NEAR_IDLE 60
#define STARTS_IDLE 100 /* a table of a thousand cells has that many in a few seconds */
#define FLIP_WORK 40    /* simplex iterations x columns that take as long as a flip */

struct pool {
    const struct bip *p;
    struct bip_result elite[ELITES];
    uint32_t n;
};

static const struct bip_result *any(const struct pool *pool, struct rng *rng)
{
    return &pool->elite[rng_below(rng, pool->n)];
}

/* The better of two, with three in ten columns at random. */
static void mutate(const struct pool *pool, struct rng *rng, uint8_t *x)
{
    const struct bip_result *a = any(pool, rng), *b = any(pool, rng);
    const struct bip_result *from = b->cost < a->cost ? b : a;
    for (uint32_t j = 0; j < pool->p->n; j++)
        x[j] = rng_below(rng, 10) < 3 ? rng_u32(rng) & 1 : from->x[j];
}

/* Each column as in one of two. */
static void cross(const struct pool *pool, struct rng *rng, uint8_t *x)
{
    const struct bip_result *a = any(pool, rng), *b = any(pool, rng);
    for (uint32_t j = 0; j < pool->p->n; j++)
        x[j] = (rng_u32(rng) & 1 ? a : b)->x[j];
}

/* Takes a solution in place of the worst unless it is there already or worse. */
static void keep(struct pool *pool, const struct bip_result *r)
{
    struct bip_result *worst = &pool->elite[0];
    for (uint32_t i = 0; i < pool->n; i++) {
        struct bip_result *e = &pool->elite[i];
        if (e->cost == r->cost && memcmp(e->x, r->x, pool->p->n) == 0)
            return;
        worst = e->cost > worst->cost ? e : worst;
    }
    if (pool->n < ELITES) {
        worst = &pool->elite[pool->n++];
        worst->x = mem_alloc(pool->p->n);
    } else if (r->cost > worst->cost) {
        return;
    }
    memcpy(worst->x, r->x, pool->p->n);
    worst->cost = r->cost;
}

uint64_t bip_flip_work(uint64_t flips)
{
    return flips * FLIP_WORK;
}

void bip_breed(struct near *s, struct walk *w, uint64_t seed, double effort,
               const struct progress *progress, struct bip_result *out)
{
    const struct bip *p = s->p;
    struct pool pool = {.p = p};
    struct rng rng = rng_stream(seed, 2001);
    struct bip_result r = {.x = mem_alloc(p->n), .bound = out->bound, .cost = out->cost};
    uint32_t size = p->n * 3 / 8 + 1;
    memcpy(r.x, out->x, p->n);
    uint32_t vain = 0; /* starts in a row that led to nothing better */
    for (bool found = true;
         (double)s->work < effort && out->cost > out->bound && vain < STARTS_IDLE; vain++) {
        uint64_t flips = 0;
        if (found) {
            near_settle(s, size, NEAR_IDLE, &r);
            if (bip_offer(p, r.x, out))
                vain = 0;
            keep(&pool, &r);
        }
        progress_tick(progress, "round", s->work, (uint64_t)effort);
        bool fresh = pool.n < FRESH;
        if (fresh)
            for (uint32_t j = 0; j < p->n; j++)
                r.x[j] = rng_u32(&rng) & 1;
        else if (rng_below(&rng, 10) < 3)
            cross(&pool, &rng, r.x);
        else
            mutate(&pool, &rng, r.x);
        found = walk_solve(w, &rng, FLIPS, fresh ? FRESH_COST : BRED_COST, r.x, &flips);
        r.cost = bip_cost(p, r.x);
        s->work += bip_flip_work(flips);
    }
    for (uint32_t i = 0; i < pool.n; i++)
        free(pool.elite[i].x);
    free(r.x);
}
