/* Private to the module: the parts of life_draw that stand in life_after.c. */
#ifndef SIMULATE_LIFE_PARTS_H
#define SIMULATE_LIFE_PARTS_H

#include "simulate/life.h"

/* Spells of support, missing, return abroad; after the referrals are drawn. */
void life_draw_support(struct life *l, const struct sim_model *m, struct rng *r);
/* Helpline, charities, police; last. */
void life_draw_contacts(struct life *l, const struct sim_model *m, struct rng *r);
enum reference_kind {
    REF_NRM,
    REF_DTN,
    REF_HOME_OFFICE,
    REF_CRIME,
    REF_SUPPORT,
    REF_HELPLINE,
    REF_NGO,
    REF_POLICE
};
/* Unlike any other reference, digits included, for number < 2^25 and k < 16. */
void life_reference(char out[REFERENCE_BYTES], enum reference_kind kind, uint64_t number, int k);

#endif
