#include "linkage/block.h"
#include "linkage/column.h"

#include <math.h>
#include <stdlib.h>

/* Items (cluster, person, source) sorted, to count pairs by runs. */
struct membership {
    uint32_t cluster, person, source;
};

static int by_membership(const void *x, const void *y)
{
    const struct membership *a = x, *b = y;
    if (a->cluster != b->cluster)
        return a->cluster < b->cluster ? -1 : 1;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    return a->source < b->source ? -1 : a->source > b->source;
}

static uint64_t choose2(uint64_t n)
{
    return n * (n - (n > 0)) / 2;
}

/* Allowed pairs among m[from..to): all, minus or only those within a source. */
static uint64_t allowed_pairs(const struct link_data *d, const struct membership *m, size_t from,
                              size_t to, uint32_t *by_source)
{
    uint64_t all = choose2(to - from), within = 0;
    if (!d->source || d->spec.mode == LINK_BOTH)
        return all;
    for (size_t i = from; i < to; i++)
        within += by_source[m[i].source]++;
    for (size_t i = from; i < to; i++)
        by_source[m[i].source] = 0;
    return d->spec.mode == LINK_DEDUPE ? within : all - within;
}

static uint64_t count_pairs(const struct link_data *d, const struct membership *m, size_t n,
                            bool both)
{
    uint32_t *by_source = mem_zalloc(d->sources.count + 1, sizeof *by_source);
    uint64_t pairs = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && m[end].cluster == m[i].cluster && (!both || m[end].person == m[i].person);)
            end++;
        pairs += allowed_pairs(d, m, i, end, by_source);
    }
    free(by_source);
    return pairs;
}

static void fill(const struct link_data *d, const uint32_t *cluster, const uint32_t *person,
                 struct membership *m)
{
    for (uint32_t k = 0; k < d->n; k++)
        m[k] = (struct membership){cluster[k], person[k], d->source ? d->source[k] : 0};
    qsort(m, d->n, sizeof *m, by_membership);
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : NAN;
}

static double f1_of(double p, double r)
{
    return p + r > 0.0 ? 2.0 * p * r / (p + r) : 0.0;
}

static int by_bits(const void *x, const void *y)
{
    const struct link_pair *a = x, *b = y;
    return a->bits > b->bits ? -1 : a->bits < b->bits;
}

static void best_threshold(const struct link_result *r, const struct link_truth *t, uint64_t truth,
                           struct link_score *out)
{
    struct link_pair *pair = mem_array(r->pairs, sizeof *pair);
    if (r->pairs)
        memcpy(pair, r->pair, r->pairs * sizeof *pair);
    qsort(pair, r->pairs, sizeof *pair, by_bits);
    uint64_t tp = 0;
    out->best_threshold = 1.0;
    for (size_t i = 0; i < r->pairs; i++) {
        tp += t->person[pair[i].a] == t->person[pair[i].b];
        if (i + 1 < r->pairs && pair[i + 1].bits == pair[i].bits)
            continue;
        double f1 = 2.0 * (double)tp / ((double)(i + 1) + (double)truth);
        if (f1 > out->best_f1) {
            out->best_f1 = f1;
            out->best_threshold = 1.0 / (1.0 + exp2(-(double)pair[i].bits));
        }
    }
    free(pair);
}

/* Bagga and Baldwin (1998): the mean over records of the share of the cluster that is right, and
 * of the person that is found. Amigo and others (2009). */
static void bcubed(const struct link_data *d, const struct membership *m,
                   const uint32_t *cluster_size, const uint32_t *person_size,
                   struct link_score *out)
{
    double precision = 0.0, recall = 0.0;
    for (size_t i = 0, end; i < d->n; i = end) {
        for (end = i + 1;
             end < d->n && m[end].cluster == m[i].cluster && m[end].person == m[i].person;)
            end++;
        double both = (double)(end - i);
        precision += both * both / cluster_size[m[i].cluster];
        recall += both * both / person_size[m[i].person];
        out->exact += both == cluster_size[m[i].cluster] && both == person_size[m[i].person];
    }
    out->bcubed_precision = precision / d->n;
    out->bcubed_recall = recall / d->n;
    out->bcubed_f1 = f1_of(out->bcubed_precision, out->bcubed_recall);
}

void link_evaluate(const struct link_data *d, const struct link_result *r,
                   const struct link_truth *truth, struct link_score *out)
{
    *out = (struct link_score){0};
    struct membership *m = mem_array(d->n, sizeof *m);
    uint32_t persons = 0;
    for (uint32_t k = 0; k < d->n; k++)
        persons = truth->person[k] + 1 > persons ? truth->person[k] + 1 : persons;
    uint32_t *cluster_size = mem_zalloc(d->n, sizeof *cluster_size),
             *person_size = mem_zalloc(persons, sizeof *person_size);
    for (uint32_t k = 0; k < d->n; k++) {
        cluster_size[r->cluster[k]]++;
        person_size[truth->person[k]]++;
    }
    for (uint32_t p = 0; p < persons; p++)
        out->persons += person_size[p] > 0;
    fill(d, truth->person, truth->person, m);
    uint64_t true_pairs = count_pairs(d, m, d->n, false);
    fill(d, r->cluster, truth->person, m);
    uint64_t joined = count_pairs(d, m, d->n, false);
    out->tp = count_pairs(d, m, d->n, true);
    out->fp = joined - out->tp;
    out->fn = true_pairs - out->tp;
    out->precision = ratio((double)out->tp, (double)joined);
    out->recall = ratio((double)out->tp, (double)true_pairs);
    out->f1 = ratio(2.0 * (double)out->tp, (double)(joined + true_pairs));
    bcubed(d, m, cluster_size, person_size, out);
    best_threshold(r, truth, true_pairs, out);
    free(m);
    free(cluster_size);
    free(person_size);
}
