/* One import while it runs; shared by import.c (rows in) and import_end.c (finish, undo). */
#ifndef STORE_IMPORT_PRIVATE_H
#define STORE_IMPORT_PRIVATE_H

#include "store/store_private.h"

enum { PERSON_ID_BYTES = 28, CONTENT_BYTES = 16 };

struct prepared {
    char person_id[PERSON_ID_BYTES];
    unsigned char content[CONTENT_BYTES];
    int64_t replaces; /* record that this one supersedes, 0: none */
};

/* One sealed value, in the order of the fields of its row. */
struct sealed_row {
    struct str *values; /* field_count entries; p NULL for fields that are not sealed */
};

struct import {
    struct store *s;
    const char *organisation, *channel; /* kept in the store's memory */
    int64_t id;
    uint16_t keys[3]; /* current numbers of S3, S4, S5 for the organisation */
    int64_t key_generation;
    bool open;
    struct import_totals totals;
    struct prepared *prepared;
    size_t prepared_cap;
    struct sealed_row **sealed; /* per row of the batch, per row of its record */
    size_t sealed_cap;
    struct arena *job_memory; /* one per job of a batch */
    size_t job_memory_count;
    int64_t next_record;
};

/* Removes what killed imports left, inside the open transaction. Only a job calls this, and there
 * is one job at a time. */
MUST_CHECK enum status import_sweep(struct store *s, struct err *e);

#endif
