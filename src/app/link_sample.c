#include "app/link_sample.h"

#include "linkage/cluster.h"

#include <math.h>

#define NONE UINT32_MAX

struct edge {
    uint32_t to;
    double bits;
};

/* "These two groups are different people", kept with both groups. */
struct apart {
    uint32_t with; /* a member of the other group */
    uint32_t next;
};

struct state {
    uint32_t *parent; /* roots are the smallest member */
    uint32_t *size;
    uint32_t *next_member, *last_member; /* of a root: its members as a list */
    uint32_t *first_apart, *last_apart;  /* of a root */
    struct apart *apart;
    uint32_t apart_count;
    const size_t *first_edge;
    const struct edge *edges;
};

double link_calibrated(const struct link_calibration *c, double bits)
{
    return 1 / (1 + exp(-(c->intercept + c->slope * bits * M_LN2)));
}

const struct link_calibration link_calibration_stated = {0, 1, 0};

struct link_calibration link_calibration_made(uint64_t records)
{
    double n = records < 300 ? 300 : (double)records; /* fewer were never measured */
    return (struct link_calibration){2.18 - 0.479 * log(n), 1.096, 0.21};
}

static void note_apart(struct state *s, uint32_t root, uint32_t with)
{
    uint32_t k = s->apart_count++;
    s->apart[k] = (struct apart){with, NONE};
    if (s->first_apart[root] == NONE)
        s->first_apart[root] = k;
    else
        s->apart[s->last_apart[root]].next = k;
    s->last_apart[root] = k;
}

static bool are_apart(const struct state *s, uint32_t x, uint32_t y)
{
    for (uint32_t k = s->first_apart[x]; k != NONE; k = s->apart[k].next)
        if (find_root(s->parent, s->apart[k].with) == y)
            return true;
    return false;
}

static void merge(struct state *s, uint32_t x, uint32_t y)
{
    uint32_t keep = x < y ? x : y, gone = x < y ? y : x;
    unite(s->parent, keep, gone);
    s->size[keep] += s->size[gone];
    s->next_member[s->last_member[keep]] = gone;
    s->last_member[keep] = s->last_member[gone];
    if (s->first_apart[gone] == NONE)
        return;
    if (s->first_apart[keep] == NONE)
        s->first_apart[keep] = s->first_apart[gone];
    else
        s->apart[s->last_apart[keep]].next = s->first_apart[gone];
    s->last_apart[keep] = s->last_apart[gone];
}

/* Over all pairs of the two groups. */
static double average_bits(const struct state *s, uint32_t x, uint32_t y)
{
    if (s->size[x] > s->size[y]) {
        uint32_t t = x;
        x = y;
        y = t;
    }
    double pairs = (double)s->size[x] * s->size[y], sum = NEVER_COMPARED_BITS * pairs;
    for (uint32_t m = x; m != NONE; m = s->next_member[m])
        for (size_t k = s->first_edge[m]; k < s->first_edge[m + 1]; k++)
            if (find_root(s->parent, s->edges[k].to) == y)
                sum += s->edges[k].bits - NEVER_COMPARED_BITS;
    return sum / pairs;
}

static void index_edges(const struct sample_component *c, struct arena *scratch, struct state *s)
{
    size_t *first = arena_array(scratch, (size_t)c->n + 2, sizeof *first);
    struct edge *edges = arena_array(scratch, 2 * c->claim_count + 1, sizeof *edges);
    for (size_t i = 0; i < c->claim_count; i++) {
        first[c->claims[i].a + 2]++;
        first[c->claims[i].b + 2]++;
    }
    for (uint32_t m = 2; m < c->n + 2; m++)
        first[m] += first[m - 1];
    for (size_t i = 0; i < c->claim_count; i++) {
        const struct sample_claim *k = &c->claims[i];
        edges[first[k->a + 1]++] = (struct edge){k->b, k->bits};
        edges[first[k->b + 1]++] = (struct edge){k->a, k->bits};
    }
    s->first_edge = first;
    s->edges = edges;
}

static void start(const struct sample_component *c, struct arena *scratch, struct state *s)
{
    size_t n = c->n;
    *s = (struct state){.parent = arena_array(scratch, n, sizeof *s->parent),
                        .size = arena_array(scratch, n, sizeof *s->size),
                        .next_member = arena_array(scratch, n, sizeof *s->next_member),
                        .last_member = arena_array(scratch, n, sizeof *s->last_member),
                        .first_apart = arena_array(scratch, n, sizeof *s->first_apart),
                        .last_apart = arena_array(scratch, n, sizeof *s->last_apart)};
    s->apart = arena_array(scratch, 2 * (c->claim_count + c->fixed_count) + 1, sizeof *s->apart);
    for (uint32_t i = 0; i < c->n; i++) {
        s->parent[i] = s->last_member[i] = i;
        s->size[i] = 1;
        s->next_member[i] = s->first_apart[i] = s->last_apart[i] = NONE;
    }
    index_edges(c, scratch, s);
}

static void fix(const struct sample_component *c, struct state *s)
{
    for (int same = 1; same >= 0; same--)
        for (size_t i = 0; i < c->fixed_count; i++) {
            uint32_t x = find_root(s->parent, c->fixed[i].a);
            uint32_t y = find_root(s->parent, c->fixed[i].b);
            if (c->fixed[i].same != (same == 1) || x == y)
                continue;
            if (same) {
                merge(s, x, y);
            } else {
                note_apart(s, x, y);
                note_apart(s, y, x);
            }
        }
}

void link_sample(const struct sample_component *c, const struct link_calibration *calibration,
                 struct rng *rng, struct arena *scratch, uint32_t *group)
{
    struct state s;
    start(c, scratch, &s);
    fix(c, &s);
    for (size_t i = 0; i < c->claim_count; i++) {
        uint32_t x = find_root(s.parent, c->claims[i].a), y = find_root(s.parent, c->claims[i].b);
        if (x == y || are_apart(&s, x, y))
            continue;
        if (rng_unit(rng) < link_calibrated(calibration, average_bits(&s, x, y))) {
            merge(&s, x, y);
        } else {
            note_apart(&s, x, y);
            note_apart(&s, y, x);
        }
    }
    for (uint32_t i = 0; i < c->n; i++)
        group[i] = find_root(s.parent, i);
}
