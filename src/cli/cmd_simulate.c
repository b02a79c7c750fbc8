#include "app/simulate.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/pool.h"
#include "cli/cli.h"

static enum status print_json(const struct simulate_summary *s, const struct simulate_request *q,
                              struct err *e)
{
    json_t *rows = json_object();
    for (int f = 0; f < s->files; f++)
        json_object_set_new(rows, s->file[f], json_integer((json_int_t)s->rows[f]));
    json_t *doc = json_pack("{s:I,s:I,s:b,s:o}", "people", (json_int_t)q->people, "seed",
                            (json_int_t)q->seed, "made", 1, "rows", rows);
    enum status status = json_write_file("-", doc, e);
    json_decref(doc);
    return status;
}

static enum status run(struct cli *c, struct err *e)
{
    int64_t people = cli_int(c, "people", 0), seed = cli_int(c, "seed", 0);
    int64_t threads = cli_int(c, "threads", pool_cpus());
    if (people < 1 || seed < 0 || threads < 1 || threads > LIMIT_THREADS) {
        err_set(e, ST_USAGE, "%s is out of range",
                people < 1 ? "--people"
                : seed < 0 ? "--seed"
                           : "--threads");
        return err_hint(e, "People from 1, seed from 0, threads from 1 to %d.", LIMIT_THREADS);
    }
    struct simulate_request q = {.people = (uint64_t)people,
                                 .seed = (uint64_t)seed,
                                 .out = cli_text(c, "out", NULL),
                                 .parameters = cli_text(c, "parameters", NULL),
                                 .threads = (int)threads};
    struct simulate_summary s;
    struct progress p = cli_progress(c);
    TRY(app_simulate(&q, cli_quiet(c) ? NULL : &p, &s, e));
    if (cli_json(c))
        return print_json(&s, &q, e);
    if (cli_quiet(c))
        return ST_OK;
    printf("Made data: %llu people, seed %llu, in %s\n", (unsigned long long)q.people,
           (unsigned long long)q.seed, q.out);
    for (int f = 0; f < s.files; f++)
        printf("  %-22s%9llu rows\n", s.file[f], (unsigned long long)s.rows[f]);
    return ST_OK;
}

static const struct opt opts[] = {
    {"people", OPT_INT, "N", "how many people (1 to 10,000,000)", true, 0},
    {"seed", OPT_INT, "S", "number that decides every draw, from 0", true, 0},
    {"out", OPT_FILE, "DIR", "folder to write to; made when missing", true, 0},
    {"parameters", OPT_FILE, "FILE.json",
     "changes to the rates and times (same names as data/simulate/parameters.json)", false, 0},
    {"threads", OPT_INT, "N", "threads (default: all processors); the result is the same", false,
     0},
    {0},
};

const struct command cmd_simulate = {
    .path = "simulate",
    .summary = "Make a population's agency extracts, and the truth behind them",
    .opts = opts,
    .details =
        "Writes nrm.csv, dtn.csv, msvcc.csv, helpline.csv, ngo.csv and police.csv, each in its\n"
        "channel's layout (throughline help formats), MADE.txt, and truth/ apart. Nationality, "
        "age,\n"
        "sex, exploitation, responder, quarter and decisions follow the published Home Office "
        "tables\n"
        "of 2014 to 2023; everything else is a parameter. Made data: nobody in it exists, and\n"
        "nothing in it is a finding. The same N and S give the same bytes on every machine.",
    .example =
        "throughline simulate --people 200 --seed 7 --out made\nhead -n 3 made/truth/people.csv",
    .run = run,
};
