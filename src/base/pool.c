#include "base/pool.h"

#include "base/limits.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct pool {
    atomic_size_t next;
    size_t jobs;
    void (*fn)(void *ctx, size_t job, int thread);
    void *ctx;
};

struct worker {
    struct pool *pool;
    int thread;
    pthread_t id;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    for (;;) {
        size_t job = atomic_fetch_add_explicit(&w->pool->next, 1, memory_order_relaxed);
        if (job >= w->pool->jobs)
            return NULL;
        w->pool->fn(w->pool->ctx, job, w->thread);
    }
}

void pool_run(int threads, size_t jobs, void (*fn)(void *, size_t, int), void *ctx)
{
    struct pool pool = {.jobs = jobs, .fn = fn, .ctx = ctx};
    struct worker workers[LIMIT_THREADS];
    if (threads > LIMIT_THREADS)
        threads = LIMIT_THREADS;
    if ((size_t)threads > jobs)
        threads = (int)jobs;
    int started = 0;
    for (int t = 1; t < threads; t++) {
        workers[t] = (struct worker){.pool = &pool, .thread = t};
        if (pthread_create(&workers[t].id, NULL, work, &workers[t]) != 0)
            break; /* fewer threads, same result */
        started = t;
    }
    workers[0] = (struct worker){.pool = &pool, .thread = 0};
    work(&workers[0]);
    for (int t = 1; t <= started; t++)
        pthread_join(workers[t].id, NULL);
}

int pool_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}
