/* Any bytes as a ledger of budgets: refused with a message, or sums that can be added to and whose
 * text is read again. After a first byte 'c' the lines are chained here, so that mutations reach
 * what stands behind the hashes. */
#include "app/budget_ledger.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each line of the input chained as the ledger does it. */
static struct buf chained(const char *p, const char *end)
{
    struct buf out = BUF_EMPTY;
    char last[65];
    memset(last, '0', 64);
    last[64] = '\0';
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        unsigned char hash[32];
        size_t from = out.n;
        stop = stop ? stop : end;
        buf_add(&out, p, (size_t)(stop - p));
        buf_addf(&out, ",\"previous\":\"%s\"", last);
        crypto_hash_sha256(hash, (const unsigned char *)out.p + from, out.n - from);
        sodium_bin2hex(last, sizeof last, hash, sizeof hash);
        buf_addf(&out, ",\"hash\":\"%s\"}\n", last);
        p = stop + 1;
    }
    return out;
}

static void add_to(struct budget_ledger *l)
{
    struct err e = {0};
    struct budget_state state;
    struct budget_entry entry = {.at = "2026-11-22T02:10:28Z",
                                 .population = "p",
                                 .file = "f",
                                 .bytes = {"x", 1},
                                 .epsilon = 1,
                                 .delta = 1e-6,
                                 .rho = budget_rho(1, 1e-6)};
    struct budget_ledger again = {.path = "again", .lock = -1};
    if (budget_ledger_add(l, &entry, &state, &e) == ST_OK) {
        if (!(state.total.epsilon > 0) || !(state.total.epsilon + 1e-9 >= state.year.epsilon))
            abort();
        if (budget_ledger_read(&again, buf_str(&l->text), &e) != ST_OK ||
            again.releases != l->releases + 1)
            abort();
    } else if (!e.what[0]) {
        abort();
    }
    budget_ledger_close(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct budget_ledger l = {.path = "fuzz", .lock = -1};
    struct buf text = BUF_EMPTY;
    if (size == 0)
        return 0;
    if (data[0] == 'c')
        text = chained((const char *)data + 1, (const char *)data + size);
    else
        buf_add(&text, (const char *)data, size);
    if (budget_ledger_read(&l, buf_str(&text), &e) == ST_OK)
        add_to(&l);
    else if (!e.what[0])
        abort();
    budget_ledger_close(&l);
    buf_free(&text);
    return 0;
}
