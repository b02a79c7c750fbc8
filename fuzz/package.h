/* For the fuzz targets of spreadsheets: parts put into a zip package in memory, so that mutations
 * reach the XML instead of dying at a checksum; and reading it to the end. */
#ifndef FUZZ_PACKAGE_H
#define FUZZ_PACKAGE_H

#include "base/mem.h"
#include "base/str.h"
#include "ingest/table.h"

#include <stdlib.h>
#include <zip.h>

struct package_part {
    const char *path;
    struct str text;
};

/* free() the bytes; empty when libzip refuses. */
static struct str package_make(const struct package_part *parts, size_t n)
{
    zip_error_t e;
    zip_error_init(&e);
    struct str out = {0};
    zip_source_t *to = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *z = to ? zip_open_from_source(to, ZIP_CREATE, &e) : NULL;
    if (!z)
        return out;
    zip_source_keep(to);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *in = zip_source_buffer(z, parts[i].text.p, parts[i].text.n, 0);
        zip_int64_t at = zip_file_add(z, parts[i].path, in, ZIP_FL_OVERWRITE);
        if (at >= 0)
            zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    }
    zip_stat_t st;
    if (zip_close(z) == 0 && zip_source_stat(to, &st) == 0 && zip_source_open(to) == 0) {
        char *bytes = mem_alloc(st.size);
        if (zip_source_read(to, bytes, st.size) == (zip_int64_t)st.size)
            out = (struct str){bytes, st.size};
        else
            free(bytes);
        zip_source_close(to);
    }
    zip_source_free(to);
    return out;
}

static void package_read(struct str bytes)
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

#endif
