/* Private to text: the syllables that Chinese and Korean names are written with in Latin letters,
 * and the commonest family names, which tell which end the family name is at. */
#ifndef TEXT_SYLLABLE_H
#define TEXT_SYLLABLE_H

#include "base/str.h"

/* Pinyin, Wade-Giles, Cantonese or Korean spelling of one syllable. Plain form. */
bool syllable_east(struct str s);
/* A usual Chinese or Korean family name in any of those spellings. */
bool surname_east(struct str s);

#endif
