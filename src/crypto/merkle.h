/* Merkle tree of RFC 6962, section 2.1, over SHA-256: one root stands for a whole log, and one
 * entry can be proved to be in it without showing the others. */
#ifndef CRYPTO_MERKLE_H
#define CRYPTO_MERKLE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct hash32 {
    unsigned char b[32];
};

/* SHA-256(0x00 | data), SHA-256(0x01 | left | right) */
struct hash32 merkle_leaf(struct str data);
struct hash32 merkle_node(const struct hash32 *left, const struct hash32 *right);

/* Grows by one leaf at a time in O(1) amortised; holds the roots of the complete subtrees. */
struct merkle {
    uint64_t size;
    struct hash32 roots[64];
    int depth;
};
void merkle_add(struct merkle *m, const struct hash32 *leaf);
/* The root of what was added; SHA-256 of nothing for an empty tree. */
struct hash32 merkle_root(const struct merkle *m);

enum { MERKLE_PATH_MAX = 64 };
/* Audit path of leaf `index` among `size` leaf hashes; returns its length. O(size). */
int merkle_path(const struct hash32 *leaves, uint64_t size, uint64_t index,
                struct hash32 path[MERKLE_PATH_MAX]);
/* Does the path lead from the leaf to the root? */
bool merkle_path_proves(const struct hash32 *leaf, uint64_t index, uint64_t size,
                        const struct hash32 *path, int length, const struct hash32 *root);

#endif
