#include "ingest/sheet.h"

#include "base/limits.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

enum { CHUNK = 64 * 1024 };
static const uint64_t RATIO_FREE_BYTES = (uint64_t)16 << 20;

/* ---- parts ---- */

const char *xml_local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

const char *xml_attribute(const char **attributes, const char *local)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(xml_local(attributes[i]), local) == 0)
            return attributes[i + 1];
    return NULL;
}

void part_refuse(struct part *p, long row, const char *cell, const char *hint, const char *fmt, ...)
{
    if (p->failed)
        return;
    char what[500];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    err_at(p->error, p->table, row, cell);
    err_set(p->error, ST_DATA, "%s", what);
    if (hint)
        err_hint(p->error, "%s", hint);
    p->failed = true;
    XML_StopParser(p->xml, XML_FALSE);
}

bool part_enter(struct part *p)
{
    if (p->failed)
        return false;
    if (++p->depth > LIMIT_XML_DEPTH) {
        part_refuse(p, 0, NULL, NULL, "%s is nested more than %d deep", p->path, LIMIT_XML_DEPTH);
        return false;
    }
    return true;
}

void part_leave(struct part *p)
{
    p->depth--;
}

void part_pause(struct part *p)
{
    if (!p->failed)
        XML_StopParser(p->xml, XML_TRUE);
}

bool part_exists(zip_t *zip, const char *path)
{
    return zip_name_locate(zip, path, 0) >= 0;
}

/* A spreadsheet never needs a document type, and every entity attack does. The parser is the user
 * data's part because expat hands over `struct part *` through XML_SetUserData's first member. */
static void XMLCALL refuse_doctype(void *user, const XML_Char *name, const XML_Char *sysid,
                                   const XML_Char *pubid, int internal)
{
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)internal;
    struct part *p = *(struct part **)user;
    part_refuse(p, 0, NULL, "Save the sheet again from a spreadsheet program, or as CSV.",
                "%s declares a document type or entities, which no spreadsheet needs", p->path);
}

enum status part_open(struct part *p, zip_t *zip, const char *table, const char *path, void *user,
                      XML_StartElementHandler start, XML_EndElementHandler end,
                      XML_CharacterDataHandler text, struct err *e)
{
    *p = (struct part){.table = table};
    snprintf(p->path, sizeof p->path, "%s", path);
    zip_stat_t st;
    if (zip_stat(zip, path, 0, &st) != 0) {
        err_at(e, table, 0, NULL);
        err_set(e, ST_DATA, "the spreadsheet has no part %s", path);
        return err_hint(e, "The file is damaged; save it again, or as CSV.");
    }
    p->declared = st.valid & ZIP_STAT_SIZE ? st.size : 0;
    p->packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
        err_at(e, table, 0, NULL);
        err_set(e, ST_DATA, "the spreadsheet is protected by a password");
        return err_hint(e, "Save it without a password, or as CSV.");
    }
    p->file = zip_fopen(zip, path, 0);
    if (!p->file) {
        err_at(e, table, 0, NULL);
        return err_set(e, ST_DATA, "cannot unpack %s: %s", path,
                       zip_error_strerror(zip_get_error(zip)));
    }
    p->xml = XML_ParserCreate(NULL);
    if (!p->xml)
        return err_set(e, ST_FAULT, "no memory for the XML parser");
    XML_SetUserData(p->xml, user);
    XML_SetElementHandler(p->xml, start, end);
    XML_SetCharacterDataHandler(p->xml, text);
    XML_SetStartDoctypeDeclHandler(p->xml, refuse_doctype);
    return ST_OK;
}

static enum status bad_package(struct part *p, struct err *e, const char *what)
{
    err_at(e, p->table, 0, NULL);
    err_set(e, ST_DATA, "%s: %s", p->path, what);
    return err_hint(e, "The file is damaged or crafted; save it again, or as CSV.");
}

/* Called with the result of each step of the parser. */
static enum status settle(struct part *p, enum XML_Status r, struct err *e)
{
    if (p->failed)
        return e->status;
    p->suspended = r == XML_STATUS_SUSPENDED;
    if (r == XML_STATUS_ERROR)
        return bad_package(p, e, XML_ErrorString(XML_GetErrorCode(p->xml)));
    uint64_t done = (uint64_t)XML_GetCurrentByteIndex(p->xml);
    if (!p->suspended && p->unpacked > done && p->unpacked - done > LIMIT_XML_TAG_BYTES)
        return bad_package(p, e, "a tag or comment is larger than 2 MiB");
    return ST_OK;
}

static enum status feed(struct part *p, struct err *e)
{
    void *room = XML_GetBuffer(p->xml, CHUNK);
    if (!room)
        return err_set(e, ST_FAULT, "no memory for the XML parser");
    zip_int64_t n = zip_fread(p->file, room, CHUNK);
    if (n < 0)
        return bad_package(p, e, zip_error_strerror(zip_file_get_error(p->file)));
    p->unpacked += (uint64_t)n;
    if (p->unpacked > LIMIT_SHEET_PART_BYTES ||
        (p->unpacked > RATIO_FREE_BYTES && p->unpacked / LIMIT_SHEET_RATIO > p->packed))
        return bad_package(p, e, "unpacks to far more than a sheet would (a zip bomb?)");
    if (p->declared && (p->unpacked > p->declared || (n == 0 && p->unpacked != p->declared)))
        return bad_package(p, e, "its size is not what the package says");
    p->at_end = n == 0;
    return settle(p, XML_ParseBuffer(p->xml, (int)n, n == 0), e);
}

enum status part_run(struct part *p, struct err *e)
{
    p->error = e;
    if (p->suspended) {
        TRY(settle(p, XML_ResumeParser(p->xml), e));
        if (p->suspended)
            return ST_OK;
    }
    while (!p->at_end) {
        TRY(feed(p, e));
        if (p->suspended)
            return ST_OK;
    }
    return ST_OK;
}

void part_close(struct part *p)
{
    if (p->xml)
        XML_ParserFree(p->xml);
    if (p->file)
        zip_fclose(p->file);
    p->xml = NULL;
    p->file = NULL;
}

enum status part_read(zip_t *zip, const char *table, const char *path, struct part *p, void *user,
                      XML_StartElementHandler start, XML_EndElementHandler end,
                      XML_CharacterDataHandler text, struct err *e)
{
    enum status s = part_open(p, zip, table, path, user, start, end, text, e);
    if (s == ST_OK)
        s = part_run(p, e);
    part_close(p);
    return s;
}

/* ---- rows ---- */

void row_build_begin(struct row_build *r, long line)
{
    buf_clear(&r->text);
    r->n = 0;
    r->line = line;
    r->any = false;
}

void row_build_put(struct row_build *r, size_t column, struct str value)
{
    value = str_trim(value);
    if (column < r->n) { /* a cell given twice: the later one stands */
        r->start[column] = r->text.n;
        r->length[column] = value.n;
    }
    MEM_GROW(r->start, r->start_cap, column + 1);
    MEM_GROW(r->length, r->length_cap, column + 1);
    for (; r->n <= column; r->n++) {
        r->start[r->n] = r->text.n;
        r->length[r->n] = r->n == column ? value.n : 0;
    }
    buf_add(&r->text, value.p, value.n);
    r->any |= value.n > 0;
}

void row_build_finish(struct row_build *r, size_t width)
{
    size_t n = r->n;
    while (n > width && r->length[n - 1] == 0)
        n--;
    size_t out = n > width ? n : width;
    MEM_GROW(r->cells, r->cells_cap, out + 1);
    for (size_t i = 0; i < out; i++)
        r->cells[i] = i < n ? (struct str){r->text.p ? r->text.p + r->start[i] : "", r->length[i]}
                            : str_of("");
    r->width = out;
}

void row_build_free(struct row_build *r)
{
    buf_free(&r->text);
    free(r->start);
    free(r->length);
    free(r->cells);
    *r = (struct row_build){0};
}

void cell_address(size_t column, long row, char out[32])
{
    char letters[16];
    int n = 0;
    for (size_t c = column + 1; c && n < 15; c = (c - 1) / 26)
        letters[n++] = (char)('A' + (c - 1) % 26);
    int k = 0;
    while (n)
        out[k++] = letters[--n];
    snprintf(out + k, 32 - (size_t)k, "%ld", row);
}

void add_plain_number(struct buf *b, double v)
{
    char text[400];
    if (v == 0)
        v = 0; /* no minus zero */
    if (!isfinite(v)) {
        buf_add_double(b, v);
        return;
    }
    /* 15 significant digits are what spreadsheet programs show and compare. */
    snprintf(text, sizeof text, "%.15g", v);
    if (!strchr(text, 'e')) {
        buf_adds(b, text);
        return;
    }
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    int decimals = 14 - exponent;
    snprintf(text, sizeof text, "%.*f", decimals < 0 ? 0 : decimals > 340 ? 340 : decimals, v);
    if (strchr(text, '.')) {
        size_t n = strlen(text);
        while (text[n - 1] == '0')
            n--;
        if (text[n - 1] == '.')
            n--;
        text[n] = '\0';
    }
    buf_adds(b, text);
}
