/* The bound on memory of study link: held against what the run needs before it starts. */
#ifndef APP_LINK_MEMORY_H
#define APP_LINK_MEMORY_H

#include "app/link_spec.h"

/* One pass over the file. ST_DATA, with what is needed and what the bound is, when the run would
 * not fit. *pairs_most: pairs that there is room for. */
MUST_CHECK enum status link_memory_check(const char *people, const struct link_spec_file *spec,
                                         int threads, uint64_t bound_bytes, size_t *pairs_most,
                                         struct err *e);

#endif
