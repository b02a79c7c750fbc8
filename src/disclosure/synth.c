#include "disclosure/synth.h"

#include "base/limits.h"
#include "base/mem.h"
#include "disclosure/budget.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHOICE_DEN 10000 /* the epsilon of a choice is a multiple of 1 / this */
#define RAKES 40
#define SPREAD 0.7 /* prior relative spread of two-way counts around independence */

struct synth {
    const struct synth_input *in;
    struct noise noise;
    struct synth_budget b;
    double *one[SYNTH_MAX_COLUMNS]; /* noisy shares of each code */
    double rows;                    /* noisy number of records */
    double *two[SYNTH_MAX_COLUMNS]; /* of each edge: [first code][second code] */
    int edge[SYNTH_MAX_COLUMNS][2];
    int nedges;
};

/* ---- the budget ---- */

/* A variance as a ratio that noise_gaussian takes, never smaller than asked. */
static void as_ratio(double variance, uint64_t *num, uint64_t *den)
{
    *den = variance < 900 ? 1000 : 1;
    *num = (uint64_t)ceil(variance * (double)*den);
    if (*num > NOISE_MOST)
        *num = NOISE_MOST;
}

static void split_budget(struct synth *s, double epsilon)
{
    struct synth_budget *b = &s->b;
    double n = (double)s->in->n, k = s->in->ncolumns, third;
    b->epsilon = epsilon;
    b->delta = 1 / (n * log(n));
    b->rho = budget_rho(epsilon, b->delta);
    third = b->rho / 3;
    as_ratio(k / (2 * third), &b->one_num, &b->one_den);
    as_ratio((k - 1) / (2 * third), &b->two_num, &b->two_den);
    b->choice_epsilon = floor(sqrt(8 * third / (k - 1)) * CHOICE_DEN) / CHOICE_DEN;
}

/* ---- noisy counts ---- */

static void count_pair(const struct synth_input *in, int a, int b, int64_t *count)
{
    memset(count, 0, (size_t)in->size[a] * in->size[b] * sizeof *count);
    for (size_t r = 0; r < in->n; r++)
        count[(size_t)in->value[a][r] * in->size[b] + in->value[b][r]]++;
}

static void measure_columns(struct synth *s)
{
    const struct synth_input *in = s->in;
    double weight = 0;
    for (int c = 0; c < in->ncolumns; c++) {
        int64_t *count = mem_zalloc(in->size[c], sizeof *count);
        double sum = 0, kept = 0;
        s->one[c] = mem_array(in->size[c], sizeof *s->one[c]);
        for (size_t r = 0; r < in->n; r++)
            count[in->value[c][r]]++;
        for (uint32_t v = 0; v < in->size[c]; v++) {
            double noisy =
                (double)(count[v] + noise_gaussian(&s->noise, s->b.one_num, s->b.one_den));
            sum += noisy;
            s->one[c][v] = noisy > 0 ? noisy : 0;
            kept += s->one[c][v];
        }
        for (uint32_t v = 0; v < in->size[c]; v++)
            s->one[c][v] = kept > 0 ? s->one[c][v] / kept : 1.0 / in->size[c];
        s->rows += sum / in->size[c]; /* the noise of a sum grows with the number of codes */
        weight += 1.0 / in->size[c];
        free(count);
    }
    s->rows = floor(s->rows / weight + 0.5);
    if (s->rows < 1)
        s->rows = 1;
}

/* How far the pair is from independence; one record changes it by at most 1. */
static uint64_t pair_score(const struct synth *s, int a, int b, int64_t *count)
{
    const struct synth_input *in = s->in;
    double sum = 0;
    count_pair(in, a, b, count);
    for (uint32_t u = 0; u < in->size[a]; u++)
        for (uint32_t v = 0; v < in->size[b]; v++)
            sum += fabs((double)count[(size_t)u * in->size[b] + v] -
                        s->rows * s->one[a][u] * s->one[b][v]);
    return (uint64_t)floor(sum);
}

/* Exponential mechanism: uniform candidates, each kept with probability exp(-epsilon * gap / 2). */
static int choose_edge(struct synth *s, const uint64_t *score, const int *candidate, int n)
{
    uint64_t best = 0;
    for (int k = 0; k < n; k++)
        best = score[candidate[k]] > best ? score[candidate[k]] : best;
    for (;;) {
        int k = candidate[noise_below(&s->noise, (uint64_t)n)];
        if (noise_keep(&s->noise, (best - score[k]) * (uint64_t)(s->b.choice_epsilon * CHOICE_DEN),
                       2 * CHOICE_DEN))
            return k;
    }
}

static void choose_tree(struct synth *s, int64_t *count)
{
    int n = s->in->ncolumns, pairs = n * (n - 1) / 2, part[SYNTH_MAX_COLUMNS];
    int *a = mem_array((size_t)pairs, sizeof *a), *b = mem_array((size_t)pairs, sizeof *b);
    int *open = mem_array((size_t)pairs, sizeof *open), k = 0;
    uint64_t *score = mem_array((size_t)pairs, sizeof *score);
    for (int i = 0; i < n; i++) {
        part[i] = i;
        for (int j = i + 1; j < n; j++, k++) {
            a[k] = i;
            b[k] = j;
            score[k] = pair_score(s, i, j, count);
        }
    }
    for (s->nedges = 0; s->nedges < n - 1; s->nedges++) {
        int m = 0;
        for (int i = 0; i < pairs; i++)
            if (part[a[i]] != part[b[i]])
                open[m++] = i;
        int e = choose_edge(s, score, open, m), from = part[b[e]], to = part[a[e]];
        s->edge[s->nedges][0] = a[e];
        s->edge[s->nedges][1] = b[e];
        for (int i = 0; i < n; i++)
            part[i] = part[i] == from ? to : part[i];
    }
    free(a);
    free(b);
    free(open);
    free(score);
}

/* ---- post-processing ---- */

/* Iterative proportional fitting of w to the one-way shares. */
static void rake(const struct synth *s, int a, int b, double *w)
{
    uint32_t na = s->in->size[a], nb = s->in->size[b];
    for (int round = 0; round < RAKES; round++)
        for (int side = 0; side < 2; side++)
            for (uint32_t u = 0; u < (side ? nb : na); u++) {
                double sum = 0, share = side ? s->one[b][u] : s->one[a][u];
                size_t from = side ? u : (size_t)u * nb, step = side ? nb : 1;
                uint32_t n = side ? na : nb;
                for (uint32_t k = 0; k < n; k++)
                    sum += w[from + k * step];
                for (uint32_t k = 0; k < n && sum > 0; k++)
                    w[from + k * step] *= share * s->rows / sum;
            }
}

/* Each noisy count is weighed against what independence expects there, by the variances of the
 * noise and of real tables around independence. */
static void measure_edge(struct synth *s, int e, int64_t *count)
{
    int a = s->edge[e][0], b = s->edge[e][1];
    uint32_t na = s->in->size[a], nb = s->in->size[b];
    double noise = (double)s->b.two_num / (double)s->b.two_den;
    s->two[e] = mem_array((size_t)na * nb, sizeof *s->two[e]);
    count_pair(s->in, a, b, count);
    for (uint32_t u = 0; u < na; u++)
        for (uint32_t v = 0; v < nb; v++) {
            size_t k = (size_t)u * nb + v;
            double noisy =
                (double)(count[k] + noise_gaussian(&s->noise, s->b.two_num, s->b.two_den));
            double expected = s->rows * s->one[a][u] * s->one[b][v];
            double prior = pow(SPREAD * expected + 0.5, 2), w = prior / (prior + noise);
            double v2 = w * noisy + (1 - w) * expected;
            s->two[e][k] = v2 > 0 ? v2 : 0;
        }
    rake(s, a, b, s->two[e]);
}

/* ---- sampling ---- */

static void shuffle(struct noise *noise, uint32_t *list, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = noise_below(noise, i);
        uint32_t t = list[i - 1];
        list[i - 1] = list[j];
        list[j] = t;
    }
}

/* Gives `n` places to codes in proportion to w[0], w[step], ...: systematic sampling from one
 * random start, then in random order. */
static void deal(struct noise *noise, const double *w, size_t step, uint32_t ncodes, size_t n,
                 uint32_t *out)
{
    double sum = 0, run = 0;
    size_t done = 0;
    for (uint32_t v = 0; v < ncodes; v++)
        sum += w[v * step];
    double start = (double)(noise_u64(noise) >> 11) / 9007199254740992.0;
    for (uint32_t v = 0; v < ncodes; v++) {
        run += sum > 0 ? w[v * step] * (double)n / sum : (double)n / ncodes;
        while (done < n && (double)done + start < run)
            out[done++] = v;
    }
    while (done < n) { /* rounding at the very end */
        out[done] = done ? out[done - 1] : 0;
        done++;
    }
    shuffle(noise, out, n);
}

/* Column `to` given column `from`, group by group. */
static void sample_edge(struct synth *s, int e, int from, int to, struct synth_output *out)
{
    uint32_t nf = s->in->size[from], nt = s->in->size[to], nb = s->in->size[s->edge[e][1]];
    bool forward = s->edge[e][0] == from;
    size_t *start = mem_zalloc((size_t)nf + 2, sizeof *start), *at = mem_array(out->n, sizeof *at);
    uint32_t *dealt = mem_array(out->n, sizeof *dealt);
    for (size_t r = 0; r < out->n; r++)
        start[out->value[from][r] + 2]++;
    for (uint32_t v = 0; v < nf; v++)
        start[v + 2] += start[v + 1];
    for (size_t r = 0; r < out->n; r++)
        at[start[out->value[from][r] + 1]++] = r;
    for (uint32_t v = 0; v < nf; v++) {
        size_t n = start[v + 1] - start[v];
        deal(&s->noise, s->two[e] + (forward ? (size_t)v * nb : v), forward ? 1 : nb, nt, n, dealt);
        for (size_t i = 0; i < n; i++)
            out->value[to][at[start[v] + i]] = dealt[i];
    }
    free(start);
    free(at);
    free(dealt);
}

static void sample(struct synth *s, struct synth_output *out)
{
    bool done[SYNTH_MAX_COLUMNS] = {true};
    out->n = (size_t)s->rows;
    out->value = mem_zalloc((size_t)s->in->ncolumns, sizeof *out->value);
    for (int c = 0; c < s->in->ncolumns; c++)
        out->value[c] = mem_array(out->n, sizeof *out->value[c]);
    deal(&s->noise, s->one[0], 1, s->in->size[0], out->n, out->value[0]);
    for (int left = s->nedges; left > 0;)
        for (int e = 0; e < s->nedges; e++) {
            int a = s->edge[e][0], b = s->edge[e][1];
            if (done[a] == done[b])
                continue;
            sample_edge(s, e, done[a] ? a : b, done[a] ? b : a, out);
            done[a] = done[b] = true;
            left--;
        }
}

enum status synth_make(const struct synth_input *in, double epsilon,
                       const unsigned char seed[NOISE_SEED_BYTES], struct synth_output *out,
                       struct err *e)
{
    struct synth s = {.in = in};
    size_t most = 1;
    *out = (struct synth_output){0};
    if (!(epsilon >= 0.01 && epsilon <= 20))
        return err_set(e, ST_USAGE, "epsilon must be from 0.01 to 20");
    if (in->ncolumns < 2 || in->ncolumns > SYNTH_MAX_COLUMNS)
        return err_set(e, ST_DATA, "synthetic records need 2 to %d columns", SYNTH_MAX_COLUMNS);
    if (in->n < 100)
        return err_set(e, ST_DATA, "fewer than 100 records: too few to hide anyone among");
    for (int a = 0; a < in->ncolumns; a++)
        for (int b = 0; b < a; b++)
            most =
                (size_t)in->size[a] * in->size[b] > most ? (size_t)in->size[a] * in->size[b] : most;
    if (most > LIMIT_TABLE_CELLS)
        return err_set(e, ST_DATA, "two columns have more than %zu pairs of codes",
                       LIMIT_TABLE_CELLS);
    int64_t *count = mem_array(most, sizeof *count);
    noise_open(&s.noise, seed);
    split_budget(&s, epsilon);
    measure_columns(&s);
    choose_tree(&s, count);
    for (int k = 0; k < s.nedges; k++)
        measure_edge(&s, k, count);
    sample(&s, out);
    memcpy(out->edge, s.edge, sizeof out->edge);
    out->budget = s.b;
    for (int c = 0; c < in->ncolumns; c++) {
        free(s.one[c]);
        free(s.two[c]);
    }
    free(count);
    noise_close(&s.noise);
    return ST_OK;
}

void synth_free(struct synth_output *out, int ncolumns)
{
    for (int c = 0; c < ncolumns && out->value; c++)
        free(out->value[c]);
    free(out->value);
    *out = (struct synth_output){0};
}
