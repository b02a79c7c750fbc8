/* Use case: what became of a person's line. Which records it holds, and every merge and split that
 * it took part in: when, because of what, by whom, with which other line. No value of a record. */
#ifndef APP_LINE_STORY_H
#define APP_LINE_STORY_H

#include "store/store.h"

/* Records that came from, or left for, one other line in one step. A new referral comes from the
 * line of its own number. */
struct line_event {
    const char *at, *actor;
    const char
        *cause;      /* "import 3", "import 3 undone", "decision on 12 and 34", "model 2", ""... */
    bool joined;     /* came to this line; false: left it */
    int64_t other;   /* the other line */
    int64_t *record; /* ascending */
    size_t records;
};
struct line_story {
    int64_t line;
    int64_t *member; /* records on it now */
    size_t members;
    int64_t *today; /* lines that hold a record which is or ever was on it, this one included */
    size_t todays;
    struct line_event *event; /* oldest first */
    size_t events;
};

/* Needs no key; goes into the audit log. Everything lives in `memory`. ST_DATA: there never was
 * such a line. */
MUST_CHECK enum status line_story_read(struct store *s, int64_t line, struct arena *memory,
                                       struct line_story *out, struct err *e);

#endif
