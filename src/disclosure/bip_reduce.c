#include "disclosure/bip_reduce.h"

#include "base/mem.h"

#include <stdlib.h>

struct entry {
    uint32_t column;
    int32_t sign;
};

struct row {
    uint32_t n;
    struct entry *entry;
    int64_t rhs;
};

struct work {
    const struct bip *p;
    struct bip_tied *tied; /* in columns of the whole program; a column of its own: to itself */
    struct row *row;
    struct entry *entry; /* of the rows, as they shrink */
    int32_t *sum;        /* of a row, by column; zero between rows */
    bool changed;
};

/* What a column is in terms of one that is not tied further, or of none. */
static struct bip_tied follow(struct bip_tied *tied, uint32_t column)
{
    struct bip_tied t = {column, 1, 0};
    while (t.to != BIP_FIXED && tied[t.to].to != t.to) {
        struct bip_tied next = tied[t.to];
        t = (struct bip_tied){next.to, t.scale * next.scale, t.offset + t.scale * next.offset};
    }
    tied[column] = t;
    return t;
}

static void fix(struct work *w, uint32_t column, int value)
{
    w->tied[column] = (struct bip_tied){BIP_FIXED, 0, value};
    w->changed = true;
}

/* Writes row r in columns that are not tied. */
static void substitute(struct work *w, struct row *r)
{
    uint32_t n = 0, kept = 0;
    for (uint32_t k = 0; k < r->n; k++) {
        struct bip_tied t = follow(w->tied, r->entry[k].column);
        int32_t sign = r->entry[k].sign;
        r->rhs -= sign * t.offset;
        if (t.to == BIP_FIXED)
            continue;
        if (w->sum[t.to] == 0)
            r->entry[n++].column = t.to;
        w->sum[t.to] += sign * t.scale;
    }
    for (uint32_t k = 0; k < n; k++) {
        uint32_t j = r->entry[k].column;
        if (w->sum[j])
            r->entry[kept++] = (struct entry){j, w->sum[j]};
        w->sum[j] = 0;
    }
    r->n = kept;
}

/* Takes from row r what it says of single columns; false when it cannot hold. */
static bool learn(struct work *w, struct row *r)
{
    const struct entry *e = r->entry;
    int64_t least = 0, most = 0;
    bool fixed = false;
    for (uint32_t k = 0; k < r->n; k++) {
        least += e[k].sign < 0 ? e[k].sign : 0;
        most += e[k].sign > 0 ? e[k].sign : 0;
    }
    if (r->rhs < least || r->rhs > most)
        return false;
    for (uint32_t k = 0; k < r->n; k++) {
        int64_t size = abs(e[k].sign);
        bool low = r->rhs - least < size, high = most - r->rhs < size;
        if (low && high)
            return false;
        if (low || high)
            fix(w, e[k].column, high == (e[k].sign > 0));
        fixed |= low || high;
    }
    if (!fixed && r->n == 2 && abs(e[0].sign) == 1 && abs(e[1].sign) == 1) {
        w->tied[e[0].column] =
            (struct bip_tied){e[1].column, -e[0].sign * e[1].sign, (int32_t)r->rhs * e[0].sign};
        w->changed = true;
        r->n = 0;
        r->rhs = 0;
    }
    return true;
}

/* ---- rows that say the same ---- */

static int by_column(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

static int by_content(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return x->n ? memcmp(x->entry, y->entry, x->n * sizeof *x->entry) : 0;
}

/* Entries by column, the first of them positive; then equal rows lie side by side. False when two
 * of them contradict each other. */
static bool sort_rows(struct row *row, uint32_t nrows)
{
    for (uint32_t i = 0; i < nrows; i++) {
        struct row *r = &row[i];
        qsort(r->entry, r->n, sizeof *r->entry, by_column);
        if (r->n == 0 || r->entry[0].sign > 0)
            continue;
        r->rhs = -r->rhs;
        for (uint32_t k = 0; k < r->n; k++)
            r->entry[k].sign = -r->entry[k].sign;
    }
    qsort(row, nrows, sizeof *row, by_content);
    for (uint32_t i = 1; i < nrows; i++)
        if (by_content(&row[i - 1], &row[i]) == 0 && row[i - 1].rhs != row[i].rhs)
            return false;
    return true;
}

/* ---- the smaller program ---- */

static void number_columns(struct work *w, struct bip_reduced *r)
{
    const struct bip *p = w->p;
    uint32_t *number = mem_array(p->n, sizeof *number);
    int64_t *cost = mem_zalloc(p->n, sizeof *cost);
    double *tie = mem_zalloc(p->n, sizeof *tie);
    r->constant = 0;
    r->p.n = 0;
    for (uint32_t j = 0; j < p->n; j++)
        if (w->tied[j].to == j)
            number[j] = r->p.n++;
    for (uint32_t j = 0; j < p->n; j++) {
        struct bip_tied *t = &w->tied[j];
        *t = follow(w->tied, j);
        r->constant += p->cost[j] * t->offset;
    }
    for (uint32_t j = 0; j < p->n; j++) {
        struct bip_tied *t = &w->tied[j];
        if (t->to == BIP_FIXED)
            continue;
        t->to = number[t->to];
        cost[t->to] += p->cost[j] * t->scale;
        tie[t->to] += p->tie[j] * t->scale;
    }
    r->p.cost = cost;
    r->p.tie = tie;
    free(number);
}

/* Rows are in columns of the whole program, those in `tied` are renumbered by now. */
static void write_rows(const struct work *w, struct bip_reduced *r)
{
    const struct bip *p = w->p;
    uint32_t entries = p->row_start[p->nrows], at = 0;
    uint32_t *start = mem_array((size_t)p->nrows + 1, sizeof *start);
    uint32_t *column = mem_array(entries, sizeof *column);
    int32_t *sign = mem_array(entries, sizeof *sign);
    int64_t *rhs = mem_array(p->nrows, sizeof *rhs);
    r->p.nrows = 0;
    for (uint32_t i = 0; i < p->nrows; i++) {
        const struct row *row = &w->row[i];
        if (row->n == 0 || (i > 0 && by_content(row, row - 1) == 0))
            continue;
        start[r->p.nrows] = at;
        rhs[r->p.nrows++] = row->rhs;
        for (uint32_t k = 0; k < row->n; k++, at++) {
            column[at] = w->tied[row->entry[k].column].to;
            sign[at] = row->entry[k].sign;
        }
    }
    start[r->p.nrows] = at;
    r->p.row_start = start;
    r->p.column = column;
    r->p.sign = sign;
    r->p.rhs = rhs;
}

static void work_open(struct work *w, const struct bip *p)
{
    uint32_t entries = p->row_start[p->nrows];
    w->p = p;
    w->tied = mem_array(p->n, sizeof *w->tied);
    w->row = mem_array(p->nrows, sizeof *w->row);
    w->entry = mem_array(entries, sizeof *w->entry);
    w->sum = mem_zalloc(p->n, sizeof *w->sum);
    for (uint32_t j = 0; j < p->n; j++)
        w->tied[j] = (struct bip_tied){j, 1, 0};
    for (uint32_t k = 0; k < entries; k++)
        w->entry[k] = (struct entry){p->column[k], p->sign[k]};
    for (uint32_t r = 0; r < p->nrows; r++)
        w->row[r] = (struct row){p->row_start[r + 1] - p->row_start[r], w->entry + p->row_start[r],
                                 p->rhs[r]};
}

static bool settle(struct work *w)
{
    do {
        w->changed = false;
        for (uint32_t r = 0; r < w->p->nrows; r++) {
            substitute(w, &w->row[r]);
            if (!learn(w, &w->row[r]))
                return false;
        }
    } while (w->changed);
    return true;
}

bool bip_reduce(const struct bip *whole, struct bip_reduced *r)
{
    struct work w;
    work_open(&w, whole);
    bool possible = settle(&w) && sort_rows(w.row, whole->nrows);
    if (possible) {
        *r = (struct bip_reduced){.n = whole->n, .tied = w.tied};
        number_columns(&w, r);
        write_rows(&w, r);
    } else {
        free(w.tied);
    }
    free(w.row);
    free(w.entry);
    free(w.sum);
    return possible;
}

void bip_reduced_close(struct bip_reduced *r)
{
    free((void *)r->p.cost);
    free((void *)r->p.tie);
    free((void *)r->p.row_start);
    free((void *)r->p.column);
    free((void *)r->p.sign);
    free((void *)r->p.rhs);
    free(r->tied);
}

void bip_expand(const struct bip_reduced *r, const uint8_t *small, uint8_t *whole)
{
    for (uint32_t j = 0; j < r->n; j++) {
        struct bip_tied t = r->tied[j];
        whole[j] = (uint8_t)(t.offset + (t.to == BIP_FIXED ? 0 : t.scale * small[t.to]));
    }
}
