/* study link in parts: a shard's part file written, and all of them joined. */
#ifndef APP_LINK_SHARDS_H
#define APP_LINK_SHARDS_H

#include "base/file.h"
#include "linkage/shard.h"

/* Writes what the run of one shard has found. */
MUST_CHECK enum status link_shards_write(const struct link_shard *p, const char *path,
                                         struct outfile *o, struct err *e);

/* Reads the parts: files, or directories of which every file that ends in .part is one. `least`:
 * weight from which on pairs are needed. Free *all with link_shard_free. */
MUST_CHECK enum status link_shards_join(const char *const *paths, int n, uint64_t fingerprint,
                                        uint32_t records, float least, struct link_shard *all,
                                        struct err *e);

#endif
