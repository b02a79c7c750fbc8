/* key status, key rotate, key grant */
#include "base/json.h"
#include "cli/register.h"
#include "store/admin.h"

/* ---- key status ---- */

static enum status status_json(const struct key_info *k, size_t n, const char *unlock,
                               const char *warning, struct err *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:i, s:s, s:s, s:s}", "class",
                                              key_class_name(k[i].class), "number",
                                              (int)k[i].number, "organisation", k[i].organisation,
                                              "state", k[i].state, "created", k[i].created));
    json_t *doc = json_pack("{s:s, s:s, s:o}", "unlock", unlock, "warning", warning, "keys", list);
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static void status_text(const struct key_info *k, size_t n, const char *unlock, const char *warning)
{
    printf("opens with a %s\n", unlock);
    if (warning[0])
        printf("warning: %s\n", warning);
    printf("%-10s %6s  %-8s %-21s %s\n", "class", "number", "state", "made", "organisation");
    for (size_t i = 0; i < n; i++)
        printf("%-10s %6u  %-8s %-21s %s\n", key_class_name(k[i].class), k[i].number, k[i].state,
               k[i].created, k[i].organisation[0] ? k[i].organisation : "(the register)");
}

static enum status run_status(struct cli *c, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct key_info *k;
    size_t n;
    char unlock[20], warning[200];
    const char *dir = cli_text(c, "store", NULL);
    enum status s = keyring_describe(dir, unlock, warning, e);
    if (s == ST_OK)
        s = keyring_list(dir, &memory, &k, &n, e);
    if (s == ST_OK && cli_json(c))
        s = status_json(k, n, unlock, warning, e);
    else if (s == ST_OK)
        status_text(k, n, unlock, warning);
    arena_free(&memory);
    return s;
}

static const struct opt status_opts[] = {
    {"store", OPT_FILE, "DIR", "the register", true, 0},
    {0},
};

const struct command cmd_key_status = {
    .path = "key status",
    .summary = "Which keys a register has; never the keys themselves",
    .opts = status_opts,
    .details = "The key that opens a register is looked for in this order: --key-file; the file\n"
               "named by THROUGHLINE_KEY_FILE; a passphrase, from THROUGHLINE_PASSPHRASE or the\n"
               "terminal; DIR/keys/master.key. See docs/ops/keys.md.",
    .example = "throughline init register --quiet\nthroughline key status --store register",
    .run = run_status,
};

/* ---- key rotate ---- */

static enum status new_master(struct cli *c, struct store *s, struct err *e)
{
    char *passphrase = NULL;
    if (cli_has(c, "passphrase"))
        TRY(passphrase_new(&passphrase, e));
    enum status st = store_new_master(s, passphrase, e);
    if (st == ST_OK && !cli_quiet(c))
        printf("the register opens with a new %s now\n", passphrase ? "passphrase" : "key file");
    secret_free(passphrase);
    return st;
}

static enum status new_data_keys(struct cli *c, struct store *s, struct err *e)
{
    struct rotation r;
    struct progress p = cli_progress(c);
    TRY(store_rotate(s, &p, &r, e));
    if (!cli_quiet(c))
        printf("new keys for every organisation: %llu rows looked at, %llu values sealed anew, old "
               "keys destroyed\n",
               (unsigned long long)r.rows, (unsigned long long)r.values);
    return ST_OK;
}

static enum status run_rotate(struct cli *c, struct err *e)
{
    struct store *s;
    if (cli_has(c, "passphrase") && !cli_has(c, "master"))
        return err_set(e, ST_USAGE, "--passphrase goes with --master");
    TRY(register_open(c, STORE_JOB, KEYS_ALL, "key rotation", &s, e));
    enum status st = cli_has(c, "master") ? new_master(c, s, e) : new_data_keys(c, s, e);
    store_close(s);
    return st;
}

static const struct opt rotate_opts[] = {
    REGISTER_OPTS,
    {"master", OPT_FLAG, NULL, "a new master key instead: the data keys are wrapped anew", false,
     0},
    {"passphrase", OPT_FLAG, NULL,
     "with --master: a passphrase, asked for or in THROUGHLINE_NEW_PASSPHRASE; else a key file",
     false, 0},
    {0},
};

const struct command cmd_key_rotate = {
    .path = "key rotate",
    .summary = "New keys, while the register is in use",
    .opts = rotate_opts,
    .details =
        "Every sealed value is opened and sealed with a new key, in small transactions beside\n"
        "readers and writers; then the old keys are destroyed. Cut off at any point, the\n"
        "same command goes on. Backups made before need the keys inside them: a backup holds\n"
        "its own.",
    .example = "throughline init register --quiet\nthroughline key rotate --store register\n"
               "throughline key rotate --store register --master",
    .run = run_rotate,
};

/* ---- key grant ---- */

static enum status classes_of(const char *list, unsigned *classes, struct err *e)
{
    *classes = 0;
    for (const char *p = list; *p;) {
        size_t n = strcspn(p, ",");
        int c = 0;
        while (c < KEY_CLASSES && (strlen(key_class_name((enum key_class)c)) != n ||
                                   memcmp(p, key_class_name((enum key_class)c), n) != 0))
            c++;
        if (c == KEY_CLASSES) {
            err_set(e, ST_USAGE, "there is no key class \"%.*s\"", (int)(n > 40 ? 40 : n), p);
            return err_hint(e, "Classes: S3, S4, S5, index, pseudonym, audit; joined by commas.");
        }
        *classes |= 1u << c;
        p += n + (p[n] == ',');
    }
    return *classes ? ST_OK : err_set(e, ST_USAGE, "no key class was named");
}

static enum status run_grant(struct cli *c, struct err *e)
{
    struct store *s;
    unsigned classes;
    TRY(classes_of(cli_text(c, "classes", ""), &classes, e));
    TRY(register_open(c, STORE_SHARED, classes, "key grant", &s, e));
    enum status st = store_grant(s, classes, cli_text(c, "out", NULL), e);
    store_close(s);
    return st;
}

static const struct opt grant_opts[] = {
    REGISTER_OPTS,
    {"classes", OPT_TEXT, "LIST", "what it opens, e.g. S3,index for linkage, S4 for classification",
     true, 0},
    {"out", OPT_FILE, "FILE", "the grant, readable by its owner only", true, 0},
    {0},
};

const struct command cmd_key_grant = {
    .path = "key grant",
    .summary = "A key file that opens some classes only",
    .opts = grant_opts,
    .details = "A process that is started with --key-file GRANT cannot read the other classes,\n"
               "whatever it does: names (S3) without accounts (S4), accounts without names, or\n"
               "neither. A grant is withdrawn by a new master key.",
    .example = "throughline init register --quiet\n"
               "throughline key grant --store register --classes S3,index --out linkage.key",
    .run = run_grant,
};
