#include "disclosure/hier.h"

#include "base/limits.h"

#include <stdlib.h>

struct named {
    struct str code;
    uint32_t row;
};

static int by_name(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int c = str_cmp(a->code, b->code);
    return c ? c : (a->row > b->row) - (a->row < b->row);
}

static const struct named *find_row(const struct named *sorted, size_t n, struct str code)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(sorted[mid].code, code);
        if (c == 0)
            return &sorted[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static enum status check_codes(const struct hier_row *rows, const struct named *sorted, size_t n,
                               const char *name, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct hier_row *r = &rows[sorted[i].row];
        if (r->code.n == 0) {
            err_at(e, name, r->line, "code");
            return err_set(e, ST_DATA, "a code is empty");
        }
        if (i && str_eq(sorted[i].code, sorted[i - 1].code)) {
            err_at(e, name, r->line, "code");
            err_set(e, ST_DATA, "code %.*s is there twice", (int)r->code.n, r->code.p);
            return err_hint(e, "Each code has one row and one parent.");
        }
    }
    return ST_OK;
}

/* The row of each row's parent; HIER_NONE for the only root. */
static enum status find_parents(const struct hier_row *rows, const struct named *sorted, size_t n,
                                uint32_t *parent, const char *name, struct err *e)
{
    size_t roots = 0;
    for (size_t i = 0; i < n; i++) {
        parent[i] = HIER_NONE;
        if (rows[i].parent.n == 0) {
            if (++roots == 2) {
                err_at(e, name, rows[i].line, "parent");
                err_set(e, ST_DATA, "there is a second code without a parent: %.*s",
                        (int)rows[i].code.n, rows[i].code.p);
                return err_hint(e, "A hierarchy has one root, the total of everything.");
            }
            continue;
        }
        const struct named *up = find_row(sorted, n, rows[i].parent);
        if (!up) {
            err_at(e, name, rows[i].line, "parent");
            err_set(e, ST_DATA, "parent %.*s has no row of its own", (int)rows[i].parent.n,
                    rows[i].parent.p);
            return err_hint(e, "Add a row for it, or correct the spelling.");
        }
        parent[i] = up->row;
    }
    if (roots == 0) {
        err_at(e, name, 0, "parent");
        err_set(e, ST_DATA, "no code is the total: every code has a parent");
        return err_hint(e, "Give the total a row with an empty parent; a cycle has none.");
    }
    return ST_OK;
}

/* Preorder without recursion: children lists as linked rows. */
static enum status order_nodes(struct hier *h, const struct hier_row *rows, const uint32_t *parent,
                               const char *name, struct arena *a, struct err *e)
{
    size_t n = h->n;
    uint32_t *first = mem_array(n, sizeof *first), *next = mem_array(n, sizeof *next);
    uint32_t *stack = mem_array(n, sizeof *stack), *node_of = mem_array(n, sizeof *node_of);
    uint32_t root = 0, placed = 0, depth = 0;
    for (size_t i = 0; i < n; i++)
        first[i] = next[i] = node_of[i] = HIER_NONE;
    for (size_t i = n; i-- > 0;) {
        if (parent[i] == HIER_NONE) {
            root = (uint32_t)i;
            continue;
        }
        next[i] = first[parent[i]];
        first[parent[i]] = (uint32_t)i;
    }
    stack[depth++] = root;
    while (depth) {
        uint32_t r = stack[depth - 1];
        if (node_of[r] == HIER_NONE) {
            uint32_t v = placed++;
            node_of[r] = v;
            h->code[v] = arena_strndup(a, rows[r].code.p, rows[r].code.n);
            h->parent[v] = parent[r] == HIER_NONE ? HIER_NONE : node_of[parent[r]];
            h->level[v] = parent[r] == HIER_NONE ? 1 : h->level[h->parent[v]] + 1;
        }
        uint32_t child = first[r];
        if (child == HIER_NONE) {
            h->last[node_of[r]] = placed - 1;
            depth--;
        } else {
            first[r] = next[child];
            stack[depth++] = child;
        }
    }
    enum status s = ST_OK;
    for (uint32_t v = 0; v < placed && s == ST_OK; v++)
        if (h->level[v] > LIMIT_LEVELS) {
            err_at(e, name, 0, "parent");
            s = err_set(e, ST_DATA, "the hierarchy is deeper than %d levels", LIMIT_LEVELS);
        }
    for (size_t i = 0; i < n && s == ST_OK && placed < n; i++)
        if (node_of[i] == HIER_NONE) {
            err_at(e, name, rows[i].line, "parent");
            err_set(e, ST_DATA, "code %.*s is its own ancestor (a cycle)", (int)rows[i].code.n,
                    rows[i].code.p);
            s = err_hint(e, "Follow the parents from this code: they must end at the total.");
        }
    free(first);
    free(next);
    free(stack);
    free(node_of);
    return s;
}

static int by_code(const void *x, const void *y, void *ctx)
{
    char **code = ctx;
    return strcmp(code[*(const uint32_t *)x], code[*(const uint32_t *)y]);
}

static void alloc_nodes(struct hier *h, size_t n, struct arena *a)
{
    h->n = (uint32_t)n;
    h->code = arena_array(a, n, sizeof *h->code);
    h->parent = arena_array(a, n, sizeof *h->parent);
    h->last = arena_array(a, n, sizeof *h->last);
    h->level = arena_array(a, n, sizeof *h->level);
    h->by_code = arena_array(a, n, sizeof *h->by_code);
}

static void sort_codes(struct hier *h)
{
    for (uint32_t v = 0; v < h->n; v++)
        h->by_code[v] = v;
    qsort_r(h->by_code, h->n, sizeof *h->by_code, by_code, h->code);
}

enum status hier_build(struct hier *h, const struct hier_row *rows, size_t n, const char *name,
                       struct arena *a, struct err *e)
{
    *h = (struct hier){0};
    if (n == 0 || n > LIMIT_CODES) {
        err_at(e, name, 0, NULL);
        return err_set(e, ST_DATA, n ? "more than %d codes" : "the hierarchy has no codes (%d)",
                       n ? LIMIT_CODES : 0);
    }
    struct named *sorted = mem_array(n, sizeof *sorted);
    uint32_t *parent = mem_array(n, sizeof *parent);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct named){rows[i].code, (uint32_t)i};
    qsort(sorted, n, sizeof *sorted, by_name);
    enum status s = check_codes(rows, sorted, n, name, e);
    if (s == ST_OK)
        s = find_parents(rows, sorted, n, parent, name, e);
    if (s == ST_OK) {
        alloc_nodes(h, n, a);
        s = order_nodes(h, rows, parent, name, a, e);
    }
    if (s == ST_OK)
        sort_codes(h);
    free(sorted);
    free(parent);
    return s;
}

enum status hier_flat(struct hier *h, const struct str *values, size_t n, const char *total,
                      const char *name, struct arena *a, struct err *e)
{
    struct hier_row *rows = mem_array(n + 1, sizeof *rows);
    rows[0] = (struct hier_row){.code = str_of(total)};
    for (size_t i = 0; i < n; i++) {
        rows[i + 1] = (struct hier_row){.code = values[i], .parent = rows[0].code};
        if (str_eq(values[i], rows[0].code)) {
            free(rows);
            err_at(e, name, 0, NULL);
            err_set(e, ST_DATA, "the value %s is the name of the total", total);
            return err_hint(e, "Rename that value, or give the column a hierarchy file.");
        }
    }
    enum status s = hier_build(h, rows, n + 1, name, a, e);
    free(rows);
    return s;
}

uint32_t hier_find(const struct hier *h, struct str code)
{
    uint32_t lo = 0, hi = h->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(str_of(h->code[h->by_code[mid]]), code);
        if (c == 0)
            return h->by_code[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return HIER_NONE;
}
