#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/date.h"
#include "simulate/life.h"
#include "simulate/life_parts.h"
#include "simulate/mistakes.h"
#include "simulate/sheet.h"
#include "text/compare.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static struct simulator *sim;
static const struct parameters no_mistakes = {.plain_letters = (chance32)1 << 32};

static int scaled(int n)
{
    return getenv("THROUGHLINE_SANITIZED") ? n / 8 : n;
}

static const struct culture *culture(const char *alpha3)
{
    return names_culture(sim->model.names, str_of(alpha3));
}

static bool in_pool(const struct name_pool *p, const char *ascii)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->name[i]->ascii, ascii) == 0)
            return true;
    return false;
}

static bool has_word(const char *text, const char *word)
{
    const char *at = strstr(text, word);
    size_t n = strlen(word);
    return at && (at == text || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' ');
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), k = strlen(with);
    return n >= k && strcmp(s + n - k, with) == 0;
}

/* ---- draws ---- */

static void draws_are_as_stated(void **state)
{
    struct rng r = rng_stream(1, 1);
    const uint64_t cum[] = {100, 100, 400, 1000};
    const int32_t points[QUANTILE_POINTS] = {1, 14, 60, 210, 540, 1000, 3300};
    int n = 200000, below_half = 0, below_tenth = 0, seen[4] = {0};
    for (int i = 0; i < n; i++) {
        assert_false(draw_chance(&r, 0));
        assert_true(draw_chance(&r, (chance32)1 << 32));
        int d = draw_days(&r, points);
        assert_in_range(d, 1, 3300);
        below_half += d <= 210;
        below_tenth += d <= 14;
        seen[draw_index(&r, cum, 4)]++;
    }
    /* Binomial standard errors are below 0.0012. */
    assert_float_equal((double)below_half / n, 0.5, 0.008);
    assert_float_equal((double)below_tenth / n, 0.1, 0.008);
    assert_int_equal(seen[1], 0);
    assert_float_equal((double)seen[0] / n, 0.1, 0.006);
    assert_float_equal((double)seen[3] / n, 0.6, 0.006);
}

/* ---- names ---- */

static void family_first_cultures(void **state)
{
    struct rng r = rng_stream(2, 1);
    struct parameters swapped = no_mistakes;
    struct person_name n;
    struct recorded_name got;
    const struct culture *c = culture("VNM");
    swapped.family_first = (chance32)1 << 32;
    int thi = 0, total = scaled(4000);
    for (int i = 0; i < total; i++) {
        name_draw(&n, sim->model.names, c, true, &no_mistakes, &r);
        assert_true(in_pool(&c->family, n.family[0].ascii));
        thi += strcmp(n.middle.ascii, "Thi") == 0;
        name_record(&got, &n, &no_mistakes, &r);
        assert_true(has_word(got.family, n.family[0].ascii));
        assert_true(has_word(got.given, n.given[0].ascii));
        name_record(&got, &n, &swapped, &r); /* the wrong column */
        assert_true(has_word(got.given, n.family[0].ascii));
        assert_true(has_word(got.family, n.given[0].ascii));
    }
    assert_in_range(thi, total / 5, total); /* the commonest middle name of women */
    c = culture("CHN");
    for (int i = 0; i < total; i++) {
        char joined[128];
        size_t k = 0;
        name_draw(&n, sim->model.names, c, false, &no_mistakes, &r);
        name_record(&got, &n, &no_mistakes, &r);
        assert_string_equal(got.family, n.family[0].ascii);
        for (const char *s = got.given; *s; s++)
            if (isalpha((unsigned char)*s))
                joined[k++] = (char)tolower(*s);
        joined[k] = '\0';
        k = 0;
        for (const char *s = n.given[0].ascii; *s; s++)
            if (isalpha((unsigned char)*s))
                assert_int_equal(joined[k++], tolower(*s)); /* Xiao Ming, Xiao-Ming, Xiaoming */
    }
}

static void women_s_family_names_are_inflected(void **state)
{
    struct rng r = rng_stream(3, 1);
    struct person_name n;
    int changed = 0;
    for (int i = 0; i < scaled(3000); i++) {
        name_draw(&n, sim->model.names, culture("POL"), true, &no_mistakes, &r);
        assert_false(ends(n.family[0].ascii, "ski") || ends(n.family[0].ascii, "cki"));
        changed += ends(n.family[0].ascii, "ska");
        name_draw(&n, sim->model.names, culture("BGR"), true, &no_mistakes, &r);
        assert_false(ends(n.family[0].ascii, "ov") || ends(n.family[0].ascii, "ev"));
        name_draw(&n, sim->model.names, culture("CZE"), true, &no_mistakes, &r);
        assert_true(ends(n.family[0].ascii, "a"));
        name_draw(&n, sim->model.names, culture("LTU"), true, &no_mistakes, &r);
        assert_false(ends(n.family[0].ascii, "as") || ends(n.family[0].ascii, "us"));
        name_draw(&n, sim->model.names, culture("IND"), true, &no_mistakes, &r);
        assert_string_not_equal(n.family[0].ascii, "Singh");
        name_draw(&n, sim->model.names, culture("IND"), false, &no_mistakes, &r);
        assert_string_not_equal(n.family[0].ascii, "Kaur");
    }
    assert_true(changed > 0);
}

static void patronymics_are_fathers_names(void **state)
{
    static const char *const nations[] = {"ERI", "ETH", "SOM", "SDN"};
    struct rng r = rng_stream(4, 1);
    struct person_name n, sister;
    struct recorded_name got;
    for (int i = 0; i < scaled(4000); i++) {
        const struct culture *c = culture(nations[i % 4]);
        name_draw(&n, sim->model.names, c, i % 2, &no_mistakes, &r);
        assert_true(in_pool(&c->male, n.family[0].ascii));
        assert_true(in_pool(&c->male, n.family[1].ascii));
        assert_int_equal(n.family[2].text[0] != 0, i % 4 >= 2);
        name_record(&got, &n, &no_mistakes, &r);
        assert_true(got.given[0] && got.family[0]);
        name_draw_sibling(&sister, &n, sim->model.names, true, &no_mistakes, &r);
        assert_string_equal(sister.family[0].text, n.family[0].text);
        assert_string_equal(sister.family[1].text, n.family[1].text);
        assert_string_not_equal(sister.given[0].text, n.given[0].text);
    }
}

static void double_surnames_and_single_names(void **state)
{
    struct rng r = rng_stream(5, 1);
    struct parameters p = no_mistakes;
    struct person_name n;
    struct recorded_name got;
    int one = 0, both = 0, total = scaled(8000);
    p.one_name = (chance32)1 << 30; /* a quarter */
    for (int i = 0; i < total; i++) {
        name_draw(&n, sim->model.names, culture("ESP"), false, &p, &r);
        name_record(&got, &n, &p, &r);
        bool first = strncmp(got.family, n.family[0].ascii, strlen(n.family[0].ascii)) == 0;
        bool second = ends(got.family, n.family[1].ascii);
        assert_true(first || second);
        both += first && second;
        name_draw(&n, sim->model.names, culture("AFG"), false, &p, &r);
        name_record(&got, &n, &p, &r);
        one += n.one_name;
        if (n.one_name)
            assert_true(!got.family[0] || strcmp(got.family, "Unknown") == 0 ||
                        strcmp(got.family, got.given) == 0);
    }
    assert_in_range(both, total / 3, total * 2 / 3);
    assert_in_range(one, total * 21 / 100, total * 29 / 100);
}

static void spellings_are_those_of_the_list(void **state)
{
    struct rng r = rng_stream(6, 1);
    struct parameters p = no_mistakes;
    struct person_name n;
    struct recorded_name got;
    p.spelling = (chance32)1 << 32;
    for (int i = 0; i < scaled(3000); i++) {
        name_draw(&n, sim->model.names, culture(i % 2 ? "ALB" : "SYR"), i % 4 < 2, &p, &r);
        const struct name_spelling *s = n.given[0].from;
        bool known = !s->other[0] && has_word(got.given, s->ascii);
        name_record(&got, &n, &p, &r);
        known = known || (!s->other[0] && has_word(got.given, s->ascii));
        for (int k = 0; k < 4 && s->other[k]; k++)
            known = known || strncmp(got.given, s->other[k], strlen(s->other[k])) == 0;
        assert_true(known);
    }
}

/* ---- mistakes ---- */

static void a_typo_is_one_edit(void **state)
{
    static const char *const names[] = {"Arben", "Xhevahir", "Nguyễn", "Li", "Ștefan", "Al-Hassan"};
    struct rng r = rng_stream(7, 1);
    int changed = 0;
    for (int i = 0; i < scaled(40000); i++) {
        char text[32];
        const char *was = names[i % 6];
        snprintf(text, sizeof text, "%s", was);
        mistype(text, sizeof text, &r);
        assert_true(text[0]);
        assert_true(str_is_utf8(str_of(text)));
        /* A letter of several bytes moves as a whole: at most 6 bytes differ then. */
        bool ascii = strcmp(was, "Nguyễn") != 0 && strcmp(was, "Ștefan") != 0;
        assert_in_range(osa_distance_long(str_of(was), str_of(text), 8), 0, ascii ? 1 : 6);
        changed += strcmp(was, text) != 0;
    }
    assert_true(changed > scaled(40000) * 3 / 4);
    for (int i = 0; i < 2000; i++) {
        char ref[] = "NRM0123456789";
        misdigit(ref, &r);
        assert_int_equal(osa_distance_long(str_of("NRM0123456789"), str_of(ref), 3), 1);
    }
}

static void births_are_real_days_before_the_record(void **state)
{
    struct rng r = rng_stream(8, 1);
    struct parameters p = {.birth_swapped = (chance32)1 << 31,
                           .birth_typo = (chance32)1 << 31,
                           .birth_estimated = (chance32)1 << 30};
    struct recorded_birth b;
    int ranges = 0;
    for (int i = 0; i < scaled(40000); i++) {
        int32_t born = 3000 + (int32_t)draw_below(&r, 9000);
        int32_t on = born + 3000 + (int32_t)draw_below(&r, 9000);
        record_birth(&b, born, on, false, &p, &r);
        assert_true(b.date != DATE_NONE && b.date < on);
        if (b.latest != DATE_NONE) {
            assert_in_range(b.latest - b.date, 364, 366);
            assert_string_equal(b.precision, "AGE");
            ranges++;
        }
        record_birth(&b, born, on, true, &(struct parameters){0}, &r);
        assert_int_equal(date_to_ymd(b.date).d, 1);
        assert_int_equal(date_to_ymd(b.date).m, 1);
        assert_int_equal(date_to_ymd(b.date).y, date_to_ymd(born).y);
    }
    assert_true(ranges > 0);
}

static int by_digits(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void references_are_all_different(void **state)
{
    enum { PEOPLE = 2000, EACH = 8 * 3 };
    struct arena a = ARENA_EMPTY;
    const char **all = arena_array(&a, PEOPLE * EACH, sizeof *all);
    size_t n = 0;
    for (uint64_t i = 0; i < PEOPLE; i++)
        for (int kind = 0; kind < 8; kind++)
            for (int k = 0; k < 3; k++) {
                char text[REFERENCE_BYTES];
                const char *digits = text;
                life_reference(text, (enum reference_kind)kind, i * 5000, k);
                while (!isdigit((unsigned char)*digits))
                    digits++;
                all[n++] = arena_strdup(&a, digits);
            }
    qsort(all, n, sizeof *all, by_digits);
    for (size_t i = 1; i < n; i++)
        assert_string_not_equal(all[i - 1], all[i]);
    arena_free(&a);
}

/* ---- lives ---- */

static void lives_hold_together(void **state)
{
    const struct sim_model *m = &sim->model;
    struct life l, root;
    int related[4] = {0};
    for (uint64_t i = 0; i < (uint64_t)scaled(30000); i++) {
        life_draw(&l, m, 77, i);
        related[l.relation]++;
        assert_in_range(l.episodes, 1, MAX_EPISODES);
        assert_true(l.referrals + l.contacts > 0);
        for (int e = 0; e < l.episodes; e++) {
            const struct episode *x = &l.episode[e];
            assert_true(x->start > l.birth && x->start <= m->p.as_at);
            assert_true(x->end == DATE_NONE || (x->end >= x->start && x->end <= m->p.as_at));
            if (e > 0)
                assert_true(x->start > l.episode[e - 1].end && x[-1].end != DATE_NONE);
            assert_int_equal(x->minor, x->start < date_add_years(l.birth, 18));
        }
        for (int k = 0; k < l.referrals; k++) {
            const struct referral *f = &l.referral[k];
            assert_true(f->received <= m->p.as_at);
            assert_true(f->received >= l.episode[last_episode(f->about)].start);
            assert_true(!f->rg.outcome || f->rg.date >= f->received);
            assert_true(!f->cg.outcome || (f->cg.date > f->rg.date && f->rg.outcome[0] == 'P'));
            assert_false(f->source == FROM_DTN && f->rg.outcome);
        }
        for (int k = 0; k < l.spells; k++)
            assert_true(l.spell[k].end == DATE_NONE || l.spell[k].end >= l.spell[k].start);
        if (l.relation == REL_NONE || i % 4)
            continue;
        life_draw(&root, m, 77, l.root);
        assert_int_equal(root.relation, REL_NONE);
        assert_int_equal(l.cell.nationality, root.cell.nationality);
        if (l.relation == REL_COVICTIM)
            assert_int_equal(l.episode[0].town, root.episode[0].town);
        else if (l.name.culture->structure == NAMES_WESTERN ||
                 l.name.culture->structure == NAMES_VIETNAMESE)
            assert_string_equal(l.name.family[0].text, root.name.family[0].text);
        if (l.relation == REL_TWIN)
            assert_int_equal(l.birth, root.birth);
    }
    assert_true(related[REL_SIBLING] > 0 && related[REL_COVICTIM] > related[REL_SIBLING]);
}

/* Adults first reported to the NRM are drawn from the published cells: responder by sex, chi-square
 * with 7 degrees of freedom, below its 1 - 10^-6 point (40.5). */
static void first_reports_follow_the_published_cells(void **state)
{
    const struct sim_model *m = &sim->model;
    const struct cell_table *t = &m->by_age[AGE_ADULT];
    double wanted[RESPONDERS][2] = {{0}}, got[RESPONDERS][2] = {{0}}, all = 0, n = 0, chi = 0;
    struct life l;
    for (size_t i = 0; i < t->n; i++) {
        double w = (double)(t->cum[i] - (i ? t->cum[i - 1] : 0));
        wanted[t->cell[i].responder][t->cell[i].gender == 'F'] += w;
        all += w;
    }
    for (uint64_t i = 0; i < (uint64_t)scaled(24000); i++) {
        life_draw(&l, m, 5, i);
        if (l.relation == REL_NONE && l.entry.source == FROM_NRM && l.entry.age == AGE_ADULT) {
            got[l.cell.responder][l.cell.gender == 'F']++;
            n++;
        }
    }
    for (int r = 0; r < RESPONDERS; r++)
        for (int f = 0; f < 2; f++) {
            double e = wanted[r][f] / all * n;
            chi += (got[r][f] - e) * (got[r][f] - e) / e;
        }
    assert_true(n > scaled(8000));
    assert_true(chi < 40.5);
}

/* ---- rows ---- */

struct seen {
    uint64_t hash;
    long rows;
    bool birth_on_dtn;
    const char *birth;
};

static void see_row(void *ctx, enum sim_file f, const char *const *cells, size_t n)
{
    struct seen *s = ctx;
    for (size_t i = 0; i < n; i++) {
        s->hash = s->hash * 31 + (cells[i] ? str_hash(str_of(cells[i])) : 7);
        if (f == SIM_DTN && cells[i] && s->birth && strcmp(cells[i], s->birth) == 0)
            s->birth_on_dtn = true;
    }
    s->rows++;
}

static void a_person_s_rows_do_not_depend_on_the_others(void **state)
{
    enum { PEOPLE = 300 };
    struct arena a = ARENA_EMPTY;
    uint64_t forward[PEOPLE];
    for (int i = 0; i < PEOPLE; i++) {
        struct seen s = {0};
        struct sim_sink sink = {see_row, &s};
        simulate_person(sim, 9, (uint64_t)i, &a, &sink);
        forward[i] = s.hash;
        assert_true(s.rows >= 4);
    }
    for (int i = PEOPLE - 1; i >= 0; i--) {
        struct seen s = {0};
        struct sim_sink sink = {see_row, &s};
        simulate_person(sim, 9, (uint64_t)i, &a, &sink);
        assert_true(s.hash == forward[i]);
    }
    arena_free(&a);
}

static void a_dtn_never_says_a_birth(void **state)
{
    struct arena a = ARENA_EMPTY;
    for (uint64_t i = 0; i < (uint64_t)scaled(4000); i++) {
        struct life l;
        char birth[11];
        life_draw(&l, &sim->model, 10, i);
        date_to_iso(l.birth, birth);
        struct seen s = {.birth = birth};
        struct sim_sink sink = {see_row, &s};
        simulate_person(sim, 10, i, &a, &sink);
        assert_false(s.birth_on_dtn);
    }
    arena_free(&a);
}

static void parameters_name_what_is_wrong(void **state)
{
    struct parameters p;
    struct err e = {0};
    struct str half = str_of("{\"retrafficked\": 0.5}");
    assert_int_equal(parameters_read(&p, half, "p.json", false, &e), ST_OK);
    assert_true(p.retrafficked == (chance32)1 << 31);
    assert_int_equal(parameters_read(&p, half, "p.json", true, &e), ST_DATA); /* not all there */
    e = (struct err){0};
    assert_int_equal(
        parameters_read(&p, str_of("{\"return_kind\": {\"forced\": 1}}"), "p.json", false, &e),
        ST_DATA); /* a code is written as it is */
    assert_string_equal(e.column, "return_kind");
}

static int setup(void **state)
{
    struct err e = {0};
    return simulator_new((struct str){0}, "", &sim, &e) != ST_OK;
}

static int teardown(void **state)
{
    simulator_free(sim);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_as_stated),
        cmocka_unit_test(family_first_cultures),
        cmocka_unit_test(women_s_family_names_are_inflected),
        cmocka_unit_test(patronymics_are_fathers_names),
        cmocka_unit_test(double_surnames_and_single_names),
        cmocka_unit_test(spellings_are_those_of_the_list),
        cmocka_unit_test(a_typo_is_one_edit),
        cmocka_unit_test(births_are_real_days_before_the_record),
        cmocka_unit_test(references_are_all_different),
        cmocka_unit_test(lives_hold_together),
        cmocka_unit_test(first_reports_follow_the_published_cells),
        cmocka_unit_test(a_person_s_rows_do_not_depend_on_the_others),
        cmocka_unit_test(a_dtn_never_says_a_birth),
        cmocka_unit_test(parameters_name_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
