#include "app/study_protect.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"

#include <stdlib.h>

static const struct opt opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "tables, hierarchies and method of protection",
     .required = true},
    {"out", OPT_FILE, "DIR", "where the tables and summary.json go", .required = true},
    {"key", OPT_FILE, "FILE", "a secret of 16 bytes or more: which of the best roundings is taken"},
    {"earlier", OPT_FILE, "DIR",
     "a release that study protect wrote and that is published; may be given again"},
    {0},
};

static const char *cost_note(const json_t *doc)
{
    if (strcmp(json_string_value(json_object_get(doc, "method")), "cellkey") == 0)
        return ""; /* nothing is chosen */
    return json_is_true(json_object_get(doc, "optimal")) ? " (proven least)"
                                                         : " (not proven least)";
}

static void name_left(const json_t *doc, const char *out)
{
    size_t k;
    json_t *name;
    json_array_foreach(json_object_get(doc, "left_by_an_earlier_run"), k, name)
        printf("%s/%s.csv is of an earlier run: it was not audited with these tables\n", out,
               json_string_value(name));
}

static enum status run(struct cli *c, struct err *e)
{
    struct progress progress = cli_progress(c);
    int n = cli_count(c, "earlier");
    const char **earlier = mem_array((size_t)n + 1, sizeof *earlier);
    for (int k = 0; k < n; k++)
        earlier[k] = cli_value(c, "earlier", k);
    struct study_protect job = {
        .micro = cli_arg(c, 0),
        .spec = cli_text(c, "spec", NULL),
        .out = cli_text(c, "out", NULL),
        .key = cli_text(c, "key", NULL),
        .earlier = earlier,
        .nearlier = n,
        .progress = &progress,
    };
    json_t *doc;
    enum status s = study_protect_run(&job, &doc, e);
    free(earlier);
    if (s == ST_OK && cli_json(c))
        s = json_write_file("-", doc, e);
    else if (s == ST_OK && !cli_quiet(c))
        printf("%lld cells in %zu tables, %lld of them protected; cost %lld%s%s\n",
               (long long)json_integer_value(json_object_get(doc, "cells")),
               json_array_size(json_object_get(doc, "tables")),
               (long long)json_integer_value(json_object_get(doc, "primaries")),
               (long long)json_integer_value(json_object_get(doc, "cost")), cost_note(doc),
               json_integer_value(json_object_get(doc, "primaries"))
                   ? ""
                   : "\nno count of these data is one that \"primary\" of the spec protects");
    if (s == ST_OK && !cli_json(c) && !cli_quiet(c))
        name_left(doc, job.out);
    json_decref(doc);
    return s;
}

const struct command cmd_study_protect = {
    .path = "study protect",
    .summary = "Protected tables from microdata: rounded, suppressed or perturbed, and audited",
    .arguments = "MICRO.csv",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details =
        "MICRO.csv has one row per person or referral. SPEC.json names the tables:\n"
        "  {\"tables\": [{\"name\": \"T1\", \"dimensions\": [\"region\", \"sex\"]}],\n"
        "   \"hierarchies\": {\"region\": \"regions.csv\"}, \"method\": \"round\", \"base\": 5}\n"
        "A hierarchy file has the columns code,parent; the total has no parent. Methods: round "
        "(the\n"
        "default: all tables together to multiples of the base, adding up everywhere), suppress\n"
        "(small counts and what would give them away become [c]), cellkey. The result is attacked\n"
        "as a reader would; when a protected count can be narrowed to less than \"width\" the "
        "exit\n"
        "code is 1 and no table is written. With --earlier the attack is on all of the releases\n"
        "together. See docs/user/study-protect.md.",
    .example =
        "throughline study protect protect/people.csv --spec protect/spec.json --out release",
    .run = run,
};
