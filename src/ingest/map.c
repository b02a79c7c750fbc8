#include "ingest/map_private.h"

#include "base/limits.h"
#include "ingest/check.h"

#include <stdlib.h>

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

/* ---- cells ---- */

static void report(struct mapper *m, struct str column, struct str cell, bool warning,
                   const char *what)
{
    findings_add(m->findings, m->row->line, warning, column, cell, what);
    m->rejected |= !warning;
}

/* A problem's text must outlive the row. There are few different ones: each is kept once, however
 * many rows have it. */
static const char *keep_problem(struct mapper *m, const char *text)
{
    if (!text)
        return NULL;
    for (size_t i = 0; i < m->text_count; i++)
        if (strcmp(m->texts[i], text) == 0)
            return m->texts[i];
    MEM_GROW(m->texts, m->text_cap, m->text_count + 1);
    return m->texts[m->text_count++] = arena_strdup(&m->memory, text);
}

static void memo_grow(struct memo *memo)
{
    struct memo old = *memo;
    memo->cap = old.cap ? old.cap * 4 : MEMO_LEAST;
    memo->slots = mem_zalloc(memo->cap, sizeof *memo->slots);
    for (size_t i = 0; i < old.cap; i++) {
        if (!old.slots[i].cell.p)
            continue;
        size_t at = old.slots[i].hash & (memo->cap - 1);
        while (memo->slots[at].cell.p)
            at = (at + 1) & (memo->cap - 1);
        memo->slots[at] = old.slots[i];
    }
    free(old.slots);
}

/* Where this text is, or would be. Small columns keep small tables: they stay in the cache. */
static struct memo_entry *memo_slot(struct memo *memo, struct str cell, uint64_t hash)
{
    if (memo->used * 4 >= memo->cap * 3 && memo->used < MEMO_MOST)
        memo_grow(memo);
    size_t at = hash & (memo->cap - 1);
    for (; memo->slots[at].cell.p; at = (at + 1) & (memo->cap - 1))
        if (memo->slots[at].hash == hash && str_eq(memo->slots[at].cell, cell))
            break;
    return &memo->slots[at];
}

/* The value of a cell, from memory when this text was met before. */
static const struct value *read_cell(struct mapper *m, struct binding *b, struct str cell,
                                     struct value *scratch)
{
    if (b->plain_text || cell.n > MEMO_CELL_MAX) {
        value_read(b->column, cell, m->today, m->record->memory, scratch);
        scratch->problem = keep_problem(m, scratch->problem);
        return scratch;
    }
    uint64_t hash = str_hash(cell);
    struct memo_entry *slot = memo_slot(&b->memo, cell, hash);
    if (slot->cell.p)
        return slot->value;
    if (b->memo.used >= MEMO_MOST) {
        value_read(b->column, cell, m->today, m->record->memory, scratch);
        scratch->problem = keep_problem(m, scratch->problem);
        return scratch;
    }
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
    if (v->periods) {
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
        const struct layout_column *c = &m->layout->columns[m->constants[i]];
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
    for (size_t i = 0; i < m->count; i++) {
        const struct binding *b = &m->bindings[i];
        if (!b->column->completes && (row->cells[b->cell].n || b->column->required))
            take_cell(m, &m->bindings[i]);
    }
    for (size_t i = 0; i < m->count; i++) {
        const struct layout_column *c = m->bindings[i].column;
        if (c->completes && row->cells[m->bindings[i].cell].n &&
            record_find(out, c->field->entity, c->instance))
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
