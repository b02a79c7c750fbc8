#include "publish/package.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <zip.h>

enum { DOS_1980_01_01 = 0x21 };

/* The zip borrows the bytes until it is closed. */
static bool add_part(zip_t *z, const struct package_part *p)
{
    zip_source_t *source = zip_source_buffer(z, p->bytes.p, p->bytes.n, 0);
    zip_int64_t at = source ? zip_file_add(z, p->name, source, ZIP_FL_ENC_UTF_8) : -1;
    if (at < 0) {
        if (source)
            zip_source_free(source);
        return false;
    }
    zip_file_set_dostime(z, (zip_uint64_t)at, 0, DOS_1980_01_01, 0);
    return zip_set_file_compression(z, (zip_uint64_t)at, p->stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE,
                                    0) == 0;
}

static enum status zip_parts(const char *path, const struct package_part *parts, size_t count,
                             struct err *e)
{
    int code = 0;
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!z)
        return err_errno(e, errno, "cannot write %s", path);
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++)
        ok = add_part(z, &parts[i]);
    if (ok && zip_close(z) == 0)
        return ST_OK;
    err_set(e, ST_FAULT, "cannot write %s: %s", path, zip_strerror(z));
    zip_discard(z);
    return ST_FAULT;
}

enum status package_write(const char *path, const struct package_part *parts, size_t count,
                          struct err *e)
{
    char temp[1200];
    if ((size_t)snprintf(temp, sizeof temp, "%s.%ld.partial", path, (long)getpid()) >= sizeof temp)
        return err_set(e, ST_USAGE, "the output path is too long");
    enum status s = zip_parts(temp, parts, count, e);
    if (s == ST_OK && rename(temp, path) != 0)
        s = err_errno(e, errno, "cannot write %s", path);
    if (s != ST_OK)
        unlink(temp);
    return s;
}
