#include "text/phonetic.h"

#include "base/err.h"
#include "text/lexicon.h"

#include <pthread.h>

/* Spellings and the class letters they stand for, tried longest first at each letter. Conditions:
 * '^' only at the start, 'c' before a consonant or the end, 'v' before a vowel, 'f' before e i y,
 * '$' at the end, 'j' a Slavic -ija, ' ' always. */
struct spelling {
    char text[7];
    char when;
    char as[3];
};

static const struct spelling spellings[] = {
    {"shch", ' ', "J"}, {"dsch", ' ', "J"}, {"tsch", ' ', "J"}, {"szcz", ' ', "J"},
    {"tch", ' ', "J"},  {"sch", 'v', "J"},  {"sch", 'c', "J"},  {"dzh", ' ', "J"},
    {"ija", 'j', ""},   {"iya", '$', ""},   {"ing", '$', "N"},  {"ang", '$', "N"},
    {"ong", '$', "N"},  {"eng", '$', "N"},  {"ung", '$', "N"},  {"ou", '^', ""},
    {"ch", 'c', "K"},   {"ch", ' ', "J"},   {"sh", ' ', "J"},   {"zh", ' ', "J"},
    {"xh", ' ', "J"},   {"khr", ' ', "KR"}, {"kh", '^', "H"},   {"kh", ' ', ""},
    {"gh", 'c', ""},    {"gh", ' ', "K"},   {"gj", ' ', "J"},   {"dj", ' ', "J"},
    {"dg", 'f', "J"},   {"lj", ' ', "L"},   {"nj", ' ', "N"},   {"cz", ' ', "J"},
    {"sz", ' ', "J"},   {"zs", ' ', "J"},   {"dz", ' ', "S"},   {"ts", ' ', "S"},
    {"tz", ' ', "S"},   {"th", ' ', "T"},   {"dh", ' ', "T"},   {"ph", ' ', "F"},
    {"bh", ' ', "B"},   {"wh", ' ', "F"},   {"ck", ' ', "K"},   {"cq", ' ', "K"},
    {"sc", 'f', "S"},   {"hsi", '^', "J"},  {"hsu", '^', "J"},  {"kn", '^', "N"},
    {"gn", '^', "N"},   {"wr", '^', "R"},   {"ng", 'c', "N"},   {"x", '^', "J"},
    {"x", ' ', "KS"},   {"c", 'f', "S"},    {"c", ' ', "K"},    {"k", ' ', "K"},
    {"g", ' ', "K"},    {"q", ' ', "K"},    {"b", ' ', "B"},    {"p", ' ', "B"},
    {"t", ' ', "T"},    {"d", ' ', "T"},    {"f", ' ', "F"},    {"v", ' ', "F"},
    {"w", '^', "F"},    {"s", ' ', "S"},    {"z", ' ', "S"},    {"j", ' ', "J"},
    {"y", '^', "J"},    {"m", ' ', "M"},    {"n", ' ', "N"},    {"l", ' ', "L"},
    {"r", ' ', "R"},    {"hr", '^', "KR"},  {"h", '^', "H"},
};

static bool is_vowel(char c)
{
    return c && strchr("aeiouy", c);
}

static bool holds(char when, struct str w, size_t at, size_t n)
{
    char next = at + n < w.n ? w.p[at + n] : '\0';
    switch (when) {
    case '^':
        return at == 0;
    case '$':
        return at + n == w.n;
    case 'j': /* Slavic Marija, not Arabic Khadija */
        return at + n == w.n && at > 0 && w.p[at - 1] && strchr("lrnvfskm", w.p[at - 1]);
    case 'c':
        return !is_vowel(next);
    case 'v':
        return is_vowel(next);
    case 'f':
        return next && strchr("eiy", next);
    default:
        return true;
    }
}

/* Spellings by their first letter, in the order of the table. */
static uint8_t by_letter[26][16], lengths[sizeof spellings / sizeof *spellings];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void index_spellings(void)
{
    int used[26] = {0};
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        int letter = spellings[i].text[0] - 'a';
        if (used[letter] == 15)
            BUG("too many spellings start with %c", spellings[i].text[0]);
        lengths[i] = (uint8_t)strlen(spellings[i].text);
        by_letter[letter][used[letter]++] = (uint8_t)(i + 1);
    }
}

/* Number of the spelling at this place, or -1. */
static int spelling_at(struct str w, size_t at)
{
    if (w.p[at] < 'a' || w.p[at] > 'z')
        return -1;
    for (const uint8_t *k = by_letter[w.p[at] - 'a']; *k; k++) {
        const struct spelling *s = &spellings[*k - 1];
        size_t n = lengths[*k - 1];
        if (at + n <= w.n && (n == 1 || memcmp(w.p + at, s->text, n) == 0) &&
            holds(s->when, w, at, n))
            return *k - 1;
    }
    return -1;
}

/* Prefixes that whole families of names share: they say little about who is who, so one class
 * letter stands for them. Arabic article; Yoruba ade "crown", olu(wa) "God", ayo, ola; Igbo chukwu,
 * chi, ike, nne, obi. At least `rest` letters must follow, after an article a consonant. */
static const struct {
    char prefix[8], as[2];
    size_t rest;
} families[] = {
    {"oluwa", "A", 3}, {"chukwu", "J", 3}, {"chinwe", "J", 3}, {"olu", "A", 4}, {"ade", "A", 4},
    {"ike", "A", 4},   {"al", "", 4},      {"el", "", 4},      {"ul", "", 4},
};

static struct str without_prefix(struct str w, char *out, size_t *n)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (w.n == 0 || w.p[0] != families[i].prefix[0])
            continue;
        size_t k = strlen(families[i].prefix);
        bool article = !families[i].as[0];
        if (w.n >= k + families[i].rest && memcmp(w.p, families[i].prefix, k) == 0 &&
            !(article && is_vowel(w.p[k]))) {
            if (families[i].as[0])
                out[(*n)++] = families[i].as[0];
            return (struct str){w.p + k, w.n - k};
        }
    }
    return w;
}

static char vowel_class(struct str w)
{
    for (size_t i = 0; i < w.n; i++)
        switch (w.p[i]) {
        case 'a':
            return 'a';
        case 'e':
        case 'i':
        case 'y':
            return 'i';
        case 'o':
        case 'u':
        case 'w':
            return 'u';
        }
    return '\0';
}

static size_t add(char *out, size_t n, char c)
{
    if (n < SKELETON_MAX - 1 && (n == 0 || out[n - 1] != c))
        out[n++] = c;
    return n;
}

size_t text_skeleton(struct str latin, char *out)
{
    size_t n = 0;
    pthread_once(&once, index_spellings);
    const struct lexeme *known = lexicon_find(latin);
    if (known && known->groups)
        latin = lexicon_group_name(known->group[0]);
    if (latin.n > 2 && latin.p[0] == 'y' && latin.p[1] == 'e' && !is_vowel(latin.p[2]))
        latin = (struct str){latin.p + 1, latin.n - 1}; /* Yelena, Elena */
    struct str w = without_prefix(latin, out, &n);
    for (size_t i = 0; i < w.n;) {
        int k = spelling_at(w, i);
        if (k >= 0) {
            const struct spelling *s = &spellings[k];
            for (const char *c = s->as; *c; c++)
                n = add(out, n, *c);
            if (i == 0 && !s->as[0])
                n = add(out, n, 'A');
            i += lengths[k];
            continue;
        }
        if (i == 0 && is_vowel(w.p[0]))
            n = add(out, n, 'A');
        if (w.p[i] >= '0' && w.p[i] <= '9' && n < SKELETON_MAX - 1)
            out[n++] = w.p[i];
        i++;
    }
    char v = n < 2 ? vowel_class(w) : '\0';
    if (v && n < SKELETON_MAX - 1)
        out[n++] = v;
    out[n] = '\0';
    return n;
}
