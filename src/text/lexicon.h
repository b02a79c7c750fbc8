/* Private to text: the word tables of data/text, read once, shared read-only between threads. */
#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include "base/str.h"

enum word_kind {
    WORD_PLAIN,
    WORD_ADDRESS, /* Mr, Dr: never a name */
    WORD_TITLE,   /* Prince, Haji: dropped beside others, but may be the name itself */
    WORD_SUFFIX,
    WORD_SON,
    WORD_ARTICLE,
    WORD_SERVANT, /* Abd, Abdul */
    WORD_KUNYA,
    WORD_PARTICLE,
    WORD_MIDDLE,
    WORD_ALIAS,
    WORD_SECOND /* Rahman, Islam: the word before may end in -ur, -ul: Mahbubur Rahman */
};

#define LEXICON_GROUPS_MAX 6
#define LEXICON_FORMALS_MAX 24

struct lexeme {
    struct str word;
    uint8_t kind; /* enum word_kind */
    uint8_t groups, formals;
    uint16_t group[LEXICON_GROUPS_MAX];   /* variant groups it belongs to */
    uint32_t formal[LEXICON_FORMALS_MAX]; /* words that it is a short form of (slots) */
    uint32_t slot;
    struct str latin; /* of a word in another script: its usual form; empty for others */
};

/* NULL for a word in no table. Cost: one hash look-up. */
const struct lexeme *lexicon_find(struct str word);
enum word_kind lexicon_kind(struct str word);
/* The word of a slot, as lexeme.formal has them. */
struct str lexicon_word(uint32_t slot);
/* The name that stands for a group of variants. */
struct str lexicon_group_name(uint16_t group);
bool lexicon_same_group(const struct lexeme *a, const struct lexeme *b);
bool lexicon_nickname(const struct lexeme *a, const struct lexeme *b);

/* Calls fn for each row of an embedded table of so many columns; a fault in it is ours. */
void lexicon_each_row(const char *name, size_t columns,
                      void (*fn)(const struct str *cells, long row));

#endif
