/* What linkage keeps with the register: the sealed part of its model, and which records are to be
 * linked again though none is new. */
#include "store/store_private.h"

/* ---- the model ---- */

static enum status model_put(struct store *s, struct str body, uint64_t records, int64_t *id,
                             struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    struct arena memory = ARENA_EMPTY;
    struct str sealed;
    clock_utc(at);
    TRY(db_get_int(s->db, e, 0, id, "SELECT max(id) FROM link_model", ""));
    ++*id;
    enum status st = body_seal(s, CLASS_S3, "link_model", "body", *id, body, &memory, &sealed, e);
    if (st == ST_OK)
        st = db_do(s->db, e, "UPDATE link_model SET body = NULL", "");
    if (st == ST_OK)
        st = db_do(s->db, e,
                   "INSERT INTO link_model (id, at, actor, records, body)"
                   " VALUES ($1, $2, $3, $4, $5)",
                   "ittib", *id, at, s->actor.name, (int64_t)records, sealed.p, sealed.n);
    arena_free(&memory);
    TRY(st);
    return audit_append(s, "link.model", "", NULL, e, "done: model %lld, of %llu records",
                        (long long)*id, (unsigned long long)records);
}

enum status store_link_model_put(struct store *s, struct str body, uint64_t records, int64_t *id,
                                 struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, model_put(s, body, records, id, e), e);
}

enum status store_link_model_get(struct store *s, struct arena *memory, struct link_model_info *out,
                                 struct err *e)
{
    struct db_stmt *q;
    bool row;
    *out = (struct link_model_info){0};
    TRY(db_prepare(s->db,
                   "SELECT id, records, body FROM link_model WHERE body IS NOT NULL"
                   " ORDER BY id DESC LIMIT 1",
                   &q, e));
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row) {
        out->id = db_int(q, 0);
        out->records = (uint64_t)db_int(q, 1);
        st = body_open(s, CLASS_S3, "link_model", "body", out->id, db_blob(q, 2), memory,
                       &out->body, e);
    }
    db_done(q);
    return st;
}

enum status store_link_model_id(struct store *s, int64_t *id, struct err *e)
{
    return db_get_int(s->db, e, 0, id, "SELECT max(id) FROM link_model", "");
}

/* ---- records to be linked again ---- */

#define KEEP_COMPARE                                                                               \
    " ON CONFLICT (record) DO UPDATE SET cause = excluded.cause,"                                  \
    " compare = CASE WHEN excluded.compare > link_pending.compare THEN excluded.compare"           \
    " ELSE link_pending.compare END"

enum status store_pending_add(struct store *s, int64_t record, bool compare, const char *cause,
                              struct err *e)
{
    return db_do(
        s->db, e,
        "INSERT INTO link_pending (record, compare, cause) VALUES ($1, $2, $3)" KEEP_COMPARE, "iit",
        record, (int64_t)compare, cause);
}

enum status store_pending_read(struct store *s, struct arena *memory, struct pending **out,
                               size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    enum status st;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM link_pending", ""));
    *out = arena_array(memory, (size_t)count + 1, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT p.record, p.compare, p.cause, r.active FROM link_pending p"
                   " JOIN record r ON r.id = p.record ORDER BY p.record",
                   &q, e));
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        (*out)[(*n)++] = (struct pending){.record = db_int(q, 0),
                                          .compare = db_int(q, 1) != 0,
                                          .cause = arena_strdup(memory, db_text(q, 2)),
                                          .visible = db_int(q, 3) == 1};
    db_done(q);
    return st;
}

enum status store_pending_done(struct store *s, const struct pending *p, size_t n, struct err *e)
{
    bool own;
    enum status st = ST_OK;
    TRY(store_enter(s, &own, e));
    for (size_t k = 0; k < n && st == ST_OK; k++)
        st = db_do(s->db, e, "DELETE FROM link_pending WHERE record = $1", "i", p[k].record);
    return store_leave(s, own, st, e);
}

enum status pend_neighbours(struct store *s, int64_t import, const char *cause, struct err *e)
{
/* Records of the import, and those that they replace. */
#define LEAVING                                                                                    \
    " (SELECT id FROM record WHERE import = $1 UNION SELECT p.old FROM replacement p"              \
    " JOIN record n ON n.id = p.new WHERE n.import = $1)"
    TRY(db_do(s->db, e,
              "INSERT INTO link_pending (record, compare, cause) SELECT x.other, 0, $2 FROM"
              " (SELECT b AS other FROM claim WHERE a IN" LEAVING
              " UNION SELECT a FROM claim WHERE b IN" LEAVING ") x WHERE 1 = 1" KEEP_COMPARE,
              "it", import, cause));
#undef LEAVING
    return db_do(s->db, e,
                 "INSERT INTO link_pending (record, compare, cause) SELECT id, 1, $2 FROM record"
                 " WHERE active = 0 AND import <> $1 AND superseded_by IN"
                 " (SELECT id FROM record WHERE import = $1 AND active = 1)" KEEP_COMPARE,
                 "it", import, cause);
}
