/* The ledger of privacy budgets: what every release under differential privacy has spent, by
 * population, and the limits that were stated when the ledger was begun.
 *
 * A text file of JSON lines. The first states the limits; each other is one release. The last
 * member of every line is the SHA-256 of the line up to there, and `previous` that of the line
 * before, so that a line that was changed, left out or written by half is found. The chain is no
 * proof against somebody who writes the whole file anew, or cuts lines off its end: the hash of the
 * last entry stands in the budget file that is published with each release.
 *
 * The file is replaced whole (written beside, synced, renamed) under a lock (FILE.lock) that is
 * held from budget_ledger_open to budget_ledger_close, so that two runs at once cannot both spend
 * what is left. */
#ifndef APP_BUDGET_LEDGER_H
#define APP_BUDGET_LEDGER_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "disclosure/budget.h"

#define BUDGET_YEAR_LIMIT 4 /* of a ledger that is begun without one */

struct budget_limits {
    double year, total; /* epsilon that may be spent on one population; 0: not stated here */
};

struct budget_entry {
    const char *at;         /* 2026-11-22T02:10:28Z */
    const char *population; /* whose data: the same words for the same people */
    const char *file;
    struct str bytes; /* of the file, for its hash */
    double epsilon, delta, rho;
};

struct budget_ledger {
    const char *path;
    int lock;
    struct budget_limits limits;
    struct buf text; /* of the file */
    char last[65];   /* hash of the last line */
    size_t lines;
    struct ledger_line {
        const char *population;
        struct budget_release release;
    } * line;
    size_t releases, cap;
    struct arena memory;
};

/* A ledger that is not there is begun with `limits`, of which the total must then be stated; of one
 * that is there they must be the same, or not stated. Waits for another run to finish. Close it,
 * also after an error. */
MUST_CHECK enum status budget_ledger_open(struct budget_ledger *l, const char *path,
                                          struct budget_limits limits, const char *at,
                                          struct err *e);
/* The part of it that takes the bytes of the file, into a ledger of zeros with its path. */
MUST_CHECK enum status budget_ledger_read(struct budget_ledger *l, struct str text, struct err *e);
void budget_ledger_close(struct budget_ledger *l);

struct budget_state {
    struct budget_total year, total; /* with the entry */
    size_t sequence;                 /* of the entry, from 1 */
    char hash[65];
};
/* Adds the entry in memory. ST_DATA when a limit would be passed. */
MUST_CHECK enum status budget_ledger_add(struct budget_ledger *l, const struct budget_entry *entry,
                                         struct budget_state *state, struct err *e);
/* Writes what was added. */
MUST_CHECK enum status budget_ledger_write(struct budget_ledger *l, struct err *e);

#endif
