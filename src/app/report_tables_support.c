/* From spells of support that ended, plans to return and follow-ups to categories. */
#include "app/release_sheet.h"
#include "app/report_parts.h"
#include "app/request_parts.h"

#include "base/date.h"

static const char *const found[FOLLOWUPS_FOUND + 1] = {
    "Reached: not again", "Reached: again", "Reached: not said", "Not reached", "Declined",
    "Unsafe to contact",  "No consent",     "No result",         NULL};

static const char *const *code_labels(struct report *r, const char *list_name)
{
    const struct code_list *list = dictionary_codes(list_name);
    const char **labels = arena_array(&r->memory, list->count + 2, sizeof *labels);
    for (size_t i = 0; i < list->count; i++)
        labels[i] = arena_strndup(&r->memory, list->codes[i].label.p, list->codes[i].label.n);
    labels[list->count] = "Not given";
    return labels;
}

/* ---- leaving support ---- */

static void name_years(struct report *r, const struct request_rows *rows)
{
    r->support_year_count = rows->years;
    memcpy(r->support_ends, rows->end, sizeof r->support_ends);
    for (int y = 0; y < rows->years; y++)
        r->support_years[y] = arena_printf(&r->memory, "%d", date_to_ymd(rows->end[y]).y);
    r->support_years[rows->years] = "Not dated";
    r->support_years[rows->years + 1] = NULL;
}

static enum status count_leavings(struct report *r, const struct request_rows *rows, struct err *e)
{
    struct release_sheet s = release_sheet_new(&r->memory, rows->exit_count);
    name_years(r, rows);
    request_leavings_sheet(rows, &s, &r->leavings);
    return release_sheet_count(&s, r->job->release, "spells of support that ended", e);
}

/* Whole calendar years, the last being that of the register's last day. */
static enum status leaving_tables(struct report *r, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct request_rows rows = {0};
    int last = r->a.as_at == DATE_NONE ? 2000 : date_to_ymd(r->a.as_at).y;
    struct request_options o = {.as_at = date_from_ymd((struct ymd){last, 12, 31}),
                                .years = SUPPORT_YEARS,
                                .nrm_complete = r->job->nrm_complete,
                                .purpose = "statistics",
                                .progress = &r->job->progress};
    enum status s = request_rows_read(r->job->store, &o, &rows, &memory, e);
    if (s == ST_OK)
        s = count_leavings(r, &rows, e);
    request_rows_free(&rows);
    arena_free(&memory);
    return s;
}

/* ---- returns ---- */

/* The place of a day among r->years. */
static uint8_t year_place(const struct report *r, int32_t day)
{
    if (day == DATE_NONE || r->a.as_at == DATE_NONE)
        return (uint8_t)r->year_count;
    int back = date_to_ymd(r->a.as_at).y - date_to_ymd(day).y;
    return (uint8_t)(back < 0                ? r->year_count
                     : back >= r->year_count ? 0
                                             : r->year_count - 1 - back);
}

static enum status return_tables(struct report *r, struct err *e)
{
    const struct facts *f = &r->facts;
    struct release_sheet s = release_sheet_new(&r->memory, f->return_count);
    uint8_t *year = release_sheet_column(&s, "year", r->years);
    uint8_t *kind = release_sheet_column(&s, "return_kind", code_labels(r, "return_kind"));
    for (size_t i = 0; i < s.rows; i++) {
        year[i] = year_place(r, f->returns[i].departed);
        kind[i] = f->returns[i].kind;
    }
    release_sheet_table(&s, &r->returns, "returns", 0, 1, -1);
    for (int q = 0; q < RETURN_QUESTIONS; q++) {
        uint8_t *v =
            release_sheet_column_of(&s, "return_answer", return_questions[q], fact_answers);
        for (size_t i = 0; i < s.rows; i++)
            v[i] = f->returns[i].answer[q];
        release_sheet_table_of(&s, &r->return_answers[q], "return_answer", return_questions[q],
                               release_sheet_last(&s), -1, -1);
    }
    return release_sheet_count(&s, r->job->release, "plans to return", e);
}

static enum status followup_tables(struct report *r, struct err *e)
{
    const struct facts *f = &r->facts;
    struct release_sheet s = release_sheet_new(&r->memory, f->followup_count);
    uint8_t *point = release_sheet_column(&s, "point", code_labels(r, "followup_point"));
    uint8_t *result = release_sheet_column(&s, "found", found);
    for (size_t i = 0; i < s.rows; i++) {
        point[i] = f->followups[i].point;
        result[i] = f->followups[i].found;
    }
    release_sheet_table(&s, &r->followups, "followups", 0, 1, -1);
    return release_sheet_count(&s, r->job->release, "follow-ups", e);
}

enum status report_tables_support(struct report *r, struct err *e)
{
    TRY(leaving_tables(r, e));
    TRY(return_tables(r, e));
    return followup_tables(r, e);
}
