/* Bytes that begin like a zip: the whole package. Else: the content.xml of a sound one. */
#include "ingest/table.h"
#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_table(struct str bytes)
{
    struct table t;
    struct table_row row;
    struct err e = {0};
    size_t rows = 0;
    if (table_open_bytes(&t, bytes, "fuzz", &e) == ST_OK) {
        while (table_next(&t, &row, &e) == ST_OK && row.n && rows++ < 100000)
            for (size_t i = 0; i < row.n; i++)
                if (row.cells[i].n && !row.cells[i].p)
                    abort();
        table_close(&t);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    if (size >= 2 && memcmp(data, "PK", 2) == 0) {
        read_table(text);
        return 0;
    }
    struct package_part parts[] = {
        {"mimetype", str_of("application/vnd.oasis.opendocument.spreadsheet")},
        {"content.xml", text},
    };
    struct str bytes = package_make(parts, 2);
    if (bytes.p)
        read_table(bytes);
    free((void *)(uintptr_t)bytes.p);
    return 0;
}
