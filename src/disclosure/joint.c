#include "disclosure/audit.h"
#include "disclosure/joint_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct attack {
    const struct joint_release *release;
    size_t releases;
    const struct joint_options *o;
    struct joint_model j;
    uint8_t *target;
    uint8_t *open;    /* targets not yet proven wide */
    uint8_t **silent; /* [release][table]: left out, when looking for what betrays a cell */
    uint64_t programs;
};

/* ---- what is printed ---- */

static void box_of(const struct attack *a, const struct joint_release *r, int64_t value,
                   int64_t *lo, int64_t *hi)
{
    struct spec rule = {.method = METHOD_ROUND, .base = r->reach + 1};
    if (value == JOINT_HIDDEN)
        rule = (struct spec){.method = METHOD_SUPPRESS, .zeros_protected = r->zeros_protected};
    audit_box(&rule, value == JOINT_HIDDEN ? PRINT_HIDDEN : PRINT_NUMBER, value, 0,
              a->o->knows_rule, lo, hi);
}

static enum status contradiction(const struct attack *a, size_t r, size_t t, size_t cell,
                                 struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    const struct joint_table *table = &a->release[r].table[t];
    err_set(e, ST_DATA, "%s, table %s: no count of %s explains what this and other releases print",
            a->release[r].name, table->id, joint_cell_key(table, cell, &memory));
    arena_free(&memory);
    return err_hint(e, "Check that the releases are whole: throughline release verify.");
}

static enum status narrow_boxes(const struct attack *a, struct audit *audit, struct err *e)
{
    for (size_t r = 0; r < a->releases; r++)
        for (size_t t = 0; t < a->release[r].table_count; t++) {
            const struct joint_table *table = &a->release[r].table[t];
            for (size_t c = 0; c < table->cells && !a->silent[r][t]; c++) {
                int64_t lo, hi;
                box_of(a, &a->release[r], table->value[c], &lo, &hi);
                if (!audit_narrow(audit, a->j.at[r][t][c], lo, hi))
                    return contradiction(a, r, t, c, e);
            }
        }
    return ST_OK;
}

/* Known counts are protected by the rule; others whenever they are not printed as they are. */
static void choose_targets(struct attack *a)
{
    const struct joint_model *j = &a->j;
    for (uint32_t u = 0; u < j->all.ncells; u++)
        a->target[u] = j->unknown[u].known && (j->unknown[u].printed || j->unknown[u].difference) &&
                       j->unknown[u].count >= a->o->protect_min &&
                       j->unknown[u].count <= a->o->protect_max;
    for (size_t r = 0; r < a->releases; r++)
        for (size_t t = 0; t < a->release[r].table_count; t++)
            for (size_t c = 0; c < a->release[r].table[t].cells; c++) {
                int64_t lo, hi;
                uint32_t u = j->at[r][t][c];
                box_of(a, &a->release[r], a->release[r].table[t].value[c], &lo, &hi);
                a->target[u] |= !j->unknown[u].known && lo != hi;
            }
}

static enum status run_audit(struct attack *a, struct audit *audit, const uint8_t *target,
                             int64_t width, struct err *e)
{
    audit_open(audit, &a->j.all);
    enum status s = narrow_boxes(a, audit, e);
    if (s == ST_OK)
        s = audit_run(audit, target, width, NULL, a->o->progress, e);
    a->programs += audit->programs;
    return s;
}

static int64_t width_of(const struct audit *audit, uint32_t u, int64_t *low, int64_t *high)
{
    *low = audit_low_int(audit->low[u]);
    *high = audit_high_int(audit->high[u]);
    return *high == AUDIT_NO_LIMIT ? AUDIT_NO_LIMIT : *high - *low;
}

/* ---- what betrays a cell ---- */

static enum status still_narrow(struct attack *a, uint32_t u, bool *narrow, struct err *e)
{
    struct audit audit;
    int64_t low, high;
    uint8_t *target = mem_zalloc(a->j.all.ncells, 1);
    target[u] = 1;
    enum status s = run_audit(a, &audit, target, a->o->width, e);
    if (s == ST_OK)
        *narrow = width_of(&audit, u, &low, &high) < a->o->width;
    audit_close(&audit);
    free(target);
    return s;
}

/* Leaves tables out, many at once and then fewer, as long as the rest still tells. */
static enum status find_betrayers(struct attack *a, uint32_t u, struct err *e)
{
    uint8_t **table; /* those not left out */
    size_t n = 0;
    enum status s = ST_OK;
    for (size_t r = 0; r < a->releases; r++)
        n += a->release[r].table_count;
    table = mem_array(n + 1, sizeof *table);
    n = 0;
    for (size_t r = 0; r < a->releases; r++)
        for (size_t t = 0; t < a->release[r].table_count; t++)
            table[n++] = &a->silent[r][t];
    for (size_t at_once = (n + 1) / 2; at_once && s == ST_OK; at_once /= 2) {
        size_t kept = 0;
        for (size_t from = 0; from < n && s == ST_OK; from += at_once) {
            size_t to = from + at_once < n ? from + at_once : n;
            bool narrow = true;
            for (size_t i = from; i < to; i++)
                *table[i] = 1;
            s = still_narrow(a, u, &narrow, e);
            for (size_t i = from; i < to && !narrow; i++) {
                *table[i] = 0;
                table[kept++] = table[i];
            }
        }
        n = kept;
    }
    free(table);
    return s;
}

static void name_betrayers(const struct attack *a, struct joint_answer *out)
{
    struct buf b = BUF_EMPTY;
    for (size_t r = 0; r < a->releases; r++) {
        bool named = false;
        for (size_t t = 0; t < a->release[r].table_count; t++) {
            if (a->silent[r][t])
                continue;
            if (!named)
                buf_addf(&b, "%s%s: ", b.n ? "; " : "", a->release[r].name);
            buf_addf(&b, "%s%s", named ? ", " : "", a->release[r].table[t].id);
            named = true;
        }
    }
    snprintf(out->betrayed, sizeof out->betrayed, "%s", b.p ? b.p : "");
    buf_free(&b);
}

static enum status describe_narrow(struct attack *a, uint32_t u, struct joint_answer *out,
                                   struct err *e)
{
    const struct joint_unknown *what = &a->j.unknown[u];
    if (what->difference)
        snprintf(out->cell, sizeof out->cell, "the change of %s from %s to %s", what->key,
                 a->release[what->before].name, a->release[what->release].name);
    else
        snprintf(out->cell, sizeof out->cell, "%s", what->key ? what->key : "a rest");
    TRY(find_betrayers(a, u, e));
    name_betrayers(a, out);
    return ST_OK;
}

/* ---- the answer ---- */

static void measure_one(struct joint_answer *out, int64_t width, double *sum, uint64_t *ends)
{
    const int64_t last = (int64_t)(sizeof out->by_width / sizeof out->by_width[0]) - 1;
    out->by_width[width > last ? last : width < 0 ? 0 : width]++;
    if (width < AUDIT_NO_LIMIT) {
        *sum += (double)width;
        ++*ends;
    }
}

static enum status read_answer(struct attack *a, const struct audit *audit,
                               struct joint_answer *out, struct err *e)
{
    const struct joint_model *j = &a->j;
    double sum = 0;
    uint64_t ends = 0;
    uint32_t worst = 0;
    out->least = a->o->measure ? AUDIT_NO_LIMIT : a->o->width;
    for (uint32_t u = 0; u < j->all.ncells; u++) {
        int64_t low, high;
        out->cells += j->unknown[u].printed;
        out->differences += j->unknown[u].difference;
        out->asked += a->target[u];
        if (!a->open[u] || !audit->low) /* nothing is open when the whole was not attacked */
            continue;
        int64_t width = width_of(audit, u, &low, &high);
        if (a->o->measure)
            measure_one(out, width, &sum, &ends);
        out->exact += width <= 0;
        if (width < a->o->width && (!out->narrow++ || width < out->least)) {
            worst = u;
            out->low = low;
            out->high = high;
        }
        out->least = width < out->least ? width : out->least;
    }
    if (out->asked == 0)
        out->least = a->o->width;
    out->mean = a->o->measure && ends ? sum / (double)ends : NAN;
    return out->narrow ? describe_narrow(a, worst, out, e) : ST_OK;
}

/* ---- ranges that are wide enough even when most counts are held ---- */

/* Do the true counts fit everything that is printed? */
static bool counts_fit(const struct attack *a)
{
    if (!joint_counts_agree(&a->j))
        return false;
    for (size_t r = 0; r < a->releases; r++)
        for (size_t t = 0; t < a->release[r].table_count; t++)
            for (size_t c = 0; c < a->release[r].table[t].cells; c++) {
                int64_t lo, hi;
                const struct joint_unknown *u = &a->j.unknown[a->j.at[r][t][c]];
                box_of(a, &a->release[r], a->release[r].table[t].value[c], &lo, &hi);
                if (u->known && (u->count < lo || u->count > hi))
                    return false;
            }
    return true;
}

static size_t open_targets(const struct attack *a)
{
    size_t n = 0;
    for (uint32_t u = 0; u < a->j.all.ncells; u++)
        n += a->open[u];
    return n;
}

/* What is held only takes counts away that would fit: a range that is wide then is as wide or wider
 * when nothing is held. */
static enum status prove_held(struct attack *a, const struct joint_hold *how, struct err *e)
{
    struct audit audit;
    int64_t low, high;
    uint8_t *held = mem_zalloc((size_t)a->j.all.ncells + 1, 1);
    joint_hold_mark(&a->j, a->release, a->releases, how, a->open, held);
    audit_open(&audit, &a->j.all);
    enum status s = narrow_boxes(a, &audit, e);
    for (uint32_t u = 0; s == ST_OK && u < a->j.all.ncells; u++)
        if (held[u] && !audit_narrow(&audit, u, a->j.unknown[u].count, a->j.unknown[u].count))
            BUG("a count that fits is held outside what is printed");
    if (s == ST_OK)
        s = audit_run(&audit, a->open, a->o->width, NULL, a->o->progress, e);
    for (uint32_t u = 0; s == ST_OK && u < a->j.all.ncells; u++)
        a->open[u] = a->open[u] && width_of(&audit, u, &low, &high) < a->o->width;
    a->programs += audit.programs;
    audit_close(&audit);
    free(held);
    return s;
}

/* Takes the targets that are proven wide from `open`. *all: no target is left, and counts that fit
 * were found wherever there was one. */
static enum status prove_most(struct attack *a, bool *all, struct err *e)
{
    static const struct joint_hold ways[] = {{.how = HOLD_SHARED},
                                             {.how = HOLD_STATES, .number = 3, .first = 3},
                                             {.how = HOLD_STATES, .number = 3, .first = 1},
                                             {.how = HOLD_FAR, .number = 2},
                                             {.how = HOLD_FAR, .number = 2, .heirs = 1},
                                             {.how = HOLD_FAR, .number = 2, .heirs = 2}};
    *all = false;
    if (a->o->measure || !counts_fit(a))
        return ST_OK;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if ((ways[i].how != HOLD_STATES || a->j.states > ways[i].number) && open_targets(a)) {
            enum status s = prove_held(a, &ways[i], e);
            if (s == ST_DATA) { /* the whole audit says what does not fit */
                *e = (struct err){0};
                return ST_OK;
            }
            TRY(s);
        }
    *all = open_targets(a) == 0;
    return ST_OK;
}

static enum status attack_all(struct attack *a, struct joint_answer *out, struct err *e)
{
    struct audit audit = {0};
    bool all_wide;
    TRY(joint_model_build(&a->j, a->release, a->releases, a->o->knows_rule, e));
    a->target = mem_zalloc((size_t)a->j.all.ncells + 1, 1);
    choose_targets(a);
    a->open = mem_array((size_t)a->j.all.ncells + 1, 1);
    memcpy(a->open, a->target, a->j.all.ncells);
    enum status s = prove_most(a, &all_wide, e);
    if (s == ST_OK && !all_wide)
        s = run_audit(a, &audit, a->open, a->o->measure ? 0 : a->o->width, e);
    if (s == ST_OK)
        s = read_answer(a, &audit, out, e);
    out->programs = a->programs;
    audit_close(&audit);
    return s;
}

enum status joint_audit(const struct joint_release *release, size_t count,
                        const struct joint_options *o, struct joint_answer *out, struct err *e)
{
    struct attack a = {.release = release, .releases = count, .o = o};
    *out = (struct joint_answer){.mean = NAN};
    a.silent = mem_zalloc(count + 1, sizeof *a.silent);
    for (size_t r = 0; r < count; r++)
        a.silent[r] = mem_zalloc(release[r].table_count + 1, 1);
    enum status s = attack_all(&a, out, e);
    for (size_t r = 0; r < count; r++)
        free(a.silent[r]);
    free(a.silent);
    free(a.target);
    free(a.open);
    joint_model_free(&a.j);
    return s;
}
