/* study splink-import, study splink-export: Splink's settings to our specification and model, and
 * back. */
#ifndef APP_STUDY_SPLINK_H
#define APP_STUDY_SPLINK_H

#include "base/json.h"

struct study_splink {
    const char *settings;     /* Splink's JSON: read or written */
    const char *spec, *model; /* ours; model may be NULL */
    bool approximate;         /* of the export */
};

/* Writes s->spec and, when asked, s->model; *report says what became what. */
MUST_CHECK enum status study_splink_import(const struct study_splink *s, json_t **report,
                                           struct err *e);
/* Writes s->settings. */
MUST_CHECK enum status study_splink_export(const struct study_splink *s, json_t **report,
                                           struct err *e);

#endif
