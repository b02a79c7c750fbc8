/* Any bytes as a file of cases: read, classify, no crash. */
#include "base/limits.h"
#include "domain/classify.h"
#include "domain/facts_json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct case_span *spans;
    size_t count;
    if (cases_find((struct str){(const char *)data, size}, "fuzz", &spans, &count, &e) != ST_OK)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct arena a = ARENA_EMPTY;
        struct buf missing = BUF_EMPTY;
        struct person_facts f;
        if (case_read(spans[i], "fuzz", &a, &f, &e) == ST_OK && f.episode_count < 50) {
            struct mode_view *v = mode_view_make(&f, MODE_LENIENT, &a);
            for (size_t k = 0; k < definitions_builtin()->count; k++)
                classify_missing(&definitions_builtin()->definitions[k], v, &missing);
            classify_helpline(&f, v);
        }
        buf_free(&missing);
        arena_free(&a);
    }
    free(spans);
    return 0;
}
