/* What is known of one word of a name, for comparers that look at nothing but forms derived
 * beforehand. Words are plain forms (fold.h). Pure; a hash look-up each. */
#ifndef TEXT_WORD_H
#define TEXT_WORD_H

#include "text/name.h"

/* The word without the part that a whole family of names shares (Adebayo: "bayo", NAME_ADE);
 * the word itself and NAME_NO_FAMILY when there is none. */
struct str word_stem(struct str word, uint8_t *family);

/* Ends so. */
bool word_ends(struct str word, const char *end);
/* Mr, Dr: never a name. */
bool word_is_address(struct str word);

struct word_facts {
    bool weak;      /* says little about who is who: articles, bin and ibn, abu, de, van, Thi */
    size_t formals; /* names that it is a usual short form of */
};
/* Writes the first `max` of the formals; they last as long as the program. */
struct word_facts word_look_up(struct str word, struct str *formal, size_t max);

#endif
