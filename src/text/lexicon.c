#include "text/lexicon.h"

#include "base/csv.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/mem.h"
#include "text/translit.h"

#include <pthread.h>

#define SLOTS 16384 /* about 4,500 words */

#define GROUPS 2048

static struct str group_names[GROUPS];
static struct lexeme **slots;
static struct arena store; /* for the life of the process */
static size_t used;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t slot_of(struct str word)
{
    size_t i = str_hash(word) % SLOTS;
    while (slots[i] && !str_eq(slots[i]->word, word))
        i = (i + 1) % SLOTS;
    return i;
}

static struct lexeme *lexeme_make(struct str word)
{
    size_t i = slot_of(word);
    if (!slots[i]) {
        if (++used > SLOTS / 2)
            BUG("data/text has too many words for the table");
        slots[i] = arena_alloc(&store, sizeof **slots);
        slots[i]->word = (struct str){arena_strndup(&store, word.p, word.n), word.n};
        slots[i]->slot = (uint32_t)i;
    }
    return slots[i];
}

void lexicon_each_row(const char *name, size_t columns,
                      void (*fn)(const struct str *cells, long row))
{
    const struct embedded *file = embed_find(name);
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, name, &e) != ST_OK)
        BUG("data/%s: %s", name, e.what);
    for (;;) {
        if (csv_next(&c, &row, &e) != ST_OK)
            BUG("data/%s: %s", name, e.what);
        if (row.n == 0)
            break;
        if (row.n != columns)
            BUG("data/%s row %ld: %zu cells", name, row.line, row.n);
        fn(row.cells, row.line);
    }
    csv_close(&c);
}

static void read_word(const struct str *cells, long row)
{
    static const char *const kinds[] = {"",         "address", "title",   "suffix",
                                        "son",      "article", "servant", "kunya",
                                        "particle", "middle",  "alias",   "second"};
    for (size_t k = 1; k < sizeof kinds / sizeof *kinds; k++)
        if (str_is(cells[1], kinds[k])) {
            char signs[64];
            struct str word = cells[0];
            if (word.n && word.p[0] & 0x80)
                word = (struct str){signs, translit_known_key(word, signs, sizeof signs)};
            lexeme_make(word)->kind = (uint8_t)k;
            return;
        }
    BUG("data/text/words.csv row %ld: unknown kind", row);
}

static void read_variants(const struct str *cells, long row)
{
    if (row < GROUPS)
        group_names[row] = (struct str){arena_strndup(&store, cells[0].p, cells[0].n), cells[0].n};
    else
        BUG("data/text/variants.csv has more than %d groups", GROUPS);
    const char *p = cells[1].p, *end = p + cells[1].n;
    while (p < end) {
        const char *stop = memchr(p, ' ', (size_t)(end - p));
        stop = stop ? stop : end;
        struct lexeme *x = lexeme_make((struct str){p, (size_t)(stop - p)});
        if (x->groups == LEXICON_GROUPS_MAX)
            BUG("data/text/variants.csv row %ld: %.*s is in too many groups", row, (int)x->word.n,
                x->word.p);
        x->group[x->groups++] = (uint16_t)row;
        p = stop < end ? stop + 1 : end;
    }
}

static void read_nickname(const struct str *cells, long row)
{
    struct lexeme *formal = lexeme_make(cells[0]), *short_form = lexeme_make(cells[1]);
    if (short_form->formals == LEXICON_FORMALS_MAX)
        BUG("data/text/nicknames.csv row %ld: short for too many names", row);
    short_form->formal[short_form->formals++] = formal->slot;
}

static void read_known(const struct str *cells, long row)
{
    char signs[64];
    size_t n = translit_known_key(cells[0], signs, sizeof signs);
    (void)row;
    lexeme_make((struct str){signs, n})->latin =
        (struct str){arena_strndup(&store, cells[1].p, cells[1].n), cells[1].n};
}

static void read_all(void)
{
    slots = mem_zalloc(SLOTS, sizeof(struct lexeme *));
    lexicon_each_row("text/words.csv", 3, read_word);
    lexicon_each_row("text/variants.csv", 3, read_variants);
    lexicon_each_row("text/nicknames.csv", 2, read_nickname);
    lexicon_each_row("text/known-words.csv", 3, read_known);
}

const struct lexeme *lexicon_find(struct str word)
{
    pthread_once(&once, read_all);
    return slots[slot_of(word)];
}

enum word_kind lexicon_kind(struct str word)
{
    const struct lexeme *x = lexicon_find(word);
    return x ? x->kind : WORD_PLAIN;
}

struct str lexicon_word(uint32_t slot)
{
    return slots[slot]->word;
}

struct str lexicon_group_name(uint16_t group)
{
    return group_names[group];
}

bool lexicon_same_group(const struct lexeme *a, const struct lexeme *b)
{
    if (!a || !b)
        return false;
    for (int i = 0; i < a->groups; i++)
        for (int j = 0; j < b->groups; j++)
            if (a->group[i] == b->group[j])
                return true;
    return false;
}

static bool short_for(const struct lexeme *a, const struct lexeme *formal)
{
    for (int i = 0; i < a->formals; i++)
        if (a->formal[i] == formal->slot)
            return true;
    return false;
}

bool lexicon_nickname(const struct lexeme *a, const struct lexeme *b)
{
    return a && b && (short_for(a, b) || short_for(b, a));
}
