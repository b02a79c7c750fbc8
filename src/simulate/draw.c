#include "simulate/draw.h"

size_t draw_index(struct rng *r, const uint64_t *cum, size_t n)
{
    uint64_t u = rng_below(r, cum[n - 1]);
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (u < cum[mid])
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

int draw_days(struct rng *r, const int32_t points[QUANTILE_POINTS])
{
    static const int32_t at[QUANTILE_POINTS] = {0, 10000, 25000, 50000, 75000, 90000, 100000};
    int32_t u = (int32_t)draw_below(r, 100000);
    int k = 1;
    while (u >= at[k])
        k++;
    int64_t span = points[k] - points[k - 1];
    return points[k - 1] + (int)(span * (u - at[k - 1]) / (at[k] - at[k - 1]));
}
