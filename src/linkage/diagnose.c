#include "linkage/diagnose.h"

#include "base/order.h"
#include "linkage/cluster.h"

#include <stdlib.h>

static void warn(struct link_result *r, size_t *cap, struct link_warning w)
{
    MEM_GROW(r->warning, *cap, r->warnings + 1);
    r->warning[r->warnings++] = w;
}

/* Pairs above the threshold within a cluster, sorted by cluster. */
struct inner {
    uint32_t cluster, a, b;
    float bits;
};

static int by_cluster(const void *x, const void *y)
{
    const struct inner *p = x, *q = y;
    if (p->cluster != q->cluster)
        return p->cluster < q->cluster ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static uint32_t sorted_distinct(uint32_t *v, uint32_t n)
{
    uint32_t kept = 0;
    qsort(v, n, sizeof *v, order_uint32);
    for (uint32_t k = 0; k < n; k++)
        if (kept == 0 || v[kept - 1] != v[k])
            v[kept++] = v[k];
    return kept;
}

/* Does the cluster fall into two parts of at least two records without this pair? `parent` is
 * scratch by record. */
static bool is_bridge(const struct inner *e, size_t n, size_t without, uint32_t *parent)
{
    for (size_t i = 0; i < n; i++) {
        parent[e[i].a] = e[i].a;
        parent[e[i].b] = e[i].b;
    }
    bool lone_a = true, lone_b = true;
    for (size_t i = 0; i < n; i++) {
        if (i == without)
            continue;
        lone_a &= e[i].a != e[without].a && e[i].b != e[without].a;
        lone_b &= e[i].a != e[without].b && e[i].b != e[without].b;
        parent[find_root(parent, e[i].a)] = find_root(parent, e[i].b);
    }
    return !lone_a && !lone_b && find_root(parent, e[without].a) != find_root(parent, e[without].b);
}

/* Two different numbers of a kind that a person has one of. */
static bool numbers_conflict(const struct link_data *d, uint32_t a, uint32_t b)
{
    const uint32_t *x = data_row(d, a), *y = data_row(d, b);
    int last = level_set_of(LINK_IDENTIFIER)->levels - 1;
    for (int k = 0; k < d->columns; k++)
        if (d->column[k].type == LINK_IDENTIFIER && x[k] && y[k] && x[k] != y[k] &&
            level_of_values(&d->column[k], x[k], y[k]) == last)
            return true;
    return false;
}

enum {
    BRIDGE_PAIRS_MOST = 64
}; /* a cluster with more pairs hangs together in more ways than one */

static void look_at_cluster(const struct link_data *d, struct link_result *r, size_t *cap,
                            const struct inner *e, size_t n, uint32_t *parent)
{
    for (size_t i = 0; i < n; i++)
        if (numbers_conflict(d, e[i].a, e[i].b)) {
            warn(r, cap,
                 (struct link_warning){e[0].cluster, LINK_WARN_CONFLICT, e[i].a, e[i].b, 0, {0}});
            break;
        }
    for (size_t i = 0; n >= 3 && n <= BRIDGE_PAIRS_MOST && i < n; i++)
        if (is_bridge(e, n, i, parent)) {
            warn(r, cap,
                 (struct link_warning){e[0].cluster, LINK_WARN_BRIDGE, e[i].a, e[i].b, 0, {0}});
            break;
        }
}

static size_t first_of(const struct inner *e, size_t n, uint32_t cluster)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (e[mid].cluster < cluster)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

enum { WEAKEST_PAIRS_MOST = 100000 };

/* The weakest link of a cluster that is warned of. `first` is the cluster's first pair. */
static void add_weakest(struct link_warning *w, const struct inner *first, size_t n)
{
    uint32_t *member = mem_array(2 * n, sizeof *member), members = 0;
    struct link_pair *pair = mem_array(n, sizeof *pair);
    for (size_t i = 0; i < n; i++) {
        pair[i] = (struct link_pair){first[i].a, first[i].b, first[i].bits, 0};
        member[members++] = first[i].a;
        member[members++] = first[i].b;
    }
    members = sorted_distinct(member, members);
    link_weakest(pair, n, member, members, &w->weakest, NULL);
    free(member);
    free(pair);
}

static void weakest_links(struct link_result *r, const struct inner *e, size_t n,
                          const uint32_t *size)
{
    for (size_t k = 0; k < r->warnings; k++) {
        struct link_warning *w = &r->warning[k];
        size_t from = first_of(e, n, w->cluster), to = from;
        while (to < n && e[to].cluster == w->cluster)
            to++;
        w->records = size[w->cluster];
        if (to > from && to - from <= WEAKEST_PAIRS_MOST)
            add_weakest(w, e + from, to - from);
    }
}

void link_diagnose(const struct link_data *d, const struct scorer *s, double threshold_bits,
                   struct link_result *r)
{
    size_t cap = 0, n = 0;
    uint32_t *size = mem_zalloc(d->n, sizeof *size), *parent = mem_array(d->n, sizeof *parent);
    for (uint32_t k = 0; k < d->n; k++) {
        uint64_t pattern;
        const uint32_t *row = data_row(d, k);
        size[r->cluster[k]]++;
        r->unlinkable += score_pair(s, row, row, -1e30f, &pattern) <= threshold_bits;
    }
    struct inner *e = mem_array(r->pairs, sizeof *e);
    for (size_t i = 0; i < r->pairs; i++) {
        const struct link_pair *p = &r->pair[i];
        if (p->bits > threshold_bits && r->cluster[p->a] == r->cluster[p->b])
            e[n++] = (struct inner){r->cluster[p->a], p->a, p->b, p->bits};
    }
    qsort(e, n, sizeof *e, by_cluster);
    for (uint32_t k = 0; k < d->n; k++)
        if (size[k] > BIG_CLUSTER)
            warn(r, &cap, (struct link_warning){k, LINK_WARN_BIG, k, k, 0, {0}});
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && e[end].cluster == e[i].cluster;)
            end++;
        look_at_cluster(d, r, &cap, e + i, end - i, parent);
    }
    weakest_links(r, e, n, size);
    free(size);
    free(parent);
    free(e);
}
