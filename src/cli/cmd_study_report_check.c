#include "app/study_proportion.h"
#include "cli/study_print.h"

static enum status run(struct cli *c, struct err *e)
{
    json_t *doc;
    TRY(study_report_check(&doc, e));
    return study_print(c, doc, e);
}

const struct command cmd_study_report_check = {
    .path = "study report-check",
    .summary =
        "The figures of the 2021 report on re-trafficking, recomputed, with a verdict on each",
    .details =
        "A printed percentage is right when it is the fraction rounded to the digits printed,\n"
        "loose when it is within one unit of the last digit, wrong otherwise; a printed bound\n"
        "is right or wrong. Counts and texts: data/report.",
    .example = "throughline study report-check",
    .run = run,
};
