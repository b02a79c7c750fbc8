/* Columns of a table as numbers or as codes of their distinct texts. */
#ifndef APP_SURVIVAL_COLUMN_H
#define APP_SURVIVAL_COLUMN_H

#include "base/mem.h"
#include "base/str.h"

#include <stdint.h>

/* Distinct texts, in order of first appearance until ranked. */
struct dictionary {
    struct str *text;
    size_t n, cap;
    int32_t *slot; /* open addressing; -1 empty */
    size_t slots;
};
int32_t dictionary_code(struct dictionary *d, struct str text, struct arena *keep);
void dictionary_free(struct dictionary *d);
/* Writes for each code its place among the texts that are in use (used[code] != 0): by number when
 * all of those are numbers, else by bytes; -1 for the others. Returns how many are in use. */
size_t dictionary_rank(const struct dictionary *d, const uint8_t *used, int32_t *rank);

enum column_kind { COLUMN_NUMBER, COLUMN_TEXT, COLUMN_EITHER };
struct column {
    const char *name;
    enum column_kind kind; /* EITHER becomes TEXT at the first cell that is no number */
    int at;                /* in the file */
    double *number;
    int32_t *code;
    struct dictionary dict;
};
void column_free(struct column *c);

#endif
