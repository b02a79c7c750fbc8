#include "disclosure/round_keep.h"

#include <stdlib.h>

enum { ROUNDS_MOST = 8 };

/* How firmly a cell keeps what it was printed as: a small count, or a small change, is given away
 * when it does not; a large one only costs a smooth series. */
enum keeping { KEEP_NOT, KEEP_LIGHTLY, KEEP_FIRMLY };

struct keep {
    int64_t base;
    enum keeping *how;
    int64_t *value; /* what is kept */
    bool *same;     /* the count did not change since it was printed */
    uint8_t *no;    /* directions in which a cell must not go beyond the base */
    uint32_t *reluctance;
    int64_t *ask;      /* what is rounded: a multiple of the base stays as it is */
    struct span *span; /* room for all prints of a cell, and one more */
};

static bool is_small(const struct keep *k, int64_t n)
{
    return n >= 1 && n < k->base;
}

/* ---- the prints of one cell, side by side ---- */

/* Prints in a row that were of one count, and what they leave of it. */
struct span {
    int64_t count, lo, hi;
};

static size_t add_print(struct span *span, size_t n, int64_t count, int64_t value, int64_t reach)
{
    int64_t lo = value > reach ? value - reach : 0, hi = value + reach;
    if (!n || span[n - 1].count != count) {
        span[n] = (struct span){count, lo, hi};
        return n + 1;
    }
    struct span *s = &span[n - 1];
    s->lo = lo > s->lo ? lo : s->lo;
    s->hi = hi < s->hi ? hi : s->hi;
    return n;
}

/* The reader knows in which direction a count changed. */
static void tighten(struct span *a, struct span *b)
{
    struct span *less = a->count < b->count ? a : b, *more = less == a ? b : a;
    more->lo = less->lo > more->lo ? less->lo : more->lo;
    less->hi = more->hi < less->hi ? more->hi : less->hi;
}

/* Are small counts and small changes left wide ranges if the cell is printed as `value` now? */
static bool leaves_wide(struct keep *k, const struct round_past *p, int64_t count, int64_t value)
{
    size_t n = 0;
    const int64_t width = k->base - 1;
    struct span *s = k->span;
    for (size_t i = 0; i < p->prints; i++)
        n = add_print(s, n, p->print[i].count, p->print[i].value, p->print[i].reach);
    n = add_print(s, n, count, value, k->base - 1);
    for (size_t i = 1; i < n; i++)
        tighten(&s[i - 1], &s[i]);
    for (size_t i = n - 1; i > 0; i--)
        tighten(&s[i - 1], &s[i]);
    for (size_t i = 0; i < n; i++) {
        if (is_small(k, s[i].count) && s[i].hi - s[i].lo < width)
            return false;
        if (i == 0 || !is_small(k, llabs(s[i].count - s[i - 1].count)))
            continue;
        bool rose = s[i].count > s[i - 1].count;
        const struct span *less = &s[i - rose], *more = &s[i - !rose];
        int64_t least = more->lo > less->hi ? more->lo - less->hi : 0;
        if (more->hi - less->lo - least < width)
            return false;
    }
    return true;
}

/* ---- what is kept ---- */

static void keep_value(struct keep *k, uint32_t c, enum keeping how, int64_t value)
{
    k->how[c] = how;
    k->value[c] = value;
}

/* The last print of the same count, or the last of all. */
static const struct round_print *nearest_print(const struct round_past *p, int64_t count)
{
    for (size_t i = p->prints; i-- > 0;)
        if (p->print[i].count == count)
            return &p->print[i];
    return &p->print[p->prints - 1];
}

static void choose(struct keep *k, uint32_t c, int64_t count, const struct round_past *p)
{
    int64_t down = count / k->base * k->base, up = count % k->base ? down + k->base : down;
    if (!p->prints)
        return;
    const struct round_print *last = nearest_print(p, count);
    bool rose = count > last->count, fell = count < last->count;
    bool small =
        is_small(k, count) || is_small(k, last->count) || is_small(k, llabs(count - last->count));
    bool down_fine = leaves_wide(k, p, count, down), up_fine = leaves_wide(k, p, count, up);
    k->no[c] = (uint8_t)((rose ? ROUND_NOT_DOWN : 0) | (fell ? ROUND_NOT_UP : 0));
    if (down_fine != up_fine)
        keep_value(k, c, KEEP_FIRMLY, down_fine ? down : up);
    else if ((last->value == down && (!rose || down == up)) ||
             (last->value == up && (!fell || down == up)))
        keep_value(k, c, small ? KEEP_FIRMLY : KEEP_LIGHTLY, last->value);
    k->same[c] = !rose && !fell;
    if (k->how[c] == KEEP_FIRMLY && k->same[c])
        k->no[c] = ROUND_NOT_UP | ROUND_NOT_DOWN;
}

/* Where nothing in a row changed, a large count of it that is printed otherwise tells of the small
 * ones beside it: 8 = 1 + 7, printed 10 and 10, then 5 and 5, is 6 to 9 less 6 to 9. */
static void keep_rows(struct keep *k, const struct model *m, const int64_t *count)
{
    for (uint32_t r = 0; r < m->nrows; r++) {
        const uint32_t *cell = m->row_cell + m->row_start[r];
        uint32_t n = m->row_start[r + 1] - m->row_start[r];
        bool same = true, small = false;
        for (uint32_t i = 0; i < n; i++) {
            same &= k->same[cell[i]];
            small |= is_small(k, count[cell[i]]);
        }
        for (uint32_t i = 0; i < n && same && small; i++)
            if (k->how[cell[i]] == KEEP_LIGHTLY) {
                k->how[cell[i]] = KEEP_FIRMLY;
                k->no[cell[i]] = ROUND_NOT_UP | ROUND_NOT_DOWN;
            }
    }
}

/* Gives large counts that had to move free; returns whether there were any. */
static bool give_free(struct keep *k, uint32_t n, const int64_t *published)
{
    bool any = false;
    for (uint32_t c = 0; c < n; c++)
        if (k->how[c] == KEEP_LIGHTLY && published[c] != k->value[c]) {
            k->how[c] = KEEP_NOT;
            any = true;
        }
    return any;
}

static void ask_for(struct keep *k, const struct model *m, const int64_t *count)
{
    static const uint32_t reluctance[] = {
        [KEEP_NOT] = 1000, [KEEP_LIGHTLY] = 1, [KEEP_FIRMLY] = 100000};
    for (uint32_t c = 0; c < m->ncells; c++) {
        k->ask[c] = k->how[c] ? k->value[c] : count[c];
        k->reluctance[c] = reluctance[k->how[c]];
    }
}

static enum status keep_all(struct keep *k, const struct model *m, const int64_t *count,
                            const unsigned char key[ROUND_KEY_BYTES],
                            const struct progress *progress, int64_t *published,
                            struct round_result *out, struct err *e)
{
    struct round_beyond beyond = {k->no, k->reluctance};
    for (int round = 0; round < ROUNDS_MOST; round++) {
        ask_for(k, m, count);
        enum status s = round_tables(m, k->ask, k->base, key, &beyond, progress, published, out, e);
        if (s == ST_DATA && beyond.no) {
            *e = (struct err){0};
            beyond.no = NULL;
            continue;
        }
        if (s != ST_OK || out->relaxed == 0 || !give_free(k, m->nlisted, published))
            return s;
    }
    return ST_OK;
}

/* Cost and moves beyond the base against the true counts. */
static void measure(const struct model *m, const int64_t *count, int64_t base,
                    const int64_t *published, struct round_result *out)
{
    out->cost = 0;
    out->relaxed = 0;
    for (uint32_t c = 0; c < m->nlisted; c++) {
        int64_t change = llabs(published[c] - count[c]);
        out->cost += change * m->times[c];
        out->relaxed += change >= base;
    }
    out->bound = out->bound < out->cost ? 0 : out->bound;
}

enum status round_keeping(const struct model *m, const int64_t *count,
                          const struct round_past *past, int64_t base,
                          const unsigned char key[ROUND_KEY_BYTES], const struct progress *progress,
                          int64_t *published, struct round_result *out, struct err *e)
{
    size_t n = (size_t)m->ncells + 1, prints = 0;
    for (uint32_t c = 0; c < m->nlisted; c++)
        prints = past[c].prints > prints ? past[c].prints : prints;
    struct keep k = {.base = base,
                     .how = mem_zalloc(n, sizeof *k.how),
                     .value = mem_zalloc(n, sizeof *k.value),
                     .same = mem_zalloc(n, sizeof *k.same),
                     .no = mem_zalloc(n, sizeof *k.no),
                     .reluctance = mem_zalloc(n, sizeof *k.reluctance),
                     .ask = mem_array(n, sizeof *k.ask),
                     .span = mem_array(prints + 1, sizeof *k.span)};
    for (uint32_t c = 0; c < m->nlisted; c++)
        choose(&k, c, count[c], &past[c]);
    keep_rows(&k, m, count);
    enum status s = keep_all(&k, m, count, key, progress, published, out, e);
    if (s == ST_OK)
        measure(m, count, base, published, out);
    free(k.how);
    free(k.value);
    free(k.same);
    free(k.no);
    free(k.reluctance);
    free(k.ask);
    free(k.span);
    return s;
}
