#include "linkage/levels.h"
#include "sqlgen/parts.h"
#include "text/fold.h"

#include <inttypes.h>

bool sql_is_name(enum link_type t)
{
    return t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME || t == LINK_FULL_NAME;
}

bool sql_has_words(enum link_type t)
{
    return sql_is_name(t) || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT;
}

bool sql_is_nation(enum link_type t)
{
    return t == LINK_NATIONALITY || t == LINK_COUNTRY;
}

bool sql_is_dated(enum link_type t)
{
    return t == LINK_DATE || t == LINK_DATE_DISPUTE;
}

/* ---- what columns there are ---- */

enum form_kind { FORM_TEXT, FORM_INTEGER };

/* Calls `one` for every column of the prepared records, in order. */
static void each_column(const struct link_data *d,
                        void (*one)(void *ctx, const char *name, enum form_kind kind), void *ctx)
{
    char name[40];
    snprintf(name, sizeof name, "record_%d_%d", TEXT_RULES_VERSION, LEVELS_VERSION);
    one(ctx, name, FORM_INTEGER);
    one(ctx, "id", FORM_TEXT);
    one(ctx, "source", FORM_TEXT);
    for (int k = 0; k < d->columns; k++) {
        static const struct {
            const char *ending;
            enum form_kind kind;
        } word_forms[] = {{"words", FORM_TEXT}, {"sorted", FORM_INTEGER}, {"joined", FORM_INTEGER}},
          date_forms[] = {{"year", FORM_INTEGER}, {"month", FORM_INTEGER}, {"day", FORM_INTEGER}},
          name_forms[] = {{"key", FORM_TEXT},       {"sound", FORM_INTEGER},
                          {"sounds", FORM_TEXT},    {"joined_sound", FORM_INTEGER},
                          {"strong", FORM_INTEGER}, {"family", FORM_INTEGER},
                          {"whole", FORM_INTEGER},  {"formals", FORM_TEXT},
                          {"bag", FORM_TEXT}};
        enum link_type t = d->column[k].type;
        snprintf(name, sizeof name, "v%d", k + 1);
        one(ctx, name, FORM_TEXT);
        for (int i = 0; i < 3 && (sql_has_words(t) || sql_is_dated(t)); i++) {
            bool date = sql_is_dated(t);
            snprintf(name, sizeof name, "v%d_%s", k + 1,
                     date ? date_forms[i].ending : word_forms[i].ending);
            one(ctx, name, date ? date_forms[i].kind : word_forms[i].kind);
        }
        for (size_t i = 0; sql_is_name(t) && i < sizeof name_forms / sizeof name_forms[0]; i++) {
            snprintf(name, sizeof name, "v%d_%s", k + 1, name_forms[i].ending);
            one(ctx, name, name_forms[i].kind);
        }
        snprintf(name, sizeof name, "v%d_ethiopian", k + 1);
        if (sql_is_nation(t))
            one(ctx, name, FORM_INTEGER);
    }
}

static void add_header(void *ctx, const char *name, enum form_kind kind)
{
    struct buf *out = ctx;
    (void)kind;
    buf_addf(out, "%s%s", out->n ? "," : "", name);
}

void sql_prepared_header(const struct link_data *d, struct buf *out)
{
    struct buf line = BUF_EMPTY;
    each_column(d, add_header, &line);
    buf_add(out, line.p, line.n);
    buf_addc(out, '\n');
    buf_free(&line);
}

struct listing {
    struct sql *g;
    bool begun;
};

static void add_type(void *ctx, const char *name, enum form_kind kind)
{
    struct listing *l = ctx;
    buf_addf(l->g->out, "%s%s %s", l->begun ? ", " : "", name,
             kind == FORM_TEXT ? l->g->dialect->text : "BIGINT");
    l->begun = true;
}

void sql_people_columns(struct sql *g)
{
    struct listing l = {g, false};
    each_column(g->d, add_type, &l);
}

const char *sql_record_column(struct sql *g)
{
    return SQL(g, "record_%d_%d", TEXT_RULES_VERSION, LEVELS_VERSION);
}

/* ---- rows ---- */

/* Empty is missing; a text that could be taken for a number or a quote is quoted by buf_add_csv. */
static void add_lifted(struct buf *out, struct str s)
{
    struct buf lifted = BUF_EMPTY;
    sql_lift(&lifted, s);
    buf_add_csv(out, buf_str(&lifted), false);
    buf_free(&lifted);
}

static void add_words(struct buf *out, const struct words *w)
{
    buf_addc(out, ',');
    for (int i = 0; i < w->n; i++)
        buf_addf(out, "%s%" PRIu32, i ? " " : "", w->word[i]);
    buf_addf(out, ",%" PRId64 ",%" PRId64, (int64_t)w->sorted, (int64_t)w->joined);
}

static void add_formals(struct buf *out, const struct column *c, const struct name_form *f)
{
    for (int k = 0; k < f->formals; k++)
        buf_addf(out, "%s%" PRIu32 ",", k ? "" : ",", c->formal[f->first_formal + (size_t)k]);
}

static void add_number(struct buf *out, uint32_t v)
{
    buf_addc(out, ',');
    if (v)
        buf_addf(out, "%" PRIu32, v);
}

/* key:hash:sound:weak:formals of each word; formals are those of the whole value. */
static void add_bag(struct buf *out, const struct column *c, uint32_t v)
{
    const struct words *w = &c->words[v];
    const struct name_form *f = &c->form[v];
    struct buf bag = BUF_EMPTY;
    for (int k = 0; k < w->n; k++) {
        const struct cmp_key *key =
            w->n == 1 ? &c->value[v].key : &c->word_key[f->first_key + (size_t)k];
        if (k)
            buf_addc(&bag, ' ');
        sql_lift(&bag, (struct str){(const char *)key->c, key->n});
        buf_addf(&bag, ":%" PRIu32 ":%" PRIu32 ":%d:", w->word[k], f->sound[k], f->weak >> k & 1);
        add_formals(&bag, c, f);
    }
    buf_add_csv(out, buf_str(&bag), false);
    buf_free(&bag);
}

static void add_name(struct buf *out, const struct column *c, uint32_t v)
{
    const struct value *x = &c->value[v];
    const struct name_form *f = &c->form[v];
    int strong = 0, sounds = 0;
    if (!v) {
        buf_adds(out, ",,,,,,,,,");
        return;
    }
    buf_addc(out, ',');
    add_lifted(out, (struct str){(const char *)x->key.c, x->key.n});
    add_number(out, name_sound(x));
    buf_addc(out, ',');
    for (int k = 0; k < c->words[v].n; k++) {
        strong += !(f->weak >> k & 1);
        if (f->sound[k])
            buf_addf(out, "%s%" PRIu32, sounds++ ? " " : "", f->sound[k]);
    }
    add_number(out, f->joined_sound);
    buf_addf(out, ",%d,%d,%" PRIu32 ",", strong, f->family, (uint32_t)(c->hash[v] >> 32));
    struct buf formals = BUF_EMPTY;
    add_formals(&formals, c, f);
    buf_add_csv(out, buf_str(&formals), false);
    buf_free(&formals);
    buf_addc(out, ',');
    add_bag(out, c, v);
}

static void add_forms(const struct column *c, uint32_t v, struct buf *out)
{
    buf_addc(out, ',');
    add_lifted(out, intern_text(&c->texts, v));
    if (sql_has_words(c->type) && v)
        add_words(out, &c->words[v]);
    else if (sql_has_words(c->type))
        buf_adds(out, ",,,");
    const struct value *x = &c->value[v];
    if (sql_is_dated(c->type) && v && x->extra)
        buf_addf(out, ",%d,%d,%d", packed_year(x->extra), packed_month(x->extra),
                 packed_day(x->extra));
    else if (sql_is_dated(c->type))
        buf_adds(out, ",,,");
    if (sql_is_name(c->type))
        add_name(out, c, v);
    if (sql_is_nation(c->type))
        buf_addf(out, ",%d", v && x->extra == NATION_ETHIOPIAN_CALENDAR);
}

static bool has_nul(struct str s)
{
    return s.n && memchr(s.p, '\0', s.n);
}

enum status sql_prepared_row(const struct link_data *d, uint32_t record, struct buf *out,
                             struct err *e)
{
    struct str id = link_data_id(d, record), source = {"", 0};
    if (d->source)
        source = intern_text(&d->sources, d->source[record]);
    bool nul = has_nul(id) || has_nul(source);
    for (int k = 0; k < d->columns; k++)
        nul |= has_nul(link_data_text(d, record, k));
    if (nul) {
        err_set(e, ST_DATA, "a record holds a NUL byte, which no SQL text can hold");
        return err_hint(e, "Take NUL bytes out of the file.");
    }
    buf_addf(out, "%" PRIu32 ",", record);
    buf_add_csv(out, id, false);
    buf_addc(out, ',');
    buf_add_csv(out, source, false);
    for (int k = 0; k < d->columns; k++)
        add_forms(&d->column[k], data_row(d, record)[k], out);
    buf_addc(out, '\n');
    return ST_OK;
}
