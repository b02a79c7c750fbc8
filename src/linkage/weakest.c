#include "base/mem.h"
#include "linkage/cluster.h"
#include "linkage/link.h"

#include <stdlib.h>

static int by_weight(const void *x, const void *y)
{
    const struct link_pair *p = x, *q = y;
    if (p->bits != q->bits)
        return p->bits > q->bits ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

bool link_weakest(const struct link_pair *pair, size_t pairs, const uint32_t *member, uint32_t n,
                  struct link_pair *weakest, bool *side)
{
    struct link_pair *sorted = mem_array(pairs, sizeof *sorted);
    uint32_t *parent = mem_array(n, sizeof *parent), left = n;
    for (uint32_t k = 0; k < n; k++)
        parent[k] = k;
    if (pairs)
        memcpy(sorted, pair, pairs * sizeof *sorted);
    qsort(sorted, pairs, sizeof *sorted, by_weight);
    for (size_t i = 0; i < pairs && left > 1; i++) {
        uint32_t a = find_root(parent, member_number(member, n, sorted[i].a)),
                 b = find_root(parent, member_number(member, n, sorted[i].b));
        if (a == b)
            continue;
        if (left == 2) {
            *weakest = sorted[i];
            for (uint32_t k = 0; side && k < n; k++)
                side[k] = find_root(parent, k) == b;
        }
        unite(parent, a, b);
        left--;
    }
    free(sorted);
    free(parent);
    return n > 1 && left == 1;
}
