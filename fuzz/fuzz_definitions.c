/* Any bytes as a file of definitions. */
#include "domain/definition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct definition_set set;
    if (definitions_parse((struct str){(const char *)data, size}, "fuzz", &set, &e) == ST_OK)
        definitions_free(&set);
    return 0;
}
