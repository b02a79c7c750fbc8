/* Any text as a file of people: reading dates, normalising, training and clustering end well, and
 * the clusters are a partition named by its first members. Lines of cells parted by '|'. */
#include "linkage/dates.h"
#include "linkage/link.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS = 10, ROWS_MOST = 300 };
static const struct link_spec spec = {.columns = COLUMNS,
                                      .column = {{"full", LINK_FULL_NAME},
                                                 {"dob", LINK_DATE},
                                                 {"year", LINK_YEAR},
                                                 {"sex", LINK_SEX},
                                                 {"place", LINK_PLACE},
                                                 {"postcode", LINK_POSTCODE},
                                                 {"address", LINK_ADDRESS},
                                                 {"phone", LINK_PHONE},
                                                 {"email", LINK_EMAIL},
                                                 {"number", LINK_IDENTIFIER}},
                                      .mode = LINK_BOTH};

static struct str next(const char **p, const char *end, char stop)
{
    const char *from = *p, *at = from < end ? memchr(from, stop, (size_t)(end - from)) : NULL;
    if (!at)
        at = end;
    *p = at < end ? at + 1 : end;
    return (struct str){from, (size_t)(at - from)};
}

static void check_dates(struct str s)
{
    struct date_votes v = {0};
    char reason[160];
    date_vote(s, 1, &v);
    struct date_reading r = date_decide(&v, reason, sizeof reason);
    uint32_t packed = date_read(s, &r);
    if (packed && (packed >> 14 < 1000 || packed >> 14 > 2999))
        abort();
    if (packed && v.values == 0)
        abort(); /* what is read was voted on */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    const char *p = (const char *)data, *end = p + size;
    struct link_data *d = link_data_new(&spec);
    for (int row = 0; p < end && row < ROWS_MOST; row++) {
        struct str line = next(&p, end, '\n'), cells[COLUMNS];
        const char *q = line.p, *stop = line.p + line.n;
        char id[20];
        for (int k = 0; k < COLUMNS; k++)
            cells[k] = next(&q, stop, '|');
        check_dates(cells[1]);
        snprintf(id, sizeof id, "%d", row);
        link_data_add(d, str_of(id), str_of(row & 1 ? "a" : "b"), cells);
    }
    struct link_model *m = NULL;
    struct link_result r;
    struct link_options o = {.threads = 1, .keep_bits = -10.0};
    if (link_data_finish(d, 1, &e) == ST_OK && link_run(d, &o, &m, &r, &e) == ST_OK) {
        for (uint32_t k = 0; k < link_data_records(d); k++)
            if (r.cluster[k] > k || r.cluster[r.cluster[k]] != r.cluster[k])
                abort();
        for (size_t i = 0; i < r.pairs; i++)
            if (!isfinite(r.pair[i].bits))
                abort();
        struct link_explanation x;
        link_explain(d, m, 0, 1, &x);
        if (!isfinite(x.bits))
            abort();
        link_result_free(&r);
    } else if (!e.what[0]) {
        abort();
    }
    link_model_free(m);
    link_data_free(d);
    return 0;
}
