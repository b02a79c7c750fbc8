#include "app/release_files.h"

#include "app/release.h"
#include "base/file.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { DEPTH_MOST = 8 };

struct walk {
    struct arena *memory;
    struct release_file *files;
    size_t n, cap;
};

static enum status walk_dir(struct walk *w, const char *dir, const char *below, int depth,
                            struct err *e);

static enum status look_at(struct walk *w, const char *dir, const char *path, int depth,
                           struct err *e)
{
    struct stat st;
    const char *full = arena_printf(w->memory, "%s/%s", dir, path);
    if (lstat(full, &st) != 0)
        return err_errno(e, errno, "%s cannot be looked at", full);
    if (S_ISDIR(st.st_mode)) {
        if (depth == DEPTH_MOST)
            return err_set(e, ST_DATA, "%s is nested too deep for a release", full);
        return walk_dir(w, dir, path, depth + 1, e);
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(e, ST_DATA, "%s is neither a file nor a directory", full);
        return err_hint(e, "A release holds plain files only: take it out of the directory.");
    }
    if (strcmp(path, RELEASE_FILE) == 0)
        return ST_OK;
    if (w->n == LIMIT_RELEASE_FILES)
        return err_set(e, ST_DATA, "%s holds more than %d files", dir, LIMIT_RELEASE_FILES);
    MEM_GROW(w->files, w->cap, w->n + 1);
    w->files[w->n++] = (struct release_file){
        .path = path,
        .size = (int64_t)st.st_size,
        .inode = (uint64_t)st.st_ino,
        .modified_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec};
    return ST_OK;
}

static enum status walk_dir(struct walk *w, const char *dir, const char *below, int depth,
                            struct err *e)
{
    const char *full = below ? arena_printf(w->memory, "%s/%s", dir, below) : dir;
    DIR *d = opendir(full);
    if (!d && errno == ENOENT && !below)
        return ST_OK;
    if (!d)
        return err_errno(e, errno, "%s cannot be read", full);
    enum status s = ST_OK;
    for (struct dirent *entry; s == ST_OK && (entry = readdir(d));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *path = below ? arena_printf(w->memory, "%s/%s", below, entry->d_name)
                                 : arena_strdup(w->memory, entry->d_name);
        s = look_at(w, dir, path, depth, e);
    }
    closedir(d);
    return s;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct release_file *)a)->path, ((const struct release_file *)b)->path);
}

enum status release_files_find(const char *dir, struct arena *memory, struct release_file **out,
                               size_t *n, struct err *e)
{
    struct walk w = {.memory = memory};
    enum status s = walk_dir(&w, dir, NULL, 0, e);
    *out = arena_array(memory, w.n + 1, sizeof **out);
    *n = s == ST_OK ? w.n : 0;
    if (*n) {
        memcpy(*out, w.files, w.n * sizeof **out);
        qsort(*out, *n, sizeof **out, by_path);
    }
    free(w.files);
    return s;
}

enum status release_file_hash(const char *dir, const char *path, struct hash32 *out, int64_t *size,
                              struct err *e)
{
    char full[PATH_MAX];
    struct file_bytes f;
    if ((size_t)snprintf(full, sizeof full, "%s/%s", dir, path) >= sizeof full)
        return err_set(e, ST_DATA, "a path in the release is too long");
    TRY(file_read(full, LIMIT_RELEASE_FILE_BYTES, &f, e));
    crypto_generichash(out->b, sizeof out->b, (const unsigned char *)f.p, f.n, NULL, 0);
    *size = (int64_t)f.n;
    file_release(&f);
    return ST_OK;
}

static enum status differs(const char *dir, const char *path, const char *how, struct err *e)
{
    err_at(e, dir, 0, NULL);
    err_set(e, ST_DATA, "%.200s %s", path, how);
    return err_hint(e, "A release is published as it was written: write it again, or put back what "
                       "was there.");
}

static enum status compare(const char *dir, const struct ledger_release *row,
                           const struct release_file *files, size_t n, struct err *e)
{
    size_t k = 0;
    for (size_t i = 0; i < n || k < row->file_count;) {
        int c = i == n ? 1 : k == row->file_count ? -1 : strcmp(files[i].path, row->files[k].path);
        struct hash32 hash;
        int64_t size = 0;
        if (c < 0)
            return differs(dir, files[i].path, "is not part of the release", e);
        if (c > 0)
            return differs(dir, row->files[k].path, "of the release is missing", e);
        TRY(release_file_hash(dir, files[i].path, &hash, &size, e));
        if (size != row->files[k].size || memcmp(hash.b, row->files[k].hash.b, sizeof hash.b) != 0)
            return differs(dir, files[i].path, "was changed after it was written", e);
        i++;
        k++;
    }
    return ST_OK;
}

enum status release_files_check(const char *dir, const struct ledger_release *row, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct release_file *files;
    size_t n;
    enum status s = release_files_find(dir, &memory, &files, &n, e);
    if (s == ST_OK)
        s = compare(dir, row, files, n, e);
    arena_free(&memory);
    return s;
}
