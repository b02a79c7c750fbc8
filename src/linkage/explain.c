#include "linkage/model.h"
#include "linkage/own.h"

#include <math.h>
#include <stdio.h>

static void name_shared_rules(const struct link_data *d, const struct plan *p, uint64_t shared,
                              char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (; shared && n < size; shared &= shared - 1) {
        char name[200];
        rule_name(d, &p->rule[__builtin_ctzll(shared)].rule, name, sizeof name);
        int wrote = snprintf(out + n, size - n, "%s%s", n ? "; " : "", name);
        n += wrote > 0 ? (size_t)wrote : 0;
    }
}

static struct link_reason reason_of(const struct link_data *d, const struct link_model *m, int k,
                                    int level, uint32_t a, uint32_t b)
{
    const struct model_column *mc = &m->column[k];
    struct link_reason r = {
        .column = mc->name,
        .a = link_data_text(d, a, k),
        .b = link_data_text(d, b, k),
        .level = level,
        .words = mc->words[level],
        .m = mc->m[level],
        .u = mc->u[level],
        .bits = mc->bits[level],
    };
    const struct own *own = d->column[k].own;
    uint32_t v = data_row(d, a)[k];
    if (own ? own->bits[level] != NULL : level == LEVEL_SAME) {
        r.bits = own ? own_bits(own, level, v, 0.0f) : d->column[k].value[v].equal_bits;
        r.frequency_bits = r.bits - mc->bits[level];
        r.u = r.m / exp2(r.bits);
    }
    return r;
}

void link_score(const struct link_data *d, const struct link_model *m,
                const struct link_constraint *pairs, size_t n, double *bits)
{
    struct scorer s;
    struct taken_off off;
    levels_init();
    scorer_new(&s, d, m);
    for (size_t i = 0; i < n; i++) {
        uint32_t a = pairs[i].a < pairs[i].b ? pairs[i].a : pairs[i].b;
        uint32_t b = pairs[i].a < pairs[i].b ? pairs[i].b : pairs[i].a;
        const uint32_t *x = data_row(d, a);
        bits[i] = score_pattern(&s, x, pattern_of(d, x, data_row(d, b)), &off);
    }
}

void link_compared(const struct link_data *d, const struct link_constraint *pairs, size_t n,
                   bool *compared)
{
    struct plan plan;
    plan_new(&plan, d);
    for (size_t i = 0; i < n; i++)
        compared[i] = sources_allow(d, pairs[i].a, pairs[i].b) &&
                      plan_shared(&plan, pairs[i].a, pairs[i].b) != 0;
    plan_free(&plan);
}

void link_explain(const struct link_data *d, const struct link_model *m, uint32_t a, uint32_t b,
                  struct link_explanation *out)
{
    *out = (struct link_explanation){.prior_bits = model_prior_bits(m)};
    levels_init();
    struct plan plan;
    struct scorer s;
    plan_new(&plan, d);
    scorer_new(&s, d, m);
    if (a > b) {
        uint32_t t = a;
        a = b;
        b = t;
    }
    uint64_t shared = sources_allow(d, a, b) ? plan_shared(&plan, a, b) : 0;
    out->compared = shared != 0;
    out->barred = !sources_allow(d, a, b);
    out->one_source = d->spec.one_to_one && d->source && d->source[a] == d->source[b];
    name_shared_rules(d, &plan, shared, out->shared, sizeof out->shared);
    plan_free(&plan);
    const uint32_t *x = data_row(d, a), *y = data_row(d, b);
    uint64_t pattern = pattern_of(d, x, y);
    struct taken_off off;
    out->bits = score_pattern(&s, x, pattern, &off);
    out->household_bits = off.household;
    out->dependence_bits = off.dependence;
    out->probability = 1.0 / (1.0 + exp2(-out->bits));
    for (int k = 0; k < d->columns; k++)
        if (!d->column[k].unused)
            out->reason[out->reasons++] = reason_of(d, m, k, pattern_level(pattern, k), a, b);
}
