/* Columns: interned values, their normalised forms, and the records as rows of value numbers.
 *
 * Layout, because a pair costs mostly cache misses: a record is one row of 32-bit value numbers; a
 * value is one 64-byte line (comparer key, packed date or other payload, weight when equal). What
 * is needed rarely (whole text, hashes for blocking, words) lies in arrays beside it. Value number
 * 0 is "missing" in every column. */
#ifndef LINKAGE_COLUMN_H
#define LINKAGE_COLUMN_H

#include "base/mem.h"
#include "linkage/dates.h"
#include "linkage/intern.h"
#include "linkage/link.h"
#include "text/compare.h"

struct value {
    struct cmp_key key;
    uint32_t extra;   /* packed date; year; of names the sound and two flags (below) */
    float equal_bits; /* weight of agreement on this very value; set with the model */
};
_Static_assert(sizeof(struct value) == 64, "a value is one cache line");

enum { VALUE_WORDS = 8, INITIAL_OF_WORDS = 0x80, NATION_ETHIOPIAN_CALENDAR = 1 };

/* Names, places, addresses and free text also as words. */
struct words {
    uint64_t sorted;            /* hash of the words in sorted order, spaces left out of account */
    uint64_t joined;            /* hash of the text without spaces */
    uint32_t word[VALUE_WORDS]; /* 32-bit hashes of the first words */
    uint8_t n;
};

/* Names also as the words that a person's name is made of. */
struct name_form {
    uint32_t sound[VALUE_WORDS]; /* of each of the first words: hash of its skeleton; 0: none */
    uint32_t joined_sound;       /* of the words written together */
    uint32_t first_key;          /* in column.word_key, one a word, when there are several */
    uint32_t first_formal;       /* in column.formal */
    uint8_t formals;             /* names that its words are usual short forms of */
    uint8_t weak;                /* bit set of words that say little: bin, al, de, Thi */
    uint8_t family;              /* enum name_family of a single word, whose key is the rest */
};

struct column {
    const char *name;
    enum link_type type;
    int from;            /* column of the specification */
    struct intern texts; /* normalised texts; number k there is value k here (0 is "") */
    struct value *value;
    struct words *words;    /* by value; NULL when the type has none */
    struct own *own;        /* levels of one's own (own.h); NULL: the type's */
    struct name_form *form; /* names, by value; NULL of other types */
    struct cmp_key *word_key;
    size_t word_keys, word_key_cap;
    uint32_t *formal; /* hashes of words, as words.word */
    size_t formals, formal_cap;
    uint8_t *initial; /* names: first letter, with INITIAL_OF_WORDS when there are several */
    uint32_t *count;  /* records, by value */
    uint64_t *hash;   /* of the normalised text, by value */
    uint32_t values;
    size_t value_cap;
    uint64_t present;         /* records with a value */
    double average_frequency; /* chance that two records have the same value */
    bool unused;
    struct date_reading date_reading;
    const char *date_form_name; /* NULL unless a date */
    char date_reason[160];
    uint64_t date_partial, date_impossible, date_unread;
};

struct link_data {
    struct link_spec spec;
    struct arena names;
    bool finished;
    uint32_t n;
    /* raw, while records are added: one dictionary per column of the specification */
    struct intern raw[LINK_MAX_COLUMNS];
    uint32_t *raw_cell; /* n rows of spec.columns */
    size_t raw_cap;
    struct pending *pending;
    /* ids and sources */
    char *id_bytes;
    size_t id_used, id_cap;
    uint64_t *id_at; /* n + 1 offsets */
    size_t id_at_cap;
    uint32_t *rank_of; /* by order added */
    struct intern sources;
    uint32_t *source;
    size_t source_cap;
    /* after finish: rows in id order */
    struct column column[LINK_MAX_COLUMNS];
    int columns;
    uint32_t *cell;                /* n rows of `columns` value numbers */
    int given, family;             /* the columns whose words may be swapped; -1: none */
    float *lift[LINK_MAX_COLUMNS]; /* by edge of the model and record, bits; NULL: the average */
};

static inline uint64_t value_hash(const struct column *c, uint32_t v)
{
    return c->hash[v];
}

static inline const uint32_t *data_row(const struct link_data *d, uint32_t record)
{
    return d->cell + (size_t)record * (size_t)d->columns;
}

/* Chooses the compared columns (a full name may become two) and makes the rules name them.
 * link_data_finish does it; by itself it serves who needs the columns and no record. ST_DATA: more
 * than LINK_MAX_COLUMNS. */
MUST_CHECK enum status link_data_layout(struct link_data *d, struct err *e);

/* Fills value, words and count for the texts from number `first` on (counts are left 0). */
struct normaliser;
void column_derive(struct column *c, uint32_t first);
/* The same of a text that is only held (intern_hold) under number v. */
void column_derive_held(struct column *c, uint32_t v);

/* Texts of the row's given and family names, into names[LINK_MAX_COLUMNS]; returns how many. */
int names_of_row(const struct link_data *d, const uint32_t *row, struct str *names);
/* Turns one row of raw cells into value numbers of a finished data set (search.h). With a model new
 * values are added and given its weights; without, a new value is held in one place of its column
 * until the next call. Dates must be ISO or in the column's form. */
struct link_model;
void data_encode(struct link_data *d, struct normaliser *nz, const struct link_model *m,
                 const struct str *cells, uint32_t *row);

/* ---- packed dates: year, month (7 bits), day (7 bits); 0 = part not known. Months and days that
 * do not exist (86) are kept: a digit may be wrong. ---- */
static inline uint32_t date_pack(int y, int m, int d)
{
    return (uint32_t)y << 14 | (uint32_t)m << 7 | (uint32_t)d;
}
/* Names: 30 bits of the words' skeletons in any order (0: none), whether its form has a family or
 * formals, and whether it has several words. */
static inline uint32_t name_sound(const struct value *v)
{
    return v->extra >> 2;
}
static inline bool name_is_special(const struct value *v)
{
    return v->extra & 2;
}
static inline bool name_has_words(const struct value *v)
{
    return v->extra & 1;
}
static inline int packed_year(uint32_t p)
{
    return (int)(p >> 14);
}
static inline int packed_month(uint32_t p)
{
    return (int)(p >> 7 & 127);
}
static inline int packed_day(uint32_t p)
{
    return (int)(p & 127);
}

#endif
