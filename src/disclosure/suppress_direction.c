/* The cheapest direction that changes a cell: a linear program whose columns are added as they are
 * needed. */
#include "disclosure/suppress_inner.h"

#include "disclosure/lp.h"

#include <math.h>
#include <stdlib.h>

#define PER_UNIT 1e-3     /* of a cell that is hidden already: short directions are better */
#define BATCH 60          /* classes added between two solves, at most */
#define ENOUGH 300        /* classes looked at before the program of all */
#define MOST_CLASSES 4000 /* beyond, a program of all takes long: moves come first */
#define FIRST_PRIZE                                                                                \
    0.008             /* for a unit of change of the primary: some cells that are hidden already */
#define LEAST_DEAR 2  /* from here on cells that are not hidden may join */
#define MUCH_DEARER 4 /* from one prize to the next, before */
#define DEARER 1.5    /* and after */

/* Class local[i] of tied cells goes up by column 2i and down by column 2i + 1. The primary is in
 * local[0]. */
struct program {
    struct suppress *s;
    struct lp *lp;
    uint32_t n;     /* classes in the program */
    uint32_t nrows; /* row_of[i] is the row of the program's row i */
    int64_t amount;
    int sign; /* the primary's class goes up or down */
    double prize;
};

static double class_cost(const struct suppress *s, uint32_t id)
{
    double sum = 0;
    for (uint32_t i = s->ties.cell_start[id]; i < s->ties.cell_start[id + 1]; i++)
        sum += suppress_hiding_cost(s, s->ties.cell[i].at);
    return sum;
}

static bool class_is_hidden(const struct suppress *s, uint32_t id)
{
    for (uint32_t i = s->ties.cell_start[id]; i < s->ties.cell_start[id + 1]; i++)
        if (!suppress_is_hidden(s, s->ties.cell[i].at))
            return false;
    return true;
}

/* How far the class can go up (sign 1) or down (-1): as far as its cells that go down have room. */
static double class_room(const struct suppress *s, uint32_t id, int sign)
{
    double room = INFINITY;
    for (uint32_t i = s->ties.cell_start[id]; i < s->ties.cell_start[id + 1]; i++)
        if (s->ties.cell[i].by * sign < 0)
            room = fmin(room, (double)suppress_room_below(s, s->ties.cell[i].at));
    return room;
}

static double slope(const struct program *p, uint32_t id)
{
    return class_cost(p->s, id) / (double)p->amount + PER_UNIT;
}

static uint32_t program_row(struct program *p, uint32_t row)
{
    if (p->s->row_at[row] == NONE) {
        p->s->row_at[row] = lp_add_row(p->lp, 0, NULL, NULL, 0, 0);
        p->s->row_of[p->nrows++] = row;
    }
    return p->s->row_at[row];
}

static void program_class(struct program *p, uint32_t id)
{
    struct suppress *s = p->s;
    const struct tied *use = s->ties.use + s->ties.use_start[id];
    uint32_t n = s->ties.use_start[id + 1] - s->ties.use_start[id];
    double cost = slope(p, id);
    s->column[id] = p->n;
    s->local[p->n++] = id;
    for (uint32_t i = 0; i < n; i++) {
        s->entry_row[i] = program_row(p, use[i].at);
        s->entry_by[i] = use[i].by;
    }
    lp_add_column(p->lp, n, s->entry_row, s->entry_by, 0, class_room(s, id, 1), cost);
    for (uint32_t i = 0; i < n; i++)
        s->entry_by[i] = -use[i].by;
    lp_add_column(p->lp, n, s->entry_row, s->entry_by, 0, class_room(s, id, -1), cost);
}

static void bound_primary(struct program *p, double least)
{
    bool up = p->sign > 0;
    lp_bounds(p->lp, 0, up ? least : 0, up ? (double)p->amount : 0);
    lp_bounds(p->lp, 1, up ? 0 : least, up ? 0 : (double)p->amount);
}

/* False: the cells tied to the primary have not the room. */
static bool program_open(struct program *p, uint32_t k, double by)
{
    struct suppress *s = p->s;
    uint32_t id = s->ties.class_of[k];
    p->amount = (int64_t)ceil(fabs(by));
    p->sign = s->ties.sign_of[k] * (by > 0 ? 1 : -1);
    if (class_room(s, id, p->sign) < (double)p->amount)
        return false;
    p->lp = lp_new(0);
    program_class(p, id);
    return true;
}

static void program_close(struct program *p)
{
    struct suppress *s = p->s;
    for (uint32_t i = 0; i < p->n; i++)
        s->column[s->local[i]] = NONE;
    for (uint32_t i = 0; i < p->nrows; i++)
        s->row_at[s->row_of[i]] = NONE;
    s->work += (lp_iterations(p->lp) + 100) * (p->n + p->nrows + 100);
    lp_free(p->lp);
}

static double change(const struct program *p, uint32_t i)
{
    return lp_value(p->lp, 2 * i) - lp_value(p->lp, 2 * i + 1);
}

static bool is_reached(const struct program *p)
{
    return fabs(change(p, 0)) > (double)p->amount - TINY;
}

/* ---- pricing ---- */

struct priced {
    double gain;
    uint32_t id;
};

static int by_gain(const void *a, const void *b)
{
    const struct priced *x = a, *y = b;
    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Sums the prices of the program's rows at the classes beside it. */
static uint32_t add_prices(struct program *p)
{
    struct suppress *s = p->s;
    const struct ties *t = &s->ties;
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->nrows; i++) {
        uint32_t r = s->row_of[i];
        double price = lp_row_price(p->lp, i);
        if (price == 0)
            continue;
        for (uint32_t k = t->row_start[r]; k < t->row_start[r + 1]; k++) {
            uint32_t id = t->entry[k].at;
            if (s->column[id] != NONE)
                continue;
            if (s->price[id] == 0)
                s->seen[n++] = id;
            s->price[id] += price * t->entry[k].by;
        }
    }
    return n;
}

/* Adds the classes that would make the solution better, the best ones first. False: there are none,
 * and the solution is the best of all, as rows outside the program have no price. */
static bool add_classes(struct program *p)
{
    struct suppress *s = p->s;
    uint32_t seen = add_prices(p), n = 0;
    struct priced *list = mem_array(seen, sizeof *list);
    for (uint32_t i = 0; i < seen; i++) {
        uint32_t id = s->seen[i];
        double price = s->price[id], gain = fabs(price) - slope(p, id);
        s->price[id] = 0;
        if (gain > TINY && class_room(s, id, price > 0 ? 1 : -1) > 0)
            list[n++] = (struct priced){gain, id};
    }
    if (n)
        qsort(list, n, sizeof *list, by_gain);
    for (uint32_t i = 0; i < n && i < BATCH; i++)
        if (s->column[list[i].id] == NONE)
            program_class(p, list[i].id);
    free(list);
    return n > 0;
}

/* ---- fixed charges ---- */

/* What the cells of a solution that are not hidden yet would cost. */
static double solution_cost(const struct program *p)
{
    double sum = 0;
    for (uint32_t i = 0; i < p->n; i++)
        if (fabs(change(p, i)) > TINY)
            sum += class_cost(p->s, p->s->local[i]);
    return sum;
}

/* Hiding costs once, not by the unit: slopes are set to cost / amount used and the program is
 * solved again (Kim & Pardalos 1999, "dynamic slope scaling"). */
static void set_slopes(struct program *p)
{
    struct suppress *s = p->s;
    for (uint32_t i = 1; i < p->n; i++) {
        double by = fabs(change(p, i));
        if (by > TINY && !class_is_hidden(s, s->local[i])) {
            double cost = class_cost(s, s->local[i]) / by + PER_UNIT;
            lp_cost(p->lp, 2 * i, cost);
            lp_cost(p->lp, 2 * i + 1, cost);
        }
    }
}

static void take_direction(const struct program *p, struct direction *d)
{
    const struct ties *t = &p->s->ties;
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n; i++)
        if (fabs(change(p, i)) > TINY)
            n += t->cell_start[p->s->local[i] + 1] - t->cell_start[p->s->local[i]];
    d->cell = mem_resize(d->cell, n, sizeof *d->cell);
    d->by = mem_resize(d->by, n, sizeof *d->by);
    d->n = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        double by = change(p, i);
        uint32_t id = p->s->local[i];
        if (fabs(by) <= TINY)
            continue;
        for (uint32_t c = t->cell_start[id]; c < t->cell_start[id + 1]; c++) {
            d->cell[d->n] = t->cell[c].at;
            d->by[d->n++] = by * t->cell[c].by;
        }
    }
}

void direction_free(struct direction *d)
{
    free(d->cell);
    free(d->by);
    *d = (struct direction){0};
}

static void take_best(struct program *p, struct direction *best)
{
    double least = solution_cost(p);
    take_direction(p, best);
    for (int again = 0; again < p->s->rounds && least > 0; again++) {
        set_slopes(p);
        if (lp_solve(p->lp, false) != LP_OPTIMAL)
            return;
        double cost = solution_cost(p);
        if (cost < least - TINY) {
            least = cost;
            take_direction(p, best);
        }
    }
}

/* ---- the search ---- */

/* Classes are added as long as they pay, for a prize that grows until it pays for the whole change.
 * Nothing changes is where the program starts, so it always has a solution. */
static bool grow(struct program *p)
{
    uint32_t most = p->s->ties.n < ENOUGH ? p->s->ties.n : ENOUGH;
    bound_primary(p, 0);
    for (p->prize = FIRST_PRIZE; p->prize < p->s->dearest;
         p->prize *= p->prize < LEAST_DEAR ? MUCH_DEARER : DEARER) {
        lp_cost(p->lp, p->sign > 0 ? 0 : 1, -p->prize);
        do {
            if (p->n > most || lp_solve(p->lp, false) != LP_OPTIMAL)
                return false;
        } while (add_classes(p));
        if (is_reached(p))
            return true;
    }
    return false;
}

/* All classes at once. */
static bool solve_all(struct program *p)
{
    struct suppress *s = p->s;
    for (uint32_t id = 0; id < s->ties.n; id++)
        if (s->column[id] == NONE)
            program_class(p, id);
    lp_cost(p->lp, p->sign > 0 ? 0 : 1, 0);
    bound_primary(p, (double)p->amount);
    lp_forget_basis(p->lp);
    return lp_solve(p->lp, true) == LP_OPTIMAL;
}

bool suppress_direction(struct suppress *s, uint32_t k, double by, bool thorough,
                        struct direction *best)
{
    struct program p = {.s = s};
    *best = (struct direction){0};
    if (s->ties.class_of[k] == NONE || !program_open(&p, k, by))
        return false;
    bool found = grow(&p);
    if (!found && s->ties.n > MOST_CLASSES && suppress_move(s, k, by, best)) {
        program_close(&p);
        return true;
    }
    if (found || (thorough && solve_all(&p))) {
        found = true;
        bound_primary(&p, (double)p.amount);
        take_best(&p, best);
    }
    program_close(&p);
    return found;
}

double suppress_direction_cost(const struct suppress *s, const struct direction *d)
{
    double sum = 0;
    for (uint32_t i = 0; i < d->n; i++)
        sum += suppress_hiding_cost(s, d->cell[i]);
    return sum;
}
