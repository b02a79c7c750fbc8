/* One cell to its canonical value, by the field's type and the layout's transform.
 *
 * Codes are found by code, label, crosswalk (forms, HTCDS, published tables), nationality and
 * country names in any of their spellings, and pairs of nationalities. Nothing is guessed: what is
 * not known is a problem with a text that says what to do and never repeats the value.
 * Private to ingest. */
#ifndef INGEST_VALUE_H
#define INGEST_VALUE_H

#include "base/mem.h"
#include "domain/layout.h"
#include "ingest/when.h"

enum { PERIODS_MAX = 4 }; /* in one cell; further ones are left aside */

struct value {
    struct str text;     /* canonical; empty: absent */
    struct str second;   /* the other nationality of a pair, or the given name of a full name */
    const char *problem; /* NULL when fine; completes "column ..." in a finding */
    bool warning;        /* the problem does not reject the row */
    bool is_when;        /* `when` holds; text is empty */
    struct when when;
    struct period *periods; /* of a period cell, in order of time; else NULL */
    int period_count;
};

/* `text` may point into `cell`, static memory or `keep`. Dates that need the birth date or the day
 * of the referral (ages) come back as ages. */
void value_read(const struct layout_column *c, struct str cell, int32_t today, struct arena *keep,
                struct value *out);

/* Would a spreadsheet run this text as a formula? A leading apostrophe does not protect it here. */
bool cell_is_formula(struct str cell);
/* Without the apostrophe that formula-safe files put before = + - @. */
struct str cell_without_guard(struct str cell);
/* Normal form C; ASCII (nearly all) is returned as it is. False when the bytes are not UTF-8. */
bool text_to_nfc(struct str s, struct arena *keep, struct str *out);

/* What a value looks like, without what it says: digits are 9, letters a, others as they are. */
void value_shape(struct str cell, char out[24]);

#endif
