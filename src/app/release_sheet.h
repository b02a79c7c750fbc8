/* Rows of categories put together column by column, and the tables to be counted from them: what a
 * part of a release hands to release_protect. */
#ifndef APP_RELEASE_SHEET_H
#define APP_RELEASE_SHEET_H

#include "app/release_tables.h"

struct release_sheet {
    struct arena *memory; /* columns and counts live here */
    struct micro_column *columns;
    size_t column_count, column_cap, rows;
    struct release_table **tables;
    size_t table_count, table_cap;
};

struct release_sheet release_sheet_new(struct arena *memory, size_t rows);
/* A column, all at its first code, for the caller to fill; `name` is a dimension of the catalogue
 * and unique in the sheet. */
uint8_t *release_sheet_column(struct release_sheet *s, const char *name, const char *const *labels);
/* One of several columns of this name: `of` says which. */
uint8_t *release_sheet_column_of(struct release_sheet *s, const char *name, const char *of,
                                 const char *const *labels);
/* The rows are only part of the population: what their totals along the last column cover. */
void release_sheet_covers(struct release_sheet *s, const char *total);
/* The column added last. */
int release_sheet_last(const struct release_sheet *s);
/* The table will be counted over columns a, b and c (-1: none). `name` is one of the catalogue. */
void release_sheet_table(struct release_sheet *s, struct release_table *t, const char *name, int a,
                         int b, int c);
/* The same for one of the tables that the catalogue has for each of something: `of` says which. */
void release_sheet_table_of(struct release_sheet *s, struct release_table *t, const char *name,
                            const char *of, int a, int b, int c);
/* Fills every table: protected as part of the release, or exact when that is NULL. `population` is
 * one of the catalogue. */
MUST_CHECK enum status release_sheet_count(const struct release_sheet *s, struct release *release,
                                           const char *population, struct err *e);

#endif
