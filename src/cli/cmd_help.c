#include "cli/help.h"

enum { MOST_WORDS = 3 };

static enum status explain(const struct cli *c, struct err *e)
{
    const char *words[MOST_WORDS];
    int count = cli_args(c), used;
    for (int i = 0; i < count; i++)
        words[i] = cli_arg(c, i);
    const struct command *cmd = cli_find(count, words, &used);
    if (cmd && used == count)
        help_print_command(stdout, cmd);
    else if (count > 1 || !help_print_family(stdout, words[0]))
        return help_unknown_command(count, words, e);
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    if (cli_args(c))
        return explain(c, e);
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
    .summary = "List the commands, explain one; print the manual page or shell completion",
    .arguments = "[COMMAND]",
    .max_args = MOST_WORDS,
    .opts = opts,
    .example = "throughline help\nthroughline help study protect\nthroughline help release\n"
               "throughline help --man > throughline.1",
    .run = run,
};
