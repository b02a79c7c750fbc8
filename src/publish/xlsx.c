/* The workbook as XLSX, through libxlsxwriter. */
#include "base/date.h"
#include "base/str.h"
#include "publish/sheet_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

struct formats {
    lxw_format *title, *heading, *text, *header, *header_right, *number[7], *right;
};

static void make_formats(lxw_workbook *book, struct formats *f)
{
    f->title = workbook_add_format(book);
    format_set_bold(f->title);
    format_set_font_size(f->title, 15);
    format_set_text_wrap(f->title);
    f->heading = workbook_add_format(book);
    format_set_bold(f->heading);
    format_set_font_size(f->heading, 12);
    f->text = workbook_add_format(book);
    format_set_text_wrap(f->text);
    format_set_align(f->text, LXW_ALIGN_VERTICAL_TOP);
    f->header = workbook_add_format(book);
    format_set_bold(f->header);
    format_set_text_wrap(f->header);
    f->header_right = workbook_add_format(book);
    format_set_bold(f->header_right);
    format_set_text_wrap(f->header_right);
    format_set_align(f->header_right, LXW_ALIGN_RIGHT);
    f->right = workbook_add_format(book);
    format_set_align(f->right, LXW_ALIGN_RIGHT);
    for (int d = 0; d < 7; d++) {
        static const char *const shapes[] = {"#,##0",       "#,##0.0",    "#,##0.00",
                                             "#,##0.000",   "#,##0.0000", "#,##0.00000",
                                             "#,##0.000000"};
        f->number[d] = workbook_add_format(book);
        format_set_num_format(f->number[d], shapes[d]);
        format_set_align(f->number[d], LXW_ALIGN_RIGHT);
    }
}

static lxw_row_t row_at(size_t r)
{
    return (lxw_row_t)r;
}

static void write_lines(lxw_worksheet *sheet, const struct formats *f, const struct sheet_text *s)
{
    for (int i = 0; i < s->count; i++)
        worksheet_write_string(sheet, row_at((size_t)i), 0, s->line[i], i ? NULL : f->title);
}

/* Marks the range as a named table with header cells, without filter buttons. */
static void mark_table(lxw_worksheet *sheet, const char *name, size_t first, size_t rows,
                       const char *const *headers, lxw_format *const *header_formats,
                       size_t columns)
{
    lxw_table_column *all = mem_zalloc(columns, sizeof *all);
    lxw_table_column **list = mem_zalloc(columns + 1, sizeof *list);
    lxw_table_options options = {.name = (char *)(uintptr_t)name,
                                 .no_autofilter = LXW_TRUE,
                                 .no_banded_rows = LXW_TRUE,
                                 .style_type = LXW_TABLE_STYLE_TYPE_LIGHT,
                                 .style_type_number = 0};
    for (size_t k = 0; k < columns; k++) {
        all[k].header = (char *)(uintptr_t)headers[k];
        all[k].header_format = header_formats[k];
        list[k] = &all[k];
    }
    options.columns = list;
    worksheet_add_table(sheet, row_at(first), 0, row_at(first + rows), (lxw_col_t)(columns - 1),
                        &options);
    free(all);
    free(list);
}

/* What is stored is what is shown: no digit behind it. */
static double number_as_shown(const struct cell *c, struct arena *memory)
{
    double v = 0;
    if (!str_to_double(str_of(cell_shown(c, memory)), &v))
        BUG("a number that cannot be read back");
    return v;
}

static void write_data(lxw_worksheet *sheet, const struct formats *f, const struct table *t,
                       size_t first, struct arena *memory)
{
    const char **headers = arena_array(memory, t->column_count, sizeof *headers);
    lxw_format **formats = arena_array(memory, t->column_count, sizeof *formats);
    for (size_t k = 0; k < t->column_count; k++) {
        headers[k] = t->columns[k].header;
        formats[k] = t->columns[k].numeric ? f->header_right : f->header;
        double width = t->columns[k].width ? t->columns[k].width : t->columns[k].numeric ? 16 : 32;
        worksheet_set_column(sheet, (lxw_col_t)k, (lxw_col_t)k, width, NULL);
    }
    mark_table(sheet, t->name, first, t->row_count, headers, formats, t->column_count);
    for (size_t r = 0; r < t->row_count; r++)
        for (size_t k = 0; k < t->column_count; k++) {
            const struct cell *c = &t->cells[r * t->column_count + k];
            lxw_row_t row = row_at(first + 1 + r);
            if (c->kind == CELL_NUMBER)
                worksheet_write_number(
                    sheet, row, (lxw_col_t)k, number_as_shown(c, memory),
                    f->number[c->decimals < 0 || c->decimals > 6 ? 6 : c->decimals]);
            else
                worksheet_write_string(sheet, row, (lxw_col_t)k, cell_shown(c, memory),
                                       t->columns[k].numeric ? f->right : f->text);
        }
}

static void write_cover(lxw_workbook *book, const struct formats *f, const struct workbook *w)
{
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Cover");
    worksheet_set_column(sheet, 0, 0, 100, NULL);
    worksheet_write_string(sheet, 0, 0, w->title, f->title);
    for (size_t i = 0; w->cover && w->cover[i]; i++)
        worksheet_write_string(sheet, row_at(i + 1), 0, w->cover[i], f->text);
}

static void write_contents(lxw_workbook *book, const struct formats *f, const struct workbook *w,
                           struct arena *memory)
{
    static const char *const headers[] = {"Worksheet", "Title"};
    lxw_format *formats[] = {f->header, f->header};
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Contents");
    worksheet_set_column(sheet, 0, 0, 24, NULL);
    worksheet_set_column(sheet, 1, 1, 90, NULL);
    worksheet_write_string(sheet, 0, 0, "Contents", f->title);
    worksheet_write_string(sheet, 1, 0, "This worksheet contains one table.", NULL);
    mark_table(sheet, "Contents", 2, w->table_count, headers, formats, 2);
    for (size_t i = 0; i < w->table_count; i++) {
        worksheet_write_url(sheet, row_at(3 + i), 0,
                            arena_printf(memory, "internal:'%s'!A1", w->tables[i].name), NULL);
        worksheet_write_string(sheet, row_at(3 + i), 0, w->tables[i].name, NULL);
        worksheet_write_string(sheet, row_at(3 + i), 1, w->tables[i].title, f->text);
    }
}

static void write_notes(lxw_workbook *book, const struct formats *f, const struct workbook *w,
                        struct arena *memory)
{
    static const char *const headers[] = {"Note", "Text"};
    lxw_format *formats[] = {f->header, f->header};
    size_t count = 0;
    while (w->notes && w->notes[count])
        count++;
    if (count == 0)
        return;
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Notes");
    worksheet_set_column(sheet, 0, 0, 12, NULL);
    worksheet_set_column(sheet, 1, 1, 100, NULL);
    worksheet_write_string(sheet, 0, 0, "Notes", f->title);
    worksheet_write_string(sheet, 1, 0, "This worksheet contains one table.", NULL);
    mark_table(sheet, "Notes", 2, count, headers, formats, 2);
    for (size_t i = 0; i < count; i++) {
        worksheet_write_string(sheet, row_at(3 + i), 0, arena_printf(memory, "[note %zu]", i + 1),
                               NULL);
        worksheet_write_string(sheet, row_at(3 + i), 1, w->notes[i], f->text);
    }
}

static time_t created_at(const char *iso)
{
    int32_t day;
    return date_from_iso((struct str){iso, strlen(iso) < 10 ? 0 : 10}, &day) ? (time_t)day * 86400
                                                                             : 0;
}

static lxw_error write_book(const struct workbook *w, const char *path)
{
    struct arena memory = ARENA_EMPTY;
    struct formats f;
    lxw_workbook *book = workbook_new(path);
    if (!book)
        return LXW_ERROR_MEMORY_MALLOC_FAILED;
    lxw_doc_properties properties = {.title = (char *)(uintptr_t)w->title,
                                     .subject = (char *)(uintptr_t)w->subject,
                                     .author = (char *)(uintptr_t)w->author,
                                     .created = created_at(w->created)};
    workbook_set_properties(book, &properties);
    make_formats(book, &f);
    write_cover(book, &f, w);
    write_contents(book, &f, w, &memory);
    write_notes(book, &f, w, &memory);
    for (size_t i = 0; i < w->table_count; i++) {
        struct sheet_text s = sheet_text_of_table(w, &w->tables[i], &memory);
        lxw_worksheet *sheet = workbook_add_worksheet(book, w->tables[i].name);
        write_lines(sheet, &f, &s);
        write_data(sheet, &f, &w->tables[i], (size_t)s.count, &memory);
    }
    lxw_error result = workbook_close(book);
    arena_free(&memory);
    return result;
}

enum status workbook_write_xlsx(const struct workbook *w, const char *path, struct err *e)
{
    char temp[1200];
    TRY(workbook_check(w, e));
    if ((size_t)snprintf(temp, sizeof temp, "%s.%ld.partial", path, (long)getpid()) >= sizeof temp)
        return err_set(e, ST_USAGE, "the output path is too long");
    lxw_error r = write_book(w, temp);
    if (r == LXW_NO_ERROR && rename(temp, path) == 0)
        return ST_OK;
    int saved = errno;
    unlink(temp);
    if (r == LXW_NO_ERROR)
        return err_errno(e, saved, "cannot write %s", path);
    return err_set(e, ST_FAULT, "cannot write %s: %s", path, lxw_strerror(r));
}
