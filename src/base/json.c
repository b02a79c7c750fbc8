#include "base/json.h"

#include "base/file.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>

/* jansson recurses to its own limit of 2,048; ours is lower and is checked on the bytes. */
static bool too_deep(struct str text, long *line)
{
    int depth = 0;
    bool quoted = false;
    *line = 1;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\n')
            ++*line;
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > LIMIT_JSON_DEPTH)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

enum status json_read_str(struct str text, const char *name, json_t **out, struct err *e)
{
    *out = NULL;
    long line;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = (struct str){text.p + 3, text.n - 3};
    if (too_deep(text, &line)) {
        err_at(e, name, line, NULL);
        return err_set(e, ST_DATA, "the JSON is nested deeper than %d levels", LIMIT_JSON_DEPTH);
    }
    json_error_t je;
    *out = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &je);
    if (*out)
        return ST_OK;
    err_at(e, name, je.line, NULL);
    err_set(e, ST_DATA, "not valid JSON: %s", je.text);
    return err_hint(e, "Look near column %d of that line.", je.column);
}

enum status json_read_file(const char *path, json_t **out, struct err *e)
{
    *out = NULL;
    struct file_bytes f;
    TRY(file_read(path, LIMIT_JSON_BYTES, &f, e));
    enum status s = json_read_str((struct str){f.p, f.n}, path, out, e);
    file_release(&f);
    return s;
}

enum status json_write(FILE *to, const json_t *doc, struct err *e)
{
    char *text = json_dumps(doc, JSON_INDENT(1) | JSON_REAL_PRECISION(17) | JSON_ENCODE_ANY);
    if (!text)
        return err_set(e, ST_FAULT, "cannot encode the result as JSON");
    fputs(text, to);
    fputc('\n', to);
    free(text);
    return ST_OK;
}

enum status json_write_file(const char *path, const json_t *doc, struct err *e)
{
    struct outfile o;
    TRY(outfile_open(&o, path, e));
    enum status s = json_write(o.to, doc, e);
    if (s == ST_OK)
        s = outfile_commit(&o, e);
    outfile_abort(&o);
    return s;
}

json_t *json_number(double v)
{
    if (isnan(v))
        return json_null();
    if (isinf(v))
        return json_string(v > 0 ? "Inf" : "-Inf");
    return json_real(v);
}

enum status json_only_keys(const json_t *object, const char *where, const char *const *known,
                           struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        size_t i = 0;
        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        if (!known[i]) {
            err_set(e, ST_DATA, "%s has an unknown key \"%.60s\"", where, key);
            struct buf b = BUF_EMPTY;
            for (size_t k = 0; known[k]; k++)
                buf_addf(&b, "%s%s", k ? ", " : "", known[k]);
            err_hint(e, "Known keys: %s.", b.p ? b.p : "none");
            buf_free(&b);
            return ST_DATA;
        }
    }
    return ST_OK;
}
