/* Conditions on a pair of records, in the SQL that Splink writes for DuckDB:
 *
 *   "first_name_l" = "first_name_r"
 *   jaro_winkler_similarity("surname_l", "surname_r") >= 0.92
 *   ("a_l" = "b_r") AND ("b_l" = "a_r")
 *
 * A column's name with _l is the one record's cell, with _r the other's; an empty cell is NULL.
 *
 *   condition   AND, OR, NOT, (...), x = y, x <> y, x IS [NOT] NULL, and with a number
 *               jaro_winkler_similarity(x, y) >= n, levenshtein(x, y) <= n,
 *               damerau_levenshtein(x, y) <= n, ABS(EPOCH(date) - EPOCH(date)) <= seconds
 *   x, y        a column, 'text', LOWER, UPPER, SUBSTR(x, from, length), LEFT(x, n),
 *               CAST(x AS VARCHAR), x::VARCHAR, NULLIF(x, ''), REGEXP_EXTRACT(x, 'pattern', 0),
 *               TRY_STRPTIME(x, '%Y-%m-%d')
 *
 * This is all: anything else is refused, never guessed. */
#ifndef LINKAGE_CONDITION_H
#define LINKAGE_CONDITION_H

#include "base/err.h"
#include "base/str.h"
#include "linkage/pattern.h"
#include "text/compare.h"

enum {
    CONDITION_PARTS = 6,  /* columns of one comparison */
    CONDITION_EXPRS = 24, /* different operands */
    CONDITION_NODES = 160,
    CONDITION_OPS = 4, /* functions around one operand */
    CONDITION_BYTES = 2000,
    CONDITION_NAME = 64 /* bytes of a column's name */
};

enum condition_op { OP_LOWER, OP_UPPER, OP_SUBSTR, OP_EXTRACT, OP_NULL_IF_EMPTY, OP_DATE };

/* An operand: a cell, or a text, with functions applied from the first on. */
struct condition_expr {
    int part; /* column of the comparison; -1: the literal */
    char literal[CONDITION_NAME];
    int ops;
    struct {
        enum condition_op op;
        int from, length; /* OP_SUBSTR: characters, from 1 */
        struct pattern pattern;
        char source[PATTERN_BYTES + 1]; /* of the pattern: two with the same are one operand */
    } op[CONDITION_OPS];
};

enum condition_kind {
    COND_AND,
    COND_OR,
    COND_NOT,
    COND_EQUAL,
    COND_IS_NULL,
    COND_JARO_WINKLER, /* at least (strict: more than) line */
    COND_LEVENSHTEIN,  /* at most (strict: less than) line */
    COND_DAMERAU,
    COND_DAYS /* days between two dates */
};

struct condition_node {
    enum condition_kind kind;
    int a, b; /* nodes of AND, OR, NOT; else operands */
    bool a_right, b_right, strict;
    double line;
    struct jw_rule *rule; /* of a Jaro-Winkler line in thousandths; else NULL */
};

/* The conditions of one comparison share operands. {0} is empty. */
struct conditions {
    char part[CONDITION_PARTS][CONDITION_NAME];
    int parts;
    bool open; /* columns that are met for the first time are added to part */
    struct condition_expr *expr;
    int exprs;
    size_t expr_cap;
    struct condition_node node[CONDITION_NODES];
    int nodes;
};

/* Adds one condition; *root is its node. ST_DATA: what cannot be represented, and where. */
MUST_CHECK enum status condition_read(struct conditions *c, const char *sql, int *root,
                                      struct err *e);
/* Is the outcome the same whichever record is l and which r? */
bool condition_is_symmetric(const struct conditions *c, int root);
/* Does it hold only for records with the same cells in all columns of the comparison: an AND of
 * plain equalities, or one? */
bool condition_is_equality(const struct conditions *c, int root);
/* The columns whose plain equality the condition contains (through AND alone): bit set of parts. */
uint32_t condition_equal_parts(const struct conditions *c, int root);
void conditions_free(struct conditions *c);

/* ---- blocking rules: l."dob" = r."dob" AND SUBSTR(l.surname, 1, 3) = SUBSTR(r.surname, 1, 3) ----
 */

struct condition_key {
    char column[CONDITION_NAME];
    int prefix; /* 0: the whole cell */
};
/* Equalities joined by AND, each of one column with itself. */
MUST_CHECK enum status condition_read_rule(const char *sql, struct condition_key *key, int most,
                                           int *keys, struct err *e);

#endif
