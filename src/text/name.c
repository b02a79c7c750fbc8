#include "text/name.h"

#include "base/limits.h"
#include "text/lexicon.h"
#include "text/syllable.h"
#include "text/translit.h"

#include <unicode/ustring.h>
#include <unicode/utf8.h>

#define WORDS_MAX 48 /* raw words of one part */

/* A raw word, what stood around it, and its plain form. */
struct word {
    struct str raw;
    char latin[64];
    size_t n;
    bool hyphen; /* joined to the word before by a hyphen */
    bool comma;  /* a comma followed */
    bool alias;  /* inside brackets or quotation marks */
};

struct words {
    struct word w[WORDS_MAX];
    int n;
    bool cut;
};

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
    if (c < 0 || c < 0x20 || u_isUWhiteSpace(c))
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
        if (w->latin[i] < 'a')
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

static void words_read(struct text *t, struct str raw, bool full, struct words *ws)
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
            hyphen = false;
        }
        start = -1;
        hyphen = s == SIGN_HYPHEN;
        if (s == SIGN_COMMA && ws->n)
            ws->w[ws->n - 1].comma = true;
        alias = s == SIGN_OPEN || (s == SIGN_SLASH && ws->n) || (alias && s != SIGN_CLOSE);
        quoted ^= s == SIGN_QUOTE;
    }
}

static struct str plain(const struct word *w)
{
    return (struct str){w->latin, w->n};
}

static enum word_kind kind_of(const struct word *w)
{
    char signs[64];
    if (text_script_of(w->raw) == SCRIPT_LATIN)
        return lexicon_kind(plain(w));
    size_t n = translit_known_key(w->raw, signs, sizeof signs);
    return n ? lexicon_kind((struct str){signs, n}) : WORD_PLAIN;
}

static bool ends_with(struct str s, const char *end)
{
    size_t n = strlen(end);
    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

static bool starts_with(struct str s, const char *start)
{
    size_t n = strlen(start);
    return s.n >= n && memcmp(s.p, start, n) == 0;
}

/* Shared parts that are put aside; `rest` letters must be left. */
static const struct {
    const char *part;
    bool end;
    uint8_t family, rest;
} families[] = {
    {"abdul", false, NAME_ABD, 3},     {"abdal", false, NAME_ABD, 3},
    {"abdel", false, NAME_ABD, 3},     {"abdoul", false, NAME_ABD, 3},
    {"abdool", false, NAME_ABD, 3},    {"abdil", false, NAME_ABD, 3},
    {"abdur", false, NAME_ABD, 4},     {"abdus", false, NAME_ABD, 4},
    {"abder", false, NAME_ABD, 4},     {"abdes", false, NAME_ABD, 4},
    {"abd", false, NAME_ABD, 5},       {"eddine", true, NAME_UDDIN, 3},
    {"eddin", true, NAME_UDDIN, 3},    {"uddin", true, NAME_UDDIN, 3},
    {"addin", true, NAME_UDDIN, 3},    {"iddin", true, NAME_UDDIN, 3},
    {"oddin", true, NAME_UDDIN, 3},    {"udin", true, NAME_UDDIN, 3},
    {"aldin", true, NAME_UDDIN, 3},    {"eldin", true, NAME_UDDIN, 3},
    {"ullah", true, NAME_ULLAH, 3},    {"ollah", true, NAME_ULLAH, 3},
    {"ulla", true, NAME_ULLAH, 4},     {"oluwa", false, NAME_OLU, 3},
    {"olu", false, NAME_OLU, 4},       {"ade", false, NAME_ADE, 4},
    {"chukwu", false, NAME_CHUKWU, 3},
};

static struct str put_family_aside(struct str s, uint8_t *family)
{
    if (str_is(s, "abdullah") || str_is(s, "abdallah") || str_is(s, "abdulla"))
        return s;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t k = strlen(families[i].part);
        if (s.n < k + families[i].rest)
            continue;
        if (families[i].end ? ends_with(s, families[i].part) : starts_with(s, families[i].part)) {
            *family = families[i].family;
            return (struct str){s.p + (families[i].end ? 0 : k), s.n - k};
        }
    }
    return s;
}

static bool is_patronymic(struct str s)
{
    static const char *const ends[] = {"ovich", "evich", "ovna",   "evna",   "ovych", "yovych",
                                       "ivna",  "avich", "ovitch", "evitch", "ogly",  "qizi"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (s.n > strlen(ends[i]) + 2 && ends_with(s, ends[i]))
            return true;
    return false;
}

static void native_set(struct name_token *t, struct str raw)
{
    UChar u[NAME_NATIVE_MAX + 1];
    int32_t n = 0;
    translit_native(raw, u, NAME_NATIVE_MAX, &n);
    memcpy(t->native, u, (size_t)n * sizeof *u);
    t->natives = (uint8_t)n;
}

static struct name_token *token_add(struct name *out, struct str latin, enum name_role role,
                                    struct str raw)
{
    if (out->n == NAME_TOKENS_MAX) {
        out->cut = true;
        return NULL;
    }
    struct name_token *t = &out->t[out->n++];
    *t = (struct name_token){.role = (uint8_t)role};
    struct str stem = put_family_aside(latin, &t->family);
    cmp_key_set(&t->key, stem);
    cmp_key_set(&t->whole, latin);
    text_skeleton(stem, t->skeleton);
    t->initial = latin.n == 1;
    if (role != ROLE_ALIAS && role != ROLE_PARTICLE && is_patronymic(latin))
        t->role = ROLE_PATRONYMIC;
    t->weak = role == ROLE_PARTICLE || t->initial;
    t->script = (uint8_t)text_script_of(raw);
    if (t->script != SCRIPT_LATIN) {
        t->initial = t->initial && t->script != SCRIPT_HAN && t->script != SCRIPT_HANGUL;
        t->weak = role == ROLE_PARTICLE || t->initial;
        native_set(t, raw);
        char signs[64];
        size_t k = translit_known_key(raw, signs, sizeof signs);
        const struct lexeme *x = k ? lexicon_find((struct str){signs, k}) : NULL;
        t->known = x && x->latin.n;
    }
    return t;
}

/* The family part (1) and the given syllables that belong together: "Kim Jong Un", "Xi Jinping",
 * "Mei-Ling Chen". Marks in join[i] that word i goes with the word before. */
static void join_syllables(const struct words *ws, bool *join)
{
    for (int i = 1; i < ws->n; i++)
        join[i] = ws->w[i].hyphen && syllable_east(plain(&ws->w[i - 1])) &&
                  syllable_east(plain(&ws->w[i])) && !(i > 1 && join[i - 1] && ws->w[i - 1].hyphen);
    if (ws->n == 3 && !ws->w[1].hyphen && !ws->w[2].hyphen && syllable_east(plain(&ws->w[0])) &&
        syllable_east(plain(&ws->w[1])) && syllable_east(plain(&ws->w[2]))) {
        if (ws->w[0].comma || surname_east(plain(&ws->w[0])))
            join[2] = true;
        else if (surname_east(plain(&ws->w[2])))
            join[1] = true;
    }
}

/* One part (full, given, family ...) into tokens. */
struct reader {
    struct words ws;
    bool join[WORDS_MAX];
};

static enum name_role role_at(const struct words *ws, int i, enum name_role role, int comma)
{
    if (ws->w[i].alias)
        return ROLE_ALIAS;
    if (role == ROLE_ANY && comma >= 0)
        return i <= comma ? ROLE_FAMILY : ROLE_GIVEN;
    return role;
}

/* The comma of "Family, Given": only one, not the last sign. */
static int family_comma(const struct words *ws)
{
    int at = -1;
    for (int i = 0; i < ws->n; i++)
        if (ws->w[i].comma) {
            if (at >= 0)
                return -1;
            at = i;
        }
    return at == ws->n - 1 ? -1 : at;
}

static bool article_here(const struct words *ws, int i)
{
    struct str s = plain(&ws->w[i]);
    if (i + 1 >= ws->n || lexicon_kind(s) != WORD_ARTICLE)
        return false;
    /* "Al" and "El" stand alone too; the rarer forms only with a hyphen. */
    return ws->w[i + 1].hyphen || str_is(s, "al") || str_is(s, "el");
}

static void part_tokens(struct text *t, struct str raw, enum name_role role, struct name *out)
{
    struct reader r = {0};
    words_read(t, raw, role == ROLE_ANY, &r.ws);
    struct words *ws = &r.ws;
    out->cut |= ws->cut;
    join_syllables(ws, r.join);
    int comma = family_comma(ws), first = out->n;
    bool son = false, servant = false, alias = false, titles_stay = true;
    for (int i = 0; i < ws->n && titles_stay; i++) {
        enum word_kind kind = kind_of(&ws->w[i]);
        titles_stay = kind == WORD_ADDRESS || kind == WORD_TITLE || kind == WORD_SUFFIX;
    }
    for (int i = 0; i < ws->n; i++) {
        struct word *w = &ws->w[i];
        struct str s = plain(w);
        enum word_kind kind = kind_of(w);
        if (s.n == 1 && kind != WORD_PARTICLE)
            kind = WORD_PLAIN;
        bool last = i + 1 == ws->n;
        if (kind == WORD_ADDRESS || kind == WORD_SUFFIX || (kind == WORD_TITLE && !titles_stay))
            continue;
        if (kind == WORD_ALIAS) {
            alias = !last;
            continue;
        }
        if (kind == WORD_SON && !last) {
            son = true;
            continue;
        }
        if (kind == WORD_SERVANT && !last) {
            servant = true;
            continue;
        }
        if (article_here(ws, i))
            continue;
        enum name_role as = alias ? ROLE_ALIAS : role_at(ws, i, role, comma);
        if (son)
            as = ROLE_PATRONYMIC;
        if ((kind == WORD_PARTICLE || kind == WORD_KUNYA || kind == WORD_MIDDLE) && !last)
            as = ROLE_PARTICLE;
        char joined[128];
        size_t n = 0;
        memcpy(joined, s.p, s.n);
        n = s.n;
        while (i + 1 < ws->n && r.join[i + 1] && n + ws->w[i + 1].n < sizeof joined) {
            memcpy(joined + n, ws->w[i + 1].latin, ws->w[i + 1].n);
            n += ws->w[++i].n;
        }
        if (servant && (str_is(s, "allah") || str_is(s, "ullah"))) {
            n = strlen("abdullah");
            memcpy(joined, "abdullah", n);
            servant = false;
        }
        struct name_token *k = token_add(out, (struct str){joined, n}, as, w->raw);
        if (k && servant && k->family == NAME_NO_FAMILY)
            k->family = NAME_ABD;
        /* Saif al-Din: the family is the word before. */
        if (k && out->n - first >= 2 && str_is((struct str){joined, n}, "din") && i > 1 &&
            lexicon_kind(plain(&ws->w[i - 1])) == WORD_ARTICLE) {
            out->n--;
            out->t[out->n - 1].family = NAME_UDDIN;
        }
        son = servant = as == ROLE_PARTICLE && (son || servant);
    }
}

static uint8_t languages_of(struct str country)
{
    static const struct {
        char country[3];
        uint8_t languages;
    } rows[] = {
        {"CN", 1 << LANG_MANDARIN | 1 << LANG_CANTONESE},
        {"TW", 1 << LANG_MANDARIN},
        {"HK", 1 << LANG_MANDARIN | 1 << LANG_CANTONESE},
        {"MO", 1 << LANG_MANDARIN | 1 << LANG_CANTONESE},
        {"SG", 1 << LANG_MANDARIN | 1 << LANG_CANTONESE},
        {"MY", 1 << LANG_MANDARIN | 1 << LANG_CANTONESE},
        {"KR", 1 << LANG_KOREAN},
        {"KP", 1 << LANG_KOREAN},
        {"VN", 1 << LANG_VIETNAMESE},
        {"JP", 1 << LANG_JAPANESE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eq_nocase_ascii(country, str_of(rows[i].country)))
            return rows[i].languages;
    return 0;
}

void name_parse(struct text *t, const struct name_parts *p, struct name *out)
{
    *out = (struct name){0};
    part_tokens(t, p->full, ROLE_ANY, out);
    part_tokens(t, p->given, ROLE_GIVEN, out);
    part_tokens(t, p->middle, ROLE_MIDDLE, out);
    part_tokens(t, p->family, ROLE_FAMILY, out);
    part_tokens(t, p->alias, ROLE_ALIAS, out);
    uint8_t languages = languages_of(p->country);
    for (int i = 0; i < out->n; i++)
        out->t[i].languages = languages;
    bool strong = false;
    for (int i = 0; i < out->n; i++)
        strong |= !out->t[i].weak;
    for (int i = 0; i < out->n && !strong; i++)
        out->t[i].weak = out->t[i].initial;
}

void name_parse_full(struct text *t, struct str full, struct name *out)
{
    name_parse(t, &(struct name_parts){.full = full}, out);
}

const char *name_role_name(enum name_role r)
{
    static const char *const names[] = {"name",       "given", "middle",  "family",
                                        "patronymic", "alias", "particle"};
    return names[r];
}

const char *name_family_name(enum name_family f)
{
    static const char *const names[] = {"", "abd", "uddin", "ullah", "ade", "olu", "chukwu"};
    return names[f];
}
