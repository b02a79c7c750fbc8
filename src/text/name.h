/* Personal names as a bag of tokens with roles, so that order is free and "family name" need not
 * exist: Vietnamese, Chinese, Eritrean, Somali and Arabic names have no given/family order that
 * columns could trust (LINKAGE.md 6.1).
 *
 * Parsing: titles, honorifics, generation and company suffixes are dropped; Arabic articles too;
 * bin/ibn/ben/bint/ould mark the next token as a patronymic; abd al-X is one token X of the family
 * "abd"; -uddin and -ullah, Yoruba and Igbo prefixes (Ade-, Olu-, Oluwa-, Chukwu- ...) are families
 * too: the shared part is put aside so that it does not link strangers. Particles (de, van, von)
 * and Thi are kept but weak. "Family, Given" is understood, brackets and quotation marks and
 * a.k.a. hold aliases; hyphened Chinese and Korean syllables are one token, other hyphens part
 * words; native signs of other scripts are kept beside the Latin form for comparing within a script
 * and across scripts. One-name people are one token.
 *
 * Nothing here is stored by itself: keep the raw name and TEXT_RULES_VERSION beside it. */
#ifndef TEXT_NAME_H
#define TEXT_NAME_H

#include "text/compare.h"
#include "text/fold.h"
#include "text/phonetic.h"

#define NAME_TOKENS_MAX 16 /* more are left out */
#define NAME_NATIVE_MAX 24 /* UTF-16 units of a native word that are kept */

enum name_role {
    ROLE_ANY, /* from a full name without a comma: given or family, who knows */
    ROLE_GIVEN,
    ROLE_MIDDLE,
    ROLE_FAMILY,
    ROLE_PATRONYMIC, /* after bin, ibn, bint ...; Russian -ovich, -ovna */
    ROLE_ALIAS,
    ROLE_PARTICLE /* de, van, abu: weak */
};

/* Part of a token that a whole family of names shares and that was put aside. */
enum name_family {
    NAME_NO_FAMILY,
    NAME_ABD,   /* Abd al-X, Abdul X */
    NAME_UDDIN, /* X-uddin, X al-Din */
    NAME_ULLAH, /* X-ullah */
    NAME_ADE,
    NAME_OLU,
    NAME_CHUKWU
};

/* Languages that Han signs are read in, bits of name_token.languages. */
enum name_language {
    LANG_MANDARIN,
    LANG_CANTONESE,
    LANG_KOREAN,
    LANG_VIETNAMESE,
    LANG_JAPANESE,
    NAME_LANGUAGES
};

struct name_token {
    struct cmp_key key;               /* plain Latin, families put aside */
    struct cmp_key whole;             /* plain Latin, nothing put aside */
    char skeleton[SKELETON_MAX];      /* of the key */
    uint8_t role;                     /* enum name_role */
    uint8_t family;                   /* enum name_family */
    uint8_t script;                   /* enum text_script of the raw word */
    uint8_t natives;                  /* units in native[] */
    uint8_t languages;                /* bits of enum name_language that may be meant; 0: any */
    bool initial;                     /* one letter only */
    bool weak;                        /* counts little: particle, Thi, initial */
    bool known;                       /* not Latin, but in data/text/known-words.csv */
    uint16_t native[NAME_NATIVE_MAX]; /* the word itself in UTF-16, when not Latin */
};

struct name {
    int n; /* 0: nothing to compare by */
    struct name_token t[NAME_TOKENS_MAX];
    bool cut; /* tokens were left out */
};

/* Empty parts are allowed; `full` may be given with the others. `country`, where it is known (of
 * nationality or birth, two letters of ISO 3166-1), tells which language Han signs are read in. */
struct name_parts {
    struct str full, given, middle, family, alias, country;
};

/* Cost: about 2 microseconds for a Latin name. Never fails: bad bytes separate words. */
void name_parse(struct text *t, const struct name_parts *p, struct name *out);
/* Only `full`. */
void name_parse_full(struct text *t, struct str full, struct name *out);

const char *name_role_name(enum name_role r);
const char *name_family_name(enum name_family f);

/* Why two tokens agree, from the strongest. */
enum token_match {
    MATCH_NONE,     /* nothing on the other side */
    MATCH_EXACT,    /* same letters */
    MATCH_VARIANT,  /* known spellings of one name: Mohammed, Muhamad */
    MATCH_READING,  /* a way to read the other script's signs */
    MATCH_JOINED,   /* two words here, one there */
    MATCH_TYPO,     /* an edit or two */
    MATCH_SOUND,    /* same skeleton, letters further apart */
    MATCH_NICKNAME, /* Bill, William */
    MATCH_INITIAL,  /* J, Joachim */
    MATCH_CONFLICT  /* stands against a token of the other name that it does not fit */
};
const char *token_match_name(enum token_match m);

struct token_meeting {
    uint8_t kind;  /* enum token_match */
    int16_t other; /* token of the other name, or -1 */
    float similarity;
};

struct name_match {
    double score; /* 0..1 */
    struct token_meeting a[NAME_TOKENS_MAX], b[NAME_TOKENS_MAX];
};

/* Similarity of two names in 0..1, symmetric; about .8 and more: plausibly one person. Two empty
 * names score 0. Pure and thread-safe. `why` may be NULL. Cost: 1 to 5 microseconds.
 * Method and worked example: docs/method/names.md. */
double name_similarity(const struct name *a, const struct name *b, struct name_match *why);

/* Similarity of two tokens in 0..1 and why. */
double token_similarity(const struct name_token *a, const struct name_token *b,
                        enum token_match *why);

/* Is one a usual short form of the other, or are both of one name? Plain-form words. The table:
 * data/text/nicknames.csv. Cost: two hash look-ups. */
bool name_is_nickname(struct str a, struct str b);
/* Spellings of one name in data/text/variants.csv. */
bool name_is_variant(struct str a, struct str b);

#endif
