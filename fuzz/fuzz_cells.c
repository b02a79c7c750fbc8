/* Any printed cells of a small pair of tables that share a margin: the attack refuses them, or its
 * bounds are in order, within the boxes, and hold what was printed. */
#include "disclosure/audit.h"
#include "disclosure/model.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct arena arena = ARENA_EMPTY;
    struct hier h;
    struct model m;
    struct audit a;
    static const struct str values[] = {{"a", 1}, {"b", 1}, {"c", 1}};
    struct spec_table table[2] = {{.name = "P", .ndims = 2, .dim = {"u", "v"}},
                                  {.name = "Q", .ndims = 2, .dim = {"u", "w"}}};
    struct spec spec = {.ntables = 2, .table = table, .base = 5, .width = 4, .primary_max = 4};
    if (size < 2)
        return 0;
    spec.method = data[0] % 2 ? METHOD_SUPPRESS : METHOD_ROUND;
    spec.zeros_protected = data[0] & 2;
    if (hier_flat(&h, values, 3, "TOTAL", "h", &arena, &e) != ST_OK)
        abort();
    struct model_column column[3] = {{"u", &h, 0}, {"v", &h, 0}, {"w", &h, 0}};
    if (model_build(&m, &spec, column, 3, "spec", &e) != ST_OK)
        abort();
    audit_open(&a, &m);
    bool agree = true;
    for (uint32_t c = 0; c < m.nlisted; c++) {
        uint8_t byte = data[1 + c % (size - 1)];
        int64_t lo, hi;
        audit_box(&spec, byte > 200 ? PRINT_HIDDEN : PRINT_NUMBER, byte, 0, data[0] & 4, &lo, &hi);
        agree &= audit_narrow(&a, c, lo, hi);
    }
    if (agree && audit_run(&a, NULL, data[0] & 8 ? 4 : 0, NULL, NULL, &e) == ST_OK)
        for (uint32_t c = 0; c < m.nlisted; c++)
            if (!(a.low[c] <= a.high[c] + 1e-6) || a.low[c] < (double)a.lo[c] - 1e-6 ||
                (a.hi[c] != AUDIT_NO_LIMIT && a.high[c] > (double)a.hi[c] + 1e-6))
                abort();
    audit_close(&a);
    model_free(&m);
    arena_free(&arena);
    return 0;
}
