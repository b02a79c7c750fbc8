#include "app/study_doc.h"

#include "base/json.h"
#include "base/mem.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

json_t *study_doc_new(void)
{
    return json_pack("{s:n, s:n, s:[], s:{}, s:s}", "estimate", "grade", "reasons", "settings",
                     "version", THROUGHLINE_VERSION);
}

json_t *study_doc_table(json_t *doc, const char *key)
{
    json_t *table = json_object_get(doc, key);
    if (!table) {
        table = json_array();
        json_object_set_new(doc, key, table);
    }
    return table;
}

json_t *study_doc_row(json_t *doc, const char *key)
{
    json_t *row = json_object();
    json_array_append_new(study_doc_table(doc, key), row);
    return row;
}

json_t *study_doc_settings(json_t *doc)
{
    return json_object_get(doc, "settings");
}

void study_put(json_t *row, const char *column, double v)
{
    json_object_set_new(row, column, json_number(v));
}

void study_put_count(json_t *row, const char *column, double v)
{
    if (v == floor(v) && fabs(v) < 9007199254740992.0)
        json_object_set_new(row, column, json_integer((json_int_t)v));
    else
        study_put(row, column, v);
}

void study_put_str(json_t *row, const char *column, struct str text)
{
    json_object_set_new(row, column, json_stringn(text.p ? text.p : "", text.n));
}

void study_put_text(json_t *row, const char *column, const char *text)
{
    study_put_str(row, column, str_of(text));
}

static void add_reason(json_t *doc, const char *fmt, va_list ap)
{
    char text[1000];
    vsnprintf(text, sizeof text, fmt, ap);
    json_array_append_new(json_object_get(doc, "reasons"), json_string(text));
}

void study_doc_note(json_t *doc, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_reason(doc, fmt, ap);
    va_end(ap);
}

void study_doc_reason(json_t *doc, char grade, const char *fmt, ...)
{
    const char *now = json_string_value(json_object_get(doc, "grade"));
    if (!now || *now < grade)
        json_object_set_new(doc, "grade", json_stringn(&grade, 1));
    va_list ap;
    va_start(ap, fmt);
    add_reason(doc, fmt, ap);
    va_end(ap);
}

void study_doc_hash(json_t *doc, struct str bytes)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[2 * crypto_hash_sha256_BYTES + 1];
    crypto_hash_sha256(hash, (const unsigned char *)(bytes.p ? bytes.p : ""), bytes.n);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    study_put_text(study_doc_settings(doc), "data_sha256", text);
}

/* ---- for people ---- */

static void cell_text(const json_t *v, char out[80])
{
    switch (v ? json_typeof(v) : JSON_NULL) {
    case JSON_STRING:
        snprintf(out, 80, "%.79s", json_string_value(v));
        break;
    case JSON_INTEGER:
        snprintf(out, 80, "%lld", (long long)json_integer_value(v));
        break;
    case JSON_REAL:
        snprintf(out, 80, "%.6g", json_real_value(v));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        snprintf(out, 80, "%s", json_is_true(v) ? "yes" : "no");
        break;
    default:
        snprintf(out, 80, "-");
    }
}

static void print_table(FILE *to, const char *key, const json_t *table, size_t max_rows)
{
    size_t rows = json_array_size(table), shown = rows < max_rows ? rows : max_rows;
    const json_t *first = json_array_get(table, 0);
    fprintf(to, "\n%s\n", key);
    if (!json_is_object(first))
        return;
    const char *column;
    json_t *unused;
    struct buf *lines = mem_zalloc(shown + 1, sizeof *lines);
    json_object_foreach((json_t *)(uintptr_t)first, column, unused)
    {
        char text[80];
        size_t width = strlen(column);
        for (size_t r = 0; r < shown; r++) {
            cell_text(json_object_get(json_array_get(table, r), column), text);
            width = strlen(text) > width ? strlen(text) : width;
        }
        bool left = json_is_string(unused) && strcmp(json_string_value(unused), "Inf") != 0;
        buf_addf(&lines[0], left ? "  %-*s" : "  %*s", (int)width, column);
        for (size_t r = 0; r < shown; r++) {
            cell_text(json_object_get(json_array_get(table, r), column), text);
            buf_addf(&lines[r + 1], left ? "  %-*s" : "  %*s", (int)width, text);
        }
    }
    for (size_t r = 0; r <= shown; r++) {
        fprintf(to, "%s\n", lines[r].p ? lines[r].p : "");
        buf_free(&lines[r]);
    }
    free(lines);
    if (shown < rows)
        fprintf(to, "  ... and %zu more rows; --json has them all\n", rows - shown);
}

void study_doc_print(FILE *to, const json_t *doc, size_t max_rows)
{
    char text[80];
    const json_t *estimate = json_object_get(doc, "estimate");
    const char *grade = json_string_value(json_object_get(doc, "grade"));
    if (estimate && !json_is_object(estimate)) {
        cell_text(estimate, text);
        fprintf(to, "Estimate  %s\n", json_is_null(estimate) ? "withheld" : text);
    }
    if (grade)
        fprintf(to, "Grade     %s\n", grade);
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(doc, "reasons"), i, v)
        fprintf(to, "  - %s\n", json_string_value(v));
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)doc, key,
                        v) if (json_is_array(v) && strcmp(key, "reasons") != 0)
        print_table(to, key, v, max_rows);
}
