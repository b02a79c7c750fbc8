/* Counts of 64-bit keys by open addressing: how often each combination of codes occurs. */
#ifndef DISCLOSURE_TALLY_H
#define DISCLOSURE_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally {
    uint64_t *key; /* 0: free */
    uint32_t *count;
    size_t mask, used;
};

/* Room for `expected` keys; grows when there are more. Free with tally_close. */
void tally_open(struct tally *t, size_t expected);
void tally_close(struct tally *t);
void tally_clear(struct tally *t);
/* Keys are not 0. The count of the key, 0 when it is new; good until the next call. */
uint32_t *tally_at(struct tally *t, uint64_t key);
/* 0 when the key is not there. */
uint32_t tally_count(const struct tally *t, uint64_t key);
/* The slot of a key, or SIZE_MAX. */
size_t tally_find(const struct tally *t, uint64_t key);

#endif
