#include "app/budget_ledger.h"

#include "base/date.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define NOTHING "0000000000000000000000000000000000000000000000000000000000000000"
#define HASH_KEY ",\"hash\":\""
enum { HASH_TEXT = sizeof HASH_KEY - 1 + 64 + 2, MOST_POPULATION = 200 }; /* 2: quote and brace */

static void hash_text(struct str text, char out[65])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
    hex_write(hash, sizeof hash, out);
}

/* Of a time as the clock writes it; 0 when it is none. */
static int year_of(const char *at)
{
    int32_t day;
    return strlen(at) >= 10 && date_from_iso((struct str){at, 10}, &day) ? date_to_ymd(day).y : 0;
}

/* ---- reading ---- */

static enum status bad_line(const struct budget_ledger *l, struct err *e, const char *what)
{
    err_at(e, l->path, (long)l->lines + 1, NULL);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(e, "Nothing may be released until the ledger is put right: compare it with a "
                       "backup and with the budget files of earlier releases.");
}

static enum status read_limits(struct budget_ledger *l, json_t *doc, struct err *e)
{
    if (json_unpack(doc, "{s:F,s:F}", "year_limit", &l->limits.year, "total_limit",
                    &l->limits.total) != 0)
        return bad_line(l, e, "the first line does not state the limits");
    return ST_OK;
}

static enum status read_release(struct budget_ledger *l, json_t *doc, struct err *e)
{
    const char *population, *at;
    json_int_t sequence;
    struct budget_release r;
    if (json_unpack(doc, "{s:I,s:s,s:s,s:F,s:F}", "sequence", &sequence, "at", &at, "population",
                    &population, "delta", &r.delta, "rho", &r.rho) != 0 ||
        sequence != (json_int_t)l->releases + 1 || !(r.delta > 0 && r.delta < 1) || !(r.rho > 0) ||
        year_of(at) == 0)
        return bad_line(l, e, "this line is no entry of a release");
    r.year = year_of(at);
    MEM_GROW(l->line, l->cap, l->releases + 1);
    l->line[l->releases++] = (struct ledger_line){arena_strdup(&l->memory, population), r};
    return ST_OK;
}

static enum status read_line(struct budget_ledger *l, struct str line, struct err *e)
{
    char hash[65];
    json_t *doc;
    const char *previous = NULL;
    if (line.n < HASH_TEXT ||
        memcmp(line.p + line.n - HASH_TEXT, HASH_KEY, sizeof HASH_KEY - 1) != 0)
        return bad_line(l, e, "the line does not end with its hash");
    hash_text((struct str){line.p, line.n - HASH_TEXT}, hash);
    if (memcmp(line.p + line.n - 66, hash, 64) != 0)
        return bad_line(l, e, "the line was changed: its hash does not fit");
    if (json_read_str(line, l->path, &doc, e) != ST_OK)
        return bad_line(l, e, "the line is not JSON");
    enum status s = ST_OK;
    if (json_unpack(doc, "{s:s}", "previous", &previous) != 0 || strcmp(previous, l->last) != 0)
        s = bad_line(l, e, "the line does not follow from the one before: lines are missing");
    if (s == ST_OK)
        s = l->lines ? read_release(l, doc, e) : read_limits(l, doc, e);
    json_decref(doc);
    memcpy(l->last, hash, sizeof hash);
    l->lines++;
    return s;
}

enum status budget_ledger_read(struct budget_ledger *l, struct str text, struct err *e)
{
    memcpy(l->last, NOTHING, sizeof l->last);
    for (size_t at = 0; at < text.n;) {
        const char *start = text.p + at, *end = memchr(start, '\n', text.n - at);
        if (!end)
            return bad_line(l, e, "the last line is cut short");
        TRY(read_line(l, (struct str){start, (size_t)(end - start)}, e));
        at += (size_t)(end - start) + 1;
    }
    if (l->lines == 0)
        return bad_line(l, e, "the ledger is empty");
    buf_add(&l->text, text.p, text.n);
    return ST_OK;
}

/* ---- adding ---- */

/* Takes the document over; `hash` is that of the new line. */
static void add_line(struct budget_ledger *l, json_t *doc)
{
    size_t from = l->text.n;
    json_object_set_new(doc, "previous", json_string(l->last));
    char *text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(17));
    buf_add(&l->text, text, strlen(text) - 1); /* without the brace */
    free(text);
    json_decref(doc);
    hash_text((struct str){l->text.p + from, l->text.n - from}, l->last);
    buf_addf(&l->text, HASH_KEY "%s\"}\n", l->last);
    l->lines++;
}

static enum status begin(struct budget_ledger *l, struct budget_limits limits, const char *at,
                         struct err *e)
{
    if (limits.year == 0)
        limits.year = BUDGET_YEAR_LIMIT;
    if (limits.total == 0)
        return err_set(e, ST_USAGE,
                       "%s is a new ledger: state the most that may ever be spent on one "
                       "population (--total-limit)",
                       l->path);
    if (limits.total < limits.year)
        return err_set(e, ST_USAGE, "the limit in total is below that of a year");
    l->limits = limits;
    add_line(l, json_pack("{s:s,s:s,s:f,s:f}", "ledger", "throughline privacy budget, version 1",
                          "at", at, "year_limit", limits.year, "total_limit", limits.total));
    return ST_OK;
}

static enum status same_limit(const struct budget_ledger *l, const char *what, double stated,
                              double given, struct err *e)
{
    if (given == 0 || given == stated)
        return ST_OK;
    err_at(e, l->path, 1, NULL);
    err_set(e, ST_DATA, "the limit %s is %g in the ledger, not %g", what, stated, given);
    return err_hint(e, "Limits are stated once. Leave the option out.");
}

enum status budget_ledger_open(struct budget_ledger *l, const char *path,
                               struct budget_limits limits, const char *at, struct err *e)
{
    char lock[1100];
    struct file_bytes f;
    *l = (struct budget_ledger){.path = path, .lock = -1, .last = NOTHING};
    if ((size_t)snprintf(lock, sizeof lock, "%s.lock", path) > 1000)
        return err_set(e, ST_USAGE, "the path of the ledger is too long");
    l->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (l->lock < 0 || flock(l->lock, LOCK_EX) != 0) {
        err_errno(e, errno, "cannot lock the budget ledger");
        err_hint(e, "Check that the directory exists and that you may write there.");
        return e->status = ST_DATA;
    }
    if (access(path, F_OK) != 0)
        return begin(l, limits, at, e);
    TRY(file_read(path, LIMIT_JSON_BYTES, &f, e));
    enum status s = budget_ledger_read(l, (struct str){f.p, f.n}, e);
    file_release(&f);
    TRY(s);
    TRY(same_limit(l, "of a year", l->limits.year, limits.year, e));
    return same_limit(l, "in total", l->limits.total, limits.total, e);
}

void budget_ledger_close(struct budget_ledger *l)
{
    if (l->lock >= 0)
        close(l->lock); /* and unlocks */
    buf_free(&l->text);
    free(l->line);
    arena_free(&l->memory);
    *l = (struct budget_ledger){.lock = -1};
}

static enum status check_limit(const struct budget_ledger *l, const struct budget_total *t,
                               double limit, const char *when, struct err *e)
{
    if (t->epsilon <= limit * (1 + 1e-9))
        return ST_OK;
    err_at(e, l->path, 0, NULL);
    err_set(e, ST_DATA,
            "with this file epsilon %s would be %.3g (%zu files, delta %.2g), over the limit of "
            "%g: nothing was written",
            when, t->epsilon, t->releases, t->delta, limit);
    return err_hint(e, "Take a smaller epsilon, or make no further file about these people.");
}

static enum status check_population(const char *population, struct err *e)
{
    size_t n = strlen(population);
    bool good = n > 0 && n <= MOST_POPULATION && str_is_utf8(str_of(population));
    for (size_t i = 0; i < n; i++)
        good &= (unsigned char)population[i] >= ' ' && population[i] != 127;
    return good ? ST_OK
                : err_set(e, ST_USAGE, "the population must be named in 1 to %d bytes of text",
                          MOST_POPULATION);
}

enum status budget_ledger_add(struct budget_ledger *l, const struct budget_entry *entry,
                              struct budget_state *state, struct err *e)
{
    size_t n = 0;
    char sha[65];
    TRY(check_population(entry->population, e));
    struct budget_release *mine = mem_array(l->releases + 1, sizeof *mine);
    for (size_t i = 0; i < l->releases; i++)
        if (strcmp(l->line[i].population, entry->population) == 0)
            mine[n++] = l->line[i].release;
    mine[n++] = (struct budget_release){entry->rho, entry->delta, year_of(entry->at)};
    state->year = budget_add(mine, n, year_of(entry->at));
    state->total = budget_add(mine, n, 0);
    free(mine);
    TRY(check_limit(l, &state->year, l->limits.year, "of this year", e));
    TRY(check_limit(l, &state->total, l->limits.total, "in total", e));
    hash_text(entry->bytes, sha);
    state->sequence = l->lines;
    add_line(l,
             json_pack("{s:I,s:s,s:s,s:s,s:s,s:f,s:f,s:f,s:f,s:f}", "sequence",
                       (json_int_t)state->sequence, "at", entry->at, "population",
                       entry->population, "file", entry->file, "sha256", sha, "epsilon",
                       entry->epsilon, "delta", entry->delta, "rho", entry->rho, "epsilon_of_year",
                       state->year.epsilon, "epsilon_in_total", state->total.epsilon));
    memcpy(state->hash, l->last, sizeof state->hash);
    return ST_OK;
}

enum status budget_ledger_write(struct budget_ledger *l, struct err *e)
{
    return file_write(l->path, buf_str(&l->text), e);
}
