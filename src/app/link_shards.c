#include "app/link_shards.h"

#include "base/limits.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static void write_piece(void *ctx, struct str bytes)
{
    fwrite(bytes.p, 1, bytes.n, ctx);
}

enum status link_shards_write(const struct link_shard *p, const char *path, struct outfile *o,
                              struct err *e)
{
    TRY(outfile_open(o, path, e));
    link_shard_write(p, write_piece, o->to);
    return ST_OK;
}

struct joining {
    uint64_t fingerprint;
    uint32_t records;
    struct link_shard *all;
    uint8_t seen[LINK_MAX_SHARDS / 8 + 1];
    int files;
};

static enum status join_file(struct joining *j, const char *path, struct err *e)
{
    struct file_bytes f;
    struct link_shard part;
    TRY(file_read(path, LIMIT_FILE_BYTES, &f, e));
    enum status st = link_shard_read((struct str){f.p, f.n}, &part, e);
    file_release(&f);
    if (st == ST_OK)
        st = link_shard_join(j->all, &part, j->fingerprint, j->records, j->seen, e);
    link_shard_free(&part);
    if (st != ST_OK)
        err_at(e, path, 0, NULL);
    j->files++;
    return st;
}

static int is_part(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return n > 5 && strcmp(d->d_name + n - 5, ".part") == 0;
}

static enum status join_directory(struct joining *j, const char *path, struct err *e)
{
    struct dirent **list;
    int n = scandir(path, &list, is_part, alphasort);
    if (n < 0)
        return err_errno(e, errno, "cannot read the directory %s", path);
    enum status st = ST_OK;
    for (int k = 0; k < n; k++) {
        struct buf b = BUF_EMPTY;
        buf_addf(&b, "%s/%s", path, list[k]->d_name);
        if (st == ST_OK)
            st = join_file(j, b.p, e);
        buf_free(&b);
        free(list[k]);
    }
    free(list);
    return st;
}

enum status link_shards_join(const char *const *paths, int n, uint64_t fingerprint,
                             uint32_t records, float least, struct link_shard *all, struct err *e)
{
    struct joining *j = mem_zalloc(1, sizeof *j);
    *j = (struct joining){.fingerprint = fingerprint, .records = records, .all = all};
    *all = (struct link_shard){0};
    enum status st = ST_OK;
    for (int k = 0; k < n && st == ST_OK; k++) {
        struct stat s;
        bool directory = stat(paths[k], &s) == 0 && S_ISDIR(s.st_mode);
        st = directory ? join_directory(j, paths[k], e) : join_file(j, paths[k], e);
    }
    if (st == ST_OK && !j->files)
        st = err_set(e, ST_DATA, "there is no part file (*.part) in %s", paths[0]);
    if (st == ST_OK)
        st = link_shard_complete(all, j->seen, least, e);
    if (st != ST_OK)
        link_shard_free(all);
    free(j);
    return st;
}
