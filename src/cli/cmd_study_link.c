#include "app/study_link.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/pool.h"
#include "cli/cli.h"
#include "linkage/shard.h"

#include <errno.h>
#include <math.h>
#include <sys/resource.h>

static enum status check(const struct study_link *s, struct err *e)
{
    if (s->threads < 1 || s->threads > LIMIT_THREADS) {
        err_set(e, ST_USAGE, "--threads must be 1 to %d", LIMIT_THREADS);
        return ST_USAGE;
    }
    if (!isnan(s->threshold) && !(s->threshold > 0.0 && s->threshold < 1.0)) {
        err_set(e, ST_USAGE, "--threshold must be between 0 and 1, both excluded");
        return err_hint(e, "It is a probability; 0.5 is the default.");
    }
    if (s->truth_column && s->truth_pairs)
        return err_set(e, ST_USAGE, "give --truth or --truth-pairs, not both");
    if ((s->shards || s->joins) && !s->use_model) {
        err_set(e, ST_USAGE, "--shard and --join need --use-model");
        return err_hint(e, "Train once: study link ... --model MODEL.json; then link in parts.");
    }
    if (s->shards && (s->joins || s->pairs || s->model || s->summary || s->report ||
                      s->truth_column || s->truth_pairs)) {
        err_set(e, ST_USAGE, "--shard writes a part file only");
        return err_hint(e, "Ask for pairs, summary, report and truth with --join.");
    }
    return ST_OK;
}

/* "2/7" */
static enum status read_shard(const char *text, struct study_link *s, struct err *e)
{
    const char *slash = text ? strchr(text, '/') : NULL;
    int64_t shard = 0, shards = 0;
    if (!text)
        return ST_OK;
    if (!slash || !str_to_int64((struct str){text, (size_t)(slash - text)}, &shard) ||
        !str_to_int64(str_of(slash + 1), &shards) || shards < 1 || shards > LINK_MAX_SHARDS ||
        shard < 1 || shard > shards) {
        err_set(e, ST_USAGE, "--shard must be i/n with 1 <= i <= n <= %d", LINK_MAX_SHARDS);
        return err_hint(e, "For example --shard 2/7: the second of seven.");
    }
    s->shard = (uint32_t)shard;
    s->shards = (uint32_t)shards;
    return ST_OK;
}

/* What the run needs is held against the bound before it starts (link_memory.h); should that have
 * been too little, the kernel holds it. */
static enum status bound_memory(int64_t bytes, struct err *e)
{
    enum { LEAST_BYTES = 64 << 20 };
    if (!bytes)
        return ST_OK;
    if (bytes < LEAST_BYTES)
        return err_set(e, ST_USAGE, "--memory must be at least 64M");
    mem_hint("--memory is too little for these data; nothing was written.");
    struct rlimit l = {(rlim_t)bytes, (rlim_t)bytes};
    if (setrlimit(RLIMIT_DATA, &l) != 0)
        return err_errno(e, errno, "cannot bound the memory");
    return ST_OK;
}

static void print_words(const json_t *doc, const struct study_link *s)
{
    const json_t *f1 = json_object_get(json_object_get(doc, "pairwise"), "f1");
    if (s->shards) {
        printf("part %u of %u: %lld pairs compared\n", s->shard, s->shards,
               (long long)json_integer_value(json_object_get(doc, "pairs_scored")));
        return;
    }
    printf("%lld records, %lld pairs compared, %lld people\n",
           (long long)json_integer_value(json_object_get(doc, "records")),
           (long long)json_integer_value(json_object_get(doc, "pairs_scored")),
           (long long)json_integer_value(json_object_get(doc, "clusters")));
    if (f1)
        printf("pairs joined, against the truth: F1 %.4f\n", json_number_value(f1));
}

static enum status run(struct cli *c, struct err *e)
{
    struct progress progress = cli_progress(c);
    struct study_link s = {
        .people = cli_arg(c, 0),
        .spec = cli_text(c, "spec", NULL),
        .clusters = cli_text(c, "out", NULL),
        .pairs = cli_text(c, "pairs", NULL),
        .summary = cli_text(c, "summary", NULL),
        .model = cli_text(c, "model", NULL),
        .report = cli_text(c, "report", NULL),
        .use_model = cli_text(c, "use-model", NULL),
        .threshold = cli_real(c, "threshold", NAN),
        .pairs_from = cli_real(c, "pairs-from", NAN),
        .memory_bytes = (uint64_t)cli_int(c, "memory", 0),
        .truth_column = cli_text(c, "truth", NULL),
        .truth_pairs = cli_text(c, "truth-pairs", NULL),
        .threads = (int)cli_int(c, "threads", pool_cpus()),
        .progress = &progress,
    };
    json_t *summary;
    const char *join[LINK_MAX_SHARDS];
    s.joins = cli_count(c, "join");
    if (s.joins > LINK_MAX_SHARDS)
        return err_set(e, ST_USAGE, "over %d parts", LINK_MAX_SHARDS);
    for (int k = 0; k < s.joins; k++)
        join[k] = cli_value(c, "join", k);
    s.join = join;
    TRY(read_shard(cli_text(c, "shard", NULL), &s, e));
    TRY(check(&s, e));
    TRY(bound_memory(cli_int(c, "memory", 0), e));
    TRY(study_link_run(&s, &summary, e));
    enum status st = ST_OK;
    if (cli_json(c))
        st = json_write_file("-", summary, e);
    else if (!cli_quiet(c))
        print_words(summary, &s);
    json_decref(summary);
    return st;
}

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "columns and their types", true, 0},
    {"out", OPT_FILE, "CLUSTERS.csv", "id,cluster_id: who is one person", true, 0},
    {"pairs", OPT_FILE, "PAIRS.csv", "the scored pairs with their weights", false, 0},
    {"pairs-from", OPT_REAL, "BITS", "least weight written to PAIRS (default -10)", false, 0},
    {"summary", OPT_FILE, "SUMMARY.json", "counts, times, date forms, blocking, scores", false, 0},
    {"model", OPT_FILE, "MODEL.json", "write the trained model", false, 0},
    {"use-model", OPT_FILE, "MODEL.json", "use this model instead of training", false, 0},
    {"report", OPT_FILE, "REPORT.html", "the model and the blocking, as a page", false, 0},
    {"threshold", OPT_REAL, "P", "link above this probability (default 0.5)", false, 0},
    {"truth", OPT_TEXT, "COLUMN", "column that says who is who: only scores the result", false, 0},
    {"truth-pairs", OPT_FILE, "FILE", "the same as pairs id_a,id_b", false, 0},
    {"threads", OPT_INT, "N", "threads (default: all processors); same result", false, 0},
    {"memory", OPT_BYTES, "SIZE",
     "bound on memory, such as 4G: refused at once when it is too little", false, 0},
    {"shard", OPT_TEXT, "I/N", "do the I-th of N parts; --out is then the part file", false, 0},
    {"join", OPT_FILE, "PART", "join part files, or a directory of *.part (may be repeated)", false,
     0},
    {0},
};

const struct command cmd_study_link = {
    .path = "study link",
    .summary = "Find the records of a file that are one person",
    .arguments = "PEOPLE.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "SPEC.json names the id column and the columns to compare with their types:\n"
        "  {\"id\": \"rec_id\", \"link\": \"dedupe\", \"columns\": {\"first\": \"given_name\",\n"
        "   \"last\": \"family_name\", \"dob\": \"date\", \"town\": \"place\"}}\n"
        "Types: given_name, family_name, full_name, date, year, sex, nationality, country, place,\n"
        "postcode, address, phone, email, identifier, code, text. Weights are learnt from the\n"
        "data without labels. The same input gives the same bytes for any number of threads and\n"
        "any order of rows.",
    .example = "throughline study link people.csv --spec people-spec.json --out clusters.csv\n"
               "throughline study link people.csv --spec people-spec.json --model model.json "
               "--out clusters.csv\n"
               "throughline study link people.csv --spec people-spec.json --use-model model.json "
               "--shard 1/2 --out 1.part\n"
               "throughline study link people.csv --spec people-spec.json --use-model model.json "
               "--shard 2/2 --out 2.part\n"
               "throughline study link people.csv --spec people-spec.json --use-model model.json "
               "--join 1.part --join 2.part --out joined.csv",
    .run = run,
};
