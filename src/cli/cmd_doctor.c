#include "base/json.h"
#include "cli/register.h"
#include "store/admin.h"

enum { FINDINGS_MAX = 40 };

static const char *word(enum health h)
{
    return h == HEALTH_GOOD ? "good" : h == HEALTH_WARNING ? "warning" : "bad";
}

static enum status say_json(const struct finding_of_health *f, size_t n, struct err *e)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "health", word(f[k].health),
                                              "subject", f[k].subject, "text", f[k].text));
    json_t *doc = json_pack("{s:o}", "findings", list);
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static enum status run(struct cli *c, struct err *e)
{
    struct store *s;
    struct finding_of_health f[FINDINGS_MAX];
    size_t n, bad = 0;
    unsigned keys = cli_has(c, "no-key") ? 0 : KEY_S3 | KEY_S4 | KEY_S5;
    TRY(register_open(c, STORE_SHARED, keys, "examination", &s, e));
    enum status st = store_examine(s, f, FINDINGS_MAX, &n, e);
    store_close(s);
    TRY(st);
    for (size_t k = 0; k < n; k++) {
        bad += f[k].health == HEALTH_BAD;
        if (!cli_json(c))
            printf("%-8s %-14s %s\n", word(f[k].health), f[k].subject, f[k].text);
    }
    if (cli_json(c))
        TRY(say_json(f, n, e));
    if (bad)
        return err_set(e, ST_DATA, "%zu of %zu findings are bad", bad, n);
    return ST_OK;
}

static const struct opt opts[] = {
    REGISTER_OPTS,
    {"no-key", OPT_FLAG, NULL, "look at what can be seen without a key", false, 0},
    {0},
};

const struct command cmd_doctor = {
    .path = "doctor",
    .summary = "Look at everything in a register: integrity, keys, log, permissions, space",
    .opts = opts,
    .details = "Changes nothing, but for an entry in the audit log that it was done. Exit 1 when\n"
               "something is bad; a warning is for somebody to think about.",
    .example = "throughline init register --quiet\nthroughline doctor --store register",
    .run = run,
};
