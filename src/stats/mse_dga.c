#include "stats/mse_dga.h"

#include "base/pool.h"
#include "stats/numeric.h"

#define MATHLIB_STANDALONE 1
#include <Rmath.h>
#include <math.h>
#include <stdlib.h>

#define BLOCK 256       /* values of N handled together */
#define STRIDE 16       /* of the first look */
#define FINE 80         /* graphs that always get every N (more than are printed) */
#define MARGIN 20.0     /* and those above e^-20 of the heaviest */
#define GROUP 16        /* blocks in one job */
#define SETS_MAX 64     /* 2^MSE_DGA_LISTS */
#define NEGLIGIBLE 36.0 /* e^-36 beside the largest term of a sum is below its rounding */
#define BETWEEN 10.0    /* what a log weight may rise between two values of the first look */

/* A graph's log marginal likelihood as +- terms over vertex sets. */
struct graph {
    uint32_t edges;
    double first_look; /* log weight, from every STRIDE-th N */
    double first_mean; /* mean of N - n, likewise */
    bool fine;
    int terms;
    uint8_t set[2 * MSE_DGA_LISTS];
    int8_t sign[2 * MSE_DGA_LISTS];
};

/* Cliques less separators through a perfect elimination order: removing a vertex whose later
 * neighbours B are complete contributes M(B + v) - M(B). False when the graph is not decomposable.
 */
static bool decompose(uint32_t edges, int lists, const uint32_t *pair, struct graph *g)
{
    uint32_t neighbours[MSE_DGA_LISTS] = {0};
    for (int k = 0; k < mse_pairs(lists); k++)
        if (edges >> k & 1) {
            int i = __builtin_ctz(pair[k]), j = 31 - __builtin_clz(pair[k]);
            neighbours[i] |= 1u << j;
            neighbours[j] |= 1u << i;
        }
    int coefficient[SETS_MAX] = {0};
    uint32_t left = (1u << lists) - 1;
    while (left) {
        int v = 0;
        uint32_t b = 0;
        for (; v < lists; v++) {
            if (!(left >> v & 1))
                continue;
            b = neighbours[v] & left;
            bool complete = true;
            for (int u = 0; u < lists && complete; u++)
                if (b >> u & 1)
                    complete = ((neighbours[u] | 1u << u) & b) == b;
            if (complete)
                break;
        }
        if (v == lists)
            return false;
        coefficient[b | 1u << v]++;
        coefficient[b]--;
        left &= ~(1u << v);
    }
    *g = (struct graph){.edges = edges};
    for (int s = 1; s < 1 << lists; s++) /* M of the empty set is 0 */
        if (coefficient[s]) {
            g->set[g->terms] = (uint8_t)s;
            g->sign[g->terms++] = (int8_t)coefficient[s];
        }
    return true;
}

/* What one job adds for one graph, relative to the graph's first look. */
struct part {
    double weight, weight_N;
};

struct average {
    int lists, graphs;
    struct graph *graph;
    double n, delta;
    size_t points, blocks;
    double zero[SETS_MAX];     /* people observed on none of the set's lists, plus its prior */
    double fixed[SETS_MAX];    /* the part of M that does not depend on N, without D */
    double log_counts;         /* log of the product of the cells' factorials */
    double top, top_without;   /* about the largest log weight; without the complete graph */
    double *pmf, *pmf_without; /* relative to exp(top), exp(top_without) */
    struct part *part;         /* jobs * graphs */
};

/* log gamma(x + k * stride) for k = 0 .. count - 1, by the recurrence where that is exact enough.
 */
static void log_gammas(double x, size_t stride, size_t count, double *out)
{
    long double sum = lgammafn(x);
    for (size_t k = 0; k < count; k++) {
        out[k] = stride == 1 ? (double)sum : lgammafn(x + (double)(k * stride));
        if (stride == 1)
            sum += log(x + (double)k);
    }
}

/* M(S; N) for the block's N = n + from + k * stride, and the factor common to all graphs. */
static void block_terms(const struct average *av, size_t from, size_t stride, size_t count,
                        double value[][BLOCK], double *common)
{
    double cells = (double)mse_cells(av->lists), prior = cells * av->delta;
    double N0 = av->n + (double)from, d0 = lgammafn(prior), down[BLOCK];
    log_gammas(N0 + prior, stride, count, common);
    for (int s = 1; s < 1 << av->lists; s++) {
        log_gammas(av->zero[s] + (double)from, stride, count, value[s]);
        for (size_t k = 0; k < count; k++)
            value[s][k] += av->fixed[s] + d0 - common[k];
    }
    log_gammas(N0 + 1, stride, count, common);
    log_gammas((double)from + 1, stride, count, down);
    for (size_t k = 0; k < count; k++)
        common[k] += -down[k] - av->log_counts - log(N0 + (double)(k * stride));
}

static double graph_block(const struct graph *g, size_t count, double value[][BLOCK],
                          const double *common, double *out)
{
    memcpy(out, common, count * sizeof *out);
    for (int i = 0; i < g->terms; i++) {
        const double *v = value[g->set[i]];
        double sign = g->sign[i];
        for (size_t k = 0; k < count; k++)
            out[k] += sign * v[k];
    }
    double most = out[0];
    for (size_t k = 1; k < count; k++)
        most = out[k] > most ? out[k] : most;
    return most;
}

static bool is_complete(const struct average *av, const struct graph *g)
{
    return __builtin_popcount(g->edges) == mse_pairs(av->lists);
}

/* The largest of a graph's log weights at every STRIDE-th place of the block. */
static double peek(const struct graph *g, size_t count, double value[][BLOCK], const double *common)
{
    double most = -INFINITY;
    for (size_t k = 0; k < count; k += STRIDE) {
        double l = common[k];
        for (int i = 0; i < g->terms; i++)
            l += g->sign[i] * value[g->set[i]][k];
        most = l > most ? l : most;
    }
    return most;
}

/* Adds a block of one graph's log weights, those above `least`, to the distribution of N and to its
 * part, which is relative to its first look. */
static void add_block(struct average *av, const struct graph *g, struct part *p, size_t from,
                      size_t count, const double *l, double least)
{
    double weight = 0, weight_N = 0, to_top = exp(g->first_look - av->top);
    double to_top_without = is_complete(av, g) ? 0 : exp(g->first_look - av->top_without);
    for (size_t k = 0; k < count; k++) {
        if (l[k] < least)
            continue;
        double e = exp(l[k] - g->first_look);
        weight += e;
        weight_N += e * (double)(from + k);
        av->pmf[from + k] += e * to_top;
        av->pmf_without[from + k] += e * to_top_without;
    }
    p->weight += weight;
    p->weight_N += weight_N;
}

static void group(void *ctx, size_t job, int thread)
{
    (void)thread;
    struct average *av = ctx;
    double(*value)[BLOCK] = mem_array(SETS_MAX, sizeof *value);
    double *most = mem_array((size_t)av->graphs, sizeof *most), common[BLOCK], l[BLOCK];
    struct part *part = av->part + job * (size_t)av->graphs;
    memset(part, 0, (size_t)av->graphs * sizeof *part);
    for (size_t b = job * GROUP; b < (job + 1) * GROUP && b < av->blocks; b++) {
        size_t from = b * BLOCK;
        size_t count = av->points - from < BLOCK ? av->points - from : BLOCK;
        block_terms(av, from, 1, count, value, common);
        double all = -INFINITY, without = -INFINITY;
        for (int g = 0; g < av->graphs; g++) {
            most[g] = peek(&av->graph[g], count, value, common);
            all = fmax(all, most[g]);
            if (!is_complete(av, &av->graph[g]))
                without = fmax(without, most[g]);
        }
        for (int g = 0; g < av->graphs; g++) {
            double least = fmin(all, without) - NEGLIGIBLE;
            if (av->graph[g].fine)
                least = fmin(least, av->graph[g].first_look - NEGLIGIBLE);
            if (most[g] < least - BETWEEN)
                continue;
            graph_block(&av->graph[g], count, value, common, l);
            add_block(av, &av->graph[g], &part[g], from, count, l, least);
        }
    }
    free(most);
    free(value);
}

static int compare_falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x > y ? -1 : x < y;
}

/* A graph's weight from every STRIDE-th N, added to what it has. */
static void look(struct graph *g, size_t from, size_t count, const double *l, double most)
{
    if (most > g->first_look) {
        double shrink = exp(g->first_look - most), weight = shrink, mean = g->first_mean * shrink;
        double sum = 0;
        for (size_t k = 0; k < count; k++)
            if (l[k] > most - NEGLIGIBLE) {
                double e = exp(l[k] - most);
                sum += e;
                mean += e * (double)(from + k * STRIDE);
            }
        weight += sum;
        g->first_mean = mean / weight;
        g->first_look = most + log(weight);
    } else if (most > g->first_look - NEGLIGIBLE) {
        double weight = 1, mean = g->first_mean;
        for (size_t k = 0; k < count; k++) {
            double e = exp(l[k] - g->first_look);
            weight += e;
            mean += e * (double)(from + k * STRIDE);
        }
        g->first_mean = mean / weight;
        g->first_look += log(weight);
    }
}

/* First look at every graph: which ones carry weight, and the scale of it. */
static void look_at_all(struct average *av)
{
    double(*value)[BLOCK] = mem_array(SETS_MAX, sizeof *value);
    double common[BLOCK], l[BLOCK];
    for (int g = 0; g < av->graphs; g++)
        av->graph[g].first_look = -INFINITY;
    av->top = av->top_without = -INFINITY;
    for (size_t from = 0; from < av->points; from += (size_t)BLOCK * STRIDE) {
        size_t left = (av->points - from + STRIDE - 1) / STRIDE,
               count = left < BLOCK ? left : BLOCK;
        block_terms(av, from, STRIDE, count, value, common);
        for (int g = 0; g < av->graphs; g++) {
            double most = graph_block(&av->graph[g], count, value, common, l);
            av->top = fmax(av->top, most);
            if (!is_complete(av, &av->graph[g]))
                av->top_without = fmax(av->top_without, most);
            look(&av->graph[g], from, count, l, most);
        }
    }
    double *weight = mem_array((size_t)av->graphs, sizeof *weight);
    for (int g = 0; g < av->graphs; g++)
        weight[g] = av->graph[g].first_look += log(STRIDE);
    qsort(weight, (size_t)av->graphs, sizeof *weight, compare_falling);
    double enough = weight[0] - MARGIN;
    if (av->graphs <= FINE)
        enough = -INFINITY;
    else if (weight[FINE - 1] < enough)
        enough = weight[FINE - 1];
    for (int g = 0; g < av->graphs; g++)
        av->graph[g].fine = av->graph[g].first_look >= enough;
    free(weight);
    free(value);
}

static void prepare_sets(struct average *av, const struct mse_table *t)
{
    size_t cells = mse_cells(t->lists);
    double *margin = mem_array(cells, sizeof *margin);
    for (uint32_t s = 1; s < cells; s++) {
        memset(margin, 0, cells * sizeof *margin);
        for (size_t c = 1; c < cells; c++)
            margin[c & s] += t->count[c];
        double prior = av->delta * (double)(cells >> __builtin_popcount(s)), fixed = 0;
        double at_prior = lgammafn(prior);
        for (uint32_t c = s; c; c = (c - 1) & s)
            fixed += lgammafn(margin[c] + prior) - at_prior;
        av->zero[s] = margin[0] + prior;
        av->fixed[s] = fixed - at_prior;
    }
    for (size_t c = 1; c < cells; c++)
        av->log_counts += lgammafn(t->count[c] + 1);
    free(margin);
}

static int compare_graphs(const void *a, const void *b)
{
    const struct mse_dga_graph *x = a, *y = b;
    if (x->post_prob != y->post_prob)
        return x->post_prob > y->post_prob ? -1 : 1;
    return x->edges < y->edges ? -1 : x->edges > y->edges;
}

/* Probabilities and means of the graphs from the jobs' parts, in job order. */
static void collect_graphs(const struct average *av, size_t jobs, struct mse_dga *out)
{
    double *log_weight = mem_array((size_t)av->graphs, sizeof *log_weight), top = -INFINITY;
    for (int g = 0; g < av->graphs; g++) {
        const struct graph *graph = &av->graph[g];
        struct nsum w = NSUM_ZERO, wn = NSUM_ZERO;
        for (size_t j = 0; j < jobs; j++) {
            nsum_add(&w, av->part[j * (size_t)av->graphs + (size_t)g].weight);
            nsum_add(&wn, av->part[j * (size_t)av->graphs + (size_t)g].weight_N);
        }
        double weight = graph->fine ? nsum_value(&w) : 1;
        double mean = graph->fine ? nsum_value(&wn) / weight : graph->first_mean;
        log_weight[g] = graph->first_look + log(weight);
        out->graph[g] = (struct mse_dga_graph){graph->edges, 0, av->n + mean};
        top = fmax(top, log_weight[g]);
    }
    struct nsum total = NSUM_ZERO;
    for (int g = 0; g < av->graphs; g++)
        nsum_add(&total, exp(log_weight[g] - top));
    for (int g = 0; g < av->graphs; g++) {
        out->graph[g].post_prob = exp(log_weight[g] - top) / nsum_value(&total);
        if (is_complete(av, &av->graph[g]))
            out->complete_prob = out->graph[g].post_prob;
    }
    qsort(out->graph, (size_t)av->graphs, sizeof *out->graph, compare_graphs);
    free(log_weight);
}

/* Smallest N whose cumulative probability reaches each of p[0..count-1] (rising). */
static void quantiles(const double *pmf, size_t points, double n, const double *p, int count,
                      double *out)
{
    struct nsum cdf = NSUM_ZERO;
    int i = 0;
    for (size_t k = 0; k < points && i < count; k++) {
        nsum_add(&cdf, pmf[k]);
        while (i < count && nsum_value(&cdf) >= p[i])
            out[i++] = n + (double)k;
    }
    while (i < count)
        out[i++] = n + (double)points - 1;
}

static double normalize(double *pmf, size_t points)
{
    double total = num_sum(pmf, points);
    for (size_t k = 0; k < points; k++)
        pmf[k] /= total;
    struct nsum mean = NSUM_ZERO;
    for (size_t k = 0; k < points; k++)
        nsum_add(&mean, pmf[k] * (double)k);
    return nsum_value(&mean);
}

static void summarize(struct average *av, struct mse_dga *out)
{
    static const double p[7] = {0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975};
    static const double few[3] = {0.025, 0.5, 0.975};
    double q[7], mean = normalize(av->pmf, av->points);
    struct nsum variance = NSUM_ZERO, tail = NSUM_ZERO;
    size_t mode = 0;
    double last = 0.99 * out->N_max;
    for (size_t k = 0; k < av->points; k++) {
        nsum_add(&variance, av->pmf[k] * ((double)k - mean) * ((double)k - mean));
        if (av->pmf[k] > av->pmf[mode])
            mode = k;
        if (av->n + (double)k > last)
            nsum_add(&tail, av->pmf[k]);
    }
    quantiles(av->pmf, av->points, av->n, p, 7, q);
    out->mean = av->n + mean;
    out->sd = sqrt(nsum_value(&variance));
    out->mode = av->n + (double)mode;
    out->q025 = q[0];
    out->q10 = q[1];
    out->q25 = q[2];
    out->q50 = q[3];
    out->q75 = q[4];
    out->q90 = q[5];
    out->q975 = q[6];
    out->prob_at_Nmax = av->pmf[av->points - 1];
    out->tail_prob_last_1pc = nsum_value(&tail);
    out->mean_without = av->n + normalize(av->pmf_without, av->points);
    quantiles(av->pmf_without, av->points, av->n, few, 3, q);
    out->q025_without = q[0];
    out->q50_without = q[1];
    out->q975_without = q[2];
}

void mse_dga(const struct mse_table *t, double delta, double N_max, int threads,
             const struct progress *p, struct arena *a, struct mse_dga *out)
{
    if (t->lists > MSE_DGA_LISTS || !t->whole || N_max < t->total ||
        N_max - t->total > mse_dga_grid(t->lists))
        BUG("a table or a grid that does not fit");
    uint32_t pair[MSE_DGA_LISTS * (MSE_DGA_LISTS - 1) / 2];
    mse_pair_masks(t->lists, pair);
    struct average av = {.lists = t->lists, .n = t->total, .delta = delta};
    size_t all = (size_t)1 << mse_pairs(t->lists);
    av.graph = mem_array(all, sizeof *av.graph);
    for (uint32_t e = 0; e < all; e++)
        av.graphs += decompose(e, t->lists, pair, &av.graph[av.graphs]);
    av.points = (size_t)(N_max - t->total) + 1;
    av.blocks = (av.points + BLOCK - 1) / BLOCK;
    size_t jobs = (av.blocks + GROUP - 1) / GROUP;
    av.pmf = arena_array(a, av.points, sizeof *av.pmf);
    av.pmf_without = mem_zalloc(av.points, sizeof *av.pmf_without);
    av.part = mem_array(jobs * (size_t)av.graphs, sizeof *av.part);
    prepare_sets(&av, t);
    look_at_all(&av);
    progress_tick(p, "graphs", 0, jobs);
    pool_run(threads, jobs, group, &av);
    *out = (struct mse_dga){.delta = delta,
                            .n = t->total,
                            .N_max = t->total + (double)(av.points - 1),
                            .n_graphs = av.graphs,
                            .points = av.points,
                            .pmf = av.pmf};
    out->graph = arena_array(a, (size_t)av.graphs, sizeof *out->graph);
    collect_graphs(&av, jobs, out);
    summarize(&av, out);
    free(av.part);
    free(av.pmf_without);
    free(av.graph);
}
