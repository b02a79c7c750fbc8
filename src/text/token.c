#include "text/token.h"

#include "text/lexicon.h"
#include "text/reading.h"

#include <math.h>

/* What is not an edit: docs/method/names.md. */
#define VARIANT 0.97
#define NICKNAME 0.90
#define INITIAL 0.90
#define SOUND 0.80
#define OTHER_NAME 0.65

static struct str key_str(const struct name_token *t)
{
    return (struct str){(const char *)t->key.c, t->key.n};
}

static bool vowel(uint8_t c)
{
    return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

static char sound_class(uint8_t c)
{
    static const char table[26] = {0,   'B', 'K', 'T', 0,   'F', 'K', 'H', 0,   'J', 'K', 'L', 'M',
                                   'N', 0,   'B', 'K', 'R', 'S', 'T', 0,   'F', 'F', 'K', 0,   'S'};
    return c >= 'a' && c <= 'z' ? table[c - 'a'] : 0;
}

/* Tenths of an edit. */
static int cost_change(uint8_t x, uint8_t y)
{
    if (x == y)
        return 0;
    if (vowel(x) && vowel(y))
        return (x == 'i' && y == 'y') || (x == 'y' && y == 'i') ? 3 : 5;
    if ((x == 'j' && (y == 'y' || y == 'i')) || (y == 'j' && (x == 'y' || x == 'i')))
        return 5;
    char a = sound_class(x), b = sound_class(y);
    return a && a == b ? 5 : 10;
}

static int cost_add(const uint8_t *s, int i)
{
    if (i > 0 && s[i] == s[i - 1])
        return 3;
    return vowel(s[i]) ? 7 : s[i] == 'h' ? 7 : 10;
}

/* Weighted edit distance in tenths, with neighbours transposed for 8. */
static int weighted_edits(const struct cmp_key *a, const struct cmp_key *b)
{
    int rows[3][CMP_MAX + 1], *two = rows[0], *one = rows[1], *now = rows[2];
    one[0] = 0;
    for (int j = 1; j <= b->n; j++)
        one[j] = one[j - 1] + cost_add(b->c, j - 1);
    for (int i = 1; i <= a->n; i++) {
        now[0] = one[0] + cost_add(a->c, i - 1);
        for (int j = 1; j <= b->n; j++) {
            int d = one[j - 1] + cost_change(a->c[i - 1], b->c[j - 1]);
            int drop = one[j] + cost_add(a->c, i - 1), add = now[j - 1] + cost_add(b->c, j - 1);
            d = drop < d ? drop : d;
            d = add < d ? add : d;
            if (i > 1 && j > 1 && a->c[i - 1] == b->c[j - 2] && a->c[i - 2] == b->c[j - 1] &&
                two[j - 2] + 8 < d)
                d = two[j - 2] + 8;
            now[j] = d;
        }
        int *spare = two;
        two = one;
        one = now;
        now = spare;
    }
    return one[b->n];
}

double key_similarity(const struct cmp_key *a, const struct cmp_key *b)
{
    int longer = a->n > b->n ? a->n : b->n;
    /* No way to reach the line: at least 3 tenths for each character not in common. */
    if (longer == 0 || 3 * (longer - cmp_common_bound(a, b)) > 5 * longer)
        return 0;
    double s = 1 - weighted_edits(a, b) / (10.0 * longer);
    return s > 0 ? s : 0;
}

/* Two words of one script, sign by sign; a sign of Han or Hangul is a whole syllable. */
static double native_similarity(const struct name_token *a, const struct name_token *b)
{
    int row[NAME_NATIVE_MAX + 1], n = a->natives, m = b->natives, longer = n > m ? n : m;
    for (int j = 0; j <= m; j++)
        row[j] = j;
    for (int i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int d = corner + (a->native[i - 1] != b->native[j - 1]);
            corner = row[j];
            d = row[j] + 1 < d ? row[j] + 1 : d;
            d = row[j - 1] + 1 < d ? row[j - 1] + 1 : d;
            row[j] = d;
        }
    }
    return longer ? 1 - (double)row[m] / longer : 0;
}

/* Both are known names, and not the same one: Hassan, Hussein. */
static bool known_apart(const struct name_token *a, const struct name_token *b)
{
    const struct lexeme *p = lexicon_find(key_str(a)), *q = lexicon_find(key_str(b));
    return p && q && p->groups && q->groups && !lexicon_same_group(p, q) &&
           !str_eq(key_str(a), key_str(b));
}

static double latin_similarity(const struct name_token *a, const struct name_token *b,
                               enum token_match *why)
{
    struct str x = key_str(a), y = key_str(b);
    double shared = 1; /* a family on one side only, or two different ones */
    if (a->family != b->family)
        shared = a->family && b->family ? 0.6 : 0.85;
    *why = MATCH_EXACT;
    if (str_eq(x, y))
        return shared;
    if (a->initial || b->initial) {
        *why = x.n && y.n && x.p[0] == y.p[0] ? MATCH_INITIAL : MATCH_NONE;
        return *why ? INITIAL : 0;
    }
    const struct lexeme *p = lexicon_find(x), *q = lexicon_find(y);
    *why = MATCH_VARIANT;
    if (lexicon_same_group(p, q))
        return VARIANT * shared;
    *why = MATCH_NICKNAME;
    if (lexicon_nickname(p, q))
        return NICKNAME * shared;
    *why = MATCH_TYPO;
    double s = key_similarity(&a->key, &b->key);
    if (s < SOUND && s >= 0.5 && strlen(a->skeleton) > 2 && strcmp(a->skeleton, b->skeleton) == 0) {
        *why = MATCH_SOUND;
        s = SOUND;
    }
    if (s > OTHER_NAME && (!a->natives || a->known) && (!b->natives || b->known) &&
        known_apart(a, b))
        s = OTHER_NAME;
    return s * shared;
}

/* Arabic joins Abd and the article to a word or not, and so do its romanisations: the native word
 * is read with and without them, against the Latin word with and without its family. */
static double read_best(const struct name_token *native, const struct name_token *latin)
{
    static const uint16_t abd[] = {0x0639, 0x0628, 0x062F}, article[] = {0x0627, 0x0644};
    double best = reading_similarity(native, &latin->whole);
    if (native->script != SCRIPT_ARABIC)
        return best;
    struct name_token rest = *native;
    for (int step = 0; step < 3; step++) {
        size_t n = step == 1 ? sizeof abd : sizeof article;
        const uint16_t *start = step == 1 ? abd : article;
        bool cut = step > 0 && rest.natives * sizeof *rest.native > n &&
                   memcmp(rest.native, start, n) == 0;
        if (step > 0 && !cut)
            continue;
        if (cut) {
            rest.natives = (uint8_t)(rest.natives - n / sizeof *start);
            memmove(rest.native, (const char *)rest.native + n, rest.natives * sizeof *start);
            best = fmax(best, reading_similarity(&rest, &latin->whole));
        }
        if (latin->family)
            best = fmax(best, reading_similarity(&rest, &latin->key));
    }
    return best;
}

double token_similarity(const struct name_token *a, const struct name_token *b,
                        enum token_match *why)
{
    if (a->script == b->script && a->natives && b->natives) {
        double s = native_similarity(a, b);
        *why = s >= 1 ? MATCH_EXACT : MATCH_TYPO;
        if (s >= 1 || a->script == SCRIPT_HAN || a->script == SCRIPT_HANGUL)
            return s;
        enum token_match latin_why;
        double l = latin_similarity(a, b, &latin_why);
        if (l > s && (latin_why == MATCH_VARIANT || latin_why == MATCH_INITIAL)) {
            *why = latin_why;
            return l;
        }
        return s;
    }
    double s = latin_similarity(a, b, why);
    if (a->natives == 0 && b->natives == 0)
        return s;
    const struct name_token *native = a->natives ? a : b;
    double r = read_best(native, native == a ? b : a);
    if (native->known && (*why != MATCH_TYPO && *why != MATCH_SOUND))
        return s;
    if (native->known && known_apart(a, b))
        return s < r ? s : r;
    /* The one romanisation by rule says less than the readings, where they are known. */
    bool readings = reading_known((enum text_script)native->script);
    if (r > s || (readings && (*why == MATCH_TYPO || *why == MATCH_SOUND || *why == MATCH_EXACT))) {
        *why = MATCH_READING;
        s = r;
    }
    return s;
}

bool name_is_nickname(struct str a, struct str b)
{
    return lexicon_nickname(lexicon_find(a), lexicon_find(b));
}

bool name_is_variant(struct str a, struct str b)
{
    return lexicon_same_group(lexicon_find(a), lexicon_find(b));
}
