/* Survival methods on one million made rows in memory, one thread, CPU seconds (user + system),
 * beside R's as recorded (shared/data/estimate/speed/survival_1M_R.csv) or, when a file of
 * "name,seconds" lines is given, as just measured by bench_survival.R.
 *
 * usage: bench_survival [R-SECONDS.csv]        rows as in shared/data/estimate/README.md */
#include "base/csv.h"
#include "base/mem.h"
#include "stats/cox.h"
#include "stats/surv_cif.h"
#include "stats/surv_km.h"
#include "stats/surv_test.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 1000000, P = 5 };

static double *t, *start, *stop, *x,
    *column[P]; /* x row by row, and by column as read from a file */
static int32_t *ev, *ev1, *id, *x5, *x1;
static double checksum;

static void make_rows(void)
{
    t = mem_array(ROWS, sizeof *t);
    start = mem_array(ROWS, sizeof *start);
    stop = mem_array(ROWS, sizeof *stop);
    x = mem_array((size_t)ROWS * P, sizeof *x);
    ev = mem_array(ROWS, sizeof *ev);
    ev1 = mem_array(ROWS, sizeof *ev1);
    id = mem_array(ROWS, sizeof *id);
    x5 = mem_array(ROWS, sizeof *x5);
    x1 = mem_array(ROWS, sizeof *x1);
    for (int k = 0; k < P; k++)
        column[k] = mem_array(ROWS, sizeof *column[k]);
    uint64_t seed = 20240607;
    double running = 0;
    for (int i = 0; i < ROWS; i++) {
        double u[8];
        for (int k = 0; k < 8; k++) {
            seed = 16807 * seed % 2147483647;
            u[k] = (double)seed / 2147483647.0;
        }
        double *v = x + (size_t)i * P;
        v[0] = u[0] < 0.5;
        v[1] = u[1] < 0.3;
        v[2] = floor(1000 * u[2]) / 1000;
        v[3] = floor(18 + 47 * u[3]);
        v[4] = floor(4 * u[4]);
        double lin = 0.4 * v[0] - 0.3 * v[1] + 0.5 * v[2] + 0.01 * (v[3] - 40) + 0.1 * v[4];
        double a = -log(u[5]) / (0.00015 * exp(lin)), b = -log(u[6]) / 0.0001, c = 1 + 3650 * u[7];
        ev[i] = a <= b && a <= c ? 1 : b <= c ? 2 : 0;
        ev1[i] = ev[i] == 1;
        t[i] = fmax(1, ceil(fmin(a, fmin(b, c))));
        id[i] = i / 4;
        start[i] = i % 4 ? running : 0;
        running = stop[i] = start[i] + t[i];
        for (int k = 0; k < P; k++)
            column[k][i] = v[k];
        x1[i] = (int32_t)v[0];
        x5[i] = (int32_t)v[4];
    }
}

static void must(enum status s, const struct err *e)
{
    if (s == ST_OK)
        return;
    err_print(stderr, e);
    exit(1);
}

static struct surv_rows single(void)
{
    return (struct surv_rows){.n = ROWS, .stop = t, .event = ev1, .causes = 1, .groups = 1};
}

static struct surv_rows repeated(void)
{
    return (struct surv_rows){.n = ROWS,
                              .start = start,
                              .stop = stop,
                              .event = ev1,
                              .causes = 1,
                              .groups = 1,
                              .person = id,
                              .persons = ROWS / 4};
}

static struct surv_order ordered(const struct surv_rows *r)
{
    struct surv_order o;
    struct err e = {0};
    size_t bad;
    must(surv_order_make(r, &o, &bad, &e), &e);
    return o;
}

static void run_km(int by)
{
    struct surv_rows r = single();
    int32_t *group = NULL;
    if (by) {
        group = mem_array(ROWS, sizeof *group);
        for (int i = 0; i < ROWS; i++)
            group[i] = x1[i] * 4 + x5[i];
        r.group = group;
        r.groups = 8;
    }
    struct surv_order o = ordered(&r);
    for (int g = 0; g < r.groups; g++) {
        struct surv_counts c;
        struct km_curve k;
        surv_counts_make(&r, &o, g, &c);
        km_fit(&c, &k);
        checksum += k.surv[k.n - 1];
        km_free(&k);
        surv_counts_free(&c);
    }
    surv_order_free(&o);
    free(group);
}

static void km(void)
{
    run_km(0);
}

static void km_strata(void)
{
    run_km(1);
}

static void logrank(void)
{
    struct surv_rows r = single();
    struct surv_test s;
    struct err e = {0};
    r.group = x5;
    r.groups = 4;
    must(surv_logrank(&r, NULL, 0, 0, &s, &e), &e);
    checksum += s.chisq;
    surv_test_free(&s);
}

static void run_cif(bool with_se, int groups)
{
    struct surv_rows r = single();
    struct err e = {0};
    size_t bad;
    r.event = ev;
    r.causes = 2;
    r.group = groups > 1 ? x1 : NULL;
    r.groups = groups;
    struct surv_order o = ordered(&r);
    for (int g = 0; g < groups; g++) {
        struct cif_curve c;
        must(cif_fit(&r, &o, g, with_se, &c, &bad, &e), &e);
        checksum += c.p[1];
        cif_free(&c);
    }
    surv_order_free(&o);
}

static void aj(void)
{
    run_cif(false, 1);
}

static void aj_se(void)
{
    run_cif(true, 1);
}

static void cuminc_gray(void)
{
    run_cif(false, 2);
    struct surv_rows r = single();
    struct surv_test s;
    struct err e = {0};
    r.event = ev;
    r.causes = 2;
    r.group = x1;
    r.groups = 2;
    for (int cause = 1; cause <= 2; cause++) {
        must(surv_gray(&r, NULL, 0, cause, 0, &s, &e), &e);
        checksum += s.chisq;
        surv_test_free(&s);
    }
}

static void mcf(void)
{
    struct surv_rows r = repeated();
    struct mcf_curve c;
    struct err e = {0};
    size_t bad;
    struct surv_order o = ordered(&r);
    must(mcf_fit(&r, &o, 0, &c, &bad, &e), &e);
    checksum += c.se_robust[c.n - 1];
    mcf_free(&c);
    surv_order_free(&o);
}

/* With the canonical order that makes the digits independent of the file's, and the concordance. */
static void run_cox(struct surv_rows r, enum cox_ties ties, bool robust)
{
    struct err e = {0};
    const double *columns[] = {
        r.stop, r.start ? r.start : r.stop, column[0], column[1], column[2], column[3], column[4]};
    uint32_t *order = mem_array(ROWS, sizeof *order);
    surv_canonical_order(columns, 7, ROWS, order);
    free(order);
    struct surv_order o = ordered(&r);
    struct cox_data d = {&r, x, P};
    struct cox_fit f;
    must(cox_fit(&d, &o, ties, robust, &f, &e), &e);
    checksum += f.coef[0] + cox_concordance(&d, &o, &f);
    cox_free(&f);
    surv_order_free(&o);
}

static void cox_efron(void)
{
    run_cox(single(), COX_EFRON, false);
}

static void cox_breslow(void)
{
    run_cox(single(), COX_BRESLOW, false);
}

static void andersen_gill(void)
{
    run_cox(repeated(), COX_EFRON, true);
}

static const struct {
    const char *name, *r_name;
    void (*run)(void);
    double target, scale; /* scale: R's run was on this share of the rows */
} runs[] = {
    {"KM", "KM survfit overall", km, 0.3, 1},
    {"KM, 8 groups", "KM survfit by x1,x5 (8 strata)", km_strata, 0.3, 1},
    {"log-rank, 4 groups", "log-rank survdiff x5 (4 groups)", logrank, 0.3, 1},
    {"cuminc, 2 groups, with Gray's tests", "cuminc by x1 + Gray test", cuminc_gray, 0, 1},
    {"Aalen-Johansen", "AJ survfit multi-state, no se", aj, 0.3, 1},
    {"Aalen-Johansen with errors (R: a tenth)",
     "AJ survfit multi-state with IJ se (first 100k rows)", aj_se, 0.3, 10},
    {"MCF with robust errors (R: a tenth)", "MCF robust se (first 100k rows)", mcf, 0.3, 10},
    {"Cox, Efron, 5 covariates", "Cox efron 5 covariates", cox_efron, 1.5, 1},
    {"Cox, Breslow, 5 covariates", "Cox breslow 5 covariates", cox_breslow, 1.5, 1},
    {"Andersen-Gill, robust by person", "Andersen-Gill start-stop + robust cluster(id)",
     andersen_gill, 3, 1},
};

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* R's seconds by name: columns run and user_s. */
static double r_seconds(const char *path, const char *name)
{
    struct csv c;
    struct err e = {0};
    double seconds = NAN;
    int run, user;
    if (csv_open(&c, path, &e) != ST_OK)
        return NAN;
    if (csv_need(&c, "run", &run, &e) == ST_OK && csv_need(&c, "user_s", &user, &e) == ST_OK)
        for (;;) {
            struct csv_row row;
            if (csv_next(&c, &row, &e) != ST_OK || row.n == 0)
                break;
            double v;
            if (str_is(row.cells[run], name) && str_to_double(row.cells[user], &v))
                seconds = v;
        }
    csv_close(&c);
    return seconds;
}

int main(int argc, char **argv)
{
    make_rows();
    printf("%-42s %8s %8s %8s %8s\n", "1,000,000 rows, CPU seconds, one thread", "ours", "target",
           "R", "ratio");
    for (size_t k = 0; k < sizeof runs / sizeof runs[0]; k++) {
        double best = INFINITY;
        for (int turn = 0; turn < 3; turn++) {
            double from = cpu_seconds();
            runs[k].run();
            best = fmin(best, cpu_seconds() - from);
        }
        double r = argc > 1 ? r_seconds(argv[1], runs[k].r_name) * runs[k].scale : NAN;
        printf("%-42s %8.3f ", runs[k].name, best);
        if (runs[k].target > 0)
            printf("%8.1f ", runs[k].target);
        else
            printf("%8s ", "");
        if (isnan(r))
            printf("%8s %8s\n", "-", "-");
        else
            printf("%8.2f %7.0fx\n", r, r / best);
        fflush(stdout);
    }
    fprintf(stderr, "checksum %.6f\n", checksum);
    return 0;
}
