#include "app/study_synthesise.h"

#include "app/synthesise_parts.h"
#include "base/file.h"
#include "base/json.h"

#include <sodium.h>
#include <stdlib.h>

/* ---- making ---- */

/* The codes of derived columns from those of the others. */
static void derive(struct synthesise_run *run)
{
    const struct synthesise_input *in = &run->in;
    for (int v = 0; v < in->nviews; v++) {
        if (v < in->ncolumns) {
            run->value[v] = run->dp.value[v];
            continue;
        }
        if (!run->value[v])
            run->value[v] = mem_array(run->n, sizeof *run->value[v]);
        for (size_t r = 0; r < run->n; r++)
            run->value[v][r] = in->up[v][run->value[in->from[v]][r]];
    }
}

static enum status compare(struct synthesise_run *run, struct compare_report *report, struct err *e)
{
    const struct synthesise_input *in = &run->in;
    struct compare_file truth = {in->r.n, in->value}, made = {run->n, run->value};
    uint32_t k = run->job->k ? (uint32_t)run->job->k : 10;
    return compare_files(&truth, &made, in->nviews, in->size, k, COMPARE_WAYS, report, e);
}

static enum status make_dp(struct synthesise_run *run, const unsigned char *seed, struct err *e)
{
    const struct study_synthesise *job = run->job;
    struct synth_input in = {.n = run->in.r.n,
                             .ncolumns = run->in.ncolumns,
                             .value = (const uint32_t *const *)run->in.value,
                             .size = run->in.size};
    TRY(synth_make(&in, job->epsilon, seed, &run->dp, e));
    run->n = run->dp.n;
    derive(run);
    if (job->k == 0)
        return compare(run, &run->after, e);
    TRY(compare(run, &run->before, e));
    TRY(kfilter_apply(run->dp.value, run->n, in.ncolumns, in.size, (uint32_t)job->k, &run->filter,
                      e));
    derive(run);
    return compare(run, &run->after, e);
}

/* The separate check: every combination that the file shows, counted in the true records. */
static enum status check_k(const struct synthesise_run *run, struct err *e)
{
    uint64_t rare = 0;
    for (int w = 0; w < COMPARE_WAYS; w++)
        rare += run->after.ways[w].made_rare + run->after.ways[w].made_never;
    if (rare == 0)
        return ST_OK;
    return err_set(e, ST_FAULT,
                   "%llu combinations of the made records have a true count below k; nothing was "
                   "written",
                   (unsigned long long)rare);
}

static enum status make_k_anonymous(struct synthesise_run *run, const unsigned char *seed,
                                    struct err *e)
{
    struct synthesise_input *in = &run->in;
    struct kanon_input k = {.n = in->r.n,
                            .ncolumns = in->ncolumns,
                            .nviews = in->nviews,
                            .value = (const uint32_t *const *)in->value,
                            .size = in->size,
                            .column = in->from,
                            .up = (const uint32_t *const *)in->up,
                            .k = (uint32_t)run->job->k};
    TRY(kanon_make(&k, seed, &run->kanon, e));
    run->n = run->kanon.n;
    for (int v = 0; v < in->nviews; v++)
        run->value[v] = run->kanon.value[v];
    TRY(compare(run, &run->after, e));
    return check_k(run, e);
}

static enum status make(struct synthesise_run *run, struct err *e)
{
    const char *text = run->job->seed;
    unsigned char seed[NOISE_SEED_BYTES];
    if (text)
        crypto_generichash(seed, sizeof seed, (const unsigned char *)text, strlen(text), NULL, 0);
    else
        randombytes_buf(seed, sizeof seed);
    enum status s =
        run->job->method == SYNTHESISE_DP ? make_dp(run, seed, e) : make_k_anonymous(run, seed, e);
    sodium_memzero(seed, sizeof seed);
    return s;
}

/* ---- files ---- */

static void print_records(struct synthesise_run *run)
{
    const struct synthesise_input *in = &run->in;
    struct buf *b = &run->csv;
    for (int v = 0; v < in->nviews; v++) {
        if (v)
            buf_addc(b, ',');
        buf_add_csv(b, str_of(in->name[v]), true);
    }
    buf_addc(b, '\n');
    for (size_t r = 0; r < run->n; r++) {
        for (int v = 0; v < in->nviews; v++) {
            if (v)
                buf_addc(b, ',');
            if (run->value[v][r] != COMPARE_HIDDEN)
                buf_add_csv(b, str_of(synthesise_code(in, v, run->value[v][r])), true);
        }
        buf_addc(b, '\n');
    }
}

static enum status spend(struct synthesise_run *run, struct err *e)
{
    const struct synth_budget *b = &run->dp.budget;
    const char *slash = strrchr(run->job->out, '/'), *file = slash ? slash + 1 : run->job->out;
    struct budget_entry entry = {.at = run->job->at,
                                 .population = run->job->population,
                                 .file = str_is_utf8(str_of(file)) ? file : "no UTF-8",
                                 .bytes = buf_str(&run->csv),
                                 .epsilon = b->epsilon,
                                 .delta = b->delta,
                                 .rho = b->rho};
    return budget_ledger_add(&run->ledger, &entry, &run->spent, e);
}

/* The entry in the ledger comes before the made file gets its name: a budget may be spent for
 * nothing, never a file made that is not in the ledger. */
static enum status write_made(struct synthesise_run *run, struct err *e)
{
    struct outfile o;
    TRY(outfile_open(&o, run->job->out, e));
    fwrite(run->csv.p, 1, run->csv.n, o.to);
    enum status s = run->job->ledger ? budget_ledger_write(&run->ledger, e) : ST_OK;
    if (s == ST_OK)
        s = outfile_commit(&o, e);
    outfile_abort(&o);
    return s;
}

static enum status write_files(struct synthesise_run *run, const json_t *quality, struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s.budget.json", run->job->out);
    if (run->job->method == SYNTHESISE_DP)
        TRY(json_write_file(path, json_object_get(quality, "budget"), e));
    snprintf(path, sizeof path, "%s.quality.json", run->job->out);
    TRY(json_write_file(path, quality, e));
    snprintf(path, sizeof path, "%s.about.html", run->job->out);
    TRY(synthesise_about_page(run, path, e));
    snprintf(path, sizeof path, "%s.quality.html", run->job->out);
    TRY(synthesise_quality_page(run, path, e));
    return write_made(run, e);
}

static enum status run_job(struct synthesise_run *run, json_t **summary, struct err *e)
{
    const struct study_synthesise *job = run->job;
    TRY(synthesise_input_read(&run->in, job->spec, job->micro, e));
    if (job->method == SYNTHESISE_DP)
        TRY(synthesise_input_check_flat(&run->in, e));
    *e = (struct err){0}; /* from here on errors are in no place of the input */
    if (job->ledger)
        TRY(budget_ledger_open(&run->ledger, job->ledger, job->limits, job->at, e));
    TRY(make(run, e));
    print_records(run);
    if (job->ledger)
        TRY(spend(run, e));
    *summary = synthesise_quality(run);
    return write_files(run, *summary, e);
}

static enum status check_job(const struct study_synthesise *job, struct err *e)
{
    bool off = job->k == 0 && job->method == SYNTHESISE_DP;
    if (!off && (job->k < 2 || job->k > 1000000))
        return err_set(e, ST_USAGE, "k must be from 2 to 1,000,000%s",
                       job->method == SYNTHESISE_DP ? ", or 0 for no k filter" : "");
    if (strcmp(job->out, "-") == 0 || strlen(job->out) > 1000)
        return err_set(e, ST_USAGE, "--out must be a file of a short path: others go beside it");
    if (job->ledger && (job->method != SYNTHESISE_DP || job->seed))
        return err_set(e, ST_USAGE,
                       "a budget ledger is for differential privacy with a fresh secret seed");
    if (job->ledger && !job->population)
        return err_set(e, ST_USAGE, "a budget ledger needs --population");
    return sodium_init() < 0 ? err_set(e, ST_FAULT, "libsodium does not start") : ST_OK;
}

enum status study_synthesise_run(const struct study_synthesise *job, json_t **summary,
                                 struct err *e)
{
    struct synthesise_run run = {.job = job, .ledger = {.lock = -1}};
    *summary = NULL;
    TRY(check_job(job, e));
    enum status s = run_job(&run, summary, e);
    if (job->method == SYNTHESISE_DP)
        for (int v = run.in.ncolumns; v < run.in.nviews; v++)
            free(run.value[v]);
    buf_free(&run.csv);
    budget_ledger_close(&run.ledger);
    synth_free(&run.dp, run.in.ncolumns);
    kanon_free(&run.kanon, run.in.nviews);
    synthesise_input_free(&run.in);
    return s;
}
