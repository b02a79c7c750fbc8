/* Tables: those of the register itself, here with their SQL, and one per entity of the data
 * dictionary. Opening a store brings it up to date. */
#include "store/store_private.h"

#include <stdio.h>
#include <stdlib.h>

struct table_def {
    const char *name, *columns;
    bool clustered;
};

/* Version 1. Never edited once released: changes are steps of their own in `steps`. */
static const struct table_def tables_1[] = {
    {"setting", "name TEXT PRIMARY KEY, number INTEGER, text TEXT", true},
    {"schema_change", "id INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL", false},
    {"organisation", "id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE", false},
    {"import",
     "id INTEGER PRIMARY KEY, organisation INTEGER NOT NULL REFERENCES organisation(id),"
     "channel TEXT NOT NULL, file_name TEXT NOT NULL, file_hash BLOB NOT NULL, at TEXT NOT NULL,"
     "state TEXT NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL,"
     "rejected INTEGER NOT NULL",
     false},
    /* active: 1 in use, 2 waits for its import to finish, 0 superseded or taken back */
    {"record",
     "id INTEGER PRIMARY KEY, person_id TEXT NOT NULL,"
     "import INTEGER NOT NULL REFERENCES import(id), content BLOB NOT NULL, line INTEGER NOT NULL,"
     "active INTEGER NOT NULL, superseded_by INTEGER REFERENCES record(id)",
     false},
    {"replacement",
     "new INTEGER PRIMARY KEY REFERENCES record(id), old INTEGER NOT NULL REFERENCES record(id)",
     false},
    {"audit",
     "sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL,"
     "purpose TEXT NOT NULL, organisation TEXT NOT NULL, subject TEXT NOT NULL,"
     "action TEXT NOT NULL, outcome TEXT NOT NULL, content BLOB NOT NULL,"
     "previous BLOB NOT NULL, hash BLOB NOT NULL",
     false},
    {"token",
     "kind INTEGER NOT NULL, bucket INTEGER NOT NULL, record INTEGER NOT NULL,"
     "PRIMARY KEY (kind, bucket, record)",
     true},
    {"claim",
     "a INTEGER NOT NULL REFERENCES record(id), b INTEGER NOT NULL REFERENCES record(id),"
     "status TEXT NOT NULL, basis TEXT NOT NULL, weight REAL NOT NULL, probability REAL NOT NULL,"
     "human INTEGER NOT NULL, run INTEGER NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL,"
     "PRIMARY KEY (a, b)",
     true},
    {"claim_event",
     "id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL, at TEXT NOT NULL,"
     "actor TEXT NOT NULL, from_status TEXT NOT NULL, from_basis TEXT NOT NULL,"
     "from_weight REAL NOT NULL, from_probability REAL NOT NULL, from_human INTEGER NOT NULL,"
     "to_status TEXT NOT NULL, undoes INTEGER, note BLOB",
     false},
    {"line_move",
     "id INTEGER PRIMARY KEY, record INTEGER NOT NULL, from_line INTEGER NOT NULL,"
     "to_line INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL",
     false},
    {"line_changed", "line INTEGER PRIMARY KEY", false},
    {"finding", "line INTEGER PRIMARY KEY, at TEXT NOT NULL, body BLOB NOT NULL", false},
    {"flag",
     "id INTEGER PRIMARY KEY, line INTEGER NOT NULL, record INTEGER NOT NULL REFERENCES record(id),"
     "kind TEXT NOT NULL, provider TEXT NOT NULL, reason BLOB, link_status TEXT NOT NULL,"
     "raised_on TEXT NOT NULL, due_on TEXT NOT NULL, state TEXT NOT NULL, reference TEXT NOT NULL,"
     "raised_at TEXT NOT NULL, notified_at TEXT NOT NULL, acknowledged_at TEXT NOT NULL,"
     "acted_at TEXT NOT NULL, closed_at TEXT NOT NULL, UNIQUE (record, kind, provider)",
     false},
    {"flag_event",
     "id INTEGER PRIMARY KEY, flag INTEGER NOT NULL REFERENCES flag(id), at TEXT NOT NULL,"
     "actor TEXT NOT NULL, from_state TEXT NOT NULL, to_state TEXT NOT NULL, note BLOB",
     false},
    {"notice",
     "id INTEGER PRIMARY KEY, flag INTEGER NOT NULL REFERENCES flag(id), provider TEXT NOT NULL,"
     "text TEXT NOT NULL, at TEXT NOT NULL, sent_at TEXT NOT NULL",
     false},
    {"review",
     "id INTEGER PRIMARY KEY, record INTEGER NOT NULL REFERENCES record(id),"
     "other INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, note BLOB,"
     "actor TEXT NOT NULL, at TEXT NOT NULL, active INTEGER NOT NULL",
     false},
    {"user_account",
     "name TEXT PRIMARY KEY, role TEXT NOT NULL, organisation TEXT NOT NULL, password TEXT,"
     "code TEXT, code_until TEXT NOT NULL, disabled INTEGER NOT NULL, created TEXT NOT NULL",
     true},
};

static const char *const indexes_1[] = {
    "CREATE INDEX record_person ON record (person_id)",
    "CREATE INDEX record_line ON record (line)",
    "CREATE INDEX record_import ON record (import)",
    "CREATE INDEX record_superseded ON record (superseded_by) WHERE superseded_by IS NOT NULL",
    "CREATE INDEX claim_b ON claim (b)",
    "CREATE INDEX claim_event_pair ON claim_event (a, b)",
    "CREATE INDEX flag_line ON flag (line)",
    "CREATE INDEX review_record ON review (record)",
};

/* Version 4: the ledger of releases. number 0 is a draft. */
static const struct table_def tables_4[] = {
    {"publication",
     "id INTEGER PRIMARY KEY, number INTEGER NOT NULL, kind TEXT NOT NULL, as_at TEXT NOT NULL,"
     "data_date TEXT NOT NULL, data TEXT NOT NULL, definitions TEXT NOT NULL, code TEXT NOT NULL,"
     "catalogue INTEGER NOT NULL, method TEXT NOT NULL, audit TEXT NOT NULL, made_at TEXT NOT NULL,"
     "made_by TEXT NOT NULL, published_at TEXT NOT NULL, published_by TEXT NOT NULL,"
     "corrects INTEGER NOT NULL, reason TEXT NOT NULL, tree BLOB NOT NULL, digest BLOB NOT NULL,"
     "seal BLOB NOT NULL",
     false},
    {"publication_file",
     "publication INTEGER NOT NULL REFERENCES publication(id), position INTEGER NOT NULL,"
     "path TEXT NOT NULL, size INTEGER NOT NULL, hash BLOB NOT NULL,"
     "PRIMARY KEY (publication, position)",
     true},
    {"publication_table",
     "id INTEGER PRIMARY KEY, publication INTEGER NOT NULL REFERENCES publication(id),"
     "name TEXT NOT NULL, body BLOB NOT NULL, counts BLOB",
     false},
};

static const char *const indexes_4[] = {
    "CREATE UNIQUE INDEX publication_number ON publication (number) WHERE number > 0",
    "CREATE INDEX publication_table_of ON publication_table (publication)",
};

const struct sealed_column sealed_columns[] = {
    {"claim_event", "id", "note", CLASS_S4},
    {"finding", "line", "body", CLASS_S4},
    {"flag", "id", "reason", CLASS_S4},
    {"flag_event", "id", "note", CLASS_S4},
    {"review", "id", "note", CLASS_S4},
    {"link_model", "id", "body", CLASS_S3},
    {"publication_table", "id", "counts", CLASS_S4},
};
const size_t sealed_column_count = sizeof sealed_columns / sizeof sealed_columns[0];

static enum status make_tables(struct db *db, const struct table_def *tables, size_t n,
                               const char *const *indexes, size_t index_count, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        TRY(db_create_table(db, tables[i].name, tables[i].columns, tables[i].clustered, e));
    for (size_t i = 0; i < index_count; i++)
        TRY(db_run_ddl(db, indexes[i], e));
    return ST_OK;
}

static enum status step_1(struct db *db, struct err *e)
{
    return make_tables(db, tables_1, sizeof tables_1 / sizeof tables_1[0], indexes_1,
                       sizeof indexes_1 / sizeof indexes_1[0], e);
}

/* Linkage: what the model was trained on, records to be linked again, why a line changed. */
static enum status step_2(struct db *db, struct err *e)
{
    static const char *const ddl[] = {
        "ALTER TABLE line_move ADD COLUMN cause TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX line_move_from ON line_move (from_line)",
        "CREATE INDEX line_move_to ON line_move (to_line)",
        "CREATE INDEX review_other ON review (other)",
    };
    TRY(db_create_table(db, "link_model",
                        "id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL,"
                        "records INTEGER NOT NULL, body BLOB",
                        false, e));
    TRY(db_create_table(db, "link_pending",
                        "record INTEGER PRIMARY KEY, compare INTEGER NOT NULL, cause TEXT NOT NULL",
                        false, e));
    for (size_t i = 0; i < sizeof ddl / sizeof ddl[0]; i++)
        TRY(db_run_ddl(db, ddl[i], e));
    return ST_OK;
}

/* Flags that closed because nothing supported them any more, and not by a person; finding a flag's
 * and a record's history. */
static enum status step_3(struct db *db, struct err *e)
{
    TRY(db_run_ddl(db, "ALTER TABLE flag ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0", e));
    TRY(db_run_ddl(db, "CREATE INDEX flag_event_flag ON flag_event (flag)", e));
    return db_run_ddl(db, "CREATE INDEX line_move_record ON line_move (record)", e);
}

static enum status step_4(struct db *db, struct err *e)
{
    return make_tables(db, tables_4, sizeof tables_4 / sizeof tables_4[0], indexes_4,
                       sizeof indexes_4 / sizeof indexes_4[0], e);
}

/* Step k brings version k to k + 1. */
static enum status (*const steps[SCHEMA_VERSION])(struct db *, struct err *) = {step_1, step_2,
                                                                                step_3, step_4};

void entity_table_name(const struct entity *e, char out[80])
{
    if (snprintf(out, 80, "entity_%s", e->name) >= 80)
        BUG("entity name %s is too long", e->name);
}

static const char *column_type(const struct field *f)
{
    if (field_is_sealed(f))
        return "BLOB";
    return f->type == FIELD_INT ? "INTEGER" : "TEXT";
}

static enum status note_change(struct db *db, const char *what, struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    return db_do(db, e, "INSERT INTO schema_change (at, what) VALUES ($1, $2)", "tt", at, what);
}

static enum status make_entity(struct db *db, const struct entity *en, const char *table,
                               struct err *e)
{
    struct buf columns = BUF_EMPTY;
    char what[200];
    buf_adds(&columns, "record INTEGER NOT NULL REFERENCES record(id), instance INTEGER NOT NULL");
    for (size_t i = 0; i < en->field_count; i++)
        buf_addf(&columns, ", \"f_%s\" %s", en->fields[i].name, column_type(&en->fields[i]));
    buf_adds(&columns, ", PRIMARY KEY (record, instance)");
    enum status s = db_create_table(db, table, columns.p, true, e);
    buf_free(&columns);
    snprintf(what, sizeof what, "table of entity %s", en->name);
    return s == ST_OK ? note_change(db, what, e) : s;
}

static bool has_column(const char *const *names, size_t n, const char *field)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(names[i], "f_", 2) == 0 && strcmp(names[i] + 2, field) == 0)
            return true;
    return false;
}

static enum status complete_entity(struct db *db, const struct entity *en, struct arena *memory,
                                   int *changed, struct err *e)
{
    char table[80], sql[300], what[200];
    const char **names;
    size_t n;
    entity_table_name(en, table);
    TRY(db_columns(db, table, memory, &names, &n, e));
    if (n == 0) {
        ++*changed;
        return make_entity(db, en, table, e);
    }
    for (size_t i = 0; i < en->field_count; i++) {
        const struct field *f = &en->fields[i];
        if (has_column(names, n, f->name))
            continue;
        ++*changed;
        snprintf(sql, sizeof sql, "ALTER TABLE \"%s\" ADD COLUMN \"f_%s\" %s", table, f->name,
                 column_type(f));
        TRY(db_run_ddl(db, sql, e));
        snprintf(what, sizeof what, "column %s.%s", en->name, f->name);
        TRY(note_change(db, what, e));
    }
    return ST_OK;
}

static enum status migrate_steps(struct db *db, int *changed, struct err *e)
{
    int64_t tables, version = 0;
    TRY(db_get_int(db, e, 0, &tables, "SELECT count(*) FROM sqlite_master WHERE name = 'setting'",
                   ""));
    if (tables)
        TRY(db_get_int(db, e, 0, &version, "SELECT number FROM setting WHERE name = 'schema'", ""));
    if (version > SCHEMA_VERSION) {
        err_set(e, ST_DATA,
                "this register was made by a newer version of throughline (schema %lld)",
                (long long)version);
        return err_hint(e, "Nothing was changed. Install the newer version.");
    }
    for (; version < SCHEMA_VERSION; version++) {
        char what[60];
        TRY(steps[version](db, e));
        snprintf(what, sizeof what, "schema version %d", (int)version + 1);
        TRY(note_change(db, what, e));
        TRY(db_do(db, e,
                  "INSERT INTO setting (name, number) VALUES ('schema', $1)"
                  " ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                  "i", version + 1));
        ++*changed;
    }
    return ST_OK;
}

static enum status migrate(struct db *db, const struct dictionary *d, int *changed, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    TRY(migrate_steps(db, changed, e));
    enum status s = ST_OK;
    for (size_t i = 0; i < d->entity_count && s == ST_OK; i++) {
        s = complete_entity(db, &d->entities[i], &memory, changed, e);
        arena_rewind(&memory);
    }
    arena_free(&memory);
    return s;
}

enum status schema_migrate(struct db *db, const struct dictionary *d, int *changed, struct err *e)
{
    *changed = 0;
    TRY(db_begin(db, e));
    enum status s = migrate(db, d, changed, e);
    if (s == ST_OK && *changed)
        s = db_commit(db, e);
    if (s != ST_OK || !*changed)
        db_rollback(db);
    return s == ST_OK ? ST_OK : err_context(e, "bringing the store up to date");
}

/* ---- the statements that every import uses ---- */

static void make_table(struct store *s, const struct entity *en, struct entity_table *t)
{
    struct buf sql = BUF_EMPTY, values = BUF_EMPTY;
    t->entity = en;
    entity_table_name(en, t->name);
    t->columns = arena_array(&s->memory, en->field_count, sizeof *t->columns);
    buf_addf(&sql, "INSERT INTO \"%s\" (record, instance", t->name);
    buf_adds(&values, "$1, $2");
    for (size_t i = 0; i < en->field_count; i++) {
        t->columns[i] = seal_column(t->name, en->fields[i].name);
        buf_addf(&sql, ", \"f_%s\"", en->fields[i].name);
        buf_addf(&values, ", $%zu", i + 3);
    }
    t->insert = arena_printf(&s->memory, "%s) VALUES (%s)", sql.p, values.p);
    t->delete_import = arena_printf(
        &s->memory, "DELETE FROM \"%s\" WHERE record IN (SELECT id FROM record WHERE import = $1)",
        t->name);
    buf_free(&sql);
    buf_free(&values);
}

void entity_tables_make(struct store *s)
{
    const struct dictionary *d = dictionary();
    s->table_count = d->entity_count;
    s->tables = arena_array(&s->memory, s->table_count, sizeof *s->tables);
    for (size_t i = 0; i < s->table_count; i++)
        make_table(s, &d->entities[i], &s->tables[i]);
}

enum key_class class_of(const struct field *f)
{
    switch (f->sensitivity) {
    case S3:
        return CLASS_S3;
    case S4:
        return CLASS_S4;
    case S5:
        return CLASS_S5;
    default:
        BUG("field %s.%s is not sealed", f->entity->name, f->name);
    }
}
