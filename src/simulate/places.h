/* Places where made things happen: large towns with region, police force and nation. Public facts.
 */
#ifndef SIMULATE_PLACES_H
#define SIMULATE_PLACES_H

struct town {
    const char *name, *region, *force;
    const char *nation; /* option of the NRM form */
    unsigned weight;    /* of its population, roughly, in ten thousands */
};
extern const struct town towns[];
extern const unsigned town_count;

/* Countries on the way, for exploitation overseas; ISO 3166 alpha-3. */
extern const char *const transit_countries[];
extern const unsigned transit_count;

#endif
