#include "disclosure/joint_past.h"

#include <stdlib.h>
#include <string.h>

struct joint_prints {
    const char *name;
    struct round_past past;
};

struct named_print {
    const char *name;
    size_t place; /* of the release, by its data */
    struct round_print print;
};

static int by_name_and_place(const void *a, const void *b)
{
    const struct named_print *x = a, *y = b;
    int c = strcmp(x->name, y->name);
    return c ? c : (x->place > y->place) - (x->place < y->place);
}

static int64_t nearest(int64_t count, int64_t value, int64_t reach)
{
    int64_t lo = value > reach ? value - reach : 0;
    return count < lo ? lo : count > value + reach ? value + reach : count;
}

/* The first release of the same data. */
static size_t state_of(const struct joint_release *release, size_t r)
{
    size_t first = 0;
    while (strcmp(release[first].data, release[r].data) != 0)
        first++;
    return first;
}

static size_t add_table(const struct joint_release *r, size_t place, const struct joint_table *t,
                        struct named_print *out, struct arena *memory)
{
    size_t n = 0;
    for (size_t c = 0; c < t->cells && t->count; c++)
        if (t->value[c] != JOINT_HIDDEN)
            out[n++] = (struct named_print){
                joint_cell_key(t, c, memory),
                place,
                {nearest(t->count[c], t->value[c], r->reach), t->value[c], r->reach}};
    return n;
}

void joint_past_open(struct joint_past *p, const struct joint_release *release, size_t count,
                     struct arena *memory)
{
    size_t n = 0;
    for (size_t r = 0; r < count; r++)
        for (size_t t = 0; t < release[r].table_count; t++)
            n += release[r].table[t].cells;
    struct named_print *all = mem_array(n + 1, sizeof *all);
    n = 0;
    for (size_t r = 0; r < count; r++)
        for (size_t t = 0; t < release[r].table_count; t++)
            n += add_table(&release[r], state_of(release, r) * count + r, &release[r].table[t],
                           all + n, memory);
    if (n)
        qsort(all, n, sizeof *all, by_name_and_place);
    struct round_print *print = arena_array(memory, n + 1, sizeof *print);
    *p = (struct joint_past){.cell = arena_array(memory, n + 1, sizeof *p->cell)};
    for (size_t i = 0; i < n; i++) {
        print[i] = all[i].print;
        if (i == 0 || strcmp(all[i].name, all[i - 1].name) != 0)
            p->cell[p->cells++] = (struct joint_prints){all[i].name, {&print[i], 0}};
        p->cell[p->cells - 1].past.prints++;
    }
    free(all);
}

static int by_name(const void *name, const void *cell)
{
    return strcmp(name, ((const struct joint_prints *)cell)->name);
}

struct round_past *joint_past_of(const struct joint_past *p, const struct model *m,
                                 const struct joint_table *tables, struct arena *memory)
{
    struct round_past *past = arena_array(memory, m->ncells + 1, sizeof *past);
    struct arena names = ARENA_EMPTY;
    memset(past, 0, m->ncells * sizeof *past);
    for (int t = 0; t < m->ntables && p->cells; t++)
        for (size_t k = 0; k < m->table[t].ncells; k++) {
            arena_rewind(&names);
            const struct joint_prints *found = bsearch(joint_cell_key(&tables[t], k, &names),
                                                       p->cell, p->cells, sizeof *p->cell, by_name);
            if (found)
                past[m->table[t].cell[k]] = found->past;
        }
    arena_free(&names);
    return past;
}
