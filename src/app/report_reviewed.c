/* How often links were right, by what people decided on possible matches; nothing when nobody has
 * decided yet. Pairs of records, rounded; shares are of the rounded counts, so that they can be
 * worked out from what is printed and tell no more. */
#include "app/release.h"
#include "app/report_parts.h"
#include "app/review.h"
#include "stats/proportion.h"

#include <math.h>

static const struct table_column band_columns[] = {
    {"Weight in bits", false, 0},   {"Pairs", true, 0},
    {"Decided by people", true, 0}, {"One person", true, 0},
    {"One person %", true, 0},      {"95% lower %", true, 0},
    {"95% upper %", true, 0},       {"Expected by the machine %", true, 0}};
static const struct table_column zone_columns[] = {{"Zone", false, 0},
                                                   {"Pairs", true, 0},
                                                   {"Expected wrong", true, 0},
                                                   {"Expected wrong %", true, 0}};

static double rounded(double n)
{
    return RELEASE_BASE * floor(n / RELEASE_BASE + 0.5);
}

/* Two digits: pairs grow with the square of the records, whose number is published rounded. */
static double two_digits(double n)
{
    double unit = n >= 100.0 ? pow(10.0, floor(log10(n)) - 1.0) : RELEASE_BASE;
    return unit * floor(n / unit + 0.5);
}

static void bands(struct report *r, const struct review_figures *f)
{
    struct grid *g =
        grid_new(r, "Possible matches by weight: what people decided", band_columns, 8);
    for (int k = 0; k < REVIEW_BANDS; k++) {
        const struct review_band *b = &f->band[k];
        double decided = rounded((double)b->decided),
               same = fmin(decided, rounded((double)b->same));
        grid_text(g, b->name);
        grid_count(g, (int64_t)rounded((double)b->pairs));
        grid_count(g, (int64_t)decided);
        grid_count(g, (int64_t)same);
        struct interval ci = {NAN, NAN};
        if (decided > 0.0)
            ci = proportion_interval(same, decided, 0.95, PROP_WILSON);
        grid_number(g, decided > 0.0 ? 100.0 * same / decided : NAN, 1);
        grid_number(g, 100.0 * ci.lo, 1);
        grid_number(g, 100.0 * ci.hi, 1);
        grid_number(g, 100.0 * b->expected, 1);
    }
    grid_end(g);
}

static void zone(struct grid *g, const char *name, const struct review_zone *z)
{
    grid_text(g, name);
    grid_count(g, (int64_t)two_digits(z->pairs));
    grid_number(g, two_digits(z->wrong), 0);
    grid_number(g, z->pairs > 0.0 ? 100.0 * z->wrong / z->pairs : NAN, 4);
}

static void zones(struct report *r, const struct review_zones *z)
{
    struct grid *g = grid_new(
        r, "Pairs of records in three zones, and the error the machine expects", zone_columns, 4);
    zone(g, "Joined (wrong: not one person)", &z->link);
    zone(g, "For review (wrong: one person, left apart)", &z->review);
    zone(g, "Apart (wrong: one person, missed)", &z->non_link);
    grid_end(g);
}

static void share(struct report *r, const char *what, double v, struct interval ci,
                  const char *method)
{
    if (isnan(v))
        bulletin_text(r->b, "%s: not measured yet.", what);
    else
        bulletin_text(r->b, "%s: %.0f%% (95%% %.0f to %.0f%%). %s", what, 100.0 * v, 100.0 * ci.lo,
                      100.0 * ci.hi, method);
}

static enum status note_answer(void *ctx, const struct review *review, struct err *e)
{
    bool *any = ctx;
    (void)e;
    *any |= strcmp(review->question, REVIEW_FIRST) == 0;
    return ST_OK;
}

enum status report_reviewed(struct report *r, struct err *e)
{
    struct review_queue q;
    bool answered = false;
    TRY(store_reviews_each(r->job->store, note_answer, &answered, e));
    if (!answered) /* the queue reads every claim */
        return ST_OK;
    enum status s = review_queue_read(r->job->store, &q, e);
    if (s == ST_OK && q.zones.decided_same + q.zones.decided_different > 0) {
        bulletin_subsection(r->b, "What people decided");
        bulletin_text(
            r->b,
            "People looked at possible matches, without the machine's weight before them, and "
            "decided "
            "whether two records are one person. Unit: pairs of records, in the zones to two "
            "digits, below rounded to %d; shares are "
            "of the rounded counts, intervals Wilson's. Pairs without a decision are not in a "
            "share. "
            "The queue puts doubtful pairs first, so shares within a band lean to the low side.",
            RELEASE_BASE);
        zones(r, &q.zones);
        bands(r, &q.figures);
        share(
            r, "Of the pairs joined, one person", q.figures.precision, q.figures.precision_interval,
            "Bands weighted by their joined pairs; Wilson's interval with Kish's effective size.");
        share(r, "Of the pairs that are one person, joined", q.figures.recall,
              q.figures.recall_interval,
              "What nobody looked at is taken from the machine's own expectation.");
    }
    review_queue_free(&q);
    return s;
}
