/* Competing ends and repeated events. */
#include "app/survival_answer.h"

#include <math.h>
#include <stdlib.h>

struct groups {
    struct cif_curve *curve;
    int count;
};

static void free_groups(struct groups *g)
{
    for (int k = 0; k < g->count; k++)
        cif_free(&g->curve[k]);
    free(g->curve);
}

static enum status fit_groups(struct survival_answer *a, struct groups *g, bool with_se,
                              struct err *e)
{
    *g = (struct groups){.count = a->d->rows.groups};
    g->curve = mem_zalloc((size_t)g->count, sizeof *g->curve);
    for (int k = 0; k < g->count; k++) {
        size_t bad = 0;
        enum status s = cif_fit(&a->d->rows, &a->order, k, with_se, &g->curve[k], &bad, e);
        if (s != ST_OK) {
            free_groups(g);
            survival_say_row(a, bad, e);
            return s;
        }
    }
    return ST_OK;
}

static long row_at(const double *time, size_t n, double t)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t middle = (lo + hi) / 2;
        if (time[middle] <= t)
            lo = middle + 1;
        else
            hi = middle;
    }
    return (long)lo - 1;
}

/* The times to print for one curve: those asked, or all. */
static size_t times_of(const struct survival_answer *a, const double *time, size_t n,
                       const double **times)
{
    *times = a->q->at_count ? a->q->at : time;
    return a->q->at_count ? (size_t)a->q->at_count : n;
}

/* On the log scale: what R prints for a probability in state. */
static struct interval log_limits(double p, double se, double z)
{
    if (p <= 0)
        return (struct interval){NAN, NAN};
    double half = z * se / p;
    return (struct interval){exp(log(p) - half), fmin(1, exp(log(p) + half))};
}

static void put_state(struct survival_answer *a, int g, const struct cif_curve *c, int state)
{
    const double *times;
    size_t n = times_of(a, c->time, c->n, &times), width = (size_t)c->causes + 1;
    long before = -1;
    for (size_t t = 0; t < n; t++) {
        long k = row_at(c->time, c->n, times[t]);
        if (times[t] > c->time[c->n - 1])
            break; /* nothing is known there */
        double events = 0;
        for (long j = before + 1; j <= k && state > 0; j++)
            events += c->event[(size_t)j * (size_t)c->causes + (size_t)state - 1];
        before = k;
        size_t next = (size_t)(k >= 0 && c->time[k] == times[t] ? k : k + 1);
        double p = k < 0 ? state == 0 : c->p[(size_t)k * width + (size_t)state];
        double se = k < 0 ? 0 : c->se[(size_t)k * width + (size_t)state];
        struct interval r = log_limits(p, se, a->z);
        json_t *row = study_doc_row(a->doc, "aj");
        study_put_str(row, "stratum", survival_group_label(a->d, g));
        study_put_str(row, "state", state ? a->d->cause[state - 1] : str_of("(s0)"));
        study_put_count(row, "time", times[t]);
        study_put_count(row, "n_risk", state == 0 ? c->risk[next] : 0);
        study_put_count(row, "n_event", events);
        study_put(row, "p", p);
        study_put(row, "se_ij", se);
        study_put(row, "lo_log", r.lo);
        study_put(row, "hi_log", r.hi);
    }
}

static void note_beyond(struct survival_answer *a, const struct groups *g)
{
    double last = INFINITY;
    for (int k = 0; k < g->count; k++)
        last = fmin(last, g->curve[k].time[g->curve[k].n - 1]);
    if (a->q->at_count && a->q->at[a->q->at_count - 1] > last)
        study_doc_note(a->doc,
                       "Times beyond the last one observed in a group (%.10g) have no "
                       "answer there.",
                       last);
}

enum status survival_aj(struct survival_answer *a, struct err *e)
{
    struct groups g;
    TRY(fit_groups(a, &g, true, e));
    study_doc_table(a->doc, "aj");
    for (int state = 0; state <= a->d->rows.causes; state++)
        for (int k = 0; k < g.count; k++)
            put_state(a, k, &g.curve[k], state);
    note_beyond(a, &g);
    study_doc_note(a->doc, "Errors are the infinitesimal jackknife; those of --method cuminc "
                           "differ by under 1%%.");
    enum status s = a->q->svg ? survival_draw_cif(a, g.curve, e) : ST_OK;
    free_groups(&g);
    return s;
}

static void put_cuminc(struct survival_answer *a, int g, const struct cif_curve *c, int cause)
{
    const double *times;
    size_t n = times_of(a, c->time, c->n, &times), width = (size_t)c->causes + 1;
    struct str value = a->d->rows.group ? a->d->groups.value[g] : str_of("all");
    struct str name = a->d->cause[cause - 1];
    char label[256];
    snprintf(label, sizeof label, "%.*s %.*s", (int)(value.n > 120 ? 120 : value.n), value.p,
             (int)(name.n > 120 ? 120 : name.n), name.p);
    for (size_t t = 0; t < n; t++) {
        long k = row_at(c->time, c->n, times[t]);
        bool beyond = times[t] > c->time[c->n - 1];
        json_t *row = study_doc_row(a->doc, "cuminc");
        study_put_text(row, "group_cause", label);
        study_put_count(row, "time", times[t]);
        study_put(row, "cif", beyond ? NAN : k < 0 ? 0 : c->p[(size_t)k * width + (size_t)cause]);
        study_put(row, "var_aalen",
                  beyond  ? NAN
                  : k < 0 ? 0
                          : c->var_aalen[(size_t)k * (size_t)c->causes + (size_t)cause - 1]);
    }
}

enum status survival_cuminc(struct survival_answer *a, struct err *e)
{
    if (a->d->rows.start) {
        err_set(e, ST_DATA, "cuminc's variance is not defined for late entry (--start)");
        return err_hint(e, "Use --method aj.");
    }
    struct groups g;
    TRY(fit_groups(a, &g, false, e));
    study_doc_table(a->doc, "cuminc");
    for (int cause = 1; cause <= a->d->rows.causes; cause++)
        for (int k = 0; k < g.count; k++)
            put_cuminc(a, k, &g.curve[k], cause);
    note_beyond(a, &g);
    enum status s = a->q->svg ? survival_draw_cif(a, g.curve, e) : ST_OK;
    free_groups(&g);
    return s;
}

static void put_mcf(struct survival_answer *a, int g, const struct mcf_curve *c, const char *table,
                    double time, long k)
{
    json_t *row = study_doc_row(a->doc, table);
    size_t next = (size_t)(k >= 0 && c->time[k] == time ? k : k + 1);
    study_put_str(row, "stratum", survival_group_label(a->d, g));
    study_put_count(row, "time", time);
    study_put_count(row, "n_risk", next < c->n ? c->risk[next] : 0);
    study_put_count(row, "n_event", k < 0 ? 0 : c->event[k]);
    study_put(row, "mcf", k < 0 ? 0 : c->mcf[k]);
    study_put(row, "se_robust", k < 0 ? 0 : c->se_robust[k]);
}

enum status survival_mcf(struct survival_answer *a, struct err *e)
{
    int groups = a->d->rows.groups;
    struct mcf_curve *curve = mem_zalloc((size_t)groups, sizeof *curve);
    enum status s = ST_OK;
    study_doc_table(a->doc, "mcf");
    for (int g = 0; g < groups && s == ST_OK; g++) {
        size_t bad = 0;
        s = mcf_fit(&a->d->rows, &a->order, g, &curve[g], &bad, e);
        if (s != ST_OK) {
            survival_say_row(a, bad, e);
            break;
        }
        for (size_t k = 0; k < curve[g].n; k++)
            put_mcf(a, g, &curve[g], "mcf", curve[g].time[k], (long)k);
        for (int t = 0; t < a->q->at_count; t++)
            put_mcf(a, g, &curve[g], "mcf_at", a->q->at[t],
                    row_at(curve[g].time, curve[g].n, a->q->at[t]));
    }
    if (s == ST_OK && !a->q->id)
        study_doc_reason(a->doc, 'B',
                         "No --id: every row counts as its own person, so the errors are too small "
                         "when people have several rows.");
    if (s == ST_OK && a->q->svg)
        s = survival_draw_mcf(a, curve, e);
    for (int g = 0; g < groups; g++)
        mcf_free(&curve[g]);
    free(curve);
    return s;
}
