/* Appending to the audit log; the anchor beside the store; hashes of content. */
#include "crypto/key_files.h"
#include "store/admin.h"
#include "store/store_private.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof((struct content_hash){0}.state), "state");

static crypto_hash_sha256_state *state_of(struct content_hash *h)
{
    return (crypto_hash_sha256_state *)(void *)h->state;
}

void content_begin(struct content_hash *h)
{
    *h = (struct content_hash){0};
    crypto_hash_sha256_init(state_of(h));
}

void content_add(struct content_hash *h, const void *p, size_t n)
{
    crypto_hash_sha256_update(state_of(h), p, n);
}

void content_add_int(struct content_hash *h, int64_t v)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)v >> (8 * i));
    content_add(h, bytes, sizeof bytes);
}

void content_add_text(struct content_hash *h, const char *text)
{
    size_t n = text ? strlen(text) : 0;
    content_add_int(h, (int64_t)n);
    content_add(h, text ? text : "", n);
}

struct hash32 content_end(struct content_hash *h)
{
    struct hash32 out;
    crypto_hash_sha256_final(state_of(h), out.b);
    return out;
}

static struct hash32 hash_of(struct str blob)
{
    struct hash32 h = {{0}};
    if (blob.n == sizeof h.b)
        memcpy(h.b, blob.p, blob.n);
    return h;
}

static enum status audit_tail(struct store *s, uint64_t *sequence, struct hash32 *last,
                              struct err *e)
{
    struct db_stmt *q;
    bool row;
    *sequence = 0;
    *last = (struct hash32){{0}};
    TRY(db_prepare(s->db, "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1", &q,
                   e));
    enum status st = db_step(q, &row, e);
    if (st == ST_OK && row) {
        *sequence = (uint64_t)db_int(q, 0);
        *last = hash_of(db_blob(q, 1));
    }
    db_done(q);
    return st;
}

static enum status insert_entry(struct store *s, const struct audit_entry *n,
                                const struct hash32 *hash, struct err *e)
{
    return db_do(s->db, e,
                 "INSERT INTO audit (sequence, at, actor, role, purpose, organisation, subject,"
                 " action, outcome, content, previous, hash)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                 "ittttttttbbb", (int64_t)n->sequence, n->at, n->actor, n->role, n->purpose,
                 n->organisation, n->subject, n->action, n->outcome, n->content.b,
                 sizeof n->content.b, n->previous.b, sizeof n->previous.b, hash->b, sizeof hash->b);
}

enum status audit_append(struct store *s, const char *action, const char *subject,
                         const struct hash32 *content, struct err *e, const char *outcome, ...)
{
    char at[CLOCK_TEXT_BYTES], text[300];
    uint64_t sequence;
    struct audit_entry n = {.at = at,
                            .actor = s->actor.name,
                            .role = s->actor.role,
                            .purpose = s->actor.purpose,
                            .organisation = s->actor.organisation,
                            .subject = subject,
                            .action = action,
                            .outcome = text};
    if (!s->in_transaction)
        BUG("an audit entry outside a transaction");
    va_list args;
    va_start(args, outcome);
    vsnprintf(text, sizeof text, outcome, args);
    va_end(args);
    clock_utc(at);
    if (content)
        n.content = *content;
    TRY(audit_tail(s, &sequence, &n.previous, e));
    n.sequence = sequence + 1;
    struct hash32 hash = audit_entry_hash(&n);
    s->appended++;
    return insert_entry(s, &n, &hash, e);
}

/* ---- reading the log ---- */

enum status audit_each(struct store *s, uint64_t from,
                       enum status (*each)(void *, const struct audit_entry *,
                                           const struct hash32 *, struct err *),
                       void *ctx, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db,
                   "SELECT sequence, at, actor, role, purpose, organisation, subject, action,"
                   " outcome, content, previous, hash FROM audit WHERE sequence >= $1"
                   " ORDER BY sequence",
                   &q, e));
    db_bind(q, "i", (int64_t)from);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        struct audit_entry n = {.sequence = (uint64_t)db_int(q, 0),
                                .at = db_text(q, 1),
                                .actor = db_text(q, 2),
                                .role = db_text(q, 3),
                                .purpose = db_text(q, 4),
                                .organisation = db_text(q, 5),
                                .subject = db_text(q, 6),
                                .action = db_text(q, 7),
                                .outcome = db_text(q, 8),
                                .content = hash_of(db_blob(q, 9)),
                                .previous = hash_of(db_blob(q, 10))};
        struct hash32 hash = hash_of(db_blob(q, 11));
        if ((st = each(ctx, &n, &hash, e)) != ST_OK)
            break;
    }
    db_done(q);
    return st;
}

static enum status check_one(void *ctx, const struct audit_entry *n, const struct hash32 *hash,
                             struct err *e)
{
    (void)e;
    audit_check_add(ctx, n, hash);
    return ST_OK;
}

/* ---- the anchor: how long the log was when the store was last closed ---- */

enum status audit_write_anchor(struct store *s, struct err *e)
{
    char path[PATH_MAX + 20], text[100], hex[65];
    uint64_t sequence;
    struct hash32 last;
    TRY(audit_tail(s, &sequence, &last, e));
    hex_write(last.b, sizeof last.b, hex);
    int n = snprintf(text, sizeof text, "%llu %s\n", (unsigned long long)sequence, hex);
    snprintf(path, sizeof path, "%s/audit.anchor", s->dir);
    return private_file_write(path, (struct str){text, (size_t)n}, e);
}

static void read_anchor(const struct store *s, struct audit_check *c)
{
    char path[PATH_MAX + 20], hex[65];
    unsigned long long size;
    snprintf(path, sizeof path, "%s/audit.anchor", s->dir);
    FILE *f = fopen(path, "re");
    if (!f)
        return;
    if (fscanf(f, "%llu %64s", &size, hex) == 2 && hex_read(str_of(hex), c->anchor_last.b, 32))
        c->anchor_size = size;
    fclose(f);
}

enum status store_audit_check(struct store *s, struct audit_check *c, struct err *e)
{
    read_anchor(s, c);
    return audit_each(s, 0, check_one, c, e);
}

enum status store_audit_head(struct store *s, struct audit_head *h, struct err *e)
{
    struct audit_check c = {0};
    TRY(needs_key(s, CLASS_AUDIT, e));
    TRY(audit_each(s, 0, check_one, &c, e));
    *h = (struct audit_head){.size = c.tree.size, .root = merkle_root(&c.tree), .last = c.last};
    memcpy(h->store, s->id, sizeof h->store);
    clock_utc(h->at);
    audit_head_sign(h, keyring_audit_seed(s->keys));
    return ST_OK;
}

const char *store_id(const struct store *s)
{
    return s->id;
}
