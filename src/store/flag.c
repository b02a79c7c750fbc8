/* Flags with their states and clock, and the notices that say that, never where. */
#include "store/store_private.h"

#include <sodium.h>
#include <stdlib.h>

static const char *const names[] = {"RAISED", "NOTIFIED", "ACKNOWLEDGED", "ACTED", "CLOSED"};

const char *flag_state_name(enum flag_state s)
{
    return names[s];
}

static enum flag_state state_of(const char *name)
{
    for (int k = 0; k <= FLAG_CLOSED; k++)
        if (strcmp(names[k], name) == 0)
            return (enum flag_state)k;
    return FLAG_CLOSED;
}

/* Four characters that are hard to mistake for one another; for speech, not for looking up. */
static void new_reference(char out[5])
{
    static const char letters[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (int i = 0; i < 4; i++)
        out[i] = letters[randombytes_uniform(sizeof letters - 1)];
    out[4] = '\0';
}

/* ---- raising ---- */

struct raise {
    struct store *s;
    struct db_stmt *find, *insert, *follow;
    struct arena memory;
    struct content_hash hash;
    int64_t next;
    char at[CLOCK_TEXT_BYTES];
    uint64_t added, followed, back;
};

static enum status note_event(struct store *s, int64_t flag, enum flag_state from,
                              enum flag_state to, const char *note, const char *at, struct err *e);

static enum status raise_new(struct raise *r, const struct flag *f, struct err *e)
{
    char reference[5];
    struct str reason;
    int64_t id = r->next++;
    new_reference(reference);
    arena_rewind(&r->memory);
    TRY(note_seal(r->s, "flag", "reason", id, str_of(f->reason), &r->memory, &reason, e));
    db_bind(r->insert, "iiittbtttttt", id, f->line, f->record, f->kind, f->provider, reason.p,
            reason.n, f->link_status, f->raised_on, f->due_on, names[FLAG_RAISED], reference,
            r->at);
    content_add_int(&r->hash, f->record);
    content_add_text(&r->hash, f->kind);
    content_add_text(&r->hash, f->provider);
    r->added++;
    return db_run(r->insert, e);
}

/* A flag that had lapsed is supported again: it is as it was before, clock and all. */
static enum status bring_back(struct raise *r, int64_t id, struct err *e)
{
    struct db_stmt *q;
    bool row;
    enum flag_state before = FLAG_RAISED;
    TRY(db_prepare(r->s->db,
                   "SELECT from_state FROM flag_event WHERE flag = $1 AND to_state = 'CLOSED'"
                   " ORDER BY id DESC LIMIT 1",
                   &q, e));
    db_bind(q, "i", id);
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row)
        before = state_of(db_text(q, 0));
    db_done(q);
    TRY(st);
    TRY(note_event(r->s, id, FLAG_CLOSED, before, "supported again", r->at, e));
    r->back++;
    return db_do(r->s->db, e,
                 "UPDATE flag SET state = $2, closed_at = '', lapsed = 0 WHERE id = $1", "it", id,
                 names[before]);
}

static enum status raise_one(struct raise *r, const struct flag *f, struct err *e)
{
    bool row;
    db_bind(r->find, "itt", f->record, f->kind, f->provider);
    TRY(db_step(r->find, &row, e));
    if (!row)
        return raise_new(r, f, e);
    int64_t id = db_int(r->find, 0);
    bool same = db_int(r->find, 1) == f->line && strcmp(db_text(r->find, 2), f->link_status) == 0;
    bool lapsed = db_int(r->find, 3) != 0;
    db_reset(r->find);
    if (lapsed)
        TRY(bring_back(r, id, e));
    if (same)
        return ST_OK;
    r->followed++;
    db_bind(r->follow, "iit", id, f->line, f->link_status);
    return db_run(r->follow, e);
}

static enum status raise_all(struct raise *r, const struct flag *f, size_t n, struct err *e)
{
    struct db *db = r->s->db;
    TRY(db_prepare(db,
                   "SELECT id, line, link_status, lapsed FROM flag WHERE record = $1 AND kind = $2"
                   " AND provider = $3",
                   &r->find, e));
    TRY(db_prepare(db,
                   "INSERT INTO flag (id, line, record, kind, provider, reason, link_status,"
                   " raised_on, due_on, state, reference, raised_at, notified_at, acknowledged_at,"
                   " acted_at, closed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
                   " $12, '', '', '', '')",
                   &r->insert, e));
    TRY(db_prepare(db, "UPDATE flag SET line = $2, link_status = $3 WHERE id = $1", &r->follow, e));
    TRY(db_get_int(db, e, 0, &r->next, "SELECT max(id) FROM flag", ""));
    r->next++;
    for (size_t k = 0; k < n; k++)
        TRY(raise_one(r, &f[k], e));
    if (r->added + r->followed + r->back == 0)
        return ST_OK;
    struct hash32 content = content_end(&r->hash);
    return audit_append(r->s, "flags.raised", "", &content, e,
                        "done: %llu raised, %llu followed, %llu supported again",
                        (unsigned long long)r->added, (unsigned long long)r->followed,
                        (unsigned long long)r->back);
}

enum status store_flags_put(struct store *s, const struct flag *f, size_t n, uint64_t *added,
                            struct err *e)
{
    bool own;
    struct raise r = {.s = s};
    clock_utc(r.at);
    content_begin(&r.hash);
    *added = 0;
    TRY(store_enter(s, &own, e));
    enum status st = raise_all(&r, f, n, e);
    db_done(r.find);
    db_done(r.insert);
    db_done(r.follow);
    arena_free(&r.memory);
    *added = r.added;
    return store_leave(s, own, st, e);
}

/* ---- states ---- */

static enum status note_event(struct store *s, int64_t flag, enum flag_state from,
                              enum flag_state to, const char *note, const char *at, struct err *e)
{
    struct arena m = ARENA_EMPTY;
    struct str sealed;
    int64_t id;
    TRY(db_get_int(s->db, e, 0, &id, "SELECT max(id) FROM flag_event", ""));
    id++;
    enum status st =
        note_seal(s, "flag_event", "note", id, str_of(note ? note : ""), &m, &sealed, e);
    struct db_stmt *q = NULL;
    if (st == ST_OK)
        st = db_prepare(s->db,
                        "INSERT INTO flag_event (id, flag, at, actor, from_state, to_state, note)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        &q, e);
    if (st == ST_OK) {
        db_bind(q, "iitttt", id, flag, at, s->actor.name, names[from], names[to]);
        if (sealed.n)
            db_bind_blob(q, 7, sealed.p, sealed.n);
        else
            db_bind_null(q, 7);
        st = db_run(q, e);
    }
    db_done(q);
    arena_free(&m);
    return st;
}

static enum status set_state(struct store *s, int64_t id, enum flag_state from, enum flag_state to,
                             const char *due_on, const char *note, struct err *e)
{
    static const char *const updates[] = {
        [FLAG_NOTIFIED] = "UPDATE flag SET state = $2, notified_at = $3 WHERE id = $1",
        [FLAG_ACKNOWLEDGED] = "UPDATE flag SET state = $2, acknowledged_at = $3 WHERE id = $1",
        [FLAG_ACTED] = "UPDATE flag SET state = $2, acted_at = $3 WHERE id = $1",
        [FLAG_CLOSED] = "UPDATE flag SET state = $2, closed_at = $3 WHERE id = $1"};
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    TRY(note_event(s, id, from, to, note, at, e));
    TRY(db_do(s->db, e, updates[to], "itt", id, names[to], at));
    if (due_on)
        TRY(db_do(s->db, e, "UPDATE flag SET due_on = $2 WHERE id = $1", "it", id, due_on));
    return ST_OK;
}

static enum status move_flag(struct store *s, int64_t id, enum flag_state to, const char *due_on,
                             const char *note, struct err *e)
{
    struct db_stmt *q;
    bool row;
    enum flag_state from = FLAG_CLOSED;
    char subject[32];
    TRY(db_prepare(s->db, "SELECT state FROM flag WHERE id = $1", &q, e));
    db_bind(q, "i", id);
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row)
        from = state_of(db_text(q, 0));
    db_done(q);
    TRY(st);
    if (!row)
        return err_set(e, ST_DATA, "there is no flag %lld", (long long)id);
    if (to <= from) {
        err_set(e, ST_DATA, "flag %lld is %s: it cannot become %s", (long long)id, names[from],
                names[to]);
        return err_hint(e, "A flag goes from RAISED through NOTIFIED, ACKNOWLEDGED and ACTED to "
                           "CLOSED.");
    }
    TRY(set_state(s, id, from, to, due_on, note, e));
    snprintf(subject, sizeof subject, "flag %lld", (long long)id);
    return audit_append(s, "flag.moved", subject, NULL, e, "%s to %s", names[from], names[to]);
}

enum status store_flag_move(struct store *s, int64_t id, enum flag_state to, const char *due_on,
                            const char *note, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, move_flag(s, id, to, due_on, note, e), e);
}

static bool is_kept(const struct flag *keep, size_t n, int64_t record, const char *kind,
                    const char *provider)
{
    for (size_t k = 0; k < n; k++)
        if (keep[k].record == record && strcmp(keep[k].kind, kind) == 0 &&
            strcmp(keep[k].provider, provider) == 0)
            return true;
    return false;
}

struct missing {
    int64_t id;
    enum flag_state state;
};

static enum status find_missing(struct store *s, int64_t line, const struct flag *keep, size_t n,
                                struct missing **out, size_t *count, size_t *cap, struct err *e)
{
    struct db_stmt *q;
    bool row;
    /* Where its record is now: a flag whose record moved is looked at with the line it moved to. */
    TRY(db_prepare(s->db,
                   "SELECT f.id, f.record, f.kind, f.provider, f.state FROM record r JOIN flag f"
                   " ON f.record = r.id WHERE r.line = $1 AND f.state <> 'CLOSED' ORDER BY f.id",
                   &q, e));
    db_bind(q, "i", line);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        if (is_kept(keep, n, db_int(q, 1), db_text(q, 2), db_text(q, 3)))
            continue;
        MEM_GROW(*out, *cap, *count + 1);
        (*out)[(*count)++] = (struct missing){db_int(q, 0), state_of(db_text(q, 4))};
    }
    db_done(q);
    return st;
}

static int flag_by_line(const void *x, const void *y)
{
    const struct flag *a = x, *b = y;
    return a->line < b->line ? -1 : a->line > b->line;
}

static enum status close_missing(struct store *s, const int64_t *lines, size_t line_count,
                                 struct flag *keep, size_t n, uint64_t *closed, struct err *e)
{
    struct missing *all = NULL;
    size_t count = 0, cap = 0;
    enum status st = ST_OK;
    if (n)
        qsort(keep, n, sizeof *keep, flag_by_line);
    for (size_t k = 0; k < line_count && st == ST_OK; k++) {
        struct flag key = {.line = lines[k]};
        struct flag *at = n ? bsearch(&key, keep, n, sizeof *keep, flag_by_line) : NULL;
        size_t from = at ? (size_t)(at - keep) : 0, to = from;
        while (at && from && keep[from - 1].line == lines[k])
            from--;
        while (at && to < n && keep[to].line == lines[k])
            to++;
        st = find_missing(s, lines[k], keep + from, to - from, &all, &count, &cap, e);
    }
    for (size_t k = 0; k < count && st == ST_OK; k++) {
        st = set_state(s, all[k].id, all[k].state, FLAG_CLOSED, NULL, "no longer supported", e);
        if (st == ST_OK)
            st = db_do(s->db, e, "UPDATE flag SET lapsed = 1 WHERE id = $1", "i", all[k].id);
    }
    free(all);
    *closed = count;
    if (st != ST_OK || count == 0)
        return st;
    return audit_append(s, "flags.closed", "", NULL, e, "done: %zu no longer supported", count);
}

enum status store_flags_close_missing(struct store *s, const int64_t *lines, size_t line_count,
                                      const struct flag *keep, size_t n, uint64_t *closed,
                                      struct err *e)
{
    bool own;
    *closed = 0;
    TRY(store_enter(s, &own, e));
    struct flag *sorted = mem_array(n, sizeof *sorted);
    if (n)
        memcpy(sorted, keep, n * sizeof *sorted);
    enum status st = close_missing(s, lines, line_count, sorted, n, closed, e);
    free(sorted);
    return store_leave(s, own, st, e);
}

/* ---- reading ---- */

static enum status give_flag(struct store *s, struct db_stmt *q, struct arena *memory,
                             enum status (*each)(void *, const struct flag *, struct err *),
                             void *ctx, struct err *e)
{
    struct str reason;
    arena_rewind(memory);
    TRY(note_open(s, "flag", "reason", db_int(q, 0), db_blob(q, 5), memory, &reason, e));
    struct flag f = {.id = db_int(q, 0),
                     .line = db_int(q, 1),
                     .record = db_int(q, 2),
                     .kind = db_text(q, 3),
                     .provider = db_text(q, 4),
                     .reason = reason.p,
                     .link_status = db_text(q, 6),
                     .raised_on = db_text(q, 7),
                     .due_on = db_text(q, 8),
                     .state = state_of(db_text(q, 9)),
                     .raised_at = db_text(q, 11),
                     .notified_at = db_text(q, 12),
                     .acknowledged_at = db_text(q, 13),
                     .acted_at = db_text(q, 14),
                     .closed_at = db_text(q, 15),
                     .lapsed = db_int(q, 16) != 0};
    snprintf(f.reference, sizeof f.reference, "%s", db_text(q, 10));
    return each(ctx, &f, e);
}

enum status store_flags_each(struct store *s, int state,
                             enum status (*each)(void *, const struct flag *, struct err *),
                             void *ctx, struct err *e)
{
    struct db_stmt *q;
    bool row, own;
    size_t n = 0;
    struct arena memory = ARENA_EMPTY;
    TRY(db_prepare(
        s->db,
        "SELECT id, line, record, kind, provider, reason, link_status, raised_on, due_on,"
        " state, reference, raised_at, notified_at, acknowledged_at, acted_at, closed_at,"
        " lapsed FROM flag WHERE $1 = '' OR state = $1 ORDER BY id",
        &q, e));
    db_bind(q, "t", state < 0 ? "" : names[state]);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        n++;
        if ((st = give_flag(s, q, &memory, each, ctx, e)) != ST_OK)
            break;
    }
    db_done(q);
    arena_free(&memory);
    TRY(st);
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, audit_append(s, "flags.read", "", NULL, e, "done: %zu", n), e);
}

/* ---- notices ---- */

static enum status put_notice(struct store *s, const struct notice *n, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    TRY(move_flag(s, n->flag, FLAG_NOTIFIED, NULL, NULL, e));
    return db_do(
        s->db, e,
        "INSERT INTO notice (flag, provider, text, at, sent_at) VALUES ($1, $2, $3, $4, '')",
        "ittt", n->flag, n->provider, n->text, at);
}

enum status store_notice_put(struct store *s, const struct notice *n, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, put_notice(s, n, e), e);
}

enum status store_notices_each(struct store *s, bool unsent_only,
                               enum status (*each)(void *, const struct notice *, struct err *),
                               void *ctx, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db,
                   "SELECT id, flag, provider, text, at, sent_at FROM notice"
                   " WHERE $1 = 0 OR sent_at = '' ORDER BY id",
                   &q, e));
    db_bind(q, "i", (int64_t)unsent_only);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        struct notice n = {db_int(q, 0),  db_int(q, 1),  db_text(q, 2),
                           db_text(q, 3), db_text(q, 4), db_text(q, 5)};
        if ((st = each(ctx, &n, e)) != ST_OK)
            break;
    }
    db_done(q);
    return st;
}

static enum status mark_sent(struct store *s, int64_t id, struct err *e)
{
    char at[CLOCK_TEXT_BYTES], subject[32];
    clock_utc(at);
    TRY(db_do(s->db, e, "UPDATE notice SET sent_at = $2 WHERE id = $1 AND sent_at = ''", "it", id,
              at));
    if (db_changes(s->db) == 0)
        return err_set(e, ST_DATA, "there is no unsent notice %lld", (long long)id);
    snprintf(subject, sizeof subject, "notice %lld", (long long)id);
    return audit_append(s, "notice.sent", subject, NULL, e, "done");
}

enum status store_notice_sent(struct store *s, int64_t id, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, mark_sent(s, id, e), e);
}
