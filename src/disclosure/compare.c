#include "disclosure/compare.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/order.h"
#include "disclosure/choice.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct keys {
    uint64_t *at, *scratch;
    size_t n;
};

struct compare {
    const struct compare_file *truth, *made;
    const uint32_t *size;
    uint32_t k;
    struct keys t, m;
    double *errors; /* of the big combinations */
    size_t cap;
    double error_sum, share_sum;
    struct compare_report *out;
};

/* ---- sorted keys of one choice of columns ---- */

static bool sort_digit(const uint64_t *from, uint64_t *to, size_t n, int shift)
{
    uint32_t at[2048] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        at[from[i] >> shift & 2047]++;
    if (at[from[0] >> shift & 2047] == n)
        return false;
    for (int b = 0; b < 2048; b++) {
        uint32_t count = at[b];
        at[b] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & 2047]++] = from[i];
    return true;
}

static void sort_keys(struct keys *k, uint64_t below)
{
    for (int shift = 0; shift < 64 && k->n && below >> shift; shift += 11)
        if (sort_digit(k->at, k->scratch, k->n, shift)) {
            uint64_t *t = k->at;
            k->at = k->scratch;
            k->scratch = t;
        }
}

/* The records that show all the columns, as numbers; below 2^44, as any two columns have at most
 * 2^22 pairs of codes. */
static void read_keys(const struct compare *c, const struct compare_file *f, const int *column,
                      int ways, struct keys *k)
{
    uint64_t below = 1;
    k->n = 0;
    for (int i = 0; i < ways; i++)
        below *= c->size[column[i]];
    for (size_t r = 0; r < f->n; r++) {
        uint64_t key = 0;
        bool shown = true;
        for (int i = 0; i < ways; i++) {
            uint32_t code = f->code[column[i]][r];
            shown &= code != COMPARE_HIDDEN;
            key = key * c->size[column[i]] + code;
        }
        if (shown)
            k->at[k->n++] = key;
    }
    sort_keys(k, below - 1);
}

/* The length of the run of equal keys that starts at i. */
static size_t run_at(const struct keys *k, size_t i)
{
    size_t end = i;
    while (end < k->n && k->at[end] == k->at[i])
        end++;
    return end - i;
}

static void add_combination(struct compare *c, size_t t, size_t m, struct compare_ways *w)
{
    w->in_truth += t > 0;
    w->in_made += m > 0;
    w->common += t >= c->k;
    w->common_kept += t >= c->k && m > 0;
    w->made_never += m > 0 && t == 0;
    w->made_rare += m > 0 && t > 0 && t < c->k;
    w->made_below_k += m > 0 && m < c->k;
    if (t < COMPARE_BIG)
        return;
    MEM_GROW(c->errors, c->cap, w->big + 1);
    double error = fabs((double)m - (double)t) / (double)t;
    double true_share = (double)t / (double)c->t.n;
    double made_share = c->m.n ? (double)m / (double)c->m.n : 0;
    c->errors[w->big++] = error;
    c->error_sum += error;
    c->share_sum += fabs(made_share - true_share) / true_share;
}

/* Keeps the largest cases, the first found of equal ones. */
static void keep_case(const struct compare *c, struct compare_cases *list, const int *column,
                      int ways, uint64_t key, size_t t, size_t m)
{
    int i = list->n;
    while (i > 0 && list->at[i - 1].in_truth + list->at[i - 1].in_made < t + m)
        i--;
    if (i == COMPARE_CASES)
        return;
    if (list->n < COMPARE_CASES)
        list->n++;
    memmove(&list->at[i + 1], &list->at[i], (size_t)(list->n - 1 - i) * sizeof *list->at);
    struct compare_case *at = &list->at[i];
    *at = (struct compare_case){.ways = ways, .in_truth = t, .in_made = m};
    for (int w = ways - 1; w >= 0; w--) {
        at->column[w] = column[w];
        at->code[w] = (uint32_t)(key % c->size[column[w]]);
        key /= c->size[column[w]];
    }
}

static void compare_choice(struct compare *c, const int *column, int ways, struct compare_ways *w)
{
    read_keys(c, c->truth, column, ways, &c->t);
    read_keys(c, c->made, column, ways, &c->m);
    for (size_t i = 0, j = 0; i < c->t.n || j < c->m.n;) {
        bool truth = i < c->t.n && (j >= c->m.n || c->t.at[i] <= c->m.at[j]);
        bool made = j < c->m.n && (i >= c->t.n || c->m.at[j] <= c->t.at[i]);
        size_t t = truth ? run_at(&c->t, i) : 0, m = made ? run_at(&c->m, j) : 0;
        add_combination(c, t, m, w);
        if (ways < COMPARE_WAYS && (t == 0 || m == 0))
            keep_case(c, t ? &c->out->lost : &c->out->never, column, ways,
                      t ? c->t.at[i] : c->m.at[j], t, m);
        i += t;
        j += m;
    }
}

/* ---- all choices ---- */

enum status compare_files(const struct compare_file *truth, const struct compare_file *made,
                          int ncolumns, const uint32_t *size, uint32_t k, int ways,
                          struct compare_report *out, struct err *e)
{
    struct compare c = {.truth = truth, .made = made, .size = size, .k = k, .out = out};
    *out = (struct compare_report){0};
    for (int a = 0; a < ncolumns; a++)
        for (int b = 0; b < a; b++)
            if ((size_t)size[a] * size[b] > LIMIT_TABLE_CELLS)
                return err_set(e, ST_DATA, "two columns have more than %zu pairs of codes",
                               LIMIT_TABLE_CELLS);
    c.t.at = mem_array(truth->n, sizeof *c.t.at);
    c.t.scratch = mem_array(truth->n, sizeof *c.t.scratch);
    c.m.at = mem_array(made->n, sizeof *c.m.at);
    c.m.scratch = mem_array(made->n, sizeof *c.m.scratch);
    for (int w = 1; w <= ways; w++) {
        struct compare_ways *o = &out->ways[w - 1];
        int column[COMPARE_WAYS];
        c.error_sum = c.share_sum = 0;
        choice_first(column, w);
        if (w <= ncolumns)
            do
                compare_choice(&c, column, w, o);
            while (choice_next(column, w, ncolumns));
        if (!c.errors || o->big == 0)
            continue;
        qsort(c.errors, o->big, sizeof *c.errors, order_double);
        o->error = c.error_sum / (double)o->big;
        o->error_90 = c.errors[(o->big * 9 + 9) / 10 - 1];
        o->share_error = c.share_sum / (double)o->big;
    }
    free(c.t.at);
    free(c.t.scratch);
    free(c.m.at);
    free(c.m.scratch);
    free(c.errors);
    return ST_OK;
}
