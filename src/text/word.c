#include "text/word.h"

#include "text/lexicon.h"

bool word_ends(struct str s, const char *end)
{
    size_t n = strlen(end);
    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

#define PART(text) text, sizeof text - 1

/* Shared parts that are put aside; `rest` letters must be left. */
static const struct {
    const char *part;
    uint8_t n;
    bool end;
    uint8_t family, rest;
} families[] = {
    {PART("abdul"), false, NAME_ABD, 3},     {PART("abdal"), false, NAME_ABD, 3},
    {PART("abdel"), false, NAME_ABD, 3},     {PART("abdoul"), false, NAME_ABD, 3},
    {PART("abdool"), false, NAME_ABD, 3},    {PART("abdil"), false, NAME_ABD, 3},
    {PART("abdur"), false, NAME_ABD, 4},     {PART("abdus"), false, NAME_ABD, 4},
    {PART("abder"), false, NAME_ABD, 4},     {PART("abdes"), false, NAME_ABD, 4},
    {PART("abd"), false, NAME_ABD, 5},       {PART("eddine"), true, NAME_UDDIN, 3},
    {PART("eddin"), true, NAME_UDDIN, 3},    {PART("uddin"), true, NAME_UDDIN, 3},
    {PART("addin"), true, NAME_UDDIN, 3},    {PART("iddin"), true, NAME_UDDIN, 3},
    {PART("oddin"), true, NAME_UDDIN, 3},    {PART("udin"), true, NAME_UDDIN, 3},
    {PART("aldin"), true, NAME_UDDIN, 3},    {PART("eldin"), true, NAME_UDDIN, 3},
    {PART("ullah"), true, NAME_ULLAH, 3},    {PART("ollah"), true, NAME_ULLAH, 3},
    {PART("ulla"), true, NAME_ULLAH, 4},     {PART("oluwa"), false, NAME_OLU, 3},
    {PART("olu"), false, NAME_OLU, 4},       {PART("ade"), false, NAME_ADE, 4},
    {PART("chukwu"), false, NAME_CHUKWU, 3},
};

struct str word_stem(struct str s, uint8_t *family)
{
    *family = NAME_NO_FAMILY;
    if (str_is(s, "abdullah") || str_is(s, "abdallah") || str_is(s, "abdulla"))
        return s;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t n = families[i].n, at = families[i].end ? s.n - n : 0;
        if (s.n < n + families[i].rest || s.p[at] != families[i].part[0] ||
            memcmp(s.p + at, families[i].part, n) != 0)
            continue;
        *family = families[i].family;
        return (struct str){s.p + (families[i].end ? 0 : n), s.n - n};
    }
    return s;
}

bool word_is_address(struct str word)
{
    return lexicon_kind(word) == WORD_ADDRESS;
}

struct word_facts word_look_up(struct str word, struct str *formal, size_t max)
{
    const struct lexeme *x = lexicon_find(word);
    if (!x)
        return (struct word_facts){false, 0};
    enum word_kind k = (enum word_kind)x->kind;
    struct word_facts facts = {.weak = k == WORD_SON || k == WORD_ARTICLE || k == WORD_KUNYA ||
                                       k == WORD_PARTICLE || k == WORD_MIDDLE};
    for (; facts.formals < x->formals && facts.formals < max; facts.formals++)
        formal[facts.formals] = lexicon_word(x->formal[facts.formals]);
    return facts;
}
