/* Tables of the ledger, one a line, each a release of its own: read, then attacked together. */
#include "app/release_parts.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TABLES_MOST = 4, CELLS_MOST = 60 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[TABLES_MOST] = {"release 1", "release 2", "release 3",
                                                   "this release"};
    struct arena memory = ARENA_EMPTY;
    struct joint_table table[TABLES_MOST];
    struct joint_release release[TABLES_MOST];
    struct joint_options o = {.width = 4, .protect_min = 1, .protect_max = 4, .knows_rule = true};
    const char *p = (const char *)data, *end = p + size;
    size_t n = 0, cells = 0;
    while (p < end && n < TABLES_MOST) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        struct str line = {p, (size_t)((stop ? stop : end) - p)};
        struct ledger_table from = {.name = "t", .body = line};
        struct err e = {0};
        if (release_table_parse(&from, &memory, &table[n], &e) == ST_OK) {
            table[n].count = table[n].value; /* as if it had been printed as it is */
            cells += table[n].cells;
            release[n] =
                (struct joint_release){names[n], n % 2 ? "a" : names[n], 4, false, &table[n], 1};
            n++;
        }
        p = stop ? stop + 1 : end;
    }
    struct joint_answer out;
    struct err e = {0};
    if (cells <= CELLS_MOST && joint_audit(release, n, &o, &out, &e) == ST_FAULT)
        __builtin_trap();
    arena_free(&memory);
    return 0;
}
