#include "ingest/mapfile.h"

#include "base/json.h"
#include "base/mem.h"
#include "ingest/value.h"
#include "text/compare.h"

#include <stdlib.h>

/* ---- reading ---- */

static void add_cell(struct buf *b, const char *text)
{
    buf_add_csv(b, str_of(text ? text : ""), false);
    buf_addc(b, ',');
}

static enum status bad_entry(const char *column, struct err *e, const char *what)
{
    err_at(e, NULL, 0, column);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(e, "A column is \"entity.field\", an object with \"field\", or null; see "
                       "docs/user/import.md.");
}

static enum status add_line(struct buf *b, const char *column, const json_t *entry, struct err *e)
{
    static const char *const known[] = {"field",    "instance", "transform",
                                        "argument", "required", "completes",
                                        "likely",   "because",  NULL};
    if (json_is_null(entry)) {
        add_cell(b, column);
        buf_adds(b, ",,,,,,\n");
        return ST_OK;
    }
    const char *field = json_string_value(entry);
    json_t *object = NULL;
    if (json_is_object(entry)) {
        TRY(json_only_keys(entry, column, known, e));
        field = json_string_value(json_object_get(entry, "field"));
        object = (json_t *)(uintptr_t)entry;
    }
    if (!field)
        return bad_entry(column, e, "the mapping of this column names no field");
    if (!dictionary_field(str_of(field)))
        return bad_entry(column, e, "the dictionary has no field of that name");
    json_t *instance = json_object_get(object, "instance");
    add_cell(b, column);
    add_cell(b, "");
    add_cell(b, field);
    if (instance)
        buf_addf(b, "%lld", (long long)json_integer_value(instance));
    buf_addc(b, ',');
    add_cell(b, json_string_value(json_object_get(object, "transform")));
    add_cell(b, json_string_value(json_object_get(object, "argument")));
    add_cell(b, json_is_true(json_object_get(object, "required"))    ? "Y"
                : json_is_true(json_object_get(object, "completes")) ? "WITH"
                                                                     : "");
    buf_addc(b, '\n');
    return ST_OK;
}

static void add_constant(struct buf *b, const char *field, const char *instance, const char *value)
{
    add_cell(b, "");
    add_cell(b, "");
    add_cell(b, field);
    add_cell(b, instance);
    add_cell(b, "const");
    add_cell(b, value);
    buf_adds(b, ",\n");
}

static enum status add_constants(struct buf *b, const json_t *constants, const struct layout *base,
                                 struct err *e)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)constants, name, value)
    {
        if (!json_is_string(value) || !dictionary_field(str_of(name)))
            return bad_entry(name, e, "a constant is a field of the dictionary and a text");
        add_constant(b, name, "1", json_string_value(value));
    }
    for (size_t i = 0; base && i < base->count; i++) {
        const struct layout_column *c = &base->columns[i];
        char field[200], instance[12];
        if (c->transform != MAP_CONST || !c->field)
            continue;
        snprintf(field, sizeof field, "%s.%s", c->field->entity->name, c->field->name);
        snprintf(instance, sizeof instance, "%d", c->instance);
        if (c->instance == 1 && json_object_get(constants, field))
            continue;
        add_constant(b, field, instance, c->argument.p);
    }
    return ST_OK;
}

static enum status add_columns(struct buf *b, json_t *columns, struct err *e)
{
    const char *name;
    json_t *entry, *item;
    size_t i;
    json_object_foreach(columns, name, entry)
    {
        if (!json_is_array(entry))
            TRY(add_line(b, name, entry, e));
        else
            json_array_foreach(entry, i, item) TRY(add_line(b, name, item, e));
    }
    return ST_OK;
}

static enum status build(const json_t *doc, const char *path, const struct layout *base,
                         struct buf *b, struct err *e)
{
    static const char *const known[] = {"as", "columns", "constants", NULL};
    TRY(json_only_keys(doc, path, known, e));
    json_t *columns = json_object_get(doc, "columns");
    const char *as = json_string_value(json_object_get(doc, "as"));
    if (!json_is_object(columns)) {
        err_set(e, ST_DATA, "the mapping file has no \"columns\"");
        return err_hint(e, "Make one with --suggest-map.");
    }
    if (as && base && strcmp(as, base->channel) != 0)
        return err_set(e, ST_DATA, "the mapping file is for %s, the import for %s", as,
                       base->channel);
    buf_adds(b, "column,alias,field,instance,transform,argument,required,note\n");
    TRY(add_columns(b, columns, e));
    return add_constants(b, json_object_get(doc, "constants"), base, e);
}

enum status mapfile_read(const char *path, const struct layout *base, struct layout *out,
                         struct err *e)
{
    json_t *doc = NULL;
    struct buf b = BUF_EMPTY;
    TRY(json_read_file(path, &doc, e));
    enum status s = build(doc, path, base, &b, e);
    if (s == ST_OK)
        s = layout_parse(buf_str(&b), path, out, e);
    else
        err_at(e, path, 0, NULL);
    if (s == ST_OK)
        out->channel = base ? base->channel : "canonical";
    buf_free(&b);
    json_decref(doc);
    return s;
}

/* ---- guessing ---- */

enum { SAMPLE_ROWS = 200, SAMPLE_CELLS = 40 };
static const double FAIR = 0.62;

/* Words that people put over these fields. */
static const struct {
    const char *field, *words;
} synonyms[] = {
    {"identity.given_name", "first name|forename|forenames|given name|given names|christian name"},
    {"identity.family_name", "surname|last name|family name|second name"},
    {"identity.alias", "alias|nickname|known as|aka|other name|other names"},
    {"person.birth_date", "dob|date of birth|birth date|d o b|born|birthday"},
    {"person.gender", "sex|gender|m f"},
    {"person.nationality", "nationality|citizenship|country of origin|nationality 1|citizen of"},
    {"person.nationality_second", "second nationality|dual nationality|nationality 2"},
    {"person.language", "language|first language|main language|mother tongue"},
    {"person.source_key", "client id|person id|client number|service user id|unique id"},
    {"referral.external_id",
     "reference|ref|case number|case id|case ref|case reference|referral id|urn|id|our ref"},
    {"referral.received_date",
     "date received|referral date|date of referral|received|referred on|date referred"},
    {"referral.status", "status|referral status|case status"},
    {"referral.first_responder", "first responder|referrer|referred by|referring organisation"},
    {"referral.police_force", "police force|force"},
    {"referral.prior_reference", "nrm reference|nrm ref|previous reference|earlier reference"},
    {"episode.exploitation_types",
     "exploitation type|type of exploitation|exploitation|form of exploitation"},
    {"episode.start_date", "exploitation start|exploitation from|start of exploitation"},
    {"episode.end_date", "exploitation end|exploitation to|end of exploitation"},
    {"exit.date", "date of escape|left exploitation|date left"},
    {"support_period.provider", "provider|support provider|service"},
    {"support_period.start_date", "support start|entry date|date of entry|entered support"},
    {"support_period.end_date", "support end|exit date|date of exit|left support"},
    {"support_period.exit_reason", "reason for leaving|exit reason|reason for exit"},
    {"missing_event.date", "missing date|date missing|went missing"},
};

/* Lower-case words; CamelCase, dots, dashes and underscores divide. */
static void to_words(struct str s, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n + 2 < cap; i++) {
        char c = s.p[i];
        bool upper = c >= 'A' && c <= 'Z';
        bool word = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80);
        bool hump = upper && i > 0 && s.p[i - 1] >= 'a' && s.p[i - 1] <= 'z';
        if ((hump || !word) && n && out[n - 1] != ' ')
            out[n++] = ' ';
        if (word)
            out[n++] = (char)(upper ? c | 32 : c);
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static bool has_word(const char *text, const char *word, size_t n)
{
    for (const char *p = text; (p = strstr(p, word)) != NULL; p++)
        if ((p == text || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
            return true;
    return false;
}

/* Shared words, twice over the sum (Dice 1945). */
static double shared_words(const char *a, const char *b)
{
    char copy[200];
    int in_a = 0, in_b = 1, both = 0;
    snprintf(copy, sizeof copy, "%s", a);
    for (const char *p = b; *p; p++)
        in_b += *p == ' ';
    for (char *save = NULL, *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        in_a++;
        both += has_word(b, w, strlen(w));
    }
    return 2.0 * both / (in_a + in_b);
}

static double alike(const char *a, const char *b)
{
    if (strcmp(a, b) == 0)
        return 1;
    return 0.5 * jaro_winkler(str_of(a), str_of(b)) + 0.5 * shared_words(a, b);
}

static double name_score(const char *header, const struct layout_column *c)
{
    char words[200], path[200];
    double best = 0;
    to_words(c->column, words, sizeof words);
    best = alike(header, words);
    to_words(str_of(c->field->name), words, sizeof words);
    double own = alike(header, words);
    best = own > best ? own : best;
    snprintf(path, sizeof path, "%s.%s", c->field->entity->name, c->field->name);
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++) {
        if (strcmp(synonyms[i].field, path) != 0)
            continue;
        for (const char *p = synonyms[i].words; *p;) {
            size_t n = strcspn(p, "|");
            snprintf(words, sizeof words, "%.*s", (int)n, p);
            double v = alike(header, words);
            best = v > best ? v : best;
            p += n + (p[n] == '|');
        }
    }
    return best;
}

/* Share of the sample that reads as the field; free text is no evidence unless it looks like
 * something else. */
static double content_score(const struct layout_column *c, const struct str *cells, size_t n,
                            int32_t today, struct arena *scratch)
{
    size_t good = 0, dates = 0;
    for (size_t i = 0; i < n; i++) {
        struct value v;
        struct when w;
        value_read(c, cells[i], today, scratch, &v);
        good += !v.problem;
        dates += when_read(cells[i], today, &w) == WHEN_FINE;
    }
    if (n == 0)
        return 0.5;
    if (c->field->type == FIELD_TEXT)
        return dates * 2 > n ? 0.1 : 0.7;
    return (double)good / (double)n;
}

struct guess {
    size_t header, column;
    double score, name;
};

static int by_score(const void *a, const void *b)
{
    const struct guess *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->header != y->header)
        return x->header < y->header ? -1 : 1;
    return (x->column > y->column) - (x->column < y->column);
}

struct sample {
    struct str *cells; /* SAMPLE_CELLS per column */
    size_t *count;
    struct arena memory;
};

static enum status take_sample(struct table *t, struct sample *s, struct err *e)
{
    struct table_row row;
    s->cells = mem_zalloc(t->columns * SAMPLE_CELLS, sizeof *s->cells);
    s->count = mem_zalloc(t->columns, sizeof *s->count);
    for (int r = 0; r < SAMPLE_ROWS; r++) {
        TRY(table_next(t, &row, e));
        if (row.n == 0)
            break;
        for (size_t i = 0; i < row.n && i < t->columns; i++)
            if (row.cells[i].n && row.cells[i].n < 200 && s->count[i] < SAMPLE_CELLS)
                s->cells[i * SAMPLE_CELLS + s->count[i]++] = (struct str){
                    arena_strndup(&s->memory, row.cells[i].p, row.cells[i].n), row.cells[i].n};
    }
    return ST_OK;
}

/* One column for the whole name. */
static bool is_whole_name(const char *header)
{
    static const char *const names[] = {"name",        "full name",    "client name", "whole name",
                                        "victim name", "service user", "person name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], header) == 0)
            return true;
    return false;
}

static json_t *entry_of(const struct layout_column *c, double score, double name)
{
    char path[200];
    static const char *const transforms[] = {"",       "const",   "yesno",    "crosswalk",
                                             "flag",   "negate",  "map",      "words",
                                             "period", "periods", "full_name"};
    snprintf(path, sizeof path, "%s.%s", c->field->entity->name, c->field->name);
    json_t *j = json_pack("{s:s}", "field", path);
    if (c->instance > 1)
        json_object_set_new(j, "instance", json_integer(c->instance));
    if (c->transform != MAP_BY_TYPE)
        json_object_set_new(j, "transform", json_string(transforms[c->transform]));
    if (c->argument.n)
        json_object_set_new(j, "argument", json_stringn(c->argument.p, c->argument.n));
    if (c->required)
        json_object_set_new(j, "required", json_true());
    json_object_set_new(j, "likely", json_integer((json_int_t)(score * 100 + 0.5)));
    json_object_set_new(j, "because",
                        json_string(name > 0.99 ? "the header says so"
                                                : "the header is alike and the cells read so"));
    return j;
}

static void assign(const struct table *t, const struct layout *base, struct guess *g, size_t n,
                   json_t *columns)
{
    bool *taken = mem_zalloc(base->count, sizeof *taken);
    for (size_t i = 0; i < t->columns; i++) {
        char words[200], header[200];
        to_words(t->header[i], words, sizeof words);
        snprintf(header, sizeof header, "%.*s", (int)t->header[i].n, t->header[i].p);
        json_object_set_new(columns, header,
                            is_whole_name(words)
                                ? json_pack("{s:s,s:s,s:i,s:s}", "field", "identity.given_name",
                                            "transform", "full_name", "likely", 80, "because",
                                            "one column for the whole name")
                                : json_null());
    }
    for (size_t i = 0; i < n; i++) {
        char header[200];
        snprintf(header, sizeof header, "%.*s", (int)t->header[g[i].header].n,
                 t->header[g[i].header].p);
        if (taken[g[i].column] || !json_is_null(json_object_get(columns, header)))
            continue;
        taken[g[i].column] = true;
        json_object_set_new(columns, header,
                            entry_of(&base->columns[g[i].column], g[i].score, g[i].name));
    }
    free(taken);
}

static void guess_all(struct table *t, const struct layout *base, struct sample *s, int32_t today,
                      json_t *columns)
{
    struct guess *g = NULL;
    size_t n = 0, cap = 0;
    for (size_t i = 0; i < t->columns; i++) {
        char header[200];
        to_words(t->header[i], header, sizeof header);
        for (size_t k = 0; k < base->count; k++) {
            const struct layout_column *c = &base->columns[k];
            if (!c->field || c->transform == MAP_CONST)
                continue;
            double name = str_eq(c->column, t->header[i]) ? 1 : name_score(header, c);
            if (name < 0.55)
                continue;
            double content =
                content_score(c, s->cells + i * SAMPLE_CELLS, s->count[i], today, &s->memory);
            double score = 0.7 * name + 0.3 * content;
            if (score < FAIR)
                continue;
            MEM_GROW(g, cap, n + 1);
            g[n++] = (struct guess){i, k, score, name};
        }
    }
    if (n)
        qsort(g, n, sizeof *g, by_score);
    assign(t, base, g, n, columns);
    free(g);
}

enum status mapfile_suggest(struct table *t, const struct layout *base, int32_t today, json_t **out,
                            struct err *e)
{
    struct sample s = {0};
    enum status st = take_sample(t, &s, e);
    if (st == ST_OK) {
        json_t *columns = json_object(), *constants = json_object();
        guess_all(t, base, &s, today, columns);
        /* What every row needs and no column says. */
        for (size_t i = 0; i < base->count; i++) {
            const struct layout_column *c = &base->columns[i];
            if (c->required && c->field && strcmp(c->field->name, "status") == 0)
                json_object_set_new(constants, "referral.status", json_string("RECEIVED"));
        }
        const char *name;
        json_t *entry;
        json_object_foreach(columns, name, entry)
        {
            const char *field = json_string_value(json_object_get(entry, "field"));
            if (field && strcmp(field, "referral.status") == 0)
                json_object_del(constants, "referral.status");
        }
        *out = json_pack("{s:s,s:o,s:o}", "as", base->channel, "columns", columns, "constants",
                         constants);
    }
    free(s.cells);
    free(s.count);
    arena_free(&s.memory);
    return st;
}
