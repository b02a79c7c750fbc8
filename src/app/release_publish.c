#include "app/release_publish.h"

#include "app/release_files.h"
#include "app/release_policy.h"
#include "crypto/secret.h"
#include "domain/capability.h"
#include "store/admin.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- who ---- */

enum status release_publisher(struct store *s, const char *name, struct arena *memory,
                              const char **role, struct err *e)
{
    struct user *users;
    size_t n;
    TRY(store_user_list(s, memory, &users, &n, e));
    for (size_t i = 0; i < n; i++) {
        if (strcmp(users[i].name, name) != 0 || users[i].disabled)
            continue;
        *role = users[i].role;
        if (role_may(*role, CAP_PUBLISH))
            return ST_OK;
        err_set(e, ST_DATA, "\"%.60s\" is %s and may not publish", name, *role);
        return err_hint(e, "Publishing is for an %s.", capability_roles(CAP_PUBLISH));
    }
    err_set(e, ST_DATA, "there is no user \"%.60s\" who may publish", name);
    return err_hint(e, "throughline user list --store DIR shows users and roles.");
}

/* ---- which draft ---- */

static enum status read_note(const char *dir, int64_t *draft, struct hash32 *digest, struct err *e)
{
    struct buf path = BUF_EMPTY;
    json_t *doc = NULL;
    buf_addf(&path, "%s/" RELEASE_FILE, dir);
    enum status s = json_read_file(path.p, &doc, e);
    buf_free(&path);
    if (s != ST_OK)
        return err_hint(e, "Give the directory that `throughline report` or `request` wrote. A "
                           "complete answer (request --complete) is for the authority: it is never "
                           "published.");
    const char *hex = json_string_value(json_object_get(doc, "digest"));
    *draft = (int64_t)json_integer_value(json_object_get(doc, "draft"));
    bool good = hex && hex_read(str_of(hex), digest->b, sizeof digest->b);
    json_decref(doc);
    if (good)
        return ST_OK;
    err_at(e, dir, 0, NULL);
    return err_set(e, ST_DATA, RELEASE_FILE " does not say which draft it is");
}

static enum status find_row(struct store *s, const char *dir, struct arena *memory,
                            struct ledger_release **out, struct err *e)
{
    struct ledger_release *all;
    struct hash32 digest;
    int64_t draft = 0;
    size_t n;
    TRY(read_note(dir, &draft, &digest, e));
    TRY(store_ledger_list(s, memory, &all, &n, e));
    for (size_t i = 0; i < n; i++)
        if (all[i].id == draft && memcmp(all[i].digest.b, digest.b, sizeof digest.b) == 0) {
            *out = &all[i];
            return store_ledger_read(s, *out, memory, e);
        }
    err_at(e, dir, 0, NULL);
    err_set(e, ST_DATA, "the ledger of this register does not have this draft");
    return err_hint(e,
                    "It was written from another register, or is older than the %d drafts that "
                    "are kept: write it again.",
                    LEDGER_DRAFTS_KEPT);
}

/* ---- publishing ---- */

static enum status check_policy(struct release_publish_job *job, const struct release *r,
                                const struct ledger_release *row, const struct joint_release *now,
                                struct err *e)
{
    size_t n;
    struct release_policy policy;
    struct release_revision revision;
    const struct ledger_release *ledger = release_ledger(r, &n);
    TRY(release_policy_read(job->store, &job->memory, &policy, e));
    release_revision_find(&policy, ledger, release_earlier(r, &n), n, row, now->table,
                          now->table_count, &job->memory, &revision);
    return release_revision_check(&policy, &revision, e);
}

static enum status attack_with(struct release_publish_job *job, const struct ledger_release *row,
                               struct err *e)
{
    static const unsigned char no_key[32]; /* nothing is rounded here */
    struct release *r;
    struct joint_release *all;
    size_t n;
    TRY(release_open(job->store, row->kind, no_key, NULL, &r, e));
    const struct joint_release *earlier = release_earlier(r, &n);
    all = arena_array(&job->memory, n + 1, sizeof *all);
    memcpy(all, earlier, n * sizeof *all);
    enum status s = release_tables_of(row, &job->memory, &all[n], e);
    if (s == ST_OK && !job->corrects)
        s = check_policy(job, r, row, &all[n], e);
    if (s == ST_OK)
        s = release_attack(all, n + 1, false, &job->progress, &job->memory, &job->audit, e);
    release_free(r);
    return s;
}

static enum status publish_row(struct release_publish_job *job, struct ledger_release *row,
                               struct err *e)
{
    TRY(attack_with(job, row, e));
    row->audit = job->audit;
    row->corrects = job->corrects;
    row->reason = job->reason ? job->reason : "";
    TRY(store_begin(job->store, e));
    enum status s = store_ledger_publish(job->store, row, e);
    if (s == ST_OK)
        return store_commit(job->store, e);
    store_rollback(job->store);
    return s;
}

enum status release_publish(struct release_publish_job *job, struct err *e)
{
    struct ledger_release *row = NULL;
    TRY(find_row(job->store, job->dir, &job->memory, &row, e));
    TRY(release_files_check(job->dir, row, e));
    job->already = row->number > 0;
    if (job->already && job->corrects && row->corrects != job->corrects)
        return err_set(e, ST_DATA, "it was published as release %lld already",
                       (long long)row->number);
    if (job->already)
        job->audit = row->audit;
    else
        TRY(publish_row(job, row, e));
    job->number = row->number;
    return release_note_write(row, job->dir, e);
}

/* ---- looking ---- */

static json_t *parsed(const char *text)
{
    json_t *doc;
    struct err e = {0};
    return json_read_str(str_of(text), "", &doc, &e) == ST_OK ? doc : json_null();
}

json_t *release_row_json(const struct ledger_release *row, bool whole)
{
    char tree[65], digest[65], seal[65], hex[65];
    hex_write(row->tree.b, sizeof row->tree.b, tree);
    hex_write(row->digest.b, sizeof row->digest.b, digest);
    hex_write(row->seal.b, sizeof row->seal.b, seal);
    json_t *doc = json_pack(
        "{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:o,s:o}", "number", (json_int_t)row->number, "draft",
        (json_int_t)row->id, "kind", row->kind, "as_at", row->as_at, "data_date", row->data_date,
        "data", row->data, "definitions", row->definitions, "code", row->code, "catalogue",
        (json_int_t)row->catalogue, "method", parsed(row->method), "audit", parsed(row->audit));
    json_t *more =
        json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:s}", "made_at", row->made_at, "made_by",
                  row->made_by, "published_at", row->published_at, "published_by",
                  row->published_by, "corrects", (json_int_t)row->corrects, "reason", row->reason,
                  "tree", tree, "digest", digest, "seal", seal);
    json_object_update(doc, more);
    json_decref(more);
    if (!whole)
        return doc;
    json_t *files = json_array(), *tables = json_array();
    for (size_t i = 0; i < row->file_count; i++) {
        hex_write(row->files[i].hash.b, sizeof row->files[i].hash.b, hex);
        json_array_append_new(files, json_pack("{s:s,s:I,s:s}", "path", row->files[i].path, "bytes",
                                               (json_int_t)row->files[i].size, "blake2b", hex));
    }
    for (size_t i = 0; i < row->table_count; i++)
        json_array_append_new(tables, parsed(row->tables[i].body.p));
    json_object_set_new(doc, "files", files);
    json_object_set_new(doc, "tables", tables);
    return doc;
}

static int by_number(const void *a, const void *b)
{
    const struct ledger_release *x = a, *y = b;
    int c = (x->number > y->number) - (x->number < y->number);
    return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* One row: the audit log, its tables, the numbers without a gap. */
static enum status verify_row(struct store *s, const struct ledger_release *row,
                              const struct ledger_release *before, struct arena *memory,
                              char problem[200], struct err *e)
{
    static const struct hash32 none;
    struct joint_release tables;
    struct err wrong = {0};
    TRY(store_ledger_check(s, row, before ? &before->seal : &none, problem, e));
    if (problem[0])
        return ST_OK;
    if (row->number && row->number != (before ? before->number : 0) + 1)
        snprintf(problem, 200, "the release before it is missing");
    else if (release_tables_of(row, memory, &tables, &wrong) != ST_OK)
        snprintf(problem, 200, "%.190s", wrong.what);
    return ST_OK;
}

static enum status verify_rows(struct store *s, struct arena *memory, json_t *list, size_t *bad,
                               struct err *e)
{
    struct ledger_release *all;
    const struct ledger_release *before = NULL;
    size_t n;
    TRY(store_ledger_list(s, memory, &all, &n, e));
    if (n)
        qsort(all, n, sizeof *all, by_number);
    for (size_t i = 0; i < n; i++) {
        char problem[200];
        struct err wrong = {0};
        if (all[i].number == 0)
            continue;
        if (store_ledger_read(s, &all[i], memory, &wrong) != ST_OK)
            snprintf(problem, sizeof problem, "%.190s", wrong.what);
        else
            TRY(verify_row(s, &all[i], before, memory, problem, e));
        *bad += problem[0] != '\0';
        json_array_append_new(list, json_pack("{s:I,s:b,s:s}", "number", (json_int_t)all[i].number,
                                              "good", !problem[0], "problem", problem));
        before = &all[i];
    }
    return ST_OK;
}

static enum status verify_dir(struct store *s, const char *dir, struct arena *memory, json_t *doc,
                              struct err *e)
{
    struct ledger_release *row = NULL;
    TRY(find_row(s, dir, memory, &row, e));
    if (!row)
        BUG("a row of the ledger was found and is not there");
    TRY(release_files_check(dir, row, e));
    json_object_set_new(doc, "directory",
                        json_pack("{s:I,s:I,s:I}", "number", (json_int_t)row->number, "draft",
                                  (json_int_t)row->id, "files", (json_int_t)row->file_count));
    return ST_OK;
}

enum status release_verify(struct store *s, const char *dir, json_t **doc, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    json_t *list = json_array();
    size_t bad = 0;
    *doc = json_pack("{s:o}", "releases", list);
    enum status st = verify_rows(s, &memory, list, &bad, e);
    if (st == ST_OK && dir)
        st = verify_dir(s, dir, &memory, *doc, e);
    if (st == ST_OK && bad) {
        err_set(e, ST_DATA, "%zu of %zu releases are not as they were published", bad,
                json_array_size(list));
        st = err_hint(e, "The register was changed past throughline: compare with a backup, and "
                         "check the log with verify-log --head.");
    }
    arena_free(&memory);
    return st;
}

enum status release_audit_all(struct store *s, const struct progress *progress, json_t **doc,
                              struct err *e)
{
    static const unsigned char no_key[32];
    struct release *r;
    struct arena memory = ARENA_EMPTY;
    const char *audit = "{}";
    size_t n;
    *doc = NULL;
    TRY(release_open(s, "", no_key, NULL, &r, e));
    const struct joint_release *all = release_earlier(r, &n);
    enum status st = release_attack(all, n, true, progress, &memory, &audit, e);
    *doc = parsed(audit);
    release_free(r);
    arena_free(&memory);
    return st;
}
