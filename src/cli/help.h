/* Help, the man page and shell completion, all from the command declarations. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

extern const struct opt common_opts[]; /* --help, --json, --quiet */

void help_print_all(FILE *to);
void help_print_command(FILE *to, const struct command *cmd);
/* The commands that begin with this word ("release"); false, and nothing printed, without one. */
bool help_print_family(FILE *to, const char *word);
void help_print_man(FILE *to);
void help_print_bash_completion(FILE *to);
/* An ST_USAGE error that names the nearest commands. */
MUST_CHECK enum status help_unknown_command(int count, const char *const *words, struct err *e);

#endif
