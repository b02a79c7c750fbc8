/* Frozen frequencies from outside: read or refused, and what is read is written back the same. */
#include "linkage/link.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct link_frozen *f;
    struct buf again = BUF_EMPTY;
    if (link_frozen_read((struct str){(const char *)data, size}, &f, &e) != ST_OK)
        return 0;
    link_frozen_write(f, &again);
    if (again.n != size || memcmp(again.p, data, size) != 0)
        abort();
    buf_free(&again);
    link_frozen_free(f);
    return 0;
}
