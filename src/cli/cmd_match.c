#include "app/match.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/job.h"
#include "cli/register.h"

#include <stdlib.h>

/* ---- one record from the options ---- */

static bool from_options(const struct cli *c, struct match_query *q)
{
    static const char *const names[] = {"given-name", "family-name", "full-name", "birth-date",
                                        "sex",        "nationality", "reference"};
    const char **const to[] = {&q->given_name, &q->family_name, &q->full_name, &q->birth_date,
                               &q->sex,        &q->nationality, &q->reference};
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (cli_has(c, names[i])) {
            *to[i] = cli_text(c, names[i], NULL);
            any = true;
        }
    return any;
}

static enum status check_options(const struct match_query *q, struct err *e)
{
    const char *const all[] = {q->given_name, q->family_name, q->full_name, q->birth_date,
                               q->sex,        q->nationality, q->reference};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] && strlen(all[i]) > LIMIT_NAME_BYTES)
            return err_set(e, ST_USAGE, "a value is longer than %d bytes", LIMIT_NAME_BYTES);
        if (all[i] && !str_is_utf8(str_of(all[i])))
            return err_set(e, ST_USAGE, "a value is not UTF-8 text");
    }
    return ST_OK;
}

static void print_answer(const struct match_answer *a)
{
    if (!a->count)
        puts("no candidate");
    for (int i = 0; i < a->count; i++) {
        const struct match_candidate *c = &a->candidate[i];
        printf("%-8s  line %lld  record %s  %.1f bits  probability %.4f\n", c->grade,
               (long long)c->line, c->person_id, c->bits, c->probability);
        if (c->by_reference)
            puts("    reference: the same");
        for (int k = 0; k < c->reasons; k++)
            if (c->reason[k].level)
                printf("    %s: %s (%+.1f bits)\n", c->reason[k].column, c->reason[k].words,
                       c->reason[k].bits);
    }
}

static enum status write_line(json_t *doc, struct err *e)
{
    char *text = json_dumps(doc, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(doc);
    bool failed = !text || puts(text) < 0 || fflush(stdout) != 0;
    free(text);
    return failed ? err_set(e, ST_FAULT, "the answer could not be written") : ST_OK;
}

static enum status ask_once(struct cli *c, struct matcher *m, const struct match_query *q,
                            struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct match_answer answer;
    enum status s = matcher_ask(m, q, &memory, &answer, e);
    if (s == ST_OK && (cli_json(c) || q->fhir)) {
        json_t *doc = match_answer_json(q, &answer);
        s = json_write_file("-", doc, e);
        json_decref(doc);
    } else if (s == ST_OK) {
        print_answer(&answer);
    }
    arena_free(&memory);
    return s;
}

/* ---- a stream of records ---- */

enum line_kind { LINE, LINE_TOO_LONG, LINE_END };

/* One line without its end into *out; of a line that is too long the rest is passed over. */
static enum line_kind next_line(FILE *in, struct buf *out)
{
    int ch = getc_unlocked(in);
    bool too_long = false;
    buf_clear(out);
    if (ch == EOF)
        return LINE_END;
    for (; ch != EOF && ch != '\n'; ch = getc_unlocked(in)) {
        too_long |= out->n >= LIMIT_MATCH_LINE_BYTES;
        if (!too_long)
            buf_addc(out, (char)ch);
    }
    return too_long ? LINE_TOO_LONG : LINE;
}

struct stream {
    int most;
    long line, asked, failed;
};

static enum status answer_line(struct stream *st, struct matcher *m, enum line_kind kind,
                               struct str text, struct arena *memory, json_t **out)
{
    struct match_query q = {0};
    struct match_answer answer;
    struct err wrong = {0};
    enum status s;
    if (kind == LINE_TOO_LONG)
        s = err_set(&wrong, ST_DATA, "longer than %zu bytes", LIMIT_MATCH_LINE_BYTES);
    else
        s = match_query_read(text, NULL, memory, &q, &wrong);
    if (s == ST_OK) {
        if (!q.most)
            q.most = st->most;
        s = matcher_ask(m, &q, memory, &answer, &wrong);
    }
    st->asked++;
    st->failed += s != ST_OK;
    *out = s == ST_OK ? match_answer_json(&q, &answer) : match_error_json(&q, st->line, &wrong);
    return s == ST_FAULT ? s : ST_OK;
}

static enum status ask_stream(struct cli *c, struct matcher *m, struct err *e)
{
    struct stream st = {.most = (int)cli_int(c, "limit", MATCH_USUAL)};
    struct buf text = BUF_EMPTY;
    struct arena memory = ARENA_EMPTY;
    enum line_kind kind;
    enum status s = ST_OK;
    while (s == ST_OK && (kind = next_line(stdin, &text)) != LINE_END) {
        json_t *doc;
        st.line++;
        struct str line = str_trim(buf_str(&text));
        if (kind == LINE && !line.n)
            continue;
        if (st.asked >= LIMIT_MATCH_LINES) {
            s = err_set(e, ST_DATA, "over %d records in one stream", LIMIT_MATCH_LINES);
            break;
        }
        s = answer_line(&st, m, kind, line, &memory, &doc);
        enum status wrote = write_line(doc, e);
        if (s == ST_OK)
            s = wrote;
        else
            err_set(e, s, "the register failed at line %ld; its message is in the answer", st.line);
        arena_rewind(&memory);
    }
    arena_free(&memory);
    buf_free(&text);
    if (s == ST_OK && st.failed)
        s = err_set(e, ST_DATA, "%ld of %ld records could not be matched; the answers say why",
                    st.failed, st.asked);
    return s;
}

/* One $match request, which may run over several lines. */
static enum status ask_fhir(struct cli *c, struct matcher *m, struct err *e)
{
    struct file_bytes f;
    struct match_query q;
    struct arena memory = ARENA_EMPTY;
    TRY(file_read("-", LIMIT_MATCH_LINE_BYTES, &f, e));
    enum status s = match_query_read((struct str){f.p, f.n}, "standard input", &memory, &q, e);
    if (s == ST_OK && !q.fhir)
        s = err_set(e, ST_DATA, "standard input is no FHIR Patient or Parameters");
    if (s == ST_OK)
        s = ask_once(c, m, &q, e);
    arena_free(&memory);
    file_release(&f);
    return s;
}

static enum status run(struct cli *c, struct err *e)
{
    struct match_query q = {.most = (int)cli_int(c, "limit", MATCH_USUAL)};
    struct progress progress = cli_progress(c);
    struct store *store;
    struct matcher *m;
    int threads;
    bool one = from_options(c, &q);
    if (cli_int(c, "limit", 1) < 1 || cli_int(c, "limit", 1) > MATCH_MOST)
        return err_set(e, ST_USAGE, "--limit must be from 1 to %d", MATCH_MOST);
    if (one && cli_has(c, "fhir"))
        return err_set(e, ST_USAGE, "--fhir reads standard input: give no record by options");
    TRY(check_options(&q, e));
    TRY(thread_count(c, &threads, e));
    TRY(register_open(c, STORE_SHARED, KEYS_LINKAGE, cli_text(c, "purpose", "match"), &store, e));
    enum status s = matcher_new(store, threads, clock_today(), &progress, &m, e);
    if (s == ST_OK) {
        s = one                  ? ask_once(c, m, &q, e)
            : cli_has(c, "fhir") ? ask_fhir(c, m, e)
                                 : ask_stream(c, m, e);
        matcher_free(m);
    }
    store_close(store);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"given-name", OPT_TEXT, "NAME", "given names", false, 0},
    {"family-name", OPT_TEXT, "NAME", "family names", false, 0},
    {"full-name", OPT_TEXT, "NAME", "the whole name, or FAMILY, GIVEN", false, 0},
    {"birth-date", OPT_TEXT, "DATE", "as far as it is known: 1990-05-17, 1990-05, 1990", false, 0},
    {"sex", OPT_TEXT, "SEX", "code or word", false, 0},
    {"nationality", OPT_TEXT, "CODE", "code or word", false, 0},
    {"reference", OPT_TEXT, "REF", "NRM, helpline or Home Office reference", false, 0},
    {"limit", OPT_INT, "N", "candidates at most, up to 20 (5)", false, 0},
    {"fhir", OPT_FLAG, NULL, "standard input is one FHIR Patient or $match Parameters", false, 0},
    {"purpose", OPT_TEXT, "TEXT", "what the look-up is for: goes into the audit log", false, 0},
    {0},
};

const struct command cmd_match = {
    .path = "match",
    .summary = "Who in the register could this record be? Nothing is created",
    .opts = opts,
    .details =
        "The record is given by options, or as JSON lines on standard input: one object a line\n"
        "(given_name, family_name or full_name, birth_date, gender, nationality, reference,\n"
        "home_office_reference, crime_reference, id) or one FHIR Patient or $match Parameters a\n"
        "line; an answer comes back for each, in order. A line that cannot be read gets an error\n"
        "as its answer, the stream goes on, and the exit code is 1 at the end.\n"
        "An answer has the line, the record's pseudonym, the weight, and the reasons in words:\n"
        "never a value, a place or an address. Every question is in the audit log.",
    .example = "throughline simulate --people 200 --seed 1 --out made --quiet\n"
               "throughline init register --quiet\n"
               "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
               "throughline link --store register --quiet\n"
               "throughline match --store register --given-name Ana --family-name Hoxha "
               "--birth-date 1990-05-17\n"
               "echo '{\"full_name\": \"Ana Hoxha\", \"nationality\": \"Albanian\"}' | "
               "throughline match --store register",
    .run = run,
};
