/* Splink's settings (versions 3 and 4, as linker.misc.save_model_to_json or a settings dictionary
 * has them) to a specification and model of ours, and back.
 *
 * In: every comparison becomes a column of type as_written with levels of its own (own.h), in the
 * settings' own conditions, so that the weight of a pair is the one that Splink gives it. Out: such
 * columns are written as they are; columns of other types have levels that Splink's SQL has no
 * words for, and are refused, or, when asked, written with the nearest condition. What cannot be
 * represented is an error that names the place; what Splink has and we have no use for (names of
 * output columns, when to stop training) is listed in the report. */
#ifndef LINKAGE_SPLINK_JSON_H
#define LINKAGE_SPLINK_JSON_H

#include "base/json.h"
#include "linkage/link.h"

/* *spec and *report are new documents; *model too, or NULL when no level has m and u. Where only
 * some have them, Splink's own values stand in, and the report says so. */
MUST_CHECK enum status splink_import(const json_t *settings, const char *name, json_t **spec,
                                     json_t **model, json_t **report, struct err *e);

struct splink_source {
    const struct link_spec *spec;
    const char *id, *source; /* columns of the data; source may be NULL */
    /* the one column of the data behind column k; NULL: there are several, or levels of one's own
     */
    const char *column[LINK_MAX_COLUMNS];
};
/* `m` may be NULL (settings without m and u). *report lists what is approximate. ST_DATA: what has
 * no counterpart, all of it. */
MUST_CHECK enum status splink_export(const struct splink_source *s, const struct link_model *m,
                                     bool approximate, json_t **settings, json_t **report,
                                     struct err *e);

#endif
