#include "app/export.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/register.h"

#include <stdio.h>

static enum status run(struct cli *c, struct err *e)
{
    struct export_report report;
    struct export_request q = {
        .as = cli_text(c, "as", NULL),
        .store_dir = cli_text(c, "store", NULL),
        .key_file = cli_text(c, "key-file", NULL),
        .out = cli_text(c, "out", NULL),
        .identity = cli_has(c, "identity"),
        .account = cli_has(c, "account"),
        .basis = cli_text(c, "basis", NULL),
        .recipient = cli_text(c, "recipient", NULL),
        .actor = {.name = "system",
                  .role = "administrator",
                  .purpose = "export",
                  .organisation = ""},
        .threads = (int)cli_int(c, "threads", 0),
    };
    TRY(app_export(&q, &report, e));
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:s,s:s,s:I,s:I,s:I}", "as", q.as, "out", q.out, "records",
                                (json_int_t)report.records, "columns", (json_int_t)report.columns,
                                "held_for_want_of_consent", (json_int_t)report.without_consent);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    if (cli_quiet(c) || strcmp(q.out, "-") == 0)
        return ST_OK;
    printf("%llu records, %llu columns in %s\n", (unsigned long long)report.records,
           (unsigned long long)report.columns, q.out);
    if (report.without_consent)
        printf("%llu records kept identity or account back for want of consent\n",
               (unsigned long long)report.without_consent);
    return ST_OK;
}

static const struct opt opts[] = {
    {"as", OPT_TEXT, "htcds|canonical", "the standard, or the dictionary's own names", true, 0},
    {"store", OPT_FILE, "DIR", "the register", true, 0},
    {"out", OPT_FILE, "FILE", "the CSV to write", true, 0},
    {"identity", OPT_FLAG, NULL, "with what identifies people (S3); needs a basis", false, 0},
    {"account", OPT_FLAG, NULL, "with accounts and special categories (S4); needs a basis", false,
     0},
    {"basis", OPT_TEXT, "CODE", "why it may leave: a code of sharing_basis", false, 0},
    {"recipient", OPT_TEXT, "NAME", "who gets it", false, 0},
    {"key-file", OPT_FILE, "FILE", "the key file, when it is not in the register", false, 0},
    {"threads", OPT_INT, "N", "threads for unsealing; default: all processors", false, 0},
    {0},
};

const struct command cmd_export = {
    .path = "export",
    .summary = "Write what may leave the register, as HTCDS or under the dictionary's names",
    .opts = opts,
    .details =
        "Without --identity and --account only pseudonymous fields leave (classes S0 to S2). Both\n"
        "need --basis and --recipient, which stand in the audit log; with the basis CONSENT only\n"
        "records that hold a consent to sharing give them. Whereabouts, safe contacts and\n"
        "exploiters (S5) never leave.",
    .example = "throughline init register\n"
               "throughline import ngo.csv --as ngo --from HAVEN --store register\n"
               "throughline export --as htcds --store register --out htcds.csv\n"
               "throughline export --as canonical --store register --out all.csv --identity "
               "--account --basis SAFEGUARDING --recipient 'Rights Lab'",
    .run = run,
};
