#include "cli/help.h"

#include "base/str.h"

enum { WIDTH = 100, HELP_COLUMN = 30 };

/* One line of text from `column` on, broken between words before WIDTH; goes on at `indent`. */
static void print_filled(FILE *to, const char *text, size_t n, size_t column, int indent)
{
    while (column + n > WIDTH) {
        size_t cut = WIDTH - column;
        while (cut && text[cut] != ' ')
            cut--;
        if (!cut)
            break;
        fprintf(to, "%.*s\n%*s", (int)cut, text, indent, "");
        text += cut + 1;
        n -= cut + 1;
        column = (size_t)indent;
    }
    fprintf(to, "%.*s\n", (int)n, text);
}

static void print_usage(FILE *to, const struct command *cmd)
{
    struct buf line = BUF_EMPTY;
    buf_addf(&line, "Usage: throughline %s", cmd->path);
    if (cmd->arguments)
        buf_addf(&line, " %s", cmd->arguments);
    for (const struct opt *o = cmd->opts; o && o->name; o++)
        if (o->required)
            buf_addf(&line, " --%s %s", o->name, o->value);
    buf_adds(&line, " [options]");
    print_filled(to, line.p, line.n, 0, 4);
    buf_free(&line);
}

static void print_opts(FILE *to, const struct opt *opts)
{
    for (const struct opt *o = opts; o && o->name; o++) {
        char left[120];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        if (strlen(left) > HELP_COLUMN - 4)
            fprintf(to, "  %s\n%*s", left, HELP_COLUMN, "");
        else
            fprintf(to, "  %-*s", HELP_COLUMN - 2, left);
        print_filled(to, o->help, strlen(o->help), HELP_COLUMN, HELP_COLUMN);
    }
}

static void print_details(FILE *to, const char *text)
{
    fputc('\n', to);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        print_filled(to, p, n, 0, 0);
        p += n + (p[n] == '\n');
    }
}

/* Path and summary of the commands that begin with the word and go on. */
static bool print_family(FILE *to, const char *word, const char *title)
{
    size_t count, n = strlen(word);
    const struct command *const *all = cli_commands(&count);
    bool any = false;
    for (size_t k = 0; k < count; k++) {
        if (strncmp(all[k]->path, word, n) != 0 || all[k]->path[n] != ' ')
            continue;
        if (!any)
            fputs(title, to);
        fprintf(to, "  %-24s%s\n", all[k]->path, all[k]->summary);
        any = true;
    }
    return any;
}

bool help_print_family(FILE *to, const char *word)
{
    if (!print_family(to, word, "Commands:\n"))
        return false;
    fputs("\nthroughline COMMAND --help explains a command with an example.\n", to);
    return true;
}

void help_print_command(FILE *to, const struct command *cmd)
{
    fprintf(to, "%s\n\n", cmd->summary);
    print_usage(to, cmd);
    fputs("\nOptions:\n", to);
    print_opts(to, cmd->opts);
    print_opts(to, common_opts);
    if (cmd->details)
        print_details(to, cmd->details);
    print_family(to, cmd->path, "\nSee also:\n");
    fputs("\nExample:\n", to);
    for (const char *p = cmd->example; *p;) {
        size_t n = strcspn(p, "\n");
        fprintf(to, "  %.*s\n", (int)n, p);
        p += n + (p[n] == '\n');
    }
}

void help_print_all(FILE *to)
{
    size_t count;
    const struct command *const *all = cli_commands(&count);
    fputs("throughline: one line through a person's referrals\n\n"
          "Usage: throughline COMMAND [arguments] [options]\n\nCommands:\n",
          to);
    for (size_t k = 0; k < count; k++)
        fprintf(to, "  %-24s%s\n", all[k]->path, all[k]->summary);
    fputs("\nthroughline COMMAND --help explains a command with an example.\n", to);
}

static void roff(FILE *to, const char *s)
{
    bool line_start = true;
    for (; *s; s++) {
        if (line_start && (*s == '.' || *s == '\''))
            fputs("\\&", to);
        if (*s == '\\')
            fputs("\\e", to);
        else if (*s == '-')
            fputs("\\-", to);
        else
            fputc(*s, to);
        line_start = *s == '\n';
    }
}

static void man_opts(FILE *to, const struct opt *opts)
{
    for (const struct opt *o = opts; o && o->name; o++) {
        fprintf(to, ".TP\n\\fB\\-\\-%s\\fR", o->name);
        if (o->value)
            fprintf(to, " \\fI%s\\fR", o->value);
        fputc('\n', to);
        roff(to, o->help);
        fputc('\n', to);
    }
}

void help_print_man(FILE *to)
{
    size_t count;
    const struct command *const *all = cli_commands(&count);
    fputs(
        ".TH THROUGHLINE 1 \"\" \"Throughline\" \"User Commands\"\n.SH NAME\n"
        "throughline \\- one line through a person's referrals\n.SH SYNOPSIS\n"
        ".B throughline\n.I COMMAND\n[arguments] [options]\n.SH DESCRIPTION\n"
        "Finds which referrals are one person, decides under each definition whether the person\n"
        "was trafficked again, flags repeat referrals, and publishes what may be published.\n"
        ".PP\nExit status: 0 done, 1 the data or the question is wrong, 2 wrong usage, 3 a fault\n"
        "of the program or the machine.\n.SH COMMANDS\n",
        to);
    for (size_t k = 0; k < count; k++) {
        fprintf(to, ".SS throughline %s\n", all[k]->path);
        roff(to, all[k]->summary);
        fputs("\n.PP\n", to);
        man_opts(to, all[k]->opts);
        if (all[k]->details) {
            fputs(".PP\n.nf\n", to);
            roff(to, all[k]->details);
            fputs("\n.fi\n", to);
        }
        fputs(".PP\nExample:\n.PP\n.nf\n", to);
        roff(to, all[k]->example);
        fputs("\n.fi\n", to);
    }
    fputs(".SH OPTIONS OF EVERY COMMAND\n", to);
    man_opts(to, common_opts);
}

void help_print_bash_completion(FILE *to)
{
    size_t count;
    const struct command *const *all = cli_commands(&count);
    fputs("_throughline() {\n"
          "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" words=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n"
          "    local choices=\"\" path rest\n"
          "    while IFS='|' read -r path rest; do\n"
          "        if [[ \"$words\" == \"$path\" || \"$words\" == \"$path \"* ]]; then\n"
          "            choices+=\" $rest\"\n"
          "        elif [[ -z \"$words\" ]]; then\n"
          "            choices+=\" ${path%% *}\"\n"
          "        elif [[ \"$path\" == \"$words \"* ]]; then\n"
          "            rest=\"${path#\"$words \"}\"; choices+=\" ${rest%% *}\"\n"
          "        fi\n"
          "    done <<'COMMANDS'\n",
          to);
    for (size_t k = 0; k < count; k++) {
        fprintf(to, "%s|", all[k]->path);
        for (const struct opt *o = all[k]->opts; o && o->name; o++)
            fprintf(to, "--%s ", o->name);
        for (const struct opt *o = common_opts; o->name; o++)
            fprintf(to, "--%s ", o->name);
        fputc('\n', to);
    }
    fputs("COMMANDS\n"
          "    COMPREPLY=($(compgen -W \"$choices\" -- \"$cur\"))\n"
          "    [[ \"$cur\" == -* || ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- "
          "\"$cur\"))\n"
          "}\ncomplete -o filenames -F _throughline throughline\n",
          to);
}

enum status help_unknown_command(int count, const char *const *words, struct err *e)
{
    size_t known;
    const struct command *const *all = cli_commands(&known);
    struct buf near = BUF_EMPTY;
    for (size_t k = 0; k < known && near.n < 200; k++) {
        size_t n = strlen(words[0]);
        if (strncmp(all[k]->path, words[0], n > 3 ? 3 : n) == 0)
            buf_addf(&near, "%s%s", near.n ? ", " : "", all[k]->path);
    }
    err_set(e, ST_USAGE, "there is no command \"%.40s%s%.40s\"", words[0], count > 1 ? " " : "",
            count > 1 ? words[1] : "");
    if (near.n)
        err_hint(e, "Did you mean: %s? All commands: throughline --help.", near.p);
    else
        err_hint(e, "All commands: throughline --help.");
    buf_free(&near);
    return ST_USAGE;
}
