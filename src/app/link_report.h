/* The linkage report: model, blocking, weights and doubts as one page without scripts. */
#ifndef APP_LINK_REPORT_H
#define APP_LINK_REPORT_H

#include "base/json.h"
#include "linkage/link.h"

/* `model` and `summary` are the documents that study link writes. */
void link_report_html(struct buf *out, const json_t *model, const json_t *summary,
                      const struct link_result *r);

#endif
