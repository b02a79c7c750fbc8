/* Layouts: how the columns of a channel's extract map to the dictionary.
 *
 * A layout is a CSV file under data/layouts, one row per column, so that the importer, the
 * simulator, `throughline help formats` and the reference read the same declaration. Columns of the
 * file: column     header in the extract; empty for a constant that every row gets alias another
 * header that means the same (the casework key), may be empty field      entity.field of the
 * dictionary; empty: known and not kept instance   which row of that entity, from 1 (default 1)
 *   transform  how a cell becomes the canonical value (below); empty: by the field's type
 *   argument   of the transform
 *   required   Y: a row without it is rejected
 *   note       shown in help
 * Transforms:
 *   const      the canonical value is `argument` (column empty)
 *   yesno      yes|true|1 -> YES, no|false|0 -> NO, not-sure|i-dont-know|unknown -> UNKNOWN
 *   crosswalk  the code of the row whose column `argument` of the field's code list holds the cell
 *   flag       a ticked box adds the code `argument` to the field's codes
 *   negate     as yesno, with YES and NO exchanged
 *   map        argument is from=to;from=to: the cell (ASCII case ignored) becomes `to`
 *   period     free words about when: start_date, start_latest, start_precision and the end ones
 *   full_name  one column for the whole name: kept in given_name when it cannot be divided */
#ifndef DOMAIN_LAYOUT_H
#define DOMAIN_LAYOUT_H

#include "domain/dictionary.h"

enum transform {
    MAP_BY_TYPE,
    MAP_CONST,
    MAP_YESNO,
    MAP_CROSSWALK,
    MAP_FLAG,
    MAP_NEGATE,
    MAP_MAP,
    MAP_PERIOD,
    MAP_FULL_NAME
};

struct layout_column {
    struct str column, alias, argument, note;
    const struct field *field; /* NULL: known and not kept */
    int instance;
    enum transform transform;
    bool required;
};

struct layout {
    const char *channel; /* "nrm", "dtn", "msvcc", "helpline", "ngo", "police", ... */
    struct layout_column *columns;
    size_t count;
};

/* The compiled-in layout of a channel, NULL when there is none. */
const struct layout *layout_of_channel(const char *channel);
/* All of them. */
const struct layout *const *layout_all(size_t *count);
/* Parses a layout file's bytes (a user's mapping in CSV form). Messages name the row and column. */
MUST_CHECK enum status layout_parse(struct str bytes, const char *name, struct layout *out,
                                    struct err *e);
void layout_free(struct layout *l);
/* The column whose name or alias this is, NULL when unknown. */
const struct layout_column *layout_column_named(const struct layout *l, struct str header);

#endif
