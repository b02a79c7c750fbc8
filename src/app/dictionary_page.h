/* The reference page of the data dictionary, made from the dictionary itself: one HTML file without
 * scripts that the browser's own find searches. Also as plain text for the terminal. */
#ifndef APP_DICTIONARY_PAGE_H
#define APP_DICTIONARY_PAGE_H

#include "base/str.h"
#include "domain/dictionary.h"

/* The whole page. Same dictionary, same bytes. */
void dictionary_page_html(struct buf *out);
/* One entity with its fields, or one code list; false when there is neither of that name. NULL: the
 * list of both. */
bool dictionary_page_text(struct buf *out, const char *name);

#endif
