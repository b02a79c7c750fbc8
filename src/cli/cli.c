#include "cli/cli.h"

#include "base/date.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/help.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define COMMAND(name) extern const struct command name;
#include "cli/commands.def"
#undef COMMAND

static const struct command *const all_commands[] = {
#define COMMAND(name) &name,
#include "cli/commands.def"
#undef COMMAND
};

const struct opt common_opts[] = {
    {"help", OPT_FLAG, NULL, "show this help and exit", false, 0},
    {"json", OPT_FLAG, NULL, "one JSON document on standard output", false, 0},
    {"quiet", OPT_FLAG, NULL, "no progress bar, no closing words", false, 0},
    {0},
};

enum { MAX_GIVEN = 256 };

struct given {
    const struct opt *opt;
    const char *text;
    int64_t integer;
    double real;
};

struct cli {
    const struct command *command;
    const char **args;
    int arg_count;
    struct given given[MAX_GIVEN];
    int given_count;
    struct timespec started;
    bool drawn;
};

const struct command *const *cli_commands(size_t *count)
{
    *count = sizeof all_commands / sizeof all_commands[0];
    return all_commands;
}

const struct command *cli_find(int count, const char *const *words, int *used)
{
    const struct command *best = NULL;
    *used = 0;
    for (size_t k = 0; k < sizeof all_commands / sizeof all_commands[0]; k++) {
        const char *p = all_commands[k]->path;
        for (int w = 0; w < count; w++) {
            size_t n = strcspn(p, " ");
            if (strlen(words[w]) != n || memcmp(words[w], p, n) != 0)
                break;
            if (p[n] == '\0') {
                if (w + 1 > *used) {
                    best = all_commands[k];
                    *used = w + 1;
                }
                break;
            }
            p += n + 1;
        }
    }
    return best;
}

/* ---- reading what was given ---- */

static const struct opt *find_opt(const struct command *cmd, const char *name, size_t n)
{
    for (const struct opt *o = cmd->opts; o && o->name; o++)
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    for (const struct opt *o = common_opts; o->name; o++)
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    return NULL;
}

static const struct given *last_given(const struct cli *c, const char *name)
{
    const struct opt *o = find_opt(c->command, name, strlen(name));
    if (!o)
        BUG("command %s does not declare --%s", c->command->path, name);
    for (int i = c->given_count - 1; i >= 0; i--)
        if (c->given[i].opt == o)
            return &c->given[i];
    return NULL;
}

int cli_args(const struct cli *c)
{
    return c->arg_count;
}

const char *cli_arg(const struct cli *c, int i)
{
    return i >= 0 && i < c->arg_count ? c->args[i] : NULL;
}

bool cli_has(const struct cli *c, const char *name)
{
    return last_given(c, name) != NULL;
}

const char *cli_text(const struct cli *c, const char *name, const char *fallback)
{
    const struct given *g = last_given(c, name);
    return g ? g->text : fallback;
}

int64_t cli_int(const struct cli *c, const char *name, int64_t fallback)
{
    const struct given *g = last_given(c, name);
    return g ? g->integer : fallback;
}

double cli_real(const struct cli *c, const char *name, double fallback)
{
    const struct given *g = last_given(c, name);
    return g ? g->real : fallback;
}

enum status cli_int_in(const struct cli *c, const char *name, int64_t fallback, int64_t lo,
                       int64_t hi, int *out, struct err *e)
{
    int64_t v = cli_int(c, name, fallback);
    if (v < lo || v > hi)
        return err_set(e, ST_USAGE, "--%s must be from %lld to %lld", name, (long long)lo,
                       (long long)hi);
    *out = (int)v;
    return ST_OK;
}

enum status cli_share(const struct cli *c, const char *name, double *out, struct err *e)
{
    *out = cli_real(c, name, NAN);
    if (cli_has(c, name) && !(*out > 0 && *out <= 1))
        return err_set(e, ST_USAGE, "--%s must be above 0 and at most 1", name);
    return ST_OK;
}

int cli_count(const struct cli *c, const char *name)
{
    const struct given *g = last_given(c, name);
    int n = 0;
    for (int i = 0; g && i < c->given_count; i++)
        n += c->given[i].opt == g->opt;
    return n;
}

const char *cli_value(const struct cli *c, const char *name, int k)
{
    const struct given *g = last_given(c, name);
    for (int i = 0; g && i < c->given_count; i++)
        if (c->given[i].opt == g->opt && k-- == 0)
            return c->given[i].text;
    return NULL;
}

bool cli_json(const struct cli *c)
{
    return cli_has(c, "json");
}

bool cli_quiet(const struct cli *c)
{
    return cli_has(c, "quiet");
}

/* ---- parsing ---- */

static enum status bad_value(const struct opt *o, const char *text, const char *wanted,
                             struct err *e)
{
    err_set(e, ST_USAGE, "--%s cannot be \"%.80s\"", o->name, text);
    return err_hint(e, "It takes %s.", wanted);
}

static bool parse_bytes(const char *text, int64_t *out)
{
    struct str s = str_of(text);
    int shift = 0;
    if (s.n) {
        switch (s.p[s.n - 1]) {
        case 'k':
        case 'K':
            shift = 10;
            break;
        case 'm':
        case 'M':
            shift = 20;
            break;
        case 'g':
        case 'G':
            shift = 30;
            break;
        default:
            break;
        }
    }
    if (shift)
        s.n--;
    if (!str_to_int64(s, out) || *out < 0 || *out > (INT64_MAX >> shift))
        return false;
    *out <<= shift;
    return true;
}

static bool one_of(const char *choices, const char *text)
{
    size_t n = strlen(text);
    for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
        if (strncmp(p, text, n) == 0 && (p[n] == '|' || p[n] == '\0'))
            return true;
    return false;
}

static enum status parse_value(struct given *g, struct err *e)
{
    int32_t day;
    switch (g->opt->type) {
    case OPT_INT:
        if (!str_to_int64(str_of(g->text), &g->integer))
            return bad_value(g->opt, g->text, "a whole number", e);
        break;
    case OPT_REAL:
        if (!str_to_double(str_of(g->text), &g->real))
            return bad_value(g->opt, g->text, "a number", e);
        break;
    case OPT_BYTES:
        if (!parse_bytes(g->text, &g->integer))
            return bad_value(g->opt, g->text, "a size such as 4G, 512M or 100k", e);
        break;
    case OPT_DATE:
        if (!date_from_iso(str_of(g->text), &day))
            return bad_value(g->opt, g->text, "a date such as 2024-03-31", e);
        g->integer = day;
        break;
    case OPT_TEXT:
        if (g->opt->value && strchr(g->opt->value, '|') && !one_of(g->opt->value, g->text))
            return bad_value(g->opt, g->text, g->opt->value, e);
        break;
    case OPT_FILE:
    case OPT_FLAG:
        break;
    }
    return ST_OK;
}

static enum status add_given(struct cli *c, const struct opt *o, const char *text, struct err *e)
{
    if (c->given_count == MAX_GIVEN)
        return err_set(e, ST_USAGE, "too many options");
    struct given *g = &c->given[c->given_count];
    *g = (struct given){.opt = o, .text = text};
    TRY(parse_value(g, e));
    c->given_count++;
    return ST_OK;
}

static enum status parse_option(struct cli *c, int argc, char **argv, int *i, struct err *e)
{
    const char *word = argv[*i] + 2, *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : strlen(word);
    const struct opt *o = find_opt(c->command, word, n);
    if (!o) {
        err_set(e, ST_USAGE, "throughline %s has no option --%.*s", c->command->path,
                (int)(n > 60 ? 60 : n), word);
        return err_hint(e, "See throughline %s --help.", c->command->path);
    }
    if (o->type == OPT_FLAG) {
        if (equals)
            return err_set(e, ST_USAGE, "--%s takes no value", o->name);
        return add_given(c, o, "", e);
    }
    int values = o->values ? o->values : 1;
    if (equals && values == 1)
        return add_given(c, o, equals + 1, e);
    for (int k = 0; k < values; k++) {
        if (equals || *i + 1 >= argc) {
            err_set(e, ST_USAGE, "--%s needs %s", o->name, values == 1 ? "a value" : "more values");
            return err_hint(e, "See throughline %s --help.", c->command->path);
        }
        TRY(add_given(c, o, argv[++*i], e));
    }
    return ST_OK;
}

static enum status parse(struct cli *c, int argc, char **argv, struct err *e)
{
    bool only_args = false;
    for (int i = 0; i < argc; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true;
        else if (!only_args && strcmp(argv[i], "-h") == 0)
            TRY(add_given(c, &common_opts[0], "", e));
        else if (!only_args && strncmp(argv[i], "--", 2) == 0)
            TRY(parse_option(c, argc, argv, &i, e));
        else
            c->args[c->arg_count++] = argv[i];
    }
    return ST_OK;
}

static enum status check_complete(const struct cli *c, struct err *e)
{
    const struct command *cmd = c->command;
    if (c->arg_count < cmd->min_args || (cmd->max_args >= 0 && c->arg_count > cmd->max_args)) {
        err_set(e, ST_USAGE, "throughline %s takes %s, %d given", cmd->path,
                cmd->arguments ? cmd->arguments : "no arguments", c->arg_count);
        return err_hint(e, "See throughline %s --help.", cmd->path);
    }
    for (const struct opt *o = cmd->opts; o && o->name; o++)
        if (o->required && !cli_has(c, o->name)) {
            err_set(e, ST_USAGE, "throughline %s needs --%s %s", cmd->path, o->name, o->value);
            return err_hint(e, "See throughline %s --help.", cmd->path);
        }
    return ST_OK;
}

/* ---- progress ---- */

static void draw(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
    struct cli *c = ctx;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec - c->started.tv_sec < 1)
        return;
    if (total)
        fprintf(stderr, "\r\033[K%s %3d%%", stage, (int)((double)done * 100.0 / (double)total));
    else
        fprintf(stderr, "\r\033[K%s %llu", stage, (unsigned long long)done);
    c->drawn = true;
}

struct progress cli_progress(struct cli *c)
{
    bool on = isatty(STDERR_FILENO) && !cli_quiet(c);
    return (struct progress){on ? draw : NULL, c};
}

/* ---- the whole ---- */

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum status run(struct cli *c, int argc, char **argv, struct err *e)
{
    int used;
    c->command = cli_find(argc, (const char *const *)argv, &used);
    if (!c->command) {
        if (argc == 2 && is_help(argv[1]) && help_print_family(stdout, argv[0]))
            return ST_OK;
        return help_unknown_command(argc, (const char *const *)argv, e);
    }
    TRY(parse(c, argc - used, argv + used, e));
    if (cli_has(c, "help")) {
        help_print_command(stdout, c->command);
        return ST_OK;
    }
    TRY(check_complete(c, e));
    return c->command->run(c, e);
}

int cli_main(int argc, char **argv)
{
    struct err e = {0};
    struct cli c = {0};
    signal(SIGXFSZ, SIG_IGN); /* a limit on file size is an error to report, not a death */
    clock_gettime(CLOCK_MONOTONIC, &c.started);
    c.args = mem_zalloc((size_t)argc + 1, sizeof *c.args);
    bool bare = argc < 2 || is_help(argv[1]);
    enum status s = ST_OK;
    if (bare)
        help_print_all(argc < 2 ? stderr : stdout);
    else
        s = run(&c, argc - 1, argv + 1, &e);
    if (c.drawn)
        fputs("\r\033[K", stderr);
    if (s == ST_OK && fflush(stdout) != 0)
        s = err_set(&e, ST_FAULT, "cannot write to standard output");
    if (s != ST_OK)
        err_print(stderr, &e);
    free((void *)c.args);
    return bare && argc < 2 ? ST_USAGE : (int)s;
}
