/* Rows of a table to records of the dictionary, by a layout: what domain/layout.h promises.
 *
 * A mapper belongs to one thread; several over the same table and layout give the same records.
 * Findings say row, column, what is wrong and what to do; never the value, only its shape. An error
 * rejects the row, a warning keeps it. Pure: no file, no clock. Cost: about 6 us for a row of the
 * NRM layout; answers per distinct cell text are remembered (a bounded table per column). */
#ifndef INGEST_MAP_H
#define INGEST_MAP_H

#include "domain/layout.h"
#include "domain/record.h"
#include "ingest/table.h"

struct finding {
    long row;
    bool warning;     /* the row is kept */
    char column[100]; /* header of the extract; empty: the row as a whole */
    char shape[24];   /* digits 9, letters a; "" when the cell is empty */
    const char *what; /* lives in the mapper */
};
struct findings {
    struct finding *list;
    size_t n, cap;
};
void findings_add(struct findings *f, long row, bool warning, struct str column, struct str cell,
                  const char *what);
void findings_free(struct findings *f);

struct mapper;

/* The table's columns are looked up in the layout. ST_DATA: a required column is not there, or the
 * headers are those of another channel ("this looks like a msvcc extract"; only checked when
 * `check_channel`). Columns that the layout does not know are left aside: mapper_unknown. */
MUST_CHECK enum status mapper_new(const struct table *t, const struct layout *l, bool check_channel,
                                  int32_t today, struct mapper **out, struct err *e);
void mapper_free(struct mapper *m);
/* Header of the i-th column that is not read; empty string view after the last. Columns that an
 * earlier import added to a rejects file are not among them. */
struct str mapper_unknown(const struct mapper *m, size_t i);
/* Dates such as 03/04/2021 that only the UK rule decides, so far. */
uint64_t mapper_day_first(const struct mapper *m);

/* True when the row is kept. `out` is filled in any case; its arena is the caller's, and so is the
 * life of `row`'s cells. */
bool mapper_row(struct mapper *m, const struct table_row *row, struct record *out,
                struct findings *f);
/* The sender's key of the row: referral.external_id, else person.source_key; empty when neither. */
struct str mapper_source_key(const struct mapper *m, const struct record *r);

/* The columns that an import adds to its rejects file and ignores when reading one. */
#define REJECT_COLUMNS 3
extern const char *const reject_columns[REJECT_COLUMNS];
bool is_reject_column(struct str header);

/* Is this table's header that of another channel? NULL when it fits, or when nothing fits better.
 */
const char *channel_that_fits_better(const struct table *t, const struct layout *l);

/* A layout from headers that are the dictionary's own names (entity.field, entity2.field): channel
 * "canonical". ST_DATA when a header is none, with its column. */
MUST_CHECK enum status layout_from_headers(const struct table *t, struct layout *out,
                                           struct err *e);

#endif
