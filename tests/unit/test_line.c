#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/classify.h"
#include "domain/flag_rule.h"
#include "domain/line.h"

/* Records as "entity.field=value;..." with "2" after the entity's name for a second row. */
static struct record make(struct arena *a, const char *text)
{
    struct record r = record_new(a);
    while (*text) {
        size_t n = strcspn(text, ";"), name = strcspn(text, "=");
        char path[100];
        int instance = 1;
        size_t k = 0;
        for (size_t i = 0; i < name; i++) {
            if (text[i] == '2')
                instance = 2;
            else
                path[k++] = text[i];
        }
        path[k] = '\0';
        const struct field *f = dictionary_field(str_of(path));
        assert_non_null(f);
        record_set(&r, f, instance, (struct str){text + name + 1, n - name - 1});
        text += n + (text[n] == ';');
    }
    return r;
}

#define NRM "referral.channel=NRM;referral.status=ACCEPTED;referral.received_date="
#define TIP                                                                                        \
    "episode.act=YES;episode.means=YES;episode.purpose=YES;episode.exploited=YES;"                 \
    "episode.minor_at_any_time=NO;episode.asserted_by_source=YES;episode.exploitation_types=LAB;"
#define LEFT "exit.exit_status=EXITED;exit.truth=YES;"

static struct line build(struct arena *a, const char *first, const char *second, char decided)
{
    struct record *r = arena_array(a, 2, sizeof *r);
    struct line_record *l = arena_array(a, 2, sizeof *l);
    r[0] = make(a, first);
    r[1] = make(a, second);
    l[0] = (struct line_record){.id = 2, .record = &r[1], .decided = decided};
    l[1] = (struct line_record){.id = 1, .record = &r[0]};
    struct line line;
    struct line_options options = {.nrm_complete = true};
    line_build(&line, l, 2, &options, a);
    assert_int_equal(line.records[0].id, 1); /* by receipt, not by id */
    return line;
}

static const char EARLIER[] =
    NRM "2020-06-10;" TIP LEFT "episode.start_date=2019-03-01;episode.start_precision=MONTH;exit."
        "date=2020-05-20;exit.precision=DAY";

struct expectation {
    const char *second;
    enum incident verdict;
    const char *iom, *repeat_new; /* IOM2010 strict, NRM_REPEAT_NEW strict */
};

static void tells_same_new_and_unclear(void **state)
{
    static const struct expectation cases[] = {
        {NRM "2021-02-01;" TIP LEFT
             "episode.start_date=2020-09-01;episode.start_precision=MONTH;exit.date=2021-01-15;"
             "exit.precision=DAY",
         INCIDENT_NEW, "YES", "YES"},
        {NRM "2021-02-01;" TIP LEFT
             "episode.start_date=2019-03-01;episode.start_precision=MONTH;exit.date=2020-05-01;"
             "exit.precision=MONTH",
         INCIDENT_SAME, "NO", "NO"},
        {NRM "2021-02-01;" TIP "episode.start_date=2020-01-01;episode.start_precision=YEAR",
         INCIDENT_UNCLEAR, "INDETERMINATE", "INDETERMINATE"},
        {NRM "2021-02-01;" TIP "episode.start_precision=NONE", INCIDENT_UNCLEAR, "INDETERMINATE",
         "INDETERMINATE"},
        {NRM "2020-06-12;" TIP "episode.start_precision=NONE", INCIDENT_SAME, "NO", "NO"},
        {"referral.channel=NRM;referral.status=DUPLICATE;referral.received_date=2021-02-01;" TIP,
         INCIDENT_SAME, "NO", "NO"},
        {NRM "2021-02-01", INCIDENT_UNCLEAR, "NO", "INDETERMINATE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = ARENA_EMPTY;
        struct line l = build(&a, EARLIER, cases[i].second, 0);
        print_message("# case %zu: %s\n", i + 1, l.repeats[0].evidence);
        assert_int_equal(l.repeat_count, 1);
        assert_int_equal(l.repeats[0].verdict, cases[i].verdict);
        struct mode_view *v = mode_view_make(&l.facts, MODE_STRICT, &a);
        const struct definition_set *set = definitions_builtin();
        struct classification iom = classify(definition_find(set, "IOM2010"), v);
        struct classification new = classify(definition_find(set, "NRM_REPEAT_NEW"), v);
        assert_string_equal(verdict_name(iom.verdict), cases[i].iom);
        assert_string_equal(verdict_name(new.verdict), cases[i].repeat_new);
        arena_free(&a);
    }
}

static void a_person_decides(void **state)
{
    struct arena a = ARENA_EMPTY;
    struct line l = build(
        &a, EARLIER,
        NRM "2021-02-01;" TIP "episode.start_date=2020-01-01;episode.start_precision=YEAR", 'N');
    assert_int_equal(l.repeats[0].verdict, INCIDENT_NEW);
    assert_true(l.repeats[0].by_person);
    assert_int_equal(l.facts.episode_count, 2);
    assert_int_equal(l.facts.episodes[1].distinct, ANSWER_YES);
    arena_free(&a);
}

static bool has_flag(const struct flag_finding *f, int n, enum flag_kind kind, const char *provider)
{
    for (int i = 0; i < n; i++)
        if (f[i].kind == kind && strcmp(f[i].provider, provider) == 0)
            return true;
    return false;
}

static void each_trigger_raises_its_flag(void **state)
{
    static const struct {
        const char *second, *provider;
        enum flag_kind kind;
    } cases[] = {
        {NRM "2021-02-01;" TIP "episode.start_date=2020-09-01;episode.start_precision=MONTH", "P1",
         FLAG_NRM_REPEAT},
        {NRM "2021-02-01;" TIP "episode.start_date=2020-09-01;episode.start_precision=MONTH", "P1",
         FLAG_NRM_NEW_CONDUCT},
        {"referral.channel=POLICE;referral.received_date=2021-02-01", "P1", FLAG_CROSS_CHANNEL},
        {"referral.channel=MSVCC;referral.received_date=2021-02-01;support_period.provider=P2;"
         "support_period.start_date=2021-02-03",
         "P2", FLAG_SUPPORT_REENTRY},
        {"referral.channel=MSVCC;referral.received_date=2021-02-01;missing_event.kind=MISSING;"
         "missing_event.outcome=RETURNED_SELF;missing_event.outcome_date=2021-02-09",
         "P1", FLAG_MISSING_RETURN},
        {"referral.channel=NRM;referral.status=REFUSED;referral.received_date=2021-02-01", "P1",
         FLAG_REFERRAL_REFUSED},
        {"referral.channel=SELF;referral.received_date=2021-02-01;"
         "survivor_report.says_it_happened_again=YES",
         "P1", FLAG_SELF},
        {NRM "2021-02-01;referral.prior_reference=NRM-1", "P1", FLAG_PRIOR_REF_QUOTED},
    };
    char first[600];
    snprintf(first, sizeof first,
             "%s;support_period.provider=P1;support_period.start_date=2020-06-15;"
             "support_period.end_date=2020-12-01",
             EARLIER);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a = ARENA_EMPTY;
        struct line l = build(&a, first, cases[i].second, 0);
        struct flag_finding *flags;
        int count;
        flag_rules(&l, &flags, &count);
        assert_true(has_flag(flags, count, cases[i].kind, cases[i].provider));
        for (int k = 0; k < count; k++) {
            assert_int_equal(flags[k].record, 1); /* the first record raises nothing */
            assert_true(strlen(flags[k].reason) > 10);
        }
        arena_free(&a);
    }
}

static void a_hostile_line_stays_bounded(void **state)
{
    struct arena a = ARENA_EMPTY;
    enum { RECORDS = 700 };
    struct record r = make(&a, EARLIER);
    struct line_record *l = arena_array(&a, RECORDS, sizeof *l);
    for (int i = 0; i < RECORDS; i++)
        l[i] = (struct line_record){.id = i, .record = &r};
    struct line line;
    struct line_options options = {0};
    line_build(&line, l, RECORDS, &options, &a);
    assert_int_equal(line.facts.episode_count, 1);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_same_new_and_unclear),
        cmocka_unit_test(a_person_decides),
        cmocka_unit_test(each_trigger_raises_its_flag),
        cmocka_unit_test(a_hostile_line_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
