/* Any bytes up to a NUL as the spec of made records, any after it as the records: refused with a
 * message, or records that keep what their method promises. */
#include "app/synthesise_input.h"
#include "disclosure/compare.h"
#include "disclosure/kanon.h"
#include "disclosure/kfilter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const unsigned char seed[NOISE_SEED_BYTES] = {1};
enum { K = 3 };

/* A file in memory that can be opened by its path. */
static int memory_file(const uint8_t *data, size_t size, char path[32])
{
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

static void check(const struct synthesise_input *in, uint32_t *const *value, size_t n, int nviews,
                  bool k_anonymous)
{
    struct compare_file truth = {in->r.n, in->value}, made = {n, value};
    struct compare_report report;
    struct err e = {0};
    if (compare_files(&truth, &made, nviews, in->size, K, COMPARE_WAYS, &report, &e) != ST_OK)
        return;
    for (int w = 0; w < COMPARE_WAYS; w++)
        if (k_anonymous ? report.ways[w].made_rare || report.ways[w].made_never
                        : report.ways[w].made_below_k)
            abort();
}

static void make(const struct synthesise_input *in)
{
    struct err e = {0};
    struct synth_output dp;
    struct kanon_output kanon;
    struct kfilter_report filter;
    struct synth_input s = {in->r.n, in->ncolumns, (const uint32_t *const *)in->value, in->size};
    struct kanon_input k = {in->r.n,
                            in->ncolumns,
                            in->nviews,
                            (const uint32_t *const *)in->value,
                            in->size,
                            in->from,
                            (const uint32_t *const *)in->up,
                            K};
    if (synth_make(&s, 2, seed, &dp, &e) == ST_OK &&
        kfilter_apply(dp.value, dp.n, s.ncolumns, s.size, K, &filter, &e) == ST_OK)
        check(in, dp.value, dp.n, in->ncolumns, false);
    else if (!e.what[0])
        abort();
    synth_free(&dp, in->ncolumns);
    e = (struct err){0};
    if (kanon_make(&k, seed, &kanon, &e) == ST_OK)
        check(in, kanon.value, kanon.n, in->nviews, true);
    else if (!e.what[0])
        abort();
    kanon_free(&kanon, in->nviews);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    char spec[32], micro[32];
    struct err e = {0};
    struct synthesise_input in;
    if (!nul)
        return 0;
    int a = memory_file(data, (size_t)(nul - data), spec);
    int b = memory_file(nul + 1, size - (size_t)(nul - data) - 1, micro);
    if (synthesise_input_read(&in, spec, micro, &e) == ST_OK) {
        if (in.ncolumns <= 6 && in.nviews <= 8)
            make(&in);
    } else if (!e.what[0]) {
        abort();
    }
    synthesise_input_free(&in);
    close(a);
    close(b);
    return 0;
}
