/* The command line: one declaration per command, everything else derived from it.
 *
 * A command is a `const struct command` in its own file cmd_*.c and one line in commands.def.
 * Parsing,
 * --help, the man page, shell completion, and the test that runs every example come from it. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/err.h"
#include "base/progress.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opt_type {
    OPT_FLAG,  /* no value */
    OPT_TEXT,  /* any text */
    OPT_FILE,  /* a path */
    OPT_INT,   /* 64-bit */
    OPT_REAL,  /* finite double */
    OPT_BYTES, /* 4G, 512M, 100k or plain bytes: read with cli_int */
    OPT_DATE   /* YYYY-MM-DD: read with cli_int as days since 1970-01-01 */
};

struct opt {
    const char *name; /* without the dashes; NULL ends the list */
    enum opt_type type;
    const char
        *value; /* name of the value in help, NULL for a flag; "a|b|c" limits OPT_TEXT to these */
    const char *help;
    bool required;
    int values; /* values taken by one use, 0 means 1 (e.g. --pair A B has 2) */
};

struct cli; /* the parsed command line */

struct command {
    const char *path;       /* "study link" */
    const char *summary;    /* one line */
    const char *arguments;  /* positional ones for the usage line, e.g. "PEOPLE.csv" */
    int min_args, max_args; /* how many positional arguments; max -1: any number */
    const struct opt *opts; /* --help, --json and --quiet are added to every command */
    const char *details;    /* paragraphs for --help and the man page; may be NULL */
    const char *example;    /* shell lines that work in tests/data/examples; a test runs them */
    enum status (*run)(struct cli *c, struct err *e);
};

/* Positional arguments after the command's words. */
int cli_args(const struct cli *c);
const char *cli_arg(const struct cli *c, int i);

/* Was the option given? Asking for an option that the command does not declare is a BUG. */
bool cli_has(const struct cli *c, const char *name);
/* The (last) value, or the fallback. */
const char *cli_text(const struct cli *c, const char *name, const char *fallback);
int64_t cli_int(const struct cli *c, const char *name, int64_t fallback);
double cli_real(const struct cli *c, const char *name, double fallback);
/* ST_USAGE, naming the option, outside lo..hi. */
MUST_CHECK enum status cli_int_in(const struct cli *c, const char *name, int64_t fallback,
                                  int64_t lo, int64_t hi, int *out, struct err *e);
/* A share above 0 and at most 1; NaN when not given. */
MUST_CHECK enum status cli_share(const struct cli *c, const char *name, double *out, struct err *e);
/* Value k of an option with several values, or of a repeated option (uses * values in order). */
int cli_count(const struct cli *c, const char *name);
const char *cli_value(const struct cli *c, const char *name, int k);

bool cli_json(const struct cli *c);  /* --json: one document on standard output */
bool cli_quiet(const struct cli *c); /* --quiet: no progress, no closing words */

/* Draws on standard error when it is a terminal and more than a second has passed. */
struct progress cli_progress(struct cli *c);

/* All commands, in the order of commands.def. */
const struct command *const *cli_commands(size_t *count);
/* The command with the longest path that the words begin with, or NULL; *used: how many words. */
const struct command *cli_find(int count, const char *const *words, int *used);

/* Parses argv and runs; prints the error; returns the exit code. */
int cli_main(int argc, char **argv);

#endif
