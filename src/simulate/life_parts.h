/* Private to the module: what the parts of life_draw share. */
#ifndef SIMULATE_LIFE_PARTS_H
#define SIMULATE_LIFE_PARTS_H

#include "simulate/life.h"

int life_years(int y); /* days of so many years */
bool life_under_18(const struct life *l, int32_t day);
const struct cell *life_draw_cell(const struct cell_table *t, struct rng *r);

struct planned {
    int32_t day;
    int focus; /* the episode that it is about */
    enum source source;
    bool same_day;
};

/* Referral k of the life as it was planned. */
void life_draw_referral(struct life *l, int k, const struct planned *x, const struct sim_model *m,
                        struct rng *r);
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
