/* The revision policy, announced before anything is revised. */
#include "app/report_parts.h"

void report_revisions(struct report *r)
{
    bulletin_section(r->b, "revisions", "Revision policy");
    bulletin_text(r->b, "Figures are revised once a year, when late records are in; never quarter "
                        "by quarter, since the difference of two releases tells of those who came "
                        "late. Corrections of errors are announced with what was wrong.");
}
