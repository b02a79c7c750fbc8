/* Runs independent jobs on a few threads. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stddef.h>

/* Calls fn(ctx, job, thread) once for each job 0..jobs-1, `threads` at a time (1 runs in the
 * caller). Jobs are handed out in order; a job must depend only on its number, never on `thread`
 * but for scratch memory, so that results are the same for any thread count. */
void pool_run(int threads, size_t jobs, void (*fn)(void *ctx, size_t job, int thread), void *ctx);

/* Processors that this process may use, at least 1. */
int pool_cpus(void);

#endif
