/* Private to text: two words of names. */
#ifndef TEXT_TOKEN_H
#define TEXT_TOKEN_H

#include "text/name.h"

/* 1 - weighted edits / longer length, in 0..1. */
double key_similarity(const struct cmp_key *a, const struct cmp_key *b);

#endif
