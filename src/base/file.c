#include "base/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status too_large(const char *path, size_t max_bytes, struct err *e)
{
    err_at(e, path, 0, NULL);
    return err_set(e, ST_DATA, "the file is larger than the limit of %zu bytes", max_bytes);
}

static enum status read_stream(int fd, const char *path, size_t max_bytes, struct file_bytes *out,
                               struct err *e)
{
    struct buf b = BUF_EMPTY;
    char chunk[65536];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            buf_free(&b);
            return err_errno(e, errno, "cannot read %s", path);
        }
        if (n == 0)
            break;
        if (b.n + (size_t)n > max_bytes) {
            buf_free(&b);
            return too_large(path, max_bytes, e);
        }
        buf_add(&b, chunk, (size_t)n);
    }
    *out = (struct file_bytes){b.p, b.n, false};
    return ST_OK;
}

/* A pipe is opened without waiting for somebody to write into it, and is read like a file if
 * anybody does: `<(zcat people.csv.gz)`. */
static enum status read_pipe(int fd, const char *path, size_t max_bytes, struct file_bytes *out,
                             struct err *e)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
        return err_errno(e, errno, "cannot read %s", path);
    TRY(read_stream(fd, path, max_bytes, out, e));
    if (out->n)
        return ST_OK;
    file_release(out);
    err_set(e, ST_DATA, "%s is a pipe that nothing is written into", path);
    return err_hint(e, "Start what writes into it first, or give a file.");
}

enum status file_read(const char *path, size_t max_bytes, struct file_bytes *out, struct err *e)
{
    *out = (struct file_bytes){0};
    if (strcmp(path, "-") == 0)
        return read_stream(STDIN_FILENO, "standard input", max_bytes, out, e);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    err_nowhere(e); /* the messages name the path */
    if (fd < 0 || fstat(fd, &st) != 0) {
        int saved = errno;
        if (fd >= 0)
            close(fd);
        err_errno(e, saved, "cannot open %s", path);
        err_hint(e, "Check the path and that you may read it.");
        return e->status = ST_DATA;
    }
    enum status s = ST_OK;
    if (S_ISDIR(st.st_mode)) {
        s = err_set(e, ST_DATA, "%s is a directory, a file was expected", path);
    } else if (S_ISFIFO(st.st_mode)) {
        s = read_pipe(fd, path, max_bytes, out, e);
    } else if (!S_ISREG(st.st_mode)) {
        s = err_set(e, ST_DATA, "%s is a device, a file was expected", path);
    } else if ((size_t)st.st_size > max_bytes) {
        s = too_large(path, max_bytes, e);
    } else if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            s = err_errno(e, errno, "cannot map %s", path);
        else
            *out = (struct file_bytes){p, (size_t)st.st_size, true};
    }
    close(fd);
    return s;
}

void file_release(struct file_bytes *f)
{
    if (f->mapped)
        munmap((void *)(uintptr_t)f->p, f->n);
    else
        free((void *)(uintptr_t)f->p);
    *f = (struct file_bytes){0};
}

enum status outfile_open(struct outfile *o, const char *path, struct err *e)
{
    memset(o, 0, sizeof *o);
    o->to_stdout = strcmp(path, "-") == 0;
    if (o->to_stdout) {
        o->to = tmpfile();
        return o->to ? ST_OK : err_errno(e, errno, "cannot make a temporary file");
    }
    if ((size_t)snprintf(o->path, sizeof o->path, "%s", path) >= sizeof o->path)
        return err_set(e, ST_USAGE, "the output path is too long");
    struct stat st;
    o->to_device = stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
    if (o->to_device) {
        o->to = tmpfile();
        return o->to ? ST_OK : err_errno(e, errno, "cannot make a temporary file");
    }
    snprintf(o->temp, sizeof o->temp, "%s.%ld.partial", path, (long)getpid());
    o->to = fopen(o->temp, "we");
    if (!o->to) {
        err_errno(e, errno, "cannot write %s", path);
        err_hint(e, "Check that the directory exists and that you may write there.");
        return e->status = ST_DATA;
    }
    return ST_OK;
}

static enum status copy_stream(FILE *from, FILE *to, const char *name, struct err *e)
{
    char chunk[65536];
    size_t n;
    rewind(from);
    while ((n = fread(chunk, 1, sizeof chunk, from)) > 0)
        if (fwrite(chunk, 1, n, to) != n)
            return err_errno(e, errno, "cannot write to %s", name);
    return fflush(to) == 0 ? ST_OK : err_errno(e, errno, "cannot write to %s", name);
}

/* Standard output, devices and pipes have no name to be renamed to. */
static enum status commit_stream(const struct outfile *o, FILE *from, struct err *e)
{
    if (o->to_stdout)
        return copy_stream(from, stdout, "standard output", e);
    FILE *to = fopen(o->path, "we");
    if (!to)
        return err_errno(e, errno, "cannot write %s", o->path);
    enum status s = copy_stream(from, to, o->path, e);
    fclose(to);
    return s;
}

enum status outfile_ready(struct outfile *o, struct err *e)
{
    if (ferror(o->to) == 0 && fflush(o->to) == 0 &&
        (o->to_stdout || o->to_device || fsync(fileno(o->to)) == 0))
        return ST_OK;
    int saved = errno;
    err_nowhere(e);
    err_errno(e, saved, "cannot write %s", o->path);
    return err_hint(e, "Nothing was changed. Free some space or choose another place.");
}

enum status outfile_commit(struct outfile *o, struct err *e)
{
    FILE *f = o->to;
    o->to = NULL;
    if (!f)
        BUG("outfile_commit without an open file");
    bool failed = ferror(f) || fflush(f) != 0;
    if (o->to_stdout || o->to_device) {
        enum status s =
            failed ? err_errno(e, errno, "cannot write a temporary file") : commit_stream(o, f, e);
        fclose(f);
        return s;
    }
    failed = failed || fsync(fileno(f)) != 0;
    int saved = errno;
    if (fclose(f) != 0 && !failed) {
        failed = true;
        saved = errno;
    }
    if (!failed && rename(o->temp, o->path) != 0) {
        failed = true;
        saved = errno;
    }
    if (!failed)
        return ST_OK;
    unlink(o->temp);
    err_errno(e, saved, "cannot write %s", o->path);
    return err_hint(e, "Nothing was changed. Free some space or choose another place.");
}

void outfile_abort(struct outfile *o)
{
    if (!o->to)
        return;
    fclose(o->to);
    o->to = NULL;
    if (!o->to_stdout && !o->to_device)
        unlink(o->temp);
}

enum status file_write(const char *path, struct str bytes, struct err *e)
{
    struct outfile o;
    TRY(outfile_open(&o, path, e));
    fwrite(bytes.p, 1, bytes.n, o.to);
    return outfile_commit(&o, e);
}

enum status dir_make(const char *path, struct err *e)
{
    char part[1024];
    if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part)
        return err_set(e, ST_USAGE, "the directory's path is too long");
    for (char *p = part + 1;; p++) {
        char c = *p;
        if (c != '/' && c != '\0')
            continue;
        *p = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST) {
            err_nowhere(e);
            err_errno(e, errno, "cannot create the directory %s", path);
            return e->status = ST_DATA;
        }
        if (c == '\0')
            break;
        *p = c;
    }
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return ST_OK;
    err_nowhere(e);
    return err_set(e, ST_DATA, "%s is not a directory", path);
}
