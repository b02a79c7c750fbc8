/* What reading dates and reading periods share. Private to ingest. */
#ifndef INGEST_WHEN_WORDS_H
#define INGEST_WHEN_WORDS_H

#include "ingest/when.h"

enum { TOKENS_MAX = 120, WORD_MAX = 16, YEAR_LOW = 1900, YEARS_AHEAD = 50, AGE_LIMIT = 120 };

/* ---- tokens ---- */

enum kind { NUMBER, WORD, SIGN, END };
struct token {
    enum kind kind;
    int digits; /* NUMBER */
    long value;
    char word[WORD_MAX]; /* WORD, lower case; SIGN: one character */
};
struct tokens {
    struct token t[TOKENS_MAX + 4];
    int n;
    bool cut; /* more text than was read */
};

struct reader {
    const struct token *t;
    int32_t today;
    enum when_problem problem; /* the first thing that looked like a date and was not */
};

void when_tokenize(struct str s, struct tokens *out);
bool when_is_word(const struct token *t, const char *w);
bool when_one_of(const struct token *t, const char *list); /* "a b c" */
bool when_is_sign(const struct token *t, const char *signs);
int when_month_of(const struct token *t); /* 0: none */
/* Number or number word; -1 when neither. */
long when_small_number(const struct token *t);
extern const struct when when_nothing;
struct when when_span(int32_t first, int32_t latest, enum when_precision p);
struct when when_whole_month(int y, int m);
struct when when_of_age(int low, int high);
int32_t when_add_months(int32_t days, int months);
/* One point in time at t; how many tokens it took, 0 when it is none. */
int when_point(struct reader *r, const struct token *t, struct when *out);

#endif
