/* From rows to tables: joint controlled rounding, or exact counts for the authority. */
#include "app/release_sheet.h"
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

static struct release *release_of(const struct request *q)
{
    return q->job->complete ? NULL : q->job->release;
}

/* The window as a whole: what totals over years cover when rows outside it are left out. */
static const char *window_name(const struct request_rows *rows, struct arena *memory)
{
    char day[11];
    date_to_iso(rows->end[rows->years - 1], day);
    return arena_printf(memory, "%d years to %s", rows->years, day);
}

/* Rows of other windows have this code. */
static const char *outside_name(struct request *q)
{
    return arena_printf(&q->r.memory, "Outside the %s", window_name(&q->rows, &q->r.memory));
}

/* The years by their last days, and one more label: the same in every release that counts them. */
static const char *const *year_labels(const struct request_rows *rows, const char *last,
                                      struct arena *memory)
{
    const char **labels = arena_array(memory, (size_t)rows->years + 2, sizeof *labels);
    for (int y = 0; y < rows->years; y++) {
        char day[11];
        date_to_iso(rows->end[y], day);
        labels[y] = arena_printf(memory, "Year to %s", day);
    }
    labels[rows->years] = last;
    return labels;
}

/* Years of rows that are left out when they are dated outside the window. */
static uint8_t *window_year(struct release_sheet *s, const struct request_rows *rows)
{
    uint8_t *v = release_sheet_column(s, "request_year", year_labels(rows, "Not dated", s->memory));
    release_sheet_covers(s, window_name(rows, s->memory));
    return v;
}

void request_leavings_sheet(const struct request_rows *rows, struct release_sheet *s,
                            struct release_table *t)
{
    uint8_t *year = window_year(s, rows);
    uint8_t *how = release_sheet_column(s, "leaving", leavings);
    for (size_t i = 0; i < s->rows; i++) {
        year[i] = rows->exits[i].year;
        how[i] = rows->exits[i].how;
    }
    release_sheet_table(s, t, "leaving", 0, 1, -1);
}

/* ---- the tables ---- */

static void add_period(struct request *q, struct release_sheet *s, int period)
{
    static const char *const names[QUALITIES] = {"stage", "missing", "absconded", "before_cg",
                                                 "risk",  "right",   "plan"};
    const char *of = period == q->rows.years ? window_name(&q->rows, &q->r.memory)
                                             : year_labels(&q->rows, "", &q->r.memory)[period];
    int first = (int)s->column_count;
    for (int k = 0; k < QUALITIES; k++) {
        uint8_t *v = release_sheet_column_of(s, names[k], of, quality_labels[k]);
        for (size_t i = 0; i < s->rows; i++)
            v[i] = q->rows.persons[i].code[period][k];
        if (k != QUALITY_STAGE)
            release_sheet_table_of(s, &q->quality[period][k],
                                   arena_printf(&q->r.memory, "support_%s", names[k]), of, first,
                                   first + k, -1);
    }
}

static enum status person_tables(struct request *q, struct err *e)
{
    struct release_sheet s = release_sheet_new(&q->r.memory, q->rows.person_count);
    for (int p = 0; p <= q->rows.years; p++)
        add_period(q, &s, p);
    int first = (int)s.column_count;
    uint8_t *year = release_sheet_column(&s, "request_year",
                                         year_labels(&q->rows, outside_name(q), &q->r.memory));
    uint8_t *nrm = release_sheet_column(&s, "nrm_repeat", answers);
    uint8_t *undated = release_sheet_column(&s, "undated", dated);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.persons[i].nrm_year;
        nrm[i] = q->rows.persons[i].nrm;
        undated[i] = q->rows.persons[i].undated;
    }
    release_sheet_table(&s, &q->nrm, "nrm_repeat", first, first + 1, -1);
    release_sheet_table(&s, &q->undated, "undated_support", first + 2, -1, -1);
    return release_sheet_count(&s, release_of(q), "people on record", e);
}

static enum status referral_tables(struct request *q, struct err *e)
{
    struct release_sheet s = release_sheet_new(&q->r.memory, q->rows.referral_count);
    uint8_t *year = window_year(&s, &q->rows);
    uint8_t *outcome = release_sheet_column(&s, "outcome", outcomes);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.referrals[i].year;
        outcome[i] = q->rows.referrals[i].outcome;
    }
    release_sheet_table(&s, &q->referrals, "contract_referrals", 0, 1, -1);
    return release_sheet_count(&s, release_of(q), "referrals to the prime contractor", e);
}

static enum status exit_tables(struct request *q, struct err *e)
{
    struct release_sheet s = release_sheet_new(&q->r.memory, q->rows.exit_count);
    request_leavings_sheet(&q->rows, &s, &q->exits);
    return release_sheet_count(&s, release_of(q), "spells of support that ended", e);
}

static enum status action_tables(struct request *q, struct err *e)
{
    const struct code_list *list = dictionary_codes("exit_plan_domain");
    const char **domains = arena_array(&q->r.memory, list->count + 2, sizeof *domains);
    for (size_t i = 0; i < list->count; i++)
        domains[i] = arena_strndup(&q->r.memory, list->codes[i].code.p, list->codes[i].code.n);
    domains[list->count] = "Not given";
    struct release_sheet s = release_sheet_new(&q->r.memory, q->rows.action_count);
    uint8_t *year = window_year(&s, &q->rows);
    uint8_t *domain = release_sheet_column(&s, "domain", domains);
    uint8_t *is_done = release_sheet_column(&s, "done", done);
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = q->rows.actions[i].year;
        domain[i] = q->rows.actions[i].domain;
        is_done[i] = q->rows.actions[i].done;
    }
    release_sheet_table(&s, &q->actions, "plan_actions", 0, 1, 2);
    return release_sheet_count(&s, release_of(q), "actions of exit plans", e);
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
    struct release_sheet s = release_sheet_new(&q->r.memory, a->person_count);
    uint8_t *year = release_sheet_column(&s, "request_year",
                                         year_labels(&q->rows, outside_name(q), &q->r.memory));
    for (size_t i = 0; i < s.rows; i++)
        year[i] = held_year(q, &a->persons[i]);
    for (size_t k = 0; k < a->set->count; k++) {
        const char *of = a->set->definitions[k].id;
        uint8_t *v = release_sheet_column_of(&s, "definition_pair", of, pairs);
        for (size_t i = 0; i < s.rows; i++) {
            const char *status = a->persons[i].status[k];
            v[i] = (uint8_t)(verdict_of(status[MODE_STRICT]) * REQUEST_ANSWERS +
                             verdict_of(status[MODE_LENIENT]));
        }
        release_sheet_table_of(&s, &q->definition[k], "definition_year", of, 0,
                               release_sheet_last(&s), -1);
    }
    return release_sheet_count(&s, release_of(q), "people", e);
}

/* One row for each occurrence that a definition counts for certain. */
static enum status occurrence_table(struct request *q, struct err *e)
{
    const struct analysis *a = &q->r.a;
    size_t kinds = 2 * a->set->count, rows = 0, n = 0;
    const char **labels = arena_array(&q->r.memory, kinds + 1, sizeof *labels);
    for (size_t k = 0; k < kinds; k++)
        labels[k] = arena_printf(&q->r.memory, "%s %s", a->set->definitions[k / 2].id,
                                 mode_name((enum mode)(k % 2)));
    for (size_t i = 0; i < a->person_count; i++)
        for (size_t k = 0; k < kinds; k++)
            if (a->persons[i].count_min[k / 2][k % 2] > 0)
                rows += (size_t)a->persons[i].count_min[k / 2][k % 2];
    struct release_sheet s = release_sheet_new(&q->r.memory, rows);
    uint8_t *year = release_sheet_column(&s, "request_year",
                                         year_labels(&q->rows, outside_name(q), &q->r.memory));
    uint8_t *kind = release_sheet_column(&s, "definition_mode", labels);
    for (size_t i = 0; i < a->person_count; i++)
        for (size_t k = 0; k < kinds; k++)
            for (int c = 0; c < a->persons[i].count_min[k / 2][k % 2]; c++) {
                year[n] = held_year(q, &a->persons[i]);
                kind[n++] = (uint8_t)k;
            }
    release_sheet_table(&s, &q->occurrences, "occurrences", 0, 1, -1);
    return release_sheet_count(&s, release_of(q), "occurrences", e);
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
