#include "app/study_mse_rows.h"

#include <math.h>
#include <stdlib.h>

static void bootstrap(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    const struct mse_boot *b = &r->boot;
    json_t *row = study_doc_row(doc, "boot_bca");
    mse_put_int(row, "nboot", b->replicates);
    study_put(row, "pthresh", q->options.how == MSE_BY_STEPWISE ? q->options.threshold : NAN);
    study_put(row, "N", b->estimate);
    study_put(row, "prop_below", b->prop_below);
    study_put(row, "z0", b->z0);
    study_put(row, "ahat", b->ahat);
    study_put(row, "boot_mean", b->mean);
    study_put(row, "boot_sd", b->sd);
    study_put(row, "boot_median", b->median);
    study_put(row, "boot_max", b->max);
    mse_put_int(row, "n_nonfinite", b->nonfinite);
    for (int i = 0; i < MSE_BCA_LEVELS; i++) {
        char name[32];
        snprintf(name, sizeof name, "bca_%g", mse_bca_level[i]);
        study_put(row, name, b->bca[i]);
    }
    study_put(row, "pct_0.025", b->pct_lo);
    study_put(row, "pct_0.975", b->pct_hi);
    study_put(row, "same_model_share", b->replicates ? (double)b->same_model / b->replicates : NAN);
    mse_put_flag(row, "percentile_fallback", b->fallback);
    if (r->boot_models)
        mse_put_int(row, "competing_models", r->boot_models);
    for (int i = 0; i < b->replicates; i++) {
        row = study_doc_row(doc, "boot_N");
        mse_put_int(row, "rep", i + 1);
        study_put(row, "N", b->N[i]);
    }
    for (int k = 0; k < b->cells; k++) {
        row = study_doc_row(doc, "boot_jack");
        mse_put_cell(row, "cell", r->table, b->cell[k]);
        study_put_count(row, "count", r->table->count[b->cell[k]]);
        study_put(row, "N_minus_one", b->N_minus_one[k]);
    }
}

static void sensitivity(json_t *doc, const struct mse_report *r)
{
    for (int i = 0; i < r->change_rows; i++) {
        const struct mse_sensitivity *s = &r->changes[i];
        json_t *row = study_doc_row(doc, "list_sensitivity");
        study_put_text(row, "change", s->change);
        study_put_text(row, "what", s->what);
        study_put_count(row, "n_observed", s->n_observed);
        study_put(row, "N_main", s->N_main);
        study_put(row, "N_stepwise", s->N_stepwise);
        study_put(row, "lo", s->lo);
        study_put(row, "hi", s->hi);
        study_put_text(row, "pairs", s->pairs);
    }
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(r->table->lists, pair);
    for (int k = 0; r->influence && k < mse_pairs(r->table->lists); k++) {
        const struct mse_influence *v = &r->influence[k];
        json_t *row = study_doc_row(doc, "pair_influence");
        mse_put_term(row, "pair", r->table, pair[v->pair]);
        mse_put_flag(row, "in_model", v->in);
        mse_put_int(row, "status", v->status);
        study_put(row, "N_toggled", v->N);
        study_put(row, "relative_change", v->change);
    }
}

static void linkage(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    char label[200];
    mse_model_label(q, label, sizeof label);
    for (int k = 0; k < 2 * MSE_LINKAGE_RATES; k++) {
        const struct mse_linkage_error *v = &r->linkage[k];
        json_t *row = study_doc_row(doc, "mse_linkage_error");
        study_put_text(row, "model", label);
        study_put_text(row, "error", v->missed ? "missed" : "false");
        study_put(row, "rate", v->rate);
        mse_put_flag(row, "feasible", v->feasible);
        study_put(row, "n_observed_corrected", v->n_observed_corrected);
        study_put(row, "dark", v->dark);
        study_put(row, "N", v->N);
        study_put(row, "se_log_dark", v->se_log_dark);
    }
    if (isfinite(q->recall) && isfinite(q->precision)) {
        json_t *row = study_doc_row(doc, "linkage_corrected");
        study_put(row, "recall", q->recall);
        study_put(row, "precision", q->precision);
        study_put(
            row, "N",
            mse_linkage_estimate(r->table, &r->chosen.model, 1 - q->recall, 1 - q->precision));
    }
}

static void profile(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    const struct mse_profile *p = &r->profile[1];
    json_t *row = study_doc_row(doc, "profile_ci");
    char label[200];
    mse_model_label(q, label, sizeof label);
    study_put_text(row, "model", label);
    mse_put_model(row, "interactions", r->table, &r->chosen.model, " ");
    study_put(row, "N_multinomial_mle", p->N_multinomial_mle);
    study_put(row, "profile_lo95", p->profile_lo95);
    study_put(row, "profile_hi95", p->profile_hi95);
    study_put(row, "max_loglik_kernel", p->max_loglik_kernel);
    for (int i = 0; i < 3 && r->recipe[i].method; i++) {
        const struct mse_recipe *x = &r->recipe[i];
        row = study_doc_row(doc, "original_2014_method");
        study_put_text(row, "method", x->method);
        study_put(row, "lo95", x->lo95);
        study_put(row, "lo80", x->lo80);
        study_put(row, "N", x->N);
        study_put(row, "hi80", x->hi80);
        study_put(row, "hi95", x->hi95);
        study_put_text(row, "terms", x->terms);
    }
}

static void closedp(json_t *doc, const struct mse_report *r)
{
    for (int i = 0; i < r->closedp_rows; i++) {
        const struct mse_closedp *c = &r->closedp[i];
        json_t *row = study_doc_row(doc, "rcapture_closedp");
        study_put_text(row, "func", c->func);
        study_put_text(row, "model", c->model);
        study_put(row, "N", c->N);
        study_put(row, "stderr", c->stderr_);
        study_put(row, "deviance", c->deviance);
        study_put_count(row, "df", c->df);
        study_put(row, "AIC", c->AIC);
        study_put(row, "BIC", c->BIC);
        study_put(row, "lo95", c->lo95);
        study_put(row, "hi95", c->hi95);
        study_put_count(row, "infofit", c->infofit);
    }
    if (r->closedp_rows) {
        static const char *const refused[] = {"Mb", "Mbh"};
        for (int i = 0; i < 2; i++) {
            json_t *row = study_doc_row(doc, "refused");
            study_put_text(row, "model", refused[i]);
            study_put_text(row, "reason",
                           "Its answer depends on the order of the lists (trap response); agencies "
                           "have no order in time, so any answer could be had by sorting columns.");
        }
    }
}

static void put_edges(json_t *row, const char *column, const struct mse_table *t, uint32_t edges);

static void graphs(json_t *doc, const struct mse_report *r)
{
    const struct mse_dga *d = &r->dga;
    json_t *row = study_doc_row(doc, "dga_posterior");
    study_put(row, "delta", d->delta);
    study_put_text(row, "prior", "1/N");
    study_put_count(row, "N_max", d->N_max);
    mse_put_int(row, "n_graphs", d->n_graphs);
    study_put(row, "mean", d->mean);
    study_put(row, "sd", d->sd);
    study_put_count(row, "mode", d->mode);
    study_put_count(row, "q025", d->q025);
    study_put_count(row, "q10", d->q10);
    study_put_count(row, "q25", d->q25);
    study_put_count(row, "q50", d->q50);
    study_put_count(row, "q75", d->q75);
    study_put_count(row, "q90", d->q90);
    study_put_count(row, "q975", d->q975);
    study_put(row, "prob_at_Nmax", d->prob_at_Nmax);
    study_put(row, "tail_prob_last_1pc", d->tail_prob_last_1pc);
    put_edges(row, "best_graph", r->table, d->graph[0].edges);
    study_put(row, "best_prob", d->graph[0].post_prob);
    study_put(row, "complete_graph_prob", d->complete_prob);
    study_put(row, "mean_without_complete", d->mean_without);
    study_put_count(row, "q025_without_complete", d->q025_without);
    study_put_count(row, "q50_without_complete", d->q50_without);
    study_put_count(row, "q975_without_complete", d->q975_without);
    for (int g = 0; g < d->n_graphs && g < 60; g++) {
        row = study_doc_row(doc, "dga_models");
        mse_put_int(row, "rank", g + 1);
        put_edges(row, "edges", r->table, d->graph[g].edges);
        study_put(row, "post_prob", d->graph[g].post_prob);
        study_put(row, "post_mean_N", d->graph[g].post_mean_N);
    }
    /* about 200 values of N, evenly spread, first and last included */
    double cdf = 0;
    size_t next = 0, step = 0, wanted = d->points < 200 ? d->points : 200;
    for (size_t k = 0; k < d->points; k++) {
        cdf += d->pmf[k];
        if (k != next)
            continue;
        row = study_doc_row(doc, "dga_pmf");
        study_put_count(row, "N", d->n + (double)k);
        study_put(row, "pmf", d->pmf[k]);
        study_put(row, "cdf", cdf);
        step++;
        next = (size_t)(nearbyint(d->n + (double)(d->points - 1) * (double)step /
                                             (double)(wanted > 1 ? wanted - 1 : 1)) -
                        d->n);
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Edges in alphabetical order, lists within an edge in table order. */
static void put_edges(json_t *row, const char *column, const struct mse_table *t, uint32_t edges)
{
    struct arena a = ARENA_EMPTY;
    uint32_t pair[MSE_PAIRS_MAX];
    char *name[MSE_PAIRS_MAX];
    int n = 0;
    mse_pair_masks(t->lists, pair);
    for (int k = 0; k < mse_pairs(t->lists); k++)
        if (edges >> k & 1) {
            struct buf b = BUF_EMPTY;
            mse_term_name(&b, t, pair[k]);
            name[n++] = arena_strdup(&a, b.p);
            buf_free(&b);
        }
    qsort(name, (size_t)n, sizeof *name, compare_names);
    struct buf b = BUF_EMPTY;
    for (int i = 0; i < n; i++)
        buf_addf(&b, "%s%s", i ? " " : "", name[i]);
    study_put_str(row, column, buf_str(&b));
    buf_free(&b);
    arena_free(&a);
}

static void put_chain(json_t *row, const struct mse_latent_chain *c)
{
    study_put(row, "mean", c->mean);
    study_put(row, "mcse_mean", c->mcse_mean);
    study_put(row, "sd", c->sd);
    study_put(row, "2.5pct", c->q025);
    study_put(row, "10pct", c->q10);
    study_put(row, "50pct", c->q50);
    study_put(row, "90pct", c->q90);
    study_put(row, "97.5pct", c->q975);
}

static void latent(json_t *doc, const struct mse_report *r)
{
    const struct mse_latent *l = &r->latent;
    for (int c = 0; c < l->options.chains; c++) {
        json_t *row = study_doc_row(doc, "lcmcr_monte_carlo");
        mse_put_int(row, "chain", c + 1);
        mse_put_int(row, "K", l->options.classes);
        study_put(row, "a_alpha", l->options.a_alpha);
        study_put(row, "b_alpha", l->options.b_alpha);
        mse_put_int(row, "seed", (int64_t)l->options.seed);
        mse_put_int(row, "burnin", l->options.burnin);
        mse_put_int(row, "samples", l->options.samples);
        mse_put_int(row, "thinning", l->options.thinning);
        put_chain(row, &l->chain[c]);
    }
    json_t *row = study_doc_row(doc, "latent_class");
    mse_put_int(row, "chains", l->options.chains);
    study_put(row, "split_rhat", l->rhat);
    mse_put_flag(row, "converged", l->converged);
    put_chain(row, &l->all);
}

void study_mse_fill_more(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    if (r->have_boot)
        bootstrap(doc, r, q);
    sensitivity(doc, r);
    linkage(doc, r, q);
    if (r->have_profile)
        profile(doc, r, q);
    closedp(doc, r);
    if (r->have_dga)
        graphs(doc, r);
    if (r->have_latent)
        latent(doc, r);
}
