/* Any bytes as a table of yearly counts: refused with a message, or one row a series whose ratio
 * lies in its interval. */
#include "app/study_doc.h"
#include "app/study_trend.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double number(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static void check(const json_t *rows)
{
    const json_t *row;
    size_t k;
    if (json_array_size(rows) == 0)
        abort();
    json_array_foreach(rows, k, row)
    {
        const json_t *ratio = json_object_get(row, "rate_ratio_per_year");
        if (!json_is_string(json_object_get(row, "row")))
            abort();
        if (!json_is_number(ratio) || !json_is_number(json_object_get(row, "lo95")) ||
            !json_is_number(json_object_get(row, "hi95")))
            continue;
        double v = json_number_value(ratio), slack = 1e-9 * (1 + v);
        if (!(number(row, "lo95") <= v + slack) || !(v <= number(row, "hi95") + slack))
            abort();
        if (number(row, "homog_p") < 0 || number(row, "homog_p") > 1)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    json_t *doc = study_doc_new();
    struct str text = {(const char *)data, size};
    if (study_trend_bytes(doc, text, "fuzz", 0.95, &e) == ST_OK)
        check(json_object_get(doc, "salvation_army_trend"));
    else if (!e.what[0])
        abort();
    json_decref(doc);
    return 0;
}
