/* The end of an import: made visible, given up, listed, taken back. */
#include "store/import_private.h"

#include <stdlib.h>

static enum status delete_rows(struct store *s, int64_t import, struct err *e)
{
    for (size_t k = 0; k < s->table_count; k++)
        TRY(db_do(s->db, e, s->tables[k].delete_import, "i", import));
    return ST_OK;
}

enum status import_sweep(struct store *s, struct err *e)
{
    int64_t left;
    for (;;) {
        TRY(db_get_int(s->db, e, 0, &left, "SELECT min(id) FROM import WHERE state = 'loading'",
                       ""));
        if (left == 0)
            return ST_OK;
        TRY(delete_rows(s, left, e));
        TRY(db_do(s->db, e,
                  "DELETE FROM replacement WHERE new IN (SELECT id FROM record WHERE import = $1)",
                  "i", left));
        TRY(db_do(s->db, e, "UPDATE record SET superseded_by = NULL WHERE import = $1", "i", left));
        TRY(db_do(s->db, e, "DELETE FROM record WHERE import = $1", "i", left));
        TRY(db_do(s->db, e, "DELETE FROM import WHERE id = $1", "i", left));
        TRY(audit_append(s, "import.swept", "", NULL, e, "done: unfinished import %lld",
                         (long long)left));
    }
}

static enum status count_up(struct store *s, const char *mark, struct err *e)
{
    return db_do(s->db, e,
                 "INSERT INTO setting (name, number) VALUES ($1, 1)"
                 " ON CONFLICT (name) DO UPDATE SET number = setting.number + 1",
                 "t", mark);
}

/* ---- finish ---- */

static enum status drop_import(struct store *s, int64_t id, struct err *e)
{
    return db_do(s->db, e, "DELETE FROM import WHERE id = $1", "i", id);
}

/* A person's decisions about the old version hold for the new one; the machine makes its own anew.
 */
static enum status copy_decisions(struct import *i, struct err *e)
{
#define OTHER "COALESCE((SELECT q.new FROM replacement q WHERE q.old = x.other), x.other)"
    TRY(db_do(i->s->db, e,
              "INSERT INTO claim (a, b, status, basis, weight, probability, human, run, actor, at)"
              " SELECT CASE WHEN p.new < " OTHER " THEN p.new ELSE " OTHER " END,"
              " CASE WHEN p.new < " OTHER " THEN " OTHER " ELSE p.new END, x.status, x.basis,"
              " x.weight, x.probability, 1, x.run, x.actor, x.at"
              " FROM replacement p JOIN record n ON n.id = p.new AND n.import = $1 JOIN"
              " (SELECT a AS mine, b AS other, status, basis, weight, probability, run, actor,"
              " at FROM claim WHERE human = 1 UNION ALL SELECT b, a, status, basis, weight,"
              " probability, run, actor, at FROM claim WHERE human = 1) x ON x.mine = p.old"
              " WHERE " OTHER " <> p.new ON CONFLICT (a, b) DO NOTHING",
              "i", i->id));
#undef OTHER
    /* A step to undo: what stood before is the machine's, which it finds anew. */
    return db_do(i->s->db, e,
                 "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
                 " from_probability, from_human, to_status) SELECT c.a, c.b, c.at, c.actor,"
                 " CASE c.status WHEN 'SPLIT' THEN 'AUTO' ELSE 'PROPOSED' END, c.basis, c.weight,"
                 " c.probability, 0, c.status FROM claim c JOIN record n ON n.import = $1"
                 " AND n.id IN (c.a, c.b) WHERE c.human = 1 AND NOT EXISTS"
                 " (SELECT 1 FROM claim_event v WHERE v.a = c.a AND v.b = c.b)",
                 "i", i->id);
}

/* What hangs on the old version, flags with their state and people's answers, hangs on the new. */
static enum status move_consequences(struct import *i, struct err *e)
{
#define NEW_FOR(table)                                                                             \
    " SET record = (SELECT p.new FROM replacement p WHERE p.old = " table ".record)"
#define REPLACED                                                                                   \
    " WHERE record IN (SELECT p.old FROM replacement p JOIN record n ON n.id = p.new"              \
    " WHERE n.import = $1)"
    TRY(db_do(i->s->db, e, "UPDATE flag" NEW_FOR("flag") REPLACED, "i", i->id));
    TRY(db_do(i->s->db, e, "UPDATE review" NEW_FOR("review") REPLACED, "i", i->id));
    return db_do(i->s->db, e,
                 "UPDATE review SET other = (SELECT p.new FROM replacement p WHERE p.old ="
                 " review.other) WHERE other IN (SELECT p.old FROM replacement p JOIN record n"
                 " ON n.id = p.new WHERE n.import = $1)",
                 "i", i->id);
#undef NEW_FOR
#undef REPLACED
}

/* The new version takes the old one's place in its line. */
static enum status replace_old(struct import *i, struct err *e)
{
    struct db *db = i->s->db;
    char at[CLOCK_TEXT_BYTES], cause[40];
    clock_utc(at);
    snprintf(cause, sizeof cause, "import %lld", (long long)i->id);
    TRY(pend_neighbours(i->s, i->id, cause, e));
    TRY(copy_decisions(i, e));
    TRY(move_consequences(i, e));
    TRY(db_do(db, e,
              "INSERT INTO line_move (record, from_line, to_line, at, actor, cause)"
              " SELECT p.new, p.new, o.line, $2, $3, $4 FROM replacement p"
              " JOIN record o ON o.id = p.old JOIN record n ON n.id = p.new WHERE n.import = $1",
              "ittt", i->id, at, i->s->actor.name, cause));
    TRY(db_do(db, e,
              "UPDATE record SET line = (SELECT o.line FROM replacement p JOIN record o"
              " ON o.id = p.old WHERE p.new = record.id) WHERE import = $1 AND active = 2",
              "i", i->id));
    TRY(db_do(db, e,
              "INSERT INTO line_changed (line) SELECT DISTINCT o.line FROM replacement p"
              " JOIN record o ON o.id = p.old WHERE p.new IN"
              " (SELECT id FROM record WHERE import = $1) ON CONFLICT (line) DO NOTHING",
              "i", i->id));
    TRY(db_do(db, e,
              "UPDATE record SET active = 0, superseded_by ="
              " (SELECT p.new FROM replacement p WHERE p.old = record.id)"
              " WHERE id IN (SELECT p.old FROM replacement p JOIN record n ON n.id = p.new"
              " WHERE n.import = $1)",
              "i", i->id));
    TRY(db_do(db, e, "UPDATE record SET active = 1 WHERE import = $1 AND active = 2", "i", i->id));
    return db_do(db, e,
                 "DELETE FROM replacement WHERE new IN (SELECT id FROM record WHERE import = $1)",
                 "i", i->id);
}

static enum status finish(struct import *i, uint64_t rejected, struct err *e)
{
    const struct import_totals *t = &i->totals;
    if (t->added + t->changed == 0)
        TRY(drop_import(i->s, i->id, e));
    else
        TRY(db_do(i->s->db, e,
                  "UPDATE import SET state = 'done', added = $1, changed = $2, rejected = $3"
                  " WHERE id = $4",
                  "iiii", (int64_t)t->added, (int64_t)t->changed, (int64_t)rejected, i->id));
    if (t->changed)
        TRY(replace_old(i, e));
    if (t->added + t->changed)
        TRY(count_up(i->s, STORE_RECORDS_ADDED, e));
    return audit_append(i->s, "import.finish", "", NULL, e,
                        "done: import %lld, %llu new, %llu changed, %llu same, %llu rejected",
                        (long long)i->id, (unsigned long long)t->added,
                        (unsigned long long)t->changed, (unsigned long long)t->same,
                        (unsigned long long)rejected);
}

enum status store_import_finish(struct import *i, uint64_t rejected, struct import_totals *out,
                                struct err *e)
{
    bool own;
    TRY(store_enter(i->s, &own, e));
    TRY(store_leave(i->s, own, finish(i, rejected, e), e));
    i->open = false;
    i->totals.rejected = rejected;
    *out = i->totals;
    if (i->totals.added + i->totals.changed == 0)
        out->import_id = 0;
    return imports_load(i->s, e);
}

void store_import_free(struct import *i)
{
    if (!i)
        return;
    if (i->open) {
        struct err ignored = {0};
        /* When even this fails (a full disk), the rows stay invisible until the next import. */
        if (store_begin(i->s, &ignored) == ST_OK)
            ignored.status = store_leave(i->s, true, import_sweep(i->s, &ignored), &ignored);
    }
    for (size_t j = 0; j < i->job_memory_count; j++)
        arena_free(&i->job_memory[j]);
    free(i->job_memory);
    free(i->prepared);
    free(i->sealed);
    free(i);
}

/* ---- list and undo ---- */

enum status store_import_list(struct store *s, struct arena *memory, struct import_info **out,
                              size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM import", ""));
    *out = arena_array(memory, (size_t)count, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT i.id, o.code, i.channel, i.file_name, i.at, i.state, i.added, i.changed,"
                   " i.rejected FROM import i JOIN organisation o ON o.id = i.organisation"
                   " WHERE i.state <> 'loading' ORDER BY i.id",
                   &q, e));
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        (*out)[(*n)++] = (struct import_info){.id = db_int(q, 0),
                                              .organisation = arena_strdup(memory, db_text(q, 1)),
                                              .channel = arena_strdup(memory, db_text(q, 2)),
                                              .file_name = arena_strdup(memory, db_text(q, 3)),
                                              .at = arena_strdup(memory, db_text(q, 4)),
                                              .state = arena_strdup(memory, db_text(q, 5)),
                                              .added = (uint64_t)db_int(q, 6),
                                              .changed = (uint64_t)db_int(q, 7),
                                              .rejected = (uint64_t)db_int(q, 8)};
    db_done(q);
    return st;
}

/* Flags and answers go back to the version that returns; flags of records that go for good are
 * closed. */
static enum status return_consequences(struct store *s, int64_t id, const char *at, struct err *e)
{
#define OLD_FOR(table)                                                                             \
    " SET record = (SELECT max(o.id) FROM record o WHERE o.superseded_by = " table ".record)"
#define REPLACING                                                                                  \
    " WHERE record IN (SELECT n.id FROM record n JOIN record o ON o.superseded_by = n.id"          \
    " WHERE n.import = $1 AND n.active = 1 AND o.import <> $1)"
#define OPEN_FLAGS                                                                                 \
    " FROM flag WHERE state <> 'CLOSED' AND record IN (SELECT id FROM record WHERE import = $1)"
    TRY(db_do(s->db, e, "UPDATE flag" OLD_FOR("flag") REPLACING, "i", id));
    TRY(db_do(s->db, e, "UPDATE review" OLD_FOR("review") REPLACING, "i", id));
    TRY(db_do(s->db, e,
              "UPDATE review SET other = (SELECT max(o.id) FROM record o WHERE o.superseded_by ="
              " review.other) WHERE other IN (SELECT n.id FROM record n JOIN record o"
              " ON o.superseded_by = n.id WHERE n.import = $1 AND n.active = 1"
              " AND o.import <> $1)",
              "i", id));
    TRY(db_do(s->db, e,
              "INSERT INTO flag_event (flag, at, actor, from_state, to_state)"
              " SELECT id, $2, $3, state, 'CLOSED'" OPEN_FLAGS,
              "itt", id, at, s->actor.name));
    return db_do(
        s->db, e,
        "UPDATE flag SET state = 'CLOSED', closed_at = $2 WHERE id IN (SELECT id" OPEN_FLAGS ")",
        "it", id, at);
#undef OLD_FOR
#undef REPLACING
#undef OPEN_FLAGS
}

/* What people decided of the version that goes holds for the one that returns, as their answers do:
 * also that a decision was taken back meanwhile. */
static enum status return_decisions(struct store *s, int64_t id, const char *at, struct err *e)
{
#define RETURNING                                                                                  \
    "(SELECT max(o.id) AS old, n.id AS new FROM record o JOIN record n ON o.superseded_by = n.id"  \
    " WHERE n.import = $1 AND n.active = 1 AND o.import <> $1 AND o.active = 0 GROUP BY n.id)"
#define SIDE(mine, other)                                                                          \
    "SELECT " mine " AS mine, " other " AS other, status, basis, weight, probability, human, run," \
    " actor, at FROM claim"
/* Claims about records that go, as the pairs that return. */
#define MAPPED                                                                                     \
    "(SELECT CASE WHEN y.mine < y.other THEN y.mine ELSE y.other END AS a,"                        \
    " CASE WHEN y.mine < y.other THEN y.other ELSE y.mine END AS b, y.status, y.basis, y.weight,"  \
    " y.probability, y.human, y.run, y.actor, y.at FROM"                                           \
    " (SELECT p.old AS mine, COALESCE(q.old, x.other) AS other, x.status, x.basis, x.weight,"      \
    " x.probability, x.human, x.run, x.actor, x.at FROM " RETURNING                                \
    " p JOIN (" SIDE("a", "b") " UNION ALL " SIDE(                                                 \
        "b", "a") ") x ON x.mine = p.new JOIN record z ON z.id = x.other"                          \
                  " LEFT JOIN " RETURNING                                                          \
                  " q ON q.new = x.other WHERE z.import <> $1 OR q.old IS NOT NULL) y"             \
                  " WHERE y.mine <> y.other) m"
    /* A step to undo, from what stands there or, when nothing does, from the machine's. */
    TRY(db_do(s->db, e,
              "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
              " from_probability, from_human, to_status) SELECT DISTINCT m.a, m.b, m.at, m.actor,"
              " COALESCE(c.status, CASE m.status WHEN 'SPLIT' THEN 'AUTO' ELSE 'PROPOSED' END),"
              " m.basis, m.weight, m.probability, COALESCE(c.human, 0), m.status FROM " MAPPED
              " LEFT JOIN claim c ON c.a = m.a AND c.b = m.b WHERE m.human = 1"
              " AND m.status <> 'WITHDRAWN' AND (c.a IS NULL OR c.human = 0 OR"
              " c.status <> m.status)",
              "i", id));
    TRY(db_do(s->db, e,
              "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
              " from_probability, from_human, to_status) SELECT DISTINCT c.a, c.b, $2, 'system',"
              " c.status, c.basis, c.weight, c.probability, c.human, 'PROPOSED' FROM claim c"
              " JOIN " MAPPED " ON m.a = c.a AND m.b = c.b WHERE m.human = 0 AND c.human = 1",
              "it", id, at));
    TRY(db_do(s->db, e,
              "UPDATE claim SET status = 'PROPOSED', human = 0 WHERE human = 1 AND (a, b) IN"
              " (SELECT m.a, m.b FROM " MAPPED " WHERE m.human = 0)",
              "i", id));
    return db_do(s->db, e,
                 "INSERT INTO claim (a, b, status, basis, weight, probability, human, run, actor,"
                 " at) SELECT m.a, m.b, m.status, m.basis, m.weight, m.probability, 1, m.run,"
                 " m.actor, m.at FROM " MAPPED " WHERE m.human = 1 AND m.status <> 'WITHDRAWN'"
                 " ON CONFLICT (a, b) DO UPDATE SET status = excluded.status, human = 1,"
                 " basis = excluded.basis, actor = excluded.actor, at = excluded.at",
                 "i", id);
#undef RETURNING
#undef SIDE
#undef MAPPED
}

/* Records of the import leave their lines; what was superseded by them returns. */
static enum status undo(struct store *s, int64_t id, uint64_t *records, struct err *e)
{
    int64_t done;
    char at[CLOCK_TEXT_BYTES], cause[40];
    clock_utc(at);
    snprintf(cause, sizeof cause, "import %lld undone", (long long)id);
    TRY(db_get_int(s->db, e, 0, &done,
                   "SELECT count(*) FROM import WHERE id = $1 AND state = 'done'", "i", id));
    if (!done) {
        err_set(e, ST_DATA, "there is no import %lld that can be undone", (long long)id);
        return err_hint(e, "The list of imports shows their numbers and state.");
    }
    TRY(pend_neighbours(s, id, cause, e));
    TRY(return_decisions(s, id, at, e));
    TRY(db_do(s->db, e,
              "INSERT INTO line_changed (line) SELECT DISTINCT line FROM record WHERE import = $1"
              " AND active = 1 ON CONFLICT (line) DO NOTHING",
              "i", id));
    TRY(db_do(
        s->db, e,
        "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
        " from_probability, from_human, to_status) SELECT a, b, $2, $3, status, basis, weight,"
        " probability, human, 'WITHDRAWN' FROM claim WHERE status <> 'WITHDRAWN' AND"
        " (a IN (SELECT id FROM record WHERE import = $1)"
        " OR b IN (SELECT id FROM record WHERE import = $1))",
        "itt", id, at, s->actor.name));
    TRY(db_do(s->db, e,
              "UPDATE claim SET status = 'WITHDRAWN' WHERE"
              " a IN (SELECT id FROM record WHERE import = $1)"
              " OR b IN (SELECT id FROM record WHERE import = $1)",
              "i", id));
    /* What an already superseded version of this import had replaced is replaced by the next one.
     */
    TRY(db_do(s->db, e,
              "UPDATE record SET superseded_by ="
              " (SELECT y.superseded_by FROM record y WHERE y.id = record.superseded_by)"
              " WHERE superseded_by IN (SELECT id FROM record WHERE import = $1 AND active = 0"
              " AND superseded_by IS NOT NULL)",
              "i", id));
    TRY(return_consequences(s, id, at, e));
    TRY(db_do(s->db, e,
              "UPDATE record SET active = 1, superseded_by = NULL WHERE superseded_by IN"
              " (SELECT id FROM record WHERE import = $1 AND active = 1)"
              " AND import <> $1 AND active = 0",
              "i", id));
    TRY(db_do(s->db, e, "UPDATE record SET active = 0 WHERE import = $1 AND active = 1", "i", id));
    *records = (uint64_t)db_changes(s->db);
    TRY(db_do(s->db, e,
              "DELETE FROM token WHERE record IN (SELECT id FROM record WHERE import = $1)", "i",
              id));
    TRY(delete_rows(s, id, e));
    TRY(db_do(s->db, e, "UPDATE import SET state = 'undone' WHERE id = $1", "i", id));
    TRY(count_up(s, STORE_RECORDS_RETURNED, e));
    return audit_append(s, "import.undone", "", NULL, e, "done: import %lld, %llu records",
                        (long long)id, (unsigned long long)*records);
}

enum status store_import_undo(struct store *s, int64_t import_id, uint64_t *records, struct err *e)
{
    bool own;
    *records = 0;
    TRY(store_enter(s, &own, e));
    TRY(store_leave(s, own, undo(s, import_id, records, e), e));
    return imports_load(s, e);
}
