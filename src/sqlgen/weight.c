#include "sqlgen/parts.h"

#include <math.h>

/* ---- counts ---- */

void sql_facts(struct sql *g)
{
    sql_create(g, "throughline_facts");
    buf_adds(g->out, "SELECT count(*) AS records, count(source) > 0 AS sourced");
    for (int k = 1; k <= g->d->columns; k++)
        buf_addf(g->out, ",\n    %scount(DISTINCT v%d) > 1%s AS u%d, count(v%d) AS p%d",
                 g->d->column[k - 1].unused ? "(" : "", k,
                 g->d->column[k - 1].unused ? ") AND false" : "", k, k, k);
    buf_adds(g->out, "\nFROM throughline_people");
    sql_end(g, "throughline_facts");
    const char *record = sql_record_column(g);
    sql_check(
        g,
        SQL(g, "count(*) > 1 AND count(DISTINCT %s) = count(*) AND count(DISTINCT id) = count(*)",
            record),
        "throughline_people",
        "throughline_people needs two records or more, each with its own number and id");
}

/* ---- how much agreement on a value says ---- */

static void add_known_of_model(struct sql *g)
{
    enum { ROWS = 500 };
    const struct dialect *l = g->dialect;
    int rows = 0;
    buf_adds(g->out, "\nDROP TABLE IF EXISTS throughline_known;\n");
    buf_addf(g->out, "CREATE TABLE throughline_known (col INTEGER, txt %s, bits %s)%s;\n", l->text,
             l->real, l->inlined ? " USING parquet" : "");
    for (int k = 0; k < g->d->columns; k++) {
        const struct model_column *mc = &g->m->column[k];
        for (uint32_t i = 0; i < mc->known.count && !g->d->column[k].unused; i++) {
            struct buf lifted = BUF_EMPTY;
            sql_lift(&lifted, intern_text(&mc->known, i));
            buf_addf(g->out, "%s(%d, %s, %s)",
                     rows % ROWS ? ",\n"
                     : rows      ? ";\nINSERT INTO throughline_known VALUES\n"
                                 : "INSERT INTO throughline_known VALUES\n",
                     k + 1, sql_literal(g, buf_str(&lifted)),
                     sql_real(g, (float)model_equal_bits(mc, mc->frequency[i])));
            buf_free(&lifted);
            rows++;
        }
    }
    if (rows)
        buf_adds(g->out, ";\n");
    if (l->analyse)
        buf_adds(g->out, "ANALYZE throughline_known;\n");
}

/* (count + 1/2) / (present + 1) */
static const char *frequency(struct sql *g, const char *count, int column)
{
    const char *dbl = g->dialect->dbl;
    return SQL(g, "((CAST(%s AS %s) + 0.5) / (CAST(s.p%d AS %s) + 1.0))", count, dbl, column, dbl);
}

static void add_known_of_data(struct sql *g)
{
    bool begun = false;
    sql_create(g, "throughline_known");
    for (int k = 1; k <= g->d->columns; k++) {
        const struct model_column *mc = &g->m->column[k - 1];
        if (g->d->column[k - 1].unused)
            continue;
        double scale = mc->any_equal > 0.0 ? mc->u[LEVEL_SAME] / mc->any_equal : 1.0;
        const char *chance = SQL(g, "least(%s * %s, %s)", frequency(g, "q.n", k),
                                 sql_double(g, scale), sql_double(g, 0.999));
        buf_addf(
            g->out,
            "%sSELECT %d AS col, q.v AS txt, CAST(%s AS %s) AS bits\n"
            "FROM (SELECT v%d AS v, count(*) AS n FROM throughline_people WHERE v%d IS NOT NULL"
            " GROUP BY v%d) q CROSS JOIN throughline_facts s",
            begun ? "\nUNION ALL\n" : "", k,
            CALL(g, "log2", SQL(g, "(%s / %s)", sql_double(g, mc->m[LEVEL_SAME]), chance)),
            g->dialect->real, k, k, k);
        begun = true;
    }
    sql_end(g, "throughline_known");
}

/* How much more often two values stand in one record than by chance, scaled so that over pairs
 * taken at random it averages to the model's lift: score.c, lift_of and lift_scale. */
static void add_lift(struct sql *g, int edge)
{
    const struct dependence *x = &g->m->edge[edge];
    int a = x->a + 1, b = x->b + 1;
    const char *dbl = g->dialect->dbl, *table = SQL(g, "throughline_lift_%d", edge + 1);
    const char *squares = SQL(g, "sum(CAST(n AS %s) * CAST(n AS %s))", dbl, dbl);
    sql_create(g, table);
    buf_addf(g->out,
             "WITH c AS (SELECT v%d AS va, v%d AS vb, count(*) AS n FROM throughline_people\n"
             "    WHERE v%d IS NOT NULL AND v%d IS NOT NULL GROUP BY v%d, v%d),\n",
             a, b, a, b, a, b);
    for (int i = 0; i < 2; i++)
        buf_addf(
            g->out,
            "c%c AS (SELECT v%d AS v, count(*) AS n FROM throughline_people WHERE v%d IS NOT NULL"
            " GROUP BY v%d),\n",
            i ? 'b' : 'a', i ? b : a, i ? b : a, i ? b : a);
    buf_addf(g->out,
             "z AS (SELECT (SELECT %s FROM c) / (CAST(s.records AS %s) * CAST(s.records AS %s))"
             " / ((SELECT %s FROM ca) / (CAST(s.p%d AS %s) * CAST(s.p%d AS %s))"
             " * ((SELECT %s FROM cb) / (CAST(s.p%d AS %s) * CAST(s.p%d AS %s)))) AS average"
             " FROM throughline_facts s),\n",
             squares, dbl, dbl, squares, a, dbl, a, dbl, squares, b, dbl, b, dbl);
    buf_addf(g->out,
             "t AS (SELECT c.va, c.vb, CASE WHEN z.average > %s THEN %s / z.average ELSE %s END"
             " * (((CAST(c.n AS %s) + 0.5) / (CAST(s.records AS %s) + 1.0)) / (%s * %s)) AS times\n"
             "    FROM c JOIN ca ON ca.v = c.va JOIN cb ON cb.v = c.vb CROSS JOIN z"
             " CROSS JOIN throughline_facts s)\n",
             sql_double(g, x->lift), sql_double(g, x->lift), sql_double(g, 1.0), dbl, dbl,
             frequency(g, "ca.n", a), frequency(g, "cb.n", b));
    buf_addf(g->out,
             "SELECT va, vb, CASE WHEN times > 1 THEN CAST(%s AS %s) ELSE %s END AS bits FROM t",
             CALL(g, "log2", "times"), g->dialect->real, sql_real(g, 0.0f));
    sql_end(g, table);
}

/* ---- forms ---- */

static void add_form(struct sql *g, int k, enum link_type t)
{
    buf_addf(g->out, ",\n    p.v%d", k);
    if (sql_is_dated(t))
        buf_addf(g->out, ", rpad(replace(p.v%d, '-', ''), 8, '0') AS k%d", k, k);
    else if (sql_is_name(t))
        buf_addf(g->out, ", p.v%d_key AS k%d", k, k);
    else if (t != LINK_SEX)
        buf_addf(g->out, ", substr(p.v%d, 1, %d) AS k%d", k, CMP_MAX, k);
    if (sql_is_dated(t))
        buf_addf(g->out,
                 ", CAST(p.v%d_year AS INTEGER) AS y%d, CAST(p.v%d_month AS INTEGER) AS m%d,"
                 " CAST(p.v%d_day AS INTEGER) AS d%d",
                 k, k, k, k, k, k);
    if (t == LINK_YEAR)
        buf_addf(g->out, ", CAST(p.v%d AS INTEGER) AS y%d", k, k);
    if (sql_has_words(t)) {
        const char *words = CALL(g, "words", SQL(g, "p.v%d_words", k));
        buf_addf(g->out, ", %s AS w%d, ", words, k);
        buf_addf(g->out, g->dialect->count_words, words);
        buf_addf(g->out, " AS n%d, p.v%d_sorted AS s%d, p.v%d_joined AS t%d", k, k, k, k, k);
    }
    if (sql_is_name(t))
        buf_addf(g->out,
                 ", p.v%d_sound AS o%d, %s AS g%d, p.v%d_joined_sound AS c%d,"
                 " coalesce(p.v%d_strong, 0) AS z%d, p.v%d_family AS f%d, p.v%d_whole AS h%d,"
                 " p.v%d_formals AS q%d, p.v%d_bag AS b%d",
                 k, k, CALL(g, "words", SQL(g, "p.v%d_sounds", k)), k, k, k, k, k, k, k, k, k, k, k,
                 k, k);
    if (sql_is_nation(t))
        buf_addf(g->out, ", p.v%d_ethiopian AS x%d", k, k);
}

static bool is_known(const struct sql *g, int k)
{
    return !g->d->column[k].unused &&
           (g->request->own_frequencies || g->m->column[k].known.count > 0);
}

void sql_forms(struct sql *g)
{
    const struct link_data *d = g->d;
    bool own = g->request->own_frequencies;
    if (own)
        add_known_of_data(g);
    else
        add_known_of_model(g);
    for (int i = 0; own && i < g->m->edges; i++)
        add_lift(g, i);
    sql_create(g, "throughline_forms");
    buf_addf(g->out, "SELECT p.%s AS record, p.id, coalesce(p.source, '') AS source",
             sql_record_column(g));
    for (int k = 0; k < d->columns; k++) {
        const struct model_column *mc = &g->m->column[k];
        add_form(g, k + 1, d->column[k].type);
        const char *rare =
            d->column[k].unused ? NULL : sql_real(g, (float)model_equal_bits(mc, mc->rare));
        if (is_known(g, k))
            buf_addf(g->out, ", coalesce(q%d.bits, %s) AS e%d", k + 1, rare, k + 1);
        else if (rare)
            buf_addf(g->out, ", %s AS e%d", rare, k + 1);
    }
    for (int i = 0; own && i < g->m->edges; i++)
        buf_addf(g->out, ",\n    coalesce(r%d.bits, %s) AS r%d", i + 1, sql_real(g, 0.0f), i + 1);
    buf_adds(g->out, "\nFROM throughline_people p");
    for (int k = 1; k <= d->columns; k++)
        if (is_known(g, k - 1))
            buf_addf(g->out,
                     "\nLEFT JOIN throughline_known q%d ON q%d.col = %d AND q%d.txt = p.v%d", k, k,
                     k, k, k);
    for (int i = 0; own && i < g->m->edges; i++)
        buf_addf(g->out, "\nLEFT JOIN throughline_lift_%d r%d ON r%d.va = p.v%d AND r%d.vb = p.v%d",
                 i + 1, i + 1, i + 1, g->m->edge[i].a + 1, i + 1, g->m->edge[i].b + 1);
    sql_end(g, "throughline_forms");
}

/* ---- weights ---- */

static const char *bits_of(struct sql *g, int k)
{
    const char *all = SQL(g, "CASE l.l%d WHEN 1 THEN a.e%d", k + 1, k + 1);
    for (int l = 2; l < g->m->column[k].levels; l++)
        all = SQL(g, "%s WHEN %d THEN %s", all, l, sql_real(g, g->scorer.bits[k][l]));
    return SQL(g, "%s ELSE %s END", all, sql_real(g, 0.0f));
}

/* Adds up, in the order of score.c, the bits of the columns that are not in `without`. */
static const char *sum_of(struct sql *g, float first, uint32_t without)
{
    const char *sum = sql_real(g, first);
    for (int i = 0; i < g->scorer.columns; i++) {
        int k = g->scorer.order[i];
        if (!(without >> k & 1))
            sum = SQL(g, "%s\n    + %s", sum, bits_of(g, k));
    }
    return sum;
}

static const char *repeated(struct sql *g)
{
    const char *sum = NULL;
    for (int i = 0; i < g->scorer.edges; i++) {
        const struct dependence *x = &g->m->edge[i];
        const char *bits = g->request->own_frequencies ? SQL(g, "a.r%d", i + 1)
                                                       : sql_real(g, g->scorer.edge[i].bits);
        if (g->d->column[x->a].unused || g->d->column[x->b].unused)
            continue;
        const char *one = SQL(g, "CASE WHEN l.l%d = 1 AND l.l%d = 1 THEN %s ELSE %s END", x->a + 1,
                              x->b + 1, bits, sql_real(g, 0.0f));
        sum = sum ? SQL(g, "%s + %s", sum, one) : one;
    }
    return sum ? sum : sql_real(g, 0.0f);
}

static void add_weights(struct sql *g)
{
    sql_create(g, "throughline_weights");
    buf_adds(g->out, "SELECT l.a, l.b");
    for (int k = 1; k <= g->d->columns; k++)
        buf_addf(g->out, ", l.l%d", k);
    buf_addf(g->out, ",\n    (%s)\n    - (%s) AS w,\n    %s AS personal,\n    %s AS unborn\n",
             sum_of(g, g->scorer.prior, 0), repeated(g), sum_of(g, 0.0f, g->scorer.shared),
             sum_of(g, 0.0f, g->scorer.shared | g->scorer.born));
    buf_adds(g->out, "FROM throughline_levels l JOIN throughline_forms a ON a.record = l.a");
    sql_end(g, "throughline_weights");
}

/* Is one of the columns of these types of use, in these records? */
static const char *any_used(struct sql *g, bool (*wanted)(enum link_type))
{
    const char *any = "false";
    for (int k = 0; k < g->d->columns; k++)
        if (!g->d->column[k].unused && wanted(g->d->column[k].type))
            any = SQL(g, "%s OR s.u%d", any, k + 1);
    return SQL(g, "(%s)", any);
}

static bool is_birth(enum link_type t)
{
    return t == LINK_DATE || t == LINK_YEAR;
}

/* log2 of the odds against strangers, housemates and twins: score.c, guard_household. */
static const char *guarded(struct sql *g)
{
    const char *dbl = g->dialect->dbl;
    const char *personal = CALL(g, "exp2", SQL(g, "CAST(t.w - t.personal AS %s)", dbl)),
               *unborn = CALL(g, "exp2", SQL(g, "CAST(t.w - t.unborn AS %s)", dbl));
    const char *twins = SQL(g, "CASE WHEN %s THEN %s ELSE %s END", any_used(g, is_birth),
                            sql_double(g, g->scorer.twins), sql_double(g, 0.0));
    return SQL(g,
               "CASE WHEN NOT (%s AND %s) OR least(t.personal, t.unborn) > t.w + %s THEN t.w ELSE"
               " t.w - CAST(%s AS %s) END",
               any_used(g, type_is_personal), any_used(g, type_is_shared), sql_real(g, 12.0f),
               CALL(g, "log2",
                    SQL(g, "(%s + %s * %s + %s * %s)", sql_double(g, 1.0),
                        sql_double(g, g->scorer.household), personal, twins, unborn)),
               g->dialect->real);
}

void sql_final(struct sql *g)
{
    const struct link_data *d = g->d;
    add_weights(g);
    sql_create(g, "throughline_pairs");
    buf_addf(g->out,
             "SELECT a.id AS id_a, b.id AS id_b, q.w AS match_weight,\n"
             "    1.0 / (1.0 + %s) AS match_probability",
             CALL(g, "exp2", SQL(g, "(-CAST(q.w AS %s))", g->dialect->dbl)));
    for (int k = 0; k < d->columns; k++)
        buf_addf(g->out, ",\n    q.l%d AS %s", k + 1, sql_name(g, d->column[k].name));
    buf_adds(g->out, "\nFROM (SELECT t.a, t.b");
    for (int k = 1; k <= d->columns; k++)
        buf_addf(g->out, ", t.l%d", k);
    buf_addf(g->out,
             ",\n    %s AS w\n    FROM throughline_weights t CROSS JOIN throughline_facts s) q\n"
             "JOIN throughline_forms a ON a.record = q.a\n"
             "JOIN throughline_forms b ON b.record = q.b\n"
             "WHERE q.w >= %s",
             guarded(g), sql_real(g, (float)g->request->least_bits));
    sql_end(g, "throughline_pairs");
}
