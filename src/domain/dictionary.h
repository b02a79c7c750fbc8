/* The data dictionary: entities, fields and code lists of the standardised data set, read from the
 * files under data/dictionary and data/codes that are compiled in. It is the schema: tables,
 * import, validation, sealing, export and the reference page are derived from it. */
#ifndef DOMAIN_DICTIONARY_H
#define DOMAIN_DICTIONARY_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_ID,       /* key of the row, text */
    FIELD_REF,      /* key of a row of another entity, text */
    FIELD_REFS,     /* several, joined by '|' */
    FIELD_TEXT,     /* free text */
    FIELD_CODE,     /* one code of `codes` */
    FIELD_CODES,    /* several, joined by '|', sorted */
    FIELD_DATE,     /* YYYY-MM-DD, the first possible day when coarse */
    FIELD_DATETIME, /* YYYY-MM-DDThh:mm:ssZ */
    FIELD_INT,
    FIELD_DECIMAL
};

enum field_requirement { NEED_OPTIONAL, NEED_REQUIRED, NEED_CONDITIONAL, NEED_DERIVED };

/* codes/sensitivity_class.csv. S3 to S5 are sealed at rest, S5 is never exported. */
enum sensitivity { S0, S1, S2, S3, S4, S5 };

struct code {
    struct str code, label, note;
    int32_t valid_from, valid_to; /* days, DATE_NONE when open */
    int32_t meaning_changed_on;   /* day on which the same code began to mean something else */
};

/* One file of data/codes. `code` is its first column (nationality: alpha3; others named `code`). */
struct code_list {
    const char *name;
    struct code *codes;
    size_t count;
    /* The whole file, for crosswalks: columns x rows of text. */
    struct str *columns;
    size_t column_count, row_count;
    struct str *cells; /* row-major */
};

struct field {
    const struct entity *entity;
    const char *name;
    enum field_type type;
    const struct code_list *codes; /* NULL unless CODE or CODES */
    enum field_requirement need;
    enum sensitivity sensitivity;
    const char *source_standard, *why, *reference;
    bool added; /* ours, not in the published 373 */
    int index;  /* position within the entity */
    /* Companions of a DATE that can be a range in life, else NULL. */
    const struct field *latest, *precision;
};

struct entity {
    const char *name, *label;
    struct field *fields;
    size_t field_count;
    bool added;
    int index;
};

struct dictionary {
    struct entity *entities;
    size_t entity_count;
    struct code_list *lists;
    size_t list_count;
};

/* The one dictionary, read at the first call; a fault in the compiled-in files is a BUG. */
const struct dictionary *dictionary(void);

/* NULL when there is none. Cost: a linear scan of a few dozen names; keep the pointer in loops. */
const struct entity *dictionary_entity(struct str name);
const struct field *entity_field(const struct entity *e, struct str name);
/* "entity.field" */
const struct field *dictionary_field(struct str path);
/* ... of a field that the code relies on: a BUG when there is none. */
const struct field *dictionary_need(const char *path);
const struct code_list *dictionary_codes(const char *list);

/* The code with this code or, failing that, this label, ASCII case ignored; NULL when unknown. */
const struct code *code_find(const struct code_list *list, struct str text);
/* Crosswalk: the code of the first row whose `column` holds `text` (whole cell or one of its
 * '|'-separated values, ASCII case ignored); empty when there is none. */
struct str code_crosswalk(const struct code_list *list, const char *column, struct str text);
/* The other way: the cell of `column` in the row of `code`; empty when there is none. */
struct str code_cell(const struct code_list *list, struct str code, const char *column);

const char *field_type_name(enum field_type t);
const char *sensitivity_name(enum sensitivity s);
static inline bool field_is_sealed(const struct field *f)
{
    return f->sensitivity >= S3;
}

#endif
