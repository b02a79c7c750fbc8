#include "linkage/cluster.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

uint32_t member_number(const uint32_t *member, uint32_t n, uint32_t record)
{
    uint32_t lo = 0, hi = n;
    while (hi - lo > 1) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (member[mid] <= record)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

uint32_t find_root(uint32_t *parent, uint32_t x)
{
    while (parent[x] != x) {
        parent[x] = parent[parent[x]];
        x = parent[x];
    }
    return x;
}

void unite(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = find_root(parent, a);
    b = find_root(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

/* Sums of weights between clusters, as a full matrix; a cluster is named by its smallest member. */
struct merger {
    uint32_t n;
    double *sum;
    uint32_t *size, *into, *best; /* best partner of a live cluster, itself when it has none */
    double *best_average;
};

static double *cell(const struct merger *m, uint32_t a, uint32_t b)
{
    return &m->sum[(size_t)a * m->n + b];
}

static double average(const struct merger *m, uint32_t a, uint32_t b)
{
    return *cell(m, a, b) / ((double)m->size[a] * (double)m->size[b]);
}

static void find_best(struct merger *m, uint32_t a)
{
    m->best[a] = a;
    m->best_average[a] = -INFINITY;
    for (uint32_t b = 0; b < m->n; b++) {
        if (b == a || m->into[b] != b)
            continue;
        double v = average(m, a, b);
        if (v > m->best_average[a]) {
            m->best_average[a] = v;
            m->best[a] = b;
        }
    }
}

/* Puts b into a (a < b). */
static void merge(struct merger *m, uint32_t a, uint32_t b)
{
    m->into[b] = a;
    for (uint32_t c = 0; c < m->n; c++)
        if (c != a && m->into[c] == c)
            *cell(m, a, c) = *cell(m, c, a) = *cell(m, a, c) + *cell(m, b, c);
    m->size[a] += m->size[b];
}

/* After a merge into a: who looked to a or b looks again; others compare with a. */
static void refresh(struct merger *m, uint32_t a, uint32_t b)
{
    find_best(m, a);
    for (uint32_t c = 0; c < m->n; c++) {
        if (c == a || m->into[c] != c)
            continue;
        if (m->best[c] == a || m->best[c] == b) {
            find_best(m, c);
            continue;
        }
        double v = average(m, c, a);
        if (v > m->best_average[c] || (v == m->best_average[c] && a < m->best[c])) {
            m->best_average[c] = v;
            m->best[c] = a;
        }
    }
}

static void merge_greedily(struct merger *m, double threshold)
{
    for (uint32_t a = 0; a < m->n; a++)
        if (m->into[a] == a)
            find_best(m, a);
    for (;;) {
        uint32_t top = UINT32_MAX;
        for (uint32_t a = 0; a < m->n; a++)
            if (m->into[a] == a && m->best[a] != a && m->best_average[a] > threshold &&
                (top == UINT32_MAX || m->best_average[a] > m->best_average[top]))
                top = a;
        if (top == UINT32_MAX)
            return;
        uint32_t a = top < m->best[top] ? top : m->best[top], b = top ^ m->best[top] ^ a;
        merge(m, a, b);
        refresh(m, a, b);
    }
}

void cluster_component(uint32_t n, const struct cluster_edge *edge, size_t edges,
                       const struct link_constraint *constraint, size_t constraints,
                       const struct cluster_options *o, uint32_t *out)
{
    struct merger m = {.n = n};
    m.sum = mem_array((size_t)n * n, sizeof *m.sum);
    m.size = mem_array(n, sizeof *m.size);
    m.into = mem_array(n, sizeof *m.into);
    m.best = mem_array(n, sizeof *m.best);
    m.best_average = mem_array(n, sizeof *m.best_average);
    for (size_t i = 0; i < (size_t)n * n; i++)
        m.sum[i] = NEVER_COMPARED_BITS;
    for (uint32_t a = 0; a < n; a++) {
        m.size[a] = 1;
        m.into[a] = a;
    }
    for (size_t i = 0; i < edges; i++)
        *cell(&m, edge[i].a, edge[i].b) = *cell(&m, edge[i].b, edge[i].a) = edge[i].bits;
    for (uint32_t a = 0; o->source && a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            if (o->source[a] == o->source[b])
                *cell(&m, a, b) = -INFINITY;
    for (size_t i = 0; i < constraints; i++)
        if (!constraint[i].same)
            *cell(&m, constraint[i].a, constraint[i].b) =
                *cell(&m, constraint[i].b, constraint[i].a) = -INFINITY;
    for (size_t i = 0; i < constraints; i++) {
        if (!constraint[i].same)
            continue;
        uint32_t a = find_root(m.into, constraint[i].a), b = find_root(m.into, constraint[i].b);
        if (a != b)
            merge(&m, a < b ? a : b, a < b ? b : a);
    }
    merge_greedily(&m, o->threshold_bits);
    for (uint32_t a = 0; a < n; a++)
        out[a] = find_root(m.into, a);
    free(m.sum);
    free(m.size);
    free(m.into);
    free(m.best);
    free(m.best_average);
}
