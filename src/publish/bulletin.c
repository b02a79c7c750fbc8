#include "publish/bulletin.h"

#include "base/file.h"
#include "publish/csvw.h"
#include "publish/page_style.h"
#include "publish/sheet_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct figure {
    const char *id, *title;
    struct buf svg, csv;
    struct csvw_file data; /* column_count 0: no data */
};

struct bulletin {
    struct arena memory;
    struct bulletin_head head;
    struct buf body, contents;
    bool in_section, in_list;
    struct table *tables;
    size_t table_count, table_cap;
    struct figure *figures;
    size_t figure_count, figure_cap;
    const char **notes;
    size_t note_count, note_cap;
};

static const char *keep(struct bulletin *b, const char *s)
{
    return s ? arena_strdup(&b->memory, s) : NULL;
}

enum status bulletin_check_line(const char *what, const char *text, struct err *e)
{
    if (!text)
        return ST_OK;
    if (!text[strspn(text, " ")])
        return err_set(e, ST_USAGE, "the %s is blank", what);
    if (strlen(text) > BULLETIN_LINE_BYTES)
        return err_set(e, ST_USAGE, "the %s is longer than %d bytes", what, BULLETIN_LINE_BYTES);
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 0x20)
            return err_set(e, ST_USAGE, "the %s must be one line of text", what);
    return ST_OK;
}

struct bulletin *bulletin_new(const struct bulletin_head *head)
{
    struct bulletin *b = mem_zalloc(1, sizeof *b);
    size_t lines = 0;
    while (head->cover && head->cover[lines])
        lines++;
    const char **cover = arena_array(&b->memory, lines + 3, sizeof *cover);
    size_t n = 0;
    if (head->made)
        cover[n++] = keep(b, head->made);
    for (size_t i = 0; i < lines; i++)
        cover[n++] = arena_one_spaced(&b->memory, head->cover[i]);
    if (head->licence)
        cover[n++] = arena_printf(&b->memory, "Licence: %s", keep(b, head->licence));
    b->head = (struct bulletin_head){.title = keep(b, head->title),
                                     .subtitle = keep(b, head->subtitle),
                                     .subject = keep(b, head->subject),
                                     .author = keep(b, head->author),
                                     .created = keep(b, head->created),
                                     .made = keep(b, head->made),
                                     .stamp = keep(b, head->stamp),
                                     .contact = keep(b, head->contact),
                                     .licence = keep(b, head->licence),
                                     .alone = head->alone,
                                     .cover = cover};
    return b;
}

void bulletin_free(struct bulletin *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->figure_count; i++) {
        buf_free(&b->figures[i].svg);
        buf_free(&b->figures[i].csv);
    }
    buf_free(&b->body);
    buf_free(&b->contents);
    free(b->tables);
    free(b->figures);
    free(b->notes);
    arena_free(&b->memory);
    free(b);
}

/* ---- text ---- */

static void xml(struct buf *b, const char *s)
{
    buf_add_xml(b, str_of(s));
}

static void close_list(struct bulletin *b)
{
    if (b->in_list)
        buf_adds(&b->body, "</ul>\n");
    b->in_list = false;
}

void bulletin_section(struct bulletin *b, const char *id, const char *heading)
{
    close_list(b);
    if (b->in_section)
        buf_adds(&b->body, "</section>\n");
    b->in_section = true;
    buf_addf(&b->body, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">", id, id);
    xml(&b->body, heading);
    buf_adds(&b->body, "</h2>\n");
    buf_addf(&b->contents, "<li><a href=\"#%s\">", id);
    xml(&b->contents, heading);
    buf_adds(&b->contents, "</a></li>\n");
}

void bulletin_subsection(struct bulletin *b, const char *heading)
{
    close_list(b);
    buf_adds(&b->body, "<h3>");
    xml(&b->body, heading);
    buf_adds(&b->body, "</h3>\n");
}

static void add_formatted(struct bulletin *b, const char *before, const char *fmt, va_list ap,
                          const char *after)
{
    char text[4000];
    vsnprintf(text, sizeof text, fmt, ap);
    buf_adds(&b->body, before);
    xml(&b->body, text);
    buf_adds(&b->body, after);
}

void bulletin_text(struct bulletin *b, const char *fmt, ...)
{
    va_list ap;
    close_list(b);
    va_start(ap, fmt);
    add_formatted(b, "<p>", fmt, ap, "</p>\n");
    va_end(ap);
}

void bulletin_item(struct bulletin *b, const char *fmt, ...)
{
    va_list ap;
    if (!b->in_list)
        buf_adds(&b->body, "<ul>\n");
    b->in_list = true;
    va_start(ap, fmt);
    add_formatted(b, "<li>", fmt, ap, "</li>\n");
    va_end(ap);
}

void bulletin_callout(struct bulletin *b, const char *label, const char *fmt, ...)
{
    va_list ap;
    close_list(b);
    buf_adds(&b->body, "<div class=\"callout\"><p><strong>");
    xml(&b->body, label);
    buf_adds(&b->body, "</strong> ");
    va_start(ap, fmt);
    add_formatted(b, "", fmt, ap, "</p></div>\n");
    va_end(ap);
}

int bulletin_note(struct bulletin *b, const char *text)
{
    MEM_GROW(b->notes, b->note_cap, b->note_count + 2);
    b->notes[b->note_count++] = keep(b, text);
    b->notes[b->note_count] = NULL;
    return (int)b->note_count;
}

/* ---- tables and figures ---- */

static struct table copy_table(struct bulletin *b, const struct table *t)
{
    struct table out = *t;
    struct table_column *columns = arena_array(&b->memory, t->column_count, sizeof *columns);
    size_t n = t->row_count * t->column_count;
    struct cell *cells = arena_array(&b->memory, n, sizeof *cells);
    for (size_t k = 0; k < t->column_count; k++) {
        columns[k] = t->columns[k];
        columns[k].header = keep(b, t->columns[k].header);
    }
    for (size_t i = 0; i < n; i++) {
        cells[i] = t->cells[i];
        cells[i].text = keep(b, t->cells[i].text);
    }
    out.name = keep(b, t->name);
    out.title = keep(b, t->title);
    out.source = keep(b, t->source);
    out.columns = columns;
    out.cells = cells;
    return out;
}

/* 12345.6 as 12,345.6 */
static void add_grouped(struct buf *out, double v, int decimals)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals < 0 || decimals > 12 ? 0 : decimals, v);
    size_t digits = strcspn(text, "."), start = text[0] == '-';
    for (size_t i = 0; text[i]; i++) {
        if (i > start && i < digits && (digits - i) % 3 == 0)
            buf_addc(out, ',');
        buf_addc(out, text[i]);
    }
}

enum {
    WIDE_COLUMN = 36,  /* characters: a column of sentences */
    SHORT_COLUMN = 20, /* kept on one line */
    FEW_COLUMNS = 7,   /* not drawn apart over a wide window */
    MANY_COLUMNS = 10, /* printed small */
    SHORT_ROWS = 12,   /* printed on one page */
    WIDE_COLUMNS = 4   /* so many columns of sentences are printed across the page */
};

static const char *column_class(const struct table_column *c)
{
    return c->numeric                                 ? " class=\"n\""
           : c->width >= WIDE_COLUMN                  ? " class=\"w\""
           : c->width > 0 && c->width <= SHORT_COLUMN ? " class=\"s\""
                                                      : "";
}

static bool is_across(const struct table *t)
{
    int wide = 0;
    for (size_t k = 0; k < t->column_count; k++)
        wide += !t->columns[k].numeric && t->columns[k].width >= 30;
    return wide >= WIDE_COLUMNS && t->column_count >= MANY_COLUMNS;
}

static void add_html_cell(struct bulletin *b, const struct table *t, size_t k, const struct cell *c)
{
    const char *tag = k == 0 ? "th scope=\"row\"" : "td";
    buf_addf(&b->body, "<%s%s>", tag, column_class(&t->columns[k]));
    if (c->kind == CELL_NUMBER)
        add_grouped(&b->body, c->number, c->decimals);
    else
        xml(&b->body, cell_shown(c, &b->memory));
    buf_adds(&b->body, k == 0 ? "</th>" : "</td>");
}

static void add_html_table(struct bulletin *b, const struct table *t)
{
    bool across = is_across(t);
    /* What stands under a table that is printed across the page stays with it. */
    buf_adds(&b->body, across ? "<div class=\"across\">\n" : "");
    buf_addf(&b->body,
             "<div class=\"scroll%s%s\" role=\"region\" tabindex=\"0\" aria-labelledby=\"%s\">\n"
             "<table><caption id=\"%s\"><span>",
             t->column_count >= MANY_COLUMNS  ? " many"
             : t->column_count <= FEW_COLUMNS ? " few"
                                              : "",
             t->row_count <= SHORT_ROWS ? " short" : "", t->name, t->name);
    xml(&b->body, t->title);
    buf_adds(&b->body, "</span></caption>\n<thead><tr>");
    for (size_t k = 0; k < t->column_count; k++) {
        buf_addf(&b->body, "<th scope=\"col\"%s>", column_class(&t->columns[k]));
        xml(&b->body, t->columns[k].header);
        buf_adds(&b->body, "</th>");
    }
    buf_adds(&b->body, "</tr></thead>\n<tbody>\n");
    for (size_t r = 0; r < t->row_count; r++) {
        buf_adds(&b->body, "<tr>");
        for (size_t k = 0; k < t->column_count; k++)
            add_html_cell(b, t, k, &t->cells[r * t->column_count + k]);
        buf_adds(&b->body, "</tr>\n");
    }
    buf_adds(&b->body, "</tbody></table></div>\n<p class=\"source\">");
    const char *sentence = shorthand_sentence(table_shorthand(t), &b->memory);
    if (*sentence) {
        xml(&b->body, sentence);
        buf_addc(&b->body, ' ');
    }
    buf_adds(&b->body, "Source: ");
    xml(&b->body, t->source);
    if (!b->head.alone)
        buf_addf(&b->body, " <a href=\"csv/%s.csv\">%s.csv</a>", t->name, t->name);
    buf_adds(&b->body, across ? "</p>\n</div>\n" : "</p>\n");
}

void bulletin_table(struct bulletin *b, const struct table *t)
{
    close_list(b);
    MEM_GROW(b->tables, b->table_cap, b->table_count + 1);
    b->tables[b->table_count] = copy_table(b, t);
    add_html_table(b, &b->tables[b->table_count++]);
}

void bulletin_table_folded(struct bulletin *b, const struct table *t)
{
    close_list(b);
    buf_adds(&b->body, "<details><summary>");
    xml(&b->body, t->title);
    buf_adds(&b->body, "</summary>\n");
    bulletin_table(b, t);
    buf_adds(&b->body, "</details>\n");
}

/* The text of the picture's <title>, escaped as it stands there. */
static struct str svg_title(const struct buf *svg)
{
    const char *open = svg->p ? strstr(svg->p, "<title") : NULL;
    const char *from = open ? strchr(open, '>') : NULL;
    const char *to = from ? strstr(from, "</title>") : NULL;
    return to ? (struct str){from + 1, (size_t)(to - from - 1)} : str_of("chart");
}

static struct csvw_file describe_data(struct bulletin *b, const struct figure *f,
                                      const struct chart_table *t)
{
    size_t n = t->columns, rows = n ? t->used / n : 0;
    struct csvw_column *columns = arena_array(&b->memory, n + 1, sizeof *columns);
    double ignored;
    for (size_t k = 0; k < n; k++) {
        bool number = true;
        columns[k].title = keep(b, t->cells[k].p);
        for (size_t r = 1; r < rows; r++) {
            struct str text = buf_str(&t->cells[r * n + k]);
            columns[k].blank |= text.n == 0;
            number = number && (text.n == 0 || str_to_double(text, &ignored));
        }
        columns[k].type = number ? CSVW_NUMBER : CSVW_STRING;
    }
    return (struct csvw_file){.url = arena_printf(&b->memory, "../figures/%s.csv", f->id),
                              .title = arena_printf(&b->memory, "Data of the chart: %s", f->title),
                              .source = "The same as of the chart.",
                              .columns = columns,
                              .column_count = n};
}

void bulletin_figure(struct bulletin *b, const char *id, struct buf *svg, struct chart_table *data)
{
    bulletin_figure_pair(b, id, svg, NULL, data);
}

void bulletin_figure_pair(struct bulletin *b, const char *id, struct buf *svg, struct buf *narrow,
                          struct chart_table *data)
{
    close_list(b);
    MEM_GROW(b->figures, b->figure_cap, b->figure_count + 1);
    struct figure *f = &b->figures[b->figure_count++];
    *f = (struct figure){.id = keep(b, id), .svg = *svg};
    *svg = BUF_EMPTY;
    struct str title = svg_title(&f->svg);
    const char *svg_start = f->svg.p ? strstr(f->svg.p, "<svg") : NULL;
    f->title = arena_strndup(&b->memory, title.p, title.n);
    buf_addf(&b->body,
             "<figure>\n<div class=\"scroll%s\" role=\"group\" tabindex=\"0\" "
             "aria-label=\"Chart: %s\">\n%s</div>\n",
             narrow ? " roomy" : "", f->title, svg_start ? svg_start : "");
    if (narrow) {
        buf_addf(&b->body, "<div class=\"narrow\">\n%s</div>\n", narrow->p ? narrow->p : "");
        buf_free(narrow);
    }
    buf_addf(&b->body, "<figcaption><a href=\"figures/%s.svg\">Picture (SVG)</a>", f->id);
    if (data) {
        chart_table_csv(data, &f->csv);
        f->data = describe_data(b, f, data);
        buf_addf(&b->body,
                 " <a href=\"figures/%s.csv\">Data (CSV)</a>\n"
                 "<details><summary>The data as a table</summary>\n<div class=\"scroll\" "
                 "role=\"group\" tabindex=\"0\" aria-label=\"Data: %s\">",
                 f->id, f->title);
        chart_table_html(data, "The data behind the chart", &b->body);
        buf_adds(&b->body, "</div></details>\n");
        chart_table_free(data);
    }
    buf_adds(&b->body, "</figcaption>\n</figure>\n");
}

/* ---- writing ---- */

static void close_sections(struct bulletin *b)
{
    close_list(b);
    if (b->in_section)
        buf_adds(&b->body, "</section>\n");
    b->in_section = false;
}

/* A CSS string: what could end it is left out. */
static void add_css_string(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p >= 0x20 && !strchr("\"\\<>", *p))
            buf_addc(out, *p);
    buf_addc(out, '"');
}

/* On paper every page says what it is; browsers that know no margin boxes leave it out. */
static void add_margins(const struct bulletin *b, struct buf *out)
{
    buf_adds(out, "@media print{@page{@top-center{font:bold 9pt Arial,sans-serif;content:");
    add_css_string(out, b->head.stamp ? b->head.stamp : "");
    buf_adds(out, "}@bottom-left{font:8pt Arial,sans-serif;content:");
    add_css_string(out, b->head.title);
    buf_adds(out, "}@bottom-right{font:8pt Arial,sans-serif;"
                  "content:counter(page) \" of \" counter(pages)}}}\n");
}

static void add_head(const struct bulletin *b, struct buf *out)
{
    buf_adds(out,
             "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    xml(out, b->head.title);
    buf_adds(out, "</title>\n<style>\n");
    buf_adds(out, page_style);
    add_margins(b, out);
    buf_adds(out, "</style>\n</head>\n<body>\n"
                  "<a class=\"skip\" href=\"#main\">Skip to main content</a>\n<header>");
    if (b->head.made) {
        buf_adds(out, "<p class=\"made\">");
        xml(out, b->head.made);
        buf_adds(out, "</p>\n");
    }
    buf_adds(out, "<div class=\"width\"><h1>");
    xml(out, b->head.title);
    buf_adds(out, "</h1>\n<p class=\"subtitle\">");
    xml(out, b->head.subtitle);
    buf_adds(out, "</p>\n");
    if (!b->head.alone)
        buf_adds(out,
                 "<p class=\"files\"><a href=\"tables.ods\">All tables (ODS)</a> "
                 "<a href=\"tables.xlsx\">All tables (XLSX)</a> "
                 "<a href=\"csv/csv-metadata.json\">Description of the CSV files (CSVW)</a></p>\n");
    buf_adds(out, "</div></header>\n"
                  "<nav aria-label=\"Contents\"><h2>Contents</h2><ol>\n");
}

static void add_licence(struct buf *out, const char *licence)
{
    if (!licence)
        return;
    bool address = csvw_is_address(licence);
    buf_adds(out, "Licence: ");
    if (address) {
        buf_adds(out, "<a href=\"");
        xml(out, licence);
        buf_adds(out, "\">");
    }
    xml(out, licence);
    buf_adds(out, address ? "</a>. " : ". ");
}

static void add_page(struct bulletin *b, struct buf *out)
{
    add_head(b, out);
    buf_adds(out, b->contents.p ? b->contents.p : "");
    buf_adds(out, "</ol></nav>\n<main id=\"main\">\n");
    buf_adds(out, b->body.p ? b->body.p : "");
    if (b->note_count) {
        buf_adds(out, "<section aria-labelledby=\"notes\"><h2 id=\"notes\">Notes</h2>\n<ul>\n");
        for (size_t i = 0; i < b->note_count; i++) {
            buf_addf(out, "<li>[note %zu] ", i + 1);
            xml(out, b->notes[i]);
            buf_adds(out, "</li>\n");
        }
        buf_adds(out, "</ul></section>\n");
    }
    buf_adds(out, "</main>\n<footer><p>");
    if (b->head.contact) {
        buf_adds(out, "Contact: ");
        xml(out, b->head.contact);
        buf_adds(out, ". ");
    }
    add_licence(out, b->head.licence);
    xml(out, b->head.author);
    buf_adds(out, ". ");
    xml(out, b->head.created);
    buf_adds(out, "</p></footer>\n</body>\n</html>\n");
}

static enum status write_description(struct bulletin *b, const char *dir, struct err *e)
{
    size_t n = 0;
    char path[1200];
    struct csvw_file *files =
        arena_array(&b->memory, b->table_count + b->figure_count + 1, sizeof *files);
    for (size_t i = 0; i < b->table_count; i++)
        files[n++] = csvw_of_table(&b->tables[i], &b->memory);
    for (size_t i = 0; i < b->figure_count; i++)
        if (b->figures[i].data.column_count)
            files[n++] = b->figures[i].data;
    struct buf cover = BUF_EMPTY; /* how the numbers are to be read */
    for (size_t i = 0; b->head.cover && b->head.cover[i]; i++)
        buf_addf(&cover, "%s%s", i ? " " : "", b->head.cover[i]);
    struct csvw_group group = {.title = b->head.title,
                               .created = b->head.created,
                               .subject = b->head.subject,
                               .description = cover.n ? cover.p : b->head.subtitle,
                               .creator = b->head.author,
                               .contact = b->head.contact,
                               .licence = b->head.licence,
                               .files = files,
                               .count = n};
    snprintf(path, sizeof path, "%s/csv/csv-metadata.json", dir);
    enum status s = csvw_write(path, &group, e);
    buf_free(&cover);
    return s;
}

static enum status write_figures(const struct bulletin *b, const char *dir, struct err *e)
{
    char path[1200];
    snprintf(path, sizeof path, "%s/figures", dir);
    TRY(dir_make(path, e));
    for (size_t i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        snprintf(path, sizeof path, "%s/figures/%s.svg", dir, f->id);
        TRY(file_write(path, buf_str(&f->svg), e));
        if (!f->csv.n)
            continue;
        snprintf(path, sizeof path, "%s/figures/%s.csv", dir, f->id);
        TRY(file_write(path, buf_str(&f->csv), e));
    }
    return ST_OK;
}

enum status bulletin_write(struct bulletin *b, const char *dir, struct err *e)
{
    char path[1200];
    struct workbook w = {.title = b->head.title,
                         .subject = b->head.subject,
                         .author = b->head.author,
                         .cover = b->head.cover,
                         .notes = b->notes,
                         .tables = b->tables,
                         .table_count = b->table_count,
                         .created = b->head.created};
    close_sections(b);
    if (strlen(dir) > 1000)
        return err_set(e, ST_USAGE, "the output path is too long");
    TRY(dir_make(dir, e));
    snprintf(path, sizeof path, "%s/csv", dir);
    TRY(workbook_write_csv(&w, path, e));
    TRY(write_figures(b, dir, e));
    TRY(write_description(b, dir, e));
    snprintf(path, sizeof path, "%s/tables.ods", dir);
    TRY(workbook_write_ods(&w, path, e));
    snprintf(path, sizeof path, "%s/tables.xlsx", dir);
    TRY(workbook_write_xlsx(&w, path, e));
    snprintf(path, sizeof path, "%s/index.html", dir);
    return bulletin_write_page(b, path, e);
}

enum status bulletin_write_page(struct bulletin *b, const char *path, struct err *e)
{
    struct buf page = BUF_EMPTY;
    close_sections(b);
    add_page(b, &page);
    enum status s = file_write(path, buf_str(&page), e);
    buf_free(&page);
    return s;
}
