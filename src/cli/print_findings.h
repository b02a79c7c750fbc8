/* Findings as lines of text and as JSON, for classify, flags and run. */
#ifndef CLI_PRINT_FINDINGS_H
#define CLI_PRINT_FINDINGS_H

#include "app/findings.h"
#include "base/json.h"

void print_findings(const struct findings_job *job);
json_t *findings_json(const struct findings_job *job);

#endif
