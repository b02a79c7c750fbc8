/* Private to text: words of other scripts to Latin, through ICU, with a memo. */
#ifndef TEXT_TRANSLIT_H
#define TEXT_TRANSLIT_H

#include "text/fold.h"

#include <unicode/uscript.h>
#include <unicode/utypes.h>

enum text_script translit_script(UChar32 c);

/* One Latin letter with any marks to ASCII (lower case); 0 when there is none. */
size_t translit_latin_ascii(UChar32 c, char *out, size_t cap);

/* A word in one script, NFKC and case-folded, to lower-case ASCII letters. The view lives until the
 * next call on the same context. */
struct str translit_word(struct text *t, const UChar *w, int32_t n);

/* The word NFKC and case-folded without format controls, at most `cap` units. */
void translit_native(struct str raw, UChar *out, int32_t cap, int32_t *n);

/* The same as UTF-8 with the letters that Arabic spelling interchanges made one (alef with and
 * without hamza, final yeh and alef maksura, Persian kaf and yeh) and vowel signs off: the form by
 * which data/text/known-words.csv is looked up. Returns the length, 0 when it does not fit. */
size_t translit_known_key(struct str raw, char *out, size_t cap);

#endif
