#include "app/link_draws.h"

#include "app/decided.h"
#include "app/link_counts.h"
#include "base/date.h"
#include "base/pool.h"
#include "linkage/cluster.h"

#include <math.h>
#include <stdlib.h>

enum claim_kind { CLAIM_DRAWN, CLAIM_SAME, CLAIM_APART };

struct claim_row {
    uint32_t a, b; /* record ids, then members of their component */
    uint32_t root;
    enum claim_kind kind;
    double bits;
};

struct kept { /* a record of an affected component */
    uint32_t id, root, line;
    bool counted; /* received in time */
    struct line_record row;
};

struct drawing {
    const struct link_draws_options *o;
    struct link_draws *out;
    struct link_counting counting;
    size_t slots;
    uint32_t ids;     /* one above the highest record id */
    uint32_t *parent; /* by record id */
    bool *affected;   /* by root */
    struct claim_row *claims;
    size_t claim_count, claim_cap;
    struct arena memory; /* the kept records */
    struct kept *kept;
    size_t kept_count, kept_cap;
    /* of each line kept: how many records, and what it adds */
    uint32_t *line_size;
    int64_t *line_totals;
    size_t lines, size_cap, totals_cap;
    int64_t *constant, *linked;
    struct sample_component *components;
    size_t *first; /* of kept, by component; one more at the end */
    size_t component_count;
    struct sample_claim *sample_claims;
    struct sample_fixed *fixed;
    int64_t *totals; /* draws * slots */
};

/* ---- claims ---- */

static bool same_by_reference(const struct claim *c)
{
    return c->status == CLAIM_AUTO && strcmp(c->basis, "NRM_REF") == 0;
}

static enum status note_claim(void *ctx, const struct claim *c, struct err *e)
{
    (void)e;
    struct drawing *d = ctx;
    d->out->claims++;
    if (c->a < 0 || c->b < 0 || c->a >= d->ids || c->b >= d->ids || c->a == c->b)
        return ST_OK;
    struct claim_row row = {.a = (uint32_t)c->a, .b = (uint32_t)c->b, .kind = CLAIM_DRAWN};
    if (c->status == CLAIM_CONFIRMED || same_by_reference(c))
        row.kind = CLAIM_SAME;
    else if (c->status == CLAIM_REJECTED || c->status == CLAIM_SPLIT)
        row.kind = CLAIM_APART;
    else if (!(c->probability > 0 && c->probability < 1))
        row.kind = c->probability >= 1 ? CLAIM_SAME : CLAIM_APART;
    else
        row.bits = log2(c->probability / (1 - c->probability));
    if (row.kind != CLAIM_APART)
        unite(d->parent, row.a, row.b);
    d->out->undecided += row.kind == CLAIM_DRAWN;
    MEM_GROW(d->claims, d->claim_cap, d->claim_count + 1);
    d->claims[d->claim_count++] = row;
    return ST_OK;
}

static enum status read_claims(struct store *s, struct drawing *d, struct err *e)
{
    uint64_t records, lines;
    int64_t highest;
    TRY(store_count_records(s, &records, &lines, &highest, e));
    if (highest >= UINT32_MAX - 1)
        return err_set(e, ST_DATA, "the register has more record numbers than can be drawn over");
    d->out->calibration = d->o->calibration ? *d->o->calibration : link_calibration_made(records);
    d->ids = (uint32_t)highest + 1;
    d->parent = mem_array(d->ids, sizeof *d->parent);
    d->affected = mem_zalloc(d->ids, sizeof *d->affected);
    for (uint32_t i = 0; i < d->ids; i++)
        d->parent[i] = i;
    TRY(store_claims_each(s, -1, note_claim, d, e));
    for (size_t i = 0; i < d->claim_count; i++)
        if (d->claims[i].kind == CLAIM_DRAWN)
            d->affected[find_root(d->parent, d->claims[i].a)] = true;
    return ST_OK;
}

/* ---- lines ---- */

static const char *copy(struct arena *a, const char *text)
{
    return text ? arena_strdup(a, text) : NULL;
}

static const struct record *copy_record(struct arena *a, const struct record *from)
{
    struct record *r = arena_alloc(a, sizeof *r);
    *r = (struct record){.rows = arena_array(a, from->count + 1, sizeof *r->rows),
                         .count = from->count,
                         .cap = from->count,
                         .memory = a};
    for (size_t i = 0; i < from->count; i++) {
        const struct entity_row *row = &from->rows[i];
        size_t n = row->entity->field_count;
        r->rows[i] = *row;
        r->rows[i].values = arena_array(a, n, sizeof *row->values);
        for (size_t k = 0; k < n; k++)
            r->rows[i].values[k] = copy(a, row->values[k]);
    }
    return r;
}

static void keep_line(struct drawing *d, const struct line_record *rows, const bool *counted,
                      size_t n, const int64_t *totals)
{
    for (size_t i = 0; i < n; i++) {
        struct kept k = {.id = (uint32_t)rows[i].id,
                         .line = (uint32_t)d->lines,
                         .counted = counted[i],
                         .row = rows[i]};
        k.row.organisation = copy(&d->memory, rows[i].organisation);
        k.row.channel = copy(&d->memory, rows[i].channel);
        k.row.record = copy_record(&d->memory, rows[i].record);
        unite(d->parent, k.id, (uint32_t)rows[0].id);
        MEM_GROW(d->kept, d->kept_cap, d->kept_count + 1);
        d->kept[d->kept_count++] = k;
    }
    MEM_GROW(d->line_size, d->size_cap, d->lines + 1);
    d->line_size[d->lines] = (uint32_t)n;
    MEM_GROW(d->line_totals, d->totals_cap, (d->lines + 1) * d->slots);
    memcpy(d->line_totals + d->lines * d->slots, totals, d->slots * sizeof *totals);
    d->lines++;
}

static bool in_time(const struct record *r, int32_t until)
{
    const char *text = record_get(r, line_fields()->referral_received, 1);
    int32_t day;
    return until == INT32_MAX || !text || !date_from_iso(str_of(text), &day) || day <= until;
}

static void add_line(struct drawing *d, const struct decided *decided, const struct stored *rows,
                     size_t n, struct arena *scratch)
{
    struct line_record *all = arena_array(scratch, n, sizeof *all);
    struct line_record *timely = arena_array(scratch, n, sizeof *timely);
    bool *counted = arena_array(scratch, n, sizeof *counted);
    int64_t *totals = arena_array(scratch, d->slots, sizeof *totals);
    bool affected = false;
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        all[i] = decided_record(decided, &rows[i]);
        counted[i] = in_time(&rows[i].record, d->o->until);
        if (counted[i])
            timely[count++] = all[i];
        affected |= rows[i].id >= 0 && rows[i].id < d->ids &&
                    d->affected[find_root(d->parent, (uint32_t)rows[i].id)];
    }
    link_count_person(&d->counting, timely, count, scratch, totals);
    for (size_t k = 0; k < d->slots; k++) {
        d->linked[k] += totals[k];
        if (!affected)
            d->constant[k] += totals[k];
    }
    if (affected)
        keep_line(d, all, counted, n, totals);
}

static void add_batch(struct drawing *d, const struct decided *decided,
                      const struct view_batch *batch)
{
    struct arena scratch = ARENA_EMPTY;
    for (size_t i = 0; i < batch->n;) {
        size_t k = i + 1;
        while (k < batch->n && batch->rows[k].line == batch->rows[i].line)
            k++;
        add_line(d, decided, batch->rows + i, k - i, &scratch);
        arena_rewind(&scratch);
        i = k;
    }
    arena_free(&scratch);
}

static enum status read_lines(struct store *s, struct drawing *d, const struct decided *decided,
                              struct err *e)
{
    static const char *const wanted[] = {
#define LINE_FIELD(name, path) path,
#include "domain/line_fields.def"
#undef LINE_FIELD
        NULL};
    struct view view = {.order = VIEW_BY_LINE, .purpose = "statistics", .fields = wanted};
    struct cursor *cursor;
    struct view_batch batch;
    TRY(store_view_open(s, &view, &cursor, e));
    enum status status;
    while ((status = store_view_next(cursor, &batch, e)) == ST_OK && batch.n) {
        add_batch(d, decided, &batch);
        progress_tick(d->o->progress, "reading", (uint64_t)d->linked[SLOT_RECORDS], 0);
    }
    struct err close_error = {0};
    enum status closed = store_view_close(cursor, &close_error);
    if (status == ST_OK && closed != ST_OK) {
        *e = close_error;
        status = closed;
    }
    return status;
}

/* ---- components ---- */

static int by_root_and_id(const void *x, const void *y)
{
    const struct kept *a = x, *b = y;
    if (a->root != b->root)
        return a->root < b->root ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static int by_root_and_bits(const void *x, const void *y)
{
    const struct claim_row *a = x, *b = y;
    if (a->root != b->root)
        return a->root < b->root ? -1 : 1;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

/* Position of a record among those of its component; false when it is not there. */
static bool member_of(const struct kept *kept, size_t n, uint32_t id, uint32_t *member)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (kept[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    *member = (uint32_t)lo;
    return lo < n && kept[lo].id == id;
}

static void find_components(struct drawing *d)
{
    d->first = mem_array(d->kept_count + 1, sizeof *d->first);
    for (size_t i = 0; i < d->kept_count; i++)
        d->kept[i].root = find_root(d->parent, d->kept[i].id);
    if (d->kept_count)
        qsort(d->kept, d->kept_count, sizeof *d->kept, by_root_and_id);
    for (size_t i = 0; i < d->kept_count; i++)
        if (i == 0 || d->kept[i].root != d->kept[i - 1].root)
            d->first[d->component_count++] = i;
    d->first[d->component_count] = d->kept_count;
    d->out->components = d->component_count;
    d->out->affected_records = d->kept_count;
}

/* Claims whose two records are of this component go to it, strongest first. A rejected pair of two
 * components says what is true in every draw. */
static void find_claims(struct drawing *d)
{
    size_t at = 0, drawn = 0, fixed = 0;
    d->components = mem_zalloc(d->component_count + 1, sizeof *d->components);
    d->sample_claims = mem_array(d->claim_count + 1, sizeof *d->sample_claims);
    d->fixed = mem_array(d->claim_count + 1, sizeof *d->fixed);
    for (size_t i = 0; i < d->claim_count; i++)
        d->claims[i].root = find_root(d->parent, d->claims[i].a);
    if (d->claim_count)
        qsort(d->claims, d->claim_count, sizeof *d->claims, by_root_and_bits);
    for (size_t k = 0; k < d->component_count; k++) {
        const struct kept *kept = d->kept + d->first[k];
        size_t n = d->first[k + 1] - d->first[k];
        struct sample_component *c = &d->components[k];
        *c = (struct sample_component){
            .n = (uint32_t)n, .claims = d->sample_claims + drawn, .fixed = d->fixed + fixed};
        while (at < d->claim_count && d->claims[at].root < kept[0].root)
            at++;
        for (; at < d->claim_count && d->claims[at].root == kept[0].root; at++) {
            const struct claim_row *r = &d->claims[at];
            uint32_t a, b;
            if (!member_of(kept, n, r->a, &a) || !member_of(kept, n, r->b, &b))
                continue;
            if (r->kind == CLAIM_DRAWN)
                d->sample_claims[drawn++] = (struct sample_claim){a, b, r->bits};
            else
                d->fixed[fixed++] = (struct sample_fixed){a, b, r->kind == CLAIM_SAME};
        }
        c->claim_count = (size_t)(d->sample_claims + drawn - c->claims);
        c->fixed_count = (size_t)(d->fixed + fixed - c->fixed);
    }
}

/* ---- one draw ---- */

static void add_totals(int64_t *to, const int64_t *from, size_t n)
{
    for (size_t k = 0; k < n; k++)
        to[k] += from[k];
}

/* A group that is a line of the register adds what that line adds. */
static void add_group(const struct drawing *d, const struct kept *kept, const uint32_t *member,
                      uint32_t n, struct arena *memory, int64_t *totals)
{
    uint32_t line = kept[member[0]].line;
    bool same = d->line_size[line] == n;
    for (uint32_t i = 1; i < n && same; i++)
        same = kept[member[i]].line == line;
    if (same) {
        add_totals(totals, d->line_totals + (size_t)line * d->slots, d->slots);
        return;
    }
    struct line_record *rows = arena_array(memory, n, sizeof *rows);
    int count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (kept[member[i]].counted)
            rows[count++] = kept[member[i]].row;
    link_count_person(&d->counting, rows, count, memory, totals);
    arena_rewind(memory);
}

static void add_component(const struct drawing *d, size_t k,
                          const struct link_calibration *calibration, struct rng *rng,
                          struct arena *scratch, struct arena *memory, int64_t *totals)
{
    const struct sample_component *c = &d->components[k];
    uint32_t *group = arena_array(scratch, c->n, sizeof *group);
    uint32_t *end = arena_array(scratch, (size_t)c->n + 1, sizeof *end);
    uint32_t *member = arena_array(scratch, c->n, sizeof *member);
    link_sample(c, calibration, rng, scratch, group);
    for (uint32_t i = 0; i < c->n; i++)
        end[group[i] + 1]++;
    for (uint32_t i = 1; i <= c->n; i++)
        end[i] += end[i - 1];
    for (uint32_t i = 0; i < c->n; i++)
        member[end[group[i]]++] = i; /* end[g] moves from the start of g to its end */
    for (uint32_t g = 0, start = 0; g < c->n; start = end[g++])
        if (end[g] > start)
            add_group(d, d->kept + d->first[k], member + start, end[g] - start, memory, totals);
}

static void draw(void *ctx, size_t number, int thread)
{
    (void)thread;
    const struct drawing *d = ctx;
    int64_t *totals = d->totals + number * d->slots;
    struct rng rng = rng_stream(d->o->seed, number);
    struct arena scratch = ARENA_EMPTY, memory = ARENA_EMPTY;
    struct link_calibration calibration = d->out->calibration;
    calibration.intercept += calibration.intercept_sd * rng_normal(&rng);
    memcpy(totals, d->constant, d->slots * sizeof *totals);
    for (size_t k = 0; k < d->component_count; k++) {
        add_component(d, k, &calibration, &rng, &scratch, &memory, totals);
        arena_rewind(&scratch);
    }
    arena_free(&memory);
    arena_free(&scratch);
}

/* ---- the job ---- */

static enum status read_register(struct store *s, struct drawing *d, struct err *e)
{
    struct decided decided = {0};
    enum status status = read_claims(s, d, e);
    if (status == ST_OK)
        status = decided_read(s, &decided, e);
    if (status == ST_OK)
        status = read_lines(s, d, &decided, e);
    decided_free(&decided);
    return status;
}

static void drawing_free(struct drawing *d)
{
    free(d->parent);
    free(d->affected);
    free(d->claims);
    free(d->kept);
    free(d->line_size);
    free(d->line_totals);
    free(d->constant);
    free(d->linked);
    free(d->components);
    free(d->first);
    free(d->sample_claims);
    free(d->fixed);
    free(d->totals);
    arena_free(&d->memory);
}

enum status link_draws_run(struct store *s, const struct link_draws_options *o,
                           struct link_draws *out, struct err *e)
{
    struct drawing d = {.o = o,
                        .out = out,
                        .counting = {.set = o->set,
                                     .line = {.nrm_complete = o->nrm_complete},
                                     .lists = o->lists,
                                     .from = o->from,
                                     .to = o->to}};
    d.slots = link_slots(&d.counting);
    if (o->draws < 2)
        BUG("%d draws", o->draws);
    *out = (struct link_draws){.draws = o->draws};
    d.constant = mem_zalloc(d.slots, sizeof *d.constant);
    d.linked = mem_zalloc(d.slots, sizeof *d.linked);
    enum status status = read_register(s, &d, e);
    if (status == ST_OK) {
        find_components(&d);
        find_claims(&d);
        d.totals = mem_array((size_t)o->draws * d.slots, sizeof *d.totals);
        pool_run(o->threads, (size_t)o->draws, draw, &d);
        out->records = (uint64_t)d.linked[SLOT_RECORDS];
        out->people = (uint64_t)d.linked[SLOT_PEOPLE];
        link_quantities(out, o, &d.counting, d.linked, d.totals);
        if (o->lists)
            link_hidden(out, o, &d.counting, d.totals);
    }
    drawing_free(&d);
    return status;
}

void link_draws_free(struct link_draws *d)
{
    arena_free(&d->memory);
    *d = (struct link_draws){0};
}
