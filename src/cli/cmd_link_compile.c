#include "app/link_compile.h"
#include "base/json.h"
#include "base/pool.h"
#include "cli/cli.h"
#include "cli/job.h"

/* ---- link prepare ---- */

static enum status run_prepare(struct cli *c, struct err *e)
{
    uint64_t records;
    int threads;
    TRY(thread_count(c, &threads, e));
    TRY(link_prepare(cli_arg(c, 0), cli_text(c, "spec", NULL), cli_text(c, "out", NULL), threads,
                     &records, e));
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:I}", "records", (json_int_t)records);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    if (!cli_quiet(c))
        fprintf(stderr, "%llu records prepared\n", (unsigned long long)records);
    return ST_OK;
}

static const struct opt prepare_opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "columns and their types, as for study link", true, 0},
    {"out", OPT_FILE, "PREPARED.csv", "one row a record, in the forms that the SQL reads", true, 0},
    THREADS_OPT,
    {0},
};

const struct command cmd_link_prepare = {
    .path = "link prepare",
    .summary = "Write people in the plain forms that link compile's SQL reads",
    .arguments = "PEOPLE.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = prepare_opts,
    .details =
        "Spelling, scripts, sounds and dates are brought to one form here, since no SQL engine\n"
        "does that. The file holds what the people file holds: protect it alike.",
    .example = "throughline link prepare people.csv --spec people-spec.json --out prepared.csv",
    .run = run_prepare,
};

/* ---- link compile ---- */

static enum status run_compile(struct cli *c, struct err *e)
{
    const char *frequencies = cli_text(c, "frequencies", "model");
    struct link_compile r = {
        .model = cli_text(c, "model", NULL),
        .spec = cli_text(c, "spec", NULL),
        .out = cli_text(c, "out", "-"),
        .prepared = cli_text(c, "prepared", NULL),
        .dialect = sql_dialect_of(cli_text(c, "to", NULL)),
        .own_frequencies = frequencies[0] == 'd',
        .least_bits = cli_real(c, "pairs-from", -10.0),
    };
    if (cli_json(c))
        return err_set(e, ST_USAGE, "the answer of link compile is SQL: there is no --json of it");
    for (const char *p = r.prepared; p && *p; p++)
        if ((unsigned char)*p < ' ')
            return err_set(e, ST_USAGE, "--prepared: a path with control characters");
    return link_compile(&r, e);
}

static const struct opt compile_opts[] = {
    {"to", OPT_TEXT, "postgres|duckdb|spark", "the engine", true, 0},
    {"model", OPT_FILE, "MODEL.json", "as study link --model writes it", true, 0},
    {"spec", OPT_FILE, "SPEC.json", "its blocking rules and mode; default: rules are chosen", false,
     0},
    {"prepared", OPT_FILE, "PREPARED.csv", "the script loads this file", false, 0},
    {"frequencies", OPT_TEXT, "model|data", "where it is known how common a value is (model)",
     false, 0},
    {"pairs-from", OPT_REAL, "BITS", "least weight kept (default -10)", false, 0},
    {"out", OPT_FILE, "FILE.sql", "default: standard output", false, 0},
    {0},
};

const struct command cmd_link_compile = {
    .path = "link compile",
    .summary = "Write a linkage model as SQL for PostgreSQL, DuckDB or Spark",
    .opts = compile_opts,
    .details =
        "The script reads the table throughline_people (link prepare) and leaves the table\n"
        "throughline_pairs: id_a, id_b, match_weight, match_probability and the level of every\n"
        "comparison, the same as study link --use-model --pairs (on the records that the model "
        "was\n"
        "trained on: with --frequencies data). On PostgreSQL and DuckDB the tests prove that pair "
        "by\n"
        "pair; of Spark's text only with its functions renamed to DuckDB's. What an engine cannot\n"
        "say exactly is refused.",
    .example = "throughline study link people.csv --spec people-spec.json --out clusters.csv "
               "--model m.json\n"
               "throughline link prepare people.csv --spec people-spec.json --out prepared.csv\n"
               "throughline link compile --to postgres --model m.json --spec people-spec.json \\\n"
               "    --prepared prepared.csv --out link.sql",
    .run = run_compile,
};
