/* How good the links are, measured against a made population's truth; said plainly when nothing
 * measures them. */
#include "app/report_parts.h"

#include "chart/forest.h"
#include "stats/proportion.h"

#include <math.h>

static const struct table_column columns[] = {{"Nationality group", false, 0},
                                              {"Repeats shown", true, 0},
                                              {"Right %", true, 0},
                                              {"Right: 95% Wilson, lower %", true, 0},
                                              {"Right: 95% Wilson, upper %", true, 0},
                                              {"True repeats", true, 0},
                                              {"Found %", true, 0},
                                              {"Found: 95% Wilson, lower %", true, 0},
                                              {"Found: 95% Wilson, upper %", true, 0}};
static const struct table_column incident_columns[] = {{"Truth", false, 0},
                                                       {"Said: same incident", true, 0},
                                                       {"Said: new episode", true, 0},
                                                       {"Said: unclear", true, 0}};

static void add_measured(struct grid *g, struct measured m)
{
    grid_count(g, (int64_t)m.n);
    if (m.n == 0) {
        for (int i = 0; i < 3; i++)
            grid_number(g, NAN, 1);
        return;
    }
    struct interval ci = proportion_interval((double)m.x, (double)m.n, 0.95, PROP_WILSON);
    grid_number(g, 100.0 * (double)m.x / (double)m.n, 1);
    grid_number(g, 100 * ci.lo, 1);
    grid_number(g, 100 * ci.hi, 1);
}

static void groups(struct report *r, const struct evaluation *v)
{
    struct grid *g =
        grid_new(r, "Repeats shown and found, by true nationality group (made data)", columns, 9);
    grid_text(g, "All");
    add_measured(g, v->all.precision);
    add_measured(g, v->all.recall);
    for (int i = 0; i < NATIONALITY_GROUPS; i++) {
        if (v->group[i].recall.n == 0)
            continue;
        grid_text(g, nationality_words[i]);
        add_measured(g, v->group[i].precision);
        add_measured(g, v->group[i].recall);
    }
    grid_end(g);
}

static void incidents(struct report *r, const struct evaluation *v)
{
    struct grid *g =
        grid_new(r, "Same incident or new episode: what was said against the truth (made data)",
                 incident_columns, 4);
    for (int t = 0; t < 2; t++) {
        grid_text(g, t ? "New episode" : "Same incident");
        for (int k = 0; k < 3; k++)
            grid_count(g, (int64_t)v->incidents[t][k]);
    }
    grid_end(g);
}

void report_quality(struct report *r)
{
    bulletin_section(r->b, "quality", "How good the links are");
    if (!r->job->truth) {
        bulletin_text(r->b,
                      "No truth was given, so nothing measures the links of this register here. "
                      "Review a sample of "
                      "them (throughline review) before you quote a figure that rests on them.");
        return;
    }
    const struct evaluation *v = &r->measured;
    bulletin_text(r->b, "The population is made, so the truth is known: which records are one "
                        "person, and which repeats are "
                        "new. A repeat is shown when a record stands in a line behind an earlier "
                        "one, and right when "
                        "an earlier record of that line is truly of the same person. These tables "
                        "describe made people "
                        "and are not rounded.");
    groups(r, v);
    incidents(r, v);
    if (v->all.precision.n && v->all.recall.n)
        buf_addf(&r->job->findings,
                 "Against the made truth: %s%% of the repeats shown are right, %s%% of the true "
                 "ones are shown.\n",
                 percent(r, (double)v->all.precision.x / (double)v->all.precision.n),
                 percent(r, (double)v->all.recall.x / (double)v->all.recall.n));
}
