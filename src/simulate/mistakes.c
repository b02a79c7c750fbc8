#include "simulate/mistakes.h"

#include "base/date.h"

#include <string.h>

static const char *const rows[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};

/* A key beside this one, in the same case; the letter itself when it is no key. */
static char neighbour(char c, struct rng *r)
{
    char low = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    for (int k = 0; k < 3; k++) {
        const char *at = strchr(rows[k], low);
        if (!at || !low)
            continue;
        bool right = at == rows[k] || (at[1] && draw_below(r, 2));
        char other = right ? at[1] : at[-1];
        return low == c ? other : (char)(other - 'a' + 'A');
    }
    return c;
}

/* Start of the k-th character. */
static size_t character(const char *s, size_t k)
{
    size_t i = 0;
    for (; s[i]; i++)
        if (((unsigned char)s[i] & 0xC0) != 0x80 && k-- == 0)
            break;
    return i;
}

void mistype(char *text, size_t size, struct rng *r)
{
    size_t bytes = strlen(text), letters = 0;
    for (size_t i = 0; i < bytes; i++)
        letters += ((unsigned char)text[i] & 0xC0) != 0x80;
    if (letters < 2)
        return;
    size_t k = draw_below(r, (uint32_t)letters - 1);
    size_t a = character(text, k), b = character(text, k + 1), c = character(text, k + 2);
    char held[8];
    switch (draw_below(r, 4)) {
    case 0: /* left out: the letter after, so that the first one stays */
        memmove(text + b, text + c, bytes - c + 1);
        break;
    case 1: /* doubled */
        if (bytes + (b - a) + 1 > size)
            return;
        memmove(text + b + (b - a), text + b, bytes - b + 1);
        memcpy(text + b, text + a, b - a);
        break;
    case 2: /* a neighbouring key */
        if (c - b == 1)
            text[b] = neighbour(text[b], r);
        break;
    default: /* transposed, keeping a capital at the start */
        if (k == 0 && letters > 2) {
            a = b;
            b = c;
            c = character(text, 3);
        }
        memcpy(held, text + a, b - a);
        memmove(text + a, text + b, c - b);
        memcpy(text + a + (c - b), held, b - a);
    }
}

void misdigit(char *text, struct rng *r)
{
    size_t n = strlen(text), digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += text[i] >= '0' && text[i] <= '9';
    if (!digits)
        return;
    size_t k = draw_below(r, (uint32_t)digits);
    for (size_t i = 0; i < n; i++)
        if (text[i] >= '0' && text[i] <= '9' && k-- == 0) {
            text[i] = (char)('0' + (text[i] - '0' + 1 + (int)draw_below(r, 9)) % 10);
            return;
        }
}

static int32_t if_valid(struct ymd v, int32_t on, int32_t otherwise)
{
    if (!date_is_valid(v))
        return otherwise;
    int32_t d = date_from_ymd(v);
    return d < on ? d : otherwise;
}

void record_birth(struct recorded_birth *out, int32_t birth, int32_t on, bool custom,
                  const struct parameters *p, struct rng *r)
{
    struct ymd v = date_to_ymd(birth);
    *out = (struct recorded_birth){birth, DATE_NONE, "DAY"};
    if (draw_chance(r, p->birth_missing)) {
        *out = (struct recorded_birth){DATE_NONE, DATE_NONE, "NONE"};
        return;
    }
    if (draw_chance(r, p->birth_estimated)) {
        v.y += draw_between(r, -2, 2);
        if (draw_below(r, 2)) { /* said to be an age: a year of possible days */
            int age = date_years_between(birth, on) + draw_between(r, -1, 1);
            int32_t latest = date_add_years(on, -(age < 0 ? 0 : age));
            *out = (struct recorded_birth){date_add_years(latest, -1) + 1, latest, "AGE"};
            return;
        }
        out->date = if_valid((struct ymd){v.y, 1, 1}, on, birth);
        return;
    }
    if (custom || draw_chance(r, p->birth_january)) {
        v.m = v.d = 1;
        out->date = if_valid(v, on, birth);
    }
    if (draw_chance(r, p->birth_swapped))
        out->date = if_valid((struct ymd){v.y, v.d, v.m}, on, out->date);
    if (draw_chance(r, p->birth_typo)) {
        switch (draw_below(r, 3)) {
        case 0:
            v.y += draw_below(r, 2) ? 1 : -1;
            break;
        case 1:
            v.m = draw_between(r, 1, 12);
            break;
        default:
            v.d = draw_between(r, 1, 28);
        }
        out->date = if_valid(v, on, out->date);
    }
}
