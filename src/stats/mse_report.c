/* The whole analysis, in the order in which it is told. */
#include "stats/mse.h"

#include <math.h>
#include <stdlib.h>

const char *mse_grade_name(enum mse_grade g)
{
    static const char *const name[] = {"point", "caution", "range only", "no estimate"};
    return name[g];
}

static enum status need_whole(const struct mse_table *t, const char *what, struct err *e)
{
    if (t->whole)
        return ST_OK;
    err_set(e, ST_DATA, "the counts have fractions, and %s needs whole numbers of people", what);
    return err_hint(e, "A named model takes fractions: --model \"A:B\" (or --model main).");
}

static enum status check_question(const struct mse_table *t, const struct mse_options *o,
                                  struct err *e)
{
    if (o->how == MSE_BY_STEPWISE)
        TRY(need_whole(t, "choosing by Poisson p-values", e));
    if (o->how == MSE_BY_BIC && t->lists > MSE_ALL_PAIRS_LISTS) {
        err_set(e, ST_DATA, "every model of pairs can be fitted for up to %d lists, not for %d",
                MSE_ALL_PAIRS_LISTS, t->lists);
        return err_hint(e, "Use --stepwise 0.02, or merge lists.");
    }
    if (o->bootstrap > 0)
        TRY(need_whole(t, "the bootstrap", e));
    if (o->bootstrap > 0 && !o->boot_counts && t->total > UINT32_MAX)
        return err_set(e, ST_DATA,
                       "the bootstrap draws at most 4,294,967,295 people; the table has %.0f",
                       t->total);
    if (o->rcapture && t->lists > MSE_CLOSEDP_LISTS)
        return err_set(e, ST_DATA, "the closed-population models take up to %d lists, not %d",
                       MSE_CLOSEDP_LISTS, t->lists);
    if (o->dga) {
        TRY(need_whole(t, "averaging over graphs", e));
        if (t->lists > MSE_DGA_LISTS)
            return err_set(e, ST_DATA, "decomposable graphs are enumerated for up to %d lists",
                           MSE_DGA_LISTS);
        if (!(o->dga_delta > 0))
            return err_set(e, ST_DATA, "the prior count per cell (delta) must be above 0");
        if (o->dga_max < t->total)
            return err_set(e, ST_DATA,
                           "the largest N to consider, %.0f, is below the %.0f people observed",
                           o->dga_max, t->total);
        if (o->dga_max - t->total > mse_dga_grid(t->lists))
            return err_set(e, ST_DATA, "the grid of N has more than %d points",
                           mse_dga_grid(t->lists));
    }
    if (o->latent) {
        TRY(need_whole(t, "the latent class model", e));
        if (t->total > 0x1p31)
            return err_set(e, ST_DATA, "the latent class model takes at most 2^31 people");
    }
    return ST_OK;
}

static void describe_table(struct mse_report *r, struct arena *a)
{
    const struct mse_table *t = r->table;
    int k = 0;
    r->two_lists = arena_array(a, (size_t)mse_pairs(t->lists), sizeof *r->two_lists);
    for (int i = 0; i < t->lists; i++)
        for (int j = i + 1; j < t->lists; j++)
            mse_two_lists(t, i, j, &r->two_lists[k++]);
    mse_lower_bounds(t, &r->bounds);
    for (size_t c = 1; c < mse_cells(t->lists); c++)
        r->filled_cells += t->count[c] > 0;
    r->people_in_overlaps = t->total - r->bounds.f[1];
}

/* The models that compete in the bootstrap of an exhaustive search. */
static int top_models(const struct mse_all_pairs *all, struct mse_model *top)
{
    uint32_t *order = mem_array(all->models, sizeof *order);
    size_t n = mse_all_pairs_by_bic(all, order);
    int count = (int)(n < MSE_TOP_MODELS ? n : MSE_TOP_MODELS);
    for (int i = 0; i < count; i++)
        mse_model_of_pairs(&top[i], all->lists, order[i]);
    free(order);
    return count;
}

static void choose(struct mse_report *r, const struct mse_options *o, struct mse_model *m)
{
    const struct mse_table *t = r->table;
    if (o->how == MSE_BY_STEPWISE) {
        struct mse_work *w = mse_work_new(t->lists);
        struct mse_quick q;
        mse_work_data(w, t->count);
        mse_stepwise(w, t->lists, o->threshold, m, &q, &r->path);
        mse_work_free(w);
    } else if (o->how == MSE_BY_BIC) {
        mse_model_of_pairs(m, t->lists,
                           r->all_pairs.bic_best < 0 ? 0 : (uint64_t)r->all_pairs.bic_best);
    } else {
        *m = o->model;
    }
}

static void bootstrap(struct mse_report *r, const struct mse_options *o, struct arena *a)
{
    struct mse_selector s = {o->how, o->threshold, &o->model, 1};
    struct mse_model *top = NULL;
    if (o->how == MSE_BY_BIC) {
        top = mem_array(MSE_TOP_MODELS, sizeof *top);
        s.models = top;
        s.count = top_models(&r->all_pairs, top);
        if (s.count == 0) {
            top[0] = r->chosen.model;
            s.count = 1;
        }
    }
    mse_bootstrap(r->table, &s, o->bootstrap, o->seed, o->boot_counts, o->threads, o->progress, a,
                  &r->boot);
    r->have_boot = true;
    r->boot_models = o->how == MSE_BY_STEPWISE ? 0 : s.count;
    free(top);
}

/* Silverman's recipe: main effects, then steps at 0.001 and 0.05; 95% and 80% limits by the profile
 * likelihood as closedpCI.t takes it. */
static void recipes(struct mse_report *r, struct arena *a)
{
    static const struct {
        const char *name;
        double threshold;
    } wanted[3] = {
        {"main effects", 0}, {"AIC stepwise p<0.001", 0.001}, {"AIC stepwise p<0.05", 0.05}};
    const struct mse_table *t = r->table;
    struct mse_work *w = mse_work_new(t->lists);
    uint32_t pair[MSE_PAIRS_MAX];
    mse_pair_masks(t->lists, pair);
    mse_work_data(w, t->count);
    for (int i = 0; i < 3; i++) {
        struct mse_model m;
        struct mse_quick q;
        int entered[MSE_PAIRS_MAX], count = 0;
        mse_stepwise_aic(w, t->lists, wanted[i].threshold, &m, &q, entered, &count);
        struct buf b = BUF_EMPTY;
        buf_adds(&b, "Intercept");
        for (int j = 1; j <= t->lists; j++)
            buf_addf(&b, " beta%d", j);
        for (int k = 0; k < count; k++)
            buf_addf(&b, " lambda%d_%d", __builtin_ctz(pair[entered[k]]) + 1,
                     32 - __builtin_clz(pair[entered[k]]));
        struct mse_recipe *x = &r->recipe[i];
        double N;
        *x = (struct mse_recipe){wanted[i].name, arena_strdup(a, b.p), NAN, NAN, NAN, NAN, NAN};
        buf_free(&b);
        mse_closedp_interval(t, &m, 0.05, &x->N, &x->lo95, &x->hi95);
        mse_closedp_interval(t, &m, 0.2, &N, &x->lo80, &x->hi80);
    }
    mse_work_free(w);
}

/* `plain` is the reason without a count: counts of people are published only rounded. */
static void flag(struct mse_report *r, const char *reason, const char *plain)
{
    if (r->reasons == MSE_REASONS_MAX)
        return;
    r->plain_reason[r->reasons] = plain;
    r->reason[r->reasons++] = reason;
}

static void red_flag(struct mse_report *r, const char *reason, const char *plain)
{
    flag(r, reason, plain);
    r->flags++;
}

/* Red flag 1: lists that should have met under independence, and did not. */
static void flag_empty_overlaps(struct mse_report *r, struct arena *a)
{
    const struct mse_table *t = r->table;
    struct buf b = BUF_EMPTY;
    int k = 0, found = 0;
    for (int i = 0; i < t->lists; i++)
        for (int j = i + 1; j < t->lists; j++, k++) {
            double expected = 0;
            for (size_t c = 1; c < mse_cells(t->lists); c++)
                if ((c >> i & 1) && (c >> j & 1) && isfinite(r->main.fitted[c]))
                    expected += r->main.fitted[c];
            if (r->two_lists[k].m == 0 && r->main.status == 0 && expected < 5 && ++found <= 8)
                buf_addf(&b, "%s%s:%s (%.2g expected)", b.n ? ", " : "", t->name[i], t->name[j],
                         expected);
        }
    if (b.n)
        red_flag(r,
                 arena_printf(a,
                              "Nobody is on both lists of these pairs, with fewer than 5 "
                              "expected under independence: %s.",
                              b.p),
                 "Pairs of lists that should hardly meet by chance have nobody, or hardly anybody, "
                 "in common.");
    buf_free(&b);
}

/* Red flag 4: one list or one person moves the number by over a quarter. */
static void flag_changes(struct mse_report *r, struct arena *a)
{
    if (r->change_rows == 0)
        return;
    double base = r->changes[0].N_stepwise, worst = 0;
    const struct mse_sensitivity *which = NULL;
    for (int i = 1; i < r->change_rows; i++) {
        const struct mse_sensitivity *c = &r->changes[i];
        double moved = fabs(c->N_stepwise / base - 1);
        if (strcmp(c->change, "merge lists") != 0 && isfinite(moved) && moved > worst) {
            worst = moved;
            which = c;
        }
    }
    if (which && worst > 0.25)
        red_flag(r,
                 arena_printf(a,
                              "The estimate moves from %.0f to %.0f (%+.0f%%) with one "
                              "change: %s %s.",
                              base, which->N_stepwise, 100 * (which->N_stepwise / base - 1),
                              which->change, which->what),
                 "The estimate moves by over a quarter when one list is left out, or one thing "
                 "changed.");
}

/* Red flag 6: ways of choosing that differ by over half. Beside the least AIC and BIC stand the
 * chosen model and forward steps: on some tables the two criteria agree with each other and with
 * nobody else. */
static void flag_models(struct mse_report *r, struct arena *a)
{
    const struct mse_all_pairs *p = &r->all_pairs;
    if (!r->have_all_pairs || p->ok == 0)
        return;
    const struct {
        const char *by;
        double N;
    } way[] = {{"the least AIC", p->fit[p->aic_best].N},
               {"the least BIC", p->fit[p->bic_best].N},
               {"the chosen model", r->chosen.N},
               {"forward steps", r->change_rows > 0 ? r->changes[0].N_stepwise : NAN}};
    int lo = 0, hi = 0;
    for (int i = 1; i < 4; i++) {
        lo = way[i].N < way[lo].N ? i : lo;
        hi = way[i].N > way[hi].N ? i : hi;
    }
    if (way[hi].N / way[lo].N > 1.5)
        red_flag(r,
                 arena_printf(a,
                              "Ways of choosing the model differ by over half: %.0f by %s, %.0f "
                              "by %s.",
                              way[lo].N, way[lo].by, way[hi].N, way[hi].by),
                 arena_printf(a,
                              "Ways of choosing the model differ by over half: least by %s, most "
                              "by %s.",
                              way[lo].by, way[hi].by));
}

static void flag_bootstrap(struct mse_report *r, struct arena *a)
{
    if (!r->have_boot)
        return;
    if (fabs(r->boot.z0) > 0.25)
        flag(r,
             arena_printf(a,
                          "The bootstrap is off centre (z0 = %.2f): compare the BCa with the "
                          "percentile interval.",
                          r->boot.z0),
             "The bootstrap is off centre: compare the BCa with the percentile interval.");
    if (r->boot.nonfinite > r->boot.replicates / 100)
        flag(r,
             arena_printf(a, "%d of %d bootstrap samples gave no estimate.", r->boot.nonfinite,
                          r->boot.replicates),
             "Over one in a hundred bootstrap samples gave no estimate.");
    if (r->boot.fallback) {
        static const char words[] = "All or none of the bootstrap estimates lie below the "
                                    "estimate: percentile limits stand in for BCa.";
        flag(r, words, words);
    }
}

static void set_interval(struct mse_report *r)
{
    if (r->table->lists == 2) {
        r->lo = r->two_lists[0].logit_lo;
        r->hi = r->two_lists[0].logit_hi;
        r->interval = "transformed logit";
    } else if (r->have_boot && isfinite(r->boot.bca[0])) {
        r->lo = r->boot.bca[0];
        r->hi = r->boot.bca[MSE_BCA_LEVELS - 1];
        r->interval = r->boot.fallback ? "percentile bootstrap" : "BCa bootstrap";
    } else {
        r->lo = r->chosen.lo95;
        r->hi = r->chosen.hi95;
        r->interval = "Wald on log(unobserved); takes the model as known, so too short";
    }
}

/* What can be said without a number: models, interval and lists left out together. */
static void set_range(struct mse_report *r)
{
    r->range_lo = INFINITY;
    r->range_hi = -INFINITY;
    if (r->have_all_pairs && r->all_pairs.ok > 0) {
        r->range_lo = r->all_pairs.N_q05;
        r->range_hi = r->all_pairs.N_q95;
    }
    if (isfinite(r->lo))
        r->range_lo = fmin(r->range_lo, r->lo);
    if (isfinite(r->hi))
        r->range_hi = fmax(r->range_hi, r->hi);
    for (int i = 0; i < r->change_rows; i++)
        if (isfinite(r->changes[i].N_stepwise) && strcmp(r->changes[i].change, "omit list") == 0) {
            r->range_lo = fmin(r->range_lo, r->changes[i].N_stepwise);
            r->range_hi = fmax(r->range_hi, r->changes[i].N_stepwise);
        }
    for (int k = 0; r->influence && k < mse_pairs(r->table->lists); k++)
        if (!r->have_all_pairs && isfinite(r->influence[k].N)) {
            r->range_lo = fmin(r->range_lo, r->influence[k].N);
            r->range_hi = fmax(r->range_hi, r->influence[k].N);
        }
    if (!(r->range_lo <= r->range_hi)) {
        r->range_lo = r->range_hi = NAN;
        r->range_of = "no model of these lists gives a finite estimate";
        return;
    }
    r->range_lo = fmax(r->range_lo, r->table->total);
    r->range_of = r->have_all_pairs
                      ? "from the least to the largest of: 5% and 95% points of every admissible "
                        "model of pairs, the 95% interval, the estimates with one list left out"
                      : "from the least to the largest of: models one pair of lists away, the 95% "
                        "interval, the estimates with one list left out";
}

static void say_why_none(struct mse_report *r, struct arena *a)
{
    const struct mse_fixed *f = &r->chosen;
    struct buf b = BUF_EMPTY;
    mse_model_name(&b, r->table, &f->model, " + ");
    const char *name = b.n ? b.p : "main effects only";
    if (f->status & MSE_NO_ESTIMATE)
        flag(r,
             arena_printf(a,
                          "Refused: the model %s has no (extended) maximum likelihood "
                          "estimate on these counts; its N would run off to infinity or to "
                          "the number observed.",
                          name),
             "Refused: the model has no (extended) maximum likelihood estimate on these counts.");
    if (f->status & MSE_NOT_IDENTIFIED)
        flag(r,
             arena_printf(a,
                          "Refused: the model %s is not identifiable on these counts: "
                          "different numbers of hidden people fit them equally well (rank "
                          "short by %d).",
                          name, f->rank_deficiency),
             "Refused: the model is not identifiable on these counts.");
    buf_free(&b);
}

static void grade(struct mse_report *r, struct arena *a)
{
    const struct mse_table *t = r->table;
    bool none = r->chosen.status != 0 && t->lists > 2;
    if (none)
        say_why_none(r, a);
    flag_empty_overlaps(r, a);
    if (t->lists < 3) {
        static const char words[] =
            "There are fewer than 3 lists: that the two are independent cannot be checked.";
        red_flag(r, words, words);
    }
    if (r->people_in_overlaps < 20)
        red_flag(r,
                 arena_printf(a,
                              "Only %.0f people are on two lists or more (20 is the least to "
                              "build on).",
                              r->people_in_overlaps),
                 "Fewer than 20 people are on two lists or more: too few to build on.");
    flag_changes(r, a);
    if (!none && (r->hi / r->lo > 3 || !isfinite(r->hi)))
        red_flag(r,
                 arena_printf(a, "The upper limit is over three times the lower (%.0f and %.0f).",
                              r->hi, r->lo),
                 "The upper limit is over three times the lower.");
    flag_models(r, a);
    flag_bootstrap(r, a);
    r->grade = none            ? MSE_GRADE_NONE
               : r->flags >= 2 ? MSE_GRADE_RANGE
               : r->flags == 1 ? MSE_GRADE_CAUTION
                               : MSE_GRADE_POINT;
    double N = t->lists == 2 ? r->two_lists[0].N_Chapman : r->chosen.N;
    r->estimate = r->grade <= MSE_GRADE_CAUTION ? N : NAN;
}

static const char *assumption_of(const struct mse_report *r)
{
    if (r->table->lists == 2)
        return "The two lists are independent: being on one says nothing about the chance of being "
               "on the other. Nothing in the data can check this.";
    int highest = __builtin_popcount(r->chosen.model.term[r->chosen.model.terms - 1]);
    if (highest <= 1)
        return "All lists are independent of each other, for everybody alike; there is no "
               "interaction of any order in the cell of those on no list.";
    if (highest == 2)
        return "No interaction above pairs of lists; pairs that are not in the model are "
               "independent "
               "given the rest; the model holds also for those on no list.";
    return "No interaction above those named in the model; lists that it does not join are "
           "independent given the rest; the model holds also for those on no list.";
}

enum status mse_analyse(const struct mse_table *t, const struct mse_options *o, struct arena *a,
                        struct mse_report *r, struct err *e)
{
    *r = (struct mse_report){.table = t, .estimate = NAN, .lo = NAN, .hi = NAN};
    TRY(check_question(t, o, e));
    describe_table(r, a);
    if (t->lists <= MSE_ALL_PAIRS_LISTS) {
        mse_all_pairs_fit(t, o->threads, &r->all_pairs);
        r->have_all_pairs = true;
    }
    struct mse_model chosen, main;
    choose(r, o, &chosen);
    mse_model_make(&main, t->lists, NULL, 0);
    mse_fit_model(t, &chosen, a, &r->chosen);
    mse_fit_model(t, &main, a, &r->main);
    if (r->chosen.status == 0) {
        r->influence = arena_array(a, (size_t)mse_pairs(t->lists) + 1, sizeof *r->influence);
        mse_pair_influence(t, &chosen, r->chosen.N, r->influence);
    }
    if (t->whole && (t->lists <= MSE_CHANGES_LISTS || o->every_change))
        r->change_rows = mse_list_sensitivity(t, o->threshold, a, &r->changes);
    r->linkage = arena_array(a, 2 * MSE_LINKAGE_RATES, sizeof *r->linkage);
    mse_linkage_errors(t, &chosen, r->linkage);
    if (o->bootstrap > 0)
        bootstrap(r, o, a);
    if (o->profile) {
        r->have_profile = true;
        mse_profile(t, &main, &r->profile[0]);
        mse_profile(t, &chosen, &r->profile[1]);
        if (t->whole)
            recipes(r, a);
    }
    if (o->rcapture)
        r->closedp_rows = mse_closedp(t, r->closedp);
    if (o->dga) {
        mse_dga(t, o->dga_delta, o->dga_max, o->threads, o->progress, a, &r->dga);
        r->have_dga = true;
    }
    if (o->latent) {
        mse_latent_run(t, &o->latent_options, o->threads, o->progress, a, &r->latent);
        r->have_latent = true;
    }
    r->assumption = assumption_of(r);
    set_interval(r);
    set_range(r);
    grade(r, a);
    return ST_OK;
}

void mse_report_free(struct mse_report *r)
{
    mse_path_free(&r->path);
    mse_all_pairs_free(&r->all_pairs);
}
