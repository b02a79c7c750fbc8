/* The audit log as a hash chain that is also a Merkle log: entries, signed heads, verification.
 * Nothing here needs the store: the same code checks an exported log.
 *
 * The hash of an entry is the RFC 6962 leaf hash, SHA-256(0x00 | text), of
 *   "throughline-audit-1" sequence at actor role purpose organisation subject action outcome
 *   content(hex) previous(hex)
 * each written as <length in bytes>:<bytes>, (a netstring), so that no two entries have one text.
 * `previous` is the hash of the entry before, zeros for the first. */
#ifndef CRYPTO_AUDIT_CHAIN_H
#define CRYPTO_AUDIT_CHAIN_H

#include "base/mem.h"
#include "crypto/merkle.h"
#include "crypto/secret.h"

struct audit_entry {
    uint64_t sequence; /* from 1, without gaps */
    const char *at;    /* 2026-11-22T02:10:28Z */
    const char *actor, *role, *purpose, *organisation;
    const char *subject; /* pseudonym or line, "" when not about one person */
    const char *action;  /* "import.rows", "person.read", ... */
    const char *outcome; /* "done: 2000 rows", "refused", ... */
    struct hash32 content, previous;
};
struct hash32 audit_entry_hash(const struct audit_entry *entry);

/* A statement about the first `size` entries, to be kept where this machine cannot reach it. */
struct audit_head {
    char store[33]; /* hex id of the store */
    char at[21];
    uint64_t size;
    struct hash32 root, last; /* Merkle root; hash of entry `size` (zeros when 0) */
    unsigned char public_key[32], signature[64];
};
/* Ed25519 over the text of the other fields. */
void audit_head_sign(struct audit_head *h, const unsigned char seed[KEY_BYTES]);
bool audit_head_is_signed(const struct audit_head *h);
void audit_public_key(const unsigned char seed[KEY_BYTES], unsigned char public_key[32]);
/* JSON text, and back. A head whose signature does not hold is refused. */
void audit_head_write(const struct audit_head *h, struct buf *out);
MUST_CHECK enum status audit_head_read(const char *path, struct audit_head *h, struct err *e);
MUST_CHECK enum status audit_head_parse(struct str text, const char *name, struct audit_head *h,
                                        struct err *e);

/* One entry as a line of JSON with its hash, and back (strings live in `memory`). */

void audit_entry_write(const struct audit_entry *entry, const struct hash32 *hash, struct buf *out);
MUST_CHECK enum status audit_entry_read(struct str line, struct arena *memory,
                                        struct audit_entry *entry, struct hash32 *hash,
                                        struct err *e);

enum audit_verdict { AUDIT_INTACT, AUDIT_BROKEN, AUDIT_CUT_SHORT };

/* Feed the entries in order, then ask. */
struct audit_check {
    struct merkle tree;
    struct hash32 last;
    uint64_t broken_at; /* sequence number of the first entry that is wrong, 0: none */
    /* Expectation from outside; size 0: none. */
    uint64_t head_size;
    struct hash32 head_root;
    bool head_compared, head_differs;
    /* Local anchor: the entry `anchor_size` must exist and have this hash. */
    uint64_t anchor_size;
    struct hash32 anchor_last;
};
void audit_check_add(struct audit_check *c, const struct audit_entry *entry,
                     const struct hash32 *hash);
/* *at: the entry that is broken (for a head that differs: the last one it speaks of), or the number
 * of entries there should be when the log is cut short. */
enum audit_verdict audit_check_end(const struct audit_check *c, uint64_t *at);

#endif
