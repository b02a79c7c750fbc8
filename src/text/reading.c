#include "text/reading.h"

double reading_similarity(const struct name_token *native, const struct cmp_key *latin)
{
    (void)native;
    (void)latin;
    return 0;
}
