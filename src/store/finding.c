/* Findings: what the definitions answer for a line, and same incident or new episode. One sealed
 * value per line: fields end with 0x1f, entries with 0x1e, the first letter tells the kind. */
#include "store/store_private.h"

#include <stdlib.h>

enum { FIELD_END = 0x1f, ENTRY_END = 0x1e, FIELDS_MAX = 9 };

static void add_field(struct buf *b, const char *text)
{
    for (; text && *text; text++)
        if ((unsigned char)*text >= 0x20)
            buf_addc(b, *text);
    buf_addc(b, FIELD_END);
}

static void add_number(struct buf *b, int64_t v)
{
    buf_addf(b, "%lld%c", (long long)v, FIELD_END);
}

static void pack(const struct line_findings *f, struct buf *b)
{
    buf_clear(b);
    for (size_t i = 0; i < f->result_count; i++) {
        const struct class_result *r = &f->results[i];
        buf_addf(b, "C%c%c%c", r->lenient ? 'l' : 's', r->status, FIELD_END);
        add_field(b, r->definition);
        add_field(b, r->version);
        add_number(b, r->count_min);
        add_number(b, r->count_max);
        add_field(b, r->missing);
        add_field(b, r->evidence);
        buf_addc(b, ENTRY_END);
    }
    for (size_t i = 0; i < f->verdict_count; i++) {
        const struct repeat_verdict *v = &f->verdicts[i];
        buf_addf(b, "R%c%c", v->verdict, FIELD_END);
        add_number(b, v->record);
        add_number(b, v->earlier);
        add_field(b, v->evidence);
        buf_addc(b, ENTRY_END);
    }
}

static enum status put_line(struct store *s, struct db_stmt *q, const struct line_findings *f,
                            const char *at, struct buf *text, struct arena *memory,
                            struct content_hash *h, struct err *e)
{
    struct str sealed;
    pack(f, text);
    if (text->n == 0)
        buf_addc(text, ENTRY_END);
    content_add_int(h, f->line);
    content_add_text(h, text->p);
    TRY(note_seal(s, "finding", "body", f->line, buf_str(text), memory, &sealed, e));
    db_bind(q, "itb", f->line, at, sealed.p, sealed.n);
    return db_run(q, e);
}

static enum status put_all(struct store *s, const struct line_findings *f, size_t n, struct err *e)
{
    struct db_stmt *q;
    struct buf text = BUF_EMPTY;
    struct arena memory = ARENA_EMPTY;
    struct content_hash h;
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    content_begin(&h);
    TRY(db_prepare(s->db,
                   "INSERT INTO finding (line, at, body) VALUES ($1, $2, $3)"
                   " ON CONFLICT (line) DO UPDATE SET at = excluded.at, body = excluded.body",
                   &q, e));
    enum status st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        st = put_line(s, q, &f[i], at, &text, &memory, &h, e);
        arena_rewind(&memory);
    }
    db_done(q);
    buf_free(&text);
    arena_free(&memory);
    if (st != ST_OK || n == 0)
        return st;
    struct hash32 content = content_end(&h);
    return audit_append(s, "findings.put", "", &content, e, "done: %zu lines", n);
}

enum status store_findings_put(struct store *s, const struct line_findings *f, size_t n,
                               struct err *e)
{
    bool own;
    TRY(needs_key(s, CLASS_S4, e));
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, put_all(s, f, n, e), e);
}

/* ---- reading ---- */

struct unpacked {
    struct class_result *results;
    struct repeat_verdict *verdicts;
    size_t result_count, result_cap, verdict_count, verdict_cap;
};

/* The fields of one entry, NUL-ended in place; the number found. */
static size_t split_entry(char *p, char *fields[FIELDS_MAX])
{
    size_t n = 0;
    while (*p && n < FIELDS_MAX) {
        fields[n++] = p;
        p = strchr(p, FIELD_END);
        if (!p)
            break;
        *p++ = '\0';
    }
    return n;
}

static int whole(const char *text)
{
    int64_t v = 0;
    return str_to_int64(str_of(text), &v) ? (int)v : 0;
}

static bool unpack_entry(struct unpacked *u, char *entry)
{
    char *f[FIELDS_MAX];
    size_t n = split_entry(entry, f);
    if (n == 0)
        return true;
    if (f[0][0] == 'C' && n == 7 && strlen(f[0]) == 3) {
        MEM_GROW(u->results, u->result_cap, u->result_count + 1);
        u->results[u->result_count++] = (struct class_result){.definition = f[1],
                                                              .version = f[2],
                                                              .lenient = f[0][1] == 'l',
                                                              .status = f[0][2],
                                                              .count_min = whole(f[3]),
                                                              .count_max = whole(f[4]),
                                                              .missing = f[5],
                                                              .evidence = f[6]};
        return true;
    }
    if (f[0][0] == 'R' && n == 4 && strlen(f[0]) == 2) {
        struct repeat_verdict v = {.verdict = f[0][1], .evidence = f[3]};
        if (!str_to_int64(str_of(f[1]), &v.record) || !str_to_int64(str_of(f[2]), &v.earlier))
            return false;
        MEM_GROW(u->verdicts, u->verdict_cap, u->verdict_count + 1);
        u->verdicts[u->verdict_count++] = v;
        return true;
    }
    return false;
}

static bool unpack(struct unpacked *u, char *text)
{
    u->result_count = u->verdict_count = 0;
    for (char *p = text; *p;) {
        char *end = strchr(p, ENTRY_END);
        if (!end)
            return false;
        *end = '\0';
        if (!unpack_entry(u, p))
            return false;
        p = end + 1;
    }
    return true;
}

struct reading {
    struct store *s;
    struct db_stmt *q;
    struct unpacked u;
    struct arena memory;
    struct content_hash hash;
    size_t lines;
};

static enum status read_row(struct reading *r,
                            enum status (*each)(void *, const struct line_findings *, struct err *),
                            void *ctx, struct err *e)
{
    struct str text;
    int64_t line = db_int(r->q, 0);
    arena_rewind(&r->memory);
    TRY(note_open(r->s, "finding", "body", line, db_blob(r->q, 1), &r->memory, &text, e));
    if (!unpack(&r->u, (char *)(uintptr_t)text.p))
        return tampered("finding", line, e);
    content_add_int(&r->hash, line);
    r->lines++;
    struct line_findings f = {line, r->u.results, r->u.result_count, r->u.verdicts,
                              r->u.verdict_count};
    return each(ctx, &f, e);
}

static enum status read_rows(struct reading *r,
                             enum status (*each)(void *, const struct line_findings *,
                                                 struct err *),
                             void *ctx, struct err *e)
{
    bool row;
    enum status st;
    while ((st = db_step(r->q, &row, e)) == ST_OK && row)
        if ((st = read_row(r, each, ctx, e)) != ST_OK) {
            db_reset(r->q);
            break;
        }
    return st;
}

#define LIVE " (SELECT 1 FROM record r WHERE r.line = f.line AND r.active = 1)"

static enum status read_all(struct reading *r, const int64_t *lines, size_t n,
                            enum status (*each)(void *, const struct line_findings *, struct err *),
                            void *ctx, struct err *e)
{
    if (!lines) {
        TRY(db_prepare(r->s->db,
                       "SELECT f.line, f.body FROM finding f WHERE EXISTS" LIVE " ORDER BY f.line",
                       &r->q, e));
        return read_rows(r, each, ctx, e);
    }
    TRY(db_prepare(r->s->db,
                   "SELECT f.line, f.body FROM finding f WHERE f.line = $1 AND EXISTS" LIVE, &r->q,
                   e));
    for (size_t i = 0; i < n; i++) {
        db_bind_int(r->q, 1, lines[i]);
        TRY(read_rows(r, each, ctx, e));
    }
    return ST_OK;
}

static enum status note_read(struct reading *r, const char *purpose, struct err *e)
{
    bool own;
    struct hash32 content = content_end(&r->hash);
    TRY(store_enter(r->s, &own, e));
    return store_leave(r->s, own,
                       audit_append(r->s, "findings.read", "", &content, e,
                                    "done: %s, %zu lines, sealed classes: S4", purpose, r->lines),
                       e);
}

enum status
store_findings_each(struct store *s, const char *purpose, const int64_t *lines, size_t line_count,
                    enum status (*each)(void *, const struct line_findings *, struct err *),
                    void *ctx, struct err *e)
{
    struct reading r = {.s = s};
    TRY(needs_key(s, CLASS_S4, e));
    content_begin(&r.hash);
    enum status st = read_all(&r, lines, line_count, each, ctx, e);
    db_done(r.q);
    struct err second = {0};
    enum status noted = note_read(&r, purpose, st == ST_OK ? e : &second);
    free(r.u.results);
    free(r.u.verdicts);
    arena_free(&r.memory);
    return st == ST_OK ? noted : st;
}
