/* The register's linkage model: in the clear its levels and their weights, and no value of any
 * record (LINK_MODEL_TEXT); sealed, how common values were and what was compared when it was
 * trained (linkage/frozen.h). While both stand, what the register's lines are depends on its
 * records and on people's decisions alone, whatever the order in which they came. */
#ifndef APP_REGISTER_MODEL_H
#define APP_REGISTER_MODEL_H

#include "linkage/link.h"
#include "store/store.h"

#define LINK_MODEL_TEXT "link.model"

struct register_model {
    struct link_model *model; /* NULL: there is none that this version can use */
    bool outdated;            /* there is one, of another version of the rules or columns */
    struct link_frozen *frozen;
    int64_t id;       /* 1, 2, ...: stands in the history of lines */
    uint64_t records; /* that it was trained on */
};

/* Key KEY_S3. Free with register_model_free, also when it is empty. */
MUST_CHECK enum status register_model_read(struct store *s, struct register_model *out,
                                           struct err *e);
/* Keeps a new model, inside the caller's transaction; sets m->id. */
MUST_CHECK enum status register_model_keep(struct store *s, struct register_model *m,
                                           struct err *e);
void register_model_free(struct register_model *m);

#endif
