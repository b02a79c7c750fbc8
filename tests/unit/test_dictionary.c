#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/date.h"
#include "domain/dictionary.h"
#include "domain/layout.h"
#include "domain/record.h"

static void has_every_published_entity_and_field(void **state)
{
    const struct dictionary *d = dictionary();
    size_t entities = 0, fields = 0;
    for (size_t i = 0; i < d->entity_count; i++) {
        entities += !d->entities[i].added;
        for (size_t k = 0; k < d->entities[i].field_count; k++)
            fields += !d->entities[i].fields[k].added;
    }
    assert_int_equal(entities, 42);
    assert_int_equal(fields, 373);
    assert_int_equal(d->list_count, 50);
}

static void dates_find_their_companions(void **state)
{
    const struct field *start = dictionary_field(str_of("episode.start_date"));
    assert_string_equal(start->latest->name, "start_latest");
    assert_string_equal(start->precision->name, "start_precision");
    const struct field *left = dictionary_field(str_of("exit.date"));
    assert_string_equal(left->latest->name, "date_latest");
    assert_string_equal(left->precision->name, "precision");
    assert_null(dictionary_field(str_of("support_period.end_date"))->latest);
    assert_null(dictionary_field(str_of("episode.nothing")));
}

static void codes_are_found_by_code_label_and_crosswalk(void **state)
{
    const struct code_list *sex = dictionary_codes("gender_crosswalk");
    assert_true(str_is(code_find(sex, str_of("f"))->code, "F"));
    assert_true(str_is(code_crosswalk(sex, "htcds", str_of("Masculine")), "M"));
    assert_true(str_is(code_cell(sex, str_of("F"), "nrm_published"), "Female"));
    const struct code_list *nat = dictionary_codes("nationality");
    assert_true(str_is(code_find(nat, str_of("Albanian"))->code, "ALB"));
    assert_true(str_is(code_find(nat, str_of("VNM"))->code, "VNM"));
    assert_null(code_find(nat, str_of("Atlantean")));
    const struct code *vts = code_find(dictionary_codes("immigration_status"), str_of("VTS"));
    struct ymd change = {2023, 1, 30};
    assert_int_equal(vts->valid_from, date_from_ymd(change));
}

static void records_hold_canonical_values(void **state)
{
    struct arena a = ARENA_EMPTY;
    struct record r = record_new(&a);
    const struct field *given = dictionary_field(str_of("identity.given_name"));
    record_set(&r, given, 1, str_of("A"));
    record_set(&r, given, 2, str_of(""));
    assert_string_equal(record_get(&r, given, 1), "A");
    assert_null(record_get(&r, given, 2));
    assert_int_equal(r.count, 1);
    arena_free(&a);
}

static void layouts_name_what_is_wrong(void **state)
{
    struct layout l;
    struct err e = {0};
    const char head[] = "column,alias,field,instance,transform,argument,required,note\n";
    char text[300];
    snprintf(text, sizeof text, "%sid,,referral.no_such,,,,Y,\n", head);
    assert_int_equal(layout_parse(str_of(text), "m.csv", &l, &e), ST_DATA);
    assert_int_equal(e.row, 2);
    assert_string_equal(e.column, "field");
    snprintf(text, sizeof text, "%sid,ExternalId,referral.external_id,,,,Y,\n", head);
    assert_int_equal(layout_parse(str_of(text), "m.csv", &l, &e), ST_OK);
    assert_true(layout_column_named(&l, str_of("ExternalId"))->required);
    layout_free(&l);
}

static void layouts_agree_with_the_dictionary(void **state)
{
    size_t count;
    const struct layout *const *all = layout_all(&count);
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i]->count; k++) {
            const struct layout_column *c = &all[i]->columns[k];
            if (c->transform == MAP_FLAG ||
                (c->transform == MAP_CONST && c->field->type == FIELD_CODE))
                assert_non_null(code_find(c->field->codes, c->argument));
            if (c->transform == MAP_FLAG)
                assert_int_equal(c->field->type, FIELD_CODES);
        }
    const struct layout *nrm = layout_of_channel("nrm"), *dtn = layout_of_channel("dtn");
    assert_string_equal(layout_column_named(nrm, str_of("Customer.DOB"))->field->name,
                        "birth_date");
    assert_string_equal(layout_column_named(nrm, str_of("CountryLabel"))->field->name,
                        "jurisdiction");
    assert_null(layout_column_named(dtn, str_of("pv-dob")));
    for (size_t k = 0; k < dtn->count; k++)
        assert_false(dtn->columns[k].field &&
                     strncmp(dtn->columns[k].field->name, "birth_date", 10) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_every_published_entity_and_field),
        cmocka_unit_test(dates_find_their_companions),
        cmocka_unit_test(codes_are_found_by_code_label_and_crosswalk),
        cmocka_unit_test(records_hold_canonical_values),
        cmocka_unit_test(layouts_name_what_is_wrong),
        cmocka_unit_test(layouts_agree_with_the_dictionary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
