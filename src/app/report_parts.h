/* The parts of the report share this: the rows, the protected tables, the bulletin. Each part
 * writes one section; parts never look at a true count once the tables are protected. */
#ifndef APP_REPORT_PARTS_H
#define APP_REPORT_PARTS_H

#include "app/evaluate.h"
#include "app/release_tables.h"
#include "app/report.h"
#include "publish/bulletin.h"

enum { REPORT_YEARS = 40 };

/* What a record is for its person. */
enum referral_kind { KIND_FIRST, KIND_SAME, KIND_NEW, KIND_UNCLEAR, REFERRAL_KINDS };
extern const char *const referral_kinds[REFERRAL_KINDS + 1];
/* What the register knows of a person's repeats: the strongest finding. */
enum repeat_kind { REPEAT_NONE, REPEAT_NEW, REPEAT_UNCLEAR, REPEAT_SAME, REPEAT_KINDS };
extern const char *const repeat_kinds[REPEAT_KINDS + 1];
extern const char *const verdict_labels[4]; /* Yes, No, Cannot be settled */

enum person_table {
    PT_NATIONALITY,
    PT_SEX,
    PT_AGE,
    PT_EXPLOITATION,
    PT_PERIOD,
    PT_FLAGS,                               /* FLAG_KINDS tables */
    PT_DEFINITIONS = PT_FLAGS + FLAG_KINDS, /* two a definition: strict, lenient */
    PT_MAX = PT_DEFINITIONS + 2 * DEFINITIONS_MAX
};
enum referral_table { RT_YEAR, RT_CHANNEL, RT_NRM_YEAR, RT_COUNT };

struct report {
    struct report_job *job;
    struct arena memory;
    struct bulletin *b;
    struct analysis a;
    struct release_table persons[PT_MAX], referrals[RT_COUNT];
    size_t person_tables;
    const char *years[REPORT_YEARS + 2];
    int year_count; /* the last label is "Not dated" */
    int tables_used;
    const char *source;
    struct evaluation measured; /* against the truth of a made population, when one is given */
    double specificity; /* share of first records that are not shown as repeats; NAN: not known */
};

/* Fills persons and referrals with protected counts. */
MUST_CHECK enum status report_tables(struct report *r, struct err *e);

/* ---- sections, in order ---- */
MUST_CHECK enum status report_repeats(struct report *r, struct err *e);
MUST_CHECK enum status report_definitions(struct report *r, struct err *e);
MUST_CHECK enum status report_timing(struct report *r, struct err *e);
MUST_CHECK enum status report_profile(struct report *r, struct err *e);
MUST_CHECK enum status report_triggers(struct report *r, struct err *e);
MUST_CHECK enum status report_uncertainty(struct report *r, struct err *e);
MUST_CHECK enum status report_hidden(struct report *r, struct err *e);
void report_missing(struct report *r);
void report_quality(struct report *r);
MUST_CHECK enum status report_published(struct report *r, struct err *e);
void report_methods(struct report *r);

/* ---- helpers ---- */

struct grid; /* a table being filled */
struct grid *grid_new(struct report *r, const char *title, const struct table_column *columns,
                      size_t column_count);
void grid_text(struct grid *g, const char *text);
void grid_number(struct grid *g, double v, int decimals); /* NaN: [z] */
void grid_shorthand(struct grid *g, const char *code);    /* "x", "z" */
void grid_count(struct grid *g, int64_t n);
void grid_end(struct grid *g); /* adds it to the bulletin */

/* "12.3" from 0.123, in the report's memory */
const char *percent(struct report *r, double share);
/* 12,345 */
const char *grouped(struct report *r, int64_t n);

#endif
