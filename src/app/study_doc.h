/* The answer of a `study` command: one JSON object whose keys are the tables of the question, each
 * an array of rows, beside estimate, grade, reasons, settings and version. */
#ifndef APP_STUDY_DOC_H
#define APP_STUDY_DOC_H

#include "base/err.h"
#include "base/str.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* {"estimate": null, "grade": null, "reasons": [], "settings": {}, "version": "..."} */
json_t *study_doc_new(void);
/* A new empty row at the end of the table `key`, which is made when missing. Owned by the document.
 */
json_t *study_doc_row(json_t *doc, const char *key);
/* Makes the table even when it stays empty. */
json_t *study_doc_table(json_t *doc, const char *key);
json_t *study_doc_settings(json_t *doc);
/* A number: NaN becomes null, infinities "Inf" and "-Inf". */
void study_put(json_t *row, const char *column, double v);
/* A count: a whole number without a decimal point when it is one below 2^53. */
void study_put_count(json_t *row, const char *column, double v);
void study_put_text(json_t *row, const char *column, const char *text);
void study_put_str(json_t *row, const char *column, struct str text);
/* One more sentence of reasons; the grade is set to `grade` when that is worse (D > C > B > A). */
void study_doc_reason(json_t *doc, char grade, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* A sentence that says nothing against the estimate. */
void study_doc_note(json_t *doc, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* settings.data_sha256, so that an answer can be traced to its bytes. */
void study_doc_hash(json_t *doc, struct str bytes);
/* For people: estimate, reasons and every table in columns, at most `max_rows` of each. */
void study_doc_print(FILE *to, const json_t *doc, size_t max_rows);

#endif
