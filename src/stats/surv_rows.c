#include "stats/surv_rows.h"

#include "base/mem.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* ---- distinct times ---- */

static enum status check_row(const struct surv_rows *r, size_t i, struct err *e)
{
    double start = r->start ? r->start[i] : 0, stop = r->stop[i];
    if (!isfinite(stop) || !isfinite(start))
        return err_set(e, ST_DATA, "a time is not a finite number");
    if (stop < 0 || start < 0) {
        err_set(e, ST_DATA, "a time is negative");
        return err_hint(e, "Times count from the start of follow-up; look for swapped dates.");
    }
    if (r->start && stop <= start) {
        err_set(e, ST_DATA, "the stop %.10g is not after the start %.10g", stop, start);
        return err_hint(e, "Each row is at risk in (start, stop]: leave out rows of no length.");
    }
    return ST_OK;
}

static bool all_whole(const double *v, size_t n, double *highest)
{
    bool whole = true;
    double most = *highest;
    for (size_t i = 0; i < n; i++) {
        whole &= v[i] < 4e15 && v[i] == (double)(int64_t)v[i];
        most = v[i] > most ? v[i] : most;
    }
    *highest = most;
    return whole;
}

/* Whole numbers up to `highest`: places by counting. */
static void index_days(const struct surv_rows *r, double highest, struct surv_order *o)
{
    size_t days = (size_t)highest + 1;
    int32_t *place = mem_zalloc(days, sizeof *place);
    for (size_t i = 0; i < r->n; i++) {
        place[(size_t)r->stop[i]] = 1;
        if (r->start)
            place[(size_t)r->start[i]] = 1;
    }
    for (size_t d = 0; d < days; d++)
        o->times += (size_t)place[d];
    o->time = mem_array(o->times, sizeof *o->time);
    size_t k = 0;
    for (size_t d = 0; d < days; d++)
        if (place[d]) {
            o->time[k] = (double)d;
            place[d] = (int32_t)k++;
        }
    for (size_t i = 0; i < r->n; i++)
        o->at[i] = place[(size_t)r->stop[i]];
    for (size_t i = 0; r->start && i < r->n; i++)
        o->from[i] = place[(size_t)r->start[i]];
    free(place);
}

/* Non-negative doubles sort as their bits. Byte by byte, least first. */
static void radix_sort(uint64_t *key, uint32_t *item, size_t n)
{
    uint64_t *key2 = mem_array(n, sizeof *key2);
    uint32_t *item2 = mem_array(n, sizeof *item2);
    for (int shift = 0; shift < 64; shift += 8) {
        size_t count[257] = {0};
        for (size_t i = 0; i < n; i++)
            count[((key[i] >> shift) & 255) + 1]++;
        bool same = false;
        for (int b = 0; b < 256; b++) {
            same |= count[b + 1] == n;
            count[b + 1] += count[b];
        }
        if (same)
            continue;
        for (size_t i = 0; i < n; i++) {
            size_t to = count[(key[i] >> shift) & 255]++;
            key2[to] = key[i];
            item2[to] = item[i];
        }
        memcpy(key, key2, n * sizeof *key);
        memcpy(item, item2, n * sizeof *item);
    }
    free(key2);
    free(item2);
}

/* Times are one when they differ by no more than this. */
static double same_within(const double *sorted, const uint64_t *key, size_t n)
{
    double sum = 0;
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || key[i] != key[i - 1]) {
            sum += sorted[i];
            distinct++;
        }
    double relative = sqrt(DBL_EPSILON);
    return relative * fmax(1, distinct ? sum / (double)distinct : 1);
}

static void index_reals(const struct surv_rows *r, struct surv_order *o)
{
    size_t n = r->start ? 2 * r->n : r->n;
    uint64_t *key = mem_array(n, sizeof *key);
    uint32_t *item = mem_array(n, sizeof *item);
    double *sorted = mem_array(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++) {
        double v = (i < r->n ? r->stop[i] : r->start[i - r->n]) + 0.0; /* -0 becomes 0 */
        memcpy(&key[i], &v, sizeof v);
        item[i] = (uint32_t)i;
    }
    radix_sort(key, item, n);
    for (size_t i = 0; i < n; i++)
        memcpy(&sorted[i], &key[i], sizeof *sorted);
    double tolerance = same_within(sorted, key, n);
    o->time = mem_array(n, sizeof *o->time);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || sorted[i] - sorted[i - 1] > tolerance)
            o->time[o->times++] = sorted[i];
        int32_t place = (int32_t)(o->times - 1);
        if (item[i] < r->n)
            o->at[item[i]] = place;
        else
            o->from[item[i] - r->n] = place;
    }
    free(key);
    free(item);
    free(sorted);
}

/* ---- orders ---- */

/* Rows by (group, place): stable counting, by place first. */
static int32_t *sort_rows(const struct surv_rows *r, const int32_t *place, size_t times,
                          size_t *begin)
{
    int32_t *first = mem_array(r->n, sizeof *first);
    size_t *count = mem_zalloc(times + 1, sizeof *count);
    for (size_t i = 0; i < r->n; i++)
        count[place[i] + 1]++;
    for (size_t k = 0; k < times; k++)
        count[k + 1] += count[k];
    for (size_t i = 0; i < r->n; i++)
        first[count[place[i]]++] = (int32_t)i;
    free(count);
    memset(begin, 0, ((size_t)r->groups + 1) * sizeof *begin);
    if (!r->group) {
        begin[1] = r->n;
        return first;
    }
    int32_t *second = mem_array(r->n, sizeof *second);
    size_t *next = mem_zalloc((size_t)r->groups + 1, sizeof *next);
    for (size_t i = 0; i < r->n; i++)
        begin[r->group[i] + 1]++;
    for (int g = 0; g < r->groups; g++)
        begin[g + 1] += begin[g];
    memcpy(next, begin, ((size_t)r->groups + 1) * sizeof *next);
    for (size_t k = 0; k < r->n; k++)
        second[next[r->group[first[k]]]++] = first[k];
    free(next);
    free(first);
    return second;
}

enum status surv_order_make(const struct surv_rows *r, struct surv_order *o, size_t *bad_row,
                            struct err *e)
{
    memset(o, 0, sizeof *o);
    for (size_t i = 0; i < r->n; i++) {
        *bad_row = i;
        TRY(check_row(r, i, e));
    }
    o->at = mem_array(r->n, sizeof *o->at);
    if (r->start)
        o->from = mem_array(r->n, sizeof *o->from);
    double highest = 0;
    bool whole = all_whole(r->stop, r->n, &highest);
    if (r->start)
        whole &= all_whole(r->start, r->n, &highest);
    if (whole && highest < 8.0 * (double)r->n + 1e6)
        index_days(r, highest, o);
    else
        index_reals(r, o);
    for (size_t i = 0; r->start && i < r->n; i++)
        if (o->from[i] >= o->at[i]) {
            *bad_row = i;
            surv_order_free(o);
            return err_set(e, ST_DATA, "start and stop are the same but for rounding");
        }
    o->begin = mem_array((size_t)r->groups + 1, sizeof *o->begin);
    o->by_stop = sort_rows(r, o->at, o->times, o->begin);
    if (r->start)
        o->by_start = sort_rows(r, o->from, o->times, o->begin);
    return ST_OK;
}

void surv_order_free(struct surv_order *o)
{
    free(o->time);
    free(o->at);
    free(o->from);
    free(o->by_stop);
    free(o->by_start);
    free(o->begin);
    memset(o, 0, sizeof *o);
}

/* ---- counts ---- */

void surv_counts_make(const struct surv_rows *r, const struct surv_order *o, int group,
                      struct surv_counts *c)
{
    size_t lo = o->begin[group], hi = o->begin[group + 1], times = 0;
    for (size_t k = lo; k < hi; k++)
        times += k == lo || o->at[o->by_stop[k]] != o->at[o->by_stop[k - 1]];
    *c = (struct surv_counts){.n = times, .causes = r->causes, .rows = (int64_t)(hi - lo)};
    c->time = mem_array(times, sizeof *c->time);
    c->at = mem_array(times, sizeof *c->at);
    c->risk = mem_array(times, sizeof *c->risk);
    c->events = mem_zalloc(times * (size_t)r->causes, sizeof *c->events);
    c->censored = mem_zalloc(times, sizeof *c->censored);
    size_t entered = lo;
    int64_t left = 0;
    for (size_t k = lo, j = 0; k < hi; j++) {
        int32_t at = o->at[o->by_stop[k]];
        c->at[j] = at;
        c->time[j] = o->time[at];
        while (r->start && entered < hi && o->from[o->by_start[entered]] < at)
            entered++;
        c->risk[j] = (int64_t)((r->start ? entered : hi) - lo) - left;
        for (; k < hi && o->at[o->by_stop[k]] == at; k++, left++) {
            int32_t what = r->event[o->by_stop[k]];
            if (what)
                c->events[j * (size_t)r->causes + (size_t)what - 1]++;
            else
                c->censored[j]++;
        }
    }
}

void surv_counts_free(struct surv_counts *c)
{
    free(c->time);
    free(c->at);
    free(c->risk);
    free(c->events);
    free(c->censored);
    memset(c, 0, sizeof *c);
}
