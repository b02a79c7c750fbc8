/* Any pair of JSON documents, model and specification with a zero byte between them, as SQL in
 * every dialect: refused with a message, or a text whose quotations and brackets close. */
#include "app/link_compile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Quotations, comments and brackets as all three engines read them. In the functions that
 * PostgreSQL is given, $f$ encloses text with brackets and quotations of its own that close too. */
static bool is_balanced(struct str s, char quote, bool backslash)
{
    long depth = 0;
    char in = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (in) {
            i += in == '\'' && backslash && c == '\\';
            if (c == in)
                in = 0;
        } else if (c == '-' && i + 1 < s.n && s.p[i + 1] == '-') {
            while (i < s.n && s.p[i] != '\n')
                i++;
        } else if (c == '\'' || c == quote) {
            in = c;
        } else {
            depth += (c == '(') - (c == ')');
            if (depth < 0 || (c == ';' && depth != 0))
                return false;
        }
    }
    return !in && depth == 0;
}

static void compile(const json_t *model, const json_t *spec, enum sql_dialect dialect)
{
    struct err e = {0};
    struct buf out = BUF_EMPTY;
    struct link_compile c = {.model = "model",
                             .spec = "spec",
                             .prepared = "it's.csv",
                             .dialect = dialect,
                             .own_frequencies = dialect == SQL_DUCKDB,
                             .least_bits = -10.0};
    enum status s = link_compile_text(model, spec ? json_deep_copy(spec) : NULL, &c, &out, &e);
    if (s != ST_OK
            ? !e.what[0]
            : !is_balanced(buf_str(&out), dialect == SQL_SPARK ? '`' : '"', dialect == SQL_SPARK))
        abort();
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    json_t *model, *spec = NULL;
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    size_t n = zero ? (size_t)(zero - data) : size;
    if (json_read_str((struct str){(const char *)data, n}, "model", &model, &e) != ST_OK)
        return 0;
    if (!zero || json_read_str((struct str){(const char *)zero + 1, size - n - 1}, "spec", &spec,
                               &e) == ST_OK)
        for (int d = 0; d < SQL_DIALECTS; d++)
            compile(model, spec, (enum sql_dialect)d);
    json_decref(spec);
    json_decref(model);
    return 0;
}
