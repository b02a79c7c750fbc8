/* Bounds that follow row by row. */
#include "disclosure/audit_inner.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define LEARN_STEP 1e-6 /* less is not news */
#define LEARN_ROWS 300

void spread_open(struct spread *s, struct audit *a)
{
    const struct model *m = a->m;
    *s = (struct spread){.a = a};
    s->use_start = mem_zalloc((size_t)m->ncells + 2, sizeof *s->use_start);
    s->use_row = mem_array(m->row_start[m->nrows], sizeof *s->use_row);
    s->queue = mem_array((size_t)m->nrows + 1, sizeof *s->queue);
    s->queued = mem_zalloc(m->nrows, 1);
    for (uint32_t k = 0; k < m->row_start[m->nrows]; k++)
        s->use_start[m->row_cell[k] + 2]++;
    for (uint32_t c = 0; c < m->ncells; c++)
        s->use_start[c + 2] += s->use_start[c + 1];
    for (uint32_t r = 0; r < m->nrows; r++)
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1]; k++)
            s->use_row[s->use_start[m->row_cell[k] + 1]++] = r;
}

void spread_close(struct spread *s)
{
    free(s->use_start);
    free(s->use_row);
    free(s->queue);
    free(s->queued);
}

static void queue_row(struct spread *s, uint32_t row)
{
    uint32_t n = s->a->m->nrows;
    if (s->queued[row])
        return;
    s->queued[row] = 1;
    s->queue[(s->head + s->count++) % (n + 1)] = row;
}

static uint32_t next_row(struct spread *s)
{
    uint32_t r = s->queue[s->head];
    s->head = (s->head + 1) % (s->a->m->nrows + 1);
    s->count--;
    s->queued[r] = 0;
    return r;
}

static void queue_rows_of(struct spread *s, uint32_t cell)
{
    for (uint32_t u = s->use_start[cell]; u < s->use_start[cell + 1]; u++)
        queue_row(s, s->use_row[u]);
}

static void forget_queue(struct spread *s)
{
    while (s->count)
        next_row(s);
}

/* ---- from what is printed: exact, in whole numbers ---- */

static bool spread_tighten(struct spread *s, uint32_t cell, int64_t lo, int64_t hi)
{
    struct audit *a = s->a;
    if (lo <= a->lo[cell] && hi >= a->hi[cell])
        return true;
    if (!audit_narrow(a, cell, lo, hi))
        return false;
    queue_rows_of(s, cell);
    return true;
}

/* Sum of the parts: the least, and the most with the number of parts without a limit. */
static bool spread_row(struct spread *s, uint32_t r)
{
    const struct model *m = s->a->m;
    const int64_t *lo = s->a->lo, *hi = s->a->hi;
    uint32_t from = m->row_start[r], to = m->row_start[r + 1], whole = m->row_cell[from];
    int64_t least = 0, most = 0;
    uint32_t open = 0;
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        least += lo[c];
        if (hi[c] == AUDIT_NO_LIMIT)
            open++;
        else
            most += hi[c];
    }
    if (!spread_tighten(s, whole, least, open ? AUDIT_NO_LIMIT : most))
        return false;
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        bool self = hi[c] == AUDIT_NO_LIMIT;
        int64_t new_hi = hi[whole] == AUDIT_NO_LIMIT ? AUDIT_NO_LIMIT : hi[whole] - (least - lo[c]);
        int64_t new_lo = open == (self ? 1u : 0u) ? lo[whole] - (most - (self ? 0 : hi[c])) : 0;
        int64_t old_lo = lo[c], old_hi = hi[c];
        if (!spread_tighten(s, c, new_lo, new_hi))
            return false;
        least += lo[c] - old_lo;
        if (old_hi != hi[c]) {
            most += old_hi == AUDIT_NO_LIMIT ? hi[c] : hi[c] - old_hi;
            open -= old_hi == AUDIT_NO_LIMIT;
        }
    }
    return true;
}

bool spread_all(struct spread *s)
{
    uint32_t n = s->a->m->nrows;
    uint64_t left = (uint64_t)n * 200 + 1000; /* bounds that creep are left to the programs */
    bool fits = true;
    for (uint32_t r = 0; r < n; r++)
        queue_row(s, r);
    while (fits && s->count && left--)
        fits = spread_row(s, next_row(s));
    forget_queue(s);
    return fits;
}

/* ---- from what programs proved ---- */

static double near_whole(double v)
{
    return fabs(v - nearbyint(v)) < 1e-7 ? nearbyint(v) : v;
}

static void narrow(struct search *s, uint32_t cell, double least, double most)
{
    bool news = false;
    if (least > s->least[cell] + LEARN_STEP) {
        s->least[cell] = near_whole(least);
        news = true;
    }
    if (most < s->most[cell] - LEARN_STEP) {
        s->most[cell] = near_whole(most);
        news = true;
    }
    if (news)
        queue_rows_of(s->spread, cell);
}

/* The sum of the parts' bounds, but for those that are infinite, which are counted. */
static void learn_row(struct search *s, uint32_t r)
{
    const struct model *m = s->a->m;
    uint32_t from = m->row_start[r], to = m->row_start[r + 1], whole = m->row_cell[from], open = 0;
    double least = 0, most = 0;
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        least += s->least[c];
        if (isinf(s->most[c]))
            open++;
        else
            most += s->most[c];
    }
    narrow(s, whole, least, open ? INFINITY : most);
    for (uint32_t k = from + 1; k < to; k++) {
        uint32_t c = m->row_cell[k];
        bool self = isinf(s->most[c]);
        double others = self ? most : most - s->most[c];
        narrow(s, c, open == (self ? 1u : 0u) ? s->least[whole] - others : 0,
               s->most[whole] - (least - s->least[c]));
    }
}

void search_learn(struct search *s, uint32_t cell, double least, double most)
{
    narrow(s, cell, least, most);
    for (int rows = 0; rows < LEARN_ROWS && s->spread->count; rows++)
        learn_row(s, next_row(s->spread));
    forget_queue(s->spread);
}
