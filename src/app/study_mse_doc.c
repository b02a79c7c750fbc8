/* The report as tables whose columns are those of the known answers. */
#include "app/study_mse_rows.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

static void minus_infinity_terms(json_t *row, const struct mse_report *r)
{
    struct buf b = BUF_EMPTY;
    for (int j = 0; j < r->chosen.model.terms; j++)
        if (r->chosen.estimate[j] == -INFINITY) {
            if (b.n)
                buf_addc(&b, ' ');
            mse_term_name(&b, r->table, r->chosen.model.term[j]);
        }
    study_put_str(row, "minus_infinity", buf_str(&b));
    buf_free(&b);
}

static void fixed_models(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    const struct mse_fixed *f = &r->chosen;
    json_t *row = study_doc_row(doc, "fixed_models");
    char label[200];
    mse_model_label(q, label, sizeof label);
    study_put_text(row, "model", label);
    mse_put_model(row, "interactions", r->table, &f->model, " + ");
    mse_put_int(row, "status", f->status);
    study_put(row, "lp_objective", f->lp_objective);
    mse_put_int(row, "rank_deficiency", f->rank_deficiency);
    minus_infinity_terms(row, r);
    mse_put_int(row, "n_par_total", f->par_total);
    mse_put_int(row, "n_par_finite", f->par_finite);
    mse_put_int(row, "n_cells", f->cells);
    study_put_count(row, "n_observed", f->n);
    study_put(row, "N", f->N);
    study_put(row, "dark", f->dark);
    study_put(row, "se_log_dark", f->se_log_dark);
    study_put(row, "se_dark_delta", f->se_dark);
    study_put(row, "se_N_rcapture", f->se_N_rcapture);
    study_put(row, "lo95", f->lo95);
    study_put(row, "hi95", f->hi95);
    study_put(row, "deviance", f->deviance);
    study_put(row, "pearson_X2", f->pearson);
    if (f->status == 0)
        mse_put_int(row, "df", f->df);
    else
        mse_put_null(row, "df");
    study_put(row, "logLik", f->loglik);
    study_put(row, "AIC", f->AIC);
    study_put(row, "BIC_n_observed", f->BIC);
    study_put(row, "smallest_eigenvalue", f->smallest_eigenvalue);
    mse_put_flag(row, "N_estimable", f->status == 0);

    study_doc_table(doc, "coefficients");
    study_doc_table(doc, "fitted");
    if (f->status != 0)
        return;
    for (int finite = 1; finite >= 0; finite--) /* those at minus infinity come last */
        for (int j = 0; j < f->model.terms; j++)
            if (isfinite(f->estimate[j]) == finite) {
                row = study_doc_row(doc, "coefficients");
                mse_put_term(row, "term", r->table, f->model.term[j]);
                study_put(row, "estimate", f->estimate[j]);
                study_put(row, "se", f->se[j]);
            }
    uint32_t *order = mem_array(mse_cells(r->table->lists), sizeof *order);
    mse_mask_order(r->table->lists, order);
    for (size_t k = 0; k + 1 < mse_cells(r->table->lists); k++)
        if (isfinite(f->fitted[order[k]])) {
            row = study_doc_row(doc, "fitted");
            mse_put_cell(row, "cell", r->table, order[k]);
            study_put_count(row, "count", r->table->count[order[k]]);
            study_put(row, "fitted", f->fitted[order[k]]);
        }
    free(order);
}

static void stepwise_path(json_t *doc, const struct mse_report *r)
{
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(r->table->lists, pair);
    for (size_t i = 0; i < r->path.rows; i++) {
        const struct mse_step *s = &r->path.row[i];
        json_t *row = study_doc_row(doc, "stepwise_path");
        mse_put_int(row, "step", s->step);
        mse_put_term(row, "pair", r->table, pair[s->pair]);
        study_put_count(row, "observed", s->observed);
        study_put(row, "expected", s->expected);
        study_put(row, "p", s->p);
        if (s->check < 0)
            mse_put_null(row, "check");
        else
            mse_put_int(row, "check", s->check);
        mse_put_flag(row, "included", s->included);
        study_put(row, "N_current", s->N_current);
    }
}

static void existence_row(json_t *doc, const struct mse_table *t, const struct mse_model *m,
                          int status, double lp, int deficiency, int minus_inf, double N)
{
    json_t *row = study_doc_row(doc, "existence");
    uint64_t bits;
    if (mse_model_pair_bits(m, &bits) == 0)
        mse_put_int(row, "model_bits", (int64_t)bits);
    else
        mse_put_null(row, "model_bits");
    mse_put_model(row, "pairs", t, m, " ");
    mse_put_int(row, "status", status);
    study_put(row, "lp_objective", lp);
    mse_put_int(row, "rank_deficiency", deficiency);
    mse_put_int(row, "n_minus_inf", minus_inf);
    study_put(row, "N", N);
}

/* One row per model of pairs where that was asked and the programs are few, else the model's own.
 */
static void existence(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    const struct mse_table *t = r->table;
    const struct mse_all_pairs *all = &r->all_pairs;
    if (q->options.how != MSE_BY_BIC || t->lists > 5) {
        const struct mse_fixed *f = &r->chosen;
        existence_row(doc, t, &f->model, f->status, f->lp_objective, f->rank_deficiency,
                      f->par_total - f->par_finite, f->N);
        return;
    }
    for (size_t i = 0; i < all->models; i++) {
        struct mse_model m;
        double lp;
        int deficiency;
        mse_model_of_pairs(&m, t->lists, i);
        mse_existence(t->count, &m, &lp, &deficiency);
        existence_row(doc, t, &m, all->fit[i].status, lp, deficiency, all->fit[i].minus_inf,
                      all->fit[i].N);
    }
}

static void all_pairs_rows(json_t *doc, const struct mse_report *r)
{
    const struct mse_all_pairs *all = &r->all_pairs;
    for (size_t i = 0; i < all->models; i++) {
        const struct mse_quick *f = &all->fit[i];
        json_t *row = study_doc_row(doc, "allpairs");
        mse_put_int(row, "model_bits", (int64_t)i);
        mse_put_pairs_of_bits(row, "pairs", r->table, i);
        mse_put_int(row, "status", f->status);
        study_put(row, "N", f->N);
        study_put(row, "se_log_dark", f->se_log_dark);
        study_put(row, "deviance", f->deviance);
        if (f->status == 0)
            mse_put_int(row, "df", f->df);
        else
            mse_put_null(row, "df");
        study_put(row, "logLik", f->loglik);
        mse_put_int(row, "n_par", f->parameters);
        if (f->status == 0)
            mse_put_int(row, "n_minus_inf", f->minus_inf);
        else
            mse_put_null(row, "n_minus_inf");
        study_put(row, "AIC", f->AIC);
        study_put(row, "BIC", f->BIC);
    }
}

static void all_pairs_top(json_t *doc, const struct mse_report *r)
{
    const struct mse_all_pairs *all = &r->all_pairs;
    uint32_t *order = mem_array(all->models, sizeof *order);
    size_t n = mse_all_pairs_by_bic(all, order);
    for (size_t i = 0; i < n && i < 200; i++) {
        const struct mse_quick *f = &all->fit[order[i]];
        json_t *row = study_doc_row(doc, "allpairs_top200_bic");
        struct mse_model m;
        struct buf b = BUF_EMPTY;
        mse_model_of_pairs(&m, r->table->lists, order[i]);
        mse_model_bracket(&b, &m);
        mse_put_int(row, "rank", (int64_t)i + 1);
        study_put_str(row, "model", buf_str(&b));
        study_put(row, "N", f->N);
        study_put(row, "stderr",
                  sqrt(f->dark + f->dark * f->dark * f->se_log_dark * f->se_log_dark));
        study_put(row, "deviance", f->deviance);
        mse_put_int(row, "df", f->df);
        study_put(row, "AIC", f->AIC);
        study_put(row, "BIC", f->BIC);
        buf_free(&b);
    }
    free(order);
}

static void all_pairs_summary(json_t *doc, const struct mse_report *r)
{
    const struct mse_all_pairs *all = &r->all_pairs;
    json_t *row = study_doc_row(doc, "allpairs_summary");
    mse_put_int(row, "n_models", (int64_t)all->models);
    mse_put_int(row, "n_ok", (int64_t)all->ok);
    mse_put_int(row, "n_nonexist", (int64_t)all->nonexist);
    mse_put_int(row, "n_nonident", (int64_t)all->nonident);
    const struct mse_quick *aic = all->aic_best < 0 ? NULL : &all->fit[all->aic_best];
    const struct mse_quick *bic = all->bic_best < 0 ? NULL : &all->fit[all->bic_best];
    if (aic)
        mse_put_pairs_of_bits(row, "aic_best", r->table, (uint64_t)all->aic_best);
    else
        mse_put_null(row, "aic_best");
    study_put(row, "aic_N", aic ? aic->N : NAN);
    study_put(row, "aic", aic ? aic->AIC : NAN);
    if (bic)
        mse_put_pairs_of_bits(row, "bic_best", r->table, (uint64_t)all->bic_best);
    else
        mse_put_null(row, "bic_best");
    study_put(row, "bic_N", bic ? bic->N : NAN);
    study_put(row, "bic", bic ? bic->BIC : NAN);
    study_put(row, "aic_avg_N", all->aic_avg_N);
    study_put(row, "bic_avg_N", all->bic_avg_N);
    study_put(row, "N_min", all->N_min);
    study_put(row, "N_q05", all->N_q05);
    study_put(row, "N_median", all->N_median);
    study_put(row, "N_q95", all->N_q95);
    study_put(row, "N_max", all->N_max);
}

static void lists(json_t *doc, const struct mse_report *r)
{
    const struct mse_table *t = r->table;
    for (int i = 0; i < t->lists; i++) {
        double on = 0;
        for (size_t c = 1; c < mse_cells(t->lists); c++)
            on += (c >> i & 1) ? t->count[c] : 0;
        json_t *row = study_doc_row(doc, "lists");
        study_put_text(row, "list", t->name[i]);
        study_put_count(row, "people", on);
        study_put_count(row, "only_here", t->count[(size_t)1 << i]);
    }
    json_t *row = study_doc_row(doc, "overlap");
    const struct mse_lower_bounds *b = &r->bounds;
    study_put_count(row, "observed", t->total);
    mse_put_int(row, "lists", t->lists);
    mse_put_int(row, "cells", (int64_t)mse_cells(t->lists) - 1);
    mse_put_int(row, "filled_cells", r->filled_cells);
    study_put_count(row, "seen_once", b->f[1]);
    study_put(row, "share_seen_once", b->f[1] / t->total);
    study_put_count(row, "f1", b->f[1]);
    study_put_count(row, "f2", b->f[2]);
    study_put_count(row, "in_overlaps", r->people_in_overlaps);
    study_put(row, "good_turing_coverage", b->good_turing_coverage);
}

static void two_lists(json_t *doc, const struct mse_report *r)
{
    const struct mse_table *t = r->table;
    for (int k = 0; k < mse_pairs(t->lists); k++) {
        const struct mse_two_lists *p = &r->two_lists[k];
        json_t *row = study_doc_row(doc, "pairwise_two_list");
        study_put_text(row, "list1", t->name[p->list1]);
        study_put_text(row, "list2", t->name[p->list2]);
        study_put_count(row, "n1", p->n1);
        study_put_count(row, "n2", p->n2);
        study_put_count(row, "m", p->m);
        study_put(row, "N_LP", p->N_LP);
        study_put(row, "var_LP", p->var_LP);
        study_put(row, "N_Chapman", p->N_Chapman);
        study_put(row, "var_Chapman", p->var_Chapman);
        study_put(row, "se_Chapman", p->se_Chapman);
        study_put(row, "normal_lo", p->normal_lo);
        study_put(row, "normal_hi", p->normal_hi);
        study_put(row, "lognormal_lo", p->lognormal_lo);
        study_put(row, "lognormal_hi", p->lognormal_hi);
        study_put(row, "logit_lo", p->logit_lo);
        study_put(row, "logit_hi", p->logit_hi);
    }
    if (t->lists != 2)
        return;
    /* two lists: what N would be if being on one list changed the odds of the other */
    static const double odds[] = {0.5, 1, 2, 4};
    const struct mse_two_lists *p = &r->two_lists[0];
    for (int i = 0; i < 4; i++) {
        json_t *row = study_doc_row(doc, "odds_ratio");
        double only1 = p->n1 - p->m, only2 = p->n2 - p->m;
        study_put(row, "odds_ratio", odds[i]);
        study_put(row, "N", t->total + (p->m > 0 ? odds[i] * only1 * only2 / p->m : INFINITY));
    }
}

static void lower_bounds(json_t *doc, const struct mse_report *r)
{
    const struct mse_lower_bounds *b = &r->bounds;
    json_t *row = study_doc_row(doc, "lower_bounds");
    mse_put_int(row, "t", b->t);
    study_put_count(row, "D", b->D);
    study_put_count(row, "f1", b->f[1]);
    study_put_count(row, "f2", b->f[2]);
    study_put_count(row, "f3", b->f[3]);
    study_put_count(row, "f4", b->f[4]);
    study_put(row, "chao1", b->chao1);
    study_put(row, "var_chao1", b->var_chao1);
    study_put(row, "chao1_lo", b->chao1_lo);
    study_put(row, "chao1_hi", b->chao1_hi);
    study_put(row, "chao1_bc", b->chao1_bc);
    study_put(row, "var_chao1_bc", b->var_chao1_bc);
    study_put(row, "chao1_bc_lo", b->chao1_bc_lo);
    study_put(row, "chao1_bc_hi", b->chao1_bc_hi);
    study_put(row, "chao2_tminus1", b->chao2_tminus1);
    study_put(row, "var_chao2", b->var_chao2);
    study_put(row, "chao2_lo", b->chao2_lo);
    study_put(row, "chao2_hi", b->chao2_hi);
    study_put(row, "zelterman", b->zelterman);
    study_put(row, "good_turing_coverage", b->good_turing_coverage);
    study_put(row, "mean_pairwise_coverage_CARE1", b->mean_pairwise_coverage_CARE1);
}

/* Rivals: what other ways of choosing give. */
static void rivals(json_t *doc, const struct mse_report *r)
{
    const struct mse_all_pairs *all = &r->all_pairs;
    if (r->have_all_pairs && all->ok > 0) {
        const struct {
            const char *by;
            int model;
        } best[2] = {{"least AIC", all->aic_best}, {"least BIC", all->bic_best}};
        for (int i = 0; i < 2; i++) {
            const struct mse_quick *f = &all->fit[best[i].model];
            json_t *row = study_doc_row(doc, "rivals");
            study_put_text(row, "by", best[i].by);
            mse_put_pairs_of_bits(row, "pairs", r->table, (uint64_t)best[i].model);
            study_put(row, "N", f->N);
            study_put(row, "AIC", f->AIC);
            study_put(row, "BIC", f->BIC);
        }
    }
    json_t *row = study_doc_row(doc, "rivals");
    study_put_text(row, "by", "main effects");
    study_put_text(row, "pairs", "");
    study_put(row, "N", r->main.N);
    study_put(row, "AIC", r->main.AIC);
    study_put(row, "BIC", r->main.BIC);
}

static void headline(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    static const char letter[] = "ABCD";
    json_object_set_new(doc, "estimate", json_number(r->estimate));
    json_object_set_new(doc, "grade", json_stringn(&letter[r->grade], 1));
    for (int i = 0; i < r->reasons; i++)
        study_doc_note(doc, "%s", r->reason[i]);
    json_object_set_new(doc, "grade_means", json_string(mse_grade_name(r->grade)));
    json_object_set_new(doc, "red_flags", json_integer(r->flags));
    json_object_set_new(doc, "range",
                        json_pack("{s:o, s:o, s:s}", "lo", json_number(r->range_lo), "hi",
                                  json_number(r->range_hi), "of", r->range_of));
    if (r->grade <= MSE_GRADE_CAUTION)
        json_object_set_new(doc, "interval",
                            json_pack("{s:f, s:o, s:o, s:s}", "level", 0.95, "lo",
                                      json_number(r->lo), "hi", json_number(r->hi), "method",
                                      r->interval));
    else
        json_object_set_new(doc, "interval", json_null());
    static const char *const notes[] = {
        "The population is taken as closed over the time the table covers: state that window.",
        "Counts must be persons, not referrals; a person referred twice after re-trafficking "
        "breaks "
        "closure.",
        "Deaths and departures within the window, and errors in linking the lists, bias the "
        "number; "
        "see mse_linkage_error.",
        "People trafficked again have other chances of being listed: this number times a share is "
        "not an estimate of hidden re-trafficked people. Stratify, or abstain."};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        json_array_append_new(list, json_string(notes[i]));
    json_object_set_new(doc, "assumption", json_string(r->assumption));
    json_object_set_new(doc, "closed_population", list);

    json_t *s = study_doc_settings(doc);
    char label[200];
    mse_model_label(q, label, sizeof label);
    study_put_text(s, "model", label);
    study_put(s, "threshold", q->options.threshold);
    mse_put_int(s, "bootstrap", q->options.bootstrap);
    if (q->options.bootstrap > 0 && !q->boot_counts)
        mse_put_int(s, "seed", (int64_t)q->options.seed);
}

void study_mse_fill(json_t *doc, const struct mse_report *r, const struct mse_question *q)
{
    headline(doc, r, q);
    lists(doc, r);
    fixed_models(doc, r, q);
    stepwise_path(doc, r);
    existence(doc, r, q);
    rivals(doc, r);
    if (r->have_all_pairs)
        all_pairs_summary(doc, r);
    if (q->options.how == MSE_BY_BIC) {
        if (!q->top_models_only)
            all_pairs_rows(doc, r);
        all_pairs_top(doc, r);
    }
    two_lists(doc, r);
    lower_bounds(doc, r);
    study_mse_fill_more(doc, r, q);
}
