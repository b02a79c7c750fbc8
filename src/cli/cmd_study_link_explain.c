#include "app/link_explain.h"
#include "base/limits.h"
#include "base/pool.h"
#include "cli/cli.h"

static enum status run(struct cli *c, struct err *e)
{
    struct link_explain_request r = {
        .people = cli_arg(c, 0),
        .spec = cli_text(c, "spec", NULL),
        .use_model = cli_text(c, "use-model", NULL),
        .id_a = cli_value(c, "pair", 0),
        .id_b = cli_value(c, "pair", 1),
        .cluster = cli_text(c, "cluster", NULL),
        .svg = cli_text(c, "svg", NULL),
        .threshold = cli_real(c, "threshold", 0.5),
        .threads = (int)cli_int(c, "threads", pool_cpus()),
    };
    if (!(r.threshold > 0.0 && r.threshold < 1.0))
        return err_set(e, ST_USAGE, "--threshold must be between 0 and 1, both excluded");
    if (r.threads < 1 || r.threads > LIMIT_THREADS)
        return err_set(e, ST_USAGE, "--threads must be 1 to %d", LIMIT_THREADS);
    if (!r.id_a == !r.cluster)
        return err_set(e, ST_USAGE, "give --pair A B or --cluster ID");
    if (r.svg && r.cluster)
        return err_set(e, ST_USAGE, "--svg draws a pair, not a cluster");
    struct buf text = BUF_EMPTY;
    json_t *doc;
    enum status st = link_explain_run(&r, &text, &doc, e);
    if (st == ST_OK && cli_json(c))
        st = json_write_file("-", doc, e);
    else if (st == ST_OK)
        fwrite(text.p, 1, text.n, stdout);
    json_decref(doc);
    buf_free(&text);
    return st;
}

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "columns and their types, as for study link", true, 0},
    {"pair", OPT_TEXT, "A B", "ids of the two records", false, 2},
    {"cluster", OPT_TEXT, "ID", "show the cluster of this record, and its weakest link", false, 0},
    {"use-model", OPT_FILE, "MODEL.json", "use this model instead of training", false, 0},
    {"svg", OPT_FILE, "FILE", "draw the weights as a waterfall", false, 0},
    {"threshold", OPT_REAL, "P", "the probability above which study link links (0.5)", false, 0},
    {"threads", OPT_INT, "N", "threads (default: all processors)", false, 0},
    {0},
};

const struct command cmd_study_link_explain = {
    .path = "study link-explain",
    .summary =
        "Say why two records of a file are, or are not, linked, and what holds a cluster together",
    .arguments = "PEOPLE.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "Prints the weight of every comparison in bits (log2 of the odds) and in words. Records\n"
        "that blocking never brought together are said to be so, with the weight that a "
        "comparison\n"
        "would have given.",
    .example = "throughline study link-explain people.csv --spec people-spec.json "
               "--pair R001 R002 --svg why.svg\n"
               "throughline study link-explain people.csv --spec people-spec.json "
               "--pair R001 R016\n"
               "throughline study link-explain people.csv --spec people-spec.json "
               "--cluster R001",
    .run = run,
};
