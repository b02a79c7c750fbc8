#include "app/register_init.h"
#include "base/json.h"
#include "cli/cli.h"
#include "crypto/keyring.h"

static enum status say(struct cli *c, const struct register_init *job, struct err *e)
{
    const char *unlock = job->passphrase ? "passphrase" : "key file";
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:s, s:s, s:s, s:i, s:s}", "store", job->dir, "administrator",
                                job->administrator, "one_time_code", job->code, "days",
                                REGISTER_CODE_DAYS, "unlock", unlock);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    printf("An empty register was made in %s.\n\n"
           "First administrator: %s\nOne-time code:       %s\n"
           "It is shown only now and holds for %d days.\n\n",
           job->dir, job->administrator, job->code, REGISTER_CODE_DAYS);
    if (job->passphrase)
        puts("The register opens with the passphrase. Without it nobody can read what it holds:\n"
             "keep it written down in two places.");
    else
        printf(
            "The register opens with %s/keys/master.key, without a person: right for\n"
            "trying it out. Where real people are on record, keep that file off the disk, or use "
            "a passphrase\n(throughline key rotate --master --passphrase). Without it nobody can "
            "read what the register holds.\n",
            job->dir);
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    char *passphrase = NULL;
    if (cli_has(c, "passphrase")) {
        TRY(crypto_start(e));
        TRY(passphrase_new(&passphrase, e));
    }
    struct register_init job = {.dir = cli_arg(c, 0),
                                .administrator = cli_text(c, "admin", "admin"),
                                .passphrase = passphrase};
    enum status s = register_init(&job, e);
    if (s == ST_OK)
        s = say(c, &job, e);
    secret_free(passphrase);
    return s;
}

static const struct opt opts[] = {
    {"admin", OPT_TEXT, "NAME", "the first administrator (default admin)", false, 0},
    {"passphrase", OPT_FLAG, NULL,
     "open it with a passphrase, asked for on the terminal or in THROUGHLINE_NEW_PASSPHRASE, "
     "instead of a key file",
     false, 0},
    {0},
};

const struct command cmd_init = {
    .path = "init",
    .summary = "Make an empty register, its keys and its first administrator",
    .arguments = "DIR",
    .min_args = 1,
    .max_args = 1,
    .opts = opts,
    .details = "DIR must not exist or be empty. Names, dates of birth, references and everything\n"
               "about exploitation are sealed with keys that are kept in DIR/keys, apart from the\n"
               "database; see docs/ops/keys.md.",
    .example = "throughline init register",
    .run = run,
};
