#include "ingest/map.h"

#include "base/limits.h"
#include "ingest/check.h"
#include "ingest/value.h"

#include <stdlib.h>

const char *const reject_columns[REJECT_COLUMNS] = {"rejected_row", "rejected_columns",
                                                    "rejected_reason"};

/* ---- findings ---- */

void findings_add(struct findings *f, long row, bool warning, struct str column, struct str cell,
                  const char *what)
{
    MEM_GROW(f->list, f->cap, f->n + 1);
    struct finding *x = &f->list[f->n++];
    *x = (struct finding){.row = row, .warning = warning, .what = what};
    snprintf(x->column, sizeof x->column, "%.*s", (int)(column.n > 99 ? 99 : column.n),
             column.n ? column.p : "");
    value_shape(cell, x->shape);
}

void findings_free(struct findings *f)
{
    free(f->list);
    *f = (struct findings){0};
}

/* ---- answers remembered per column ---- */

enum { MEMO_SLOTS = 8192, MEMO_FULL = 6000, MEMO_CELL_MAX = 120 };

struct memo_entry {
    uint64_t hash;
    struct str cell; /* p NULL: free */
    struct value *value;
};
struct memo {
    struct memo_entry *slots;
    size_t used;
};

/* ---- the plan ---- */

struct binding {
    const struct layout_column *column;
    size_t cell;
    struct memo memo;
    bool plain_text; /* free text: not worth remembering */
};

/* What the dictionary requires and a channel may not say. */
struct fill {
    const struct field *field;
    const char *code;
};
/* A reference between rows of one record. */
struct owner {
    const struct field *field;
    const struct entity *target;
    const char *first; /* "target.1", by far the most frequent */
};

struct pending_age {
    const struct field *field;
    int instance;
    struct when when;
};
enum { PENDING_MAX = 32 };

struct mapper {
    const struct layout *layout;
    struct str *header; /* copies of the views; the table owns the bytes */
    size_t columns;
    int32_t today;
    struct binding *bindings;
    size_t count;
    struct str *unknown;
    size_t unknown_count;
    const struct layout_column **constants;
    size_t constant_count;
    struct fill *fills; /* per entity, in entity order */
    size_t *fill_start; /* entity_count + 1 */
    struct owner *owners;
    size_t owner_count;
    struct arena memory;
    uint64_t day_first;
    /* fields with rules of their own */
    const struct field *birth, *birth_latest, *received, *external_id, *source_key, *second,
        *given_name, *family_name, *seq, *age_at_entry, *start, *end, *exit_date, *exit_status,
        *exit_truth;
    /* the row being mapped */
    struct record *record;
    struct findings *findings;
    const struct table_row *row;
    bool rejected, ongoing, one_time;
    struct pending_age pending[PENDING_MAX];
    size_t pending_count;
};

static const struct field *need(const char *path)
{
    const struct field *f = dictionary_field(str_of(path));
    if (!f)
        BUG("no field %s", path);
    return f;
}

static const char *fill_code(const struct field *f)
{
    if (f->need != NEED_REQUIRED || !f->codes)
        return NULL;
    if (strcmp(f->codes->name, "date_precision") == 0)
        return NULL; /* follows from the date */
    if (code_find(f->codes, str_of("NOT_ASKED")))
        return "NOT_ASKED";
    return code_find(f->codes, str_of("UNKNOWN")) ? "UNKNOWN" : NULL;
}

static void plan_fills(struct mapper *m)
{
    const struct dictionary *d = dictionary();
    size_t cap = 0, n = 0;
    m->fill_start = mem_zalloc(d->entity_count + 1, sizeof *m->fill_start);
    for (size_t i = 0; i < d->entity_count; i++) {
        m->fill_start[i] = n;
        for (size_t k = 0; k < d->entities[i].field_count; k++) {
            const char *code = fill_code(&d->entities[i].fields[k]);
            if (!code)
                continue;
            MEM_GROW(m->fills, cap, n + 1);
            m->fills[n++] = (struct fill){&d->entities[i].fields[k], code};
        }
    }
    m->fill_start[d->entity_count] = n;
}

/* The owner that a reference's name says. Claims (led_to_episode, reentry_of, ...) are not owners.
 */
static void plan_owners(struct mapper *m)
{
    static const struct {
        const char *name, *target;
    } known[] = {{"episode_id", "episode"},        {"referral_id", "referral"},
                 {"support_id", "support_period"}, {"assessment_id", "risk_assessment"},
                 {"plan_id", "exit_plan"},         {"source_referral", "referral"},
                 {"source_ref", "referral"},       {"exploiter_group", "exploiter_group"}};
    const struct dictionary *d = dictionary();
    size_t cap = 0;
    for (size_t i = 0; i < d->entity_count; i++)
        for (size_t k = 0; k < d->entities[i].field_count; k++)
            for (size_t n = 0; n < sizeof known / sizeof *known; n++) {
                const struct field *f = &d->entities[i].fields[k];
                if (f->type != FIELD_REF || strcmp(f->name, known[n].name) != 0)
                    continue;
                MEM_GROW(m->owners, cap, m->owner_count + 1);
                m->owners[m->owner_count++] =
                    (struct owner){f, dictionary_entity(str_of(known[n].target)),
                                   arena_printf(&m->memory, "%s.1", known[n].target)};
            }
}

static bool is_reject_column(struct str header)
{
    for (int i = 0; i < REJECT_COLUMNS; i++)
        if (str_is(header, reject_columns[i]))
            return true;
    return false;
}

/* A header stands for every layout row with that name, or else with that alias. */
static void bind_column(struct mapper *m, size_t cell, size_t *cap)
{
    struct str header = m->header[cell];
    bool by_name = false, known = false;
    for (size_t i = 0; i < m->layout->count; i++)
        by_name |= m->layout->columns[i].column.n && str_eq(m->layout->columns[i].column, header);
    for (size_t i = 0; i < m->layout->count; i++) {
        const struct layout_column *c = &m->layout->columns[i];
        if (by_name ? !(c->column.n && str_eq(c->column, header))
                    : !layout_column_has_alias(c, header))
            continue;
        known = true;
        if (!c->field)
            continue;
        MEM_GROW(m->bindings, *cap, m->count + 1);
        m->bindings[m->count++] = (struct binding){
            .column = c,
            .cell = cell,
            .plain_text = c->field->type == FIELD_TEXT && c->transform == MAP_BY_TYPE,
        };
    }
    if (!known && !is_reject_column(header))
        m->unknown[m->unknown_count++] = header;
}

static int by_layout_order(const void *a, const void *b)
{
    const struct binding *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

static bool has_column(const struct mapper *m, const struct layout_column *c)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->bindings[i].column == c)
            return true;
    return false;
}

static enum status check_header(struct mapper *m, const struct table *t, bool check_channel,
                                struct err *e)
{
    const char *better = check_channel ? channel_that_fits_better(t, m->layout) : NULL;
    if (better) {
        err_at(e, t->name, 0, NULL);
        err_set(e, ST_DATA, "this looks like a %s extract, not %s", better, m->layout->channel);
        return err_hint(e, "Import it with --as %s; or say how its columns map with --map.",
                        better);
    }
    for (size_t i = 0; i < m->layout->count; i++) {
        const struct layout_column *c = &m->layout->columns[i];
        if (!c->required || has_column(m, c))
            continue;
        err_at(e, t->name, 1, c->column.p);
        err_set(e, ST_DATA, "the header has no column \"%.*s\", which every row needs",
                (int)c->column.n, c->column.p);
        return err_hint(e, "See: throughline help formats; or make a mapping file with "
                           "--suggest-map.");
    }
    if (m->count)
        return ST_OK;
    err_at(e, t->name, 1, NULL);
    err_set(e, ST_DATA, "none of the columns is known");
    return err_hint(e, "See: throughline help formats; or make a mapping file with --suggest-map.");
}

enum status mapper_new(const struct table *t, const struct layout *l, bool check_channel,
                       int32_t today, struct mapper **out, struct err *e)
{
    struct mapper *m = mem_zalloc(1, sizeof *m);
    size_t cap = 0, constant_cap = 0;
    m->layout = l;
    m->today = today;
    m->columns = t->columns;
    m->header = mem_array(t->columns, sizeof *m->header);
    memcpy(m->header, t->header, t->columns * sizeof *m->header);
    m->unknown = mem_array(t->columns + 1, sizeof *m->unknown);
    for (size_t i = 0; i < t->columns; i++)
        bind_column(m, i, &cap);
    if (m->count)
        qsort(m->bindings, m->count, sizeof *m->bindings, by_layout_order);
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].transform == MAP_CONST && l->columns[i].field) {
            MEM_GROW(m->constants, constant_cap, m->constant_count + 1);
            m->constants[m->constant_count++] = &l->columns[i];
        }
    plan_fills(m);
    plan_owners(m);
    m->birth = need("person.birth_date");
    m->birth_latest = m->birth->latest;
    m->second = need("person.nationality_second");
    m->source_key = need("person.source_key");
    m->received = need("referral.received_date");
    m->external_id = need("referral.external_id");
    m->given_name = need("identity.given_name");
    m->family_name = need("identity.family_name");
    m->seq = need("episode.seq");
    m->age_at_entry = need("episode.age_at_entry");
    m->start = need("episode.start_date");
    m->end = need("episode.end_date");
    m->exit_date = need("exit.date");
    m->exit_status = need("exit.exit_status");
    m->exit_truth = need("exit.truth");
    enum status s = check_header(m, t, check_channel, e);
    if (s != ST_OK) {
        mapper_free(m);
        return s;
    }
    *out = m;
    return ST_OK;
}

void mapper_free(struct mapper *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        free(m->bindings[i].memo.slots);
    free(m->bindings);
    free(m->header);
    free(m->unknown);
    free(m->constants);
    free(m->fills);
    free(m->fill_start);
    free(m->owners);
    arena_free(&m->memory);
    free(m);
}

struct str mapper_unknown(const struct mapper *m, size_t i)
{
    return i < m->unknown_count ? m->unknown[i] : str_of("");
}

uint64_t mapper_day_first(const struct mapper *m)
{
    return m->day_first;
}

/* ---- cells ---- */

static void report(struct mapper *m, struct str column, struct str cell, bool warning,
                   const char *what)
{
    findings_add(m->findings, m->row->line, warning, column, cell, what);
    m->rejected |= !warning;
}

/* The value of a cell, from memory when this text was met before. */
static const struct value *read_cell(struct mapper *m, struct binding *b, struct str cell,
                                     struct value *scratch)
{
    if (b->plain_text || cell.n > MEMO_CELL_MAX) {
        value_read(b->column, cell, m->today, m->record->memory, scratch);
        /* A problem's text must outlive the row. */
        if (scratch->problem)
            scratch->problem = arena_strdup(&m->memory, scratch->problem);
        return scratch;
    }
    if (!b->memo.slots)
        b->memo.slots = mem_zalloc(MEMO_SLOTS, sizeof *b->memo.slots);
    uint64_t hash = str_hash(cell);
    size_t at = hash % MEMO_SLOTS;
    for (; b->memo.slots[at].cell.p; at = (at + 1) % MEMO_SLOTS)
        if (b->memo.slots[at].hash == hash && str_eq(b->memo.slots[at].cell, cell))
            return b->memo.slots[at].value;
    if (b->memo.used >= MEMO_FULL) {
        value_read(b->column, cell, m->today, m->record->memory, scratch);
        if (scratch->problem)
            scratch->problem = arena_strdup(&m->memory, scratch->problem);
        return scratch;
    }
    struct memo_entry *slot = &b->memo.slots[at];
    slot->hash = hash;
    slot->cell = (struct str){arena_strndup(&m->memory, cell.p, cell.n), cell.n};
    slot->value = arena_alloc(&m->memory, sizeof *slot->value);
    value_read(b->column, slot->cell, m->today, &m->memory, slot->value);
    b->memo.used++;
    return slot->value;
}

static void set_if_absent(struct mapper *m, const struct field *f, int instance, struct str value)
{
    if (f && !record_get(m->record, f, instance))
        record_set(m->record, f, instance, value);
}

static void set_days(struct mapper *m, const struct field *f, int instance, const struct when *w)
{
    char iso[11];
    if (w->first != DATE_NONE) {
        date_to_iso(w->first, iso);
        record_set(m->record, f, instance, str_of(iso));
        if (w->latest != w->first) {
            date_to_iso(w->latest, iso);
            set_if_absent(m, f->latest, instance, str_of(iso));
        }
    }
    if (w->first != DATE_NONE || w->precision != WHEN_NONE)
        set_if_absent(m, f->precision, instance, str_of(when_precision_code(w->precision)));
}

static void set_when(struct mapper *m, const struct binding *b, const struct field *f, int instance,
                     const struct when *w, struct str cell)
{
    size_t n = strlen(f->name);
    if (n > 7 && strcmp(f->name + n - 7, "_latest") == 0) { /* the companion itself: its last day */
        struct when last = {w->latest, w->latest, WHEN_DAY, -1, -1, false};
        if (w->latest != DATE_NONE)
            set_days(m, f, instance, &last);
        return;
    }
    if (w->precision == WHEN_AGE) {
        if (!f->latest)
            report(m, b->column->column, cell, false, "needs a full date, not an age");
        else if (m->pending_count < PENDING_MAX)
            m->pending[m->pending_count++] = (struct pending_age){f, instance, *w};
        return;
    }
    if (w->first != w->latest && !f->latest) {
        report(m, b->column->column, cell, false, "needs a full date: day, month and year");
        return;
    }
    m->day_first += w->day_first;
    set_days(m, f, instance, w);
}

static void set_episode_period(struct mapper *m, const struct binding *b, int instance,
                               const struct period *p, struct str cell)
{
    record_row(m->record, m->start->entity, instance);
    set_when(m, b, m->start, instance, &p->start, cell);
    set_when(m, b, m->end, instance, &p->end, cell);
    if (p->start.precision == WHEN_AGE && p->start.age_min == p->start.age_max) {
        char age[12];
        snprintf(age, sizeof age, "%d", p->start.age_min);
        set_if_absent(m, m->age_at_entry, instance, str_of(age));
    }
}

/* "periods": the last is the row of which the form speaks, the earlier ones follow it. */
static void set_periods(struct mapper *m, const struct binding *b, const struct value *v,
                        struct str cell)
{
    int base = b->column->instance, last = v->period_count - 1;
    if (last < 0)
        return;
    const struct period *p = &v->periods[last];
    if (b->column->field == m->exit_date) {
        set_when(m, b, m->exit_date, base, &p->end, cell);
        return;
    }
    set_episode_period(m, b, base, p, cell);
    m->ongoing = p->ongoing;
    m->one_time = p->start.first == p->end.first && p->start.latest == p->end.latest &&
                  p->start.first != DATE_NONE;
    for (int i = 0; i < last; i++)
        set_episode_period(m, b, base + 1 + i, &v->periods[i], cell);
    for (int i = 0; last > 0 && i <= last; i++) {
        char seq[12];
        snprintf(seq, sizeof seq, "%d", i + 1);
        set_if_absent(m, m->seq, i == last ? base : base + 1 + i, str_of(seq));
    }
}

/* Adds a code to a list of codes, keeping it sorted. */
static void add_code(struct mapper *m, const struct field *f, int instance, struct str code)
{
    const char *old = record_get(m->record, f, instance);
    if (!old) {
        record_set(m->record, f, instance, code);
        return;
    }
    struct buf b = BUF_EMPTY;
    bool placed = false;
    struct str rest = str_of(old);
    while (rest.n) {
        const char *bar = memchr(rest.p, '|', rest.n);
        struct str part = {rest.p, bar ? (size_t)(bar - rest.p) : rest.n};
        int c = strncmp(part.p, code.p, part.n < code.n ? part.n : code.n);
        if (!placed && (c > 0 || (c == 0 && part.n >= code.n))) {
            placed = true;
            if (!str_eq(part, code))
                buf_addf(&b, "%s%.*s", b.n ? "|" : "", (int)code.n, code.p);
        }
        buf_addf(&b, "%s%.*s", b.n ? "|" : "", (int)part.n, part.p);
        size_t n = part.n + (bar != NULL);
        rest = (struct str){rest.p + n, rest.n - n};
    }
    if (!placed)
        buf_addf(&b, "%s%.*s", b.n ? "|" : "", (int)code.n, code.p);
    record_set(m->record, f, instance, buf_str(&b));
    buf_free(&b);
}

/* Does a code that is there already say this, and finer? In the words of the column `via`. */
static bool already_said(const struct field *f, const char *there, struct str code, const char *via)
{
    struct str said = code_cell(f->codes, code, via), rest = str_of(there);
    while (rest.n && said.n) {
        const char *bar = memchr(rest.p, '|', rest.n);
        struct str part = {rest.p, bar ? (size_t)(bar - rest.p) : rest.n};
        if (str_eq(code_cell(f->codes, part, via), said))
            return true;
        size_t n = part.n + (bar != NULL);
        rest = (struct str){rest.p + n, rest.n - n};
    }
    return false;
}

/* Several columns may add to one field of codes. */
static void add_codes(struct mapper *m, const struct layout_column *c, struct str codes)
{
    const char *there = record_get(m->record, c->field, c->instance);
    while (codes.n) {
        const char *bar = memchr(codes.p, '|', codes.n);
        struct str part = {codes.p, bar ? (size_t)(bar - codes.p) : codes.n};
        if (!there || c->transform != MAP_CROSSWALK ||
            !already_said(c->field, there, part, c->argument.p))
            add_code(m, c->field, c->instance, part);
        size_t n = part.n + (bar != NULL);
        codes = (struct str){codes.p + n, codes.n - n};
    }
}

/* Several values for a field that holds one: each has a row of its own, once. */
static void spread_cell(struct mapper *m, struct binding *b, struct str cell)
{
    const struct layout_column *c = b->column;
    int instance = c->instance;
    struct str rest = cell;
    while (rest.n) {
        const char *bar = memchr(rest.p, ';', rest.n);
        struct str part = str_trim((struct str){rest.p, bar ? (size_t)(bar - rest.p) : rest.n});
        struct value scratch;
        const struct value *v = part.n ? read_cell(m, b, part, &scratch) : NULL;
        bool known = false;
        if (v && v->problem)
            report(m, c->column, cell, v->warning, v->problem);
        for (int i = c->instance; v && i < instance; i++) {
            const char *there = record_get(m->record, c->field, i);
            known |= there && str_is(v->text, there);
        }
        if (v && v->text.n && !known)
            record_set(m->record, c->field, instance++, v->text);
        size_t n = (bar ? (size_t)(bar - rest.p) + 1 : rest.n);
        rest = (struct str){rest.p + n, rest.n - n};
    }
}

static void take_cell(struct mapper *m, struct binding *b)
{
    const struct layout_column *c = b->column;
    struct str cell = b->cell < m->row->n ? m->row->cells[b->cell] : str_of("");
    struct value scratch;
    if (!cell.n) {
        if (c->required)
            report(m, c->column, cell, false, "is required and empty");
        return;
    }
    if (c->transform == MAP_CROSSWALK && c->field->type == FIELD_CODE &&
        memchr(cell.p, ';', cell.n)) {
        spread_cell(m, b, cell);
        return;
    }
    const struct value *v = read_cell(m, b, cell, &scratch);
    if (v->problem)
        report(m, c->column, cell, v->warning, v->problem);
    if (v->is_period) {
        set_periods(m, b, v, cell);
    } else if (v->is_when) {
        set_when(m, b, c->field, c->instance, &v->when, cell);
    } else if (c->field->type == FIELD_CODES) {
        add_codes(m, c, v->text);
    } else {
        record_set(m->record, c->field, c->instance, v->text);
    }
    if (v->second.n && c->transform == MAP_FULL_NAME)
        set_if_absent(m, m->family_name, c->instance, v->second);
    else if (v->second.n)
        set_if_absent(m, m->second, c->instance, v->second);
}

/* ---- what the cells do not say ---- */

static void take_constants(struct mapper *m)
{
    for (size_t i = 0; i < m->constant_count; i++) {
        const struct layout_column *c = m->constants[i];
        if (!record_find(m->record, c->field->entity, c->instance))
            continue;
        if (c->field->type != FIELD_REF) {
            set_if_absent(m, c->field, c->instance, c->argument);
            continue;
        }
        for (size_t k = 0; k < m->owner_count; k++) {
            int to = (int)strtol(c->argument.p, NULL, 10);
            if (m->owners[k].field != c->field || !record_find(m->record, m->owners[k].target, to))
                continue;
            struct entity_row *row = record_row(m->record, c->field->entity, c->instance);
            if (!row->values[c->field->index])
                row->values[c->field->index] =
                    to == 1
                        ? m->owners[k].first
                        : arena_printf(m->record->memory, "%s.%d", m->owners[k].target->name, to);
        }
    }
}

static void take_owners(struct mapper *m)
{
    for (size_t k = 0; k < m->owner_count; k++) {
        const struct owner *o = &m->owners[k];
        for (size_t i = 0; i < m->record->count; i++) {
            struct entity_row *row = &m->record->rows[i];
            if (row->entity != o->field->entity || row->values[o->field->index])
                continue;
            int to = record_find(m->record, o->target, row->instance) ? row->instance
                     : record_find(m->record, o->target, 1)           ? 1
                                                                      : 0;
            if (to)
                row->values[o->field->index] =
                    to == 1 ? o->first
                            : arena_printf(m->record->memory, "%s.%d", o->target->name, to);
        }
    }
}

static void take_precisions(struct mapper *m, struct entity_row *row)
{
    const struct entity *e = row->entity;
    for (size_t k = 0; k < e->field_count; k++) {
        const struct field *f = &e->fields[k];
        if (f->type != FIELD_DATE || !f->precision || row->values[f->precision->index])
            continue;
        if (row->values[f->index])
            row->values[f->precision->index] =
                f->latest && row->values[f->latest->index] &&
                        strcmp(row->values[f->latest->index], row->values[f->index]) != 0
                    ? "RANGE"
                    : "DAY";
        else if (f->precision->need == NEED_REQUIRED)
            row->values[f->precision->index] = "NONE";
    }
    (void)m;
}

static void take_fills(struct mapper *m)
{
    for (size_t i = 0; i < m->record->count; i++) {
        struct entity_row *row = &m->record->rows[i];
        size_t e = (size_t)row->entity->index;
        take_precisions(m, row);
        if (row->entity == m->exit_truth->entity && row->values[m->exit_status->index] &&
            !row->values[m->exit_truth->index])
            row->values[m->exit_truth->index] = "YES"; /* the row states it */
        for (size_t k = m->fill_start[e]; k < m->fill_start[e + 1]; k++)
            if (!row->values[m->fills[k].field->index])
                row->values[m->fills[k].field->index] = m->fills[k].code;
    }
}

/* Further episodes of a "periods" cell are told by the same source in the same way. */
static void take_episode_source(struct mapper *m)
{
    static const char *const shared[] = {"source_kind", "asserted_by_source"};
    const struct entity_row *first = record_find(m->record, m->start->entity, 1);
    for (size_t i = 0; first && i < m->record->count; i++) {
        struct entity_row *row = &m->record->rows[i];
        for (size_t k = 0; row->entity == m->start->entity && k < 2; k++) {
            const struct field *f = entity_field(row->entity, str_of(shared[k]));
            if (!row->values[f->index])
                row->values[f->index] = first->values[f->index];
        }
    }
}

static bool span_of(struct mapper *m, const struct field *f, int32_t *first, int32_t *latest)
{
    const char *a = record_get(m->record, f, 1);
    if (!a || !date_from_iso(str_of(a), first))
        return false;
    const char *b = f->latest ? record_get(m->record, f->latest, 1) : NULL;
    if (!b || !date_from_iso(str_of(b), latest))
        *latest = *first;
    return true;
}

/* Ages become ranges once the birth, or the day of the referral, is known. */
static void take_ages(struct mapper *m)
{
    int32_t seen = m->today, first, latest;
    span_of(m, m->received, &seen, &latest);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < m->pending_count; i++) {
            struct pending_age *p = &m->pending[i];
            if ((p->field == m->birth) != (pass == 0))
                continue;
            if (pass == 0)
                when_birth_from_age(&p->when, seen);
            else if (span_of(m, m->birth, &first, &latest))
                when_event_from_age(&p->when, first, latest);
            set_days(m, p->field, p->instance, &p->when);
        }
}

static void clear_date(struct mapper *m, const struct field *f)
{
    struct entity_row *row = (struct entity_row *)(uintptr_t)record_find(m->record, f->entity, 1);
    if (!row)
        return;
    row->values[f->index] = NULL;
    row->values[f->latest->index] = NULL;
    row->values[f->precision->index] = NULL;
}

/* "2019" for somebody who has not got out says when it began, not when it ended. */
static void take_not_ceased(struct mapper *m)
{
    const char *status = record_get(m->record, m->exit_status, 1);
    bool goes_on = status && strcmp(status, "NOT_CEASED") == 0;
    if (goes_on || m->ongoing)
        clear_date(m, m->exit_date);
    if (m->ongoing || (goes_on && m->one_time))
        clear_date(m, m->end);
}

static void check_one(void *ctx, const struct field *f, int instance, bool warning,
                      const char *what)
{
    struct mapper *m = ctx;
    for (size_t i = 0; i < m->count; i++) {
        const struct binding *b = &m->bindings[i];
        if (b->column->field == f && b->column->instance == instance) {
            report(m, b->column->column, m->row->cells[b->cell], warning, what);
            return;
        }
    }
    report(m, str_of(f->name), str_of(""), warning, what);
}

bool mapper_row(struct mapper *m, const struct table_row *row, struct record *out,
                struct findings *f)
{
    m->record = out;
    m->findings = f;
    m->row = row;
    m->rejected = m->ongoing = m->one_time = false;
    m->pending_count = 0;
    if (row->n != m->columns) {
        report(m, str_of(""), str_of(""), false,
               row->n < m->columns ? "the row has fewer cells than the header"
                                   : "the row has more cells than the header (an unquoted comma?)");
        return false;
    }
    for (size_t i = 0; i < m->count; i++)
        if (!m->bindings[i].column->completes)
            take_cell(m, &m->bindings[i]);
    for (size_t i = 0; i < m->count; i++) {
        const struct layout_column *c = m->bindings[i].column;
        if (c->completes && record_find(out, c->field->entity, c->instance))
            take_cell(m, &m->bindings[i]);
    }
    take_ages(m);
    take_not_ceased(m);
    take_constants(m);
    take_episode_source(m);
    take_owners(m);
    take_fills(m);
    record_check(out, m->today, check_one, m);
    return !m->rejected;
}

struct str mapper_source_key(const struct mapper *m, const struct record *r)
{
    const char *key = record_get(r, m->external_id, 1);
    if (!key)
        key = record_get(r, m->source_key, 1);
    return str_of(key ? key : "");
}

/* ---- which channel is this? ---- */

/* Share of columns that table and layout have in common, of all that either has. */
static double likeness(const struct table *t, const struct layout *l)
{
    size_t both = 0, headers = 0, named = 0;
    for (size_t i = 0; i < t->columns; i++) {
        if (is_reject_column(t->header[i]))
            continue;
        headers++;
        both += layout_column_named(l, t->header[i]) != NULL;
    }
    for (size_t i = 0; i < l->count; i++) {
        bool again = i > 0 && str_eq(l->columns[i].column, l->columns[i - 1].column);
        named += l->columns[i].column.n && !again;
    }
    return headers + named > both ? (double)both / (double)(headers + named - both) : 0;
}

static size_t columns_known(const struct table *t, const struct layout *l)
{
    size_t n = 0;
    for (size_t i = 0; i < t->columns; i++)
        n += is_reject_column(t->header[i]) || layout_column_named(l, t->header[i]) != NULL;
    return n;
}

const char *channel_that_fits_better(const struct table *t, const struct layout *l)
{
    size_t count, known = columns_known(t, l), best_known = known;
    const struct layout *const *all = layout_all(&count);
    double own = likeness(t, l), best = own;
    const char *better = NULL;
    for (size_t i = 0; i < count; i++) {
        if (all[i] == l)
            continue;
        size_t n = columns_known(t, all[i]);
        double like = likeness(t, all[i]);
        /* It knows every column, or nearly; or it is that layout column for column. */
        bool fits = n > best_known && n * 10 >= t->columns * 8 && known * 10 < n * 9;
        fits |= n > best_known && n == t->columns;
        fits |= like >= 0.9 && like > best + 0.1 && n >= best_known;
        if (fits) {
            best_known = n;
            best = like;
            better = all[i]->channel;
        }
    }
    return better;
}

/* ---- the dictionary's own names ---- */

static const struct field *field_of_header(struct str header, int *instance)
{
    const char *dot = memchr(header.p, '.', header.n);
    size_t n = dot ? (size_t)(dot - header.p) : 0, digits = n;
    int64_t number = 1;
    if (!dot)
        return NULL;
    const struct entity *e = dictionary_entity((struct str){header.p, n});
    while (!e && digits > 0 && header.p[digits - 1] >= '0' && header.p[digits - 1] <= '9')
        digits--;
    if (!e && digits < n) {
        if (!str_to_int64((struct str){header.p + digits, n - digits}, &number) || number < 1 ||
            number > 99)
            return NULL;
        e = dictionary_entity((struct str){header.p, digits});
    }
    *instance = (int)number;
    return e ? entity_field(e, (struct str){dot + 1, header.n - n - 1}) : NULL;
}

enum status layout_from_headers(const struct table *t, struct layout *out, struct err *e)
{
    static const char *const needed[] = {"referral.received_date", "referral.channel"};
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "column,alias,field,instance,transform,argument,required,note\n");
    enum status s = ST_OK;
    for (size_t i = 0; i < t->columns && s == ST_OK; i++) {
        int instance = 1;
        const struct field *f = field_of_header(t->header[i], &instance);
        bool required = false;
        if (is_reject_column(t->header[i]))
            continue;
        if (!f) {
            char name[100];
            snprintf(name, sizeof name, "%.*s", (int)t->header[i].n, t->header[i].p);
            err_at(e, t->name, 1, name);
            err_set(e, ST_DATA, "the dictionary has no such field");
            s = err_hint(e, "See: throughline help dictionary; or import it as another channel.");
            break;
        }
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++)
            required |= str_is(t->header[i], needed[k]);
        buf_add_csv(&b, t->header[i], false);
        buf_addf(&b, ",,%s.%s,%d,,,%s,\n", f->entity->name, f->name, instance, required ? "Y" : "");
    }
    for (size_t k = 0; k < sizeof needed / sizeof *needed && s == ST_OK; k++)
        if (table_column(t, needed[k]) < 0) {
            err_at(e, t->name, 1, needed[k]);
            err_set(e, ST_DATA, "the header has no column %s, which every row needs", needed[k]);
            s = err_hint(e, "Add the column.");
        }
    if (s == ST_OK)
        s = layout_parse(buf_str(&b), "header", out, e);
    if (s == ST_OK)
        out->channel = "canonical";
    buf_free(&b);
    return s;
}
