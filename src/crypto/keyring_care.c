/* Rotation of data keys, grants, and looking at the keyring from outside. */
#include "crypto/keyring_private.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static const enum key_class rotated[] = {CLASS_S3, CLASS_S4, CLASS_S5};
enum { ROTATED = sizeof rotated / sizeof rotated[0] };

bool keyring_is_rotating(const struct keyring *k)
{
    for (int r = 0; r < ROTATED; r++)
        for (size_t i = 1; i < k->of[rotated[r]].n; i++) {
            const struct key_slot *s = &k->of[rotated[r]].slots[i];
            if (s->key && !s->current)
                return true;
        }
    return false;
}

/* A class that has old keys already was begun by a rotation that was cut off. */
static enum status begin_class(struct keyring *k, enum key_class c, struct err *e)
{
    struct class_file f;
    TRY(class_file_read(k->dir, c, &k->ring, &f, e));
    bool begun = false;
    size_t n = f.n;
    for (size_t i = 0; i < n; i++)
        begun = begun || !f.keys[i].current;
    enum status s = ST_OK;
    for (size_t i = 0; !begun && i < n && s == ST_OK; i++) {
        char organisation[ORGANISATION_BYTES];
        memcpy(organisation, f.keys[i].organisation, sizeof organisation);
        f.keys[i].current = false;
        s = key_make(k, c, organisation, &f, e);
    }
    if (s == ST_OK && !begun)
        s = class_file_write(k->dir, c, &k->ring, &f, e);
    class_file_free(&f);
    return s == ST_OK ? class_reload(k, c, e) : s;
}

static enum status finish_class(struct keyring *k, enum key_class c, struct err *e)
{
    struct class_file f;
    TRY(class_file_read(k->dir, c, &k->ring, &f, e));
    size_t kept = 0;
    for (size_t i = 0; i < f.n; i++)
        if (f.keys[i].current)
            f.keys[kept++] = f.keys[i];
    f.n = kept;
    enum status s = class_file_write(k->dir, c, &k->ring, &f, e);
    if (s == ST_OK)
        class_forget_removed(k, c, &f);
    class_file_free(&f);
    return s;
}

void class_forget_removed(struct keyring *k, enum key_class c, const struct class_file *f)
{
    for (size_t i = 1; i < k->of[c].n; i++) {
        struct key_slot *slot = &k->of[c].slots[i];
        bool kept = false;
        for (size_t j = 0; j < f->n; j++)
            kept = kept || f->keys[j].number == i;
        if (!slot->key || kept)
            continue;
        sodium_memzero(slot->key, KEY_BYTES);
        slot->key = NULL;
    }
}

static enum status each_class(struct keyring *k,
                              enum status (*step)(struct keyring *, enum key_class, struct err *),
                              struct err *e)
{
    int lock = keyring_lock(k, e);
    if (lock < 0)
        return e->status;
    enum status s = ST_OK;
    for (int r = 0; r < ROTATED && s == ST_OK; r++)
        s = step(k, rotated[r], e);
    keyring_unlock(lock);
    return s;
}

enum status keyring_rotation_begin(struct keyring *k, struct err *e)
{
    return each_class(k, begin_class, e);
}

enum status keyring_rotation_finish(struct keyring *k, struct err *e)
{
    return each_class(k, finish_class, e);
}

enum status keyring_grant(const struct keyring *k, unsigned classes, const char *path,
                          struct err *e)
{
    if (classes & ~k->classes)
        return err_set(e, ST_DATA, "only keys that were unwrapped can be granted");
    return key_file_write(path, &k->ring, NULL, k->class_keys, classes, e);
}

enum status keyring_list(const char *dir, struct arena *memory, struct key_info **out, size_t *n,
                         struct err *e)
{
    char keys[PATH_MAX];
    struct ring_info r;
    snprintf(keys, sizeof keys, "%s/keys", dir);
    TRY(ring_info_read(keys, &r, e));
    *out = NULL;
    *n = 0;
    for (int c = 0; c < KEY_CLASSES; c++) {
        struct class_file f;
        TRY(class_file_read(keys, (enum key_class)c, &r, &f, e));
        struct key_info *all = arena_array(memory, *n + f.n, sizeof *all);
        if (*n)
            memcpy(all, *out, *n * sizeof *all);
        for (size_t i = 0; i < f.n; i++)
            all[(*n)++] = (struct key_info){
                (enum key_class)c, f.keys[i].number, arena_strdup(memory, f.keys[i].organisation),
                f.keys[i].current ? "current" : "old", arena_strdup(memory, f.keys[i].created)};
        *out = all;
        class_file_free(&f);
    }
    return ST_OK;
}

static bool is_private(const char *path, bool may_be_missing)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return may_be_missing;
    return (st.st_mode & 077) == 0 && (st.st_uid == geteuid() || geteuid() == 0);
}

enum status keyring_describe(const char *dir, char unlock[20], char warning[200], struct err *e)
{
    char keys[PATH_MAX], path[PATH_MAX + 20];
    struct ring_info r;
    snprintf(keys, sizeof keys, "%s/keys", dir);
    warning[0] = '\0';
    TRY(ring_info_read(keys, &r, e));
    snprintf(unlock, 20, "%s", r.passphrase ? "passphrase" : "key file");
    bool good = is_private(keys, false);
    for (int c = 0; c < KEY_CLASSES; c++) {
        snprintf(path, sizeof path, "%s/%s.json", keys, key_class_name((enum key_class)c));
        good = good && is_private(path, false);
    }
    snprintf(path, sizeof path, "%s/master.key", keys);
    good = good && is_private(path, true);
    if (!good)
        snprintf(warning, 200, "others can read the keys directory: chmod -R go= %.100s", keys);
    return ST_OK;
}
