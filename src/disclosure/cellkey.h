/* Cell-key perturbation: noise that is a fixed function of the people in a cell.
 *
 * Every record has a key in [0, 1); a cell's key is the sum of its records' keys modulo 1, and the
 * perturbation table turns (count, key) into a change. The same people give the same change in
 * every table, so asking again averages nothing out. Fraser & Wooton (2005); Thompson, Broadfoot &
 * Elazar (2013); R packages cellKey and ptable. For a fixed catalogue of tables only: bounded noise
 * over many different tables can be removed (Asghar & Kaafar 2020).
 *
 * Keys are held as 64-bit fractions, so that a sum wraps round modulo 1 and does not depend on the
 * order of the rows. */
#ifndef DISCLOSURE_CELLKEY_H
#define DISCLOSURE_CELLKEY_H

#include "base/err.h"
#include "base/str.h"
#include "disclosure/model.h"

#include <stdint.h>

struct cellkey_step {
    int64_t count, change;
    double from, to; /* change applies to keys in [from, to) */
};

struct cellkey_table {
    struct cellkey_step *step; /* by count, then by `from` */
    uint32_t n;
    int64_t largest; /* counts above are treated as this one */
    int64_t reach;   /* largest change, either way */
};

/* Columns i, v, p_int_lb, p_int_ub and, when there are several tables in the file, spec: `which`
 * names the one to use (NULL: there must be only one). Refused: gaps or overlaps in [0, 1), counts
 * left out, changes that make a count negative or a zero positive. */
MUST_CHECK enum status cellkey_table_parse(struct cellkey_table *t, struct str bytes,
                                           const char *name, const char *which, struct err *e);
void cellkey_table_free(struct cellkey_table *t);

/* Record keys: all decimals in [0, 1), or all whole numbers below 2^32 (keys modulo 2^32). */
MUST_CHECK enum status cellkey_record_keys(const struct str *text, size_t n, const long *line,
                                           const char *file, const char *column, uint64_t *key,
                                           struct err *e);

/* The change for a count under a cell key (64-bit fraction). Zero stays zero. */
int64_t cellkey_change(const struct cellkey_table *t, int64_t count, uint64_t key);

#endif
