/* The inside of a publication in the making. */
#ifndef APP_RELEASE_PARTS_H
#define APP_RELEASE_PARTS_H

#include "app/release.h"
#include "app/release_files.h"
#include "disclosure/joint_past.h"

struct release {
    struct store *store;
    const char *kind;
    const unsigned char *key;
    struct arena memory;
    struct ledger_release *ledger; /* published, in order of number */
    struct joint_release *earlier;
    size_t earlier_count;
    struct joint_past past;
    struct joint_table *table; /* this release's */
    size_t table_count, table_cap;
    int64_t reach; /* of this release's rounding */
    struct ledger_release row;
    const char *dir;
    struct release_file *there; /* what was in the directory before */
    size_t there_count;
};

/* A table as JSON text, and back. */
json_t *release_table_json(const struct joint_table *t);
json_t *release_counts_json(const struct joint_table *t);
MUST_CHECK enum status release_table_parse(const struct ledger_table *from, struct arena *memory,
                                           struct joint_table *out, struct err *e);

#endif
