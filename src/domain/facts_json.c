#include "domain/facts_json.h"

#include "base/limits.h"
#include "domain/dictionary.h"

#include <stdlib.h>

/* ---- the list of cases ---- */

static void find_in_list(struct jpull *j, struct case_span **spans, size_t *count)
{
    size_t cap = 0;
    long line = 1;
    const char *counted = j->start;
    jp_array_begin(j);
    while (jp_element(j)) {
        if (jp_peek(j) != JP_OBJECT) {
            jp_fail(j, "each case must be an object { ... }");
            return;
        }
        const char *from = j->p;
        for (; counted < from; counted++)
            line += *counted == '\n';
        jp_skip(j);
        if (*count >= LIMIT_ROWS) {
            jp_fail(j, "too many cases");
            return;
        }
        MEM_GROW(*spans, cap, *count + 1);
        (*spans)[(*count)++] = (struct case_span){{from, (size_t)(j->p - from)}, line};
    }
}

enum status cases_find(struct str text, const char *name, struct case_span **spans, size_t *count,
                       struct err *e)
{
    *spans = NULL;
    *count = 0;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = (struct str){text.p + 3, text.n - 3};
    struct jpull j = jp_open(text, name, e);
    bool found = false;
    if (jp_peek(&j) == JP_ARRAY) {
        find_in_list(&j, spans, count);
        found = true;
    } else {
        struct str key;
        jp_object_begin(&j);
        while (jp_key(&j, &key)) {
            if (!str_is(key, "cases"))
                jp_skip(&j);
            else if (found)
                jp_fail(&j, "the key \"cases\" is given twice");
            else {
                find_in_list(&j, spans, count);
                found = true;
            }
        }
    }
    jp_end(&j);
    if (!j.failed && !found)
        jp_fail(&j, "there is no list \"cases\"");
    if (!j.failed)
        return ST_OK;
    free(*spans);
    *spans = NULL;
    *count = 0;
    return ST_DATA;
}

/* ---- one case ---- */

struct reader {
    struct jpull j;
    struct arena *a;
    struct person_facts *f;
    size_t caps[7];
};

static void *grow(struct reader *r, void *items, int *count, size_t *cap, size_t size, int limit)
{
    if (*count >= limit) {
        jp_fail(&r->j, "one person has more than %d entries in a list", limit);
        return items;
    }
    if ((size_t)*count == *cap) {
        size_t next = *cap ? *cap * 2 : 4;
        void *moved = arena_array(r->a, next, size);
        if (*count)
            memcpy(moved, items, (size_t)*count * size);
        items = moved;
        *cap = next;
    }
    ++*count;
    return items;
}
#define PUSH(r, list, n, k, limit)                                                                 \
    ((r)->f->list = grow((r), (r)->f->list, &(r)->f->n, &(r)->caps[k], sizeof *(r)->f->list, limit))

static void once(struct reader *r, unsigned *seen, unsigned bit, struct str key)
{
    if (*seen & bit)
        jp_fail(&r->j, "the key \"%.*s\" is given twice", (int)(key.n > 40 ? 40 : key.n), key.p);
    *seen |= bit;
}

static enum answer read_answer(struct reader *r)
{
    struct str s;
    enum answer v = ANSWER_UNKNOWN;
    enum jp_kind kind = jp_peek(&r->j);
    if (kind == JP_NULL) {
        jp_null(&r->j);
        return ANSWER_UNKNOWN;
    }
    if (kind == JP_TRUE || kind == JP_FALSE)
        return jp_bool(&r->j) ? ANSWER_YES : ANSWER_NO;
    jp_string(&r->j, r->a, &s);
    if (!r->j.failed && s.n && !answer_parse(s, &v))
        jp_fail(&r->j, "\"%.*s\" is none of YES, NO, INFERRED, UNKNOWN, NOT_ASKED, REFUSED",
                (int)(s.n > 40 ? 40 : s.n), s.p);
    return v;
}

static int read_word(struct reader *r, const char *const *words, const char *what)
{
    struct str s;
    jp_string(&r->j, r->a, &s);
    for (int i = 0; words[i] && !r->j.failed; i++)
        if (str_is(s, words[i]))
            return i;
    jp_fail(&r->j, "\"%.*s\" is not a known %s", (int)(s.n > 40 ? 40 : s.n), s.p, what);
    return 0;
}

/* A whole number from `least`, or null for `null_value`. */
static int64_t read_number(struct reader *r, int64_t least, int64_t null_value)
{
    int64_t v;
    if (jp_peek(&r->j) == JP_NULL) {
        jp_null(&r->j);
        return null_value;
    }
    jp_int(&r->j, &v);
    if (v < least || v > 1000000000)
        jp_fail(&r->j, "the number %lld is outside %lld to 1000000000", (long long)v,
                (long long)least);
    return v;
}

static uint64_t read_types(struct reader *r)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint64_t bits = 0;
    jp_array_begin(&r->j);
    while (jp_element(&r->j)) {
        struct str s;
        jp_string(&r->j, r->a, &s);
        const struct code *code = r->j.failed ? NULL : code_find(list, s);
        if (!code)
            jp_fail(&r->j, "\"%.*s\" is not a type of exploitation", (int)(s.n > 40 ? 40 : s.n),
                    s.p);
        else if (!str_is(code->code, "UNKNOWN"))
            bits |= UINT64_C(1) << (code - list->codes);
    }
    return bits;
}

static enum relation read_relation(struct reader *r)
{
    static const char *const words[] = {"UNKNOWN", "SAME", "DIFFERENT", "NOT_APPLICABLE",
                                        "LINKED",  "",     NULL};
    int i = read_word(r, words, "relation to the earlier exploiter");
    return i == 1 ? RELATION_SAME : i == 2 ? RELATION_DIFFERENT : RELATION_UNKNOWN;
}

static enum crossing read_border(struct reader *r)
{
    static const char *const words[] = {"UNKNOWN", "INTERNAL", "CROSS_BORDER", "", NULL};
    int i = read_word(r, words, "border class");
    return i == 1 ? CROSSING_INTERNAL : i == 2 ? CROSSING_BORDER : CROSSING_UNKNOWN;
}

static void read_episode_key(struct reader *r, struct episode_facts *e, struct str key,
                             unsigned *seen)
{
    static const char *const answers[] = {"act",       "means",         "minor",    "purpose",
                                          "exploited", "internal_exit", "distinct", NULL};
    enum answer *const to[] = {&e->act,       &e->means,         &e->minor,   &e->purpose,
                               &e->exploited, &e->internal_exit, &e->distinct};
    for (int i = 0; answers[i]; i++)
        if (str_is(key, answers[i])) {
            once(r, seen, 1u << i, key);
            *to[i] = read_answer(r);
            return;
        }
    if (str_is(key, "id")) {
        once(r, seen, 1u << 10, key);
        jp_string(&r->j, r->a, &e->id);
    } else if (str_is(key, "seq")) {
        once(r, seen, 1u << 11, key);
        e->seq = read_number(r, 0, e->seq);
    } else if (str_is(key, "asserted")) {
        once(r, seen, 1u << 12, key);
        e->asserted = read_answer(r) == ANSWER_YES;
    } else if (str_is(key, "repeat_min")) {
        once(r, seen, 1u << 13, key);
        e->repeat_min = read_number(r, 1, 1);
    } else if (str_is(key, "repeat_max")) {
        once(r, seen, 1u << 14, key);
        e->repeat_max = read_number(r, 1, OPEN_ENDED);
    } else if (str_is(key, "types")) {
        once(r, seen, 1u << 15, key);
        e->types = read_types(r);
    } else if (str_is(key, "exploiter_relation")) {
        once(r, seen, 1u << 16, key);
        e->exploiter = read_relation(r);
    } else if (str_is(key, "border")) {
        once(r, seen, 1u << 17, key);
        e->border = read_border(r);
    } else {
        jp_skip(&r->j);
    }
}

static void read_episodes(struct reader *r)
{
    jp_array_begin(&r->j);
    while (jp_element(&r->j)) {
        PUSH(r, episodes, episode_count, 0, EPISODES_MAX);
        if (r->j.failed)
            return;
        struct episode_facts *e = &r->f->episodes[r->f->episode_count - 1];
        *e = (struct episode_facts){
            .seq = r->f->episode_count, .distinct = ANSWER_YES, .repeat_min = 1, .repeat_max = 1};
        unsigned seen = 0;
        struct str key;
        jp_object_begin(&r->j);
        while (jp_key(&r->j, &key))
            read_episode_key(r, e, key, &seen);
        if (!r->j.failed && !e->id.n)
            jp_fail(&r->j, "an episode has no id");
        if (!r->j.failed && !(seen & 1u << 14) && e->repeat_min > 1)
            e->repeat_max = e->repeat_min;
        if (!r->j.failed && e->repeat_max != OPEN_ENDED && e->repeat_max < e->repeat_min)
            jp_fail(&r->j, "repeat_max is less than repeat_min");
    }
}

static void order_episodes(struct reader *r)
{
    struct episode_facts *e = r->f->episodes;
    for (int i = 1; i < r->f->episode_count; i++) {
        struct episode_facts moving = e[i];
        int k = i;
        for (; k > 0 && e[k - 1].seq > moving.seq; k--)
            e[k] = e[k - 1];
        e[k] = moving;
    }
    for (int i = 0; i < r->f->episode_count; i++)
        for (int k = 0; k < i && !r->j.failed; k++)
            if (str_eq(e[i].id, e[k].id))
                jp_fail(&r->j, "two episodes have the id \"%.*s\"",
                        (int)(e[i].id.n > 40 ? 40 : e[i].id.n), e[i].id.p);
}

static int episode_named(struct reader *r, struct str name)
{
    for (int i = 0; i < r->f->episode_count; i++)
        if (str_eq(r->f->episodes[i].id, name))
            return i;
    jp_fail(&r->j, "there is no episode \"%.*s\"", (int)(name.n > 40 ? 40 : name.n), name.p);
    return 0;
}

static int read_episode_name(struct reader *r)
{
    struct str name;
    jp_string(&r->j, r->a, &name);
    return r->j.failed ? 0 : episode_named(r, name);
}

static void read_exit(struct reader *r)
{
    static const char *const statuses[] = {"UNKNOWN",    "EXITED",      "EXITED_CONTROL_CONTINUES",
                                           "NOT_CEASED", "TRANSFERRED", "SUPPORT_ONLY",
                                           NULL};
    struct exit_facts x = {.episode = -1};
    struct str key;
    unsigned seen = 0;
    jp_object_begin(&r->j);
    while (jp_key(&r->j, &key)) {
        if (str_is(key, "episode")) {
            once(r, &seen, 1, key);
            x.episode = read_episode_name(r);
        } else if (str_is(key, "status")) {
            once(r, &seen, 2, key);
            x.status = (enum exit_status_code)read_word(r, statuses, "exit status");
        } else if (str_is(key, "truth")) {
            once(r, &seen, 4, key);
            x.truth = read_answer(r);
        } else {
            jp_skip(&r->j);
        }
    }
    if (!r->j.failed && x.episode < 0)
        jp_fail(&r->j, "an exit names no episode");
    PUSH(r, exits, exit_count, 1, FACTS_MAX);
    if (!r->j.failed)
        r->f->exits[r->f->exit_count - 1] = x;
}

/* Reads {"from","to", and either "precedes" or "min_days","max_days"}. */
static void read_pair(struct reader *r, struct order_facts *order, struct gap_facts *gap)
{
    struct str key;
    unsigned seen = 0;
    int from = -1, to = -1;
    *gap = (struct gap_facts){.min_days = 0, .max_days = OPEN_ENDED};
    *order = (struct order_facts){0};
    jp_object_begin(&r->j);
    while (jp_key(&r->j, &key)) {
        if (str_is(key, "from")) {
            once(r, &seen, 1, key);
            from = read_episode_name(r);
        } else if (str_is(key, "to")) {
            once(r, &seen, 2, key);
            to = read_episode_name(r);
        } else if (str_is(key, "precedes")) {
            once(r, &seen, 4, key);
            order->precedes = read_answer(r);
        } else if (str_is(key, "min_days")) {
            once(r, &seen, 8, key);
            gap->min_days = read_number(r, 0, 0);
        } else if (str_is(key, "max_days")) {
            once(r, &seen, 16, key);
            gap->max_days = read_number(r, 0, OPEN_ENDED);
        } else {
            jp_skip(&r->j);
        }
    }
    if (!r->j.failed && (from < 0 || to < 0))
        jp_fail(&r->j, "\"from\" and \"to\" must name two episodes");
    if (!r->j.failed && gap->max_days != OPEN_ENDED && gap->max_days < gap->min_days)
        jp_fail(&r->j, "max_days is less than min_days");
    order->from = gap->from = from;
    order->to = gap->to = to;
}

static void read_order(struct reader *r)
{
    struct order_facts order;
    struct gap_facts gap;
    read_pair(r, &order, &gap);
    PUSH(r, orders, order_count, 2, FACTS_MAX);
    if (!r->j.failed)
        r->f->orders[r->f->order_count - 1] = order;
}

static void read_start_gap(struct reader *r)
{
    struct order_facts order;
    struct gap_facts gap;
    read_pair(r, &order, &gap);
    PUSH(r, start_gaps, start_gap_count, 3, FACTS_MAX);
    if (!r->j.failed)
        r->f->start_gaps[r->f->start_gap_count - 1] = gap;
}

static void read_reentry_gap(struct reader *r)
{
    struct order_facts order;
    struct gap_facts gap;
    read_pair(r, &order, &gap);
    PUSH(r, reentry_gaps, reentry_gap_count, 4, FACTS_MAX);
    if (!r->j.failed)
        r->f->reentry_gaps[r->f->reentry_gap_count - 1] = gap;
}

static struct str read_code(struct reader *r, const char *list, const char *what)
{
    struct str s;
    jp_string(&r->j, r->a, &s);
    const struct code *code = r->j.failed ? NULL : code_find(dictionary_codes(list), s);
    if (!code)
        jp_fail(&r->j, "\"%.*s\" is not a known %s", (int)(s.n > 40 ? 40 : s.n), s.p, what);
    return code ? code->code : s;
}

static void read_referral(struct reader *r)
{
    struct referral_facts ref = {.about_max_seq = -1, .after_seq = -1};
    struct str key, channel = str_of(""), status = str_of("");
    unsigned seen = 0;
    jp_object_begin(&r->j);
    while (jp_key(&r->j, &key)) {
        if (str_is(key, "channel")) {
            once(r, &seen, 1, key);
            channel = read_code(r, "referral_channel", "channel");
        } else if (str_is(key, "status")) {
            once(r, &seen, 2, key);
            status = read_code(r, "referral_status", "referral status");
        } else if (str_is(key, "after_seq")) {
            once(r, &seen, 4, key);
            ref.after_seq = read_number(r, 0, -1);
        } else if (str_is(key, "about")) {
            once(r, &seen, 8, key);
            ref.about_stated = true;
            jp_array_begin(&r->j);
            while (jp_element(&r->j)) {
                int i = read_episode_name(r);
                if (!r->j.failed && r->f->episodes[i].seq > ref.about_max_seq)
                    ref.about_max_seq = r->f->episodes[i].seq;
            }
        } else {
            jp_skip(&r->j);
        }
    }
    ref.nrm_accepted = str_is(channel, "NRM") && str_is(status, "ACCEPTED");
    PUSH(r, referrals, referral_count, 5, FACTS_MAX);
    if (!r->j.failed)
        r->f->referrals[r->f->referral_count - 1] = ref;
}

static void read_decision(struct reader *r)
{
    struct decision_facts d = {.episode = -1};
    struct str key, stage = str_of(""), outcome = str_of("");
    unsigned seen = 0;
    jp_object_begin(&r->j);
    while (jp_key(&r->j, &key)) {
        if (str_is(key, "episode") && jp_peek(&r->j) != JP_NULL) {
            once(r, &seen, 1, key);
            d.episode = read_episode_name(r);
        } else if (str_is(key, "stage")) {
            once(r, &seen, 2, key);
            stage = read_code(r, "decision_stage", "decision stage");
        } else if (str_is(key, "outcome")) {
            once(r, &seen, 4, key);
            outcome = read_code(r, "decision_outcome", "decision outcome");
        } else {
            jp_skip(&r->j);
        }
    }
    d.positive_cg = str_is(stage, "CG") && str_is(outcome, "POS");
    PUSH(r, decisions, decision_count, 6, FACTS_MAX);
    if (!r->j.failed)
        r->f->decisions[r->f->decision_count - 1] = d;
}

static void read_list(struct reader *r, void (*item)(struct reader *))
{
    jp_array_begin(&r->j);
    while (jp_element(&r->j))
        item(r);
}

/* Lists that name episodes are read in a second pass, since keys come in any order. */
static void read_case(struct reader *r, bool second)
{
    static const struct {
        const char *key;
        void (*item)(struct reader *);
    } lists[] = {
        {"exits", read_exit},
        {"order", read_order},
        {"orders", read_order},
        {"start_gaps", read_start_gap},
        {"exit_to_entry_gaps", read_reentry_gap},
        {"referrals", read_referral},
        {"decisions", read_decision},
    };
    static const char *const answers[] = {"nrm_referrals_complete", "further_risk_concern",
                                          "intervention_during"};
    enum answer *const to[] = {&r->f->nrm_referrals_complete, &r->f->further_risk_concern,
                               &r->f->intervention_during};
    unsigned seen = 0;
    struct str key;
    jp_object_begin(&r->j);
    while (jp_key(&r->j, &key)) {
        size_t i = 0, k = 0;
        while (i < sizeof lists / sizeof *lists && !str_is(key, lists[i].key))
            i++;
        while (k < 3 && !str_is(key, answers[k]))
            k++;
        if (i < sizeof lists / sizeof *lists) {
            once(r, &seen, 1u << i, key);
            if (second)
                read_list(r, lists[i].item);
            else
                jp_skip(&r->j);
        } else if (!second && str_is(key, "episodes")) {
            once(r, &seen, 1u << 10, key);
            read_episodes(r);
        } else if (!second && str_is(key, "id")) {
            once(r, &seen, 1u << 11, key);
            jp_string(&r->j, r->a, &r->f->id);
        } else if (!second && k < 3) {
            once(r, &seen, 1u << (12 + k), key);
            *to[k] = read_answer(r);
        } else {
            jp_skip(&r->j);
        }
    }
    jp_end(&r->j);
}

enum status case_read(struct case_span span, const char *name, struct arena *a,
                      struct person_facts *out, struct err *e)
{
    *out = (struct person_facts){0};
    struct reader r = {.j = jp_open(span.text, name, e), .a = a, .f = out};
    r.j.first_line = span.line;
    read_case(&r, false);
    if (!r.j.failed) {
        order_episodes(&r);
        r.j.p = r.j.start;
        if (!r.j.failed)
            read_case(&r, true);
    }
    if (!r.j.failed && !out->id.n)
        jp_fail(&r.j, "a case has no id");
    if (!r.j.failed && (out->id.n > 200 || memchr(out->id.p, '\n', out->id.n)))
        jp_fail(&r.j, "a case's id is too long, or holds a line end");
    return r.j.failed ? ST_DATA : ST_OK;
}
