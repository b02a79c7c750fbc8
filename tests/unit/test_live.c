/* The live index with the register: one outcome with linking everything, all or nothing, other
 * processes' commits, kill -9. */
#include "app/live.h"
#include "app/register_link.h"
#include "base/rng.h"
#include "register_kit.h"

/* ---- made people ---- */

static struct record person(struct arena *a, uint32_t k)
{
    static const char *const given[] = {"Arben", "Thi Lan", "Blessing", "Mohammed", "Ion",
                                        "Maria", "Selam",   "Daniel",   "Huong",    "Li"};
    static const char *const nations[] = {"ALB", "VNM", "NGA", "ROU", "ERI"};
    struct rng own = rng_stream(7, k % 400), error = rng_stream(8, k);
    struct record r = record_new(a);
    char family[12], born[24], key[24];
    uint32_t f = (uint32_t)rng_below(&own, 300);
    snprintf(family, sizeof family, "%c%c%cson%c", 'A' + f % 26, 'a' + f / 26, 'a' + f % 7,
             'a' + f % 11);
    snprintf(born, sizeof born, "%04u-%02u-%02u", 1960 + (unsigned)rng_below(&own, 45),
             1 + (unsigned)rng_below(&own, 12), 1 + (unsigned)rng_below(&own, 28));
    if (rng_unit(&error) < .2)
        family[1] = (char)('a' + rng_below(&error, 26));
    if (rng_unit(&error) < .15)
        born[9] = (char)('0' + rng_below(&error, 9));
    set(&r, "identity.given_name", 1, given[rng_below(&own, 10)]);
    set(&r, "identity.family_name", 1, family);
    set(&r, "person.birth_date", 1, born);
    set(&r, "person.gender", 1, rng_below(&own, 2) ? "F" : "M");
    set(&r, "person.nationality", 1, nations[rng_below(&own, 5)]);
    snprintf(key, sizeof key, "NRM-%06u", k);
    set(&r, "referral.external_id", 1, key);
    if (k >= 400 && rng_unit(&error) < .2) {
        snprintf(key, sizeof key, "NRM-%06u", k % 400);
        set(&r, "referral.prior_reference", 1, key);
    }
    return r;
}

static const struct import_source source = {"ORG-1", "nrm", "nrm.csv", {"live", 4}};

static void import_people(struct store *s, uint32_t from, uint32_t to)
{
    struct arena a = ARENA_EMPTY;
    struct import *i;
    struct import_totals t;
    bool again;
    struct import_row *rows = mem_zalloc(to - from, sizeof *rows);
    for (uint32_t k = from; k < to; k++) {
        rows[k - from].record = person(&a, k);
        rows[k - from].source_key = str_of(arena_printf(&a, "case-%u", k));
    }
    GOOD(store_import_begin(s, &source, &i, &again, e));
    GOOD(store_import_rows(i, rows, to - from, e));
    GOOD(store_import_finish(i, 0, &t, e));
    store_import_free(i);
    free(rows);
    arena_free(&a);
}

enum { KNOWN = 500, MOST = 620 };

static struct store *linked_register(struct place *p)
{
    make_place(p);
    struct store *s = open_as(p->dir, STORE_JOB, KEYS_ALL);
    struct register_link_job job = {.store = s, .threads = 1};
    import_people(s, 0, KNOWN);
    GOOD(register_link(&job, e));
    assert_true(job.trained && job.joined > 30);
    return s;
}

static struct live *opened(struct store *s)
{
    struct live *l = NULL;
    GOOD(live_open(s, 1, NULL, &l, e));
    return l;
}

static enum status add(struct live *l, struct store *s, uint32_t k, int64_t *id, struct err *e)
{
    struct arena a = ARENA_EMPTY;
    uint64_t moved;
    struct import_row row = {.record = person(&a, k),
                             .source_key = str_of(arena_printf(&a, "case-%u", k))};
    enum status st = live_add(l, s, &source, &row, &moved, e);
    *id = row.id;
    arena_free(&a);
    return st;
}

/* Linking everything again moves nobody and has nothing new to say. */
static void equals_whole(struct store *s)
{
    struct register_link_job job = {.store = s, .threads = 1, .full = true};
    int64_t before, after;
    const char *sql = "SELECT count(*) FROM claim_event";
    GOOD(db_get_int(s->db, e, 0, &before, sql, ""));
    GOOD(register_link(&job, e));
    GOOD(db_get_int(s->db, e, 0, &after, sql, ""));
    assert_false(job.trained);
    assert_int_equal(job.moved, 0);
    assert_int_equal(before, after);
}

static void holds_what_the_register_holds(struct live *l, struct store *s)
{
    uint64_t records, lines;
    int64_t highest;
    uint32_t number;
    GOOD(live_refresh(l, NULL, e));
    GOOD(store_count_records(s, &records, &lines, &highest, e));
    assert_int_equal(link_index_records(live_index(l)), records);
    assert_true(live_find(l, highest, &number));
    assert_int_equal(live_record(l, number), highest);
}

/* ---- tests ---- */

static void one_by_one_equals_everything(void **state)
{
    struct place p;
    struct store *s = linked_register(&p);
    struct live *l = opened(s);
    int64_t id, borne[2], joined;
    for (uint32_t k = KNOWN; k < MOST; k++) {
        GOOD(add(l, s, k, &id, e));
        if (k % 40 == 0)
            equals_whole(s);
    }
    equals_whole(s);
    holds_what_the_register_holds(l, s);
    GOOD(db_get_int(s->db, e, 0, &joined,
                    "SELECT count(*) FROM record WHERE id > $1 AND line <= $1", "i",
                    (int64_t)KNOWN));
    assert_true(joined > 60); /* of 120, each a known person's second or third record */
    assert_int_equal(live_borne(l, "nrm 000620", borne, 2), 0);
    assert_int_equal(live_borne(l, "nrm/000619", borne, 2), 1);
    assert_int_equal(borne[0], id);
    /* The same once more: nothing is added. */
    struct err same = {0};
    int64_t twice;
    assert_int_equal(add(l, s, MOST - 1, &twice, &same), ST_OK);
    assert_int_equal(twice, id);
    holds_what_the_register_holds(l, s);
    live_free(l);
    store_close(s);
    remove_place(&p);
}

static void nothing_of_what_failed_is_there(void **state)
{
    struct place p;
    struct store *s = linked_register(&p);
    struct live *l = opened(s);
    struct err wrong = {0};
    struct rlimit old, small;
    struct stat db;
    char path[200];
    int64_t id, highest;
    uint64_t records, lines, failed = 0;
    snprintf(path, sizeof path, "%s/store.db-wal", p.dir);
    assert_int_equal(stat(path, &db), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (uint32_t room = 0; room < 60; room++) { /* KiB: the disk fills up ever later */
        assert_int_equal(stat(path, &db), 0);
        small = old;
        small.rlim_cur = (rlim_t)db.st_size + room * 1024;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        enum status st = add(l, s, KNOWN + room, &id, &wrong);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        failed += st != ST_OK;
        GOOD(store_count_records(s, &records, &lines, &highest, e));
        assert_int_equal(link_index_records(live_index(l)), records);
        if (st != ST_OK)
            GOOD(add(l, s, KNOWN + room, &id, e));
    }
    assert_true(failed > 5);
    equals_whole(s);
    holds_what_the_register_holds(l, s);
    live_free(l);
    store_close(s);
    remove_place(&p);
}

static void sees_what_others_commit(void **state)
{
    struct place p;
    bool changed;
    uint64_t n;
    store_close(linked_register(&p));
    struct store *reader = open_as(p.dir, STORE_SHARED, KEYS_LINKAGE);
    struct live *l = opened(reader);
    GOOD(live_refresh(l, &changed, e));
    assert_false(changed);
    struct store *job = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_people(job, KNOWN, KNOWN + 5);
    GOOD(live_refresh(l, &changed, e));
    assert_true(changed);
    assert_int_equal(link_index_records(live_index(l)), KNOWN + 5);
    GOOD(store_import_undo(job, 2, &n, e));
    GOOD(live_refresh(l, &changed, e));
    assert_true(changed);
    assert_int_equal(link_index_records(live_index(l)), KNOWN);
    struct register_link_job train = {.store = job, .threads = 1, .train = true};
    GOOD(register_link(&train, e));
    GOOD(live_refresh(l, &changed, e));
    assert_true(changed);
    GOOD(live_refresh(l, &changed, e));
    assert_false(changed);
    live_free(l);
    store_close(job);
    store_close(reader);
    remove_place(&p);
}

static void survives_kill(void **state)
{
    struct place p;
    int64_t id;
    store_close(linked_register(&p));
    struct rng rng = rng_stream(3, 3);
    int killed = 0;
    for (int round = 0; round < 12; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
            struct live *l = opened(s);
            for (uint32_t k = KNOWN; k < MOST; k++)
                GOOD(add(l, s, k, &id, e));
            _exit(0);
        }
        usleep(15000 + (useconds_t)rng_below(&rng, 120000));
        kill(child, SIGKILL);
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        killed += WIFSIGNALED(how);
        struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
        struct live *l = opened(s);
        holds_what_the_register_holds(l, s);
        uint64_t waiting;
        int64_t linked;
        GOOD(store_mark_get(s, "link.highest", 0, &linked, e));
        GOOD(store_count_new(s, linked, &waiting, e));
        assert_int_equal(waiting, 0); /* what is visible is linked */
        equals_whole(s);
        live_free(l);
        store_close(s);
    }
    assert_true(killed > 0);
    remove_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_by_one_equals_everything),
        cmocka_unit_test(nothing_of_what_failed_is_there),
        cmocka_unit_test(sees_what_others_commit),
        cmocka_unit_test(survives_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
