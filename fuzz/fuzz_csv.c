/* Any bytes as an extract: read as a table, mapped by two layouts, guessed; no crash, and every row
 * that is refused has a finding. */
#include "ingest/map.h"
#include "ingest/mapfile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void map_all(struct str bytes, const struct layout *l)
{
    struct table t;
    struct table_row row;
    struct err e = {0};
    struct mapper *m = NULL;
    struct layout own = {0};
    struct findings findings = {0};
    struct arena memory = ARENA_EMPTY;
    if (table_open_bytes(&t, bytes, "fuzz", &e) != ST_OK)
        return;
    if ((l || layout_from_headers(&t, &own, &e) == ST_OK) &&
        mapper_new(&t, l ? l : &own, false, 19000, &m, &e) == ST_OK)
        while (table_next(&t, &row, &e) == ST_OK && row.n) {
            struct record r = record_new(&memory);
            findings.n = 0;
            if (!mapper_row(m, &row, &r, &findings) && findings.n == 0)
                abort();
            arena_rewind(&memory);
        }
    mapper_free(m);
    layout_free(&own);
    findings_free(&findings);
    arena_free(&memory);
    table_close(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size};
    struct table t;
    struct err e = {0};
    json_t *doc = NULL;
    if (size > 100000)
        return 0;
    map_all(bytes, layout_of_channel("ngo"));
    map_all(bytes, layout_of_channel("nrm"));
    map_all(bytes, NULL);
    if (size < 400 && table_open_bytes(&t, bytes, "fuzz", &e) == ST_OK) {
        if (t.columns < 6 &&
            mapfile_suggest(&t, layout_of_channel("ngo"), 19000, &doc, &e) == ST_OK)
            json_decref(doc);
        table_close(&t);
    }
    return 0;
}
