#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/embed.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/str.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void dates_round_trip(void **state)
{
    struct ymd epoch = {1970, 1, 1};
    assert_int_equal(date_from_ymd(epoch), 0);
    for (int32_t d = -800000; d < 800000; d += 13)
        assert_int_equal(date_from_ymd(date_to_ymd(d)), d);
    int32_t day;
    assert_true(date_from_iso(str_of("2024-02-29"), &day));
    assert_int_equal(day, 19782); /* date -d 2024-02-29 +%s / 86400 */
    assert_false(date_from_iso(str_of("2023-02-29"), &day));
    assert_false(date_from_iso(str_of("2021-13-01"), &day));
    assert_false(date_from_iso(str_of("2021-1-01"), &day));
    char text[11];
    date_to_iso(19782, text);
    assert_string_equal(text, "2024-02-29");
    assert_int_equal(date_years_between(19782, date_add_years(19782, 1)), 0);
    assert_int_equal(date_years_between(19782, date_add_years(19782, 1) + 1), 1);
}

static void numbers_are_strict(void **state)
{
    double v;
    int64_t i;
    assert_true(str_to_double(str_of("-1.5e3"), &v) && v == -1500.0);
    assert_false(str_to_double(str_of("1.5x"), &v));
    assert_false(str_to_double(str_of("nan"), &v));
    assert_false(str_to_double(str_of(""), &v));
    assert_false(str_to_double(str_of("1e999"), &v));
    assert_true(str_to_int64(str_of("-9223372036854775808"), &i) && i == INT64_MIN);
    assert_false(str_to_int64(str_of("9223372036854775808"), &i));
    assert_false(str_to_int64(str_of("12 "), &i));
}

static void utf8_is_checked(void **state)
{
    assert_true(str_is_utf8(str_of("plain")));
    assert_true(str_is_utf8(str_of("\xc3\xab \xe6\x9d\x8e \xf0\x9f\x99\x82")));
    assert_false(str_is_utf8(str_of("\xc0\xaf")));         /* overlong */
    assert_false(str_is_utf8(str_of("\xed\xa0\x80")));     /* surrogate */
    assert_false(str_is_utf8(str_of("\xf5\x80\x80\x80"))); /* above U+10FFFF */
    assert_false(str_is_utf8(str_of("aaaaaaaaaaaaaaa\xe6\x9d")));
}

static void cells_are_formula_safe(void **state)
{
    struct buf b = BUF_EMPTY;
    buf_add_csv(&b, str_of("=1+1"), true);
    buf_addc(&b, '|');
    buf_add_csv(&b, str_of("-5"), true);
    buf_addc(&b, '|');
    buf_add_csv(&b, str_of("a\"b"), true);
    assert_string_equal(b.p, "\"'=1+1\"|-5|\"a\"\"b\"");
    buf_free(&b);
}

/* Random123's published known answer for philox4x32-10, all-ones counter and key. */
static void philox_known_answer(void **state)
{
    struct rng r = rng_stream(UINT64_MAX, UINT64_MAX);
    r.block = UINT64_MAX;
    assert_int_equal(rng_u32(&r), 0x408f276d);
    assert_int_equal(rng_u32(&r), 0x41c83b0e);
    assert_int_equal(rng_u32(&r), 0xa20bc7c6);
    assert_int_equal(rng_u32(&r), 0x6d5451fd);
}

static void json_is_strict(void **state)
{
    struct err e = {0};
    json_t *j;
    assert_int_equal(json_read_str(str_of("{\"a\":1,\"a\":2}"), "x", &j, &e), ST_DATA);
    assert_int_equal(json_read_str(str_of(""), "x", &j, &e), ST_DATA);
    struct buf deep = BUF_EMPTY;
    for (int i = 0; i < 100; i++)
        buf_addc(&deep, '[');
    assert_int_equal(json_read_str(buf_str(&deep), "x", &j, &e), ST_DATA);
    assert_non_null(strstr(e.what, "deeper"));
    buf_free(&deep);
    assert_int_equal(json_read_str(str_of("[1.5]"), "x", &j, &e), ST_OK);
    json_decref(j);
}

static void count_job(void *ctx, size_t job, int thread)
{
    ((int *)ctx)[job]++;
}

static void pool_runs_each_job_once(void **state)
{
    int hits[1000] = {0};
    pool_run(4, 1000, count_job, hits);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(hits[i], 1);
}

static void arena_is_zeroed(void **state)
{
    struct arena a = ARENA_EMPTY;
    char *p = arena_alloc(&a, 100000);
    memset(p, 1, 100000);
    arena_rewind(&a);
    p = arena_alloc(&a, 50);
    for (int i = 0; i < 50; i++)
        assert_int_equal(p[i], 0);
    assert_string_equal(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
    arena_free(&a);
}

static void a_pipe_is_written_to_and_never_replaced(void **state)
{
    char dir[] = "/tmp/throughline-pipe-XXXXXX", path[60], got[8] = "";
    struct err e = {0};
    struct stat st;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/pipe", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDWR | O_NONBLOCK);
    assert_int_equal(file_write(path, str_of("abc"), &e), ST_OK);
    assert_int_equal(read(fd, got, sizeof got), 3);
    assert_string_equal(got, "abc");
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    close(fd);
    unlink(path);
    rmdir(dir);
}

static void words_are_one_spaced(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""}, {" \t\n", ""}, {"a", "a"}, {"  a  b\r\nc ", "a b c"}, {"a b", "a b"}};
    struct arena a = ARENA_EMPTY;
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(arena_one_spaced(&a, pairs[i][0]), pairs[i][1]);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_one_spaced),
        cmocka_unit_test(a_pipe_is_written_to_and_never_replaced),
        cmocka_unit_test(dates_round_trip),
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(cells_are_formula_safe),
        cmocka_unit_test(philox_known_answer),
        cmocka_unit_test(json_is_strict),
        cmocka_unit_test(pool_runs_each_job_once),
        cmocka_unit_test(arena_is_zeroed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
