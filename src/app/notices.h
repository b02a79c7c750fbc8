/* Use case: tell the providers. Level 1 of the disclosure ladder: that there may be a repeat
 * referral, whom to ask, and a reference; never who, when, where or what. */
#ifndef APP_NOTICES_H
#define APP_NOTICES_H

#include "store/store.h"

/* Queues a notice for every raised flag (which becomes NOTIFIED) and writes what is queued to
 * DIR/outbox, one file for each provider and run, named by its first notice. *written counts the
 * notices. A notice is marked sent only after its file is on the disk, so a kill repeats a file at
 * worst, under the same name. */
MUST_CHECK enum status notices_write(struct store *s, const char *dir, uint64_t *written,
                                     struct err *e);

#endif
