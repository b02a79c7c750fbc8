/* Proofs that a primary is protected. */
#include "disclosure/suppress_inner.h"

#include <math.h>

static void count_uses(struct suppress *s, uint32_t direction, int by)
{
    if (direction == NONE)
        return;
    const struct direction *d = &s->direction[direction];
    for (uint32_t i = 0; i < d->n; i++)
        s->uses[d->cell[i]] += (uint32_t)by;
}

void suppress_set_proof(struct suppress *s, uint32_t k, struct proof p)
{
    count_uses(s, p.up, 1);
    count_uses(s, p.down, 1);
    count_uses(s, s->proof[k].up, -1);
    count_uses(s, s->proof[k].down, -1);
    s->proof[k] = p;
}

static uint32_t keep_direction(struct suppress *s, struct direction d)
{
    uint32_t id = s->ndirections++;
    MEM_GROW(s->direction, s->direction_cap, s->ndirections);
    s->direction[id] = d;
    for (uint32_t i = 0; i < d.n; i++) {
        struct hits *h = &s->hits[d.cell[i]];
        if (!s->primary[d.cell[i]])
            continue;
        MEM_GROW(h->at, h->cap, h->n + 1);
        h->at[h->n++] = (struct hit){id, d.by[i]};
    }
    return id;
}

/* The same the other way round, as far as the cells that now go down have room. */
static void keep_reverse(struct suppress *s, uint32_t id)
{
    const struct direction *d = &s->direction[id];
    double most = 1;
    for (uint32_t i = 0; i < d->n; i++)
        if (d->by[i] > 0 && (double)suppress_room_below(s, d->cell[i]) < most * d->by[i])
            most = (double)suppress_room_below(s, d->cell[i]) / d->by[i];
    if (most * (double)s->width < 1)
        return;
    struct direction r = {
        .n = d->n, .cell = mem_array(d->n, sizeof *r.cell), .by = mem_array(d->n, sizeof *r.by)};
    for (uint32_t i = 0; i < d->n; i++) {
        r.cell[i] = d->cell[i];
        r.by[i] = -most * d->by[i];
    }
    keep_direction(s, r);
}

static bool adds_nothing(const struct suppress *s, const struct direction *d)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (!suppress_is_hidden(s, d->cell[i]))
            return false;
    return true;
}

/* Directions known already whose cells are all hidden may be proof enough. */
static bool proof_at_hand(struct suppress *s, uint32_t k, struct proof *p)
{
    const struct hits *h = &s->hits[k];
    int64_t up = 0, down = 0;
    *p = (struct proof){NONE, NONE};
    for (uint32_t i = h->n; i-- > 0 && up + down < s->width;) {
        const struct direction *d = &s->direction[h->at[i].direction];
        int64_t by = (int64_t)floor(fabs(h->at[i].by) + TINY);
        /* A hit names a direction. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        if (d->dead || by <= (h->at[i].by > 0 ? up : down) || !adds_nothing(s, d))
            continue;
        if (h->at[i].by > 0) {
            up = by;
            p->up = h->at[i].direction;
        } else {
            down = by;
            p->down = h->at[i].direction;
        }
    }
    if (up >= s->width)
        p->down = NONE;
    return up + down >= s->width;
}

/* Up by `up` and down by `down`, as cheaply as can be seen; the second after the first. */
static bool find_pair(struct suppress *s, uint32_t k, int64_t up, int64_t down, bool thorough,
                      struct direction d[2], double *cost)
{
    d[0] = d[1] = (struct direction){0};
    *cost = 0;
    if (up > 0 && !suppress_direction(s, k, (double)up, thorough, &d[0]))
        return false;
    *cost += suppress_direction_cost(s, &d[0]);
    if (down == 0)
        return true;
    for (uint32_t i = 0; i < d[0].n; i++)
        s->uses[d[0].cell[i]]++;
    bool found = suppress_direction(s, k, -(double)down, thorough, &d[1]);
    if (found)
        *cost += suppress_direction_cost(s, &d[1]);
    for (uint32_t i = 0; i < d[0].n; i++)
        s->uses[d[0].cell[i]]--;
    if (!found)
        direction_free(&d[0]);
    return found;
}

/* Both directions, and the same the other way round for other cells. */
static void keep_proof(struct suppress *s, uint32_t k, struct direction d[2])
{
    struct proof p = {NONE, NONE};
    if (d[0].n)
        p.up = keep_direction(s, d[0]);
    else
        direction_free(&d[0]);
    if (d[1].n)
        p.down = keep_direction(s, d[1]);
    suppress_set_proof(s, k, p);
    if (p.up != NONE)
        keep_reverse(s, p.up);
    if (p.down != NONE)
        keep_reverse(s, p.down);
}

/* Where a direction up is known, another way is not looked for at any price. */
bool suppress_protect(struct suppress *s, uint32_t k)
{
    struct proof p;
    if (proof_at_hand(s, k, &p)) {
        suppress_set_proof(s, k, p);
        return true;
    }
    int64_t below = suppress_room_below(s, k);
    below = below < s->width ? below : s->width;
    struct direction a[2], b[2];
    double cost_a = INFINITY, cost_b = INFINITY;
    bool found_a = find_pair(s, k, s->width, 0, true, a, &cost_a);
    bool found_b = false;
    if (below > 0 && (!found_a || cost_a > 0))
        found_b = find_pair(s, k, s->width - below, below, !found_a, b, &cost_b);
    if (!found_a && !found_b)
        return false;
    bool take_b = found_b && (!found_a || cost_b < cost_a);
    if (found_a && take_b)
        direction_free(&a[0]);
    if (found_b && !take_b) {
        direction_free(&b[0]);
        direction_free(&b[1]);
    }
    keep_proof(s, k, take_b ? b : a);
    return true;
}
