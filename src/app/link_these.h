/* Records of the register to people: blocking, weights, quoted references, people's decisions and
 * clusters, with the register's model. The records may be all of them or any whole components
 * (link_around.h): the outcome for each is the same. Writes nothing. */
#ifndef APP_LINK_THESE_H
#define APP_LINK_THESE_H

#include "app/link_records.h"
#include "app/register_model.h"

struct linked {
    int64_t *group;      /* by position in link_records: the smallest id of its people's records */
    struct claim *claim; /* the machine's, in order of (a, b); basis is a literal */
    size_t claims, cap;
    uint64_t people, pairs_scored, joined, proposed, by_reference;
};

/* People's decisions on the records; claims of others are passed over. Collect with
 * link_decisions_add as `each` of store_claims_each or store_claims_of. */
struct link_decisions {
    const struct link_records *records;
    struct link_constraint *all; /* positions */
    size_t count, cap;
};
MUST_CHECK enum status link_decisions_add(void *ctx, const struct claim *c, struct err *e);

/* Finishes r->data. `m->model` NULL: only people's decisions join. Free with linked_free, also
 * after a failure. */
MUST_CHECK enum status link_these(struct link_records *r, const struct register_model *m,
                                  const struct link_decisions *d, int threads,
                                  const struct progress *progress, struct linked *out,
                                  struct err *e);
void linked_free(struct linked *l);

/* Every (quoting, bearing) pair of records whose references are equal, each once, ascending. */
struct reference_pair {
    int64_t a, b; /* a < b */
};
size_t link_reference_pairs(struct link_records *r, struct reference_pair **out);

#endif
