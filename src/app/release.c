#include "app/release.h"

#include "app/release_catalogue.h"
#include "app/release_parts.h"
#include "crypto/secret.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what was published before ---- */

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct ledger_release *)a)->number,
            y = ((const struct ledger_release *)b)->number;
    return (x > y) - (x < y);
}

static enum status read_ledger(struct release *r, struct err *e)
{
    struct ledger_release *all;
    size_t n;
    TRY(store_ledger_list(r->store, &r->memory, &all, &n, e));
    r->ledger = arena_array(&r->memory, n + 1, sizeof *r->ledger);
    r->earlier = arena_array(&r->memory, n + 2, sizeof *r->earlier);
    for (size_t i = 0; i < n; i++)
        if (all[i].number)
            r->ledger[r->earlier_count++] = all[i];
    if (r->earlier_count)
        qsort(r->ledger, r->earlier_count, sizeof *r->ledger, by_number);
    for (size_t i = 0; i < r->earlier_count; i++) {
        TRY(store_ledger_read(r->store, &r->ledger[i], &r->memory, e));
        TRY(release_tables_of(&r->ledger[i], &r->memory, &r->earlier[i], e));
    }
    return ST_OK;
}

static const char *note_path(struct release *r)
{
    return arena_printf(&r->memory, "%s/" RELEASE_FILE, r->dir);
}

/* The note that a draft left in the directory, or NULL. A release that was published stays. */
static enum status read_note_there(struct release *r, json_t **doc, struct err *e)
{
    struct err none = {0};
    *doc = NULL;
    if (access(note_path(r), F_OK) != 0)
        return ST_OK;
    if (json_read_file(note_path(r), doc, &none) != ST_OK) {
        err_at(e, note_path(r), 0, NULL);
        err_set(e, ST_DATA, "this is not the note of a release");
        return err_hint(e, "Write to another directory, or take the file away.");
    }
    if (json_integer_value(json_object_get(*doc, "number")) <= 0)
        return ST_OK;
    json_decref(*doc);
    *doc = NULL;
    err_at(e, r->dir, 0, NULL);
    err_set(e, ST_DATA, "this directory holds a release that was published");
    return err_hint(e, "A release stays as it is: write to another directory.");
}

/* Told before the work, not after it. */
static enum status check_directory(struct release *r, struct err *e)
{
    struct stat st;
    json_t *doc;
    if (stat(r->dir, &st) == 0 && !S_ISDIR(st.st_mode)) {
        err_at(e, r->dir, 0, NULL);
        err_set(e, ST_DATA, "a release is a directory, and this is none");
        return err_hint(e, "Give --out the name of a new directory.");
    }
    TRY(read_note_there(r, &doc, e));
    json_decref(doc);
    return ST_OK;
}

enum status release_open(struct store *s, const char *kind, const unsigned char *key,
                         const char *dir, struct release **out, struct err *e)
{
    struct release *r = mem_zalloc(1, sizeof *r);
    r->store = s;
    r->kind = kind;
    r->key = key;
    r->reach = RELEASE_BASE - 1;
    r->dir = dir ? arena_strdup(&r->memory, dir) : NULL;
    enum status st = dir ? check_directory(r, e) : ST_OK;
    if (st == ST_OK)
        st = read_ledger(r, e);
    if (st == ST_OK)
        joint_past_open(&r->past, r->earlier, r->earlier_count, &r->memory);
    if (st == ST_OK)
        *out = r;
    else
        release_free(r);
    return st;
}

void release_free(struct release *r)
{
    if (!r)
        return;
    free(r->table);
    arena_free(&r->memory);
    free(r);
}

const struct ledger_release *release_ledger(const struct release *r, size_t *n)
{
    *n = r->earlier_count;
    return r->ledger;
}

const struct joint_release *release_earlier(const struct release *r, size_t *n)
{
    *n = r->earlier_count;
    return r->earlier;
}

int64_t release_reach(const struct release *r)
{
    return r->reach;
}

const char *release_rounding_words(const struct release *r, struct arena *memory)
{
    bool beyond = r->reach >= RELEASE_BASE;
    return arena_printf(memory,
                        "Counts are rounded together to base %d: a printed count is within %lld of "
                        "the true one%s",
                        RELEASE_BASE, (long long)r->reach,
                        beyond ? ", since nothing nearer adds up with what earlier releases printed"
                               : "");
}

/* ---- the audit ---- */

static json_t *answer_json(const struct joint_answer *a, bool measure)
{
    json_t *doc =
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "cells", (json_int_t)a->cells, "changes",
                  (json_int_t)a->differences, "protected", (json_int_t)a->asked, "narrow",
                  (json_int_t)a->narrow, "exact", (json_int_t)a->exact, "least_width",
                  (json_int_t)a->least, "programs", (json_int_t)a->programs);
    if (!measure)
        return doc;
    json_t *widths = json_array();
    for (size_t i = 0; i < sizeof a->by_width / sizeof a->by_width[0]; i++)
        json_array_append_new(widths, json_integer((json_int_t)a->by_width[i]));
    json_object_set_new(doc, "mean_width", json_number(a->mean));
    json_object_set_new(doc, "by_width", widths);
    return doc;
}

static enum status refuse(const struct joint_answer *a, struct err *e)
{
    err_set(e, ST_DATA,
            "nothing is published: %s can be worked out to within %lld (at least %d is needed) "
            "from %s; %llu counts in all",
            a->cell, (long long)(a->high - a->low), RELEASE_WIDTH, a->betrayed,
            (unsigned long long)a->narrow);
    return err_hint(e,
                    "Use the register's own release key and definitions, leave the table out, or "
                    "wait for more data: see docs/user/release.md, \"When it refuses\".");
}

enum status release_attack(const struct joint_release *release, size_t count, bool measure,
                           const struct progress *progress, struct arena *memory,
                           const char **audit, struct err *e)
{
    static const char *const readers[] = {"counts are not negative", "knows the rule"};
    struct joint_options o = {.width = RELEASE_WIDTH,
                              .protect_min = 1,
                              .protect_max = RELEASE_BASE - 1,
                              .measure = measure,
                              .progress = progress};
    json_t *found = json_object();
    enum status s = ST_OK;
    /* Whoever knows the rule knows all that the other knows, and has as much to be kept from: the
     * other's ranges are as wide or wider, and only measured. */
    for (int k = 1; k >= (measure ? 0 : 1) && s == ST_OK; k--) {
        struct joint_answer a;
        o.knows_rule = k == 1;
        s = joint_audit(release, count, &o, &a, e);
        if (s == ST_OK)
            json_object_set_new(found, readers[k], answer_json(&a, measure));
        if (s == ST_OK && a.narrow)
            s = refuse(&a, e);
    }
    json_object_set_new(found, "releases", json_integer((json_int_t)count));
    json_object_set_new(found, "width", json_integer(RELEASE_WIDTH));
    json_object_set_new(found, "safe", json_boolean(s == ST_OK));
    char *text = json_dumps(found, JSON_COMPACT | JSON_REAL_PRECISION(6));
    *audit = arena_strdup(memory, text);
    free(text);
    json_decref(found);
    return s;
}

static const char *method_text(struct release *r)
{
    unsigned char print[8];
    char hex[17];
    crypto_generichash(print, sizeof print, (const unsigned char *)"throughline release key", 23,
                       r->key, 32);
    hex_write(print, sizeof print, hex);
    return arena_printf(&r->memory,
                        "{\"method\":\"round\",\"base\":%d,\"reach\":%lld,\"width\":%d,"
                        "\"key_fingerprint\":\"%s\"}",
                        RELEASE_BASE, (long long)r->reach, RELEASE_WIDTH, hex);
}

enum status release_audit(struct release *r, const struct release_facts *facts,
                          const struct progress *progress, struct err *e)
{
    char mark[40];
    TRY(store_data_mark(r->store, mark, e));
    r->row = (struct ledger_release){
        .kind = r->kind,
        .as_at = arena_strdup(&r->memory, facts->as_at),
        .data_date = arena_strdup(&r->memory, facts->data_date),
        .data = arena_printf(&r->memory, "%s, as at %s, definitions %s%s", mark, facts->as_at,
                             facts->definitions, facts->nrm_complete ? ", complete NRM" : ""),
        .definitions = arena_strdup(&r->memory, facts->definitions),
        .code = THROUGHLINE_VERSION,
        .catalogue = release_catalogue()->version,
        .method = method_text(r)};
    r->earlier[r->earlier_count] = (struct joint_release){.name = "this release",
                                                          .data = r->row.data,
                                                          .reach = r->reach,
                                                          .table = r->table,
                                                          .table_count = r->table_count};
    return release_attack(r->earlier, r->earlier_count + 1, false, progress, &r->memory,
                          &r->row.audit, e);
}

const char *release_audit_text(const struct release *r)
{
    return r->row.audit;
}

/* ---- the draft ---- */

/* The files that an earlier draft left here. Nothing is taken away that is not in its list and as
 * it was written. */
static enum status clear_draft(struct release *r, struct err *e)
{
    json_t *doc;
    struct err none = {0};
    TRY(read_note_there(r, &doc, e));
    if (!doc)
        return ST_OK;
    size_t n = json_array_size(json_object_get(doc, "files"));
    for (size_t i = 0; i < n; i++) {
        const json_t *f = json_array_get(json_object_get(doc, "files"), i);
        const char *name = json_string_value(json_object_get(f, "path"));
        const char *hex = json_string_value(json_object_get(f, "blake2b"));
        struct hash32 was, is;
        int64_t size = 0;
        if (!name || !hex || strstr(name, "..") || name[0] == '/' ||
            !hex_read(str_of(hex), was.b, sizeof was.b) ||
            release_file_hash(r->dir, name, &is, &size, &none) != ST_OK ||
            memcmp(was.b, is.b, sizeof is.b) != 0)
            continue;
        unlink(arena_printf(&r->memory, "%s/%s", r->dir, name));
    }
    json_decref(doc);
    unlink(note_path(r));
    return ST_OK;
}

enum status release_watch(struct release *r, struct err *e)
{
    TRY(clear_draft(r, e));
    return release_files_find(r->dir, &r->memory, &r->there, &r->there_count, e);
}

static bool was_there(const struct release *r, const struct release_file *f)
{
    for (size_t i = 0; i < r->there_count; i++)
        if (strcmp(r->there[i].path, f->path) == 0)
            return r->there[i].inode == f->inode && r->there[i].modified_ns == f->modified_ns;
    return false;
}

static enum status hash_files(struct release *r, struct err *e)
{
    struct release_file *found;
    size_t n;
    TRY(release_files_find(r->dir, &r->memory, &found, &n, e));
    r->row.files = arena_array(&r->memory, n + 1, sizeof *r->row.files);
    for (size_t i = 0; i < n; i++) {
        if (was_there(r, &found[i]))
            continue;
        struct ledger_file *f = &r->row.files[r->row.file_count++];
        f->path = found[i].path;
        TRY(release_file_hash(r->dir, found[i].path, &f->hash, &f->size, e));
    }
    r->row.tree = ledger_tree(r->row.files, r->row.file_count);
    return ST_OK;
}

static struct str text_of(json_t *doc, struct arena *memory)
{
    char *text = json_dumps(doc, JSON_COMPACT);
    struct str s = str_of(arena_strdup(memory, text));
    free(text);
    json_decref(doc);
    return s;
}

enum status release_draft(struct release *r, int64_t *id, struct err *e)
{
    TRY(hash_files(r, e));
    r->row.table_count = r->table_count;
    r->row.tables = arena_array(&r->memory, r->table_count + 1, sizeof *r->row.tables);
    for (size_t i = 0; i < r->table_count; i++)
        r->row.tables[i] = (struct ledger_table){
            r->table[i].id, text_of(release_table_json(&r->table[i]), &r->memory),
            text_of(release_counts_json(&r->table[i]), &r->memory)};
    TRY(store_ledger_draft(r->store, &r->row, e));
    *id = r->row.id;
    return release_note_write(&r->row, r->dir, e);
}
