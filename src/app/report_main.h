/* What the parts of the main points share. */
#ifndef APP_REPORT_MAIN_H
#define APP_REPORT_MAIN_H

#include "app/report_parts.h"
#include "stats/wording.h"

/* wording_share and wording_range, in the report's memory */
const char *say_share(struct report *r, double yes, double all);
const char *say_range(struct report *r, struct counted c);
/* "25 of 780 women and girls (3%)"; below 50 without a percentage. `what` may be NULL. */
const char *say_of(struct report *r, double yes, double all, const char *what);
/* "340 (37%)", and the number alone when `all` is below 50. */
const char *say_number(struct report *r, double yes, double all);
/* Place in report.years of the last year that the register covers to its end (a record was received
 * in December); below 0 when there is none. */
int report_last_whole_year(const struct report *r);
/* The points on profile, factors, support, returns, children and missing data. */
void report_main_topics(struct report *r);

#endif
