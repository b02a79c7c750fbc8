#include "linkage/clusters.h"

#include "base/pool.h"
#include "linkage/component.h"

#include <stdlib.h>

struct components {
    uint32_t *start, *member; /* members of component k: member[start[k]] .. start[k + 1] */
    uint32_t *of;             /* component by record, UINT32_MAX: alone */
    uint32_t count;
};

static void components_free(struct components *c)
{
    free(c->start);
    free(c->member);
    free(c->of);
}

static void find_components(uint32_t n, const struct link_result *r, const struct link_options *o,
                            struct components *c)
{
    uint32_t *parent = mem_array(n, sizeof *parent);
    for (uint32_t k = 0; k < n; k++)
        parent[k] = k;
    for (size_t i = 0; i < r->pairs; i++)
        if (r->pair[i].bits > o->threshold_bits)
            unite(parent, r->pair[i].a, r->pair[i].b);
    for (size_t i = 0; i < o->constraints; i++)
        if (o->constraint[i].same)
            unite(parent, o->constraint[i].a, o->constraint[i].b);
    c->of = mem_array(n, sizeof *c->of);
    memset(c->of, 0, n * sizeof *c->of);
    for (uint32_t k = 0; k < n; k++)
        c->of[find_root(parent, k)]++; /* sizes, at the roots */
    c->start = mem_array((size_t)n / 2 + 2, sizeof *c->start);
    c->count = 0;
    uint32_t used = 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t size = c->of[k];
        c->of[k] = UINT32_MAX;
        if (size < 2)
            continue;
        c->of[k] = c->count;
        c->start[c->count++] = used;
        used += size;
    }
    c->start[c->count] = used;
    c->member = mem_array(used, sizeof *c->member);
    uint32_t *end = mem_array(c->count, sizeof *end);
    memcpy(end, c->start, c->count * sizeof *end);
    for (uint32_t k = 0; k < n; k++) {
        c->of[k] = c->of[find_root(parent, k)];
        if (c->of[k] != UINT32_MAX)
            c->member[end[c->of[k]]++] = k;
    }
    free(end);
    free(parent);
}

struct placed {
    uint32_t component;
    struct link_constraint c; /* member numbers */
};

struct clustering {
    const struct link_data *d;
    const struct plan *plan;
    const struct scorer *scorer;
    const struct link_options *o;
    const struct components *c;
    const struct link_result *r;
    const struct placed *placed; /* constraints within components, by component */
    size_t placed_count;
    uint32_t *cluster;
    uint32_t jobs;
};

static bool were_compared(const void *ctx, uint32_t a, uint32_t b)
{
    const struct clustering *cl = ctx;
    return sources_allow(cl->d, a, b) && plan_shared(cl->plan, a, b);
}

static struct cluster_edge *edges_within(const void *ctx, const uint32_t *member, uint32_t n,
                                         size_t *count)
{
    const struct clustering *cl = ctx;
    struct cluster_edge *edge = NULL;
    size_t cap = 0;
    *count = 0;
    uint32_t component = cl->c->of[member[0]];
    for (size_t i = 0; i < cl->r->pairs; i++) {
        const struct link_pair *p = &cl->r->pair[i];
        if (cl->c->of[p->a] != component || p->bits <= cl->o->threshold_bits)
            continue;
        MEM_GROW(edge, cap, *count + 1);
        edge[(*count)++] = (struct cluster_edge){member_number(member, n, p->a),
                                                 member_number(member, n, p->b), p->bits};
    }
    return edge;
}

static void cluster_one(const struct clustering *cl, uint32_t k, const struct placed *placed,
                        size_t count)
{
    const uint32_t *member = cl->c->member + cl->c->start[k];
    uint32_t n = cl->c->start[k + 1] - cl->c->start[k];
    struct component_context x = {cl->d,         cl->scorer,   cl->o->threshold_bits,
                                  were_compared, edges_within, cl};
    uint32_t *out = mem_array(n, sizeof *out);
    struct link_constraint *c = mem_array(count, sizeof *c);
    for (size_t i = 0; i < count; i++)
        c[i] = (struct link_constraint){member_number(member, n, placed[i].c.a),
                                        member_number(member, n, placed[i].c.b), placed[i].c.same};
    component_cluster(&x, member, n, c, count, out);
    for (uint32_t i = 0; i < n; i++)
        cl->cluster[member[i]] = member[out[i]];
    free(out);
    free(c);
}

static size_t first_placed(const struct clustering *cl, uint32_t component)
{
    size_t lo = 0, hi = cl->placed_count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cl->placed[mid].component < component)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void cluster_job(void *ctx, size_t job, int thread)
{
    const struct clustering *cl = ctx;
    (void)thread;
    uint32_t from = (uint32_t)((uint64_t)job * cl->c->count / cl->jobs),
             to = (uint32_t)((uint64_t)(job + 1) * cl->c->count / cl->jobs);
    size_t p = first_placed(cl, from);
    for (uint32_t k = from; k < to; k++) {
        size_t end = p;
        while (end < cl->placed_count && cl->placed[end].component == k)
            end++;
        cluster_one(cl, k, cl->placed + p, end - p);
        p = end;
    }
}

static int by_component(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    return a->component < b->component ? -1 : a->component > b->component;
}

void clusters_make(const struct link_data *d, const struct plan *plan, const struct scorer *scorer,
                   const struct link_options *o, struct link_result *r)
{
    struct components c;
    find_components(d->n, r, o, &c);
    r->cluster = mem_array(d->n, sizeof *r->cluster);
    for (uint32_t k = 0; k < d->n; k++)
        r->cluster[k] = k;
    struct placed *placed = mem_array(o->constraints, sizeof *placed);
    size_t count = 0;
    for (size_t i = 0; i < o->constraints; i++) {
        uint32_t component = c.of[o->constraint[i].a];
        if (component != UINT32_MAX && component == c.of[o->constraint[i].b])
            placed[count++] = (struct placed){component, o->constraint[i]};
    }
    qsort(placed, count, sizeof *placed, by_component);
    enum { JOBS = 256 };
    struct clustering cl = {d, plan, scorer, o, &c, r, placed, count, r->cluster, JOBS};
    pool_run(o->threads, JOBS, cluster_job, &cl);
    for (uint32_t k = 0; k < d->n; k++)
        r->clusters += r->cluster[k] == k;
    components_free(&c);
    free(placed);
}

enum status clusters_check_constraints(const struct link_data *d, const struct link_options *o,
                                       struct err *e)
{
    if (!o->constraints)
        return ST_OK;
    uint32_t *parent = mem_array(d->n, sizeof *parent);
    for (uint32_t k = 0; k < d->n; k++)
        parent[k] = k;
    bool contradiction = false;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < o->constraints; i++) {
            const struct link_constraint *c = &o->constraint[i];
            if (c->a >= d->n || c->b >= d->n)
                BUG("a constraint on record %u of %u", c->a >= d->n ? c->a : c->b, d->n);
            if (pass == 0 && c->same)
                unite(parent, c->a, c->b);
            contradiction |=
                pass == 1 && !c->same && find_root(parent, c->a) == find_root(parent, c->b);
        }
    free(parent);
    if (contradiction)
        return err_set(e, ST_DATA,
                       "two records that must not be linked are joined by decisions "
                       "to link");
    return ST_OK;
}
