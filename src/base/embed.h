/* The files under data/, compiled into the binary. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include "base/str.h"

struct embedded {
    const char *name; /* path under data/, e.g. "codes/tri_state.csv" */
    struct str bytes;
};

/* NULL when there is no such file. Cost: a binary search. */
const struct embedded *embed_find(const char *name);
/* All of them, in name order; `*count` is their number. */
const struct embedded *embed_all(size_t *count);

#endif
