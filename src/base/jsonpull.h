/* A strict JSON reader that hands over one value at a time, for files of millions of small objects,
 * where a tree (base/json.h) would cost more than the work itself. RFC 8259; nesting is limited by
 * LIMIT_JSON_DEPTH; the first fault sticks and names its line.
 *
 *     jp_object_begin(j);
 *     while (jp_key(j, &key))
 *         if (str_is(key, "id")) jp_string(j, arena, &id);
 *         else jp_skip(j);
 *     if (j->failed) ... */
#ifndef BASE_JSONPULL_H
#define BASE_JSONPULL_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

struct jpull {
    const char *p, *end, *start;
    const char *name; /* file, for messages */
    long first_line;  /* line of `start` */
    struct err *e;
    bool failed;
    bool fresh; /* just after an opening bracket */
    int depth;
};

enum jp_kind { JP_OBJECT, JP_ARRAY, JP_STRING, JP_NUMBER, JP_TRUE, JP_FALSE, JP_NULL, JP_BAD };

struct jpull jp_open(struct str text, const char *name, struct err *e);
/* What comes next, without taking it. */
enum jp_kind jp_peek(struct jpull *j);

void jp_object_begin(struct jpull *j);
/* The next key of the open object (escapes resolved only when free of them: keys of interest are
 * ASCII); false at its end, which is taken, or after a fault. */
bool jp_key(struct jpull *j, struct str *key);
void jp_array_begin(struct jpull *j);
/* Is there another element in the open array? false at its end, which is taken, or after a fault.
 */
bool jp_element(struct jpull *j);

/* A string; points into the text when it has no escapes, else into the arena. */
void jp_string(struct jpull *j, struct arena *a, struct str *out);
void jp_int(struct jpull *j, int64_t *out);
void jp_null(struct jpull *j);
bool jp_bool(struct jpull *j);
/* Takes one value of any kind; checks its grammar. */
void jp_skip(struct jpull *j);
/* Only white space may follow. */
void jp_end(struct jpull *j);
/* Sets the fault (if it is the first) with the line. */
void jp_fail(struct jpull *j, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
