/* Templates for a dialect without functions: data/sql/spark.txt.
 *
 *   name(p, q) =
 *       expression with $p and $q, and calls @other($p, ...) of templates above it
 *   <empty line>
 *
 * The arguments of calls within a body may hold brackets; commas within them do not separate. */
#include "sqlgen/parts.h"

#include <stdlib.h>

enum { TEMPLATES_MOST = 64, PARAMETERS_MOST = 8, DEPTH_MOST = 16 };

struct template
{
    struct str name, parameter[PARAMETERS_MOST], body;
    int parameters;
};
struct inline_file {
    struct template one[TEMPLATES_MOST];
    int count;
};

static bool is_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_';
}

static struct str word_at(const char *p, const char *end)
{
    const char *from = p;
    while (p < end && is_word(*p))
        p++;
    return (struct str){from, (size_t)(p - from)};
}

/* "name(p, q) =" */
static void read_head(struct template *t, const char *p, const char *end)
{
    t->name = word_at(p, end);
    for (p += t->name.n; p < end && *p != '='; p++)
        if (is_word(*p)) {
            struct str w = word_at(p, end);
            if (t->parameters == PARAMETERS_MOST)
                BUG("a template with more than %d parameters", PARAMETERS_MOST);
            t->parameter[t->parameters++] = w;
            p += w.n - 1;
        }
}

struct inline_file *inline_open(struct str text)
{
    struct inline_file *f = mem_zalloc(1, sizeof *f);
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *line = memchr(p, '\n', (size_t)(end - p));
        line = line ? line : end;
        if (*p == '-' || *p == '\n') {
            p = line + 1;
            continue;
        }
        if (f->count == TEMPLATES_MOST)
            BUG("more than %d templates", TEMPLATES_MOST);
        struct template *t = &f->one[f->count++];
        read_head(t, p, line);
        const char *body = line + 1, *stop = body;
        while (stop + 1 < end && !(stop[0] == '\n' && stop[1] == '\n'))
            stop++;
        t->body = str_trim((struct str){body, (size_t)(stop - body)});
        p = stop + 1;
    }
    return f;
}

void inline_close(struct inline_file *f)
{
    free(f);
}

static const struct template *find(const struct inline_file *f, struct str name)
{
    for (int k = 0; k < f->count; k++)
        if (str_eq(f->one[k].name, name))
            return &f->one[k];
    BUG("no template %.*s", (int)name.n, name.p);
}

static void expand(const struct inline_file *f, const struct template *t,
                   const struct str *argument, int depth, struct buf *out);

/* Writes a body or an argument: parameters of `t` replaced, calls written out. */
static void write_out(const struct inline_file *f, const struct template *t, struct str s,
                      const struct str *argument, int depth, struct buf *out)
{
    const char *end = s.p + s.n;
    for (const char *p = s.p; p < end; p++) {
        struct str w = word_at(p + 1, end);
        if (*p == '$') {
            int k = 0;
            while (k < t->parameters && !str_eq(t->parameter[k], w))
                k++;
            if (k >= t->parameters)
                BUG("template %.*s has no parameter %.*s", (int)t->name.n, t->name.p, (int)w.n,
                    w.p);
            buf_add(out, argument[k].p, argument[k].n);
            p += w.n;
        } else if (*p == '@') {
            const struct template *called = find(f, w);
            struct buf text[PARAMETERS_MOST] = {{0}};
            struct str value[PARAMETERS_MOST];
            int n = 0, open = 0;
            const char *from = p + w.n + 2;
            for (p = from; p < end; p++) {
                if (open == 0 && (*p == ',' || *p == ')')) {
                    if (n == PARAMETERS_MOST)
                        BUG("more than %d arguments", PARAMETERS_MOST);
                    write_out(f, t, str_trim((struct str){from, (size_t)(p - from)}), argument,
                              depth, &text[n]);
                    n++;
                    from = p + 1;
                    if (*p == ')')
                        break;
                }
                open += (*p == '(') - (*p == ')');
            }
            if (n != called->parameters)
                BUG("template %.*s takes %d arguments", (int)w.n, w.p, called->parameters);
            for (int k = 0; k < n; k++)
                value[k] = buf_str(&text[k]);
            expand(f, called, value, depth + 1, out);
            for (int k = 0; k < n; k++)
                buf_free(&text[k]);
        } else {
            buf_addc(out, *p);
        }
    }
}

static void expand(const struct inline_file *f, const struct template *t,
                   const struct str *argument, int depth, struct buf *out)
{
    if (depth > DEPTH_MOST)
        BUG("templates call each other over %d deep", DEPTH_MOST);
    buf_addc(out, '(');
    write_out(f, t, t->body, argument, depth, out);
    buf_addc(out, ')');
}

void inline_expand(const struct inline_file *f, const char *name, int n,
                   const char *const *arguments, struct buf *out)
{
    struct str value[PARAMETERS_MOST];
    const struct template *t = find(f, str_of(name));
    if (n != t->parameters)
        BUG("template %s takes %d arguments", name, t->parameters);
    for (int k = 0; k < n; k++)
        value[k] = str_of(arguments[k]);
    expand(f, t, value, 0, out);
}
