/* Codes as groups, strata, persons and covariates. */
#include "app/survival_reader.h"

#include <stdlib.h>

enum { MOST_GROUPS = 10000 };

/* ---- groups ---- */

static uint8_t *used_codes(const struct survival_reader *r, const struct column *c)
{
    uint8_t *used = mem_zalloc(c->dict.n + 1, 1);
    for (size_t i = 0; i < r->n; i++)
        used[c->code[i]] = 1;
    return used;
}

/* Several columns make one: their ranks are digits, first column first. */
static enum status combine(struct survival_reader *r, const int *places, int count, int32_t *out,
                           struct survival_levels *levels, struct err *e)
{
    size_t product = 1;
    int32_t *rank[SURVIVAL_MAX_LIST] = {0};
    size_t size[SURVIVAL_MAX_LIST];
    for (int k = 0; k < count; k++) {
        struct column *c = &r->column[places[k]];
        uint8_t *used = used_codes(r, c);
        rank[k] = arena_array(&r->d->arena, c->dict.n + 1, sizeof *rank[k]);
        size[k] = dictionary_rank(&c->dict, used, rank[k]);
        free(used);
        if (product > 50u * MOST_GROUPS / size[k]) {
            err_at(e, r->file, 0, c->name);
            err_set(e, ST_DATA, "the columns make more than %d groups", MOST_GROUPS);
            return err_hint(e, "Group by columns with few values.");
        }
        product *= size[k];
    }
    int32_t *place = mem_zalloc(product, sizeof *place);
    for (size_t i = 0; i < r->n; i++) {
        size_t at = 0;
        for (int k = 0; k < count; k++)
            at = at * size[k] + (size_t)rank[k][r->column[places[k]].code[i]];
        out[i] = (int32_t)at;
        place[at] = 1;
    }
    for (size_t at = 0; at < product; at++)
        if (place[at])
            place[at] = ++levels->count;
    levels->label = arena_array(&r->d->arena, (size_t)levels->count, sizeof *levels->label);
    levels->value = arena_array(&r->d->arena, (size_t)levels->count, sizeof *levels->value);
    for (size_t i = 0; i < r->n; i++) {
        out[i] = place[out[i]] - 1;
        if (levels->label[out[i]].p)
            continue;
        struct buf label = BUF_EMPTY, value = BUF_EMPTY;
        for (int k = 0; k < count; k++) {
            struct column *c = &r->column[places[k]];
            struct str text = c->dict.text[c->code[i]];
            buf_addf(&label, "%s%s=%.*s", k ? ", " : "", c->name, (int)text.n, text.p);
            buf_addf(&value, "%s%.*s", k ? ", " : "", (int)text.n, text.p);
        }
        levels->label[out[i]] =
            (struct str){arena_strndup(&r->d->arena, label.p, label.n), label.n};
        levels->value[out[i]] =
            (struct str){arena_strndup(&r->d->arena, value.p, value.n), value.n};
        buf_free(&label);
        buf_free(&value);
    }
    free(place);
    return ST_OK;
}

enum status survival_fill_groups(struct survival_reader *r, struct err *e)
{
    struct survival_data *d = r->d;
    d->rows.groups = 1;
    if (r->groups) {
        int32_t *group = mem_array(r->n, sizeof *group);
        d->rows.group = group;
        TRY(combine(r, r->group, r->groups, group, &d->groups, e));
        d->rows.groups = d->groups.count;
    }
    if (r->stratas) {
        d->stratum = mem_array(r->n, sizeof *d->stratum);
        TRY(combine(r, r->strata, r->stratas, d->stratum, &d->strata, e));
    }
    if (d->rows.groups > MOST_GROUPS || d->strata.count > MOST_GROUPS)
        return err_set(e, ST_DATA, "the columns make more than %d groups", MOST_GROUPS);
    return ST_OK;
}

void survival_fill_persons(struct survival_reader *r)
{
    if (r->id < 0)
        return;
    struct column *c = &r->column[r->id];
    uint8_t *used = used_codes(r, c);
    int32_t *rank = mem_array(c->dict.n, sizeof *rank), *person = mem_array(r->n, sizeof *person);
    r->d->rows.persons = (int32_t)dictionary_rank(&c->dict, used, rank);
    for (size_t i = 0; i < r->n; i++)
        person[i] = rank[c->code[i]];
    r->d->rows.person = person;
    free(rank);
    free(used);
}

/* ---- covariates ---- */

/* The level that the others are compared with: --reference COLUMN=LEVEL, or the first. */
static enum status reference_of(struct survival_reader *r, const struct column *c,
                                const int32_t *rank, int32_t *reference, struct err *e)
{
    *reference = 0;
    size_t n = strlen(c->name);
    for (int k = 0; k < r->q->reference_count; k++) {
        const char *text = r->q->reference[k];
        if (strncmp(text, c->name, n) != 0 || text[n] != '=')
            continue;
        for (size_t i = 0; i < c->dict.n; i++)
            if (rank[i] >= 0 && str_is(c->dict.text[i], text + n + 1)) {
                *reference = rank[i];
                return ST_OK;
            }
        err_at(e, r->file, 0, c->name);
        err_set(e, ST_DATA, "no row used has the reference level \"%.60s\"", text + n + 1);
        return err_hint(e, "Give --reference COLUMN=LEVEL with a level that occurs.");
    }
    return ST_OK;
}

static enum status too_many(struct survival_reader *r, const struct column *c, struct err *e)
{
    err_at(e, r->file, 0, c->name);
    err_set(e, ST_DATA, "the covariates make more than %d columns", COX_MAX_COVARIATES);
    return err_hint(e, "Is a number column holding words? Group rare levels together.");
}

static enum status add_factor(struct survival_reader *r, const struct column *c, double **values,
                              struct err *e)
{
    struct survival_data *d = r->d;
    uint8_t *used = used_codes(r, c);
    int32_t *rank = arena_array(&d->arena, c->dict.n + 1, sizeof *rank), reference = 0;
    size_t levels = dictionary_rank(&c->dict, used, rank);
    free(used);
    TRY(reference_of(r, c, rank, &reference, e));
    if (levels < 2) {
        err_at(e, r->file, 0, c->name);
        err_set(e, ST_DATA, "the covariate has only one level among the rows used");
        return err_hint(e, "Leave it out.");
    }
    if (levels - 1 + (size_t)d->covariates > COX_MAX_COVARIATES)
        return too_many(r, c, e);
    for (int32_t level = 0; level < (int32_t)levels; level++) {
        if (level == reference)
            continue;
        double *v = mem_array(r->n, sizeof *v);
        for (size_t i = 0; i < r->n; i++)
            v[i] = rank[c->code[i]] == level;
        size_t code = 0;
        while (rank[code] != level)
            code++;
        const char *name = arena_printf(&d->arena, "%s%.*s", c->name, (int)c->dict.text[code].n,
                                        c->dict.text[code].p);
        values[d->covariates] = v;
        d->term_of[d->covariates] = d->terms;
        d->covariate[d->covariates++] = str_of(name);
    }
    return ST_OK;
}

enum status survival_fill_covariates(struct survival_reader *r, double **values, struct err *e)
{
    struct survival_data *d = r->d;
    for (int k = 0; k < r->covariates; k++) {
        struct column *c = &r->column[r->covariate[k]];
        d->term[d->terms] = str_of(c->name);
        if (c->kind == COLUMN_TEXT) {
            TRY(add_factor(r, c, values, e));
        } else {
            if (d->covariates == COX_MAX_COVARIATES)
                return too_many(r, c, e);
            values[d->covariates] = c->number;
            c->number = NULL;
            d->term_of[d->covariates] = d->terms;
            d->covariate[d->covariates++] = str_of(c->name);
        }
        d->terms++;
    }
    return ST_OK;
}
