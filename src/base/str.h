/* Byte strings: a view that owns nothing, and a buffer that grows. Bytes are UTF-8 unless said. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p; /* not NUL-terminated */
    size_t n;
};

static inline struct str str_of(const char *s)
{
    return (struct str){s, s ? strlen(s) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *literal)
{
    return str_eq(a, str_of(literal));
}

/* Byte order, a prefix first: negative, 0 or positive. */
static inline int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* False for a NULL text. */
static inline bool text_is(const char *text, const char *literal)
{
    return text && strcmp(text, literal) == 0;
}

static inline bool ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
bool str_eq_nocase_ascii(struct str a, struct str b);
/* Whole string must be the number. No locale; accepts what strtod accepts except hex, inf, nan. */
bool str_to_double(struct str s, double *out);
bool str_to_int64(struct str s, int64_t *out);
/* FNV-free 64-bit hash of the bytes (wyhash-like mix), same on every machine. */
uint64_t str_hash(struct str s);
bool str_is_utf8(struct str s);

struct buf {
    char *p; /* NUL-terminated once anything was added; NULL before */
    size_t n, cap;
};
#define BUF_EMPTY ((struct buf){0})

void buf_add(struct buf *b, const char *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Shortest text that reads back as the same double ("Inf", "-Inf", "NaN" for those). */
void buf_add_double(struct buf *b, double v);
/* XML/HTML text and attribute escaping of & < > " '; other control bytes are dropped. */
void buf_add_xml(struct buf *b, struct str s);
/* A CSV cell: quoted when needed. Cells that a spreadsheet would run as a formula (= + - @ tab CR
 * at the start, unless a plain number) get a leading apostrophe when `formula_safe`. */
void buf_add_csv(struct buf *b, struct str s, bool formula_safe);
void buf_clear(struct buf *b);
void buf_free(struct buf *b);
static inline struct str buf_str(const struct buf *b)
{
    return (struct str){b->p, b->n};
}

#endif
