/* Finding codes by every spelling that agencies use. For ingest, and for
 * match, which reads what people type. */
#ifndef INGEST_CODES_H
#define INGEST_CODES_H

#include "ingest/value.h"

enum { CODES_MAX = 64 }; /* codes in one cell */

/* FOUND_NOTHING: a known word for "not known", which is an absent value. */
enum found { FOUND, FOUND_NOTHING, NOT_FOUND };

/* By code, label in any punctuation, and the words of forms, standards and published tables. */
enum found code_lookup(const struct code_list *l, struct str text, struct str *code);
/* YES, NO, UNKNOWN, NOT_ASKED, REFUSED or INFERRED from a word; empty when it is none. */
struct str tri_state_of(struct str cell);
/* The finding for a word that is not in the list; lives in `keep`. */
const char *code_unknown(const struct code_list *l, struct arena *keep);
/* A cell of one code, with pairs of nationalities; a cell of several. */
void value_read_code(const struct field *f, struct str cell, struct arena *keep, struct value *out);
void value_read_codes(const struct field *f, struct str cell, struct arena *keep,
                      struct value *out);
/* Parts divided by any of the characters, trimmed; more than CODES_MAX when there are too many. */
size_t codes_split(struct str cell, const char *dividers, struct str *parts);
/* Sorted, each once, joined by '|'. Sorts `codes`. */
struct str codes_join(struct str *codes, size_t n, struct arena *keep);

#endif
