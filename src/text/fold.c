#include "text/fold.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/mem.h"
#include "text/translit.h"

#include <pthread.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

/* What a code point below TABLE_END (or in U+1E00..U+1EFF) becomes: up to three ASCII bytes, or one
 * of the values below. */
#define TABLE_END 0x370
#define VIETNAMESE_START 0x1E00
#define VIETNAMESE_COUNT 0x100

enum {
    DROP = 0,
    GAP = 1,  /* separates words */
    SLOW = 2, /* needs normalising first */
    SIGN = 3, /* ascii punctuation that the marked form keeps: the byte itself is the second byte */
};

struct plain {
    char text[4]; /* text[0] in DROP..SIGN, or 1-3 letters or digits NUL-terminated */
};

static struct plain table[TABLE_END];
static struct plain vietnamese[VIETNAMESE_COUNT];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static struct plain plain_sign(char c)
{
    return (struct plain){{SIGN, c}};
}

static struct plain plain_ascii(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return (struct plain){{(char)(c + 32)}};
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return (struct plain){{(char)c}};
    if (c == '`')
        return plain_sign('\'');
    if (c && strchr(",.-'()\"/", c))
        return plain_sign((char)c);
    return (struct plain){{GAP}};
}

/* Folds that neither NFKD nor ICU's Latin-ASCII reaches, or that names want otherwise. */
static const struct {
    UChar32 c;
    const char *as;
} own_folds[] = {
    {0x0259, "e"},  {0x018F, "e"}, /* Azerbaijani schwa, written e where it cannot be typed */
    {0x01DD, "e"},  {0x0294, ""},  /* glottal stop */
    {0x0138, "q"},  {0x02BC, ""},   {0x02BB, ""},   {0x02BE, ""},   {0x02BF, ""},
    {0x02B9, ""},   {0x0251, "a"},  {0x025B, "e"},  {0x0254, "o"},  {0x0263, "gh"},
    {0x0272, "ny"}, {0x0283, "sh"}, {0x0292, "zh"}, {0x01B7, "zh"}, {0x028B, "v"},
    {0x0269, "i"},  {0x028A, "u"},  {0x014B, "ng"}, {0x014A, "ng"},
};

static struct plain plain_latin(UChar32 c)
{
    for (size_t i = 0; i < sizeof own_folds / sizeof *own_folds; i++)
        if (own_folds[i].c == c) {
            struct plain p = {{0}};
            memcpy(p.text, own_folds[i].as, strlen(own_folds[i].as));
            return p;
        }
    if (c >= 0x300)
        return (struct plain){{c < 0x370 ? DROP : SLOW}};
    switch (c) {
    case 0xAB:
    case 0xBB:
        return plain_sign('"');
    case 0xB4:
    case 0x2B9:
    case 0x2C8:
        return plain_sign('\'');
    case 0xAD:
        return (struct plain){{DROP}};
    }
    if (!u_isalpha(c))
        return (struct plain){{u_charType(c) == U_MODIFIER_SYMBOL || u_isalnum(c) ? SLOW : GAP}};
    char ascii[16];
    size_t n = translit_latin_ascii(c, ascii, sizeof ascii);
    struct plain p = {{SLOW}};
    if (n >= 1 && n <= 3) {
        p = (struct plain){{0}};
        memcpy(p.text, ascii, n);
    }
    return p;
}

static void table_fill(void)
{
    static const struct plain gap = {{GAP}};
    for (UChar32 c = 0; c < 0x80; c++)
        table[c] = plain_ascii((unsigned char)c);
    for (UChar32 c = 0x80; c < 0xA0; c++)
        table[c] = gap;
    for (UChar32 c = 0xA0; c < TABLE_END; c++)
        table[c] = plain_latin(c);
    for (UChar32 c = 0; c < VIETNAMESE_COUNT; c++)
        vietnamese[c] = plain_latin(VIETNAMESE_START + c);
}

static const struct plain *plain_of(UChar32 c)
{
    static const struct plain drop = {{DROP}}, gap = {{GAP}}, slow = {{SLOW}}, dash = {{SIGN, '-'}},
                              quote = {{SIGN, '\''}}, quotes = {{SIGN, '"'}}, comma = {{SIGN, ','}},
                              paren = {{SIGN, '('}}, paren_end = {{SIGN, ')'}};
    if (c < TABLE_END)
        return &table[c];
    if (c >= VIETNAMESE_START && c < VIETNAMESE_START + VIETNAMESE_COUNT)
        return &vietnamese[c - VIETNAMESE_START];
    switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x201A:
    case 0x201B:
    case 0x2032:
    case 0x05F3:
        return &quote;
    case 0x201C:
    case 0x201D:
    case 0x201E:
    case 0x201F:
    case 0x2033:
    case 0x05F4:
        return &quotes;
    case 0x060C:
    case 0x3001:
    case 0xFF0C:
        return &comma;
    case 0xFF08:
        return &paren;
    case 0xFF09:
        return &paren_end;
    case 0x30FB: /* katakana middle dot separates names */
    case 0xFF65:
        return &gap;
    case 0x05BE:
    case 0x2212:
        return &dash;
    }
    if (c >= 0x2010 && c <= 0x2015)
        return &dash;
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
        u_charType(c) == U_FORMAT_CHAR)
        return &drop;
    if (u_isUWhiteSpace(c))
        return &gap;
    return &slow;
}

struct sink {
    char *out;
    size_t n;
    bool marked, gap;
};

static void sink_put(struct sink *s, const char *p, size_t n)
{
    if (s->n + n + 2 > TEXT_FOLD_MAX)
        return;
    if (s->gap && s->n)
        s->out[s->n++] = ' ';
    s->gap = false;
    memcpy(s->out + s->n, p, n);
    s->n += n;
}

static void sink_sign(struct sink *s, char c)
{
    if (s->marked)
        sink_put(s, &c, 1);
    else if (c != '\'')
        s->gap = true;
}

/* False: the string needs the slow way. */
static bool sink_plain(struct sink *s, const struct plain *p)
{
    switch (p->text[0]) {
    case DROP:
        return true;
    case GAP:
        s->gap = true;
        return true;
    case SLOW:
        return false;
    case SIGN:
        sink_sign(s, p->text[1]);
        return true;
    default:
        sink_put(s, p->text, strlen(p->text));
        return true;
    }
}

/* A word of another script, already in normal form. */
static void sink_word(struct sink *s, struct text *t, const UChar *w, int32_t n)
{
    struct str latin = translit_word(t, w, n);
    for (size_t i = 0; i < latin.n; i++)
        sink_plain(s, &table[(unsigned char)latin.p[i]]);
}

/* Letters that follow each other in one script, with their marks, are one word. */
static int32_t word_end(const UChar *u, int32_t i, int32_t n)
{
    UChar32 c;
    int32_t start = i;
    UScriptCode script = USCRIPT_COMMON;
    while (i < n) {
        int32_t next = i;
        U16_NEXT(u, next, n, c);
        UErrorCode ue = U_ZERO_ERROR;
        UScriptCode sc = uscript_getScript(c, &ue);
        bool mark = U_GET_GC_MASK(c) & U_GC_M_MASK;
        bool letter = u_isalpha(c) && (c >= TABLE_END || sc != USCRIPT_LATIN);
        bool neutral = sc == USCRIPT_COMMON || sc == USCRIPT_INHERITED;
        if (!(letter || (mark && i > start)))
            break;
        if (sc == USCRIPT_HIRAGANA)
            sc = USCRIPT_KATAKANA;
        if (script == USCRIPT_COMMON && !neutral)
            script = sc;
        else if (!neutral && sc != script)
            break;
        i = next;
    }
    return i;
}

static void fold_slow(struct text *t, struct str raw, struct sink *s)
{
    UChar before[LIMIT_NAME_BYTES + 1], u[LIMIT_NAME_BYTES * 8];
    int32_t n = 0, i = 0, length = (int32_t)raw.n;
    while (i < length) {
        UChar32 c;
        U8_NEXT((const uint8_t *)raw.p, i, length, c);
        if (c < 0x20 || (c >= 0x7f && c < 0xA0))
            c = ' ';
        U16_APPEND_UNSAFE(before, n, c);
    }
    UErrorCode ue = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&ue);
    n = unorm2_normalize(nfkc, before, n, u, sizeof u / sizeof *u, &ue);
    if (U_FAILURE(ue) && ue != U_BUFFER_OVERFLOW_ERROR)
        BUG("ICU normalisation: %s", u_errorName(ue));
    if (n > (int32_t)(sizeof u / sizeof *u))
        n = sizeof u / sizeof *u;
    for (i = 0; i < n;) {
        int32_t end = word_end(u, i, n);
        if (end > i) {
            sink_word(s, t, u + i, end - i);
            i = end;
            continue;
        }
        UChar32 c;
        U16_NEXT(u, i, n, c);
        int32_t digit = u_charDigitValue(c);
        if (digit >= 0 && digit <= 9) {
            char d = (char)('0' + digit);
            sink_put(s, &d, 1);
        } else if (!sink_plain(s, plain_of(c)) && !(U_GET_GC_MASK(c) & U_GC_M_MASK)) {
            s->gap = true;
        }
    }
}

static size_t fold(struct text *t, struct str raw, char *out, bool marked)
{
    pthread_once(&table_once, table_fill);
    if (raw.n > LIMIT_NAME_BYTES) {
        raw.n = LIMIT_NAME_BYTES;
        while (raw.n && ((unsigned char)raw.p[raw.n] & 0xC0) == 0x80)
            raw.n--;
    }
    struct sink s = {out, 0, marked, false};
    int32_t i = 0, n = (int32_t)raw.n;
    while (i < n) {
        UChar32 c = (unsigned char)raw.p[i];
        if (c < 0x80)
            i++;
        else
            U8_NEXT((const uint8_t *)raw.p, i, n, c);
        if (c < 0)
            s.gap = true;
        else if (!sink_plain(&s, plain_of(c))) {
            s = (struct sink){out, 0, marked, false};
            fold_slow(t, raw, &s);
            break;
        }
    }
    out[s.n] = '\0';
    return s.n;
}

size_t text_fold(struct text *t, struct str raw, char *out)
{
    return fold(t, raw, out, false);
}

size_t text_fold_marked(struct text *t, struct str raw, char *out)
{
    return fold(t, raw, out, true);
}

enum text_script text_script_of(struct str raw)
{
    int32_t i = 0, n = (int32_t)(raw.n > LIMIT_NAME_BYTES ? LIMIT_NAME_BYTES : raw.n);
    while (i < n) {
        UChar32 c;
        U8_NEXT((const uint8_t *)raw.p, i, n, c);
        if (c > 0x7f && u_isalpha(c))
            return translit_script(c);
        if (c > 0 && c < 0x80 && u_isalpha(c))
            break;
    }
    return SCRIPT_LATIN;
}

const char *text_script_name(enum text_script s)
{
    static const char *const names[] = {"Latin", "Cyrillic", "Greek",  "Arabic",   "Hebrew",
                                        "Han",   "kana",     "Hangul", "Ethiopic", "Khmer",
                                        "Thai",  "Indic",    "other"};
    return names[s];
}
