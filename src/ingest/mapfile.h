/* Mapping files: how the columns of somebody's own layout map to the dictionary.
 *
 *   {"as": "ngo",
 *    "columns": {"Client ref": {"field": "referral.external_id", "required": true},
 *                "Surname": "identity.family_name",
 *                "Notes": null},
 *    "constants": {"referral.status": "RECEIVED"}}
 *
 * A column is a field, or an object with field and, as in domain/layout.h, instance, transform,
 * argument, required, completes; null: read and not kept. A list of those: the cell goes to several
 * fields. "likely" (per cent) and "because" are what a first guess says of itself and are ignored.
 * The channel's own constants are added where the file has none. */
#ifndef INGEST_MAPFILE_H
#define INGEST_MAPFILE_H

#include "domain/layout.h"
#include "ingest/table.h"

#include <jansson.h>

/* `base` is the layout of the channel that the rows will be imported as; NULL for canonical. Free
 * with layout_free. */
MUST_CHECK enum status mapfile_read(const char *path, const struct layout *base, struct layout *out,
                                    struct err *e);

/* A first guess from the headers (spelling, common synonyms) and the first rows (do the cells read
 * as that field?). Reads up to 200 rows of the table. Columns without a fair guess are null: to be
 * filled in by hand. Pure but for reading the table; same table, same guess. */
MUST_CHECK enum status mapfile_suggest(struct table *t, const struct layout *base, int32_t today,
                                       json_t **out, struct err *e);

#endif
