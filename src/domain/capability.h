/* What a role may do. One place, so that a command and a page give the same answer. */
#ifndef DOMAIN_CAPABILITY_H
#define DOMAIN_CAPABILITY_H

#include <stdbool.h>

enum capability {
    CAP_PUBLISH, /* make a draft a release, or correct one */
};

/* False for a role that is not known. */
bool role_may(const char *role, enum capability what);
/* "administrator or analyst": for messages. */
const char *capability_roles(enum capability what);

#endif
