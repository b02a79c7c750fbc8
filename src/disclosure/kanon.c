#include "disclosure/kanon.h"

#include "base/limits.h"
#include "base/mem.h"
#include "disclosure/choice.h"
#include "disclosure/pairfit.h"
#include "disclosure/synth.h"
#include "disclosure/tally.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
    ROUNDS = 3,       /* of going over all records again */
    MOST_TRIED = 512, /* codes of a column at a time */
    COVERED_WAYS = 3,
    MOST_VIEWS = 2 * SYNTH_MAX_COLUMNS
};
#define HIDDEN KANON_HIDDEN

/* What a record may show of a column: a node is a code of one of its views. A node is numbered when
 * it is common; numbers grow with the columns, 16 bits each, and four of them in order are the key
 * of a combination. */
struct column {
    int view[MOST_VIEWS], nviews;
    uint32_t first[MOST_VIEWS]; /* node of code 0, by place in `view` */
    uint32_t nodes;
    uint32_t *shows;  /* [node * nviews + place]: the code that a reader sees there, or HIDDEN */
    uint32_t *number; /* [node], 0 for a rare one */
    uint32_t *common; /* nodes that have a number */
    uint32_t ncommon;
};

struct kanon {
    const struct kanon_input *in;
    struct noise noise;
    struct column column[SYNTH_MAX_COLUMNS];
    struct tally common; /* keys of common combinations; 1: a made record shows it */
    struct pairfit fit;
    struct {
        uint8_t column;
        uint32_t node;
    } * numbered;  /* by number */
    uint32_t *row; /* [record * ncolumns + column]: node or HIDDEN */
    size_t rows, covering;
};

/* ---- nodes ---- */

/* What a node shows in the other views: the code that all its people share there. */
static void find_shows(const struct kanon_input *in, struct column *c, int column)
{
    uint32_t leaves = in->size[column];
    bool *seen = mem_zalloc((size_t)c->nodes * (size_t)c->nviews, sizeof *seen);
    c->shows = mem_array((size_t)c->nodes * (size_t)c->nviews, sizeof *c->shows);
    memset(c->shows, 0xff, (size_t)c->nodes * (size_t)c->nviews * sizeof *c->shows);
    for (uint32_t leaf = 0; leaf < leaves; leaf++)
        for (int p = 0; p < c->nviews; p++) {
            uint32_t code = p ? in->up[c->view[p]][leaf] : leaf;
            for (int q = 0; q < c->nviews; q++) {
                size_t at = (size_t)(c->first[p] + code) * (size_t)c->nviews + (size_t)q;
                uint32_t there = q ? in->up[c->view[q]][leaf] : leaf;
                c->shows[at] = !seen[at] || c->shows[at] == there ? there : HIDDEN;
                seen[at] = true;
            }
        }
    free(seen);
}

static uint32_t node_of(const struct kanon *x, int column, int place, size_t record)
{
    const struct column *c = &x->column[column];
    return c->first[place] + x->in->value[c->view[place]][record];
}

static enum status number_nodes(struct kanon *x, struct err *e)
{
    const struct kanon_input *in = x->in;
    uint32_t number = 0;
    x->numbered = mem_array(1 << 16, sizeof *x->numbered);
    for (int i = 0; i < in->ncolumns; i++) {
        struct column *c = &x->column[i];
        for (int v = 0; v < in->nviews; v++)
            if (in->column[v] == i) {
                c->first[c->nviews] = c->nodes;
                c->view[c->nviews++] = v;
                c->nodes += in->size[v];
            }
        find_shows(in, c, i);
        uint32_t *count = mem_zalloc(c->nodes, sizeof *count);
        for (size_t r = 0; r < in->n; r++)
            for (int p = 0; p < c->nviews; p++)
                count[node_of(x, i, p, r)]++;
        c->number = mem_zalloc(c->nodes, sizeof *c->number);
        c->common = mem_array(c->nodes, sizeof *c->common);
        for (uint32_t node = 0; node < c->nodes && number <= UINT16_MAX; node++)
            if (count[node] >= in->k && ++number <= UINT16_MAX) {
                c->number[node] = number;
                c->common[c->ncommon++] = node;
                x->numbered[number].column = (uint8_t)i;
                x->numbered[number].node = node;
            }
        free(count);
    }
    if (number == 0) {
        err_set(e, ST_DATA, "no code occurs %u times: nothing may be shown", in->k);
        return err_hint(e, "Give codes at a coarser level.");
    }
    if (number > UINT16_MAX)
        return err_set(e, ST_DATA, "65,536 or more codes occur %u times", in->k);
    return ST_OK;
}

/* ---- common combinations ---- */

/* Adds one to each combination of a record's nodes in these columns. */
static void count_record(struct kanon *x, struct tally *t, const int *column, int left, size_t r,
                         uint64_t key)
{
    if (left == 0) {
        ++*tally_at(t, key);
        return;
    }
    const struct column *c = &x->column[column[0]];
    for (int p = 0; p < c->nviews; p++) {
        uint32_t number = c->number[node_of(x, column[0], p, r)];
        if (number)
            count_record(x, t, column + 1, left - 1, r, key << 16 | number);
    }
}

static enum status find_common(struct kanon *x, struct kanon_output *out, struct err *e)
{
    const struct kanon_input *in = x->in;
    struct tally t;
    tally_open(&t, in->n);
    tally_open(&x->common, in->n);
    for (int ways = 1; ways <= KANON_WAYS && ways <= in->ncolumns; ways++) {
        int column[KANON_WAYS];
        size_t before = x->common.used;
        choice_first(column, ways);
        do {
            tally_clear(&t);
            for (size_t r = 0; r < in->n; r++)
                count_record(x, &t, column, ways, r, 0);
            for (size_t i = 0; i <= t.mask; i++)
                if (t.key[i] && t.count[i] >= in->k)
                    *tally_at(&x->common, t.key[i]) = 0;
        } while (x->common.used <= LIMIT_COMBINATIONS && choice_next(column, ways, in->ncolumns));
        out->common[ways - 1] = x->common.used - before;
    }
    tally_close(&t);
    if (x->common.used <= LIMIT_COMBINATIONS)
        return ST_OK;
    err_set(e, ST_DATA, "more than %zu combinations of up to %d codes occur %u times",
            LIMIT_COMBINATIONS, KANON_WAYS, in->k);
    return err_hint(e, "Take fewer columns, or coarser codes.");
}

static bool is_common(const struct kanon *x, uint64_t key)
{
    return tally_find(&x->common, key) != SIZE_MAX;
}

/* The key of `me` with three other numbers, which are in order. */
static uint64_t key_with(uint64_t me, uint64_t a, uint64_t b, uint64_t c)
{
    if (me < b)
        return (me < a ? me << 48 | a << 32 : a << 48 | me << 32) | b << 16 | c;
    return a << 48 | b << 32 | (me < c ? me << 16 | c : c << 16 | me);
}

/* Would all combinations be common if the record showed this node? */
static bool may_show(const struct kanon *x, const uint32_t *row, int column, uint32_t node)
{
    uint64_t other[SYNTH_MAX_COLUMNS], me = x->column[column].number[node];
    int m = 0;
    for (int c = 0; c < x->in->ncolumns; c++)
        if (c != column && row[c] != HIDDEN)
            other[m++] = x->column[c].number[row[c]];
    if (m == 0)
        return true;
    if (m == 1)
        return is_common(x, me < other[0] ? me << 16 | other[0] : other[0] << 16 | me);
    if (m == 2)
        return is_common(x, key_with(me, 0, other[0], other[1]));
    for (int i = 0; i < m; i++)
        for (int j = i + 1; j < m; j++)
            for (int k = j + 1; k < m; k++)
                if (!is_common(x, key_with(me, other[i], other[j], other[k])))
                    return false;
    return true;
}

/* ---- made records ---- */

static void codes_of(const struct kanon *x, const uint32_t *row, uint32_t *codes)
{
    for (int i = 0; i < x->in->ncolumns; i++) {
        const struct column *c = &x->column[i];
        for (int p = 0; p < c->nviews; p++)
            codes[c->view[p]] = row[i] == HIDDEN
                                    ? HIDDEN
                                    : c->shows[(size_t)row[i] * (size_t)c->nviews + (size_t)p];
    }
}

static double gain_of(const struct kanon *x, const uint32_t *codes, int column, uint32_t node)
{
    const struct column *c = &x->column[column];
    double sum = 0;
    for (int p = 0; p < c->nviews; p++) {
        uint32_t code = c->shows[(size_t)node * (size_t)c->nviews + (size_t)p];
        if (code != HIDDEN)
            sum += pairfit_gain(&x->fit, codes, c->view[p], code, 1);
    }
    return sum;
}

/* Gives a record what fits best in one column; nothing when that fits best. */
static void fit_column(struct kanon *x, uint32_t *row, int column)
{
    const struct column *c = &x->column[column];
    uint32_t codes[MOST_VIEWS], best = HIDDEN, start = 0, tried = c->ncommon;
    double least = -1e-9;
    codes_of(x, row, codes);
    pairfit_add(&x->fit, codes, -1);
    if (row[column] != HIDDEN) {
        double gain = gain_of(x, codes, column, row[column]) - 1e-9;
        if (gain < least) {
            least = gain;
            best = row[column];
        }
    }
    if (tried > MOST_TRIED) {
        start = (uint32_t)noise_below(&x->noise, c->ncommon);
        tried = MOST_TRIED;
    }
    for (uint32_t i = 0; i < tried; i++) {
        uint32_t node = c->common[(start + i) % c->ncommon];
        double gain = gain_of(x, codes, column, node);
        if (gain < least && may_show(x, row, column, node)) {
            least = gain;
            best = node;
        }
    }
    row[column] = best;
    codes_of(x, row, codes);
    pairfit_add(&x->fit, codes, 1);
}

/* Fills the columns that are hidden, in random order. */
static void grow(struct kanon *x, uint32_t *row)
{
    int order[SYNTH_MAX_COLUMNS], n = x->in->ncolumns;
    for (int i = 0; i < n; i++) {
        int j = (int)noise_below(&x->noise, (uint64_t)i + 1);
        order[i] = order[j];
        order[j] = i;
    }
    for (int i = 0; i < n; i++)
        if (row[order[i]] == HIDDEN)
            fit_column(x, row, order[i]);
}

/* Marks what a record shows, from column `from` on, as covered: also what the groups of its codes
 * show. */
static void mark(struct kanon *x, const uint32_t *row, int from, int ways, uint64_t key)
{
    if (ways > 0) {
        size_t i = tally_find(&x->common, key);
        if (i != SIZE_MAX)
            x->common.count[i] = 1;
    }
    for (int c = from; ways < COVERED_WAYS && c < x->in->ncolumns; c++) {
        const struct column *col = &x->column[c];
        for (int p = 0; row[c] != HIDDEN && p < col->nviews; p++) {
            uint32_t code = col->shows[(size_t)row[c] * (size_t)col->nviews + (size_t)p];
            uint32_t number = code == HIDDEN ? 0 : col->number[col->first[p] + code];
            if (number)
                mark(x, row, c + 1, ways + 1, key << 16 | number);
        }
    }
}

static int ways_of(uint64_t key)
{
    int ways = 0;
    for (; key; key >>= 16)
        ways++;
    return ways;
}

static void cover(struct kanon *x, uint64_t key)
{
    size_t at = tally_find(&x->common, key);
    if (x->common.count[at] || x->rows == x->in->n)
        return;
    uint32_t *row = x->row + x->rows++ * (size_t)x->in->ncolumns, codes[MOST_VIEWS];
    for (; key; key >>= 16)
        row[x->numbered[key & UINT16_MAX].column] = x->numbered[key & UINT16_MAX].node;
    codes_of(x, row, codes);
    pairfit_add(&x->fit, codes, 1);
    grow(x, row);
    mark(x, row, 0, 0, 0);
}

/* A record for every common combination of up to three codes that none shows yet, largest first. */
static void cover_all(struct kanon *x)
{
    uint64_t *key = mem_array(x->common.used, sizeof *key);
    for (int ways = COVERED_WAYS; ways > 0; ways--) {
        size_t n = 0;
        for (size_t i = 0; i <= x->common.mask; i++)
            if (x->common.key[i] && ways_of(x->common.key[i]) == ways)
                key[n++] = x->common.key[i];
        for (size_t i = n; i > 0; i--) {
            size_t j = noise_below(&x->noise, i);
            uint64_t t = key[i - 1];
            key[i - 1] = key[j];
            key[j] = t;
            cover(x, key[i - 1]);
        }
    }
    free(key);
    x->covering = x->rows;
}

static void make_records(struct kanon *x)
{
    size_t columns = (size_t)x->in->ncolumns;
    x->row = mem_array(x->in->n * columns, sizeof *x->row);
    memset(x->row, 0xff, x->in->n * columns * sizeof *x->row);
    cover_all(x);
    for (; x->rows < x->in->n; x->rows++)
        grow(x, x->row + x->rows * columns);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t r = 0; r < x->rows; r++) {
            uint32_t *row = x->row + r * columns;
            for (int c = 0; c < x->in->ncolumns; c++)
                if (r >= x->covering || row[c] == HIDDEN)
                    fit_column(x, row, c);
        }
}

/* In random order, so that covering records do not stand first. */
static void hand_over(struct kanon *x, struct kanon_output *out)
{
    uint32_t *order = mem_array(x->rows, sizeof *order), codes[MOST_VIEWS];
    out->n = x->rows;
    out->covering = x->covering;
    for (size_t i = 0; i < x->rows; i++) {
        size_t j = noise_below(&x->noise, i + 1);
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
    for (int v = 0; v < x->in->nviews; v++)
        out->value[v] = mem_array(out->n, sizeof *out->value[v]);
    for (size_t r = 0; r < x->rows; r++) {
        codes_of(x, x->row + (size_t)order[r] * (size_t)x->in->ncolumns, codes);
        for (int v = 0; v < x->in->nviews; v++)
            out->value[v][r] = codes[v];
    }
    free(order);
}

static enum status run(struct kanon *x, struct kanon_output *out, struct err *e)
{
    const struct kanon_input *in = x->in;
    uint32_t codes[MOST_VIEWS];
    TRY(pairfit_open(&x->fit, in->nviews, in->column, in->size, e));
    TRY(number_nodes(x, e));
    TRY(find_common(x, out, e));
    for (size_t r = 0; r < in->n; r++) {
        for (int v = 0; v < in->nviews; v++)
            codes[v] = in->value[v][r];
        pairfit_want(&x->fit, codes);
    }
    pairfit_weigh(&x->fit);
    make_records(x);
    hand_over(x, out);
    return ST_OK;
}

enum status kanon_make(const struct kanon_input *in, const unsigned char seed[NOISE_SEED_BYTES],
                       struct kanon_output *out, struct err *e)
{
    if (in->ncolumns < 1 || in->ncolumns > SYNTH_MAX_COLUMNS || in->nviews > MOST_VIEWS)
        BUG("k-anonymous records of %d columns, %d views", in->ncolumns, in->nviews);
    struct kanon *x = mem_zalloc(1, sizeof *x);
    *out = (struct kanon_output){.value = mem_zalloc((size_t)in->nviews, sizeof *out->value)};
    x->in = in;
    noise_open(&x->noise, seed);
    enum status s =
        in->n < in->k
            ? err_set(e, ST_DATA, "k is %u, but the file has only %zu records", in->k, in->n)
            : run(x, out, e);
    noise_close(&x->noise);
    pairfit_close(&x->fit);
    tally_close(&x->common);
    for (int c = 0; c < in->ncolumns; c++) {
        free(x->column[c].shows);
        free(x->column[c].number);
        free(x->column[c].common);
    }
    free(x->numbered);
    free(x->row);
    free(x);
    return s;
}

void kanon_free(struct kanon_output *out, int nviews)
{
    for (int v = 0; v < nviews && out->value; v++)
        free(out->value[v]);
    free(out->value);
    *out = (struct kanon_output){0};
}
