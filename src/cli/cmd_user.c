/* user add, user list, user disable, user enable, user reset */
#include "base/json.h"
#include "cli/register.h"
#include "crypto/password.h"
#include "store/admin.h"

enum { CODE_DAYS = 7 };

static enum status say_code(struct cli *c, const char *name, const char *code, struct err *e)
{
    if (cli_json(c)) {
        json_t *doc =
            json_pack("{s:s, s:s, s:i}", "user", name, "one_time_code", code, "days", CODE_DAYS);
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        return s;
    }
    printf("user %s, one-time code %s\nIt is shown only now and holds for %d days.\n", name, code,
           CODE_DAYS);
    return ST_OK;
}

static enum status run_add(struct cli *c, struct err *e)
{
    struct store *s;
    char code[ONE_TIME_CODE_BYTES];
    TRY(register_open(c, STORE_SHARED, 0, "users", &s, e));
    enum status st = store_user_add(s, cli_arg(c, 0), cli_text(c, "role", NULL),
                                    cli_text(c, "organisation", ""), CODE_DAYS, code, e);
    store_close(s);
    return st == ST_OK ? say_code(c, cli_arg(c, 0), code, e) : st;
}

static enum status run_reset(struct cli *c, struct err *e)
{
    struct store *s;
    char code[ONE_TIME_CODE_BYTES];
    TRY(register_open(c, STORE_SHARED, 0, "users", &s, e));
    enum status st = store_user_reset(s, cli_arg(c, 0), CODE_DAYS, code, e);
    store_close(s);
    return st == ST_OK ? say_code(c, cli_arg(c, 0), code, e) : st;
}

static enum status set_disabled(struct cli *c, bool disabled, struct err *e)
{
    struct store *s;
    TRY(register_open(c, STORE_SHARED, 0, "users", &s, e));
    enum status st = store_user_set_disabled(s, cli_arg(c, 0), disabled, e);
    store_close(s);
    return st;
}

static enum status run_disable(struct cli *c, struct err *e)
{
    return set_disabled(c, true, e);
}

static enum status run_enable(struct cli *c, struct err *e)
{
    return set_disabled(c, false, e);
}

static const char *state_of(const struct user *u)
{
    return u->disabled ? "disabled" : u->has_password ? "active" : u->has_code ? "invited" : "none";
}

static enum status list_json(const struct user *u, size_t n, struct err *e)
{
    json_t *list = json_array();
    for (size_t k = 0; k < n; k++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", u[k].name,
                                              "role", u[k].role, "organisation", u[k].organisation,
                                              "state", state_of(&u[k]), "created", u[k].created));
    enum status s = json_write_file("-", list, e);
    json_decref(list);
    return s;
}

static enum status run_list(struct cli *c, struct err *e)
{
    struct store *s;
    struct arena memory = ARENA_EMPTY;
    struct user *u;
    size_t n;
    TRY(register_open(c, STORE_SHARED, 0, "users", &s, e));
    enum status st = store_user_list(s, &memory, &u, &n, e);
    if (st == ST_OK && cli_json(c))
        st = list_json(u, n, e);
    else if (st == ST_OK)
        for (size_t k = 0; k < n; k++)
            printf("%-20s %-14s %-9s %s\n", u[k].name, u[k].role, state_of(&u[k]),
                   u[k].organisation);
    store_close(s);
    arena_free(&memory);
    return st;
}

static const struct opt register_opts[] = {REGISTER_OPTS, {0}};
static const struct opt add_opts[] = {
    REGISTER_OPTS,
    {"role", OPT_TEXT, "administrator|analyst|caseworker|duty_officer|researcher",
     "what the person may do", true, 0},
    {"organisation", OPT_TEXT, "CODE", "whose records the person works with", false, 0},
    {0},
};

const struct command cmd_user_add = {
    .path = "user add",
    .summary = "Add a user, with a one-time code to set a password",
    .arguments = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = add_opts,
    .details = "The code is said once; only its Argon2id hash is kept. Give it to the person by\n"
               "another way than the name.",
    .example = "throughline init register --quiet\n"
               "throughline user add ana --role analyst --store register\n"
               "throughline user list --store register",
    .run = run_add,
};

const struct command cmd_user_disable = {
    .path = "user disable",
    .summary = "Shut a user out; what the user did stays in the audit log",
    .arguments = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = register_opts,
    .details = "The last administrator cannot be disabled.",
    .example = "throughline init register --quiet\n"
               "throughline user add ana --role analyst --store register\n"
               "throughline user disable ana --store register",
    .run = run_disable,
};

const struct command cmd_user_enable = {
    .path = "user enable",
    .summary = "Let a disabled user in again",
    .arguments = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = register_opts,
    .example = "throughline init register --quiet\n"
               "throughline user add ana --role analyst --store register\n"
               "throughline user disable ana --store register\n"
               "throughline user enable ana --store register",
    .run = run_enable,
};

const struct command cmd_user_list = {
    .path = "user list",
    .summary = "Who may use the register, and as what",
    .opts = register_opts,
    .example = "throughline init register --quiet\nthroughline user list --store register",
    .run = run_list,
};

const struct command cmd_user_reset = {
    .path = "user reset",
    .summary = "A new one-time code; the old password no longer holds",
    .arguments = "NAME",
    .min_args = 1,
    .max_args = 1,
    .opts = register_opts,
    .example = "throughline init register --quiet\n"
               "throughline user reset admin --store register",
    .run = run_reset,
};
