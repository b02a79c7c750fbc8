#include "app/register_link.h"
#include "base/json.h"
#include "cli/job.h"

static enum status print(const struct cli *c, const struct register_link_job *j, struct err *e)
{
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:I,s:I,s:I,s:b,s:I,s:I,s:I,s:I,s:I,s:I}", "records",
                                (json_int_t)j->records, "new_records", (json_int_t)j->new_records,
                                "linked_again", (json_int_t)j->linked_again, "trained", j->trained,
                                "pairs_scored", (json_int_t)j->pairs_scored, "lines",
                                (json_int_t)j->lines, "joined_pairs", (json_int_t)j->joined,
                                "proposed_pairs", (json_int_t)j->proposed, "by_reference",
                                (json_int_t)j->by_reference, "records_moved", (json_int_t)j->moved);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    if (j->nothing_new)
        puts("nothing new to link");
    else if (!cli_quiet(c))
        printf(
            "%llu records, %llu new: %llu people; of %llu records linked again: %llu pairs joined "
            "(%llu by a quoted reference), %llu for review; %llu records moved\n",
            (unsigned long long)j->records, (unsigned long long)j->new_records,
            (unsigned long long)j->lines, (unsigned long long)j->linked_again,
            (unsigned long long)j->joined, (unsigned long long)j->by_reference,
            (unsigned long long)j->proposed, (unsigned long long)j->moved);
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    struct register_link_job job = {
        .full = cli_has(c, "full"), .train = cli_has(c, "train"), .progress = cli_progress(c)};
    TRY(thread_count(c, &job.threads, e));
    TRY(register_open(c, STORE_JOB, KEYS_LINKAGE, "linkage", &job.store, e));
    enum status s = register_link(&job, e);
    store_close(job.store);
    return s == ST_OK ? print(c, &job, e) : s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    {"full", OPT_FLAG, NULL, "link everything again, even when nothing is new", false, 0},
    {"train", OPT_FLAG, NULL,
     "train a new model on the register as it is, and link everything by it", false, 0},
    {0},
};

const struct command cmd_link = {
    .path = "link",
    .summary = "Find which records are one person: claims, never merges",
    .opts = opts,
    .details =
        "Links what is new, and what it touches; the outcome is that of --full, which links\n"
        "everything again with the same model. A new model is trained on the first link, and\n"
        "when the register has grown by a quarter since. Needs the identity key (S3) only. A\n"
        "person's decisions (review) always stand.",
    .example = "throughline init register --quiet\nthroughline link --store register",
    .run = run,
};
