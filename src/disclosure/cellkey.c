#include "disclosure/cellkey.h"

#include "base/csv.h"
#include "base/limits.h"

#include <math.h>
#include <stdlib.h>

/* Sums of decimal keys carry rounding of about 2^-64 a record; a key this close below a limit is
 * taken to be on it. */
#define ON_THE_LIMIT ((uint64_t)1 << 20)
#define FRACTION 18446744073709551616.0 /* 2^64 */

static int by_count_and_key(const void *a, const void *b)
{
    const struct cellkey_step *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

struct columns {
    int i, v, from, to, spec;
};

static enum status read_step(struct csv *csv, const struct csv_row *row, const struct columns *at,
                             struct cellkey_step *s, struct err *e)
{
    TRY(csv_check_width(csv, row, e));
    err_at(e, csv->name, row->line, NULL);
    if (!str_to_int64(row->cells[at->i], &s->count) || s->count < 0 || s->count > 1000000)
        return err_set(e, ST_DATA, "i must be a count from 0 to 1000000");
    if (!str_to_int64(row->cells[at->v], &s->change) || s->count + s->change < 0 ||
        s->change > 1000000 || (s->count == 0 && s->change != 0))
        return err_set(e, ST_DATA, "v must keep the count 0 or more, and a zero a zero");
    if (!str_to_double(row->cells[at->from], &s->from) ||
        !str_to_double(row->cells[at->to], &s->to) || !(s->from >= 0 && s->to <= 1) ||
        s->from > s->to)
        return err_set(e, ST_DATA, "p_int_lb and p_int_ub must be in order, within 0 and 1");
    e->row = 0;
    return ST_OK;
}

static enum status read_steps(struct cellkey_table *t, struct csv *csv, const char *which,
                              struct err *e)
{
    struct columns at;
    struct csv_row row;
    struct buf first = BUF_EMPTY;
    uint32_t cap = 0;
    enum status s = csv_need(csv, "i", &at.i, e);
    if (s == ST_OK)
        s = csv_need(csv, "v", &at.v, e);
    if (s == ST_OK)
        s = csv_need(csv, "p_int_lb", &at.from, e);
    if (s == ST_OK)
        s = csv_need(csv, "p_int_ub", &at.to, e);
    at.spec = csv_column(csv, "spec");
    while (s == ST_OK && (s = csv_next(csv, &row, e)) == ST_OK && row.n) {
        struct str spec = at.spec >= 0 && (size_t)at.spec < row.n ? row.cells[at.spec] : str_of("");
        if (which && !str_eq(spec, str_of(which)))
            continue;
        if (!which && t->n == 0)
            buf_add(&first, spec.p, spec.n);
        if (!which && !str_eq(spec, buf_str(&first))) {
            err_at(e, csv->name, row.line, "spec");
            err_set(e, ST_DATA, "the file holds several perturbation tables");
            s = err_hint(e, "Name one: \"ptable_spec\": \"%.100s\".", first.p ? first.p : "");
            break;
        }
        if (t->n >= LIMIT_CODES) {
            err_at(e, csv->name, row.line, NULL);
            s = err_set(e, ST_DATA, "the perturbation table has more than %d rows", LIMIT_CODES);
            break;
        }
        MEM_GROW(t->step, cap, t->n + 1);
        s = read_step(csv, &row, &at, &t->step[t->n], e);
        t->n++;
    }
    buf_free(&first);
    return s;
}

static enum status check_steps(struct cellkey_table *t, const char *name, const char *which,
                               struct err *e)
{
    err_at(e, name, 0, NULL);
    if (t->n == 0)
        return err_set(e, ST_DATA, "no perturbation table%s%s", which ? " named " : "",
                       which ? which : " in the file");
    qsort(t->step, t->n, sizeof *t->step, by_count_and_key);
    for (uint32_t k = 0; k < t->n; k++) {
        const struct cellkey_step *s = &t->step[k];
        bool first = k == 0 || s[-1].count != s->count;
        bool last = k + 1 == t->n || s[1].count != s->count;
        if (first && s->count != (k ? s[-1].count + 1 : 0))
            return err_set(e, ST_DATA, "count %lld has no rows in the perturbation table",
                           (long long)(k ? s[-1].count + 1 : 0));
        if (fabs(s->from - (first ? 0 : s[-1].to)) > 1e-7 || (last && fabs(s->to - 1) > 1e-7))
            return err_set(e, ST_DATA, "the intervals of count %lld do not cover 0 to 1 once",
                           (long long)s->count);
        int64_t size = s->change < 0 ? -s->change : s->change;
        t->reach = size > t->reach ? size : t->reach;
        t->largest = s->count;
    }
    if (t->reach == 0) {
        err_set(e, ST_DATA, "the perturbation table protects nothing: it changes no count");
        return err_hint(e, "Its column v must hold other values than 0.");
    }
    err_nowhere(e);
    return ST_OK;
}

enum status cellkey_table_parse(struct cellkey_table *t, struct str bytes, const char *name,
                                const char *which, struct err *e)
{
    struct csv csv;
    *t = (struct cellkey_table){0};
    TRY(csv_open_bytes(&csv, bytes, name, e));
    enum status s = read_steps(t, &csv, which, e);
    csv_close(&csv);
    if (s == ST_OK)
        s = check_steps(t, name, which, e);
    return s;
}

void cellkey_table_free(struct cellkey_table *t)
{
    free(t->step);
    *t = (struct cellkey_table){0};
}

enum status cellkey_record_keys(const struct str *text, size_t n, const long *line,
                                const char *file, const char *column, uint64_t *key, struct err *e)
{
    bool fractions = false;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < text[r].n; i++)
            fractions |= text[r].p[i] == '.' || text[r].p[i] == 'e' || text[r].p[i] == 'E';
    for (size_t r = 0; r < n; r++) {
        double v;
        int64_t whole;
        bool fine = fractions ? str_to_double(text[r], &v) && v >= 0 && v < 1
                              : str_to_int64(text[r], &whole) && whole >= 0 && whole <= UINT32_MAX;
        if (!fine) {
            err_at(e, file, line ? line[r] : 0, column);
            err_set(e, ST_DATA, "the record key is not one");
            return err_hint(e,
                            "Keys are all decimals from 0 to below 1, or all whole numbers below "
                            "2^32.");
        }
        key[r] = fractions ? (uint64_t)(v * FRACTION) : (uint64_t)whole << 32;
    }
    return ST_OK;
}

int64_t cellkey_change(const struct cellkey_table *t, int64_t count, uint64_t key)
{
    if (count <= 0)
        return 0;
    if (count > t->largest)
        count = t->largest;
    double u = (double)((key + ON_THE_LIMIT) >> 11) / 9007199254740992.0; /* 53 bits, below 1 */
    uint32_t lo = 0, hi = t->n;
    while (hi - lo > 1) { /* the last step with (count, from) <= (count, u) */
        uint32_t mid = lo + (hi - lo) / 2;
        const struct cellkey_step *s = &t->step[mid];
        if (s->count < count || (s->count == count && s->from <= u))
            lo = mid;
        else
            hi = mid;
    }
    return t->step[lo].change;
}
