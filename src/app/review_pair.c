/* One pair side by side. */
#include "app/review.h"
#include "linkage/levels.h"
#include "store/admin.h"

/* Stands beside the two, so that a column in which they agree is not one of a single value: the
 * first of these that neither of them has. */
static const char *const third[CELLS][3] = {[CELL_GIVEN] = {"Qwxyz", "Wvuq", "Kjhg"},
                                            [CELL_FAMILY] = {"Zyxwq", "Qponm", "Xvbn"},
                                            [CELL_DOB] = {"1951-02-03", "1962-07-08", "1973-10-11"},
                                            [CELL_DISPUTE] = {"", "", ""},
                                            [CELL_SEX] = {"M", "F", "M"},
                                            [CELL_NATIONALITY] = {"ALB", "VNM", "NGA"},
                                            [CELL_HO_REF] = {"A1000001", "B2000002", "C3000003"},
                                            [CELL_CRIME_REF] = {"A1000001", "B2000002", "C3000003"},
                                            [CELL_CASE_REF] = {"A1000001", "B2000002", "C3000003"}};

static struct str third_cell(const struct str cells[2][CELLS], int k)
{
    int i = 0;
    while (i < 2 && (str_eq_nocase_ascii(cells[0][k], str_of(third[k][i])) ||
                     str_eq_nocase_ascii(cells[1][k], str_of(third[k][i]))))
        i++;
    return str_of(third[k][i]);
}

const char *review_likeness_name(enum review_likeness l)
{
    static const char *const names[] = {"missing", "agrees", "close", "differs"};
    return names[l];
}

static enum review_likeness likeness(int level, const struct level_set *set)
{
    return level == 0                 ? REVIEW_MISSING
           : level == LEVEL_SAME      ? REVIEW_AGREES
           : level >= set->levels - 1 ? REVIEW_DIFFERS
                                      : REVIEW_CLOSE;
}

struct two {
    struct str cells[2][CELLS];
    int64_t line[2];
    size_t found;
};

static enum status read_two(struct store *s, int64_t a, int64_t b, const char *purpose,
                            struct arena *memory, struct two *out, struct err *e)
{
    static const char *const wanted[] = {LINK_CELL_FIELDS, NULL};
    int64_t ids[2] = {a, b};
    struct view view = {.order = VIEW_BY_RECORD,
                        .purpose = purpose,
                        .fields = wanted,
                        .records = ids,
                        .id_count = 2};
    struct cursor *cursor;
    struct view_batch rows;
    enum status st;
    TRY(store_view_open(s, &view, &cursor, e));
    while ((st = store_view_next(cursor, &rows, e)) == ST_OK && rows.n)
        for (size_t i = 0; i < rows.n; i++) {
            int k = rows.rows[i].id == b;
            link_cells(&rows.rows[i].record, rows.rows[i].organisation, memory, out->cells[k]);
            for (int c = 0; c < CELLS; c++)
                out->cells[k][c] =
                    (struct str){arena_strndup(memory, out->cells[k][c].p, out->cells[k][c].n),
                                 out->cells[k][c].n};
            out->line[k] = rows.rows[i].line;
            out->found++;
        }
    struct err closing = {0};
    enum status closed = store_view_close(cursor, st == ST_OK ? e : &closing);
    return st == ST_OK ? closed : st;
}

static enum status compare(const struct two *t, bool reveal, struct review_pair *out, struct err *e)
{
    struct link_spec spec = link_records_spec();
    struct link_data *d = link_data_new(&spec);
    struct str other[CELLS];
    for (int k = 0; k < CELLS; k++)
        other[k] = third_cell(t->cells, k);
    link_data_add(d, str_of("a"), (struct str){"", 0}, t->cells[0]);
    link_data_add(d, str_of("b"), (struct str){"", 0}, t->cells[1]);
    link_data_add(d, str_of("c"), (struct str){"", 0}, other);
    levels_init();
    enum status st = link_data_finish(d, 1, e);
    if (st == ST_OK) {
        uint64_t pattern = pattern_of(d, data_row(d, 0), data_row(d, 1));
        for (int k = 0; k < CELLS; k++) {
            const struct level_set *set = level_set_of(spec.column[k].type);
            int level = pattern_level(pattern, k);
            bool disputed = k == CELL_DISPUTE && (t->cells[0][k].n || t->cells[1][k].n);
            out->comparison[k].column = spec.column[k].name;
            out->comparison[k].words = disputed ? "an age is disputed" : set->words[level];
            out->comparison[k].likeness = likeness(level, set);
            if (reveal && t->cells[0][k].n)
                out->comparison[k].a = t->cells[0][k].p;
            if (reveal && t->cells[1][k].n)
                out->comparison[k].b = t->cells[1][k].p;
        }
    }
    link_data_free(d);
    return st;
}

static enum status note_claim(void *ctx, const struct claim *c, struct err *e)
{
    struct review_pair *p = ctx;
    (void)e;
    if (c->a != p->a || c->b != p->b)
        return ST_OK;
    p->claim = *c;
    p->claim.basis = p->claim.actor = p->claim.at = NULL;
    p->known = true;
    return ST_OK;
}

enum status review_pair_read(struct store *s, int64_t a, int64_t b, const char *reveal,
                             struct arena *memory, struct review_pair *out, struct err *e)
{
    struct two two = {0};
    *out = (struct review_pair){.a = a < b ? a : b, .b = a < b ? b : a};
    if (a != b)
        TRY(read_two(s, out->a, out->b, reveal ? reveal : "review", memory, &two, e));
    if (two.found != 2) {
        err_set(e, ST_DATA, "records %lld and %lld are not a pair in the register", (long long)a,
                (long long)b);
        return err_hint(e, "throughline review list shows the pairs to look at.");
    }
    out->line_a = two.line[0];
    out->line_b = two.line[1];
    if (reveal) {
        char text[120];
        snprintf(text, sizeof text, "records %lld and %lld", (long long)out->a, (long long)out->b);
        TRY(store_audit_note(s, "review.revealed", text, e));
    }
    TRY(compare(&two, reveal != NULL, out, e));
    TRY(store_claims_of(s, out->a, note_claim, out, e));
    TRY(review_answers_read(s, out->a, out->b, memory, &out->first, &out->second, e));
    out->conflict = review_is_conflict(&out->first, &out->second);
    return store_claim_history(s, out->a, out->b, memory, &out->step, &out->steps, e);
}
