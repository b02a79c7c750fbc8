/* Private to text: the ways to read a word written in another script's signs.
 *
 * A Latin word is laid against the signs by dynamic programming: each sign (or up to five together)
 * may be read as any of its readings in data/text/readings.csv, the first for nothing and the
 * others for little; what the script does not write (vowels of Arabic and Hebrew, the inherent
 * vowel of the Indic scripts and Khmer) may be put in cheaply; anything else costs an edit. Han
 * signs are read in one language for the whole word: Mandarin (pinyin, Wade-Giles), Cantonese (as
 * Hong Kong spells it), Korean, Vietnamese, Japanese (with voicing of later parts). */
#ifndef TEXT_READING_H
#define TEXT_READING_H

#include "text/name.h"

#include <unicode/utypes.h>

/* 0..1; 1 when the signs may be read exactly so. Cost: 1 to 20 microseconds. */
double reading_similarity(const struct name_token *native, const struct cmp_key *latin);

/* Scripts whose readings are all in the tables (Armenian and Georgian have theirs too, but go
 * under SCRIPT_OTHER with scripts that have none). */
bool reading_known(enum text_script s);

/* The first reading of each sign, for scripts that ICU does not romanise. Returns the length. */
size_t reading_plain(const UChar *signs, int32_t n, char *out, size_t cap);

#endif
