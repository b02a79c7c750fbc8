#include "disclosure/audit_form.h"

#include <math.h>
#include <stdlib.h>

#define LONG_FORM 3000 /* terms; longer sums get a column and a row of their own */

/* Rows by the cell that they give. */
struct wholes {
    uint32_t *start, *row;
};

struct build {
    const struct search *s;
    struct forms *f;
    struct wholes w;
    uint64_t *print; /* of a cell: the sum of random numbers of the cells without parts in it */
    uint8_t *state;  /* 0 not visited, 1 on the way, 2 done */
    uint8_t *extra;  /* of a row: not implied by the others */
    uint32_t visited;
    /* sums in the making */
    int32_t *by;
    uint32_t *touched, ntouched;
    uint8_t *in;
    uint32_t row_cap;
};

static uint64_t random_of(uint32_t cell)
{
    uint64_t h = (cell + 1) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

static void wholes_open(struct wholes *w, const struct model *m)
{
    w->start = mem_zalloc((size_t)m->ncells + 2, sizeof *w->start);
    w->row = mem_array(m->nrows, sizeof *w->row);
    for (uint32_t r = 0; r < m->nrows; r++)
        w->start[m->row_cell[m->row_start[r]] + 2]++;
    for (uint32_t c = 0; c < m->ncells; c++)
        w->start[c + 2] += w->start[c + 1];
    for (uint32_t r = 0; r < m->nrows; r++)
        w->row[w->start[m->row_cell[m->row_start[r]] + 1]++] = r;
}

/* ---- which rows say the same ---- */

static void visit(struct build *b, uint32_t cell);

/* Visits the parts; false when one of them is made of the whole. */
static bool visit_parts(struct build *b, uint32_t row, uint64_t *print)
{
    const struct model *m = b->s->a->m;
    bool fine = true;
    *print = 0;
    for (uint32_t k = m->row_start[row] + 1; k < m->row_start[row + 1]; k++) {
        uint32_t part = m->row_cell[k];
        visit(b, part);
        fine &= b->state[part] == 2;
        *print += b->print[part];
    }
    return fine;
}

/* The first row that can gives the cell; the others say the same if they come to the same sum of
 * cells without parts (two different sums agree with probability 2^-64). The recursion is as deep
 * as the hierarchies of the columns together. */
static void visit(struct build *b, uint32_t cell)
{
    if (b->state[cell])
        return;
    b->state[cell] = 1;
    b->f->defines[cell] = NONE;
    for (uint32_t i = b->w.start[cell]; i < b->w.start[cell + 1]; i++) {
        uint32_t row = b->w.row[i];
        uint64_t print;
        bool fine = visit_parts(b, row, &print);
        if (fine && b->f->defines[cell] == NONE) {
            b->f->defines[cell] = row;
            b->print[cell] = print;
        } else {
            b->extra[row] = !fine || print != b->print[cell];
        }
    }
    if (b->f->defines[cell] == NONE)
        b->print[cell] = random_of(cell);
    b->state[cell] = 2;
    b->f->order[b->visited++] = cell;
}

/* ---- sums ---- */

static bool is_known(const struct build *b, uint32_t cell)
{
    return b->s->a->lo[cell] == b->s->a->hi[cell];
}

static void gather_term(struct build *b, uint32_t cell, int32_t by)
{
    if (!b->in[cell]) {
        b->in[cell] = 1;
        b->touched[b->ntouched++] = cell;
    }
    b->by[cell] += by;
}

static void gather_cell(struct build *b, struct form *f, uint32_t cell, int32_t by)
{
    const struct form *of = &b->f->of[cell];
    if (is_known(b, cell)) {
        f->constant += by * (double)b->s->a->lo[cell];
    } else if (b->f->column[cell]) {
        gather_term(b, cell, by);
    } else {
        f->constant += by * of->constant;
        for (uint32_t i = 0; i < of->n; i++)
            gather_term(b, of->term[i].cell, by * of->term[i].by);
    }
}

static int by_cell(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void gather_end(struct build *b, struct form *f)
{
    if (b->ntouched)
        qsort(b->touched, b->ntouched, sizeof *b->touched, by_cell);
    f->term = mem_array(b->ntouched, sizeof *f->term);
    f->n = 0;
    for (uint32_t i = 0; i < b->ntouched; i++) {
        uint32_t c = b->touched[i];
        if (b->by[c])
            f->term[f->n++] = (struct term){c, b->by[c]};
        b->by[c] = 0;
        b->in[c] = 0;
    }
    b->ntouched = 0;
}

/* The parts of a row as columns. */
static void parts_form(struct build *b, uint32_t row, struct form *f)
{
    const struct model *m = b->s->a->m;
    *f = (struct form){0};
    for (uint32_t k = m->row_start[row] + 1; k < m->row_start[row + 1]; k++)
        gather_cell(b, f, m->row_cell[k], 1);
    gather_end(b, f);
}

static uint32_t parts_size(const struct build *b, uint32_t row)
{
    const struct model *m = b->s->a->m;
    uint32_t n = 0;
    for (uint32_t k = m->row_start[row] + 1; k < m->row_start[row + 1]; k++) {
        uint32_t c = m->row_cell[k];
        n += is_known(b, c) ? 0 : b->f->column[c] ? 1 : b->f->of[c].n;
    }
    return n;
}

/* Of the rows of a whole that say the same, the one with the fewest columns. */
static uint32_t shortest_row(const struct build *b, uint32_t cell)
{
    uint32_t best = b->f->defines[cell], least = parts_size(b, best);
    for (uint32_t i = b->w.start[cell]; i < b->w.start[cell + 1]; i++) {
        uint32_t row = b->w.row[i], n = b->extra[row] ? least : parts_size(b, row);
        if (n < least) {
            best = row;
            least = n;
        }
    }
    return best;
}

/* Does the box of a sum follow from those of its columns? */
static bool is_implied(const struct build *b, uint32_t cell, const struct form *f)
{
    const struct search *s = b->s;
    double least = f->constant, most = f->constant;
    for (uint32_t i = 0; i < f->n; i++) {
        uint32_t c = f->term[i].cell;
        if (f->term[i].by < 0)
            return false;
        least += f->term[i].by * (double)s->a->lo[c];
        most += s->box_hi[c] == AUDIT_NO_LIMIT ? INFINITY : f->term[i].by * (double)s->box_hi[c];
    }
    return (double)s->box_lo[cell] <= least &&
           (s->box_hi[cell] == AUDIT_NO_LIMIT || (double)s->box_hi[cell] >= most);
}

static void add_row(struct build *b, struct form f)
{
    struct forms *forms = b->f;
    MEM_GROW(forms->row, b->row_cap, forms->nrows + 1);
    forms->row[forms->nrows++] = f;
}

/* 0 = whole - parts */
static void add_relation(struct build *b, uint32_t row)
{
    const struct model *m = b->s->a->m;
    struct form f = {0};
    for (uint32_t k = m->row_start[row]; k < m->row_start[row + 1]; k++)
        gather_cell(b, &f, m->row_cell[k], k == m->row_start[row] ? 1 : -1);
    gather_end(b, &f);
    add_row(b, f);
}

static void place_whole(struct build *b, uint32_t cell)
{
    uint32_t row = shortest_row(b, cell);
    b->f->defines[cell] = row;
    if (!is_known(b, cell)) {
        bool is_long = parts_size(b, row) > LONG_FORM;
        struct form *f = &b->f->of[cell];
        if (!is_long)
            parts_form(b, row, f);
        if (!is_long && is_implied(b, cell, f))
            return;
        free(f->term);
        *f = (struct form){0};
        b->f->column[cell] = 1;
    }
    add_relation(b, row);
}

/* ---- rows that are there twice ---- */

static uint64_t row_print(const struct form *f)
{
    uint64_t h = 0;
    for (uint32_t i = 0; i < f->n; i++)
        h += (uint64_t)(int64_t)f->term[i].by * random_of(f->term[i].cell);
    return f->n && f->term[0].by < 0 ? 0 - h : h;
}

struct keyed {
    uint64_t print;
    uint32_t row;
};

static int by_print(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->print != y->print)
        return x->print > y->print ? 1 : -1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Is b the row a, or its negative? `constant` gets b's, in a's sign. */
static bool same_terms(const struct form *a, const struct form *b, double *constant)
{
    int sign = a->term[0].by == b->term[0].by ? 1 : -1;
    *constant = sign * b->constant;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->term[i].cell != b->term[i].cell || a->term[i].by != sign * b->term[i].by)
            return false;
    return true;
}

/* Leaves out empty and doubled rows. False: one cannot hold. */
static bool drop_doubles(struct forms *f)
{
    struct keyed *key = mem_array(f->nrows, sizeof *key);
    const struct form *last = NULL;
    bool fine = true;
    uint32_t n = 0;
    for (uint32_t r = 0; r < f->nrows; r++)
        key[r] = (struct keyed){row_print(&f->row[r]), r};
    if (f->nrows)
        qsort(key, f->nrows, sizeof *key, by_print);
    for (uint32_t i = 0; i < f->nrows; i++) {
        struct form *row = &f->row[key[i].row];
        double constant = 0;
        bool twice = last && last->n == row->n && row->n && same_terms(last, row, &constant);
        if (row->n && !twice) {
            last = row;
            continue;
        }
        fine &= twice ? constant == last->constant : row->constant == 0;
        free(row->term);
        row->term = NULL;
        row->n = 0;
    }
    for (uint32_t r = 0; r < f->nrows; r++)
        if (f->row[r].n)
            f->row[n++] = f->row[r];
    f->nrows = n;
    free(key);
    return fine;
}

/* ---- rests ---- */

static void count_terms(uint32_t *times, const struct form *f)
{
    for (uint32_t i = 0; i < f->n; i++)
        times[f->term[i].cell]++;
}

/* The term of a row that nothing else has, or NONE. */
static uint32_t lone_term(const struct form *row, const uint32_t *times)
{
    for (uint32_t i = 0; i < row->n; i++)
        if (times[row->term[i].cell] == 1)
            return i;
    return NONE;
}

/* The most (sign 1) or least (-1) that the terms of a row come to, but for one of them, by what is
 * printed alone. */
static double others_reach(const struct search *s, const struct form *row, uint32_t without,
                           int sign)
{
    double sum = row->constant;
    for (uint32_t i = 0; i < row->n; i++) {
        uint32_t c = row->term[i].cell;
        int32_t by = row->term[i].by;
        bool up = (by > 0) == (sign > 0);
        if (i == without)
            continue;
        if (up && s->box_hi[c] == AUDIT_NO_LIMIT)
            return sign * INFINITY;
        sum += by * (double)(up ? s->box_hi[c] : s->box_lo[c]);
    }
    return sum;
}

/* row = 0 gives by * cell = -(others): the form of the cell, and what the others may come to. */
static void take_rest(const struct search *s, struct forms *f, uint32_t r, uint32_t lone)
{
    struct form *row = &f->row[r];
    uint32_t c = row->term[lone].cell;
    int32_t by = row->term[lone].by;
    double least = (double)s->box_lo[c];
    double most = s->box_hi[c] == AUDIT_NO_LIMIT ? INFINITY : (double)s->box_hi[c];
    f->row_lo[r] = by > 0 ? -most : least;
    f->row_hi[r] = by > 0 ? -least : most;
    bool needed = others_reach(s, row, lone, -1) < f->row_lo[r] ||
                  others_reach(s, row, lone, 1) > f->row_hi[r];
    f->column[c] = 0;
    f->rest[c] = 1;
    row->term[lone] = row->term[--row->n];
    if (is_target(s, c)) {
        struct form *of = &f->of[c];
        *of = (struct form){.term = mem_array(row->n, sizeof *of->term),
                            .n = row->n,
                            .constant = -by * row->constant};
        for (uint32_t i = 0; i < row->n; i++)
            of->term[i] = (struct term){row->term[i].cell, -by * row->term[i].by};
    }
    if (!needed)
        row->n = 0;
}

static void take_rests(const struct search *s, struct forms *f)
{
    uint32_t ncells = s->a->m->ncells, n = 0;
    uint32_t *times = mem_zalloc(ncells, sizeof *times);
    f->row_lo = mem_zalloc(f->nrows, sizeof *f->row_lo);
    f->row_hi = mem_zalloc(f->nrows, sizeof *f->row_hi);
    for (uint32_t c = 0; c < ncells; c++)
        count_terms(times, &f->of[c]);
    for (uint32_t r = 0; r < f->nrows; r++)
        count_terms(times, &f->row[r]);
    for (uint32_t r = 0; r < f->nrows; r++) {
        uint32_t lone = lone_term(&f->row[r], times);
        if (lone != NONE && f->row[r].n > 1 && abs(f->row[r].term[lone].by) == 1)
            take_rest(s, f, r, lone);
    }
    for (uint32_t r = 0; r < f->nrows; r++) {
        if (!f->row[r].n) {
            free(f->row[r].term);
            continue;
        }
        f->row[n] = f->row[r];
        f->row_lo[n] = f->row_lo[r];
        f->row_hi[n++] = f->row_hi[r];
    }
    f->nrows = n;
    free(times);
}

bool forms_open(struct forms *f, const struct search *s)
{
    const struct model *m = s->a->m;
    struct build b = {.s = s, .f = f};
    *f = (struct forms){0};
    f->of = mem_zalloc(m->ncells, sizeof *f->of);
    f->order = mem_array(m->ncells, sizeof *f->order);
    f->defines = mem_array(m->ncells, sizeof *f->defines);
    f->column = mem_zalloc(m->ncells, 1);
    f->rest = mem_zalloc(m->ncells, 1);
    b.print = mem_zalloc(m->ncells, sizeof *b.print);
    b.state = mem_zalloc(m->ncells, 1);
    b.extra = mem_zalloc(m->nrows, 1);
    b.by = mem_zalloc(m->ncells, sizeof *b.by);
    b.in = mem_zalloc(m->ncells, 1);
    b.touched = mem_array(m->ncells, sizeof *b.touched);
    wholes_open(&b.w, m);
    for (uint32_t c = 0; c < m->ncells; c++)
        visit(&b, c);
    for (uint32_t i = 0; i < m->ncells; i++) {
        uint32_t c = f->order[i];
        if (f->defines[c] != NONE)
            place_whole(&b, c);
        else
            f->column[c] = !is_known(&b, c);
    }
    for (uint32_t r = 0; r < m->nrows; r++)
        if (b.extra[r])
            add_relation(&b, r);
    free(b.print);
    free(b.state);
    free(b.extra);
    free(b.by);
    free(b.in);
    free(b.touched);
    free(b.w.start);
    free(b.w.row);
    bool fine = drop_doubles(f);
    take_rests(s, f);
    return fine;
}

void forms_close(struct forms *f, uint32_t ncells)
{
    for (uint32_t c = 0; c < ncells; c++)
        free(f->of[c].term);
    for (uint32_t r = 0; r < f->nrows; r++)
        free(f->row[r].term);
    free(f->of);
    free(f->order);
    free(f->defines);
    free(f->column);
    free(f->rest);
    free(f->row_lo);
    free(f->row_hi);
    free(f->row);
    *f = (struct forms){0};
}
