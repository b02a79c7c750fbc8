#include "disclosure/suppress.h"

#include "base/mem.h"
#include "base/rng.h"
#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>

#define NONE UINT32_MAX
#define TINY 1e-7
#define FIRST_REACH 150 /* cells looked at around a primary, before more are needed */
#define SMALL_TABLE 600 /* cells: here a program looks at everything */

/* A change of hidden counts that keeps every relation: a proof that a cell can be larger or smaller
 * by as much, as long as all its cells are hidden. */
struct direction {
    uint32_t *cell, n;
    double *by;
    bool dead; /* uses a cell that is being taken out */
};

struct hit {
    uint32_t direction;
    double by;
};

struct hits {
    struct hit *at;
    uint32_t n, cap;
};

/* What protects a primary: one direction up, one down, or both. */
struct proof {
    uint32_t up, down; /* directions, or NONE */
};

struct suppress {
    const struct model *m;
    const int64_t *count;
    int64_t width, low; /* least count that a reader allows for a hidden cell */
    uint8_t *free_cell; /* may be hidden: a printed zero never is */
    uint8_t *primary;
    int64_t *weight; /* cost of hiding */
    uint32_t *use_start, *use_row;
    uint32_t *uses; /* proofs that need the cell */
    uint8_t *avoid;
    struct direction *direction;
    uint32_t ndirections, direction_cap;
    struct hits *hits; /* of each primary */
    struct proof *proof;
    uint32_t *list, nlist; /* primaries */
    int rounds;            /* of slopes, for each direction */
    uint64_t programs;
    /* a local program */
    uint32_t *local, *column;
    double *distance;
    uint32_t *heap, nheap, *seen;
};

static int64_t room_below(const struct suppress *s, uint32_t c)
{
    int64_t low = c < s->m->nlisted ? s->low : 0;
    return s->count[c] > low ? s->count[c] - low : 0;
}

static bool is_hidden(const struct suppress *s, uint32_t c)
{
    return s->primary[c] || s->uses[c] > 0 || c >= s->m->nlisted;
}

/* ---- cells around a primary, cheapest way first ---- */

static bool nearer(const struct suppress *s, uint32_t a, uint32_t b)
{
    return s->distance[a] < s->distance[b] || (s->distance[a] == s->distance[b] && a < b);
}

static void heap_push(struct suppress *s, uint32_t c)
{
    uint32_t i = s->nheap++;
    while (i > 0 && nearer(s, c, s->heap[(i - 1) / 2])) {
        s->heap[i] = s->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->heap[i] = c;
}

static uint32_t heap_pop(struct suppress *s)
{
    uint32_t top = s->heap[0], last = s->heap[--s->nheap], i = 0;
    for (uint32_t child; (child = 2 * i + 1) < s->nheap; i = child) {
        if (child + 1 < s->nheap && nearer(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!nearer(s, s->heap[child], last))
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = last;
    return top;
}

static double hiding_cost(const struct suppress *s, uint32_t c)
{
    double w = is_hidden(s, c) ? 0 : (double)s->weight[c] + 0.01;
    return s->avoid[c] ? w * 20 + 20 : w;
}

/* local[0..return-1]: up to `reach` cells. A cell is entered on the heap once; distances only grow.
 */
static uint32_t look_around(struct suppress *s, uint32_t from, uint32_t reach)
{
    const struct model *m = s->m;
    uint32_t n = 0, touched = 0, *seen = s->seen; /* cells with a distance */
    s->nheap = 0;
    s->distance[from] = 0;
    seen[touched++] = from;
    heap_push(s, from);
    while (s->nheap && n < reach) {
        uint32_t c = heap_pop(s);
        s->local[n++] = c;
        for (uint32_t u = s->use_start[c]; u < s->use_start[c + 1]; u++) {
            uint32_t r = s->use_row[u], size = m->row_start[r + 1] - m->row_start[r];
            for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++) {
                uint32_t d = m->row_cell[k];
                if (!s->free_cell[d] || s->distance[d] >= 0)
                    continue;
                s->distance[d] = s->distance[c] + hiding_cost(s, d) + 0.5 + 0.01 * size;
                seen[touched++] = d;
                heap_push(s, d);
            }
        }
    }
    for (uint32_t i = 0; i < touched; i++)
        s->distance[seen[i]] = -1;
    return n;
}

/* ---- the cheapest direction ---- */

static struct lp *local_program(struct suppress *s, uint32_t n, double amount)
{
    const struct model *m = s->m;
    struct lp *lp = lp_new(2 * n);
    uint32_t cap = 0, *index = NULL;
    double *value = NULL;
    uint32_t value_cap = 0;
    for (uint32_t i = 0; i < n; i++)
        s->column[s->local[i]] = i;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t c = s->local[i];
        double cost = hiding_cost(s, c) / amount + 1e-3;
        lp_bounds(lp, 2 * i, 0, INFINITY);
        lp_bounds(lp, 2 * i + 1, 0, (double)room_below(s, c));
        lp_cost(lp, 2 * i, cost);
        lp_cost(lp, 2 * i + 1, cost);
        for (uint32_t u = s->use_start[c]; u < s->use_start[c + 1]; u++) {
            uint32_t r = s->use_row[u], used = 0, first = NONE;
            uint32_t entries = 2 * (m->row_start[r + 1] - m->row_start[r]);
            MEM_GROW(index, cap, entries);
            MEM_GROW(value, value_cap, entries);
            for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++) {
                uint32_t d = m->row_cell[k], j = s->column[d];
                if (j == NONE)
                    continue;
                first = j < first ? j : first;
                double sign = k == m->row_start[r] ? 1 : -1;
                /* A row has entries. */
                /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
                index[used] = 2 * j;
                value[used++] = sign;
                index[used] = 2 * j + 1;
                value[used++] = -sign;
            }
            if (first == i) /* each row once, with its first cell */
                lp_add_row(lp, used, index, value, 0, 0);
        }
    }
    free(index);
    free(value);
    return lp;
}

/* What the cells of a solution that are not hidden yet would cost. */
static double solution_cost(const struct suppress *s, const struct lp *lp, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        if (fabs(lp_value(lp, 2 * i) - lp_value(lp, 2 * i + 1)) > TINY)
            sum += hiding_cost(s, s->local[i]);
    return sum;
}

/* Hiding costs once, not by the unit: slopes are set to cost / amount used and the program is
 * solved again (Kim & Pardalos 1999, "dynamic slope scaling"). */
static void set_slopes(struct suppress *s, struct lp *lp, uint32_t n, double amount)
{
    for (uint32_t i = 0; i < n; i++) {
        double by = fabs(lp_value(lp, 2 * i) - lp_value(lp, 2 * i + 1));
        double cost = hiding_cost(s, s->local[i]) / (by > TINY ? by : amount) + 1e-3;
        if (by > TINY && !is_hidden(s, s->local[i])) {
            lp_cost(lp, 2 * i, cost);
            lp_cost(lp, 2 * i + 1, cost);
        }
    }
}

static void take_direction(struct suppress *s, const struct lp *lp, uint32_t n, struct direction *d)
{
    d->n = 0;
    for (uint32_t i = 0; i < n; i++) {
        double by = lp_value(lp, 2 * i) - lp_value(lp, 2 * i + 1);
        if (fabs(by) > TINY) {
            d->cell[d->n] = s->local[i];
            d->by[d->n++] = by;
        }
    }
}

static void direction_alloc(struct direction *d, uint32_t n)
{
    *d = (struct direction){.cell = mem_array(n, sizeof *d->cell),
                            .by = mem_array(n, sizeof *d->by)};
}

static void direction_free(struct direction *d)
{
    free(d->cell);
    free(d->by);
    *d = (struct direction){0};
}

/* Cell k changes by `by` (up > 0). False: impossible among the cells looked at. */
static bool solve_local(struct suppress *s, uint32_t k, double by, uint32_t reach,
                        struct direction *best, bool *saw_all)
{
    uint32_t n = look_around(s, k, reach);
    *saw_all = n < reach;
    struct lp *lp = local_program(s, n, fabs(by));
    lp_bounds(lp, 0, by > 0 ? by : 0, by > 0 ? by : 0);
    lp_bounds(lp, 1, by < 0 ? -by : 0, by < 0 ? -by : 0);
    bool found = lp_solve(lp, true) == LP_OPTIMAL;
    s->programs++;
    if (found) {
        double least = solution_cost(s, lp, n);
        direction_alloc(best, n);
        take_direction(s, lp, n, best);
        for (int again = 0; again < s->rounds && least > 0; again++) {
            set_slopes(s, lp, n, fabs(by));
            if (lp_solve(lp, false) != LP_OPTIMAL)
                break;
            double cost = solution_cost(s, lp, n);
            if (cost < least - TINY) {
                least = cost;
                take_direction(s, lp, n, best);
            }
        }
    }
    lp_free(lp);
    for (uint32_t i = 0; i < n; i++)
        s->column[s->local[i]] = NONE;
    return found;
}

static bool solve_direction(struct suppress *s, uint32_t k, double by, struct direction *best)
{
    bool saw_all = false;
    uint32_t reach = s->m->ncells <= SMALL_TABLE ? SMALL_TABLE + 1 : FIRST_REACH;
    for (; !saw_all; reach *= 4)
        if (solve_local(s, k, by, reach, best, &saw_all))
            return true;
    return false;
}

/* ---- proofs ---- */

static void count_uses(struct suppress *s, uint32_t direction, int by)
{
    if (direction == NONE)
        return;
    const struct direction *d = &s->direction[direction];
    for (uint32_t i = 0; i < d->n; i++)
        s->uses[d->cell[i]] += (uint32_t)by;
}

static void set_proof(struct suppress *s, uint32_t k, struct proof p)
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
        if (d->by[i] > 0 && (double)room_below(s, d->cell[i]) < most * d->by[i])
            most = (double)room_below(s, d->cell[i]) / d->by[i];
    if (most * (double)s->width < 1)
        return;
    struct direction r;
    direction_alloc(&r, d->n);
    r.n = d->n;
    for (uint32_t i = 0; i < d->n; i++) {
        r.cell[i] = d->cell[i];
        r.by[i] = -most * d->by[i];
    }
    keep_direction(s, r);
}

static bool adds_nothing(const struct suppress *s, const struct direction *d)
{
    for (uint32_t i = 0; i < d->n; i++)
        if (!is_hidden(s, d->cell[i]))
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

static double direction_cost(const struct suppress *s, const struct direction *d)
{
    double sum = 0;
    for (uint32_t i = 0; i < d->n; i++)
        sum += hiding_cost(s, d->cell[i]);
    return sum;
}

/* Up by `up` and down by `down`, as cheaply as can be seen; the second after the first. */
static bool find_pair(struct suppress *s, uint32_t k, int64_t up, int64_t down,
                      struct direction d[2], double *cost)
{
    d[0] = d[1] = (struct direction){0};
    *cost = 0;
    if (up > 0 && !solve_direction(s, k, (double)up, &d[0]))
        return false;
    *cost += direction_cost(s, &d[0]);
    if (down == 0)
        return true;
    for (uint32_t i = 0; i < d[0].n; i++)
        s->uses[d[0].cell[i]]++;
    bool found = solve_direction(s, k, -(double)down, &d[1]);
    if (found)
        *cost += direction_cost(s, &d[1]);
    for (uint32_t i = 0; i < d[0].n; i++)
        s->uses[d[0].cell[i]]--;
    if (!found)
        direction_free(&d[0]);
    return found;
}

static bool protect_cell(struct suppress *s, uint32_t k)
{
    struct proof p;
    if (proof_at_hand(s, k, &p)) {
        set_proof(s, k, p);
        return true;
    }
    int64_t below = room_below(s, k);
    below = below < s->width ? below : s->width;
    struct direction a[2], b[2];
    double cost_a = INFINITY, cost_b = INFINITY;
    bool found_a = find_pair(s, k, s->width, 0, a, &cost_a);
    bool found_b = false;
    if (below > 0 && (!found_a || cost_a > 0))
        found_b = find_pair(s, k, s->width - below, below, b, &cost_b);
    if (!found_a && !found_b)
        return false;
    struct direction *best = found_b && (!found_a || cost_b < cost_a) ? b : a;
    if (found_a && best != a)
        direction_free(&a[0]);
    if (found_b && best != b) {
        direction_free(&b[0]);
        direction_free(&b[1]);
    }
    p = (struct proof){NONE, NONE};
    if (best[0].n)
        p.up = keep_direction(s, best[0]);
    else
        direction_free(&best[0]);
    if (best == b && best[1].n)
        p.down = keep_direction(s, best[1]);
    set_proof(s, k, p);
    if (p.up != NONE)
        keep_reverse(s, p.up);
    if (p.down != NONE)
        keep_reverse(s, p.down);
    return true;
}

/* ---- making the pattern cheaper ---- */

static int64_t pattern_cost(const struct suppress *s)
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
        set_proof(s, k, (struct proof){NONE, NONE});
    }
    for (uint32_t i = 0; i < nlost && fine; i++)
        fine = protect_cell(s, lost[i]) && pattern_cost(s) < *cost;
    int64_t now = pattern_cost(s);
    bool better = fine && now < *cost;
    if (better)
        *cost = now;
    else
        for (uint32_t i = 0; i < nlost; i++)
            set_proof(s, lost[i], before[lost[i]]);
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
static void improve(struct suppress *s, int64_t *cost, const struct progress *progress)
{
    struct rng rng = rng_stream(s->m->ncells, 4000);
    struct weighed *w = mem_array((size_t)s->m->nlisted + 1, sizeof *w);
    uint64_t limit = s->programs + (s->m->ncells <= SMALL_TABLE ? 8000 : s->programs / 8);
    for (bool again = true; again && s->programs < limit;) {
        uint32_t n = list_secondaries(s, w);
        again = false;
        for (uint32_t i = 0; i < n && s->programs < limit; i++)
            if (s->uses[w[i].cell])
                again |= try_without(s, &w[i].cell, 1, cost, &rng);
        progress_tick(progress, "suppress", s->programs, limit);
    }
    while (s->programs<limit && * cost> 0) {
        uint32_t n = list_secondaries(s, w), out[4], many = 2 + (uint32_t)rng_below(&rng, 3);
        if (n < 2)
            break;
        for (uint32_t i = 0; i < many; i++)
            out[i] = w[rng_below(&rng, n)].cell;
        uint64_t before = s->programs;
        try_without(s, out, many, cost, &rng);
        s->programs += s->programs == before; /* always ends */
        progress_tick(progress, "suppress", s->programs, limit);
    }
    free(w);
}

/* ---- the whole ---- */

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
    s->distance = mem_array(n, sizeof *s->distance);
    s->heap = mem_array(n + 1, sizeof *s->heap);
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
    for (uint32_t c = 0; c < n; c++) {
        bool listed = c < m->nlisted;
        s->free_cell[c] = !listed || count[c] > 0 || s->low == 0;
        s->primary[c] = listed && spec_is_primary(m->spec, count[c]);
        s->weight[c] = listed ? count[c] * (int64_t)m->times[c] : 0;
        s->proof[c] = (struct proof){NONE, NONE};
        s->column[c] = NONE;
        s->distance[c] = -1;
        if (s->primary[c])
            s->list[s->nlist++] = c;
    }
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
    free(s->distance);
    free(s->heap);
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
        if (!protect_cell(&s, s.list[i]))
            st = cannot_protect(e);
        progress_tick(progress, "suppress", i, s.nlist);
    }
    *out = (struct suppress_result){.cost = pattern_cost(&s)};
    if (st == ST_OK)
        improve(&s, &out->cost, progress);
    for (uint32_t c = 0; c < m->ncells; c++)
        hidden[c] = c < m->nlisted && is_hidden(&s, c);
    suppress_close(&s);
    return st;
}
