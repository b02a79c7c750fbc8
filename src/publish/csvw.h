/* W3C, "Metadata Vocabulary for Tabular Data" (2015): one description of the CSV files of a release
 * for programs. Each column has a name, its title as in the header, and a datatype; shorthand such
 * as [c] is declared as null, so that numbers stay numbers; the first columns that tell the rows
 * apart are the primary key. */
#ifndef PUBLISH_CSVW_H
#define PUBLISH_CSVW_H

#include "base/mem.h"
#include "publish/workbook.h"

enum csvw_type { CSVW_STRING, CSVW_INTEGER, CSVW_DECIMAL, CSVW_NUMBER };

struct csvw_column {
    const char *title;
    enum csvw_type type;
    unsigned shorthand; /* bits of table_shorthand */
    bool blank;         /* an empty cell stands for no value */
};

struct csvw_file {
    const char *url; /* beside the description */
    const char *title, *source;
    const struct csvw_column *columns;
    size_t column_count;
    size_t key; /* the first `key` columns tell the rows apart; 0: they do not */
};

/* The description of a table as workbook_write_csv writes it; lives in `memory`. Cost: rows
 * squared. */
struct csvw_file csvw_of_table(const struct table *t, struct arena *memory);

struct csvw_group {
    const char *title, *created; /* created: "2024-03-31T09:30:00Z" */
    const char *subject, *description, *creator, *contact, *licence; /* NULL: left out */
    const struct csvw_file *files;
    size_t count;
};
/* Is it an address of the web, and not words? */
bool csvw_is_address(const char *text);
/* "csv-metadata.json" beside the files is where a reader that starts from one of them looks (Model
 * for Tabular Data, 5.3). */
MUST_CHECK enum status csvw_write(const char *path, const struct csvw_group *g, struct err *e);

#endif
