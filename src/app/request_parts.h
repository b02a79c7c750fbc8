/* What the parts of the data request share. Only request_tables.c looks at rows; the pages know
 * tables that are protected, or exact when the job is complete. */
#ifndef APP_REQUEST_PARTS_H
#define APP_REQUEST_PARTS_H

#include "app/report_parts.h"
#include "app/request.h"
#include "app/request_rows.h"

enum { REQUEST_ITEMS = 17, REQUEST_COVERAGE_MAX = 120 };

/* A row of sca_data_request.csv. */
struct request_item {
    int number; /* 1 to 17, from the id */
    const char *id, *phase, *question, *unit, *population, *numerator, *denominator, *period;
    const char *fields, *nested_in, *closest;
    size_t coverage_first, coverage_count;
};

struct request_figure {
    int64_t numerator, denominator, unsettled;
    bool has_denominator;
    bool no_numerator; /* the field that would tell it is never filled, or hardly ever */
};

struct request {
    struct request_job *job;
    struct report r; /* memory, bulletin, grids, and the rows that definitions need */
    struct request_rows rows;
    struct request_item items[REQUEST_ITEMS];
    size_t item_count;
    struct request_coverage coverage[REQUEST_COVERAGE_MAX];
    size_t coverage_count;
    const char *periods[REQUEST_PERIODS + 1]; /* the years, then the whole window */
    const char *span;                         /* "2019-01-01 to 2023-12-31" */
    /* tables */
    struct release_table quality[REQUEST_PERIODS][QUALITIES]; /* [0] of each is unused */
    struct release_table nrm, undated, referrals, exits, actions;
    struct release_table definition[DEFINITIONS_MAX]; /* year x (strict, lenient) verdicts */
    struct release_table occurrences;                 /* year x (definition and mode) */
};

/* Reads the questions and the fields that each needs. */
void request_items_read(struct request *q);
/* Counts everything; protected unless the job is complete. */
MUST_CHECK enum status request_tables(struct request *q, struct err *e);

/* Years and ways of leaving, and the table of both: the same cells in the request and in the
 * report, so that the ledger knows them for the same people. The sheet's rows are rows->exits. */
struct release_sheet;
void request_leavings_sheet(const struct request_rows *rows, struct release_sheet *s,
                            struct release_table *t);

/* The numbers of an item in a period (the last: the whole window); not for 12 and 17. */
struct request_figure request_figure(const struct request *q, int number, int period);
/* Of a definition (2 k + mode). */
struct request_figure request_definition(const struct request *q, size_t k, int period);
int64_t request_occurrences(const struct request *q, size_t k, int period);
/* Is any action of an exit plan dated as done? Else what was put in place is not collected. */
bool request_actions_dated(const struct request *q);
/* Is what the item asks recorded anywhere in the register? */
bool request_collected(const struct request *q, const struct request_item *item);
/* How it is counted here, and why some cannot be settled. */
const char *request_rule(int number);
const char *request_why(int number);

/* How often the fields of an item are filled, and why not more: as a table, and in words. */
void request_coverage_table(struct request *q);
void request_missing_words(struct request *q, const struct request_item *t);
void request_pages(struct request *q);

#endif
