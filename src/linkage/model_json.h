/* The model as a file that people can read and edit. docs/method/linkage.md describes it. */
#ifndef LINKAGE_MODEL_JSON_H
#define LINKAGE_MODEL_JSON_H

#include "base/json.h"
#include "linkage/link.h"

/* A new document. Frequencies are those of the model; values that fewer than 10 records have, and
 * values of phone, email, identifier and address columns, are never written. */
json_t *link_model_to_json(const struct link_model *m);

/* `name` is the file, for messages. Free *out with link_model_free. */
MUST_CHECK enum status link_model_from_json(const json_t *doc, const char *name,
                                            struct link_model **out, struct err *e);

/* Does the model fit the columns (same names and types, in any order)? Puts its columns into the
 * data's order. */
MUST_CHECK enum status link_model_fit(struct link_model *m, const struct link_data *d,
                                      struct err *e);

#endif
