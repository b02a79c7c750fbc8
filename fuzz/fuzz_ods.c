/* Bytes that begin like a zip: the whole package. Else: the content.xml of a sound one. */
#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    if (size >= 2 && memcmp(data, "PK", 2) == 0) {
        package_read(text);
        return 0;
    }
    struct package_part parts[] = {
        {"mimetype", str_of("application/vnd.oasis.opendocument.spreadsheet")},
        {"content.xml", text},
    };
    struct str bytes = package_make(parts, 2);
    if (bytes.p)
        package_read(bytes);
    free((void *)(uintptr_t)bytes.p);
    return 0;
}
