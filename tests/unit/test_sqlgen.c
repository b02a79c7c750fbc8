/* SQL text: quoting by dialect, templates written out, and levels that this module must know. */
#include "linkage/levels.h"
#include "sqlgen/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sql text_of(enum sql_dialect d)
{
    return (struct sql){.dialect = dialect_of(d)};
}

static void dialects_have_names(void **state)
{
    assert_int_equal(sql_dialect_of("postgres"), SQL_POSTGRES);
    assert_int_equal(sql_dialect_of("duckdb"), SQL_DUCKDB);
    assert_int_equal(sql_dialect_of("spark"), SQL_SPARK);
    assert_int_equal(sql_dialect_of("oracle"), SQL_DIALECTS);
}

static void names_and_literals_are_quoted(void **state)
{
    static const struct {
        enum sql_dialect d;
        const char *text, *literal, *name;
    } cases[] = {
        {SQL_POSTGRES, "it's", "'it''s'", "\"it's\""},
        {SQL_POSTGRES, "a\"b\\", "'a\"b\\'", "\"a\"\"b\\\""},
        {SQL_DUCKDB, "'';--", "''''';--'", "\"'';--\""},
        {SQL_SPARK, "it's", "'it\\u0027s'", "`it's`"},
        {SQL_SPARK, "`\\", "'`\\u005c'", "```\\`"},
        {SQL_SPARK, "${x}", "'\\u0024{x}'", "`${x}`"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct sql g = text_of(cases[k].d);
        assert_string_equal(sql_literal(&g, str_of(cases[k].text)), cases[k].literal);
        assert_string_equal(sql_name(&g, cases[k].text), cases[k].name);
        arena_free(&g.memory);
    }
}

static void a_remark_stays_on_its_line(void **state)
{
    struct sql g = text_of(SQL_SPARK);
    assert_string_equal(sql_remark(&g, "a\nDROP\r\\"), "a?DROP??");
    arena_free(&g.memory);
}

static void numbers_read_back_as_they_were(void **state)
{
    struct sql g = text_of(SQL_POSTGRES);
    assert_string_equal(sql_real(&g, 0.1f), "CAST('0.100000001' AS real)");
    assert_string_equal(sql_double(&g, 0.1), "CAST('0.10000000000000001' AS double precision)");
    arena_free(&g.memory);
}

static void bytes_become_characters(void **state)
{
    struct buf b = BUF_EMPTY;
    sql_lift(&b, str_of("a\xc3\xa9\xff"));
    assert_string_equal(b.p, "a\xc3\x83\xc2\xa9\xc3\xbf");
    buf_free(&b);
}

static void templates_are_written_out(void **state)
{
    struct inline_file *f =
        inline_open(str_of("-- remark\n\ntwice(x) =\n    $x + $x\n\n"
                           "sum(a, b) =\n    @twice(f($a, 1)) * @twice($b)\n\n"));
    struct buf b = BUF_EMPTY;
    inline_expand(f, "sum", 2, (const char *const[]){"p.q", "min(r, s)"}, &b);
    assert_string_equal(b.p, "((f(p.q, 1) + f(p.q, 1)) * (min(r, s) + min(r, s)))");
    buf_free(&b);
    inline_close(f);
}

/* A level that is added to a type, or a type, must be said in SQL before this passes again. */
static void every_level_is_known(void **state)
{
    static struct column column;
    struct link_spec spec = {.columns = 1, .column = {{.name = "x", .type = LINK_CODE}}};
    struct link_data *d = link_data_new(&spec);
    struct err e = {0};
    assert_int_equal(link_data_layout(d, &e), ST_OK);
    struct link_model *m = mem_zalloc(1, sizeof *m);
    struct sql g = {.dialect = dialect_of(SQL_POSTGRES), .d = d, .m = m};
    for (int t = 0; t < LINK_DATE_DISPUTE; t++) {
        column = d->column[0];
        d->column[0].type = (enum link_type)t;
        if (sql_check_levels(&g, &e) != ST_OK)
            fail_msg("%s: %s", link_type_name((enum link_type)t), e.what);
        d->column[0] = column;
    }
    d->column[0].type = LINK_DATE_DISPUTE; /* never compared: were it, it would be refused */
    assert_int_equal(sql_check_levels(&g, &e), ST_DATA);
    link_model_free(m);
    link_data_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects_have_names),
        cmocka_unit_test(names_and_literals_are_quoted),
        cmocka_unit_test(a_remark_stays_on_its_line),
        cmocka_unit_test(numbers_read_back_as_they_were),
        cmocka_unit_test(bytes_become_characters),
        cmocka_unit_test(templates_are_written_out),
        cmocka_unit_test(every_level_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
