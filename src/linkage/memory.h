/* What a run needs in memory, from the size of its input: so that a bound is refused at once, not
 * met half-way. */
#ifndef LINKAGE_MEMORY_H
#define LINKAGE_MEMORY_H

#include "linkage/link.h"

/* The input, as one look at it tells. */
struct link_size {
    uint64_t records, id_bytes;
    bool sources;
    struct {
        uint64_t distinct, bytes; /* different cells of a column, and their text */
    } column[LINK_MAX_COLUMNS];   /* of the specification */
};

/* Bytes of private memory at their highest, a little more than is measured (a test holds them
 * against the kernel's count). */
struct link_bytes {
    uint64_t before; /* reading, normalising, blocking */
    uint64_t during; /* scoring and clustering, without the pairs that are kept */
};
enum {
    LINK_BYTES_A_PAIR = 2 * sizeof(struct link_pair)
}; /* while threads' pairs are put together */
struct link_bytes link_bytes_needed(const struct link_spec *spec, const struct link_size *size,
                                    int threads);

/* Different texts, counted in a fixed 4 kB: HyperLogLog (Flajolet and others 2007), 1.6 % standard
 * error, exact enough below 10,000. {0} is empty. */
enum { SKETCH_CELLS = 4096 };
struct sketch {
    uint8_t cell[SKETCH_CELLS];
};
void sketch_add(struct sketch *s, uint64_t hash);
uint64_t sketch_count(const struct sketch *s);

#endif
