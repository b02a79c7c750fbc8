/* How far a long job is. Engines report to a callback; the command line draws it. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

struct progress {
    void (*tick)(void *ctx, const char *stage, uint64_t done, uint64_t total);
    void *ctx;
};

/* Safe on NULL. `total` 0 means not known. Cheap, but not for inner loops: call it every few ms. */
static inline void progress_tick(const struct progress *p, const char *stage, uint64_t done,
                                 uint64_t total)
{
    if (p && p->tick)
        p->tick(p->ctx, stage, done, total);
}

#endif
