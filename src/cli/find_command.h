/* The body that classify, flags and run share. */
#ifndef CLI_FIND_COMMAND_H
#define CLI_FIND_COMMAND_H

#include "app/findings.h"
#include "cli/job.h"

#define FIND_OPTIONS                                                                               \
    {"definitions", OPT_FILE, "DEFS.json", "definitions to use instead of the compiled-in seven",  \
     false,         0},                                                                            \
    {                                                                                              \
        "nrm-complete", OPT_FLAG, NULL,                                                            \
            "the authority declares that every NRM referral is in the register", false, 0          \
    }

/* Fills `job` from the options, runs it on an open store. Free with find_command_free. */
MUST_CHECK enum status find_command(struct cli *c, struct store *store, bool flags,
                                    bool only_changed, struct findings_job *job, struct err *e);
/* Only the definitions: fills job->set. */
MUST_CHECK enum status find_definitions(struct cli *c, struct findings_job *job, struct err *e);
void find_command_free(struct findings_job *job);

#endif
