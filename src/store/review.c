/* What a person answered about a referral: same incident or new episode, with undo. */
#include "store/store_private.h"

static enum status put(struct store *s, const struct review *r, struct err *e)
{
    char at[CLOCK_TEXT_BYTES], subject[32];
    struct arena memory = ARENA_EMPTY;
    struct str note;
    int64_t id;
    clock_utc(at);
    TRY(db_get_int(s->db, e, 0, &id, "SELECT count(*) FROM record WHERE id = $1 AND active = 1",
                   "i", r->record));
    if (id == 0)
        return err_set(e, ST_DATA, "there is no record %lld", (long long)r->record);
    TRY(db_do(s->db, e,
              "UPDATE review SET active = 0 WHERE record = $1 AND other = $2 AND question = $3"
              " AND active = 1",
              "iit", r->record, r->other, r->question));
    TRY(db_get_int(s->db, e, 0, &id, "SELECT max(id) FROM review", ""));
    id++;
    enum status st =
        note_seal(s, "review", "note", id, str_of(r->note ? r->note : ""), &memory, &note, e);
    if (st == ST_OK)
        st = db_do(s->db, e,
                   "INSERT INTO review (id, record, other, question, answer, actor, at, active)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
                   "iiitttt", id, r->record, r->other, r->question, r->answer, s->actor.name, at);
    if (st == ST_OK && note.n)
        st = db_do(s->db, e, "UPDATE review SET note = $1 WHERE id = $2", "bi", note.p, note.n, id);
    arena_free(&memory);
    TRY(st);
    TRY(db_do(s->db, e,
              "INSERT INTO line_changed (line) SELECT line FROM record WHERE id = $1"
              " ON CONFLICT (line) DO NOTHING",
              "i", r->record));
    snprintf(subject, sizeof subject, "record %lld", (long long)r->record);
    return audit_append(s, "review.answered", subject, NULL, e, "%s: %s", r->question, r->answer);
}

enum status store_review_put(struct store *s, const struct review *r, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, put(s, r, e), e);
}

/* The answer that it replaced, if any, holds again; one that was itself taken back does not.
 * (active: 1 holds, 0 replaced, 2 taken back.) */
static enum status undo(struct store *s, int64_t id, struct err *e)
{
    char subject[32];
    TRY(db_do(s->db, e, "UPDATE review SET active = 2 WHERE id = $1 AND active = 1", "i", id));
    if (db_changes(s->db) == 0)
        return err_set(e, ST_DATA, "there is no answer %lld that can be undone", (long long)id);
    TRY(db_do(
        s->db, e,
        "UPDATE review SET active = 1 WHERE id = (SELECT max(p.id) FROM review p JOIN review r"
        " ON r.id = $1 WHERE p.record = r.record AND p.other = r.other"
        " AND p.question = r.question AND p.id < r.id AND p.active = 0)",
        "i", id));
    TRY(db_do(s->db, e,
              "INSERT INTO line_changed (line) SELECT line FROM record WHERE id ="
              " (SELECT record FROM review WHERE id = $1) ON CONFLICT (line) DO NOTHING",
              "i", id));
    snprintf(subject, sizeof subject, "review %lld", (long long)id);
    return audit_append(s, "review.undone", subject, NULL, e, "done");
}

enum status store_review_undo(struct store *s, int64_t id, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, undo(s, id, e), e);
}

#define REVIEW_COLUMNS                                                                             \
    "SELECT v.id, v.record, v.other, v.question, v.answer, v.note, v.actor, v.at"                  \
    " FROM review v JOIN record r ON r.id = v.record WHERE v.active = 1 AND r.active = 1"

static enum status each_row(struct store *s, struct db_stmt *q,
                            enum status (*each)(void *, const struct review *, struct err *),
                            void *ctx, struct err *e)
{
    bool row;
    struct arena memory = ARENA_EMPTY;
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        struct str note;
        arena_rewind(&memory);
        st = note_open(s, "review", "note", db_int(q, 0), db_blob(q, 5), &memory, &note, e);
        if (st != ST_OK)
            break;
        struct review r = {db_int(q, 0),  db_int(q, 1), db_int(q, 2),  db_text(q, 3),
                           db_text(q, 4), note.p,       db_text(q, 6), db_text(q, 7)};
        if ((st = each(ctx, &r, e)) != ST_OK)
            break;
    }
    db_done(q);
    arena_free(&memory);
    return st;
}

enum status store_reviews_each(struct store *s,
                               enum status (*each)(void *, const struct review *, struct err *),
                               void *ctx, struct err *e)
{
    struct db_stmt *q;
    TRY(db_prepare(s->db, REVIEW_COLUMNS " ORDER BY v.id", &q, e));
    return each_row(s, q, each, ctx, e);
}

enum status store_reviews_of(struct store *s, int64_t record, int64_t other,
                             enum status (*each)(void *, const struct review *, struct err *),
                             void *ctx, struct err *e)
{
    struct db_stmt *q;
    TRY(db_prepare(s->db,
                   REVIEW_COLUMNS " AND ((v.record = $1 AND v.other = $2)"
                                  " OR (v.record = $2 AND v.other = $1)) ORDER BY v.id",
                   &q, e));
    db_bind(q, "ii", record, other);
    return each_row(s, q, each, ctx, e);
}
