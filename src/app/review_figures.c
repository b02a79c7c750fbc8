/* The three zones, and what people's answers measure of the links. */
#include "app/register_model.h"
#include "app/review_parts.h"

#include <math.h>

bool review_is_by_reference(const struct claim *c)
{
    return strcmp(c->basis, "NRM_REF") == 0;
}

bool review_is_decided(const struct claim *c)
{
    return c->human && (c->status == CLAIM_CONFIRMED || c->status == CLAIM_REJECTED ||
                        c->status == CLAIM_SPLIT);
}

/* ---- zones ---- */

/* The chance that two records taken at random are one person, from the register's model. */
static enum status read_prior(struct store *s, double *prior, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    char *text;
    json_t *doc;
    *prior = NAN;
    enum status st = store_text_get(s, LINK_MODEL_TEXT, &memory, &text, e);
    if (st == ST_OK && text &&
        (st = json_read_str(str_of(text), "the register's model", &doc, e)) == ST_OK) {
        if (json_is_number(json_object_get(doc, "prior")))
            *prior = json_number_value(json_object_get(doc, "prior"));
        json_decref(doc);
    }
    arena_free(&memory);
    return st;
}

static enum status count_zones(struct store *s, const struct review_item *all, size_t count,
                               struct review_zones *z, struct err *e)
{
    uint64_t records, lines;
    int64_t highest;
    double prior, matches = 0.0;
    TRY(store_count_records(s, &records, &lines, &highest, e));
    TRY(read_prior(s, &prior, e));
    for (size_t i = 0; i < count; i++) {
        const struct claim *c = &all[i].claim;
        z->decided_same += review_is_decided(c) && c->status == CLAIM_CONFIRMED;
        z->decided_different += review_is_decided(c) && c->status != CLAIM_CONFIRMED;
        matches += review_is_decided(c) ? c->status == CLAIM_CONFIRMED : c->probability;
        if (review_is_decided(c))
            continue;
        if (review_is_by_reference(c) && c->status == CLAIM_AUTO) {
            z->by_reference++;
        } else if (c->status == CLAIM_AUTO) {
            z->link.pairs++;
            z->link.wrong += 1.0 - c->probability;
        } else {
            z->review.pairs++;
            z->review.wrong += c->probability;
        }
    }
    double pairs = 0.5 * (double)records * ((double)records - 1.0);
    z->non_link.pairs = fmax(0.0, pairs - (double)count);
    z->non_link.wrong = isnan(prior) ? NAN : fmax(0.0, prior * pairs - matches);
    return ST_OK;
}

/* ---- what the answers measure ---- */

static const struct {
    const char *name;
    double from, to;
} bands[REVIEW_BANDS] = {{"below 0", -INFINITY, 0.0},
                         {"0 to 3", 0.0, 3.0},
                         {"3 to 6", 3.0, 6.0},
                         {"6 to 10", 6.0, 10.0},
                         {"10 and over", 10.0, INFINITY},
                         {"by reference", -INFINITY, INFINITY}};

static int band_of(const struct claim *c)
{
    if (review_is_by_reference(c))
        return REVIEW_BANDS - 1;
    int k = 0;
    while (c->weight >= bands[k].to)
        k++;
    return k;
}

/* Where the machine had the pair before a person came. */
static enum status machine_joined(struct store *s, const struct claim *c, bool *joined, bool *seen,
                                  struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct claim_step *step;
    size_t n;
    *joined = c->status == CLAIM_AUTO;
    *seen = true;
    if (!review_is_decided(c))
        return ST_OK;
    enum status st = store_claim_history(s, c->a, c->b, &memory, &step, &n, e);
    enum claim_status before = CLAIM_WITHDRAWN;
    for (size_t i = 0; st == ST_OK && i < n; i++)
        if (step[i].from == CLAIM_AUTO || step[i].from == CLAIM_PROPOSED) {
            before = step[i].from;
            if (step[i].to != CLAIM_AUTO && step[i].to != CLAIM_PROPOSED)
                break; /* the state that a person took it from */
        }
    *joined = before == CLAIM_AUTO;
    *seen = before != CLAIM_WITHDRAWN;
    arena_free(&memory);
    return st;
}

static enum status count_bands(struct store *s, const struct review_item *all, size_t count,
                               struct review_figures *f, struct err *e)
{
    double sum[REVIEW_BANDS] = {0};
    for (int k = 0; k < REVIEW_BANDS; k++)
        f->band[k] =
            (struct review_band){.name = bands[k].name, .from = bands[k].from, .to = bands[k].to};
    for (size_t i = 0; i < count; i++) {
        const struct claim *c = &all[i].claim;
        bool joined, seen;
        TRY(machine_joined(s, c, &joined, &seen, e));
        if (!seen)
            continue; /* a pair that people found and the machine did not */
        struct review_band *b = &f->band[band_of(c)];
        b->pairs++;
        b->joined += joined;
        b->decided += review_is_decided(c);
        b->same += review_is_decided(c) && c->status == CLAIM_CONFIRMED;
        sum[b - f->band] += c->probability;
    }
    for (int k = 0; k < REVIEW_BANDS; k++) {
        struct review_band *b = &f->band[k];
        b->expected = b->pairs && k < REVIEW_BANDS - 1 ? sum[k] / (double)b->pairs : NAN;
        b->measured =
            b->decided ? proportion_interval((double)b->same, (double)b->decided, 0.95, PROP_WILSON)
                       : (struct interval){NAN, NAN};
    }
    return ST_OK;
}

/* Stratified: sum W p over bands, W the band's share of the pairs counted; Wilson with the
 * effective size of Kish (1965), n = 1 / sum(W^2 / n_band). */
struct stratified {
    double share, covered, pairs;
    struct interval ci;
};

static struct stratified stratify(const struct review_figures *f, bool joined)
{
    struct stratified out = {NAN, NAN, 0.0, {NAN, NAN}};
    double all = 0.0, reached = 0.0, same = 0.0, spread = 0.0;
    for (int k = 0; k < REVIEW_BANDS; k++) {
        const struct review_band *b = &f->band[k];
        double pairs = (double)(joined ? b->joined : b->pairs - b->joined);
        all += pairs;
        if (!b->decided || pairs == 0.0)
            continue;
        reached += pairs;
        same += pairs * (double)b->same / (double)b->decided;
        spread += pairs * pairs / (double)b->decided;
    }
    out.pairs = all;
    if (all > 0.0)
        out.covered = reached / all;
    if (reached > 0.0) {
        double n = reached * reached / spread;
        out.share = same / reached;
        out.ci = proportion_interval(out.share * n, n, 0.95, PROP_WILSON);
    }
    return out;
}

static void estimate(struct review_figures *f, const struct review_zones *z)
{
    struct stratified link = stratify(f, true), open = stratify(f, false);
    double missed = z->non_link.wrong;
    f->precision = link.share;
    f->precision_interval = link.ci;
    f->covered = link.covered;
    f->recall = NAN;
    f->recall_interval = (struct interval){NAN, NAN};
    if (isnan(link.share) || isnan(missed))
        return;
    if (isnan(open.share)) { /* nothing decided there: the machine's own expectation */
        double expected = open.pairs > 0.0 ? fmin(1.0, z->review.wrong / open.pairs) : 0.0;
        open.share = open.ci.lo = open.ci.hi = expected;
    }
    double found[3] = {link.share, link.ci.lo, link.ci.hi},
           lost[3] = {open.share, open.ci.hi, open.ci.lo}, recall[3];
    for (int k = 0; k < 3; k++) {
        double in = found[k] * link.pairs, out = lost[k] * open.pairs + missed;
        recall[k] = in + out > 0.0 ? in / (in + out) : NAN;
    }
    f->recall = recall[0];
    f->recall_interval = (struct interval){recall[1], recall[2]};
}

enum status review_measure(struct store *s, const struct review_item *all, size_t count,
                           struct review_zones *z, struct review_figures *f, struct err *e)
{
    TRY(count_zones(s, all, count, z, e));
    TRY(count_bands(s, all, count, f, e));
    estimate(f, z);
    return ST_OK;
}

/* ---- as JSON ---- */

static json_t *interval_json(double value, struct interval ci)
{
    return json_pack("{s:o,s:o,s:o}", "value", json_number(value), "wilson_lo", json_number(ci.lo),
                     "wilson_hi", json_number(ci.hi));
}

static json_t *zone_json(const struct review_zone *z)
{
    return json_pack("{s:f,s:o,s:o}", "pairs", z->pairs, "expected_wrong", json_number(z->wrong),
                     "expected_error", json_number(z->pairs > 0.0 ? z->wrong / z->pairs : NAN));
}

json_t *review_figures_json(const struct review_queue *q)
{
    json_t *all = json_array();
    const struct review_figures *f = &q->figures;
    const struct review_zones *z = &q->zones;
    for (int k = 0; k < REVIEW_BANDS; k++) {
        const struct review_band *b = &f->band[k];
        double share = b->decided ? (double)b->same / (double)b->decided : NAN;
        json_array_append_new(all,
                              json_pack("{s:s,s:I,s:I,s:I,s:I,s:o,s:o}", "band", b->name, "pairs",
                                        (json_int_t)b->pairs, "joined", (json_int_t)b->joined,
                                        "decided", (json_int_t)b->decided, "same",
                                        (json_int_t)b->same, "expected", json_number(b->expected),
                                        "measured", interval_json(share, b->measured)));
    }
    return json_pack(
        "{s:{s:o,s:o,s:o,s:I,s:I,s:I},s:o,s:o,s:o,s:o}", "zones", "link", zone_json(&z->link),
        "review", zone_json(&z->review), "non_link", zone_json(&z->non_link), "by_reference",
        (json_int_t)z->by_reference, "decided_same", (json_int_t)z->decided_same,
        "decided_different", (json_int_t)z->decided_different, "bands", all, "precision",
        interval_json(f->precision, f->precision_interval), "precision_covers",
        json_number(f->covered), "recall", interval_json(f->recall, f->recall_interval));
}
