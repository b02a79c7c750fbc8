/* Record linkage: which records are one person.
 *
 *   link_data    columns in memory: values interned, normalised and typed; records sorted by id
 *   link_plan    blocking: the union of the rules' key groups (no pair is ever stored)
 *   link_model   Fellegi-Sunter weights, trained without labels or read from JSON (model.h)
 *   link_result  clusters, the scored pairs above a keep line, warnings
 *
 * Everything is a pure function of the records, the specification and the options: the order in
 * which records are added and the number of threads change nothing, not even a byte.
 *
 * Model: Fellegi and Sunter (1969), "A theory for record linkage"; weights in bits (log2). EM over
 * pattern counts: Winkler (1988). Term frequency: Newcombe and others (1959). Clusters: average
 * match weight. docs/method/linkage.md has every formula with a worked example. */
#ifndef LINKAGE_LINK_H
#define LINKAGE_LINK_H

#include "base/err.h"
#include "base/progress.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LINK_MAX_COLUMNS = 16, /* compared columns of one specification */
    LINK_MAX_RULES = 64,   /* blocking rules */
    LINK_MAX_KEYS = 6,     /* columns of one rule */
    LINK_MAX_LEVELS = 12,  /* levels of one comparison, the missing one counted */
};

/* ---- what the columns are ---- */

enum link_type {
    LINK_GIVEN_NAME,
    LINK_FAMILY_NAME,
    LINK_FULL_NAME, /* split into given and family names; order of the words is free */
    LINK_DATE,
    LINK_YEAR,
    LINK_SEX,
    LINK_NATIONALITY,
    LINK_COUNTRY,
    LINK_PLACE,
    LINK_POSTCODE,
    LINK_ADDRESS,
    LINK_PHONE,
    LINK_EMAIL,
    LINK_IDENTIFIER, /* nearly one per person: case, document or insurance number */
    LINK_CODE,       /* few values, equal or not */
    LINK_TEXT,
    LINK_AS_WRITTEN,   /* cells as they stand; levels may be of one's own (own.h) */
    LINK_DATE_DISPUTE, /* of the date column before it: "yes", or the other date; never compared */
    LINK_TYPES
};

/* "given_name", ... as in a specification; NULL when t is out of range. */
const char *link_type_name(enum link_type t);
/* LINK_TYPES when there is no such type. */
enum link_type link_type_of(struct str name);

struct own_levels;
struct link_column {
    const char *name; /* as in the specification; for reports and the model */
    enum link_type type;
    bool block_only;        /* may stand in blocking rules, but is not compared */
    struct own_levels *own; /* of as_written columns; NULL: the type's levels */
};

enum link_mode {
    LINK_DEDUPE, /* pairs within one source */
    LINK_ACROSS, /* pairs between different sources */
    LINK_BOTH    /* all pairs */
};

/* One part of a blocking key. */
enum link_part {
    LINK_WHOLE,     /* the normalised value */
    LINK_PREFIX,    /* its first `length` characters */
    LINK_SKELETON,  /* phonetic skeleton of a name, in any order of its words */
    LINK_PART_YEAR, /* year of a date */
    LINK_MONTH_DAY, /* month and day of a date */
    LINK_NAME_BAG   /* given and family name in either order */
};
struct link_key {
    int column;
    enum link_part part;
    int length; /* of LINK_PREFIX */
};
struct link_rule {
    struct link_key key[LINK_MAX_KEYS];
    int keys;
};

struct link_spec {
    struct link_column column[LINK_MAX_COLUMNS];
    int columns;
    enum link_mode mode;
    bool one_to_one; /* at most one record of each source in a cluster; needs sources */
    struct link_rule rule[LINK_MAX_RULES];
    int rules; /* 0: chosen from the data */
};

/* ---- the records ---- */

struct link_data;

/* `spec` is copied, names included. Free with link_data_free. */
struct link_data *link_data_new(const struct link_spec *spec);
void link_data_free(struct link_data *d);

/* Adds one record; cells[k] is the raw text of column k (empty: missing), UTF-8, copied. A date
 * may be ISO (also partial: 1987, 1987-03), compact, day-first, or any separator: the form is
 * decided for the whole column in link_data_finish. `source` may be empty. Cost: a hash insert a
 * cell, about 50 ns; memory: 4 bytes a cell, and each distinct value once. */
void link_data_add(struct link_data *d, struct str id, struct str source, const struct str *cells);

/* Sorts by id, decides date forms, normalises the distinct values. ST_DATA: duplicate or empty
 * ids, fewer than two records. After it link_data_add is a BUG; a second call does nothing. */
MUST_CHECK enum status link_data_finish(struct link_data *d, int threads, struct err *e);

uint32_t link_data_records(const struct link_data *d);
/* Record numbers are ranks of the sorted ids. */
struct str link_data_id(const struct link_data *d, uint32_t record);
/* The rank of the record that was added k-th. */
uint32_t link_data_rank(const struct link_data *d, uint32_t added);
bool link_data_find(const struct link_data *d, struct str id, uint32_t *record);
/* Normalised text of a cell ("" when missing), for explanations. */
struct str link_data_text(const struct link_data *d, uint32_t record, int column);
/* Columns as compared: a full_name column becomes two. */
int link_data_columns(const struct link_data *d);
const char *link_data_column_name(const struct link_data *d, int column);

/* What was found out about a column, for the summary. */
struct link_column_report {
    const char *name, *type;
    uint64_t present, distinct;
    const char *date_form;   /* dates: "ISO (year-month-day)", ... ; else NULL */
    const char *date_reason; /* why that form */
    uint64_t date_partial, date_impossible, date_unread;
    bool unused; /* all missing or one value: says nothing, left out */
};
struct link_column_report link_data_report(const struct link_data *d, int column);

/* ---- the model ---- */

struct link_shard;
struct link_model; /* model.h: levels and weights; model_json.h: as a file */
void link_model_free(struct link_model *m);
/* Was it trained on these very records (in any order)? Then with link_options.own_frequencies it
 * gives the result of the run that trained it. */
bool link_model_is_of(const struct link_model *m, const struct link_data *d);

/* What settles a linkage beside the weights (frozen.h): with it, linking whole components alone
 * gives what linking everything gives. As bytes: under 20 a distinct value or combination that
 * several records have; machine-independent; of another version of the rules: ST_DATA. */
struct link_frozen;
void link_frozen_free(struct link_frozen *f);
void link_frozen_write(const struct link_frozen *f, struct buf *out);
MUST_CHECK enum status link_frozen_read(struct str bytes, struct link_frozen **out, struct err *e);
/* Gives the values of `d` the frozen weights, as link_run does: for link_score before it. */
void link_frozen_bind(const struct link_frozen *f, const struct link_model *m, struct link_data *d);
/* Does it belong to the model (same columns, same dependences)? */
bool link_frozen_fits(const struct link_frozen *f, const struct link_model *m);

/* ---- the run ---- */

/* What a clerk or a hard fact has settled. Record numbers. */
struct link_constraint {
    uint32_t a, b;
    bool same; /* true: must link; false: cannot link */
};

struct link_options {
    int threads;           /* at least 1 */
    double threshold_bits; /* clusters merge while their average weight is above this */
    double keep_bits;      /* pairs of at least this weight are returned; INFINITY: none */
    bool own_frequencies; /* with a model given: how common a value is comes from these records, not
                             from the model; always so when training */
    const struct link_frozen
        *frozen;            /* with a model given: frequencies, rules and caps are these */
    bool train_only;        /* with no model given: stop after training; fills link_result.frozen */
    uint32_t shard, shards; /* score only this part (1 .. shards) of the pairs and stop before
                               clustering; 0: all. Needs a model (shard.h) */
    struct link_shard *joined; /* pairs scored in parts: cluster these; taken over */
    size_t pairs_most;         /* more pairs above the lines are an error; 0: 100 million */
    const struct link_constraint *constraint;
    size_t constraints;
    bool diagnose;                   /* fill warnings and unlinkable */
    const struct progress *progress; /* may be NULL */
    double (*clock)(void *ctx);      /* seconds; NULL: stages are not timed */
    void *clock_ctx;
};

struct link_pair {
    uint32_t a, b;    /* records, a < b */
    float bits;       /* match weight, log2 of the odds */
    uint64_t pattern; /* 4 bits a comparison: level number, 0 = missing */
};

struct link_rule_report {
    char name[200];   /* "surname + dob year" */
    uint64_t pairs;   /* new ones, that no earlier rule had */
    uint64_t largest; /* records in its largest group */
    uint64_t dropped; /* records in groups over the cap */
    uint64_t kept;    /* of the pairs, those above the threshold */
    uint64_t unique;  /* pairs that no other rule has; counted when diagnosing */
};

enum link_warning_kind {
    LINK_WARN_BIG,     /* cluster of over 8 records */
    LINK_WARN_BRIDGE,  /* held together by one pair */
    LINK_WARN_CONFLICT /* two strong identifiers disagree */
};
struct link_warning {
    uint32_t cluster;
    enum link_warning_kind kind;
    uint32_t a, b; /* the pair in question (bridge, conflict) */
    uint32_t records;
    struct link_pair weakest; /* see link_weakest; a == b: too many pairs to look at */
};

enum { LINK_HISTOGRAM_MIN = -40, LINK_HISTOGRAM_MAX = 60 };
struct link_result {
    uint32_t *cluster; /* per record: the first record of its cluster */
    uint64_t records, clusters, pairs_scored, pairs_possible;
    struct link_pair *pair; /* sorted by a, b */
    size_t pairs;
    float least; /* weight from which on pairs were kept for clustering and return */
    struct link_rule_report *rule;
    int rules;
    struct link_warning *warning;
    size_t warnings;
    uint64_t histogram[LINK_HISTOGRAM_MAX - LINK_HISTOGRAM_MIN]; /* scored pairs by weight */
    struct link_frozen *frozen;                                  /* of train_only */
    bool nothing_to_compare; /* set, with ST_DATA, when no two records share a key */
    uint64_t unlinkable;     /* records that even a copy of themselves could not be linked to */
    double block_seconds, score_seconds, em_seconds, cluster_seconds;
};

/* Trains when *model is NULL (free it with link_model_free), else uses it. ST_DATA: no column that
 * can be compared, no shared key at all (nothing to compare), constraints that contradict. */
MUST_CHECK enum status link_run(struct link_data *d, const struct link_options *o,
                                struct link_model **model, struct link_result *out, struct err *e);
void link_result_free(struct link_result *r);

/* ---- against the truth ---- */

struct link_truth {
    const uint32_t *person; /* per record: a number, equal for the same person */
};
struct link_score {
    uint64_t tp, fp, fn; /* of the pairs joined by the clusters */
    double precision, recall, f1;
    double best_threshold, best_f1; /* over thresholds (probability) on the returned pairs */
    double bcubed_precision, bcubed_recall, bcubed_f1;
    uint64_t exact, persons; /* persons whose cluster is exactly right */
};
/* Pairs of LINK_ACROSS are counted between sources only. */
void link_evaluate(const struct link_data *d, const struct link_result *r,
                   const struct link_truth *truth, struct link_score *out);

/* ---- why ---- */

struct link_reason {
    const char *column;    /* comparison */
    struct str a, b;       /* the normalised values */
    int level;             /* 0 = missing */
    const char *words;     /* "the same", "one letter or so apart", ... */
    double m, u, bits;     /* bits = log2(m/u), with the value's own frequency when equal */
    double frequency_bits; /* part of `bits` that comes from how common the value is */
};
struct link_explanation {
    bool compared;    /* false: no blocking rule brings the two together, or the mode forbids it */
    bool barred;      /* never compared because of the mode and their sources */
    bool one_source;  /* one to one, and both are of one source: they cannot be in one cluster */
    char shared[300]; /* names of the rules that do */
    double prior_bits, bits, probability;
    double household_bits;  /* taken off because relatives and co-residents share what is shared */
    double dependence_bits; /* taken off because columns repeat each other (postcode and town) */
    struct link_reason reason[LINK_MAX_COLUMNS];
    int reasons;
};
/* The match weight of each pair, compared or not (`same` is not read). Cost: one pass over the
 * values, then well under a microsecond a pair. */
void link_score(const struct link_data *d, const struct link_model *m,
                const struct link_constraint *pairs, size_t n, double *bits);
/* Was each pair brought together by a blocking rule? Makes the blocking plan anew: not for loops.
 */
void link_compared(const struct link_data *d, const struct link_constraint *pairs, size_t n,
                   bool *compared);
/* The weakest link of a cluster: the pair of least weight that is needed to hold its records
 * together (the last edge of the maximum spanning tree); without it the cluster falls in two.
 * `side[k]` becomes true for the members in the part of pair.b; members and pairs are record
 * numbers, members ascending. False when the pairs do not hold the members together. */
bool link_weakest(const struct link_pair *pair, size_t pairs, const uint32_t *member, uint32_t n,
                  struct link_pair *weakest, bool *side);
/* Scores any two records, compared or not. Makes the blocking plan anew: not for loops. */
void link_explain(const struct link_data *d, const struct link_model *m, uint32_t a, uint32_t b,
                  struct link_explanation *out);

#endif
