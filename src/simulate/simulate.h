/* A made population and what agencies' extracts would say of it. Made data, never findings.
 *
 * Pure: parameters and a seed in, rows out through a sink. The same seed, number and parameters
 * give the same rows on every machine, in any order of people and from any number of threads. */
#ifndef SIMULATE_SIMULATE_H
#define SIMULATE_SIMULATE_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdint.h>

enum sim_file {
    /* the extracts, in the layouts of data/layouts */
    SIM_NRM,
    SIM_DTN,
    SIM_MSVCC,
    SIM_HELPLINE,
    SIM_NGO,
    SIM_POLICE,
    /* the truth behind them; columns in docs/user/simulate.md */
    SIM_PEOPLE,
    SIM_PERSONS,
    SIM_EPISODES,
    SIM_EXITS,
    SIM_REFERRALS,
    SIM_DECISIONS,
    SIM_FILES,
    SIM_EXTRACTS = SIM_PEOPLE
};

struct simulator;

/* `changes`: JSON over data/simulate/parameters.json, empty for none; `file` names it in messages.
 * Cost: about 0.1 s (reads the tables, counts repeats on made lives). */
MUST_CHECK enum status simulator_new(struct str changes, const char *file, struct simulator **out,
                                     struct err *e);
void simulator_free(struct simulator *s);

/* "nrm.csv", ..., "truth/people.csv", ... */
const char *sim_file_name(enum sim_file f);
const char *const *sim_file_header(const struct simulator *s, enum sim_file f, size_t *columns);

/* Called once a row with as many cells as the header has; a cell is NULL when empty. */
struct sim_sink {
    void (*row)(void *ctx, enum sim_file f, const char *const *cells, size_t n);
    void *ctx;
};

enum { SIM_MAX_PEOPLE = 10000000 };
/* All rows of person `number` (from 0). `scratch` is rewound. Safe from several threads with
 * scratch and sink of their own. */
void simulate_person(const struct simulator *s, uint64_t seed, uint64_t number,
                     struct arena *scratch, const struct sim_sink *sink);

#endif
