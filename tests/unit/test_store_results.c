/* Claims, lines, findings, flags; the audit log; schema, trouble, users, copies. */
#include "register_kit.h"

/* ---- claims and lines ---- */

static enum status count_claim(void *ctx, const struct claim *c, struct err *e)
{
    int *counts = ctx;
    counts[c->status]++;
    return ST_OK;
}

static void a_persons_decision_outlives_the_machine(void **state)
{
    struct place p;
    uint64_t written;
    int counts[6] = {0};
    struct err wrong = {0};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    struct claim c[3] = {{1, 2, CLAIM_AUTO, "NAME_DOB", 20, 0.99, false, NULL, NULL},
                         {1, 3, CLAIM_PROPOSED, "NAME_DOB", 5, 0.6, false, NULL, NULL},
                         {4, 5, CLAIM_AUTO, "NRM_REF", 30, 0.999, false, NULL, NULL}};
    GOOD(store_claims_put(s, c, 3, 1, &written, e));
    assert_int_equal(written, 3);
    GOOD(store_claims_put(s, c, 3, 2, &written, e));
    assert_int_equal(written, 0);
    struct store *person = s;
    s->actor.name = "dora";
    GOOD(store_claim_decide(person, 1, 2, CLAIM_REJECTED, "MANUAL", "two sisters", e));
    s->actor.name = "system";
    c[1].status = CLAIM_AUTO;
    GOOD(store_claims_put(s, c, 2, 3, &written, e));
    assert_int_equal(written, 1); /* the rejected one was left */
    GOOD(store_claims_withdraw_older(s, 3, &written, e));
    assert_int_equal(written, 1); /* (4, 5) */
    GOOD(store_claims_each(s, -1, count_claim, counts, e));
    assert_int_equal(counts[CLAIM_REJECTED], 1);
    assert_int_equal(counts[CLAIM_AUTO], 1);
    assert_int_equal(counts[CLAIM_WITHDRAWN], 0);
    s->actor.name = "dora";
    GOOD(store_claim_undo(s, 1, 2, e));
    assert_int_equal(store_claim_undo(s, 1, 2, &wrong), ST_DATA);
    memset(counts, 0, sizeof counts);
    GOOD(store_claims_of(s, 2, count_claim, counts, e));
    assert_int_equal(counts[CLAIM_AUTO], 1);
    struct arena a = ARENA_EMPTY;
    struct claim_step *steps;
    size_t n;
    GOOD(store_claim_history(s, 1, 2, &a, &steps, &n, e));
    assert_int_equal(n, 2);
    assert_string_equal(steps[0].note, "two sisters");
    assert_int_equal(steps[0].to, CLAIM_REJECTED);
    assert_int_equal(steps[1].to, CLAIM_AUTO);
    assert_int_equal(store_claim_decide(s, 1, 9999, CLAIM_CONFIRMED, "MANUAL", "", &wrong),
                     ST_DATA);
    arena_free(&a);
    store_close(s);
    remove_place(&p);
}

static int64_t line_of(struct store *s, int64_t record)
{
    int64_t line;
    GOOD(db_get_int(s->db, e, 0, &line, "SELECT line FROM record WHERE id = $1", "i", record));
    return line;
}

static void lines_keep_their_ids(void **state)
{
    struct place p;
    uint64_t moved, records, lines;
    int64_t high;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    int64_t r1[] = {1, 2, 3, 4, 5}, g1[] = {7, 7, 7, 9, 9};
    GOOD(store_lines_set(s, r1, g1, NULL, 5, &moved, e));
    assert_int_equal(moved, 3);
    assert_int_equal(line_of(s, 3), 1);
    assert_int_equal(line_of(s, 5), 4);
    GOOD(store_lines_set(s, r1, g1, NULL, 5, &moved, e));
    assert_int_equal(moved, 0);
    /* Merge: the larger holding names the line. */
    int64_t g2[] = {1, 1, 1, 1, 1};
    GOOD(store_lines_set(s, r1, g2, NULL, 5, &moved, e));
    assert_int_equal(moved, 2);
    assert_int_equal(line_of(s, 5), 1);
    /* Split: the larger part keeps the id; the part with record 1 cannot have line 1, which is in
     * use, and gets a number of its own. */
    int64_t g3[] = {1, 2, 2, 2, 2};
    GOOD(store_lines_set(s, r1, g3, NULL, 5, &moved, e));
    assert_int_equal(line_of(s, 4), 1);
    assert_true(line_of(s, 1) > 1000000);
    GOOD(store_count_records(s, &records, &lines, &high, e));
    assert_int_equal(lines, 7);
    struct arena a = ARENA_EMPTY;
    struct line_step *steps;
    size_t n;
    GOOD(store_line_history(s, 1, &a, &steps, &n, e));
    assert_int_equal(n, 5); /* 2, 3 in; 4, 5 in; 1 out */
    int64_t *with, *their, one = 3;
    GOOD(store_lines_records(s, &one, 1, &with, &their, &n, e));
    assert_int_equal(n, 4);
    assert_int_equal(with[0], 2);
    assert_int_equal(their[0], 1);
    free(with);
    free(their);
    /* What changed is read again, and only that. */
    struct view v = {.order = VIEW_BY_LINE, .purpose = "test", .changed_lines = true};
    assert_int_equal(read_all(s, &v, NULL, NULL), 10);
    GOOD(store_lines_settle(s, 10, e));
    assert_int_equal(read_all(s, &v, NULL, NULL), 0);
    int64_t r4[] = {6, 7}, g4[] = {1, 1};
    GOOD(store_lines_set(s, r4, g4, NULL, 2, &moved, e));
    assert_int_equal(read_all(s, &v, NULL, NULL), 2);
    import_some(s, "ORG-1", 50, 51, "2022-01-01");
    assert_int_equal(read_all(s, &v, NULL, NULL), 3);
    arena_free(&a);
    store_close(s);
    remove_place(&p);
}

/* ---- findings, flags, reviews, tokens ---- */

static enum status check_findings(void *ctx, const struct line_findings *f, struct err *e)
{
    ++*(int *)ctx;
    assert_int_equal(f->line, 3);
    assert_int_equal(f->result_count, 2);
    assert_string_equal(f->results[1].definition, "HOME_OFFICE");
    assert_true(f->results[1].lenient);
    assert_int_equal(f->results[1].status, 'I');
    assert_int_equal(f->results[1].count_max, -1);
    assert_string_equal(f->results[1].missing, "exit.date|exit.mode");
    assert_string_equal(f->results[0].evidence, "");
    assert_int_equal(f->verdict_count, 1);
    assert_int_equal(f->verdicts[0].verdict, 'S');
    assert_int_equal(f->verdicts[0].earlier, 2);
    assert_string_equal(f->verdicts[0].evidence, "same crime reference");
    return ST_OK;
}

static void findings_are_given_back(void **state)
{
    struct place p;
    int seen = 0;
    struct err wrong = {0};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    struct class_result r[2] = {
        {"REPORT", "1.0", false, 'Y', 1, 2, "", ""},
        {"HOME_OFFICE", "2.1", true, 'I', 0, -1, "exit.date|exit.mode", "P1.episode.1"}};
    struct repeat_verdict v = {3, 2, 'S', "same crime reference"};
    struct line_findings f[2] = {{3, r, 2, &v, 1}, {999, r, 2, NULL, 0}};
    GOOD(store_findings_put(s, f, 2, e));
    GOOD(store_findings_put(s, f, 1, e));
    GOOD(store_findings_each(s, "test", NULL, 0, check_findings, &seen, e));
    assert_int_equal(seen, 1); /* line 999 has no record */
    store_close(s);
    s = open_as(p.dir, STORE_SHARED, KEY_S3);
    assert_int_equal(store_findings_each(s, "test", NULL, 0, check_findings, &seen, &wrong),
                     ST_DATA);
    store_close(s);
    remove_place(&p);
}

static enum status keep_flag(void *ctx, const struct flag *f, struct err *e)
{
    struct flag *to = ctx;
    to[0] = *f;
    to[0].reason = strcmp(f->reason, "third referral") == 0 ? "third referral" : "";
    to[0].id += 1000 * to[1].id++;
    return ST_OK;
}

static void flags_keep_their_state_and_clock(void **state)
{
    struct place p;
    uint64_t n;
    struct err wrong = {0};
    struct flag got[2] = {{0}, {0}};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    struct flag f[2] = {{.line = 1,
                         .record = 2,
                         .kind = "NRM_REPEAT",
                         .provider = "ORG-1",
                         .reason = "third referral",
                         .link_status = "PROPOSED",
                         .raised_on = "2022-01-01",
                         .due_on = "2022-01-08"},
                        {.line = 1,
                         .record = 2,
                         .kind = "MISSING_RETURN",
                         .provider = "ORG-1",
                         .reason = "back",
                         .link_status = "PROPOSED",
                         .raised_on = "2022-01-01",
                         .due_on = "2022-01-08"}};
    int64_t three[] = {1, 2, 5}, first[] = {1, 1, 5}, then[] = {1, 5, 5};
    GOOD(store_lines_set(s, three, first, NULL, 3, &n, e));
    GOOD(store_flags_put(s, f, 2, &n, e));
    assert_int_equal(n, 2);
    GOOD(store_flags_put(s, f, 2, &n, e));
    assert_int_equal(n, 0);
    struct notice notice = {.flag = 1, .provider = "ORG-1", .text = "possible repeat"};
    GOOD(store_notice_put(s, &notice, e));
    assert_int_equal(store_notice_put(s, &notice, &wrong), ST_DATA); /* notified already */
    GOOD(store_flag_move(s, 1, FLAG_ACKNOWLEDGED, "2022-02-01", "rang back", e));
    assert_int_equal(store_flag_move(s, 1, FLAG_NOTIFIED, NULL, "", &wrong), ST_DATA);
    /* The record moves to another line; the line that it left is looked at first. */
    GOOD(store_lines_set(s, three, then, NULL, 3, &n, e));
    int64_t lines[] = {1, 5};
    GOOD(store_flags_close_missing(s, lines, 1, NULL, 0, &n, e));
    assert_int_equal(n, 0);
    f[0].line = 5;
    f[0].link_status = "CONFIRMED";
    GOOD(store_flags_put(s, f, 1, &n, e));
    GOOD(store_flags_each(s, FLAG_ACKNOWLEDGED, keep_flag, got, e));
    assert_int_equal(got[1].id, 1);
    assert_int_equal(got[0].line, 5);
    assert_string_equal(got[0].reason, "third referral");
    assert_int_equal(strlen(got[0].reference), 4);
    GOOD(store_flags_close_missing(s, lines, 2, f, 1, &n, e));
    assert_int_equal(n, 1);
    /* Nothing supports it any more, and then something does again: as it was, clock and all. */
    GOOD(store_flags_close_missing(s, lines, 2, NULL, 0, &n, e));
    assert_int_equal(n, 1);
    f[0].due_on = "2030-01-01";
    GOOD(store_flags_put(s, f, 1, &n, e));
    assert_int_equal(n, 0);
    got[1].id = 0;
    GOOD(store_flags_each(s, FLAG_ACKNOWLEDGED, keep_flag, got, e));
    assert_int_equal(got[1].id, 1);
    int64_t due;
    GOOD(db_get_int(s->db, e, 0, &due,
                    "SELECT count(*) FROM flag WHERE id = 1 AND due_on = '2022-02-01'"
                    " AND closed_at = ''",
                    ""));
    assert_int_equal(due, 1);
    /* What a person closed stays closed. */
    GOOD(store_flag_move(s, 1, FLAG_CLOSED, NULL, "dealt with", e));
    GOOD(store_flags_put(s, f, 1, &n, e));
    got[1].id = 0;
    GOOD(store_flags_each(s, FLAG_ACKNOWLEDGED, keep_flag, got, e));
    assert_int_equal(got[1].id, 0);
    GOOD(store_flags_each(s, FLAG_CLOSED, keep_flag, got, e));
    assert_int_equal(got[1].id, 2);
    GOOD(store_notice_sent(s, 1, e));
    assert_int_equal(store_notice_sent(s, 1, &wrong), ST_DATA);
    store_close(s);
    remove_place(&p);
}

static void flags_and_answers_follow_a_correction_and_its_undo(void **state)
{
    struct place p;
    uint64_t n;
    int64_t record;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    struct flag f = {.line = 2,
                     .record = 2,
                     .kind = "NRM_REPEAT",
                     .provider = "ORG-1",
                     .reason = "second referral",
                     .link_status = "CONFIRMED",
                     .raised_on = "2022-01-01",
                     .due_on = "2022-01-08"};
    struct review answer = {.record = 2, .other = 1, .question = "incident", .answer = "NEW"};
    GOOD(store_flags_put(s, &f, 1, &n, e));
    GOOD(store_flag_move(s, 1, FLAG_NOTIFIED, NULL, "", e));
    GOOD(store_review_put(s, &answer, e));
    GOOD(store_claim_decide(s, 1, 2, CLAIM_CONFIRMED, "MANUAL", "", e));
    int64_t correction = import_some(s, "ORG-1", 1, 2, "2022-02-02").import_id;
    GOOD(db_get_int(s->db, e, 0, &record, "SELECT record FROM flag WHERE state = 'NOTIFIED'", ""));
    assert_int_equal(record, 11);
    assert_int_equal(line_of(s, 11), 2);
    GOOD(db_get_int(s->db, e, 0, &record, "SELECT record FROM review WHERE active = 1", ""));
    assert_int_equal(record, 11);
    int counts[6] = {0};
    GOOD(store_claims_of(s, 11, count_claim, counts, e));
    assert_int_equal(counts[CLAIM_CONFIRMED], 1);
    f.record = 11;
    GOOD(store_flags_put(s, &f, 1, &n, e));
    assert_int_equal(n, 0);
    GOOD(store_import_undo(s, correction, &n, e));
    GOOD(db_get_int(s->db, e, 0, &record, "SELECT record FROM flag WHERE state = 'NOTIFIED'", ""));
    assert_int_equal(record, 2);
    GOOD(db_get_int(s->db, e, 0, &record, "SELECT record FROM review WHERE active = 1", ""));
    assert_int_equal(record, 2);
    /* The first import taken back as well: nothing open is left of it. */
    GOOD(store_import_undo(s, 1, &n, e));
    GOOD(
        db_get_int(s->db, e, -1, &record, "SELECT count(*) FROM flag WHERE state <> 'CLOSED'", ""));
    assert_int_equal(record, 0);
    store_close(s);
    remove_place(&p);
}

static enum status keep_answer(void *ctx, const struct review *r, struct err *e)
{
    snprintf(ctx, 20, "%s", r->answer);
    return ST_OK;
}

static void an_answer_can_be_taken_back(void **state)
{
    struct place p;
    char answer[20] = "";
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 3, "2022-01-01");
    struct review r = {.record = 2, .other = 1, .question = "incident", .answer = "SAME"};
    GOOD(store_review_put(s, &r, e));
    r.answer = "NEW";
    GOOD(store_review_put(s, &r, e));
    GOOD(store_reviews_each(s, keep_answer, answer, e));
    assert_string_equal(answer, "NEW");
    GOOD(store_review_undo(s, 2, e));
    GOOD(store_reviews_each(s, keep_answer, answer, e));
    assert_string_equal(answer, "SAME");
    store_close(s);
    remove_place(&p);
}

static void tokens_find_candidates(void **state)
{
    struct place p;
    int64_t *ids = NULL;
    size_t n = 0, cap = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    GOOD(store_mark_set(s, "token_bits", 40, e));
    struct token t[4] = {
        {3, 1, str_of("x")}, {1, 1, str_of("x")}, {2, 2, str_of("x")}, {3, 1, str_of("x")}};
    GOOD(store_tokens_put(s, t, 4, e));
    GOOD(store_tokens_find(s, 1, str_of("x"), 100, &ids, &n, &cap, e));
    assert_int_equal(n, 2);
    assert_int_equal(ids[0], 1);
    assert_int_equal(ids[1], 3);
    GOOD(store_tokens_find(s, 1, str_of("y"), 100, &ids, &n, &cap, e));
    assert_int_equal(n, 2);
    GOOD(store_tokens_clear(s, e));
    n = 0;
    GOOD(store_tokens_find(s, 1, str_of("x"), 100, &ids, &n, &cap, e));
    assert_int_equal(n, 0);
    free(ids);
    store_close(s);
    remove_place(&p);
}

/* ---- audit ---- */

static enum audit_verdict verdict_of(struct store *s, const struct audit_head *h, uint64_t *at)
{
    struct audit_check c = {.head_size = h ? h->size : 0};
    if (h)
        c.head_root = h->root;
    GOOD(store_audit_check(s, &c, e));
    return audit_check_end(&c, at);
}

static void every_read_and_change_is_in_the_log(void **state)
{
    struct place p;
    struct arena a = ARENA_EMPTY;
    struct stored *person;
    size_t n;
    int64_t before, after;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
#define ENTRIES(x) GOOD(db_get_int(s->db, e, 0, &x, "SELECT count(*) FROM audit", ""))
    ENTRIES(before);
    GOOD(store_person_read(s, 4, "worklist", &a, &person, &n, e));
    assert_int_equal(n, 1);
    assert_string_equal(value(&person[0], "identity.family_name", 1), "Quorvaxton");
    ENTRIES(after);
    assert_true(after > before);
    int64_t one;
    GOOD(db_get_int(s->db, e, 0, &one,
                    "SELECT count(*) FROM audit WHERE action = 'person.read' AND"
                    " subject = 'line 4' AND outcome LIKE '%worklist%'",
                    ""));
    assert_int_equal(one, 1);
    /* A transaction taken back takes its entries with it. */
    ENTRIES(before);
    GOOD(store_begin(s, e));
    GOOD(store_mark_set(s, "x", 1, e));
    store_rollback(s);
    ENTRIES(after);
    assert_int_equal(before, after);
#undef ENTRIES
    arena_free(&a);
    store_close(s);
    remove_place(&p);
}

static void tampering_with_the_log_is_told(void **state)
{
    struct place p;
    struct audit_head head;
    uint64_t at;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    GOOD(store_audit_head(s, &head, e));
    assert_true(audit_head_is_signed(&head));
    assert_int_equal(verdict_of(s, &head, &at), AUDIT_INTACT);
    GOOD(db_do(s->db, e, "UPDATE audit SET actor = 'nobody' WHERE sequence = 2", ""));
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_BROKEN);
    assert_int_equal(at, 2);
    GOOD(db_do(s->db, e, "UPDATE audit SET actor = 'system' WHERE sequence = 2", ""));
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_INTACT);
    GOOD(db_do(s->db, e, "DELETE FROM audit WHERE sequence = $1", "i", (int64_t)head.size));
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_INTACT);
    assert_int_equal(verdict_of(s, &head, &at), AUDIT_CUT_SHORT);
    assert_int_equal(at, head.size);
    store_close(s);
    remove_place(&p);
}

static void the_anchor_remembers_how_long_the_log_was(void **state)
{
    struct place p;
    uint64_t at;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    store_close(s);
    s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_INTACT);
    GOOD(db_do(s->db, e, "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit)",
               ""));
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_CUT_SHORT);
    store_close(s);
    remove_place(&p);
}

/* ---- schema ---- */

static void a_new_dictionary_row_becomes_a_column(void **state)
{
    char root[100] = "/tmp/throughline-schema-XXXXXX", path[140];
    struct db *db;
    int changed;
    struct arena a = ARENA_EMPTY;
    const char **names;
    size_t n;
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/store.db", root);
    /* Yesterday's dictionary: no episode_order, and person without its last two fields. */
    struct dictionary old = *dictionary();
    struct entity *entities = mem_array(old.entity_count, sizeof *entities);
    memcpy(entities, old.entities, old.entity_count * sizeof *entities);
    old.entities = entities;
    old.entity_count--;
    entities[0].field_count -= 2;
    GOOD(db_open(path, DB_CREATE, &db, e));
    GOOD(schema_migrate(db, &old, &changed, e));
    GOOD(schema_migrate(db, &old, &changed, e));
    assert_int_equal(changed, 0);
    GOOD(schema_migrate(db, dictionary(), &changed, e));
    assert_int_equal(changed, 3);
    GOOD(db_columns(db, "entity_person", &a, &names, &n, e));
    assert_int_equal(n, dictionary()->entities[0].field_count + 2);
    GOOD(db_columns(db, "entity_episode_order", &a, &names, &n, e));
    assert_true(n > 2);
    GOOD(schema_migrate(db, dictionary(), &changed, e));
    assert_int_equal(changed, 0);
    GOOD(db_do(db, e, "UPDATE setting SET number = 99 WHERE name = 'schema'", ""));
    struct err wrong = {0};
    assert_int_equal(schema_migrate(db, dictionary(), &changed, &wrong), ST_DATA);
    assert_non_null(strstr(wrong.what, "newer version"));
    db_close(db);
    arena_free(&a);
    free(entities);
    unlink(path);
    rmdir(root);
}

/* ---- trouble ---- */

static enum status open_quietly(const char *dir, enum store_mode mode, struct err *e)
{
    struct store *s;
    struct store_options o = {
        .dir = dir, .mode = mode, .keys = KEYS_ALL, .actor = {"system", "analyst", "test", ""}};
    enum status st = store_open(&o, &s, e);
    store_close(s);
    return st;
}

static void trouble_is_told_apart(void **state)
{
    struct place p, other;
    struct err wrong = {0};
    char command[400], path[400];
    make_place(&p);
    make_place(&other);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 300, "2022-01-01");
    assert_int_equal(open_quietly(p.dir, STORE_JOB, &wrong), ST_DATA);
    assert_non_null(strstr(wrong.what, "locked"));
    assert_int_equal(open_quietly(p.dir, STORE_SHARED, &wrong), ST_OK);
    store_close(s);

    wrong = (struct err){0};
    assert_int_equal(open_quietly(p.root, STORE_SHARED, &wrong), ST_DATA);
    assert_non_null(strstr(wrong.what, "no register"));

    snprintf(command, sizeof command, "cp '%s/keys/master.key' '%s/keys/master.key'", other.dir,
             p.dir);
    snprintf(path, sizeof path, "cp '%s/keys/master.key' '%s/kept'", p.dir, p.root);
    assert_int_equal(system(path), 0);
    assert_int_equal(system(command), 0);
    wrong = (struct err){0};
    assert_int_equal(open_quietly(p.dir, STORE_SHARED, &wrong), ST_DATA);
    assert_non_null(strstr(wrong.what, "key"));
    snprintf(command, sizeof command, "cp '%s/kept' '%s/keys/master.key'", p.root, p.dir);
    assert_int_equal(system(command), 0);
    assert_int_equal(open_quietly(p.dir, STORE_SHARED, &wrong), ST_OK);

    snprintf(path, sizeof path, "%s/store.db", p.dir);
    assert_int_equal(truncate(path, 100000), 0);
    wrong = (struct err){0};
    assert_int_equal(open_quietly(p.dir, STORE_SHARED, &wrong), ST_DATA);
    assert_non_null(strstr(wrong.what, "cut short"));
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(open_quietly(p.dir, STORE_SHARED, &wrong), ST_DATA);
    remove_place(&p);
    remove_place(&other);
}

/* A limit on file size stands for a full disk. */
static void a_full_disk_leaves_the_store_as_it_was(void **state)
{
    struct place p;
    int status, seen = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 100, "2022-01-01");
    store_close(s);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit limit = {3 << 20, 3 << 20};
        struct arena a = ARENA_EMPTY;
        struct import *i;
        bool again;
        struct err wrong = {0};
        struct import_source src = {"ORG-1", "nrm", "n.csv", {"z", 1}};
        enum { MANY = 3000 };
        struct import_row *rows = mem_zalloc(MANY, sizeof *rows);
        for (int k = 0; k < MANY; k++)
            rows[k] = (struct import_row){.record = made(&a, k, "2022-02-02"),
                                          .source_key = str_of(arena_printf(&a, "new-%d", k))};
        s = open_as(p.dir, STORE_JOB, KEYS_ALL);
        setrlimit(RLIMIT_FSIZE, &limit);
        enum status st = store_import_begin(s, &src, &i, &again, &wrong);
        if (st == ST_OK)
            st = store_import_rows(i, rows, MANY, &wrong);
        _exit(st == ST_FAULT && strstr(wrong.what, "disk is full") ? 0 : 1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    struct view v = {.purpose = "test", .fields = everything};
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 100);
    uint64_t at;
    assert_int_equal(verdict_of(s, NULL, &at), AUDIT_INTACT);
    assert_int_equal(import_some(s, "ORG-1", 100, 110, "2022-01-01").added, 10);
    store_close(s);
    remove_place(&p);
}

/* ---- users, copies, health ---- */

static void users_sign_in_after_their_code(void **state)
{
    struct place p;
    char code[ONE_TIME_CODE_BYTES], second[ONE_TIME_CODE_BYTES];
    bool good;
    struct err wrong = {0};
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_SHARED, 0);
    GOOD(store_user_add(s, "ana", "administrator", "", 7, code, e));
    assert_int_equal(store_user_add(s, "ana", "analyst", "", 7, second, &wrong), ST_DATA);
    assert_int_equal(store_user_add(s, "Not a name", "analyst", "", 7, second, &wrong), ST_DATA);
    assert_int_equal(store_user_add(s, "bo", "king", "", 7, second, &wrong), ST_DATA);
    GOOD(store_user_check(s, "ana", "long enough", &good, e));
    assert_false(good);
    assert_int_equal(store_user_redeem(s, "ana", "22222-22222-22222-22222", "long enough", &wrong),
                     ST_DATA);
    for (char *c = code; *c; c++) /* as people type it */
        *c = *c == '-' ? ' ' : (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    GOOD(store_user_redeem(s, "ana", code, "long enough", e));
    assert_int_equal(store_user_redeem(s, "ana", code, "long enough", &wrong), ST_DATA);
    GOOD(store_user_check(s, "ana", "long enough", &good, e));
    assert_true(good);
    GOOD(store_user_check(s, "ana", "long enougi", &good, e));
    assert_false(good);
    assert_int_equal(store_user_set_disabled(s, "ana", true, &wrong), ST_DATA); /* the last one */
    GOOD(store_user_add(s, "bo", "administrator", "", 7, second, e));
    GOOD(store_user_set_disabled(s, "ana", true, e));
    GOOD(store_user_check(s, "ana", "long enough", &good, e));
    assert_false(good);
    store_close(s);
    remove_place(&p);
}

static void a_backup_becomes_a_register_again(void **state)
{
    struct place p;
    char backup[200], again[200], key[200], path[300];
    struct audit_head head;
    struct err wrong = {0};
    int seen = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 100, "2022-01-01");
    snprintf(backup, sizeof backup, "%s/copy", p.root);
    snprintf(again, sizeof again, "%s/again", p.root);
    snprintf(key, sizeof key, "%s/keys/master.key", p.dir);
    GOOD(store_backup(s, backup, e));
    assert_int_equal(store_backup(s, backup, &wrong), ST_DATA);
    store_close(s);
    snprintf(path, sizeof path, "%s/keys/master.key", backup);
    assert_int_equal(access(path, F_OK), -1);
    GOOD(store_restore(backup, again, key, &head, e));
    s = open_as(again, STORE_JOB, KEYS_ALL);
    struct view v = {.purpose = "test", .fields = everything};
    assert_int_equal(read_all(s, &v, is_as_made, &seen), 100);
    uint64_t at;
    assert_int_equal(verdict_of(s, &head, &at), AUDIT_INTACT);
    store_close(s);
    /* One byte changed: refused, and nothing left behind. */
    snprintf(path, sizeof path, "%s/store.db", backup);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "X", 1, 50000), 1);
    close(fd);
    snprintf(again, sizeof again, "%s/third", p.root);
    assert_int_equal(store_restore(backup, again, key, &head, &wrong), ST_DATA);
    assert_int_equal(access(again, F_OK), -1);
    remove_place(&p);
}

static void the_doctor_finds_what_is_wrong(void **state)
{
    struct place p;
    struct finding_of_health f[40];
    size_t n;
    int bad = 0;
    make_place(&p);
    struct store *s = open_as(p.dir, STORE_JOB, KEYS_ALL);
    import_some(s, "ORG-1", 0, 10, "2022-01-01");
    GOOD(store_examine(s, f, 40, &n, e));
    for (size_t k = 0; k < n; k++)
        bad += f[k].health == HEALTH_BAD;
    assert_int_equal(bad, 0);
    GOOD(db_do(s->db, e, "UPDATE audit SET outcome = 'x' WHERE sequence = 1", ""));
    GOOD(db_do(s->db, e, "UPDATE entity_episode SET f_end_date = f_start_date", ""));
    GOOD(db_do(s->db, e, "UPDATE entity_identity SET f_alias = f_given_name", ""));
    GOOD(db_do(s->db, e, "UPDATE entity_person SET f_birth_date = f_birth_date_latest", ""));
    GOOD(db_do(s->db, e, "UPDATE entity_identity SET f_given_name = f_family_name", ""));
    GOOD(store_examine(s, f, 40, &n, e));
    for (size_t k = 0; k < n; k++)
        bad += f[k].health == HEALTH_BAD;
    assert_int_equal(bad, 2);
    store_close(s);
    remove_place(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_persons_decision_outlives_the_machine),
        cmocka_unit_test(lines_keep_their_ids),
        cmocka_unit_test(findings_are_given_back),
        cmocka_unit_test(flags_keep_their_state_and_clock),
        cmocka_unit_test(flags_and_answers_follow_a_correction_and_its_undo),
        cmocka_unit_test(an_answer_can_be_taken_back),
        cmocka_unit_test(tokens_find_candidates),
        cmocka_unit_test(every_read_and_change_is_in_the_log),
        cmocka_unit_test(tampering_with_the_log_is_told),
        cmocka_unit_test(the_anchor_remembers_how_long_the_log_was),
        cmocka_unit_test(a_new_dictionary_row_becomes_a_column),
        cmocka_unit_test(trouble_is_told_apart),
        cmocka_unit_test(a_full_disk_leaves_the_store_as_it_was),
        cmocka_unit_test(users_sign_in_after_their_code),
        cmocka_unit_test(a_backup_becomes_a_register_again),
        cmocka_unit_test(the_doctor_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
