/* Private to the module: rows of one file, filled by column name. */
#ifndef SIMULATE_SHEET_H
#define SIMULATE_SHEET_H

#include "simulate/life.h"
#include "simulate/mistakes.h"
#include "simulate/simulate.h"

enum { SHEET_MAX_COLUMNS = 320, SHEET_SLOTS = 1024 };
struct sheet {
    const char *header[SHEET_MAX_COLUMNS];
    bool droppable[SHEET_MAX_COLUMNS]; /* an optional answer that may be left empty */
    size_t columns;
    int16_t slot[SHEET_SLOTS]; /* open addressing by hash of the name; column + 1 */
};
/* The columns of a channel's layout, each once. */
void sheet_of_layout(struct sheet *s, const char *channel);
void sheet_of_names(struct sheet *s, const char *const *names);

struct simulator {
    struct sim_model model;
    struct sheet sheet[SIM_FILES];
};

/* One person's rows in the making. */
struct writing {
    const struct simulator *s;
    const struct sim_model *m;
    const struct life *l;
    struct rng rng; /* PART_RECORDS */
    struct arena *a;
    const struct sim_sink *sink;
    enum sim_file file;
    const char *cell[SHEET_MAX_COLUMNS];
};

void row_begin(struct writing *w, enum sim_file f);
/* NULL and "" leave the cell empty. An unknown column is a BUG. */
void row_set(struct writing *w, const char *column, const char *value);
/* entity.field, or entity2.field for instance 2. */
void row_field(struct writing *w, const char *entity, int instance, const char *field,
               const char *value);
void row_date(struct writing *w, const char *column, int32_t day);
void row_field_date(struct writing *w, const char *entity, int instance, const char *field,
                    int32_t day);
void row_yes(struct writing *w, const char *column, bool yes); /* yes / no */
void row_end(struct writing *w);

const char *iso_date(struct writing *w, int32_t day); /* "" for DATE_NONE */
const char *yes_no(bool yes);                         /* YES / NO */
/* False with the chance that an optional field is left empty. */
bool is_filled(struct writing *w);

/* Who a record says the person is. */
struct recorded {
    struct recorded_name name;
    struct recorded_birth birth;
    int nationality, second; /* index, -1 empty */
    char gender;
};
void record_identity(struct writing *w, struct recorded *out, int32_t on);
/* identity, person columns of the layouts with the dictionary's names. */
void row_identity(struct writing *w, const struct recorded *id, bool named);

/* Codes of exploitation_type for a mask, joined by '|'; "UNKNOWN" for none. */
const char *types_codes(struct writing *w, uint8_t types, bool child);
/* The highest and lowest episode of a mask. */
int last_episode(uint8_t about);
int first_episode(uint8_t about);
bool is_over(const struct episode *e, int32_t on);
/* A quoted earlier reference or NULL: that of the last referral before `day`. */
const char *quoted_reference(struct writing *w, int32_t day);
bool seen_before(const struct life *l, int32_t day);

/* When, as someone remembers it. */
struct remembered {
    int32_t first, latest; /* DATE_NONE: not known; latest only when a range */
    const char *precision;
};
struct remembered remember(struct writing *w, int32_t day, uint32_t luck);
/* The form's free words for a period; `on` is the day of the form. */
const char *period_words(struct writing *w, const struct episode *e, int32_t on);
/* episode and exit columns of the plain layouts, instance k. */
void row_episode(struct writing *w, int k, int episode, int32_t on);

void write_referral_forms(struct writing *w);
void write_support(struct writing *w);
void write_contacts(struct writing *w);
void write_truth(struct writing *w);

#endif
