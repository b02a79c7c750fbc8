#include "linkage/condition.h"

#include <stdlib.h>

void conditions_free(struct conditions *c)
{
    for (int k = 0; k < c->nodes; k++)
        free(c->node[k].rule);
    free(c->expr);
    *c = (struct conditions){0};
}

/* ---- what a condition says ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t both[2] = {a, b};
    return str_hash((struct str){(const char *)both, sizeof both});
}

/* The same number for conditions that differ in the order of operands alone. `swap`: with l and r
 * in each other's place. */
static uint64_t shape(const struct conditions *c, int root, bool swap)
{
    const struct condition_node *n = &c->node[root];
    uint64_t a, b, line = 0;
    memcpy(&line, &n->line, sizeof line);
    if (n->kind <= COND_NOT) {
        a = shape(c, n->a, swap);
        b = n->kind == COND_NOT ? 0 : shape(c, n->b, swap);
    } else {
        bool ra = c->expr[n->a].part >= 0 && n->a_right != swap,
             rb = c->expr[n->b].part >= 0 && n->b_right != swap;
        a = mix((uint64_t)n->a, ra);
        b = mix((uint64_t)n->b, rb);
    }
    return mix((uint64_t)n->kind * 2 + n->strict, mix(line, mix(a, 1) + mix(b, 1)));
}

bool condition_is_symmetric(const struct conditions *c, int root)
{
    return shape(c, root, false) == shape(c, root, true);
}

uint32_t condition_equal_parts(const struct conditions *c, int root)
{
    const struct condition_node *n = &c->node[root];
    if (n->kind == COND_AND)
        return condition_equal_parts(c, n->a) | condition_equal_parts(c, n->b);
    const struct condition_expr *x = &c->expr[n->a];
    bool plain = n->kind == COND_EQUAL && n->a == n->b && x->part >= 0 && x->ops == 0;
    return plain && n->a_right != n->b_right ? 1u << x->part : 0;
}

bool condition_is_equality(const struct conditions *c, int root)
{
    const struct condition_node *n = &c->node[root];
    if (n->kind == COND_AND && (!condition_equal_parts(c, n->a) || !condition_equal_parts(c, n->b)))
        return false;
    return condition_equal_parts(c, root) == (1u << c->parts) - 1;
}
