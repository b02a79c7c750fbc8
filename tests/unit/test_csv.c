#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/csv.h"

static enum status first_row(struct str text, struct csv *c, struct csv_row *row, struct err *e)
{
    *e = (struct err){0};
    TRY(csv_open_bytes(c, text, "test.csv", e));
    return csv_next(c, row, e);
}

#define BYTES(literal) ((struct str){literal, sizeof literal - 1})

static void reads_plain_and_quoted(void **state)
{
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    const char text[] = "\xef\xbb\xbfid, name ;x\r\n1,\"a \"\"b\"\"\r\nc\",3\r\n\r\n2,,\n";
    assert_int_equal(first_row(BYTES(text), &c, &row, &e), ST_OK);
    assert_int_equal(c.columns, 2);
    assert_string_equal(c.encoding, "UTF-8 with byte order mark");
    assert_true(str_is(c.header[1], "name ;x"));
    assert_int_equal(row.n, 3);
    assert_true(str_is(row.cells[1], "a \"b\"\r\nc"));
    assert_int_equal(row.line, 2);
    assert_int_equal(csv_check_width(&c, &row, &e), ST_DATA);
    assert_int_equal(csv_next(&c, &row, &e), ST_OK);
    assert_int_equal(row.line, 5);
    assert_int_equal(row.n, 3);
    assert_int_equal(csv_next(&c, &row, &e), ST_OK);
    assert_int_equal(row.n, 0);
    csv_close(&c);
}

static void tells_encodings(void **state)
{
    struct csv c;
    struct csv_row row;
    struct err e;
    assert_int_equal(first_row(BYTES("n;m\nJos\xe9;x\n"), &c, &row, &e), ST_OK);
    assert_string_equal(c.encoding, "Windows-1252");
    assert_true(str_is(row.cells[0], "Jos\xc3\xa9"));
    csv_close(&c);
    assert_int_equal(first_row(BYTES("\xff\xfen\0\t\0m\0\n\0\xe9\0\t\0b\0"), &c, &row, &e), ST_OK);
    assert_string_equal(c.encoding, "UTF-16LE");
    assert_true(str_is(row.cells[0], "\xc3\xa9"));
    assert_true(str_is(row.cells[1], "b"));
    csv_close(&c);
}

static void refuses_bad_bytes(void **state)
{
    struct csv c;
    struct csv_row row;
    struct err e;
    assert_int_equal(first_row(BYTES(""), &c, &row, &e), ST_DATA);
    assert_non_null(strstr(e.what, "empty"));
    assert_int_equal(first_row(BYTES("a,a\n1,2\n"), &c, &row, &e), ST_DATA);
    assert_int_equal(first_row(BYTES("a,b\n1,\0\n"), &c, &row, &e), ST_DATA);
    assert_int_equal(e.row, 2);
    csv_close(&c);
    assert_int_equal(first_row(BYTES("a,b\n\xc3\xa9,\xc3\n"), &c, &row, &e), ST_DATA);
    assert_int_equal(e.row, 2);
    assert_int_equal(first_row(BYTES("a,b\n1,\"x\n"), &c, &row, &e), ST_DATA);
    assert_non_null(strstr(e.what, "never closed"));
    csv_close(&c);
    assert_int_equal(first_row(BYTES("a,b\n1,\"x\"y\n"), &c, &row, &e), ST_DATA);
    csv_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_and_quoted),
        cmocka_unit_test(tells_encodings),
        cmocka_unit_test(refuses_bad_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
