/* Any text as a date and as a period: what is read lies in the years that can be, and a range runs
 * forward. */
#include "ingest/when.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_sound(const struct when *w)
{
    if ((w->first == DATE_NONE) != (w->latest == DATE_NONE))
        abort();
    if (w->first == DATE_NONE)
        return;
    if (w->latest < w->first || date_to_ymd(w->first).y < 1700 || date_to_ymd(w->latest).y > 2300)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct when w;
    struct period p;
    int32_t today = 19700; /* 2023-12-09 */
    if (size > 4000)
        return 0;
    if (when_read(text, today, &w) == WHEN_FINE)
        must_be_sound(&w);
    period_read(text, today, &p);
    must_be_sound(&p.start);
    must_be_sound(&p.end);
    if (w.precision == WHEN_AGE && (w.age_min < 0 || w.age_max > 200))
        abort();
    return 0;
}
