#include "app/link_records.h"

#include <pthread.h>
#include <stdlib.h>

struct link_spec link_records_spec(void)
{
    return (struct link_spec){
        .column = {[CELL_GIVEN] = {"given_name", LINK_GIVEN_NAME},
                   [CELL_FAMILY] = {"family_name", LINK_FAMILY_NAME},
                   [CELL_DOB] = {"birth_date", LINK_DATE},
                   [CELL_DISPUTE] = {"age_dispute", LINK_DATE_DISPUTE},
                   [CELL_SEX] = {"gender", LINK_SEX},
                   [CELL_NATIONALITY] = {"nationality", LINK_NATIONALITY},
                   [CELL_HO_REF] = {"home_office_reference", LINK_IDENTIFIER},
                   [CELL_CRIME_REF] = {"crime_reference", LINK_IDENTIFIER},
                   [CELL_CASE_REF] = {"sender_reference", LINK_IDENTIFIER}},
        .columns = CELLS,
        .mode = LINK_DEDUPE,
    };
}

void link_record_name(int64_t id, char out[20])
{
    snprintf(out, 20, "%019lld", (long long)id);
}

/* ---- cells ---- */

static struct {
    const struct field *given, *family, *birth, *birth_precision, *age_status, *claimed, *assessed,
        *decided, *sex, *nationality, *source_key, *scheme, *value, *external_id, *prior;
} fields;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_fields(void)
{
    fields.given = dictionary_need("identity.given_name");
    fields.family = dictionary_need("identity.family_name");
    fields.birth = dictionary_need("person.birth_date");
    fields.birth_precision = dictionary_need("person.birth_date_precision");
    fields.age_status = dictionary_need("referral.age_status_at_referral");
    fields.claimed = dictionary_need("age_dispute.claimed_birth_date");
    fields.assessed = dictionary_need("age_dispute.assessed_birth_date");
    fields.decided = dictionary_need("age_dispute.decided_on");
    fields.sex = dictionary_need("person.gender");
    fields.nationality = dictionary_need("person.nationality");
    fields.source_key = dictionary_need("person.source_key");
    fields.scheme = dictionary_need("identifier.scheme");
    fields.value = dictionary_need("identifier.value");
    fields.external_id = dictionary_need("referral.external_id");
    fields.prior = dictionary_need("referral.prior_reference");
}

static const char *get(const struct record *r, const struct field *f)
{
    return record_get(r, f, 1);
}

/* The first identifier of a scheme. */
static const char *identifier(const struct record *r, const char *scheme)
{
    for (size_t i = 0; i < r->count; i++) {
        const char **v = r->rows[i].values;
        if (r->rows[i].entity == fields.scheme->entity && v[fields.scheme->index] &&
            strcmp(v[fields.scheme->index], scheme) == 0)
            return v[fields.value->index];
    }
    return NULL;
}

static struct str cell(const char *text)
{
    return text ? str_of(text) : (struct str){"", 0};
}

/* A birth date as far as it is known: a coarse one is a partial date. */
static struct str birth_date(const struct record *r)
{
    struct str day = cell(get(r, fields.birth));
    const char *precision = get(r, fields.birth_precision);
    if (day.n != 10 || !precision || strcmp(precision, "DAY") == 0)
        return day;
    if (strcmp(precision, "MONTH") == 0)
        return (struct str){day.p, 7};
    if (strcmp(precision, "YEAR") == 0 || strcmp(precision, "AGE") == 0)
        return (struct str){day.p, 4};
    return (struct str){"", 0};
}

/* The other date of birth, where a dispute has two; else whether there is a dispute. What became of
 * it (age_dispute.status) is of class S4, which linkage cannot read. */
static struct str age_dispute(const struct record *r)
{
    struct str born = cell(get(r, fields.birth)), claimed = cell(get(r, fields.claimed)),
               assessed = cell(get(r, fields.assessed));
    const char *status = get(r, fields.age_status);
    if (claimed.n && !str_eq(claimed, born))
        return claimed;
    if (assessed.n && !str_eq(assessed, born))
        return assessed;
    bool disputed = claimed.n || assessed.n || get(r, fields.decided) ||
                    (status && strcmp(status, "DISPUTED") == 0);
    return cell(disputed ? "disputed" : NULL);
}

void link_cells(const struct record *r, const char *organisation, struct arena *memory,
                struct str cells[CELLS])
{
    pthread_once(&once, find_fields);
    cells[CELL_GIVEN] = cell(get(r, fields.given));
    cells[CELL_FAMILY] = cell(get(r, fields.family));
    cells[CELL_DOB] = birth_date(r);
    cells[CELL_DISPUTE] = age_dispute(r);
    cells[CELL_SEX] = cell(get(r, fields.sex));
    cells[CELL_NATIONALITY] = cell(get(r, fields.nationality));
    cells[CELL_HO_REF] = cell(identifier(r, "HOME_OFFICE"));
    cells[CELL_CRIME_REF] = cell(identifier(r, "CRIME"));
    const char *key = get(r, fields.source_key);
    cells[CELL_CASE_REF] =
        key ? str_of(arena_printf(memory, "%s %s", organisation, key)) : cell(NULL);
}

/* ---- references ---- */

char *link_plain_reference(struct arena *memory, struct str text)
{
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            out[n++] = c;
    }
    return out;
}

static void add_reference(struct link_records *out, bool borne, int64_t record, struct str text)
{
    if (text.n < 5)
        return; /* too short to name one record */
    struct quoted q = {record, link_plain_reference(&out->memory, text)};
    if (borne) {
        MEM_GROW(out->borne, out->borne_cap, out->borne_count + 1);
        out->borne[out->borne_count++] = q;
    } else {
        MEM_GROW(out->quoted, out->quoted_cap, out->quoted_count + 1);
        out->quoted[out->quoted_count++] = q;
    }
}

/* What people write beside a reference ("NRM ref 123/456, in 2021") is divided at white space. */
static void add_quoted(struct link_records *out, int64_t record, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, " ,;\n");
        bool digit = false;
        for (size_t i = 0; i < n; i++)
            digit |= text[i] >= '0' && text[i] <= '9';
        if (digit)
            add_reference(out, false, record, (struct str){text, n});
        text += n + (text[n] != '\0');
    }
}

/* Those that the record bears, and those that it quotes. */
static void add_references(struct link_records *out, const struct stored *s)
{
    add_reference(out, true, s->id, cell(get(&s->record, fields.external_id)));
    add_quoted(out, s->id, get(&s->record, fields.prior));
    const char *nrm = identifier(&s->record, "NRM");
    if (nrm)
        add_reference(out, false, s->id, str_of(nrm));
}

static bool is_fresh(const struct link_wanted *w, int64_t id)
{
    size_t lo = 0, hi = w->agains;
    if (!w->only_fresh || id > w->after)
        return w->only_fresh;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->again[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < w->agains && w->again[lo] == id;
}

static void grow(struct link_records *out)
{
    if (out->count < out->cap)
        return;
    out->cap = out->cap ? out->cap * 2 : 1024;
    out->id = mem_resize(out->id, out->cap, sizeof *out->id);
    out->line = mem_resize(out->line, out->cap, sizeof *out->line);
    out->import = mem_resize(out->import, out->cap, sizeof *out->import);
    out->fresh = mem_resize(out->fresh, out->cap, sizeof *out->fresh);
}

static void add_record(struct link_records *out, const struct link_wanted *w,
                       const struct stored *s)
{
    struct str cells[CELLS];
    struct arena scratch = ARENA_EMPTY;
    char name[20];
    bool fresh = is_fresh(w, s->id);
    grow(out);
    out->id[out->count] = s->id;
    out->line[out->count] = s->line;
    out->import[out->count] = s->import;
    out->fresh[out->count++] = fresh;
    link_cells(&s->record, s->organisation, &scratch, cells);
    link_record_name(s->id, name);
    /* Linked across sources: the known records are one source, each fresh one is its own. */
    link_data_add(out->data, str_of(name), fresh ? str_of(name) : (struct str){"", 0}, cells);
    add_references(out, s);
    arena_free(&scratch);
}

static const char *const fields_wanted[] = {LINK_CELL_FIELDS, "referral.external_id",
                                            "referral.prior_reference", NULL};

enum status link_records_read(struct store *s, const struct link_wanted *wanted,
                              struct link_records *out, const struct progress *progress,
                              struct err *e)
{
    struct view view = {.order = VIEW_BY_RECORD,
                        .purpose = "linkage",
                        .fields = fields_wanted,
                        .records = wanted->records,
                        .id_count = wanted->count};
    struct link_spec spec = link_records_spec();
    struct cursor *cursor;
    struct view_batch rows;
    uint64_t records = wanted->count, lines;
    int64_t highest;
    *out = (struct link_records){0};
    if (wanted->only_fresh)
        spec.mode = LINK_ACROSS;
    if (!wanted->records)
        TRY(store_count_records(s, &records, &lines, &highest, e));
    TRY(store_view_open(s, &view, &cursor, e));
    out->data = link_data_new(&spec);
    enum status status;
    while ((status = store_view_next(cursor, &rows, e)) == ST_OK && rows.n) {
        for (size_t i = 0; i < rows.n; i++)
            add_record(out, wanted, &rows.rows[i]);
        progress_tick(progress, "reading", out->count, records);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        status = closed;
    }
    if (status != ST_OK)
        link_records_free(out);
    return status;
}

enum status link_cells_after(struct store *s, int64_t after,
                             enum status (*each)(void *, int64_t, const struct str *, struct err *),
                             void *ctx, struct link_records *out, struct err *e)
{
    struct view view = {.order = VIEW_BY_RECORD,
                        .purpose = "linkage",
                        .fields = fields_wanted,
                        .after_record = after};
    struct cursor *cursor;
    struct view_batch rows;
    struct arena scratch = ARENA_EMPTY;
    enum status st;
    *out = (struct link_records){0};
    TRY(store_view_open(s, &view, &cursor, e));
    while ((st = store_view_next(cursor, &rows, e)) == ST_OK && rows.n)
        for (size_t i = 0; i < rows.n && st == ST_OK; i++) {
            struct str cells[CELLS];
            const struct stored *row = &rows.rows[i];
            arena_rewind(&scratch);
            link_cells(&row->record, row->organisation, &scratch, cells);
            add_references(out, row);
            st = each(ctx, row->id, cells, e);
        }
    arena_free(&scratch);
    struct err closing = {0};
    enum status closed = store_view_close(cursor, st == ST_OK ? e : &closing);
    st = st == ST_OK ? closed : st;
    if (st != ST_OK)
        link_records_free(out);
    return st;
}

bool link_records_find(const struct link_records *r, int64_t id, uint32_t *position)
{
    size_t lo = 0, hi = r->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->id[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    *position = (uint32_t)lo;
    return lo < r->count && r->id[lo] == id;
}

void link_records_free(struct link_records *r)
{
    if (r->data)
        link_data_free(r->data);
    free(r->id);
    free(r->line);
    free(r->import);
    free(r->fresh);
    free(r->borne);
    free(r->quoted);
    arena_free(&r->memory);
    *r = (struct link_records){0};
}
