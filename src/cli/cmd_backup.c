/* backup, restore */
#include "base/json.h"
#include "cli/register.h"
#include "store/admin.h"

static enum status run_backup(struct cli *c, struct err *e)
{
    struct store *s;
    TRY(register_open(c, STORE_SHARED, KEY_AUDIT, "backup", &s, e));
    enum status st = store_backup(s, cli_text(c, "out", NULL), e);
    store_close(s);
    if (st == ST_OK && !cli_quiet(c))
        printf("copied to %s and checked; the master key is not in it: keep that apart\n",
               cli_text(c, "out", NULL));
    return st;
}

static const struct opt backup_opts[] = {
    REGISTER_OPTS,
    {"out", OPT_FILE, "DIR", "the copy: a directory that does not exist yet", true, 0},
    {0},
};

const struct command cmd_backup = {
    .path = "backup",
    .summary = "A checked copy of a register, made while it is in use",
    .opts = backup_opts,
    .details =
        "The copy holds the database, the wrapped keys, and a manifest with hashes and the\n"
        "signed head of the audit log. It is opened and checked before it gets its name. It\n"
        "does not hold the master key: without that, or the passphrase, it cannot be read.",
    .example = "throughline init register --quiet\n"
               "throughline backup --store register --out copy\n"
               "throughline restore copy --store again --key-file register/keys/master.key\n"
               "throughline verify-log --store again",
    .run = run_backup,
};

static enum status run_restore(struct cli *c, struct err *e)
{
    struct audit_head head;
    const char *dir = cli_text(c, "store", NULL);
    TRY(store_restore(cli_arg(c, 0), dir, cli_text(c, "key-file", NULL), &head, e));
    if (!cli_quiet(c))
        printf("restored to %s as it was at %s: sound, opened with the key, log intact (%llu "
               "entries)\n",
               dir, head.at, (unsigned long long)head.size);
    return ST_OK;
}

static const struct opt restore_opts[] = {
    {"store", OPT_FILE, "DIR", "the register to make: must not exist or be empty", true, 0},
    {"key-file", OPT_FILE, "FILE", "the master key; not for a register that has a passphrase",
     false, 0},
    {0},
};

const struct command cmd_restore = {
    .path = "restore",
    .summary = "Make a register of a backup again, checking all of it",
    .arguments = "BACKUP",
    .min_args = 1,
    .max_args = 1,
    .opts = restore_opts,
    .details =
        "Every file is compared with the manifest, the database is checked, opened with the\n"
        "key, and its audit log compared with the signed head. Nothing is left when any of\n"
        "it fails. To replace a damaged register, move it away first.",
    .example = "throughline init register --quiet\n"
               "throughline backup --store register --out copy --quiet\n"
               "throughline restore copy --store again --key-file register/keys/master.key",
    .run = run_restore,
};
