#include "disclosure/suppress_ties.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>

#define NONE UINT32_MAX

struct build {
    struct ties *t;
    const struct model *m;
    uint8_t *can_change;
    uint32_t *next, *last, *size; /* cells of a class as a list */
    int32_t *by;                  /* of each class in the row at hand */
    uint32_t *touched, ntouched;
    uint8_t *in;
};

/* The classes of a row with their coefficients. */
static void gather(struct build *b, uint32_t row)
{
    const struct model *m = b->m;
    b->ntouched = 0;
    for (uint32_t k = m->row_start[row]; k < m->row_start[row + 1]; k++) {
        uint32_t c = m->row_cell[k], id = b->t->class_of[c];
        if (id == NONE)
            continue;
        if (!b->in[id]) {
            b->in[id] = 1;
            b->touched[b->ntouched++] = id;
        }
        b->by[id] += (k == m->row_start[row] ? 1 : -1) * b->t->sign_of[c];
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->ntouched; i++) {
        b->in[b->touched[i]] = 0;
        if (b->by[b->touched[i]])
            b->touched[n++] = b->touched[i];
    }
    b->ntouched = n;
}

static void forget(struct build *b)
{
    for (uint32_t i = 0; i < b->ntouched; i++)
        b->by[b->touched[i]] = 0;
}

static void fix(struct build *b, uint32_t id)
{
    for (uint32_t c = id; c != NONE; c = b->next[c]) {
        b->t->class_of[c] = NONE;
        b->can_change[c] = 0;
    }
}

/* A class is known by its first cell while it grows. */
static void merge(struct build *b, uint32_t into, uint32_t from, int sign)
{
    for (uint32_t c = from; c != NONE; c = b->next[c]) {
        b->t->class_of[c] = into;
        b->t->sign_of[c] = (int8_t)(b->t->sign_of[c] * sign);
    }
    b->next[b->last[into]] = from;
    b->last[into] = b->last[from];
    b->size[into] += b->size[from];
}

static bool tie_row(struct build *b, uint32_t row)
{
    bool news = false;
    gather(b, row);
    uint32_t n = b->ntouched;
    if (n == 1) {
        fix(b, b->touched[0]);
        news = true;
    } else if (n == 2) {
        uint32_t x = b->touched[0], y = b->touched[1];
        int sign = b->by[x] == b->by[y] ? -1 : 1;
        if (abs(b->by[x]) == abs(b->by[y])) {
            merge(b, b->size[x] < b->size[y] ? y : x, b->size[x] < b->size[y] ? x : y, sign);
            news = true;
        }
    }
    forget(b);
    return news;
}

/* ---- what is left ---- */

static void number_classes(struct build *b)
{
    struct ties *t = b->t;
    uint32_t n = b->m->ncells, cells = 0, *number = mem_array(n, sizeof *number);
    t->cell_start = mem_array((size_t)n + 1, sizeof *t->cell_start);
    t->cell = mem_array(n, sizeof *t->cell);
    for (uint32_t c = 0; c < n; c++) {
        if (t->class_of[c] != c)
            continue;
        number[c] = t->n;
        t->cell_start[t->n++] = cells;
        for (uint32_t i = c; i != NONE; i = b->next[i])
            t->cell[cells++] = (struct tied){i, t->sign_of[i]};
    }
    t->cell_start[t->n] = cells;
    for (uint32_t c = 0; c < n; c++)
        if (t->class_of[c] != NONE)
            t->class_of[c] = number[t->class_of[c]];
    free(number);
}

static int by_class(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Rows that say the same as one that is there are found by their hash. */
struct rows {
    uint32_t *slot, mask, cap, row_cap;
};

static bool same_row(const struct ties *t, uint32_t row, const struct tied *e, uint32_t n)
{
    const struct tied *f = t->entry + t->row_start[row];
    if (t->row_start[row + 1] - t->row_start[row] != n)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (e[i].at != f[i].at || e[i].by != f[i].by)
            return false;
    return true;
}

static void end_row(struct ties *t, struct rows *w, uint32_t n)
{
    const struct tied *e = t->entry + t->row_start[t->nrows];
    uint64_t h = n;
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ (e[i].at * 4u + (uint32_t)(e[i].by + 2))) * 0x9e3779b97f4a7c15u;
    uint32_t s = (uint32_t)(h >> 32) & w->mask;
    for (; w->slot[s] != NONE; s = (s + 1) & w->mask)
        if (same_row(t, w->slot[s], e, n))
            return;
    w->slot[s] = t->nrows++;
    t->row_start[t->nrows] = t->row_start[t->nrows - 1] + n;
}

static void keep_rows(struct build *b)
{
    struct ties *t = b->t;
    const struct model *m = b->m;
    struct rows w = {.mask = 1};
    while (w.mask < m->nrows * 2 + 2)
        w.mask = w.mask * 2 + 1;
    w.slot = mem_array((size_t)w.mask + 1, sizeof *w.slot);
    memset(w.slot, 0xff, ((size_t)w.mask + 1) * sizeof *w.slot);
    t->row_start = mem_array((size_t)m->nrows + 1, sizeof *t->row_start);
    t->row_start[0] = 0;
    for (uint32_t r = 0; r < m->nrows; r++) {
        gather(b, r);
        uint32_t n = b->ntouched, from = t->row_start[t->nrows];
        if (n == 0)
            continue;
        qsort(b->touched, n, sizeof *b->touched, by_class);
        int sign = b->by[b->touched[0]] < 0 ? -1 : 1;
        MEM_GROW(t->entry, w.cap, from + n);
        for (uint32_t i = 0; i < n; i++)
            t->entry[from + i] = (struct tied){b->touched[i], sign * b->by[b->touched[i]]};
        forget(b);
        end_row(t, &w, n);
    }
    free(w.slot);
}

static void find_uses(struct ties *t)
{
    uint32_t entries = t->row_start[t->nrows];
    t->use_start = mem_zalloc((size_t)t->n + 2, sizeof *t->use_start);
    t->use = mem_array(entries, sizeof *t->use);
    for (uint32_t k = 0; k < entries; k++)
        t->use_start[t->entry[k].at + 2]++;
    for (uint32_t i = 0; i < t->n; i++)
        t->use_start[i + 2] += t->use_start[i + 1];
    for (uint32_t r = 0; r < t->nrows; r++)
        for (uint32_t k = t->row_start[r]; k < t->row_start[r + 1]; k++)
            t->use[t->use_start[t->entry[k].at + 1]++] = (struct tied){r, t->entry[k].by};
}

void ties_open(struct ties *t, const struct model *m, uint8_t *can_change)
{
    uint32_t n = m->ncells;
    struct build b = {.t = t, .m = m, .can_change = can_change};
    *t = (struct ties){0};
    t->class_of = mem_array(n, sizeof *t->class_of);
    t->sign_of = mem_array(n, sizeof *t->sign_of);
    b.next = mem_array(n, sizeof *b.next);
    b.last = mem_array(n, sizeof *b.last);
    b.size = mem_array(n, sizeof *b.size);
    b.by = mem_zalloc(n, sizeof *b.by);
    b.in = mem_zalloc(n, 1);
    b.touched = mem_array(n, sizeof *b.touched);
    for (uint32_t c = 0; c < n; c++) {
        t->class_of[c] = can_change[c] ? c : NONE;
        t->sign_of[c] = 1;
        b.next[c] = NONE;
        b.last[c] = c;
        b.size[c] = 1;
    }
    for (bool again = true; again;) {
        again = false;
        for (uint32_t r = 0; r < m->nrows; r++)
            again |= tie_row(&b, r);
    }
    number_classes(&b);
    keep_rows(&b);
    find_uses(t);
    free(b.next);
    free(b.last);
    free(b.size);
    free(b.by);
    free(b.in);
    free(b.touched);
}

void ties_close(struct ties *t)
{
    free(t->class_of);
    free(t->sign_of);
    free(t->cell_start);
    free(t->cell);
    free(t->use_start);
    free(t->use);
    free(t->row_start);
    free(t->entry);
    *t = (struct ties){0};
}
