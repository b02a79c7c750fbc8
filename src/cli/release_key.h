/* The key that chooses among the best roundings. */
#ifndef CLI_RELEASE_KEY_H
#define CLI_RELEASE_KEY_H

#include "store/store.h"

/* Made once and kept with the register, so that the same data give the same release. */
MUST_CHECK enum status release_key(struct store *s, unsigned char key[32], struct err *e);

#endif
