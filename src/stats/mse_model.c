#include "stats/mse_model.h"

#include <stdlib.h>

static int compare_terms(const void *a, const void *b)
{
    return mse_mask_compare(*(const uint32_t *)a, *(const uint32_t *)b);
}

static bool add_term(struct mse_model *m, uint32_t mask)
{
    for (int i = 0; i < m->terms; i++)
        if (m->term[i] == mask)
            return true;
    if (m->terms == MSE_TERMS_MAX)
        return false;
    m->term[m->terms++] = mask;
    return true;
}

static bool add_with_subsets(struct mse_model *m, uint32_t mask)
{
    for (uint32_t s = mask; s; s = (s - 1) & mask)
        if (!add_term(m, s))
            return false;
    return true;
}

static void sort_terms(struct mse_model *m)
{
    qsort(m->term, (size_t)m->terms, sizeof *m->term, compare_terms);
}

bool mse_model_make(struct mse_model *m, int lists, const uint32_t *generators, int count)
{
    m->lists = lists;
    m->terms = 0;
    m->term[m->terms++] = 0;
    for (int i = 0; i < lists; i++)
        m->term[m->terms++] = 1u << i;
    for (int g = 0; g < count; g++)
        if (!add_with_subsets(m, generators[g]))
            return false;
    sort_terms(m);
    return true;
}

void mse_model_of_pairs(struct mse_model *m, int lists, uint64_t bits)
{
    m->lists = lists;
    m->terms = 0;
    m->term[m->terms++] = 0;
    for (int i = 0; i < lists; i++)
        m->term[m->terms++] = 1u << i;
    int k = 0;
    for (int i = 0; i < lists; i++)
        for (int j = i + 1; j < lists; j++, k++)
            if (k < 64 && (bits >> k & 1))
                m->term[m->terms++] = 1u << i | 1u << j;
}

bool mse_model_has(const struct mse_model *m, uint32_t mask)
{
    for (int i = 0; i < m->terms; i++)
        if (m->term[i] == mask)
            return true;
    return false;
}

bool mse_model_with(const struct mse_model *m, uint32_t mask, struct mse_model *out)
{
    *out = *m;
    if (!add_with_subsets(out, mask))
        return false;
    sort_terms(out);
    return true;
}

void mse_model_without(const struct mse_model *m, uint32_t mask, struct mse_model *out)
{
    out->lists = m->lists;
    out->terms = 0;
    for (int i = 0; i < m->terms; i++)
        if (mask == 0 || (m->term[i] & mask) != mask)
            out->term[out->terms++] = m->term[i];
}

int mse_model_generators(const struct mse_model *m, uint32_t *out)
{
    int n = 0;
    for (int i = 0; i < m->terms; i++) {
        if (__builtin_popcount(m->term[i]) < 2)
            continue;
        bool held = false;
        for (int j = i + 1; j < m->terms && !held; j++)
            held = (m->term[j] & m->term[i]) == m->term[i];
        if (!held)
            out[n++] = m->term[i];
    }
    return n;
}

int mse_model_pair_bits(const struct mse_model *m, uint64_t *bits)
{
    *bits = 0;
    if (mse_pairs(m->lists) > 64 || __builtin_popcount(m->term[m->terms - 1]) > 2)
        return -1;
    uint32_t pair[MSE_LISTS_MAX * (MSE_LISTS_MAX - 1) / 2];
    mse_pair_masks(m->lists, pair);
    for (int k = 0; k < mse_pairs(m->lists); k++)
        if (mse_model_has(m, pair[k]))
            *bits |= (uint64_t)1 << k;
    return 0;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == '+';
}

/* The longest list name at p, or -1. */
static int name_at(const struct mse_table *t, const char *p, size_t *length)
{
    int best = -1;
    *length = 0;
    for (int i = 0; i < t->lists; i++) {
        size_t n = strlen(t->name[i]);
        if (n > *length && strncmp(p, t->name[i], n) == 0 &&
            (p[n] == '\0' || p[n] == ':' || is_gap(p[n]))) {
            best = i;
            *length = n;
        }
    }
    return best;
}

static enum status parse_term(const struct mse_table *t, const char **text, uint32_t *mask,
                              struct err *e)
{
    const char *p = *text;
    *mask = 0;
    for (;;) {
        size_t n;
        int i = name_at(t, p, &n);
        if (i < 0) {
            err_set(e, ST_DATA, "the model has \"%.40s\", which is none of the lists", p);
            struct buf b = BUF_EMPTY;
            for (int k = 0; k < t->lists; k++)
                buf_addf(&b, "%s%s", k ? ", " : "", t->name[k]);
            err_hint(e, "The lists are %.200s; write a model as \"A:B + B:C\".", b.p);
            buf_free(&b);
            return ST_DATA;
        }
        if (*mask >> i & 1)
            return err_set(e, ST_DATA, "the model joins the list \"%s\" with itself", t->name[i]);
        *mask |= 1u << i;
        p += n;
        while (*p == ' ')
            p++;
        if (*p != ':')
            break;
        p++;
        while (*p == ' ')
            p++;
    }
    *text = p;
    return ST_OK;
}

/* "[12,13,4]": lists by number. */
static enum status parse_bracket(const struct mse_table *t, const char *p, uint32_t *generators,
                                 int *count, struct err *e)
{
    static const char number[] = "123456789abcdefg";
    uint32_t mask = 0;
    for (p++; *p && *p != ']'; p++) {
        const char *at = strchr(number, *p);
        if (*p == ',' || *p == ' ') {
            if (mask && *count < MSE_TERMS_MAX)
                generators[(*count)++] = mask;
            mask = 0;
        } else if (at && at - number < t->lists && !(mask >> (at - number) & 1)) {
            mask |= 1u << (at - number);
        } else {
            return err_set(e, ST_DATA, "\"%c\" in the model is not the number of one of %d lists",
                           *p, t->lists);
        }
    }
    if (*p != ']' || p[1])
        return err_set(e, ST_DATA, "the model begins with [ and does not end with ]");
    if (mask && *count < MSE_TERMS_MAX)
        generators[(*count)++] = mask;
    return ST_OK;
}

enum status mse_model_parse(struct mse_model *m, const struct mse_table *t, const char *text,
                            struct err *e)
{
    uint32_t generators[MSE_TERMS_MAX];
    int count = 0;
    struct str whole = str_trim(str_of(text));
    if (str_is(whole, "all_pairs")) {
        count = mse_pairs(t->lists);
        mse_pair_masks(t->lists, generators);
    } else if (whole.n && whole.p[0] == '[') {
        struct buf b = BUF_EMPTY;
        buf_add(&b, whole.p, whole.n);
        enum status s = parse_bracket(t, b.p, generators, &count, e);
        buf_free(&b);
        TRY(s);
    } else if (!str_is(whole, "main")) {
        for (const char *p = text;;) {
            while (is_gap(*p))
                p++;
            if (!*p)
                break;
            if (count == MSE_TERMS_MAX)
                return err_set(e, ST_DATA, "the model has more than %d terms", MSE_TERMS_MAX);
            TRY(parse_term(t, &p, &generators[count++], e));
        }
    }
    if (!mse_model_make(m, t->lists, generators, count))
        return err_set(e, ST_DATA, "the model with all its lower terms has more than %d terms",
                       MSE_TERMS_MAX);
    return ST_OK;
}

void mse_term_name(struct buf *b, const struct mse_table *t, uint32_t mask)
{
    if (mask == 0)
        buf_adds(b, "(Intercept)");
    bool first = true;
    for (int i = 0; i < t->lists; i++)
        if (mask >> i & 1) {
            if (!first)
                buf_addc(b, ':');
            buf_adds(b, t->name[i]);
            first = false;
        }
}

void mse_model_name(struct buf *b, const struct mse_table *t, const struct mse_model *m,
                    const char *separator)
{
    uint32_t generators[MSE_TERMS_MAX];
    int n = mse_model_generators(m, generators);
    buf_adds(b, "");
    for (int i = 0; i < n; i++) {
        if (i)
            buf_adds(b, separator);
        mse_term_name(b, t, generators[i]);
    }
}

void mse_model_bracket(struct buf *b, const struct mse_model *m)
{
    uint32_t g[MSE_TERMS_MAX];
    int n = mse_model_generators(m, g);
    uint32_t held = 0;
    for (int i = 0; i < n; i++)
        held |= g[i];
    for (int i = 0; i < m->lists; i++)
        if (!(held >> i & 1))
            g[n++] = 1u << i;
    buf_addc(b, '[');
    bool first = true;
    for (int size = m->lists; size >= 1; size--)
        for (int k = 0; k < n; k++) {
            if (__builtin_popcount(g[k]) != size)
                continue;
            if (!first)
                buf_addc(b, ',');
            first = false;
            for (int i = 0; i < m->lists; i++)
                if (g[k] >> i & 1)
                    buf_addc(b, "123456789abcdefg"[i]);
        }
    buf_addc(b, ']');
}
