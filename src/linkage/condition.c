#include "linkage/condition.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

enum { DEPTH_MOST = 32 };
static const double SECONDS_A_DAY = 86400.0;

/* ---- words ---- */

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_QUOTED, TOKEN_TEXT, TOKEN_NUMBER, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    struct str raw;               /* as written */
    char text[PATTERN_BYTES + 1]; /* of names and texts, unquoted */
    double number;
};

struct parser {
    struct conditions *c;
    const char *sql, *at;
    struct token now;
    int depth;
    bool rule; /* of blocking: l.name and r.name */
    struct err *e;
};

static enum status refuse(const struct parser *p, const char *why)
{
    const char *from = p->now.raw.p ? p->now.raw.p : p->at;
    err_set(p->e, ST_DATA, "%s at \"%.60s\" in the condition \"%.160s\"", why,
            *from ? from : "its end", p->sql);
    return err_hint(p->e, "docs/user/splink.md lists the conditions that are understood.");
}

static enum status take_quoted(struct parser *p, char quote)
{
    struct token *t = &p->now;
    size_t n = 0;
    t->kind = quote == '\'' ? TOKEN_TEXT : TOKEN_QUOTED;
    for (p->at++;; p->at++) {
        if (!*p->at)
            return refuse(p, "a quotation without an end");
        if (*p->at == quote && p->at[1] != quote)
            break;
        p->at += *p->at == quote;
        if (n == sizeof t->text - 1)
            return refuse(p, "a text that is too long");
        t->text[n++] = *p->at;
    }
    p->at++;
    t->text[n] = '\0';
    return ST_OK;
}

static enum status next(struct parser *p)
{
    struct token *t = &p->now;
    while (*p->at && strchr(" \t\r\n", *p->at))
        p->at++;
    *t = (struct token){.raw = {p->at, 0}};
    const char *from = p->at;
    unsigned char c = (unsigned char)*p->at;
    if (!c)
        return ST_OK;
    if (c == '"' || c == '\'' || c == '`')
        return take_quoted(p, (char)c);
    if (isalpha(c) || c == '_' || c >= 128) {
        size_t n = 0;
        t->kind = TOKEN_NAME;
        for (; isalnum((unsigned char)*p->at) || *p->at == '_' || (unsigned char)*p->at >= 128;
             p->at++) {
            if (n == sizeof t->text - 1)
                return refuse(p, "a name that is too long");
            t->text[n++] = *p->at;
        }
        t->text[n] = '\0';
    } else if (isdigit(c) || (c == '.' && isdigit((unsigned char)p->at[1]))) {
        size_t n = strspn(p->at, "0123456789.eE");
        t->kind = TOKEN_NUMBER;
        p->at += n;
        if (!str_to_double((struct str){from, n}, &t->number))
            return refuse(p, "a number that cannot be read");
    } else {
        static const char *const two[] = {">=", "<=", "<>", "!=", "::", "||"};
        size_t n = 1;
        for (size_t k = 0; k < sizeof two / sizeof two[0]; k++)
            n = strncmp(p->at, two[k], 2) == 0 ? 2 : n;
        t->kind = TOKEN_SIGN;
        p->at += n;
    }
    t->raw.n = (size_t)(p->at - from);
    return ST_OK;
}

static bool is_sign(const struct parser *p, const char *sign)
{
    return p->now.kind == TOKEN_SIGN && str_is(p->now.raw, sign);
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->now.kind == TOKEN_NAME && str_eq_nocase_ascii(str_of(p->now.text), str_of(word));
}

static enum status need_sign(struct parser *p, const char *sign)
{
    char why[40];
    if (is_sign(p, sign))
        return next(p);
    snprintf(why, sizeof why, "\"%s\" is missing", sign);
    return refuse(p, why);
}

static enum status need_number(struct parser *p, double *out)
{
    if (p->now.kind != TOKEN_NUMBER)
        return refuse(p, "a number is missing");
    *out = p->now.number;
    return next(p);
}

/* ---- operands ---- */

struct operand {
    struct condition_expr x;
    bool right;
};

static enum status expr_column(struct parser *p, struct operand *o)
{
    struct conditions *c = p->c;
    char name[sizeof p->now.text];
    memcpy(name, p->now.text, sizeof name);
    size_t n = strlen(name);
    if (p->rule) {
        if (n != 1 || !strchr("lrLR", name[0]))
            return refuse(p, "l.column or r.column is missing");
        o->right = name[0] == 'r' || name[0] == 'R';
        TRY(next(p));
        TRY(need_sign(p, "."));
        if (p->now.kind != TOKEN_NAME && p->now.kind != TOKEN_QUOTED)
            return refuse(p, "a column's name is missing");
        memcpy(name, p->now.text, sizeof name);
        n = strlen(name);
    } else {
        if (n < 3 || name[n - 2] != '_' || !strchr("lr", name[n - 1]))
            return refuse(p, "a column's name with _l or _r is missing");
        o->right = name[n - 1] == 'r';
        name[n -= 2] = '\0';
    }
    if (n == 0 || n >= CONDITION_NAME)
        return refuse(p, "a column's name of no or over 63 bytes");
    int k = 0;
    while (k < c->parts && strcmp(c->part[k], name) != 0)
        k++;
    if (k == c->parts && !c->open)
        return refuse(p, "a column that this comparison is not of");
    if (k == CONDITION_PARTS)
        return refuse(p, "too many columns");
    if (k == c->parts)
        memcpy(c->part[c->parts++], name, n + 1);
    o->x.part = k;
    return next(p);
}

static enum status add_op(struct parser *p, struct operand *o, enum condition_op op, int from,
                          int length)
{
    if (o->x.ops == CONDITION_OPS)
        return refuse(p, "too many functions around each other");
    o->x.op[o->x.ops].op = op;
    o->x.op[o->x.ops].from = from;
    o->x.op[o->x.ops++].length = length;
    return ST_OK;
}

static enum status read_operand(struct parser *p, struct operand *o);

static enum status expr_substr(struct parser *p, struct operand *o, bool left)
{
    double from = 1.0, length = 0.0;
    TRY(need_sign(p, ","));
    TRY(need_number(p, left ? &length : &from));
    if (!left) {
        TRY(need_sign(p, ","));
        TRY(need_number(p, &length));
    }
    if (!(from >= 1.0 && from <= 1000.0 && length >= 1.0 && length <= 1000.0) ||
        from != floor(from) || length != floor(length))
        return refuse(p, "a part of a text outside 1 to 1000");
    return add_op(p, o, OP_SUBSTR, (int)from, (int)length);
}

static enum status expr_pattern(struct parser *p, struct operand *o)
{
    TRY(need_sign(p, ","));
    if (p->now.kind != TOKEN_TEXT)
        return refuse(p, "a pattern is missing");
    TRY(add_op(p, o, OP_EXTRACT, 0, 0));
    memcpy(o->x.op[o->x.ops - 1].source, p->now.text, sizeof p->now.text);
    TRY(pattern_read(&o->x.op[o->x.ops - 1].pattern, str_of(p->now.text), p->e));
    TRY(next(p));
    if (is_sign(p, ",")) {
        double group = 0.0;
        TRY(next(p));
        TRY(need_number(p, &group));
        if (group != 0.0)
            return refuse(p, "a group of a pattern");
    }
    return ST_OK;
}

static enum status expr_text_is(struct parser *p, const char *text, const char *why)
{
    TRY(need_sign(p, ","));
    if (p->now.kind != TOKEN_TEXT || strcmp(p->now.text, text) != 0)
        return refuse(p, why);
    return next(p);
}

static enum status need_text_type(struct parser *p)
{
    if (!is_word(p, "varchar") && !is_word(p, "text") && !is_word(p, "string"))
        return refuse(p, "a type other than text");
    return next(p);
}

static enum status expr_cast(struct parser *p)
{
    if (!is_word(p, "as"))
        return refuse(p, "\"AS\" is missing");
    TRY(next(p));
    return need_text_type(p);
}

/* After "name(": the operand, then what the function takes beside it. */
static enum status expr_function(struct parser *p, const char *name, struct operand *o)
{
    struct str f = str_of(name);
    TRY(read_operand(p, o));
    if (str_eq_nocase_ascii(f, str_of("lower")))
        TRY(add_op(p, o, OP_LOWER, 0, 0));
    else if (str_eq_nocase_ascii(f, str_of("upper")))
        TRY(add_op(p, o, OP_UPPER, 0, 0));
    else if (str_eq_nocase_ascii(f, str_of("substr")) ||
             str_eq_nocase_ascii(f, str_of("substring")))
        TRY(expr_substr(p, o, false));
    else if (str_eq_nocase_ascii(f, str_of("left")))
        TRY(expr_substr(p, o, true));
    else if (str_eq_nocase_ascii(f, str_of("cast")))
        TRY(expr_cast(p));
    else if (str_eq_nocase_ascii(f, str_of("regexp_extract")))
        TRY(expr_pattern(p, o));
    else if (str_eq_nocase_ascii(f, str_of("nullif"))) {
        TRY(expr_text_is(p, "", "NULLIF with something other than ''"));
        TRY(add_op(p, o, OP_NULL_IF_EMPTY, 0, 0));
    } else if (str_eq_nocase_ascii(f, str_of("try_strptime"))) {
        TRY(expr_text_is(p, "%Y-%m-%d", "a date format other than '%Y-%m-%d'"));
        TRY(add_op(p, o, OP_DATE, 0, 0));
    } else {
        return refuse(p, "a function that is not understood");
    }
    return need_sign(p, ")");
}

static bool is_call(const struct parser *p)
{
    const char *at = p->at;
    while (*at == ' ')
        at++;
    return p->now.kind == TOKEN_NAME && *at == '(';
}

static bool is_known_function(const struct parser *p)
{
    static const char *const known[] = {"lower", "upper",  "substr",         "substring",   "left",
                                        "cast",  "nullif", "regexp_extract", "try_strptime"};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (is_word(p, known[k]))
            return true;
    return false;
}

static enum status read_operand(struct parser *p, struct operand *o)
{
    if (++p->depth > DEPTH_MOST)
        return refuse(p, "too much nesting");
    if (is_call(p)) {
        char name[40];
        if (!is_known_function(p))
            return refuse(p, "a function that is not understood");
        snprintf(name, sizeof name, "%s", p->now.text);
        TRY(next(p));
        TRY(need_sign(p, "("));
        TRY(expr_function(p, name, o));
    } else if (p->now.kind == TOKEN_TEXT) {
        o->x.part = -1;
        if (strlen(p->now.text) >= sizeof o->x.literal)
            return refuse(p, "a text that is too long");
        snprintf(o->x.literal, sizeof o->x.literal, "%s", p->now.text);
        TRY(next(p));
    } else if (p->now.kind == TOKEN_NAME || p->now.kind == TOKEN_QUOTED) {
        TRY(expr_column(p, o));
    } else {
        return refuse(p, "a column is missing");
    }
    while (is_sign(p, "::")) {
        TRY(next(p));
        TRY(need_text_type(p));
    }
    p->depth--;
    return ST_OK;
}

static bool same_expr(const struct condition_expr *a, const struct condition_expr *b)
{
    bool same = a->part == b->part && a->ops == b->ops && strcmp(a->literal, b->literal) == 0;
    for (int k = 0; same && k < a->ops; k++)
        same = a->op[k].op == b->op[k].op && a->op[k].from == b->op[k].from &&
               a->op[k].length == b->op[k].length && strcmp(a->op[k].source, b->op[k].source) == 0;
    return same;
}

static enum status keep_expr(struct parser *p, const struct operand *o, int *number)
{
    struct conditions *c = p->c;
    for (*number = 0; *number < c->exprs; ++*number)
        if (same_expr(&c->expr[*number], &o->x))
            return ST_OK;
    if (c->exprs == CONDITION_EXPRS)
        return refuse(p, "too many different operands");
    MEM_GROW(c->expr, c->expr_cap, (size_t)c->exprs + 1);
    c->expr[c->exprs++] = o->x;
    return ST_OK;
}

/* ---- conditions ---- */

static enum status add_node(struct parser *p, struct condition_node node, int *out)
{
    if (p->c->nodes == CONDITION_NODES)
        return refuse(p, "too many conditions");
    *out = p->c->nodes++;
    p->c->node[*out] = node;
    return ST_OK;
}

static enum status two_operands(struct parser *p, enum condition_kind kind, const struct operand *a,
                                const struct operand *b, int *out)
{
    struct condition_node n = {.kind = kind, .a_right = a->right, .b_right = b->right};
    TRY(keep_expr(p, a, &n.a));
    TRY(keep_expr(p, b, &n.b));
    return add_node(p, n, out);
}

static enum status negate(struct parser *p, int *node)
{
    return add_node(p, (struct condition_node){.kind = COND_NOT, .a = *node, .b = *node}, node);
}

/* The comparison with a number that follows a likeness or a distance. */
static enum status read_line(struct parser *p, int node)
{
    struct condition_node *n = &p->c->node[node];
    bool likeness = n->kind == COND_JARO_WINKLER;
    n->strict = is_sign(p, likeness ? ">" : "<");
    if (!n->strict && !is_sign(p, likeness ? ">=" : "<="))
        return refuse(p, likeness ? "\">=\" is missing" : "\"<=\" is missing");
    TRY(next(p));
    TRY(need_number(p, &n->line));
    if (n->kind == COND_DAYS)
        n->line /= SECONDS_A_DAY;
    double thousandths = n->line * 1000.0;
    if (likeness && !(n->line > 0.0 && n->line <= 1.0))
        return refuse(p, "a likeness outside 0 to 1");
    if (!likeness && n->kind != COND_DAYS && !(n->line >= 0.0 && n->line <= 100.0))
        return refuse(p, "a distance over 100");
    if (likeness && !n->strict && thousandths >= 1.0 &&
        fabs(thousandths - round(thousandths)) < 1e-9) {
        uint16_t permille = (uint16_t)lround(thousandths);
        n->rule = mem_alloc(sizeof *n->rule);
        jw_rule_init(n->rule, &permille, 1);
    }
    return ST_OK;
}

static enum status epoch_operand(struct parser *p, struct operand *o)
{
    if (!is_word(p, "epoch"))
        return refuse(p, "\"EPOCH\" is missing");
    TRY(next(p));
    TRY(need_sign(p, "("));
    TRY(read_operand(p, o));
    if (!o->x.ops || o->x.op[o->x.ops - 1].op != OP_DATE)
        return refuse(p, "EPOCH of something other than TRY_STRPTIME");
    return need_sign(p, ")");
}

static enum status read_days(struct parser *p, int *out)
{
    struct operand a = {.right = false}, b = {.right = false};
    TRY(next(p));
    TRY(need_sign(p, "("));
    TRY(epoch_operand(p, &a));
    TRY(need_sign(p, "-"));
    TRY(epoch_operand(p, &b));
    TRY(need_sign(p, ")"));
    TRY(two_operands(p, COND_DAYS, &a, &b, out));
    return read_line(p, *out);
}

static enum status read_likeness(struct parser *p, enum condition_kind kind, int *out)
{
    struct operand a = {.right = false}, b = {.right = false};
    TRY(next(p));
    TRY(need_sign(p, "("));
    TRY(read_operand(p, &a));
    TRY(need_sign(p, ","));
    TRY(read_operand(p, &b));
    TRY(need_sign(p, ")"));
    TRY(two_operands(p, kind, &a, &b, out));
    return read_line(p, *out);
}

static enum status read_or(struct parser *p, int *out);

static enum status read_is_null(struct parser *p, const struct operand *a, int *out)
{
    TRY(next(p));
    bool not_null = is_word(p, "not");
    if (not_null)
        TRY(next(p));
    if (!is_word(p, "null"))
        return refuse(p, "\"NULL\" is missing");
    TRY(next(p));
    TRY(two_operands(p, COND_IS_NULL, a, a, out));
    return not_null ? negate(p, out) : ST_OK;
}

static enum status read_predicate(struct parser *p, int *out)
{
    struct operand a = {.right = false}, b = {.right = false};
    if (is_sign(p, "(")) {
        TRY(next(p));
        TRY(read_or(p, out));
        return need_sign(p, ")");
    }
    if (is_word(p, "abs"))
        return read_days(p, out);
    if (is_word(p, "jaro_winkler_similarity") || (is_word(p, "jaro_winkler") && is_call(p)))
        return read_likeness(p, COND_JARO_WINKLER, out);
    if (is_word(p, "levenshtein"))
        return read_likeness(p, COND_LEVENSHTEIN, out);
    if (is_word(p, "damerau_levenshtein"))
        return read_likeness(p, COND_DAMERAU, out);
    TRY(read_operand(p, &a));
    if (is_word(p, "is"))
        return read_is_null(p, &a, out);
    bool unequal = is_sign(p, "<>") || is_sign(p, "!=");
    if (!unequal && !is_sign(p, "="))
        return refuse(p, "\"=\" is missing");
    TRY(next(p));
    TRY(read_operand(p, &b));
    TRY(two_operands(p, COND_EQUAL, &a, &b, out));
    return unequal ? negate(p, out) : ST_OK;
}

static enum status read_not(struct parser *p, int *out)
{
    if (++p->depth > DEPTH_MOST)
        return refuse(p, "too much nesting");
    bool inverted = is_word(p, "not");
    if (inverted) {
        TRY(next(p));
        TRY(read_not(p, out));
        TRY(negate(p, out));
    } else {
        TRY(read_predicate(p, out));
    }
    p->depth--;
    return ST_OK;
}

static enum status read_and(struct parser *p, int *out)
{
    TRY(read_not(p, out));
    while (is_word(p, "and")) {
        int b;
        TRY(next(p));
        TRY(read_not(p, &b));
        TRY(add_node(p, (struct condition_node){.kind = COND_AND, .a = *out, .b = b}, out));
    }
    return ST_OK;
}

static enum status read_or(struct parser *p, int *out)
{
    TRY(read_and(p, out));
    while (is_word(p, "or")) {
        int b;
        TRY(next(p));
        TRY(read_and(p, &b));
        TRY(add_node(p, (struct condition_node){.kind = COND_OR, .a = *out, .b = b}, out));
    }
    return ST_OK;
}

static enum status read_whole(struct parser *p, int *root)
{
    if (strlen(p->sql) > CONDITION_BYTES)
        return err_set(p->e, ST_DATA, "a condition of over %d bytes", CONDITION_BYTES);
    TRY(next(p));
    TRY(read_or(p, root));
    return p->now.kind == TOKEN_END ? ST_OK : refuse(p, "something that is not understood");
}

enum status condition_read(struct conditions *c, const char *sql, int *root, struct err *e)
{
    struct parser p = {.c = c, .sql = sql, .at = sql, .e = e};
    return read_whole(&p, root);
}

/* ---- blocking rules ---- */

static enum status keys_of(const struct parser *p, int root, struct condition_key *key, int most,
                           int *keys)
{
    const struct conditions *c = p->c;
    const struct condition_node *n = &c->node[root];
    if (n->kind == COND_AND) {
        TRY(keys_of(p, n->a, key, most, keys));
        return keys_of(p, n->b, key, most, keys);
    }
    const struct condition_expr *x = &c->expr[n->a];
    bool prefix = x->ops == 1 && x->op[0].op == OP_SUBSTR && x->op[0].from == 1;
    if (n->kind != COND_EQUAL || n->a != n->b || n->a_right == n->b_right || x->part < 0 ||
        (x->ops && !prefix))
        return refuse(p, "only equal columns, or equal beginnings of a column, joined by AND can "
                         "block; not so");
    if (*keys == most)
        return refuse(p, "too many columns in one rule");
    snprintf(key[*keys].column, sizeof key->column, "%s", c->part[x->part]);
    key[(*keys)++].prefix = prefix ? x->op[0].length : 0;
    return ST_OK;
}

enum status condition_read_rule(const char *sql, struct condition_key *key, int most, int *keys,
                                struct err *e)
{
    struct conditions *c = mem_zalloc(1, sizeof *c);
    struct parser p = {.c = c, .sql = sql, .at = sql, .e = e, .rule = true};
    int root = 0;
    c->open = true;
    *keys = 0;
    enum status st = read_whole(&p, &root);
    if (st == ST_OK)
        st = keys_of(&p, root, key, most, keys);
    conditions_free(c);
    free(c);
    return st;
}
