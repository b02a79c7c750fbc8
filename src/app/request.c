#include "app/request.h"

#include "app/request_parts.h"
#include "base/date.h"

#include <stdlib.h>

static const char complete_words[] =
    "Complete: exact counts for the authority named, under the purpose stated. Small counts can "
    "tell a person. Not for publication.";

static enum status check(const struct request_job *job, struct err *e)
{
    if (job->years < 1 || job->years > REQUEST_YEARS_MAX)
        return err_set(e, ST_USAGE, "--years must be from 1 to %d", REQUEST_YEARS_MAX);
    if (date_to_ymd(job->as_at).y - job->years < 1)
        return err_set(e, ST_USAGE, "--as-at less --years leaves the calendar");
    TRY(bulletin_check_line("contact", job->contact, e));
    return bulletin_check_line("licence", job->licence, e);
}

static void open_bulletin(struct request *q)
{
    const struct request_job *job = q->job;
    struct arena *m = &q->r.memory;
    char as_at[11];
    date_to_iso(job->as_at, as_at);
    const char **cover = arena_array(m, 6, sizeof *cover);
    const char *subtitle =
        arena_printf(m, "Records from %s. Definitions version %s.", q->span, job->set->version);
    cover[0] = subtitle;
    cover[1] = job->complete ? arena_printf(m, "Complete, exact counts. Purpose: %s", job->purpose)
                             : arena_printf(m, "%s; shares are computed from the rounded counts.",
                                            release_rounding_words(job->release, m));
    cover[2] = "A person is a line: the records that links hold to be one person.";
    cover[3] = job->contact ? arena_printf(m, "Contact: %s", job->contact)
                            : "No contact was given for this answer.";
    struct bulletin_head head = {.title = "Re-trafficking: answers to the data request",
                                 .subtitle = subtitle,
                                 .subject = "The 17 items of the Commissioner's data request",
                                 .author = "Throughline " THROUGHLINE_VERSION,
                                 .created = job->created,
                                 .made = job->complete ? complete_words : NULL,
                                 .stamp = job->complete ? "Complete: not for publication" : NULL,
                                 .contact = job->contact,
                                 .licence = job->licence,
                                 .cover = cover};
    q->r.b = bulletin_new(&head);
    q->r.source = arena_printf(
        m, "Throughline register as at %s; %s.", as_at,
        job->complete ? "exact counts"
                      : arena_printf(m, "counts rounded to base %d, within %lld", RELEASE_BASE,
                                     (long long)release_reach(job->release)));
}

static void name_periods(struct request *q)
{
    char day[11];
    for (int y = 0; y < q->rows.years; y++) {
        date_to_iso(q->rows.end[y], day);
        q->periods[y] = arena_printf(&q->r.memory, "Year to %s", day);
    }
    q->periods[q->rows.years] =
        q->rows.years > 1 ? arena_printf(&q->r.memory, "All %d years", q->rows.years) : "In all";
    date_to_iso(q->rows.start, day);
    q->span = arena_printf(&q->r.memory, "%s to ", day);
    date_to_iso(q->job->as_at, day);
    q->span = arena_printf(&q->r.memory, "%s%s", q->span, day);
}

static enum status read_all(struct request *q, struct err *e)
{
    const struct request_job *job = q->job;
    struct request_options rows = {.as_at = job->as_at,
                                   .years = job->years,
                                   .nrm_complete = job->nrm_complete,
                                   .purpose = job->purpose,
                                   .coverage = q->coverage,
                                   .coverage_count = q->coverage_count,
                                   .progress = &job->progress};
    struct analysis_options analysis = {.set = job->set,
                                        .nrm_complete = job->nrm_complete,
                                        .until = job->as_at,
                                        .threads = job->threads,
                                        .progress = &job->progress};
    TRY(request_rows_read(job->store, &rows, &q->rows, &q->r.memory, e));
    return analysis_read(job->store, &analysis, &q->r.a, e);
}

static enum status audit(struct request *q, struct err *e)
{
    char as_at[11], data_date[11] = "";
    date_to_iso(q->job->as_at, as_at);
    if (q->r.a.as_at != DATE_NONE)
        date_to_iso(q->r.a.as_at, data_date);
    const struct release_facts facts = {.as_at = as_at,
                                        .data_date = data_date,
                                        .definitions = q->job->set->version,
                                        .nrm_complete = q->job->nrm_complete};
    return release_audit(q->job->release, &facts, &q->job->progress, e);
}

static enum status write_files(struct request *q, struct err *e)
{
    if (q->job->complete)
        return bulletin_write(q->r.b, q->job->out, e);
    TRY(release_watch(q->job->release, e));
    TRY(bulletin_write(q->r.b, q->job->out, e));
    return release_draft(q->job->release, &q->job->draft, e);
}

static enum status write_pages(struct request *q, struct err *e)
{
    name_periods(q);
    TRY(request_tables(q, e));
    if (!q->job->complete)
        TRY(audit(q, e));
    open_bulletin(q);
    request_pages(q);
    for (size_t i = 0; i < q->item_count; i++)
        q->job->answered += request_collected(q, &q->items[i]);
    q->job->items = (int)q->item_count;
    enum status s = write_files(q, e);
    bulletin_free(q->r.b);
    return s;
}

enum status request_write(struct request_job *job, struct err *e)
{
    TRY(check(job, e));
    struct request *q = mem_zalloc(1, sizeof *q);
    q->job = job;
    request_items_read(q);
    enum status s = read_all(q, e);
    if (s == ST_OK)
        s = write_pages(q, e);
    request_rows_free(&q->rows);
    analysis_free(&q->r.a);
    arena_free(&q->r.memory);
    free(q);
    return s;
}
