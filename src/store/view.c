/* Reading records in bulk: what is asked for, batch by batch. */
#include "store/view_private.h"

#include <stdlib.h>

enum { BATCH_RECORDS = 2048 };

/* ---- what is asked for ---- */

enum cell view_cell_of(const struct field *f)
{
    bool reference = f->type == FIELD_REF || f->type == FIELD_REFS;
    if (strcmp(f->name, "person_id") == 0)
        return CELL_PERSON;
    if (f->type == FIELD_ID)
        return CELL_ROW_ID;
    if (field_is_sealed(f))
        return CELL_SEALED;
    if (reference)
        return CELL_REFERENCES;
    return f->type == FIELD_INT ? CELL_NUMBER : CELL_TEXT;
}

/* Sealed fields without their key are left out altogether. */
static bool may_read(const struct cursor *c, const struct field *f)
{
    return !field_is_sealed(f) || keyring_has(c->s->keys, class_of(f));
}

static bool names_field(const char *asked, const struct entity *en, const struct field *f)
{
    size_t n = strlen(en->name);
    if (strncmp(asked, en->name, n) != 0 || asked[n] != '.')
        return false;
    return strcmp(asked + n + 1, "*") == 0 || strcmp(asked + n + 1, f->name) == 0;
}

static bool asked_for(const char *const *fields, const struct entity *en, const struct field *f)
{
    if (!fields)
        return true;
    for (; *fields; fields++)
        if (names_field(*fields, en, f))
            return true;
    return false;
}

static void check_names(const char *const *fields)
{
    for (; fields && *fields; fields++) {
        const char *dot = strchr(*fields, '.');
        struct str entity = {*fields, dot ? (size_t)(dot - *fields) : 0};
        const struct entity *en = dictionary_entity(entity);
        if (!en || (strcmp(dot, ".*") != 0 && !entity_field(en, str_of(dot + 1))))
            BUG("a view asks for %s, which the dictionary has not", *fields);
    }
}

static void make_stream(struct cursor *c, const struct entity_table *t, const char *const *fields)
{
    const struct entity *en = t->entity;
    struct stream *st = &c->streams[c->stream_count];
    struct buf sql = BUF_EMPTY;
    *st = (struct stream){.table = t};
    st->fields = arena_array(&c->memory, en->field_count, sizeof *st->fields);
    st->cells = arena_array(&c->memory, en->field_count, sizeof *st->cells);
    bool any = false;
    buf_adds(&sql, "SELECT record, instance");
    for (size_t i = 0; i < en->field_count; i++) {
        const struct field *f = &en->fields[i];
        if (!asked_for(fields, en, f))
            continue;
        any = true;
        if (!may_read(c, f))
            continue;
        st->cells[st->n] = view_cell_of(f);
        st->fields[st->n++] = f;
        buf_addf(&sql, ", \"f_%s\"", f->name);
        if (field_is_sealed(f))
            c->classes |= 1u << class_of(f);
    }
    buf_addf(&sql, " FROM \"%s\" WHERE record %s ORDER BY record, instance", t->name,
             c->sequential ? ">= $1" : "= $1");
    st->sql = arena_strdup(&c->memory, sql.p);
    buf_free(&sql);
    c->stream_count += any;
}

static enum status table_is_empty(struct db *db, const struct entity_table *t, bool *empty,
                                  struct err *e)
{
    char sql[160];
    int64_t first;
    snprintf(sql, sizeof sql, "SELECT min(record) FROM \"%s\"", t->name);
    TRY(db_get_int(db, e, 0, &first, sql, ""));
    *empty = first == 0;
    return ST_OK;
}

static enum status make_streams(struct cursor *c, const char *const *fields, struct err *e)
{
    struct store *s = c->s;
    c->streams = arena_array(&c->memory, s->table_count, sizeof *c->streams);
    for (size_t k = 0; k < s->table_count; k++) {
        bool empty;
        size_t before = c->stream_count;
        make_stream(c, &s->tables[k], fields);
        if (c->stream_count == before)
            continue;
        TRY(table_is_empty(c->db, &s->tables[k], &empty, e));
        if (empty)
            c->stream_count = before;
    }
    return ST_OK;
}

/* ---- which records ---- */

static void want(struct cursor *c, struct db_stmt *q)
{
    MEM_GROW(c->wanted, c->wanted_cap, c->wanted_count + 1);
    struct wanted *w = &c->wanted[c->wanted_count++];
    *w = (struct wanted){db_int(q, 0), db_int(q, 1), db_int(q, 2), (uint32_t)c->people.n};
    struct str person = db_blob(q, 3);
    buf_add(&c->people, person.p, person.n);
    buf_addc(&c->people, '\0');
}

static enum status want_rows(struct cursor *c, struct db_stmt *q, struct err *e)
{
    bool row;
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        int64_t import = db_int(q, 2);
        if (import >= 0 && (size_t)import < c->s->import_count && c->s->imports[import].visible)
            want(c, q);
    }
    return st;
}

static enum status want_each(struct cursor *c, const char *sql, const int64_t *ids, size_t n,
                             struct err *e)
{
    struct db_stmt *q;
    TRY(db_prepare(c->s->db, sql, &q, e));
    enum status st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        db_bind(q, "i", ids[i]);
        st = want_rows(c, q, e);
    }
    db_done(q);
    return st;
}

static int by_line_then_id(const void *x, const void *y)
{
    const struct wanted *a = x, *b = y;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->id < b->id ? -1 : a->id > b->id;
}

static enum status find_wanted(struct cursor *c, const struct view *v, struct err *e)
{
#define COLUMNS "SELECT id, line, import, person_id FROM record WHERE active = 1"
    enum status st;
    if (v->records) {
        st = want_each(c, COLUMNS " AND id = $1", v->records, v->id_count, e);
    } else if (v->lines) {
        st = want_each(c, COLUMNS " AND line = $1 ORDER BY id", v->lines, v->id_count, e);
    } else if (v->changed_lines) {
        int64_t settled;
        TRY(store_mark_get(c->s, "settled", 0, &settled, e));
        st = want_each(c,
                       COLUMNS " AND line IN (SELECT line FROM line_changed UNION"
                               " SELECT line FROM record WHERE id > $1) ORDER BY line, id",
                       &settled, 1, e);
    } else {
        st = want_each(c, COLUMNS " AND id > $1 ORDER BY id", &v->after_record, 1, e);
    }
    if (st == ST_OK && c->by_line && c->wanted_count)
        qsort(c->wanted, c->wanted_count, sizeof *c->wanted, by_line_then_id);
    return st;
#undef COLUMNS
}

/* ---- open ---- */

static enum status start_streams(struct cursor *c, struct err *e)
{
    for (size_t k = 0; k < c->stream_count; k++) {
        struct stream *st = &c->streams[k];
        TRY(db_prepare(c->db, st->sql, &st->q, e));
        if (!c->sequential || c->wanted_count == 0)
            continue;
        db_bind(st->q, "i", c->wanted[0].id);
        TRY(db_step(st->q, &st->live, e));
    }
    return ST_OK;
}

static void class_list(const struct cursor *c, char out[40])
{
    out[0] = '\0';
    for (int k = CLASS_S3; k <= CLASS_S5; k++)
        if (c->classes & 1u << k)
            snprintf(out + strlen(out), 40 - strlen(out), " %s", key_class_name((enum key_class)k));
    if (!out[0])
        snprintf(out, 40, " none");
}

static enum status note_opening(struct cursor *c, struct err *e)
{
    char classes[40];
    class_list(c, classes);
    return audit_append(c->s, "records.read.begin", "", NULL, e, "begun: %s, sealed classes:%s",
                        c->purpose, classes);
}

static void free_cursor(struct cursor *c)
{
    for (size_t k = 0; k < c->stream_count; k++)
        db_done(c->streams[k].q);
    free(c->wanted);
    free(c->rows);
    buf_free(&c->people);
    arena_free(&c->memory);
    arena_free(&c->batch);
    free(c);
}

static enum status open_cursor(struct cursor *c, const struct view *v, struct err *e)
{
    bool own;
    char path[PATH_MAX + 20];
    snprintf(path, sizeof path, "%s/store.db", c->s->dir);
    if (!c->s->reader)
        TRY(db_open(path, DB_WRITE, &c->s->reader, e));
    c->db = c->s->in_transaction ? c->s->db : c->s->reader;
    TRY(imports_load(c->s, e)); /* another process may have added one */
    TRY(find_wanted(c, v, e));
    TRY(make_streams(c, v->fields, e));
    TRY(store_enter(c->s, &own, e));
    TRY(store_leave(c->s, own, note_opening(c, e), e));
    return start_streams(c, e);
}

enum status store_view_open(struct store *s, const struct view *v, struct cursor **out,
                            struct err *e)
{
    *out = NULL;
    check_names(v->fields);
    struct cursor *c = mem_zalloc(1, sizeof *c);
    c->s = s;
    c->by_line = v->order == VIEW_BY_LINE;
    c->sequential = !c->by_line && !v->records && !v->lines && !v->changed_lines;
    c->purpose = arena_strdup(&c->memory, v->purpose);
    content_begin(&c->hash);
    enum status st = open_cursor(c, v, e);
    if (st != ST_OK)
        free_cursor(c);
    else
        *out = c;
    return st;
}

/* ---- batch by batch ---- */

/* Records of the next batch; a line stays whole. */
static size_t batch_size(const struct cursor *c)
{
    size_t left = c->wanted_count - c->at, n = left < BATCH_RECORDS ? left : BATCH_RECORDS;
    while (c->by_line && n && n < left &&
           c->wanted[c->at + n].line == c->wanted[c->at + n - 1].line)
        n++;
    return n;
}

enum status store_view_next(struct cursor *c, struct view_batch *out, struct err *e)
{
    *out = (struct view_batch){0};
    size_t n = batch_size(c);
    arena_rewind(&c->batch);
    if (n == 0)
        return ST_OK;
    MEM_GROW(c->rows, c->rows_cap, n);
    for (size_t k = 0; k < n; k++) {
        const struct wanted *w = &c->wanted[c->at + k];
        const struct import_name *i = &c->s->imports[w->import];
        c->rows[k] = (struct stored){.id = w->id,
                                     .line = w->line,
                                     .import = w->import,
                                     .person_id = c->people.p + w->person,
                                     .organisation = i->organisation,
                                     .channel = i->channel,
                                     .record = record_new(&c->batch)};
        content_add_text(&c->hash, c->rows[k].person_id);
    }
    TRY(view_fill_batch(c, n, e));
    c->at += n;
    *out = (struct view_batch){c->rows, n};
    return ST_OK;
}

static enum status note_reading(struct cursor *c, struct err *e)
{
    char classes[40];
    class_list(c, classes);
    struct hash32 hash = content_end(&c->hash);
    return audit_append(c->s, "records.read", "", &hash, e,
                        "done: %s, %zu records, sealed classes:%s", c->purpose, c->at, classes);
}

enum status store_view_close(struct cursor *c, struct err *e)
{
    bool own;
    if (!c)
        return ST_OK;
    enum status st = store_enter(c->s, &own, e);
    if (st == ST_OK)
        st = store_leave(c->s, own, note_reading(c, e), e);
    free_cursor(c);
    return st;
}

/* ---- one person ---- */

static enum status note_person(struct store *s, int64_t line, const char *why, size_t records,
                               struct err *e)
{
    char subject[32];
    snprintf(subject, sizeof subject, "line %lld", (long long)line);
    return audit_append(s, "person.read", subject, NULL, e, "done: %zu records, %s", records, why);
}

/* Values stay in the cursor's batch: it is the caller's arena for the time of the call. */
static enum status read_line(struct cursor *c, struct arena *memory, struct stored **out, size_t *n,
                             struct err *e)
{
    struct view_batch b;
    TRY(store_view_next(c, &b, e));
    *out = arena_array(memory, b.n, sizeof **out);
    *n = b.n;
    for (size_t k = 0; k < b.n; k++) {
        (*out)[k] = b.rows[k];
        (*out)[k].person_id = arena_strdup(memory, b.rows[k].person_id);
        struct record copy = record_new(memory);
        for (size_t r = 0; r < b.rows[k].record.count; r++) {
            const struct entity_row *row = &b.rows[k].record.rows[r];
            struct entity_row *to = record_row(&copy, row->entity, row->instance);
            for (size_t f = 0; f < row->entity->field_count; f++)
                if (row->values[f])
                    to->values[f] = arena_strdup(memory, row->values[f]);
        }
        (*out)[k].record = copy;
    }
    return ST_OK;
}

enum status store_person_read(struct store *s, int64_t line, const char *why, struct arena *memory,
                              struct stored **out, size_t *n, struct err *e)
{
    bool own;
    struct cursor *c;
    struct view v = {.order = VIEW_BY_LINE, .purpose = why, .lines = &line, .id_count = 1};
    *n = 0;
    *out = NULL;
    TRY(store_enter(s, &own, e));
    enum status st = store_view_open(s, &v, &c, e);
    if (st == ST_OK) {
        st = read_line(c, memory, out, n, e);
        if (st == ST_OK)
            st = note_person(s, line, why, *n, e);
        struct err closing = {0};
        enum status closed = store_view_close(c, st == ST_OK ? e : &closing);
        st = st == ST_OK ? closed : st;
    }
    return store_leave(s, own, st, e);
}

enum status store_count_records(struct store *s, uint64_t *records, uint64_t *lines,
                                int64_t *highest_record, struct err *e)
{
    int64_t n, l, high;
#define VISIBLE                                                                                    \
    " FROM record r JOIN import i ON i.id = r.import WHERE r.active = 1 AND i.state = 'done'"
    TRY(db_get_int(s->db, e, 0, &n, "SELECT count(*)" VISIBLE, ""));
    TRY(db_get_int(s->db, e, 0, &l, "SELECT count(DISTINCT r.line)" VISIBLE, ""));
    TRY(db_get_int(s->db, e, 0, &high, "SELECT max(r.id)" VISIBLE, ""));
    *records = (uint64_t)n;
    *lines = (uint64_t)l;
    *highest_record = high;
    return ST_OK;
}

enum status store_count_new(struct store *s, int64_t after, uint64_t *records, struct err *e)
{
    int64_t n;
    TRY(db_get_int(s->db, e, 0, &n, "SELECT count(*)" VISIBLE " AND r.id > $1", "i", after));
#undef VISIBLE
    *records = (uint64_t)n;
    return ST_OK;
}
