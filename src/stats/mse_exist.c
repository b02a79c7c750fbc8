/* Does the extended maximum likelihood estimate exist, and is every term identified? */
#include "base/err.h"
#include "base/mem.h"
#include "stats/mse_fit.h"

#include <glpk.h>
#include <math.h>

/* The finite terms and the kept cells of a model on given counts. */
struct design {
    int terms, cells;
    uint32_t *term, *cell;
    double *statistic;
};

static void design_make(struct design *d, const double *count, const struct mse_model *m,
                        struct arena *a)
{
    size_t n = mse_cells(m->lists);
    double *sum = arena_array(a, n, sizeof *sum);
    memcpy(sum, count, n * sizeof *sum);
    mse_sum_over_supersets(sum, m->lists);
    uint32_t *dropped = arena_array(a, (size_t)m->terms, sizeof *dropped);
    int drops = 0;
    d->term = arena_array(a, (size_t)m->terms, sizeof *d->term);
    d->statistic = arena_array(a, (size_t)m->terms, sizeof *d->statistic);
    d->cell = arena_array(a, n, sizeof *d->cell);
    d->terms = d->cells = 0;
    for (int j = 0; j < m->terms; j++)
        if (sum[m->term[j]] > 0) {
            d->statistic[d->terms] = sum[m->term[j]];
            d->term[d->terms++] = m->term[j];
        } else {
            dropped[drops++] = m->term[j];
        }
    mse_mask_order(m->lists, d->cell); /* small cells first: they reach full rank soonest */
    for (size_t k = 0; k + 1 < n; k++) {
        bool keep = true;
        for (int j = 0; j < drops && keep; j++)
            keep = (d->cell[k] & dropped[j]) != dropped[j];
        if (keep)
            d->cell[d->cells++] = d->cell[k];
    }
}

#define PRIME ((uint64_t)0x1fffffffffffffff) /* 2^61 - 1 */

static uint64_t times(uint64_t a, uint64_t b)
{
    __uint128_t p = (__uint128_t)a * b;
    uint64_t r = (uint64_t)(p & PRIME) + (uint64_t)(p >> 61);
    return r >= PRIME ? r - PRIME : r;
}

static uint64_t inverse(uint64_t a)
{
    uint64_t r = 1, base = a;
    for (uint64_t e = PRIME - 2; e; e >>= 1) {
        if (e & 1)
            r = times(r, base);
        base = times(base, base);
    }
    return r;
}

/* Rank of the 0/1 design over the field of 2^61 - 1 elements, adding one cell at a time. It is
 * never above the rational rank; it is equal when a maximal minor that is not zero is not a
 * multiple of the prime, which Hadamard's bound (n + 1)^((n + 1) / 2) / 2^n < 2^61 guarantees up to
 * 36 terms. */
static int exact_rank(const struct design *d, struct arena *a)
{
    size_t p = (size_t)d->terms;
    uint64_t *row = arena_array(a, p * p, sizeof *row); /* reduced rows, by leading column */
    bool *have = arena_array(a, p, sizeof *have);
    uint64_t *x = arena_array(a, p, sizeof *x);
    int rank = 0;
    for (int c = 0; c < d->cells && rank < d->terms; c++) {
        for (size_t j = 0; j < p; j++)
            x[j] = (d->cell[c] & d->term[j]) == d->term[j];
        for (size_t j = 0; j < p; j++) {
            if (x[j] == 0)
                continue;
            if (!have[j]) {
                uint64_t inv = inverse(x[j]);
                for (size_t k = j; k < p; k++)
                    row[j * p + k] = times(x[k], inv);
                have[j] = true;
                rank++;
                break;
            }
            uint64_t f = PRIME - x[j];
            for (size_t k = j; k < p; k++) {
                uint64_t v = x[k] + times(f, row[j * p + k]);
                x[k] = v >= PRIME ? v - PRIME : v;
            }
        }
    }
    return rank;
}

/* max s with A (u + s 1) = t, u >= 0, s >= 0; statistics scaled to at most 1. Below 1e-7, where the
 * tolerances of floating-point simplex begin, exact simplex decides. */
static double solve_program(const struct design *d, struct arena *a)
{
    double scale = 1e-300;
    for (int j = 0; j < d->terms; j++)
        scale = fmax(scale, d->statistic[j]);
    scale = exp2(ceil(log2(scale))); /* a power of two: whole numbers stay exact */
    glp_term_out(GLP_OFF);
    glp_prob *lp = glp_create_prob();
    glp_set_obj_dir(lp, GLP_MAX);
    glp_add_rows(lp, d->terms);
    glp_add_cols(lp, d->cells + 1);
    int *index = arena_array(a, (size_t)d->terms + 1, sizeof *index);
    double *value = arena_array(a, (size_t)d->terms + 1, sizeof *value);
    double *in_all = arena_array(a, (size_t)d->terms + 1, sizeof *in_all);
    for (int j = 0; j < d->terms; j++)
        glp_set_row_bnds(lp, j + 1, GLP_FX, d->statistic[j] / scale, d->statistic[j] / scale);
    for (int c = 0; c < d->cells; c++) {
        int n = 0;
        for (int j = 0; j < d->terms; j++)
            if ((d->cell[c] & d->term[j]) == d->term[j]) {
                index[++n] = j + 1;
                value[n] = 1;
                in_all[j + 1]++;
            }
        glp_set_mat_col(lp, c + 1, n, index, value);
        glp_set_col_bnds(lp, c + 1, GLP_LO, 0, 0);
    }
    for (int j = 1; j <= d->terms; j++)
        index[j] = j;
    glp_set_mat_col(lp, d->cells + 1, d->terms, index, in_all);
    glp_set_col_bnds(lp, d->cells + 1, GLP_LO, 0, 0);
    glp_set_obj_coef(lp, d->cells + 1, 1);
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    int fail = glp_simplex(lp, &control);
    double s = glp_get_obj_val(lp);
    if (fail || glp_get_status(lp) != GLP_OPT || s < 1e-7) {
        fail = glp_exact(lp, &control); /* rational arithmetic from the basis reached */
        s = glp_get_obj_val(lp);
        if (fail || glp_get_status(lp) != GLP_OPT || s < 1e-14)
            s = 0; /* the program always has the observed table as a solution: only a breakdown */
    }
    glp_delete_prob(lp);
    glp_free_env(); /* GLPK keeps one per thread, which nobody else would free */
    return s * scale;
}

void mse_existence(const double *count, const struct mse_model *m, double *lp_objective,
                   int *rank_deficiency)
{
    struct arena a = ARENA_EMPTY;
    struct design d;
    design_make(&d, count, m, &a);
    if (rank_deficiency)
        *rank_deficiency = d.terms - exact_rank(&d, &a);
    if (lp_objective)
        *lp_objective = solve_program(&d, &a);
    arena_free(&a);
}
