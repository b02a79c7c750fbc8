/* The parts of the report share this: the rows, the protected tables, the bulletin. Each part
 * writes one section; parts never look at a true count once the tables are protected. */
#ifndef APP_REPORT_PARTS_H
#define APP_REPORT_PARTS_H

#include "app/evaluate.h"
#include "app/facts.h"
#include "app/link_draws.h"
#include "app/register_mse.h"
#include "app/release_tables.h"
#include "app/report.h"
#include "chart/bar.h"
#include "chart/forest.h"
#include "publish/bulletin.h"

struct cif_curve;
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
    PT_PERIOD_STRICT, /* period by the main definition */
    PT_PERIOD_LENIENT,
    PT_MINOR, /* exploited as a child, by repeats */
    PT_DISPUTED,
    PT_GUARDIAN, /* age group by answer, to PT_HANDOVER18 */
    PT_MISSING,
    PT_CONSENT18,
    PT_HANDOVER18,
    PT_FLAGS,                               /* FLAG_KINDS tables */
    PT_DEFINITIONS = PT_FLAGS + FLAG_KINDS, /* two a definition: strict, lenient */
    PT_MAX = PT_DEFINITIONS + 2 * DEFINITIONS_MAX
};
enum referral_table {
    RT_YEAR,
    RT_CHANNEL,
    RT_NRM_YEAR,
    RT_EUROPE,
    RT_SAYS_CHANNEL,                                              /* COMPLETENESS_FIELDS tables */
    RT_SAYS_ORGANISATION = RT_SAYS_CHANNEL + COMPLETENESS_FIELDS, /* and as many */
    RT_COUNT = RT_SAYS_ORGANISATION + COMPLETENESS_FIELDS
};

/* European nationals and others, up to the end of free movement and after it; last: not known. */
enum { SLICES = 5 };
extern const char *const slice_words[SLICES + 1];
/* Time since an exit, in months; the last is an exit without a date. */
enum { EXIT_BANDS = 9 };
extern const int exit_band_months[EXIT_BANDS - 2]; /* upper ends of all but the last two */
enum exit_end { END_REENTERED, END_DIED, END_LEFT, END_FOLLOWED, END_UNDATED, EXIT_ENDS };
/* What is known twelve months after an exit. */
enum first_year {
    YEAR_REENTERED,
    YEAR_NOT,  /* died, left the country, or no re-entry found in a year that is over */
    YEAR_OPEN, /* the year is not over */
    YEAR_UNDATED,
    FIRST_YEARS
};
enum { SUPPORT_YEARS = 20 };

/* From an exit to the next entry, as published: shares are whole multiples of the base among the
 * exits. */
struct re_entry {
    bool known;           /* false: too few dated exits */
    double share, lo, hi; /* cumulative incidence and 95% limits */
    double least, most;
};

struct factor_table {
    const struct factor *factor;
    struct release_table table; /* answer by repeats */
};

struct report {
    struct report_job *job;
    struct arena memory;
    struct bulletin *b;
    struct analysis a;
    struct facts facts;
    /* protected counts, by unit: people, records, exits, ended spells of support, plans to return,
     * follow-ups */
    struct release_table persons[PT_MAX], referrals[RT_COUNT];
    struct release_table exits, first_years, leavings, returns, return_answers[RETURN_QUESTIONS],
        followups;
    struct re_entry after_year, after_two; /* 12 and 24 months after an exit */
    struct cif_curve
        *curve; /* NULL: too few dated exits; looked at through report_incidence only */
    struct release_table lists[REGISTER_LISTS], only_list; /* people in the year of the lists */
    struct link_draws draws;                               /* valid when drawn: enough people */
    bool drawn;
    struct factor_table *factors;
    size_t factor_count;
    const char **organisations;                   /* of RT_SAYS_ORGANISATION, NULL-ended */
    const char *support_years[SUPPORT_YEARS + 2]; /* of `leavings`; the last is "Not dated" */
    int32_t support_ends[SUPPORT_YEARS];
    int support_year_count;
    size_t main_definition; /* the one that a single number stands for: IOM2010 when it is there */
    const char *years[REPORT_YEARS + 2];
    int year_count; /* the last label is "Not dated" */
    int tables_used;
    const char *source;
    struct evaluation measured; /* against the truth of a made population, when one is given */
    double specificity; /* share of first records that are not shown as repeats; NAN: not known */
};

/* Fills every table above with protected counts. */
MUST_CHECK enum status report_tables(struct report *r, struct err *e);
/* Its parts, by unit. */
MUST_CHECK enum status report_tables_records(struct report *r, struct err *e);
MUST_CHECK enum status report_tables_exits(struct report *r, struct err *e);
MUST_CHECK enum status report_tables_support(struct report *r, struct err *e);
MUST_CHECK enum status report_tables_lists(struct report *r, struct err *e);
/* Fits the curve from exit to re-entry, and fills after_year and after_two. */
MUST_CHECK enum status report_timing_fit(struct report *r, struct err *e);
void report_timing_free(struct report *r);
/* Draws the links anew, and fills draws. */
MUST_CHECK enum status report_draws_fit(struct report *r, struct err *e);
/* A share of a drawn quantity as it may be printed: to whole multiples of the base. */
double report_drawn_share(const struct draw_quantity *q, double share);
/* The slice of a nationality group and a day (DATE_NONE: not dated). */
uint8_t report_slice(uint8_t nationality_group, int32_t day);

/* ---- sections, in order ---- */
void report_main(struct report *r);
MUST_CHECK enum status report_repeats(struct report *r, struct err *e);
MUST_CHECK enum status report_definitions(struct report *r, struct err *e);
MUST_CHECK enum status report_timing(struct report *r, struct err *e);
MUST_CHECK enum status report_profile(struct report *r, struct err *e);
MUST_CHECK enum status report_triggers(struct report *r, struct err *e);
void report_uncertainty(struct report *r);
MUST_CHECK enum status report_hidden(struct report *r, struct err *e);
void report_europe(struct report *r);
MUST_CHECK enum status report_factors(struct report *r, struct err *e);
MUST_CHECK enum status report_leaving(struct report *r, struct err *e);
void report_returns(struct report *r);
void report_children(struct report *r);
void report_missing(struct report *r);
void report_quality(struct report *r);
/* What people decided on possible matches; nothing when nobody has. */
MUST_CHECK enum status report_reviewed(struct report *r, struct err *e);
MUST_CHECK enum status report_published(struct report *r, struct err *e);
MUST_CHECK enum status report_release(struct report *r, struct err *e);
void report_methods(struct report *r);

/* ---- helpers ---- */

struct grid; /* a table being filled */
struct grid *grid_new(struct report *r, const char *title, const struct table_column *columns,
                      size_t column_count);
void grid_text(struct grid *g, const char *text);
void grid_number(struct grid *g, double v, int decimals); /* NaN: [z] */
void grid_shorthand(struct grid *g, const char *code);    /* "x", "z" */
void grid_count(struct grid *g, int64_t n);
/* x of n in per cent, one decimal; n 0: [z] */
void grid_share(struct grid *g, double x, double n);
/* Wilson's 95% limits of x of n in per cent: two cells */
void grid_interval(struct grid *g, double x, double n);
void grid_end(struct grid *g); /* adds it to the bulletin */
/* Adds it folded: on the page it opens when asked for, and on paper it is left to the files. */
void grid_end_folded(struct grid *g);

/* A table of questions and how they were answered: a row for each, the share that is yes of those
 * known, and of all at the least and at the most. */
struct question {
    const char *text;
    int64_t count[FACT_ANSWERS];
};
void report_questions(struct report *r, const char *title, const char *unit,
                      const struct question *questions, size_t count);
/* The answers of a table whose last dimension is fact_answers; `code` of the first one (-1: all),
 * or of nothing when it has only one. */
struct question report_question(const char *text, const struct release_table *t, int code);

/* Groups as printed; the last type is more than one. */
enum { EXPLOITATION_WORDS = EXPLOITATION_GROUPS + 1 };
extern const char *const nationality_words[NATIONALITY_GROUPS];
extern const char *const exploitation_words[EXPLOITATION_WORDS];
/* People by group and repeats found, with the share that has a new episode. */
void report_profile_table(struct report *r, const char *title, const struct release_table *t,
                          const char *const *words);
/* The words of a chart for its drawing on a phone. */
struct chart_words report_phone_words(struct report *r, const struct chart_words *words);
/* Draws a chart twice, for a page and for a phone, and adds it with its data; words.id names the
 * file. */
MUST_CHECK enum status report_forest(struct report *r, const struct chart_words *words,
                                     struct chart_axis axis, const struct chart_forest *forest,
                                     struct err *e);
MUST_CHECK enum status report_bars(struct report *r, const struct chart_words *words,
                                   struct chart_axis axis, const struct chart_bars *bars,
                                   struct err *e);
/* Three bars a year, of the last years in which one of them is more than 0; nothing when there is
 * no such year. `code`: of the table's second dimension; its first is the years. */
struct report_years {
    const struct release_table *t;
    const char *const *years;
    int year_count;
    const char *const *series;
    const int *code;
};
MUST_CHECK enum status report_year_bars(struct report *r, const struct chart_words *words,
                                        struct chart_axis axis, const struct report_years *y,
                                        struct err *e);
/* A share for a chart's data, to four decimals. */
double share_as_shown(double share);
/* "12.3" from 0.123, in the report's memory */
const char *percent(struct report *r, double share);
/* A label of a code list as it stands at the head of a row or a column: with a capital. */
const char *label_words(struct report *r, struct str label);
/* 12,345 */
const char *grouped(struct report *r, int64_t n);

#endif
