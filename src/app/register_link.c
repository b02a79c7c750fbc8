#include "app/register_link.h"

#include "app/link_records.h"
#include "linkage/cluster.h"
#include "linkage/model_json.h"

#include <math.h>
#include <stdlib.h>

/* Up to this part of the register (one in NEW_SHARE records) is linked alone. */
enum { NEW_SHARE = 50 };

struct constraints {
    struct link_constraint *all;
    size_t count, cap;
    const struct link_records *records;
};

/* ---- record numbers ---- */

/* Position in order of adding of a store id, found by bisection: they are added in order of id. */
static bool position_of(const struct link_records *r, int64_t id, uint32_t *position)
{
    size_t lo = 0, hi = r->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->id[mid] < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    *position = (uint32_t)lo;
    return lo < r->count && r->id[lo] == id;
}

static void constrain(struct constraints *c, int64_t a, int64_t b, bool same)
{
    uint32_t pa, pb;
    if (!position_of(c->records, a, &pa) || !position_of(c->records, b, &pb))
        return;
    MEM_GROW(c->all, c->cap, c->count + 1);
    c->all[c->count++] = (struct link_constraint){link_data_rank(c->records->data, pa),
                                                  link_data_rank(c->records->data, pb), same};
}

static enum status human_claim(void *ctx, const struct claim *c, struct err *e)
{
    (void)e;
    if (c->human && c->status == CLAIM_CONFIRMED)
        constrain(ctx, c->a, c->b, true);
    else if (c->human && (c->status == CLAIM_REJECTED || c->status == CLAIM_SPLIT))
        constrain(ctx, c->a, c->b, false);
    return ST_OK;
}

/* ---- quoted references ---- */

static int by_text(const void *x, const void *y)
{
    const struct quoted *a = x, *b = y;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->record > b->record) - (a->record < b->record);
}

struct reference_pair {
    int64_t a, b; /* a < b */
};

static int by_pair(const void *x, const void *y)
{
    const struct reference_pair *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* Every (quoting, bearing) pair of records whose references are equal. */
static size_t reference_pairs(struct link_records *r, struct reference_pair **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
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
    return n;
}

/* What must be together so far, by rank: a reference may not join what a person parted. */
struct together {
    uint32_t *parent;
    const struct link_constraint *all;
    size_t count; /* people's decisions: those before any reference's */
};

static struct together together_new(const struct link_records *r, const struct constraints *c)
{
    struct together t = {mem_array(r->count, sizeof *t.parent), NULL, c->count};
    for (size_t i = 0; i < r->count; i++)
        t.parent[i] = (uint32_t)i;
    for (size_t i = 0; i < c->count; i++)
        if (c->all[i].same)
            unite(t.parent, c->all[i].a, c->all[i].b);
    return t;
}

static bool is_parted(struct together *t, uint32_t a, uint32_t b)
{
    a = find_root(t->parent, a);
    b = find_root(t->parent, b);
    for (size_t i = 0; i < t->count; i++) {
        if (t->all[i].same)
            continue;
        uint32_t c = find_root(t->parent, t->all[i].a), d = find_root(t->parent, t->all[i].b);
        if ((a == c && b == d) || (a == d && b == c))
            return true;
    }
    return false;
}

/* ---- claims ---- */

struct claims {
    struct claim *all;
    size_t count, cap;
};

static void add_claim(struct claims *c, struct claim claim)
{
    MEM_GROW(c->all, c->cap, c->count + 1);
    c->all[c->count++] = claim;
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

static double probability(double bits)
{
    return 1.0 / (1.0 + exp2(-bits));
}

static void claim_pairs(const struct link_records *r, const int64_t *id_of_rank,
                        const struct link_result *result, struct register_link_job *job,
                        struct claims *out)
{
    for (size_t i = 0; i < result->pairs; i++) {
        const struct link_pair *p = &result->pair[i];
        bool joined = result->cluster[p->a] == result->cluster[p->b];
        int64_t a = id_of_rank[p->a], b = id_of_rank[p->b];
        add_claim(out, (struct claim){.a = a < b ? a : b,
                                      .b = a < b ? b : a,
                                      .status = joined ? CLAIM_AUTO : CLAIM_PROPOSED,
                                      .basis = basis_of(r->data, p),
                                      .weight = p->bits,
                                      .probability = probability(p->bits)});
        *(joined ? &job->joined : &job->proposed) += 1;
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
static void unique_claims(struct claims *c)
{
    size_t n = 0;
    if (c->count)
        qsort(c->all, c->count, sizeof *c->all, by_claim_pair);
    for (size_t i = 0; i < c->count; i++)
        if (n == 0 || c->all[n - 1].a != c->all[i].a || c->all[n - 1].b != c->all[i].b)
            c->all[n++] = c->all[i];
    c->count = n;
}

/* ---- the job ---- */

/* The model without the frequencies of values, which are names: a look-up takes them from the
 * records again. */
static enum status keep_model(struct store *store, const struct link_model *model, struct err *e)
{
    json_t *doc = link_model_to_json(model), *one;
    size_t k;
    json_array_foreach(json_object_get(doc, "comparisons"), k, one)
        json_object_del(one, "frequencies");
    char *text = json_dumps(doc, JSON_REAL_PRECISION(17) | JSON_COMPACT);
    enum status s = store_text_set(store, LINK_MODEL_TEXT, text, e);
    free(text);
    json_decref(doc);
    return s;
}

enum status register_model(struct store *s, struct link_model **out, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    char *text;
    json_t *doc;
    *out = NULL;
    enum status st = store_text_get(s, LINK_MODEL_TEXT, &memory, &text, e);
    if (st == ST_OK && text &&
        (st = json_read_str(str_of(text), "the register's model", &doc, e)) == ST_OK) {
        st = link_model_from_json(doc, "the register's model", out, e);
        json_decref(doc);
    }
    arena_free(&memory);
    return st;
}

/* Records of the clusters that hold a new record: the others' lines stay as they are. */
static size_t touched_lines(const struct link_records *r, const struct link_result *result,
                            const int64_t *id_of_rank, int64_t *record, int64_t *group)
{
    bool *touched = mem_zalloc(r->count + 1, sizeof *touched);
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        if (r->id[i] > r->new_after)
            touched[result->cluster[link_data_rank(r->data, (uint32_t)i)]] = true;
    for (size_t i = 0; i < r->count; i++) {
        uint32_t cluster = result->cluster[link_data_rank(r->data, (uint32_t)i)];
        if (!touched[cluster])
            continue;
        record[n] = r->id[i];
        group[n++] = id_of_rank[cluster];
    }
    free(touched);
    return n;
}

static enum status write_result(struct register_link_job *job, const struct link_records *r,
                                const int64_t *id_of_rank, const struct link_result *result,
                                const struct link_model *model, struct claims *claims,
                                struct err *e)
{
    int64_t run, highest = r->count ? r->id[r->count - 1] : 0;
    uint64_t written;
    int64_t *record = mem_array(r->count + 1, sizeof *record);
    int64_t *group = mem_array(r->count + 1, sizeof *group);
    bool all = r->new_after < 0;
    size_t n = touched_lines(r, result, id_of_rank, record, group);
    enum status s = store_begin(job->store, e);
    if (s == ST_OK)
        s = store_mark_get(job->store, "link.run", 0, &run, e);
    if (s == ST_OK)
        s = store_claims_put(job->store, claims->all, claims->count, run + 1, &written, e);
    if (s == ST_OK && all)
        s = store_claims_withdraw_older(job->store, run + 1, &written, e);
    if (s == ST_OK)
        s = store_lines_set(job->store, record, group, n, &job->moved, e);
    if (s == ST_OK)
        s = store_mark_set(job->store, "link.run", run + 1, e);
    if (s == ST_OK)
        s = store_mark_set(job->store, "link.highest", highest, e);
    if (s == ST_OK && all)
        s = keep_model(job->store, model, e);
    if (s == ST_OK)
        s = store_mark_set(job->store, LINK_STALE_MARK, 0, e);
    if (s == ST_OK)
        s = store_commit(job->store, e);
    else
        store_rollback(job->store);
    free(record);
    free(group);
    return s;
}

static size_t unique_pairs(struct reference_pair *pairs, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_pair(&pairs[i], &pairs[kept - 1]) != 0)
            pairs[kept++] = pairs[i];
    return kept;
}

static void add_references(struct register_link_job *job, const struct link_records *r,
                           const struct link_model *model, struct reference_pair *pairs, size_t n,
                           struct constraints *constraints, struct claims *claims)
{
    struct constraints asked = {.records = r};
    n = unique_pairs(pairs, n);
    for (size_t i = 0; i < n; i++)
        constrain(&asked, pairs[i].a, pairs[i].b, true);
    if (asked.count != n)
        BUG("a quoted reference names a record that is not there");
    double *bits = mem_array(n, sizeof *bits);
    link_score(r->data, model, asked.all, n, bits);
    struct together together = together_new(r, constraints);
    for (size_t i = 0; i < n; i++) {
        uint32_t p = asked.all[i].a, q = asked.all[i].b;
        together.all = constraints->all;
        bool join = bits[i] > LINK_REFERENCE_VETO_BITS && !is_parted(&together, p, q);
        if (join) {
            constrain(constraints, pairs[i].a, pairs[i].b, true);
            unite(together.parent, p, q);
        }
        add_claim(claims, (struct claim){.a = pairs[i].a,
                                         .b = pairs[i].b,
                                         .status = join ? CLAIM_AUTO : CLAIM_PROPOSED,
                                         .basis = "NRM_REF",
                                         .weight = bits[i],
                                         .probability = probability(bits[i])});
        job->by_reference += join;
    }
    free(together.parent);
    free(bits);
    free(asked.all);
}

/* What is joined stays joined when only new records are linked. */
static void keep_lines(const struct link_records *r, struct constraints *constraints)
{
    struct reference_pair *member = mem_array(r->count + 1, sizeof *member);
    size_t n = 0;
    for (size_t i = 0; i < r->count && r->id[i] <= r->new_after; i++)
        member[n++] = (struct reference_pair){r->line[i], r->id[i]};
    qsort(member, n, sizeof *member, by_pair);
    for (size_t i = 1; i < n; i++)
        if (member[i].a == member[i - 1].a)
            constrain(constraints, member[i - 1].b, member[i].b, true);
    free(member);
}

/* Everything, when r->new_after is negative; else what is new, with the model that was kept. */
static enum status link_all(struct register_link_job *job, struct link_records *r,
                            struct link_model *model, struct err *e)
{
    struct link_result result = {0};
    struct constraints constraints = {.records = r};
    struct claims claims = {0};
    struct reference_pair *pairs = NULL;
    int64_t *id_of_rank = NULL;
    struct link_options options = {.threads = job->threads,
                                   .own_frequencies = true,
                                   .threshold_bits = LINK_AUTO_BITS,
                                   .keep_bits = LINK_REVIEW_BITS,
                                   .progress = &job->progress};
    enum status s = link_data_finish(r->data, job->threads, e);
    if (s == ST_OK && model)
        s = link_model_fit(model, r->data, e);
    if (s == ST_OK)
        s = store_claims_each(job->store, -1, human_claim, &constraints, e);
    if (s == ST_OK && r->new_after >= 0)
        keep_lines(r, &constraints);
    size_t pair_count = s == ST_OK ? reference_pairs(r, &pairs) : 0;
    options.constraint = constraints.all;
    options.constraints = constraints.count;
    if (s == ST_OK && !model)
        s = link_run(r->data, &options, &model, &result, e);
    bool alone =
        s != ST_OK && result.nothing_to_compare; /* a young register: no two records meet */
    if (alone)
        s = store_mark_set(job->store, "link.highest", r->id[r->count - 1], e);
    if (s == ST_OK && !alone) {
        add_references(job, r, model, pairs, pair_count, &constraints, &claims);
        options.constraint = constraints.all;
        options.constraints = constraints.count;
        link_result_free(&result);
        s = link_run(r->data, &options, &model, &result, e);
    }
    if (s == ST_OK && !alone) {
        id_of_rank = mem_array(r->count + 1, sizeof *id_of_rank);
        for (size_t i = 0; i < r->count; i++)
            id_of_rank[link_data_rank(r->data, (uint32_t)i)] = r->id[i];
        claim_pairs(r, id_of_rank, &result, job, &claims);
        unique_claims(&claims);
        job->pairs_scored = result.pairs_scored;
        job->lines = result.clusters;
        s = write_result(job, r, id_of_rank, &result, model, &claims, e);
    }
    link_result_free(&result);
    if (model)
        link_model_free(model);
    free(id_of_rank);
    free(pairs);
    free(claims.all);
    free(constraints.all);
    return s;
}

enum status register_link(struct register_link_job *job, struct err *e)
{
    uint64_t records, lines;
    int64_t highest, linked, stale;
    TRY(store_count_records(job->store, &records, &lines, &highest, e));
    TRY(store_mark_get(job->store, "link.highest", 0, &linked, e));
    TRY(store_mark_get(job->store, LINK_STALE_MARK, 0, &stale, e));
    job->records = records;
    job->lines = lines;
    job->nothing_new = !job->full && linked >= highest && !stale;
    if (job->nothing_new)
        return ST_OK;
    struct link_model *model = NULL;
    uint64_t share = records / NEW_SHARE;
    if (!job->full && !stale && linked > 0 && (uint64_t)(highest - linked) <= share)
        TRY(register_model(job->store, &model, e));
    struct link_records r;
    enum status s = link_records_read(job->store, model ? linked : -1, &r, &job->progress, e);
    if (s != ST_OK) {
        link_model_free(model);
        return s;
    }
    for (size_t i = 0; i < r.count; i++)
        job->new_records += r.id[i] > linked;
    if (r.count < 2) {
        link_model_free(model);
        s = store_mark_set(job->store, "link.highest", highest, e);
    } else {
        s = link_all(job, &r, model, e);
    }
    link_records_free(&r);
    return s;
}
