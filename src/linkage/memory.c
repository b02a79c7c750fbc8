#include "linkage/memory.h"

#include "linkage/column.h"
#include "linkage/radix.h"

#include <math.h>

/* ---- counting different texts ---- */

enum { INDEX_BITS = 12 };

void sketch_add(struct sketch *s, uint64_t hash)
{
    hash *= 0x9e3779b97f4a7c15ull; /* str_hash is for tables: spread it once more */
    hash ^= hash >> 32;
    hash *= 0xd6e8feb86659fd93ull;
    uint32_t k = (uint32_t)(hash >> (64 - INDEX_BITS));
    uint64_t rest = hash << INDEX_BITS | 1ull << (INDEX_BITS - 1);
    uint8_t zeros = (uint8_t)(__builtin_clzll(rest) + 1);
    if (zeros > s->cell[k])
        s->cell[k] = zeros;
}

uint64_t sketch_count(const struct sketch *s)
{
    double sum = 0.0, m = SKETCH_CELLS;
    int empty = 0;
    for (int k = 0; k < SKETCH_CELLS; k++) {
        sum += exp2(-s->cell[k]);
        empty += s->cell[k] == 0;
    }
    double n = 0.7213 / (1.0 + 1.079 / m) * m * m / sum;
    if (n < 2.5 * m && empty)
        n = m * log(m / empty);
    return (uint64_t)(n + 0.5);
}

/* ---- bytes ---- */

/* Arrays that grow by doubling: what the last one takes. */
static uint64_t doubled(uint64_t n)
{
    uint64_t cap = 8;
    while (cap < n)
        cap *= 2;
    return cap;
}

/* A dictionary: texts, offsets, and slots of which the old ones are there while they grow. */
static uint64_t intern_bytes(uint64_t distinct, uint64_t bytes)
{
    uint64_t slots = doubled(distinct * 8 / 5 + 1);
    return doubled(bytes + distinct) + 8 * doubled(distinct + 2) +
           sizeof(struct intern_slot) * (slots + slots / 2);
}

static bool is_name(enum link_type t)
{
    return t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME || t == LINK_FULL_NAME;
}

/* A column's different values, normalised: as many as there are raw ones at most. */
static uint64_t values_bytes(enum link_type t, uint64_t distinct)
{
    uint64_t each = sizeof(struct value) + sizeof(uint32_t) + sizeof(uint64_t);
    if (is_name(t) || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT)
        each += sizeof(struct words) + 1;
    if (t == LINK_AS_WRITTEN)
        each += 64 + 24; /* texts and numbers of the operands of its levels */
    return each * distinct;
}

/* Rules that are chosen when none are given, at most: block.c. */
static uint64_t rules_of(const struct link_spec *spec)
{
    uint64_t alone = 0, dates = 0, places = 0, names = 0;
    for (int k = 0; k < spec->columns; k++) {
        enum link_type t = spec->column[k].type;
        names += is_name(t);
        dates += t == LINK_DATE;
        places += t == LINK_POSTCODE || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT ||
                  t == LINK_PHONE;
        alone += is_name(t) || t == LINK_DATE || t == LINK_POSTCODE || t == LINK_PHONE ||
                 t == LINK_EMAIL || t == LINK_IDENTIFIER;
    }
    uint64_t rules = spec->rules ? (uint64_t)spec->rules
                                 : alone + (names ? 6 : 0) + 10 * dates + (3 + dates) * places + 2;
    return rules < LINK_MAX_RULES ? rules : LINK_MAX_RULES;
}

enum { LIFTS_LIKELY = 3 }; /* pairs of columns that repeat each other */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

struct link_bytes link_bytes_needed(const struct link_spec *spec, const struct link_size *size,
                                    int threads)
{
    uint64_t n = size->records, columns = (uint64_t)spec->columns, texts = 0, most_texts = 0,
             values = 0, map = 0;
    for (int k = 0; k < spec->columns; k++) {
        uint64_t distinct = size->column[k].distinct, bytes = size->column[k].bytes;
        enum link_type t = spec->column[k].type;
        texts += intern_bytes(distinct, bytes);
        most_texts = larger(most_texts, intern_bytes(distinct, bytes));
        values += values_bytes(t, distinct) * (t == LINK_FULL_NAME ? 2 : 1);
        columns += t == LINK_FULL_NAME;
        map = larger(map, 24 * distinct);
    }
    uint64_t ids = size->id_bytes + 8 * n + 4 * n,
             ids_growing = doubled(size->id_bytes + 8) + 8 * doubled(n + 2),
             cells = 4 * n * columns, raw_cells = 4 * doubled(n * (uint64_t)spec->columns),
             source = size->sources ? 4 * doubled(n) : 0, sort = 2 * sizeof(struct radix_item) * n;
    uint64_t reading = raw_cells + texts + ids_growing + source;
    uint64_t sorting = reading + sort + ids;
    /* one column after the other: its raw texts go when the normalised ones are there */
    uint64_t making = raw_cells + texts + most_texts + ids + source + cells + map;
    uint64_t ready = ids + source + cells + texts + values;
    uint64_t rules = rules_of(spec), groups = rules * 6 * n, numbers = rules * 4 * n,
             lifts = 4 * n * (columns < LIFTS_LIKELY ? columns : LIFTS_LIKELY);
    uint64_t blocking = ready + groups + sort + 8 * n;
    uint64_t binding = ready + groups + numbers + lifts + sort;
    uint64_t linking = ready + groups + numbers + lifts + 16 * n;
    uint64_t fixed = (12ull << 20) + (uint64_t)(threads - 1) * (9ull << 20);
    uint64_t before = larger(larger(sorting, making), larger(blocking, binding));
    return (struct link_bytes){fixed + before, fixed + linking};
}
