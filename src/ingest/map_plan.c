/* The plan of a mapper: which columns go where, made once for a file. */
#include "ingest/map_private.h"

#include <stdlib.h>

static const char *fill_code(const struct field *f)
{
    if (f->need != NEED_REQUIRED || !f->codes)
        return NULL;
    if (strcmp(f->codes->name, "date_precision") == 0)
        return NULL; /* follows from the date */
    if (code_find(f->codes, str_of("NOT_ASKED")))
        return "NOT_ASKED";
    return code_find(f->codes, str_of("UNKNOWN")) ? "UNKNOWN" : NULL;
}

static void plan_fills(struct mapper *m)
{
    const struct dictionary *d = dictionary();
    size_t cap = 0, n = 0;
    m->fill_start = mem_zalloc(d->entity_count + 1, sizeof *m->fill_start);
    for (size_t i = 0; i < d->entity_count; i++) {
        m->fill_start[i] = n;
        for (size_t k = 0; k < d->entities[i].field_count; k++) {
            const char *code = fill_code(&d->entities[i].fields[k]);
            if (!code)
                continue;
            MEM_GROW(m->fills, cap, n + 1);
            m->fills[n++] = (struct fill){&d->entities[i].fields[k], code};
        }
    }
    m->fill_start[d->entity_count] = n;
}

/* The owner that a reference's name says. Claims (led_to_episode, reentry_of, ...) are not owners.
 */
static void plan_owners(struct mapper *m)
{
    static const struct {
        const char *name, *target;
    } known[] = {{"episode_id", "episode"},        {"referral_id", "referral"},
                 {"support_id", "support_period"}, {"assessment_id", "risk_assessment"},
                 {"plan_id", "exit_plan"},         {"source_referral", "referral"},
                 {"source_ref", "referral"},       {"exploiter_group", "exploiter_group"}};
    const struct dictionary *d = dictionary();
    size_t cap = 0;
    for (size_t i = 0; i < d->entity_count; i++)
        for (size_t k = 0; k < d->entities[i].field_count; k++)
            for (size_t n = 0; n < sizeof known / sizeof *known; n++) {
                const struct field *f = &d->entities[i].fields[k];
                if (f->type != FIELD_REF || strcmp(f->name, known[n].name) != 0)
                    continue;
                MEM_GROW(m->owners, cap, m->owner_count + 1);
                m->owners[m->owner_count++] =
                    (struct owner){f, dictionary_entity(str_of(known[n].target)),
                                   arena_printf(&m->memory, "%s.1", known[n].target)};
            }
}

/* A header stands for every layout row with that name, or else with that alias. */
static void bind_column(struct mapper *m, size_t cell, size_t *cap)
{
    struct str header = m->header[cell];
    bool by_name = false, known = false;
    for (size_t i = 0; i < m->layout->count; i++)
        by_name |= m->layout->columns[i].column.n && str_eq(m->layout->columns[i].column, header);
    for (size_t i = 0; i < m->layout->count; i++) {
        const struct layout_column *c = &m->layout->columns[i];
        if (by_name ? !(c->column.n && str_eq(c->column, header))
                    : !layout_column_has_alias(c, header))
            continue;
        known = true;
        if (!c->field)
            continue;
        MEM_GROW(m->bindings, *cap, m->count + 1);
        m->bindings[m->count++] = (struct binding){
            .column = c,
            .cell = cell,
            .plain_text = c->field->type == FIELD_TEXT && c->transform == MAP_BY_TYPE,
        };
    }
    if (!known && !is_reject_column(header))
        m->unknown[m->unknown_count++] = header;
}

static int by_layout_order(const void *a, const void *b)
{
    const struct binding *x = a, *y = b;
    return (x->column > y->column) - (x->column < y->column);
}

static bool has_column(const struct mapper *m, const struct layout_column *c)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->bindings[i].column == c)
            return true;
    return false;
}

static enum status check_header(struct mapper *m, const struct table *t, bool check_channel,
                                struct err *e)
{
    const char *better = check_channel ? channel_that_fits_better(t, m->layout) : NULL;
    if (better) {
        err_at(e, t->name, 0, NULL);
        err_set(e, ST_DATA, "this looks like a %s extract, not %s", better, m->layout->channel);
        return err_hint(e, "Import it with --as %s; or say how its columns map with --map.",
                        better);
    }
    for (size_t i = 0; i < m->layout->count; i++) {
        const struct layout_column *c = &m->layout->columns[i];
        if (!c->required || has_column(m, c))
            continue;
        err_at(e, t->name, 1, c->column.p);
        err_set(e, ST_DATA, "the header has no column \"%.*s\", which every row needs",
                (int)c->column.n, c->column.p);
        return err_hint(e, "See: throughline help formats; or make a mapping file with "
                           "--suggest-map.");
    }
    if (m->count)
        return ST_OK;
    err_at(e, t->name, 1, NULL);
    err_set(e, ST_DATA, "none of the columns is known");
    return err_hint(e, "See: throughline help formats; or make a mapping file with --suggest-map.");
}

enum status mapper_new(const struct table *t, const struct layout *l, bool check_channel,
                       int32_t today, struct mapper **out, struct err *e)
{
    struct mapper *m = mem_zalloc(1, sizeof *m);
    size_t cap = 0, constant_cap = 0;
    m->layout = l;
    m->today = today;
    m->columns = t->columns;
    m->header = mem_array(t->columns, sizeof *m->header);
    memcpy(m->header, t->header, t->columns * sizeof *m->header);
    m->unknown = mem_array(t->columns + 1, sizeof *m->unknown);
    for (size_t i = 0; i < t->columns; i++)
        bind_column(m, i, &cap);
    if (m->count)
        qsort(m->bindings, m->count, sizeof *m->bindings, by_layout_order);
    for (size_t i = 0; i < l->count; i++)
        if (l->columns[i].transform == MAP_CONST && l->columns[i].field) {
            MEM_GROW(m->constants, constant_cap, m->constant_count + 1);
            m->constants[m->constant_count++] = i;
        }
    plan_fills(m);
    plan_owners(m);
    m->birth = dictionary_need("person.birth_date");
    m->birth_latest = m->birth->latest;
    m->second = dictionary_need("person.nationality_second");
    m->source_key = dictionary_need("person.source_key");
    m->received = dictionary_need("referral.received_date");
    m->external_id = dictionary_need("referral.external_id");
    m->given_name = dictionary_need("identity.given_name");
    m->family_name = dictionary_need("identity.family_name");
    m->seq = dictionary_need("episode.seq");
    m->age_at_entry = dictionary_need("episode.age_at_entry");
    m->start = dictionary_need("episode.start_date");
    m->end = dictionary_need("episode.end_date");
    m->exit_date = dictionary_need("exit.date");
    m->exit_status = dictionary_need("exit.exit_status");
    m->exit_truth = dictionary_need("exit.truth");
    enum status s = check_header(m, t, check_channel, e);
    if (s != ST_OK) {
        mapper_free(m);
        return s;
    }
    *out = m;
    return ST_OK;
}

void mapper_free(struct mapper *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        free(m->bindings[i].memo.slots);
    free(m->bindings);
    free(m->header);
    free(m->unknown);
    free(m->constants);
    free(m->fills);
    free(m->fill_start);
    free(m->owners);
    free(m->texts);
    arena_free(&m->memory);
    free(m);
}

struct str mapper_unknown(const struct mapper *m, size_t i)
{
    return i < m->unknown_count ? m->unknown[i] : str_of("");
}

uint64_t mapper_day_first(const struct mapper *m)
{
    return m->day_first;
}
