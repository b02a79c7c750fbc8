#include "stats/pool_draws.h"

#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>

/* To the pooling scale, with the variance by the delta method. False outside the scale. */
static bool forward(enum pool_scale scale, double x, double v, double *y, double *w)
{
    if (!isfinite(x) || !isfinite(v) || v < 0)
        return false;
    *y = x;
    *w = v;
    if (scale == POOL_LOG) {
        if (x <= 0)
            return false;
        *y = log(x);
        *w = v / (x * x);
    } else if (scale == POOL_LOGIT) {
        if (x <= 0 || x >= 1)
            return false;
        *y = log(x / (1 - x));
        *w = v / (x * x * (1 - x) * (1 - x));
    }
    return true;
}

static double back(enum pool_scale scale, double y)
{
    return scale == POOL_LOG ? exp(y) : scale == POOL_LOGIT ? 1 / (1 + exp(-y)) : y;
}

void pool_draws(const double *point, const double *variance, size_t n, enum pool_scale scale,
                double level, struct pooled *out)
{
    struct nsum sum = NSUM_ZERO, within = NSUM_ZERO, square = NSUM_ZERO;
    double y, w;
    *out = (struct pooled){.point = NAN, .within = NAN, .between = NAN, .total = NAN, .df = NAN};
    out->lo = out->hi = out->linkage_share = out->lo_without = out->hi_without = NAN;
    for (size_t i = 0; i < n; i++) {
        if (!forward(scale, point[i], variance[i], &y, &w)) {
            out->failed++;
            continue;
        }
        out->draws++;
        nsum_add(&sum, y);
        nsum_add(&within, w);
    }
    out->few = out->draws < POOL_DRAWS_MIN;
    if (out->draws < 2)
        return;
    double m = out->draws, mean = nsum_value(&sum) / m;
    for (size_t i = 0; i < n; i++)
        if (forward(scale, point[i], variance[i], &y, &w))
            nsum_add(&square, (y - mean) * (y - mean));
    out->within = nsum_value(&within) / m;
    out->between = nsum_value(&square) / (m - 1);
    double added = (1 + 1 / m) * out->between;
    out->total = out->within + added;
    out->linkage_share = out->total > 0 ? added / out->total : 0;
    double ratio = added > 0 ? 1 + out->within / added : INFINITY;
    out->df = (m - 1) * ratio * ratio;
    double upper = 1 - (1 - level) / 2;
    double t = isfinite(out->df) ? qt(upper, out->df, 1, 0) : qnorm5(upper, 0, 1, 1, 0);
    double z = qnorm5(upper, 0, 1, 1, 0);
    out->point = back(scale, mean);
    out->lo = back(scale, mean - t * sqrt(out->total));
    out->hi = back(scale, mean + t * sqrt(out->total));
    out->lo_without = back(scale, mean - z * sqrt(out->within));
    out->hi_without = back(scale, mean + z * sqrt(out->within));
}
