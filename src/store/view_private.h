/* A view in the making: view.c asks and walks, view_batch.c reads and unseals. */
#ifndef STORE_VIEW_PRIVATE_H
#define STORE_VIEW_PRIVATE_H

#include "store/store_private.h"

/* A record that the view will give. */
struct wanted {
    int64_t id, line, import;
    uint32_t person; /* offset in `people` */
};

enum cell { CELL_PERSON, CELL_ROW_ID, CELL_REFERENCES, CELL_SEALED, CELL_NUMBER, CELL_TEXT };
enum cell view_cell_of(const struct field *f);

/* One entity of the view. */
struct stream {
    const struct entity_table *table;
    const struct field **fields; /* those selected */
    enum cell *cells;            /* how each is read */
    size_t n;
    char *sql;
    struct db_stmt *q;
    bool live; /* positioned on a row */
};

struct cursor {
    struct store *s;
    struct db *db; /* the reader; inside a transaction the store's own, which sees what it wrote */
    char *purpose;
    bool sequential; /* streams run along the whole tables; else one look-up per record */
    bool by_line;
    struct stream *streams;
    size_t stream_count;
    struct wanted *wanted;
    size_t wanted_count, wanted_cap, at;
    struct buf people; /* person ids, NUL-separated */
    struct stored *rows;
    size_t rows_cap;
    struct arena memory, batch; /* the cursor's; the batch's */
    struct content_hash hash;
    unsigned classes; /* keys that were used */
};

/* Reads and unseals the records of rows[0..n), whose ids and empty records are set. */
MUST_CHECK enum status view_fill_batch(struct cursor *c, size_t n, struct err *e);

#endif
