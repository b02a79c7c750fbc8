/* The inside of a mapper: the plan for a file, and the row being mapped. Private to map*.c. */
#ifndef INGEST_MAP_PRIVATE_H
#define INGEST_MAP_PRIVATE_H

#include "ingest/map.h"
#include "ingest/value.h"

/* ---- answers remembered per column ---- */

/* Entries; MEMO_MOST is three quarters of a power of four times the least. */
enum { MEMO_LEAST = 32, MEMO_MOST = 6144, MEMO_CELL_MAX = 120 };

struct memo_entry {
    uint64_t hash;
    struct str cell; /* p NULL: free */
    struct value *value;
};
struct memo {
    struct memo_entry *slots;
    size_t used, cap;
};

/* ---- the plan ---- */

struct binding {
    const struct layout_column *column;
    size_t cell;
    struct memo memo;
    bool plain_text; /* free text: not worth remembering */
};

/* What the dictionary requires and a channel may not say. */
struct fill {
    const struct field *field;
    const char *code;
};
/* A reference between rows of one record. */
struct owner {
    const struct field *field;
    const struct entity *target;
    const char *first; /* "target.1", by far the most frequent */
};

struct pending_age {
    const struct field *field;
    int instance;
    struct when when;
};
enum { PENDING_MAX = 32 };

struct mapper {
    const struct layout *layout;
    struct str *header; /* copies of the views; the table owns the bytes */
    size_t columns;
    int32_t today;
    struct binding *bindings;
    size_t count;
    struct str *unknown;
    size_t unknown_count;
    size_t *constants; /* places in layout->columns */
    size_t constant_count;
    struct fill *fills; /* per entity, in entity order */
    size_t *fill_start; /* entity_count + 1 */
    struct owner *owners;
    size_t owner_count;
    struct arena memory;
    const char **texts; /* of problems, each once */
    size_t text_count, text_cap;
    uint64_t day_first;
    /* fields with rules of their own */
    const struct field *birth, *birth_latest, *received, *external_id, *source_key, *second,
        *given_name, *family_name, *seq, *age_at_entry, *start, *end, *exit_date, *exit_status,
        *exit_truth;
    /* the row being mapped */
    struct record *record;
    struct findings *findings;
    const struct table_row *row;
    bool rejected, ongoing, one_time;
    struct pending_age pending[PENDING_MAX];
    size_t pending_count;
};

#endif
