#include "stats/mse_closedp.h"

#include "stats/glm_poisson.h"
#include "stats/mse_fit.h"
#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

enum unlike { NO_COLUMN, CHAO, POISSON2, DARROCH, GAMMA35 }; /* how people differ */

struct closed_model {
    const char *name, *bc_name;
    bool by_list; /* Mt, Mth: one effect per list; else one for all */
    enum unlike unlike;
};

static const struct closed_model closed_models[] = {
    {"M0", "M0", false, NO_COLUMN},
    {"Mt", "Mt", true, NO_COLUMN},
    {"Mh Chao (LB)", "Mh Chao", false, CHAO},
    {"Mh Poisson2", "Mh Poisson2", false, POISSON2},
    {"Mh Darroch", "Mh Darroch", false, DARROCH},
    {"Mh Gamma3.5", NULL, false, GAMMA35},
    {"Mth Chao (LB)", "Mth Chao", true, CHAO},
    {"Mth Poisson2", "Mth Poisson2", true, POISSON2},
    {"Mth Darroch", "Mth Darroch", true, DARROCH},
    {"Mth Gamma3.5", NULL, true, GAMMA35},
};
#define CLOSED_MODELS (int)(sizeof closed_models / sizeof *closed_models)

/* A regression with room for the cell of nobody's list as its last row. */
struct regression {
    struct glm_poisson g;
    struct arena a;
    double *x, *y, *offset;
    int base; /* columns before those of CHAO: intercept and list effects */
};

static double column_value(enum unlike u, double k)
{
    switch (u) {
    case POISSON2:
        return exp2(k) - 1;
    case DARROCH:
        return k * k / 2;
    case GAMMA35:
        return log(3.5) - log(3.5 + k);
    case NO_COLUMN:
    case CHAO:
        break;
    }
    return 0;
}

static int extra_columns(enum unlike u, int lists)
{
    return u == NO_COLUMN ? 0 : u == CHAO ? lists - 2 : 1;
}

/* Puts one row: the lists as a mask, or only how many when the model has one effect for all. */
static void fill_row(struct regression *r, const struct closed_model *m, int lists, size_t row,
                     uint32_t mask, int k)
{
    size_t rows = r->g.rows;
    int c = 0;
    r->x[row] = 1;
    c++;
    if (m->by_list)
        for (int i = 0; i < lists; i++)
            r->x[(size_t)c++ * rows + row] = mask >> i & 1;
    else
        r->x[(size_t)c++ * rows + row] = k;
    if (m->unlike == CHAO)
        for (int j = 3; j <= lists; j++)
            r->x[(size_t)c++ * rows + row] = k - j + 1 > 0 ? k - j + 1 : 0;
    else if (m->unlike != NO_COLUMN)
        r->x[(size_t)c++ * rows + row] = column_value(m->unlike, k);
}

static void regression_new(struct regression *r, const struct closed_model *m, int lists,
                           size_t rows)
{
    *r = (struct regression){.a = ARENA_EMPTY};
    r->base = 1 + (m->by_list ? lists : 1);
    r->g.rows = rows;
    r->g.columns = r->base + extra_columns(m->unlike, lists);
    size_t p = (size_t)r->g.columns;
    r->g.x = r->x = arena_array(&r->a, rows * p, sizeof(double));
    r->g.y = r->y = arena_array(&r->a, rows, sizeof(double));
    r->g.mu = arena_array(&r->a, rows, sizeof(double));
    r->g.beta = arena_array(&r->a, p, sizeof(double));
    r->g.covariance = arena_array(&r->a, p * p, sizeof(double));
}

/* One row per capture history, in mask order, and nobody's cell when `with_nobody`. */
static void regression_by_history(struct regression *r, const struct closed_model *m,
                                  const struct mse_table *t, bool with_nobody)
{
    size_t rows = mse_cells(t->lists) - !with_nobody;
    regression_new(r, m, t->lists, rows);
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        fill_row(r, m, t->lists, c - 1, (uint32_t)c, __builtin_popcount((unsigned)c));
        r->y[c - 1] = t->count[c];
    }
    if (with_nobody)
        fill_row(r, m, t->lists, rows - 1, 0, 0);
}

/* One row per number of lists, with the number of histories as offset (models without list
 * effects). */
static void regression_by_number(struct regression *r, const struct closed_model *m,
                                 const struct mse_table *t)
{
    regression_new(r, m, t->lists, (size_t)t->lists);
    r->g.offset = r->offset = arena_array(&r->a, r->g.rows, sizeof(double));
    for (int k = 1; k <= t->lists; k++) {
        fill_row(r, m, t->lists, (size_t)k - 1, 0, k);
        r->offset[k - 1] = log(choose(t->lists, k));
    }
    for (size_t c = 1; c < mse_cells(t->lists); c++)
        r->y[__builtin_popcount((unsigned)c) - 1] += t->count[c];
}

static void drop_column(struct regression *r, int column)
{
    size_t rows = r->g.rows;
    memmove(r->x + (size_t)column * rows, r->x + ((size_t)column + 1) * rows,
            (size_t)(r->g.columns - column - 1) * rows * sizeof *r->x);
    r->g.columns--;
}

/* Fits; Chao's eta that come out negative are set to zero one by one, the first one first. Returns
 * the number of fits that did not converge. */
static int fit(struct regression *r, enum unlike u)
{
    glm_poisson_fit(&r->g);
    int bad = !r->g.converged;
    while (u == CHAO) {
        int c = r->base;
        while (c < r->g.columns && !(r->g.beta[c] < 0))
            c++;
        if (c == r->g.columns)
            break;
        drop_column(r, c);
        glm_poisson_fit(&r->g);
        bad += !r->g.converged;
    }
    return bad;
}

static void abundance(const struct regression *r, double n, struct mse_closedp *row)
{
    double dark = exp(r->g.beta[0]);
    row->N = n + dark;
    row->stderr_ = sqrt(dark + dark * dark * r->g.covariance[0]);
}

static struct mse_closedp empty_row(const char *func, const char *model)
{
    return (struct mse_closedp){func, model, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

static struct mse_closedp plain(const struct mse_table *t, const struct closed_model *m)
{
    struct mse_closedp row = empty_row("closedp.t", m->name);
    struct regression r;
    regression_by_history(&r, m, t, false);
    int bad = fit(&r, m->unlike);
    abundance(&r, t->total, &row);
    row.deviance = r.g.deviance;
    row.df = (double)r.g.rows - r.g.rank;
    row.AIC = -2 * r.g.loglik + 2 * r.g.rank;
    row.BIC = -2 * r.g.loglik + log(t->total) * r.g.rank;
    double bias = glm_poisson_bias(&r.g);
    row.infofit = bad || fabs(bias) > 0.1 * row.N ? 1 : r.g.rank < r.g.columns ? 2 : 0;
    arena_free(&r.a);
    return row;
}

/* Amounts added to the counts of people on 1, 2 and 3 lists (each history for models with list
 * effects, else their sum): Rivest & Levesque 2001. */
static void bias_correction(const struct closed_model *m, int lists, double *delta)
{
    double t = lists;
    if (m->unlike == NO_COLUMN) {
        delta[0] = -0.5, delta[1] = 1, delta[2] = 0;
    } else if (!m->by_list) {
        double h1 = column_value(m->unlike, 1), h2 = column_value(m->unlike, 2),
               h3 = column_value(m->unlike, 3);
        double c = (h2 - 2 * h1) / (h3 - 2 * h2 + h1);
        delta[0] = -(1 + c) / 2, delta[1] = 1 + c, delta[2] = (1 - c) / 2;
    } else if (m->unlike == CHAO) {
        delta[0] = (t - 2) / (2 * t), delta[1] = 2 / (t * (t - 1)), delta[2] = 0;
    } else if (m->unlike == POISSON2) {
        delta[0] = (2 * t - 5) / (4 * t), delta[1] = 3 / (t * (t - 1));
        delta[2] = 3 / (2 * t * (t - 1) * (t - 2));
    } else {
        delta[0] = (t - 3) / (2 * t), delta[1] = 4 / (t * (t - 1)), delta[2] = 0;
    }
}

struct seber {
    int lists;
    double n, on[MSE_LISTS_MAX];
};

/* Seber (1982), equation 4.1: prod (1 - n_i / N) = 1 - n / N. */
static double seber_equation(double N, const void *ctx)
{
    const struct seber *s = ctx;
    double p = 1;
    for (int i = 0; i < s->lists; i++)
        p *= 1 - s->on[i] / N;
    return p - (1 - s->n / N);
}

/* Brent's zeroin (1973) stopped where Rcapture stops it, at R's default tolerance (machine epsilon
 * to the power 1/4), so that the answer can be laid beside the package's. NAN without a change of
 * sign.
 */
static double zeroin(const struct seber *s, double a, double b)
{
    double fa = seber_equation(a, s), fb = seber_equation(b, s), c = a, fc = fa;
    double tolerance = pow(2.220446049250313e-16, 0.25);
    if (fa == 0)
        return a;
    if (fb == 0)
        return b;
    if ((fa > 0) == (fb > 0))
        return NAN;
    for (int turn = 0; turn < 1000; turn++) {
        double before = b - a;
        if (fabs(fc) < fabs(fb)) {
            a = b, b = c, c = a;
            fa = fb, fb = fc, fc = fa;
        }
        double enough = 2 * 2.220446049250313e-16 * fabs(b) + tolerance / 2, next = (c - b) / 2;
        if (fabs(next) <= enough || fb == 0)
            break;
        if (fabs(before) >= enough && fabs(fa) > fabs(fb)) {
            double cb = c - b, p, q;
            if (a == c) {
                double t1 = fb / fa;
                p = cb * t1;
                q = 1 - t1;
            } else {
                double r = fa / fc, t1 = fb / fc, t2 = fb / fa;
                p = t2 * (cb * r * (r - t1) - (b - a) * (t1 - 1));
                q = (r - 1) * (t1 - 1) * (t2 - 1);
            }
            if (p > 0)
                q = -q;
            else
                p = -p;
            if (p < 0.75 * cb * q - fabs(enough * q) / 2 && p < fabs(before * q / 2))
                next = p / q;
        }
        if (fabs(next) < enough)
            next = next > 0 ? enough : -enough;
        a = b, fa = fb;
        b += next, fb = seber_equation(b, s);
        if ((fb > 0) == (fc > 0))
            c = a, fc = fa;
    }
    return b;
}

/* Mt without regression: Chapman for two lists, else Seber's equation on corrected counts. */
static void corrected_mt(const struct mse_table *t, struct mse_closedp *row)
{
    struct seber s = {.lists = t->lists, .n = t->total};
    for (size_t c = 1; c < mse_cells(t->lists); c++)
        for (int i = 0; i < t->lists; i++)
            s.on[i] += (c >> i & 1) ? t->count[c] : 0;
    double lists = t->lists;
    if (t->lists == 2) {
        double n1 = s.on[0], n2 = s.on[1], m = n1 + n2 - t->total;
        row->N = (n1 + 1) * (n2 + 1) / (m + 1) - 1;
        row->stderr_ =
            sqrt((n1 + 1) * (n2 + 1) * (n1 - m) * (n2 - m) / ((m + 2) * (m + 1) * (m + 1)));
        return;
    }
    struct regression r;
    regression_by_number(&r, &closed_models[0], t);
    fit(&r, NO_COLUMN);
    double preliminary = t->total + exp(r.g.beta[0]);
    arena_free(&r.a);
    for (int i = 0; i < t->lists; i++)
        s.on[i] += (lists + 2) / (2 * lists);
    s.n += lists / 2;
    double N = zeroin(&s, t->total, 2 * preliminary), sum = 0;
    for (int i = 0; i < t->lists; i++)
        sum += 1 / (N - s.on[i]);
    row->N = N - lists / 2;
    row->stderr_ = sqrt(1 / (1 / (N - s.n) + (lists - 1) / N - sum));
}

/* Mh Chao in closed form. */
static void corrected_chao(const struct mse_table *t, struct mse_closedp *row)
{
    double f1 = 0, f2 = 0, k = (t->lists - 1.0) / t->lists;
    for (size_t c = 1; c < mse_cells(t->lists); c++) {
        f1 += __builtin_popcount((unsigned)c) == 1 ? t->count[c] : 0;
        f2 += __builtin_popcount((unsigned)c) == 2 ? t->count[c] : 0;
    }
    double unseen = k * f1 * (f1 - 1) / (2 * (f2 + 1));
    row->N = t->total + unseen;
    row->stderr_ =
        sqrt(unseen + k * k * f1 * (f1 - 1) * (f1 * f1 + 4 * f1 * f2 + 3 * f1 - 6 * f2 - 6) /
                          (4 * (f2 + 1) * (f2 + 1) * (f2 + 2)));
}

static struct mse_closedp corrected(const struct mse_table *t, const struct closed_model *m)
{
    struct mse_closedp row = empty_row("closedp.bc", m->bc_name);
    if (m->by_list && m->unlike == NO_COLUMN) {
        corrected_mt(t, &row);
        return row;
    }
    if (!m->by_list && m->unlike == CHAO) {
        corrected_chao(t, &row);
        return row;
    }
    struct regression r;
    double delta[3];
    bias_correction(m, t->lists, delta);
    if (m->by_list) {
        regression_by_history(&r, m, t, false);
        for (size_t c = 1; c < mse_cells(t->lists); c++) {
            int k = __builtin_popcount((unsigned)c);
            if (k <= 3)
                r.y[c - 1] = fmax(0, r.y[c - 1] + delta[k - 1]);
        }
    } else {
        regression_by_number(&r, m, t);
        for (int k = 1; k <= 3 && k <= t->lists; k++)
            r.y[k - 1] = fmax(0, r.y[k - 1] + delta[k - 1]);
    }
    fit(&r, m->unlike);
    abundance(&r, t->total, &row);
    arena_free(&r.a);
    return row;
}

/* Log-likelihood of N as closedpCI.t takes it: - deviance / 2 with Cormack's (1992) term. */
struct likelihood {
    double n, target;
    double (*deviance)(void *ctx, double nobody);
    void *ctx;
};

static double likelihood_at(const struct likelihood *l, double N)
{
    double n0 = N - l->n, ct;
    if (N > 100)
        ct = n0 == 0 || n0 == 1 ? -N + 0.5 * log(2 * M_PI * N) : n0 - N - 0.5 * log(n0 / N);
    else
        ct = (n0 > 0 ? n0 * log(n0) : 0) + lgammafn(N + 1) - N * log(N) - lgammafn(n0 + 1);
    return -0.5 * (l->deviance(l->ctx, n0) - 2 * ct);
}

static double likelihood_excess(double N, const void *ctx)
{
    const struct likelihood *l = ctx;
    return likelihood_at(l, N) - l->target;
}

/* Golden section for the maximum on (lo, hi). */
static double likelihood_peak(const struct likelihood *l, double lo, double hi)
{
    const double g = 0.6180339887498949;
    double x1 = hi - g * (hi - lo), x2 = lo + g * (hi - lo);
    double f1 = likelihood_at(l, x1), f2 = likelihood_at(l, x2);
    while (hi - lo > 1e-8 * hi) {
        if (f1 < f2) {
            lo = x1, x1 = x2, f1 = f2;
            x2 = lo + g * (hi - lo), f2 = likelihood_at(l, x2);
        } else {
            hi = x2, x2 = x1, f2 = f1;
            x1 = hi - g * (hi - lo), f1 = likelihood_at(l, x1);
        }
    }
    return (lo + hi) / 2;
}

static void likelihood_interval(struct likelihood *l, double N_poisson, double alpha, double *N,
                                double *lo, double *hi)
{
    *N = likelihood_peak(l, l->n, 1.5 * N_poisson);
    l->target = likelihood_at(l, *N) - qchisq(1 - alpha, 1, 1, 0) / 2;
    *lo = likelihood_excess(l->n, l) >= 0 ? l->n : num_root(likelihood_excess, l, l->n, *N);
    *hi = num_root(likelihood_excess, l, *N, fmax(3 * N_poisson, *N)); /* NAN beyond 3 N */
}

struct history_deviance {
    const struct mse_table *t;
    const struct closed_model *m;
};

static double deviance_by_history(void *ctx, double nobody)
{
    struct history_deviance *h = ctx;
    struct regression r;
    regression_by_history(&r, h->m, h->t, true);
    r.y[r.g.rows - 1] = nobody;
    fit(&r, h->m->unlike);
    double d = r.g.deviance;
    arena_free(&r.a);
    return d;
}

static struct mse_closedp profiled(const struct mse_table *t, const struct closed_model *m,
                                   double N_poisson)
{
    struct mse_closedp row = empty_row("closedpCI.t multinomial profile", m->bc_name);
    struct history_deviance h = {t, m};
    struct likelihood l = {t->total, 0, deviance_by_history, &h};
    if (isfinite(N_poisson))
        likelihood_interval(&l, N_poisson, 0.05, &row.N, &row.lo95, &row.hi95);
    return row;
}

int mse_closedp(const struct mse_table *t, struct mse_closedp *rows)
{
    int n = 0, last = t->lists == 2 ? 2 : CLOSED_MODELS;
    if (t->lists > MSE_CLOSEDP_LISTS)
        BUG("%d lists", t->lists);
    for (int i = 0; i < last; i++)
        rows[n++] = plain(t, &closed_models[i]);
    for (int i = 0; i < last; i++)
        if (closed_models[i].bc_name)
            rows[n++] = corrected(t, &closed_models[i]);
    for (int i = 0; i < last; i++)
        if (closed_models[i].unlike == NO_COLUMN || closed_models[i].unlike == CHAO)
            rows[n++] = profiled(t, &closed_models[i], rows[i].N);
    return n;
}

struct model_deviance {
    struct mse_work *w;
    const struct mse_table *t;
    const struct mse_model *m;
};

static double deviance_of_model(void *ctx, double nobody)
{
    struct model_deviance *d = ctx;
    struct mse_quick q;
    mse_work_data_full(d->w, d->t->count, nobody);
    mse_work_fit_known(d->w, d->m, true, &q);
    return q.deviance + 2 * (nobody > 0 ? nobody * log(nobody) - nobody : 0);
}

bool mse_closedp_interval(const struct mse_table *t, const struct mse_model *m, double alpha,
                          double *N, double *lo, double *hi)
{
    struct mse_work *w = mse_work_new(t->lists);
    struct mse_quick q;
    mse_work_data(w, t->count);
    mse_work_fit(w, m, false, &q);
    bool ok = q.status == 0;
    *N = *lo = *hi = NAN;
    if (ok) {
        struct model_deviance d = {w, t, m};
        struct likelihood l = {t->total, 0, deviance_of_model, &d};
        likelihood_interval(&l, q.N, alpha, N, lo, hi);
    }
    mse_work_free(w);
    return ok;
}
