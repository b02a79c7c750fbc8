/* Any bytes as changes to the simulator's parameters: read or refused, and what is read can be used
 * to make people. */
#include "simulate/simulate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count_row(void *ctx, enum sim_file f, const char *const *cells, size_t n)
{
    (void)f;
    (void)cells;
    *(size_t *)ctx += n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct simulator *s;
    size_t cells = 0;
    struct sim_sink sink = {count_row, &cells};
    struct arena scratch = ARENA_EMPTY;
    if (simulator_new((struct str){(const char *)data, size}, "fuzz", &s, &e) != ST_OK)
        return 0;
    for (uint64_t i = 0; i < 40; i++)
        simulate_person(s, size, i, &scratch, &sink);
    arena_free(&scratch);
    simulator_free(s);
    return 0;
}
