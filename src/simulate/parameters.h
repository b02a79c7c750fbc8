/* What is chosen about the made population: rates, times and shares, each with its source in
 * data/simulate/parameters.json. A file of the same shape changes some of them. */
#ifndef SIMULATE_PARAMETERS_H
#define SIMULATE_PARAMETERS_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "simulate/draw.h"

enum { MAX_WEIGHTS = 32 };
struct code_weights {
    size_t n;
    const char *code[MAX_WEIGHTS]; /* codes of the dictionary */
    uint64_t cum[MAX_WEIGHTS];
};

struct parameters {
    int32_t as_at; /* last day on which anything is recorded */
#define CHANCE(name) chance32 name;
#define DAYS(name) int32_t name[QUANTILE_POINTS];
#define WEIGHTS(name, list) struct code_weights name;
#include "simulate/parameters.def"
#undef CHANCE
#undef DAYS
#undef WEIGHTS
};

/* Reads `text` (JSON: name -> value, or name -> {"value": value, ...}) over *p. With `all`, every
 * parameter must be there. Errors name the parameter: unknown name, probability outside 0..1, days
 * that fall, unknown code, weight below 0. `file` is for messages. */
MUST_CHECK enum status parameters_read(struct parameters *p, struct str text, const char *file,
                                       bool all, struct err *e);

static inline const char *draw_code(struct rng *r, const struct code_weights *w)
{
    return w->code[draw_index(r, w->cum, w->n)];
}

#endif
