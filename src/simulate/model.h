/* The calibrated model: published tables turned into weights, parameters, and names.
 *
 * NRM referrals are drawn from the joint published cells (nationality, responder, exploitation,
 * sex) given age; quarter, age and place from the quarterly tables. Those tables count referrals,
 * and a person brings more than one: the first ones are found by taking away, quarter by quarter,
 * the repeats that earlier ones are expected to bring (model_set_entries). */
#ifndef SIMULATE_MODEL_H
#define SIMULATE_MODEL_H

#include "simulate/names.h"
#include "simulate/parameters.h"

enum age_class { AGE_ADULT, AGE_CHILD, AGE_NOT_KNOWN, AGE_CLASSES };
enum responder { R_GOVERNMENT, R_LOCAL_AUTHORITY, R_NGO, R_POLICE, RESPONDERS };
enum place { PLACE_UK, PLACE_OVERSEAS, PLACE_BOTH, PLACE_NOT_KNOWN, PLACES };
enum exploitation { X_LAB = 1, X_SEX = 2, X_CRIM = 4, X_DOM = 8, X_ORG = 16 };
enum source { FROM_NRM, FROM_DTN, SOURCES };

extern const char *const responder_codes[RESPONDERS];

struct nationality {
    const char *alpha3;
    const char *label; /* a label of the NRM form */
    const struct culture *culture;
    const char *language; /* NULL: English, no interpreter */
    bool january;         /* births seldom registered there */
};

struct cell {
    int16_t nationality, second; /* index, -1 unknown or none */
    uint8_t responder, types, age;
    char gender;
};

struct cell_table {
    size_t n;
    struct cell *cell;
    uint64_t *cum;
};

/* Adults' cells of one (pair of) nationalities, for DtN reports. */
struct dtn_nationality {
    int16_t nationality, second;
    struct cell_table cells;
};

enum { FIRST_YEAR = 2014, LAST_YEAR = 2023, QUARTERS = 4 * (LAST_YEAR - FIRST_YEAR + 1) };
enum { DTN_FROM = 7 }; /* the quarter in which the duty to notify began: Q4 2015 */

struct entry {
    uint8_t quarter, source, age;
};

struct responder_list {
    size_t n;
    const char **label;
    uint64_t *cum;
};

struct sim_model {
    struct arena memory;
    struct parameters p;
    struct name_lists *names;
    struct nationality *nationality;
    size_t nationality_count;
    int british;
    struct cell_table by_age[AGE_CLASSES];
    struct dtn_nationality *dtn;
    uint64_t *dtn_cum;
    size_t dtn_count;
    struct entry *entry;
    uint64_t *entry_cum;
    size_t entry_count;
    chance32 positive[2][LAST_YEAR - FIRST_YEAR + 1][AGE_CLASSES]; /* RG, CG by year */
    struct responder_list responders[RESPONDERS];
    uint64_t adult_age[3];               /* running totals of 18-24, 25-39, 40 and over */
    uint32_t british_share[AGE_CLASSES]; /* of cells, in 1/65536 */
    uint32_t published[QUARTERS][AGE_CLASSES][PLACES];
    uint32_t dtn_reports[QUARTERS];
};

/* The calibrated weights of first referrals, from what repeats bring (life.h calls it back). */
struct repeat_lags {
    uint32_t lives;                             /* how many made lives these are counted on */
    uint32_t count[SOURCES][SOURCES][QUARTERS]; /* first by, later by, quarters later */
};
void model_set_entries(struct sim_model *m, const struct repeat_lags *lags);
/* The quarter of the last day. */
int model_last_quarter(const struct sim_model *m);
/* Where the exploitation was, given when it was first reported. */
enum place model_draw_place(const struct sim_model *m, int quarter, enum age_class age,
                            bool british, struct rng *r);
/* Everything but the entries. */
void model_read_tables(struct sim_model *m);

#endif
