#include "app/import.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/register.h"

#include <stdio.h>
#include <stdlib.h>

static struct actor the_actor(void)
{
    return (struct actor){
        .name = register_user(), .role = "administrator", .purpose = "import", .organisation = ""};
}

static const char *delimiter_name(char c)
{
    return c == ';' ? "semicolon" : c == '\t' ? "tab" : "comma";
}

/* ---- what an import says ---- */

static json_t *report_json(const struct cli *c, const struct import_report *r)
{
    json_t *problems = json_array(), *unknown = json_array();
    for (size_t i = 0; i < r->problem_count; i++) {
        const struct import_problem *p = &r->problems[i];
        json_array_append_new(problems,
                              json_pack("{s:s,s:s,s:s,s:I,s:I,s:s}", "column", p->column, "what",
                                        p->what, "severity", p->warning ? "warning" : "error",
                                        "rows", (json_int_t)p->count, "first_row",
                                        (json_int_t)p->first_row, "looks_like", p->shape));
    }
    for (size_t i = 0; i < r->unknown_count; i++)
        json_array_append_new(unknown, json_string(r->unknown[i]));
    json_t *doc =
        json_pack("{s:s,s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "file", cli_arg(c, 0),
                  "kind", r->kind, "encoding", r->encoding, "dry_run", cli_has(c, "dry-run"),
                  "import", (json_int_t)r->import_id, "rows", (json_int_t)r->rows, "added",
                  (json_int_t)r->added, "changed", (json_int_t)r->changed, "same",
                  (json_int_t)r->same, "repeated_in_file", (json_int_t)r->repeated, "rejected",
                  (json_int_t)r->rejected, "warnings", (json_int_t)r->warnings);
    json_object_set_new(doc, "delimiter",
                        r->delimiter ? json_string(delimiter_name(r->delimiter)) : json_null());
    json_object_set_new(doc, "sheet", r->sheet[0] ? json_string(r->sheet) : json_null());
    json_object_set_new(doc, "imported_before", json_boolean(r->again));
    json_object_set_new(doc, "day_first_dates", json_integer((json_int_t)r->day_first));
    json_object_set_new(doc, "rejects_file", r->rejects[0] ? json_string(r->rejects) : json_null());
    json_object_set_new(doc, "columns_not_read", unknown);
    json_object_set_new(doc, "problems", problems);
    return doc;
}

static void say_table(const struct import_report *r)
{
    printf("%s", r->kind);
    if (r->delimiter)
        printf(", %s, %s between cells", r->encoding, delimiter_name(r->delimiter));
    else
        printf(", sheet \"%s\"%s", r->sheet,
               r->sheets > 1 ? " (the other sheets were not read)" : "");
    printf(": %llu rows\n", (unsigned long long)r->rows);
    if (r->rows == 0)
        puts("the file has a header and no rows: there is nothing to import");
    if (r->unknown_count) {
        printf("columns not read:");
        for (size_t i = 0; i < r->unknown_count && i < 20; i++)
            printf("%s %s", i ? "," : "", r->unknown[i]);
        printf("%s\n", r->unknown_count > 20 ? ", ..." : "");
    }
    if (r->day_first)
        printf("%llu dates like 03/04/2021 were read day first\n",
               (unsigned long long)r->day_first);
}

static void say_problems(const struct import_report *r)
{
    for (size_t i = 0; i < r->problem_count && i < 25; i++) {
        const struct import_problem *p = &r->problems[i];
        printf("  %s: %s%s%s (%llu row%s, first in row %ld%s%s)\n",
               p->warning ? "warning" : "rejected", p->column, p->column[0] ? " " : "", p->what,
               (unsigned long long)p->count, p->count == 1 ? "" : "s", p->first_row,
               p->shape[0] ? ", looks like " : "", p->shape);
    }
    if (r->problem_count > 25)
        printf("  ... and %zu more kinds; see --json\n", r->problem_count - 25);
}

static void say(const struct cli *c, const struct import_report *r)
{
    say_table(r);
    say_problems(r);
    unsigned long long rejected = r->rejected;
    if (cli_has(c, "dry-run")) {
        printf("dry run: %llu rows are good, %llu would be rejected; nothing was written\n",
               (unsigned long long)(r->rows - r->rejected), rejected);
        return;
    }
    if (r->again)
        puts("this very file was imported before");
    printf("%llu new, %llu changed, %llu already there, %llu rejected",
           (unsigned long long)r->added, (unsigned long long)r->changed,
           (unsigned long long)(r->same + r->repeated), rejected);
    if (r->added || r->changed)
        printf("; import %lld (take it back with --undo %lld)", (long long)r->import_id,
               (long long)r->import_id);
    putchar('\n');
    if (r->rejects[0])
        printf("correct %s and import it the same way\n", r->rejects);
}

static enum status import_file(struct cli *c, struct err *e)
{
    struct progress progress = cli_progress(c);
    struct import_report report;
    struct import_request q = {
        .file = cli_arg(c, 0),
        .channel = cli_text(c, "as", NULL),
        .organisation = cli_text(c, "from", NULL),
        .store_dir = cli_text(c, "store", NULL),
        .key_file = cli_text(c, "key-file", NULL),
        .map_file = cli_text(c, "map", NULL),
        .dry_run = cli_has(c, "dry-run"),
        .today = clock_today(),
        .threads = (int)cli_int(c, "threads", 0),
        .actor = the_actor(),
        .progress = &progress,
    };
    enum status s = app_import(&q, &report, e);
    if (s == ST_OK && cli_json(c)) {
        json_t *doc = report_json(c, &report);
        s = json_write_file("-", doc, e);
        json_decref(doc);
    } else if (s == ST_OK && !cli_quiet(c)) {
        say(c, &report);
    }
    if (s == ST_OK && report.rows > 0 && report.rejected == report.rows) {
        err_at(e, q.file, 0, NULL);
        err_set(e, ST_DATA, "none of the %llu rows could be %s", (unsigned long long)report.rows,
                q.dry_run ? "imported as it is" : "imported");
        s = err_hint(e, "What is wrong with each is said above and in the rejects file.");
    }
    import_report_free(&report);
    return s;
}

/* ---- the other things the command does ---- */

static enum status with_store(struct cli *c, unsigned keys, struct store **out, struct err *e)
{
    if (!cli_has(c, "store"))
        return err_set(e, ST_USAGE, "--store DIR is needed");
    return register_open(c, keys ? STORE_JOB : STORE_SHARED, keys, "import", out, e);
}

static enum status undo(struct cli *c, struct err *e)
{
    struct store *s = NULL;
    uint64_t records = 0;
    int64_t id = cli_int(c, "undo", 0);
    TRY(with_store(c, KEYS_IMPORT, &s, e));
    enum status st = store_import_undo(s, id, &records, e);
    store_close(s);
    if (st != ST_OK)
        return st;
    if (cli_json(c))
        printf("{\"undone\": %lld, \"records\": %llu}\n", (long long)id,
               (unsigned long long)records);
    else
        printf("import %lld was taken back: %llu records\n", (long long)id,
               (unsigned long long)records);
    return ST_OK;
}

static enum status list_json(const struct import_info *list, size_t n, struct err *e)
{
    json_t *doc = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(
            doc, json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "import",
                           (json_int_t)list[i].id, "at", list[i].at, "state", list[i].state, "from",
                           list[i].organisation, "as", list[i].channel, "file", list[i].file_name,
                           "added", (json_int_t)list[i].added, "changed",
                           (json_int_t)list[i].changed, "rejected", (json_int_t)list[i].rejected));
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static enum status list(struct cli *c, struct err *e)
{
    struct store *s = NULL;
    struct arena memory = ARENA_EMPTY;
    struct import_info *imports;
    size_t n = 0;
    TRY(with_store(c, 0, &s, e));
    enum status st = store_import_list(s, &memory, &imports, &n, e);
    if (st == ST_OK && cli_json(c))
        st = list_json(imports, n, e);
    else if (st == ST_OK)
        for (size_t i = 0; i < n; i++)
            printf("%4lld  %s  %-6s %-10s %-12s %s: %llu new, %llu changed, %llu rejected\n",
                   (long long)imports[i].id, imports[i].at, imports[i].state, imports[i].channel,
                   imports[i].organisation, imports[i].file_name,
                   (unsigned long long)imports[i].added, (unsigned long long)imports[i].changed,
                   (unsigned long long)imports[i].rejected);
    arena_free(&memory);
    store_close(s);
    return st;
}

static enum status needs(struct cli *c, struct err *e)
{
    if (cli_args(c) != 1)
        return err_set(e, ST_USAGE, "name the file to import");
    if (!cli_has(c, "as"))
        return err_set(e, ST_USAGE, "--as says whose layout the file has");
    if (cli_has(c, "suggest-map") || cli_has(c, "dry-run"))
        return ST_OK;
    if (!cli_has(c, "from"))
        return err_set(e, ST_USAGE, "--from ORG says who sent the file");
    const char *from = cli_text(c, "from", "");
    if (!from[0] || strlen(from) > 64 || strpbrk(from, "\n\r\t/\\"))
        return err_set(e, ST_USAGE, "--from is a short name without / or line ends");
    if (from[0] == ' ' || from[strlen(from) - 1] == ' ' || strstr(from, "  "))
        return err_set(e, ST_USAGE, "--from has a space too many");
    if (!cli_has(c, "store"))
        return err_set(e, ST_USAGE, "--store DIR is needed");
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    if (cli_has(c, "list"))
        return list(c, e);
    if (cli_has(c, "undo"))
        return undo(c, e);
    TRY(needs(c, e));
    if (cli_has(c, "suggest-map")) {
        const char *out = cli_text(c, "suggest-map", NULL);
        TRY(app_import_suggest(cli_arg(c, 0), cli_text(c, "as", NULL), out, clock_today(), e));
        if (!cli_quiet(c) && !cli_json(c) && strcmp(out, "-") != 0)
            printf("a first guess is in %s: look it over, fill in what is null, then import with "
                   "--map %s\n",
                   out, out);
        return ST_OK;
    }
    return import_file(c, e);
}

static const struct opt opts[] = {
    {"as", OPT_TEXT, "nrm|dtn|msvcc|helpline|ngo|police|htcds|canonical",
     "whose layout the file has (throughline help formats)", false, 0},
    {"from", OPT_TEXT, "ORG", "who sent it", false, 0},
    {"store", OPT_FILE, "DIR", "the register", false, 0},
    {"map", OPT_FILE, "M.json", "how the columns of another layout map (docs/user/import.md)",
     false, 0},
    {"suggest-map", OPT_FILE, "OUT.json", "write a first guess of a mapping file, import nothing",
     false, 0},
    {"dry-run", OPT_FLAG, NULL, "check every row, write nothing", false, 0},
    {"list", OPT_FLAG, NULL, "list the imports of the register", false, 0},
    {"undo", OPT_INT, "IMPORT_ID", "take an import back", false, 0},
    {"key-file", OPT_FILE, "FILE", "the key file, when it is not in the register", false, 0},
    {"threads", OPT_INT, "N", "threads for sealing; default: all processors", false, 0},
    {0},
};

const struct command cmd_import = {
    .path = "import",
    .summary = "Bring an agency's extract into the register",
    .arguments = "[FILE]",
    .min_args = 0,
    .max_args = 1,
    .opts = opts,
    .details =
        "CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab), XLSX and ODS. Every row is\n"
        "validated: good rows go in, bad rows go to FILE.rejected.csv with the reason, in the "
        "same\n"
        "columns, so that they can be corrected and imported as they are. Importing a file twice\n"
        "changes nothing. An import can be taken back. Dates are read day first, as in the UK.",
    .example = "throughline init register\n"
               "throughline import ngo.csv --as ngo --from HAVEN --store register --dry-run\n"
               "throughline import ngo.csv --as ngo --from HAVEN --store register\n"
               "throughline import charity.csv --as ngo --suggest-map guess.json\n"
               "throughline import charity.csv --as ngo --from HOPE --map charity-map.json "
               "--store register\n"
               "throughline import --list --store register\n"
               "throughline import --undo 2 --store register",
    .run = run,
};
