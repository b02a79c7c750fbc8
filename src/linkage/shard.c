#include "linkage/shard.h"

#include "linkage/model_json.h"
#include "linkage/own.h"

#include <math.h>
#include <stdlib.h>

static const char MAGIC[8] = {'T', 'L', 'P', 'A', 'R', 'T', '1', '\n'};
enum {
    BINS = LINK_HISTOGRAM_MAX - LINK_HISTOGRAM_MIN,
    PAIR_BYTES = 20,
    RULE_BYTES = 24,
    PIECE_PAIRS = 4096
};

/* ---- fingerprint ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t both[2] = {a, b};
    return str_hash((struct str){(const char *)both, sizeof both});
}

static uint64_t mix_text(uint64_t h, struct str s)
{
    return mix(h, str_hash(s));
}

static uint64_t mix_real(uint64_t h, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return mix(h, bits);
}

/* Records stand in the order of their ids: that of the rows is no matter. */
static uint64_t mix_records(uint64_t h, const struct link_data *d)
{
    for (uint32_t r = 0; r < d->n; r++) {
        const uint32_t *row = data_row(d, r);
        h = mix_text(h, link_data_id(d, r));
        for (int k = 0; k < d->columns; k++)
            h = mix(h, row[k] ? value_hash(&d->column[k], row[k]) : 0);
        if (d->source)
            h = mix_text(h, intern_text(&d->sources, d->source[r]));
    }
    return h;
}

static uint64_t mix_spec(uint64_t h, const struct link_data *d)
{
    const struct link_spec *s = &d->spec;
    h = mix(h, (uint64_t)s->mode * 2 + s->one_to_one);
    for (int k = 0; k < d->columns; k++) {
        h = mix_text(h, str_of(d->column[k].name));
        h = mix(h, (uint64_t)d->column[k].type * 2 + d->column[k].unused);
    }
    for (int r = 0; r < s->rules; r++)
        for (int k = 0; k < s->rule[r].keys; k++) {
            const struct link_key *key = &s->rule[r].key[k];
            h = mix(h, (uint64_t)r << 32 | (uint64_t)key->column << 16 | (uint64_t)key->part << 8 |
                           (uint64_t)key->length);
        }
    return h;
}

static uint64_t mix_model(uint64_t h, const struct link_model *m)
{
    json_t *doc = link_model_to_json(m);
    char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    h = mix_text(h, str_of(text));
    free(text);
    json_decref(doc);
    return h;
}

uint64_t link_fingerprint(const struct link_data *d, const struct link_model *m,
                          double threshold_bits)
{
    uint64_t h = mix_spec(1, d);
    h = mix_model(h, m);
    h = mix_real(h, threshold_bits);
    return mix_records(h, d);
}

/* ---- a part from a result ---- */

void link_shard_take(struct link_shard *p, uint64_t fingerprint, uint32_t shard, uint32_t shards,
                     struct link_result *r)
{
    *p = (struct link_shard){.fingerprint = fingerprint,
                             .shard = shard,
                             .shards = shards,
                             .least = r->least,
                             .scored = r->pairs_scored,
                             .rules = r->rules,
                             .pair = r->pair,
                             .pairs = r->pairs};
    for (int k = 0; k < r->rules; k++) {
        p->rule_scored[k] = r->rule[k].pairs;
        p->rule_kept[k] = r->rule[k].kept;
        p->rule_unique[k] = r->rule[k].unique;
    }
    memcpy(p->histogram, r->histogram, sizeof p->histogram);
    r->pair = NULL;
    r->pairs = 0;
}

void link_shard_free(struct link_shard *p)
{
    free(p->pair);
    *p = (struct link_shard){0};
}

/* ---- bytes ---- */

static void put(struct buf *b, uint64_t v, int bytes)
{
    for (int k = 0; k < bytes; k++)
        buf_addc(b, (char)(v >> (8 * k) & 255));
}

static uint64_t take(struct str *s, int bytes)
{
    uint64_t v = 0;
    for (int k = 0; k < bytes; k++)
        v |= (uint64_t)(unsigned char)s->p[k] << (8 * k);
    s->p += bytes;
    s->n -= (size_t)bytes;
    return v;
}

static uint32_t bits_of(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static float float_of(uint64_t bits)
{
    uint32_t b = (uint32_t)bits;
    float v;
    memcpy(&v, &b, sizeof v);
    return v;
}

enum { HEAD_BYTES = 8 + 8 + 4 + 4 + 4 + 8 + 4, TAIL_BYTES = 8 };

void link_shard_write(const struct link_shard *p, void (*out)(void *ctx, struct str bytes),
                      void *ctx)
{
    struct buf b = BUF_EMPTY;
    uint64_t hash = 0;
    buf_add(&b, MAGIC, sizeof MAGIC);
    put(&b, p->fingerprint, 8);
    put(&b, p->shard, 4);
    put(&b, p->shards, 4);
    put(&b, bits_of(p->least), 4);
    put(&b, p->scored, 8);
    put(&b, (uint64_t)p->rules, 4);
    for (int k = 0; k < p->rules; k++) {
        put(&b, p->rule_scored[k], 8);
        put(&b, p->rule_kept[k], 8);
        put(&b, p->rule_unique[k], 8);
    }
    for (int k = 0; k < BINS; k++)
        put(&b, p->histogram[k], 8);
    put(&b, p->pairs, 8);
    for (size_t i = 0; i <= p->pairs; i++) {
        if (i % PIECE_PAIRS == 0 || i == p->pairs) {
            hash = mix_text(hash, buf_str(&b));
            out(ctx, buf_str(&b));
            buf_clear(&b);
        }
        if (i == p->pairs)
            break;
        put(&b, p->pair[i].a, 4);
        put(&b, p->pair[i].b, 4);
        put(&b, bits_of(p->pair[i].bits), 4);
        put(&b, p->pair[i].pattern, 8);
    }
    put(&b, hash, TAIL_BYTES);
    out(ctx, buf_str(&b));
    buf_free(&b);
}

static enum status broken(struct err *e)
{
    err_set(e, ST_DATA, "this is not a part file, or it is cut short or changed");
    return err_hint(e, "Make it again with study link --shard.");
}

/* The hash of the pieces in which a file of this shape is written. */
static uint64_t hash_of(struct str bytes, size_t head, size_t pairs)
{
    uint64_t hash = mix_text(0, (struct str){bytes.p, head});
    for (size_t i = 0; i < pairs; i += PIECE_PAIRS) {
        size_t n = pairs - i < PIECE_PAIRS ? pairs - i : PIECE_PAIRS;
        hash = mix_text(hash, (struct str){bytes.p + head + i * PAIR_BYTES, n * PAIR_BYTES});
    }
    return hash;
}

static enum status read_head(struct str *s, struct link_shard *p, struct err *e)
{
    if (s->n < HEAD_BYTES + TAIL_BYTES || memcmp(s->p, MAGIC, sizeof MAGIC) != 0)
        return broken(e);
    take(s, sizeof MAGIC);
    p->fingerprint = take(s, 8);
    p->shard = (uint32_t)take(s, 4);
    p->shards = (uint32_t)take(s, 4);
    p->least = float_of(take(s, 4));
    p->scored = take(s, 8);
    uint64_t rules = take(s, 4);
    if (p->shards < 1 || p->shards > LINK_MAX_SHARDS || p->shard < 1 || p->shard > p->shards ||
        isnan(p->least) || rules > LINK_MAX_RULES ||
        s->n < rules * RULE_BYTES + BINS * 8 + 8 + TAIL_BYTES)
        return broken(e);
    p->rules = (int)rules;
    for (int k = 0; k < p->rules; k++) {
        p->rule_scored[k] = take(s, 8);
        p->rule_kept[k] = take(s, 8);
        p->rule_unique[k] = take(s, 8);
    }
    for (int k = 0; k < BINS; k++)
        p->histogram[k] = take(s, 8);
    uint64_t pairs = take(s, 8);
    if (pairs > s->n / PAIR_BYTES || s->n != pairs * PAIR_BYTES + TAIL_BYTES)
        return broken(e);
    p->pairs = (size_t)pairs;
    return ST_OK;
}

enum status link_shard_read(struct str bytes, struct link_shard *out, struct err *e)
{
    struct str s = bytes;
    *out = (struct link_shard){0};
    enum status st = read_head(&s, out, e);
    size_t pairs = out->pairs, head = bytes.n - s.n;
    out->pairs = 0;
    if (st != ST_OK)
        return st;
    struct str tail = {s.p + pairs * PAIR_BYTES, TAIL_BYTES};
    if (take(&tail, TAIL_BYTES) != hash_of(bytes, head, pairs))
        return broken(e);
    out->pair = mem_array(pairs, sizeof *out->pair);
    for (size_t i = 0; i < pairs; i++) {
        struct link_pair *p = &out->pair[i];
        p->a = (uint32_t)take(&s, 4);
        p->b = (uint32_t)take(&s, 4);
        p->bits = float_of(take(&s, 4));
        p->pattern = take(&s, 8);
    }
    out->pairs = pairs;
    return ST_OK;
}

/* ---- joining ---- */

static enum status check_pairs(const struct link_shard *p, uint32_t records, struct err *e)
{
    for (size_t i = 0; i < p->pairs; i++)
        if (p->pair[i].a >= p->pair[i].b || p->pair[i].b >= records ||
            !(p->pair[i].bits >= p->least))
            return broken(e);
    return ST_OK;
}

enum status link_shard_join(struct link_shard *all, struct link_shard *p, uint64_t fingerprint,
                            uint32_t records, uint8_t *seen, struct err *e)
{
    if (p->fingerprint != fingerprint) {
        err_set(e, ST_DATA,
                "this part is of other records, another specification, model or "
                "threshold");
        return err_hint(e, "All shards and the join need the same PEOPLE, --spec, --use-model and "
                           "--threshold.");
    }
    if (all->shards && (p->shards != all->shards || p->least != all->least))
        return err_set(e, ST_DATA,
                       "this is part %u of %u from %.4g bits on, others are of %u from %.4g on",
                       p->shard, p->shards, (double)p->least, all->shards, (double)all->least);
    uint32_t k = p->shard - 1;
    if (seen[k / 8] >> (k % 8) & 1)
        return err_set(e, ST_DATA, "part %u of %u is given twice", p->shard, p->shards);
    seen[k / 8] |= (uint8_t)(1u << (k % 8));
    TRY(check_pairs(p, records, e));
    all->shards = p->shards;
    all->least = p->least;
    all->scored += p->scored;
    all->rules = p->rules;
    for (int r = 0; r < p->rules; r++) {
        all->rule_scored[r] += p->rule_scored[r];
        all->rule_kept[r] += p->rule_kept[r];
        all->rule_unique[r] += p->rule_unique[r];
    }
    for (int b = 0; b < BINS; b++)
        all->histogram[b] += p->histogram[b];
    all->pair = mem_resize(all->pair, all->pairs + p->pairs, sizeof *all->pair);
    if (p->pairs)
        memcpy(all->pair + all->pairs, p->pair, p->pairs * sizeof *p->pair);
    all->pairs += p->pairs;
    return ST_OK;
}

enum status link_shard_complete(const struct link_shard *all, const uint8_t *seen, float least,
                                struct err *e)
{
    struct buf b = BUF_EMPTY;
    uint32_t missing = 0;
    for (uint32_t k = 0; k < all->shards; k++) {
        if (seen[k / 8] >> (k % 8) & 1)
            continue;
        if (missing++ < 10)
            buf_addf(&b, "%s%u", b.n ? ", " : "", k + 1);
    }
    if (missing) {
        err_set(e, ST_DATA, "%u of the %u parts %s missing: %s%s", missing, all->shards,
                missing == 1 ? "is" : "are", b.p, missing > 10 ? ", ..." : "");
        err_hint(e, "Run study link --shard for them too.");
    }
    buf_free(&b);
    if (missing)
        return ST_DATA;
    if (all->least <= least)
        return ST_OK;
    err_set(e, ST_DATA, "the parts hold pairs from %.4g bits on, pairs from %.4g on are wanted",
            (double)all->least, (double)least);
    return err_hint(e, "Give --pairs-from to the shards too.");
}
