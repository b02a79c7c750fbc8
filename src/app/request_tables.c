/* From rows to tables: joint controlled rounding, or exact counts for the authority. */
#include "app/request_parts.h"

#include "base/date.h"

static const char *const stages[] = {"Not in support", "In support", "Left", NULL};
static const char *const absences[] = {"No",           "Cannot be settled", "Return open",
                                       "Not returned", "Returned",          NULL};
static const char *const answers[] = {"No", "Cannot be settled", "Yes", NULL};
static const char *const rights[] = {"Still in support", "Right to remain", "Cannot be settled",
                                     "No right to remain", NULL};
static const char *const plans[] = {
    "Still in support", "No plan", "Cannot be settled", "Risk not found", "Risk open",
    "Risk found",       NULL};
static const char *const outcomes[] = {"Started, eligible",
                                       "Started, not eligible",
                                       "Started, eligibility open",
                                       "Not reached",
                                       "Eligible, other",
                                       "Eligible, contact open",
                                       "Not eligible",
                                       "Eligibility open",
                                       "Start not dated",
                                       NULL};
static const char *const leavings[] = {
    "Missing or absconded", "Returned", "Nothing in place", "Other", "Cannot be settled", NULL};
static const char *const dated[] = {"Dated", "Not dated", NULL};
static const char *const done[] = {"Not dated as done", "Done", NULL};
static const char *const *const quality_labels[QUALITIES] = {stages,  absences, absences, answers,
                                                             answers, rights,   plans};

struct sheet {
    struct request *q;
    struct micro_column *columns;
    size_t column_count, rows;
    struct release_table **tables;
    size_t table_count;
};

static struct sheet sheet_new(struct request *q, size_t rows, size_t columns)
{
    struct arena *m = &q->r.memory;
    return (struct sheet){.q = q,
                          .columns = arena_array(m, columns, sizeof(struct micro_column)),
                          .rows = rows,
                          .tables = arena_array(m, columns, sizeof(struct release_table *))};
}

static uint8_t *column(struct sheet *s, const char *name, const char *const *labels)
{
    uint8_t *v = arena_alloc(&s->q->r.memory, s->rows + 1);
    s->columns[s->column_count++] = (struct micro_column){name, labels, v};
    return v;
}

static void table(struct sheet *s, struct release_table *t, int dimensions, int a, int b, int c)
{
    *t = (struct release_table){.name = arena_printf(&s->q->r.memory, "t%zu", s->table_count),
                                .dimensions = dimensions,
                                .dimension = {a, b, c}};
    s->tables[s->table_count++] = t;
}

/* ---- counting ---- */

static void count_exact(const struct micro *m, struct release_table *t, struct arena *memory)
{
    size_t cells = 1;
    for (int k = 0; k < t->dimensions; k++) {
        const char *const *labels = m->columns[t->dimension[k]].labels;
        while (labels[t->levels[k]])
            t->levels[k]++;
        cells *= (size_t)t->levels[k] + 1;
    }
    t->value = arena_array(memory, cells, sizeof *t->value);
    for (size_t r = 0; r < m->rows; r++)
        /* Each bit of `margins` says whether that dimension is told or totalled. */
        for (int margins = 0; margins < 1 << t->dimensions; margins++) {
            size_t at = 0;
            for (int k = 0; k < t->dimensions; k++)
                at = at * ((size_t)t->levels[k] + 1) +
                     (margins >> k & 1 ? m->columns[t->dimension[k]].value[r] + 1u : 0u);
            t->value[at]++;
        }
}

static enum status sheet_count(struct sheet *s, struct err *e)
{
    struct arena *memory = &s->q->r.memory;
    struct micro m = {s->columns, s->column_count, s->rows};
    struct release_table *all = arena_array(memory, s->table_count + 1, sizeof *all);
    for (size_t i = 0; i < s->table_count; i++)
        all[i] = *s->tables[i];
    if (s->q->job->complete)
        for (size_t i = 0; i < s->table_count; i++)
            count_exact(&m, &all[i], memory);
    else
        TRY(release_protect(&m, all, s->table_count, s->q->job->key, memory, e));
    for (size_t i = 0; i < s->table_count; i++)
        *s->tables[i] = all[i];
    return ST_OK;
}

/* The years, and one more label. */
static const char *const *year_labels(struct request *q, const char *last)
{
    const char **labels = arena_array(&q->r.memory, (size_t)q->rows.years + 2, sizeof *labels);
    for (int y = 0; y < q->rows.years; y++)
        labels[y] = q->periods[y];
    labels[q->rows.years] = last;
    return labels;
}

/* ---- the tables ---- */

static void add_period(struct sheet *s, int period)
{
    struct request *q = s->q;
    int first = (int)s->column_count;
    for (int k = 0; k < QUALITIES; k++) {
        const char *name = arena_printf(&q->r.memory, "p%d_q%d", period, k);
        uint8_t *v = column(s, name, quality_labels[k]);
        for (size_t i = 0; i < s->rows; i++)
            v[i] = q->rows.persons[i].code[period][k];
        if (k != QUALITY_STAGE)
            table(s, &q->quality[period][k], 2, first, first + k, 0);
    }
}

static enum status person_tables(struct request *q, struct err *e)
{
    struct sheet s = sheet_new(q, q->rows.person_count, (REQUEST_PERIODS + 1) * QUALITIES);
    for (int p = 0; p <= q->rows.years; p++)
        add_period(&s, p);
    int first = (int)s.column_count;
    uint8_t *year = column(&s, "nrm_year", year_labels(q, "None in the window"));
    uint8_t *nrm = column(&s, "nrm", answers);
    uint8_t *undated = column(&s, "undated", dated);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.persons[i].nrm_year;
        nrm[i] = q->rows.persons[i].nrm;
        undated[i] = q->rows.persons[i].undated;
    }
    table(&s, &q->nrm, 2, first, first + 1, 0);
    table(&s, &q->undated, 1, first + 2, 0, 0);
    return sheet_count(&s, e);
}

static enum status referral_tables(struct request *q, struct err *e)
{
    struct sheet s = sheet_new(q, q->rows.referral_count, 4);
    uint8_t *year = column(&s, "year", year_labels(q, "Not dated"));
    uint8_t *outcome = column(&s, "outcome", outcomes);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.referrals[i].year;
        outcome[i] = q->rows.referrals[i].outcome;
    }
    table(&s, &q->referrals, 2, 0, 1, 0);
    return sheet_count(&s, e);
}

static enum status exit_tables(struct request *q, struct err *e)
{
    struct sheet s = sheet_new(q, q->rows.exit_count, 4);
    uint8_t *year = column(&s, "year", year_labels(q, "Not dated"));
    uint8_t *how = column(&s, "how", leavings);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.exits[i].year;
        how[i] = q->rows.exits[i].how;
    }
    table(&s, &q->exits, 2, 0, 1, 0);
    return sheet_count(&s, e);
}

static enum status action_tables(struct request *q, struct err *e)
{
    const struct code_list *list = dictionary_codes("exit_plan_domain");
    const char **domains = arena_array(&q->r.memory, list->count + 2, sizeof *domains);
    for (size_t i = 0; i < list->count; i++)
        domains[i] = arena_strndup(&q->r.memory, list->codes[i].code.p, list->codes[i].code.n);
    domains[list->count] = "Not given";
    struct sheet s = sheet_new(q, q->rows.action_count, 4);
    uint8_t *year = column(&s, "year", year_labels(q, "Not dated"));
    uint8_t *domain = column(&s, "domain", domains);
    uint8_t *is_done = column(&s, "done", done);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.actions[i].year;
        domain[i] = q->rows.actions[i].domain;
        is_done[i] = q->rows.actions[i].done;
    }
    table(&s, &q->actions, 3, 0, 1, 2);
    return sheet_count(&s, e);
}

static uint8_t held_year(const struct request *q, const struct person_row *p)
{
    int year = request_year(&q->rows, p->last_received);
    return (uint8_t)(year < 0 ? q->rows.years : year);
}

static uint8_t verdict_of(char status)
{
    return status == 'Y' ? REQUEST_YES : status == 'N' ? REQUEST_NO : REQUEST_UNSETTLED;
}

/* Strict and lenient are one classification, so that they stay nested when rounded. */
static enum status definition_tables(struct request *q, struct err *e)
{
    static const char *const pairs[] = {"NN", "NI", "NY", "IN", "II", "IY", "YN", "YI", "YY", NULL};
    const struct analysis *a = &q->r.a;
    struct sheet s = sheet_new(q, a->person_count, a->set->count + 2);
    uint8_t *year = column(&s, "year", year_labels(q, "None in the window"));
    for (size_t i = 0; i < s.rows; i++)
        year[i] = held_year(q, &a->persons[i]);
    for (size_t k = 0; k < a->set->count; k++) {
        uint8_t *v = column(&s, arena_printf(&q->r.memory, "d%zu", k), pairs);
        for (size_t i = 0; i < s.rows; i++) {
            const char *status = a->persons[i].status[k];
            v[i] = (uint8_t)(verdict_of(status[MODE_STRICT]) * REQUEST_ANSWERS +
                             verdict_of(status[MODE_LENIENT]));
        }
        table(&s, &q->definition[k], 2, 0, (int)s.column_count - 1, 0);
    }
    return sheet_count(&s, e);
}

/* One row for each occurrence that a definition counts for certain. */
static enum status occurrence_table(struct request *q, struct err *e)
{
    const struct analysis *a = &q->r.a;
    size_t kinds = 2 * a->set->count, rows = 0, n = 0;
    const char **labels = arena_array(&q->r.memory, kinds + 1, sizeof *labels);
    for (size_t k = 0; k < kinds; k++)
        labels[k] = arena_printf(&q->r.memory, "d%zu", k);
    for (size_t i = 0; i < a->person_count; i++)
        for (size_t k = 0; k < kinds; k++)
            if (a->persons[i].count_min[k / 2][k % 2] > 0)
                rows += (size_t)a->persons[i].count_min[k / 2][k % 2];
    struct sheet s = sheet_new(q, rows, 3);
    uint8_t *year = column(&s, "year", year_labels(q, "None in the window"));
    uint8_t *kind = column(&s, "kind", labels);
    for (size_t i = 0; i < a->person_count; i++)
        for (size_t k = 0; k < kinds; k++)
            for (int c = 0; c < a->persons[i].count_min[k / 2][k % 2]; c++) {
                year[n] = held_year(q, &a->persons[i]);
                kind[n++] = (uint8_t)k;
            }
    table(&s, &q->occurrences, 2, 0, 1, 0);
    return sheet_count(&s, e);
}

enum status request_tables(struct request *q, struct err *e)
{
    TRY(person_tables(q, e));
    TRY(referral_tables(q, e));
    TRY(exit_tables(q, e));
    TRY(action_tables(q, e));
    TRY(definition_tables(q, e));
    return occurrence_table(q, e);
}
