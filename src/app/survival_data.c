#include "app/survival_data.h"

#include "app/study_doc.h"
#include "app/survival_column.h"
#include "base/csv.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_COLUMNS = 128, MOST_CODES = 64, MOST_GROUPS = 10000 };

struct reader {
    const struct survival_question *q;
    struct survival_data *d;
    json_t *doc;
    char file[300];
    struct column column[MOST_COLUMNS];
    int columns;
    int time, start, status, id;          /* places among column, -1: none */
    int group[SURVIVAL_MAX_LIST], groups; /* places */
    int strata[SURVIVAL_MAX_LIST], stratas;
    int covariate[SURVIVAL_MAX_LIST], covariates;
    size_t n, cap;
    long *line;
};

static bool is_missing(struct str s)
{
    return s.n == 0 || str_is(s, "NA") || str_is(s, "NaN") || str_is(s, ".");
}

/* ---- which columns ---- */

static enum status add_column(struct reader *r, const char *name, enum column_kind kind, int *place,
                              struct err *e)
{
    if (r->columns == MOST_COLUMNS)
        return err_set(e, ST_USAGE, "too many columns are named");
    *place = r->columns;
    r->column[r->columns++] = (struct column){.name = name, .kind = kind};
    return ST_OK;
}

static enum status add_list(struct reader *r, const char *names, enum column_kind kind, int *places,
                            int *count, struct err *e)
{
    for (const char *p = names; p && *p;) {
        size_t n = strcspn(p, ",");
        struct str name = str_trim((struct str){p, n});
        if (name.n == 0 || *count == SURVIVAL_MAX_LIST)
            return err_set(e, ST_USAGE, "\"%.80s\" is not a list of 1 to %d columns", names,
                           SURVIVAL_MAX_LIST);
        const char *kept = arena_strndup(&r->d->arena, name.p, name.n);
        TRY(add_column(r, kept, kind, &places[(*count)++], e));
        p += n + (p[n] == ',');
    }
    return ST_OK;
}

static enum status name_columns(struct reader *r, struct err *e)
{
    const struct survival_question *q = r->q;
    r->start = r->id = -1;
    TRY(add_column(r, q->time, COLUMN_NUMBER, &r->time, e));
    if (q->start)
        TRY(add_column(r, q->start, COLUMN_NUMBER, &r->start, e));
    TRY(add_column(r, q->status, COLUMN_TEXT, &r->status, e));
    if (q->id)
        TRY(add_column(r, q->id, COLUMN_TEXT, &r->id, e));
    TRY(add_list(r, q->group, COLUMN_TEXT, r->group, &r->groups, e));
    TRY(add_list(r, q->strata, COLUMN_TEXT, r->strata, &r->stratas, e));
    return add_list(r, q->covariates, COLUMN_EITHER, r->covariate, &r->covariates, e);
}

/* ---- reading ---- */

static enum status not_a_number(struct reader *r, const struct column *c, struct str cell,
                                long line, struct err *e)
{
    err_at(e, r->file, line, c->name);
    err_set(e, ST_DATA, "\"%.*s\" is not a number", (int)(cell.n > 40 ? 40 : cell.n), cell.p);
    return err_hint(e, "Write times in whole days as plain numbers; leave unknown values empty.");
}

static enum status read_row(struct reader *r, const struct csv_row *row, bool *again, struct err *e)
{
    for (int k = 0; k < r->columns; k++)
        if (is_missing(row->cells[r->column[k].at])) {
            r->d->dropped++;
            return ST_OK;
        }
    if (r->n == r->cap) {
        size_t cap = r->cap;
        MEM_GROW(r->line, cap, r->n + 1);
        for (int k = 0; k < r->columns; k++) {
            struct column *c = &r->column[k];
            if (c->kind != COLUMN_TEXT)
                c->number = mem_resize(c->number, cap, sizeof *c->number);
            else
                c->code = mem_resize(c->code, cap, sizeof *c->code);
        }
        r->cap = cap;
    }
    for (int k = 0; k < r->columns; k++) {
        struct column *c = &r->column[k];
        struct str cell = row->cells[c->at];
        if (c->kind == COLUMN_TEXT) {
            c->code[r->n] = dictionary_code(&c->dict, cell, &r->d->arena);
            continue;
        }
        if (str_to_double(cell, &c->number[r->n]))
            continue;
        if (c->kind == COLUMN_NUMBER)
            return not_a_number(r, c, cell, row->line, e);
        c->kind = COLUMN_TEXT; /* a factor: read again from the first row */
        *again = true;
        return ST_OK;
    }
    r->line[r->n++] = row->line;
    return ST_OK;
}

static enum status read_rows(struct reader *r, struct csv *c, bool *again, struct err *e)
{
    for (int k = 0; k < r->columns; k++)
        TRY(csv_need(c, r->column[k].name, &r->column[k].at, e));
    for (*again = false; !*again;) {
        struct csv_row row;
        TRY(csv_next(c, &row, e));
        if (row.n == 0)
            return ST_OK;
        TRY(csv_check_width(c, &row, e));
        if (r->d->read == (size_t)INT32_MAX)
            return err_set(e, ST_DATA, "the file has more than 2^31 rows");
        r->d->read++;
        TRY(read_row(r, &row, again, e));
    }
    return ST_OK;
}

static void forget_rows(struct reader *r)
{
    for (int k = 0; k < r->columns; k++) {
        column_free(&r->column[k]);
        r->column[k] = (struct column){.name = r->column[k].name, .kind = r->column[k].kind};
    }
    r->n = r->cap = 0;
    free(r->line);
    r->line = NULL;
    r->d->read = r->d->dropped = 0;
}

static enum status read_file(struct reader *r, struct str bytes, struct err *e)
{
    bool again = true;
    while (again) {
        forget_rows(r);
        struct csv c;
        TRY(csv_open_bytes(&c, bytes, r->file, e));
        enum status s = read_rows(r, &c, &again, e);
        csv_close(&c);
        TRY(s);
    }
    if (r->d->read == 0) {
        err_at(e, r->file, 0, NULL);
        return err_set(e, ST_DATA, "the file has no rows");
    }
    if (r->n > 0)
        return ST_OK;
    err_at(e, r->file, 0, NULL);
    err_set(e, ST_DATA, "no row is complete: each of the %zu rows lacks a value in a used column",
            r->d->read);
    return err_hint(e, "Empty cells, NA, NaN and . are missing. Use columns that are filled in.");
}

/* ---- what the status means ---- */

static bool same_code(struct str text, const char *wanted)
{
    double a, b;
    if (!wanted)
        return false;
    if (str_eq_nocase_ascii(text, str_of(wanted)))
        return true;
    return str_to_double(text, &a) && str_to_double(str_of(wanted), &b) && a == b;
}

static bool is_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (same_code(text, *words))
            return true;
    return false;
}

static bool is_usual_censored(struct str s)
{
    static const char *const words[] = {"0",    "false",  "f",        "no",    "n", "none",
                                        "cens", "censor", "censored", "alive", NULL};
    return is_any(s, words);
}

static bool is_usual_event(struct str s)
{
    static const char *const words[] = {"1", "true", "t", "yes", "y", "event", NULL};
    return is_any(s, words);
}

static long first_line_with(const struct reader *r, int32_t code)
{
    const struct column *c = &r->column[r->status];
    for (size_t i = 0; i < r->n; i++)
        if (c->code[i] == code)
            return r->line[i];
    return 0;
}

static void list_codes(const struct dictionary *d, struct buf *b)
{
    for (size_t i = 0; i < d->n && i < 8; i++)
        buf_addf(b, "%s%.*s", i ? ", " : "", (int)(d->text[i].n > 20 ? 20 : d->text[i].n),
                 d->text[i].p);
    if (d->n > 8)
        buf_adds(b, ", ...");
}

/* Numbers must be codes (0, 1, 2, ...); a word among numbers, or a fraction, is not a status. */
static enum status check_codes(struct reader *r, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    size_t numbers = 0;
    for (size_t i = 0; i < d->n; i++) {
        double v;
        numbers += str_to_double(d->text[i], &v);
    }
    for (size_t i = 0; i < d->n; i++) {
        double v;
        bool number = str_to_double(d->text[i], &v);
        if (number ? v >= 0 && v == floor(v) && v < 1e6 : numbers == 0)
            continue;
        err_at(e, r->file, first_line_with(r, (int32_t)i), r->q->status);
        err_set(e, ST_DATA, "unknown status \"%.*s\"", (int)(d->text[i].n > 40 ? 40 : d->text[i].n),
                d->text[i].p);
        return err_hint(e, "A status is a code: 0 censored, 1 the event, 2, 3, ... other ends (or "
                           "words throughout).");
    }
    if (d->n <= MOST_CODES)
        return ST_OK;
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "the status column holds %zu different values", d->n);
    return err_hint(e, "A status has a few codes: is this the right column?");
}

static enum status no_such_code(struct reader *r, const char *option, const char *code,
                                struct err *e)
{
    struct buf b = BUF_EMPTY;
    list_codes(&r->column[r->status].dict, &b);
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "no row used has the status \"%.40s\" given by --%s", code, option);
    err_hint(e, "The column holds: %s.", b.p ? b.p : "nothing");
    buf_free(&b);
    return ST_DATA;
}

static int find_code(const struct dictionary *d, const char *wanted)
{
    for (size_t i = 0; i < d->n; i++)
        if (same_code(d->text[i], wanted))
            return (int)i;
    return -1;
}

static bool has_competing(enum survival_method m)
{
    return m == SURVIVAL_AJ || m == SURVIVAL_CUMINC || m == SURVIVAL_GRAY || m == SURVIVAL_FINEGRAY;
}

/* Which code is the one event of methods that know only one. */
static enum status single_event(struct reader *r, int *event, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    const char *asked = r->q->event ? r->q->event : r->q->cause;
    *event = -1;
    if (asked) {
        *event = find_code(d, asked);
        if (*event < 0 && !(d->n == 1 && is_usual_censored(d->text[0])))
            return no_such_code(r, r->q->event ? "event" : "cause", asked, e);
        return ST_OK;
    }
    bool zero = false, one = false, two = false, other = false;
    for (size_t i = 0; i < d->n; i++) {
        struct str s = d->text[i];
        if (r->q->censored && same_code(s, r->q->censored))
            continue;
        if (is_usual_censored(s))
            zero = true;
        else if (is_usual_event(s))
            one = true;
        else if (same_code(s, "2"))
            two = true;
        else
            other = true;
    }
    if (!other && !two) { /* 0/1, yes/no; or all censored */
        for (size_t i = 0; i < d->n && one; i++)
            if (is_usual_event(d->text[i]))
                *event = (int)i;
        return ST_OK;
    }
    if (!other && two && !zero) { /* 1/2, as in older data: 2 is the event */
        *event = find_code(d, "2");
        study_doc_note(r->doc, "The status holds 1 and 2: 2 is taken as the event, 1 as censored "
                               "(say otherwise with --event).");
        return ST_OK;
    }
    struct buf b = BUF_EMPTY;
    list_codes(d, &b);
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "which status is the event? The column holds %s", b.p);
    err_hint(e, "Give --event CODE; the others count as censored. For competing ends use --method "
                "aj, cuminc, gray or finegray.");
    buf_free(&b);
    return ST_DATA;
}

/* Code of the dictionary -> event number: 0 censored, 1.. causes. */
static enum status map_status(struct reader *r, int32_t *number, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    TRY(check_codes(r, e));
    if (r->q->censored && find_code(d, r->q->censored) < 0)
        return no_such_code(r, "censored", r->q->censored, e);
    if (!has_competing(r->q->method)) {
        int event;
        TRY(single_event(r, &event, e));
        for (size_t i = 0; i < d->n; i++)
            number[i] = (int)i == event;
        r->d->rows.causes = 1;
        r->d->cause[0] = event >= 0 ? d->text[event] : str_of("event");
        return ST_OK;
    }
    uint8_t used[MOST_CODES] = {0};
    int32_t rank[MOST_CODES];
    for (size_t i = 0; i < d->n; i++)
        used[i] = r->q->censored ? !same_code(d->text[i], r->q->censored)
                                 : !is_usual_censored(d->text[i]);
    r->d->rows.causes = (int)dictionary_rank(d, used, rank);
    for (size_t i = 0; i < d->n; i++) {
        number[i] = rank[i] + 1;
        if (used[i])
            r->d->cause[rank[i]] = d->text[i];
    }
    if (r->d->rows.causes > 0)
        return ST_OK;
    err_at(e, r->file, 0, r->q->status);
    return err_set(e, ST_DATA, "no row has an event: everybody is censored");
}

static enum status fill_events(struct reader *r, struct err *e)
{
    struct survival_data *d = r->d;
    const struct column *c = &r->column[r->status];
    int32_t number[MOST_CODES] = {0};
    TRY(map_status(r, number, e));
    int32_t *event = mem_array(r->n, sizeof *event);
    d->rows.event = event;
    bool censors[MOST_CODES] = {false};
    for (size_t i = 0; i < c->dict.n; i++)
        censors[i] = r->q->censored ? same_code(c->dict.text[i], r->q->censored)
                                    : is_usual_censored(c->dict.text[i]);
    for (size_t i = 0; i < r->n; i++) {
        event[i] = number[c->code[i]];
        if (event[i])
            d->cause_rows[event[i] - 1]++;
        else if (!censors[c->code[i]] &&
                 !(same_code(d->cause[0], "2") && same_code(c->dict.text[c->code[i]], "1")))
            d->other_events++;
    }
    return ST_OK;
}

/* ---- groups ---- */

static uint8_t *used_codes(const struct reader *r, const struct column *c)
{
    uint8_t *used = mem_zalloc(c->dict.n + 1, 1);
    for (size_t i = 0; i < r->n; i++)
        used[c->code[i]] = 1;
    return used;
}

/* Several columns make one: their ranks are digits, first column first. */
static enum status combine(struct reader *r, const int *places, int count, int32_t *out,
                           struct survival_levels *levels, struct err *e)
{
    size_t product = 1;
    int32_t *rank[SURVIVAL_MAX_LIST] = {0};
    size_t size[SURVIVAL_MAX_LIST];
    for (int k = 0; k < count; k++) {
        struct column *c = &r->column[places[k]];
        uint8_t *used = used_codes(r, c);
        rank[k] = arena_array(&r->d->arena, c->dict.n + 1, sizeof *rank[k]);
        size[k] = dictionary_rank(&c->dict, used, rank[k]);
        free(used);
        if (product > 50u * MOST_GROUPS / size[k]) {
            err_at(e, r->file, 0, c->name);
            err_set(e, ST_DATA, "the columns make more than %d groups", MOST_GROUPS);
            return err_hint(e, "Group by columns with few values.");
        }
        product *= size[k];
    }
    int32_t *place = mem_zalloc(product, sizeof *place);
    for (size_t i = 0; i < r->n; i++) {
        size_t at = 0;
        for (int k = 0; k < count; k++)
            at = at * size[k] + (size_t)rank[k][r->column[places[k]].code[i]];
        out[i] = (int32_t)at;
        place[at] = 1;
    }
    for (size_t at = 0; at < product; at++)
        if (place[at])
            place[at] = ++levels->count;
    levels->label = arena_array(&r->d->arena, (size_t)levels->count, sizeof *levels->label);
    levels->value = arena_array(&r->d->arena, (size_t)levels->count, sizeof *levels->value);
    for (size_t i = 0; i < r->n; i++) {
        out[i] = place[out[i]] - 1;
        if (levels->label[out[i]].p)
            continue;
        struct buf label = BUF_EMPTY, value = BUF_EMPTY;
        for (int k = 0; k < count; k++) {
            struct column *c = &r->column[places[k]];
            struct str text = c->dict.text[c->code[i]];
            buf_addf(&label, "%s%s=%.*s", k ? ", " : "", c->name, (int)text.n, text.p);
            buf_addf(&value, "%s%.*s", k ? ", " : "", (int)text.n, text.p);
        }
        levels->label[out[i]] =
            (struct str){arena_strndup(&r->d->arena, label.p, label.n), label.n};
        levels->value[out[i]] =
            (struct str){arena_strndup(&r->d->arena, value.p, value.n), value.n};
        buf_free(&label);
        buf_free(&value);
    }
    free(place);
    return ST_OK;
}

static enum status fill_groups(struct reader *r, struct err *e)
{
    struct survival_data *d = r->d;
    d->rows.groups = 1;
    if (r->groups) {
        int32_t *group = mem_array(r->n, sizeof *group);
        d->rows.group = group;
        TRY(combine(r, r->group, r->groups, group, &d->groups, e));
        d->rows.groups = d->groups.count;
    }
    if (r->stratas) {
        d->stratum = mem_array(r->n, sizeof *d->stratum);
        TRY(combine(r, r->strata, r->stratas, d->stratum, &d->strata, e));
    }
    if (d->rows.groups > MOST_GROUPS || d->strata.count > MOST_GROUPS)
        return err_set(e, ST_DATA, "the columns make more than %d groups", MOST_GROUPS);
    return ST_OK;
}

static void fill_persons(struct reader *r)
{
    if (r->id < 0)
        return;
    struct column *c = &r->column[r->id];
    uint8_t *used = used_codes(r, c);
    int32_t *rank = mem_array(c->dict.n, sizeof *rank), *person = mem_array(r->n, sizeof *person);
    r->d->rows.persons = (int32_t)dictionary_rank(&c->dict, used, rank);
    for (size_t i = 0; i < r->n; i++)
        person[i] = rank[c->code[i]];
    r->d->rows.person = person;
    free(rank);
    free(used);
}

/* ---- covariates ---- */

/* The level that the others are compared with: --reference COLUMN=LEVEL, or the first. */
static enum status reference_of(struct reader *r, const struct column *c, const int32_t *rank,
                                int32_t *reference, struct err *e)
{
    *reference = 0;
    size_t n = strlen(c->name);
    for (int k = 0; k < r->q->reference_count; k++) {
        const char *text = r->q->reference[k];
        if (strncmp(text, c->name, n) != 0 || text[n] != '=')
            continue;
        for (size_t i = 0; i < c->dict.n; i++)
            if (rank[i] >= 0 && str_is(c->dict.text[i], text + n + 1)) {
                *reference = rank[i];
                return ST_OK;
            }
        err_at(e, r->file, 0, c->name);
        err_set(e, ST_DATA, "no row used has the reference level \"%.60s\"", text + n + 1);
        return err_hint(e, "Give --reference COLUMN=LEVEL with a level that occurs.");
    }
    return ST_OK;
}

static enum status too_many(struct reader *r, const struct column *c, struct err *e)
{
    err_at(e, r->file, 0, c->name);
    err_set(e, ST_DATA, "the covariates make more than %d columns", COX_MAX_COVARIATES);
    return err_hint(e, "Is a number column holding words? Group rare levels together.");
}

static enum status add_factor(struct reader *r, const struct column *c, double **values,
                              struct err *e)
{
    struct survival_data *d = r->d;
    uint8_t *used = used_codes(r, c);
    int32_t *rank = arena_array(&d->arena, c->dict.n + 1, sizeof *rank), reference = 0;
    size_t levels = dictionary_rank(&c->dict, used, rank);
    free(used);
    TRY(reference_of(r, c, rank, &reference, e));
    if (levels < 2) {
        err_at(e, r->file, 0, c->name);
        err_set(e, ST_DATA, "the covariate has only one level among the rows used");
        return err_hint(e, "Leave it out.");
    }
    if (levels - 1 + (size_t)d->covariates > COX_MAX_COVARIATES)
        return too_many(r, c, e);
    for (int32_t level = 0; level < (int32_t)levels; level++) {
        if (level == reference)
            continue;
        double *v = mem_array(r->n, sizeof *v);
        for (size_t i = 0; i < r->n; i++)
            v[i] = rank[c->code[i]] == level;
        size_t code = 0;
        while (rank[code] != level)
            code++;
        const char *name = arena_printf(&d->arena, "%s%.*s", c->name, (int)c->dict.text[code].n,
                                        c->dict.text[code].p);
        values[d->covariates] = v;
        d->term_of[d->covariates] = d->terms;
        d->covariate[d->covariates++] = str_of(name);
    }
    return ST_OK;
}

static enum status fill_covariates(struct reader *r, double **values, struct err *e)
{
    struct survival_data *d = r->d;
    for (int k = 0; k < r->covariates; k++) {
        struct column *c = &r->column[r->covariate[k]];
        d->term[d->terms] = str_of(c->name);
        if (c->kind == COLUMN_TEXT) {
            TRY(add_factor(r, c, values, e));
        } else {
            if (d->covariates == COX_MAX_COVARIATES)
                return too_many(r, c, e);
            values[d->covariates] = c->number;
            c->number = NULL;
            d->term_of[d->covariates] = d->terms;
            d->covariate[d->covariates++] = str_of(c->name);
        }
        d->terms++;
    }
    return ST_OK;
}

/* ---- canonical order ---- */

static double *as_doubles(const int32_t *v, size_t n)
{
    double *out = mem_array(n, sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = v[i];
    return out;
}

static void reorder_double(double *v, const uint32_t *order, double *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = v[order[i]];
    memcpy(v, scratch, n * sizeof *v);
}

static void reorder_int(int32_t *v, const uint32_t *order, int32_t *scratch, size_t n)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = v[order[i]];
    memcpy(v, scratch, n * sizeof *v);
}

/* Puts rows into the order of their content, so that no digit depends on that of the file. */
static void make_canonical(struct survival_data *d, double **values)
{
    size_t n = d->rows.n, count = 0;
    const double *columns[COX_MAX_COVARIATES + 6];
    int32_t *codes[4] = {(int32_t *)(uintptr_t)d->rows.event, (int32_t *)(uintptr_t)d->rows.group,
                         d->stratum, (int32_t *)(uintptr_t)d->rows.person};
    double *stop = (double *)(uintptr_t)d->rows.stop, *start = (double *)(uintptr_t)d->rows.start;
    double *made[4] = {0};
    columns[count++] = stop;
    if (start)
        columns[count++] = start;
    for (int k = 0; k < 4; k++)
        if (codes[k])
            columns[count++] = made[k] = as_doubles(codes[k], n);
    for (int k = 0; k < d->covariates; k++)
        columns[count++] = values[k];
    uint32_t *order = mem_array(n, sizeof *order);
    surv_canonical_order(columns, count, n, order);
    for (int k = 0; k < 4; k++)
        free(made[k]);
    double *scratch = mem_array(n, sizeof *scratch);
    reorder_double(stop, order, scratch, n);
    if (start)
        reorder_double(start, order, scratch, n);
    for (int k = 0; k < 4; k++)
        if (codes[k])
            reorder_int(codes[k], order, (int32_t *)(void *)scratch, n);
    long *line = mem_array(n, sizeof *line);
    for (size_t i = 0; i < n; i++)
        line[i] = d->line[order[i]];
    free(d->line);
    d->line = line;
    if (d->covariates) {
        size_t p = (size_t)d->covariates;
        d->x = mem_array(n * p, sizeof *d->x);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < p; k++)
                d->x[i * p + k] = values[k][order[i]];
    }
    free(scratch);
    free(order);
}

/* ---- times ---- */

static enum status check_times(struct reader *r, struct err *e)
{
    double *stop = r->column[r->time].number,
           *start = r->start >= 0 ? r->column[r->start].number : NULL;
    for (size_t i = 0; i < r->n; i++) {
        const char *column = r->q->time;
        if (start && start[i] < 0)
            column = r->q->start;
        if (stop[i] < 0 || (start && start[i] < 0)) {
            err_at(e, r->file, r->line[i], column);
            err_set(e, ST_DATA, "a negative time");
            return err_hint(e, "Times count from the start of follow-up; look for swapped dates.");
        }
        if (start && stop[i] <= start[i]) {
            err_at(e, r->file, r->line[i], r->q->time);
            err_set(e, ST_DATA, "the stop %.10g is not after the start %.10g", stop[i], start[i]);
            return err_hint(e, "A row is at risk in (start, stop]; leave out rows of no length.");
        }
        if (start && r->q->gap_time)
            stop[i] -= start[i];
    }
    r->d->rows.stop = stop;
    r->column[r->time].number = NULL;
    if (start && !r->q->gap_time) {
        r->d->rows.start = start;
        r->column[r->start].number = NULL;
    }
    return ST_OK;
}

/* ---- the whole ---- */

static enum status build(struct reader *r, double **values, struct err *e)
{
    struct survival_data *d = r->d;
    d->rows.n = r->n;
    TRY(check_times(r, e));
    TRY(fill_events(r, e));
    TRY(fill_groups(r, e));
    fill_persons(r);
    TRY(fill_covariates(r, values, e));
    d->line = r->line;
    r->line = NULL;
    make_canonical(d, values);
    return ST_OK;
}

enum status survival_data_read_bytes(const struct survival_question *q, struct str bytes,
                                     json_t *doc, struct survival_data *d, struct err *e)
{
    *d = (struct survival_data){0};
    struct reader *r = mem_zalloc(1, sizeof *r);
    double *values[COX_MAX_COVARIATES] = {0};
    r->q = q;
    r->d = d;
    r->doc = doc;
    snprintf(r->file, sizeof r->file, "%s", q->file);
    enum status s = name_columns(r, e);
    if (s == ST_OK)
        s = read_file(r, bytes, e);
    if (s == ST_OK)
        s = build(r, values, e);
    for (int k = 0; k < COX_MAX_COVARIATES; k++)
        free(values[k]);
    for (int k = 0; k < r->columns; k++)
        column_free(&r->column[k]);
    free(r->line);
    free(r);
    return s;
}

enum status survival_data_read(const struct survival_question *q, json_t *doc,
                               struct survival_data *d, struct err *e)
{
    struct file_bytes f;
    *d = (struct survival_data){0};
    TRY(file_read(q->file, LIMIT_FILE_BYTES, &f, e));
    struct str bytes = {f.p ? f.p : "", f.n};
    study_doc_hash(doc, bytes);
    enum status s = survival_data_read_bytes(q, bytes, doc, d, e);
    file_release(&f);
    return s;
}

void survival_data_free(struct survival_data *d)
{
    free((void *)(uintptr_t)d->rows.start);
    free((void *)(uintptr_t)d->rows.stop);
    free((void *)(uintptr_t)d->rows.event);
    free((void *)(uintptr_t)d->rows.group);
    free((void *)(uintptr_t)d->rows.person);
    free(d->stratum);
    free(d->x);
    free(d->line);
    arena_free(&d->arena);
}
