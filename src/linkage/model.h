/* The model: how much each level of each comparison says, in bits. */
#ifndef LINKAGE_MODEL_H
#define LINKAGE_MODEL_H

#include "linkage/block.h"
#include "linkage/intern.h"
#include "linkage/levels.h"

struct model_column {
    char name[64];
    enum link_type type;
    int levels;
    const char *words[LINK_MAX_LEVELS];
    double m[LINK_MAX_LEVELS], u[LINK_MAX_LEVELS], bits[LINK_MAX_LEVELS];
    double any_equal;    /* chance that two records taken at random have the same value */
    struct intern known; /* values whose frequency the model keeps, so that it can be used on */
    double *frequency;   /* other data; of all other values the frequency is taken as `rare` */
    double rare;
    bool unused;
    struct own_levels *own; /* levels of one's own; NULL: the type's */
};

/* Strangers who agree on column a agree on column b `lift` times as often as others do: a town and
 * its postcodes, given and family names of one people. The edges form a forest (Chow and Liu 1968).
 */
struct dependence {
    int a, b;
    double lift;
};

struct link_model {
    struct model_column column[LINK_MAX_COLUMNS];
    int columns;
    struct dependence edge[LINK_MAX_COLUMNS];
    int edges;
    double prior;     /* chance that two records taken at random are one person */
    double household; /* pairs of housemates or relatives per pair of one person's records */
    double twins;     /* of twins, and of others with one registered date of birth, likewise */
    double recall;    /* estimated share of the matching pairs that blocking reaches */
    uint64_t records, fingerprint;
    int iterations;
};

/* log2 of the prior odds. */
double model_prior_bits(const struct link_model *m);
/* bits from m and u, with the levels kept in order (a weaker level never weighs more). */
void model_set_bits(struct link_model *m);
/* Sets the weight of agreement on each value: from the values' frequencies in the data when the
 * model was trained on them, else from the model's. */
void model_bind(const struct link_model *m, struct link_data *d, bool same_data);
/* By what the combinations' own lifts are scaled so that they average to the model's. */
double model_lift_scale(const struct link_data *d, const struct dependence *edge);
/* Keeps the frequencies of common values in the model (those that tell nobody's secret). */
void model_remember(struct link_model *m, const struct link_data *d);
/* Bits of agreement on a text of a column, by the frequencies that the model keeps. */
double model_text_bits(const struct model_column *mc, struct str text);
/* Bits of agreement on a value of this frequency. */
double model_equal_bits(const struct model_column *mc, double frequency);

/* ---- scoring ---- */

struct own;
struct scorer {
    const struct link_data *d;
    const struct link_model *m;
    const struct own *own[LINK_MAX_COLUMNS]; /* of columns with levels of one's own */
    int order[LINK_MAX_COLUMNS], columns;    /* cheap and telling columns first; names last */
    float unequal[LINK_MAX_COLUMNS];         /* the most that different values can add */
    float swapped;                           /* ... that names in each other's place can */
    float bits[LINK_MAX_COLUMNS][16];
    float prior;
    bool guard; /* against housemates: there are shared and personal columns */
    float household, twins;
    uint32_t shared, born; /* columns that housemates share; dates, which twins share */
    struct {
        uint32_t columns; /* bit set of the two */
        float bits;
    } edge[LINK_MAX_COLUMNS];
    int edges;
};
void scorer_new(struct scorer *s, const struct link_data *d, const struct link_model *m);

/* The weight of a pair, or anything below `least` when it cannot reach `least`. */
float score_pair(const struct scorer *s, const uint32_t *a, const uint32_t *b, float least,
                 uint64_t *pattern);
/* The weight of a pattern that is known, with what was taken off for housemates and for columns
 * that repeat each other. */
struct taken_off {
    float household, dependence;
};
float score_pattern(const struct scorer *s, const uint32_t *a, uint64_t pattern,
                    struct taken_off *off);

/* ---- training (em.c) ---- */

/* How often each pattern occurs among the compared pairs. */
struct pattern_count {
    uint64_t pattern; /* levels; an equal value is given as EQUAL_BAND + band of its frequency */
    uint32_t free;    /* bit set of the columns that did not bring the pair together */
    uint64_t count;
};
enum { EQUAL_BAND = 12, BANDS = 4 };

struct training {
    const struct link_data *d;
    const struct plan *plan;
    int threads;
    double pairs_possible;
    struct pattern_count *count; /* sorted by pattern, free */
    size_t counts;
    double scale; /* pairs that one counted pair stands for (sampling) */
    /* chances among pairs taken at random, matches included */
    double random[LINK_MAX_COLUMNS][LINK_MAX_LEVELS];
    double band_random[LINK_MAX_COLUMNS][BANDS], band_share[LINK_MAX_COLUMNS][BANDS];
};
/* Band 0 rare ... BANDS-1 common, by a value's frequency against the average chance. */
int frequency_band(const struct column *c, uint32_t value);

void training_random(struct training *t); /* fills random, band_random, band_share */
void em_fit(struct training *t, struct link_model *m);

#endif
