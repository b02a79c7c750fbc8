#include "cli/find_command.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"

#include <stdlib.h>

enum status find_definitions(struct cli *c, struct findings_job *job, struct err *e)
{
    const char *path = cli_text(c, "definitions", NULL);
    job->set = definitions_builtin();
    if (!path)
        return ST_OK;
    struct file_bytes f;
    struct definition_set *own = mem_zalloc(1, sizeof *own);
    enum status s = file_read(path, LIMIT_JSON_BYTES, &f, e);
    if (s == ST_OK) {
        s = definitions_parse((struct str){f.p, f.n}, path, own, e);
        file_release(&f);
    }
    if (s != ST_OK)
        free(own);
    else
        job->set = own;
    return s;
}

enum status find_command(struct cli *c, struct store *store, bool flags, bool only_changed,
                         struct findings_job *job, struct err *e)
{
    *job = (struct findings_job){.store = store,
                                 .nrm_complete = cli_has(c, "nrm-complete"),
                                 .only_changed = only_changed,
                                 .flags = flags,
                                 .today = clock_today(),
                                 .progress = cli_progress(c)};
    TRY(thread_count(c, &job->threads, e));
    TRY(find_definitions(c, job, e));
    return findings_run(job, e);
}

void find_command_free(struct findings_job *job)
{
    if (job->set && job->set != definitions_builtin()) {
        struct definition_set *own = (struct definition_set *)(uintptr_t)job->set;
        definitions_free(own);
        free(own);
    }
}
