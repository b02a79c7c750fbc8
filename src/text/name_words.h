/* Private to text: a raw name cut into words. */
#ifndef TEXT_NAME_WORDS_H
#define TEXT_NAME_WORDS_H

#include "text/fold.h"

#define WORDS_MAX 48 /* raw words of one part */

/* A raw word, what stood around it, and its plain form. */
struct word {
    struct str raw;
    char latin[64];
    size_t n;
    bool hyphen; /* joined to the word before by a hyphen */
    bool comma;  /* a comma followed */
    bool alias;  /* inside brackets or quotation marks */
};

struct words {
    struct word w[WORDS_MAX];
    int n;
    bool cut;
};

/* Cuts at spaces and signs, at a capital inside a word (SergeiLavrov) and, in a `full` name that is
 * one piece of Chinese or Korean writing, after the family name. Words without letters are left
 * out. */
void words_read(struct text *t, struct str raw, bool full, struct words *ws);

#endif
