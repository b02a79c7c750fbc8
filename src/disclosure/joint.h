/* The tables of several releases, attacked together.
 *
 * Releases of the same data (struct joint_release, `data`) share their counts, so one model holds
 * them: margins, parts and wholes, and populations that are a part of another. Releases of
 * different data have counts of their own, and a reader lays them side by side. What such a reader
 * may know is taken from the truth, so that nobody can know more:
 * - a cell whose count did not change: one count for both releases (a late revision, an earlier
 *   rounding under another key or base, a suppressed table beside a rounded one);
 * - a cell whose count changed: that the later is at least, or at most, the earlier (a register
 *   grows, corrections take away). Their difference is a count of people too and is protected.
 *
 * The ranges come from disclosure/audit, whose linear programs never see a true count; true counts
 * only say which cells did not change and which need protection. Pure. */
#ifndef DISCLOSURE_JOINT_H
#define DISCLOSURE_JOINT_H

#include "base/err.h"
#include "base/progress.h"
#include "disclosure/spec.h"

#include <stdbool.h>
#include <stdint.h>

enum { JOINT_DIMENSIONS = SPEC_MAX_DIMENSIONS, JOINT_HIDDEN = -1 };

struct joint_dimension {
    const char *name;
    const char *const *codes; /* without the total */
    size_t count;
    /* Code k (from 1) is a part of code parent[k - 1], 0 is the total; a part comes after its whole
     * and before the next code that is none. NULL: all are parts of the total. */
    const uint32_t *parent;
    /* What the total covers, when the codes do not cover the population ("5 years to 2024-03-31"):
     * two totals are the same people only when they cover the same. NULL: everybody. */
    const char *total;
};

/* "Only those with code k (from 1) of this dimension." */
struct joint_where {
    struct joint_dimension of;
    uint32_t code;
};

struct joint_table {
    const char *id;         /* unique in its release */
    const char *population; /* tables of one population share cells */
    int dimensions, where_count;
    struct joint_dimension dimension[JOINT_DIMENSIONS];
    const struct joint_where *where; /* the part of the population that it is about */
    size_t cells;         /* product of (count + 1); the total first, last dim. fastest */
    const int64_t *value; /* as printed; JOINT_HIDDEN */
    const int64_t *count; /* true counts, or NULL: then every cell is protected, and no
                             other release is taken to be of the same counts */
};

struct joint_release {
    const char *name; /* "release 3" */
    const char *data; /* same text: same counts */
    /* What is known of a printed number p and of a hidden cell: p - reach .. p + reach. */
    int64_t reach;
    bool zeros_protected; /* a hidden cell may be 0 */
    const struct joint_table *table;
    size_t table_count;
};

struct joint_options {
    int64_t width;                    /* least width of a protected cell's range */
    int64_t protect_min, protect_max; /* true counts that need protection */
    bool
        knows_rule; /* the reader knows the rule of hiding, and in which direction counts changed */
    bool measure;   /* find every range in full, not only whether it is wide enough */
    const struct progress *progress;
};

struct joint_answer {
    uint64_t cells;       /* different counts that the releases print */
    uint64_t differences; /* changes between releases, as counts of people */
    uint64_t asked;       /* of both: those that need protection */
    uint64_t narrow, exact;
    uint64_t programs; /* linear programs solved */
    int64_t least;     /* the narrowest range asked for; `width` when not measured and none less */
    double mean;       /* mean width of ranges asked for that end; NAN unless measured */
    uint64_t by_width[16]; /* of ranges asked for, when measured; the last: that and more */
    /* The first narrow cell, in words; "" when there is none. */
    char cell[400];
    int64_t low, high;  /* its range */
    char betrayed[500]; /* a least set of tables that give it away: "release 1: sex, ..." */
};

/* ST_DATA when no counts fit what is printed, or tables are malformed. Cost: a few thousand cells a
 * second and less when measured. */
MUST_CHECK enum status joint_audit(const struct joint_release *release, size_t count,
                                   const struct joint_options *o, struct joint_answer *out,
                                   struct err *e);

/* The name of a cell that says which people it is about, the same in every table that prints it:
 * "people|repeat=Same incident|sex=Female". `code` counts from 1, 0 is the total. Into `memory`. */
const char *joint_cell_key(const struct joint_table *t, size_t cell, struct arena *memory);

#endif
