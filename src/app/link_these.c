#include "app/link_these.h"

#include "app/register_link.h"
#include "linkage/cluster.h"
#include "linkage/model_json.h"

#include <math.h>
#include <stdlib.h>

/* ---- people's decisions ---- */

static void constrain(struct link_decisions *d, uint32_t a, uint32_t b, bool same)
{
    MEM_GROW(d->all, d->cap, d->count + 1);
    d->all[d->count++] = (struct link_constraint){a, b, same};
}

enum status link_decisions_add(void *ctx, const struct claim *c, struct err *e)
{
    struct link_decisions *d = ctx;
    uint32_t a, b;
    bool same = c->status == CLAIM_CONFIRMED;
    (void)e;
    if (!c->human || (!same && c->status != CLAIM_REJECTED && c->status != CLAIM_SPLIT))
        return ST_OK;
    if (link_records_find(d->records, c->a, &a) && link_records_find(d->records, c->b, &b))
        constrain(d, a, b, same);
    return ST_OK;
}

/* ---- quoted references ---- */

static int by_text(const void *x, const void *y)
{
    const struct quoted *a = x, *b = y;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->record > b->record) - (a->record < b->record);
}

static int by_pair(const void *x, const void *y)
{
    const struct reference_pair *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

size_t link_reference_pairs(struct link_records *r, struct reference_pair **out)
{
    size_t n = 0, cap = 0, kept = 0;
    *out = NULL;
    if (r->borne_count)
        qsort(r->borne, r->borne_count, sizeof *r->borne, by_text);
    for (size_t i = 0; i < r->quoted_count; i++) {
        struct quoted key = {INT64_MIN, r->quoted[i].text};
        size_t lo = 0, hi = r->borne_count;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (by_text(&r->borne[mid], &key) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        for (; lo < r->borne_count && strcmp(r->borne[lo].text, key.text) == 0; lo++) {
            int64_t a = r->quoted[i].record, b = r->borne[lo].record;
            if (a == b)
                continue;
            MEM_GROW(*out, cap, n + 1);
            (*out)[n++] = (struct reference_pair){a < b ? a : b, a < b ? b : a};
        }
    }
    if (n)
        qsort(*out, n, sizeof **out, by_pair);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_pair(&(*out)[i], &(*out)[kept - 1]) != 0)
            (*out)[kept++] = (*out)[i];
    return kept;
}

/* What must be together so far: a reference may not join what a person parted. */
struct together {
    uint32_t *parent;
    const struct link_decisions *decisions;
};

static struct together together_new(size_t records, const struct link_decisions *d)
{
    struct together t = {mem_array(records, sizeof *t.parent), d};
    for (size_t i = 0; i < records; i++)
        t.parent[i] = (uint32_t)i;
    for (size_t i = 0; i < d->count; i++)
        if (d->all[i].same)
            unite(t.parent, d->all[i].a, d->all[i].b);
    return t;
}

static bool is_parted(struct together *t, uint32_t a, uint32_t b)
{
    a = find_root(t->parent, a);
    b = find_root(t->parent, b);
    for (size_t i = 0; i < t->decisions->count; i++) {
        const struct link_constraint *c = &t->decisions->all[i];
        if (c->same)
            continue;
        uint32_t p = find_root(t->parent, c->a), q = find_root(t->parent, c->b);
        if ((a == p && b == q) || (a == q && b == p))
            return true;
    }
    return false;
}

/* Answers are checked one by one when they are given; should they contradict one another all the
 * same, it is said which two, not only that. */
static enum status check_decisions(const struct link_records *r, const struct link_decisions *d,
                                   struct err *e)
{
    struct together t = together_new(r->count, d);
    enum status s = ST_OK;
    for (size_t i = 0; i < d->count && s == ST_OK; i++) {
        const struct link_constraint *c = &d->all[i];
        if (c->same || find_root(t.parent, c->a) != find_root(t.parent, c->b))
            continue;
        err_set(e, ST_DATA, "records %lld and %lld are parted by a decision and joined by others",
                (long long)r->id[c->a], (long long)r->id[c->b]);
        s = err_hint(e, "Undo one of them: throughline review show, review undo.");
    }
    free(t.parent);
    return s;
}

/* ---- one linking ---- */

struct job {
    struct link_records *r;
    const struct register_model *m;
    const struct link_decisions *decisions;
    struct link_constraint *constraint; /* ranks */
    size_t constraints, constraint_cap;
    int64_t *id_of_rank;
    struct linked *out;
};

static void add_claim(struct linked *l, struct claim claim)
{
    MEM_GROW(l->claim, l->cap, l->claims + 1);
    l->claim[l->claims++] = claim;
}

static double probability(double bits)
{
    return 1.0 / (1.0 + exp2(-bits));
}

static struct link_constraint in_ranks(const struct job *j, uint32_t a, uint32_t b, bool same)
{
    return (struct link_constraint){link_data_rank(j->r->data, a), link_data_rank(j->r->data, b),
                                    same};
}

static void add_constraint(struct job *j, struct link_constraint c)
{
    MEM_GROW(j->constraint, j->constraint_cap, j->constraints + 1);
    j->constraint[j->constraints++] = c;
}

static void add_references(struct job *j)
{
    struct reference_pair *pairs;
    size_t n = link_reference_pairs(j->r, &pairs);
    struct link_constraint *asked = mem_array(n, sizeof *asked);
    double *bits = mem_array(n, sizeof *bits);
    struct together together = together_new(j->r->count, j->decisions);
    for (size_t i = 0; i < n; i++) {
        uint32_t a, b;
        if (!link_records_find(j->r, pairs[i].a, &a) || !link_records_find(j->r, pairs[i].b, &b))
            BUG("a quoted reference names a record that is not there");
        asked[i] = in_ranks(j, a, b, true);
    }
    link_score(j->r->data, j->m->model, asked, n, bits);
    for (size_t i = 0; i < n; i++) {
        uint32_t a, b;
        bool found =
                 link_records_find(j->r, pairs[i].a, &a) && link_records_find(j->r, pairs[i].b, &b),
             join = found && bits[i] > LINK_REFERENCE_VETO_BITS && !is_parted(&together, a, b);
        if (join) {
            add_constraint(j, asked[i]);
            unite(together.parent, a, b);
        }
        add_claim(j->out, (struct claim){.a = pairs[i].a,
                                         .b = pairs[i].b,
                                         .status = join ? CLAIM_AUTO : CLAIM_PROPOSED,
                                         .basis = "NRM_REF",
                                         .weight = bits[i],
                                         .probability = probability(bits[i])});
        j->out->by_reference += join;
    }
    free(together.parent);
    free(bits);
    free(asked);
    free(pairs);
}

static bool equal_cells(const struct link_data *d, const struct link_pair *p, int column)
{
    struct str a = link_data_text(d, p->a, column), b = link_data_text(d, p->b, column);
    return a.n > 0 && str_eq(a, b);
}

static const char *basis_of(const struct link_data *d, const struct link_pair *p)
{
    if (equal_cells(d, p, CELL_HO_REF))
        return "HO_REF";
    if (equal_cells(d, p, CELL_CRIME_REF))
        return "CRN";
    return equal_cells(d, p, CELL_NATIONALITY) ? "NAME_DOB_NAT" : "NAME_DOB";
}

static void claim_pairs(struct job *j, const struct link_result *result)
{
    for (size_t i = 0; i < result->pairs; i++) {
        const struct link_pair *p = &result->pair[i];
        bool joined = result->cluster[p->a] == result->cluster[p->b];
        int64_t a = j->id_of_rank[p->a], b = j->id_of_rank[p->b];
        add_claim(j->out, (struct claim){.a = a < b ? a : b,
                                         .b = a < b ? b : a,
                                         .status = joined ? CLAIM_AUTO : CLAIM_PROPOSED,
                                         .basis = basis_of(j->r->data, p),
                                         .weight = p->bits,
                                         .probability = probability(p->bits)});
        *(joined ? &j->out->joined : &j->out->proposed) += 1;
    }
}

static int by_claim_pair(const void *x, const void *y)
{
    const struct claim *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return strcmp(b->basis, a->basis); /* NRM_REF before NAME_DOB */
}

/* One claim a pair: the one by reference stands. */
static void unique_claims(struct linked *l)
{
    size_t n = 0;
    if (l->claims)
        qsort(l->claim, l->claims, sizeof *l->claim, by_claim_pair);
    for (size_t i = 0; i < l->claims; i++)
        if (n == 0 || l->claim[n - 1].a != l->claim[i].a || l->claim[n - 1].b != l->claim[i].b)
            l->claim[n++] = l->claim[i];
    l->claims = n;
}

static enum status link_with_model(struct job *j, int threads, const struct progress *progress,
                                   struct err *e)
{
    struct link_records *r = j->r;
    struct link_model *model = j->m->model;
    struct link_result result = {0};
    struct link_options options = {.threads = threads,
                                   .frozen = j->m->frozen,
                                   .threshold_bits = LINK_AUTO_BITS,
                                   .keep_bits = LINK_REVIEW_BITS,
                                   .progress = progress};
    TRY(link_model_fit(model, r->data, e));
    link_frozen_bind(j->m->frozen, model, r->data);
    add_references(j);
    options.constraint = j->constraint;
    options.constraints = j->constraints;
    enum status s = link_run(r->data, &options, &model, &result, e);
    if (s == ST_OK) {
        claim_pairs(j, &result);
        unique_claims(j->out);
        for (size_t i = 0; i < r->count; i++)
            j->out->group[i] = j->id_of_rank[result.cluster[link_data_rank(r->data, (uint32_t)i)]];
        j->out->people = result.clusters;
        j->out->pairs_scored = result.pairs_scored;
    }
    link_result_free(&result);
    return s;
}

/* Before there is a model. */
static void link_by_decisions(const struct job *j)
{
    struct together t = together_new(j->r->count, j->decisions);
    for (size_t i = 0; i < j->r->count; i++) {
        uint32_t root = find_root(t.parent, (uint32_t)i);
        j->out->group[i] = j->r->id[root];
        j->out->people += root == i;
    }
    free(t.parent);
}

enum status link_these(struct link_records *r, const struct register_model *m,
                       const struct link_decisions *d, int threads, const struct progress *progress,
                       struct linked *out, struct err *e)
{
    struct job j = {.r = r, .m = m, .decisions = d, .out = out};
    *out = (struct linked){.group = mem_array(r->count + 1, sizeof *out->group)};
    TRY(check_decisions(r, d, e));
    if (!m->model || r->count < 2) {
        link_by_decisions(&j);
        return ST_OK;
    }
    enum status s = link_data_finish(r->data, threads, e);
    if (s == ST_OK) {
        j.id_of_rank = mem_array(r->count, sizeof *j.id_of_rank);
        for (size_t i = 0; i < r->count; i++)
            j.id_of_rank[link_data_rank(r->data, (uint32_t)i)] = r->id[i];
        for (size_t i = 0; i < d->count; i++)
            add_constraint(&j, in_ranks(&j, d->all[i].a, d->all[i].b, d->all[i].same));
        s = link_with_model(&j, threads, progress, e);
    }
    free(j.id_of_rank);
    free(j.constraint);
    return s;
}

void linked_free(struct linked *l)
{
    free(l->group);
    free(l->claim);
    *l = (struct linked){0};
}
