#include "domain/facts.h"

static const char *const names[] = {"UNKNOWN", "YES", "NO", "INFERRED", "NOT_ASKED", "REFUSED"};

bool answer_parse(struct str s, enum answer *out)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(s, names[i])) {
            *out = (enum answer)i;
            return true;
        }
    return false;
}

const char *answer_name(enum answer a)
{
    return names[a];
}
