/* How many people are on no agency's list: multiple systems estimation across the lists of the
 * register, one period at a time. Counts are persons (lines), never records: a person is on a list
 * when a record of that channel was received within the period. */
#ifndef APP_REGISTER_MSE_H
#define APP_REGISTER_MSE_H

#include "app/analysis.h"
#include "app/study_mse.h"

struct register_mse_options {
    int32_t from, to; /* days, both within the period; DATE_NONE both: register_mse_year */
    int bootstrap;    /* replicates, 0 for none */
    uint64_t seed;
    int threads;
    double recall, precision; /* of the links, for the grid of linkage errors; NAN: not known */
    const struct progress *progress; /* may be NULL */
};

enum { REGISTER_LISTS = 6, REGISTER_MSE_WARNINGS = 16 };

struct register_list {
    const char *channel; /* code of referral_channel */
    int64_t people, only_here;
    const char *inside; /* the list that holds most of its people */
    double share_inside;
};

struct register_mse {
    struct arena memory;
    int32_t from, to;
    int64_t people; /* on any of the lists within the period */
    /* who breaks the closed population, of these people */
    int64_t trafficked_again; /* a record within the period tells of a new episode after another
                                 record within it */
    int64_t dead_or_gone;     /* known to have died or left the country, at any time */
    struct register_list list[REGISTER_LISTS]; /* those with people in the period */
    int lists;
    /* What the register itself says against the number, in sentences; red flags are counted in
     * report.flags and stand in report.reason too. */
    const char *warning[REGISTER_MSE_WARNINGS];
    int warnings;
    bool asked;          /* false: the lists do not allow the question; see why_not */
    const char *why_not; /* a sentence, or NULL */
    struct mse_table table;
    struct mse_report report; /* with grade, reasons, range; valid when `asked` */
    struct mse_question question;
};

/* Which of the lists, in the order NRM, DTN, MSVCC, HELPLINE, NGO, POLICE, records of that channel
 * (code of referral_channel, may be empty) make up; -1: none. */
int register_list_of(struct str channel);
/* The table of people by list; people[2^REGISTER_LISTS], cell 0 left out, lists without people
 * dropped. ST_DATA: fewer than two lists. */
MUST_CHECK enum status register_table(const int64_t *people, struct arena *a, struct mse_table *out,
                                      struct err *e);
/* 1 January to 31 December of the last whole year before a->as_at. */
void register_mse_year(const struct analysis *a, int32_t *from, int32_t *to);
/* Pure but for threads. Free with register_mse_free, also after a failure. Cost: that of
 * mse_analyse with forward steps; one pass over the referrals. */
MUST_CHECK enum status register_mse_run(const struct analysis *a,
                                        const struct register_mse_options *o,
                                        struct register_mse *out, struct err *e);
/* The document of `study mse` (study_doc.h) with settings.from and settings.to, `register_lists`,
 * `register_warnings`. Caller owns it. */
json_t *register_mse_document(const struct register_mse *m);
void register_mse_free(struct register_mse *m);

#endif
