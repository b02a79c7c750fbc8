#include "cli/help.h"

static enum status run(struct cli *c, struct err *e)
{
    (void)e;
    if (cli_has(c, "man"))
        help_print_man(stdout);
    else if (cli_has(c, "completion"))
        help_print_bash_completion(stdout);
    else
        help_print_all(stdout);
    return ST_OK;
}

static const struct opt opts[] = {
    {"man", OPT_FLAG, NULL, "the manual page, as roff", false, 0},
    {"completion", OPT_FLAG, NULL, "completion for bash, to be sourced", false, 0},
    {0},
};

const struct command cmd_help = {
    .path = "help",
    .summary = "List the commands; print the manual page or shell completion",
    .opts = opts,
    .example = "throughline help\nthroughline help --man > throughline.1",
    .run = run,
};
