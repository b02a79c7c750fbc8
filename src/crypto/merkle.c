#include "crypto/merkle.h"

#include <sodium.h>

struct hash32 merkle_leaf(struct str data)
{
    crypto_hash_sha256_state h;
    struct hash32 out;
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, (const unsigned char *)"\0", 1);
    crypto_hash_sha256_update(&h, (const unsigned char *)data.p, data.n);
    crypto_hash_sha256_final(&h, out.b);
    return out;
}

struct hash32 merkle_node(const struct hash32 *left, const struct hash32 *right)
{
    unsigned char both[65];
    struct hash32 out;
    both[0] = 1;
    memcpy(both + 1, left->b, 32);
    memcpy(both + 33, right->b, 32);
    crypto_hash_sha256(out.b, both, sizeof both);
    return out;
}

void merkle_add(struct merkle *m, const struct hash32 *leaf)
{
    struct hash32 h = *leaf;
    /* A set low bit of the size is a complete subtree that this leaf's subtree completes. */
    for (uint64_t bits = m->size; bits & 1; bits >>= 1)
        h = merkle_node(&m->roots[--m->depth], &h);
    m->roots[m->depth++] = h;
    m->size++;
}

struct hash32 merkle_root(const struct merkle *m)
{
    struct hash32 h;
    if (m->depth == 0) {
        crypto_hash_sha256(h.b, (const unsigned char *)"", 0);
        return h;
    }
    h = m->roots[m->depth - 1];
    for (int i = m->depth - 2; i >= 0; i--)
        h = merkle_node(&m->roots[i], &h);
    return h;
}

static struct hash32 root_of(const struct hash32 *leaves, uint64_t size)
{
    struct merkle m = {0};
    for (uint64_t i = 0; i < size; i++)
        merkle_add(&m, &leaves[i]);
    return merkle_root(&m);
}

/* The largest power of two below n (RFC 6962, 2.1: k). */
static uint64_t split(uint64_t n)
{
    uint64_t k = 1;
    while (k < n - k)
        k <<= 1;
    return k;
}

int merkle_path(const struct hash32 *leaves, uint64_t size, uint64_t index,
                struct hash32 path[MERKLE_PATH_MAX])
{
    if (size <= 1)
        return 0;
    uint64_t k = split(size);
    bool left = index < k;
    int n = left ? merkle_path(leaves, k, index, path)
                 : merkle_path(leaves + k, size - k, index - k, path);
    path[n] = left ? root_of(leaves + k, size - k) : root_of(leaves, k);
    return n + 1;
}

/* Walks down to the leaf first, so that the path is used from its beginning on the way up. */
static bool climb(uint64_t index, uint64_t size, const struct hash32 *path, int length,
                  struct hash32 *h)
{
    if (size <= 1)
        return length == 0;
    if (length == 0)
        return false;
    uint64_t k = split(size);
    const struct hash32 *beside = &path[length - 1];
    if (index < k) {
        if (!climb(index, k, path, length - 1, h))
            return false;
        *h = merkle_node(h, beside);
    } else {
        if (!climb(index - k, size - k, path, length - 1, h))
            return false;
        *h = merkle_node(beside, h);
    }
    return true;
}

bool merkle_path_proves(const struct hash32 *leaf, uint64_t index, uint64_t size,
                        const struct hash32 *path, int length, const struct hash32 *root)
{
    struct hash32 h = *leaf;
    return index < size && climb(index, size, path, length, &h) &&
           sodium_memcmp(h.b, root->b, sizeof h.b) == 0;
}
