/* The words, numbers and signs of a cell that may be a date. */
#include "ingest/when_words.h"

static size_t take_number(struct token *t, const char *p, size_t n)
{
    size_t i = 0;
    t->kind = NUMBER;
    for (; i < n && ascii_is_digit(p[i]); i++)
        if (t->digits++ < 9)
            t->value = t->value * 10 + (p[i] - '0');
    /* 1st, 2nd, 3rd, 4th */
    if (i + 2 <= n && t->digits <= 2 && (i + 2 == n || !ascii_is_letter(p[i + 2]))) {
        char a = (char)(p[i] | 32), b = (char)(p[i + 1] | 32);
        if ((a == 's' && b == 't') || (a == 'n' && b == 'd') || (a == 'r' && b == 'd') ||
            (a == 't' && b == 'h'))
            i += 2;
    }
    return i;
}

void when_tokenize(struct str s, struct tokens *out)
{
    *out = (struct tokens){0};
    size_t i = 0;
    while (i < s.n) {
        struct token *t = &out->t[out->n];
        char c = s.p[i];
        if (out->n == TOKENS_MAX) {
            out->cut = true;
            break;
        }
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '(' || c == ')' || c == '\'' ||
            c == '"') {
            i++;
            continue;
        }
        if (ascii_is_digit(c)) {
            i += take_number(t, s.p + i, s.n - i);
        } else if (ascii_is_letter(c)) {
            int n = 0;
            t->kind = WORD;
            for (; i < s.n && ascii_is_letter(s.p[i]); i++)
                if (n < WORD_MAX - 1)
                    t->word[n++] = (char)(s.p[i] | 32);
        } else if ((unsigned char)c == 0xe2 && i + 2 < s.n && (unsigned char)s.p[i + 1] == 0x80) {
            t->kind = SIGN; /* en and em dash */
            t->word[0] = '-';
            i += 3;
        } else {
            t->kind = SIGN;
            t->word[0] = c;
            i++;
        }
        out->n++;
    }
    for (int k = 0; k < 4; k++)
        out->t[out->n + k].kind = END;
}

bool when_is_word(const struct token *t, const char *w)
{
    return t->kind == WORD && strcmp(t->word, w) == 0;
}

bool when_one_of(const struct token *t, const char *list) /* "a b c" */
{
    if (t->kind != WORD)
        return false;
    size_t n = strlen(t->word);
    for (const char *p = list; (p = strstr(p, t->word)) != NULL; p += n)
        if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

bool when_is_sign(const struct token *t, const char *signs)
{
    return t->kind == SIGN && strchr(signs, t->word[0]) != NULL;
}

int when_month_of(const struct token *t)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    if (t->kind != WORD)
        return 0;
    size_t n = strlen(t->word);
    for (int m = 0; n >= 3 && m < 12; m++)
        if (strncmp(names[m], t->word, n) == 0)
            return m + 1;
    return strcmp(t->word, "sept") == 0 ? 9 : 0;
}

/* Number or number word; -1 when neither. */
long when_small_number(const struct token *t)
{
    static const char *const words[] = {"zero",    "one",     "two",       "three",    "four",
                                        "five",    "six",     "seven",     "eight",    "nine",
                                        "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    if (t->kind == NUMBER && t->digits <= 3)
        return t->value;
    if (t->kind != WORD)
        return -1;
    for (int i = 0; i < 20; i++)
        if (strcmp(words[i], t->word) == 0)
            return i;
    if (when_one_of(t, "a an"))
        return 1;
    return when_is_word(t, "couple") ? 2 : -1;
}
