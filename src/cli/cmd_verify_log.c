#include "app/verify_log.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/register.h"
#include "store/admin.h"

static const char *verdict_name(enum audit_verdict v)
{
    return v == AUDIT_INTACT ? "intact" : v == AUDIT_BROKEN ? "broken" : "cut short";
}

static enum status say(struct cli *c, const struct log_verdict *v, struct err *e)
{
    unsigned long long at = v->at, n = v->entries;
    if (cli_json(c)) {
        json_t *doc = json_pack("{s:s, s:I, s:b}", "verdict", verdict_name(v->verdict), "entries",
                                (json_int_t)n, "head_compared", v->head_compared);
        if (v->verdict == AUDIT_BROKEN)
            json_object_set_new(doc, "broken_at", json_integer((json_int_t)at));
        if (v->verdict == AUDIT_CUT_SHORT)
            json_object_set_new(doc, "expected", json_integer((json_int_t)at));
        enum status s = json_write_file("-", doc, e);
        json_decref(doc);
        TRY(s);
    } else if (v->verdict == AUDIT_INTACT) {
        printf("intact: %llu entries%s\n", n,
               v->head_compared ? ", the head agrees"
                                : "; without a head from elsewhere (--head) a log that was rebuilt "
                                  "as a whole looks the same");
    }
    if (v->verdict == AUDIT_BROKEN) {
        err_set(e, ST_DATA, "the audit log is broken at entry %llu", at);
        return err_hint(e, "Keep a copy of the register as it is, and tell whoever holds the "
                           "signed heads.");
    }
    if (v->verdict == AUDIT_CUT_SHORT) {
        err_set(e, ST_DATA, "the audit log is cut short: it has %llu entries, there were %llu", n,
                at);
        return err_hint(e, "Entries were removed, or an older copy was put back.");
    }
    return ST_OK;
}

static enum status write_head(const struct cli *c, struct store *s, struct err *e)
{
    struct audit_head head;
    struct buf text = BUF_EMPTY;
    TRY(store_audit_note(s, "log.head", "done", e));
    TRY(store_audit_head(s, &head, e));
    audit_head_write(&head, &text);
    enum status st = file_write(cli_text(c, "write-head", NULL), buf_str(&text), e);
    buf_free(&text);
    return st;
}

static enum status on_store(struct cli *c, const struct audit_head *head, struct err *e)
{
    struct store *s;
    struct log_verdict v = {0};
    bool sign = cli_has(c, "write-head") || (cli_has(c, "prove") && !head);
    TRY(register_open(c, STORE_SHARED, sign ? KEY_AUDIT : 0, "audit", &s, e));
    enum status st = verify_log_store(s, head, &v, e);
    if (st == ST_OK && v.verdict == AUDIT_INTACT && cli_has(c, "write-head"))
        st = write_head(c, s, e);
    if (st == ST_OK && v.verdict == AUDIT_INTACT && cli_has(c, "prove"))
        st = prove_entry(s, (uint64_t)cli_int(c, "prove", 0), head, cli_text(c, "out", "-"), e);
    if (st == ST_OK && cli_has(c, "export"))
        st = export_log(s, cli_text(c, "export", NULL), e);
    store_close(s);
    if (st == ST_OK && cli_has(c, "prove") && v.verdict == AUDIT_INTACT)
        return ST_OK;
    return st == ST_OK ? say(c, &v, e) : st;
}

static enum status on_file(struct cli *c, const struct audit_head *head, struct err *e)
{
    struct log_verdict v = {0};
    TRY(verify_log_file(cli_text(c, "log", NULL), head, &v, e));
    return say(c, &v, e);
}

static enum status on_proof(const struct cli *c, const struct audit_head *head, struct err *e)
{
    uint64_t sequence;
    TRY(check_proof(cli_text(c, "check-proof", NULL), head, &sequence, e));
    printf("the proof holds: entry %llu is in the log%s\n", (unsigned long long)sequence,
           head ? " of that head" : "; compare its head with one kept elsewhere (--head)");
    return ST_OK;
}

static enum status run(struct cli *c, struct err *e)
{
    struct audit_head head;
    int sources = cli_has(c, "store") + cli_has(c, "log") + cli_has(c, "check-proof");
    if (sources != 1) {
        err_set(e, ST_USAGE, "verify-log takes one of --store, --log and --check-proof");
        return err_hint(e, "See throughline verify-log --help.");
    }
    if (!cli_has(c, "store") &&
        (cli_has(c, "write-head") || cli_has(c, "prove") || cli_has(c, "export")))
        return err_set(e, ST_USAGE, "--write-head, --prove and --export need --store");
    TRY(crypto_start(e));
    if (cli_has(c, "head"))
        TRY(audit_head_read(cli_text(c, "head", NULL), &head, e));
    const struct audit_head *given = cli_has(c, "head") ? &head : NULL;
    if (cli_has(c, "store"))
        return on_store(c, given, e);
    return cli_has(c, "log") ? on_file(c, given, e) : on_proof(c, given, e);
}

static const struct opt opts[] = {
    {"store", OPT_FILE, "DIR", "the register whose log to check", false, 0},
    {"key-file", OPT_FILE, "FILE", "key that opens it, for signing", false, 0},
    {"log", OPT_FILE, "FILE", "an exported log to check, without the register", false, 0},
    {"head", OPT_FILE, "FILE", "a signed head that was kept elsewhere, to compare with", false, 0},
    {"write-head", OPT_FILE, "FILE", "sign the log as it is now", false, 0},
    {"export", OPT_FILE, "FILE", "write the log, one entry a line", false, 0},
    {"prove", OPT_INT, "N", "write a proof that entry N is in the log, showing no other", false, 0},
    {"out", OPT_FILE, "FILE", "where the proof goes (default: standard output)", false, 0},
    {"check-proof", OPT_FILE, "FILE", "does this proof hold?", false, 0},
    {0},
};

const struct command cmd_verify_log = {
    .path = "verify-log",
    .summary = "Is the audit log intact, broken at an entry, or cut short?",
    .opts = opts,
    .details =
        "Every change and every reading of a person is an entry that holds the hash of the one\n"
        "before. Exit 0: intact; 1: broken or cut short. Keep the signed head somewhere that an\n"
        "administrator of this machine cannot change, daily: only it gives away a log that was\n"
        "rebuilt as a whole or rolled back. A proof is for the head given with --head, or for one\n"
        "signed now. See docs/ops/audit.md.",
    .example =
        "throughline init register --quiet\n"
        "throughline verify-log --store register --write-head head.json --export log.jsonl\n"
        "throughline verify-log --store register --head head.json\n"
        "throughline verify-log --log log.jsonl --head head.json\n"
        "throughline verify-log --store register --prove 1 --head head.json --out proof.json\n"
        "throughline verify-log --check-proof proof.json --head head.json",
    .run = run,
};
