/* Any bytes as a table of list memberships: read, analysed; no crash, and no number without a
 * status. A first byte above 0xF0 makes the rest a file of resampled counts for a fixed table. */
#include "app/study_mse.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void analyse(const struct mse_table *t, struct arena *a)
{
    struct err e = {0};
    struct mse_options o = {.how = t->whole ? MSE_BY_STEPWISE : MSE_BY_MODEL,
                            .threshold = 0.02,
                            .bootstrap = t->whole && t->total < 1e6 ? 3 : 0,
                            .profile = true,
                            .rcapture = t->whole && t->lists <= 4,
                            .dga = t->whole && t->lists <= 4,
                            .dga_delta = 0.25,
                            .dga_max = t->total + 300,
                            .threads = 1};
    mse_model_make(&o.model, t->lists, NULL, 0);
    struct mse_report *r = arena_alloc(a, sizeof *r);
    if (mse_analyse(t, &o, a, r, &e) == ST_OK) {
        const struct mse_fixed *f = &r->chosen;
        if (f->status == 0 && (!(f->N >= t->total) || !isfinite(f->se_log_dark)))
            abort();
        if (f->status != 0 && (!isnan(f->N) || !isnan(r->estimate)) && t->lists > 2)
            abort();
        if (r->have_dga && !(r->dga.mean >= t->total - 1e-6 * t->total))
            abort();
    }
    mse_report_free(r);
}

static void resampled(struct str bytes)
{
    static const char text[] = "A,B,C,count\n1,0,0,9\n0,1,0,8\n0,0,1,7\n1,1,0,3\n0,1,1,2\n";
    struct err e = {0};
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    double *counts;
    int replicates;
    if (study_mse_read_bytes(str_of(text), "table", &a, &t, &e) != ST_OK)
        abort();
    if (study_mse_read_counts_bytes(bytes, "fuzz", &t, &a, &counts, &replicates, &e) == ST_OK) {
        struct mse_selector s = {.how = MSE_BY_STEPWISE, .threshold = 0.02};
        struct mse_boot b;
        mse_bootstrap(&t, &s, replicates < 20 ? replicates : 20, 1, counts, 1, NULL, &a, &b);
    }
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct arena a = ARENA_EMPTY;
    struct mse_table t;
    if (size > 0 && data[0] > 0xF0) {
        resampled((struct str){(const char *)data + 1, size - 1});
        return 0;
    }
    struct str bytes = {(const char *)data, size};
    if (study_mse_read_bytes(bytes, "fuzz", &a, &t, &e) == ST_OK && t.lists <= 5)
        analyse(&t, &a);
    arena_free(&a);
    return 0;
}
