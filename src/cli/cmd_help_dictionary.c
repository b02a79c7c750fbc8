#include "app/dictionary_page.h"
#include "cli/cli.h"

#include <stdio.h>

static enum status run(struct cli *c, struct err *e)
{
    struct buf out = BUF_EMPTY;
    const char *name = cli_args(c) ? cli_arg(c, 0) : NULL;
    if (cli_has(c, "html")) {
        dictionary_page_html(&out);
    } else if (!dictionary_page_text(&out, name)) {
        err_set(e, ST_USAGE, "there is no entity or code list called %s", name);
        return err_hint(e, "See: throughline help dictionary");
    }
    fwrite(out.p, 1, out.n, stdout);
    buf_free(&out);
    return ST_OK;
}

static const struct opt opts[] = {
    {"html", OPT_FLAG, NULL, "the whole dictionary as one web page", false, 0},
    {0},
};

const struct command cmd_help_dictionary = {
    .path = "help dictionary",
    .summary = "Entities, fields and codes of the standardised data set",
    .arguments = "[NAME]",
    .min_args = 0,
    .max_args = 1,
    .opts = opts,
    .example = "throughline help dictionary episode\n"
               "throughline help dictionary tri_state\n"
               "throughline help dictionary --html > data-dictionary.html",
    .run = run,
};
