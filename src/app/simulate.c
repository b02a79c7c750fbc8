#include "app/simulate.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/pool.h"
#include "simulate/simulate.h"

#include <stdlib.h>

/* People are made in chunks, a batch of chunks in parallel, and written in order. */
enum { CHUNK = 256, BATCH = 64 };

struct chunk {
    struct buf text[SIM_FILES];
    uint64_t rows[SIM_FILES];
};

struct job {
    const struct simulator *simulator;
    const struct simulate_request *q;
    uint64_t first; /* person of the batch's first chunk */
    struct chunk chunk[BATCH];
    struct arena *scratch; /* one a thread */
};

static void add_row(void *ctx, enum sim_file f, const char *const *cells, size_t n)
{
    struct chunk *c = ctx;
    struct buf *b = &c->text[f];
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(b, ',');
        if (cells[i])
            buf_add_csv(b, str_of(cells[i]), false);
    }
    buf_addc(b, '\n');
    c->rows[f]++;
}

static void make_chunk(void *ctx, size_t k, int thread)
{
    struct job *j = ctx;
    struct chunk *c = &j->chunk[k];
    struct sim_sink sink = {add_row, c};
    uint64_t from = j->first + k * CHUNK, to = from + CHUNK;
    for (int f = 0; f < SIM_FILES; f++) {
        buf_clear(&c->text[f]);
        c->rows[f] = 0;
    }
    for (uint64_t i = from; i < to && i < j->q->people; i++)
        simulate_person(j->simulator, j->q->seed, i, &j->scratch[thread], &sink);
}

static void write_header(FILE *to, const struct simulator *s, enum sim_file f)
{
    size_t n;
    const char *const *names = sim_file_header(s, f, &n);
    for (size_t i = 0; i < n; i++)
        fprintf(to, "%s%s", i ? "," : "", names[i]);
    fputc('\n', to);
}

static void write_batch(struct outfile *files, struct job *j, struct simulate_summary *out)
{
    for (int f = 0; f < SIM_FILES; f++)
        for (int k = 0; k < BATCH; k++) {
            const struct chunk *c = &j->chunk[k];
            if (c->text[f].n)
                fwrite(c->text[f].p, 1, c->text[f].n, files[f].to);
            out->rows[f] += c->rows[f];
        }
}

static void make_people(struct job *j, struct outfile *files, const struct progress *p,
                        struct simulate_summary *out)
{
    int threads = j->q->threads;
    j->scratch = mem_zalloc((size_t)threads, sizeof *j->scratch);
    for (; j->first < j->q->people; j->first += (uint64_t)CHUNK * BATCH) {
        pool_run(threads, BATCH, make_chunk, j);
        write_batch(files, j, out);
        progress_tick(p, "making people", j->first, j->q->people);
    }
    for (int t = 0; t < threads; t++)
        arena_free(&j->scratch[t]);
    free(j->scratch);
    for (int k = 0; k < BATCH; k++)
        for (int f = 0; f < SIM_FILES; f++)
            buf_free(&j->chunk[k].text[f]);
}

/* ---- the folder ---- */

enum { NOTE = SIM_FILES, TRUTH_NOTE, ALL_FILES };

static const char made[] = "These files are MADE by throughline simulate: nobody in them exists, "
                           "and nothing in them is a\n"
                           "finding. Rates and times are parameters (throughline's "
                           "data/simulate/parameters.json); what is\n"
                           "taken from published tables is said in docs/method/simulate.md.\n";
static const char truth_note[] =
    "The truth behind the made extracts, for throughline evaluate. MADE data: nobody here exists.\n"
    "people.csv      which record (channel, external_id) is about which person\n"
    "persons.csv     each person's true name, birth, nationality; relation to another made person\n"
    "episodes.csv    every episode; gap_days from the exit before it\n"
    "exits.csv       every exit; NOT_CEASED when the episode was not over on the last day\n"
    "referrals.csv   every record that tells of episodes: about, after_seq (episodes begun by "
    "then),\n"
    "                kind FIRST, SAME_INCIDENT or NEW_EPISODE beside the person's earlier records\n"
    "decisions.csv   decisions of the authority\n"
    "The columns are explained in docs/user/simulate.md.\n";

static const char *path_of(int f)
{
    return f == NOTE ? "MADE.txt" : f == TRUTH_NOTE ? "truth/README.txt" : sim_file_name(f);
}

static enum status open_all(struct outfile *files, int *opened, const char *dir, struct err *e)
{
    char path[1024];
    if (snprintf(path, sizeof path, "%s/truth", dir) >= 900)
        return err_set(e, ST_USAGE, "the name of the folder is too long");
    TRY(dir_make(path, e));
    for (*opened = 0; *opened < ALL_FILES; ++*opened) {
        snprintf(path, sizeof path, "%s/%s", dir, path_of(*opened));
        TRY(outfile_open(&files[*opened], path, e));
    }
    return ST_OK;
}

static enum status fill(const struct simulate_request *q, const struct simulator *s,
                        const struct progress *p, struct simulate_summary *out, struct err *e)
{
    struct outfile files[ALL_FILES] = {0};
    struct job *job = mem_zalloc(1, sizeof *job);
    int opened = 0;
    enum status status = open_all(files, &opened, q->out, e);
    job->simulator = s;
    job->q = q;
    if (status == ST_OK) {
        for (int f = 0; f < SIM_FILES; f++)
            write_header(files[f].to, s, f);
        make_people(job, files, p, out);
        fputs(made, files[NOTE].to);
        fputs(truth_note, files[TRUTH_NOTE].to);
    }
    for (int f = 0; status == ST_OK && f < ALL_FILES; f++)
        status = outfile_commit(&files[f], e);
    for (int f = 0; f < opened; f++)
        outfile_abort(&files[f]);
    free(job);
    return status;
}

enum status app_simulate(const struct simulate_request *q, const struct progress *p,
                         struct simulate_summary *out, struct err *e)
{
    struct simulator *s;
    struct file_bytes text = {0};
    *out = (struct simulate_summary){.files = SIM_FILES};
    for (int f = 0; f < SIM_FILES; f++)
        out->file[f] = sim_file_name(f);
    if (q->people < 1 || q->people > SIM_MAX_PEOPLE) {
        err_set(e, ST_USAGE, "--people cannot be %llu", (unsigned long long)q->people);
        return err_hint(e, "It takes a number from 1 to %d.", SIM_MAX_PEOPLE);
    }
    if (q->parameters)
        TRY(file_read(q->parameters, LIMIT_JSON_BYTES, &text, e));
    enum status status =
        simulator_new((struct str){text.p, text.n}, q->parameters ? q->parameters : "", &s, e);
    file_release(&text);
    if (status != ST_OK)
        return status;
    status = fill(q, s, p, out, e);
    simulator_free(s);
    return status;
}
