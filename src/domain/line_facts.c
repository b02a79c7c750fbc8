#include "base/date.h"
#include "domain/line_parts.h"

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
            .nrm_accepted = line_accepted_nrm(r),
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
    const struct line_fields *fields = line_fields();
    struct person_facts *f = &l->facts;
    size_t cap = 1;
    for (int i = 0; i < l->record_count; i++)
        cap += l->records[i].record->count;
    f->decisions = arena_array(l->memory, cap, sizeof *f->decisions);
    for (int i = 0; i < l->record_count; i++) {
        const struct record *r = l->records[i].record;
        for (size_t k = 0; k < r->count; k++) {
            const struct entity_row *row = &r->rows[k];
            if (row->entity != fields->decision_stage->entity)
                continue;
            /* A decision is about the conduct that its referral tells of: its first row. */
            int m =
                mention_at(l, i, line_instance(row->values[fields->decision_episode->index], 1));
            f->decisions[f->decision_count++] = (struct decision_facts){
                .episode = m < 0 ? -1 : l->episode_of[m],
                .positive_cg = text_is(row->values[fields->decision_stage->index], "CG") &&
                               text_is(row->values[fields->decision_outcome->index], "POS")};
        }
    }
}

static void gather_answers(struct line *l, const struct line_options *options)
{
    const struct line_fields *fields = line_fields();
    struct person_facts *f = &l->facts;
    for (int i = 0; i < l->record_count; i++) {
        const struct line_record *r = &l->records[i];
        f->nrm_referrals_complete =
            merge(f->nrm_referrals_complete, line_answer(line_get(r, fields->nrm_complete, 1)));
        f->intervention_during =
            merge(f->intervention_during, line_answer(line_get(r, fields->intervention, 1)));
        enum answer concern = line_answer(line_get(r, fields->concern, 1));
        if (concern != ANSWER_UNKNOWN) /* the latest record's word stands */
            f->further_risk_concern = concern;
    }
    if (options->nrm_complete && f->nrm_referrals_complete != ANSWER_NO)
        f->nrm_referrals_complete = ANSWER_YES;
}

void line_gather_facts(struct line *l, int episodes, const struct decided_mention *decided,
                       const struct line_options *options)
{
    gather_episodes(l, episodes);
    order_episodes(l, episodes);
    l->facts.exit_count = 0;
    gather_episodes(l, episodes);
    relate_episodes(l);
    gather_referrals(l, decided);
    gather_decisions(l);
    gather_answers(l, options);
}
