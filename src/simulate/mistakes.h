/* Mistakes of the hand and the ear on a record: typing, dates of birth. */
#ifndef SIMULATE_MISTAKES_H
#define SIMULATE_MISTAKES_H

#include "simulate/parameters.h"

/* One letter left out, doubled or put in, exchanged for its neighbour on the keyboard, or two
 * letters transposed. Whole UTF-8 characters; names of one letter are left alone. */
void mistype(char *text, size_t size, struct rng *r);
/* One digit of a reference wrong, or two exchanged. */
void misdigit(char *text, struct rng *r);

struct recorded_birth {
    int32_t date, latest;  /* DATE_NONE when missing; latest only when a range */
    const char *precision; /* code of date_precision */
};
/* The date of birth as a record has it. `on` is the record's day; `custom` says that 1 January is
 * what this person's papers say. */
void record_birth(struct recorded_birth *out, int32_t birth, int32_t on, bool custom,
                  const struct parameters *p, struct rng *r);

#endif
