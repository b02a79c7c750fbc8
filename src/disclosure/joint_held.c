/* Choices of unknowns to hold. Small programs prove most ranges wide; see docs/method. */
#include "disclosure/joint_private.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

bool joint_counts_agree(const struct joint_model *j)
{
    const struct model *m = &j->all;
    for (uint32_t r = 0; r < m->nrows; r++) {
        int64_t rest = 0;
        bool known = true;
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1] && known; k++) {
            const struct joint_unknown *u = &j->unknown[m->row_cell[k]];
            known = u->known;
            rest += k == m->row_start[r] ? u->count : -u->count;
            if (known && u->count < 0)
                return false;
        }
        if (known && rest != 0)
            return false;
    }
    return true;
}

/* ---- by the name of the table ---- */

struct named_table {
    const char *population, *id;
    uint32_t release, table;
};

static int by_name(const void *a, const void *b)
{
    const struct named_table *x = a, *y = b;
    int c = strcmp(x->population, y->population);
    return c ? c : strcmp(x->id, y->id);
}

static void hold_shared(const struct joint_model *j, const struct joint_release *release,
                        size_t releases, uint8_t *held)
{
    struct named_table *all;
    uint32_t *name = mem_array((size_t)j->all.ncells + 1, sizeof *name);
    size_t n = 0;
    for (size_t r = 0; r < releases; r++)
        n += release[r].table_count;
    all = mem_array(n + 1, sizeof *all);
    n = 0;
    for (uint32_t r = 0; r < releases; r++)
        for (uint32_t t = 0; t < release[r].table_count; t++) {
            const struct joint_table *from = &release[r].table[t];
            all[n++] = (struct named_table){from->population, from->id, r, t};
        }
    if (n)
        qsort(all, n, sizeof *all, by_name);
    memset(name, 0xff, (size_t)j->all.ncells * sizeof *name);
    for (size_t i = 0, number = 0; i < n; i++) {
        number += i && by_name(&all[i - 1], &all[i]) != 0;
        const uint32_t *at = j->at[all[i].release][all[i].table];
        for (size_t c = 0; c < release[all[i].release].table[all[i].table].cells; c++) {
            uint32_t *is = &name[at[c]];
            *is = *is == NOBODY || *is == number ? (uint32_t)number : SEVERAL;
        }
    }
    for (uint32_t u = 0; u < j->all.ncells; u++)
        held[u] = name[u] == SEVERAL;
    free(name);
    free(all);
}

/* ---- by the state of the data ---- */

static void hold_states(const struct joint_model *j, const struct joint_hold *how, uint8_t *held)
{
    uint32_t every = how->number + 1;
    for (uint32_t u = 0; u < j->all.ncells; u++) {
        const struct joint_unknown *k = &j->unknown[u];
        uint32_t past_held = (k->first + every - how->first % every) % every;
        held[u] = past_held == 0 || k->last - k->first >= every - past_held;
    }
}

/* ---- by the distance from what is looked for ---- */

static bool is_reached(const struct model *m, uint32_t row, const uint8_t *near)
{
    for (uint32_t k = m->row_start[row]; k < m->row_start[row + 1]; k++)
        if (near[m->row_cell[k]])
            return true;
    return false;
}

/* The whole, and the part that can best take up what others give; none of a change. */
static void add_heirs(const struct joint_model *j, uint32_t row, uint8_t *near)
{
    const struct model *m = &j->all;
    uint32_t from = m->row_start[row], heir = m->row_cell[from + 1];
    for (uint32_t k = from + 1; k < m->row_start[row + 1]; k++)
        if (j->unknown[m->row_cell[k]].count > j->unknown[heir].count)
            heir = m->row_cell[k];
    if (!j->unknown[m->row_cell[m->row_start[row + 1] - 1]].difference)
        near[m->row_cell[from]] = near[heir] = 1;
}

static void add_neighbours(const struct joint_model *j, bool all, uint8_t *near)
{
    const struct model *m = &j->all;
    uint8_t *now = mem_array((size_t)m->ncells + 1, 1);
    memcpy(now, near, m->ncells);
    for (uint32_t r = 0; r < m->nrows; r++) {
        if (!is_reached(m, r, now))
            continue;
        for (uint32_t k = m->row_start[r]; k < m->row_start[r + 1] && all; k++)
            near[m->row_cell[k]] = 1;
        if (!all)
            add_heirs(j, r, near);
    }
    free(now);
}

static void hold_far(const struct joint_model *j, const struct joint_hold *how, const uint8_t *open,
                     uint8_t *held)
{
    memcpy(held, open, j->all.ncells);
    for (uint32_t step = 0; step < how->number + how->heirs; step++)
        add_neighbours(j, step < how->number, held);
    for (uint32_t u = 0; u < j->all.ncells; u++)
        held[u] = !held[u];
}

void joint_hold_mark(const struct joint_model *j, const struct joint_release *release,
                     size_t releases, const struct joint_hold *how, const uint8_t *open,
                     uint8_t *held)
{
    switch (how->how) {
    case HOLD_SHARED:
        hold_shared(j, release, releases, held);
        break;
    case HOLD_STATES:
        hold_states(j, how, held);
        break;
    case HOLD_FAR:
        hold_far(j, how, open, held);
        break;
    }
    for (uint32_t u = 0; u < j->all.ncells; u++)
        held[u] = held[u] && j->unknown[u].known && !j->unknown[u].difference;
}
