/* Any bytes as a table of follow-up: read it, fit what it allows; no crash, no NaN. The first bytes
 * choose the method and options. */
#include "app/study_doc.h"
#include "app/survival_data.h"
#include "stats/finegray.h"
#include "stats/surv_cif.h"
#include "stats/surv_km.h"
#include "stats/surv_test.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void curves(struct survival_data *d, const struct surv_order *o)
{
    struct err e = {0};
    size_t bad;
    for (int g = 0; g < d->rows.groups; g++) {
        struct surv_counts c;
        struct km_curve k;
        struct cif_curve f;
        struct mcf_curve m;
        surv_counts_make(&d->rows, o, g, &c);
        km_fit(&c, &k);
        for (size_t i = 0; i < k.n; i++)
            if (isnan(k.surv[i]) || isnan(k.cumhaz[i]))
                abort();
        km_quantile(&k, 0.5, 1.96, KM_PLAIN);
        km_mean(&k, 10);
        km_free(&k);
        surv_counts_free(&c);
        if (cif_fit(&d->rows, o, g, true, &f, &bad, &e) == ST_OK) {
            for (size_t i = 0; i < f.n * (size_t)(f.causes + 1); i++)
                if (isnan(f.p[i]) || isnan(f.se[i]))
                    abort();
            cif_free(&f);
        }
        if (mcf_fit(&d->rows, o, g, &m, &bad, &e) == ST_OK)
            mcf_free(&m);
    }
}

static void models(struct survival_data *d, enum cox_ties ties)
{
    struct err e = {0};
    struct surv_rows rows = d->rows;
    struct surv_order o;
    size_t bad;
    rows.group = d->stratum;
    rows.groups = d->stratum ? d->strata.count : 1;
    if (surv_order_make(&rows, &o, &bad, &e) != ST_OK)
        return;
    struct cox_data c = {&rows, d->x, d->covariates};
    struct cox_fit f;
    if (cox_fit(&c, &o, ties, ties != COX_EXACT, &f, &e) == ST_OK) {
        double chisq[COX_MAX_COVARIATES + 1];
        int df[COX_MAX_COVARIATES + 1];
        cox_concordance(&c, &o, &f);
        if (cox_zph(&c, &o, &f, d->term_of, d->terms, chisq, df, &e) != ST_OK)
            abort();
        cox_free(&f);
    }
    surv_order_free(&o);
    struct finegray_fit g;
    if (finegray_fit(&d->rows, d->x, d->covariates, 1, &g, &e) == ST_OK)
        finegray_free(&g);
}

static void tests(struct survival_data *d)
{
    struct err e = {0};
    struct surv_test t;
    if (surv_logrank(&d->rows, d->stratum, d->strata.count, 0.5, &t, &e) == ST_OK)
        surv_test_free(&t);
    if (surv_gray(&d->rows, d->stratum, d->strata.count, 1, 0, &t, &e) == ST_OK)
        surv_test_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 20000)
        return 0;
    uint8_t choice = data[0], more = data[1];
    struct survival_question q = {.file = "fuzz",
                                  .time = "t",
                                  .status = "s",
                                  .start = choice & 1 ? "a" : NULL,
                                  .id = choice & 2 ? "i" : NULL,
                                  .group = choice & 4 ? "g" : NULL,
                                  .strata = choice & 8 ? "k" : NULL,
                                  .covariates = choice & 16 ? "x,g" : NULL,
                                  .gap_time = (choice & 33) == 33,
                                  .method = (enum survival_method)(more % 11),
                                  .ties = (enum cox_ties)(more / 11 % 3),
                                  .level = 0.95};
    struct err e = {0};
    struct survival_data d;
    struct surv_order o;
    size_t bad;
    json_t *doc = study_doc_new();
    struct str bytes = {(const char *)data + 2, size - 2};
    if (survival_data_read_bytes(&q, bytes, doc, &d, &e) == ST_OK && d.rows.n < 300) {
        if (surv_order_make(&d.rows, &o, &bad, &e) == ST_OK) {
            curves(&d, &o);
            surv_order_free(&o);
        }
        if (d.rows.group)
            tests(&d);
        if (d.covariates)
            models(&d, q.ties);
    }
    survival_data_free(&d);
    json_decref(doc);
    return 0;
}
