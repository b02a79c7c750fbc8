/* A cluster as people look at it: every pair of its records, and the link that holds least. */
#include "app/link_explain.h"
#include "base/mem.h"
#include "linkage/cluster.h"

#include <math.h>
#include <stdlib.h>

enum { RECORDS_SHOWN = 60 }; /* 1,770 pairs */

struct view {
    const struct link_data *d;
    const struct link_result *r;
    uint32_t *member;
    uint32_t n;
    struct link_constraint *pair; /* all of the members */
    double *bits;
    bool *compared, *side; /* by pair; by member */
    size_t pairs;
    struct link_pair weakest;
    bool holds; /* the compared pairs hold the members together */
    double between;
    double threshold_bits;
};

static void add_id(struct buf *t, const struct link_data *d, uint32_t record)
{
    struct str id = link_data_id(d, record);
    buf_add(t, id.p, id.n);
}

static json_t *id_json(const struct link_data *d, uint32_t record)
{
    struct str id = link_data_id(d, record);
    return json_stringn(id.p, id.n);
}

static void find_members(struct view *v, uint32_t record)
{
    uint32_t n = link_data_records(v->d), cluster = v->r->cluster[record];
    v->member = mem_array(n, sizeof *v->member);
    for (uint32_t k = 0; k < n; k++)
        if (v->r->cluster[k] == cluster)
            v->member[v->n++] = k;
}

static void find_pairs(struct view *v, const struct link_model *m)
{
    v->pair = mem_array((size_t)v->n * v->n / 2 + 1, sizeof *v->pair);
    for (uint32_t i = 0; i < v->n; i++)
        for (uint32_t k = i + 1; k < v->n; k++)
            v->pair[v->pairs++] = (struct link_constraint){v->member[i], v->member[k], true};
    v->bits = mem_array(v->pairs + 1, sizeof *v->bits);
    v->compared = mem_zalloc(v->pairs + 1, sizeof *v->compared);
    v->side = mem_zalloc(v->n, sizeof *v->side);
    link_score(v->d, m, v->pair, v->pairs, v->bits);
    link_compared(v->d, v->pair, v->pairs, v->compared);
}

/* Of the pairs that were compared; and the average weight between the two parts, as clustering has
 * it: a pair never compared counts as NEVER_COMPARED_BITS. */
static void find_weakest(struct view *v)
{
    struct link_pair *edge = mem_array(v->pairs, sizeof *edge);
    size_t edges = 0;
    for (size_t i = 0; i < v->pairs; i++)
        if (v->compared[i])
            edge[edges++] = (struct link_pair){v->pair[i].a, v->pair[i].b, (float)v->bits[i], 0};
    v->holds = link_weakest(edge, edges, v->member, v->n, &v->weakest, v->side);
    double sum = 0.0;
    size_t across = 0, at = 0;
    for (uint32_t i = 0; i < v->n; i++)
        for (uint32_t k = i + 1; k < v->n; k++, at++)
            if (v->side[i] != v->side[k]) {
                sum += v->compared[at] ? v->bits[at] : NEVER_COMPARED_BITS;
                across++;
            }
    v->between = across ? sum / (double)across : 0.0;
    free(edge);
}

static void add_side(struct buf *t, const struct view *v, bool side)
{
    const char *comma = "";
    for (uint32_t k = 0; k < v->n; k++)
        if (v->side[k] == side) {
            buf_adds(t, comma);
            add_id(t, v->d, v->member[k]);
            comma = ", ";
        }
}

static void words_of(const struct view *v, struct buf *t)
{
    buf_addf(t, "The cluster has %u records: ", v->n);
    for (uint32_t k = 0; k < v->n; k++) {
        buf_adds(t, k ? ", " : "");
        add_id(t, v->d, v->member[k]);
    }
    buf_adds(t, ".\n\n");
    for (size_t i = 0; i < v->pairs; i++) {
        buf_addf(t, "  %+7.2f bits  ", v->bits[i]);
        add_id(t, v->d, v->pair[i].a);
        buf_adds(t, " and ");
        add_id(t, v->d, v->pair[i].b);
        bool weakest = v->holds && v->weakest.a == v->pair[i].a && v->weakest.b == v->pair[i].b;
        buf_adds(t, !v->compared[i]                   ? ": never compared, which counts as -1 bit"
                    : weakest                         ? ": the weakest link"
                    : v->bits[i] <= v->threshold_bits ? ": below the threshold"
                                                      : "");
        buf_addc(t, '\n');
    }
    if (v->holds) {
        buf_adds(t, "\nWithout its weakest link the cluster falls in two: ");
        add_side(t, v, false);
        buf_adds(t, " | ");
        add_side(t, v, true);
        buf_addf(t, ". The average weight between the two is %+.2f bits.\n", v->between);
    } else if (v->n > 1) {
        buf_adds(t, "\nThe pairs that were compared do not hold it together: a decision does.\n");
    }
}

static json_t *json_of(const struct view *v)
{
    json_t *records = json_array(), *pairs = json_array();
    for (uint32_t k = 0; k < v->n; k++)
        json_array_append_new(records, id_json(v->d, v->member[k]));
    for (size_t i = 0; i < v->pairs; i++)
        json_array_append_new(pairs,
                              json_pack("{s:o, s:o, s:b, s:f}", "id_a", id_json(v->d, v->pair[i].a),
                                        "id_b", id_json(v->d, v->pair[i].b), "compared",
                                        v->compared[i], "match_weight", v->bits[i]));
    json_t *weakest = json_null();
    if (v->holds) {
        json_t *part[2] = {json_array(), json_array()};
        for (uint32_t k = 0; k < v->n; k++)
            json_array_append_new(part[v->side[k]], id_json(v->d, v->member[k]));
        weakest =
            json_pack("{s:o, s:o, s:f, s:[o, o], s:f}", "id_a", id_json(v->d, v->weakest.a), "id_b",
                      id_json(v->d, v->weakest.b), "match_weight", (double)v->weakest.bits, "parts",
                      part[0], part[1], "average_between", v->between);
    }
    return json_pack("{s:o, s:o, s:o, s:o}", "cluster", id_json(v->d, v->member[0]), "records",
                     records, "pairs", pairs, "weakest", weakest);
}

static void too_large(const struct view *v, struct buf *t, json_t **doc)
{
    buf_addf(t, "The cluster has %u records, more than the %d whose pairs are shown.\n", v->n,
             RECORDS_SHOWN);
    *doc = json_pack("{s:o, s:i, s:n}", "cluster", id_json(v->d, v->member[0]), "records_in_all",
                     (int)v->n, "pairs");
}

void link_cluster_words(const struct link_data *d, const struct link_model *m,
                        const struct link_result *r, uint32_t record, double threshold_bits,
                        struct buf *text, json_t **doc)
{
    struct view v = {.d = d, .r = r, .threshold_bits = threshold_bits};
    find_members(&v, record);
    if (v.n > RECORDS_SHOWN) {
        too_large(&v, text, doc);
    } else {
        find_pairs(&v, m);
        find_weakest(&v);
        words_of(&v, text);
        *doc = json_of(&v);
    }
    free(v.member);
    free(v.pair);
    free(v.bits);
    free(v.compared);
    free(v.side);
}
