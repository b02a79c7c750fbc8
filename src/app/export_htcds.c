/* The Human Trafficking Case Data Standard 2.0: one line per record, values divided by ';'. The
 * columns and their fields are those of data/layouts/htcds.csv, the way back. HTCDS has one row of
 * each kind: of several, the first stands. */
#include "app/export_rows.h"
#include "base/mem.h"
#include "base/order.h"
#include "domain/layout.h"

#include <stdlib.h>

struct htcds {
    struct exporter *x;
    const struct layout *layout;
    const struct field *stage, *outcome, *means, *second, *consent, *components;
    size_t count; /* columns written */
};

/* The first name of a crosswalk cell such as "PhysicalThreats|PhysicalAbuse". */
static struct str first_of(struct str cell)
{
    const char *bar = cell.n ? memchr(cell.p, '|', cell.n) : NULL;
    return bar ? (struct str){cell.p, (size_t)(bar - cell.p)} : cell;
}

/* Adds a value to a multi-select, once. */
static void add_once(struct buf *b, struct str value)
{
    if (!value.n)
        return;
    for (size_t at = 0; at < b->n;) {
        const char *end = memchr(b->p + at, ';', b->n - at);
        size_t n = end ? (size_t)(end - b->p) - at : b->n - at;
        if (str_eq((struct str){b->p + at, n}, value))
            return;
        at += n + 1;
    }
    if (b->n)
        buf_addc(b, ';');
    buf_add(b, value.p, value.n);
}

/* The word of "HTCDS=CODE;..." for a code; empty when HTCDS has none. */
static struct str word_for(struct str rules, const char *code)
{
    while (rules.n) {
        const char *end = memchr(rules.p, ';', rules.n);
        size_t n = end ? (size_t)(end - rules.p) : rules.n;
        const char *equal = memchr(rules.p, '=', n);
        size_t k = equal ? (size_t)(equal - rules.p) : n;
        if (equal && str_is((struct str){equal + 1, n - k - 1}, code))
            return (struct str){rules.p, k};
        n += end != NULL;
        rules = (struct str){rules.p + n, rules.n - n};
    }
    return str_of("");
}

static void add_codes(struct buf *b, const struct layout_column *c, const char *codes)
{
    struct str rest = str_of(codes);
    while (rest.n) {
        const char *bar = memchr(rest.p, '|', rest.n);
        struct str code = {rest.p, bar ? (size_t)(bar - rest.p) : rest.n};
        add_once(b, first_of(code_cell(c->field->codes, code, c->argument.p)));
        size_t n = code.n + (bar != NULL);
        rest = (struct str){rest.p + n, rest.n - n};
    }
}

/* The values of a multi-select in one order, whatever codes they came from. */
static void sort_values(struct buf *b)
{
    struct str values[64];
    size_t n = 0;
    struct buf sorted = BUF_EMPTY;
    struct str rest = buf_str(b);
    while (rest.n && n < 64) {
        const char *end = memchr(rest.p, ';', rest.n);
        values[n] = (struct str){rest.p, end ? (size_t)(end - rest.p) : rest.n};
        size_t used = values[n++].n + (end != NULL);
        rest = (struct str){rest.p + used, rest.n - used};
    }
    if (n < 2 || rest.n)
        return;
    qsort(values, n, sizeof *values, order_str);
    for (size_t i = 0; i < n; i++)
        buf_addf(&sorted, "%s%.*s", i ? ";" : "", (int)values[i].n, values[i].p);
    buf_free(b);
    *b = sorted;
}

/* vic_TypeOfSexExploitation: what the tick boxes say, and types finer than "sexual". SEX alone
 * may be no more than the general type, so it says nothing here. */
static void add_sex_types(struct htcds *h, const struct stored *s, const struct layout_column *c,
                          struct buf *b)
{
    const char *lists[2] = {record_get(&s->record, h->components, c->instance),
                            record_get(&s->record, c->field, c->instance)};
    for (int i = 0; i < 2; i++) {
        struct str rest = str_of(lists[i]);
        while (rest.n) {
            const char *bar = memchr(rest.p, '|', rest.n);
            struct str code = {rest.p, bar ? (size_t)(bar - rest.p) : rest.n};
            struct str type = code_cell(c->field->codes, code, "htcds_type_of_exploitation");
            if (str_is(type, "SexualExploitation") && (i == 0 || !str_is(code, "SEX")))
                add_once(b, first_of(code_cell(c->field->codes, code, c->argument.p)));
            size_t n = code.n + (bar != NULL);
            rest = (struct str){rest.p + n, rest.n - n};
        }
    }
}

/* Country codes of two letters; two nationalities are two values. */
static void add_country(struct buf *b, const char *alpha3)
{
    const struct code_list *countries = dictionary_codes("country_iso3166");
    if (alpha3)
        add_once(b, code_cell(countries, str_of(alpha3), "alpha2"));
}

/* vic_TraffickingStatus: what the decisions come to (conclusive before reasonable grounds). */
static void add_status(struct htcds *h, const struct stored *s, struct buf *b)
{
    const char *word = NULL;
    int best = 0;
    for (size_t i = 0; i < s->record.count; i++) {
        const struct entity_row *row = &s->record.rows[i];
        const char *stage = row->entity == h->stage->entity ? row->values[h->stage->index] : NULL;
        const char *outcome = stage ? row->values[h->outcome->index] : NULL;
        int rank = !outcome ? 0 : strcmp(stage, "CG") == 0 ? 2 : strcmp(stage, "RG") == 0 ? 1 : 0;
        if (rank <= best)
            continue;
        if (strcmp(outcome, "NEG") == 0)
            word = "NotAVictimOfTrafficking";
        else if (strcmp(outcome, "POS") == 0)
            word = rank == 2 ? "ActualVictimOfTrafficking" : "PossibleVictimOfTrafficking";
        else
            continue;
        best = rank;
    }
    if (word)
        buf_adds(b, word);
}

static void add_means(struct htcds *h, const struct stored *s, const struct layout_column *c,
                      struct buf *b)
{
    for (size_t i = 0; i < s->record.count; i++) {
        const struct entity_row *row = &s->record.rows[i];
        if (row->entity == h->means->entity && row->values[h->means->index])
            add_codes(b, c, row->values[h->means->index]);
    }
}

static void add_yes_no(struct buf *b, const char *value)
{
    if (strcmp(value, "YES") == 0)
        buf_adds(b, "true");
    else if (strcmp(value, "NO") == 0)
        buf_adds(b, "false");
}

/* Only a full day is a date in HTCDS. */
static void add_date(struct buf *b, const struct stored *s, const struct field *f,
                     const char *value)
{
    const char *latest = f->latest ? record_get(&s->record, f->latest, 1) : NULL;
    if (!latest || strcmp(latest, value) == 0)
        buf_adds(b, value);
}

static void add_value(struct htcds *h, const struct stored *s, const struct layout_column *c,
                      struct buf *b)
{
    const struct field *f = c->field;
    const char *value = record_get(&s->record, f, c->instance);
    if (f == h->consent) {
        /* Agreement to sharing: a consent to the referral or to support is none. */
        enum sharing_consent said = export_consent(s);
        buf_adds(b, said == CONSENT_STANDS ? "true" : said == CONSENT_REFUSED ? "false" : "");
    } else if (f == h->means) {
        add_means(h, s, c, b);
        sort_values(b);
    } else if (str_is(c->column, "vic_TypeOfSexExploitation")) {
        add_sex_types(h, s, c, b);
        sort_values(b);
    } else if (!value && str_is(c->column, "vic_TraffickingStatus")) {
        add_status(h, s, b);
    } else if (!value) {
        return;
    } else if (f->codes && (strcmp(f->codes->name, "nationality") == 0 ||
                            strcmp(f->codes->name, "country_iso3166") == 0)) {
        add_country(b, value);
        if (strcmp(f->name, "nationality") == 0)
            add_country(b, record_get(&s->record, h->second, 1));
    } else if (c->transform == MAP_CROSSWALK) {
        add_codes(b, c, value);
        sort_values(b);
    } else if (c->transform == MAP_YESNO) {
        add_yes_no(b, value);
    } else if (c->transform == MAP_MAP) {
        struct str word = word_for(c->argument, value);
        buf_add(b, word.p, word.n);
    } else if (f->type == FIELD_DATE) {
        add_date(b, s, f, value);
    } else if (f->type == FIELD_CODE) {
        const struct code *code = code_find(f->codes, str_of(value));
        struct str label = code ? code->label : str_of(value);
        buf_add(b, label.p, label.n);
    } else {
        buf_adds(b, value);
    }
}

/* Constants and fields that HTCDS has and we do not keep make no column; a header that fills two
 * fields makes one. */
static bool is_column(const struct htcds *h, size_t i)
{
    const struct layout_column *c = &h->layout->columns[i];
    return c->field && c->column.n && c->field->sensitivity != S5 &&
           !(i && str_eq(c->column, h->layout->columns[i - 1].column));
}

static enum status write_row(void *ctx, const struct stored *s, struct err *e)
{
    (void)e;
    struct htcds *h = ctx;
    struct buf cell = BUF_EMPTY;
    bool held = false;
    size_t at = 0;
    for (size_t i = 0; i < h->layout->count; i++) {
        const struct layout_column *c = &h->layout->columns[i];
        if (!is_column(h, i))
            continue;
        buf_clear(&cell);
        if (export_allows(h->x, s, c->field))
            add_value(h, s, c, &cell);
        else
            held |= export_allows(h->x, NULL, c->field);
        export_cell(h->x, buf_str(&cell), ++at == h->count);
    }
    buf_free(&cell);
    h->x->report->records++;
    h->x->report->without_consent += held;
    return ST_OK;
}

/* What to read: each column's field with its companions, and the consents. */
static const char **wanted(const struct htcds *h, struct arena *memory)
{
    static const char *const more[] = {"person.nationality_second", "decision.stage",
                                       "decision.outcome", "consent.*"};
    size_t n = 0;
    const char **fields = arena_array(memory, h->layout->count * 2 + 8, sizeof *fields);
    for (size_t i = 0; i < h->layout->count; i++) {
        const struct field *f = h->layout->columns[i].field;
        if (!h->layout->columns[i].column.n || !f || f->sensitivity == S5 ||
            strcmp(f->entity->name, "consent") == 0)
            continue;
        fields[n++] = arena_printf(memory, "%s.%s", f->entity->name, f->name);
        if (f->latest)
            fields[n++] = arena_printf(memory, "%s.%s", f->entity->name, f->latest->name);
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        fields[n++] = more[i];
    return fields;
}

enum status export_htcds(struct exporter *x, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct htcds h = {.x = x,
                      .layout = layout_of_channel("htcds"),
                      .stage = dictionary_need("decision.stage"),
                      .outcome = dictionary_need("decision.outcome"),
                      .means = dictionary_need("episode_means.means"),
                      .second = dictionary_need("person.nationality_second"),
                      .consent = dictionary_need("consent.given"),
                      .components = dictionary_need("episode.exploitation_components")};
    for (size_t i = 0; i < h.layout->count; i++)
        h.count += is_column(&h, i);
    x->report->columns = h.count;
    size_t at = 0;
    for (size_t i = 0; i < h.layout->count; i++)
        if (is_column(&h, i))
            export_cell(x, h.layout->columns[i].column, ++at == h.count);
    enum status s = export_each(x, wanted(&h, &memory), write_row, &h, e);
    arena_free(&memory);
    return s;
}
