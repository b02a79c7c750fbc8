#include "linkage/own.h"

#include "base/date.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { TEXT_MOST = 1024, LONG_MOST = 512 };

/* ---- operands of a value ---- */

struct text {
    char p[TEXT_MOST];
    size_t n;
    bool null;
};

static struct str part_of(struct str value, int part)
{
    size_t from = 0, end;
    for (;; part--, from = end + 1) {
        for (end = from; end < value.n && value.p[end] != OWN_JOINT;)
            end++;
        if (part == 0)
            return (struct str){value.p + from, end - from};
        if (end == value.n)
            return (struct str){"", 0};
    }
}

static void change_case(struct text *t, bool upper)
{
    char out[TEXT_MOST];
    int32_t i = 0, n = 0, have = (int32_t)t->n;
    while (i < have) {
        UChar32 c;
        U8_NEXT(t->p, i, have, c);
        c = c < 0 ? 0xfffd : upper ? u_toupper(c) : u_tolower(c);
        if (n > TEXT_MOST - 4)
            break;
        U8_APPEND_UNSAFE(out, n, c);
    }
    memcpy(t->p, out, (size_t)n);
    t->n = (size_t)n;
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

/* `length` characters from the `from`-th on, counted from 1. */
static void cut(struct text *t, int from, int length)
{
    size_t at = 0, start, end;
    for (int k = 1; at < t->n && k < from; k++)
        for (at++; at < t->n && !begins_character(t->p[at]);)
            at++;
    start = at;
    for (int k = 0; at < t->n && k < length; k++)
        for (at++; at < t->n && !begins_character(t->p[at]);)
            at++;
    end = at;
    memmove(t->p, t->p + start, end - start);
    t->n = end - start;
}

static void apply(struct text *t, const struct condition_expr *x)
{
    for (int k = 0; k < x->ops && !t->null; k++) {
        int32_t day;
        int end;
        switch (x->op[k].op) {
        case OP_LOWER:
        case OP_UPPER:
            change_case(t, x->op[k].op == OP_UPPER);
            break;
        case OP_SUBSTR:
            cut(t, x->op[k].from, x->op[k].length);
            break;
        case OP_EXTRACT:
            end = pattern_match(&x->op[k].pattern, (struct str){t->p, t->n});
            t->n = end > 0 ? (size_t)end : 0;
            break;
        case OP_NULL_IF_EMPTY:
            t->null = t->n == 0;
            break;
        case OP_DATE:
            t->null = !date_from_iso((struct str){t->p, t->n}, &day);
            break;
        }
    }
}

static uint32_t text_number(struct own *o, struct str s)
{
    uint32_t before = o->texts.count, number = intern_add(&o->texts, s);
    if (o->texts.count == before)
        return number + 1;
    size_t cap = o->text_cap;
    MEM_GROW(o->key, o->text_cap, (size_t)number + 1);
    if (o->text_cap != cap)
        o->day = mem_resize(o->day, o->text_cap, sizeof *o->day);
    cmp_key_set(&o->key[number], s);
    if (!date_from_iso(s, &o->day[number]))
        o->day[number] = DATE_NONE;
    return number + 1;
}

static uint32_t operand_of(struct own *o, const struct condition_expr *x, struct str value)
{
    struct text t = {.null = false};
    struct str s = x->part < 0 ? str_of(x->literal) : part_of(value, x->part);
    t.null = x->part >= 0 && s.n == 0;
    t.n = s.n < TEXT_MOST ? s.n : TEXT_MOST;
    memcpy(t.p, s.p, t.n);
    apply(&t, x);
    return t.null ? 0 : text_number(o, (struct str){t.p, t.n});
}

struct own *own_new(struct own_levels *levels)
{
    struct own *o = mem_zalloc(1, sizeof *o);
    o->levels = own_levels_share(levels);
    return o;
}

void own_free(struct own *o)
{
    if (!o)
        return;
    own_levels_free(o->levels);
    intern_free(&o->texts);
    free(o->key);
    free(o->day);
    free(o->number);
    free(o->same);
    free(o->gap);
    for (int l = 0; l < LINK_MAX_LEVELS; l++)
        free(o->bits[l]);
    free(o);
}

void own_derive(struct own *o, const struct intern *values, uint32_t first)
{
    const struct conditions *c = &o->levels->c;
    size_t exprs = (size_t)c->exprs, cap = o->value_cap;
    MEM_GROW(o->same, o->value_cap, values->count);
    if (o->value_cap != cap) {
        o->number = mem_resize(o->number, o->value_cap, exprs * sizeof *o->number);
        o->gap = mem_resize(o->gap, o->value_cap, sizeof *o->gap);
    }
    for (uint32_t v = first; v < values->count; v++) {
        for (size_t k = 0; k < exprs; k++)
            o->number[v * exprs + k] = operand_of(o, &c->expr[k], intern_text(values, v));
        o->gap[v] = false;
        for (int part = 0; part < c->parts; part++)
            o->gap[v] |= part_of(intern_text(values, v), part).n == 0;
        o->same[v] = (uint8_t)own_level(o, v, v);
    }
    o->values = values->count;
}

/* ---- distances ---- */

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein without restriction (Lowrance and Wagner 1975), as DuckDB computes it;
 * without `swaps` plain Levenshtein. Texts of up to LONG_MOST bytes; longer are cut. */
static int edit_distance(struct str a, struct str b, bool swaps)
{
    int n = (int)(a.n < LONG_MOST ? a.n : LONG_MOST), m = (int)(b.n < LONG_MOST ? b.n : LONG_MOST),
        far = n + m, width = m + 2, last[256] = {0};
    int *d = mem_array((size_t)(n + 2) * (size_t)width, sizeof *d);
    d[0] = far;
    for (int i = 0; i <= n; i++) {
        d[(i + 1) * width] = far;
        d[(i + 1) * width + 1] = i;
    }
    for (int k = 0; k <= m; k++) {
        d[k + 1] = far;
        d[width + k + 1] = k;
    }
    for (int i = 1; i <= n; i++) {
        int column = 0;
        for (int k = 1; k <= m; k++) {
            int row = last[(unsigned char)b.p[k - 1]], before = column;
            bool equal = a.p[i - 1] == b.p[k - 1];
            column = equal ? k : column;
            int best = least(d[i * width + k] + !equal,
                             least(d[(i + 1) * width + k], d[i * width + k + 1]) + 1);
            if (swaps)
                best = least(best, d[row * width + before] + (i - row - 1) + 1 + (k - before - 1));
            d[(i + 1) * width + k + 1] = best;
        }
        last[(unsigned char)a.p[i - 1]] = i;
    }
    int distance = d[(n + 1) * width + m + 1];
    free(d);
    return distance;
}

static bool within(const struct own *o, const struct condition_node *n, uint32_t a, uint32_t b)
{
    struct str s = intern_text(&o->texts, a), t = intern_text(&o->texts, b);
    int most = (int)(n->strict ? ceil(n->line) - 1.0 : floor(n->line));
    size_t apart = s.n < t.n ? t.n - s.n : s.n - t.n;
    bool swaps = n->kind == COND_DAMERAU;
    if (most < 0 || apart > (size_t)most)
        return false;
    if (s.n > CMP_MAX || t.n > CMP_MAX)
        return edit_distance(s, t, swaps) <= most;
    if (!swaps)
        return levenshtein_distance(&o->key[a], &o->key[b], most) <= most;
    if (osa_distance(&o->key[a], &o->key[b], most) <= most)
        return true;
    return most > 1 && edit_distance(s, t, true) <= most;
}

static bool alike(const struct own *o, const struct condition_node *n, uint32_t a, uint32_t b)
{
    struct str s = intern_text(&o->texts, a), t = intern_text(&o->texts, b);
    double likeness;
    if (s.n > CMP_MAX || t.n > CMP_MAX)
        likeness = jaro_winkler(s, t);
    else if (n->rule)
        return jw_level(n->rule, &o->key[a], &o->key[b]) == 0;
    else
        likeness = ratio_value(jaro_winkler_ratio(&o->key[a], &o->key[b]));
    return n->strict ? likeness > n->line : likeness >= n->line;
}

/* ---- conditions: three values, as in SQL ---- */

enum truth { FALSE_, TRUE_, NULL_ };

struct pair {
    const struct own *o;
    const uint32_t *l, *r; /* operands' texts */
};

static enum truth as_truth(bool b)
{
    return b ? TRUE_ : FALSE_;
}

static enum truth compare(const struct pair *p, const struct condition_node *n)
{
    uint32_t a = (n->a_right ? p->r : p->l)[n->a], b = (n->b_right ? p->r : p->l)[n->b];
    if (n->kind == COND_IS_NULL)
        return as_truth(a == 0);
    if (!a || !b)
        return NULL_;
    if (n->kind == COND_EQUAL)
        return as_truth(a == b);
    a--;
    b--;
    if (n->kind == COND_JARO_WINKLER)
        return as_truth(alike(p->o, n, a, b));
    if (n->kind != COND_DAYS)
        return as_truth(within(p->o, n, a, b));
    double days = fabs((double)p->o->day[a] - (double)p->o->day[b]);
    return as_truth(n->strict ? days < n->line : days <= n->line);
}

static enum truth holds(const struct pair *p, int root)
{
    const struct condition_node *n = &p->o->levels->c.node[root];
    if (n->kind > COND_NOT)
        return compare(p, n);
    enum truth a = holds(p, n->a), b;
    if (n->kind == COND_NOT)
        return a == NULL_ ? NULL_ : as_truth(a == FALSE_);
    enum truth decides = n->kind == COND_AND ? FALSE_ : TRUE_;
    if (a == decides)
        return a;
    b = holds(p, n->b);
    return b == decides || a != NULL_ ? b : NULL_;
}

int own_level(const struct own *o, uint32_t a, uint32_t b)
{
    const struct own_levels *s = o->levels;
    size_t exprs = (size_t)s->c.exprs;
    struct pair p = {o, o->number + a * exprs, o->number + b * exprs};
    if (s->any_missing ? o->gap[a] || o->gap[b] : holds(&p, s->root[0]) == TRUE_)
        return LEVEL_MISSING;
    int level = 1;
    while (s->root[level] >= 0 && holds(&p, s->root[level]) != TRUE_)
        level++;
    return level;
}

/* ---- weights ---- */

/* Records that have each text of an operand. */
static uint64_t count_texts(const struct own *o, int expr, const uint32_t *count, uint64_t *of)
{
    uint64_t present = 0;
    for (uint32_t v = 0; v < o->values; v++) {
        uint32_t t = o->number[(size_t)v * (size_t)o->levels->c.exprs + (size_t)expr];
        of[t] += count[v];
        present += t ? count[v] : 0;
    }
    return present;
}

static void bind_level(struct own *o, int level, const uint32_t *count, const double *u,
                       const double *bits)
{
    const struct own_frequency *f = &o->levels->frequency[level];
    size_t exprs = (size_t)o->levels->c.exprs;
    uint64_t *of = mem_zalloc((size_t)o->texts.count + 1, sizeof *of);
    double present = (double)count_texts(o, f->expr, count, of);
    free(o->bits[level]);
    o->bits[level] = mem_array(o->value_cap, sizeof **o->bits);
    for (uint32_t v = 0; v < o->values; v++) {
        uint64_t n = of[o->number[v * exprs + (size_t)f->expr]];
        double share = fmax((double)(n ? n : 1) / fmax(present, 1.0), f->least);
        o->bits[level][v] = (float)(bits[level] + f->weight * log2(u[f->exact] / share));
    }
    free(of);
}

void own_bind(struct own *o, const uint32_t *count, const double *u, const double *bits)
{
    for (int l = 1; l < o->levels->set.levels; l++)
        if (o->levels->frequency[l].expr >= 0)
            bind_level(o, l, count, u, bits);
}

float own_most(const struct own *o, int level, float bits)
{
    float most = o->bits[level] ? -INFINITY : bits;
    for (uint32_t v = 1; o->bits[level] && v < o->values; v++)
        most = fmaxf(most, o->bits[level][v]);
    return most;
}
