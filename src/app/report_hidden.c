/* How far the links' own uncertainty reaches, and how many people may be on no list at all. */
#include "app/report_parts.h"

#include "app/link_draws.h"
#include "app/register_mse.h"
#include "base/date.h"

#include <math.h>

enum { DRAWS = 50, SEED = 20211122, LEAST_PEOPLE = 100 };

static const struct table_column draw_columns[] = {
    {"Quantity", false, 56},
    {"Numerator (mean of the draws)", true, 0},
    {"Denominator (mean of the draws)", true, 0},
    {"Estimate %", true, 0},
    {"95% with the links' uncertainty, lower %", true, 0},
    {"Upper %", true, 0},
    {"95% were the links certain, lower %", true, 0},
    {"Upper, links certain %", true, 0},
    {"% of the variance due to links", true, 0},
    {"False ones by specificity alone", true, 0}};

/* ---- linkage uncertainty ---- */

/* Means over draws are no counts of people, but near them: to the base, and shares to whole
 * multiples of it. */
static int64_t to_base(double n)
{
    return (int64_t)(floor(n / RELEASE_BASE + 0.5) * RELEASE_BASE);
}

double report_drawn_share(const struct draw_quantity *q, double share)
{
    double unit = q->denominator > 0 ? RELEASE_BASE / q->denominator : 1;
    return fmin(1, floor(share / unit + 0.5) * unit);
}

static void add_quantity(struct report *r, struct grid *g, const struct draw_quantity *q)
{
    grid_text(g, arena_strdup(&r->memory, q->meaning));
    grid_count(g, to_base(q->numerator));
    grid_count(g, to_base(q->denominator));
    grid_number(g, 100 * report_drawn_share(q, q->estimate), 1);
    grid_number(g, 100 * report_drawn_share(q, q->lo), 1);
    grid_number(g, 100 * report_drawn_share(q, q->hi), 1);
    grid_number(g, 100 * report_drawn_share(q, q->lo_without_linkage), 1);
    grid_number(g, 100 * report_drawn_share(q, q->hi_without_linkage), 1);
    grid_number(g, 100 * q->share_due_to_linkage, 0);
    grid_number(g, q->false_by_specificity, 0);
}

/* The shares of repeats and those under the main definition; the rest are folded away. */
static bool is_main(const struct report *r, const struct draw_quantity *q)
{
    const struct definition_set *set = r->a.set;
    for (size_t k = 0; k < set->count; k++) {
        size_t n = strlen(set->definitions[k].id);
        if (k != r->main_definition && strncmp(q->name, set->definitions[k].id, n) == 0 &&
            q->name[n] == '_')
            return false;
    }
    return true;
}

static void draws_table(struct report *r, const struct link_draws *d, bool main)
{
    struct grid *g = grid_new(r,
                              main ? "Shares with the uncertainty of the links carried through"
                                   : "Shares with the uncertainty of the links, the other "
                                     "definitions",
                              draw_columns, sizeof draw_columns / sizeof *draw_columns);
    for (size_t i = 0; i < d->count; i++)
        if (d->quantities[i].kind == DRAW_SHARE && isfinite(d->quantities[i].estimate) &&
            is_main(r, &d->quantities[i]) == main)
            add_quantity(r, g, &d->quantities[i]);
    if (main)
        grid_end(g);
    else
        grid_end_folded(g);
}

enum status report_draws_fit(struct report *r, struct err *e)
{
    struct link_draws_options o = {.set = r->a.set,
                                   .nrm_complete = r->job->nrm_complete,
                                   .until = INT32_MAX,
                                   .draws = DRAWS,
                                   .seed = SEED,
                                   .threads = r->job->threads,
                                   .specificity = r->specificity,
                                   .progress = &r->job->progress};
    if (r->a.person_count < LEAST_PEOPLE)
        return ST_OK;
    r->drawn = true;
    return link_draws_run(r->job->store, &o, &r->draws, e);
}

void report_uncertainty(struct report *r)
{
    bulletin_section(r->b, "links", "What the links' own uncertainty does to these figures");
    if (!r->drawn) {
        bulletin_text(r->b, "Fewer than %d people: too few to draw links.", LEAST_PEOPLE);
        return;
    }
    bulletin_text(r->b,
                  "Each undecided link was drawn anew %d times from its match probability, the "
                  "people put together again, classified and counted again, and the results pooled "
                  "(Rubin 1987; docs/method/linkage-uncertainty.md).",
                  r->draws.draws);
    bulletin_text(r->b,
                  "The tables of this release join records only by links that are strong enough "
                  "alone. A share there that lies below the interval here says that weaker links, "
                  "taken together, hold repeats which no single one of them shows.");
    draws_table(r, &r->draws, true);
    draws_table(r, &r->draws, false);
    if (isfinite(r->specificity))
        bulletin_text(
            r->b,
            "Beside shares under 2%%: how many false ones the measured specificity of the "
            "links (%s%% of first records stay alone) would give if the true share were "
            "nought.",
            arena_printf(&r->memory, "%.2f", 100 * r->specificity));
}

/* ---- people on no list ---- */

static void lists_table(struct report *r, const struct register_mse *m)
{
    static const struct table_column columns[] = {{"List", false, 0},
                                                  {"People in the period", true, 0},
                                                  {"On this list only", true, 0},
                                                  {"On this list only, %", true, 0}};
    struct grid *g = grid_new(r, "People on each agency's list in the period", columns, 4);
    for (int i = 0; i < REGISTER_LISTS; i++) {
        if (!m->list[i].channel)
            continue;
        int list = register_list_of(str_of(m->list[i].channel));
        int64_t people = release_value(&r->lists[list], 1, 0, 0);
        int64_t alone = release_value(&r->only_list, list, 0, 0);
        if (people == 0)
            continue;
        grid_text(g, m->list[i].channel);
        grid_count(g, people);
        grid_count(g, alone);
        grid_share(g, (double)alone, (double)people);
    }
    grid_end(g);
}

static void headline(struct report *r, const struct register_mse *m)
{
    if (!m->asked) {
        bulletin_callout(r->b, "No estimate:", "%s",
                         m->why_not ? m->why_not : "the lists do not allow the question.");
        return;
    }
    const struct mse_report *p = &m->report;
    if (isfinite(p->estimate))
        bulletin_callout(r->b, "Estimate:", "%s people in all, seen and unseen; grade: %s.",
                         grouped(r, to_base(p->estimate)), mse_grade_name(p->grade));
    else if (isfinite(p->range_lo))
        bulletin_callout(r->b, "No single number:", "between %s and %s (%s); grade: %s.",
                         grouped(r, to_base(p->range_lo)), grouped(r, to_base(p->range_hi)),
                         p->range_of, mse_grade_name(p->grade));
    else
        bulletin_callout(r->b, "No estimate:", "grade: %s.", mse_grade_name(p->grade));
    for (int i = 0; i < p->reasons; i++)
        bulletin_item(r->b, "%s", p->plain_reason[i]);
}

enum status report_hidden(struct report *r, struct err *e)
{
    struct register_mse m = {0};
    struct register_mse_options o = {.seed = SEED,
                                     .threads = r->job->threads,
                                     .recall = NAN,
                                     .precision = NAN,
                                     .progress = &r->job->progress};
    char from[11], to[11];
    bulletin_section(r->b, "hidden", "People on no agency's list");
    if (r->a.person_count < LEAST_PEOPLE) {
        bulletin_text(r->b, "Fewer than %d people: the lists overlap too little.", LEAST_PEOPLE);
        return ST_OK;
    }
    register_mse_year(&r->a, &o.from, &o.to);
    enum status s = register_mse_run(&r->a, &o, &m, e);
    if (s == ST_OK) {
        date_to_iso(m.from, from);
        date_to_iso(m.to, to);
        bulletin_text(
            r->b,
            "Multiple systems estimation from how the agencies' lists overlap, %s to %s. It "
            "assumes a closed "
            "population and that unlisted pairs of lists are independent given the rest; agencies "
            "refer to each other, so it can be far off. It is never multiplied by a share to give "
            "re-trafficked people.",
            from, to);
        lists_table(r, &m);
        headline(r, &m);
        bulletin_item(r->b, "People trafficked again within the period enter a list twice, people "
                            "who died or left early "
                            "had fewer chances to be listed: the population is not closed.");
        bulletin_item(r->b,
                      "A record that was not linked to its person counts as one more person seen "
                      "once and pushes the "
                      "number up; reports made without a name are the most likely to stay alone.");
    }
    register_mse_free(&m);
    return s;
}
