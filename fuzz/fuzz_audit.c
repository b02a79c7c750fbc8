/* An exported log's line and a head, as they come from outside: what is read is written again to
 * the same meaning. */
#include "crypto/audit_chain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void entry_survives(struct str text)
{
    struct arena memory = ARENA_EMPTY;
    struct audit_entry entry, again;
    struct hash32 hash, hash_again;
    struct err e = {0};
    struct buf out = BUF_EMPTY;
    if (audit_entry_read(text, &memory, &entry, &hash, &e) == ST_OK) {
        audit_entry_write(&entry, &hash, &out);
        if (audit_entry_read(buf_str(&out), &memory, &again, &hash_again, &e) != ST_OK)
            abort();
        struct hash32 a = audit_entry_hash(&entry), b = audit_entry_hash(&again);
        if (memcmp(a.b, b.b, sizeof a.b) != 0 || memcmp(hash.b, hash_again.b, sizeof hash.b) != 0)
            abort();
    }
    buf_free(&out);
    arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct audit_head head;
    struct err e = {0};
    if (crypto_start(&e) != ST_OK)
        abort();
    entry_survives(text);
    if (audit_head_parse(text, "input", &head, &e) == ST_OK && !audit_head_is_signed(&head))
        abort();
    return 0;
}
