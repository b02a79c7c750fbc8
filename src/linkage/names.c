#include "linkage/names.h"

#include "linkage/levels.h"

static struct jw_rule rule;

enum { ALIKE_NEAR = 0, ALIKE_SIMILAR = 1, ALIKE_WEAK = 2, UNLIKE = 3 };

void names_init(void)
{
    static const uint16_t permille[] = {920, 850, 720};
    jw_rule_init(&rule, permille, 3);
}

/* ---- words ---- */

/* The words of one name, or of given and family name together. */
struct bag {
    struct {
        const struct cmp_key *key;
        const struct column *column;
        uint32_t value, hash, sound;
        bool weak;
    } word[2 * VALUE_WORDS];
    int n, strong;
    bool short_form; /* one of them is a usual short form */
};

static void bag_add(struct bag *bag, const struct column *c, uint32_t v)
{
    const struct words *w = &c->words[v];
    const struct name_form *f = &c->form[v];
    for (int k = 0; k < w->n; k++) {
        bool weak = f->weak >> k & 1;
        bag->strong += !weak;
        bag->word[bag->n].key =
            w->n == 1 ? &c->value[v].key : &c->word_key[f->first_key + (size_t)k];
        bag->word[bag->n].column = c;
        bag->word[bag->n].value = v;
        bag->word[bag->n].hash = w->word[k];
        bag->word[bag->n].sound = f->sound[k];
        bag->word[bag->n++].weak = weak;
    }
    bag->short_form |= f->formals > 0;
}

/* Is the word a usual short form of one that the value's words are short for? */
static bool is_short_for(const struct column *c, uint32_t value, uint32_t word)
{
    const struct name_form *f = &c->form[value];
    for (int k = 0; k < f->formals; k++)
        if (c->formal[f->first_formal + (size_t)k] == word)
            return true;
    return false;
}

/* How alike two words are: 0 the same, 1 near, 2 similar, 3 not. */
static int words_alike(const struct bag *a, int i, const struct bag *b, int k)
{
    const struct cmp_key *x = a->word[i].key, *y = b->word[k].key;
    if (a->word[i].hash == b->word[k].hash)
        return 0;
    if (x->n == 1 || y->n == 1)
        return x->c[0] == y->c[0] ? 2 : 3;
    if (a->word[i].sound && a->word[i].sound == b->word[k].sound && x->n > 2 && y->n > 2)
        return 1;
    int level = jw_level(&rule, x, y);
    if (level <= ALIKE_SIMILAR)
        return 1 + level;
    if ((a->short_form && is_short_for(a->word[i].column, a->word[i].value, b->word[k].hash)) ||
        (b->short_form && is_short_for(b->word[k].column, b->word[k].value, a->word[i].hash)))
        return 2;
    return 3;
}

enum met { MET_NOT, MET_WITHIN, MET_ALL };

/* A cheap look, before words are compared by their letters: a word or a sound in common. */
static bool share_a_word(const struct column *c, uint32_t v, const struct column *e, uint32_t w)
{
    const struct words *a = &c->words[v], *b = &e->words[w];
    const uint32_t *x = c->form[v].sound, *y = e->form[w].sound;
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < b->n; k++)
            if (a->word[i] == b->word[k] || (x[i] && x[i] == y[k]))
                return true;
    return false;
}

/* Does every word of the shorter name that says something have a partner, each its own, in the
 * longer one (MET_WITHIN)? And are there as many words on both sides (MET_ALL)? Each word in turn
 * takes the likest that is left, the first of equals. */
static enum met bags_meet(const struct bag *a, const struct bag *b)
{
    bool first = a->strong != b->strong ? a->strong < b->strong : a->n <= b->n;
    const struct bag *shorter = first ? a : b, *longer = first ? b : a;
    unsigned taken = 0;
    for (int i = 0; i < shorter->n; i++) {
        int best = -1, best_alike = 3;
        if (shorter->word[i].weak && shorter->strong)
            continue;
        for (int k = 0; k < longer->n; k++) {
            int alike = taken >> k & 1 ? 3 : words_alike(shorter, i, longer, k);
            if (alike < best_alike) {
                best_alike = alike;
                best = k;
            }
        }
        if (best < 0)
            return MET_NOT;
        taken |= 1u << best;
    }
    return a->n == b->n ? MET_ALL : MET_WITHIN;
}

/* ---- two values ---- */

/* Of several words on a side. `level` is that of the letters as a whole. */
static int level_of_words(const struct column *c, uint32_t a, uint32_t b, int level)
{
    const struct words *p = &c->words[a], *q = &c->words[b];
    const struct name_form *f = &c->form[a], *g = &c->form[b];
    bool stem = f->family || g->family; /* then the letters were not compared as a whole */
    if (p->sorted == q->sorted || p->joined == q->joined)
        return NAME_NEAR;
    if (f->joined_sound && f->joined_sound == g->joined_sound)
        return level <= NAME_WEAK || stem ? NAME_NEAR : NAME_WEAK;
    if (!share_a_word(c, a, c, b))
        return level;
    struct bag x = {.n = 0}, y = {.n = 0};
    bag_add(&x, c, a);
    bag_add(&y, c, b);
    switch (bags_meet(&x, &y)) {
    case MET_ALL:
        return NAME_NEAR;
    case MET_WITHIN:
        return level < NAME_SIMILAR ? level : NAME_SIMILAR;
    case MET_NOT: /* a word on either side that stands against the other's */
        break;
    }
    return level < NAME_WEAK ? level + 1 : level;
}

/* Names that share a part with many others are compared by the rest; that one has the part and the
 * other not, or another one, speaks against. */
static bool families_differ(const struct column *c, uint32_t a, uint32_t b, int *level)
{
    uint8_t f = c->form[a].family, g = c->form[b].family;
    if (f != g)
        *level = f && g ? NAME_DIFFERENT : NAME_SIMILAR;
    return f != g;
}

int level_of_names(const struct column *c, uint32_t a, uint32_t b)
{
    const struct value *x = &c->value[a], *y = &c->value[b];
    int level = NAME_NEAR + jw_level(&rule, &x->key, &y->key);
    if (level == NAME_NEAR + UNLIKE)
        level = NAME_DIFFERENT;
    if (name_has_words(x) || name_has_words(y))
        level = level_of_words(c, a, b, level);
    else if (level <= NAME_SIMILAR && (name_is_special(x) || name_is_special(y)) &&
             families_differ(c, a, b, &level))
        return level;
    if (level == NAME_NEAR)
        return level;
    /* the sound is a key, not a proof: strangers' names share it now and then */
    if (name_sound(x) == name_sound(y) && name_sound(x) && x->key.n > 2 && y->key.n > 2)
        return level <= NAME_WEAK ? NAME_NEAR : NAME_WEAK;
    if (level > NAME_SIMILAR &&
        ((name_is_special(x) && is_short_for(c, a, (uint32_t)(c->hash[b] >> 32))) ||
         (name_is_special(y) && is_short_for(c, b, (uint32_t)(c->hash[a] >> 32)))))
        return NAME_SIMILAR;
    if ((x->key.n == 1 || y->key.n == 1) && x->key.c[0] == y->key.c[0] && level > NAME_WEAK)
        return NAME_WEAK;
    return level;
}

/* ---- across given and family name ---- */

/* False when a look at the first letters shows that the names cannot stand in each other's place.
 */
static bool may_swap(const struct link_data *d, const uint32_t *a, const uint32_t *b)
{
    const uint8_t *g = d->column[d->given].initial, *f = d->column[d->family].initial;
    uint32_t ga = a[d->given], gb = b[d->given], fa = a[d->family], fb = b[d->family];
    if ((g[ga] | g[gb] | f[fa] | f[fb]) & INITIAL_OF_WORDS)
        return true;
    return (ga && fb && g[ga] == f[fb]) || (gb && fa && g[gb] == f[fa]);
}

/* How alike are value x of column c and value y of column e? */
static int likeness(const struct column *c, uint32_t x, const struct column *e, uint32_t y)
{
    return jw_level(&rule, &c->value[x].key, &e->value[y].key);
}

/* Names of several words in another order, or divided in another way: "Banks, Mohammed Louise" and
 * "Mohammed Louise Banks"; "Kibrom Bereket" and "Kibrom Bereket Mulugeta". */
static bool words_agree(const struct link_data *d, const uint32_t *a, const uint32_t *b)
{
    const struct column *g = &d->column[d->given], *f = &d->column[d->family];
    uint32_t ga = a[d->given], gb = b[d->given], fa = a[d->family], fb = b[d->family];
    if (!name_has_words(&g->value[ga]) && !name_has_words(&g->value[gb]) &&
        !name_has_words(&f->value[fa]) && !name_has_words(&f->value[fb]))
        return false;
    if (!share_a_word(g, ga, g, gb) && !share_a_word(g, ga, f, fb) && !share_a_word(f, fa, g, gb))
        return false;
    struct bag x = {.n = 0}, y = {.n = 0};
    bag_add(&x, g, ga);
    bag_add(&x, f, fa);
    bag_add(&y, g, gb);
    bag_add(&y, f, fb);
    int fewer = x.strong < y.strong ? x.strong : y.strong;
    return fewer >= 2 && bags_meet(&x, &y) != MET_NOT;
}

int names_swapped(const struct link_data *d, const uint32_t *a, const uint32_t *b)
{
    const struct column *g = &d->column[d->given], *f = &d->column[d->family];
    uint32_t ga = a[d->given], gb = b[d->given], fa = a[d->family], fb = b[d->family];
    if (!may_swap(d, a, b))
        return LEVEL_MISSING;
    int one = ga && fb ? likeness(g, ga, f, fb) : UNLIKE,
        two = gb && fa ? likeness(g, gb, f, fa) : UNLIKE;
    int strong = one < two ? one : two, weak = one < two ? two : one;
    bool whole = ga && gb && fa && fb;
    if (strong <= ALIKE_SIMILAR && weak <= (whole ? ALIKE_WEAK : ALIKE_SIMILAR))
        return NAME_SWAPPED;
    if (words_agree(d, a, b))
        return NAME_SWAPPED;
    return !whole && strong <= ALIKE_SIMILAR ? NAME_HALF_SWAPPED : LEVEL_MISSING;
}

/* One of the two agrees well enough, so that the other stands for itself. */
static bool stands(const uint32_t *a, const uint32_t *b, const struct link_data *d, int given,
                   int family)
{
    if ((given && given <= NAME_NEAR) || (family && family <= NAME_NEAR))
        return true;
    if (given && family)
        return given <= NAME_SIMILAR && family <= NAME_SIMILAR;
    bool divided = (a[d->given] || b[d->given]) && (a[d->family] || b[d->family]);
    return !divided && (given ? given <= NAME_SIMILAR : family && family <= NAME_SIMILAR);
}

void levels_across_names(const struct link_data *d, const uint32_t *a, const uint32_t *b,
                         int *given, int *family)
{
    if (stands(a, b, d, *given, *family))
        return;
    int level = names_swapped(d, a, b);
    if (level == LEVEL_MISSING)
        return;
    *given = level;
    *family = LEVEL_MISSING;
}
