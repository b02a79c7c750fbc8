/* Any bytes as a part file: refused with a message, or one that is written back to the same bytes.
 */
#include "linkage/shard.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(void *ctx, struct str bytes)
{
    buf_add(ctx, bytes.p, bytes.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct link_shard p, all = {0};
    struct str in = {(const char *)data, size};
    struct buf out = BUF_EMPTY;
    uint8_t seen[LINK_MAX_SHARDS / 8 + 1] = {0};
    if (link_shard_read(in, &p, &e) != ST_OK) {
        if (!e.what[0])
            abort();
        return 0;
    }
    link_shard_write(&p, add, &out);
    if (!str_eq(buf_str(&out), in))
        abort();
    buf_free(&out);
    if (link_shard_join(&all, &p, p.fingerprint, 16, seen, &e) != ST_OK && !e.what[0])
        abort();
    if (all.shards && link_shard_complete(&all, seen, 0.0f, &e) != ST_OK && !e.what[0])
        abort();
    link_shard_free(&all);
    link_shard_free(&p);
    return 0;
}
