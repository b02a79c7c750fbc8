#include "text/name.h"

#include "text/lexicon.h"
#include "text/name_words.h"
#include "text/syllable.h"
#include "text/translit.h"
#include "text/word.h"

#include <unicode/utypes.h>

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

static bool is_patronymic(struct str s)
{
    static const char *const ends[] = {"ovich", "evich", "ovna",   "evna",   "ovych", "yovych",
                                       "ivna",  "avich", "ovitch", "evitch", "ogly",  "qizi"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (s.n > strlen(ends[i]) + 2 && word_ends(s, ends[i]))
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
    struct str stem = word_stem(latin, &t->family);
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
        /* Vowels are not written: there the table says more than the readings. */
        t->known = x && x->latin.n && (t->script == SCRIPT_ARABIC || t->script == SCRIPT_HEBREW);
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
    uint8_t kind[WORDS_MAX]; /* enum word_kind */
    bool join[WORDS_MAX];    /* goes with the word before */
    int first;               /* token of the name that the part starts at */
    bool only_titles;
    bool son, servant, alias; /* said by a word before */
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
    /* "Al" and "El" stand alone too, -ul- and its like between words; the rarer forms only with a
     * hyphen: they are Korean syllables too. */
    bool between =
        i > 0 && (str_is(s, "ul") || str_is(s, "ur") || str_is(s, "ud") || str_is(s, "uz"));
    return ws->w[i + 1].hyphen || between || str_is(s, "al") || str_is(s, "el");
}

/* Does the word only say something of those around it? */
static bool word_passed(struct reader *r, int i)
{
    enum word_kind kind = r->kind[i];
    bool last = i + 1 == r->ws.n;
    if (kind == WORD_ADDRESS || kind == WORD_SUFFIX || (kind == WORD_TITLE && !r->only_titles))
        return true;
    if (kind == WORD_ALIAS) {
        r->alias = !last;
        return true;
    }
    if (kind == WORD_SON && !last)
        return r->son = true;
    if (kind == WORD_SERVANT && !last)
        return r->servant = true;
    return article_here(&r->ws, i);
}

/* The word and the syllables joined to it; returns the last of them. */
static int word_join(const struct reader *r, int i, char *out, size_t cap, size_t *n)
{
    const struct word *w = &r->ws.w[i];
    memcpy(out, w->latin, w->n);
    *n = w->n;
    while (i + 1 < r->ws.n && r->join[i + 1] && *n + r->ws.w[i + 1].n < cap) {
        memcpy(out + *n, r->ws.w[i + 1].latin, r->ws.w[i + 1].n);
        *n += r->ws.w[++i].n;
    }
    return i;
}

static void word_token(struct reader *r, int i, struct str latin, enum name_role as,
                       struct name *out)
{
    struct str raw = r->ws.w[i].raw;
    /* Saif al-Din: the family goes with the word before. */
    if (str_is(latin, "din") && i > 1 && out->n > r->first && r->kind[i - 1] == WORD_ARTICLE) {
        out->t[out->n - 1].family = NAME_UDDIN;
        return;
    }
    if (i + 1 < r->ws.n && r->kind[i + 1] == WORD_SECOND && latin.n >= 5 &&
        (word_ends(latin, "ur") || word_ends(latin, "ul")))
        latin.n -= 2; /* Mahbubur Rahman is Mahbub ur-Rahman */
    bool servant = r->servant;
    if (servant && (str_is(latin, "allah") || str_is(latin, "ullah"))) {
        latin = str_of("abdullah");
        servant = false;
    }
    struct name_token *k = token_add(out, latin, as, raw);
    if (k && servant && k->family == NAME_NO_FAMILY)
        k->family = NAME_ABD;
}

static void part_tokens(struct text *t, struct str raw, enum name_role role, struct name *out)
{
    struct reader r = {.first = out->n, .only_titles = true};
    struct words *ws = &r.ws;
    words_read(t, raw, role == ROLE_ANY, ws);
    out->cut |= ws->cut;
    join_syllables(ws, r.join);
    for (int i = 0; i < ws->n; i++) {
        enum word_kind kind = kind_of(&ws->w[i]);
        r.kind[i] = (uint8_t)(ws->w[i].n == 1 && kind != WORD_PARTICLE ? WORD_PLAIN : kind);
        r.only_titles &= kind == WORD_ADDRESS || kind == WORD_TITLE || kind == WORD_SUFFIX;
    }
    int comma = family_comma(ws);
    for (int i = 0; i < ws->n; i++) {
        if (word_passed(&r, i))
            continue;
        enum word_kind kind = r.kind[i];
        enum name_role as = r.alias ? ROLE_ALIAS : role_at(ws, i, role, comma);
        if (r.son)
            as = ROLE_PATRONYMIC;
        if ((kind == WORD_PARTICLE || kind == WORD_KUNYA || kind == WORD_MIDDLE) && i + 1 < ws->n)
            as = ROLE_PARTICLE;
        char joined[128];
        size_t n;
        int last = word_join(&r, i, joined, sizeof joined, &n);
        word_token(&r, i, (struct str){joined, n}, as, out);
        i = last;
        if (as != ROLE_PARTICLE)
            r.son = r.servant = false;
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
