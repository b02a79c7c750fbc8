#include "base/json.h"
#include "cli/cli.h"

static enum status run(struct cli *c, struct err *e)
{
    if (!cli_json(c)) {
        puts("throughline " THROUGHLINE_VERSION);
        return ST_OK;
    }
    json_t *doc = json_pack("{s:s}", "version", THROUGHLINE_VERSION);
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

const struct command cmd_version = {
    .path = "version",
    .summary = "Print the version",
    .example = "throughline version",
    .run = run,
};
