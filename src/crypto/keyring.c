#include "crypto/keyring_private.h"

#include "base/clock.h"
#include "base/file.h"
#include "crypto/password.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- wrapping ---- */

static size_t wrap_place(char *out, size_t size, const struct keyring *k, enum key_class c,
                         const struct wrapped_key *of)
{
    char store[33];
    hex_write(k->ring.store, sizeof k->ring.store, store);
    int n = snprintf(out, size, "throughline-wrap-1|%s|%s|%u|%s", store, key_class_name(c),
                     (unsigned)of->number, of->organisation);
    return (size_t)n;
}

void key_wrap(const struct keyring *k, const unsigned char *class_key, enum key_class c,
              const struct wrapped_key *of, const unsigned char key[KEY_BYTES],
              unsigned char out[WRAPPED_BYTES])
{
    char place[200];
    size_t n = wrap_place(place, sizeof place, k, c, of);
    randombytes_buf(out, SEAL_NONCE);
    seal_raw(class_key, out, (struct str){place, n}, (struct str){(const char *)key, KEY_BYTES},
             out + SEAL_NONCE);
}

static bool key_unwrap(const struct keyring *k, enum key_class c, const struct wrapped_key *of,
                       unsigned char key[KEY_BYTES])
{
    char place[200];
    size_t n = wrap_place(place, sizeof place, k, c, of);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, of->wrapped + SEAL_NONCE,
                                                      WRAPPED_BYTES - SEAL_NONCE,
                                                      (const unsigned char *)place, n, of->wrapped,
                                                      k->class_keys + (size_t)c * KEY_BYTES) == 0;
}

/* ---- keys in memory ---- */

static unsigned char *new_key_memory(struct keyring *k)
{
    if (k->block_count == 0 || k->in_block == KEYS_PER_BLOCK) {
        MEM_GROW(k->blocks, k->block_cap, k->block_count + 1);
        k->blocks[k->block_count++] = secret_new((size_t)KEYS_PER_BLOCK * KEY_BYTES);
        k->in_block = 0;
    }
    return k->blocks[k->block_count - 1] + KEY_BYTES * k->in_block++;
}

static enum status add_slot(struct keyring *k, enum key_class c, const struct wrapped_key *w,
                            struct err *e)
{
    size_t old = k->of[c].cap;
    MEM_GROW(k->of[c].slots, k->of[c].cap, (size_t)w->number + 1);
    if (k->of[c].cap > old)
        memset(k->of[c].slots + old, 0, (k->of[c].cap - old) * sizeof *k->of[c].slots);
    if (k->of[c].n < (size_t)w->number + 1)
        k->of[c].n = (size_t)w->number + 1;
    struct key_slot *slot = &k->of[c].slots[w->number];
    slot->current = w->current;
    snprintf(slot->organisation, sizeof slot->organisation, "%s", w->organisation);
    if (slot->key)
        return ST_OK;
    unsigned char *key = new_key_memory(k);
    if (!key_unwrap(k, c, w, key)) {
        err_set(e, ST_DATA, "a key of class %s cannot be unwrapped: its file was altered",
                key_class_name(c));
        return err_hint(e, "Put the keys directory back from a backup.");
    }
    slot->key = key;
    return ST_OK;
}

enum status class_reload(struct keyring *k, enum key_class c, struct err *e)
{
    struct class_file f;
    TRY(class_file_read(k->dir, c, &k->ring, &f, e));
    for (size_t i = 0; i < k->of[c].n; i++)
        k->of[c].slots[i].current = false;
    enum status s = ST_OK;
    for (size_t i = 0; i < f.n && s == ST_OK; i++)
        s = add_slot(k, c, &f.keys[i], e);
    class_file_free(&f);
    return s;
}

enum status keyring_reload(struct keyring *k, struct err *e)
{
    for (int c = 0; c < KEY_CLASSES; c++)
        if (k->classes & 1u << c)
            TRY(class_reload(k, (enum key_class)c, e));
    return ST_OK;
}

bool keyring_has(const struct keyring *k, enum key_class c)
{
    return (k->classes & 1u << c) != 0;
}

const unsigned char *keyring_key(const struct keyring *k, enum key_class c, uint16_t number)
{
    return number < k->of[c].n ? k->of[c].slots[number].key : NULL;
}

/* ---- changing the files ---- */

int keyring_lock(const struct keyring *k, struct err *e)
{
    int fd = open(k->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        (void)!err_errno(e, errno, "cannot lock the keys directory");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

void keyring_unlock(int lock)
{
    close(lock);
}

enum status key_make(struct keyring *k, enum key_class c, const char *organisation,
                     struct class_file *f, struct err *e)
{
    unsigned highest = 0;
    for (size_t i = 0; i < f->n; i++)
        if (f->keys[i].number > highest)
            highest = f->keys[i].number;
    if (k->of[c].n > highest + 1) /* numbers of destroyed keys are not used again */
        highest = (unsigned)k->of[c].n - 1;
    if (highest >= UINT16_MAX)
        return err_set(e, ST_FAULT, "class %s has no key numbers left", key_class_name(c));
    MEM_GROW(f->keys, f->cap, f->n + 1);
    struct wrapped_key *w = &f->keys[f->n];
    *w = (struct wrapped_key){.number = (uint16_t)(highest + 1), .current = true};
    snprintf(w->organisation, sizeof w->organisation, "%s", organisation);
    clock_utc(w->created);
    unsigned char *key = secret_new(KEY_BYTES);
    randombytes_buf(key, KEY_BYTES);
    key_wrap(k, k->class_keys + (size_t)c * KEY_BYTES, c, w, key, w->wrapped);
    secret_free(key);
    f->n++;
    return ST_OK;
}

static bool find_current(const struct keyring *k, enum key_class c, const char *organisation,
                         uint16_t *number)
{
    for (size_t i = 1; i < k->of[c].n; i++) {
        const struct key_slot *s = &k->of[c].slots[i];
        if (s->key && s->current && strcmp(s->organisation, organisation) == 0) {
            *number = (uint16_t)i;
            return true;
        }
    }
    return false;
}

static enum status add_current(struct keyring *k, enum key_class c, const char *organisation,
                               struct err *e)
{
    struct class_file f;
    uint16_t number;
    TRY(class_reload(k, c, e)); /* another process may have made it */
    if (find_current(k, c, organisation, &number))
        return ST_OK;
    TRY(class_file_read(k->dir, c, &k->ring, &f, e));
    enum status s = key_make(k, c, organisation, &f, e);
    if (s == ST_OK)
        s = class_file_write(k->dir, c, &k->ring, &f, e);
    class_file_free(&f);
    return s == ST_OK ? class_reload(k, c, e) : s;
}

enum status keyring_current(struct keyring *k, enum key_class c, const char *organisation,
                            uint16_t *number, struct err *e)
{
    if (!keyring_has(k, c))
        BUG("sealing in class %s without its key", key_class_name(c));
    if (find_current(k, c, organisation, number))
        return ST_OK;
    if (strlen(organisation) >= ORGANISATION_BYTES)
        return err_set(e, ST_DATA, "the organisation's code is longer than %d characters",
                       ORGANISATION_BYTES - 1);
    int lock = keyring_lock(k, e);
    if (lock < 0)
        return e->status;
    enum status s = add_current(k, c, organisation, e);
    keyring_unlock(lock);
    if (s == ST_OK && !find_current(k, c, organisation, number))
        BUG("a new key is not there");
    return s;
}

/* ---- open, create, close ---- */

static struct keyring *keyring_new(const char *dir)
{
    struct keyring *k = mem_zalloc(1, sizeof *k);
    snprintf(k->dir, sizeof k->dir, "%s/keys", dir);
    snprintf(k->lock_path, sizeof k->lock_path, "%s/keys.lock", dir);
    k->class_keys = secret_new((size_t)KEY_CLASSES * KEY_BYTES);
    return k;
}

void keyring_close(struct keyring *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->block_count; i++)
        secret_free(k->blocks[i]);
    for (int c = 0; c < KEY_CLASSES; c++)
        free(k->of[c].slots);
    free(k->blocks);
    secret_free(k->class_keys);
    secret_free(k->pseudonym_keys);
    free(k);
}

static void make_pseudonym_keys(struct keyring *k)
{
    const unsigned char *base = keyring_key(k, CLASS_PSEUDONYM, 1);
    if (!base)
        return;
    k->pseudonym_keys = secret_new((USE_STATISTICS + 1) * KEY_BYTES);
    for (int use = USE_PERSON; use <= USE_STATISTICS; use++)
        subkey(base, "tl-pseud", (uint64_t)use, k->pseudonym_keys + (size_t)use * KEY_BYTES);
}

static enum status open_with(struct keyring *k, const unsigned char *store_id, unsigned classes,
                             const char *key_file, struct err *e)
{
    unsigned given;
    TRY(ring_info_read(k->dir, &k->ring, e));
    if (store_id && memcmp(store_id, k->ring.store, sizeof k->ring.store) != 0)
        return err_set(e, ST_DATA, "wrong key: the keys directory belongs to another register");
    if (classes == 0)
        return ST_OK;
    TRY(class_keys_find(k->dir, &k->ring, key_file, classes, k->class_keys, &given, e));
    for (int c = 0; c < KEY_CLASSES; c++)
        if (!(classes & 1u << c))
            sodium_memzero(k->class_keys + (size_t)c * KEY_BYTES, KEY_BYTES);
    k->classes = classes;
    TRY(keyring_reload(k, e));
    make_pseudonym_keys(k);
    return ST_OK;
}

enum status keyring_open(const char *dir, const unsigned char *store_id, unsigned classes,
                         const char *key_file, struct keyring **out, struct err *e)
{
    *out = NULL;
    TRY(crypto_start(e));
    struct keyring *k = keyring_new(dir);
    enum status s = open_with(k, store_id, classes, key_file, e);
    if (s != ST_OK)
        keyring_close(k);
    else
        *out = k;
    return s;
}

static enum status make_master(struct ring_info *r, const char *passphrase, unsigned char *master,
                               struct err *e)
{
    r->passphrase = passphrase != NULL;
    if (!passphrase) {
        randombytes_buf(master, KEY_BYTES);
        return ST_OK;
    }
    if (strlen(passphrase) < 12) {
        err_set(e, ST_DATA, "the passphrase is shorter than 12 characters");
        return err_hint(e, "Four or five words chosen by dice are strong and easy to keep.");
    }
    r->passes = 3; /* DISCLOSURE.md, 4.1: 256 MiB, three passes: 0.7 s */
    r->memory_bytes = (uint64_t)256 << 20;
    randombytes_buf(r->salt, sizeof r->salt);
    return passphrase_key(str_of(passphrase), r->salt, r->passes, (size_t)r->memory_bytes, master,
                          e);
}

/* Makes the master key and the class keys under it; writes ring.json and master.key into `dir`. */
static enum status write_ring(const char *dir, struct ring_info *r, const char *passphrase,
                              unsigned char *class_keys, struct err *e)
{
    char path[PATH_MAX];
    unsigned char *master = secret_new(KEY_BYTES);
    enum status s = make_master(r, passphrase, master, e);
    if (s == ST_OK) {
        class_keys_derive(master, class_keys);
        class_keys_check(class_keys, (1u << KEY_CLASSES) - 1, r->check);
        s = ring_info_write(dir, r, e);
    }
    snprintf(path, sizeof path, "%s/master.key", dir);
    if (s == ST_OK && !passphrase)
        s = key_file_write(path, r, master, NULL, 0, e);
    secret_free(master);
    return s;
}

static enum status create_files(struct keyring *k, const char *passphrase, struct err *e)
{
    TRY(dir_make(k->dir, e));
    TRY(write_ring(k->dir, &k->ring, passphrase, k->class_keys, e));
    for (int c = 0; c < KEY_CLASSES; c++) {
        struct class_file f = {0};
        /* The register's own key; the single key of index, pseudonym and audit. */
        enum status s = key_make(k, (enum key_class)c, "", &f, e);
        if (s == ST_OK)
            s = class_file_write(k->dir, (enum key_class)c, &k->ring, &f, e);
        class_file_free(&f);
        TRY(s);
    }
    return ST_OK;
}

enum status keyring_create(const char *dir, const unsigned char store_id[16],
                           const char *passphrase, struct err *e)
{
    TRY(crypto_start(e));
    struct keyring *k = keyring_new(dir);
    memcpy(k->ring.store, store_id, sizeof k->ring.store);
    enum status s = create_files(k, passphrase, e);
    keyring_close(k);
    return s;
}

/* ---- uses ---- */

void keyring_pseudonym(const struct keyring *k, enum pseudonym_use use, const struct str *parts,
                       size_t count, unsigned char out[16])
{
    unsigned char h[32];
    if (!k->pseudonym_keys)
        BUG("a pseudonym without its key");
    keyed_hash(k->pseudonym_keys + (size_t)use * KEY_BYTES, parts, count, h);
    memcpy(out, h, 16);
}

uint64_t keyring_bucket(const struct keyring *k, int kind, struct str value, int bits)
{
    const unsigned char *key = keyring_key(k, CLASS_INDEX, 1);
    if (!key)
        BUG("a blind index without its key");
    char number[12];
    int n = snprintf(number, sizeof number, "%d", kind);
    struct str parts[2] = {{number, (size_t)n}, value};
    unsigned char h[32];
    uint64_t v;
    keyed_hash(key, parts, 2, h);
    memcpy(&v, h, sizeof v);
    return v >> (64 - bits);
}

const unsigned char *keyring_audit_seed(const struct keyring *k)
{
    const unsigned char *seed = keyring_key(k, CLASS_AUDIT, 1);
    if (!seed)
        BUG("a signed head without its key");
    return seed;
}

/* ---- a new master key ---- */

static enum status rewrap_into(struct keyring *k, const char *dir, const char *passphrase,
                               unsigned char *new_keys, struct err *e)
{
    struct ring_info r = {0};
    memcpy(r.store, k->ring.store, sizeof r.store);
    TRY(dir_make(dir, e));
    TRY(write_ring(dir, &r, passphrase, new_keys, e));
    for (int c = 0; c < KEY_CLASSES; c++) {
        struct class_file f;
        TRY(class_file_read(k->dir, (enum key_class)c, &k->ring, &f, e));
        for (size_t i = 0; i < f.n; i++)
            key_wrap(k, new_keys + (size_t)c * KEY_BYTES, (enum key_class)c, &f.keys[i],
                     keyring_key(k, (enum key_class)c, f.keys[i].number), f.keys[i].wrapped);
        enum status s = class_file_write(dir, (enum key_class)c, &r, &f, e);
        class_file_free(&f);
        TRY(s);
    }
    k->ring = r;
    return ST_OK;
}

static void remove_key_dir(const char *dir)
{
    char path[PATH_MAX];
    for (int c = 0; c < KEY_CLASSES; c++) {
        snprintf(path, sizeof path, "%s/%s.json", dir, key_class_name((enum key_class)c));
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/ring.json", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/master.key", dir);
    unlink(path);
    rmdir(dir);
}

static enum status exchange(struct keyring *k, const char *passphrase, unsigned char *new_keys,
                            struct err *e)
{
    char next[PATH_MAX + 8];
    snprintf(next, sizeof next, "%s.next", k->dir);
    remove_key_dir(next); /* of a rewrap that was cut off */
    TRY(keyring_reload(k, e));
    struct ring_info before = k->ring;
    enum status s = rewrap_into(k, next, passphrase, new_keys, e);
    if (s == ST_OK && renameat2(AT_FDCWD, next, AT_FDCWD, k->dir, RENAME_EXCHANGE) != 0)
        s = err_errno(e, errno, "cannot put the new keys directory in place");
    if (s == ST_OK)
        memcpy(k->class_keys, new_keys, (size_t)KEY_CLASSES * KEY_BYTES);
    else
        k->ring = before;
    remove_key_dir(next);
    return s;
}

enum status keyring_rewrap(struct keyring *k, const char *passphrase, struct err *e)
{
    if (k->classes != (1u << KEY_CLASSES) - 1)
        return err_set(e, ST_DATA, "a new master key needs the whole keyring, not a grant");
    int lock = keyring_lock(k, e);
    if (lock < 0)
        return e->status;
    unsigned char *new_keys = secret_new((size_t)KEY_CLASSES * KEY_BYTES);
    enum status s = exchange(k, passphrase, new_keys, e);
    secret_free(new_keys);
    keyring_unlock(lock);
    return s;
}
