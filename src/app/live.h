/* The register's live index, for whoever stays open: the look-ups of `match`, and the pages.
 *
 * It is built from the register when it is opened (seconds for a million records) and is nowhere
 * else: after a kill it is built again from what was committed. It sees what other processes
 * commit (live_refresh), and live_add stores a referral, compares it with everybody and clusters
 * the components concerned in one transaction: visible, linked and in the index, or nothing of it.
 * The outcome is that of register_link, and so of linking everything (register_link.h).
 *
 * A struct live belongs to one thread. */
#ifndef APP_LIVE_H
#define APP_LIVE_H

#include "app/link_records.h"
#include "linkage/search.h"

struct live;

/* `s`: KEYS_LINKAGE, any mode; it stays the caller's. ST_DATA: the register was never linked, so
 * there is no model to weigh by. */
MUST_CHECK enum status live_open(struct store *s, int threads, const struct progress *progress,
                                 struct live **out, struct err *e);
void live_free(struct live *l); /* safe on NULL */

/* Takes in what was committed since, here or elsewhere: new records one by one; everything anew
 * when records came back or the model is another one. *changed may be NULL. Cost when nothing was:
 * two small questions to the store. */
MUST_CHECK enum status live_refresh(struct live *l, bool *changed, struct err *e);

struct link_index *live_index(struct live *l); /* valid until the next refresh or add */
/* The store's number of a record of the index, and back; false: not there. */
int64_t live_record(const struct live *l, uint32_t record);
bool live_find(const struct live *l, int64_t id, uint32_t *record);
/* Records that bear a reference (any punctuation and case); the first `max` into out; how many. */
size_t live_borne(const struct live *l, const char *reference, int64_t *out, size_t max);

/* One referral. `job`: the same register with STORE_JOB, KEYS_IMPORT and KEYS_LINKAGE; the outcome
 * is in row->outcome and row->id, *moved says how many records changed their line. ST_DATA and
 * ST_FAULT leave the register and the index as they were. Cost: a look-up, the components
 * concerned, and three commits (two of them of rows that nobody sees yet). */
MUST_CHECK enum status live_add(struct live *l, struct store *job,
                                const struct import_source *source, struct import_row *row,
                                uint64_t *moved, struct err *e);

#endif
