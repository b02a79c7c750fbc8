#include "domain/capability.h"

#include <stddef.h>
#include <string.h>

static const struct {
    const char *role[4];
    const char *words;
} granted[] = {
    [CAP_PUBLISH] = {{"administrator", "analyst"}, "administrator or analyst"},
};

bool role_may(const char *role, enum capability what)
{
    for (size_t i = 0; i < sizeof granted[what].role / sizeof granted[what].role[0]; i++)
        if (granted[what].role[i] && strcmp(granted[what].role[i], role) == 0)
            return true;
    return false;
}

const char *capability_roles(enum capability what)
{
    return granted[what].words;
}
