#include "text/reading.h"

#include "base/err.h"
#include "base/mem.h"
#include "text/lexicon.h"
#include "text/translit.h"

#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#define SIGNS_MAX 8
#define READING_MAX 10
#define HAN_WORD_MAX 8

/* Costs in tenths of an edit. */
enum {
    COST_EDIT = 10,
    COST_VOWEL = 7,
    COST_VOWEL_UNWRITTEN = 1, /* any of Arabic and Hebrew, a and o of Indic and Khmer */
    COST_VOWEL_INHERENT = 4,  /* other vowels of Indic and Khmer */
    COST_LINK = 2,            /* Japanese no or ga between parts: Inoue, Shirogane */
    COST_DOUBLED = 2,
    COST_H = 4,
    COST_NEVER = 10000
};

enum system { SYS_SIGNS, SYS_PINYIN, SYS_JYUTPING, SYS_ROMAJI, SYS_VIETNAMESE };

struct entry {
    uint8_t system, n, m;
    bool first; /* the usual one */
    bool end;   /* only at the end of the word: "$" in the table */
    UChar signs[SIGNS_MAX];
    char reading[READING_MAX + 1];
};

struct han {
    UChar signs[4];
    int n;
    struct str readings[NAME_LANGUAGES]; /* separated by spaces; Korean in Hangul */
};

static struct {
    struct entry *entries;
    size_t n, cap;
    struct han *hans;
    size_t han_n, han_cap;
    struct arena store;
    pthread_once_t once;
} tables = {.once = PTHREAD_ONCE_INIT};

/* Next word of a space-separated list; n == 0 at the end. */
static struct str list_next(struct str *list)
{
    const char *stop = list->n ? memchr(list->p, ' ', list->n) : NULL;
    struct str word = {list->p, stop ? (size_t)(stop - list->p) : list->n};
    size_t used = word.n + (stop != NULL);
    list->p += used;
    list->n -= used;
    return word;
}

/* Hangul syllables into their letters (Unicode, section 3.12); others as they are. */
static int32_t jamo(const UChar *s, int32_t n, UChar *out, int32_t cap)
{
    int32_t k = 0;
    for (int32_t i = 0; i < n && k + 3 <= cap; i++) {
        if (s[i] < 0xAC00 || s[i] > 0xD7A3) {
            out[k++] = s[i];
            continue;
        }
        int code = s[i] - 0xAC00;
        out[k++] = (UChar)(0x1100 + code / 588);
        out[k++] = (UChar)(0x1161 + code % 588 / 28);
        if (code % 28)
            out[k++] = (UChar)(0x11A7 + code % 28);
    }
    return k;
}

static void entries_add(uint8_t system, struct str signs, struct str readings)
{
    UChar u[SIGNS_MAX * 3];
    int32_t n;
    bool end = signs.n && signs.p[signs.n - 1] == '$';
    translit_native(signs, u, SIGNS_MAX, &n);
    UChar parts[SIGNS_MAX * 3];
    n = jamo(u, n, parts, SIGNS_MAX + 3);
    if (n < 1 || n > SIGNS_MAX)
        BUG("data/text: %d signs in one entry", n);
    bool first = true;
    for (struct str r; (r = list_next(&readings)).n; first = false) {
        if (str_is(r, "-"))
            r.n = 0;
        if (r.n > READING_MAX)
            BUG("data/text: the reading %.*s is too long", (int)r.n, r.p);
        MEM_GROW(tables.entries, tables.cap, tables.n + 1);
        struct entry *e = &tables.entries[tables.n++];
        *e = (struct entry){
            .system = system, .n = (uint8_t)n, .m = (uint8_t)r.n, .first = first, .end = end};
        memcpy(e->signs, parts, (size_t)n * sizeof *parts);
        memcpy(e->reading, r.p, r.n);
    }
}

static void read_signs(const struct str *cells, long row)
{
    (void)row;
    entries_add(SYS_SIGNS, cells[0], cells[1]);
}

static void read_respelling(const struct str *cells, long row)
{
    static const char *const names[] = {"", "pinyin", "jyutping", "romaji", "vietnamese"};
    for (size_t k = 1; k < sizeof names / sizeof *names; k++)
        if (str_is(cells[0], names[k])) {
            entries_add((uint8_t)k, cells[1], cells[2]);
            return;
        }
    BUG("data/text/respellings.csv row %ld: unknown system", row);
}

static void read_han(const struct str *cells, long row)
{
    int32_t n;
    MEM_GROW(tables.hans, tables.han_cap, tables.han_n + 1);
    struct han *h = &tables.hans[tables.han_n++];
    translit_native(cells[0], h->signs, 4, &n);
    if (n < 1)
        BUG("data/text/han.csv row %ld: no sign", row);
    h->n = n;
    for (int k = 0; k < NAME_LANGUAGES; k++)
        h->readings[k] = (struct str){arena_strndup(&tables.store, cells[k + 1].p, cells[k + 1].n),
                                      cells[k + 1].n};
}

static int entry_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->system != y->system)
        return x->system - y->system;
    if (x->signs[0] != y->signs[0])
        return x->signs[0] - y->signs[0];
    if (x->n != y->n)
        return y->n - x->n; /* longest first */
    int c = memcmp(x->signs, y->signs, x->n * sizeof(UChar));
    if (c)
        return c;
    return x->first != y->first ? y->first - x->first : strcmp(x->reading, y->reading);
}

static int han_order(const void *a, const void *b)
{
    const struct han *x = a, *y = b;
    if (x->signs[0] != y->signs[0])
        return x->signs[0] - y->signs[0];
    return x->n != y->n ? y->n - x->n : memcmp(x->signs, y->signs, (size_t)x->n * sizeof(UChar));
}

static void read_tables(void)
{
    lexicon_each_row("text/readings.csv", 3, read_signs);
    lexicon_each_row("text/respellings.csv", 3, read_respelling);
    lexicon_each_row("text/han.csv", 1 + NAME_LANGUAGES, read_han);
    qsort(tables.entries, tables.n, sizeof *tables.entries, entry_order);
    qsort(tables.hans, tables.han_n, sizeof *tables.hans, han_order);
}

/* First entry of the system that starts with the sign; NULL when there is none. */
static const struct entry *entry_first(uint8_t system, UChar sign)
{
    size_t lo = 0, hi = tables.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct entry *e = &tables.entries[mid];
        if (e->system < system || (e->system == system && e->signs[0] < sign))
            lo = mid + 1;
        else
            hi = mid;
    }
    const struct entry *e = &tables.entries[lo];
    return lo < tables.n && e->system == system && e->signs[0] == sign ? e : NULL;
}

static bool entry_goes_on(const struct entry *e, uint8_t system, UChar sign)
{
    return e < tables.entries + tables.n && e->system == system && e->signs[0] == sign;
}

/* The letter under a mark, for signs that have no entry of their own. */
static UChar without_mark(UChar c)
{
    UErrorCode ue = U_ZERO_ERROR;
    UChar d[8];
    int32_t n = unorm2_getDecomposition(unorm2_getNFDInstance(&ue), c, d, 8, &ue);
    return U_SUCCESS(ue) && n > 0 ? d[0] : c;
}

/* The Latin word to be read, and what may be put in for little. */
struct target {
    const uint8_t *c;
    int n;
    int put_in[CMP_MAX];
};

/* What one more vowel costs that no sign writes. */
static int vowel_cost(uint8_t c, enum text_script s)
{
    if (s == SCRIPT_ARABIC || s == SCRIPT_HEBREW)
        return COST_VOWEL_UNWRITTEN;
    if (s == SCRIPT_INDIC || s == SCRIPT_KHMER)
        return c == 'a' || c == 'o' ? COST_VOWEL_UNWRITTEN : COST_VOWEL_INHERENT;
    return COST_VOWEL;
}

static void target_init(struct target *t, const struct cmp_key *latin, enum text_script script)
{
    t->c = latin->c;
    t->n = latin->n;
    for (int j = 0; j < t->n; j++) {
        uint8_t c = t->c[j];
        t->put_in[j] = strchr("aeiouy", c) ? vowel_cost(c, script) : c == 'h' ? COST_H : COST_EDIT;
        if (j > 0 && c == t->c[j - 1] && t->put_in[j] > COST_DOUBLED)
            t->put_in[j] = COST_DOUBLED;
    }
}

/* cost[j]: least cost of having read the signs so far as the first j letters. */
struct state {
    int cost[CMP_MAX + 1];
};

static void put_in(const struct target *t, struct state *s)
{
    for (int j = 0; j < t->n; j++)
        if (s->cost[j] + t->put_in[j] < s->cost[j + 1])
            s->cost[j + 1] = s->cost[j] + t->put_in[j];
}

static void state_never(struct state *s)
{
    for (int j = 0; j <= CMP_MAX; j++)
        s->cost[j] = COST_NEVER;
}

static void read_as(const struct target *t, const struct state *from, struct state *to,
                    const char *reading, int m, int cost)
{
    for (int j = 0; j + m <= t->n; j++)
        if (from->cost[j] + cost < to->cost[j + m] && memcmp(t->c + j, reading, (size_t)m) == 0)
            to->cost[j + m] = from->cost[j] + cost;
}

/* Reads n signs (or letters of a romanisation) from the state *s; leaves the result there. */
static void advance(const struct target *t, uint8_t system, const UChar *signs, int n,
                    struct state *s)
{
    struct state row[NAME_NATIVE_MAX * 3 + 1];
    row[0] = *s;
    for (int i = 1; i <= n; i++)
        state_never(&row[i]);
    for (int i = 0; i < n; i++) {
        put_in(t, &row[i]);
        UChar sign = signs[i];
        const struct entry *e = entry_first(system, sign);
        if (!e && system == SYS_SIGNS) {
            sign = without_mark(sign);
            e = entry_first(system, sign);
        }
        if (sign < 0x80) /* letters of a romanisation also stand for themselves */
            read_as(t, &row[i], &row[i + 1], (const char[]){(char)sign}, 1, 0);
        int drop = U_GET_GC_MASK(signs[i]) & U_GC_M_MASK ? 1 : COST_EDIT;
        read_as(t, &row[i], &row[i + 1], "", 0, drop);
        for (; e && entry_goes_on(e, system, sign); e++)
            if (e->n <= n - i &&
                memcmp(e->signs + 1, signs + i + 1, (size_t)(e->n - 1) * sizeof *signs) == 0)
                read_as(t, &row[i], &row[i + e->n], e->reading, e->m, 0);
    }
    put_in(t, &row[n]);
    *s = row[n];
}

static const struct han *han_first(UChar sign)
{
    size_t lo = 0, hi = tables.han_n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (tables.hans[mid].signs[0] < sign)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < tables.han_n && tables.hans[lo].signs[0] == sign ? &tables.hans[lo] : NULL;
}

static const uint8_t system_of[NAME_LANGUAGES] = {SYS_PINYIN, SYS_JYUTPING, SYS_SIGNS,
                                                  SYS_VIETNAMESE, SYS_ROMAJI};

static void merge(struct state *into, const struct state *s)
{
    for (int j = 0; j <= CMP_MAX; j++)
        if (s->cost[j] < into->cost[j])
            into->cost[j] = s->cost[j];
}

/* Voicing of a later part: kawa, gawa. 0 when the sound has none. */
static char voiced(char c)
{
    switch (c) {
    case 'k':
        return 'g';
    case 's':
        return 'z';
    case 't':
        return 'd';
    case 'h':
    case 'f':
        return 'b';
    }
    return 0;
}

/* One reading of a Han sign, from the state *from into *to. */
static void han_reading(const struct target *t, enum name_language lang, struct str r, bool later,
                        const struct state *from, struct state *to)
{
    UChar u[24], parts[72];
    int32_t n;
    translit_native(r, u, 24, &n);
    if (lang == LANG_KOREAN) {
        n = jamo(u, n, parts, 72);
        memcpy(u, parts, (size_t)(n > 24 ? 24 : n) * sizeof *u);
        n = n > 24 ? 24 : n;
    }
    struct state s = *from;
    advance(t, system_of[lang], u, n, &s);
    merge(to, &s);
    if (lang != LANG_JAPANESE || !later || n < 1)
        return;
    bool palatal = n > 1 && u[1] == 'h' && (u[0] == 's' || u[0] == 'c');
    char v = palatal ? 'j' : voiced((char)u[0]);
    if (v) {
        int drop = palatal || (u[0] == 't' && n > 1 && u[1] == 's');
        u[drop] = u[0] == 't' && drop ? 'z' : (UChar)v;
        s = *from;
        advance(t, SYS_ROMAJI, u + drop, n - drop, &s);
        merge(to, &s);
    }
}

/* Least cost of reading a whole Han word in one language. */
static int han_cost(const struct target *t, const UChar *w, int n, enum name_language lang)
{
    struct state row[HAN_WORD_MAX + 1];
    for (int i = 0; i <= n; i++)
        state_never(&row[i]);
    row[0].cost[0] = 0;
    for (int i = 0; i < n; i++) {
        if (lang == LANG_JAPANESE && i > 0) {
            struct state before = row[i];
            read_as(t, &before, &row[i], "no", 2, COST_LINK);
            read_as(t, &before, &row[i], "ga", 2, COST_LINK);
        }
        UChar sign = w[i] == 0x3005 && i > 0 ? w[i - 1] : w[i]; /* iteration mark */
        for (const struct han *h = han_first(sign);
             h && h < tables.hans + tables.han_n && h->signs[0] == sign; h++) {
            if (h->n > n - i ||
                memcmp(h->signs + 1, w + i + 1, (size_t)(h->n - 1) * sizeof *w) != 0)
                continue;
            struct str list = h->readings[lang];
            for (struct str r; (r = list_next(&list)).n;)
                han_reading(t, lang, r, i > 0, &row[i], &row[i + h->n]);
        }
    }
    return row[n].cost[t->n];
}

static double similarity_of(int cost, int letters)
{
    double s = 1 - cost / (10.0 * letters);
    return s > 0 ? s : 0;
}

double reading_similarity(const struct name_token *native, const struct cmp_key *latin)
{
    struct target t;
    if (latin->n == 0 || native->natives == 0)
        return 0;
    pthread_once(&tables.once, read_tables);
    const UChar *w = native->native;
    int n = native->natives;
    if (native->script == SCRIPT_HAN) {
        int best = COST_NEVER;
        target_init(&t, latin, SCRIPT_HAN);
        for (int lang = 0; lang < NAME_LANGUAGES && n <= HAN_WORD_MAX; lang++) {
            if (native->languages && !(native->languages & 1 << lang))
                continue;
            int cost = han_cost(&t, w, n, (enum name_language)lang);
            best = cost < best ? cost : best;
        }
        return similarity_of(best, latin->n);
    }
    bool abjad = native->script == SCRIPT_ARABIC || native->script == SCRIPT_HEBREW;
    bool abugida = native->script == SCRIPT_INDIC || native->script == SCRIPT_KHMER;
    target_init(&t, latin, (enum text_script)native->script);
    UChar parts[NAME_NATIVE_MAX * 3];
    n = jamo(w, n, parts, NAME_NATIVE_MAX * 3);
    struct state s;
    state_never(&s);
    s.cost[0] = 0;
    advance(&t, SYS_SIGNS, parts, n, &s);
    int letters = latin->n;
    if (abjad) { /* only what the script writes counts, else cheap vowels hide foreign consonants */
        letters = 0;
        for (int j = 0; j < latin->n; j++)
            letters += !strchr("aeiouy", latin->c[j]);
        letters = letters < 2 ? 2 : letters;
    } else if (!abugida && native->natives > letters) {
        letters = native->natives;
    }
    return similarity_of(s.cost[t.n], letters);
}

static bool khmer_consonant(UChar c)
{
    return c >= 0x1780 && c <= 0x17A2;
}

/* A consonant of Khmer straight before another has the inherent vowel; shifters of its series and
 * silencing signs between them write none. */
static bool khmer_inherent(const UChar *signs, int32_t next, int32_t n)
{
    int32_t before = next - 1;
    while (before > 0 && signs[before] >= 0x17C9 && signs[before] <= 0x17CC)
        before--;
    return next < n && khmer_consonant(signs[before]) && khmer_consonant(signs[next]);
}

size_t reading_plain(const UChar *signs, int32_t n, char *out, size_t cap)
{
    size_t k = 0;
    pthread_once(&tables.once, read_tables);
    for (int32_t i = 0; i < n;) {
        const struct entry *e = entry_first(SYS_SIGNS, signs[i]);
        while (e && entry_goes_on(e, SYS_SIGNS, signs[i]) &&
               (e->n > n - i || !e->first || e->end ||
                memcmp(e->signs, signs + i, e->n * sizeof *signs) != 0))
            e++;
        if (!e || !entry_goes_on(e, SYS_SIGNS, signs[i])) {
            i++;
            continue;
        }
        if (k + e->m > cap)
            break;
        memcpy(out + k, e->reading, e->m);
        k += e->m;
        i += e->n;
        if (khmer_inherent(signs, i, n) && k < cap)
            out[k++] = 'a';
    }
    return k;
}

bool reading_known(enum text_script s)
{
    return s != SCRIPT_LATIN && s != SCRIPT_KANA && s != SCRIPT_THAI && s != SCRIPT_OTHER;
}
