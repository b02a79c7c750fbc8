/* Import, views, keys: what goes in comes out, for those who may read it. */
#include "register_kit.h"

static void what_is_imported_is_read_back(void **state)
{
    struct place p;
    int seen = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    struct import_totals t = import_some(s, "ORG-1", 0, 3000, "2022-01-01");
    assert_int_equal(t.added, 3000);
    struct view v = {.purpose = "test", .fields = everything};
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 3000);
    assert_int_equal(seen, 3000);
    v.order = VIEW_BY_LINE;
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 3000);
    v.fields = NULL;
    v.order = VIEW_BY_RECORD;
    v.after_record = 2990;
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 10);
    store_close(s);
    remove_place(&p);
}

static void importing_twice_changes_nothing(void **state)
{
    struct place p;
    uint64_t records, lines;
    int64_t high;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 20, "2022-01-01");
    struct import_totals t = import_some(s, "ORG-1", 0, 20, "2022-01-01");
    assert_int_equal(t.same, 20);
    assert_int_equal(t.added + t.changed, 0);
    assert_int_equal(t.import_id, 0);
    /* The same keys from another sender are other records. */
    assert_int_equal(import_some(s, "ORG-2", 0, 5, "2022-01-01").added, 5);
    /* A correction supersedes; the old file does not bring the old state back. */
    assert_int_equal(import_some(s, "ORG-1", 0, 2, "2022-02-02").changed, 2);
    t = import_some(s, "ORG-1", 0, 20, "2022-01-01");
    assert_int_equal(t.same, 20);
    GOOD(store_count_records(s, &records, &lines, &high, e));
    assert_int_equal(records, 25);
    assert_int_equal(lines, 25);
    store_close(s);
    remove_place(&p);
}

struct dates {
    int of_january, of_february;
};

static void count_dates(const struct stored *r, void *ctx)
{
    struct dates *d = ctx;
    d->of_january += strcmp(value(r, "referral.received_date", 1), "2022-01-01") == 0;
    d->of_february += strcmp(value(r, "referral.received_date", 1), "2022-02-02") == 0;
}

static struct dates dates_in(struct store *s)
{
    struct dates d = {0};
    const char *fields[] = {"referral.received_date", NULL};
    struct view v = {.purpose = "test", .fields = fields};
    read_all(s, &v, count_dates, &d);
    return d;
}

static void an_import_can_be_undone(void **state)
{
    struct place p;
    uint64_t n;
    struct err wrong = {0};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    int64_t second = import_some(s, "ORG-1", 5, 12, "2022-02-02").import_id;
    assert_int_equal(dates_in(s).of_january, 5);
    assert_int_equal(dates_in(s).of_february, 7);
    GOOD(store_import_undo(s, second, &n, e));
    assert_int_equal(n, 7);
    assert_int_equal(dates_in(s).of_january, 10);
    assert_int_equal(dates_in(s).of_february, 0);
    assert_int_equal(store_import_undo(s, second, &n, &wrong), ST_DATA);
    /* And done again. */
    assert_int_equal(import_some(s, "ORG-1", 5, 12, "2022-02-02").changed, 5);
    assert_int_equal(dates_in(s).of_february, 7);
    store_close(s);
    remove_place(&p);
}

static void the_same_key_twice_in_one_file(void **state)
{
    struct place p;
    struct arena a = ARENA_EMPTY;
    struct import *i;
    struct import_totals t;
    bool again;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 1, "2022-01-01");
    struct import_source src = {"ORG-1", "nrm", "n.csv", {"x", 1}};
    struct import_row rows[3] = {
        {.record = made(&a, 0, "2022-02-02"), .source_key = {"case-0", 6}},
        {.record = made(&a, 0, "2022-03-03"), .source_key = {"case-0", 6}},
        {.record = made(&a, 0, "2022-02-02"), .source_key = {"case-0", 6}}};
    GOOD(store_import_begin(s, &src, &i, &again, e));
    GOOD(store_import_rows(i, rows, 3, e));
    GOOD(store_import_finish(i, 0, &t, e));
    store_import_free(i);
    assert_int_equal(t.changed, 2);
    assert_int_equal(t.same, 1);
    struct view v = {.purpose = "test"};
    assert_int_equal(read_all(s, &v, NULL, NULL), 1);
    assert_int_equal(dates_in(s).of_january + dates_in(s).of_february, 0);
    arena_free(&a);
    store_close(s);
    remove_place(&p);
}

static void a_killed_import_leaves_nothing(void **state)
{
    struct place p;
    uint64_t records, lines;
    int64_t high;
    int status;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    store_close(s);
    pid_t child = fork();
    if (child == 0) {
        struct arena a = ARENA_EMPTY;
        struct import *i;
        bool again;
        struct err wrong = {0};
        struct import_source src = {"ORG-1", "nrm", "n.csv", {"y", 1}};
        struct import_row rows[2] = {
            {.record = made(&a, 0, "2022-02-02"), .source_key = {"case-0", 6}},
            {.record = made(&a, 99, "2022-02-02"), .source_key = {"case-99", 7}}};
        s = open_as(p.dir, STORE_JOB, KEYS_ALL);
        if (store_import_begin(s, &src, &i, &again, &wrong) == ST_OK &&
            store_import_rows(i, rows, 2, &wrong) == ST_OK)
            raise(SIGKILL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    GOOD(store_count_records(s, &records, &lines, &high, e));
    assert_int_equal(records, 10);
    assert_int_equal(dates_in(s).of_january, 10);
    assert_int_equal(import_some(s, "ORG-1", 99, 100, "2022-02-02").added, 1);
    GOOD(store_count_records(s, &records, &lines, &high, e));
    assert_int_equal(records, 11);
    struct audit_check c = {.head_size = 0};
    uint64_t at;
    GOOD(store_audit_check(s, &c, e));
    assert_int_equal(audit_check_end(&c, &at), AUDIT_INTACT);
    store_close(s);
    remove_place(&p);
}

/* ---- keys and what they open ---- */

static void only_sensitive_of_s3(const struct stored *r, void *ctx)
{
    assert_non_null(value(r, "identity.given_name", 1));
    assert_null(value(r, "episode.start_date", 1));
    assert_null(value(r, "accommodation.town", 1));
    assert_non_null(value(r, "person.nationality", 1));
}

static void no_identity(const struct stored *r, void *ctx)
{
    assert_null(value(r, "identity.given_name", 1));
    assert_null(value(r, "identifier.value", 1));
    assert_null(value(r, "person.birth_date", 1));
    assert_non_null(value(r, "episode.start_date", 1));
    assert_null(value(r, "accommodation.town", 1));
}

static void a_job_reads_what_its_keys_open(void **state)
{
    struct place p;
    struct view v = {.purpose = "test"};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    store_close(s);
    s = open_as(p.dir, STORE_SHARED, KEYS_LINKAGE);
    assert_int_equal(read_all(s, &v, only_sensitive_of_s3, NULL), 10);
    store_close(s);
    s = open_as(p.dir, STORE_SHARED, KEYS_STATISTICS);
    assert_int_equal(read_all(s, &v, no_identity, NULL), 10);
    store_close(s);
    s = open_as(p.dir, STORE_SHARED, 0);
    assert_int_equal(read_all(s, &v, NULL, NULL), 10);
    store_close(s);
    remove_place(&p);
}

static bool file_holds(const char *path, const char *needle)
{
    struct file_bytes f;
    struct err wrong = {0};
    if (file_read(path, (size_t)1 << 30, &f, &wrong) != ST_OK)
        return false;
    bool found = f.n && memmem(f.p, f.n, needle, strlen(needle)) != NULL;
    file_release(&f);
    return found;
}

static void no_name_stands_in_any_file(void **state)
{
    static const char *const secret[] = {
        "Zymbrilla",     "Quorvaxton", "NRM-774411", "1991-02-03", "Vhorrek",          "Kvaznyth",
        "LABOUR|SEXUAL", "case-1",     "doubted by", "2021-05-01", "because of a scar"};
    static const char *const files[] = {"store.db",     "store.db-wal", "store.db-shm",
                                        "audit.anchor", "keys/S3.json", "job.lock"};
    struct place p;
    char path[200];
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 200, "2022-01-01");
    GOOD(store_claim_decide(s, 1, 2, CLAIM_CONFIRMED, "MANUAL", "because of a scar", e));
    struct repeat_verdict verdict = {2, 1, 'N', "2021-05-01 follows"};
    struct line_findings f = {1, NULL, 0, &verdict, 1};
    GOOD(store_findings_put(s, &f, 1, e));
    struct flag flag = {.line = 1,
                        .record = 2,
                        .kind = "NRM_REPEAT",
                        .provider = "ORG-1",
                        .reason = "doubted by 2021-05-01",
                        .link_status = "CONFIRMED",
                        .raised_on = "2022-01-01",
                        .due_on = "2022-01-08"};
    uint64_t added;
    GOOD(store_flags_put(s, &flag, 1, &added, e));
    struct token t = {1, 3, str_of("Zymbrilla1")};
    GOOD(store_tokens_put(s, &t, 1, e));
    for (int round = 0; round < 2; round++) {
        for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
            snprintf(path, sizeof path, "%s/%s", p.dir, files[k]);
            for (size_t n = 0; n < sizeof secret / sizeof secret[0]; n++)
                if (file_holds(path, secret[n]))
                    fail_msg("%s holds \"%s\"", files[k], secret[n]);
        }
        if (round == 0) /* the write-ahead log was there; now the settled file */
            store_close(s);
    }
    /* What the search would find: an unsealed value of class S2. */
    snprintf(path, sizeof path, "%s/store.db", p.dir);
    assert_true(file_holds(path, "2022-01-01"));
    remove_place(&p);
}

static enum status try_to_read(struct store *s)
{
    struct cursor *c;
    struct view_batch b = {0};
    struct err wrong = {0};
    struct view v = {.purpose = "test", .fields = everything};
    GOOD(store_view_open(s, &v, &c, e));
    enum status st;
    do
        st = store_view_next(c, &b, &wrong);
    while (st == ST_OK && b.n);
    if (st != ST_OK)
        assert_non_null(strstr(wrong.what, "does not open"));
    GOOD(store_view_close(c, e));
    return st;
}

/* Every way to move a ciphertext: rows, columns, tables, instances. */
static void moved_ciphertexts_do_not_open(void **state)
{
    static const char *const swaps[][2] = {
        {"UPDATE entity_identity SET f_given_name = (SELECT f_given_name FROM entity_identity"
         " WHERE record = $2) WHERE record = $1",
         "entity_identity"},
        {"UPDATE entity_identity SET f_given_name = f_family_name WHERE record = $1 AND $2 > 0",
         "entity_identity"},
        {"UPDATE entity_identifier SET f_value = (SELECT f_given_name FROM entity_identity"
         " WHERE record = $1) WHERE record = $1 AND $2 > 0",
         "entity_identifier"},
        {"UPDATE entity_episode SET f_start_date = (SELECT f_start_date FROM entity_episode"
         " WHERE record = $1 AND instance = 2) WHERE record = $1 AND instance = 1 AND $2 > 0",
         "entity_episode"},
    };
    struct place p;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 60, "2022-01-01");
    assert_int_equal(try_to_read(s), ST_OK);
    for (int64_t k = 1; k <= 25; k++)
        for (size_t w = 0; w < 4; w++) {
            char save[200], back[300];
            const char *table = swaps[w][1];
            snprintf(save, sizeof save, "CREATE TABLE kept AS SELECT * FROM %s WHERE record = %d",
                     table, (int)k);
            snprintf(back, sizeof back,
                     "DELETE FROM %s WHERE record = %d; INSERT INTO %s SELECT * FROM kept;"
                     " DROP TABLE kept",
                     table, (int)k, table);
            GOOD(db_run_ddl(s->db, save, e));
            GOOD(db_do(s->db, e, swaps[w][0], "ii", k, k % 60 + 1));
            assert_int_equal(db_changes(s->db), 1);
            assert_int_equal(try_to_read(s), ST_DATA);
            GOOD(db_run_ddl(s->db, back, e));
        }
    assert_int_equal(try_to_read(s), ST_OK);
    store_close(s);
    remove_place(&p);
}

static void rotation_goes_on_after_a_kill(void **state)
{
    struct place p;
    struct rotation r;
    int status, seen = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 1500, "2022-01-01");
    GOOD(store_claim_decide(s, 1, 2, CLAIM_CONFIRMED, "MANUAL", "a note", e));
    store_close(s);
    for (int delay_ms = 5; delay_ms < 45; delay_ms += 10) {
        pid_t child = fork();
        if (child == 0) {
            struct err wrong = {0};
            s = open_as(p.dir, STORE_JOB, KEYS_ALL);
            _exit(store_rotate(s, NULL, &r, &wrong) == ST_OK ? 0 : 1);
        }
        usleep((useconds_t)delay_ms * 1000);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        s = open_as(p.dir, STORE_SHARED, KEYS_ALL);
        struct view v = {.purpose = "test", .fields = everything};
        assert_int_equal(read_all(s, &v, is_as_made, &seen), 1500);
        store_close(s);
    }
    s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    GOOD(store_rotate(s, NULL, &r, e));
    /* Beside a handle that was open before: it learns the new keys by itself. */
    GOOD(store_rotate(s, NULL, &r, e));
    assert_true(r.values > 1500 * 10);
    struct view v = {.purpose = "test", .fields = everything};
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 1500);
    struct arena a = ARENA_EMPTY;
    struct claim_step *steps;
    size_t n;
    GOOD(store_claim_history(s, 1, 2, &a, &steps, &n, e));
    assert_int_equal(n, 1);
    assert_string_equal(steps[0].note, "a note");
    struct key_info *keys;
    GOOD(keyring_list(p.dir, &a, &keys, &n, e));
    for (size_t k = 0; k < n; k++)
        assert_string_equal(keys[k].state, "current");
    assert_int_equal(n, 2 * 3 + 3); /* S3, S4, S5 of ORG-1 and of the register; three single keys */
    arena_free(&a);
    store_close(s);
    remove_place(&p);
}

static void a_reader_follows_a_rotation_beside_it(void **state)
{
    struct place p;
    int status, seen = 0;
    struct view v = {.purpose = "test", .fields = everything};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 50, "2022-01-01");
    store_close(s);
    s = open_as(p.dir, STORE_SHARED, KEYS_ALL);
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 50);
    pid_t child = fork();
    if (child == 0) {
        struct err wrong = {0};
        struct rotation r;
        struct store *job = open_as(p.dir, STORE_JOB, KEYS_ALL);
        enum status st = store_rotate(job, NULL, &r, &wrong);
        store_close(job);
        _exit(st == ST_OK ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 50);
    /* What it writes now is sealed with the new keys. */
    struct review r = {.record = 1, .question = "incident", .answer = "NEW", .note = "seen"};
    GOOD(store_review_put(s, &r, e));
    store_close(s);
    s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    int64_t n;
    GOOD(db_get_int(s->db, e, 0, &n, "SELECT count(*) FROM review WHERE note IS NOT NULL", ""));
    assert_int_equal(n, 1);
    struct rotation again;
    GOOD(store_rotate(s, NULL, &again, e));
    store_close(s);
    remove_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_imported_is_read_back),
        cmocka_unit_test(importing_twice_changes_nothing),
        cmocka_unit_test(an_import_can_be_undone),
        cmocka_unit_test(the_same_key_twice_in_one_file),
        cmocka_unit_test(a_killed_import_leaves_nothing),
        cmocka_unit_test(a_job_reads_what_its_keys_open),
        cmocka_unit_test(no_name_stands_in_any_file),
        cmocka_unit_test(moved_ciphertexts_do_not_open),
        cmocka_unit_test(rotation_goes_on_after_a_kill),
        cmocka_unit_test(a_reader_follows_a_rotation_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
