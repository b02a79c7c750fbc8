#include "stats/numeric.h"

#include "base/err.h"

#include <float.h>

double num_sum(const double *x, size_t n)
{
    struct nsum s = NSUM_ZERO;
    for (size_t i = 0; i < n; i++)
        nsum_add(&s, x[i]);
    return nsum_value(&s);
}

double num_quantile(const double *sorted, size_t n, double p, int type)
{
    double a, b;
    switch (type) {
    case 7:
        a = b = 1;
        break;
    case 8:
        a = b = 1.0 / 3;
        break;
    default:
        BUG("quantile type %d", type);
    }
    double fuzz = 4 * DBL_EPSILON;
    double place = a + p * ((double)n + 1 - a - b);
    double below = floor(place + fuzz), share = place - below;
    if (fabs(share) < fuzz)
        share = 0;
    double last = (double)n;
    double i = below < 1 ? 1 : below > last ? last : below;
    double j = below + 1 < 1 ? 1 : below + 1 > last ? last : below + 1;
    double lo = sorted[(size_t)i - 1], hi = sorted[(size_t)j - 1];
    return share == 0 || lo == hi ? lo : share == 1 ? hi : (1 - share) * lo + share * hi;
}

int num_ldl(double *a, int n, double tolerance)
{
    double largest = 0;
    for (int i = 0; i < n; i++)
        largest = fmax(largest, a[i * n + i]);
    double eps = largest > 0 ? largest * tolerance : tolerance;
    int rank = 0;
    bool indefinite = false;
    for (int i = 0; i < n; i++) {
        double pivot = a[i * n + i];
        if (!isfinite(pivot) || pivot < eps) {
            indefinite |= !(pivot >= -8 * eps);
            a[i * n + i] = 0;
            continue;
        }
        rank++;
        for (int j = i + 1; j < n; j++) {
            double l = a[j * n + i] / pivot;
            a[j * n + i] = l;
            a[j * n + j] -= l * l * pivot;
            for (int k = j + 1; k < n; k++)
                a[k * n + j] -= l * a[k * n + i];
        }
    }
    return indefinite ? -1 - rank : rank;
}

void num_ldl_solve(const double *ldl, int n, double *b)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            if (ldl[j * n + j] != 0)
                b[i] -= b[j] * ldl[i * n + j];
    for (int i = n - 1; i >= 0; i--) {
        if (ldl[i * n + i] == 0) {
            b[i] = 0;
            continue;
        }
        b[i] /= ldl[i * n + i];
        for (int j = i + 1; j < n; j++)
            if (ldl[j * n + j] != 0)
                b[i] -= b[j] * ldl[j * n + i];
    }
}

void num_ldl_inverse(const double *ldl, int n, double *inverse)
{
    for (int c = 0; c < n; c++) {
        double *column = inverse + (size_t)c * (size_t)n; /* symmetric: a row is a column */
        for (int i = 0; i < n; i++)
            column[i] = i == c && ldl[c * n + c] != 0;
        if (ldl[c * n + c] != 0)
            num_ldl_solve(ldl, n, column);
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            inverse[i * n + j] = inverse[j * n + i];
}

/* Brent 1973, "Algorithms for minimization without derivatives", chapter 4. */
double num_root(double (*f)(double x, const void *ctx), const void *ctx, double lo, double hi)
{
    double a = lo, b = hi, fa = f(a, ctx), fb = f(b, ctx);
    if (fa == 0)
        return a;
    if (fb == 0)
        return b;
    if (!((fa < 0) != (fb < 0)))
        return NAN;
    double c = a, fc = fa, step = b - a, before = step;
    for (int turn = 0; turn < 300; turn++) {
        if ((fb < 0) == (fc < 0)) {
            c = a;
            fc = fa;
            before = step = b - a;
        }
        if (fabs(fc) < fabs(fb)) {
            a = b, b = c, c = a;
            fa = fb, fb = fc, fc = fa;
        }
        double tolerance = 2 * DBL_EPSILON * fabs(b) + DBL_MIN, half = 0.5 * (c - b);
        if (fabs(half) <= tolerance || fb == 0)
            return b;
        if (fabs(before) < tolerance || fabs(fa) <= fabs(fb)) {
            before = step = half;
        } else {
            double s = fb / fa, p, q;
            if (a == c) {
                p = 2 * half * s;
                q = 1 - s;
            } else {
                double r = fb / fc, t = fa / fc;
                p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
                q = (t - 1) * (r - 1) * (s - 1);
            }
            if (p > 0)
                q = -q;
            else
                p = -p;
            if (2 * p < fmin(3 * half * q - fabs(tolerance * q), fabs(before * q))) {
                before = step;
                step = p / q;
            } else {
                before = step = half;
            }
        }
        a = b;
        fa = fb;
        b += fabs(step) > tolerance ? step : half > 0 ? tolerance : -tolerance;
        fb = f(b, ctx);
    }
    return b;
}
