/* A statistical bulletin: text, tables and figures in one order, written as one self-contained page
 * (HTML), a workbook (ODS, XLSX), one CSV a table with CSVW metadata, and one SVG a figure. What is
 * said once here is the same in every form.
 *
 * The page works without a network, script or style sheet of its own beside it; headings,
 * landmarks, captions and header scopes are for screen readers; it prints. Text is escaped here:
 * pass it raw. "[note 1]" in a table is listed at the end of the page and on the notes sheet. */
#ifndef PUBLISH_BULLETIN_H
#define PUBLISH_BULLETIN_H

#include "base/str.h"
#include "chart/plot.h"
#include "publish/workbook.h"

struct bulletin;

struct bulletin_head {
    const char *title, *subtitle, *subject, *author;
    const char *created; /* "2024-03-31T09:30:00Z" */
    const char *made;    /* a warning at the top of the page and of the cover: the data are made, or
                            not for publication; NULL for none */
    const char *stamp;   /* the same in a few words, on each printed page; NULL for none */
    const char *contact; /* stands at the end of the page and in the description of the files; may
                            be NULL */
    const char
        *licence; /* under which the release may be used: words, or an address; NULL for none */
    bool alone;   /* one page of text and tables, no files beside it: bulletin_write_page */
    const char *const *cover; /* further lines of the cover, NULL-ended */
};

enum { BULLETIN_LINE_BYTES = 300 };
/* `text` is what the message calls `what` ("contact"). ST_USAGE when it is blank, too long or holds
 * control characters; NULL is none and fine. */
MUST_CHECK enum status bulletin_check_line(const char *what, const char *text, struct err *e);

/* Strings are copied. Free with bulletin_free. */
struct bulletin *bulletin_new(const struct bulletin_head *head);
void bulletin_free(struct bulletin *b);

/* A section with its heading; `id` is the fragment ("timing"). It stands in the list of contents.
 */
void bulletin_section(struct bulletin *b, const char *id, const char *heading);
void bulletin_subsection(struct bulletin *b, const char *heading);
void bulletin_text(struct bulletin *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Items that follow each other make one list. */
void bulletin_item(struct bulletin *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A boxed warning or a boxed main point. */
void bulletin_callout(struct bulletin *b, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies the table: page, workbook and CSV. */
void bulletin_table(struct bulletin *b, const struct table *t);
/* The same; on the page it is closed until the reader opens it, and it is not printed. */
void bulletin_table_folded(struct bulletin *b, const struct table *t);
/* Takes the SVG and the data behind it over (both are empty afterwards). `id` names the file. */
void bulletin_figure(struct bulletin *b, const char *id, struct buf *svg, struct chart_table *data);
/* The same with a second drawing for windows as narrow as a phone's. */
void bulletin_figure_pair(struct bulletin *b, const char *id, struct buf *svg, struct buf *narrow,
                          struct chart_table *data);
/* The number of a new note, for "[note N]". */
int bulletin_note(struct bulletin *b, const char *text);

/* DIR/index.html, tables.ods, tables.xlsx, csv/, figures/, and csv/csv-metadata.json
 * (publish/csvw.h), which describes every CSV file, those behind the figures too. The page is
 * written last, so that a directory with a page is complete. */
MUST_CHECK enum status bulletin_write(struct bulletin *b, const char *dir, struct err *e);
/* The page of a bulletin that is `alone`, as a file. */
MUST_CHECK enum status bulletin_write_page(struct bulletin *b, const char *path, struct err *e);

#endif
