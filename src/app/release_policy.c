#include "app/release_policy.h"

#include "app/release_parts.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/date.h"
#include "base/embed.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTING "release.policy"

enum { WORDS_MOST = 20 };

/* ---- the policies ---- */

struct words {
    const char *policy, *rule, *heading, *text; /* policy "": of all */
};

static struct words words[WORDS_MOST];
static size_t word_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_words(void)
{
    static struct arena memory; /* kept for the life of the process */
    static const char *const names[] = {"policy", "rule", "heading", "text"};
    const struct embedded *file = embed_find("release/revision_policy.csv");
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    if (!file || csv_open_bytes(&c, file->bytes, file->name, &e) != ST_OK)
        BUG("revision policy: %s", e.what);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        const char *text[4];
        for (int i = 0; i < 4; i++) {
            struct str s = row.cells[csv_column(&c, names[i])];
            text[i] = arena_strndup(&memory, s.p, s.n);
        }
        if (word_count == WORDS_MOST)
            BUG("revision policy: too many rows");
        words[word_count++] = (struct words){text[0], text[1], text[2], text[3]};
    }
    if (e.status != ST_OK || word_count == 0)
        BUG("revision policy: %s", e.what);
    csv_close(&c);
}

/* The row that has the rule of a policy; NULL: the first policy. */
static const struct words *find_rule(const char *id)
{
    pthread_once(&once, read_words);
    for (size_t i = 0; i < word_count; i++)
        if (words[i].rule[0] && (!id || strcmp(words[i].policy, id) == 0))
            return &words[i];
    return NULL;
}

bool release_policy_words(const struct release_policy *p, size_t *at, const char **heading,
                          const char **text)
{
    pthread_once(&once, read_words);
    while (*at < word_count) {
        const struct words *w = &words[(*at)++];
        if (w->policy[0] && strcmp(w->policy, p->id) != 0)
            continue;
        *heading = w->heading;
        *text = w->text;
        return true;
    }
    return false;
}

/* ---- which one the register follows ---- */

static const char *text_of(const json_t *from, const char *key, struct arena *memory)
{
    const char *text = json_string_value(json_object_get(from, key));
    return text ? arena_strdup(memory, text) : "";
}

static enum status read_history(struct store *s, struct arena *memory, json_t **out, struct err *e)
{
    char *text;
    TRY(store_text_get(s, SETTING, memory, &text, e));
    if (!text) {
        *out = json_array();
        return ST_OK;
    }
    TRY(json_read_str(str_of(text), "the register's revision policy", out, e));
    if (json_is_array(*out))
        return ST_OK;
    json_decref(*out);
    return err_set(e, ST_DATA, "the register's revision policy is damaged");
}

enum status release_policy_read(struct store *s, struct arena *memory, struct release_policy *out,
                                struct err *e)
{
    json_t *history;
    TRY(read_history(s, memory, &history, e));
    size_t n = json_array_size(history);
    struct policy_change *change = arena_array(memory, n + 1, sizeof *change);
    for (size_t i = 0; i < n; i++) {
        const json_t *from = json_array_get(history, i);
        change[i] =
            (struct policy_change){text_of(from, "policy", memory), text_of(from, "since", memory),
                                   text_of(from, "by", memory), text_of(from, "reason", memory)};
    }
    json_decref(history);
    const struct words *rule = find_rule(n ? change[n - 1].policy : NULL);
    if (!rule)
        return err_set(e, ST_DATA, "this version does not know the register's revision policy");
    *out = (struct release_policy){.id = rule->policy,
                                   .yearly = strcmp(rule->rule, "once a year") == 0,
                                   .change = change,
                                   .changes = n};
    return ST_OK;
}

static enum status no_such_policy(const char *id, struct err *e)
{
    struct buf all = BUF_EMPTY;
    for (size_t i = 0; i < word_count; i++)
        if (words[i].rule[0])
            buf_addf(&all, "%s%s", all.n ? ", " : "", words[i].policy);
    err_set(e, ST_DATA, "there is no revision policy \"%.60s\"", id);
    err_hint(e, "The policies are: %s.", all.p);
    buf_free(&all);
    return ST_DATA;
}

static enum status anything_published(struct store *s, struct arena *memory, bool *out,
                                      struct err *e)
{
    struct ledger_release *all;
    size_t n;
    TRY(store_ledger_list(s, memory, &all, &n, e));
    *out = false;
    for (size_t i = 0; i < n; i++)
        *out |= all[i].number > 0;
    return ST_OK;
}

static enum status set_policy(struct store *s, const char *id, const char *by, const char *reason,
                              struct arena *memory, struct err *e)
{
    struct release_policy now;
    json_t *history;
    char today[CLOCK_TEXT_BYTES];
    bool published;
    if (!find_rule(id))
        return no_such_policy(id, e);
    TRY(release_policy_read(s, memory, &now, e));
    if (strcmp(now.id, id) == 0)
        return err_set(e, ST_DATA, "the revision policy is \"%s\" already", id);
    TRY(anything_published(s, memory, &published, e));
    if (published && !reason[0]) {
        err_set(e, ST_DATA, "a policy under which something was published changes for a reason");
        return err_hint(e, "Give it with --reason: it is printed in every later report.");
    }
    TRY(read_history(s, memory, &history, e));
    clock_utc(today);
    today[10] = '\0';
    json_array_append_new(history, json_pack("{s:s,s:s,s:s,s:s}", "policy", id, "since", today,
                                             "by", by, "reason", reason));
    char *text = json_dumps(history, JSON_COMPACT);
    enum status st = store_text_set(s, SETTING, text, e);
    free(text);
    json_decref(history);
    return st;
}

enum status release_policy_set(struct store *s, const char *id, const char *by, const char *reason,
                               struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    enum status st = set_policy(s, id, by, reason, &memory, e);
    arena_free(&memory);
    return st;
}

/* ---- what a release would revise ---- */

/* The last day of a code of a year: "2023", "Year to 2023-06-30". */
static bool period_end(const struct joint_dimension *d, const char *code, char end[11])
{
    size_t n = strlen(code);
    int32_t day;
    if (strcmp(d->name, "year") != 0 && strcmp(d->name, "request_year") != 0)
        return false;
    if (n == 4)
        snprintf(end, 11, "%.4s-12-31", code);
    else
        snprintf(end, 11, "%.10s", n > 10 ? code + n - 10 : code);
    return date_from_iso(str_of(end), &day);
}

/* Is the cell of a year that was over on the day? */
static bool is_over(const struct joint_table *t, size_t cell, const char *day)
{
    for (int d = t->dimensions; d-- > 0;) {
        char end[11];
        size_t code = cell % (t->dimension[d].count + 1);
        cell /= t->dimension[d].count + 1;
        if (code && period_end(&t->dimension[d], t->dimension[d].codes[code - 1], end))
            return strcmp(end, day) <= 0;
    }
    return false;
}

struct final_print {
    const char *name;
    size_t release;
    int64_t value;
    bool revised;
};

static int by_name_and_release(const void *a, const void *b)
{
    const struct final_print *x = a, *y = b;
    int c = strcmp(x->name, y->name);
    return c ? c : (x->release > y->release) - (x->release < y->release);
}

static int by_name(const void *name, const void *print)
{
    return strcmp(name, ((const struct final_print *)print)->name);
}

/* What was last printed of years that were over; sorted by name, once each. */
static struct final_print *read_final(const struct ledger_release *ledger,
                                      const struct joint_release *earlier, size_t n,
                                      const char *kind, struct arena *memory, size_t *count)
{
    size_t cells = 0, k = 0;
    for (size_t r = 0; r < n; r++)
        for (size_t t = 0; t < earlier[r].table_count; t++)
            cells += earlier[r].table[t].cells;
    struct final_print *all = arena_array(memory, cells + 1, sizeof *all);
    for (size_t r = 0; r < n; r++)
        for (size_t t = 0; t < earlier[r].table_count && strcmp(ledger[r].kind, kind) == 0; t++) {
            const struct joint_table *from = &earlier[r].table[t];
            for (size_t c = 0; c < from->cells; c++)
                if (is_over(from, c, ledger[r].as_at))
                    all[k++] = (struct final_print){joint_cell_key(from, c, memory), r,
                                                    from->value[c], false};
        }
    if (k)
        qsort(all, k, sizeof *all, by_name_and_release);
    *count = 0;
    for (size_t i = 0; i < k; i++)
        if (i + 1 == k || strcmp(all[i].name, all[i + 1].name) != 0)
            all[(*count)++] = all[i];
    return all;
}

/* The last year that is over on a day. */
static int64_t year_over(const char *day)
{
    int64_t year = strtol(day, NULL, 10);
    return strlen(day) == 10 && strcmp(day + 4, "-12-31") == 0 ? year : year - 1;
}

void release_revision_find(const struct release_policy *policy, const struct ledger_release *ledger,
                           const struct joint_release *earlier, size_t n,
                           const struct ledger_release *row, const struct joint_table *table,
                           size_t tables, struct arena *memory, struct release_revision *out)
{
    size_t count;
    struct arena names = ARENA_EMPTY;
    struct final_print *all = read_final(ledger, earlier, n, row->kind, memory, &count);
    *out = (struct release_revision){.is_due = true};
    for (size_t t = 0; t < tables && count; t++)
        for (size_t c = 0; c < table[t].cells; c++) {
            arena_rewind(&names);
            const char *name = joint_cell_key(&table[t], c, &names);
            struct final_print *was = bsearch(name, all, count, sizeof *all, by_name);
            if (!was || was->revised || was->value == table[t].value[c])
                continue;
            was->revised = true;
            out->first = out->first ? out->first : was->name;
            out->counts++;
        }
    arena_free(&names);
    for (size_t r = 0; r < n && policy->yearly; r++)
        if (strcmp(ledger[r].kind, row->kind) == 0 && !ledger[r].corrects &&
            year_over(ledger[r].as_at) >= year_over(row->as_at)) {
            int64_t next = year_over(ledger[r].as_at) + 1;
            out->is_due = false;
            out->due_after = next > out->due_after ? next : out->due_after;
        }
}

void release_revision_now(const struct release *r, const struct release_policy *policy,
                          const char *as_at, struct arena *memory, struct release_revision *out)
{
    const struct ledger_release row = {.kind = r->kind, .as_at = as_at};
    release_revision_find(policy, r->ledger, r->earlier, r->earlier_count, &row, r->table,
                          r->table_count, memory, out);
}

enum status release_revision_check(const struct release_policy *policy,
                                   const struct release_revision *r, struct err *e)
{
    if (r->is_due || !r->counts)
        return ST_OK;
    err_set(e, ST_DATA,
            "nothing is published: %zu counts of years that were over are revised, the first is "
            "%.200s, and the revision policy \"%s\" foresees that only when %lld is over",
            r->counts, r->first, policy->id, (long long)r->due_after);
    return err_hint(e, "Publish it then; or, when what was published is a mistake, as its "
                       "correction: throughline release correct --release N --reason TEXT. "
                       "throughline release policy shows the policy.");
}
