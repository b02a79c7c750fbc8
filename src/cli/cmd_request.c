#include "app/request.h"
#include "base/clock.h"
#include "cli/find_command.h"
#include "cli/release_key.h"
#include "cli/release_words.h"

#include <stdio.h>
#include <string.h>

/* Exact counts leave only for a purpose that somebody states. */
static enum status read_purpose(const struct cli *c, struct request_job *job, struct err *e)
{
    job->purpose = cli_text(c, "purpose", job->complete ? NULL : "data request");
    if (!job->purpose || str_trim(str_of(job->purpose)).n == 0)
        return err_set(e, ST_USAGE,
                       job->complete ? "--complete needs --purpose TEXT: it stands in the audit log"
                                     : "--purpose must say something");
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    char created[CLOCK_TEXT_BYTES];
    unsigned char key[32];
    struct findings_job options = {0};
    int64_t years = cli_int(c, "years", 5);
    struct request_job job = {.out = cli_text(c, "out", NULL),
                              .as_at = (int32_t)cli_int(c, "as-at", 0),
                              .years = years < 0 || years > INT16_MAX ? 0 : (int)years,
                              .nrm_complete = cli_has(c, "nrm-complete"),
                              .complete = cli_has(c, "complete"),
                              .contact = cli_text(c, "contact", NULL),
                              .licence = cli_text(c, "licence", NULL),
                              .created = created,
                              .progress = cli_progress(c)};
    clock_utc(created);
    TRY(read_purpose(c, &job, e));
    if (job.as_at > clock_today())
        return err_set(e, ST_USAGE, "--as-at is in the future");
    TRY(thread_count(c, &job.threads, e));
    TRY(find_definitions(c, &options, e));
    job.set = options.set;
    enum status s = register_open(c, STORE_JOB, KEYS_STATISTICS, job.purpose, &job.store, e);
    if (s == ST_OK) {
        s = release_key(job.store, key, e);
        if (s == ST_OK && !job.complete)
            s = release_open(job.store, "request", key, job.out, &job.release, e);
        if (s == ST_OK)
            s = request_write(&job, e);
        release_free(job.release);
        store_close(job.store);
    }
    find_command_free(&options);
    if (s == ST_OK && !cli_quiet(c))
        printf("%d of %d items can be answered from this register.\n%s/index.html\n", job.answered,
               job.items, job.out);
    if (s == ST_OK && !cli_quiet(c) && !job.complete)
        printf(DRAFT_WORDS, (long long)job.draft, job.out, cli_text(c, "store", "DIR"));
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"as-at", OPT_DATE, "DATE", "the day of the request: nothing later counts", true, 0},
    {"years", OPT_INT, "N", "years that end on that day, 1 to 20 (5)", false, 0},
    {"out", OPT_FILE, "DIR", "where the answer goes", true, 0},
    {"complete", OPT_FLAG, NULL, "exact counts, for the authority; needs --purpose", false, 0},
    {"purpose", OPT_TEXT, "TEXT", "why: stands in the audit log and on the page", false, 0},
    {"contact", OPT_TEXT, "TEXT", "who answers questions about the answer", false, 0},
    {"licence", OPT_TEXT, "TEXT", "under which it may be used: words or an address", false, 0},
    FIND_OPTIONS,
    {0},
};

const struct command cmd_request = {
    .path = "request",
    .summary = "The 17 items of the Commissioner's data request, per year and in total",
    .opts = opts,
    .details = "Writes index.html, tables.ods, tables.xlsx and csv/: each item with unit, "
               "population, nesting, what cannot be settled,\n"
               "what is not collected, and the closest public answer; and the table on leaving "
               "support.\n"
               "Counts are rounded together to base 5 unless --complete. Needs no identity key.",
    .example = "throughline simulate --people 300 --seed 1 --out made --quiet\n"
               "throughline init register --quiet\n"
               "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
               "throughline import made/msvcc.csv --as msvcc --from TSA --store register --quiet\n"
               "throughline run --store register --quiet\n"
               "throughline request --store register --as-at 2023-12-31 --years 5 --out answer",
    .run = run,
};
