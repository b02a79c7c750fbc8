/* Import: an agency's extract into the register.
 *
 * Every row is validated (ingest/map.h). Good rows go to the store, bad rows to FILE.rejected.csv
 * with what is wrong, in the original columns, so that the file can be corrected and imported as it
 * is. Importing a file twice changes nothing; a corrected file brings the rows that are new.
 * Nothing is visible until every row is in; a failure or a kill leaves the register as it was. */
#ifndef APP_IMPORT_H
#define APP_IMPORT_H

#include "ingest/map.h"
#include "store/store.h"

struct import_request {
    const char *file;
    const char *channel;      /* layout name, "canonical" */
    const char *organisation; /* who sent it */
    const char *store_dir;    /* may be NULL for a dry run */
    const char *key_file;     /* NULL: as store_open says */
    const char *map_file;     /* NULL: the channel's own layout */
    bool dry_run;             /* check every row, write nothing */
    int32_t today;
    int threads;
    struct actor actor;
    const struct progress *progress;
};

/* How often one thing was wrong in one column. */
struct import_problem {
    char column[100];
    const char *what; /* lives in the report's memory */
    bool warning;
    uint64_t count;
    long first_row;
    char shape[24]; /* of the first */
};

struct import_report {
    char kind[8], encoding[40], sheet[100];
    char delimiter; /* 0: a spreadsheet */
    int sheets;
    uint64_t rows, added, same, changed, rejected, warnings, day_first, repeated;
    int64_t import_id;
    bool again;                      /* these very bytes were imported before */
    char rejects[1100];              /* path of the rejects file; "" when every row was good */
    struct import_problem *problems; /* the first LIMIT_PROBLEMS kinds */
    size_t problem_count, problem_cap;
    char **unknown; /* headers that were not read */
    size_t unknown_count;
    struct arena memory;
};
void import_report_free(struct import_report *r);

/* ST_DATA: the file as a whole cannot be read (the message names the place), or the register is
 * locked, damaged or under another key. Rejected rows are not an error. */
MUST_CHECK enum status app_import(const struct import_request *q, struct import_report *out,
                                  struct err *e);

/* A first guess of a mapping file for the table, into `map_out`. */
MUST_CHECK enum status app_import_suggest(const char *file, const char *channel,
                                          const char *map_out, int32_t today, struct err *e);

#endif
