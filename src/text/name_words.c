#include "text/name_words.h"

#include "base/limits.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum sign {
    SIGN_NONE,
    SIGN_SPACE,
    SIGN_HYPHEN,
    SIGN_COMMA,
    SIGN_OPEN,
    SIGN_CLOSE,
    SIGN_QUOTE,
    SIGN_SLASH
};

static enum sign sign_of(UChar32 c)
{
    switch (c) {
    case '-':
    case 0x2212:
    case 0x05BE:
        return SIGN_HYPHEN;
    case ',':
    case 0x060C:
    case 0x3001:
    case 0xFF0C:
        return SIGN_COMMA;
    case '(':
    case '[':
    case 0xFF08:
        return SIGN_OPEN;
    case ')':
    case ']':
    case 0xFF09:
        return SIGN_CLOSE;
    case '"':
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0xAB:
    case 0xBB:
        return SIGN_QUOTE;
    case '/':
        return SIGN_SLASH;
    case '.':
    case ';':
    case ':':
    case '_':
    case '&':
    case '+':
    case '*':
    case '|':
    case 0x30FB:
    case 0xFF65:
    case 0x00B7:
        return SIGN_SPACE;
    }
    if (c >= 0x2010 && c <= 0x2015)
        return SIGN_HYPHEN;
    if (c < 0x20 || u_isUWhiteSpace(c))
        return SIGN_SPACE;
    return SIGN_NONE;
}

/* Typed look-alikes inside a word: Ig0r, Sech1n. */
static void letters_for_digits(struct word *w)
{
    size_t letters = 0;
    for (size_t i = 0; i < w->n; i++)
        letters += w->latin[i] >= 'a';
    if (letters < 2 || letters == w->n)
        return;
    static const char as[] = "oizeasbtbg";
    for (size_t i = 0; i < w->n; i++)
        if (w->latin[i] >= '0' && w->latin[i] <= '9')
            w->latin[i] = as[w->latin[i] - '0'];
}

static void word_add(struct text *t, struct words *ws, struct str raw, bool hyphen, bool alias)
{
    char out[TEXT_FOLD_MAX];
    if (ws->n == WORDS_MAX) {
        ws->cut = true;
        return;
    }
    size_t n = text_fold(t, raw, out), k = 0;
    struct word *w = &ws->w[ws->n];
    *w = (struct word){.raw = raw, .hyphen = hyphen && ws->n, .alias = alias};
    for (size_t i = 0; i < n && k + 1 < sizeof w->latin; i++)
        if (out[i] != ' ')
            w->latin[k++] = out[i];
    w->latin[k] = '\0';
    w->n = k;
    if (k == 0)
        return;
    letters_for_digits(w);
    ws->n++;
}

/* SergeiLavrov: a capital inside a word that is otherwise small, each part of three letters. */
static size_t camel_break(struct str s)
{
    for (size_t i = 3; i + 3 <= s.n; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z' && s.p[i - 1] >= 'a' && s.p[i - 1] <= 'z' &&
            s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z' && s.p[i + 2] >= 'a' && s.p[i + 2] <= 'z')
            return i;
    return 0;
}

/* Chinese, Japanese and Korean names are written in one piece, the family name first: one sign, or
 * one of the double surnames (Unihan and ICU know none of them as names, so they are listed). */
static int32_t family_units(struct str raw)
{
    static const char *const doubles[] = {"欧阳", "歐陽", "司马", "司馬", "诸葛", "諸葛",
                                          "上官", "夏侯", "皇甫", "尉迟", "公孙", "公孫",
                                          "慕容", "令狐", "司徒", "南宫", "南宮", "端木",
                                          "독고", "남궁", "황보", "제갈", "선우", "사공"};
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++)
        if (raw.n > 6 && memcmp(raw.p, doubles[i], 6) == 0)
            return 6;
    return 3;
}

static void word_split(struct text *t, struct words *ws, struct str raw, bool hyphen, bool alias,
                       bool alone)
{
    enum text_script s = text_script_of(raw);
    size_t at = 0;
    if (s == SCRIPT_LATIN)
        at = camel_break(raw);
    else if (alone && (s == SCRIPT_HAN || s == SCRIPT_HANGUL) && raw.n >= 6 && raw.n <= 12)
        at = raw.n == 12 && s == SCRIPT_HAN && family_units(raw) == 3 ? 6
                                                                      : (size_t)family_units(raw);
    if (at) {
        word_add(t, ws, (struct str){raw.p, at}, hyphen, alias);
        raw = (struct str){raw.p + at, raw.n - at};
        hyphen = false;
    }
    word_add(t, ws, raw, hyphen, alias);
}

void words_read(struct text *t, struct str raw, bool full, struct words *ws)
{
    ws->n = 0;
    ws->cut = raw.n > LIMIT_NAME_BYTES;
    int32_t n = (int32_t)(ws->cut ? LIMIT_NAME_BYTES : raw.n), i = 0, start = -1;
    bool hyphen = false, alias = false, quoted = false, several = !full;
    raw = str_trim((struct str){raw.p, (size_t)n});
    n = (int32_t)raw.n;
    for (int32_t k = 0; k < n; k++)
        several |= raw.p[k] == ' ' || raw.p[k] == ',' || raw.p[k] == '-' ||
                   (k + 3 <= n && memcmp(raw.p + k, "・", 3) == 0);
    while (i <= n) {
        int32_t at = i;
        UChar32 c = ' ';
        if (i < n)
            U8_NEXT((const uint8_t *)raw.p, i, n, c);
        else
            i++;
        enum sign s = sign_of(c);
        if (s == SIGN_NONE) {
            start = start < 0 ? at : start;
            continue;
        }
        if (start >= 0) {
            word_split(t, ws, (struct str){raw.p + start, (size_t)(at - start)}, hyphen,
                       alias || quoted, !several);
        }
        start = -1;
        hyphen = s == SIGN_HYPHEN;
        if (s == SIGN_COMMA && ws->n)
            ws->w[ws->n - 1].comma = true;
        alias = s == SIGN_OPEN || (s == SIGN_SLASH && ws->n) || (alias && s != SIGN_CLOSE);
        quoted ^= s == SIGN_QUOTE;
    }
}
