#include "publish/workbook.h"

#include "base/file.h"
#include "base/str.h"
#include "publish/sheet_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code, *meaning;
} shorthand[] = {
    {"c", "confidential: hidden or rounded away so that nobody can be told from it"},
    {"x", "not available: not collected, or not published"},
    {"z", "not applicable"},
    {"low", "not zero, but rounds to zero"},
    {"u", "of low reliability"},
    {"b", "break in the series"},
    {"e", "estimated"},
    {"p", "provisional"},
    {"r", "revised"},
};
enum { SHORTHAND_COUNT = sizeof shorthand / sizeof *shorthand };

static int shorthand_number(const char *code)
{
    for (int i = 0; code && i < SHORTHAND_COUNT; i++)
        if (strcmp(shorthand[i].code, code) == 0)
            return i;
    return -1;
}

const char *shorthand_meaning(const char *code)
{
    int i = shorthand_number(code);
    return i < 0 ? NULL : shorthand[i].meaning;
}

unsigned shorthand_bit(const char *code)
{
    int i = shorthand_number(code);
    return i < 0 ? 0 : 1u << i;
}

const char *shorthand_code(int bit)
{
    return bit < 0 || bit >= SHORTHAND_COUNT ? NULL : shorthand[bit].code;
}

unsigned table_shorthand(const struct table *t)
{
    unsigned bits = 0;
    for (size_t i = 0; i < t->row_count * t->column_count; i++)
        if (t->cells[i].kind == CELL_SHORTHAND)
            bits |= shorthand_bit(t->cells[i].text);
    return bits;
}

const char *shorthand_sentence(unsigned bits, struct arena *memory)
{
    const char *out = "";
    for (int i = 0; i < SHORTHAND_COUNT; i++)
        if (bits >> i & 1)
            out = arena_printf(memory, "%s%s[%s] means %s", out, *out ? "; " : "",
                               shorthand[i].code, shorthand[i].meaning);
    return *out ? arena_printf(memory, "Shorthand in this table: %s.", out) : "";
}

static bool mentions(const char *text, int number)
{
    char mark[32];
    snprintf(mark, sizeof mark, "[note %d]", number);
    return text && strstr(text, mark) != NULL;
}

bool table_refers_to(const struct table *t, int number)
{
    if (mentions(t->title, number))
        return true;
    for (size_t k = 0; k < t->column_count; k++)
        if (mentions(t->columns[k].header, number))
            return true;
    for (size_t i = 0; i < t->row_count * t->column_count; i++)
        if (t->cells[i].kind == CELL_TEXT && mentions(t->cells[i].text, number))
            return true;
    return false;
}

const char *cell_shown(const struct cell *c, struct arena *memory)
{
    if (c->kind == CELL_SHORTHAND)
        return arena_printf(memory, "[%s]", c->text);
    return c->kind == CELL_NUMBER ? arena_printf(memory, "%.*f", c->decimals, c->number) : c->text;
}

void column_letters(size_t k, char out[8])
{
    char text[8];
    int n = 0;
    for (k++; k > 0 && n < 7; k = (k - 1) / 26)
        text[n++] = (char)('A' + (k - 1) % 26);
    for (int i = 0; i < n; i++)
        out[i] = text[n - 1 - i];
    out[n] = '\0';
}

int column_width(const struct table_column *c)
{
    enum { LONGEST = 255 }; /* what XLSX allows */
    int width = c->width > 0 ? c->width : c->numeric ? 16 : 32;
    return width < LONGEST ? width : LONGEST;
}

/* Bytes that begin a character of UTF-8. */
static int characters(const char *p, size_t n)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)p[i] & 0xc0) != 0x80;
    return count;
}

int lines_wrapped(const char *text, int width)
{
    int lines = 1, at = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, " ");
        int word = characters(p, n);
        if (at > 0 && at + 1 + word > width) {
            lines++;
            at = 0;
        }
        at += (at > 0) + word;
        lines += at > width ? (at - 1) / width : 0;
        at = at > width ? (at - 1) % width + 1 : at;
        p += n + strspn(p + n, " ");
    }
    return lines;
}

size_t workbook_note_count(const struct workbook *w)
{
    size_t n = 0;
    while (w->notes && w->notes[n])
        n++;
    return n;
}

struct sheet_text sheet_text_of_table(const struct workbook *w, const struct table *t,
                                      struct arena *memory)
{
    struct sheet_text s = {0};
    bool notes = false;
    for (int n = 1; n <= (int)workbook_note_count(w); n++)
        notes |= table_refers_to(t, n);
    s.line[s.count++] = t->title;
    s.line[s.count++] = "This worksheet contains one table.";
    if (notes)
        s.line[s.count++] = "Some cells refer to notes, which are on the notes worksheet.";
    const char *sentence = shorthand_sentence(table_shorthand(t), memory);
    if (*sentence)
        s.line[s.count++] = sentence;
    s.line[s.count++] = arena_printf(memory, "Source: %s", t->source);
    return s;
}

/* ---- checking ---- */

static enum status wrong(const struct table *t, long row, const char *column, struct err *e,
                         const char *what)
{
    err_at(e, t ? t->name : "workbook", row, column);
    return err_set(e, ST_FAULT, "%s", what);
}

static bool table_name_ok(const char *name)
{
    size_t n = strlen(name);
    bool letter = (name[0] >= 'A' && name[0] <= 'Z') || (name[0] >= 'a' && name[0] <= 'z');
    for (size_t i = 0; i < n; i++)
        if (!((name[i] >= 'A' && name[i] <= 'Z') || (name[i] >= 'a' && name[i] <= 'z') ||
              (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
            return false;
    return letter && n <= 31 && strcmp(name, "Cover") != 0 && strcmp(name, "Contents") != 0 &&
           strcmp(name, "Notes") != 0;
}

static bool blank(const char *s)
{
    return !s || !*s;
}

/* "[c]" typed as text would be shorthand that nobody explains. */
static bool looks_like_shorthand(const char *text)
{
    size_t n = strlen(text);
    return n > 2 && text[0] == '[' && text[n - 1] == ']' && strncmp(text, "[note ", 6) != 0;
}

/* What a cell, a title or a header may not hold. */
static const char *wrong_words(const char *text)
{
    size_t n = strlen(text);
    if (text[0] == ' ' || text[n - 1] == ' ' || strstr(text, "  "))
        return "a space too many";
    return text[strcspn(text, "\r\n\t")] ? "a line break or a tab" : NULL;
}

static enum status check_cell(const struct table *t, size_t r, size_t k, struct err *e)
{
    const struct cell *c = &t->cells[r * t->column_count + k];
    const char *header = t->columns[k].header;
    long row = (long)r + 1;
    if (c->kind == CELL_SHORTHAND)
        return shorthand_meaning(c->text) ? ST_OK : wrong(t, row, header, e, "unknown shorthand");
    if (c->kind == CELL_NUMBER)
        return isfinite(c->number) ? ST_OK : wrong(t, row, header, e, "a number is not finite");
    if (blank(c->text))
        return wrong(t, row, header, e, "a cell is empty; use shorthand such as [x] or [z]");
    if (looks_like_shorthand(c->text))
        return wrong(t, row, header, e, "shorthand is written as text");
    if (wrong_words(c->text))
        return wrong(t, row, header, e, wrong_words(c->text));
    return t->columns[k].numeric ? wrong(t, row, header, e, "text in a numeric column") : ST_OK;
}

/* Notes are numbered as a reader meets them. */
static bool in_order(const char *text, int *met)
{
    static const char mark[] = "[note ";
    for (const char *p = text; (p = strstr(p, mark)); p++) {
        int n = (int)strtol(p + sizeof mark - 1, NULL, 10);
        if (n > *met + 1)
            return false;
        *met = n > *met ? n : *met;
    }
    return true;
}

static enum status check_order(const struct workbook *w, struct err *e)
{
    int met = 0;
    for (const struct table *t = w->tables; t < w->tables + w->table_count; t++) {
        bool ok = in_order(t->title, &met);
        for (size_t k = 0; k < t->column_count; k++)
            ok = ok && in_order(t->columns[k].header, &met);
        for (size_t i = 0; i < t->row_count * t->column_count; i++)
            ok = ok && (t->cells[i].kind != CELL_TEXT || in_order(t->cells[i].text, &met));
        if (!ok)
            return wrong(t, 0, NULL, e, "notes are not in the order of their first mention");
    }
    return ST_OK;
}

static enum status check_table(const struct workbook *w, const struct table *t, struct err *e)
{
    if (blank(t->name) || !table_name_ok(t->name))
        return wrong(t, 0, NULL, e, "a table's name must be letters, digits and underscores");
    if (blank(t->title) || blank(t->source))
        return wrong(t, 0, NULL, e, "a table needs a title and a source");
    if (wrong_words(t->title))
        return wrong(t, 0, NULL, e, wrong_words(t->title));
    if (t->column_count == 0 || t->row_count == 0)
        return wrong(t, 0, NULL, e, "a table has no columns or no rows");
    for (const struct table *o = w->tables; o < t; o++)
        if (strcmp(o->name, t->name) == 0)
            return wrong(t, 0, NULL, e, "two tables have one name");
    for (size_t k = 0; k < t->column_count; k++) {
        if (blank(t->columns[k].header))
            return wrong(t, 0, NULL, e, "a column has no header");
        for (size_t o = 0; o < k; o++)
            if (strcmp(t->columns[o].header, t->columns[k].header) == 0)
                return wrong(t, 0, t->columns[k].header, e, "two columns have one header");
    }
    for (size_t r = 0; r < t->row_count; r++)
        for (size_t k = 0; k < t->column_count; k++)
            TRY(check_cell(t, r, k, e));
    return ST_OK;
}

enum status workbook_check(const struct workbook *w, struct err *e)
{
    int notes = (int)workbook_note_count(w);
    if (blank(w->title) || blank(w->subject) || blank(w->author) || blank(w->created))
        return wrong(NULL, 0, NULL, e,
                     "title, subject, author and date of the document must be set");
    if (w->table_count == 0)
        return wrong(NULL, 0, NULL, e, "a workbook needs a table");
    for (size_t i = 0; i < w->table_count; i++)
        TRY(check_table(w, &w->tables[i], e));
    for (int n = 1; n <= notes + 1; n++) {
        bool used = false;
        for (size_t i = 0; i < w->table_count; i++)
            used |= table_refers_to(&w->tables[i], n);
        if (n <= notes && !used)
            return wrong(NULL, n, "notes", e, "a note is listed but nothing refers to it");
        if (n > notes && used)
            return wrong(NULL, n, "notes", e, "a note is referred to but not listed");
    }
    return check_order(w, e);
}

/* ---- CSV ---- */

enum status workbook_write_csv(const struct workbook *w, const char *dir, struct err *e)
{
    TRY(workbook_check(w, e));
    TRY(dir_make(dir, e));
    for (size_t i = 0; i < w->table_count; i++) {
        const struct table *t = &w->tables[i];
        struct arena memory = ARENA_EMPTY;
        struct buf b = BUF_EMPTY;
        char path[1200];
        for (size_t k = 0; k < t->column_count; k++) {
            if (k)
                buf_addc(&b, ',');
            buf_add_csv(&b, str_of(t->columns[k].header), true);
        }
        buf_addc(&b, '\n');
        for (size_t c = 0; c < t->row_count * t->column_count; c++) {
            buf_add_csv(&b, str_of(cell_shown(&t->cells[c], &memory)), true);
            buf_addc(&b, (c + 1) % t->column_count ? ',' : '\n');
        }
        snprintf(path, sizeof path, "%s/%s.csv", dir, t->name);
        enum status s = file_write(path, buf_str(&b), e);
        buf_free(&b);
        arena_free(&memory);
        TRY(s);
    }
    return ST_OK;
}
