#include "app/evaluate.h"
#include "base/json.h"
#include "cli/job.h"
#include "stats/proportion.h"

static json_t *measured_json(struct measured m)
{
    json_t *o = json_pack("{s:I,s:I}", "x", (json_int_t)m.x, "n", (json_int_t)m.n);
    struct interval ci = {0, 1};
    if (m.n)
        ci = proportion_interval((double)m.x, (double)m.n, 0.95, PROP_WILSON);
    json_object_set_new(o, "share", m.n ? json_number((double)m.x / (double)m.n) : json_null());
    json_object_set_new(o, "wilson_lo", json_number(ci.lo));
    json_object_set_new(o, "wilson_hi", json_number(ci.hi));
    return o;
}

static json_t *document(const struct evaluation *v)
{
    static const char *const kinds[] = {"same_incident", "new_episode", "unclear"};
    json_t *groups = json_array(), *incidents = json_array();
    for (int g = 0; g < NATIONALITY_GROUPS; g++)
        if (v->group[g].recall.n || v->group[g].precision.n)
            json_array_append_new(groups, json_pack("{s:s,s:o,s:o}", "nationality_group",
                                                    nationality_groups[g], "precision",
                                                    measured_json(v->group[g].precision), "recall",
                                                    measured_json(v->group[g].recall)));
    for (int t = 0; t < 2; t++) {
        json_t *row = json_pack("{s:s}", "truth", kinds[t]);
        for (int k = 0; k < 3; k++)
            json_object_set_new(row, kinds[k], json_integer((json_int_t)v->incidents[t][k]));
        json_array_append_new(incidents, row);
    }
    json_t *again = json_array();
    for (int m = 0; m < 2; m++)
        json_array_append_new(again,
                              json_pack("{s:s,s:s,s:o,s:o}", "definition", "IOM2010", "mode",
                                        mode_name((enum mode)m), "sensitivity",
                                        measured_json(v->again_sensitivity[m]), "specificity",
                                        measured_json(v->again_specificity[m])));
    return json_pack("{s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "records", (json_int_t)v->records,
                     "not_in_truth", (json_int_t)v->unmatched, "true_pairs",
                     (json_int_t)v->true_pairs, "pair_precision", measured_json(v->pair_precision),
                     "pair_recall", measured_json(v->pair_recall), "repeat_precision",
                     measured_json(v->all.precision), "repeat_recall", measured_json(v->all.recall),
                     "repeats_by_nationality_group", groups, "same_incident_or_new_episode",
                     incidents, "re_trafficked", again);
}

static void print_measured(const char *what, struct measured m)
{
    struct interval ci = {0, 1};
    if (m.n)
        ci = proportion_interval((double)m.x, (double)m.n, 0.95, PROP_WILSON);
    printf("%-34s %7llu of %7llu  %5.1f%%  (95%% %.1f to %.1f)\n", what, (unsigned long long)m.x,
           (unsigned long long)m.n, m.n ? 100.0 * (double)m.x / (double)m.n : 0.0, 100 * ci.lo,
           100 * ci.hi);
}

static void print(const struct evaluation *v)
{
    printf("%llu records, %llu of them not in the truth\n", (unsigned long long)v->records,
           (unsigned long long)v->unmatched);
    print_measured("pairs joined that are one person", v->pair_precision);
    print_measured("true pairs that are joined", v->pair_recall);
    print_measured("repeats shown that are right", v->all.precision);
    print_measured("true repeats that are shown", v->all.recall);
    for (int g = 0; g < NATIONALITY_GROUPS; g++) {
        char what[64];
        if (v->group[g].recall.n == 0)
            continue;
        snprintf(what, sizeof what, "  %s: right", nationality_groups[g]);
        print_measured(what, v->group[g].precision);
        snprintf(what, sizeof what, "  %s: shown", nationality_groups[g]);
        print_measured(what, v->group[g].recall);
    }
    printf("%-20s %14s %12s %8s\n", "truth", "same incident", "new episode", "unclear");
    for (int t = 0; t < 2; t++)
        printf("%-20s %14llu %12llu %8llu\n", t ? "new episode" : "same incident",
               (unsigned long long)v->incidents[t][0], (unsigned long long)v->incidents[t][1],
               (unsigned long long)v->incidents[t][2]);
    for (int m = 0; m < 2; m++) {
        char what[64];
        snprintf(what, sizeof what, "IOM2010 %s: YES where true", mode_name((enum mode)m));
        print_measured(what, v->again_sensitivity[m]);
        snprintf(what, sizeof what, "IOM2010 %s: not YES where not", mode_name((enum mode)m));
        print_measured(what, v->again_specificity[m]);
    }
}

static enum status run(struct cli *c, struct err *e)
{
    struct evaluate_job job = {.truth = cli_text(c, "truth", NULL)};
    TRY(register_open(c, STORE_SHARED, KEYS_CLASSIFY, "evaluation", &job.store, e));
    enum status s = evaluate_run(&job, e);
    store_close(job.store);
    if (s != ST_OK)
        return s;
    if (!cli_json(c)) {
        print(&job.out);
        return ST_OK;
    }
    json_t *doc = document(&job.out);
    s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"truth", OPT_FILE, "DIR", "the truth that simulate wrote", true, 0},
    {0},
};

const struct command cmd_evaluate = {
    .path = "evaluate",
    .summary = "Measure links, repeats, same-or-new and a definition against a made truth",
    .opts = opts,
    .details = "Every share is given with its counts and Wilson's 95% interval, repeats also by "
               "the person's\n"
               "true nationality group.",
    .example = "throughline simulate --people 200 --seed 1 --out made --quiet\n"
               "throughline init register --quiet\n"
               "throughline import made/nrm.csv --as nrm --from SCA --store register --quiet\n"
               "throughline run --store register --quiet\n"
               "throughline evaluate --store register --truth made/truth",
    .run = run,
};
