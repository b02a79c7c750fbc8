#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/pool.h"
#include "base/rng.h"
#include "text/fold.h"
#include "text/phonetic.h"

static struct text *t;

static int setup(void **state)
{
    t = text_new();
    return 0;
}

static int teardown(void **state)
{
    text_free(t);
    return 0;
}

static void folds_to(const char *raw, const char *want)
{
    char out[TEXT_FOLD_MAX];
    text_fold(t, str_of(raw), out);
    assert_string_equal(out, want);
}

static void latin_letters(void **state)
{
    folds_to("  José  MARÍA ", "jose maria");
    folds_to("Đặng Thị Hồng", "dang thi hong");
    folds_to("Nguyễn", "nguyen");
    folds_to("Łukasz Gałązka", "lukasz galazka");
    folds_to("Søren Ðorđe Þór Straße", "soren dorde thor strasse");
    folds_to("Ștefan Țepeș", "stefan tepes");       /* comma below */
    folds_to("Ştefan Ţepeş", "stefan tepes");       /* cedilla */
    folds_to("Işık İnönü ISIK", "isik inonu isik"); /* Turkish i's */
    folds_to("Ɓala Ɗanjuma Ƙasimu Ƴar'adua", "bala danjuma kasimu yaradua");
    folds_to("Ọláìyá Ṣọlá Ụzọ", "olaiya sola uzo");
    folds_to("Përparim Çelë", "perparim cele");
    folds_to("Əliyev", "eliyev");
    folds_to("o'Neil-Smith, J.", "oneil smith j");
    folds_to("e\xCC\x81mile", "emile"); /* combining acute */
    folds_to("ﬁnn ＡＢＣ１２", "finn abc12");
}

static void controls_and_bad_bytes(void **state)
{
    char out[TEXT_FOLD_MAX];
    folds_to("a\xE2\x80\x8E\xE2\x80\xAE"
             "b",
             "ab");                         /* left-to-right mark, override */
    folds_to("Mo\xC2\xADhamed", "mohamed"); /* soft hyphen */
    folds_to("a\xFF\xFE"
             "b",
             "a b");
    folds_to("\xED\xA0\x80x", "x"); /* a lone surrogate */
    text_fold(t, (struct str){"ab\0cd", 5}, out);
    assert_string_equal(out, "ab cd");
    assert_int_equal(text_fold(t, (struct str){NULL, 0}, out), 0);
    assert_string_equal(out, "");
}

static void other_scripts(void **state)
{
    folds_to("Виктор", "viktor");
    folds_to("ბარაკ", "barak");
    folds_to("Մարգարյան", "margaryan");
    folds_to("محمد", "mohammed");
    folds_to("مسفر", "msfr");
    folds_to("٠٧٩١١ ۱۲۳ १२", "07911 123 12");
    folds_to("Иван Petrov", "ivan petrov");
}

static void marks_kept_for_parsing(void **state)
{
    char out[TEXT_FOLD_MAX];
    text_fold_marked(t, str_of("O’Brien,  Mary–Jane (“May”) B."), out);
    assert_string_equal(out, "o'brien, mary-jane (\"may\") b.");
}

static void any_bytes_are_bounded(void **state)
{
    static char big[100000];
    char out[TEXT_FOLD_MAX];
    struct rng r = rng_stream(3, 1);
    static const char *const pieces[] = {
        "\xEF\xB7\xBA", "a", " ", "\xE2\x80\x8F", "ي", "王", "\xFF",
        "\xE1\xBA\xB7", "ក", "ሀ", "\xCC\x81",     "é", "-"};
    int rounds = getenv("THROUGHLINE_SANITIZED") ? 300 : 3000;
    for (int k = 0; k < rounds; k++) {
        size_t n = 0;
        while (n < 700) {
            const char *p = pieces[k < 13 ? (uint64_t)k : rng_below(&r, 13)];
            memcpy(big + n, p, strlen(p));
            n += strlen(p);
        }
        size_t got = text_fold(t, (struct str){big, k % 2 ? sizeof big : n}, out);
        assert_true(got < TEXT_FOLD_MAX && out[got] == '\0');
        for (size_t i = 0; i < got; i++)
            assert_true((out[i] >= 'a' && out[i] <= 'z') || (out[i] >= '0' && out[i] <= '9') ||
                        (out[i] == ' ' && i > 0 && out[i - 1] != ' '));
    }
}

/* More distinct words than the memo holds: memory stays bounded, answers stay the same. */
static void the_memo_is_emptied(void **state)
{
    struct rng r = rng_stream(4, 1);
    char raw[64], out[TEXT_FOLD_MAX];
    int words = getenv("THROUGHLINE_SANITIZED") ? 3000 : 70000;
    for (int i = 0; i < words; i++) {
        size_t n = 0;
        for (int k = 0; k < 8; k++) {
            raw[n++] = (char)0xD0; /* U+0430..U+043F */
            raw[n++] = (char)(0xB0 + rng_below(&r, 16));
        }
        assert_true(text_fold(t, (struct str){raw, n}, out) >= 8);
    }
    folds_to("Виктор Кузнецов", "viktor kuznetsov");
}

static void fold_job(void *ctx, size_t job, int thread)
{
    static const char *const names[] = {"Юлия Щука", "عمران شريف", "Ștefan", "王小明", "नरेन्द्र"};
    char(*out)[TEXT_FOLD_MAX] = ctx;
    struct text *own = text_new();
    text_fold(own, str_of(names[job % 5]), out[job]);
    text_free(own);
}

static void threads_agree(void **state)
{
    static char one[20][TEXT_FOLD_MAX], four[20][TEXT_FOLD_MAX];
    pool_run(4, 20, fold_job, four);
    pool_run(1, 20, fold_job, one);
    for (int i = 0; i < 20; i++)
        assert_string_equal(one[i], four[i]);
    assert_string_equal(one[0], "yuliya shchuka");
    assert_string_equal(one[1], "imran sharif");
}

static void folding_twice_changes_nothing(void **state)
{
    static const char *const names[] = {"Đặng Thị", "Фрэнк Рихтер", "محمد بن سلمان", "O'Neil",
                                        "王小明"};
    for (size_t i = 0; i < 5; i++) {
        char once[TEXT_FOLD_MAX], twice[TEXT_FOLD_MAX];
        size_t n = text_fold(t, str_of(names[i]), once);
        text_fold(t, (struct str){once, n}, twice);
        assert_string_equal(once, twice);
    }
}

static void same_skeleton(const char *a, const char *b)
{
    char x[SKELETON_MAX], y[SKELETON_MAX];
    text_skeleton(str_of(a), x);
    text_skeleton(str_of(b), y);
    assert_string_equal(x, y);
}

/* Spellings of one name by different countries' registrars. */
static void skeletons_meet(void **state)
{
    same_skeleton("mohammed", "muhamad");
    same_skeleton("mohammed", "mhmd");
    same_skeleton("yusuf", "ysf");
    same_skeleton("yousef", "jusuf");
    same_skeleton("hussain", "hsyn");
    same_skeleton("khadija", "khadijah");
    same_skeleton("qasim", "kasem");
    same_skeleton("walid", "waleed");
    same_skeleton("xhevahir", "gjevahir");
    same_skeleton("gjergj", "djerdj");
    same_skeleton("shqipe", "shkipe");
    same_skeleton("agroni", "agron");
    same_skeleton("nguyen", "nguyn");
    same_skeleton("zhang", "chang");
    same_skeleton("xu", "hsu");
    same_skeleton("li", "lee");
    same_skeleton("alhassan", "elhasan");
    same_skeleton("oluwaseun", "oluwaseyun");
    same_skeleton("viktor", "wiktor");
    same_skeleton("zelenskyy", "zelenski");
    same_skeleton("popescu", "popesku");
}

static void skeletons_part(void **state)
{
    static const char *const names[] = {"mohammed", "ibrahim", "yusuf",   "nguyen", "popescu",
                                        "hoxha",    "okafor",  "adebayo", "tesfay", "kowalski"};
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < i; j++) {
            char x[SKELETON_MAX], y[SKELETON_MAX];
            text_skeleton(str_of(names[i]), x);
            text_skeleton(str_of(names[j]), y);
            assert_string_not_equal(x, y);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latin_letters),         cmocka_unit_test(controls_and_bad_bytes),
        cmocka_unit_test(other_scripts),         cmocka_unit_test(marks_kept_for_parsing),
        cmocka_unit_test(any_bytes_are_bounded), cmocka_unit_test(folding_twice_changes_nothing),
        cmocka_unit_test(the_memo_is_emptied),   cmocka_unit_test(threads_agree),
        cmocka_unit_test(skeletons_meet),        cmocka_unit_test(skeletons_part),
    };
    return cmocka_run_group_tests_name("fold", tests, setup, teardown);
}
