/* Links drawn from their probabilities: against what theory gives for small cases. */
#include "register_kit.h"

#include "app/link_draws.h"
#include "app/register_mse.h"
#include "base/date.h"
#include "stats/proportion.h"

#include <math.h>

#define NEAR(got, wanted, tolerance) assert_true(fabs((got) - (wanted)) <= (tolerance))

/* ---- one answer to who is who ---- */

enum { TIMES = 20000 };

static void sample_many(const struct sample_component *c, const char *const *shapes, int counts[])
{
    struct arena scratch = ARENA_EMPTY;
    for (int i = 0; i < TIMES; i++) {
        struct rng rng = rng_stream(11, (uint64_t)i);
        uint32_t group[8];
        char shape[9] = "";
        link_sample(c, &link_calibration_stated, &rng, &scratch, group);
        for (uint32_t k = 0; k < c->n; k++)
            shape[k] = (char)('0' + group[k]);
        int s = 0;
        while (shapes[s] && strcmp(shapes[s], shape) != 0)
            s++;
        if (!shapes[s])
            fail_msg("the answer %s cannot be", shape);
        counts[s]++;
        arena_rewind(&scratch);
    }
    arena_free(&scratch);
}

/* Within five standard errors of the binomial. */
static void is_share(int count, double p)
{
    NEAR((double)count / TIMES, p, 5 * sqrt(p * (1 - p) / TIMES) + 1e-12);
}

static void a_single_claim_is_kept_with_its_probability(void **state)
{
    static const double odds_bits[] = {0, 1, -2, 6};
    static const double p[] = {0.5, 2.0 / 3, 0.2, 64.0 / 65};
    static const char *const shapes[] = {"00", "01", NULL};
    for (int i = 0; i < 4; i++) {
        struct sample_claim claim = {1, 0, odds_bits[i]};
        struct sample_component c = {.n = 2, .claims = &claim, .claim_count = 1};
        int counts[2] = {0};
        sample_many(&c, shapes, counts);
        is_share(counts[0], p[i]);
    }
}

/* 0-1 and 1-2 at 3 bits (8/9), 0-2 never compared (-1 bit): once two are one, the third is judged
 * by the average of 3 and -1, 1 bit (2/3). */
static void a_chain_is_judged_by_its_average(void **state)
{
    static const struct sample_claim claims[] = {{0, 1, 3}, {1, 2, 3}};
    static const char *const shapes[] = {"000", "002", "011", "012", NULL};
    struct sample_component c = {.n = 3, .claims = claims, .claim_count = 2};
    int counts[4] = {0};
    sample_many(&c, shapes, counts);
    is_share(counts[0], 8.0 / 9 * 2 / 3);
    is_share(counts[1], 8.0 / 9 * 1 / 3);
    is_share(counts[2], 1.0 / 9 * 8 / 9);
    is_share(counts[3], 1.0 / 9 * 1 / 9);
}

/* Two claims between the same two groups are one question, not two chances. */
static void several_claims_between_two_groups_are_one_question(void **state)
{
    static const struct sample_claim claims[] = {{0, 2, 1}, {1, 2, 1}};
    static const struct sample_fixed fixed = {0, 1, true};
    static const char *const shapes[] = {"000", "002", NULL};
    struct sample_component c = {
        .n = 3, .claims = claims, .claim_count = 2, .fixed = &fixed, .fixed_count = 1};
    int counts[2] = {0};
    sample_many(&c, shapes, counts);
    is_share(counts[0], 2.0 / 3);
}

static void decisions_hold_in_every_answer(void **state)
{
    static const struct sample_claim claims[] = {{0, 1, 20}, {1, 2, 20}, {2, 3, 0}};
    static const struct sample_fixed fixed[] = {{0, 2, false}, {0, 1, true}};
    static const char *const shapes[] = {"0022", "0023", NULL};
    struct sample_component c = {
        .n = 4, .claims = claims, .claim_count = 3, .fixed = fixed, .fixed_count = 2};
    int counts[2] = {0};
    sample_many(&c, shapes, counts);
    is_share(counts[0], 0.5);
}

static void calibration_moves_the_logit(void **state)
{
    struct link_calibration c = {-1, 0.5, 0};
    NEAR(link_calibrated(&c, 0), 1 / (1 + exp(1)), 1e-15);
    NEAR(link_calibrated(&c, 2 / M_LN2), 0.5, 1e-15);
}

/* ---- pooling ---- */

static void draws_that_agree_give_wilsons_interval(void **state)
{
    static const int64_t xs[] = {0, 3, 50, 100};
    for (int k = 0; k < 4; k++) {
        int64_t x[60], n[60];
        struct draw_quantity q = {.kind = DRAW_SHARE};
        for (int i = 0; i < 60; i++) {
            x[i] = xs[k];
            n[i] = 100;
        }
        link_draws_pool(&q, x, n, 60);
        struct interval w = proportion_interval((double)xs[k], 100, 0.95, PROP_WILSON);
        NEAR(q.estimate, (double)xs[k] / 100, 1e-15);
        NEAR(q.between, 0, 1e-30);
        NEAR(q.share_due_to_linkage, 0, 1e-12);
        NEAR(q.lo, w.lo, 1e-9);
        NEAR(q.hi, w.hi, 1e-9);
        NEAR(q.lo_without_linkage, w.lo, 1e-9);
        NEAR(q.hi_without_linkage, w.hi, 1e-9);
    }
}

/* Rubin's rules by hand: shares 0.2 and 0.4 in turn, 100 each, 50 draws. */
static void draws_that_differ_add_their_variance(void **state)
{
    int64_t x[50], n[50];
    struct draw_quantity q = {.kind = DRAW_SHARE};
    for (int i = 0; i < 50; i++) {
        x[i] = i % 2 ? 40 : 20;
        n[i] = 100;
    }
    link_draws_pool(&q, x, n, 50);
    double within = (0.2 * 0.8 + 0.4 * 0.6) / 2 / 100, between = 0.01 * 50 / 49;
    NEAR(q.estimate, 0.3, 1e-12);
    NEAR(q.within, within, 1e-12);
    NEAR(q.between, between, 1e-12);
    NEAR(q.total, within + 1.02 * between, 1e-12);
    NEAR(q.share_due_to_linkage, 1.02 * between / (within + 1.02 * between), 1e-12);
    assert_true(q.lo < q.lo_without_linkage && q.hi > q.hi_without_linkage);
    /* worked by hand in docs/method/linkage-uncertainty.md: t(69.64) = 1.994618 */
    NEAR(q.lo, 0.13189043638909131, 1e-9);
    NEAR(q.hi, 0.5472958417958458, 1e-9);
}

/* ---- a register ---- */

static struct link_draws_options options(int draws, int threads)
{
    return (struct link_draws_options){.set = definitions_builtin(),
                                       .until = INT32_MAX,
                                       .draws = draws,
                                       .seed = 5,
                                       .threads = threads,
                                       .calibration = &link_calibration_stated,
                                       .specificity = 0.9};
}

static struct link_draws draws_of(struct store *s, int draws, int threads)
{
    struct link_draws d;
    struct link_draws_options o = options(draws, threads);
    GOOD(link_draws_run(s, &o, &d, e));
    return d;
}

/* Records 1 and 2 with a claim of this probability; 3 stands alone. */
static struct store *pair_register(struct place *p, double probability)
{
    uint64_t written;
    make_place(p);
    struct store *s = open_as(p->dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 3, "2022-01-01");
    struct claim c = {.a = 1,
                      .b = 2,
                      .status = CLAIM_PROPOSED,
                      .basis = "NAME_DOB",
                      .weight = 0,
                      .probability = probability};
    GOOD(store_claims_put(s, &c, 1, 1, &written, e));
    assert_int_equal(written, 1);
    return s;
}

/* 2 or 3 people, each half of the time: between-draw variance 1/4, within 0. */
static void a_coin_between_two_records(void **state)
{
    struct place p;
    struct store *s = pair_register(&p, 0.5);
    struct link_draws d = draws_of(s, 2000, 2);
    const struct draw_quantity *people = link_draws_find(&d, "people");
    assert_non_null(people);
    assert_int_equal(d.affected_records, 2);
    assert_int_equal(people->linked_numerator, 3);
    NEAR(people->estimate, 2.5, 5 * 0.5 / sqrt(2000));
    NEAR(people->between, 0.25, 0.005);
    NEAR(people->within, 0, 0);
    NEAR(people->share_due_to_linkage, 1, 1e-12);
    /* Repeats: 1 of 3 records or none. Within-draw variance (1/3)(2/3)/3 half of the time. */
    const struct draw_quantity *repeats = link_draws_find(&d, "repeats_of_records");
    NEAR(repeats->between, 0.25 / 9, 0.001);
    NEAR(repeats->within, 1.0 / 27, 0.003);
    assert_null(link_draws_find(&d, "nothing"));
    link_draws_free(&d);
    store_close(s);
    remove_place(&p);
}

/* Nothing to draw: every draw is the register's own table, and pooling gives its own estimate. */
static void people_on_no_list_follow_the_draws(void **state)
{
    int64_t people[LINK_CELLS] = {0};
    struct link_draws d = {0};
    struct link_draws_options o = options(50, 1);
    struct link_counting c = {.set = o.set, .lists = true};
    size_t slots = link_slots(&c), first = link_cell_slot(o.set, 0);
    int64_t *totals = mem_zalloc(50 * slots, sizeof *totals);
    people[1] = 100; /* NRM alone */
    people[2] = 60;  /* DTN alone */
    people[3] = 20;
    for (size_t i = 0; i < 50; i++)
        memcpy(totals + i * slots + first, people, sizeof people);
    link_hidden(&d, &o, &c, totals);
    NEAR(d.hidden.observed, 180, 1e-9);
    NEAR(d.hidden.unobserved.point, 100.0 * 60 / 20, 1e-6); /* two lists: n10 n01 / n11 */
    NEAR(d.hidden.unobserved.linkage_share, 0, 1e-12);
    for (size_t i = 0; i < 50; i += 2) { /* every other draw finds ten links more */
        totals[i * slots + first + 1] -= 10;
        totals[i * slots + first + 2] -= 10;
        totals[i * slots + first + 3] += 10;
    }
    link_hidden(&d, &o, &c, totals);
    double gap = log(90.0 * 50 / 30) - log(300);
    NEAR(d.hidden.observed, 175, 1e-9);
    NEAR(d.hidden.unobserved.between, gap * gap / 4 * 50 / 49, 1e-9);
    free(totals);
}

static void certain_links_add_nothing(void **state)
{
    struct place p;
    for (int k = 0; k < 2; k++) {
        struct store *s = pair_register(&p, 1);
        if (k == 1)
            GOOD(store_claim_decide(s, 1, 2, CLAIM_REJECTED, "MANUAL", "", e));
        struct link_draws d = draws_of(s, 60, 2);
        assert_int_equal(d.undecided, 0);
        for (size_t i = 0; i < d.count; i++) {
            const struct draw_quantity *q = &d.quantities[i];
            if (q->draws == 0)
                continue; /* a split of no repeats */
            NEAR(q->between, 0, 1e-30);
            NEAR(q->share_due_to_linkage, 0, 1e-12);
            NEAR(q->lo, q->lo_without_linkage, 1e-12);
        }
        link_draws_free(&d);
        store_close(s);
        remove_place(&p);
    }
}

/* A definition nobody meets: 3 people, specificity 0.9. */
static void false_repeats_stand_beside_rare_rates(void **state)
{
    struct place p;
    struct store *s = pair_register(&p, 0);
    struct link_draws d = draws_of(s, 50, 1);
    const struct draw_quantity *rare = link_draws_find(&d, "nrm_people_with_repeat");
    assert_non_null(rare);
    assert_int_equal(rare->draws, 0); /* no accepted NRM referral: no rate, no number */
    assert_true(isnan(rare->estimate) && isnan(rare->false_by_specificity));
    rare = link_draws_find(&d, "people_with_repeat");
    NEAR(rare->estimate, 0, 0);
    NEAR(rare->false_by_specificity, 3 * (1 - 0.9), 1e-12);
    assert_true(isnan(link_draws_find(&d, "people")->false_by_specificity));
    link_draws_free(&d);
    store_close(s);
    remove_place(&p);
}

static void threads_change_nothing(void **state)
{
    struct place p;
    uint64_t written;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 30, "2022-01-01");
    struct claim c[28];
    for (int i = 0; i < 28; i++)
        c[i] = (struct claim){.a = i + 1,
                              .b = i + 2 + i % 2,
                              .status = CLAIM_PROPOSED,
                              .basis = "NAME_DOB",
                              .probability = 0.1 + 0.03 * i};
    GOOD(store_claims_put(s, c, 28, 1, &written, e));
    struct link_draws one = draws_of(s, 64, 1), four = draws_of(s, 64, 4);
    assert_int_equal(one.count, four.count);
    assert_memory_equal(one.quantities, four.quantities, one.count * sizeof *one.quantities);
    assert_true(link_draws_find(&one, "people")->between > 0);
    link_draws_free(&one);
    link_draws_free(&four);
    store_close(s);
    remove_place(&p);
}

/* ---- lists ---- */

static uint8_t channel(const char *code)
{
    const struct code_list *list = dictionary_codes("referral_channel");
    for (size_t i = 0; i < list->count; i++)
        if (str_is(list->codes[i].code, code))
            return (uint8_t)i;
    fail_msg("no channel %s", code);
    return 0;
}

static int32_t day(const char *text)
{
    int32_t d;
    assert_true(date_from_iso(str_of(text), &d));
    return d;
}

/* `people` persons, each with a referral on both lists (the second may be NULL). */
static void add_people(struct analysis *a, int people, const char *first, const char *second,
                       const char *on, char verdict)
{
    for (int i = 0; i < people; i++) {
        const char *const lists[] = {first, second};
        for (int k = 0; k < 2 && lists[k]; k++)
            a->referrals[a->referral_count++] = (struct referral_row){.person = a->person_count,
                                                                      .channel = channel(lists[k]),
                                                                      .received = day(on),
                                                                      .verdict = k ? verdict : 0};
        a->persons[a->person_count++] = (struct person_row){.line = (int64_t)a->person_count};
    }
}

static void persons_on_lists_are_counted_within_the_period(void **state)
{
    struct analysis a = {.persons = mem_zalloc(1000, sizeof *a.persons),
                         .referrals = mem_zalloc(2000, sizeof *a.referrals),
                         .set = definitions_builtin(),
                         .as_at = day("2023-06-01")};
    struct register_mse m;
    add_people(&a, 100, "NRM", NULL, "2022-03-01", 0);
    add_people(&a, 60, "POLICE", NULL, "2022-12-31", 0);
    add_people(&a, 20, "NRM", "POLICE", "2022-01-01", 'S');
    add_people(&a, 40, "NRM", "MSVCC", "2022-05-01",
               'N');                                  /* MSVCC within the NRM, trafficked again */
    add_people(&a, 50, "NGO", NULL, "2021-12-31", 0); /* before the period */
    add_people(&a, 7, "SELF", NULL, "2022-05-01", 0); /* no agency's list */
    struct register_mse_options o = {
        .from = DATE_NONE, .to = DATE_NONE, .threads = 1, .recall = NAN, .precision = NAN};
    GOOD(register_mse_run(&a, &o, &m, e));
    assert_int_equal(m.from, day("2022-01-01"));
    assert_int_equal(m.to, day("2022-12-31"));
    assert_true(m.asked);
    assert_int_equal(m.people, 220);
    assert_int_equal(m.lists, 3);
    assert_int_equal(m.trafficked_again, 40);
    assert_string_equal(m.list[1].channel, "MSVCC");
    assert_string_equal(m.list[1].inside, "NRM");
    NEAR(m.list[1].share_inside, 1, 0);
    /* lists in order NRM, MSVCC, POLICE: bits 1, 2, 4 */
    NEAR(m.table.count[1], 100, 0);
    NEAR(m.table.count[4], 60, 0);
    NEAR(m.table.count[5], 20, 0);
    NEAR(m.table.count[3], 40, 0);
    NEAR(m.table.total, 220, 0);
    /* fed list and an open population: two red flags, so no number */
    assert_true(m.report.flags >= 2 && m.report.grade >= MSE_GRADE_RANGE);
    assert_true(isnan(m.report.estimate));
    register_mse_free(&m);
    o.from = day("2021-01-01");
    o.to = day("2021-12-31");
    GOOD(register_mse_run(&a, &o, &m, e));
    assert_false(m.asked); /* one list */
    assert_non_null(m.why_not);
    json_t *doc = register_mse_document(&m);
    assert_true(json_is_null(json_object_get(doc, "estimate")));
    json_decref(doc);
    register_mse_free(&m);
    free(a.persons);
    free(a.referrals);
}

/* Two lists by hand: Chapman (100 + 1)(80 + 1)/(20 + 1) - 1 = 388.57. */
static void two_lists_give_chapman(void **state)
{
    struct analysis a = {.persons = mem_zalloc(1000, sizeof *a.persons),
                         .referrals = mem_zalloc(2000, sizeof *a.referrals),
                         .set = definitions_builtin(),
                         .as_at = day("2023-06-01")};
    struct register_mse m;
    add_people(&a, 80, "NRM", NULL, "2022-03-01", 0);
    add_people(&a, 60, "NGO", NULL, "2022-04-01", 0);
    add_people(&a, 20, "NRM", "NGO", "2022-05-01", 'S');
    struct register_mse_options o = {
        .from = DATE_NONE, .to = DATE_NONE, .threads = 1, .recall = NAN, .precision = NAN};
    GOOD(register_mse_run(&a, &o, &m, e));
    NEAR(m.report.two_lists[0].N_Chapman, 101.0 * 81 / 21 - 1, 1e-9);
    register_mse_free(&m);
    free(a.persons);
    free(a.referrals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_claim_is_kept_with_its_probability),
        cmocka_unit_test(a_chain_is_judged_by_its_average),
        cmocka_unit_test(several_claims_between_two_groups_are_one_question),
        cmocka_unit_test(decisions_hold_in_every_answer),
        cmocka_unit_test(calibration_moves_the_logit),
        cmocka_unit_test(draws_that_agree_give_wilsons_interval),
        cmocka_unit_test(draws_that_differ_add_their_variance),
        cmocka_unit_test(a_coin_between_two_records),
        cmocka_unit_test(people_on_no_list_follow_the_draws),
        cmocka_unit_test(certain_links_add_nothing),
        cmocka_unit_test(false_repeats_stand_beside_rare_rates),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(persons_on_lists_are_counted_within_the_period),
        cmocka_unit_test(two_lists_give_chapman),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
