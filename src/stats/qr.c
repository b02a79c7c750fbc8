#include "stats/qr.h"

#include "base/err.h"

#include <math.h>

static double column_norm(const double *v, size_t from, size_t rows)
{
    double scale = 0, sum = 0;
    for (size_t i = from; i < rows; i++)
        scale = fmax(scale, fabs(v[i]));
    if (scale == 0 || !isfinite(scale))
        return scale;
    for (size_t i = from; i < rows; i++)
        sum += (v[i] / scale) * (v[i] / scale);
    return scale * sqrt(sum);
}

/* Applies the reflector in column k of a to v. */
static void reflect(const struct qr *q, int k, double *v)
{
    const double *h = q->a + (size_t)k * q->rows;
    double dot = v[k];
    for (size_t i = (size_t)k + 1; i < q->rows; i++)
        dot += h[i] * v[i];
    dot *= q->tau[k];
    v[k] -= dot;
    for (size_t i = (size_t)k + 1; i < q->rows; i++)
        v[i] -= dot * h[i];
}

static void swap_columns(struct qr *q, int a, int b)
{
    double *x = q->a + (size_t)a * q->rows, *y = q->a + (size_t)b * q->rows;
    for (size_t i = 0; i < q->rows; i++) {
        double t = x[i];
        x[i] = y[i];
        y[i] = t;
    }
    int p = q->pivot[a];
    q->pivot[a] = q->pivot[b];
    q->pivot[b] = p;
}

void qr_factor(struct qr *q, double tolerance)
{
    double first[QR_COLUMNS_MAX] = {0};
    if (q->columns > QR_COLUMNS_MAX)
        BUG("%d columns", q->columns);
    for (int j = 0; j < q->columns; j++) {
        q->pivot[j] = j;
        q->tau[j] = 0;
        first[j] = column_norm(q->a + (size_t)j * q->rows, 0, q->rows);
    }
    q->rank = 0;
    for (int k = 0; k < q->columns && (size_t)k < q->rows; k++) {
        int best = -1;
        double best_share = tolerance;
        for (int j = k; j < q->columns && !(q->in_order && best >= 0); j++) {
            double whole = first[q->pivot[j]];
            double share = column_norm(q->a + (size_t)j * q->rows, (size_t)k, q->rows) / whole;
            if (whole > 0 && share > best_share) {
                best_share = share;
                best = j;
            }
        }
        if (best < 0)
            break;
        if (best != k)
            swap_columns(q, k, best);
        double *h = q->a + (size_t)k * q->rows;
        double norm = column_norm(h, (size_t)k, q->rows);
        double alpha = h[k] > 0 ? -norm : norm, v0 = h[k] - alpha;
        for (size_t i = (size_t)k + 1; i < q->rows; i++)
            h[i] /= v0;
        q->tau[k] = -v0 / alpha;
        h[k] = alpha;
        for (int j = k + 1; j < q->columns; j++)
            reflect(q, k, q->a + (size_t)j * q->rows);
        q->rank = k + 1;
    }
}

void qr_solve(const struct qr *q, double *b, double *x)
{
    for (int k = 0; k < q->rank; k++)
        reflect(q, k, b);
    for (int j = 0; j < q->columns; j++)
        x[j] = 0;
    for (int k = q->rank - 1; k >= 0; k--) {
        double v = b[k];
        for (int j = k + 1; j < q->rank; j++)
            v -= q->a[(size_t)j * q->rows + (size_t)k] * x[q->pivot[j]];
        x[q->pivot[k]] = v / q->a[(size_t)k * q->rows + (size_t)k];
    }
}

void qr_inverse_gram(const struct qr *q, double *out, double *work)
{
    int n = q->columns, r = q->rank;
    for (int j = 0; j < r; j++)
        for (int k = r - 1; k >= 0; k--) { /* column j of R^-1 */
            double v = k == j;
            for (int m = k + 1; m < r; m++)
                v -= q->a[(size_t)m * q->rows + (size_t)k] * work[m * n + j];
            work[k * n + j] = v / q->a[(size_t)k * q->rows + (size_t)k];
        }
    for (int i = 0; i < n * n; i++)
        out[i] = NAN;
    for (int i = 0; i < r; i++)
        for (int j = 0; j < r; j++) {
            double v = 0;
            for (int m = i > j ? i : j; m < r; m++)
                v += work[i * n + m] * work[j * n + m];
            out[q->pivot[i] * n + q->pivot[j]] = v;
        }
}
