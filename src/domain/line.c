#include "domain/line.h"

#include "base/date.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- fields ---- */

static struct line_fields fields;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_fields(void)
{
#define LINE_FIELD(name, path)                                                                     \
    fields.name = dictionary_field(str_of(path));                                                  \
    if (!fields.name)                                                                              \
        BUG("the dictionary has no %s", path);
#include "domain/line_fields.def"
#undef LINE_FIELD
}

const struct line_fields *line_fields(void)
{
    pthread_once(&once, find_fields);
    return &fields;
}

bool line_accepted_nrm(const struct line_record *r)
{
    const struct line_fields *f = line_fields();
    return text_is(line_get(r, f->referral_channel, 1), "NRM") &&
           text_is(line_get(r, f->referral_status, 1), "ACCEPTED");
}

/* ---- values ---- */

static enum answer answer_of(const char *text)
{
    enum answer a = ANSWER_UNKNOWN;
    if (text)
        answer_parse(str_of(text), &a);
    return a;
}

static int32_t day_of(const char *text)
{
    int32_t day;
    return text && date_from_iso(str_of(text), &day) ? day : DATE_NONE;
}

static int64_t number_of(const char *text, int64_t fallback)
{
    int64_t n;
    return text && str_to_int64(str_of(text), &n) ? n : fallback;
}

/* The last possible day of a date of which only the first is written. */
static int32_t last_day(int32_t first, const char *precision, int32_t limit)
{
    struct ymd v = date_to_ymd(first);
    int months = text_is(precision, "MONTH")     ? 1
                 : text_is(precision, "QUARTER") ? 3
                 : text_is(precision, "YEAR")    ? 12
                                                 : 0;
    if (months == 0)
        return text_is(precision, "AGE") || text_is(precision, "RANGE") ? limit : first;
    int m = v.m - 1 + months;
    struct ymd next = {v.y + m / 12, m % 12 + 1, 1};
    return date_from_ymd(next) - 1;
}

/* No day lies after the receipt of the record that tells of it. */
static struct day_range range_of(const char *first, const char *latest, const char *precision,
                                 int32_t received)
{
    int32_t limit = received == DATE_NONE ? INT32_MAX : received;
    int32_t lo = day_of(first);
    if (lo == DATE_NONE || text_is(precision, "NONE") || text_is(precision, "ORDER_ONLY"))
        return (struct day_range){DAY_OPEN, limit, false};
    int32_t hi = day_of(latest);
    if (hi == DATE_NONE)
        hi = last_day(lo, precision, limit);
    if (hi > limit && lo <= limit)
        hi = limit;
    return (struct day_range){lo, hi < lo ? lo : hi, true};
}

static uint64_t types_of(const char *text)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint64_t bits = 0;
    while (text && *text) {
        size_t n = strcspn(text, "|");
        for (size_t i = 0; i < list->count; i++)
            if (str_eq(list->codes[i].code, (struct str){text, n}) &&
                !str_is(list->codes[i].code, "UNKNOWN"))
                bits |= UINT64_C(1) << i;
        text += n + (text[n] == '|');
    }
    return bits;
}

/* Sub-codes and the form's tick boxes speak of one published category: compare by that. */
static uint64_t categories_of(uint64_t types)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint64_t bits = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!(types >> i & 1))
            continue;
        struct str c = code_cell(list, list->codes[i].code, "nrm_published_category");
        for (size_t k = 0; k < list->count; k++)
            if (str_eq(code_cell(list, list->codes[k].code, "nrm_published_category"), c)) {
                bits |= UINT64_C(1) << k; /* the first code of the category stands for it */
                break;
            }
    }
    return bits;
}

static enum exit_status_code exit_status_of(const char *text)
{
    static const char *const names[] = {"UNKNOWN",    "EXITED",      "EXITED_CONTROL_CONTINUES",
                                        "NOT_CEASED", "TRANSFERRED", "SUPPORT_ONLY"};
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0)
            return (enum exit_status_code)i;
    return EXIT_UNKNOWN;
}

/* A reference such as "<person>.episode.2" or "episode.2": its instance, `fallback` when absent. */
static int instance_of(const char *reference, int fallback)
{
    const char *dot = reference ? strrchr(reference, '.') : NULL;
    int64_t n = dot ? number_of(dot + 1, fallback) : fallback;
    return n >= 1 && n <= 99 ? (int)n : fallback;
}

/* ---- mentions ---- */

static const struct entity_row *exit_of(const struct record *r, int episode)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct entity_row *row = &r->rows[i];
        if (row->entity == fields.exit_status->entity &&
            instance_of(row->values[fields.exit_episode->index], row->instance) == episode)
            return row;
    }
    return NULL;
}

static void read_exit(const struct record *r, struct mention *m)
{
    const struct entity_row *x = exit_of(r, m->instance);
    if (!x)
        return;
    m->exit_status = exit_status_of(x->values[fields.exit_status->index]);
    m->exit_truth = answer_of(x->values[fields.exit_truth->index]);
    struct day_range left =
        range_of(x->values[fields.exit_date->index], x->values[fields.exit_latest->index],
                 x->values[fields.exit_precision->index], m->received);
    if (left.stated)
        m->end = left;
}

static void read_mention(struct mention *m, const struct line_record *lr,
                         const struct entity_row *row, int record, int32_t received)
{
    const char **v = row->values;
    struct episode_facts *f = &m->facts;
    *m = (struct mention){.record = record,
                          .instance = row->instance,
                          .seq = number_of(v[fields.ep_seq->index], 0),
                          .received = received,
                          .duplicate =
                              text_is(line_get(lr, fields.referral_status, 1), "DUPLICATE")};
    m->start = range_of(v[fields.ep_start->index], v[fields.ep_start_latest->index],
                        v[fields.ep_start_precision->index], received);
    m->end = range_of(v[fields.ep_end->index], v[fields.ep_end_latest->index],
                      v[fields.ep_end_precision->index], received);
    f->act = answer_of(v[fields.ep_act->index]);
    f->means = answer_of(v[fields.ep_means->index]);
    f->purpose = answer_of(v[fields.ep_purpose->index]);
    f->exploited = answer_of(v[fields.ep_exploited->index]);
    f->minor = answer_of(v[fields.ep_minor->index]);
    f->internal_exit = answer_of(v[fields.ep_internal_exit->index]);
    f->asserted = text_is(v[fields.ep_asserted->index], "YES");
    f->distinct = ANSWER_YES;
    f->repeat_min = number_of(v[fields.ep_repeat_min->index], 1);
    f->repeat_max = number_of(v[fields.ep_repeat_max->index], f->repeat_min > 1 ? OPEN_ENDED : 1);
    f->types = types_of(v[fields.ep_types->index]);
    m->types = categories_of(f->types);
    const char *relation = v[fields.ep_relation->index], *border = v[fields.ep_border->index];
    f->exploiter = text_is(relation, "SAME")        ? RELATION_SAME
                   : text_is(relation, "DIFFERENT") ? RELATION_DIFFERENT
                                                    : RELATION_UNKNOWN;
    f->border = text_is(border, "INTERNAL")       ? CROSSING_INTERNAL
                : text_is(border, "CROSS_BORDER") ? CROSSING_BORDER
                                                  : CROSSING_UNKNOWN;
    read_exit(lr->record, m);
    bool left = m->exit_status == EXIT_EXITED || m->exit_status == EXIT_CONTROL_CONTINUES;
    if (!m->end.stated && !left)
        m->end.hi = INT32_MAX; /* it may have gone on */
}

static int by_stated_order(const void *x, const void *y)
{
    const struct mention *a = x, *b = y;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    return (a->instance > b->instance) - (a->instance < b->instance);
}

static void read_mentions(struct line *l)
{
    size_t cap = 0;
    for (int i = 0; i < l->record_count; i++)
        cap += l->records[i].record->count;
    l->mentions = arena_array(l->memory, cap + 1, sizeof *l->mentions);
    for (int i = 0; i < l->record_count; i++) {
        const struct record *r = l->records[i].record;
        int first = l->mention_count;
        for (size_t k = 0; k < r->count && l->mention_count < EPISODES_MAX; k++)
            if (r->rows[k].entity == fields.ep_act->entity)
                read_mention(&l->mentions[l->mention_count++], &l->records[i], &r->rows[k], i,
                             l->received[i]);
        qsort(l->mentions + first, (size_t)(l->mention_count - first), sizeof *l->mentions,
              by_stated_order);
    }
}

/* ---- which mentions tell the same episode ---- */

static int by_receipt(const void *x, const void *y)
{
    const struct line_record *a = x, *b = y;
    const char *ta = record_get(a->record, fields.referral_received, 1);
    const char *tb = record_get(b->record, fields.referral_received, 1);
    int c = strcmp(ta ? ta : "9999", tb ? tb : "9999");
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

/* What each mention was held to be, for the repeat findings. */
struct decided_mention {
    struct incident_finding finding; /* against all earlier records' episodes */
    int earlier;                     /* record it was compared with; -1: none before */
};

static struct incident_finding compare_mentions(const struct line *l, int earlier, int later)
{
    const struct mention *m = &l->mentions[later];
    static const struct incident_finding by_person[] = {
        {INCIDENT_SAME, "decided by a person"},
        {INCIDENT_NEW, "decided by a person"},
        {INCIDENT_UNCLEAR, "decided by a person"},
    };
    switch (l->records[m->record].decided) {
    case 'S':
        return by_person[INCIDENT_SAME];
    case 'N':
        return by_person[INCIDENT_NEW];
    case 'U':
        return by_person[INCIDENT_UNCLEAR];
    default:
        return incident_compare(&l->mentions[earlier], m);
    }
}

/* Same as any mention of an episode is the same; new against all of them is new. */
static int weight_of(struct incident_finding f)
{
    return !f.evidence ? 0 : f.verdict == INCIDENT_NEW ? 1 : f.verdict == INCIDENT_UNCLEAR ? 2 : 3;
}

/* `against` is scratch for one entry per episode so far. */
static void place_mention(struct line *l, int mention, int *episodes,
                          struct decided_mention *against, struct decided_mention *out)
{
    struct decided_mention doubt = {{INCIDENT_NEW, NULL}, -1}, newest = doubt;
    int same = -1;
    for (int e = 0; e < *episodes; e++)
        against[e] = doubt;
    for (int k = 0; k < mention; k++) {
        struct decided_mention *a = &against[l->episode_of[k]];
        if (l->mentions[k].record == l->mentions[mention].record) {
            *a = (struct decided_mention){{INCIDENT_NEW, NULL},
                                          -2}; /* its own record tells them apart */
            continue;
        }
        struct incident_finding f = compare_mentions(l, k, mention);
        if (a->earlier != -2 && weight_of(f) >= weight_of(a->finding))
            *a = (struct decided_mention){f, l->mentions[k].record};
    }
    for (int e = 0; e < *episodes; e++) {
        const struct decided_mention *a = &against[e];
        if (weight_of(a->finding) == 3 && same < 0)
            same = e;
        else if (weight_of(a->finding) == 2 && !doubt.finding.evidence)
            doubt = *a;
        else if (weight_of(a->finding) == 1 && a->earlier >= newest.earlier)
            newest = *a;
    }
    if (same >= 0) {
        l->episode_of[mention] = same;
        *out = against[same];
        return;
    }
    l->episode_of[mention] = (*episodes)++;
    if (doubt.finding.evidence)
        l->mentions[mention].facts.distinct = ANSWER_UNKNOWN;
    *out = doubt.finding.evidence ? doubt : newest;
}

/* ---- the facts of the line ---- */

/* What several records say of one thing: a stated YES against a stated NO is not known. */
static enum answer merge(enum answer a, enum answer b)
{
    static const int rank[] = {[ANSWER_UNKNOWN] = 0,  [ANSWER_NOT_ASKED] = 1, [ANSWER_REFUSED] = 2,
                               [ANSWER_INFERRED] = 3, [ANSWER_NO] = 4,        [ANSWER_YES] = 4};
    if ((a == ANSWER_YES && b == ANSWER_NO) || (a == ANSWER_NO && b == ANSWER_YES))
        return ANSWER_UNKNOWN;
    return rank[a] >= rank[b] ? a : b;
}

static void merge_facts(struct episode_facts *to, const struct episode_facts *from)
{
    to->act = merge(to->act, from->act);
    to->means = merge(to->means, from->means);
    to->purpose = merge(to->purpose, from->purpose);
    to->exploited = merge(to->exploited, from->exploited);
    to->minor = merge(to->minor, from->minor);
    to->internal_exit = merge(to->internal_exit, from->internal_exit);
    to->asserted |= from->asserted;
    to->types |= from->types;
    if (from->distinct != ANSWER_YES)
        to->distinct = from->distinct;
    if (to->exploiter == RELATION_UNKNOWN)
        to->exploiter = from->exploiter;
    if (to->border == CROSSING_UNKNOWN)
        to->border = from->border;
    if (from->repeat_min > to->repeat_min)
        to->repeat_min = from->repeat_min;
    if (to->repeat_max != OPEN_ENDED &&
        (from->repeat_max == OPEN_ENDED || from->repeat_max > to->repeat_max))
        to->repeat_max = from->repeat_max;
}

/* The narrower of what two records say, when they can both be true; else the first said. */
static struct day_range narrow(struct day_range a, struct day_range b)
{
    if (!a.stated)
        return b.stated ? b : (struct day_range){DAY_OPEN, a.hi < b.hi ? a.hi : b.hi, false};
    if (!b.stated || a.lo > b.hi || b.lo > a.hi)
        return a;
    return (struct day_range){a.lo > b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi, true};
}

static void add_exit(struct line *l, int episode, const struct mention *m)
{
    struct person_facts *f = &l->facts;
    if (m->exit_status == EXIT_UNKNOWN && m->exit_truth == ANSWER_UNKNOWN)
        return;
    enum answer truth = m->exit_truth == ANSWER_UNKNOWN ? ANSWER_YES : m->exit_truth;
    f->exits[f->exit_count++] = (struct exit_facts){episode, m->exit_status, truth};
    if (l->exit_statuses[episode] != EXIT_EXITED)
        l->exit_statuses[episode] = m->exit_status;
}

static void gather_episodes(struct line *l, int episodes)
{
    struct person_facts *f = &l->facts;
    size_t n = (size_t)episodes + 1, m = (size_t)l->mention_count + 1;
    f->episodes = arena_array(l->memory, n, sizeof *f->episodes);
    f->exits = arena_array(l->memory, m, sizeof *f->exits);
    l->starts = arena_array(l->memory, n, sizeof *l->starts);
    l->ends = arena_array(l->memory, n, sizeof *l->ends);
    l->exit_statuses = arena_array(l->memory, n, sizeof *l->exit_statuses);
    bool *seen = arena_array(l->memory, n, sizeof *seen);
    for (int k = 0; k < l->mention_count; k++) {
        int e = l->episode_of[k];
        const struct mention *from = &l->mentions[k];
        if (!seen[e]) {
            f->episodes[e] = from->facts;
            l->starts[e] = from->start;
            l->ends[e] = from->end;
        } else {
            merge_facts(&f->episodes[e], &from->facts);
            l->starts[e] = narrow(l->starts[e], from->start);
            l->ends[e] = narrow(l->ends[e], from->end);
        }
        seen[e] = true;
        add_exit(l, e, from);
    }
    f->episode_count = episodes;
    for (int e = 0; e < episodes; e++) {
        if (l->ends[e].lo == DAY_OPEN && l->starts[e].stated)
            l->ends[e].lo = l->starts[e].lo;
        f->episodes[e].seq = e + 1;
        f->episodes[e].id = str_of(arena_printf(l->memory, "E%d", e + 1));
    }
}

/* told[a * n + b]: one record tells episode a before episode b. */
static bool *read_told_order(const struct line *l, int episodes)
{
    bool *told = arena_array(l->memory, (size_t)episodes * (size_t)episodes + 1, sizeof *told);
    for (int k = 1; k < l->mention_count; k++)
        for (int i = k - 1; i >= 0 && l->mentions[i].record == l->mentions[k].record; i--)
            told[l->episode_of[i] * episodes + l->episode_of[k]] = true;
    return told;
}

/* One record's stated order decides; then the first start, or the receipt of the first record that
 * tells it; then who was told first. */
static bool before(const struct line *l, const bool *told, const int32_t *first_told, int episodes,
                   int a, int b)
{
    if (told[a * episodes + b] != told[b * episodes + a])
        return told[a * episodes + b];
    int32_t da = l->starts[a].stated ? l->starts[a].lo : first_told[a];
    int32_t db = l->starts[b].stated ? l->starts[b].lo : first_told[b];
    return da != db ? da < db : a < b;
}

/* Puts the episodes in order of time (insertion sort: there are few). */
static void order_episodes(struct line *l, int episodes)
{
    int *order = arena_array(l->memory, (size_t)episodes + 1, sizeof *order);
    int *place = arena_array(l->memory, (size_t)episodes + 1, sizeof *place);
    int32_t *first_told = arena_array(l->memory, (size_t)episodes + 1, sizeof *first_told);
    const bool *told = read_told_order(l, episodes);
    for (int k = l->mention_count - 1; k >= 0; k--)
        first_told[l->episode_of[k]] = l->mentions[k].received;
    for (int i = 0; i < episodes; i++) {
        int k = i;
        for (; k > 0 && before(l, told, first_told, episodes, i, order[k - 1]); k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    for (int i = 0; i < episodes; i++)
        place[order[i]] = i;
    for (int k = 0; k < l->mention_count; k++)
        l->episode_of[k] = place[l->episode_of[k]];
}

static int64_t days_between(int32_t from, int32_t to)
{
    return to > from ? (int64_t)to - from : 0;
}

static void add_gap(struct gap_facts *list, int *count, int from, int to, struct day_range a,
                    struct day_range b)
{
    if (!b.stated || (a.lo == DAY_OPEN && a.hi == INT32_MAX))
        return;
    list[(*count)++] =
        (struct gap_facts){from, to, a.hi == INT32_MAX ? 0 : days_between(a.hi, b.lo),
                           a.lo == DAY_OPEN ? OPEN_ENDED : days_between(a.lo, b.hi)};
}

/* Order and gaps from the dates. Touching coarse dates stay undecided (rule R12). */
static void relate_episodes(struct line *l)
{
    struct person_facts *f = &l->facts;
    size_t n = (size_t)f->episode_count, pairs = n * (n + 1) / 2 + 1;
    const bool *told = read_told_order(l, f->episode_count);
    f->orders = arena_array(l->memory, pairs, sizeof *f->orders);
    f->start_gaps = arena_array(l->memory, pairs, sizeof *f->start_gaps);
    f->reentry_gaps = arena_array(l->memory, pairs, sizeof *f->reentry_gaps);
    for (int a = 0; a < f->episode_count; a++)
        for (int b = a + 1; b < f->episode_count; b++) {
            struct day_range end = l->ends[a], start = l->starts[b];
            bool known = start.stated && end.hi != INT32_MAX;
            if (known && end.hi <= start.lo)
                ; /* seq says it */
            else if (known && end.stated && end.lo > start.hi)
                f->orders[f->order_count++] = (struct order_facts){a, b, ANSWER_NO};
            else if (!told[(size_t)a * n + (size_t)b])
                f->orders[f->order_count++] = (struct order_facts){a, b, ANSWER_UNKNOWN};
            if (l->starts[a].stated)
                add_gap(f->start_gaps, &f->start_gap_count, a, b, l->starts[a], start);
            add_gap(f->reentry_gaps, &f->reentry_gap_count, a, b, end, start);
        }
}

static void gather_referrals(struct line *l, const struct decided_mention *decided)
{
    struct person_facts *f = &l->facts;
    f->referrals = arena_array(l->memory, (size_t)l->record_count + 1, sizeof *f->referrals);
    int64_t known = 0;
    for (int i = 0; i < l->record_count; i++) {
        const struct line_record *r = &l->records[i];
        struct referral_facts ref = {
            .nrm_accepted = text_is(line_get(r, fields.referral_channel, 1), "NRM") &&
                            text_is(line_get(r, fields.referral_status, 1), "ACCEPTED"),
            .about_max_seq = -1,
        };
        bool doubt = false;
        for (int k = 0; k < l->mention_count; k++) {
            if (l->mentions[k].record != i)
                continue;
            int64_t seq = l->episode_of[k] + 1;
            ref.about_stated = true;
            ref.about_max_seq = seq > ref.about_max_seq ? seq : ref.about_max_seq;
            doubt |= decided[k].finding.verdict == INCIDENT_UNCLEAR;
            known = seq > known ? seq : known;
        }
        if (doubt)
            ref.about_stated = false;
        ref.after_seq = known ? known : -1;
        f->referrals[f->referral_count++] = ref;
    }
}

static int mention_at(const struct line *l, int record, int instance)
{
    int only = -1, count = 0;
    for (int k = 0; k < l->mention_count; k++) {
        if (l->mentions[k].record != record)
            continue;
        if (instance && l->mentions[k].instance == instance)
            return k;
        only = k;
        count++;
    }
    return count == 1 ? only : -1;
}

static void gather_decisions(struct line *l)
{
    struct person_facts *f = &l->facts;
    size_t cap = 1;
    for (int i = 0; i < l->record_count; i++)
        cap += l->records[i].record->count;
    f->decisions = arena_array(l->memory, cap, sizeof *f->decisions);
    for (int i = 0; i < l->record_count; i++) {
        const struct record *r = l->records[i].record;
        for (size_t k = 0; k < r->count; k++) {
            const struct entity_row *row = &r->rows[k];
            if (row->entity != fields.decision_stage->entity)
                continue;
            /* A decision is about the conduct that its referral tells of: its first row. */
            int m = mention_at(l, i, instance_of(row->values[fields.decision_episode->index], 1));
            f->decisions[f->decision_count++] = (struct decision_facts){
                .episode = m < 0 ? -1 : l->episode_of[m],
                .positive_cg = text_is(row->values[fields.decision_stage->index], "CG") &&
                               text_is(row->values[fields.decision_outcome->index], "POS")};
        }
    }
}

static void gather_answers(struct line *l, const struct line_options *options)
{
    struct person_facts *f = &l->facts;
    for (int i = 0; i < l->record_count; i++) {
        const struct line_record *r = &l->records[i];
        f->nrm_referrals_complete =
            merge(f->nrm_referrals_complete, answer_of(line_get(r, fields.nrm_complete, 1)));
        f->intervention_during =
            merge(f->intervention_during, answer_of(line_get(r, fields.intervention, 1)));
        enum answer concern = answer_of(line_get(r, fields.concern, 1));
        if (concern != ANSWER_UNKNOWN) /* the latest record's word stands */
            f->further_risk_concern = concern;
    }
    if (options->nrm_complete && f->nrm_referrals_complete != ANSWER_NO)
        f->nrm_referrals_complete = ANSWER_YES;
}

/* ---- verdict on each later record ---- */

static struct repeat_finding record_finding(const struct line *l, int record,
                                            const struct decided_mention *decided)
{
    struct repeat_finding out = {.record = record,
                                 .earlier = record - 1,
                                 .verdict = INCIDENT_UNCLEAR,
                                 .evidence = "the record tells of no episode",
                                 .by_person = l->records[record].decided != 0};
    bool any = false, all_same = true, any_new = false;
    for (int k = 0; k < l->mention_count; k++) {
        if (l->mentions[k].record != record)
            continue;
        const struct decided_mention *d = &decided[k];
        if (d->earlier < 0) {
            if (!any)
                out.evidence = "no earlier record tells of an episode";
            all_same = false;
            any = true;
            continue;
        }
        /* A new one decides; then a doubt; then the same. */
        bool first = !any || all_same;
        all_same &= d->finding.verdict == INCIDENT_SAME;
        if (d->finding.verdict == INCIDENT_NEW && !any_new) {
            any_new = true;
            out.evidence = d->finding.evidence;
            out.earlier = d->earlier;
        } else if (!any_new && (first || d->finding.verdict == INCIDENT_UNCLEAR)) {
            out.evidence = d->finding.evidence;
            out.earlier = d->earlier;
        }
        any = true;
    }
    if (any_new)
        out.verdict = INCIDENT_NEW;
    else if (any && all_same)
        out.verdict = INCIDENT_SAME;
    if (out.by_person) {
        char d = l->records[record].decided;
        out.verdict = d == 'S' ? INCIDENT_SAME : d == 'N' ? INCIDENT_NEW : INCIDENT_UNCLEAR;
        out.evidence = "decided by a person";
    }
    return out;
}

void line_build(struct line *l, struct line_record *records, int count,
                const struct line_options *options, struct arena *memory)
{
    *l = (struct line){.records = records, .record_count = count, .memory = memory};
    line_fields();
    qsort(records, (size_t)count, sizeof *records, by_receipt);
    l->received = arena_array(memory, (size_t)count + 1, sizeof *l->received);
    for (int i = 0; i < count; i++)
        l->received[i] = day_of(line_get(&records[i], fields.referral_received, 1));
    read_mentions(l);
    size_t n = (size_t)l->mention_count + 1;
    struct decided_mention *decided = arena_array(memory, n, sizeof *decided);
    l->episode_of = arena_array(memory, n, sizeof *l->episode_of);
    struct decided_mention *against = arena_array(memory, n, sizeof *against);
    int episodes = 0;
    for (int k = 0; k < l->mention_count; k++)
        place_mention(l, k, &episodes, against, &decided[k]);
    gather_episodes(l, episodes);
    order_episodes(l, episodes);
    l->facts.exit_count = 0;
    gather_episodes(l, episodes);
    relate_episodes(l);
    gather_referrals(l, decided);
    gather_decisions(l);
    gather_answers(l, options);
    l->repeats = arena_array(memory, (size_t)count + 1, sizeof *l->repeats);
    for (int i = 1; i < count; i++)
        l->repeats[l->repeat_count++] = record_finding(l, i, decided);
}
