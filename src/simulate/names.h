/* Names as cultures make them, and as forms get them.
 *
 * A person's true name is a list of parts with roles; what a form holds is a given and a family
 * column filled from it by someone in a hurry: another part as family name, family name first,
 * another spelling, marks dropped. Lists: data/names/. Sources of the structures: public guides to
 * naming practices; see docs/method/simulate.md. */
#ifndef SIMULATE_NAMES_H
#define SIMULATE_NAMES_H

#include "base/mem.h"
#include "base/str.h"
#include "simulate/parameters.h"

enum name_structure {
    NAMES_WESTERN,     /* given, perhaps a middle name, family */
    NAMES_ALBANIAN,    /* family and given names with and without the definite ending */
    NAMES_ROMANIAN,    /* two given names often; -escu, -eanu */
    NAMES_SLAVIC_OV,   /* women's family names in -ova, -eva, -ina */
    NAMES_SLAVIC_SKI,  /* women's in -ska, -cka, -dzka */
    NAMES_SLAVIC_OVA,  /* women's in -ova, -a */
    NAMES_LITHUANIAN,  /* men in -as, -is, -us; women -iene (married), -aite (not) */
    NAMES_LATVIAN,     /* men in -s, women in -a */
    NAMES_GREEK,       /* men in -s, women without it or in -ou */
    NAMES_IBERIAN,     /* father's and mother's family names, in that order */
    NAMES_LUSO,        /* mother's and father's, with particles */
    NAMES_FILIPINO,    /* given, mother's family name as middle, father's */
    NAMES_VIETNAMESE,  /* family, middle, given */
    NAMES_CHINESE,     /* family, one or two syllables given */
    NAMES_INDIAN,      /* Singh and Kaur, or a family name, or an initial */
    NAMES_PAKISTANI,   /* given and a second name; women Bibi, Begum */
    NAMES_BANGLADESHI, /* Md. and two names; women Begum, Khatun, Akter */
    NAMES_AFGHAN,      /* often one name; a tribal name sometimes */
    NAMES_IRANIAN,     /* given and family name */
    NAMES_ARABIC,      /* given, father's, family name with an article */
    NAMES_SUDANESE,    /* given, father's, grandfather's, no family name */
    NAMES_HABESHA,     /* given, father's, sometimes grandfather's; no family name */
    NAMES_SOMALI,      /* three names and often a nickname */
    NAMES_NIGERIAN,    /* one or two given names, English and own, and a family name */
    NAMES_ONE_NAME,    /* one name, or two without a family name */
    NAME_STRUCTURES
};

struct name_spelling {
    const char *text, *ascii;
    const char *other[4]; /* other spellings, NULL after the last */
};

struct name_pool {
    size_t n;
    const struct name_spelling **name;
    uint64_t *cum;
};

struct culture {
    enum name_structure structure;
    struct name_pool male, female, family, tribe, middle_m, middle_f;
};

/* A part of a name; empty text when there is none. */
enum { NAME_PART_BYTES = 40 };
struct name_part {
    const struct name_spelling *from; /* NULL when a rule made it (inflected) */
    char text[NAME_PART_BYTES], ascii[NAME_PART_BYTES];
};

enum { NAME_MAX_PARTS = 3 };
struct person_name {
    const struct culture *culture;
    bool female, one_name;
    struct name_part given[2];
    struct name_part middle;
    struct name_part family[NAME_MAX_PARTS]; /* or father's and grandfather's names */
    const char *alias;                       /* NULL when there is none */
};

struct recorded_name {
    char given[128], family[128], alias[64];
};

struct name_lists; /* all lists and cultures */

/* Reads data/names; a fault there is a BUG. Lives in the arena, but for names_free. */
struct name_lists *names_read(struct arena *a);
void names_free(struct name_lists *n);
/* The culture of a nationality (alpha3), or that of all others. */
const struct culture *names_culture(const struct name_lists *n, struct str alpha3);

void name_draw(struct person_name *out, const struct name_lists *n, const struct culture *c,
               bool female, const struct parameters *p, struct rng *r);
/* A brother or sister of `of`: the parts that siblings share, a new given name. */
void name_draw_sibling(struct person_name *out, const struct person_name *of,
                       const struct name_lists *n, bool female, const struct parameters *p,
                       struct rng *r);
/* What one form gets, before typing mistakes (errors.h). */
void name_record(struct recorded_name *out, const struct person_name *n, const struct parameters *p,
                 struct rng *r);

#endif
