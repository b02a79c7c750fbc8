/* How far the links' own uncertainty reaches, and how many people may be on no list at all. */
#include "app/report_parts.h"

#include "app/link_draws.h"
#include "app/register_mse.h"
#include "base/date.h"

#include <math.h>

enum { DRAWS = 50, SEED = 20211122, LEAST_PEOPLE = 100 };

static const struct table_column draw_columns[] = {
    {"Quantity", false, 56},
    {"Estimate %", true, 0},
    {"95% with the links' uncertainty, lower %", true, 0},
    {"Upper %", true, 0},
    {"95% were the links certain, lower %", true, 0},
    {"Upper, links certain %", true, 0},
    {"% of the variance due to links", true, 0},
    {"False ones by specificity alone", true, 0}};

/* ---- linkage uncertainty ---- */

static void add_quantity(struct report *r, struct grid *g, const struct draw_quantity *q)
{
    grid_text(g, arena_strdup(&r->memory, q->meaning));
    grid_number(g, 100 * q->estimate, 1);
    grid_number(g, 100 * q->lo, 1);
    grid_number(g, 100 * q->hi, 1);
    grid_number(g, 100 * q->lo_without_linkage, 1);
    grid_number(g, 100 * q->hi_without_linkage, 1);
    grid_number(g, 100 * q->share_due_to_linkage, 0);
    grid_number(g, q->false_by_specificity, 0);
}

enum status report_uncertainty(struct report *r, struct err *e)
{
    struct link_draws d = {0};
    struct link_draws_options o = {.set = r->a.set,
                                   .nrm_complete = r->job->nrm_complete,
                                   .until = INT32_MAX,
                                   .draws = DRAWS,
                                   .seed = SEED,
                                   .threads = r->job->threads,
                                   .specificity = r->specificity,
                                   .progress = &r->job->progress};
    bulletin_section(r->b, "links", "What the links' own uncertainty does to these figures");
    if (r->a.person_count < LEAST_PEOPLE) {
        bulletin_text(r->b, "Fewer than %d people: too few to draw links.", LEAST_PEOPLE);
        return ST_OK;
    }
    enum status s = link_draws_run(r->job->store, &o, &d, e);
    if (s == ST_OK) {
        bulletin_text(
            r->b,
            "Each undecided link was drawn anew %d times from its match probability, the people "
            "put "
            "together again, classified and counted again, and the results pooled (Rubin 1987; "
            "docs/method/linkage-uncertainty.md).",
            d.draws);
        struct grid *g = grid_new(r, "Shares with the uncertainty of the links carried through",
                                  draw_columns, 8);
        for (size_t i = 0; i < d.count; i++)
            if (d.quantities[i].kind == DRAW_SHARE && isfinite(d.quantities[i].estimate))
                add_quantity(r, g, &d.quantities[i]);
        grid_end(g);
        if (isfinite(r->specificity))
            bulletin_text(r->b,
                          "Beside shares under 2%%: how many false ones the measured specificity "
                          "of the links (%s%% "
                          "of first records stay alone) would give if the true share were nought.",
                          arena_printf(&r->memory, "%.2f", 100 * r->specificity));
    }
    link_draws_free(&d);
    return s;
}

/* ---- people on no list ---- */

static int64_t rounded(int64_t n)
{
    return (n + RELEASE_BASE / 2) / RELEASE_BASE * RELEASE_BASE;
}

static void lists_table(struct report *r, const struct register_mse *m)
{
    static const struct table_column columns[] = {{"List", false, 0},
                                                  {"People in the period (rounded)", true, 0},
                                                  {"On this list only (rounded)", true, 0}};
    struct grid *g = grid_new(r, "People on each agency's list in the period", columns, 3);
    for (int i = 0; i < REGISTER_LISTS; i++) {
        if (!m->list[i].channel || m->list[i].people == 0)
            continue;
        grid_text(g, m->list[i].channel);
        grid_count(g, rounded(m->list[i].people));
        grid_count(g, rounded(m->list[i].only_here));
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
                         grouped(r, rounded((int64_t)p->estimate)), mse_grade_name(p->grade));
    else if (isfinite(p->range_lo))
        bulletin_callout(r->b, "No single number:", "between %s and %s (%s); grade: %s.",
                         grouped(r, rounded((int64_t)p->range_lo)),
                         grouped(r, rounded((int64_t)p->range_hi)), p->range_of,
                         mse_grade_name(p->grade));
    else
        bulletin_callout(r->b, "No estimate:", "grade: %s.", mse_grade_name(p->grade));
    for (int i = 0; i < p->reasons; i++)
        bulletin_item(r->b, "%s", p->reason[i]);
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
