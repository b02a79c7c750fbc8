/* Layouts: how the columns of a channel's extract map to the dictionary.
 *
 * A layout is a CSV file under data/layouts, one row per column, so that the importer, the
 * simulator, `throughline help formats` and the reference read the same declaration. Columns:
 *
 *   column     header in the extract; empty for a constant that every row gets. A header may stand
 *              in several rows: its cell then goes to each of their fields.
 *   alias      other headers that mean the same, divided by '|' (the casework keys); may be empty
 *   field      entity.field of the dictionary; empty: known and not kept
 *   instance   which row of that entity, from 1 (default 1). Layouts that use the dictionary's own
 *              names write entity.field, and entity2.field for instance 2
 *   transform  how a cell becomes the canonical value (below); empty: by the field's type
 *   argument   of the transform
 *   required   Y: a row of the extract without it is rejected. WITH: the cell completes an entity
 *              row that another cell makes, and makes none by itself (as constants do)
 *   note       shown in help
 *
 * Which entity rows a record gets: (entity, instance) when a cell that is neither WITH nor a
 * constant has a value; then its WITH cells and constants are added. References between rows of a
 * record are not columns: a REF points to the row with the same instance, or to instance 1 when
 * there is none; a constant on a REF field names the instance instead. Codes that the dictionary
 * requires and a channel does not say are UNKNOWN (NOT_ASKED where the list has it).
 *
 * Transforms:
 *   const      the canonical value is `argument` (column empty)
 *   yesno      yes|true|1 -> YES, no|false|0 -> NO, not-sure|i-dont-know|unknown -> UNKNOWN
 *   crosswalk  the code of the row whose column `argument` of the field's code list holds the cell
 *              (the list's own codes and labels first). Values divided by ';' make several rows of
 *              a CODE field; of a CODES field they are joined, but for one that another column of
 *              the same field has said already, and finer
 *   flag       a ticked box adds the code `argument` to the field's codes
 *   negate     as yesno, with YES and NO exchanged
 *   map        argument is from=to;from=to: the cell (ASCII case ignored) becomes `to`;
 *              an empty `to` leaves the field as it is
 *   words      argument is words|words=CODE;...;*=CODE: the first rule, in order, of which one word
 *              begins a word of the cell (ASCII case ignored); * when none does
 *   period     free words about when. On episode.start_date: start and end with their latest and
 *              precision companions (and age_at_entry from a stated age). On exit.date: the end of
 *              the (last) period
 *              At least these are read, with "to", "until" or a dash between the ends and "from",
 *              "since", "about", "around" in front: 12 March 2019 | 12/03/2019 | 2019-03-12 (DAY),
 *              March 2019 | 03/2019 | early/mid/late March 2019 (MONTH), Q1 2019 | spring 2019
 *              (QUARTER), 2019 | early/mid/late 2019 (YEAR), when aged 15 to 17 | at 15 (AGE);
 *              present | ongoing | now as an end: none. Anything else: precision NONE, or
 *              ORDER_ONLY when it says before or after
 *   periods    the same, several periods in order of time divided by ';', words in brackets left
 *              aside. The last is row `instance`, of which the rest of the form speaks; the earlier
 *              ones are instance + 1, + 2, ... in order; seq says the order of all
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
    MAP_WORDS,
    MAP_PERIOD,
    MAP_PERIODS,
    MAP_FULL_NAME
};

/* As written in layout files; "" for MAP_BY_TYPE. */
const char *transform_name(enum transform t);

struct layout_column {
    struct str column, alias, argument, note;
    const struct field *field; /* NULL: known and not kept */
    int instance;
    enum transform transform;
    bool required;
    bool completes; /* required = WITH */
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
/* Is `header` one of the column's aliases? */
bool layout_column_has_alias(const struct layout_column *c, struct str header);
/* The first column whose name or else alias this is, NULL when unknown. */
const struct layout_column *layout_column_named(const struct layout *l, struct str header);

#endif
