#include "app/verify_log.h"

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "store/admin.h"

#include <stdlib.h>

static struct audit_check begin(const struct audit_head *head)
{
    struct audit_check c = {.head_size = head ? head->size : 0};
    if (head)
        c.head_root = head->root;
    return c;
}

static void conclude(const struct audit_check *c, struct log_verdict *out)
{
    out->verdict = audit_check_end(c, &out->at);
    out->entries = c->tree.size;
    out->head_compared = c->head_compared;
}

static enum status same_store(const struct audit_head *head, const char *store, struct err *e)
{
    if (!head || strcmp(head->store, store) == 0)
        return ST_OK;
    return err_set(e, ST_DATA, "the head is that of another register");
}

enum status verify_log_store(struct store *s, const struct audit_head *head,
                             struct log_verdict *out, struct err *e)
{
    struct audit_check c = begin(head);
    TRY(same_store(head, store_id(s), e));
    TRY(store_audit_check(s, &c, e));
    conclude(&c, out);
    return ST_OK;
}

enum status verify_log_file(const char *path, const struct audit_head *head,
                            struct log_verdict *out, struct err *e)
{
    struct audit_check c = begin(head);
    struct arena memory = ARENA_EMPTY;
    struct file_bytes file;
    TRY(file_read(path, LIMIT_FILE_BYTES, &file, e));
    const char *p = file.p, *end = p + file.n;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        struct str line = {p, stop ? (size_t)(stop - p) : (size_t)(end - p)};
        struct audit_entry entry;
        struct hash32 hash;
        struct err unreadable = {0};
        if (audit_entry_read(line, &memory, &entry, &hash, &unreadable) != ST_OK) {
            c.broken_at = c.broken_at ? c.broken_at : c.tree.size + 1;
            break;
        }
        audit_check_add(&c, &entry, &hash);
        arena_rewind(&memory);
        p = stop ? stop + 1 : end;
    }
    conclude(&c, out);
    arena_free(&memory);
    file_release(&file);
    return ST_OK;
}

/* ---- export ---- */

static enum status write_line(void *ctx, const struct audit_entry *n, const struct hash32 *hash,
                              struct err *e)
{
    struct outfile *o = ctx;
    struct buf line = BUF_EMPTY;
    (void)e;
    audit_entry_write(n, hash, &line);
    fwrite(line.p, 1, line.n, o->to);
    buf_free(&line);
    return ST_OK;
}

enum status export_log(struct store *s, const char *path, struct err *e)
{
    struct outfile o;
    TRY(store_audit_note(s, "log.exported", "done", e));
    TRY(outfile_open(&o, path, e));
    enum status st = audit_each(s, 0, write_line, &o, e);
    if (st == ST_OK)
        return outfile_commit(&o, e);
    outfile_abort(&o);
    return st;
}

/* ---- proof of one entry ---- */

struct leaves {
    struct hash32 *hashes;
    size_t n, cap;
    uint64_t wanted;
    struct buf entry;
};

static enum status keep_leaf(void *ctx, const struct audit_entry *n, const struct hash32 *hash,
                             struct err *e)
{
    struct leaves *l = ctx;
    (void)e;
    MEM_GROW(l->hashes, l->cap, l->n + 1);
    l->hashes[l->n++] = audit_entry_hash(n);
    if (n->sequence == l->wanted)
        audit_entry_write(n, hash, &l->entry);
    return ST_OK;
}

static enum status write_proof(const struct leaves *l, const struct audit_head *head,
                               const char *path, struct err *e)
{
    struct hash32 steps[MERKLE_PATH_MAX];
    struct buf text = BUF_EMPTY;
    json_t *list = json_array();
    int n = merkle_path(l->hashes, head->size, l->wanted - 1, steps);
    for (int k = 0; k < n; k++) {
        char hex[65];
        hex_write(steps[k].b, 32, hex);
        json_array_append_new(list, json_string(hex));
    }
    audit_head_write(head, &text);
    json_t *doc = json_pack("{s:s, s:o, s:o, s:o}", "format", "throughline-proof-1", "entry",
                            json_loadb(l->entry.p, l->entry.n, 0, NULL), "path", list, "head",
                            json_loads(text.p, 0, NULL));
    enum status st = json_write_file(path, doc, e);
    json_decref(doc);
    buf_free(&text);
    return st;
}

enum status prove_entry(struct store *s, uint64_t sequence, const struct audit_head *kept,
                        const char *path, struct err *e)
{
    struct leaves l = {.wanted = sequence};
    struct audit_head head;
    if (kept)
        head = *kept;
    else
        TRY(store_audit_head(s, &head, e));
    if (sequence < 1 || sequence > head.size) {
        err_set(e, ST_DATA, "there is no entry %llu", (unsigned long long)sequence);
        return err_hint(e, "The head is over the entries 1 to %llu.",
                        (unsigned long long)head.size);
    }
    enum status st = audit_each(s, 0, keep_leaf, &l, e);
    if (st == ST_OK)
        st = write_proof(&l, &head, path, e);
    free(l.hashes);
    buf_free(&l.entry);
    return st;
}

/* The head and the entry inside a proof are read by the readers that check them, from text. */
static enum status read_parts(const json_t *doc, struct arena *memory, struct audit_head *head,
                              struct audit_entry *entry, struct hash32 *hash, struct err *e)
{
    char *text = json_dumps(json_object_get(doc, "head"), JSON_COMPACT);
    char *line = json_dumps(json_object_get(doc, "entry"), JSON_COMPACT);
    enum status st = text && line ? ST_OK : err_set(e, ST_DATA, "this is not a proof");
    if (st == ST_OK)
        st = audit_head_parse(str_of(text), "the proof", head, e);
    if (st == ST_OK)
        st = audit_entry_read(str_of(line), memory, entry, hash, e);
    free(text);
    free(line);
    return st;
}

static enum status judge(const json_t *doc, const struct audit_head *trusted, struct arena *memory,
                         uint64_t *sequence, struct err *e)
{
    struct audit_head head;
    struct audit_entry entry;
    struct hash32 hash, path[MERKLE_PATH_MAX];
    const json_t *list = json_object_get(doc, "path");
    TRY(read_parts(doc, memory, &head, &entry, &hash, e));
    size_t n = json_array_size(list);
    bool good = json_is_array(list) && n <= MERKLE_PATH_MAX && entry.sequence >= 1;
    for (size_t k = 0; good && k < n; k++) {
        const char *hex = json_string_value(json_array_get(list, k));
        good = hex && hex_read(str_of(hex), path[k].b, 32);
    }
    struct hash32 own = audit_entry_hash(&entry);
    *sequence = entry.sequence;
    if (trusted && (trusted->size != head.size ||
                    memcmp(trusted->root.b, head.root.b, sizeof head.root.b) != 0))
        return err_set(e, ST_DATA, "the proof is for another head than the one given");
    if (!good || !merkle_path_proves(&own, entry.sequence - 1, head.size, path, (int)n, &head.root))
        return err_set(e, ST_DATA, "the proof does not hold: this entry is not in that log");
    return ST_OK;
}

enum status check_proof(const char *path, const struct audit_head *head, uint64_t *sequence,
                        struct err *e)
{
    json_t *doc;
    struct arena memory = ARENA_EMPTY;
    TRY(json_read_file(path, &doc, e));
    enum status st = judge(doc, head, &memory, sequence, e);
    json_decref(doc);
    arena_free(&memory);
    return st == ST_OK ? ST_OK : err_at(e, path, 0, NULL);
}
