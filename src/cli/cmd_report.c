#include "app/report.h"
#include "base/clock.h"
#include "cli/find_command.h"
#include "cli/release_key.h"
#include "cli/release_words.h"

static enum status run(struct cli *c, struct err *e)
{
    char created[CLOCK_TEXT_BYTES];
    unsigned char key[32];
    struct findings_job options = {0};
    struct report_job job = {.out = cli_text(c, "out", NULL),
                             .made = cli_has(c, "made") || cli_has(c, "truth"),
                             .truth = cli_text(c, "truth", NULL),
                             .contact = cli_text(c, "contact", NULL),
                             .licence = cli_text(c, "licence", NULL),
                             .nrm_complete = cli_has(c, "nrm-complete"),
                             .created = created,
                             .progress = cli_progress(c)};
    clock_utc(created);
    TRY(thread_count(c, &job.threads, e));
    TRY(find_definitions(c, &options, e));
    job.set = options.set;
    enum status s = register_open(c, STORE_JOB, KEYS_STATISTICS, "statistics", &job.store, e);
    if (s == ST_OK) {
        s = release_key(job.store, key, e);
        if (s == ST_OK)
            s = release_open(job.store, "report", key, job.out, &job.release, e);
        if (s == ST_OK)
            s = report_write(&job, e);
        release_free(job.release);
        store_close(job.store);
    }
    find_command_free(&options);
    if (s == ST_OK && !cli_quiet(c))
        printf("%s%s/index.html\n" DRAFT_WORDS, job.findings.p ? job.findings.p : "", job.out,
               (long long)job.draft, job.out, cli_text(c, "store", "DIR"));
    buf_free(&job.findings);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"out", OPT_FILE, "DIR", "where the report goes", true, 0},
    {"made", OPT_FLAG, NULL, "the data are made: say so on every page", false, 0},
    {"truth", OPT_FILE, "DIR", "measure the links against a made population's truth", false, 0},
    {"contact", OPT_TEXT, "TEXT", "who answers questions about the release", false, 0},
    {"licence", OPT_TEXT, "TEXT", "under which it may be used: words or an address", false, 0},
    FIND_OPTIONS,
    {0},
};

const struct command cmd_report = {
    .path = "report",
    .summary = "The statistical release: page, spreadsheets, CSV and pictures",
    .opts = opts,
    .details = "Headline, main points, topics, methods, quality notes and revision policy.\n"
               "Writes index.html (self-contained), tables.ods, tables.xlsx, csv/ with CSVW "
               "metadata, and figures/.\n"
               "Counts are rounded together to base 5. Needs no identity key.",
    .example = "throughline simulate --people 300 --seed 1 --out made --quiet\n"
               "throughline init register --quiet\n"
               "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
               "throughline run --store register --quiet\n"
               "throughline report --store register --truth made/truth --out report",
    .run = run,
};
