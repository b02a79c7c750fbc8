#include "app/link_causes.h"

#include "linkage/cluster.h"

#include <stdlib.h>

struct cause {
    int gravity; /* 0 none, 1 a new import, 2 one that was taken back, 3 a person */
    int64_t number;
    const char *text; /* NULL: that of import `number` */
};

static int by_record(const void *x, const void *y)
{
    const struct pending *a = x, *b = y;
    return (a->record > b->record) - (a->record < b->record);
}

static struct cause cause_of(const struct link_causes *c, const struct link_records *r, size_t k)
{
    struct pending key = {.record = r->id[k]};
    const struct pending *p =
        c->pendings ? bsearch(&key, c->pending, c->pendings, sizeof *p, by_record) : NULL;
    if (p && strncmp(p->cause, "import ", 7) != 0)
        return (struct cause){3, 0, p->cause};
    if (p && strstr(p->cause, " undone"))
        return (struct cause){2, 0, p->cause};
    if (r->id[k] > c->after)
        return (struct cause){1, r->import[k], NULL};
    return (struct cause){p != NULL, 0, p ? p->cause : NULL};
}

static bool is_graver(const struct cause *a, const struct cause *b)
{
    if (a->gravity != b->gravity)
        return a->gravity > b->gravity;
    return a->number > b->number;
}

struct at {
    int64_t key;
    uint32_t position;
};

static int by_key(const void *x, const void *y)
{
    const struct at *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

/* Unites positions of equal keys. */
static void unite_equal(const int64_t *key, size_t n, uint32_t *parent)
{
    struct at *all = mem_array(n, sizeof *all);
    for (size_t k = 0; k < n; k++)
        all[k] = (struct at){key[k], (uint32_t)k};
    if (n)
        qsort(all, n, sizeof *all, by_key);
    for (size_t k = 1; k < n; k++)
        if (all[k].key == all[k - 1].key)
            unite(parent, all[k].position, all[k - 1].position);
    free(all);
}

void link_causes(const struct link_causes *c, const struct link_records *r, const int64_t *group,
                 struct arena *memory, const char **why)
{
    struct cause *gravest = mem_zalloc(r->count + 1, sizeof *gravest);
    uint32_t *parent = mem_array(r->count, sizeof *parent);
    for (size_t k = 0; k < r->count; k++)
        parent[k] = (uint32_t)k;
    unite_equal(group, r->count, parent);
    unite_equal(r->line, r->count, parent);
    for (size_t k = 0; k < r->count && !c->only_whole; k++) {
        struct cause mine = cause_of(c, r, k);
        struct cause *of = &gravest[find_root(parent, (uint32_t)k)];
        if (is_graver(&mine, of))
            *of = mine;
    }
    for (size_t k = 0; k < r->count; k++) {
        struct cause *of = &gravest[find_root(parent, (uint32_t)k)];
        if (!of->text)
            of->text =
                of->gravity ? arena_printf(memory, "import %lld", (long long)of->number) : c->whole;
        why[k] = of->text;
    }
    free(parent);
    free(gravest);
}
