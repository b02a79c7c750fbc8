/* Any JSON as a linkage specification: refused with a message, or within the engine's bounds. */
#include "app/link_spec.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_sound(const struct link_spec *s)
{
    if (s->columns < 1 || s->columns > LINK_MAX_COLUMNS || s->rules < 0 ||
        s->rules > LINK_MAX_RULES)
        abort();
    for (int k = 0; k < s->columns; k++)
        if (!s->column[k].name || s->column[k].type >= LINK_TYPES)
            abort();
    for (int r = 0; r < s->rules; r++) {
        if (s->rule[r].keys < 1 || s->rule[r].keys > LINK_MAX_KEYS)
            abort();
        for (int k = 0; k < s->rule[r].keys; k++)
            if (s->rule[r].key[k].column < 0 || s->rule[r].key[k].column >= s->columns)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct link_spec_file s;
    json_t *doc;
    if (json_read_str((struct str){(const char *)data, size}, "fuzz", &doc, &e) != ST_OK)
        return 0;
    if (link_spec_of(doc, "fuzz", &s, &e) != ST_OK) {
        if (!e.what[0])
            abort();
        return 0;
    }
    must_be_sound(&s.spec);
    link_spec_free(&s);
    return 0;
}
