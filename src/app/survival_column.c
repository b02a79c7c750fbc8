#include "app/survival_column.h"

#include <stdlib.h>

static void rehash(struct dictionary *d, size_t slots)
{
    free(d->slot);
    d->slots = slots;
    d->slot = mem_array(slots, sizeof *d->slot);
    for (size_t k = 0; k < slots; k++)
        d->slot[k] = -1;
    for (size_t i = 0; i < d->n; i++) {
        size_t k = str_hash(d->text[i]) & (slots - 1);
        while (d->slot[k] >= 0)
            k = (k + 1) & (slots - 1);
        d->slot[k] = (int32_t)i;
    }
}

int32_t dictionary_code(struct dictionary *d, struct str text, struct arena *keep)
{
    if (d->n * 2 >= d->slots)
        rehash(d, d->slots ? d->slots * 2 : 64);
    size_t k = str_hash(text) & (d->slots - 1);
    for (; d->slot[k] >= 0; k = (k + 1) & (d->slots - 1))
        if (str_eq(d->text[d->slot[k]], text))
            return d->slot[k];
    MEM_GROW(d->text, d->cap, d->n + 1);
    d->text[d->n] = (struct str){arena_strndup(keep, text.p, text.n), text.n};
    d->slot[k] = (int32_t)d->n;
    return (int32_t)d->n++;
}

void dictionary_free(struct dictionary *d)
{
    free(d->text);
    free(d->slot);
    *d = (struct dictionary){0};
}

struct ranked {
    struct str text;
    double number;
    int32_t code;
};

static int by_number(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return str_cmp(x->text, y->text);
}

/* What others are compared with comes first. */
static bool is_control(struct str s)
{
    static const char *const words[] = {"control", "placebo",   "obs",      "observation",
                                        "none",    "reference", "baseline", "untreated"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_eq_nocase_ascii(s, str_of(words[k])))
            return true;
    return false;
}

size_t dictionary_rank(const struct dictionary *d, const uint8_t *used, int32_t *rank)
{
    struct ranked *r = mem_array(d->n, sizeof *r);
    size_t n = 0;
    bool numbers = true;
    for (size_t i = 0; i < d->n; i++) {
        rank[i] = -1;
        if (!used[i])
            continue;
        r[n] = (struct ranked){d->text[i], 0, (int32_t)i};
        numbers &= str_to_double(d->text[i], &r[n].number);
        n++;
    }
    for (size_t i = 0; i < n && !numbers; i++)
        r[i].number = is_control(r[i].text) ? -1 : 0;
    qsort(r, n, sizeof *r, by_number);
    for (size_t i = 0; i < n; i++)
        rank[r[i].code] = (int32_t)i;
    free(r);
    return n;
}

void column_free(struct column *c)
{
    free(c->number);
    free(c->code);
    dictionary_free(&c->dict);
}
