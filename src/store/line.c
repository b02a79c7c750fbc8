/* Lines: which records claims join, under ids that last, with every move kept. */
#include "store/store_private.h"

#include "base/order.h"

#include <stdlib.h>

/* Lines made by a split whose records' own numbers are taken start here. */
static const int64_t SPLIT_LINES = 1000000000000;

struct member {
    int64_t group, line, record;
    const char *why;
};

static int by_group(const void *x, const void *y)
{
    const struct member *a = x, *b = y;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->record < b->record ? -1 : a->record > b->record;
}

/* One group's claim on one line: how many of its records have it. */
struct bid {
    int64_t line, records;
    size_t group; /* number of the group, in order */
};

static int best_first(const void *x, const void *y)
{
    const struct bid *a = x, *b = y;
    if (a->records != b->records)
        return a->records > b->records ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

static enum status read_members(struct store *s, const int64_t *record, const int64_t *group,
                                const char *const *why, size_t n, struct member *m, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db, "SELECT line FROM record WHERE id = $1", &q, e));
    enum status st = ST_OK;
    for (size_t k = 0; k < n && st == ST_OK; k++) {
        db_bind_int(q, 1, record[k]);
        st = db_step(q, &row, e);
        if (st == ST_OK && !row)
            BUG("a line of record %lld, which is not there", (long long)record[k]);
        m[k] = (struct member){group[k], st == ST_OK ? db_int(q, 0) : 0, record[k],
                               why && why[k] ? why[k] : ""};
        db_reset(q);
    }
    db_done(q);
    return st;
}

/* What a group keeps: a line and how many of its records have it, or had it. */
struct award {
    int64_t line, records; /* line 0: none */
};

static size_t rank_of_line(const int64_t *line, size_t n, int64_t value)
{
    const int64_t *at = bsearch(&value, line, n, sizeof *line, order_int64);
    return (size_t)(at - line);
}

/* Which line each group keeps: the largest holding first, each line and each group once. Bids on a
 * line that another group got, the best first, into *lost (to be freed). */
static size_t award_lines(const struct member *m, size_t n, const size_t *start, size_t groups,
                          struct award *award, struct bid **lost)
{
    struct bid *bids = mem_array(n, sizeof *bids);
    int64_t *line = mem_array(n, sizeof *line);
    size_t count = 0, losers = 0, lines = 0;
    for (size_t g = 0; g < groups; g++)
        for (size_t k = start[g]; k < start[g + 1]; k++) {
            if (k > start[g] && m[k].line == m[k - 1].line)
                bids[count - 1].records++;
            else
                bids[count++] = (struct bid){m[k].line, 1, g};
        }
    qsort(bids, count, sizeof *bids, best_first);
    for (size_t i = 0; i < count; i++)
        line[i] = bids[i].line;
    qsort(line, count, sizeof *line, order_int64);
    for (size_t i = 0; i < count; i++)
        if (lines == 0 || line[i] != line[lines - 1])
            line[lines++] = line[i];
    bool *taken = mem_zalloc(lines, sizeof *taken);
    *lost = mem_array(count, sizeof **lost);
    for (size_t i = 0; i < count; i++) {
        bool *is_taken = &taken[rank_of_line(line, lines, bids[i].line)];
        if (*is_taken) {
            (*lost)[losers++] = bids[i];
        } else if (award[bids[i].group].line == 0) {
            award[bids[i].group] = (struct award){bids[i].line, bids[i].records};
            *is_taken = true;
        }
    }
    free(taken);
    free(line);
    free(bids);
    return losers;
}

struct moves {
    struct db_stmt *update, *move, *changed, *used, *before;
    const char *at;
    uint64_t moved;
};

static enum status mark_changed(struct moves *v, int64_t line, struct err *e)
{
    db_bind(v->changed, "i", line);
    return db_run(v->changed, e);
}

/* Where most of a group's records on `line` were before they came to it. */
static enum status line_before(struct moves *v, const struct member *m, size_t from, size_t to,
                               int64_t line, struct award *out, struct err *e)
{
    int64_t *all = mem_array(to - from, sizeof *all);
    size_t n = 0;
    enum status st = ST_OK;
    for (size_t k = from; k < to && st == ST_OK; k++) {
        bool row;
        if (m[k].line != line)
            continue;
        db_bind(v->before, "ii", m[k].record, line);
        st = db_step(v->before, &row, e);
        if (st == ST_OK && row)
            all[n++] = db_int(v->before, 0);
        db_reset(v->before);
    }
    *out = (struct award){0};
    if (n)
        qsort(all, n, sizeof *all, order_int64);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && all[end] == all[i];)
            end++;
        if ((int64_t)(end - i) > out->records)
            *out = (struct award){all[i], (int64_t)(end - i)};
    }
    free(all);
    return st;
}

/* A group that leaves a line which others keep takes back the line that most of its leavers had
 * before, when nobody has it now and it is of more of its records than what it keeps: so undoing a
 * merge gives both lines their ids back. */
static enum status take_back(struct moves *v, const struct member *m, const size_t *start,
                             const struct bid *lost, size_t losers, struct award *award,
                             size_t groups, struct err *e)
{
    for (size_t i = 0; i < losers; i++) {
        size_t g = lost[i].group;
        struct award had;
        bool used;
        if (lost[i].records <= award[g].records)
            continue;
        TRY(line_before(v, m, start[g], start[g + 1], lost[i].line, &had, e));
        if (!had.line || had.records <= award[g].records)
            continue;
        db_bind(v->used, "i", had.line);
        TRY(db_step(v->used, &used, e));
        db_reset(v->used);
        for (size_t k = 0; k < groups && !used; k++)
            used = award[k].line == had.line;
        if (!used)
            award[g] = had;
    }
    return ST_OK;
}

/* A line for a group that kept none: the smallest own record id that no record has as its line, or
 * else a number that no record will have. */
static enum status fresh_line(struct store *s, struct moves *v, const struct member *m, size_t from,
                              size_t to, int64_t *line, struct err *e)
{
    *line = 0;
    for (size_t k = from; k < to; k++) {
        bool row;
        if (*line && m[k].record > *line)
            continue;
        db_bind(v->used, "i", m[k].record);
        TRY(db_step(v->used, &row, e));
        db_reset(v->used);
        if (!row)
            *line = m[k].record;
    }
    if (*line)
        return ST_OK;
    TRY(db_get_int(s->db, e, 0, line, "SELECT max(to_line) + 1 FROM line_move WHERE to_line >= $1",
                   "i", SPLIT_LINES));
    if (*line == 0)
        *line = SPLIT_LINES;
    return ST_OK;
}

static enum status move_group(struct store *s, struct moves *v, const struct member *m, size_t from,
                              size_t to, int64_t line, struct err *e)
{
    if (line == 0)
        TRY(fresh_line(s, v, m, from, to, &line, e));
    bool any = false;
    for (size_t k = from; k < to; k++) {
        if (m[k].line == line)
            continue;
        any = true;
        v->moved++;
        db_bind(v->update, "ii", m[k].record, line);
        TRY(db_run(v->update, e));
        db_bind(v->move, "iiittt", m[k].record, m[k].line, line, v->at, s->actor.name, m[k].why);
        TRY(db_run(v->move, e));
        TRY(mark_changed(v, m[k].line, e));
    }
    return any ? mark_changed(v, line, e) : ST_OK;
}

static enum status move_all(struct store *s, struct moves *v, const struct member *m, size_t n,
                            struct err *e)
{
    size_t groups = 0;
    size_t *start = mem_array(n + 1, sizeof *start);
    for (size_t k = 0; k < n; k++)
        if (k == 0 || m[k].group != m[k - 1].group)
            start[groups++] = k;
    start[groups] = n;
    struct award *award = mem_zalloc(groups, sizeof *award);
    struct bid *lost;
    size_t losers = award_lines(m, n, start, groups, award, &lost);
    enum status st = take_back(v, m, start, lost, losers, award, groups, e);
    /* Groups that keep a line first: they free the ids that the others may need. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t g = 0; g < groups && st == ST_OK; g++)
            if ((award[g].line == 0) == pass)
                st = move_group(s, v, m, start[g], start[g + 1], award[g].line, e);
    free(award);
    free(lost);
    free(start);
    return st;
}

static enum status set_lines(struct store *s, struct member *m, size_t n, uint64_t *moved,
                             struct err *e)
{
    char at[CLOCK_TEXT_BYTES];
    clock_utc(at);
    struct moves v = {.at = at};
    enum status st = db_prepare(s->db, "UPDATE record SET line = $2 WHERE id = $1", &v.update, e);
    if (st == ST_OK)
        st = db_prepare(s->db,
                        "INSERT INTO line_move (record, from_line, to_line, at, actor, cause)"
                        " VALUES ($1, $2, $3, $4, $5, $6)",
                        &v.move, e);
    if (st == ST_OK)
        st = db_prepare(s->db,
                        "INSERT INTO line_changed (line) VALUES ($1) ON CONFLICT (line) DO NOTHING",
                        &v.changed, e);
    if (st == ST_OK)
        st = db_prepare(s->db, "SELECT 1 FROM record WHERE line = $1 LIMIT 1", &v.used, e);
    if (st == ST_OK)
        st = db_prepare(s->db,
                        "SELECT from_line FROM line_move WHERE record = $1 AND to_line = $2"
                        " ORDER BY id DESC LIMIT 1",
                        &v.before, e);
    if (st == ST_OK)
        st = move_all(s, &v, m, n, e);
    db_done(v.update);
    db_done(v.move);
    db_done(v.changed);
    db_done(v.used);
    db_done(v.before);
    *moved = v.moved;
    if (st != ST_OK || v.moved == 0)
        return st;
    return audit_append(s, "lines.set", "", NULL, e, "done: %llu records moved",
                        (unsigned long long)v.moved);
}

enum status store_lines_set(struct store *s, const int64_t *record, const int64_t *group,
                            const char *const *why, size_t n, uint64_t *moved, struct err *e)
{
    bool own;
    *moved = 0;
    if (n == 0)
        return ST_OK;
    struct member *m = mem_array(n, sizeof *m);
    enum status st = store_enter(s, &own, e);
    if (st == ST_OK) {
        st = read_members(s, record, group, why, n, m, e);
        qsort(m, n, sizeof *m, by_group);
        if (st == ST_OK)
            st = set_lines(s, m, n, moved, e);
        st = store_leave(s, own, st, e);
    }
    free(m);
    return st;
}

/* ---- reading ---- */

static enum status lines_of(struct store *s, const int64_t *record, size_t n, int64_t *lines,
                            size_t *count, struct err *e)
{
    struct db_stmt *q;
    bool row;
    TRY(db_prepare(s->db, "SELECT line FROM record WHERE id = $1 AND active = 1", &q, e));
    enum status st = ST_OK;
    *count = 0;
    for (size_t k = 0; k < n && st == ST_OK; k++) {
        db_bind_int(q, 1, record[k]);
        st = db_step(q, &row, e);
        if (st == ST_OK && row)
            lines[(*count)++] = db_int(q, 0);
        db_reset(q);
    }
    db_done(q);
    if (*count)
        qsort(lines, *count, sizeof *lines, order_int64);
    size_t kept = 0;
    for (size_t k = 0; k < *count; k++)
        if (k == 0 || lines[k] != lines[k - 1])
            lines[kept++] = lines[k];
    *count = kept;
    return st;
}

enum status store_lines_records(struct store *s, const int64_t *record, size_t n,
                                int64_t **out_records, int64_t **out_lines, size_t *out_n,
                                struct err *e)
{
    struct db_stmt *q;
    bool row;
    size_t count, cap = 0, cap_lines = 0;
    *out_records = *out_lines = NULL;
    *out_n = 0;
    int64_t *lines = mem_array(n, sizeof *lines);
    enum status st = lines_of(s, record, n, lines, &count, e);
    if (st == ST_OK)
        st = db_prepare(s->db, "SELECT id FROM record WHERE line = $1 AND active = 1 ORDER BY id",
                        &q, e);
    if (st == ST_OK) {
        for (size_t k = 0; k < count && st == ST_OK; k++) {
            db_bind_int(q, 1, lines[k]);
            while ((st = db_step(q, &row, e)) == ST_OK && row) {
                MEM_GROW(*out_records, cap, *out_n + 1);
                MEM_GROW(*out_lines, cap_lines, *out_n + 1);
                (*out_lines)[*out_n] = lines[k];
                (*out_records)[(*out_n)++] = db_int(q, 0);
            }
        }
        db_done(q);
    }
    free(lines);
    return st;
}

static enum status settle(struct store *s, int64_t highest, struct err *e)
{
    TRY(db_do(s->db, e, "DELETE FROM line_changed", ""));
    return store_mark_set(s, "settled", highest, e);
}

enum status store_lines_settle(struct store *s, int64_t highest, struct err *e)
{
    bool own;
    TRY(store_enter(s, &own, e));
    return store_leave(s, own, settle(s, highest, e), e);
}

enum status store_line_history(struct store *s, int64_t line, struct arena *memory,
                               struct line_step **out, size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t count;
    *n = 0;
    TRY(db_get_int(s->db, e, 0, &count,
                   "SELECT count(*) FROM line_move WHERE from_line = $1 OR to_line = $1", "i",
                   line));
    *out = arena_array(memory, (size_t)count, sizeof **out);
    TRY(db_prepare(s->db,
                   "SELECT record, from_line, to_line, at, actor, cause FROM line_move"
                   " WHERE from_line = $1 OR to_line = $1 ORDER BY id",
                   &q, e));
    db_bind(q, "i", line);
    enum status st;
    while ((st = db_step(q, &row, e)) == ST_OK && row && *n < (size_t)count)
        (*out)[(*n)++] = (struct line_step){.record = db_int(q, 0),
                                            .from = db_int(q, 1),
                                            .to = db_int(q, 2),
                                            .at = arena_strdup(memory, db_text(q, 3)),
                                            .actor = arena_strdup(memory, db_text(q, 4)),
                                            .cause = arena_strdup(memory, db_text(q, 5))};
    db_done(q);
    return st;
}

/* The first column of a question about one line. */
static enum status numbers_of(struct store *s, const char *sql, int64_t line, struct arena *memory,
                              int64_t **out, size_t *n, struct err *e)
{
    struct db_stmt *q;
    bool row;
    int64_t *all = NULL;
    size_t cap = 0;
    enum status st;
    *n = 0;
    TRY(db_prepare(s->db, sql, &q, e));
    db_bind(q, "i", line);
    while ((st = db_step(q, &row, e)) == ST_OK && row) {
        MEM_GROW(all, cap, *n + 1);
        all[(*n)++] = db_int(q, 0);
    }
    db_done(q);
    *out = arena_array(memory, *n + 1, sizeof **out);
    if (*n)
        memcpy(*out, all, *n * sizeof **out);
    free(all);
    return st;
}

enum status store_line_members(struct store *s, int64_t line, struct arena *memory, int64_t **out,
                               size_t *n, struct err *e)
{
    return numbers_of(s, "SELECT id FROM record WHERE line = $1 AND active = 1 ORDER BY id", line,
                      memory, out, n, e);
}

enum status store_line_today(struct store *s, int64_t line, struct arena *memory, int64_t **out,
                             size_t *n, struct err *e)
{
    return numbers_of(s,
                      "SELECT DISTINCT r.line FROM record r WHERE r.active = 1 AND (r.line = $1"
                      " OR r.id IN (SELECT record FROM line_move WHERE from_line = $1"
                      " OR to_line = $1)) ORDER BY r.line",
                      line, memory, out, n, e);
}
