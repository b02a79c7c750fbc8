#include "base/jsonpull.h"

#include "base/limits.h"

#include <emmintrin.h>

struct jpull jp_open(struct str text, const char *name, struct err *e)
{
    return (struct jpull){.p = text.p,
                          .start = text.p,
                          .end = text.p + text.n,
                          .name = name,
                          .first_line = 1,
                          .e = e};
}

void jp_fail(struct jpull *j, const char *fmt, ...)
{
    if (j->failed)
        return;
    char what[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    long line = j->first_line;
    for (const char *p = j->start; p < j->p && p < j->end; p++)
        line += *p == '\n';
    err_at(j->e, j->name, line, NULL);
    err_set(j->e, ST_DATA, "%s", what);
    j->failed = true;
    j->p = j->end;
}

static void skip_space(struct jpull *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
        j->p++;
}

enum jp_kind jp_peek(struct jpull *j)
{
    skip_space(j);
    if (j->p == j->end)
        return JP_BAD;
    switch (*j->p) {
    case '{':
        return JP_OBJECT;
    case '[':
        return JP_ARRAY;
    case '"':
        return JP_STRING;
    case 't':
        return JP_TRUE;
    case 'f':
        return JP_FALSE;
    case 'n':
        return JP_NULL;
    default:
        return *j->p == '-' || (*j->p >= '0' && *j->p <= '9') ? JP_NUMBER : JP_BAD;
    }
}

static void open_bracket(struct jpull *j, enum jp_kind kind, const char *what)
{
    if (jp_peek(j) != kind) {
        jp_fail(j, "%s was expected", what);
        return;
    }
    if (++j->depth > LIMIT_JSON_DEPTH) {
        jp_fail(j, "the JSON is nested deeper than %d levels", LIMIT_JSON_DEPTH);
        return;
    }
    j->p++;
    j->fresh = true;
}

void jp_object_begin(struct jpull *j)
{
    open_bracket(j, JP_OBJECT, "an object { ... }");
}

void jp_array_begin(struct jpull *j)
{
    open_bracket(j, JP_ARRAY, "a list [ ... ]");
}

/* Takes the separator before the next item, or the closing bracket. */
static bool next_item(struct jpull *j, char close)
{
    skip_space(j);
    if (j->failed)
        return false;
    if (j->p == j->end) {
        jp_fail(j, "the JSON ends before a %c", close);
        return false;
    }
    bool fresh = j->fresh;
    j->fresh = false;
    if (*j->p == close) {
        j->p++;
        j->depth--;
        return false;
    }
    if (fresh)
        return true;
    if (*j->p != ',') {
        jp_fail(j, "a comma or %c was expected", close);
        return false;
    }
    j->p++;
    skip_space(j);
    if (j->p < j->end && *j->p == close) {
        jp_fail(j, "a comma stands before %c", close);
        return false;
    }
    return true;
}

/* First '"', '\\' or control byte at or after p. */
static const char *string_special(const char *p, const char *end)
{
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                  space = _mm_set1_epi8(0x1f);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(v, space), v);
        int mask = _mm_movemask_epi8(_mm_or_si128(
            control, _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash))));
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p > 0x1f)
        p++;
    return p;
}

/* The raw bytes between the quotes; *escaped tells whether there are escapes. */
static bool raw_string(struct jpull *j, struct str *raw, bool *escaped)
{
    *escaped = false;
    if (jp_peek(j) != JP_STRING) {
        jp_fail(j, "a text in double quotes was expected");
        return false;
    }
    const char *start = j->p + 1, *p = start;
    for (;;) {
        p = string_special(p, j->end);
        if (p >= j->end || (unsigned char)*p < 0x20 || (*p == '\\' && p + 1 >= j->end)) {
            jp_fail(j, "a text is not closed, or holds a control character");
            return false;
        }
        if (*p == '"')
            break;
        *escaped = true;
        p += 2;
    }
    *raw = (struct str){start, (size_t)(p - start)};
    j->p = p + 1;
    return true;
}

static int hex4(const char *p)
{
    int v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 63));
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    }
    return to;
}

/* Reads \uXXXX (and a surrogate pair) at p; returns the bytes taken, 0 when malformed. */
static size_t unicode_escape(const char *p, const char *end, unsigned *out)
{
    int hi = end - p >= 6 ? hex4(p + 2) : -1;
    if (hi <= 0) /* NUL is refused, too */
        return 0;
    if (hi < 0xd800 || hi > 0xdfff) {
        *out = (unsigned)hi;
        return 6;
    }
    int lo = hi < 0xdc00 && end - p >= 12 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
    if (lo < 0xdc00 || lo > 0xdfff)
        return 0;
    *out = 0x10000u + (((unsigned)hi - 0xd800u) << 10) + ((unsigned)lo - 0xdc00u);
    return 12;
}

static bool unescape(struct jpull *j, struct arena *a, struct str raw, struct str *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    char *copy = arena_alloc(a, raw.n + 1), *w = copy;
    const char *p = raw.p, *end = raw.p + raw.n;
    while (p < end) {
        if (*p != '\\') {
            *w++ = *p++;
            continue;
        }
        const char *known = p[1] ? strchr(from, p[1]) : NULL;
        unsigned c;
        size_t n;
        if (known) {
            *w++ = to[known - from];
            p += 2;
        } else if (p[1] == 'u' && (n = unicode_escape(p, end, &c)) > 0) {
            w = put_utf8(w, c);
            p += n;
        } else {
            jp_fail(j, "a text holds an escape that JSON does not know");
            return false;
        }
    }
    *out = (struct str){copy, (size_t)(w - copy)};
    return true;
}

bool jp_key(struct jpull *j, struct str *key)
{
    bool escaped;
    if (!next_item(j, '}') || !raw_string(j, key, &escaped))
        return false;
    skip_space(j);
    if (j->p == j->end || *j->p != ':') {
        jp_fail(j, "a colon was expected after a key");
        return false;
    }
    j->p++;
    return true;
}

bool jp_element(struct jpull *j)
{
    return next_item(j, ']');
}

void jp_string(struct jpull *j, struct arena *a, struct str *out)
{
    struct str raw;
    bool escaped;
    *out = str_of("");
    if (!raw_string(j, &raw, &escaped))
        return;
    if (!str_is_utf8(raw)) {
        jp_fail(j, "a text is not valid UTF-8");
        return;
    }
    if (!escaped)
        *out = raw;
    else if (!unescape(j, a, raw, out))
        *out = str_of("");
}

static struct str number_token(struct jpull *j)
{
    const char *start = j->p;
    while (j->p < j->end && ((*j->p >= '0' && *j->p <= '9') || *j->p == '-' || *j->p == '+' ||
                             *j->p == '.' || *j->p == 'e' || *j->p == 'E'))
        j->p++;
    return (struct str){start, (size_t)(j->p - start)};
}

void jp_int(struct jpull *j, int64_t *out)
{
    *out = 0;
    if (jp_peek(j) != JP_NUMBER) {
        jp_fail(j, "a whole number was expected");
        return;
    }
    struct str t = number_token(j);
    if (!str_to_int64(t, out) || (t.n > 1 && t.p[0] == '0'))
        jp_fail(j, "\"%.*s\" is not a whole number", (int)(t.n > 40 ? 40 : t.n), t.p);
}

static void literal(struct jpull *j, const char *word)
{
    size_t n = strlen(word);
    skip_space(j);
    if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
        jp_fail(j, "%s was expected", word);
    else
        j->p += n;
}

void jp_null(struct jpull *j)
{
    literal(j, "null");
}

bool jp_bool(struct jpull *j)
{
    bool value = jp_peek(j) == JP_TRUE;
    literal(j, value ? "true" : "false");
    return value;
}

static void skip_number(struct jpull *j)
{
    double ignored;
    struct str t = number_token(j);
    if (!str_to_double(t, &ignored))
        jp_fail(j, "\"%.*s\" is not a number", (int)(t.n > 40 ? 40 : t.n), t.p);
}

void jp_skip(struct jpull *j)
{
    struct str ignored;
    bool escaped;
    switch (jp_peek(j)) {
    case JP_OBJECT:
        jp_object_begin(j);
        while (jp_key(j, &ignored))
            jp_skip(j);
        break;
    case JP_ARRAY:
        jp_array_begin(j);
        while (jp_element(j))
            jp_skip(j);
        break;
    case JP_STRING:
        raw_string(j, &ignored, &escaped);
        break;
    case JP_NUMBER:
        skip_number(j);
        break;
    case JP_TRUE:
    case JP_FALSE:
        jp_bool(j);
        break;
    case JP_NULL:
        jp_null(j);
        break;
    case JP_BAD:
        jp_fail(j, "a value was expected");
        break;
    }
}

void jp_end(struct jpull *j)
{
    skip_space(j);
    if (!j->failed && j->p < j->end)
        jp_fail(j, "text follows the end of the JSON");
}
