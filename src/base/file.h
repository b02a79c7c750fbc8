/* Files: whole reads with a limit, and writes that are all or nothing. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/* A file's bytes, read-only; mapped when it is a regular file, else read. */
struct file_bytes {
    const char *p;
    size_t n;
    bool mapped;
};

/* "-" is standard input. A pipe is read to its end. Refuses directories, devices, pipes that nobody
 * writes into, and files over `max_bytes` (ST_DATA). The messages name the path, not a place. */
MUST_CHECK enum status file_read(const char *path, size_t max_bytes, struct file_bytes *out,
                                 struct err *e);
void file_release(struct file_bytes *f);

/* An output that appears under its name only when outfile_commit succeeds: it is written beside it
 * under a temporary name, synced and renamed. "-" writes to standard output at commit; a device or
 * pipe (/dev/null) is written to at commit, never replaced. */
struct outfile {
    FILE *to; /* write here, with stdio */
    char path[1024], temp[1100];
    bool to_stdout, to_device;
};
MUST_CHECK enum status outfile_open(struct outfile *o, const char *path, struct err *e);
/* All bytes are on the disk, so that outfile_commit only has a name to change: call it for each of
 * several files before the first is committed. */
MUST_CHECK enum status outfile_ready(struct outfile *o, struct err *e);
/* On failure (disk full, ...) the temporary is removed and the old file is as it was. */
MUST_CHECK enum status outfile_commit(struct outfile *o, struct err *e);
/* Removes the temporary; does nothing after a commit. Call it on every way out. */
void outfile_abort(struct outfile *o);
/* The three in one for a finished buffer. */
MUST_CHECK enum status file_write(const char *path, struct str bytes, struct err *e);

/* Creates the directory and its parents (mode 0700) when missing. */
MUST_CHECK enum status dir_make(const char *path, struct err *e);

#endif
