/* Rows to records by the compiled-in layouts. Expected values follow from domain/layout.h and the
 * code lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/date.h"
#include "ingest/map.h"
#include "ingest/mapfile.h"

#include <stdlib.h>

struct result {
    struct arena memory;
    struct record record;
    struct findings findings;
    struct table table;
    struct layout own;
    struct mapper *mapper;
    bool kept;
    struct err e;
};

static int32_t today(void)
{
    int32_t d;
    assert_true(date_from_iso(str_of("2024-06-15"), &d));
    return d;
}

/* Maps the first row of `csv`. NULL channel: canonical. */
static enum status map_one(struct result *r, const char *channel, const char *csv)
{
    struct table_row row;
    *r = (struct result){0};
    r->record = record_new(&r->memory);
    TRY(table_open_bytes(&r->table, str_of(csv), "test.csv", &r->e));
    const struct layout *l = channel ? layout_of_channel(channel) : &r->own;
    if (!channel)
        TRY(layout_from_headers(&r->table, &r->own, &r->e));
    TRY(mapper_new(&r->table, l, channel != NULL, today(), &r->mapper, &r->e));
    TRY(table_next(&r->table, &row, &r->e));
    r->kept = mapper_row(r->mapper, &row, &r->record, &r->findings);
    return ST_OK;
}

static void done(struct result *r)
{
    mapper_free(r->mapper);
    layout_free(&r->own);
    table_close(&r->table);
    findings_free(&r->findings);
    arena_free(&r->memory);
}

static void has(const struct result *r, const char *path, int instance, const char *wanted)
{
    const struct field *f = dictionary_field(str_of(path));
    assert_non_null(f);
    const char *got = record_get(&r->record, f, instance);
    if (!got != !wanted || (got && strcmp(got, wanted) != 0))
        fail_msg("%s %d is %s, not %s", path, instance, got ? got : "absent",
                 wanted ? wanted : "absent");
}

static void nrm_row(void **state)
{
    struct result r;
    enum status s = map_one(
        &r, "nrm",
        "ExternalId,ReceivedDate,Status,pv-under-age,pv-name-first-name,pv-name-last-name,pv-dob,"
        "pv-gender,pv-nationality,when-did-the-exploitation-take-place,"
        "still-in-exploitative-situation,how-why-did-they-leave-the-situation,"
        "types-of-exploitation-forced-to-work,types-of-exploitation-wages-taken,"
        "types-of-exploitation-prostitution,RGDecision,RGDecisionDate,"
        "reported-to-police-crime-reference,where-exploitation-happened-uk-city-1\n"
        "N-1,03/04/2021,RECEIVED,not-sure,Thi\xcc\xa3,Nguy\xe1\xbb\x85n,2003,female,Albanian / "
        "Greek,from March 2019 until about June 2020,no,she ran away at night,true,1,,positive,"
        "2021-04-09,CR/1,Leeds\n");
    if (s != ST_OK)
        fail_msg("%s", r.e.what);
    for (size_t i = 0; i < r.findings.n; i++)
        fail_msg("%s: %s", r.findings.list[i].column, r.findings.list[i].what);
    assert_true(r.kept);
    has(&r, "referral.external_id", 1, "N-1");
    has(&r, "referral.received_date", 1, "2021-04-03"); /* day first */
    has(&r, "referral.channel", 1, "NRM");
    has(&r, "referral.age_status_at_referral", 1, "DISPUTED");
    has(&r, "identity.given_name", 1, "Th\xe1\xbb\x8b"); /* NFC */
    has(&r, "person.birth_date", 1, "2003-01-01");
    has(&r, "person.birth_date_latest", 1, "2003-12-31");
    has(&r, "person.birth_date_precision", 1, "YEAR");
    has(&r, "person.gender", 1, "F");
    has(&r, "person.nationality", 1, "ALB");
    has(&r, "person.nationality_second", 1, "GRC");
    has(&r, "episode.start_date", 1, "2019-03-01");
    has(&r, "episode.start_latest", 1, "2019-03-31");
    has(&r, "episode.start_precision", 1, "MONTH");
    has(&r, "episode.end_date", 1, "2020-05-01");
    has(&r, "episode.end_precision", 1, "RANGE");
    has(&r, "episode.exploitation_types", 1, "LAB");
    has(&r, "episode.exploitation_components", 1, "LAB|LAB_WAGES");
    has(&r, "episode.act", 1, "NOT_ASKED");
    has(&r, "episode.source_kind", 1, "NRM");
    has(&r, "exit.exit_status", 1, "EXITED");
    has(&r, "exit.mode", 1, "ESCAPE");
    has(&r, "exit.date", 1, "2020-05-01");
    has(&r, "exit.date_latest", 1, "2020-07-31");
    has(&r, "exit.episode_id", 1, "episode.1");
    has(&r, "exit.truth", 1, "YES");
    has(&r, "decision.outcome", 1, "POS");
    has(&r, "decision.stage", 1, "RG");
    has(&r, "decision.episode_id", 1, "episode.1");
    has(&r, "decision.stage", 2, NULL);
    has(&r, "identifier.scheme", 1, "CRIME");
    has(&r, "episode_location.place", 1, "Leeds");
    has(&r, "episode_location.country", 1, "GBR");
    has(&r, "episode_location.order", 1, "1");
    assert_int_equal(mapper_day_first(r.mapper), 1);
    assert_true(str_is(mapper_source_key(r.mapper, &r.record), "N-1"));
    done(&r);
}

static void several_periods(void **state)
{
    struct result r;
    assert_int_equal(
        map_one(&r, "nrm",
                "ExternalId,ReceivedDate,Status,when-did-the-exploitation-take-place-multiple,"
                "still-in-exploitative-situation\nN-1,2021-04-03,RECEIVED,"
                "2015 to 2016 (cannabis; a house); March 2019 to May 2019,no\n"),
        ST_OK);
    assert_true(r.kept);
    has(&r, "episode.start_date", 1, "2019-03-01");
    has(&r, "episode.seq", 1, "2");
    has(&r, "episode.start_date", 2, "2015-01-01");
    has(&r, "episode.end_latest", 2, "2016-12-31");
    has(&r, "episode.seq", 2, "1");
    has(&r, "episode.source_kind", 2, "NRM");
    has(&r, "exit.date_latest", 1, "2019-05-31");
    done(&r);
}

static void not_ceased_has_no_end(void **state)
{
    struct result r;
    assert_int_equal(map_one(&r, "nrm",
                             "ExternalId,ReceivedDate,Status,when-did-the-exploitation-take-place,"
                             "still-in-exploitative-situation\nN-1,2021-04-03,RECEIVED,2019,yes\n"),
                     ST_OK);
    has(&r, "exit.exit_status", 1, "NOT_CEASED");
    has(&r, "exit.date", 1, NULL);
    has(&r, "episode.end_date", 1, NULL);
    has(&r, "episode.end_precision", 1, "NONE");
    has(&r, "episode.start_latest", 1, "2019-12-31");
    done(&r);
}

static void ages_become_ranges(void **state)
{
    struct result r;
    assert_int_equal(
        map_one(&r, "ngo",
                "referral.external_id,referral.received_date,referral.status,person.birth_date,"
                "episode.start_date\nA,2021-03-10,RECEIVED,17 years old,aged 15\n"),
        ST_OK);
    assert_true(r.kept);
    has(&r, "person.birth_date", 1, "2003-03-11");
    has(&r, "person.birth_date_latest", 1, "2004-03-10");
    has(&r, "person.birth_date_precision", 1, "AGE");
    has(&r, "episode.start_date", 1, "2018-03-11");
    has(&r, "episode.start_latest", 1, "2020-03-09");
    has(&r, "episode.start_precision", 1, "AGE");
    done(&r);
}

/* One bad thing at a time, on an otherwise good row. */
static void refuses_bad_rows(void **state)
{
    static const struct {
        const char *header, *cell, *column, *word;
    } cases[] = {
        {"person.birth_date", "31/02/1990", "person.birth_date", "does not exist"},
        {"person.birth_date", "0021-03-04", "person.birth_date", "impossible year"},
        {"person.birth_date", "2030-01-01", "person.birth_date", "future"},
        {"person.birth_date", "1900-01-01", "person.birth_date", "120 years"},
        {"person.birth_date", "2022-01-01", "referral.received_date", "born"},
        {"person.birth_date", "12/31/1990", "person.birth_date", "day first"},
        {"person.birth_date", "31/12/90", "person.birth_date", "two digits"},
        {"person.birth_date", "33000", "person.birth_date", "bare number"},
        {"person.gender", "purple", "person.gender", "gender_crosswalk"},
        {"person.nationality", "Narnian", "person.nationality", "nationality"},
        {"person.children_count", "many", "person.children_count", "whole number"},
        {"person.children_count", "-1", "person.children_count", "negative"},
        {"identity.given_name", "=HYPERLINK(\"x\")", "identity.given_name", "formula"},
        {"identity.given_name", "'=1+1", "identity.given_name", "formula"},
        {"identity.given_name", "+cmd|' /C calc'!A0", "identity.given_name", "formula"},
        {"person.birth_date", "=TODAY()", "person.birth_date", "formula"},
        {"episode.exploitation_types", "LAB|NOPE", "episode.exploitation_types",
         "exploitation_type"},
        {"support_period.start_date", "2021", "support_period.start_date", "full date"},
        {"immigration_status.status,immigration_status.from", "VTS,2020-01-01",
         "immigration_status.status", "not exist yet"},
        {"episode.start_date,episode.end_date", "2020-05-01,2019-05-01", "episode.end_date",
         "before the start"},
        {"episode.start_date,exit.exit_status,exit.date", "2020-05-01,EXITED,2020-04-30",
         "exit.date", "exit before the entry"},
        {"support_period.start_date,support_period.end_date", "2020-05-02,2020-05-01",
         "support_period.end_date", "before the start"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        struct buf csv = BUF_EMPTY;
        buf_addf(&csv, "referral.external_id,referral.received_date,referral.status,%s\n",
                 cases[i].header);
        buf_adds(&csv, "A,2021-03-10,RECEIVED,");
        if (strchr(cases[i].header, ','))
            buf_adds(&csv, cases[i].cell);
        else
            buf_add_csv(&csv, str_of(cases[i].cell), false);
        buf_addc(&csv, '\n');
        if (map_one(&r, "msvcc", csv.p) != ST_OK)
            fail_msg("%s", r.e.what);
        bool found = false;
        for (size_t k = 0; k < r.findings.n; k++) {
            struct finding *f = &r.findings.list[k];
            found |= !f->warning && strcmp(f->column, cases[i].column) == 0 &&
                     strstr(f->what, cases[i].word);
            if (strlen(cases[i].cell) > 4) /* never the value itself */
                assert_null(strstr(f->what, cases[i].cell));
        }
        if (r.kept || !found)
            fail_msg("%s = %s: %s %s", cases[i].header, cases[i].cell,
                     r.kept ? "kept" : "other finding",
                     r.findings.n ? r.findings.list[0].what : "");
        done(&r);
        buf_free(&csv);
    }
}

static void ragged_and_missing(void **state)
{
    struct result r;
    const char *head = "referral.external_id,referral.received_date,referral.status\n";
    char csv[300];
    snprintf(csv, sizeof csv, "%sA,2021-01-01,RECEIVED,more\n", head);
    assert_int_equal(map_one(&r, "ngo", csv), ST_OK);
    assert_false(r.kept);
    assert_non_null(strstr(r.findings.list[0].what, "more cells"));
    done(&r);
    snprintf(csv, sizeof csv, "%sA,2021-01-01\n", head);
    assert_int_equal(map_one(&r, "ngo", csv), ST_OK);
    assert_false(r.kept);
    done(&r);
    snprintf(csv, sizeof csv, "%s,2021-01-01,RECEIVED\n", head);
    assert_int_equal(map_one(&r, "ngo", csv), ST_OK);
    assert_false(r.kept);
    assert_non_null(strstr(r.findings.list[0].what, "required"));
    done(&r);
    assert_int_equal(map_one(&r, "ngo", "referral.external_id,person.gender\nA,F\n"), ST_DATA);
    assert_string_equal(r.e.column, "referral.received_date");
    done(&r);
}

static void spellings_of_codes(void **state)
{
    static const struct {
        const char *header, *cell, *path, *code;
    } cases[] = {
        {"person.nationality", "Congolese (DRC)", "person.nationality", "COD"},
        {"person.nationality", "congolese drc", "person.nationality", "COD"},
        {"person.nationality", "Vietnam", "person.nationality", "VNM"},
        {"person.nationality", "vn", "person.nationality", "VNM"},
        {"person.nationality", "English", "person.nationality", "GBR"},
        {"person.nationality", "Afghan Indian", "person.nationality_second", "IND"},
        {"person.nationality", "Irish and British", "person.nationality_second", "GBR"},
        {"person.nationality", "Unknown", "person.nationality", NULL},
        {"person.gender", "Male", "person.gender", "M"},
        {"person.gender", "TransgenderFeminine", "person.gender", "TF"},
        {"person.has_children", "Y", "person.has_children", "YES"},
        {"person.has_children", "prefer not to say", "person.has_children", "REFUSED"},
        {"person.has_children", "not asked", "person.has_children", "NOT_ASKED"},
        {"episode.exploitation_types", "Labour & Criminal", "episode.exploitation_types",
         "CRIM|LAB"},
        {"episode.exploitation_types", "forced labour; DOM", "episode.exploitation_types",
         "DOM|LAB"},
        {"support_period.exit_reason", "Absconded", "support_period.exit_reason", "ABSCONDED"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result r;
        char csv[400];
        snprintf(csv, sizeof csv,
                 "referral.external_id,referral.received_date,referral.status,%s\n"
                 "A,2021-03-10,RECEIVED,%s\n",
                 cases[i].header, cases[i].cell);
        assert_int_equal(map_one(&r, "msvcc", csv), ST_OK);
        if (!r.kept)
            fail_msg("%s: %s", cases[i].cell, r.findings.list[0].what);
        has(&r, cases[i].path, 1, cases[i].code);
        done(&r);
    }
}

static void channels_are_told(void **state)
{
    size_t count;
    const struct layout *const *all = layout_all(&count);
    assert_true(count >= 6);
    for (size_t i = 0; i < count; i++) {
        struct buf header = BUF_EMPTY;
        for (size_t k = 0; k < all[i]->count; k++) {
            struct str name = all[i]->columns[k].column;
            bool again = false;
            for (size_t m = 0; m < k; m++)
                again |= str_eq(all[i]->columns[m].column, name);
            if (name.n && !again)
                buf_addf(&header, "%s%.*s", header.n ? "," : "", (int)name.n, name.p);
        }
        buf_addc(&header, '\n');
        for (size_t k = 0; k < count; k++) {
            struct table t;
            struct err e = {0};
            assert_int_equal(table_open_bytes(&t, buf_str(&header), "x", &e), ST_OK);
            const char *better = channel_that_fits_better(&t, all[k]);
            if (i == k && better)
                fail_msg("a %s extract was taken for %s", all[i]->channel, better);
            if (i != k && (!better || strcmp(better, all[i]->channel) != 0))
                fail_msg("a %s extract given as %s was taken for %s", all[i]->channel,
                         all[k]->channel, better ? better : "it");
            table_close(&t);
        }
        buf_free(&header);
    }
}

static void canonical_headers(void **state)
{
    struct result r;
    assert_int_equal(map_one(&r, NULL,
                             "referral.external_id,referral.channel,referral.received_date,"
                             "support_period2.provider,support_period2.start_date,exit.episode_id,"
                             "exit.exit_status,episode.seq,rejected_reason\n"
                             "A,NGO,2021-01-01,Haven,2021-02-03,abc.episode.1,EXITED,1,old\n"),
                     ST_OK);
    assert_true(r.kept);
    has(&r, "support_period.provider", 2, "Haven");
    has(&r, "support_period.referral_id", 2, "referral.1");
    has(&r, "exit.episode_id", 1, "episode.1");
    done(&r);
    assert_int_equal(map_one(&r, NULL, "referral.external_id,referral.colour\nA,red\n"), ST_DATA);
    assert_string_equal(r.e.column, "referral.colour");
    done(&r);
}

static void first_guess(void **state)
{
    struct table t;
    struct err e = {0};
    json_t *doc;
    const char *csv = "Our ref,Forename,Surname,D.O.B.,Sex,Nationality,Date of referral,Shoe size\n"
                      "1,Ana,Silva,01/02/1990,F,Brazilian,03/04/2021,38\n"
                      "2,Bo,Li,11/12/1985,M,Chinese,05/06/2022,42\n";
    static const struct {
        const char *header, *field;
    } wanted[] = {{"Our ref", "referral.external_id"},
                  {"Forename", "identity.given_name"},
                  {"Surname", "identity.family_name"},
                  {"D.O.B.", "person.birth_date"},
                  {"Sex", "person.gender"},
                  {"Nationality", "person.nationality"},
                  {"Date of referral", "referral.received_date"},
                  {"Shoe size", NULL}};
    assert_int_equal(table_open_bytes(&t, str_of(csv), "x", &e), ST_OK);
    assert_int_equal(mapfile_suggest(&t, layout_of_channel("ngo"), today(), &doc, &e), ST_OK);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        json_t *entry = json_object_get(json_object_get(doc, "columns"), wanted[i].header);
        const char *got = json_string_value(json_object_get(entry, "field"));
        if (!got != !wanted[i].field || (got && strcmp(got, wanted[i].field) != 0))
            fail_msg("%s was taken for %s", wanted[i].header, got ? got : "nothing");
    }
    json_decref(doc);
    table_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nrm_row),
        cmocka_unit_test(several_periods),
        cmocka_unit_test(not_ceased_has_no_end),
        cmocka_unit_test(ages_become_ranges),
        cmocka_unit_test(refuses_bad_rows),
        cmocka_unit_test(ragged_and_missing),
        cmocka_unit_test(spellings_of_codes),
        cmocka_unit_test(channels_are_told),
        cmocka_unit_test(canonical_headers),
        cmocka_unit_test(first_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
