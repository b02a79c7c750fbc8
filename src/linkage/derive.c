/* What is derived from a normalised text once, so that a pair of values is compared without tables.
 */
#include "base/order.h"
#include "linkage/normalise.h"
#include "linkage/own.h"
#include "text/phonetic.h"
#include "text/word.h"

#include <stdlib.h>

struct str next_word(struct str s, size_t *at)
{
    size_t from = *at;
    while (from < s.n && s.p[from] == ' ')
        from++;
    size_t end = from;
    while (end < s.n && s.p[end] != ' ')
        end++;
    *at = end;
    return (struct str){s.p + from, end - from};
}

size_t squeeze_text(char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ')
            s[k++] = s[i];
    return k;
}

static uint64_t mix_sorted(uint64_t *h, int n)
{
    qsort(h, (size_t)n, sizeof *h, order_uint64);
    return str_hash((struct str){(const char *)h, (size_t)n * sizeof *h});
}

/* The text without its spaces, in joined[NORMALISED_MAX]. */
static struct str join_words(struct str s, char *joined)
{
    size_t n = s.n < NORMALISED_MAX ? s.n : NORMALISED_MAX;
    memcpy(joined, s.p, n);
    return (struct str){joined, squeeze_text(joined, n)};
}

static void derive_words(struct words *m, struct str s)
{
    enum { MAX_SORTED = 32 };
    uint64_t word[MAX_SORTED];
    char joined[NORMALISED_MAX];
    int words = 0;
    for (size_t at = 0; words < MAX_SORTED;) {
        struct str w = next_word(s, &at);
        if (!w.n)
            break;
        word[words] = str_hash(w);
        if (words < VALUE_WORDS)
            m->word[words] = (uint32_t)(word[words] >> 32);
        words++;
    }
    m->n = (uint8_t)(words < VALUE_WORDS ? words : VALUE_WORDS);
    m->sorted = mix_sorted(word, words);
    m->joined = str_hash(join_words(s, joined));
}

/* 64 bits of a word's skeleton; 0 when it has none. */
static uint64_t sound_of(struct str word)
{
    char key[SKELETON_MAX];
    size_t n = text_skeleton(word, key);
    return n ? str_hash((struct str){key, n}) : 0;
}

/* What the tables say of word k of a name. */
static void look_up_word(struct column *c, struct name_form *f, int k, struct str word)
{
    enum { FORMALS_MOST = 8 };
    struct str formal[FORMALS_MOST];
    struct word_facts facts = word_look_up(word, formal, FORMALS_MOST);
    f->weak |= (uint8_t)(facts.weak << k);
    for (size_t i = 0; c->type != LINK_FAMILY_NAME && i < facts.formals && f->formals < UINT8_MAX;
         i++) {
        MEM_GROW(c->formal, c->formal_cap, (size_t)f->first_formal + f->formals + 1);
        c->formal[f->first_formal + f->formals++] = (uint32_t)(str_hash(formal[i]) >> 32);
    }
}

static void add_word_key(struct column *c, const struct name_form *f, int k, struct str word)
{
    uint8_t family;
    MEM_GROW(c->word_key, c->word_key_cap, (size_t)f->first_key + (size_t)k + 1);
    cmp_key_set(&c->word_key[f->first_key + (size_t)k], word_stem(word, &family));
}

/* The words of a name; returns the payload of its value. */
static uint32_t derive_name(struct column *c, uint32_t v, struct str s)
{
    enum { MAX_SORTED = 32 };
    uint64_t sound[MAX_SORTED] = {0};
    char joined[NORMALISED_MAX];
    int words = 0, sounds = 0;
    bool several = s.n && memchr(s.p, ' ', s.n);
    struct name_form *f = &c->form[v];
    *f = (struct name_form){.first_key = (uint32_t)c->word_keys,
                            .first_formal = (uint32_t)c->formals};
    for (size_t at = 0; words < MAX_SORTED; words++) {
        struct str w = next_word(s, &at);
        if (!w.n)
            break;
        uint64_t h = sound_of(w);
        if (h)
            sound[sounds++] = h;
        if (words >= VALUE_WORDS)
            continue;
        f->sound[words] = (uint32_t)(h >> 32);
        look_up_word(c, f, words, w);
        if (several)
            add_word_key(c, f, words, w);
    }
    f->joined_sound = several ? (uint32_t)(sound_of(join_words(s, joined)) >> 32) : f->sound[0];
    if (!several)
        cmp_key_set(&c->value[v].key, word_stem(s, &f->family));
    uint32_t all = sounds ? (uint32_t)(mix_sorted(sound, sounds) >> 34) : 0;
    bool special = f->family || f->formals;
    c->initial[v] =
        (uint8_t)((s.n ? (uint8_t)s.p[0] & 0x7f : 0) | (several ? INITIAL_OF_WORDS : 0));
    return all << 2 | (uint32_t)special << 1 | several;
}

/* What is put beside the value stays; that of a value that is only held is written over. */
static void keep_words(struct column *c, uint32_t v)
{
    const struct name_form *f = &c->form[v];
    c->word_keys = f->first_key + (size_t)(c->words[v].n > 1 ? c->words[v].n : 0);
    c->formals = f->first_formal + (size_t)f->formals;
}

static uint32_t packed_of_text(struct str s)
{
    int part[3] = {0, 0, 0};
    for (size_t i = 0, k = 0; i < s.n && k < 3; i++) {
        if (s.p[i] == '-')
            k++;
        else
            part[k] = part[k] * 10 + (s.p[i] - '0');
    }
    return date_pack(part[0], part[1], part[2]);
}

static bool is_name(enum link_type t)
{
    return t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME || t == LINK_FULL_NAME;
}

static bool has_words(enum link_type t)
{
    return is_name(t) || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT;
}

static bool has_ethiopian_calendar(struct str s)
{
    static const char *const codes[] = {"et", "eth", "er", "eri"};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++)
        if (str_is(s, codes[k]))
            return true;
    return s.n >= 6 && (memcmp(s.p, "ethiop", 6) == 0 || memcmp(s.p, "eritre", 6) == 0);
}

static void derive(struct column *c, uint32_t v)
{
    struct str s = intern_text(&c->texts, v);
    struct value *value = &c->value[v];
    *value = (struct value){0};
    c->count[v] = 0;
    c->hash[v] = str_hash(s);
    if (c->type == LINK_DATE || (c->type == LINK_DATE_DISPUTE && s.n && s.p[0] <= '9')) {
        char digits[9];
        value->extra = packed_of_text(s);
        date_packed_digits(value->extra, digits);
        cmp_key_set(&value->key, (struct str){digits, 8});
        return;
    }
    cmp_key_set(&value->key, s);
    if (c->type == LINK_NATIONALITY || c->type == LINK_COUNTRY)
        value->extra = has_ethiopian_calendar(s) ? NATION_ETHIOPIAN_CALENDAR : 0;
    if (c->type == LINK_YEAR)
        value->extra = (uint32_t)packed_year(packed_of_text(s));
    if (c->words)
        derive_words(&c->words[v], s);
    if (is_name(c->type))
        value->extra = derive_name(c, v, s);
}

/* Room for n values and one more that is only held; value lines begin at a cache line, which
 * realloc does not promise. */
static void reserve(struct column *c, size_t n)
{
    size_t had = c->value_cap;
    if (n + 1 <= had)
        return;
    c->value_cap = had ? mem_grown_(had, n + 1) : n + 1;
    struct value *p = aligned_alloc(sizeof *p, c->value_cap * sizeof *p);
    if (!p)
        p = mem_array(c->value_cap, sizeof *p);
    if (had)
        memcpy(p, c->value, had * sizeof *p);
    free(c->value);
    c->value = p;
    c->count = mem_resize(c->count, c->value_cap, sizeof *c->count);
    c->hash = mem_resize(c->hash, c->value_cap, sizeof *c->hash);
    if (has_words(c->type))
        c->words = mem_resize(c->words, c->value_cap, sizeof *c->words);
    if (is_name(c->type)) {
        c->form = mem_resize(c->form, c->value_cap, sizeof *c->form);
        c->initial = mem_resize(c->initial, c->value_cap, 1);
    }
}

void column_derive(struct column *c, uint32_t first)
{
    uint32_t n = c->texts.count;
    reserve(c, n);
    for (uint32_t v = first; v < n; v++) {
        derive(c, v);
        if (c->form)
            keep_words(c, v);
    }
    if (first == 0) {
        c->value[0] = (struct value){0};
        c->count[0] = 0;
        if (c->initial)
            c->initial[0] = 0;
    }
    c->values = n;
    if (c->own)
        own_derive(c->own, &c->texts, first);
}

void column_derive_held(struct column *c, uint32_t v)
{
    derive(c, v);
}
