#include "app/report.h"

#include "app/report_parts.h"
#include "base/date.h"

#include <math.h>
#include <stdlib.h>

static const char made_words[] = "Made data: nobody in this report exists. The population is "
                                 "simulated to try the methods; no figure from "
                                 "it is a finding.";

static void open_bulletin(struct report *r)
{
    char as_at[11] = "no date";
    if (r->a.as_at != DATE_NONE)
        date_to_iso(r->a.as_at, as_at);
    const char *subtitle = arena_printf(
        &r->memory, "Records received up to %s. Definitions version %s.", as_at, r->a.set->version);
    const char **cover = arena_array(&r->memory, 8, sizeof *cover);
    cover[0] = subtitle;
    cover[1] =
        "A person is a line: the records that links hold to be one person. Nothing is merged.";
    cover[2] = arena_printf(&r->memory,
                            "%s, so that no table, margin or difference tells a person; shares are "
                            "computed from the rounded counts.",
                            release_rounding_words(r->job->release, &r->memory));
    cover[3] = "Definitions, methods and the revision policy are in the bulletin, index.html.";
    cover[4] = r->job->contact ? arena_printf(&r->memory, "Contact: %s", r->job->contact)
                               : "No contact was given for this release.";
    struct bulletin_head head = {.title = "Re-trafficking: repeats, definitions and timing",
                                 .subtitle = subtitle,
                                 .subject = "Repeat referrals and re-trafficking",
                                 .author = "Throughline " THROUGHLINE_VERSION,
                                 .created = r->job->created,
                                 .made = r->job->made ? made_words : NULL,
                                 .stamp = r->job->made ? "Made data: nobody in this report exists"
                                                       : NULL,
                                 .contact = r->job->contact,
                                 .licence = r->job->licence,
                                 .cover = cover};
    r->b = bulletin_new(&head);
    r->source = arena_printf(&r->memory, "Throughline register as at %s%s.", as_at,
                             r->job->made ? "; made data" : "");
}

/* Only a made population has a truth to be measured against. */
static enum status measure(struct report *r, struct err *e)
{
    r->specificity = NAN;
    if (!r->job->truth)
        return ST_OK;
    struct evaluate_job job = {.store = r->job->store, .truth = r->job->truth};
    TRY(evaluate_run(&job, e));
    r->measured = job.out;
    uint64_t first = job.out.records - job.out.unmatched - job.out.all.recall.n;
    if (first)
        r->specificity =
            1.0 - (double)(job.out.all.precision.n - job.out.all.precision.x) / (double)first;
    return ST_OK;
}

static enum status sections(struct report *r, struct err *e)
{
    report_main(r);
    TRY(report_repeats(r, e));
    TRY(report_definitions(r, e));
    TRY(report_timing(r, e));
    TRY(report_profile(r, e));
    TRY(report_factors(r, e));
    TRY(report_triggers(r, e));
    TRY(report_leaving(r, e));
    report_returns(r);
    report_children(r);
    report_europe(r);
    report_missing(r);
    report_uncertainty(r);
    TRY(report_hidden(r, e));
    report_quality(r);
    TRY(report_reviewed(r, e));
    TRY(report_published(r, e));
    TRY(report_release(r, e));
    report_methods(r);
    return ST_OK;
}

static enum status audit(struct report *r, struct err *e)
{
    char as_at[11] = "";
    if (r->a.as_at != DATE_NONE)
        date_to_iso(r->a.as_at, as_at);
    const struct release_facts facts = {.as_at = as_at,
                                        .data_date = as_at,
                                        .definitions = r->a.set->version,
                                        .nrm_complete = r->job->nrm_complete};
    return release_audit(r->job->release, &facts, &r->job->progress, e);
}

static enum status write_draft(struct report *r, struct err *e)
{
    TRY(release_watch(r->job->release, e));
    TRY(bulletin_write(r->b, r->job->out, e));
    return release_draft(r->job->release, &r->job->draft, e);
}

enum status report_write(struct report_job *job, struct err *e)
{
    TRY(bulletin_check_line("contact", job->contact, e));
    TRY(bulletin_check_line("licence", job->licence, e));
    struct report r = {.job = job};
    struct analysis_options options = {.set = job->set,
                                       .nrm_complete = job->nrm_complete,
                                       .until = INT32_MAX,
                                       .threads = job->threads,
                                       .progress = &job->progress};
    TRY(analysis_read(job->store, &options, &r.a, e));
    enum status s = measure(&r, e);
    if (s == ST_OK)
        s = report_tables(&r, e);
    if (s == ST_OK)
        s = audit(&r, e);
    open_bulletin(&r); /* says how far the printed counts are from the true ones */
    if (s == ST_OK)
        s = report_timing_fit(&r, e);
    if (s == ST_OK)
        s = report_draws_fit(&r, e);
    if (s == ST_OK)
        s = sections(&r, e);
    if (s == ST_OK)
        s = write_draft(&r, e);
    bulletin_free(r.b);
    link_draws_free(&r.draws);
    report_timing_free(&r);
    facts_free(&r.facts);
    analysis_free(&r.a);
    arena_free(&r.memory);
    return s;
}
