#include "stats/verdict.h"

#include <math.h>

const char *verdict_text(enum verdict v)
{
    static const char *const text[] = {
        [VERDICT_RIGHT] = "right",
        [VERDICT_LOOSE] = "loose",
        [VERDICT_WRONG] = "wrong",
        [VERDICT_NOT_GIVEN] = "no percentage printed",
        [VERDICT_UNCHECKABLE] = "cannot be checked",
        [VERDICT_NO_SHARE] = "not a proportion",
    };
    return text[v];
}

/* The number that ends just before text.p[end]; returns where it starts. */
static size_t number_before(struct str text, size_t end, double *value, int *decimals)
{
    size_t start = end;
    while (start > 0 && (ascii_is_digit(text.p[start - 1]) || text.p[start - 1] == '.'))
        start--;
    *decimals = 0;
    for (size_t k = start; k < end; k++)
        if (text.p[k] == '.')
            *decimals = (int)(end - k - 1);
    return str_to_double((struct str){text.p + start, end - start}, value) ? start : end;
}

static bool ends_with(struct str text, size_t end, const char *word)
{
    size_t n = strlen(word);
    return end >= n && memcmp(text.p + end - n, word, n) == 0;
}

struct printed printed_percent(struct str text)
{
    struct printed r = {0};
    const char *sign = text.n ? memchr(text.p, '%', text.n) : NULL;
    if (!sign)
        return r;
    size_t end = (size_t)(sign - text.p);
    size_t start = number_before(text, end, &r.value, &r.decimals);
    if (start == end)
        return r;
    r.is_percent = true;
    while (start > 0 && text.p[start - 1] == ' ')
        start--;
    if (start > 0 && (text.p[start - 1] == '<' || text.p[start - 1] == '>'))
        r.bound = text.p[start - 1];
    else if (ends_with(text, start, "at least") || ends_with(text, start, "over"))
        r.bound = '>';
    else if (ends_with(text, start, "under") || ends_with(text, start, "less than"))
        r.bound = '<';
    r.is_range = start > 1 && text.p[start - 1] == '-' && ascii_is_digit(text.p[start - 2]);
    return r;
}

enum verdict verdict_on(double numerator, double denominator, struct printed said)
{
    if (isnan(numerator) || isnan(denominator) || denominator == 0)
        return said.is_percent ? VERDICT_UNCHECKABLE : VERDICT_NOT_GIVEN;
    if (numerator > denominator)
        return VERDICT_NO_SHARE;
    if (!said.is_percent)
        return VERDICT_NOT_GIVEN;
    if (said.is_range)
        return VERDICT_UNCHECKABLE;
    double percent = 100 * numerator / denominator;
    if (said.bound)
        return (said.bound == '<' ? percent < said.value : percent > said.value) ? VERDICT_RIGHT
                                                                                 : VERDICT_WRONG;
    double unit = pow(10, -said.decimals), off = fabs(percent - said.value), fuzz = unit * 1e-9;
    return off <= unit / 2 + fuzz ? VERDICT_RIGHT
           : off < unit - fuzz    ? VERDICT_LOOSE
                                  : VERDICT_WRONG;
}

double verdict_needed_denominator(double numerator, struct printed said)
{
    return numerator * 100 / said.value;
}

size_t verdict_fits(struct printed said, int min_b, int max_b, int (*pairs)[2], size_t cap)
{
    size_t found = 0;
    for (int b = min_b < 1 ? 1 : min_b; b <= max_b; b++) {
        int a = (int)lround(said.value * b / 100);
        if (a < 0 || a > b || verdict_on(a, b, said) != VERDICT_RIGHT)
            continue;
        if (found < cap) {
            pairs[found][0] = a;
            pairs[found][1] = b;
        }
        found++;
    }
    return found;
}
