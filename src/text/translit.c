#include "text/translit.h"

#include "base/embed.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "text/lexicon.h"
#include "text/reading.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>
#include <unicode/utrans.h>

/* The memo is emptied when it holds this many words or bytes: bounded memory for any input. */
#define MEMO_WORDS 65536
#define MEMO_BYTES ((size_t)8 << 20)
#define LATIN_MAX 256

struct memo_entry {
    const UChar *word;
    char *latin;
    uint32_t words, latins; /* lengths */
};

struct text {
    UTransliterator *rule[SCRIPT_OTHER + 1];
    struct memo_entry *memo; /* open addressing, 2 * MEMO_WORDS slots */
    size_t memo_used, memo_bytes;
    struct arena store;
};

enum text_script translit_script(UChar32 c)
{
    UErrorCode ue = U_ZERO_ERROR;
    switch (uscript_getScript(c, &ue)) {
    case USCRIPT_LATIN:
        return SCRIPT_LATIN;
    case USCRIPT_CYRILLIC:
        return SCRIPT_CYRILLIC;
    case USCRIPT_GREEK:
        return SCRIPT_GREEK;
    case USCRIPT_ARABIC:
        return SCRIPT_ARABIC;
    case USCRIPT_HEBREW:
        return SCRIPT_HEBREW;
    case USCRIPT_HAN:
        return SCRIPT_HAN;
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
        return SCRIPT_KANA;
    case USCRIPT_HANGUL:
        return SCRIPT_HANGUL;
    case USCRIPT_ETHIOPIC:
        return SCRIPT_ETHIOPIC;
    case USCRIPT_KHMER:
        return SCRIPT_KHMER;
    case USCRIPT_THAI:
        return SCRIPT_THAI;
    case USCRIPT_DEVANAGARI:
    case USCRIPT_BENGALI:
    case USCRIPT_GUJARATI:
    case USCRIPT_GURMUKHI:
    case USCRIPT_KANNADA:
    case USCRIPT_MALAYALAM:
    case USCRIPT_ORIYA:
    case USCRIPT_TAMIL:
    case USCRIPT_TELUGU:
        return SCRIPT_INDIC;
    default:
        return SCRIPT_OTHER;
    }
}

#define TO_ASCII "::NFKD; ::[:M:] Remove; ::Latin-ASCII; ::Lower;"

/* ICU's rules per script, chosen for the digraphs that registrars write (sh, kh, ts), not the marks
 * of scholars. Signs that a rule set leaves as they are get the first reading in readings.csv. */
static const char *const chains[SCRIPT_OTHER + 1] = {
    [SCRIPT_LATIN] = TO_ASCII,
    [SCRIPT_CYRILLIC] = "::Russian-Latin/BGN;" TO_ASCII,
    [SCRIPT_GREEK] =
        "::NFD; ::[\\u0301\\u0300\\u0342] Remove; ::NFC; ::Greek-Latin/UNGEGN;" TO_ASCII,
    [SCRIPT_ARABIC] = "::Arabic-Latin/BGN;" TO_ASCII,
    [SCRIPT_ETHIOPIC] = "::Amharic-Latin/BGN;" TO_ASCII,
    [SCRIPT_HAN] = "::Han-Latin/Names;" TO_ASCII,
    /* c is said ch; s with acute or dot below is said sh; the last inherent vowel is not said. */
    [SCRIPT_INDIC] = "::Any-Latin; ::NFC; ch > chh; c > ch; [\\u015B\\u1E63] > sh;"
                     "[bcdfghjklmnpqrstvwxyz\\u1E5B\\u1E0D\\u1E6D\\u1E47\\u1E45\\u00F1] "
                     "{ a } $ > ;" TO_ASCII,
    [SCRIPT_OTHER] = "::Armenian-Latin/BGN; ::Georgian-Latin/BGN; ::Any-Latin;" TO_ASCII,
};

static UTransliterator *rule_open(enum text_script script)
{
    UChar id[16], rules[512];
    UErrorCode ue = U_ZERO_ERROR;
    UParseError pe;
    u_uastrcpy(id, "Names");
    u_uastrcpy(rules, chains[script]);
    UTransliterator *r = utrans_openU(id, -1, UTRANS_FORWARD, rules, -1, &pe, &ue);
    if (U_FAILURE(ue))
        BUG("ICU does not take the rules of %s: %s", text_script_name(script), u_errorName(ue));
    return r;
}

struct text *text_new(void)
{
    struct text *t = mem_zalloc(1, sizeof *t);
    return t;
}

void text_free(struct text *t)
{
    if (!t)
        return;
    for (int i = 0; i <= SCRIPT_OTHER; i++)
        if (t->rule[i])
            utrans_close(t->rule[i]);
    arena_free(&t->store);
    free(t->memo);
    free(t);
}

/* To lower-case ASCII letters and digits; anything else that is left goes. */
static size_t run_rule(UTransliterator *rule, const UChar *w, int32_t n, bool own_readings,
                       char *out, size_t cap)
{
    UChar u[LATIN_MAX * 4];
    int32_t size = sizeof u / sizeof *u, limit;
    if (n > LATIN_MAX)
        n = LATIN_MAX;
    memcpy(u, w, (size_t)n * sizeof *u);
    limit = n;
    UErrorCode ue = U_ZERO_ERROR;
    utrans_transUChars(rule, u, &n, size, 0, &limit, &ue);
    if (U_FAILURE(ue)) /* no room: the word is longer than any name */
        return 0;
    size_t length = 0;
    for (int32_t i = 0; i < limit && length < cap; i++) {
        UChar c = u[i];
        if (c >= 'A' && c <= 'Z')
            c += 32;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[length++] = (char)c;
        else if (c > 0x36F && own_readings)
            length += reading_plain(u + i, 1, out + length, cap - length);
    }
    return length;
}

size_t translit_latin_ascii(UChar32 c, char *out, size_t cap)
{
    static UTransliterator *rule; /* called once, from the fold table's pthread_once */
    if (!rule)
        rule = rule_open(SCRIPT_LATIN);
    UChar u[2];
    int32_t n = 0;
    U16_APPEND_UNSAFE(u, n, c);
    return run_rule(rule, u, n, false, out, cap);
}

static enum text_script word_script(const UChar *w, int32_t n)
{
    UChar32 c;
    int32_t i = 0;
    U16_NEXT(w, i, n, c);
    return translit_script(c);
}

static UTransliterator *rule_for(struct text *t, enum text_script s)
{
    if (!chains[s])
        s = SCRIPT_OTHER;
    if (!t->rule[s])
        t->rule[s] = rule_open(s);
    return t->rule[s];
}

static struct memo_entry *memo_slot(struct text *t, const UChar *w, uint32_t n)
{
    size_t mask = 2 * MEMO_WORDS - 1;
    size_t i = str_hash((struct str){(const char *)w, n * sizeof *w}) & mask;
    while (t->memo[i].word &&
           (t->memo[i].words != n || memcmp(t->memo[i].word, w, n * sizeof *w) != 0))
        i = (i + 1) & mask;
    return &t->memo[i];
}

static UChar arabic_plain(UChar c)
{
    switch (c) {
    case 0x0623:
    case 0x0625:
    case 0x0622:
    case 0x0671:
        return 0x0627; /* alef */
    case 0x0649:
    case 0x06CC:
        return 0x064A; /* yeh */
    case 0x06A9:
        return 0x0643; /* kaf */
    case 0x0640:       /* tatweel */
        return 0;
    }
    return (c >= 0x064B && c <= 0x065F) || c == 0x0670 ? 0 : c;
}

static size_t known_key(const UChar *w, int32_t n, char *out, size_t cap)
{
    int32_t k = 0;
    UBool failed = false;
    for (int32_t i = 0; i < n; i++) {
        UChar c = arabic_plain(w[i]);
        if (c && U16_IS_SINGLE(c) && (size_t)k + 3 <= cap)
            U8_APPEND((uint8_t *)out, k, (int32_t)cap, c, failed);
        else if (c)
            return 0;
    }
    return failed ? 0 : (size_t)k;
}

size_t translit_known_key(struct str raw, char *out, size_t cap)
{
    UChar u[32];
    int32_t n;
    translit_native(raw, u, 32, &n);
    return known_key(u, n, out, cap);
}

static struct str known_latin(const UChar *w, int32_t n)
{
    char key[64];
    size_t k = n <= 16 ? known_key(w, n, key, sizeof key) : 0;
    const struct lexeme *x = k ? lexicon_find((struct str){key, k}) : NULL;
    return x ? x->latin : (struct str){0};
}

/* An initial alef or ayin carries a vowel, which ICU leaves out. */
static size_t vowel_first(enum text_script s, UChar first, char *latin, size_t n)
{
    bool carrier = s == SCRIPT_ARABIC ? first == 0x0623 || first == 0x0625 || first == 0x0622 ||
                                            first == 0x0627 || first == 0x0639
                                      : s == SCRIPT_HEBREW && (first == 0x05D0 || first == 0x05E2);
    if (!carrier || n == 0 || n == LATIN_MAX || strchr("aeiou", latin[0]))
        return n;
    memmove(latin + 1, latin, n);
    latin[0] = first == 0x0625 ? 'i' : 'a';
    return n + 1;
}

struct str translit_word(struct text *t, const UChar *w, int32_t n)
{
    if (!t->memo || t->memo_used >= MEMO_WORDS || t->memo_bytes >= MEMO_BYTES) {
        free(t->memo);
        arena_free(&t->store);
        t->memo = mem_zalloc(2 * MEMO_WORDS, sizeof *t->memo);
        t->memo_used = t->memo_bytes = 0;
    }
    struct memo_entry *m = memo_slot(t, w, (uint32_t)n);
    if (!m->word) {
        char latin[LATIN_MAX];
        enum text_script s = word_script(w, n);
        struct str known = known_latin(w, n);
        size_t length = known.n ? known.n
                        : s == SCRIPT_KHMER || s == SCRIPT_HEBREW
                            ? reading_plain(w, n, latin,
                                            sizeof latin) /* ICU has none for it, or wants points */
                            : run_rule(rule_for(t, s), w, n, true, latin, sizeof latin);
        if (known.n)
            memcpy(latin, known.p, known.n);
        else
            length = vowel_first(s, w[0], latin, length);
        UChar *copy = arena_alloc(&t->store, (size_t)n * sizeof *w);
        memcpy(copy, w, (size_t)n * sizeof *w);
        *m = (struct memo_entry){copy, arena_strndup(&t->store, latin, length), (uint32_t)n,
                                 (uint32_t)length};
        t->memo_used++;
        t->memo_bytes += (size_t)n * sizeof *w + length + 32;
    }
    return (struct str){m->latin, m->latins};
}

void translit_native(struct str raw, UChar *out, int32_t cap, int32_t *n)
{
    UChar before[LIMIT_NAME_BYTES + 1], after[LIMIT_NAME_BYTES * 8];
    int32_t length = 0, i = 0,
            size = (int32_t)(raw.n > LIMIT_NAME_BYTES ? LIMIT_NAME_BYTES : raw.n);
    while (i < size) {
        UChar32 c;
        U8_NEXT((const uint8_t *)raw.p, i, size, c);
        if (c >= 0)
            U16_APPEND_UNSAFE(before, length, c);
    }
    UErrorCode ue = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&ue);
    length = unorm2_normalize(nfkc, before, length, after, sizeof after / sizeof *after, &ue);
    if (U_FAILURE(ue))
        length = 0;
    *n = 0;
    for (i = 0; i < length && *n < cap; i++)
        if (u_isalpha(after[i]) || (U_GET_GC_MASK(after[i]) & U_GC_M_MASK))
            out[(*n)++] = after[i];
}
