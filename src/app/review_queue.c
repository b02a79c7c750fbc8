/* The queue by value of information, the three zones, and what people's answers measure. */
#include "app/register_link.h"
#include "app/register_model.h"
#include "app/review.h"
#include "base/order.h"

#include <math.h>
#include <stdlib.h>

struct gather {
    struct store *store;
    struct review_item *all; /* every claim, in order of (a, b) */
    size_t count, cap;
    struct arena *memory;
};

static enum status note_claim(void *ctx, const struct claim *c, struct err *e)
{
    struct gather *g = ctx;
    (void)e;
    MEM_GROW(g->all, g->cap, g->count + 1);
    struct review_item *it = &g->all[g->count++];
    *it = (struct review_item){.claim = *c};
    it->claim.actor = it->claim.at = NULL;
    it->claim.basis = arena_strdup(g->memory, c->basis);
    return ST_OK;
}

static bool is_decided(const struct claim *c)
{
    return c->human && (c->status == CLAIM_CONFIRMED || c->status == CLAIM_REJECTED ||
                        c->status == CLAIM_SPLIT);
}

static bool is_by_reference(const struct claim *c)
{
    return strcmp(c->basis, "NRM_REF") == 0;
}

/* ---- answers that leave a pair open ---- */

static int by_pair(const void *x, const void *y)
{
    const struct claim *a = &((const struct review_item *)x)->claim,
                       *b = &((const struct review_item *)y)->claim;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* While reviews are read, `value` holds the first letter of the first answer; order is by id, so
 * either may come first. */
static enum status note_answer(void *ctx, const struct review *r, struct err *e)
{
    struct gather *g = ctx;
    (void)e;
    bool pair = strcmp(r->question, REVIEW_FIRST) == 0 || strcmp(r->question, REVIEW_SECOND) == 0;
    if (!pair || !g->count)
        return ST_OK;
    bool ordered = r->record < r->other; /* a corrected record has a new number */
    struct review_item key = {
        .claim = {.a = ordered ? r->record : r->other, .b = ordered ? r->other : r->record}};
    struct review_item *it = bsearch(&key, g->all, g->count, sizeof *g->all, by_pair);
    if (!it)
        return ST_OK;
    it->seconded |= strcmp(r->question, REVIEW_SECOND) == 0;
    it->conflict = it->value != 0.0 && it->value != (double)r->answer[0];
    it->unsure = strcmp(r->answer, "UNSURE") == 0;
    it->value = (double)r->answer[0];
    return ST_OK;
}

/* ---- lines and flags ---- */

struct by_record {
    int64_t record, line;
};

static int by_record_id(const void *x, const void *y)
{
    const struct by_record *a = x, *b = y;
    return (a->record > b->record) - (a->record < b->record);
}

static int64_t line_of(const struct by_record *map, size_t n, int64_t record)
{
    struct by_record key = {record, 0};
    const struct by_record *at = n ? bsearch(&key, map, n, sizeof *map, by_record_id) : NULL;
    return at ? at->line : 0;
}

static enum status read_lines(struct store *s, struct review_item *items, size_t n, struct err *e)
{
    int64_t *ids = mem_array(2 * n + 1, sizeof *ids), *records, *lines;
    size_t count;
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = items[i].claim.a;
        ids[2 * i + 1] = items[i].claim.b;
    }
    enum status st = store_lines_records(s, ids, 2 * n, &records, &lines, &count, e);
    if (st == ST_OK) {
        struct by_record *map = mem_array(count, sizeof *map);
        for (size_t i = 0; i < count; i++)
            map[i] = (struct by_record){records[i], lines[i]};
        if (count)
            qsort(map, count, sizeof *map, by_record_id);
        for (size_t i = 0; i < n; i++) {
            items[i].line_a = line_of(map, count, items[i].claim.a);
            items[i].line_b = line_of(map, count, items[i].claim.b);
        }
        free(map);
    }
    free(records);
    free(lines);
    free(ids);
    return st;
}

/* Lines with an open flag, and records of flags that lapsed. */
struct flags {
    int64_t *line, *lapsed;
    size_t lines, line_cap, lapses, lapsed_cap;
};

static enum status note_flag(void *ctx, const struct flag *f, struct err *e)
{
    struct flags *l = ctx;
    (void)e;
    if (f->lapsed) {
        MEM_GROW(l->lapsed, l->lapsed_cap, l->lapses + 1);
        l->lapsed[l->lapses++] = f->record;
    } else if (f->state != FLAG_CLOSED) {
        MEM_GROW(l->line, l->line_cap, l->lines + 1);
        l->line[l->lines++] = f->line;
    }
    return ST_OK;
}

static bool holds_number(const int64_t *all, size_t n, int64_t number)
{
    return n && bsearch(&number, all, n, sizeof *all, order_int64);
}

static enum status read_flags(struct store *s, struct flags *l, struct err *e)
{
    TRY(store_flags_each(s, -1, note_flag, l, e));
    if (l->lines)
        qsort(l->line, l->lines, sizeof *l->line, order_int64);
    if (l->lapses)
        qsort(l->lapsed, l->lapses, sizeof *l->lapsed, order_int64);
    return ST_OK;
}

/* Whoever parts a flagged person's records makes the flag go: a second person should have looked.
 */
static void mark_hidden(struct review_item *items, size_t n, const struct flags *l)
{
    for (size_t i = 0; i < n; i++) {
        const struct claim *c = &items[i].claim;
        items[i].hidden =
            c->human && c->status == CLAIM_SPLIT && !items[i].seconded &&
            (holds_number(l->lapsed, l->lapses, c->a) || holds_number(l->lapsed, l->lapses, c->b));
    }
}

static void mark_flagged(struct review_item *items, size_t n, const struct flags *l)
{
    for (size_t i = 0; i < n; i++)
        items[i].flagged = items[i].hidden || holds_number(l->line, l->lines, items[i].line_a) ||
                           holds_number(l->line, l->lines, items[i].line_b);
}

/* ---- the value of a decision ---- */

/* Bits of doubt. */
static double entropy(double p)
{
    return p <= 0.0 || p >= 1.0 ? 0.0 : -p * log2(p) - (1.0 - p) * log2(1.0 - p);
}

/* How many joining claims hold each record: one that hangs by a single claim is a repeat referral
 * by that claim alone. */
static int holds(const int64_t *joined, size_t n, int64_t record)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (joined[mid] < record)
            lo = mid + 1;
        else
            hi = mid;
    }
    int count = 0;
    while (lo < n && joined[lo] == record && count < 2) {
        count++;
        lo++;
    }
    return count;
}

static void value_items(struct review_item *items, size_t n, const struct gather *g)
{
    size_t count = 0;
    int64_t *joined = mem_array(2 * g->count + 1, sizeof *joined);
    for (size_t i = 0; i < g->count; i++)
        if (claim_joins(g->all[i].claim.status)) {
            joined[count++] = g->all[i].claim.a;
            joined[count++] = g->all[i].claim.b;
        }
    if (count)
        qsort(joined, count, sizeof *joined, order_int64);
    for (size_t i = 0; i < n; i++) {
        struct review_item *it = &items[i];
        it->changes_repeat = it->line_a != it->line_b || holds(joined, count, it->claim.a) < 2 ||
                             holds(joined, count, it->claim.b) < 2;
        double doubt = it->conflict || it->hidden ? 1.0 : entropy(it->claim.probability);
        it->value = doubt * (1.0 + it->changes_repeat + it->flagged);
    }
    free(joined);
}

static int most_valuable(const void *x, const void *y)
{
    const struct review_item *a = x, *b = y;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return by_pair(x, y);
}

static bool is_open(const struct review_item *it)
{
    const struct claim *c = &it->claim;
    if (is_decided(c))
        return it->hidden;
    return c->status == CLAIM_PROPOSED || it->conflict || it->unsure ||
           (c->status == CLAIM_AUTO && !is_by_reference(c) && c->probability < REVIEW_WEAK_LINK) ||
           (c->status == CLAIM_AUTO && is_by_reference(c) &&
            c->weight < 0.5 * LINK_REFERENCE_VETO_BITS);
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

static enum status count_zones(struct store *s, const struct gather *g, struct review_zones *z,
                               struct err *e)
{
    uint64_t records, lines;
    int64_t highest;
    double prior, matches = 0.0;
    TRY(store_count_records(s, &records, &lines, &highest, e));
    TRY(read_prior(s, &prior, e));
    for (size_t i = 0; i < g->count; i++) {
        const struct claim *c = &g->all[i].claim;
        z->decided_same += is_decided(c) && c->status == CLAIM_CONFIRMED;
        z->decided_different += is_decided(c) && c->status != CLAIM_CONFIRMED;
        matches += is_decided(c) ? c->status == CLAIM_CONFIRMED : c->probability;
        if (is_decided(c))
            continue;
        if (is_by_reference(c) && c->status == CLAIM_AUTO) {
            z->by_reference++;
        } else if (c->status == CLAIM_AUTO) {
            z->link.pairs++;
            z->link.wrong += 1.0 - c->probability;
        } else {
            z->review.pairs++;
            z->review.wrong += c->probability;
        }
    }
    double all = 0.5 * (double)records * ((double)records - 1.0);
    z->non_link.pairs = fmax(0.0, all - (double)g->count);
    z->non_link.wrong = isnan(prior) ? NAN : fmax(0.0, prior * all - matches);
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
    if (is_by_reference(c))
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
    if (!is_decided(c))
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

static enum status count_bands(struct store *s, const struct gather *g, struct review_figures *f,
                               struct err *e)
{
    double sum[REVIEW_BANDS] = {0};
    for (int k = 0; k < REVIEW_BANDS; k++)
        f->band[k] =
            (struct review_band){.name = bands[k].name, .from = bands[k].from, .to = bands[k].to};
    for (size_t i = 0; i < g->count; i++) {
        const struct claim *c = &g->all[i].claim;
        bool joined, seen;
        TRY(machine_joined(s, c, &joined, &seen, e));
        if (!seen)
            continue; /* a pair that people found and the machine did not */
        struct review_band *b = &f->band[band_of(c)];
        b->pairs++;
        b->joined += joined;
        b->decided += is_decided(c);
        b->same += is_decided(c) && c->status == CLAIM_CONFIRMED;
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

/* ---- all of it ---- */

static enum status fill(struct review_queue *out, struct gather *g, struct flags *flags,
                        struct err *e)
{
    TRY(store_claims_each(g->store, -1, note_claim, g, e));
    TRY(store_reviews_each(g->store, note_answer, g, e));
    TRY(read_flags(g->store, flags, e));
    mark_hidden(g->all, g->count, flags);
    out->item = mem_array(g->count + 1, sizeof *out->item);
    for (size_t i = 0; i < g->count; i++)
        if (is_open(&g->all[i]))
            out->item[out->items++] = g->all[i];
    TRY(read_lines(g->store, out->item, out->items, e));
    mark_flagged(out->item, out->items, flags);
    value_items(out->item, out->items, g);
    if (out->items)
        qsort(out->item, out->items, sizeof *out->item, most_valuable);
    TRY(count_zones(g->store, g, &out->zones, e));
    TRY(count_bands(g->store, g, &out->figures, e));
    estimate(&out->figures, &out->zones);
    return ST_OK;
}

enum status review_queue_read(struct store *s, struct review_queue *out, struct err *e)
{
    *out = (struct review_queue){0};
    struct gather g = {.store = s, .memory = &out->memory};
    struct flags flags = {0};
    enum status st = fill(out, &g, &flags, e);
    free(flags.line);
    free(flags.lapsed);
    free(g.all);
    return st;
}

void review_queue_free(struct review_queue *q)
{
    free(q->item);
    arena_free(&q->memory);
    *q = (struct review_queue){0};
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
