/* What the queue and its figures share. Private to app. */
#ifndef APP_REVIEW_PARTS_H
#define APP_REVIEW_PARTS_H

#include "app/review.h"

/* A person's answer binds the pair. */
bool review_is_decided(const struct claim *c);
/* The pair hangs together by a quoted reference, not by its weight. */
bool review_is_by_reference(const struct claim *c);
/* Fills zones and figures from all claims of the register. */
MUST_CHECK enum status review_measure(struct store *s, const struct review_item *all, size_t count,
                                      struct review_zones *z, struct review_figures *f,
                                      struct err *e);

#endif
