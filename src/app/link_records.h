/* The register's records as linkage sees them: names, birth date, sex, nationality and references,
 * read with the S3 key alone. Shared by the jobs that link all, link what is new, and answer a
 * match. */
#ifndef APP_LINK_RECORDS_H
#define APP_LINK_RECORDS_H

#include "linkage/link.h"
#include "store/store.h"

enum link_cell {
    CELL_GIVEN,
    CELL_FAMILY,
    CELL_DOB,
    CELL_DISPUTE, /* of the birth date */
    CELL_SEX,
    CELL_NATIONALITY,
    CELL_HO_REF,
    CELL_CRIME_REF,
    CELL_CASE_REF, /* the sender's own reference for the person, within the sender */
    CELLS
};

/* Fields that the cells are made of. */
#define LINK_CELL_FIELDS                                                                           \
    "identity.given_name", "identity.family_name", "person.birth_date",                            \
        "person.birth_date_precision", "referral.age_status_at_referral",                          \
        "age_dispute.claimed_birth_date", "age_dispute.assessed_birth_date",                       \
        "age_dispute.decided_on", "person.gender", "person.nationality", "person.source_key",      \
        "identifier.scheme", "identifier.value"

/* Columns of the register, and no blocking rules: those come from the data. */
struct link_spec link_records_spec(void);

/* A reference that a record quotes or bears, in its plain form (letters and digits, folded). */
struct quoted {
    int64_t record;
    char *text;
};

struct link_records {
    struct link_data *data;
    int64_t *id;     /* store id of each record, in order of adding, which is ascending */
    int64_t *line;   /* its line now */
    int64_t *import; /* its import */
    bool *fresh;     /* it is one of those to be compared (link_wanted) */
    size_t count, cap;
    struct quoted *borne; /* references that name a record: its own NRM, helpline, ... reference */
    size_t borne_count, borne_cap;
    struct quoted *quoted; /* earlier references that a record quotes */
    size_t quoted_count, quoted_cap;
    struct arena memory;
};

/* Which records, and which of their pairs. */
struct link_wanted {
    const int64_t *records; /* only these, ascending; NULL: every visible one */
    size_t count;
    /* Compare only pairs with a record after `after`, or one of `again` (ascending): for finding
     * what is new to a register that is linked already. */
    bool only_fresh;
    int64_t after;
    const int64_t *again;
    size_t agains;
};

/* Free with link_records_free. */
MUST_CHECK enum status link_records_read(struct store *s, const struct link_wanted *wanted,
                                         struct link_records *out, const struct progress *progress,
                                         struct err *e);
void link_records_free(struct link_records *r);
/* Position of a store id; false when it is not there. */
bool link_records_find(const struct link_records *r, int64_t id, uint32_t *position);

/* For whoever keeps an index: calls `each` with the cells of every visible record after `after`, in
 * order, and leaves their references in *out (data stays NULL; free it with link_records_free). */
MUST_CHECK enum status link_cells_after(struct store *s, int64_t after,
                                        enum status (*each)(void *ctx, int64_t id,
                                                            const struct str cells[CELLS],
                                                            struct err *e),
                                        void *ctx, struct link_records *out, struct err *e);
/* Letters and digits, upper case: how references are compared. */
char *link_plain_reference(struct arena *memory, struct str text);

/* The text that stands for a record's id in link_data: sorts as the number does. */
void link_record_name(int64_t id, char out[20]);

/* Fills cells from a record; NULL-safe. `organisation` qualifies the sender's own reference. */
void link_cells(const struct record *r, const char *organisation, struct arena *memory,
                struct str cells[CELLS]);

#endif
