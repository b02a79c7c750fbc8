#include "crypto/audit_chain.h"

#include "base/json.h"
#include "base/mem.h"

#include <sodium.h>
#include <stdlib.h>

static void netstring(struct buf *b, const char *s)
{
    buf_addf(b, "%zu:%s,", strlen(s), s);
}

struct hash32 audit_entry_hash(const struct audit_entry *n)
{
    struct buf b = BUF_EMPTY;
    char number[24], hex[65];
    snprintf(number, sizeof number, "%llu", (unsigned long long)n->sequence);
    netstring(&b, "throughline-audit-1");
    netstring(&b, number);
    netstring(&b, n->at);
    netstring(&b, n->actor);
    netstring(&b, n->role);
    netstring(&b, n->purpose);
    netstring(&b, n->organisation);
    netstring(&b, n->subject);
    netstring(&b, n->action);
    netstring(&b, n->outcome);
    hex_write(n->content.b, 32, hex);
    netstring(&b, hex);
    hex_write(n->previous.b, 32, hex);
    netstring(&b, hex);
    struct hash32 h = merkle_leaf(buf_str(&b));
    buf_free(&b);
    return h;
}

/* ---- heads ---- */

static void head_text(const struct audit_head *h, struct buf *b)
{
    char root[65], last[65];
    hex_write(h->root.b, 32, root);
    hex_write(h->last.b, 32, last);
    buf_addf(b, "throughline-head-1\n%s\n%llu\n%s\n%s\n%s\n", h->store, (unsigned long long)h->size,
             root, last, h->at);
}

void audit_public_key(const unsigned char seed[KEY_BYTES], unsigned char public_key[32])
{
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

void audit_head_sign(struct audit_head *h, const unsigned char seed[KEY_BYTES])
{
    struct buf b = BUF_EMPTY;
    unsigned char secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(h->public_key, secret, seed);
    head_text(h, &b);
    crypto_sign_detached(h->signature, NULL, (const unsigned char *)b.p, b.n, secret);
    sodium_memzero(secret, sizeof secret);
    buf_free(&b);
}

bool audit_head_is_signed(const struct audit_head *h)
{
    struct buf b = BUF_EMPTY;
    head_text(h, &b);
    bool good = crypto_sign_verify_detached(h->signature, (const unsigned char *)b.p, b.n,
                                            h->public_key) == 0;
    buf_free(&b);
    return good;
}

void audit_head_write(const struct audit_head *h, struct buf *out)
{
    char root[65], last[65], key[65], signature[129];
    hex_write(h->root.b, 32, root);
    hex_write(h->last.b, 32, last);
    hex_write(h->public_key, 32, key);
    hex_write(h->signature, 64, signature);
    buf_addf(out,
             "{\n \"format\": \"throughline-head-1\",\n \"store\": \"%s\",\n \"at\": \"%s\",\n"
             " \"size\": %llu,\n \"root\": \"%s\",\n \"last\": \"%s\",\n \"public_key\": \"%s\",\n"
             " \"signature\": \"%s\"\n}\n",
             h->store, h->at, (unsigned long long)h->size, root, last, key, signature);
}

static bool short_text(const json_t *v, char *out, size_t size)
{
    return json_is_string(v) && (size_t)snprintf(out, size, "%s", json_string_value(v)) < size;
}

static bool hex_member(const json_t *doc, const char *key, unsigned char *out, size_t n)
{
    const char *text = json_string_value(json_object_get(doc, key));
    return text && hex_read(str_of(text), out, n);
}

static bool count_member(const json_t *doc, const char *key, uint64_t *out)
{
    const json_t *v = json_object_get(doc, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return false;
    *out = (uint64_t)json_integer_value(v);
    return true;
}

static enum status head_from(const json_t *doc, struct audit_head *h, struct err *e)
{
    const char *format = json_string_value(json_object_get(doc, "format"));
    bool good = format && strcmp(format, "throughline-head-1") == 0 &&
                short_text(json_object_get(doc, "store"), h->store, sizeof h->store) &&
                short_text(json_object_get(doc, "at"), h->at, sizeof h->at) &&
                count_member(doc, "size", &h->size) && hex_member(doc, "root", h->root.b, 32) &&
                hex_member(doc, "last", h->last.b, 32) &&
                hex_member(doc, "public_key", h->public_key, 32) &&
                hex_member(doc, "signature", h->signature, 64);
    if (!good) {
        err_set(e, ST_DATA, "this is not a head of an audit log");
        return err_hint(e, "A head is made with: throughline verify-log --store DIR "
                           "--write-head FILE");
    }
    if (!audit_head_is_signed(h))
        return err_set(e, ST_DATA, "the signature of the head does not hold: it was altered");
    return ST_OK;
}

enum status audit_head_parse(struct str text, const char *name, struct audit_head *h, struct err *e)
{
    json_t *doc;
    *h = (struct audit_head){0};
    TRY(json_read_str(text, name, &doc, e));
    enum status s = head_from(doc, h, e);
    json_decref(doc);
    return s;
}

enum status audit_head_read(const char *path, struct audit_head *h, struct err *e)
{
    json_t *doc;
    *h = (struct audit_head){0};
    TRY(json_read_file(path, &doc, e));
    enum status s = head_from(doc, h, e);
    json_decref(doc);
    return s == ST_OK ? ST_OK : err_at(e, path, 0, NULL);
}

/* ---- entries as JSON lines ---- */

void audit_entry_write(const struct audit_entry *n, const struct hash32 *hash, struct buf *out)
{
    char content[65], previous[65], own[65];
    hex_write(n->content.b, 32, content);
    hex_write(n->previous.b, 32, previous);
    hex_write(hash->b, 32, own);
    json_t *doc = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
                            "sequence", (json_int_t)n->sequence, "at", n->at, "actor", n->actor,
                            "role", n->role, "purpose", n->purpose, "organisation", n->organisation,
                            "subject", n->subject, "action", n->action, "outcome", n->outcome,
                            "content", content, "previous", previous, "hash", own);
    char *line = doc ? json_dumps(doc, JSON_COMPACT) : NULL;
    if (!line)
        BUG("an audit entry is not UTF-8");
    buf_adds(out, line);
    buf_addc(out, '\n');
    free(line);
    json_decref(doc);
}

enum status audit_entry_read(struct str line, struct arena *memory, struct audit_entry *n,
                             struct hash32 *hash, struct err *e)
{
    json_t *doc;
    *n = (struct audit_entry){0};
    TRY(json_read_str(line, "the exported log", &doc, e));
    const struct {
        const char *key;
        const char **to;
    } texts[] = {{"at", &n->at},
                 {"actor", &n->actor},
                 {"role", &n->role},
                 {"purpose", &n->purpose},
                 {"organisation", &n->organisation},
                 {"subject", &n->subject},
                 {"action", &n->action},
                 {"outcome", &n->outcome}};
    bool good = count_member(doc, "sequence", &n->sequence) &&
                hex_member(doc, "content", n->content.b, 32) &&
                hex_member(doc, "previous", n->previous.b, 32) &&
                hex_member(doc, "hash", hash->b, 32);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && good; i++) {
        const char *text = json_string_value(json_object_get(doc, texts[i].key));
        good = text != NULL;
        if (good)
            *texts[i].to = arena_strdup(memory, text);
    }
    json_decref(doc);
    return good ? ST_OK : err_set(e, ST_DATA, "this line is not an entry of an audit log");
}

/* ---- checking ---- */

static bool same(const struct hash32 *a, const struct hash32 *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

void audit_check_add(struct audit_check *c, const struct audit_entry *n, const struct hash32 *hash)
{
    struct hash32 own = audit_entry_hash(n);
    uint64_t expected = c->tree.size + 1;
    bool good = n->sequence == expected && same(&n->previous, &c->last) && same(&own, hash);
    if (expected == c->anchor_size && !same(&own, &c->anchor_last))
        good = false;
    if (!good && c->broken_at == 0)
        c->broken_at = expected;
    merkle_add(&c->tree, &own);
    c->last = *hash;
    if (c->tree.size == c->head_size) {
        struct hash32 root = merkle_root(&c->tree);
        c->head_compared = true;
        c->head_differs = !same(&root, &c->head_root);
    }
}

enum audit_verdict audit_check_end(const struct audit_check *c, uint64_t *at)
{
    uint64_t promised = c->head_size > c->anchor_size ? c->head_size : c->anchor_size;
    *at = c->broken_at;
    if (c->broken_at)
        return AUDIT_BROKEN;
    if (c->head_compared && c->head_differs) {
        *at = c->head_size;
        return AUDIT_BROKEN;
    }
    if (c->tree.size < promised) {
        *at = promised;
        return AUDIT_CUT_SHORT;
    }
    return AUDIT_INTACT;
}
