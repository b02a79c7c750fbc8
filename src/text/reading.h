/* Private to text: how well a Latin word reads a word written in another script's signs. */
#ifndef TEXT_READING_H
#define TEXT_READING_H

#include "text/name.h"

/* 0..1; 1 when the signs may be read exactly so. */
double reading_similarity(const struct name_token *native, const struct cmp_key *latin);

#endif
