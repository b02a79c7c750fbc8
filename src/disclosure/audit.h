/* What a reader can work out from publications: the least and the most that every cell can be.
 *
 * Starts from what is printed, never from the true counts: each cell has a box (what its printed
 * value alone says), all relations of all tables hold at once, and linear programs find the range
 * of each cell over all counts that fit. Hundman's and Duncan's "feasibility interval"; Fischetti &
 * Salazar-González (2001), attacker's sub-problem. Shares no code with the protectors but the table
 * model and the thin GLPK wrapper. */
#ifndef DISCLOSURE_AUDIT_H
#define DISCLOSURE_AUDIT_H

#include "base/err.h"
#include "base/progress.h"
#include "disclosure/model.h"

#include <stdbool.h>
#include <stdint.h>

#define AUDIT_NO_LIMIT INT64_MAX

/* What is printed for a population cell in one release. */
enum print { PRINT_NOTHING, PRINT_NUMBER, PRINT_HIDDEN };

struct audit {
    const struct model *m;
    int64_t *lo, *hi; /* box of each population cell; hi may be AUDIT_NO_LIMIT */
    /* results, for targets; NAN where not asked. In width mode, ranges that are at least as wide as
     * asked are given as far as they were looked at. */
    double *low, *high;
    uint64_t programs; /* linear programs solved */
};

/* All boxes [0, no limit): nothing is printed yet. */
void audit_open(struct audit *a, const struct model *m);
void audit_close(struct audit *a);
/* Narrows the box of a cell. False when nothing is left: the releases are not of the same counts.
 */
bool audit_narrow(struct audit *a, uint32_t cell, int64_t lo, int64_t hi);
/* Whoever sees a code of the data counts at least one with it. False when nothing is left of a box.
 */
bool audit_count_codes(struct audit *a);
/* The box that a printed value gives under the spec's method. `perturbation` is the largest noise
 * of a cell-key table. knows_rule: the reader knows that zeros are never hidden, nor changed. */
void audit_box(const struct spec *s, enum print kind, int64_t value, int64_t perturbation,
               bool knows_rule, int64_t *lo, int64_t *hi);

/* Fills low and high for every target (NULL: every listed cell). width > 0: stops looking at a cell
 * once its integer range is at least that wide. `point`, or NULL, is a guess of counts that fit
 * (the printed numbers of a rounded release); it is used only if it does fit. ST_DATA when no
 * counts fit what is printed. */
MUST_CHECK enum status audit_run(struct audit *a, const uint8_t *target, int64_t width,
                                 const int64_t *point, const struct progress *progress,
                                 struct err *e);

/* ST_DATA, with the words for it. */
enum status audit_no_counts_fit(struct err *e);

/* Whole counts in a range that a linear program gave. */
int64_t audit_low_int(double low);
int64_t audit_high_int(double high); /* AUDIT_NO_LIMIT when unbounded */

#endif
