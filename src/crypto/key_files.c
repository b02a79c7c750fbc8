#include "crypto/key_files.h"

#include "base/file.h"
#include "base/json.h"
#include "crypto/password.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { KEY_FILE_MAX = 4096, PASSPHRASE_MAX = 1024 };

static const char *const class_names[KEY_CLASSES] = {"S3",    "S4",        "S5",
                                                     "index", "pseudonym", "audit"};

const char *key_class_name(enum key_class c)
{
    return class_names[c];
}

/* ---- private files ---- */

static void sync_directory_of(const char *path)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s", path);
    char *slash = strrchr(dir, '/');
    if (slash)
        *slash = '\0';
    int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

static bool write_whole(int fd, struct str bytes)
{
    while (bytes.n) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return fsync(fd) == 0;
}

enum status private_file_write(const char *path, struct str bytes, struct err *e)
{
    char temp[PATH_MAX];
    if ((size_t)snprintf(temp, sizeof temp, "%s.%ld.partial", path, (long)getpid()) >= sizeof temp)
        return err_set(e, ST_USAGE, "the path of a key file is too long");
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(e, ST_DATA, "%s is not a file: keys are written to files only", path);
    unlink(temp);
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && write_whole(fd, bytes);
    int saved = errno;
    if (fd >= 0)
        close(fd);
    if (good && rename(temp, path) != 0) {
        good = false;
        saved = errno;
    }
    if (!good) {
        unlink(temp);
        err_errno(e, saved, "cannot write the key file %s", path);
        return err_hint(e, "Nothing was changed. Check the space left and who may write there.");
    }
    sync_directory_of(path);
    return ST_OK;
}

static enum status write_json(const char *dir, const char *name, json_t *doc, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.json", dir, name);
    char *text = doc ? json_dumps(doc, JSON_INDENT(1)) : NULL;
    if (!text)
        BUG("key files hold text that is not UTF-8");
    enum status s = private_file_write(path, str_of(text), e);
    free(text);
    json_decref(doc);
    return s;
}

static enum status read_json(const char *dir, const char *name, json_t **doc, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.json", dir, name);
    enum status s = json_read_file(path, doc, e);
    return s == ST_OK ? s
                      : err_hint(e, "The keys directory is incomplete or damaged: put it back "
                                    "from a backup.");
}

static bool hex_of(const json_t *doc, const char *key, unsigned char *out, size_t n)
{
    const char *text = json_string_value(json_object_get(doc, key));
    return text && hex_read(str_of(text), out, n);
}

static json_t *hex_json(const unsigned char *bytes, size_t n)
{
    char text[2 * WRAPPED_BYTES + 1];
    hex_write(bytes, n, text);
    return json_string(text);
}

static enum status damaged(const char *dir, const char *name, struct err *e)
{
    err_set(e, ST_DATA, "%s/%s.json is damaged", dir, name);
    return err_hint(e, "Put the keys directory back from a backup.");
}

/* ---- ring.json ---- */

enum status ring_info_read(const char *dir, struct ring_info *r, struct err *e)
{
    json_t *doc;
    *r = (struct ring_info){0};
    TRY(read_json(dir, "ring", &doc, e));
    const char *unlock = json_string_value(json_object_get(doc, "unlock"));
    bool good = unlock && hex_of(doc, "store", r->store, sizeof r->store);
    const json_t *check = json_object_get(doc, "check");
    for (int c = 0; c < KEY_CLASSES; c++)
        good = good && hex_of(check, class_names[c], r->check[c], sizeof r->check[c]);
    r->passphrase = unlock && strcmp(unlock, "passphrase") == 0;
    if (good && r->passphrase) {
        const json_t *a = json_object_get(doc, "argon2id");
        r->passes = (uint64_t)json_integer_value(json_object_get(a, "passes"));
        r->memory_bytes = (uint64_t)json_integer_value(json_object_get(a, "memory_bytes"));
        good = hex_of(a, "salt", r->salt, sizeof r->salt) && r->passes >= 1 && r->passes <= 100 &&
               r->memory_bytes >= 8192 && r->memory_bytes <= (uint64_t)4 << 30;
    }
    json_decref(doc);
    return good ? ST_OK : damaged(dir, "ring", e);
}

enum status ring_info_write(const char *dir, const struct ring_info *r, struct err *e)
{
    json_t *check = json_object();
    for (int c = 0; c < KEY_CLASSES; c++)
        json_object_set_new(check, class_names[c], hex_json(r->check[c], sizeof r->check[c]));
    json_t *doc =
        json_pack("{s:i, s:o, s:s, s:o}", "format", 1, "store", hex_json(r->store, sizeof r->store),
                  "unlock", r->passphrase ? "passphrase" : "key file", "check", check);
    if (r->passphrase)
        json_object_set_new(doc, "argon2id",
                            json_pack("{s:I, s:I, s:o}", "passes", (json_int_t)r->passes,
                                      "memory_bytes", (json_int_t)r->memory_bytes, "salt",
                                      hex_json(r->salt, sizeof r->salt)));
    return write_json(dir, "ring", doc, e);
}

/* ---- class files ---- */

void class_file_free(struct class_file *f)
{
    free(f->keys);
    *f = (struct class_file){0};
}

static bool read_wrapped(const json_t *v, struct wrapped_key *k)
{
    const char *organisation = json_string_value(json_object_get(v, "organisation"));
    const char *state = json_string_value(json_object_get(v, "state"));
    const char *created = json_string_value(json_object_get(v, "created"));
    json_int_t number = json_integer_value(json_object_get(v, "number"));
    if (!organisation || !state || !created || number < 1 || number > UINT16_MAX)
        return false;
    *k = (struct wrapped_key){.number = (uint16_t)number, .current = strcmp(state, "current") == 0};
    return (size_t)snprintf(k->organisation, sizeof k->organisation, "%s", organisation) <
               sizeof k->organisation &&
           (size_t)snprintf(k->created, sizeof k->created, "%s", created) < sizeof k->created &&
           hex_of(v, "wrapped", k->wrapped, sizeof k->wrapped);
}

enum status class_file_read(const char *dir, enum key_class c, const struct ring_info *r,
                            struct class_file *f, struct err *e)
{
    json_t *doc;
    unsigned char store[16];
    *f = (struct class_file){0};
    TRY(read_json(dir, class_names[c], &doc, e));
    const json_t *keys = json_object_get(doc, "keys");
    bool good = json_is_array(keys) && hex_of(doc, "store", store, sizeof store) &&
                memcmp(store, r->store, sizeof store) == 0;
    for (size_t i = 0; good && i < json_array_size(keys); i++) {
        MEM_GROW(f->keys, f->cap, f->n + 1);
        good = read_wrapped(json_array_get(keys, i), &f->keys[f->n++]);
    }
    json_decref(doc);
    if (good)
        return ST_OK;
    class_file_free(f);
    return damaged(dir, class_names[c], e);
}

enum status class_file_write(const char *dir, enum key_class c, const struct ring_info *r,
                             const struct class_file *f, struct err *e)
{
    json_t *keys = json_array();
    for (size_t i = 0; i < f->n; i++) {
        const struct wrapped_key *k = &f->keys[i];
        json_array_append_new(keys, json_pack("{s:i, s:s, s:s, s:s, s:o}", "number", (int)k->number,
                                              "organisation", k->organisation, "state",
                                              k->current ? "current" : "old", "created", k->created,
                                              "wrapped", hex_json(k->wrapped, sizeof k->wrapped)));
    }
    return write_json(dir, class_names[c],
                      json_pack("{s:i, s:o, s:s, s:o}", "format", 1, "store",
                                hex_json(r->store, sizeof r->store), "class", class_names[c],
                                "keys", keys),
                      e);
}

/* ---- the key that opens them ---- */

void class_keys_derive(const unsigned char master[KEY_BYTES], unsigned char *keys)
{
    for (int c = 0; c < KEY_CLASSES; c++)
        subkey(master, "tl-class", (uint64_t)c + 1, keys + (size_t)c * KEY_BYTES);
}

void class_keys_check(const unsigned char *keys, unsigned classes,
                      unsigned char check[KEY_CLASSES][16])
{
    for (int c = 0; c < KEY_CLASSES; c++) {
        unsigned char h[32];
        if (!(classes & 1u << c))
            continue;
        keyed_hash_raw(keys + (size_t)c * KEY_BYTES, str_of("throughline key check"), h);
        memcpy(check[c], h, 16);
    }
}

enum status key_file_write(const char *path, const struct ring_info *r, const unsigned char *master,
                           const unsigned char *class_keys, unsigned classes, struct err *e)
{
    char *text = secret_new(KEY_FILE_MAX);
    char hex[2 * KEY_BYTES + 1], store[33];
    hex_write(r->store, sizeof r->store, store);
    int n = snprintf(text, KEY_FILE_MAX, "throughline-key 1\nstore %s\n", store);
    if (master) {
        hex_write(master, KEY_BYTES, hex);
        n += snprintf(text + n, KEY_FILE_MAX - (size_t)n, "master %s\n", hex);
    }
    for (int c = 0; !master && c < KEY_CLASSES; c++) {
        if (!(classes & 1u << c))
            continue;
        hex_write(class_keys + (size_t)c * KEY_BYTES, KEY_BYTES, hex);
        n += snprintf(text + n, KEY_FILE_MAX - (size_t)n, "class %s %s\n", class_names[c], hex);
    }
    enum status s = private_file_write(path, (struct str){text, (size_t)n}, e);
    sodium_memzero(hex, sizeof hex);
    secret_free(text);
    return s;
}

/* The rest of the line after `word`, in *text; moves past the line. */
static bool take_line(struct str *text, const char *word, struct str *rest)
{
    size_t n = strlen(word);
    if (text->n < n || memcmp(text->p, word, n) != 0)
        return false;
    const char *end = memchr(text->p, '\n', text->n);
    size_t line = end ? (size_t)(end - text->p) : text->n;
    *rest = (struct str){text->p + n, line - n};
    text->p += line + (end != NULL);
    text->n -= line + (end != NULL);
    return true;
}

static enum status parse_key_file(struct str text, const struct ring_info *r, unsigned char *keys,
                                  unsigned *given, struct err *e)
{
    struct str rest;
    unsigned char store[16], master[KEY_BYTES];
    bool good = take_line(&text, "throughline-key 1", &rest) && rest.n == 0 &&
                take_line(&text, "store ", &rest) && hex_read(rest, store, sizeof store);
    if (good && memcmp(store, r->store, sizeof store) != 0)
        return err_set(e, ST_DATA, "this key file belongs to another register");
    if (good && take_line(&text, "master ", &rest)) {
        good = hex_read(rest, master, sizeof master);
        if (good)
            class_keys_derive(master, keys);
        *given = (1u << KEY_CLASSES) - 1;
        sodium_memzero(master, sizeof master);
    }
    while (good && take_line(&text, "class ", &rest)) {
        int c = 0;
        size_t name = 0;
        while (c < KEY_CLASSES &&
               (name = strlen(class_names[c]), rest.n < name + 1 || rest.p[name] != ' ' ||
                                                   memcmp(rest.p, class_names[c], name) != 0))
            c++;
        good = c < KEY_CLASSES && hex_read((struct str){rest.p + name + 1, rest.n - name - 1},
                                           keys + (size_t)c * KEY_BYTES, KEY_BYTES);
        if (good)
            *given |= 1u << c;
    }
    if (!good || text.n != 0 || *given == 0)
        return err_set(e, ST_DATA, "this is not a key file of throughline");
    return ST_OK;
}

static enum status read_key_file(const char *path, const struct ring_info *r, unsigned char *keys,
                                 unsigned *given, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        err_errno(e, errno, "cannot open the key file %s", path);
        err_hint(e, "Give the key with --key-file FILE, or put it back where it was.");
        return e->status = ST_DATA;
    }
    char *text = secret_new(KEY_FILE_MAX);
    ssize_t n = read(fd, text, KEY_FILE_MAX);
    close(fd);
    enum status s;
    if (n < 0 || n == KEY_FILE_MAX)
        s = err_set(e, ST_DATA, "this is not a key file of throughline");
    else
        s = parse_key_file((struct str){text, (size_t)n}, r, keys, given, e);
    secret_free(text);
    if (s != ST_OK)
        err_at(e, path, 0, NULL);
    return s;
}

struct terminal {
    FILE *in, *out;
};

static enum status ask(const struct terminal *t, const char *question, char *answer, struct err *e)
{
    fprintf(t->out, "%s: ", question);
    fflush(t->out);
    bool read = fgets(answer, PASSPHRASE_MAX, t->in) != NULL;
    fputs("\n", t->out);
    answer[strcspn(answer, "\r\n")] = '\0';
    return read ? ST_OK : err_set(e, ST_DATA, "no passphrase was given");
}

/* Asks on the terminal, without showing what is typed; `again` (may be NULL) is the same asked a
 * second time. */
static enum status ask_passphrase(const char *question, char *out, char *again, struct err *e)
{
    struct terminal t = {fopen("/dev/tty", "re"), fopen("/dev/tty", "we")};
    struct termios old, quiet;
    enum status s;
    if (!t.in || !t.out || tcgetattr(fileno(t.in), &old) != 0) {
        s = err_set(e, ST_DATA, "a passphrase is needed, and none was given");
    } else {
        setvbuf(t.in, NULL, _IONBF, 0); /* no copy of it in a buffer */
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(fileno(t.in), TCSAFLUSH, &quiet);
        s = ask(&t, question, out, e);
        if (s == ST_OK && again)
            s = ask(&t, "The same again", again, e);
        tcsetattr(fileno(t.in), TCSAFLUSH, &old);
    }
    if (t.in)
        fclose(t.in);
    if (t.out)
        fclose(t.out);
    return s;
}

enum status passphrase_new(char **out, struct err *e)
{
    const char *from_env = getenv("THROUGHLINE_NEW_PASSPHRASE");
    char *typed = secret_new(PASSPHRASE_MAX), *again = secret_new(PASSPHRASE_MAX);
    enum status s = ST_OK;
    if (from_env) {
        snprintf(typed, PASSPHRASE_MAX, "%s", from_env);
    } else {
        s = ask_passphrase("New passphrase of the register", typed, again, e);
        if (s != ST_OK)
            err_hint(e, "Set THROUGHLINE_NEW_PASSPHRASE, or run the command on a terminal.");
        else if (strcmp(typed, again) != 0)
            s = err_set(e, ST_DATA, "the two passphrases differ: nothing was changed");
    }
    secret_free(again);
    if (s == ST_OK)
        *out = typed;
    else
        secret_free(typed);
    return s;
}

static enum status from_passphrase(const struct ring_info *r, unsigned char *keys, unsigned *given,
                                   struct err *e)
{
    const char *from_env = getenv("THROUGHLINE_PASSPHRASE");
    char *typed = secret_new(PASSPHRASE_MAX);
    unsigned char *master = secret_new(KEY_BYTES);
    enum status s = ST_OK;
    if (from_env)
        snprintf(typed, PASSPHRASE_MAX, "%s", from_env);
    else if (ask_passphrase("Passphrase of the register", typed, NULL, e) != ST_OK)
        s = err_hint(e, "Set THROUGHLINE_PASSPHRASE, or run the command on a terminal.");
    if (s == ST_OK)
        s = passphrase_key(str_of(typed), r->salt, r->passes, (size_t)r->memory_bytes, master, e);
    if (s == ST_OK) {
        class_keys_derive(master, keys);
        *given = (1u << KEY_CLASSES) - 1;
    }
    secret_free(typed);
    secret_free(master);
    return s;
}

enum status class_keys_find(const char *dir, const struct ring_info *r, const char *key_file,
                            unsigned wanted, unsigned char *keys, unsigned *given, struct err *e)
{
    char path[PATH_MAX];
    const char *from_env = getenv("THROUGHLINE_KEY_FILE");
    *given = 0;
    if (!key_file && from_env && *from_env)
        key_file = from_env;
    if (!key_file && !r->passphrase) {
        snprintf(path, sizeof path, "%s/master.key", dir);
        key_file = path;
    }
    if (key_file)
        TRY(read_key_file(key_file, r, keys, given, e));
    else
        TRY(from_passphrase(r, keys, given, e));
    unsigned char check[KEY_CLASSES][16];
    class_keys_check(keys, *given, check);
    for (int c = 0; c < KEY_CLASSES; c++)
        if (*given & 1u << c && sodium_memcmp(check[c], r->check[c], sizeof check[c]) != 0) {
            err_set(e, ST_DATA, "wrong key: this %s does not open the register",
                    key_file ? "key file" : "passphrase");
            return err_hint(e,
                            "Nothing was changed. Give the key that this register was made with.");
        }
    if (wanted & ~*given) {
        err_set(e, ST_DATA, "the key file given does not cover what this job reads or writes");
        return err_hint(e, "Use the master key, or a grant for the classes that the job needs.");
    }
    return ST_OK;
}
