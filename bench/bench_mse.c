/* Multiple systems estimation: our CPU seconds beside the recorded ones of the R packages.
 *   bench_mse SHARED      (the folder that holds data/estimate) */
#include "app/study_mse.h"
#include "base/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct clocks {
    double cpu, wall;
};

static struct clocks now(void)
{
    struct rusage u;
    struct timespec t;
    getrusage(RUSAGE_SELF, &u);
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (struct clocks){(double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                               1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec),
                           (double)t.tv_sec + 1e-9 * (double)t.tv_nsec};
}

static void read_table(const char *shared, const char *name, struct arena *a, struct mse_table *t)
{
    char path[1000];
    struct err e = {0};
    struct file_bytes f;
    snprintf(path, sizeof path, "%s/data/estimate/tables/%s.csv", shared, name);
    if (file_read(path, 1 << 20, &f, &e) != ST_OK ||
        study_mse_read_bytes((struct str){f.p, f.n}, path, a, t, &e) != ST_OK) {
        err_print(stderr, &e);
        exit(1);
    }
    file_release(&f);
}

/* The recorded seconds of a run; NAN when there are none. */
static double recorded(const char *shared, const char *run)
{
    char path[1000];
    struct csv c;
    struct err e = {0};
    double seconds = 0.0 / 0.0;
    snprintf(path, sizeof path, "%s/data/estimate/speed/mse_R.csv", shared);
    if (csv_open(&c, path, &e) != ST_OK)
        return seconds;
    for (struct csv_row r; csv_next(&c, &r, &e) == ST_OK && r.n;)
        if (r.n == 2 && str_is(r.cells[0], run) && !str_to_double(r.cells[1], &seconds))
            break;
    csv_close(&c);
    return seconds;
}

static void line(const char *what, double cpu, double r)
{
    printf("%-62s %9.4f %9.3f %9.0f\n", what, cpu, r, r / cpu);
}

static void bootstrap(const char *shared, const char *name, const char *run)
{
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    struct mse_boot b;
    const struct mse_selector s = {.how = MSE_BY_STEPWISE, .threshold = 0.02};
    char what[100];
    read_table(shared, name, &a, &t);
    struct clocks x = now();
    mse_bootstrap(&t, &s, 1000, 1, NULL, 1, NULL, &a, &b);
    snprintf(what, sizeof what, "stepwise + 1,000 BCa replicates + jackknife, %s", name);
    line(what, now().cpu - x.cpu, recorded(shared, run));
    arena_free(&a);
}

static void pairs(const char *shared, const char *name, const char *run, const char *what)
{
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    struct mse_all_pairs p;
    read_table(shared, name, &a, &t);
    struct clocks x = now();
    mse_all_pairs_fit(&t, 1, &p);
    line(what, now().cpu - x.cpu, recorded(shared, run));
    mse_all_pairs_free(&p);
    arena_free(&a);
}

static void single_fit(const char *shared)
{
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    read_table(shared, "UKdat", &a, &t);
    struct mse_work *w = mse_work_new(t.lists);
    struct clocks x = now();
    for (int i = 0; i < 100; i++) {
        struct mse_model m;
        struct mse_quick q;
        mse_work_data(w, t.count);
        mse_stepwise(w, t.lists, 0.02, &m, &q, NULL);
    }
    line("one stepwise choice, UKdat", (now().cpu - x.cpu) / 100,
         recorded(shared, "SparseMSE one stepwise fit, UKdat"));
    mse_work_free(w);
    arena_free(&a);
}

static void graphs(const char *shared)
{
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    struct mse_dga d;
    read_table(shared, "UKdat_5", &a, &t);
    struct clocks x = now();
    mse_dga(&t, 0.03125, 60000, 1, NULL, &a, &d);
    line("822 graphs x 57,257 values of N, UKdat_5", now().cpu - x.cpu,
         recorded(shared, "dga 822 graphs x 57,257 grid, UKdat_5"));
    arena_free(&a);
}

static void latent(const char *shared)
{
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    struct mse_latent l;
    const struct mse_latent_options o = {.classes = 10,
                                         .a_alpha = 0.25,
                                         .b_alpha = 0.25,
                                         .chains = 4,
                                         .burnin = 20000,
                                         .samples = 10000,
                                         .thinning = 20,
                                         .seed = 1};
    read_table(shared, "UKdat", &a, &t);
    struct clocks x = now();
    mse_latent_run(&t, &o, 1, NULL, &a, &l);
    line("latent classes, 220,000 iterations, UKdat (a chain of 4)", (now().cpu - x.cpu) / 4,
         recorded(shared, "LCMCR 220,000 iterations, UKdat"));
    arena_free(&a);
}

static void threads(const char *shared)
{
    const struct mse_selector s = {.how = MSE_BY_STEPWISE, .threshold = 0.02};
    double wall[2];
    for (int k = 0; k < 2; k++) {
        struct arena a = ARENA_EMPTY;
        struct mse_table t;
        struct mse_boot b;
        read_table(shared, "UKdat", &a, &t);
        struct clocks x = now();
        mse_bootstrap(&t, &s, 20000, 1, NULL, k + 1, NULL, &a, &b);
        wall[k] = now().wall - x.wall;
        arena_free(&a);
    }
    printf("20,000 replicates, UKdat, wall: one thread %.2f s, two %.2f s (%.2f times as fast)\n",
           wall[0], wall[1], wall[0] / wall[1]);
}

int main(int argc, char **argv)
{
    const char *shared = argc > 1 ? argv[1] : "../shared";
    printf("%-62s %9s %9s %9s\n", "run, one thread", "ours, s", "R, s", "ratio");
    single_fit(shared);
    bootstrap(shared, "UKdat",
              "SparseMSE 2.0.1 stepwise + 1000 bootstrap + jackknife, UKdat (6 lists)");
    bootstrap(shared, "UKdat_5", "same, UKdat_5");
    bootstrap(shared, "Western", "same, Western");
    bootstrap(shared, "NewOrl_5", "same, NewOrl_5");
    bootstrap(shared, "Korea", "same, Korea");
    pairs(shared, "UKdat_5", "Rcapture closedpMS.t all 1,024 pair models, UKdat_5",
          "all 1,024 pair models, UKdat_5 (R: Rcapture)");
    pairs(shared, "UKdat_5", "MultipleSystemsEstimation 1.2.0 BIC, pair models, UKdat_5",
          "all 1,024 pair models, UKdat_5 (R: MSE 1.2.0)");
    pairs(shared, "UKdat", "Rcapture closedpMS.t all 32,768 pair models, UKdat (6 lists)",
          "all 32,768 pair models, UKdat");
    graphs(shared);
    latent(shared);
    threads(shared);
    return 0;
}
