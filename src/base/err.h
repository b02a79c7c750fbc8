/* Errors: what happened, where in the data, what to do.
 *
 * A function that can fail returns enum status (never ignored) and fills a caller-owned struct err.
 * The same value is printed on the terminal, in a page and in JSON. Problems found in the user's
 * rows are data (a list of findings), not errors. BUG() is for our own faults and aborts. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* The numbers are the process's exit codes. */
enum status {
    ST_OK = 0,    /* done */
    ST_DATA = 1,  /* the data or the question is wrong */
    ST_USAGE = 2, /* wrong usage */
    ST_FAULT = 3  /* our fault, or the machine's (disk full, no memory) */
};

struct err {
    enum status status;
    char what[600];   /* what happened, plain English, no names or keys of people */
    char hint[300];   /* what to do about it; may be empty */
    char file[300];   /* file of the data, empty when there is none */
    char column[100]; /* column or field name, empty when there is none */
    long row;         /* 1-based row (line) in the file, 0 when there is none */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* Fills *e (keeping a place already set) and returns `s`. */
enum status err_set(struct err *e, enum status s, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Adds what to do. Returns e->status, so that `return err_hint(...)` reads well. */
enum status err_hint(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Adds the place in the data; a NULL or zero leaves that part as it is. */
enum status err_at(struct err *e, const char *file, long row, const char *column);

/* Takes the place away: what comes next is about something else. */
void err_nowhere(struct err *e);

/* Puts "context: " before what happened; for the way up. */
enum status err_context(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ST_FAULT with the text of `saved_errno` added. */
enum status err_errno(struct err *e, int saved_errno, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* "throughline: file, row 3, column dob: what\n  hint\n" */
void err_print(FILE *to, const struct err *e);

_Noreturn void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)

/* Returns from the calling function when `call` fails. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum status try_status_ = (call);                                                          \
        if (try_status_ != ST_OK)                                                                  \
            return try_status_;                                                                    \
    } while (0)

#endif
