/* study name: the derived forms of a name, and how like another it is. */
#ifndef APP_STUDY_NAME_H
#define APP_STUDY_NAME_H

#include "base/json.h"

/* `other` may be NULL. `country` (ISO 3166-1 alpha-2, of the first name's bearer, "" when unknown)
 * tells the language of Han signs. The document: {"names": [{"plain", "cut", "tokens": [{"word",
 * "compared", "skeleton", "role", "script", "family", "weak"}]}], "version"} and, with two names,
 * "similarity" and "why":
 * [{"token", "other", "kind", "similarity"}] of the first name, then "why_other" of the second. */
json_t *study_name_doc(const char *name, const char *other, const char *country);

#endif
