#include "simulate/names_read.h"

#include <stdio.h>
#include <string.h>

/* ---- parts ---- */

static void part_set(struct name_part *p, const struct name_spelling *s)
{
    p->from = s;
    snprintf(p->text, sizeof p->text, "%s", s->text);
    snprintf(p->ascii, sizeof p->ascii, "%s", s->ascii);
}

static void part_from(struct name_part *p, const struct name_pool *pool, struct rng *r)
{
    if (pool->n)
        part_set(p, pool->name[draw_index(r, pool->cum, pool->n)]);
}

static void part_named(struct name_part *p, const struct name_pool *pool, const char *ascii)
{
    for (size_t i = 0; i < pool->n; i++)
        if (strcmp(pool->name[i]->ascii, ascii) == 0)
            part_set(p, pool->name[i]);
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), k = strlen(with);
    return n > k && strcmp(s + n - k, with) == 0;
}

/* Puts `with` in place of the last `drop` bytes. */
static void put_ending(char text[NAME_PART_BYTES], size_t drop, const char *with)
{
    size_t n = strlen(text);
    if (n >= drop && n - drop + strlen(with) < NAME_PART_BYTES)
        snprintf(text + n - drop, NAME_PART_BYTES - (n - drop), "%s", with);
}

/* Exchanges the ending in both writings. The men's endings are ASCII in all lists. */
static bool reshape(struct name_part *p, const char *from, const char *to, const char *to_ascii)
{
    if (!ends(p->text, from) || !ends(p->ascii, from))
        return false;
    put_ending(p->text, strlen(from), to);
    put_ending(p->ascii, strlen(from), to_ascii);
    p->from = NULL;
    return true;
}

/* A woman's form of a family name. */
static void inflect(struct name_part *p, enum name_structure s, bool married)
{
    switch (s) {
    case NAMES_SLAVIC_OV:
        (void)(reshape(p, "skyi", "ska", "ska") || reshape(p, "sky", "ska", "ska") ||
               reshape(p, "ski", "ska", "ska") || reshape(p, "ov", "ova", "ova") ||
               reshape(p, "ev", "eva", "eva") || reshape(p, "in", "ina", "ina"));
        break;
    case NAMES_SLAVIC_SKI:
        (void)(reshape(p, "ski", "ska", "ska") || reshape(p, "cki", "cka", "cka") ||
               reshape(p, "dzki", "dzka", "dzka"));
        break;
    case NAMES_SLAVIC_OVA:
        if (ends(p->ascii, "ova") || ends(p->text, "á"))
            break;
        if (ends(p->text, "ý")) {
            put_ending(p->text, strlen("ý"), "á");
            put_ending(p->ascii, 1, "a");
            p->from = NULL;
        } else if (!reshape(p, "a", "ová", "ova") && !reshape(p, "o", "ová", "ova")) {
            put_ending(p->text, 0, "ová");
            put_ending(p->ascii, 0, "ova");
            p->from = NULL;
        }
        break;
    case NAMES_LITHUANIAN:
        if (married)
            (void)(reshape(p, "as", "ienė", "iene") || reshape(p, "is", "ienė", "iene") ||
                   reshape(p, "ys", "ienė", "iene") || reshape(p, "us", "uvienė", "uviene"));
        else
            (void)(reshape(p, "as", "aitė", "aite") || reshape(p, "is", "ytė", "yte") ||
                   reshape(p, "ys", "ytė", "yte") || reshape(p, "us", "utė", "ute"));
        break;
    case NAMES_LATVIAN:
        (void)(reshape(p, "is", "e", "e") || reshape(p, "s", "a", "a"));
        break;
    case NAMES_GREEK:
        (void)(reshape(p, "os", "ou", "ou") || reshape(p, "is", "i", "i") ||
               reshape(p, "as", "a", "a"));
        break;
    default:
        break;
    }
}

/* ---- a person's name ---- */

static const struct name_pool *given_pool(const struct culture *c, bool female)
{
    return female ? &c->female : &c->male;
}

static void second_given(struct person_name *n, uint32_t percent, struct rng *r)
{
    if (draw_below(r, 100) < percent)
        part_from(&n->given[1], given_pool(n->culture, n->female), r);
    if (strcmp(n->given[0].ascii, n->given[1].ascii) == 0)
        n->given[1] = (struct name_part){0};
}

/* Family names that children share; father's names where there is no family name. */
static void draw_family(struct person_name *n, struct rng *r)
{
    const struct culture *c = n->culture;
    switch (c->structure) {
    case NAMES_SUDANESE:
    case NAMES_HABESHA:
    case NAMES_SOMALI:
        for (int i = 0; i < NAME_MAX_PARTS - (c->structure == NAMES_HABESHA); i++)
            part_from(&n->family[i], &c->male, r);
        break;
    case NAMES_AFGHAN:
        if (draw_below(r, 100) < 55)
            part_from(&n->family[0], &c->tribe, r);
        break;
    case NAMES_ONE_NAME:
        break;
    case NAMES_IBERIAN:
    case NAMES_LUSO:
        part_from(&n->family[0], &c->family, r);
        part_from(&n->family[1], &c->family, r);
        break;
    case NAMES_FILIPINO:
        part_from(&n->middle, &c->family, r);
        part_from(&n->family[0], &c->family, r);
        break;
    case NAMES_ARABIC:
        part_from(&n->middle, &c->male, r);
        part_from(&n->family[0], &c->family, r);
        break;
    default:
        part_from(&n->family[0], &c->family, r);
    }
}

/* What depends on the person, not on the parents. */
static void draw_own(struct person_name *n, const struct parameters *p, struct rng *r)
{
    const struct culture *c = n->culture;
    part_from(&n->given[0], given_pool(c, n->female), r);
    switch (c->structure) {
    case NAMES_WESTERN:
        second_given(n, 25, r);
        break;
    case NAMES_ROMANIAN:
    case NAMES_IBERIAN:
    case NAMES_LUSO:
        second_given(n, 35, r);
        break;
    case NAMES_NIGERIAN:
        second_given(n, 50, r);
        break;
    case NAMES_VIETNAMESE:
        part_from(&n->middle, n->female ? &c->middle_f : &c->middle_m, r);
        break;
    case NAMES_PAKISTANI:
    case NAMES_BANGLADESHI:
        if (n->female && draw_below(r, 100) < 55)
            part_from(&n->family[0], &c->middle_f, r);
        second_given(n, n->female ? 10 : 45, r);
        break;
    case NAMES_INDIAN:
        if (strcmp(n->family[0].ascii, n->female ? "Singh" : "Kaur") == 0)
            part_named(&n->family[0], &c->family, n->female ? "Kaur" : "Singh");
        break;
    case NAMES_AFGHAN:
    case NAMES_ONE_NAME:
        n->one_name = draw_chance(r, p->one_name);
        if (!n->one_name)
            second_given(n, n->family[0].text[0] ? 40 : 100, r);
        break;
    case NAMES_SLAVIC_OV:
    case NAMES_SLAVIC_SKI:
    case NAMES_SLAVIC_OVA:
    case NAMES_LITHUANIAN:
    case NAMES_LATVIAN:
    case NAMES_GREEK:
        if (n->female)
            inflect(&n->family[0], c->structure, draw_below(r, 2));
        break;
    default:
        break;
    }
}

static void draw_alias(struct person_name *n, const struct name_lists *l,
                       const struct parameters *p, struct rng *r)
{
    if (draw_chance(r, p->has_alias))
        n->alias = l->nicknames.name[draw_index(r, l->nicknames.cum, l->nicknames.n)]->text;
}

void name_draw(struct person_name *out, const struct name_lists *l, const struct culture *c,
               bool female, const struct parameters *p, struct rng *r)
{
    *out = (struct person_name){.culture = c, .female = female};
    draw_family(out, r);
    draw_own(out, p, r);
    draw_alias(out, l, p, r);
}

void name_draw_sibling(struct person_name *out, const struct person_name *of,
                       const struct name_lists *l, bool female, const struct parameters *p,
                       struct rng *r)
{
    *out = (struct person_name){.culture = of->culture, .female = female, .middle = of->middle};
    memcpy(out->family, of->family, sizeof out->family);
    for (int tries = 0; tries < 8; tries++) {
        out->given[1] = (struct name_part){0};
        draw_own(out, p, r);
        if (strcmp(out->given[0].ascii, of->given[0].ascii) != 0)
            break;
    }
    draw_alias(out, l, p, r);
}

/* ---- what a form gets ---- */

struct writer {
    const struct parameters *p;
    struct rng *r;
    bool plain;
};

/* The words of one column; empty parts are left out. */
static void write_part(char *to, size_t size, const struct name_part *part, struct writer *w)
{
    const char *text = w->plain ? part->ascii : part->text;
    if (!text[0])
        return;
    if (part->from && draw_chance(w->r, w->p->spelling)) {
        int n = 0;
        while (n < 4 && part->from->other[n])
            n++;
        if (n)
            text = part->from->other[draw_below(w->r, (uint32_t)n)];
    }
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%s", used ? " " : "", text);
}

#define GIVEN(part) write_part(out->given, sizeof out->given, part, w)
#define FAMILY(part) write_part(out->family, sizeof out->family, part, w)

static void record_lineage(struct recorded_name *out, const struct person_name *n, struct writer *w)
{
    /* Father's name as family name; or the last one told; or all of them. */
    uint32_t way = draw_below(w->r, 100);
    int last = n->family[2].text[0] ? 2 : 1;
    GIVEN(&n->given[0]);
    if (way < 50) {
        FAMILY(&n->family[0]);
    } else if (way < 70) {
        FAMILY(&n->family[0]);
        FAMILY(&n->family[1]);
    } else if (way < 88) {
        GIVEN(&n->family[0]);
        FAMILY(&n->family[last]);
    } else {
        FAMILY(&n->family[last]);
    }
}

static void record_two_families(struct recorded_name *out, const struct person_name *n,
                                struct writer *w)
{
    uint32_t way = draw_below(w->r, 100);
    int alone = n->culture->structure == NAMES_LUSO; /* which one is used when only one is */
    GIVEN(&n->given[0]);
    if (way < 60)
        GIVEN(&n->given[1]);
    if (way % 10 < 5) {
        FAMILY(&n->family[0]);
        FAMILY(&n->family[1]);
    } else {
        FAMILY(&n->family[way % 10 < 8 ? alone : !alone]);
    }
}

static void record_vietnamese(struct recorded_name *out, const struct person_name *n,
                              struct writer *w)
{
    uint32_t way = draw_below(w->r, 100);
    if (way < 60) {
        GIVEN(&n->middle);
        GIVEN(&n->given[0]);
        FAMILY(&n->family[0]);
    } else if (way < 80) {
        GIVEN(&n->given[0]);
        FAMILY(&n->family[0]);
    } else if (way < 90) {
        GIVEN(&n->given[0]);
        FAMILY(&n->family[0]);
        FAMILY(&n->middle);
    } else {
        GIVEN(&n->given[0]);
        GIVEN(&n->middle);
        FAMILY(&n->family[0]);
    }
}

static void record_chinese(struct recorded_name *out, const struct person_name *n, struct writer *w)
{
    uint32_t way = draw_below(w->r, 100);
    GIVEN(&n->given[0]);
    FAMILY(&n->family[0]);
    char *gap = strchr(out->given, ' ');
    if (gap && way < 45) { /* two syllables in one word */
        memmove(gap, gap + 1, strlen(gap));
        if (*gap >= 'A' && *gap <= 'Z')
            *gap = (char)(*gap - 'A' + 'a');
    } else if (gap && way < 60) {
        *gap = '-';
    }
}

static void record_without_family(struct recorded_name *out, const struct person_name *n,
                                  struct writer *w)
{
    GIVEN(&n->given[0]);
    if (n->one_name) {
        uint32_t way = draw_below(w->r, 100);
        if (way < 20)
            snprintf(out->family, sizeof out->family, "Unknown");
        else if (way < 40)
            memcpy(out->family, out->given, sizeof out->family);
        return;
    }
    if (n->given[1].text[0] && (!n->family[0].text[0] || draw_below(w->r, 100) < 30))
        FAMILY(&n->given[1]);
    else {
        GIVEN(&n->given[1]);
        FAMILY(&n->family[0]);
    }
}

static void record_plainly(struct recorded_name *out, const struct person_name *n, struct writer *w)
{
    GIVEN(&n->given[0]);
    if (draw_below(w->r, 100) < 40)
        GIVEN(&n->given[1]);
    if (n->middle.text[0] && draw_below(w->r, 100) < 45)
        GIVEN(&n->middle);
    FAMILY(&n->family[0]);
}

static bool family_comes_first(const struct person_name *n)
{
    return n->culture->structure == NAMES_VIETNAMESE || n->culture->structure == NAMES_CHINESE;
}

void name_record(struct recorded_name *out, const struct person_name *n, const struct parameters *p,
                 struct rng *r)
{
    struct writer writer = {p, r, draw_chance(r, p->plain_letters)}, *w = &writer;
    *out = (struct recorded_name){0};
    switch (n->culture->structure) {
    case NAMES_SUDANESE:
    case NAMES_HABESHA:
    case NAMES_SOMALI:
        record_lineage(out, n, w);
        break;
    case NAMES_IBERIAN:
    case NAMES_LUSO:
        record_two_families(out, n, w);
        break;
    case NAMES_VIETNAMESE:
        record_vietnamese(out, n, w);
        break;
    case NAMES_CHINESE:
        record_chinese(out, n, w);
        break;
    case NAMES_AFGHAN:
    case NAMES_ONE_NAME:
        record_without_family(out, n, w);
        break;
    default:
        record_plainly(out, n, w);
    }
    if (n->alias && draw_chance(r, p->nickname_as_name))
        snprintf(out->given, sizeof out->given, "%s", n->alias);
    if (n->alias && draw_chance(r, p->alias_told))
        snprintf(out->alias, sizeof out->alias, "%s", n->alias);
    if (out->family[0] &&
        draw_chance(r, family_comes_first(n) ? p->family_first : p->swapped_names)) {
        struct recorded_name t = *out;
        memcpy(out->given, t.family, sizeof out->given);
        memcpy(out->family, t.given, sizeof out->family);
    }
}
