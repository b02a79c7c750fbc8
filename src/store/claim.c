/* Claims that two records are one person: the machine's, people's, and their history. */
#include "store/store_private.h"

static const char *const names[] = {"PROPOSED", "AUTO",  "CONFIRMED",
                                    "REJECTED", "SPLIT", "WITHDRAWN"};

const char *claim_status_name(enum claim_status s)
{
    return names[s];
}

static enum claim_status status_of(const char *name)
{
    for (int k = 0; k <= CLAIM_WITHDRAWN; k++)
        if (strcmp(names[k], name) == 0)
            return (enum claim_status)k;
    return CLAIM_WITHDRAWN;
}

/* ---- the machine's ---- */

struct put {
    struct store *s;
    struct db_stmt *find, *insert, *update, *touch;
    int64_t run;
    const char *at;
    uint64_t written;
};

/* In a claim's history the machine goes by this name, whoever started the job (the audit log has
 * that): undo passes its steps over. */
#define MACHINE "system"

/* The state that is about to change, kept as history. */
static enum status keep_event(struct store *s, const char *actor, int64_t a, int64_t b,
                              const char *at, enum claim_status to, struct err *e)
{
    return db_do(s->db, e,
                 "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
                 " from_probability, from_human, to_status) SELECT a, b, $3, $4, status, basis,"
                 " weight, probability, human, $5 FROM claim WHERE a = $1 AND b = $2",
                 "iittt", a, b, at, actor, names[to]);
}

static enum status put_new(struct put *p, const struct claim *c, struct err *e)
{
    db_bind(p->insert, "iittrriitt", c->a, c->b, names[c->status], c->basis, c->weight,
            c->probability, (int64_t)c->human, p->run, p->s->actor.name, p->at);
    p->written++;
    return db_run(p->insert, e);
}

static enum status put_one(struct put *p, const struct claim *c, struct err *e)
{
    bool row;
    if (c->a >= c->b)
        BUG("a claim names its records out of order");
    db_bind(p->find, "ii", c->a, c->b);
    TRY(db_step(p->find, &row, e));
    if (!row)
        return put_new(p, c, e);
    bool human = db_int(p->find, 0) != 0;
    bool same = strcmp(db_text(p->find, 1), names[c->status]) == 0 &&
                strcmp(db_text(p->find, 2), c->basis) == 0 && db_real(p->find, 3) == c->weight &&
                db_real(p->find, 4) == c->probability;
    db_reset(p->find);
    if (human || same) {
        db_bind(p->touch, "iii", c->a, c->b, p->run);
        return db_run(p->touch, e);
    }
    TRY(keep_event(p->s, MACHINE, c->a, c->b, p->at, c->status, e));
    db_bind(p->update, "iittrritt", c->a, c->b, names[c->status], c->basis, c->weight,
            c->probability, p->run, p->s->actor.name, p->at);
    p->written++;
    return db_run(p->update, e);
}

static enum status put_all(struct put *p, const struct claim *c, size_t n, struct err *e)
{
    struct db *db = p->s->db;
    struct content_hash h;
    TRY(db_prepare(db,
                   "SELECT human, status, basis, weight, probability FROM claim"
                   " WHERE a = $1 AND b = $2",
                   &p->find, e));
    TRY(db_prepare(db,
                   "INSERT INTO claim (a, b, status, basis, weight, probability, human, run, actor,"
                   " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                   &p->insert, e));
    TRY(db_prepare(db,
                   "UPDATE claim SET status = $3, basis = $4, weight = $5, probability = $6,"
                   " run = $7, actor = $8, at = $9 WHERE a = $1 AND b = $2",
                   &p->update, e));
    TRY(db_prepare(db, "UPDATE claim SET run = $3 WHERE a = $1 AND b = $2", &p->touch, e));
    content_begin(&h);
    for (size_t k = 0; k < n; k++) {
        uint64_t before = p->written;
        TRY(put_one(p, &c[k], e));
        if (p->written == before)
            continue;
        content_add_int(&h, c[k].a);
        content_add_int(&h, c[k].b);
        content_add_text(&h, names[c[k].status]);
        content_add_text(&h, c[k].basis);
    }
    struct hash32 content = content_end(&h);
    if (p->written == 0)
        return ST_OK;
    return audit_append(p->s, "claims.put", "", &content, e, "done: run %lld, %llu written",
                        (long long)p->run, (unsigned long long)p->written);
}

enum status store_claims_put(struct store *s, const struct claim *c, size_t n, int64_t run,
                             uint64_t *written, struct err *e)
{
    bool own;
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    struct put p = {.s = s, .run = run, .at = at};
    TRY(store_enter(s, &own, e));
    enum status st = put_all(&p, c, n, e);
    db_done(p.find);
    db_done(p.insert);
    db_done(p.update);
    db_done(p.touch);
    *written = p.written;
    return store_leave(s, own, st, e);
}

static enum status withdraw_older(struct store *s, int64_t run, uint64_t *withdrawn, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
#define OLDER " WHERE human = 0 AND run < $1 AND status <> 'WITHDRAWN'"
    TRY(db_do(s->db, e,
              "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
              " from_probability, from_human, to_status) SELECT a, b, $2, $3, status, basis,"
              " weight, probability, human, 'WITHDRAWN' FROM claim" OLDER,
              "itt", run, at, MACHINE));
    TRY(db_do(s->db, e, "UPDATE claim SET status = 'WITHDRAWN', run = $1" OLDER, "i", run));
#undef OLDER
    *withdrawn = (uint64_t)db_changes(s->db);
    if (*withdrawn == 0)
        return ST_OK;
    return audit_append(s, "claims.withdrawn", "", NULL, e, "done: run %lld, %llu withdrawn",
                        (long long)run, (unsigned long long)*withdrawn);
}

static enum status withdraw(struct store *s, const struct claim *c, size_t n, int64_t run,
                            uint64_t *withdrawn, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    for (size_t k = 0; k < n; k++) {
        int64_t machine;
        TRY(db_get_int(s->db, e, 0, &machine,
                       "SELECT count(*) FROM claim WHERE a = $1 AND b = $2 AND human = 0"
                       " AND status <> 'WITHDRAWN'",
                       "ii", c[k].a, c[k].b));
        if (!machine)
            continue;
        TRY(keep_event(s, MACHINE, c[k].a, c[k].b, at, CLAIM_WITHDRAWN, e));
        TRY(db_do(s->db, e,
                  "UPDATE claim SET status = 'WITHDRAWN', run = $3 WHERE a = $1 AND b = $2", "iii",
                  c[k].a, c[k].b, run));
        ++*withdrawn;
    }
    if (*withdrawn == 0)
        return ST_OK;
    return audit_append(s, "claims.withdrawn", "", NULL, e, "done: run %lld, %llu withdrawn",
                        (long long)run, (unsigned long long)*withdrawn);
}

enum status store_claims_withdraw(struct store *s, const struct claim *c, size_t n, int64_t run,
                                  uint64_t *withdrawn, struct err *e)
{
    bool own;
    *withdrawn = 0;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, withdraw(s, c, n, run, withdrawn, e), e);
}

enum status store_claims_withdraw_older(struct store *s, int64_t run, uint64_t *withdrawn,
                                        struct err *e)
{
    bool own;
    *withdrawn = 0;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, withdraw_older(s, run, withdrawn, e), e);
}

/* ---- people's ---- */

static enum status note_event(struct store *s, int64_t event, const char *note, struct err *e)
{
    struct arena m = ARENA_EMPTY;
    struct str sealed;
    enum status st =
        note_seal(s, "claim_event", "note", event, str_of(note ? note : ""), &m, &sealed, e);
    if (st == ST_OK && sealed.n)
        st = db_do(s->db, e, "UPDATE claim_event SET note = $1 WHERE id = $2", "bi", sealed.p,
                   sealed.n, event);
    arena_free(&m);
    return st;
}

static enum status audit_claim(struct store *s, const char *action, int64_t a, int64_t b,
                               const char *outcome, struct err *e)
{
    char subject[60];
    snprintf(subject, sizeof subject, "records %lld and %lld", (long long)a, (long long)b);
    return audit_append(s, action, subject, NULL, e, "%s", outcome);
}

static enum status check_pair(struct store *s, int64_t a, int64_t b, struct err *e)
{
    int64_t n;
    TRY(db_get_int(s->db, e, 0, &n,
                   "SELECT count(*) FROM record WHERE active = 1 AND id IN ($1, $2)", "ii", a, b));
    if (n == 2 && a < b)
        return ST_OK;
    err_set(e, ST_DATA, "records %lld and %lld are not a pair in the register", (long long)a,
            (long long)b);
    return err_hint(e, "throughline review list shows the pairs to look at.");
}

static enum status decide(struct store *s, int64_t a, int64_t b, enum claim_status status,
                          const char *basis, const char *note, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    int64_t event;
    clock_utc(at);
    TRY(check_pair(s, a, b, e));
    /* A pair that the machine never proposed begins as nothing. */
    TRY(db_do(s->db, e,
              "INSERT INTO claim (a, b, status, basis, weight, probability, human, run, actor, at)"
              " VALUES ($1, $2, 'WITHDRAWN', $3, 0, 0, 0, 0, $4, $5) ON CONFLICT (a, b) DO NOTHING",
              "iittt", a, b, basis, s->actor.name, at));
    TRY(keep_event(s, s->actor.name, a, b, at, status, e));
    TRY(db_get_int(s->db, e, 0, &event, "SELECT max(id) FROM claim_event", ""));
    TRY(note_event(s, event, note, e));
    TRY(db_do(s->db, e,
              "UPDATE claim SET status = $3, basis = $4, human = $5, actor = $6, at = $7"
              " WHERE a = $1 AND b = $2",
              "iittitt", a, b, names[status], basis, (int64_t)(status != CLAIM_PROPOSED),
              s->actor.name, at));
    return audit_claim(s, "claim.decided", a, b, names[status], e);
}

enum status store_claim_decide(struct store *s, int64_t a, int64_t b, enum claim_status status,
                               const char *basis, const char *note, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, decide(s, a, b, status, basis, note, e), e);
}

/* The latest decision that was not undone yet; its `from` columns say what stood before. */
static enum status undo(struct store *s, int64_t a, int64_t b, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    int64_t event;
    clock_utc(at);
    TRY(db_get_int(s->db, e, 0, &event,
                   "SELECT max(v.id) FROM claim_event v WHERE v.a = $1 AND v.b = $2"
                   " AND v.undoes IS NULL AND v.actor <> '" MACHINE "' AND NOT EXISTS"
                   " (SELECT 1 FROM claim_event u WHERE u.undoes = v.id)",
                   "ii", a, b));
    if (event == 0)
        return err_set(e, ST_DATA, "there is no decision on records %lld and %lld to undo",
                       (long long)a, (long long)b);
    TRY(db_do(s->db, e,
              "INSERT INTO claim_event (a, b, at, actor, from_status, from_basis, from_weight,"
              " from_probability, from_human, to_status, undoes) SELECT c.a, c.b, $2, $3, c.status,"
              " c.basis, c.weight, c.probability, c.human, v.from_status, v.id FROM claim_event v"
              " JOIN claim c ON c.a = v.a AND c.b = v.b WHERE v.id = $1",
              "itt", event, at, s->actor.name));
    TRY(db_do(s->db, e,
              "UPDATE claim SET status = v.from_status, basis = v.from_basis,"
              " weight = v.from_weight, probability = v.from_probability, human = v.from_human,"
              " actor = $2, at = $3 FROM claim_event v WHERE v.id = $1 AND claim.a = v.a"
              " AND claim.b = v.b",
              "itt", event, s->actor.name, at));
    return audit_claim(s, "claim.undone", a, b, "done", e);
}

enum status store_claim_undo(struct store *s, int64_t a, int64_t b, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, undo(s, a, b, e), e);
}

/* ---- reading ---- */

static enum status each_row(struct db_stmt *q,
                            enum status (*each)(void *, const struct claim *, struct err *),
                            void *ctx, struct err *e)
{
    bool row;
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        struct claim c = {.a = db_int(q, 0),
                          .b = db_int(q, 1),
                          .status = status_of(db_text(q, 2)),
                          .basis = db_text(q, 3),
                          .weight = db_real(q, 4),
                          .probability = db_real(q, 5),
                          .human = db_int(q, 6) != 0,
                          .actor = db_text(q, 7),
                          .at = db_text(q, 8)};
        if ((st = each(ctx, &c, e)) != ST_OK)
            break;
    }
    db_done(q);
    return st;
}

#define CLAIM_COLUMNS                                                                              \
    "SELECT c.a, c.b, c.status, c.basis, c.weight, c.probability, c.human, c.actor, c.at"          \
    " FROM claim c JOIN record ra ON ra.id = c.a AND ra.active = 1"                                \
    " JOIN record rb ON rb.id = c.b AND rb.active = 1"

enum status store_claims_each(struct store *s, int only,
                              enum status (*each)(void *, const struct claim *, struct err *),
                              void *ctx, struct err *e)
{
    struct db_stmt *q;
    if (only < 0) {
        TRY(db_prepare(s->db, CLAIM_COLUMNS " WHERE c.status <> 'WITHDRAWN' ORDER BY c.a, c.b", &q,
                       e));
    } else {
        TRY(db_prepare(s->db, CLAIM_COLUMNS " WHERE c.status = $1 ORDER BY c.a, c.b", &q, e));
        db_bind(q, "t", names[only]);
    }
    return each_row(q, each, ctx, e);
}

enum status store_claims_of(struct store *s, int64_t record,
                            enum status (*each)(void *, const struct claim *, struct err *),
                            void *ctx, struct err *e)
{
    struct db_stmt *q;
    TRY(db_prepare(s->db,
                   CLAIM_COLUMNS " WHERE (c.a = $1 OR c.b = $1) AND c.status <> 'WITHDRAWN'"
                                 " ORDER BY c.a, c.b",
                   &q, e));
    db_bind(q, "i", record);
    return each_row(q, each, ctx, e);
}

enum status store_claim_history(struct store *s, int64_t a, int64_t b, struct arena *memory,
                                struct claim_step **out, size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count, "SELECT count(*) FROM claim_event WHERE a = $1 AND b = $2",
                   "ii", a, b));
    *out = arena_array(memory, (size_t)count, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT id, at, actor, from_status, to_status, note FROM claim_event"
                   " WHERE a = $1 AND b = $2 ORDER BY id",
                   &q, e));
    db_bind(q, "ii", a, b);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count) {
        struct str note;
        st = note_open(s, "claim_event", "note", db_int(q, 0), db_blob(q, 5), memory, &note, e);
        if (st != ST_OK)
            break;
        (*out)[(*n)++] = (struct claim_step){.at = arena_strdup(memory, db_text(q, 1)),
                                             .actor = arena_strdup(memory, db_text(q, 2)),
                                             .note = note.p,
                                             .from = status_of(db_text(q, 3)),
                                             .to = status_of(db_text(q, 4))};
    }
    db_done(q);
    return st;
}
