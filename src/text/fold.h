/* Writing brought to one plain form: lower-case Latin letters a-z, digits 0-9 and single spaces.
 *
 * In order: cut at LIMIT_NAME_BYTES; NUL and other controls become spaces, bidirectional and other
 * format controls go (U+202A.., U+2066.., ZWJ, ZWNJ, soft hyphen); NFKC and case folding; marks
 * stripped; the letters that no decomposition reaches are folded (d-stroke l-stroke o-slash eth
 * thorn sharp-s dotless-i, Hausa hooks, Romanian comma and cedilla forms, Yoruba and Igbo
 * under-dots); native digits to ASCII; other scripts transliterated (ICU's rules; signs that ICU
 * leaves by data/text/readings.csv; words of data/text/known-words.csv as they are usually
 * written). Apostrophes and letter-like modifiers go, every other sign separates words. Broken
 * UTF-8 separates words.
 *
 * The raw value is never changed: keep it beside the derived form, and store TEXT_RULES_VERSION
 * with anything derived. Same input, same output, on every machine with the same ICU.
 * Source: LINKAGE.md 6.1; Unicode Standard Annexes 15 and 24. */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/str.h"

/* Changes whenever a derived form (fold, name tokens, skeleton, score) could change. */
#define TEXT_RULES_VERSION 2

/* Bytes that a caller's output buffer must have. Longer results are cut at a character. */
#define TEXT_FOLD_MAX 1024

/* Working memory: transliterators and the memo of strings already met. Not shared between threads:
 * one per thread. All contexts give the same answers. Memory is bounded (about 10 MB at most). */
struct text;
struct text *text_new(void); /* never NULL; free with text_free */
void text_free(struct text *t);

/* Writes the plain form to out[TEXT_FOLD_MAX], NUL-terminated; returns its length in bytes.
 * Cost: ASCII about 1 ns a byte; other Latin letters 3 ns; other scripts a memo look-up, or some
 * 10 microseconds for a word never met before. */
size_t text_fold(struct text *t, struct str raw, char *out);

/* The same, but of the punctuation the signs that names are parsed by stay, spaces around them
 * kept single: , . - ' ( ) " /  (quotation marks and dashes of any script become " and -). */
size_t text_fold_marked(struct text *t, struct str raw, char *out);

/* Why a run of letters is not plain Latin, for explanations and for choosing readings. */
enum text_script {
    SCRIPT_LATIN,
    SCRIPT_CYRILLIC,
    SCRIPT_GREEK,
    SCRIPT_ARABIC,
    SCRIPT_HEBREW,
    SCRIPT_HAN,
    SCRIPT_KANA,
    SCRIPT_HANGUL,
    SCRIPT_ETHIOPIC,
    SCRIPT_KHMER,
    SCRIPT_THAI,
    SCRIPT_INDIC, /* Devanagari, Bengali and their sisters */
    SCRIPT_OTHER
};

/* Script of the first letter; SCRIPT_LATIN when there is none. */
enum text_script text_script_of(struct str raw);
const char *text_script_name(enum text_script s);

#endif
