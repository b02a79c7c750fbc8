/* Sealing everything anew under new data keys, beside readers and writers.
 *
 * Order: new keys on disk; then, in a transaction, the key generation rises: every transaction that
 * begins later seals with them (store_begin). Then each table is walked in small transactions that
 * keep where they are. When nothing is left, the old keys are destroyed. */
#include "store/admin.h"
#include "store/store_private.h"

enum { ROWS_PER_STEP = 4000 };

struct walk {
    struct store *s;
    struct rotation *out;
    struct arena memory;
    struct nonces nonces;
};

/* Opens with the key that is named in it and seals with that organisation's current one. Leaves
 * *again empty when it is sealed with a current key already. */
static enum status seal_again(struct walk *w, enum key_class c, const char *organisation,
                              struct seal_place place, struct str sealed, const char *table,
                              struct str *again, struct err *e)
{
    uint16_t current, number = seal_key_number(sealed);
    *again = (struct str){NULL, 0};
    TRY(keyring_current(w->s->keys, c, organisation, &current, e));
    if (number == current)
        return ST_OK;
    const unsigned char *key = keyring_key(w->s->keys, c, number);
    char *text = arena_alloc(&w->memory, sealed.n + 1);
    size_t n;
    if (!key || !seal_open(key, place, sealed, text, &n))
        return tampered(table, place.record, e);
    unsigned char *out = arena_alloc(&w->memory, seal_size(n));
    seal_value(keyring_key(w->s->keys, c, current), current, place, (struct str){text, n},
               &w->nonces, out);
    *again = (struct str){(const char *)out, seal_size(n)};
    w->out->values++;
    return ST_OK;
}

/* ---- entity tables ---- */

struct entity_walk {
    const struct entity_table *table;
    char *select, *update;
    const struct field **fields; /* the sealed ones */
    size_t n;
};

static void plan_entity(const struct entity_table *t, struct entity_walk *p, struct arena *memory)
{
    struct buf select = BUF_EMPTY, update = BUF_EMPTY;
    *p = (struct entity_walk){.table = t};
    p->fields = arena_array(memory, t->entity->field_count, sizeof *p->fields);
    buf_adds(&select, "SELECT t.record, t.instance, r.import");
    buf_addf(&update, "UPDATE \"%s\" SET ", t->name);
    for (size_t i = 0; i < t->entity->field_count; i++) {
        const struct field *f = &t->entity->fields[i];
        if (!field_is_sealed(f))
            continue;
        buf_addf(&select, ", t.\"f_%s\"", f->name);
        buf_addf(&update, "%s\"f_%s\" = $%zu", p->n ? ", " : "", f->name, p->n + 3);
        p->fields[p->n++] = f;
    }
    buf_addf(&select,
             " FROM \"%s\" t JOIN record r ON r.id = t.record WHERE t.record > $1"
             " ORDER BY t.record, t.instance",
             t->name);
    buf_adds(&update, " WHERE record = $1 AND instance = $2");
    p->select = arena_strdup(memory, select.p);
    p->update = arena_strdup(memory, update.p);
    buf_free(&select);
    buf_free(&update);
}

/* One row: *written tells whether anything had to change. */
static enum status entity_row_again(struct walk *w, const struct entity_walk *p, struct db_stmt *q,
                                    struct db_stmt *update, struct err *e)
{
    bool any = false;
    int64_t record = db_int(q, 0), import = db_int(q, 2);
    int instance = (int)db_int(q, 1);
    const char *organisation = w->s->imports[import].organisation;
    db_bind_int(update, 1, record);
    db_bind_int(update, 2, instance);
    for (size_t k = 0; k < p->n; k++) {
        const struct field *f = p->fields[k];
        struct str again, sealed = db_blob(q, (int)k + 3);
        if (!sealed.p) {
            db_bind_null(update, (int)k + 3);
            continue;
        }
        struct seal_place place = {&p->table->columns[f->index], record, instance};
        TRY(seal_again(w, class_of(f), organisation, place, sealed, p->table->name, &again, e));
        any = any || again.p;
        if (!again.p) {
            char *copy = arena_strndup(&w->memory, sealed.p, sealed.n);
            again = (struct str){copy, sealed.n};
        }
        db_bind_blob(update, (int)k + 3, again.p, again.n);
    }
    return any ? db_run(update, e) : ST_OK;
}

/* Up to ROWS_PER_STEP rows, ending with a whole record; *at moves on, *done at the end. */
static enum status entity_step(struct walk *w, const struct entity_walk *p, int64_t *at, bool *done,
                               struct err *e)
{
    struct db_stmt *q = NULL, *update = NULL;
    bool row = false;
    int64_t last = *at;
    size_t rows = 0;
    enum status st = db_prepare(w->s->db, p->select, &q, e);
    if (st == ST_OK)
        st = db_prepare(w->s->db, p->update, &update, e);
    if (st == ST_OK) {
        db_bind(q, "i", *at);
        while ((st = db_step(q, &row, e)) == ST_OK && row) {
            if (rows >= ROWS_PER_STEP && db_int(q, 0) != last)
                break;
            last = db_int(q, 0);
            rows++;
            if ((st = entity_row_again(w, p, q, update, e)) != ST_OK)
                break;
        }
    }
    db_done(q);
    db_done(update);
    w->out->rows += rows;
    *at = last;
    *done = !row;
    arena_rewind(&w->memory);
    return st;
}

/* ---- the register's own sealed columns ---- */

static enum status column_step(struct walk *w, const struct sealed_column *c, int64_t *at,
                               bool *done, struct err *e)
{
    struct db_stmt *q = NULL, *update = NULL;
    char select[200], set[200];
    struct seal_column column = seal_column(c->table, c->column);
    bool row = false;
    size_t rows = 0;
    snprintf(select, sizeof select, "SELECT %s, %s FROM %s WHERE %s > $1 ORDER BY %s", c->key,
             c->column, c->table, c->key, c->key);
    snprintf(set, sizeof set, "UPDATE %s SET %s = $2 WHERE %s = $1", c->table, c->column, c->key);
    enum status st = db_prepare(w->s->db, select, &q, e);
    if (st == ST_OK)
        st = db_prepare(w->s->db, set, &update, e);
    if (st == ST_OK)
        db_bind(q, "i", *at);
    while (st == ST_OK && rows < ROWS_PER_STEP && (st = db_step(q, &row, e)) == ST_OK && row) {
        struct str again, sealed = db_blob(q, 1);
        *at = db_int(q, 0);
        rows++;
        if (!sealed.p)
            continue;
        st = seal_again(w, c->class, "", (struct seal_place){&column, *at, 0}, sealed, c->table,
                        &again, e);
        if (st != ST_OK || !again.p)
            continue;
        db_bind(update, "ib", *at, again.p, again.n);
        st = db_run(update, e);
    }
    db_done(q);
    db_done(update);
    w->out->rows += rows;
    *done = !row;
    arena_rewind(&w->memory);
    return st;
}

/* ---- the whole, in steps that can be cut off anywhere ---- */

static enum status set_mark(struct store *s, const char *name, int64_t v, struct err *e)
{
    return db_do(s->db, e,
                 "INSERT INTO setting (name, number) VALUES ($1, $2)"
                 " ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                 "ti", name, v);
}

static enum status one_step(struct walk *w, const struct entity_walk *plan, int64_t table,
                            int64_t *at, bool *done, struct err *e)
{
    struct store *s = w->s;
    if (table < (int64_t)s->table_count) {
        *done = plan->n == 0;
        if (!*done)
            TRY(entity_step(w, plan, at, done, e));
    } else {
        TRY(column_step(w, &sealed_columns[table - (int64_t)s->table_count], at, done, e));
    }
    TRY(set_mark(s, "rotation_table", *done ? table + 1 : table, e));
    return set_mark(s, "rotation_at", *done ? 0 : *at, e);
}

static enum status walk_tables(struct walk *w, const struct progress *p, struct arena *plans,
                               struct err *e)
{
    struct store *s = w->s;
    int64_t table, at, tables = (int64_t)(s->table_count + sealed_column_count);
    TRY(store_mark_get(s, "rotation_table", 0, &table, e));
    TRY(store_mark_get(s, "rotation_at", 0, &at, e));
    for (; table < tables; table++, at = 0) {
        struct entity_walk plan = {0};
        bool done = false;
        if (table < (int64_t)s->table_count)
            plan_entity(&s->tables[table], &plan, plans);
        while (!done) {
            progress_tick(p, "sealing anew", (uint64_t)table, (uint64_t)tables);
            TRY(store_begin(s, e));
            TRY(store_leave(s, true, one_step(w, &plan, table, &at, &done, e), e));
        }
    }
    return ST_OK;
}

static enum status announce(struct store *s, struct err *e)
{
    int64_t generation;
    TRY(store_mark_get(s, "key_generation", 0, &generation, e));
    TRY(set_mark(s, "key_generation", generation + 1, e));
    TRY(set_mark(s, "rotation", 1, e));
    TRY(set_mark(s, "rotation_table", 0, e));
    TRY(set_mark(s, "rotation_at", 0, e));
    return audit_append(s, "keys.rotation.begin", "", NULL, e, "begun");
}

/* State of "rotation": 0 none, 1 walking, 2 walked and the old keys may go. */
static enum status set_state(struct store *s, int64_t state, const char *action,
                             const struct rotation *r, struct err *e)
{
    TRY(set_mark(s, "rotation", state, e));
    return audit_append(s, action, "", NULL, e, "done: %llu rows, %llu values",
                        (unsigned long long)r->rows, (unsigned long long)r->values);
}

static enum status in_transaction(struct store *s, int64_t state, const char *action,
                                  const struct rotation *r, struct err *e)
{
    TRY(store_begin(s, e));
    return store_leave(s, true, state < 0 ? announce(s, e) : set_state(s, state, action, r, e), e);
}

static enum status rotate(struct walk *w, const struct progress *p, struct err *e)
{
    struct store *s = w->s;
    int64_t state;
    TRY(store_mark_get(s, "rotation", 0, &state, e));
    if (state == 0) {
        TRY(keyring_rotation_begin(s->keys, e));
        TRY(in_transaction(s, -1, NULL, w->out, e));
        state = 1;
    }
    if (state == 1) {
        struct arena plans = ARENA_EMPTY;
        enum status st = walk_tables(w, p, &plans, e);
        arena_free(&plans);
        TRY(st);
        TRY(in_transaction(s, 2, "keys.rotation.sealed", w->out, e));
    }
    TRY(keyring_rotation_finish(s->keys, e));
    TRY(in_transaction(s, 0, "keys.rotation.finish", w->out, e));
    /* What the old pages and the log still hold goes with them. */
    db_checkpoint(s->db);
    return ST_OK;
}

enum status store_rotate(struct store *s, const struct progress *p, struct rotation *out,
                         struct err *e)
{
    *out = (struct rotation){0};
    if (s->mode == STORE_SHARED)
        BUG("a rotation needs the store opened as a job");
    for (int c = CLASS_S3; c <= CLASS_S5; c++)
        TRY(needs_key(s, (enum key_class)c, e));
    TRY(imports_load(s, e));
    struct walk w = {.s = s, .out = out};
    enum status st = rotate(&w, p, e);
    arena_free(&w.memory);
    return st;
}

enum status store_new_master(struct store *s, const char *passphrase, struct err *e)
{
    TRY(keyring_rewrap(s->keys, passphrase, e));
    return store_audit_note(s, "keys.new_master",
                            passphrase ? "done: passphrase" : "done: key file", e);
}

enum status store_grant(struct store *s, unsigned keys, const char *path, struct err *e)
{
    char text[100] = "done:";
    for (int c = 0; c < KEY_CLASSES; c++)
        if (keys & 1u << c)
            snprintf(text + strlen(text), sizeof text - strlen(text), " %s",
                     key_class_name((enum key_class)c));
    TRY(keyring_grant(s->keys, keys, path, e));
    return store_audit_note(s, "keys.granted", text, e);
}
