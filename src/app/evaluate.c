#include "app/evaluate.h"

#include "base/csv.h"
#include "base/date.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- the truth ---- */

struct truth_record {
    char *key; /* "CHANNEL external_id" */
    uint32_t person;
    char kind;         /* 'F', 'S', 'N', or 0 when the record tells of no episode */
    uint32_t episodes; /* bit per episode told of */
};

struct truth {
    struct arena memory;
    struct truth_record *records; /* by key */
    size_t count, cap;
    char **persons; /* ids, ascending */
    uint8_t *group;
    size_t person_count, person_cap;
};

static enum status open_truth(const char *dir, const char *file, const char *const *columns, int n,
                              struct csv *c, int *at, struct err *e)
{
    char path[1200];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, file) >= sizeof path)
        return err_set(e, ST_USAGE, "the truth's path is too long");
    TRY(csv_open(c, path, e));
    for (int i = 0; i < n; i++)
        if (csv_need(c, columns[i], &at[i], e) != ST_OK) {
            csv_close(c);
            return ST_DATA;
        }
    return ST_OK;
}

static enum status read_persons(const char *dir, struct truth *t, struct err *e)
{
    static const char *const columns[] = {"person", "nationality"};
    int at[2] = {0};
    struct csv c;
    struct csv_row row;
    TRY(open_truth(dir, "persons.csv", columns, 2, &c, at, e));
    enum status s;
    while ((s = csv_next_full(&c, &row, e)) == ST_OK && row.n) {
        if (t->person_count == t->person_cap) {
            t->person_cap = t->person_cap ? t->person_cap * 2 : 1024;
            t->persons = mem_resize(t->persons, t->person_cap, sizeof *t->persons);
            t->group = mem_resize(t->group, t->person_cap, sizeof *t->group);
        }
        struct str id = row.cells[at[0]], nationality = row.cells[at[1]];
        char alpha3[4] = "";
        if (nationality.n == 3)
            memcpy(alpha3, nationality.p, 3);
        char *kept = arena_strndup(&t->memory, id.p, id.n);
        if (t->person_count && strcmp(t->persons[t->person_count - 1], kept) >= 0) {
            err_at(e, c.name, row.line, "person");
            s = err_set(e, ST_DATA, "the persons are not in ascending order");
            break;
        }
        t->persons[t->person_count] = kept;
        t->group[t->person_count++] = analysis_nationality_group(alpha3);
    }
    csv_close(&c);
    return s;
}

static int by_text(const void *key, const void *entry)
{
    return strcmp(key, *(char *const *)entry);
}

static bool person_number(const struct truth *t, struct str id, uint32_t *out)
{
    char text[100];
    snprintf(text, sizeof text, "%.*s", (int)id.n, id.p);
    char **found = t->person_count
                       ? bsearch(text, t->persons, t->person_count, sizeof *t->persons, by_text)
                       : NULL;
    if (found)
        *out = (uint32_t)(found - t->persons);
    return found != NULL;
}

static char *record_key(struct arena *memory, struct str channel, struct str id)
{
    char *key = arena_alloc(memory, channel.n + id.n + 2);
    for (size_t i = 0; i < channel.n; i++)
        key[i] = (char)toupper((unsigned char)channel.p[i]);
    key[channel.n] = ' ';
    memcpy(key + channel.n + 1, id.p, id.n);
    return key;
}

static int by_key(const void *x, const void *y)
{
    const struct truth_record *a = x, *b = y;
    return strcmp(a->key, b->key);
}

static struct truth_record *find_record(const struct truth *t, const char *key)
{
    struct truth_record wanted = {.key = (char *)(uintptr_t)key};
    return t->count ? bsearch(&wanted, t->records, t->count, sizeof *t->records, by_key) : NULL;
}

static enum status read_people(const char *dir, struct truth *t, struct err *e)
{
    static const char *const columns[] = {"person", "channel", "external_id"};
    int at[3] = {0};
    struct csv c;
    struct csv_row row;
    TRY(open_truth(dir, "people.csv", columns, 3, &c, at, e));
    enum status s;
    while ((s = csv_next_full(&c, &row, e)) == ST_OK && row.n) {
        struct truth_record r = {.key = record_key(&t->memory, row.cells[at[1]], row.cells[at[2]])};
        if (!person_number(t, row.cells[at[0]], &r.person)) {
            err_at(e, c.name, row.line, "person");
            s = err_set(e, ST_DATA, "this person is not in persons.csv");
            break;
        }
        MEM_GROW(t->records, t->cap, t->count + 1);
        t->records[t->count++] = r;
    }
    csv_close(&c);
    if (s == ST_OK && t->count)
        qsort(t->records, t->count, sizeof *t->records, by_key);
    return s;
}

/* "E1|E3" -> bits */
static uint32_t episode_bits(struct str about)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < about.n; i++)
        if (about.p[i] == 'E') {
            unsigned n = (unsigned)strtoul(about.p + i + 1, NULL, 10);
            if (n >= 1 && n <= 32)
                bits |= 1u << (n - 1);
        }
    return bits;
}

static enum status read_referrals(const char *dir, struct truth *t, struct err *e)
{
    static const char *const columns[] = {"channel", "external_id", "about", "kind"};
    int at[4] = {0};
    struct csv c;
    struct csv_row row;
    struct arena scratch = ARENA_EMPTY;
    TRY(open_truth(dir, "referrals.csv", columns, 4, &c, at, e));
    enum status s;
    while ((s = csv_next_full(&c, &row, e)) == ST_OK && row.n) {
        arena_rewind(&scratch);
        struct truth_record *r =
            find_record(t, record_key(&scratch, row.cells[at[0]], row.cells[at[1]]));
        if (!r)
            continue;
        r->kind = row.cells[at[3]].n ? row.cells[at[3]].p[0] : 0;
        r->episodes = episode_bits(row.cells[at[2]]);
    }
    csv_close(&c);
    arena_free(&scratch);
    return s;
}

static void free_truth(struct truth *t)
{
    free(t->records);
    free(t->persons);
    free(t->group);
    arena_free(&t->memory);
}

/* ---- the register ---- */

struct seen {
    int64_t id, line;
    int32_t received;
    const struct truth_record *truth;
    char verdict;    /* of the register on this record, 0 when none */
    int64_t earlier; /* record that it was compared with */
};

struct answers { /* IOM2010 of a line, by mode */
    int64_t line;
    char status[2];
};

struct register_rows {
    struct seen *rows;
    size_t count, cap;
    struct answers *answers;
    size_t answer_count, answer_cap;
};

static int by_id(const void *x, const void *y)
{
    const struct seen *a = x, *b = y;
    return (a->id > b->id) - (a->id < b->id);
}

static enum status read_records(struct store *s, const struct truth *t, struct register_rows *out,
                                struct evaluation *ev, struct err *e)
{
    static const char *const wanted[] = {"referral.external_id", "referral.received_date", NULL};
    struct view view = {.order = VIEW_BY_RECORD, .purpose = "evaluation", .fields = wanted};
    const struct field *id = dictionary_field(str_of("referral.external_id"));
    const struct field *received = dictionary_field(str_of("referral.received_date"));
    struct cursor *cursor;
    struct view_batch batch;
    struct arena scratch = ARENA_EMPTY;
    TRY(store_view_open(s, &view, &cursor, e));
    enum status status;
    while ((status = store_view_next(cursor, &batch, e)) == ST_OK && batch.n)
        for (size_t i = 0; i < batch.n; i++) {
            const struct stored *row = &batch.rows[i];
            const char *external = record_get(&row->record, id, 1);
            const char *day = record_get(&row->record, received, 1);
            arena_rewind(&scratch);
            const struct truth_record *truth =
                external
                    ? find_record(t, record_key(&scratch, str_of(row->channel), str_of(external)))
                    : NULL;
            ev->records++;
            if (!truth) {
                ev->unmatched++;
                continue;
            }
            MEM_GROW(out->rows, out->cap, out->count + 1);
            struct seen *seen = &out->rows[out->count++];
            *seen = (struct seen){.id = row->id, .line = row->line, .truth = truth};
            if (!day || !date_from_iso(str_of(day), &seen->received))
                seen->received = DATE_NONE;
        }
    arena_free(&scratch);
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        return closed;
    }
    return status;
}

static struct seen *find_seen(struct register_rows *r, int64_t id)
{
    struct seen wanted = {.id = id};
    return r->count ? bsearch(&wanted, r->rows, r->count, sizeof *r->rows, by_id) : NULL;
}

static enum status note_findings(void *ctx, const struct line_findings *f, struct err *e)
{
    (void)e;
    struct register_rows *r = ctx;
    struct answers a = {.line = f->line};
    for (size_t i = 0; i < f->result_count; i++)
        if (strcmp(f->results[i].definition, "IOM2010") == 0)
            a.status[f->results[i].lenient] = f->results[i].status;
    MEM_GROW(r->answers, r->answer_cap, r->answer_count + 1);
    r->answers[r->answer_count++] = a;
    for (size_t i = 0; i < f->verdict_count; i++) {
        struct seen *s = find_seen(r, f->verdicts[i].record);
        if (s) {
            s->verdict = f->verdicts[i].verdict;
            s->earlier = f->verdicts[i].earlier;
        }
    }
    return ST_OK;
}

/* ---- measuring ---- */

static void note(struct measured *m, bool yes)
{
    m->x += yes;
    m->n++;
}

static int by_line(const void *x, const void *y)
{
    const struct seen *a = x, *b = y;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->received != b->received)
        return a->received < b->received ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_person(const void *x, const void *y)
{
    const struct seen *a = x, *b = y;
    if (a->truth->person != b->truth->person)
        return a->truth->person < b->truth->person ? -1 : 1;
    if (a->received != b->received)
        return a->received < b->received ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* Rows of one line, by time: pairs joined, and whether each later record stands with its own
 * person. */
static void measure_line(const struct seen *rows, size_t n, const struct truth *t,
                         struct evaluation *ev)
{
    for (size_t k = 1; k < n; k++) {
        bool own = false;
        for (size_t q = 0; q < k; q++) {
            bool same = rows[q].truth->person == rows[k].truth->person;
            note(&ev->pair_precision, same);
            own |= same;
        }
        note(&ev->all.precision, own);
        /* A row has a person, so there are groups. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        note(&ev->group[t->group[rows[k].truth->person]].precision, own);
    }
}

/* Rows of one person, by time: true pairs found, and whether each repeat is shown with an earlier
 * one. */
static void measure_person(const struct seen *rows, size_t n, const struct truth *t,
                           struct evaluation *ev)
{
    for (size_t k = 1; k < n; k++) {
        bool found = false;
        for (size_t q = 0; q < k; q++) {
            bool joined = rows[q].line == rows[k].line;
            note(&ev->pair_recall, joined);
            found |= joined;
        }
        note(&ev->all.recall, found);
        /* A row has a person, so there are groups. */
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
        note(&ev->group[t->group[rows[k].truth->person]].recall, found);
    }
    ev->true_pairs += n * (n - 1) / 2;
}

static bool same_line(const struct seen *a, const struct seen *b)
{
    return a->line == b->line;
}

static bool same_person(const struct seen *a, const struct seen *b)
{
    return a->truth->person == b->truth->person;
}

/* Calls `each` on every run of rows that belong together. */
static void each_group(const struct register_rows *r, const struct truth *t, struct evaluation *ev,
                       bool (*together)(const struct seen *, const struct seen *),
                       void (*each)(const struct seen *, size_t, const struct truth *,
                                    struct evaluation *))
{
    size_t first = 0;
    for (size_t i = 1; i <= r->count; i++)
        if (i == r->count || !together(&r->rows[first], &r->rows[i])) {
            each(r->rows + first, i - first, t, ev);
            first = i;
        }
}

static void measure_incidents(struct register_rows *r, struct evaluation *ev)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct seen *s = &r->rows[i], *earlier = s->verdict ? find_seen(r, s->earlier) : NULL;
        if (!earlier || earlier->truth->person != s->truth->person ||
            (s->truth->kind != 'S' && s->truth->kind != 'N'))
            continue;
        ev->incidents[s->truth->kind == 'N'][s->verdict == 'S' ? 0 : s->verdict == 'N' ? 1 : 2]++;
    }
}

static int answer_by_line(const void *x, const void *y)
{
    const struct answers *a = x, *b = y;
    return (a->line > b->line) - (a->line < b->line);
}

/* Rows sorted by person: did any of the person's lines say YES? */
static void measure_definition(const struct register_rows *r, struct evaluation *ev)
{
    for (size_t i = 0; i < r->count;) {
        uint32_t episodes = 0;
        bool yes[2] = {false, false};
        size_t end = i;
        for (; end < r->count && r->rows[end].truth->person == r->rows[i].truth->person; end++) {
            struct answers wanted = {.line = r->rows[end].line};
            const struct answers *a = r->answer_count
                                          ? bsearch(&wanted, r->answers, r->answer_count,
                                                    sizeof *r->answers, answer_by_line)
                                          : NULL;
            episodes |= r->rows[end].truth->episodes;
            for (int m = 0; a && m < 2; m++)
                yes[m] |= a->status[m] == 'Y';
        }
        bool again = (episodes & (episodes - 1)) != 0;
        for (int m = 0; episodes && m < 2; m++)
            note(again ? &ev->again_sensitivity[m] : &ev->again_specificity[m], again == yes[m]);
        i = end;
    }
}

static void sort_rows(struct register_rows *r, int (*order)(const void *, const void *))
{
    if (r->count)
        qsort(r->rows, r->count, sizeof *r->rows, order);
}

static void measure(struct register_rows *r, const struct truth *t, struct evaluation *ev)
{
    if (r->answer_count)
        qsort(r->answers, r->answer_count, sizeof *r->answers, answer_by_line);
    measure_incidents(r, ev);
    sort_rows(r, by_line);
    each_group(r, t, ev, same_line, measure_line);
    sort_rows(r, by_person);
    each_group(r, t, ev, same_person, measure_person);
    measure_definition(r, ev);
}

enum status evaluate_run(struct evaluate_job *job, struct err *e)
{
    struct truth t = {0};
    struct register_rows r = {0};
    job->out = (struct evaluation){0};
    enum status s = read_persons(job->truth, &t, e);
    if (s == ST_OK)
        s = read_people(job->truth, &t, e);
    if (s == ST_OK)
        s = read_referrals(job->truth, &t, e);
    if (s == ST_OK)
        s = read_records(job->store, &t, &r, &job->out, e);
    sort_rows(&r, by_id);
    if (s == ST_OK)
        s = store_findings_each(job->store, "evaluation", NULL, 0, note_findings, &r, e);
    if (s == ST_OK && r.count == 0) {
        err_set(e, ST_DATA, "no record of the register is in the truth");
        s = err_hint(e, "Give the truth of the same simulate run that was imported.");
    }
    if (s == ST_OK)
        measure(&r, &t, &job->out);
    free(r.rows);
    free(r.answers);
    free_truth(&t);
    return s;
}
