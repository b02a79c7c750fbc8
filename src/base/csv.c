#include "base/csv.h"

#include "base/limits.h"

#include <emmintrin.h>
#include <iconv.h>
#include <stdlib.h>

static const char UTF8_MARK[] = "\xef\xbb\xbf";

/* ---- encoding ---- */

static enum status convert(struct csv *c, struct str in, const char *from, struct err *e)
{
    iconv_t cd = iconv_open("UTF-8", from);
    if (cd == (iconv_t)-1)
        return err_set(e, ST_FAULT, "this system cannot convert %s", from);
    size_t cap = in.n * 3 + 16;
    c->converted = mem_alloc(cap);
    char *src = (char *)(uintptr_t)in.p, *dst = c->converted;
    size_t src_left = in.n, dst_left = cap;
    size_t r = iconv(cd, &src, &src_left, &dst, &dst_left);
    iconv_close(cd);
    if (r == (size_t)-1) {
        long line = 1;
        for (const char *p = c->converted; p < dst; p++)
            line += *p == '\n';
        err_at(e, c->name, line, NULL);
        err_set(e, ST_DATA, "these bytes are not valid %s", from);
        return err_hint(e, "Save the file as UTF-8 and try again.");
    }
    c->p = c->converted;
    c->end = dst;
    c->encoding = from;
    return ST_OK;
}

/* The first place where the bytes stop being UTF-8, and whether real multi-byte text came before or
 * after it: then it is broken UTF-8, not Windows-1252. */
static bool has_multibyte(struct str s)
{
    for (size_t i = 0; i + 1 < s.n; i++) {
        unsigned char lead = (unsigned char)s.p[i];
        size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
        if (len && i + len <= s.n && str_is_utf8((struct str){s.p + i, len}))
            return true;
    }
    return false;
}

static long line_of_broken_utf8(struct str s)
{
    long line = 1;
    for (size_t start = 0; start < s.n; line++) {
        const char *nl = memchr(s.p + start, '\n', s.n - start);
        size_t len = nl ? (size_t)(nl - s.p) - start : s.n - start;
        if (!str_is_utf8((struct str){s.p + start, len}))
            return line;
        start += len + 1;
    }
    return line;
}

static enum status broken_utf8(struct csv *c, struct str s, struct err *e)
{
    err_at(e, c->name, line_of_broken_utf8(s), NULL);
    err_set(e, ST_DATA, "the text is UTF-8 but some bytes in this row are broken");
    return err_hint(e, "Export the file again, or repair that row.");
}

/* UTF-16 without a mark: every other byte of the first ones is zero. */
static const char *utf16_by_zeros(struct str s)
{
    size_t n = s.n < 64 ? s.n & ~(size_t)1 : 64, even = 0, odd = 0;
    for (size_t i = 0; i < n; i++)
        if (s.p[i] == '\0')
            (i & 1 ? &odd : &even)[0]++;
    if (n < 4)
        return NULL;
    return odd * 10 >= n * 4 && !even ? "UTF-16LE" : even * 10 >= n * 4 && !odd ? "UTF-16BE" : NULL;
}

static enum status decode(struct csv *c, struct str s, struct err *e)
{
    if (s.n >= 2 && memcmp(s.p, "\xff\xfe", 2) == 0)
        return convert(c, (struct str){s.p + 2, s.n - 2}, "UTF-16LE", e);
    if (s.n >= 2 && memcmp(s.p, "\xfe\xff", 2) == 0)
        return convert(c, (struct str){s.p + 2, s.n - 2}, "UTF-16BE", e);
    const char *utf16 = utf16_by_zeros(s);
    if (utf16)
        return convert(c, s, utf16, e);
    bool mark = s.n >= 3 && memcmp(s.p, UTF8_MARK, 3) == 0;
    struct str body = mark ? (struct str){s.p + 3, s.n - 3} : s;
    if (!str_is_utf8(body)) {
        if (mark || has_multibyte(body))
            return broken_utf8(c, body, e);
        TRY(convert(c, body, "WINDOWS-1252", e));
        c->encoding = "Windows-1252";
        return ST_OK;
    }
    c->encoding = mark ? "UTF-8 with byte order mark" : "UTF-8";
    c->p = body.p;
    c->end = body.p + body.n;
    return ST_OK;
}

/* ---- rows ---- */

/* First delimiter, line end, quote or NUL at or after p; `end` when there is none. */
static const char *next_special(const char *p, const char *end, char delimiter)
{
    const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'),
                  nul = _mm_setzero_si128();
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, lf)),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, cr), _mm_cmpeq_epi8(v, nul)));
        int mask = _mm_movemask_epi8(hit);
        if (mask)
            return p + __builtin_ctz((unsigned)mask);
    }
    while (p < end && *p != delimiter && *p != '\n' && *p != '\r' && *p != '\0')
        p++;
    return p;
}

static enum status bad_cell(struct csv *c, size_t column, struct err *e, const char *what,
                            const char *hint)
{
    char number[32];
    snprintf(number, sizeof number, "%zu", column + 1);
    err_at(e, c->name, c->line, number);
    err_set(e, ST_DATA, "%s", what);
    return err_hint(e, "%s", hint);
}

/* Reads a quoted cell; c->p is on the opening quote and ends after the closing one. */
static enum status quoted_cell(struct csv *c, size_t column, long *line, struct str *out,
                               struct err *e)
{
    const char *start = c->p + 1, *p = start;
    bool doubled = false;
    for (;;) {
        const char *q = memchr(p, '"', (size_t)(c->end - p));
        if (!q)
            return bad_cell(c, column, e, "a quoted cell that starts in this row is never closed",
                            "Add the closing quote, or remove the opening one.");
        if (q + 1 < c->end && q[1] == '"') {
            doubled = true;
            p = q + 2;
            continue;
        }
        *out = (struct str){start, (size_t)(q - start)};
        c->p = q + 1;
        break;
    }
    if (out->n > LIMIT_CELL_BYTES)
        return bad_cell(c, column, e, "a cell is larger than 1 MiB",
                        "Look for a missing closing quote above, or shorten it.");
    if (memchr(out->p, '\0', out->n))
        return bad_cell(c, column, e, "a cell holds a NUL byte", "Export the file again as text.");
    for (size_t i = 0; i < out->n; i++)
        *line += out->p[i] == '\n';
    if (doubled) {
        char *copy = arena_alloc(&c->scratch, out->n);
        size_t n = 0;
        for (size_t i = 0; i < out->n; i++) {
            copy[n++] = out->p[i];
            if (out->p[i] == '"')
                i++;
        }
        *out = (struct str){copy, n};
    }
    return ST_OK;
}

static bool at_line_end(const struct csv *c)
{
    return c->p == c->end || *c->p == '\n' || *c->p == '\r';
}

static void skip_line_end(struct csv *c, long *line)
{
    if (c->p < c->end && *c->p == '\r')
        c->p++;
    if (c->p < c->end && *c->p == '\n')
        c->p++;
    ++*line;
}

static enum status read_cell(struct csv *c, size_t column, long *line, struct str *out,
                             struct err *e)
{
    const char *start = c->p;
    while (start < c->end && *start == ' ')
        start++;
    if (start < c->end && *start == '"') {
        c->p = start;
        TRY(quoted_cell(c, column, line, out, e));
        *out = str_trim(*out);
        while (c->p < c->end && *c->p == ' ')
            c->p++;
        if (!at_line_end(c) && *c->p != c->delimiter)
            return bad_cell(c, column, e, "text follows the closing quote of a cell",
                            "Double every quote that belongs to the text.");
        return ST_OK;
    }
    c->p = next_special(c->p, c->end, c->delimiter);
    if (c->p < c->end && *c->p == '\0')
        return bad_cell(c, column, e, "a cell holds a NUL byte", "Export the file again as text.");
    *out = str_trim((struct str){start, (size_t)(c->p - start)});
    if (out->n > LIMIT_CELL_BYTES)
        return bad_cell(c, column, e, "a cell is larger than 1 MiB", "Shorten it.");
    return ST_OK;
}

enum status csv_next(struct csv *c, struct csv_row *row, struct err *e)
{
    arena_rewind(&c->scratch);
    *row = (struct csv_row){0};
    while (c->p < c->end && at_line_end(c))
        skip_line_end(c, &c->line);
    if (c->p == c->end)
        return ST_OK;
    long line = c->line;
    size_t n = 0;
    for (;;) {
        if (n >= LIMIT_COLUMNS)
            return bad_cell(c, n, e, "a row has too many columns", "The limit is 4,096.");
        MEM_GROW(c->cells, c->cell_cap, n + 1);
        TRY(read_cell(c, n, &line, &c->cells[n], e));
        n++;
        if (at_line_end(c))
            break;
        c->p++;
    }
    *row = (struct csv_row){c->cells, n, c->line};
    skip_line_end(c, &line);
    c->line = line;
    return ST_OK;
}

/* ---- header ---- */

static char sniff_delimiter(const char *p, const char *end)
{
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool quoted = false;
    for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
        quoted ^= *p == '"';
        if (quoted)
            continue;
        commas += *p == ',';
        semicolons += *p == ';';
        tabs += *p == '\t';
    }
    return tabs > commas && tabs >= semicolons ? '\t' : semicolons > commas ? ';' : ',';
}

static enum status read_header(struct csv *c, struct err *e)
{
    while (c->p < c->end && at_line_end(c))
        skip_line_end(c, &c->line);
    c->delimiter = sniff_delimiter(c->p, c->end);
    struct csv_row row;
    TRY(csv_next(c, &row, e));
    if (row.n == 0) {
        err_at(e, c->name, 0, NULL);
        err_set(e, ST_DATA, "the file is empty");
        return err_hint(e, "The first row must hold the column names.");
    }
    long after = c->line;
    c->line = row.line; /* for the messages below */
    c->columns = row.n;
    c->header = arena_array(&c->names, row.n, sizeof *c->header);
    for (size_t i = 0; i < row.n; i++) {
        if (row.cells[i].n == 0)
            return bad_cell(c, i, e, "a column has no name", "Give every column a name.");
        for (size_t k = 0; k < i; k++)
            if (str_eq(c->header[k], row.cells[i])) {
                err_at(e, c->name, row.line, NULL);
                err_set(e, ST_DATA, "two columns have the name \"%.*s\"",
                        (int)(row.cells[i].n > 60 ? 60 : row.cells[i].n), row.cells[i].p);
                return err_hint(e, "Rename or remove one of them.");
            }
        c->header[i] =
            (struct str){arena_strndup(&c->names, row.cells[i].p, row.cells[i].n), row.cells[i].n};
    }
    c->line = after;
    return ST_OK;
}

static enum status start(struct csv *c, struct str bytes, const char *name, struct err *e)
{
    snprintf(c->name, sizeof c->name, "%s", name);
    c->line = 1;
    enum status s = decode(c, bytes, e);
    if (s == ST_OK)
        s = read_header(c, e);
    if (s != ST_OK)
        csv_close(c);
    return s;
}

enum status csv_open_bytes(struct csv *c, struct str bytes, const char *name, struct err *e)
{
    memset(c, 0, sizeof *c);
    return start(c, bytes, name, e);
}

enum status csv_open(struct csv *c, const char *path, struct err *e)
{
    memset(c, 0, sizeof *c);
    struct file_bytes f;
    TRY(file_read(path, LIMIT_FILE_BYTES, &f, e));
    c->file = f;
    return start(c, (struct str){f.p ? f.p : "", f.n}, path, e);
}

void csv_close(struct csv *c)
{
    file_release(&c->file);
    free(c->converted);
    free(c->cells);
    arena_free(&c->scratch);
    arena_free(&c->names);
    c->converted = NULL;
    c->cells = NULL;
    c->cell_cap = 0;
    c->p = c->end = NULL;
}

int csv_column(const struct csv *c, const char *name)
{
    for (size_t i = 0; i < c->columns; i++)
        if (str_is(c->header[i], name))
            return (int)i;
    return -1;
}

enum status csv_need(const struct csv *c, const char *name, int *column, struct err *e)
{
    *column = csv_column(c, name);
    if (*column >= 0)
        return ST_OK;
    struct buf b = BUF_EMPTY;
    for (size_t i = 0; i < c->columns && b.n < 200; i++)
        buf_addf(&b, "%s%.*s", i ? ", " : "", (int)(c->header[i].n > 40 ? 40 : c->header[i].n),
                 c->header[i].p);
    err_at(e, c->name, 0, NULL);
    err_set(e, ST_DATA, "there is no column \"%.60s\"", name);
    err_hint(e, "The file's columns are: %s.", b.p);
    buf_free(&b);
    return ST_DATA;
}

enum status csv_check_width(const struct csv *c, const struct csv_row *row, struct err *e)
{
    if (row->n == c->columns)
        return ST_OK;
    err_at(e, c->name, row->line, NULL);
    err_set(e, ST_DATA, "the row has %zu cells, the header has %zu", row->n, c->columns);
    return err_hint(e, "Look for a missing or extra %s, or a cell that needs quotes.",
                    c->delimiter == ','   ? "comma"
                    : c->delimiter == ';' ? "semicolon"
                                          : "tab");
}

enum status csv_next_full(struct csv *c, struct csv_row *row, struct err *e)
{
    TRY(csv_next(c, row, e));
    return row->n ? csv_check_width(c, row, e) : ST_OK;
}
