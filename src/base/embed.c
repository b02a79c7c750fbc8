#include "base/embed.h"

#include <stdlib.h>

extern const struct embedded embed_table[];
extern const size_t embed_count;

static int by_name(const void *key, const void *entry)
{
    return strcmp(key, ((const struct embedded *)entry)->name);
}

const struct embedded *embed_find(const char *name)
{
    return bsearch(name, embed_table, embed_count, sizeof embed_table[0], by_name);
}

const struct embedded *embed_all(size_t *count)
{
    *count = embed_count;
    return embed_table;
}
