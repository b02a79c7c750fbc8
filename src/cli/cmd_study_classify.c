#include "app/study_classify.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/cli.h"

static enum status run(struct cli *c, struct err *e)
{
    struct study_classify job = {
        .cases = cli_arg(c, 0),
        .definitions = cli_text(c, "definitions", NULL),
        .out = cli_text(c, "out", NULL),
        .threads = (int)cli_int(c, "threads", pool_cpus()),
        .progress = cli_progress(c),
    };
    if (job.threads < 1 || job.threads > 256)
        return err_set(e, ST_USAGE, "--threads must be from 1 to 256");
    TRY(study_classify(&job, e));
    if (!cli_json(c)) {
        if (!cli_quiet(c) && strcmp(job.out, "-") != 0)
            printf("%zu cases, definitions version %s: %zu rows in %s\n", job.case_count,
                   job.version, job.row_count, job.out);
        return ST_OK;
    }
    json_t *doc =
        json_pack("{s:I,s:I,s:s,s:s}", "cases", (json_int_t)job.case_count, "rows",
                  (json_int_t)job.row_count, "definitions_version", job.version, "out", job.out);
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static const struct opt opts[] = {
    {"out", OPT_FILE, "RESULTS.csv", "where the answers go (- for standard output)", true, 0},
    {"definitions", OPT_FILE, "DEFS.json", "definitions to use instead of the compiled-in seven",
     false, 0},
    {"threads", OPT_INT, "N", "threads to use; the result does not depend on it", false, 0},
    {0},
};

const struct command cmd_study_classify = {
    .path = "study classify",
    .summary = "Decide under each definition whether people described in a file were re-trafficked",
    .arguments = "CASES.json",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details = "Each case is answered by each definition, strict (stated facts only) and lenient "
               "(inferred\n"
               "facts too): YES, NO or INDETERMINATE with the least and the most that the facts "
               "allow, and\n"
               "the facts that would settle it. HELPLINE is the helpline's class, once per case. "
               "The shape\n"
               "of the file is in docs/user/study-classify.md.",
    .example = "throughline study classify cases.json --out results.csv",
    .run = run,
};
