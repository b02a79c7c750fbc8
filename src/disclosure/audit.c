#include "disclosure/audit_inner.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

#define WHOLE 1e-6   /* closer to a whole number than this counts as that number */
#define REACHED 1e-9 /* closer to a proven end than this is there */

void audit_open(struct audit *a, const struct model *m)
{
    *a = (struct audit){.m = m};
    a->lo = mem_zalloc(m->ncells, sizeof *a->lo);
    a->hi = mem_array(m->ncells, sizeof *a->hi);
    a->low = mem_array(m->ncells, sizeof *a->low);
    a->high = mem_array(m->ncells, sizeof *a->high);
    for (uint32_t c = 0; c < m->ncells; c++)
        a->hi[c] = AUDIT_NO_LIMIT;
}

void audit_close(struct audit *a)
{
    free(a->lo);
    free(a->hi);
    free(a->low);
    free(a->high);
    *a = (struct audit){0};
}

bool audit_narrow(struct audit *a, uint32_t cell, int64_t lo, int64_t hi)
{
    if (lo > a->lo[cell])
        a->lo[cell] = lo;
    if (hi < a->hi[cell])
        a->hi[cell] = hi;
    return a->lo[cell] <= a->hi[cell];
}

bool audit_count_codes(struct audit *a)
{
    bool left = true;
    for (uint32_t c = 0; c < a->m->ncells; c++)
        if (model_occurs(a->m, c))
            left &= audit_narrow(a, c, 1, AUDIT_NO_LIMIT);
    return left;
}

void audit_box(const struct spec *s, enum print kind, int64_t value, int64_t perturbation,
               bool knows_rule, int64_t *lo, int64_t *hi)
{
    int64_t reach = s->method == METHOD_ROUND     ? s->base - 1
                    : s->method == METHOD_CELLKEY ? perturbation
                                                  : 0;
    *lo = 0;
    *hi = AUDIT_NO_LIMIT;
    if (kind == PRINT_HIDDEN && knows_rule)
        *lo = spec_aware_low(s);
    if (kind == PRINT_NUMBER) {
        *lo = value > reach ? value - reach : knows_rule && value > 0 ? 1 : 0;
        *hi = value + reach;
    }
}

int64_t audit_low_int(double low)
{
    return (int64_t)ceil(low - WHOLE);
}

int64_t audit_high_int(double high)
{
    return isinf(high) ? AUDIT_NO_LIMIT : (int64_t)floor(high + WHOLE);
}

enum status audit_no_counts_fit(struct err *e)
{
    err_set(e, ST_DATA,
            "no counts fit what is published: margins do not add up, or the releases are "
            "not of the same counts");
    return err_hint(e,
                    "Check the tables against their source; attack revised releases one by one.");
}

/* ---- what has been seen ---- */

void search_see(struct search *s, uint32_t cell, double v)
{
    if (fabs(v - nearbyint(v)) < 1e-7)
        v = nearbyint(v);
    if (v < s->min_seen[cell])
        s->min_seen[cell] = v;
    if (v > s->max_seen[cell])
        s->max_seen[cell] = v;
}

bool search_high_done(const struct search *s, uint32_t c)
{
    return s->max_seen[c] >= s->most[c] - REACHED;
}

bool search_low_done(const struct search *s, uint32_t c)
{
    return s->min_seen[c] <= s->least[c] + REACHED;
}

bool search_wide_enough(const struct search *s, uint32_t c)
{
    return s->width > 0 && s->max_seen[c] >= s->min_seen[c] &&
           audit_high_int(s->max_seen[c]) - audit_low_int(s->min_seen[c]) >= s->width;
}

bool search_cell_done(const struct search *s, uint32_t c)
{
    return search_wide_enough(s, c) || (search_high_done(s, c) && search_low_done(s, c));
}

/* ---- the attack ---- */

static bool fits(const struct audit *a, const int64_t *point)
{
    const struct model *m = a->m;
    for (uint32_t c = 0; c < m->ncells; c++)
        if (point[c] < a->lo[c] || point[c] > a->hi[c])
            return false;
    for (uint32_t r = 0; r < m->nrows; r++) {
        int64_t sum = point[m->row_cell[m->row_start[r]]];
        for (uint32_t k = m->row_start[r] + 1; k < m->row_start[r + 1]; k++)
            sum -= point[m->row_cell[k]];
        if (sum != 0)
            return false;
    }
    return true;
}

static void search_open(struct search *s, struct audit *a, struct spread *spread)
{
    uint32_t n = a->m->ncells;
    int64_t *lo = mem_array(n, sizeof *lo), *hi = mem_array(n, sizeof *hi);
    memcpy(lo, a->lo, n * sizeof *lo);
    memcpy(hi, a->hi, n * sizeof *hi);
    s->box_lo = lo;
    s->box_hi = hi;
    s->a = a;
    s->spread = spread;
    s->min_seen = mem_array(n, sizeof *s->min_seen);
    s->max_seen = mem_array(n, sizeof *s->max_seen);
    s->least = mem_array(n, sizeof *s->least);
    s->most = mem_array(n, sizeof *s->most);
    spread_open(spread, a);
}

static void search_close(struct search *s)
{
    free(s->box_lo);
    free(s->box_hi);
    free(s->min_seen);
    free(s->max_seen);
    free(s->least);
    free(s->most);
    spread_close(s->spread);
}

/* Everything that is known before the first program. */
static void search_start(struct search *s)
{
    const struct audit *a = s->a;
    for (uint32_t c = 0; c < a->m->ncells; c++) {
        s->least[c] = (double)a->lo[c];
        s->most[c] = a->hi[c] == AUDIT_NO_LIMIT ? INFINITY : (double)a->hi[c];
        s->min_seen[c] = INFINITY;
        s->max_seen[c] = -INFINITY;
        if (a->lo[c] == a->hi[c])
            search_see(s, c, (double)a->lo[c]);
    }
}

enum status audit_run(struct audit *a, const uint8_t *target, int64_t width, const int64_t *point,
                      const struct progress *progress, struct err *e)
{
    const struct model *m = a->m;
    struct spread spread;
    struct search s = {.target = target, .width = width};
    search_open(&s, a, &spread);
    enum status st = spread_all(&spread) ? ST_OK : audit_no_counts_fit(e);
    if (st == ST_OK) {
        search_start(&s);
        if (point && fits(a, point))
            people_move(&s, point);
        st = programs_run(&s, progress, e);
    }
    for (uint32_t c = 0; c < m->ncells; c++) {
        bool given = st == ST_OK && is_target(&s, c);
        a->low[c] = given ? s.min_seen[c] : NAN;
        a->high[c] = given ? s.max_seen[c] : NAN;
    }
    search_close(&s);
    return st;
}
