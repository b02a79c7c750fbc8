#include "domain/classify_parts.h"

/* ---- Kleene's three values ---- */

static enum truth and3(enum truth a, enum truth b)
{
    return a < b ? a : b;
}

static enum truth or3(enum truth a, enum truth b)
{
    return a > b ? a : b;
}

static enum truth truth_of(enum answer a, enum mode mode)
{
    if (a == ANSWER_YES || (a == ANSWER_INFERRED && mode == MODE_LENIENT))
        return T_TRUE;
    return a == ANSWER_NO ? T_FALSE : T_UNKNOWN;
}

/* ---- the view ---- */

static enum truth exit_truth(const struct person_facts *f, int episode, enum mode mode)
{
    enum truth t = T_FALSE;
    bool any = false;
    for (int i = 0; i < f->exit_count; i++) {
        const struct exit_facts *x = &f->exits[i];
        if (x->episode != episode)
            continue;
        any = true;
        enum truth this = T_FALSE;
        if (x->status == EXIT_EXITED ||
            (x->status == EXIT_CONTROL_CONTINUES && mode == MODE_LENIENT))
            this = truth_of(x->truth, mode);
        else if (x->status == EXIT_UNKNOWN || x->status == EXIT_CONTROL_CONTINUES)
            this = T_UNKNOWN;
        t = or3(t, this);
    }
    return any ? t : T_UNKNOWN;
}

struct mode_view *mode_view_make(const struct person_facts *f, enum mode mode, struct arena *a)
{
    struct mode_view *v = arena_alloc(a, sizeof *v);
    *v = (struct mode_view){.f = f, .mode = mode, .settle_from = -1, .forced = -1, .arena = a};
    v->of = arena_array(a, (size_t)f->episode_count, sizeof *v->of);
    v->precedes = arena_array(a, (size_t)f->order_count, sizeof *v->precedes);
    for (int i = 0; i < f->episode_count; i++) {
        const struct episode_facts *e = &f->episodes[i];
        enum truth *t = v->of[i];
        t[ACT] = truth_of(e->act, mode);
        t[MEANS] = truth_of(e->means, mode);
        t[PURPOSE] = truth_of(e->purpose, mode);
        t[MINOR] = truth_of(e->minor, mode);
        t[EXPLOITED] = truth_of(e->exploited, mode);
        t[DISTINCT] = truth_of(e->distinct, mode);
        t[INTERNAL_EXIT] = truth_of(e->internal_exit, mode);
        t[EXIT] = exit_truth(f, i, mode);
        if (mode == MODE_LENIENT && e->asserted) {
            if (t[ACT] == T_UNKNOWN)
                t[ACT] = T_TRUE;
            if (t[MEANS] == T_UNKNOWN)
                t[MEANS] = T_TRUE;
            if (t[PURPOSE] == T_UNKNOWN)
                t[PURPOSE] = T_TRUE;
        }
    }
    for (int i = 0; i < f->order_count; i++)
        v->precedes[i] = truth_of(f->orders[i].precedes, mode);
    v->complete = truth_of(f->nrm_referrals_complete, mode);
    return v;
}

/* ---- which episodes qualify ---- */

enum truth classify_qualifies(const struct definition *d, const struct mode_view *v, int i)
{
    const enum truth *t = v->of[i];
    if (v->forced == i)
        return v->forced_as;
    enum truth control = t[MEANS];
    if (d->minor_rule == MINOR_MEANS_NOT_NEEDED)
        control = or3(control, t[MINOR]);
    enum truth trafficking = and3(and3(t[ACT], control), t[PURPOSE]);
    if (d->scope != SCOPE_TIP)
        trafficking = or3(trafficking, t[EXPLOITED]);
    return and3(trafficking, t[DISTINCT]);
}

/* ---- what lies between two episodes ---- */

static enum truth precedes(const struct mode_view *v, int from, int to)
{
    for (int i = 0; i < v->f->order_count; i++)
        if (v->f->orders[i].from == from && v->f->orders[i].to == to)
            return v->precedes[i];
    return T_TRUE; /* seq is the stated order */
}

static bool find_gap(const struct gap_facts *gaps, int count, int from, int to, int64_t *min,
                     int64_t *max)
{
    for (int i = 0; i < count; i++)
        if (gaps[i].from == from && gaps[i].to == to) {
            *min = gaps[i].min_days;
            *max = gaps[i].max_days;
            return true;
        }
    *min = 0;
    *max = OPEN_ENDED;
    return false;
}

/* Is a number of days in min..max at most / at least a limit? */
static enum truth at_most(int64_t min, int64_t max, int64_t limit)
{
    return min > limit ? T_FALSE : max != OPEN_ENDED && max <= limit ? T_TRUE : T_UNKNOWN;
}

static enum truth at_least(int64_t min, int64_t max, int64_t limit)
{
    return min >= limit ? T_TRUE : max != OPEN_ENDED && max < limit ? T_FALSE : T_UNKNOWN;
}

/* Days between two starts: the row for the pair, or the sum over the steps between. */
static void start_gap(const struct mode_view *v, int from, int to, int64_t *min, int64_t *max)
{
    const struct person_facts *f = v->f;
    if (find_gap(f->start_gaps, f->start_gap_count, from, to, min, max))
        return;
    *min = *max = 0;
    for (int i = from; i < to; i++) {
        int64_t step_min, step_max;
        find_gap(f->start_gaps, f->start_gap_count, i, i + 1, &step_min, &step_max);
        *min += step_min;
        *max = *max == OPEN_ENDED || step_max == OPEN_ENDED ? OPEN_ENDED : *max + step_max;
    }
}

static enum truth in_window(const struct definition *d, const struct mode_view *v, int from, int to)
{
    int64_t min, max;
    if (v->settle_from == from && v->settle_to == to)
        return v->settle_as ? T_TRUE : T_FALSE;
    start_gap(v, from, to, &min, &max);
    return at_most(min, max, d->window_days);
}

static enum truth gap_allows(const struct definition *d, const struct mode_view *v, int from,
                             int to)
{
    int64_t min, max;
    enum truth t = T_TRUE;
    if (d->min_gap_days == 0 && d->window_days < 0)
        return t;
    if (v->settle_from == from && v->settle_to == to)
        return v->settle_as ? T_TRUE : T_FALSE;
    find_gap(v->f->reentry_gaps, v->f->reentry_gap_count, from, to, &min, &max);
    if (d->min_gap_days > 0)
        t = and3(t, at_least(min, max, d->min_gap_days));
    if (d->window_days >= 0)
        t = and3(t, at_most(min, max, d->window_days));
    return t;
}

static enum truth wanted(enum sameness rule, enum truth same)
{
    if (rule == SAMENESS_ANY)
        return T_TRUE;
    return rule == SAMENESS_SAME ? same : same == T_UNKNOWN ? T_UNKNOWN : T_TRUE - same;
}

/* Conditions that a changed definition may put on the later episode. */
static enum truth comparison(const struct definition *d, const struct mode_view *v, int from,
                             int to)
{
    const struct episode_facts *a = &v->f->episodes[from], *b = &v->f->episodes[to];
    enum truth exploiter = b->exploiter == RELATION_SAME        ? T_TRUE
                           : b->exploiter == RELATION_DIFFERENT ? T_FALSE
                                                                : T_UNKNOWN;
    enum truth type = !a->types || !b->types ? T_UNKNOWN : a->types & b->types ? T_TRUE : T_FALSE;
    enum truth border = T_TRUE;
    if (d->border != BORDER_ANY) {
        enum crossing c = d->border == BORDER_INTERNAL ? CROSSING_INTERNAL : CROSSING_BORDER;
        border = b->border == CROSSING_UNKNOWN ? T_UNKNOWN : b->border == c ? T_TRUE : T_FALSE;
    }
    return and3(border, and3(wanted(d->same_exploiter, exploiter), wanted(d->same_type, type)));
}

/* Does the step from one qualifying episode to the next one left count? Those between are dropped.
 */
static enum truth boundary(const struct definition *d, const struct mode_view *v, int from, int to)
{
    enum truth t = comparison(d, v, from, to);
    if (d->count_unit == COUNT_FURTHER_HARM)
        return t;
    if (d->count_unit == COUNT_FURTHER_INCIDENT_IN_WINDOW)
        return and3(t, in_window(d, v, from, to));
    enum truth left = T_FALSE;
    for (int i = from; i < to && left != T_TRUE; i++) {
        enum truth exit = d->exit_required ? v->of[i][EXIT] : T_TRUE;
        exit = and3(exit, and3(precedes(v, i, to), gap_allows(d, v, i, to)));
        left = or3(left, exit);
    }
    return and3(t, and3(left, precedes(v, from, to)));
}

/* Further ones inside a single row that stands for several. */
static struct count_range repeats(const struct definition *d, const struct mode_view *v, int i)
{
    const struct episode_facts *e = &v->f->episodes[i];
    struct count_range r = {e->repeat_min - 1, e->repeat_max};
    if (r.max != OPEN_ENDED)
        r.max--;
    if (d->count_unit == COUNT_FURTHER_HARM)
        return r;
    enum truth internal = v->of[i][INTERNAL_EXIT];
    if (d->count_unit == COUNT_FURTHER_INCIDENT_IN_WINDOW || !d->exit_required)
        internal = T_UNKNOWN; /* their dates are unknown */
    if (internal == T_FALSE)
        return (struct count_range){0, 0};
    if (internal == T_UNKNOWN)
        r.min = 0;
    return r;
}

static int64_t add_open(int64_t a, int64_t b)
{
    return a == OPEN_ENDED || b == OPEN_ENDED ? OPEN_ENDED : a + b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a == OPEN_ENDED || b == OPEN_ENDED ? OPEN_ENDED : a > b ? a : b;
}

/* The least and most over every way of settling what is unknown. For each episode that can qualify,
 * the range over all ways in which it is the last so far; each boundary is settled on its own,
 * since it uses the exits between its two episodes and no others. */
static struct count_range count_chain(const struct definition *d, const struct mode_view *v)
{
    int n = v->f->episode_count;
    struct count_range *last = arena_array(v->arena, (size_t)n + 1, sizeof *last);
    enum truth *q = arena_array(v->arena, (size_t)n + 1, sizeof *q);
    struct count_range total = {0, 0};
    bool may_start = true, any = false;
    for (int to = 0; to < n; to++) {
        q[to] = classify_qualifies(d, v, to);
        if (q[to] == T_FALSE)
            continue;
        struct count_range own = repeats(d, v, to), best = {INT64_MAX, INT64_MIN};
        if (may_start)
            best = own;
        for (int from = to - 1; from >= 0; from--) {
            if (q[from] == T_FALSE)
                continue;
            enum truth step = boundary(d, v, from, to);
            int64_t min = last[from].min + own.min + (step == T_TRUE);
            int64_t max = add_open(add_open(last[from].max, own.max), step != T_FALSE);
            best.min = min < best.min ? min : best.min;
            best.max = best.max == INT64_MIN ? max : larger(best.max, max);
            if (q[from] == T_TRUE)
                break; /* it cannot be dropped */
        }
        last[to] = best;
        may_start = may_start && q[to] != T_TRUE;
    }
    /* Every episode after the last must be one that can be dropped. */
    for (int i = n - 1; i >= 0; i--) {
        if (q[i] == T_FALSE)
            continue;
        total.min = any && total.min < last[i].min ? total.min : last[i].min;
        total.max = any ? larger(total.max, last[i].max) : last[i].max;
        any = true;
        if (q[i] == T_TRUE)
            return total;
    }
    total.min = 0; /* none may qualify at all */
    return total;
}

/* ---- measures of the record: referrals and decisions ---- */

static bool about_new_conduct(const struct person_facts *f, int k)
{
    int64_t before = -1;
    for (int i = 0; i < k; i++)
        if (f->referrals[i].nrm_accepted && f->referrals[i].after_seq > before)
            before = f->referrals[i].after_seq;
    return f->referrals[k].about_max_seq > before;
}

static struct count_range count_referrals(const struct definition *d, const struct mode_view *v)
{
    const struct person_facts *f = v->f;
    int64_t counted = 0, doubtful = 0;
    bool first = true;
    for (int k = 0; k < f->referral_count; k++) {
        if (!f->referrals[k].nrm_accepted)
            continue;
        if (!first && d->scope == SCOPE_REFERRAL_NEW_CONDUCT && !f->referrals[k].about_stated)
            doubtful++;
        else if (!first && (d->scope == SCOPE_REFERRAL || about_new_conduct(f, k)))
            counted++;
        first = false;
    }
    struct count_range r = {counted, counted + doubtful};
    if (v->complete != T_TRUE)
        r.max = OPEN_ENDED;
    return r;
}

static struct count_range count_decisions(const struct mode_view *v)
{
    const struct person_facts *f = v->f;
    bool *seen = arena_array(v->arena, (size_t)f->episode_count + 1, sizeof *seen);
    int64_t different = 0;
    for (int i = 0; i < f->decision_count; i++) {
        int episode = f->decisions[i].episode;
        if (!f->decisions[i].positive_cg || episode < 0 || seen[episode])
            continue;
        seen[episode] = true;
        different++;
    }
    int64_t further = different > 1 ? different - 1 : 0;
    return (struct count_range){further, further};
}

/* ---- the answer ---- */

struct classification classify(const struct definition *d, struct mode_view *v)
{
    struct classification c = {0};
    switch (d->count_unit) {
    case COUNT_RE_ENTRY:
    case COUNT_FURTHER_INCIDENT_IN_WINDOW:
    case COUNT_FURTHER_HARM:
        c.count = count_chain(d, v);
        break;
    case COUNT_FURTHER_ACCEPTED_REFERRAL:
        c.count = count_referrals(d, v);
        break;
    case COUNT_FURTHER_POSITIVE_CG:
        c.count = count_decisions(v);
        break;
    }
    c.verdict = c.count.min >= 1   ? VERDICT_YES
                : c.count.max == 0 ? VERDICT_NO
                                   : VERDICT_INDETERMINATE;
    return c;
}

enum helpline_class classify_helpline(const struct person_facts *f, struct mode_view *lenient)
{
    const struct definition *d = definition_find(definitions_builtin(), "MS_REEXP");
    bool again = classify(d, lenient).verdict == VERDICT_YES;
    bool concern = f->further_risk_concern == ANSWER_YES;
    if (again)
        return concern ? HELPLINE_AGAIN : HELPLINE_KNOWN;
    for (int i = 0; i < f->exit_count; i++)
        if (f->exits[i].status == EXIT_NOT_CEASED && f->intervention_during == ANSWER_YES)
            return HELPLINE_REEXP;
    return concern ? HELPLINE_CONCERN : HELPLINE_NONE;
}

const char *verdict_name(enum verdict v)
{
    static const char *const names[] = {"NO", "YES", "INDETERMINATE"};
    return names[v];
}

const char *mode_name(enum mode m)
{
    return m == MODE_STRICT ? "strict" : "lenient";
}

const char *helpline_class_name(enum helpline_class c)
{
    static const char *const names[] = {"NONE", "CONCERN", "REEXP", "KNOWN", "AGAIN"};
    return names[c];
}
