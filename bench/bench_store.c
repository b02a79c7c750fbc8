/* The register's store: bulk import, the views, claims, lines, findings, tokens, rotation.
 * bench_store DIR RECORDS [THREADS]   (made records of eight rows, about 23 sealed values each) */
#include "base/rng.h"
#include "store/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { GROUP = 4000 };

static double wall_from, cpu_from;

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double wall_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void start(void)
{
    wall_from = wall_seconds();
    cpu_from = cpu_seconds();
}

static void stop(const char *what, double n)
{
    double wall = wall_seconds() - wall_from, cpu = cpu_seconds() - cpu_from;
    printf("| %-34s | %9.0f | %7.2f | %7.2f | %9.0f |\n", what, n, wall, cpu, n / cpu);
    fflush(stdout);
}

static void check(enum status s, const struct err *e)
{
    if (s == ST_OK)
        return;
    err_print(stderr, e);
    exit(1);
}
#define OK(call)                                                                                   \
    do {                                                                                           \
        struct err e_ = {0}, *e = &e_;                                                             \
        check((call), e);                                                                          \
    } while (0)

static const struct field *field(const char *path)
{
    const struct field *f = dictionary_field(str_of(path));
    if (!f)
        BUG("no field %s", path);
    return f;
}

struct made_field {
    const char *path, *value;
    int instance;
};
static const struct made_field fields[] = {
    {"person.birth_date", "1991-02-03", 1},
    {"person.birth_date_latest", "1991-02-03", 1},
    {"person.gender", "F", 1},
    {"person.nationality", "ALB", 1},
    {"identity.kind", "legal", 1},
    {"identity.given_name", "Mirjeta", 1},
    {"identity.family_name", "Hoxhallari", 1},
    {"identifier.scheme", "NRM", 1},
    {"identifier.value", "NRM-774411", 1},
    {"episode.seq", "1", 1},
    {"episode.start_date", "2019-05-01", 1},
    {"episode.start_latest", "2019-05-31", 1},
    {"episode.end_date", "2020-05-01", 1},
    {"episode.end_latest", "2020-05-31", 1},
    {"episode.act", "YES", 1},
    {"episode.means", "YES", 1},
    {"episode.purpose", "YES", 1},
    {"episode.exploited", "YES", 1},
    {"episode.exploitation_types", "LABOUR|SEXUAL", 1},
    {"episode.minor_at_any_time", "NO", 1},
    {"exit.episode_id", "episode.1", 1},
    {"exit.exit_status", "YES", 1},
    {"exit.mode", "ESCAPED", 1},
    {"exit.date", "2020-05-01", 1},
    {"exit.date_latest", "2020-05-31", 1},
    {"referral.channel", "NRM", 1},
    {"referral.received_date", "2020-06-01", 1},
    {"referral.first_responder_type", "POLICE", 1},
    {"decision.stage", "RG", 1},
    {"decision.outcome", "POSITIVE", 1},
    {"decision.date", "2020-06-10", 1},
    {"risk_assessment.context", "EXIT", 1},
    {"risk_assessment.retrafficking_identified", "YES", 1},
    {"risk_assessment.level", "HIGH", 1},
    {"accommodation.type", "SAFE_HOUSE", 1},
    {"accommodation.town", "Leeds", 1},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static void import_all(struct store *s, int64_t records)
{
    struct import *i;
    struct import_totals t;
    bool again;
    const struct field *f[FIELDS];
    struct arena memory = ARENA_EMPTY;
    struct import_row *rows = mem_zalloc(GROUP, sizeof *rows);
    struct import_source src = {"ORG", "nrm", "made", {"made", 4}};
    for (int k = 0; k < FIELDS; k++)
        f[k] = field(fields[k].path);
    OK(store_import_begin(s, &src, &i, &again, e));
    for (int64_t at = 0; at < records; at += GROUP) {
        size_t n = records - at < GROUP ? (size_t)(records - at) : GROUP;
        arena_rewind(&memory);
        for (size_t k = 0; k < n; k++) {
            struct record r = record_new(&memory);
            for (int m = 0; m < FIELDS; m++)
                record_set(&r, f[m], 1, str_of(fields[m].value));
            rows[k] = (struct import_row){.record = r,
                                          .source_key = str_of(arena_printf(
                                              &memory, "case-%lld", (long long)at + (long long)k))};
        }
        OK(store_import_rows(i, rows, n, e));
    }
    OK(store_import_finish(i, 0, &t, e));
    store_import_free(i);
    free(rows);
    arena_free(&memory);
}

static size_t read_view(struct store *s, enum view_order order, const char *const *names)
{
    struct cursor *c;
    struct view_batch b;
    struct view v = {.order = order, .purpose = "benchmark", .fields = names};
    size_t n = 0;
    OK(store_view_open(s, &v, &c, e));
    do {
        OK(store_view_next(c, &b, e));
        n += b.n;
    } while (b.n);
    OK(store_view_close(c, e));
    return n;
}

static const char *const linkage[] = {"person.birth_date",      "person.birth_date_latest",
                                      "person.gender",          "person.nationality",
                                      "identity.given_name",    "identity.family_name",
                                      "identifier.scheme",      "identifier.value",
                                      "referral.received_date", NULL};
static const char *const classification[] = {
    "episode.*", "exit.*", "decision.*", "referral.*", "risk_assessment.*", NULL};
static const char *const statistics[] = {"person.gender", "person.nationality",
                                         "referral.received_date", "referral.channel", NULL};

static void write_results(struct store *s, int64_t records)
{
    size_t n = (size_t)records;
    uint64_t written;
    struct claim *c = mem_array(n, sizeof *c);
    int64_t *record = mem_array(n, sizeof *record), *group = mem_array(n, sizeof *group);
    struct rng rng = rng_stream(1, 1);
    size_t claims = 0;
    for (size_t k = 0; k < n; k++) {
        record[k] = (int64_t)k + 1;
        group[k] = (int64_t)rng_below(&rng, (uint64_t)records / 3 + 1);
        if (k && claims < n)
            c[claims++] = (struct claim){(int64_t)rng_below(&rng, k) + 1,
                                         (int64_t)k + 1,
                                         CLAIM_AUTO,
                                         "NAME_DOB",
                                         12.5,
                                         0.98,
                                         false,
                                         NULL,
                                         NULL};
    }
    start();
    OK(store_claims_put(s, c, claims, 1, &written, e));
    stop("claims, new", (double)claims);
    start();
    OK(store_claims_put(s, c, claims, 2, &written, e));
    stop("claims, unchanged", (double)claims);
    start();
    OK(store_lines_set(s, record, group, NULL, n, &written, e));
    stop("lines, new partition", (double)n);
    struct class_result r[14];
    for (int k = 0; k < 14; k++)
        r[k] = (struct class_result){"HOME_OFFICE",         "1.0", k % 2, 'I', 0, 2,
                                     "exit.date|exit.mode", ""};
    struct line_findings *f = mem_array(n / 3, sizeof *f);
    for (size_t k = 0; k < n / 3; k++)
        f[k] = (struct line_findings){(int64_t)k + 1, r, 14, NULL, 0};
    start();
    OK(store_findings_put(s, f, n / 3, e));
    stop("findings, 14 answers a line", (double)(n / 3));
    struct token *t = mem_array(n * 4, sizeof *t);
    for (size_t k = 0; k < n * 4; k++)
        t[k] =
            (struct token){(int64_t)(k / 4) + 1, (int)(k % 4), {(const char *)&record[k / 4], 8}};
    start();
    OK(store_tokens_put(s, t, n * 4, e));
    stop("blind index tokens", (double)(n * 4));
    free(t);
    free(f);
    free(c);
    free(record);
    free(group);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: bench_store DIR RECORDS [THREADS]\n", stderr);
        return 2;
    }
    int64_t records = atoll(argv[2]);
    struct store *s;
    struct store_options o = {.dir = argv[1],
                              .mode = STORE_JOB,
                              .keys = KEYS_ALL,
                              .actor = {"system", "analyst", "benchmark", ""},
                              .threads = argc > 3 ? atoi(argv[3]) : 0};
    OK(store_create(argv[1], NULL, e));
    OK(store_open(&o, &s, e));
    printf("| %-34s | %9s | %7s | %7s | %9s |\n|---|---|---|---|---|\n", "what", "n", "wall s",
           "CPU s", "n / CPU s");
    start();
    import_all(s, records);
    stop("import: records", (double)records);
    start();
    stop("linkage view, by record", (double)read_view(s, VIEW_BY_RECORD, linkage));
    start();
    stop("classification view, by record", (double)read_view(s, VIEW_BY_RECORD, classification));
    start();
    stop("classification view, by line", (double)read_view(s, VIEW_BY_LINE, classification));
    start();
    stop("statistics view, by record", (double)read_view(s, VIEW_BY_RECORD, statistics));
    write_results(s, records);
    struct rotation r;
    start();
    OK(store_rotate(s, NULL, &r, e));
    stop("rotation: values sealed anew", (double)r.values);
    start();
    struct audit_head head;
    OK(store_audit_head(s, &head, e));
    stop("audit log verified: entries", (double)head.size);
    store_close(s);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    printf("\npeak memory %.0f MB\n", (double)u.ru_maxrss / 1024);
    return 0;
}
