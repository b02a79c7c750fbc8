/* Any JSON as a linkage model: refused with a message, or one that writes itself again and reads
 * back. */
#include "linkage/model_json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct link_model *m, *again;
    json_t *doc;
    if (json_read_str((struct str){(const char *)data, size}, "fuzz", &doc, &e) != ST_OK)
        return 0;
    enum status s = link_model_from_json(doc, "fuzz", &m, &e);
    json_decref(doc);
    if (s != ST_OK) {
        if (!e.what[0])
            abort();
        return 0;
    }
    doc = link_model_to_json(m);
    if (!doc || link_model_from_json(doc, "again", &again, &e) != ST_OK)
        abort();
    json_decref(doc);
    link_model_free(again);
    link_model_free(m);
    return 0;
}
