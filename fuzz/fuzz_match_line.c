/* Any bytes as one line of a match stream: refused with a message, or a question within bounds. */
#include "app/match.h"
#include "base/limits.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_sound(const struct match_query *q, const struct str *cells)
{
    for (int k = 0; k < CELLS; k++)
        if ((cells[k].n && !cells[k].p) || cells[k].n > LIMIT_NAME_BYTES)
            abort();
    if (q->most < 0 || q->most > MATCH_MOST)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { TODAY = 20000 };
    struct err e = {0};
    struct arena memory = ARENA_EMPTY;
    struct match_query q;
    struct match_answer none = {0};
    struct str cells[CELLS];
    enum status s = match_query_read((struct str){(const char *)data, size}, NULL, &memory, &q, &e);
    if (s == ST_OK && (s = match_query_cells(&q, TODAY, &memory, cells, &e)) == ST_OK)
        must_be_sound(&q, cells);
    if (s != ST_OK && !e.what[0])
        abort();
    json_t *doc = s == ST_OK ? match_answer_json(&q, &none) : match_error_json(&q, 1, &e);
    if (!doc)
        abort();
    json_decref(doc);
    arena_free(&memory);
    return 0;
}
