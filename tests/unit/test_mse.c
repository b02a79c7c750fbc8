/* Multiple systems estimation from inside: what the command line does not show. */
#include "base/rng.h"
#include "stats/mse.h"
#include "stats/mse_draw.h"
#include "stats/numeric.h"
#include "stats/pool_draws.h"
#include "stats/qr.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define CLOSE(got, want, tolerance)                                                                \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (tolerance)*fmax(1e-300, fabs(want_))))                        \
            fail_msg("%s: got %.17g, wanted %.17g", #got, got_, want_);                            \
    } while (0)

static void make_table(struct mse_table *t, int lists, const double *count, struct arena *a)
{
    static const char *const letter[] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    struct str name[8];
    struct err e = {0};
    uint8_t seen[32] = {0};
    for (int i = 0; i < lists; i++)
        name[i] = str_of(letter[i]);
    assert_int_equal(mse_table_new(t, lists, name, a, &e), ST_OK);
    for (uint32_t c = 1; c < mse_cells(lists); c++)
        assert_int_equal(mse_table_add(t, c, count[c], seen, &e), ST_OK);
    assert_int_equal(mse_table_close(t, &e), ST_OK);
}

/* Made counts: some cells empty, seeded. */
static void draw_counts(uint64_t seed, int lists, double mean, double *count)
{
    struct rng r = rng_stream(seed, 0);
    count[0] = 0;
    for (uint32_t c = 1; c < mse_cells(lists); c++) {
        double scale = mean / pow(6, __builtin_popcount(c) - 1);
        count[c] = floor(scale * rng_exponential(&r));
    }
    for (int i = 0; i < lists; i++)
        count[1u << i] += 3;
}

static void test_lattice_sums_are_sums_over_sets(void **state)
{
    double v[32], up[32], down[32];
    struct rng r = rng_stream(4, 0);
    for (int i = 0; i < 32; i++)
        up[i] = down[i] = v[i] = (double)rng_below(&r, 1000);
    mse_sum_over_supersets(up, 5);
    mse_sum_over_subsets(down, 5);
    for (uint32_t s = 0; s < 32; s++) {
        double over = 0, under = 0;
        for (uint32_t c = 0; c < 32; c++) {
            over += (c & s) == s ? v[c] : 0;
            under += (c & s) == c ? v[c] : 0;
        }
        assert_true(up[s] == over);
        assert_true(down[s] == under);
    }
}

static void test_people_are_counted_into_a_table(void **state)
{
    const struct str names[3] = {str_of("police"), str_of("ngo"), str_of("council")};
    const uint32_t people[] = {1, 2, 3, 3, 4, 1, 7, 2}, wrong[] = {1, 0}, beyond[] = {8};
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    struct err e = {0};
    assert_int_equal(mse_table_of_people(&t, 3, names, people, 8, &a, &e), ST_OK);
    assert_true(t.total == 8 && t.whole && t.count[3] == 2 && t.count[7] == 1 && t.count[6] == 0);
    assert_int_equal(mse_table_of_people(&t, 3, names, wrong, 2, &a, &e), ST_DATA);
    assert_int_equal(mse_table_of_people(&t, 3, names, beyond, 1, &a, &e), ST_DATA);
    arena_free(&a);
}

static void test_order_is_that_of_the_tables(void **state)
{
    static const uint32_t want[] = {1, 2, 4, 3, 5, 6, 7};
    uint32_t order[7], pair[3];
    mse_mask_order(3, order);
    assert_memory_equal(order, want, sizeof want);
    mse_pair_masks(3, pair);
    assert_int_equal(pair[0], 3);
    assert_int_equal(pair[1], 5);
    assert_int_equal(pair[2], 6);
}

static void test_models_are_read_and_written(void **state)
{
    struct arena a = ARENA_EMPTY;
    double count[16];
    struct mse_table t;
    struct mse_model m;
    struct err e = {0};
    draw_counts(1, 4, 50, count);
    make_table(&t, 4, count, &a);
    assert_int_equal(mse_model_parse(&m, &t, " C:D +A:B:C ", &e), ST_OK);
    assert_int_equal(m.terms, 1 + 4 + 4 + 1); /* AB AC BC CD; ABC */
    struct buf b = BUF_EMPTY;
    mse_model_name(&b, &t, &m, " + ");
    assert_string_equal(b.p, "C:D + A:B:C");
    buf_clear(&b);
    mse_model_bracket(&b, &m);
    assert_string_equal(b.p, "[123,34]");
    uint64_t bits;
    assert_int_equal(mse_model_pair_bits(&m, &bits), -1);
    mse_model_of_pairs(&m, 4, 0x21);
    assert_int_equal(mse_model_pair_bits(&m, &bits), 0);
    assert_int_equal(bits, 0x21);
    buf_clear(&b);
    mse_model_bracket(&b, &m);
    assert_string_equal(b.p, "[12,34]");
    assert_int_equal(mse_model_parse(&m, &t, "A:", &e), ST_DATA);
    assert_int_equal(mse_model_parse(&m, &t, "[123,34]", &e), ST_OK);
    buf_clear(&b);
    mse_model_name(&b, &t, &m, " + ");
    assert_string_equal(b.p, "C:D + A:B:C");
    assert_int_equal(mse_model_parse(&m, &t, "[12,5]", &e), ST_DATA);
    assert_int_equal(mse_model_parse(&m, &t, "[12", &e), ST_DATA);
    assert_int_equal(mse_model_parse(&m, &t, "[1,2,3,4]", &e), ST_OK);
    assert_int_equal(m.terms, 5);
    buf_free(&b);
    arena_free(&a);
}

/* The likelihood equations: fitted and observed margins of every finite term agree. */
static void test_fits_meet_the_likelihood_equations(void **state)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct arena a = ARENA_EMPTY;
        double count[32], fitted[32], observed[32];
        struct mse_table t;
        struct mse_model m;
        struct mse_fixed f;
        draw_counts(seed, 5, seed % 3 ? 40 : 4000, count);
        make_table(&t, 5, count, &a);
        mse_model_of_pairs(&m, 5, seed * 37 % 1024);
        mse_fit_model(&t, &m, &a, &f);
        if (f.status == 0) {
            fitted[0] = 0;
            for (int c = 1; c < 32; c++)
                fitted[c] = isnan(f.fitted[c]) ? 0 : f.fitted[c];
            memcpy(observed, t.count, sizeof observed);
            mse_sum_over_supersets(fitted, 5);
            mse_sum_over_supersets(observed, 5);
            for (int j = 0; j < m.terms; j++)
                assert_true(fabs(fitted[m.term[j]] - observed[m.term[j]]) < 1e-8 * t.total);
            CLOSE(f.N, t.total + exp(f.estimate[0]), 1e-13);
        }
        arena_free(&a);
    }
}

/* The fast engine, warm or cold, and the named-model one agree; status by certificate agrees with
 * rank and linear program. */
static void test_engines_agree(void **state)
{
    int exist = 0, fail = 0;
    for (uint64_t seed = 100; seed < 140; seed++) {
        struct arena a = ARENA_EMPTY;
        double count[16];
        struct mse_table t;
        draw_counts(seed, 4, seed % 2 ? 6 : 60, count);
        make_table(&t, 4, count, &a);
        struct mse_all_pairs all;
        mse_all_pairs_fit(&t, 1, &all);
        for (uint64_t bits = 0; bits < 64; bits += 7) {
            struct mse_model m;
            struct mse_fixed f;
            double lp;
            int deficiency;
            mse_model_of_pairs(&m, 4, bits);
            mse_fit_model(&t, &m, &a, &f);
            mse_existence(t.count, &m, &lp, &deficiency);
            int status = (lp <= 0 ? MSE_NO_ESTIMATE : 0) | (deficiency ? MSE_NOT_IDENTIFIED : 0);
            assert_int_equal(f.status, status);
            assert_int_equal(all.fit[bits].status, status);
            exist += status == 0;
            fail += status != 0;
            if (status == 0) {
                CLOSE(all.fit[bits].N, f.N, 1e-9);
                CLOSE(all.fit[bits].se_log_dark, f.se_log_dark, 1e-8);
                CLOSE(all.fit[bits].BIC, f.BIC, 1e-9);
            }
        }
        mse_all_pairs_free(&all);
        arena_free(&a);
    }
    assert_true(exist > 100);
    assert_true(fail > 5);
}

static void test_threads_do_not_change_a_digit(void **state)
{
    struct arena a = ARENA_EMPTY;
    double count[32];
    struct mse_table t;
    draw_counts(9, 5, 60, count);
    make_table(&t, 5, count, &a);
    struct mse_all_pairs one, three;
    mse_all_pairs_fit(&t, 1, &one);
    mse_all_pairs_fit(&t, 3, &three);
    for (size_t i = 0; i < one.models; i++)
        assert_memory_equal(&one.fit[i].N, &three.fit[i].N, sizeof(double));
    mse_all_pairs_free(&one);
    mse_all_pairs_free(&three);
    struct mse_selector s = {.how = MSE_BY_STEPWISE, .threshold = 0.02};
    struct mse_boot x, y;
    mse_bootstrap(&t, &s, 50, 3, NULL, 1, NULL, &a, &x);
    mse_bootstrap(&t, &s, 50, 3, NULL, 3, NULL, &a, &y);
    assert_memory_equal(x.N, y.N, 50 * sizeof(double));
    struct mse_dga g, h;
    mse_dga(&t, 0.5, t.total + 30000, 1, NULL, &a, &g);
    mse_dga(&t, 0.5, t.total + 30000, 3, NULL, &a, &h);
    assert_memory_equal(&g.mean, &h.mean, sizeof g.mean);
    assert_memory_equal(g.pmf, h.pmf, g.points * sizeof(double));
    arena_free(&a);
}

/* Two lists, no edge or the edge: the posterior written out term by term. */
static void test_graphs_of_two_lists_by_hand(void **state)
{
    struct arena a = ARENA_EMPTY;
    const double count[4] = {0, 12, 9, 5}, delta = 0.7;
    struct mse_table t;
    make_table(&t, 2, count, &a);
    struct mse_dga d;
    mse_dga(&t, delta, 200, 1, NULL, &a, &d);
    assert_int_equal(d.n_graphs, 2);
    double apart = 0, joined = 0, mean = 0, top = NAN;
    for (int N = 26; N <= 200; N++) {
        double n0 = N - 26, common = lgamma(N + 1.0) - lgamma(n0 + 1) - lgamma(13) - lgamma(10) -
                                     lgamma(6) - log(N);
        double D = lgamma(4 * delta) - lgamma(N + 4 * delta);
        double l1 = D + lgamma(17 + 2 * delta) + lgamma(N - 17 + 2 * delta) - 2 * lgamma(2 * delta);
        double l2 = D + lgamma(14 + 2 * delta) + lgamma(N - 14 + 2 * delta) - 2 * lgamma(2 * delta);
        double l12 = D + lgamma(12 + delta) + lgamma(9 + delta) + lgamma(5 + delta) +
                     lgamma(n0 + delta) - 4 * lgamma(delta);
        top = isnan(top) ? common + l12 : top;
        double p = exp(common + l1 + l2 - top), q = exp(common + l12 - top);
        apart += p;
        joined += q;
        mean += N * (p + q);
    }
    double prob = d.graph[0].edges ? d.graph[0].post_prob : d.graph[1].post_prob;
    CLOSE(prob, joined / (apart + joined), 1e-10);
    CLOSE(d.mean, mean / (apart + joined), 1e-10);
    CLOSE(num_sum(d.pmf, d.points), 1, 1e-12);
    arena_free(&a);
}

static void test_decomposable_graphs_are_counted(void **state)
{
    static const int known[] = {2, 8, 61, 822}; /* OEIS A058862 */
    for (int lists = 2; lists <= 5; lists++) {
        struct arena a = ARENA_EMPTY;
        double count[32];
        struct mse_table t;
        struct mse_dga d;
        draw_counts(3, lists, 20, count);
        make_table(&t, lists, count, &a);
        mse_dga(&t, 1, t.total + 50, 1, NULL, &a, &d);
        assert_int_equal(d.n_graphs, known[lists - 2]);
        arena_free(&a);
    }
}

static void test_profile_is_stationary_and_limits_meet_chi_square(void **state)
{
    /* two lists, independence: the multinomial maximum is near n1 n2 / m; l at the limits is lower
     * by half of 3.8415 */
    struct arena a = ARENA_EMPTY;
    const double count[4] = {0, 60, 80, 40};
    struct mse_table t;
    struct mse_model m;
    struct mse_profile p;
    make_table(&t, 2, count, &a);
    mse_model_make(&m, 2, NULL, 0);
    mse_profile(&t, &m, &p);
    assert_true(p.ok);
    /* by hand: l(N) = lgamma(N+1) - lgamma(N-n+1) + terms of two binomials */
    double l[3], at[3] = {p.N_multinomial_mle, p.profile_lo95, p.profile_hi95};
    for (int i = 0; i < 3; i++) {
        double N = at[i], n1 = 100, n2 = 120;
        l[i] = lgamma(N + 1) - lgamma(N - 180 + 1) + n1 * log(n1 / N) + (N - n1) * log(1 - n1 / N) +
               n2 * log(n2 / N) + (N - n2) * log(1 - n2 / N);
    }
    CLOSE(l[0] - l[1], 3.841458820694124 / 2, 1e-6);
    CLOSE(l[0] - l[2], 3.841458820694124 / 2, 1e-6);
    CLOSE(l[0], p.max_loglik_kernel, 1e-10);
    arena_free(&a);
}

static void test_qr_solves_and_sees_dependence(void **state)
{
    double a[15], keep[15], b[5], x[3], tau[3], inverse[9], work[9];
    int pivot[3];
    struct rng r = rng_stream(8, 1);
    for (int i = 0; i < 15; i++)
        keep[i] = a[i] = rng_normal(&r);
    for (int i = 0; i < 5; i++)
        b[i] = 2 * a[i] - a[5 + i] + 0.5 * a[10 + i];
    struct qr q = {.rows = 5, .columns = 3, .a = a, .tau = tau, .pivot = pivot};
    qr_factor(&q, 1e-10);
    assert_int_equal(q.rank, 3);
    qr_solve(&q, b, x);
    CLOSE(x[0], 2, 1e-12);
    CLOSE(x[1], -1, 1e-12);
    CLOSE(x[2], 0.5, 1e-12);
    qr_inverse_gram(&q, inverse, work);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double v = 0; /* (A'A) times the inverse */
            for (int k = 0; k < 3; k++) {
                double gram = 0;
                for (int row = 0; row < 5; row++)
                    gram += keep[i * 5 + row] * keep[k * 5 + row];
                v += gram * inverse[k * 3 + j];
            }
            assert_true(fabs(v - (i == j)) < 1e-11);
        }
    for (int i = 0; i < 5; i++)
        a[i] = keep[i], a[5 + i] = keep[5 + i], a[10 + i] = keep[i] - 3 * keep[5 + i];
    q.in_order = true;
    qr_factor(&q, 1e-10);
    assert_int_equal(q.rank, 2);
    assert_int_equal(q.pivot[2], 2);
}

static void test_streams_repeat(void **state)
{
    gsl_rng *r = mse_rng_new();
    mse_rng_stream(r, 7, 3);
    unsigned long a = gsl_rng_get(r), b = gsl_rng_get(r);
    mse_rng_stream(r, 7, 4);
    assert_true(gsl_rng_get(r) != a);
    mse_rng_stream(r, 7, 3);
    assert_true(gsl_rng_get(r) == a && gsl_rng_get(r) == b);
    gsl_rng_free(r);
}

/* Rubin's rules on five draws, worked by hand. */
static void test_pooled_draws(void **state)
{
    const double q[] = {10, 12, 11, 9, 13}, u[] = {4, 4, 5, 3, 4};
    struct pooled p;
    pool_draws(q, u, 5, POOL_IDENTITY, 0.95, &p);
    CLOSE(p.point, 11, 1e-15);
    CLOSE(p.within, 4, 1e-15);
    CLOSE(p.between, 2.5, 1e-15);
    CLOSE(p.total, 7, 1e-15);
    CLOSE(p.linkage_share, 3.0 / 7, 1e-15);
    CLOSE(p.df, 4 * (7.0 / 3) * (7.0 / 3), 1e-14);
    assert_true(p.few);
    CLOSE(p.hi - p.point, p.point - p.lo, 1e-12);
    assert_true(p.lo < p.lo_without && p.hi_without < p.hi);
    CLOSE(p.hi_without, 11 + 1.959963984540054 * 2, 1e-14);
    const double same[] = {100, 100, NAN, 0}, v[] = {25, 25, 1, 1};
    pool_draws(same, v, 4, POOL_LOG, 0.95, &p);
    assert_int_equal(p.draws, 2);
    assert_int_equal(p.failed, 2);
    CLOSE(p.point, 100, 1e-14);
    assert_true(p.between == 0 && p.linkage_share == 0);
    CLOSE(p.hi, 100 * exp(1.959963984540054 * 0.05), 1e-14);
    const double share[] = {0.2, 0.3}, w[] = {0.001, 0.001};
    pool_draws(share, w, 2, POOL_LOGIT, 0.95, &p);
    assert_true(p.point > 0.2 && p.point < 0.3 && p.lo > 0 && p.hi < 1);
    pool_draws(share, w, 1, POOL_LOGIT, 0.95, &p);
    assert_true(isnan(p.point));
}

static void test_report_whole(void **state)
{
    struct arena a = ARENA_EMPTY;
    double count[8] = {0, 300, 250, 90, 200, 70, 60, 25};
    struct mse_table t;
    struct mse_report r;
    struct err e = {0};
    make_table(&t, 3, count, &a);
    struct mse_options o = {.how = MSE_BY_STEPWISE,
                            .threshold = 0.02,
                            .threads = 1,
                            .seed = 2,
                            .bootstrap = 200,
                            .profile = true,
                            .rcapture = true};
    assert_int_equal(mse_analyse(&t, &o, &a, &r, &e), ST_OK);
    assert_int_equal(r.chosen.status, 0);
    assert_true(isfinite(r.range_lo) && r.range_lo <= r.range_hi && r.range_lo >= t.total);
    assert_true(r.have_boot && r.boot.nonfinite == 0);
    assert_true(r.lo < r.chosen.N && r.chosen.N < r.hi);
    mse_report_free(&r);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lattice_sums_are_sums_over_sets),
        cmocka_unit_test(test_people_are_counted_into_a_table),
        cmocka_unit_test(test_order_is_that_of_the_tables),
        cmocka_unit_test(test_models_are_read_and_written),
        cmocka_unit_test(test_fits_meet_the_likelihood_equations),
        cmocka_unit_test(test_engines_agree),
        cmocka_unit_test(test_threads_do_not_change_a_digit),
        cmocka_unit_test(test_graphs_of_two_lists_by_hand),
        cmocka_unit_test(test_decomposable_graphs_are_counted),
        cmocka_unit_test(test_profile_is_stationary_and_limits_meet_chi_square),
        cmocka_unit_test(test_qr_solves_and_sees_dependence),
        cmocka_unit_test(test_streams_repeat),
        cmocka_unit_test(test_pooled_draws),
        cmocka_unit_test(test_report_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
