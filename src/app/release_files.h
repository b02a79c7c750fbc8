/* The files of a release: found, hashed, compared. */
#ifndef APP_RELEASE_FILES_H
#define APP_RELEASE_FILES_H

#include "base/mem.h"
#include "store/ledger.h"

struct release_file {
    const char *path; /* below the directory */
    int64_t size;
    uint64_t inode, modified_ns;
};

/* All files below `dir` in byte order of their paths, but for RELEASE_FILE; none when there is no
 * such directory. Links are refused: what a release is must lie in it. */
MUST_CHECK enum status release_files_find(const char *dir, struct arena *memory,
                                          struct release_file **out, size_t *n, struct err *e);
/* BLAKE2b-256 of a file below `dir`. */
MUST_CHECK enum status release_file_hash(const char *dir, const char *path, struct hash32 *out,
                                         int64_t *size, struct err *e);
/* ST_DATA, naming the file, when the directory is not byte for byte what the ledger has. */
MUST_CHECK enum status release_files_check(const char *dir, const struct ledger_release *row,
                                           struct err *e);

#endif
