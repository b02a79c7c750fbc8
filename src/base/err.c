#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum status err_set(struct err *e, enum status s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
    e->hint[0] = '\0';
    return e->status = s;
}

enum status err_hint(struct err *e, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->hint, sizeof e->hint, fmt, ap);
    va_end(ap);
    return e->status;
}

enum status err_at(struct err *e, const char *file, long row, const char *column)
{
    if (file)
        snprintf(e->file, sizeof e->file, "%s", file);
    if (row > 0)
        e->row = row;
    if (column)
        snprintf(e->column, sizeof e->column, "%s", column);
    return e->status;
}

void err_nowhere(struct err *e)
{
    e->file[0] = e->column[0] = '\0';
    e->row = 0;
}

enum status err_context(struct err *e, const char *fmt, ...)
{
    char rest[sizeof e->what];
    memcpy(rest, e->what, sizeof rest);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof e->what)
        snprintf(e->what + n, sizeof e->what - (size_t)n, ": %s", rest);
    return e->status;
}

enum status err_errno(struct err *e, int saved_errno, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(e->what, sizeof e->what, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof e->what)
        snprintf(e->what + n, sizeof e->what - (size_t)n, ": %s", strerror(saved_errno));
    e->hint[0] = '\0';
    return e->status = ST_FAULT;
}

void err_print(FILE *to, const struct err *e)
{
    fputs("throughline: ", to);
    if (e->file[0])
        fputs(e->file, to);
    if (e->row > 0)
        fprintf(to, "%srow %ld", e->file[0] ? ", " : "", e->row);
    if (e->column[0])
        fprintf(to, "%scolumn %s", e->file[0] || e->row > 0 ? ", " : "", e->column);
    fprintf(to, "%s%s\n", e->file[0] || e->row > 0 || e->column[0] ? ": " : "", e->what);
    if (e->hint[0])
        fprintf(to, "  %s\n", e->hint);
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
    fprintf(stderr, "throughline: internal fault at %s:%d: ", file, line);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputs("\n  Please report it with the command that you typed.\n", stderr);
    abort();
}
