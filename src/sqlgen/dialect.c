#include "sqlgen/parts.h"

static const struct dialect dialects[SQL_DIALECTS] = {
    [SQL_POSTGRES] = {.name = "postgres",
                      .title = "PostgreSQL 15 or later (a database in UTF8)",
                      .functions = "sql/postgres.sql",
                      .create = "CREATE UNLOGGED TABLE %s AS\n",
                      .text = "text",
                      .real = "real",
                      .dbl = "double precision",
                      .count_words = "cardinality(%s)",
                      .quote = '"',
                      .name_bytes = 63,
                      .analyse = true},
    [SQL_DUCKDB] = {.name = "duckdb",
                    .title = "DuckDB 1.3 or later",
                    .functions = "sql/duckdb.sql",
                    .create = "CREATE TABLE %s AS\n",
                    .text = "VARCHAR",
                    .real = "REAL",
                    .dbl = "DOUBLE",
                    .count_words = "len(%s)",
                    .quote = '"',
                    .folds_names = true},
    [SQL_SPARK] = {.name = "spark",
                   .title = "Spark SQL 3.4 or later",
                   .functions = "sql/spark.txt",
                   .inlined = true,
                   .create = "CREATE TABLE %s USING parquet AS\n",
                   .text = "STRING",
                   .real = "FLOAT",
                   .dbl = "DOUBLE",
                   .count_words = "size(%s)",
                   .quote = '`',
                   .backslash = true,
                   .folds_names = true},
};

const struct dialect *dialect_of(enum sql_dialect d)
{
    return &dialects[d];
}

enum sql_dialect sql_dialect_of(const char *name)
{
    int d = 0;
    while (d < SQL_DIALECTS && !text_is(name, dialects[d].name))
        d++;
    return (enum sql_dialect)d;
}

static const char *keep(struct sql *g, struct buf *b)
{
    const char *s = arena_strndup(&g->memory, b->p, b->n);
    buf_free(b);
    return s;
}

/* Spark replaces ${...} anywhere in the text, and its literals know escapes. */
const char *sql_literal(struct sql *g, struct str s)
{
    struct buf b = BUF_EMPTY;
    buf_addc(&b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (g->dialect->backslash && (c == '\\' || c == '\'' || c == '$' || c == '\n' || c == '\r'))
            buf_addf(&b, "\\u%04x", (unsigned)c);
        else if (c == '\'')
            buf_adds(&b, "''");
        else
            buf_addc(&b, c);
    }
    buf_addc(&b, '\'');
    return keep(g, &b);
}

const char *sql_name(struct sql *g, const char *name)
{
    struct buf b = BUF_EMPTY;
    buf_addc(&b, g->dialect->quote);
    for (const char *p = name; *p; p++) {
        if (*p == g->dialect->quote)
            buf_addc(&b, *p);
        buf_addc(&b, *p);
    }
    buf_addc(&b, g->dialect->quote);
    return keep(g, &b);
}

const char *sql_remark(struct sql *g, const char *name)
{
    struct buf b = BUF_EMPTY;
    for (const char *p = name; *p; p++)
        buf_addc(&b, (unsigned char)*p < ' ' || *p == 0x7f || *p == '\\' || *p == '$' ? '?' : *p);
    return keep(g, &b);
}

const char *sql_real(struct sql *g, float v)
{
    return SQL(g, "CAST('%.9g' AS %s)", (double)v, g->dialect->real);
}

const char *sql_double(struct sql *g, double v)
{
    return SQL(g, "CAST('%.17g' AS %s)", v, g->dialect->dbl);
}

void sql_lift(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x80) {
            buf_addc(out, (char)c);
        } else {
            buf_addc(out, (char)(0xc0 | c >> 6));
            buf_addc(out, (char)(0x80 | (c & 0x3f)));
        }
    }
}

const char *sql_call(struct sql *g, const char *name, int n, const char *const *arguments)
{
    struct buf b = BUF_EMPTY;
    if (g->templates) {
        inline_expand(g->templates, name, n, arguments, &b);
    } else {
        buf_addf(&b, "throughline_%s(", name);
        for (int k = 0; k < n; k++)
            buf_addf(&b, "%s%s", k ? ", " : "", arguments[k]);
        buf_addc(&b, ')');
    }
    return keep(g, &b);
}

void sql_create(struct sql *g, const char *table)
{
    buf_addf(g->out, "\nDROP TABLE IF EXISTS %s;\n", table);
    buf_addf(g->out, g->dialect->create, table);
}

void sql_end(struct sql *g, const char *table)
{
    buf_adds(g->out, ";\n");
    if (g->dialect->analyse)
        buf_addf(g->out, "ANALYZE %s;\n", table);
}

void sql_check(struct sql *g, const char *condition, const char *from, const char *message)
{
    buf_addf(g->out, "\nSELECT %s AS sound FROM %s;\n",
             CALL(g, "check", condition, sql_literal(g, str_of(message))), from);
}
