/* Use case: how sure the register's numbers are, given that its links are claims; and how many
 * people no list holds. One document for the command line. */
#ifndef APP_UNCERTAINTY_H
#define APP_UNCERTAINTY_H

#include "app/link_draws.h"
#include "app/register_mse.h"

struct uncertainty_question {
    struct link_draws_options draws;
    struct register_mse_options mse;
};

/* Needs KEY_S4. Caller owns *out: records, people, claims, undecided, components,
 * affected_records, draws, seed, calibration, quantities[], mse{} (register_mse_document),
 * hidden_draws{} (link_draws.h; null when the lists do not allow the question). */
MUST_CHECK enum status uncertainty(struct store *s, const struct uncertainty_question *q,
                                   json_t **out, struct err *e);
/* The same for people; empties doc's mse. */
void uncertainty_print(FILE *to, json_t *doc);

#endif
