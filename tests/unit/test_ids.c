#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/rng.h"
#include "text/ids.h"

static void phones(void **state)
{
    static const char *const rows[][2] = {
        {"07911 123456", "+447911123456"},
        {"+44 7911 123456", "+447911123456"},
        {"+44 (0)7911-123-456", "+447911123456"},
        {"0044 7911 123456", "+447911123456"},
        {"+44 07911 123456", "+447911123456"},
        {"(020) 7946 0018 ext 12", "+442079460018"},
        {"020 7946 0018 x12", "+442079460018"},
        {"+84 912 345 678", "+84912345678"},
        {"٠٧٩١١ ١٢٣٤٥٦", "+447911123456"},
        {"\xE2\x80\xAA+44 7911 123456\xE2\x80\xAC", "+447911123456"},
        {"999", ""},
        {"unknown", ""},
        {"", ""},
        {"1234567890123456789", ""},
    };
    char out[ID_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        id_phone(str_of(rows[i][0]), NULL, out);
        assert_string_equal(out, rows[i][1]);
    }
    id_phone(str_of("069 1234567"), "355", out);
    assert_string_equal(out, "+355691234567");
}

static void emails(void **state)
{
    static const char *const rows[][2] = {
        {" Jane.Doe@Example.ORG ", "jane.doe@example.org"},
        {"mailto:a@b.co", "a@b.co"},
        {"<a@b.co>", "a@b.co"},
        {"a@b", ""},
        {"@b.co", ""},
        {"a@@b.co", ""},
        {"a b@c.de", ""},
        {"a@.de", ""},
        {"a@b.", ""},
        {"", ""},
    };
    char out[ID_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        id_email(str_of(rows[i][0]), out);
        assert_string_equal(out, rows[i][1]);
    }
}

static void postcodes(void **state)
{
    static const char *const rows[][2] = {
        {"sw1a1aa", "SW1A 1AA"},
        {"SW1A 1AA", "SW1A 1AA"},
        {"M1 1AE", "M1 1AE"},
        {"b338th", "B33 8TH"},
        {"CR2 6XH", "CR2 6XH"},
        {"DN55 1PT", "DN55 1PT"},
        {"W1A 0AX", "W1A 0AX"},
        {"W1A OAX", "W1A 0AX"},
        {"EC1A 1BB", "EC1A 1BB"},
        {"gir 0aa", "GIR 0AA"},
        {"M1-1AE", "M1 1AE"},
        {"MI 1AE", "M1 1AE"},
        {"12345", ""},
        {"", ""},
        {"London", ""},
        {"SW1A 1AA SW", ""},
    };
    char out[ID_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        id_postcode_uk(str_of(rows[i][0]), out);
        assert_string_equal(out, rows[i][1]);
    }
}

static void documents(void **state)
{
    char a[ID_MAX], b[ID_MAX];
    id_document(str_of("ab-123 O4I"), a);
    id_document(str_of("AB123041"), b);
    assert_string_equal(a, "AB123041");
    assert_string_equal(a, b);
    assert_int_equal(id_document(str_of("--"), a), 0);
    /* ICAO Doc 9303 part 3, appendix A: D23145890734 has check digit 9; 340712 has 7. */
    assert_int_equal(id_icao_check_digit(str_of("D23145890734")), 9);
    assert_int_equal(id_icao_check_digit(str_of("340712")), 7);
    assert_int_equal(id_icao_check_digit(str_of("L898902C<")), 3);
    assert_int_equal(id_icao_check_digit(str_of("a")), -1);
    assert_true(id_nhs_number_ok(str_of("943 476 5919")));
    assert_false(id_nhs_number_ok(str_of("943 476 5918")));
    assert_false(id_nhs_number_ok(str_of("")));
}

static void any_bytes(void **state)
{
    struct rng r = rng_stream(5, 1);
    char raw[600], out[ID_MAX];
    for (int i = 0; i < 20000; i++) {
        size_t n = rng_below(&r, i % 50 ? 30 : 600);
        for (size_t k = 0; k < n; k++)
            raw[k] = (char)(i % 2 ? rng_below(&r, 256) : '0' + rng_below(&r, 48));
        struct str s = {raw, n};
        assert_true(id_phone(s, NULL, out) < ID_MAX && strlen(out) <= 16);
        assert_true(id_email(s, out) == strlen(out));
        assert_true(id_postcode_uk(s, out) <= 8);
        assert_true(id_document(s, out) < ID_MAX);
        id_nhs_number_ok(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones),    cmocka_unit_test(emails),    cmocka_unit_test(postcodes),
        cmocka_unit_test(documents), cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
