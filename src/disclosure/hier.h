/* A code list with subtotals: a tree whose root is the total.
 *
 * Nodes are numbered in preorder (children in the order given), so that the descendants of node v
 * are v..last[v] and node 0 is the root. Everything lives in the caller's arena. */
#ifndef DISCLOSURE_HIER_H
#define DISCLOSURE_HIER_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define HIER_NONE UINT32_MAX

struct hier_row {
    struct str code, parent; /* an empty parent marks the root */
    long line;               /* of the file, for messages; 0 when there is none */
};

struct hier {
    uint32_t n;
    char **code;
    uint32_t *parent;  /* HIER_NONE for the root */
    uint32_t *last;    /* the last descendant in preorder, v itself for a leaf */
    int *level;        /* the root is 1 */
    uint32_t *by_code; /* node numbers in byte order of their codes */
};

/* Refused with the row: an empty or doubled code, two roots or none, a parent that is not in the
 * list, a cycle, more than LIMIT_CODES codes. `name` is for messages. */
MUST_CHECK enum status hier_build(struct hier *h, const struct hier_row *rows, size_t n,
                                  const char *name, struct arena *a, struct err *e);
/* A flat list under `total`: `values` sorted bytewise, without doubles, none equal to `total`. */
MUST_CHECK enum status hier_flat(struct hier *h, const struct str *values, size_t n,
                                 const char *total, const char *name, struct arena *a,
                                 struct err *e);
/* The node with this code, or HIER_NONE. Cost: a binary search. */
uint32_t hier_find(const struct hier *h, struct str code);

static inline bool hier_is_leaf(const struct hier *h, uint32_t v)
{
    return h->last[v] == v;
}

/* Is `v` in the subtree of `top` (v == top counts)? */
static inline bool hier_within(const struct hier *h, uint32_t v, uint32_t top)
{
    return v >= top && v <= h->last[top];
}

/* The children of v, in order: first = hier_child(h, v, HIER_NONE), then the next after `prev`;
 * HIER_NONE when there is no more. */
static inline uint32_t hier_child(const struct hier *h, uint32_t v, uint32_t prev)
{
    uint32_t c = prev == HIER_NONE ? v + 1 : h->last[prev] + 1;
    return c <= h->last[v] ? c : HIER_NONE;
}

#endif
