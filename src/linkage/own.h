/* Levels of one's own for columns of type as_written: a list of conditions (condition.h), the first
 * that holds is the level. So a comparison can be exactly what a Splink settings file says.
 *
 * Cells are compared as they are written (trimmed), in capital and small letters. A comparison may
 * be of several columns: their cells are then one value, joined by OWN_JOINT.
 *
 * Weight: log2(m/u) of the level, as it stands; with a term frequency in column c, plus
 *   weight * log2(u_exact / max(f, least))
 * where f is the share of the records with a value in c that have this one and u_exact the u of the
 * level that is equality in c alone (Splink's formula). */
#ifndef LINKAGE_OWN_H
#define LINKAGE_OWN_H

#include "base/json.h"
#include "linkage/condition.h"
#include "linkage/intern.h"
#include "linkage/levels.h"

#define OWN_JOINT '\x1f'

/* How a level uses term frequencies. */
struct own_frequency {
    int expr; /* the plain column among the operands; -1: not at all */
    double weight, least;
    int exact; /* level whose u stands for equality in that column */
};

struct own_levels {
    int owners;
    struct conditions c;
    struct level_set set;                                 /* words point to `means` */
    char *when[LINK_MAX_LEVELS], *means[LINK_MAX_LEVELS]; /* [0]: of the missing level */
    int root[LINK_MAX_LEVELS];                            /* -1: all others (ELSE) */
    struct own_frequency frequency[LINK_MAX_LEVELS];
    bool any_missing; /* level 0 is "any cell is empty", the usual one */
    bool trainable;   /* level 1 is equality in all columns */
};

/* From the "levels" of a specification or model:
 *   [{"missing": condition}, {"when": condition, "means": words, "frequency": column,
 *     "frequency_weight": 1, "frequency_least": 0}, ..., {"when": "ELSE"}]
 * Without "missing" a pair is missing when any cell is. `columns`: those of the comparison; count
 * -1: found from the conditions. Other keys (m, u, bits) are not read. ST_DATA: what and where. */
MUST_CHECK enum status own_levels_read(const json_t *levels, const char *comparison,
                                       const char *const *columns, int count,
                                       struct own_levels **out, struct err *e);
struct own_levels *own_levels_share(struct own_levels *l);
void own_levels_free(struct own_levels *l);
/* The keys of level l that own_levels_read reads, added to `o`. */
void own_level_to_json(const struct own_levels *levels, int l, json_t *o);
bool own_levels_equal(const struct own_levels *a, const struct own_levels *b);

/* ---- a column's values under such levels ---- */

struct own {
    struct own_levels *levels;
    struct intern texts; /* of all operands */
    struct cmp_key *key; /* by text */
    int32_t *day;        /* by text: days since 1970, DATE_NONE when it is no date */
    size_t text_cap;
    uint32_t *number; /* by value and operand: text + 1, 0 = NULL */
    uint8_t *same;    /* by value: level of two records that both have it */
    bool *gap;        /* by value: a cell of it is empty */
    size_t value_cap;
    uint32_t values;
    float *bits[LINK_MAX_LEVELS]; /* by value, of levels with term frequencies; else NULL */
};
struct own *own_new(struct own_levels *levels); /* shares the levels */
void own_free(struct own *o);
/* Fills what belongs to the values from number `first` on. */
void own_derive(struct own *o, const struct intern *values, uint32_t first);
/* Level of a pair of values, the record with `a` standing for l; also of equal ones. */
int own_level(const struct own *o, uint32_t a, uint32_t b);
/* Weights of the levels with term frequencies, by value; `count` and `bits` of model.h. */
void own_bind(struct own *o, const uint32_t *count, const double *u, const double *bits);
/* Weight of a level for a pair of which the one record has value v. */
static inline float own_bits(const struct own *o, int level, uint32_t v, float bits)
{
    return o->bits[level] ? o->bits[level][v] : bits;
}
/* The most that a level can weigh. */
float own_most(const struct own *o, int level, float bits);

/* ---- any column ---- */

static inline const struct level_set *column_levels(const struct column *c)
{
    return c->own ? &c->own->levels->set : level_set_of(c->type);
}
/* Level of two records that have the same value. */
static inline int column_same(const struct column *c, uint32_t v)
{
    return c->own ? c->own->same[v] : LEVEL_SAME;
}

#endif
