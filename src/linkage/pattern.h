/* A pattern at the beginning of a text: the part of regular expressions that settings for linkage
 * use (an initial, the area of a postcode, the name before the @). */
#ifndef LINKAGE_PATTERN_H
#define LINKAGE_PATTERN_H

#include "base/err.h"
#include "base/str.h"

enum { PATTERN_ATOMS = 16, PATTERN_BYTES = 120 };

struct pattern {
    struct {
        uint8_t set[32]; /* bytes that fit */
        int least, most;
    } atom[PATTERN_ATOMS];
    int atoms;
    bool to_end; /* the pattern ends in $ */
};

/* "^", then letters, classes ([A-Z0-9], [^@], \d) with ?, +, * or {m,n}, then perhaps "$". Anything
 * else (alternatives, groups, no "^") is refused with ST_DATA. A class of all but some characters
 * must have + or *, since texts are compared as bytes. */
MUST_CHECK enum status pattern_read(struct pattern *p, struct str text, struct err *e);

/* Bytes that fit at the beginning of the text, as a backtracking matcher that is greedy from the
 * left finds them (RE2, Perl); -1 when it does not fit. Texts of up to 1,024 bytes; longer are cut.
 */
int pattern_match(const struct pattern *p, struct str text);

#endif
