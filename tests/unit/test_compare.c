#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "text/compare.h"

static struct cmp_key key(const char *s)
{
    struct cmp_key k;
    cmp_key_set(&k, str_of(s));
    return k;
}

/* The textbook, in doubles but for the 0.7 decision: Jaro (1989), Winkler (1990). */
struct reference {
    long num, den; /* Jaro */
    double value;  /* Jaro-Winkler */
};

static struct reference reference(const char *a, int la, const char *b, int lb)
{
    int from[64], to[64], m = 0, t = 0, window = (la > lb ? la : lb) / 2 - 1;
    char taken[64] = {0};
    if (la == 0 || lb == 0)
        return (struct reference){la == lb, 1, la == lb};
    window = window < 0 ? 0 : window;
    for (int i = 0; i < la; i++)
        for (int j = 0; j < lb; j++)
            if (abs(i - j) <= window && !taken[j] && a[i] == b[j]) {
                taken[j] = 1;
                from[m] = i;
                to[m++] = j;
                break;
            }
    if (m == 0)
        return (struct reference){0, 1, 0};
    int sorted[64];
    memcpy(sorted, to, sizeof to);
    for (int i = 0; i < m; i++)
        for (int j = i + 1; j < m; j++)
            if (sorted[j] < sorted[i]) {
                int x = sorted[i];
                sorted[i] = sorted[j];
                sorted[j] = x;
            }
    for (int i = 0; i < m; i++)
        t += a[from[i]] != b[sorted[i]];
    t /= 2;
    struct reference r = {(long)m * m * (la + lb) + (long)(m - t) * la * lb, 3L * la * lb * m, 0};
    double jaro = (double)r.num / (double)r.den;
    int prefix = 0;
    while (prefix < 4 && prefix < la && prefix < lb && a[prefix] == b[prefix])
        prefix++;
    r.value = 10 * r.num > 7 * r.den ? jaro + prefix * 0.1 * (1 - jaro) : jaro;
    return r;
}

/* Winkler's and Christen's published examples. */
static void jaro_winkler_of_the_textbooks(void **state)
{
    static const struct {
        const char *a, *b;
        double jaro, winkler;
    } rows[] = {
        {"martha", "marhta", .944444, .961111},
        {"dixon", "dicksonx", .766667, .813333},
        {"dwayne", "duane", .822222, .840000},
        {"jones", "johnson", .790476, .832381},
        {"massey", "massie", .888889, .933333},
        {"abroms", "abrams", .888889, .922222},
        {"shackleford", "shackelford", .969697, .981818},
        {"dunningham", "cunnigham", .896296, .896296},
        {"nichleson", "nichulson", .925926, .955556},
        {"hardin", "martinez", .722222, .722222},
        {"itman", "smith", .466667, .466667},
        {"jeraldine", "geraldine", .925926, .925926},
        {"marhta", "martha", .944444, .961111},
        {"julies", "julius", .888889, .933333},
        {"tanya", "tonya", .866667, .880000},
        {"sean", "susan", .783333, .805000},
        {"jon", "john", .916667, .933333},
        {"jon", "jan", .777778, .800000},
        {"", "", 1, 1},
        {"", "a", 0, 0},
        {"a", "a", 1, 1},
        {"abc", "xyz", 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cmp_key a = key(rows[i].a), b = key(rows[i].b);
        assert_true(fabs(ratio_value(jaro_ratio(&a, &b)) - rows[i].jaro) < 1e-6);
        assert_true(fabs(ratio_value(jaro_winkler_ratio(&a, &b)) - rows[i].winkler) < 1e-6);
        assert_true(fabs(jaro_winkler(str_of(rows[i].a), str_of(rows[i].b)) - rows[i].winkler) <
                    1e-6);
    }
}

static int random_text(struct rng *r, char *s, int most)
{
    int n = (int)(rng_u64(r) % (uint64_t)(most + 1));
    int letters = 2 + (int)(rng_u64(r) % 8);
    for (int i = 0; i < n; i++)
        s[i] = (char)((rng_u64(r) % 40 == 0 ? 'A' : 'a') + (int)(rng_u64(r) % (uint64_t)letters));
    s[n] = '\0';
    return n;
}

static int repeats(void)
{
    return getenv("THROUGHLINE_SANITIZED") ? 30000 : 300000;
}

static void kernels_agree_with_the_textbook(void **state)
{
    struct rng r = rng_stream(7, 1);
    static const uint16_t cuts[] = {950, 880, 800, 700};
    struct jw_rule rule;
    jw_rule_init(&rule, cuts, 4);
    long exactly_seven_tenths = 0;
    for (int i = 0; i < repeats(); i++) {
        char a[40], b[40];
        int la = random_text(&r, a, i % 3 ? 10 : 32), lb = random_text(&r, b, i % 3 ? 10 : 32);
        struct cmp_key ka = key(a), kb = key(b);
        struct reference want = reference(a, la, b, lb);
        cmp_kernel_force("sse2");
        struct ratio j = jaro_ratio(&ka, &kb), w = jaro_winkler_ratio(&ka, &kb);
        int level = jw_level(&rule, &ka, &kb);
        cmp_kernel_force(NULL);
        struct ratio j2 = jaro_ratio(&ka, &kb);
        assert_int_equal(j.num, j2.num);
        assert_int_equal(j.den, j2.den);
        assert_int_equal(level, jw_level(&rule, &ka, &kb));
        assert_int_equal(level, jw_level_full_(&rule, &ka, &kb));
        assert_int_equal(j.num * want.den, want.num * j.den);
        assert_true(fabs(ratio_value(w) - want.value) < 1e-12);
        assert_true(fabs(jaro_winkler(str_of(a), str_of(b)) - want.value) < 1e-12);
        if (10 * (long)j.num == 7 * (long)j.den && cmp_prefix4(&ka, &kb) > 0) {
            exactly_seven_tenths++;
            assert_int_equal(w.num * (long)j.den, j.num * (long)w.den);
        }
    }
    assert_true(exactly_seven_tenths > 0);
}

static void thresholds_are_exact(void **state)
{
    /* JW of tanya/tonya is 22/25 = .880 exactly: at least .880, not at least .881. */
    struct cmp_key a = key("tanya"), b = key("tonya");
    struct jw_rule rule;
    jw_rule_init(&rule, (const uint16_t[]){880}, 1);
    assert_int_equal(jw_level(&rule, &a, &b), 0);
    jw_rule_init(&rule, (const uint16_t[]){881}, 1);
    assert_int_equal(jw_level(&rule, &a, &b), 1);
}

static int edit_reference(const char *a, int la, const char *b, int lb, bool swaps)
{
    static int d[600][600];
    for (int i = 0; i <= la; i++)
        for (int j = 0; j <= lb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            int x = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            x = d[i - 1][j] + 1 < x ? d[i - 1][j] + 1 : x;
            x = d[i][j - 1] + 1 < x ? d[i][j - 1] + 1 : x;
            if (swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < x)
                x = d[i - 2][j - 2] + 1;
            d[i][j] = x;
        }
    return d[la][lb];
}

static void edit_distances_agree_with_the_table(void **state)
{
    struct rng r = rng_stream(7, 2);
    for (int i = 0; i < repeats() / 10; i++) {
        char a[40], b[40];
        int la = random_text(&r, a, 32), lb = random_text(&r, b, 32), cutoff = (int)(i % 34);
        if (i % 2) { /* related strings: the interesting distances */
            memcpy(b, a, sizeof a);
            lb = la;
            for (int k = 0; k < 3 && lb > 2; k++) {
                int at = (int)(rng_u64(&r) % (uint64_t)(lb - 1));
                char x = b[at];
                b[at] = b[at + 1];
                b[at + 1] = x;
                if (k == 1) {
                    memmove(b + at, b + at + 1, (size_t)(lb - at));
                    lb--;
                }
            }
        }
        struct cmp_key ka = key(a), kb = key(b);
        int osa = edit_reference(a, la, b, lb, true), lev = edit_reference(a, la, b, lb, false);
        assert_int_equal(osa_distance(&ka, &kb, cutoff), osa > cutoff ? cutoff + 1 : osa);
        assert_int_equal(levenshtein_distance(&ka, &kb, cutoff), lev > cutoff ? cutoff + 1 : lev);
        assert_int_equal(osa_distance_long(str_of(a), str_of(b), cutoff),
                         osa > cutoff ? cutoff + 1 : osa);
    }
    struct cmp_key a = key("kitten"), b = key("sitting"), c = key("ca"), d = key("abc");
    assert_int_equal(levenshtein_distance(&a, &b, 9), 3);
    assert_int_equal(osa_distance(&c, &d, 9), 3); /* 2 for unrestricted Damerau-Levenshtein */
}

static void long_strings_are_bounded(void **state)
{
    static char a[100000], b[100000];
    memset(a, 'a', sizeof a);
    memset(b, 'a', sizeof b);
    b[3] = 'b';
    struct str sa = {a, sizeof a}, sb = {b, sizeof b};
    assert_true(jaro_winkler(sa, sa) == 1);
    assert_true(jaro_winkler(sa, sb) > .99);
    assert_int_equal(osa_distance_long(sa, sb, 5), 1);
    struct cmp_key ka, kb;
    cmp_key_set(&ka, sa);
    cmp_key_set(&kb, sb);
    assert_int_equal(ka.n, CMP_MAX);
    assert_int_equal(osa_distance(&ka, &kb, 9), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jaro_winkler_of_the_textbooks),
        cmocka_unit_test(kernels_agree_with_the_textbook),
        cmocka_unit_test(thresholds_are_exact),
        cmocka_unit_test(edit_distances_agree_with_the_table),
        cmocka_unit_test(long_strings_are_bounded),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
