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
/* A column, all at its first code, for the caller to fill; `name` is unique in the sheet. */
uint8_t *release_sheet_column(struct release_sheet *s, const char *name, const char *const *labels);
/* The column added last. */
int release_sheet_last(const struct release_sheet *s);
/* The table will be counted over columns a, b and c (-1: none). `name` is unique in the sheet. */
void release_sheet_table(struct release_sheet *s, struct release_table *t, const char *name, int a,
                         int b, int c);
/* Fills every table: rounded together under the key, or exact when `key` is NULL. */
MUST_CHECK enum status release_sheet_count(const struct release_sheet *s, const unsigned char *key,
                                           struct err *e);

#endif
