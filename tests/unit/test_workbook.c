#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/json.h"
#include "publish/csvw.h"
#include "publish/sheet_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct table_column columns[] = {{"Year [note 1]", false, 0}, {"Referrals", true, 0}};
static const char *const cover[] = {"Made data for a test.", "No contact: made.", NULL};
static const char *const notes[] = {"The year of receipt.", NULL};

static struct workbook book(const struct table *t)
{
    return (struct workbook){.title = "Test & <tables>",
                             .subject = "A test",
                             .author = "Throughline",
                             .cover = cover,
                             .notes = notes,
                             .tables = t,
                             .table_count = 1,
                             .created = "2024-03-31T00:00:00Z"};
}

static struct table table(const struct cell *cells)
{
    return (struct table){.name = "Table_1",
                          .title = "Table 1: a test",
                          .source = "made",
                          .columns = columns,
                          .column_count = 2,
                          .cells = cells,
                          .row_count = 2};
}

static const struct cell good[] = {{.text = "2022"},
                                   {.kind = CELL_NUMBER, .number = 1234.5, .decimals = 1},
                                   {.text = "2023"},
                                   {.kind = CELL_SHORTHAND, .text = "c"}};

/* Runs the independent checker on a file; its own faults are shown by it. */
static int checker(const char *path)
{
    char command[2000];
    snprintf(command, sizeof command, "python3 '%s/tools/check-workbook.py' '%s'",
             getenv("THROUGHLINE_SOURCE"), path);
    return system(command); /* test code, fixed words */
}

static void files_pass_the_checker(void **state)
{
    struct table t = table(good);
    struct workbook w = book(&t);
    struct err e = {0};
    char dir[] = "/tmp/throughline-test-XXXXXX", path[200];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/t.ods", dir);
    assert_int_equal(workbook_write_ods(&w, path, &e), ST_OK);
    assert_int_equal(checker(path), 0);
    remove(path);
    snprintf(path, sizeof path, "%s/t.xlsx", dir);
    assert_int_equal(workbook_write_xlsx(&w, path, &e), ST_OK);
    assert_int_equal(checker(path), 0);
    remove(path);
    assert_int_equal(workbook_write_csv(&w, dir, &e), ST_OK);
    snprintf(path, sizeof path, "%s/Table_1.csv", dir);
    FILE *f = fopen(path, "r");
    char text[200] = "";
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    assert_string_equal(text, "Year [note 1],Referrals\n2022,1234.5\n2023,[c]\n");
    remove(path);
    remove(dir);
}

static void faults_are_named(void **state)
{
    struct cell cells[4];
    struct table t = table(cells);
    struct workbook w = book(&t);
    struct err e = {0};
    memcpy(cells, good, sizeof cells);
    cells[3].text = "q";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    assert_string_equal(e.column, "Referrals");
    assert_int_equal(e.row, 2);
    cells[3] = (struct cell){.kind = CELL_TEXT, .text = "[c]"};
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    memcpy(cells, good, sizeof cells);
    cells[0].text = "";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    cells[0].text = "2022 [note 2]";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    assert_non_null(strstr(e.what, "not listed"));
    cells[0].text = "2022";
    assert_int_equal(workbook_check(&w, &e), ST_OK);
    cells[0].text = "2022 ";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    assert_non_null(strstr(e.what, "space"));
    cells[0].text = "20\n22";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    assert_non_null(strstr(e.what, "line break"));
    static const char *const two[] = {"The first that is listed.", "The second.", NULL};
    static const struct table_column first_two[] = {{"Year [note 2]", false, 0},
                                                    {"Referrals [note 1]", true, 0}};
    cells[0].text = "2022";
    w.notes = two;
    t.columns = first_two;
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
    assert_non_null(strstr(e.what, "first mention"));
    w.notes = notes;
    t.columns = columns;
    t.name = "Notes";
    assert_int_equal(workbook_check(&w, &e), ST_FAULT);
}

/* Titles without a letter or digit, and titles that come to the same name, are told apart. */
static void column_names_are_distinct(void **state)
{
    static const struct csvw_column odd[] = {
        {"Share, %"}, {"%"}, {"share"}, {"Share (%)"}, {"\xc3\xa9"}};
    static const char *const names[] = {"share", "column_2", "share_column_3", "share_column_4",
                                        "column_5"};
    const struct csvw_file file = {"t.csv", "Odd titles", "made", odd, 5, 0};
    const struct csvw_group group = {
        .title = "Odd", .created = "2024-03-31T00:00:00Z", .files = &file, .count = 1};
    char path[] = "/tmp/throughline-csvw-XXXXXX";
    struct err e = {0};
    json_t *doc;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(csvw_write(path, &group, &e), ST_OK);
    assert_int_equal(json_read_file(path, &doc, &e), ST_OK);
    json_t *described = json_object_get(
        json_object_get(json_array_get(json_object_get(doc, "tables"), 0), "tableSchema"),
        "columns");
    for (size_t k = 0; k < 5; k++)
        assert_string_equal(
            json_string_value(json_object_get(json_array_get(described, k), "name")), names[k]);
    json_decref(doc);
    remove(path);
}

static void text_is_wrapped_between_words(void **state)
{
    (void)state;
    assert_int_equal(lines_wrapped("", 10), 1);
    assert_int_equal(lines_wrapped("ten digits", 10), 1);
    assert_int_equal(lines_wrapped("eleven digi", 10), 2);
    assert_int_equal(lines_wrapped("aa bb cc dd", 5), 2);
    assert_int_equal(lines_wrapped("0123456789012345678901", 10), 3);
    assert_int_equal(lines_wrapped("\xc3\xa9\xc3\xa9\xc3\xa9 \xc3\xa9", 5), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_pass_the_checker),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(text_is_wrapped_between_words),
        cmocka_unit_test(column_names_are_distinct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
