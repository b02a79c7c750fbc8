#include "linkage/component.h"

#include <stdlib.h>

/* A component small enough to compare all with all. */
static void cluster_small(const struct component_context *c, const uint32_t *member, uint32_t n,
                          const struct link_constraint *constraint, size_t constraints,
                          uint32_t *out)
{
    struct cluster_edge *edge = mem_array((size_t)n * (n - 1) / 2, sizeof *edge);
    size_t edges = 0;
    uint32_t *source = NULL;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = i + 1; k < n; k++) {
            uint64_t pattern;
            if (!c->compared(c->ctx, member[i], member[k]))
                continue;
            float w = score_pair(c->scorer, data_row(c->d, member[i]), data_row(c->d, member[k]),
                                 -1e30f, &pattern);
            edge[edges++] = (struct cluster_edge){i, k, w};
        }
    if (c->d->spec.one_to_one && c->d->source) {
        source = mem_array(n, sizeof *source);
        for (uint32_t i = 0; i < n; i++)
            source[i] = c->d->source[member[i]];
    }
    struct cluster_options o = {c->threshold_bits, source};
    cluster_component(n, edge, edges, constraint, constraints, &o, out);
    free(edge);
    free(source);
}

/* Records that are the same in every column stand for each other in a large component. */
static int by_cells(const void *x, const void *y, void *ctx)
{
    const struct component_context *c = ctx;
    const uint32_t *a = data_row(c->d, *(const uint32_t *)x),
                   *b = data_row(c->d, *(const uint32_t *)y);
    return memcmp(a, b, (size_t)c->d->columns * sizeof *a);
}

/* stands_for[i]: the first member with the same cells, when a pair of such is above the line. */
static void fold_equal(const struct component_context *c, const uint32_t *member, uint32_t n,
                       uint32_t *stands_for)
{
    struct entry {
        uint32_t record, at;
    } *e = mem_array(n, sizeof *e);
    for (uint32_t i = 0; i < n; i++) {
        e[i] = (struct entry){member[i], i};
        stands_for[i] = i;
    }
    qsort_r(e, n, sizeof *e, by_cells, (void *)(uintptr_t)c);
    for (uint32_t i = 0, end; i < n; i = end) {
        uint32_t first = e[i].at;
        for (end = i; end < n && by_cells(&e[i], &e[end], (void *)(uintptr_t)c) == 0; end++)
            first = e[end].at < first ? e[end].at : first;
        uint64_t pattern;
        const uint32_t *row = data_row(c->d, e[i].record);
        if (score_pair(c->scorer, row, row, -1e30f, &pattern) <= c->threshold_bits)
            continue;
        for (uint32_t k = i; k < end; k++)
            stands_for[e[k].at] = first;
    }
    free(e);
}

/* Part of a large component: `local` are member numbers in ascending order. */
struct cutting {
    const struct component_context *c;
    const uint32_t *member;
    const struct link_constraint *constraint;
    size_t constraints;
    uint32_t *out;
};

static uint32_t position_of(const uint32_t *local, uint32_t n, uint32_t value)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (local[mid] < value)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && local[lo] == value ? lo : UINT32_MAX;
}

static void cluster_part(const struct cutting *x, const uint32_t *local, uint32_t n)
{
    uint32_t *record = mem_array(n, sizeof *record), *found = mem_array(n, sizeof *found);
    struct link_constraint *inside = mem_array(x->constraints, sizeof *inside);
    size_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        record[i] = x->member[local[i]];
    for (size_t k = 0; k < x->constraints; k++) {
        uint32_t a = position_of(local, n, x->constraint[k].a),
                 b = position_of(local, n, x->constraint[k].b);
        if (a != UINT32_MAX && b != UINT32_MAX)
            inside[count++] = (struct link_constraint){a, b, x->constraint[k].same};
    }
    cluster_small(x->c, record, n, inside, count, found);
    for (uint32_t i = 0; i < n; i++)
        x->out[local[i]] = local[found[i]];
    free(record);
    free(found);
    free(inside);
}

/* Cuts at ever higher weights until the parts are small; edges are numbered within `local`. */
static void cut(const struct cutting *x, const uint32_t *local, uint32_t n,
                const struct cluster_edge *edge, size_t edges, double line)
{
    if (n <= COMPONENT_MOST) {
        cluster_part(x, local, n);
        return;
    }
    uint32_t *parent = mem_array(n, sizeof *parent), *at = mem_zalloc((size_t)n + 1, sizeof *at),
             *list = mem_array(n, sizeof *list), *number = mem_array(n, sizeof *number);
    for (uint32_t i = 0; i < n; i++)
        parent[i] = i;
    for (size_t i = 0; i < edges; i++)
        if (edge[i].bits > line)
            unite(parent, edge[i].a, edge[i].b);
    for (uint32_t i = 0; i < n; i++)
        at[find_root(parent, i) + 1]++;
    for (uint32_t i = 0; i < n; i++)
        at[i + 1] += at[i];
    uint32_t *end = mem_array(n, sizeof *end);
    memcpy(end, at, n * sizeof *end);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t root = find_root(parent, i);
        number[i] = end[root] - at[root];
        list[end[root]++] = local[i];
    }
    struct cluster_edge *inside = mem_array(edges, sizeof *inside);
    for (uint32_t r = 0; r < n; r++) {
        uint32_t size = end[r] - at[r];
        if (size < 2)
            continue;
        size_t count = 0;
        for (size_t i = 0; size > COMPONENT_MOST && i < edges; i++)
            if (edge[i].bits > line && find_root(parent, edge[i].a) == r)
                inside[count++] =
                    (struct cluster_edge){number[edge[i].a], number[edge[i].b], edge[i].bits};
        cut(x, list + at[r], size, inside, count, line + 1.0);
    }
    free(parent);
    free(at);
    free(list);
    free(number);
    free(end);
    free(inside);
}

void component_cluster(const struct component_context *c, const uint32_t *member, uint32_t n,
                       const struct link_constraint *constraint, size_t constraints, uint32_t *out)
{
    if (n <= COMPONENT_MOST) {
        cluster_small(c, member, n, constraint, constraints, out);
        return;
    }
    uint32_t *stands_for = mem_array(n, sizeof *stands_for), *local = mem_array(n, sizeof *local),
             distinct = 0;
    fold_equal(c, member, n, stands_for);
    for (uint32_t i = 0; i < n; i++) {
        out[i] = i;
        if (stands_for[i] == i)
            local[distinct++] = i;
    }
    size_t edges;
    struct cluster_edge *edge = c->edges(c->ctx, member, n, &edges);
    for (size_t i = 0; i < edges; i++) {
        edge[i].a = position_of(local, distinct, stands_for[edge[i].a]);
        edge[i].b = position_of(local, distinct, stands_for[edge[i].b]);
    }
    struct cutting x = {c, member, constraint, constraints, out};
    cut(&x, local, distinct, edge, edges, c->threshold_bits);
    for (uint32_t i = 0; i < n; i++)
        out[i] = out[stands_for[i]];
    for (size_t k = 0; k < constraints; k++) {
        uint32_t a = out[constraint[k].a], b = out[constraint[k].b];
        for (uint32_t i = 0; constraint[k].same && a != b && i < n; i++)
            if (out[i] == (a > b ? a : b))
                out[i] = a < b ? a : b;
    }
    free(edge);
    free(stands_for);
    free(local);
}
