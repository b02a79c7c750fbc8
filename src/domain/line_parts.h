/* The steps of line_build, a file each: line_read.c what each record tells, line.c which mentions
 * tell the same episode and what each later record is, line_facts.c the facts of the line. */
#ifndef DOMAIN_LINE_PARTS_H
#define DOMAIN_LINE_PARTS_H

#include "domain/line.h"

/* What each mention was held to be, for the repeat findings. */
struct decided_mention {
    struct incident_finding finding; /* against all earlier records' episodes */
    int earlier;                     /* record it was compared with; -1: none before */
};

/* ---- line_read.c ---- */

/* ANSWER_UNKNOWN for a text that is absent or no answer. */
enum answer line_answer(const char *text);
/* DATE_NONE for a text that is absent or no date. */
int32_t line_day(const char *text);
/* A reference such as "<person>.episode.2" or "episode.2": its instance, `fallback` when absent. */
int line_instance(const char *reference, int fallback);
/* Fills mentions and mention_count; `received` is filled already. */
void line_read_mentions(struct line *l);

/* ---- line_facts.c ---- */

/* Fills facts, starts, ends and exit_statuses, and renumbers episode_of in order of time. */
void line_gather_facts(struct line *l, int episodes, const struct decided_mention *decided,
                       const struct line_options *options);

#endif
