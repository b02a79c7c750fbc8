#include "app/notices.h"
#include "app/register_link.h"
#include "cli/find_command.h"
#include "cli/print_findings.h"

static enum status print(struct cli *c, const struct register_link_job *link,
                         const struct findings_job *found, uint64_t notices, struct err *e)
{
    if (cli_json(c)) {
        json_t *doc = findings_json(found);
        json_object_set_new(doc, "register_records", json_integer((json_int_t)link->records));
        json_object_set_new(doc, "new_records", json_integer((json_int_t)link->new_records));
        json_object_set_new(doc, "people", json_integer((json_int_t)link->lines));
        json_object_set_new(doc, "notices", json_integer((json_int_t)notices));
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    printf("%llu records, %llu new: %llu people\n", (unsigned long long)link->records,
           (unsigned long long)link->new_records, (unsigned long long)link->lines);
    if (found->totals.lines == 0)
        puts("nothing changed");
    else if (!cli_quiet(c))
        print_findings(found);
    printf("%llu flags raised, %llu closed, %llu notices written\n",
           (unsigned long long)found->totals.flags_added,
           (unsigned long long)found->totals.flags_closed, (unsigned long long)notices);
    return ST_OK;
}

static enum status job(struct cli *c, struct store *store, struct register_link_job *link,
                       struct findings_job *found, struct err *e)
{
    uint64_t notices;
    link->store = store;
    link->progress = cli_progress(c);
    link->full = cli_has(c, "full");
    link->train = cli_has(c, "train");
    TRY(thread_count(c, &link->threads, e));
    TRY(register_link(link, e));
    TRY(find_command(c, store, true, !link->full && !link->train, found, e));
    TRY(notices_write(store, cli_text(c, "store", NULL), &notices, e));
    return print(c, link, found, notices, e);
}

static enum status run(struct cli *c, struct err *e)
{
    struct store *store;
    struct register_link_job link = {0};
    struct findings_job found = {0};
    TRY(register_open(c, STORE_JOB, KEYS_LINKAGE | KEYS_CLASSIFY, "main job", &store, e));
    enum status s = job(c, store, &link, &found, e);
    store_close(store);
    find_command_free(&found);
    return s;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    THREADS_OPT,
    FIND_OPTIONS,
    {"full", OPT_FLAG, NULL, "do everything again, even for what did not change", false, 0},
    {"train", OPT_FLAG, NULL, "the same, with a new linkage model", false, 0},
    {0},
};

const struct command cmd_run = {
    .path = "run",
    .summary = "The whole main job: link, classify, flag, write the notices",
    .opts = opts,
    .details =
        "Run again after an import, it does only what changed. Killed in the middle, run it again.",
    .example = "throughline init register --quiet\nthroughline run --store register",
    .run = run,
};
