/* Which facts would settle an answer: each is settled both ways, and the answer worked out again.
 */
#include "domain/classify_parts.h"

static const char *const element_names[] = {"act",       "means",    "minor", "purpose",
                                            "exploited", "distinct", "exit",  "internal_exit"};

static bool same_range(struct classification a, struct classification b)
{
    return a.count.min == b.count.min && a.count.max == b.count.max;
}

/* Does settling *fact change the range? */
static bool matters(const struct definition *d, struct mode_view *v, enum truth *fact,
                    struct classification now)
{
    enum truth kept = *fact;
    *fact = T_TRUE;
    bool changes = !same_range(classify(d, v), now);
    *fact = T_FALSE;
    changes = changes || !same_range(classify(d, v), now);
    *fact = kept;
    return changes;
}

static bool gap_matters(const struct definition *d, struct mode_view *v, int from, int to,
                        struct classification now)
{
    bool changes = false;
    v->settle_from = from;
    v->settle_to = to;
    for (v->settle_as = 0; v->settle_as < 2 && !changes; v->settle_as++)
        changes = !same_range(classify(d, v), now);
    v->settle_from = -1;
    return changes;
}

/* Does it matter whether episode i qualifies? */
static bool qualification_matters(const struct definition *d, struct mode_view *v, int i,
                                  struct classification now)
{
    bool changes = false;
    if (classify_qualifies(d, v, i) != T_UNKNOWN)
        return false;
    v->forced = i;
    for (v->forced_as = T_FALSE; v->forced_as <= T_TRUE && !changes; v->forced_as += T_TRUE)
        changes = !same_range(classify(d, v), now);
    v->forced = -1;
    return changes;
}

/* Can element k decide whether episode i qualifies, for some way of settling its other unknowns? */
static bool can_decide(const struct definition *d, struct mode_view *v, int i, int k)
{
    enum truth *t = v->of[i], kept[ELEMENTS];
    bool decides = false;
    memcpy(kept, t, sizeof kept);
    for (unsigned ways = 0; ways < 1u << EXIT && !decides; ways++) {
        for (int o = 0; o < EXIT; o++)
            if (kept[o] == T_UNKNOWN)
                t[o] = ways >> o & 1 ? T_TRUE : T_FALSE;
        t[k] = T_TRUE;
        enum truth with = classify_qualifies(d, v, i);
        t[k] = T_FALSE;
        decides = classify_qualifies(d, v, i) != with;
    }
    memcpy(t, kept, sizeof kept);
    return decides;
}

static void name_fact(const struct mode_view *v, struct buf *out, size_t start, int from, int to,
                      const char *what)
{
    const struct episode_facts *e = v->f->episodes;
    if (out->n > start)
        buf_addc(out, '|');
    if (from >= 0)
        buf_add(out, e[from].id.p, e[from].id.n);
    if (to >= 0) {
        buf_addc(out, '>');
        buf_add(out, e[to].id.p, e[to].id.n);
    }
    buf_addf(out, "%s%s", from >= 0 ? "." : "", what);
}

void classify_missing(const struct definition *d, struct mode_view *v, struct buf *out)
{
    struct classification now = classify(d, v);
    size_t start = out->n;
    if (now.verdict != VERDICT_INDETERMINATE)
        return;
    int n = v->f->episode_count;
    for (int i = 0; i < n; i++) {
        bool open = qualification_matters(d, v, i, now);
        for (int k = 0; k < ELEMENTS; k++)
            if (v->of[i][k] == T_UNKNOWN &&
                (k < EXIT ? open && can_decide(d, v, i, k) : matters(d, v, &v->of[i][k], now)))
                name_fact(v, out, start, i, -1, element_names[k]);
        if (d->scope <= SCOPE_ANY_LATER_HARM &&
            v->f->episodes[i].repeat_max != v->f->episodes[i].repeat_min)
            name_fact(v, out, start, i, -1, "repeats");
    }
    for (int i = 0; i < v->f->order_count; i++)
        if (v->precedes[i] == T_UNKNOWN && matters(d, v, &v->precedes[i], now))
            name_fact(v, out, start, v->f->orders[i].from, v->f->orders[i].to, "precedes");
    bool re_entry = d->count_unit == COUNT_RE_ENTRY;
    if (re_entry ? d->min_gap_days > 0 || d->window_days >= 0
                 : d->count_unit == COUNT_FURTHER_INCIDENT_IN_WINDOW)
        for (int i = 0; i + 1 < n; i++)
            if (gap_matters(d, v, i, i + 1, now))
                name_fact(v, out, start, i, i + 1, re_entry ? "exit_to_entry_gap" : "start_gap");
    if (v->complete != T_TRUE && matters(d, v, &v->complete, now))
        name_fact(v, out, start, -1, -1, "nrm_referrals_complete");
    if (d->scope == SCOPE_REFERRAL_NEW_CONDUCT)
        for (int k = 0; k < v->f->referral_count; k++)
            if (v->f->referrals[k].nrm_accepted && !v->f->referrals[k].about_stated) {
                name_fact(v, out, start, -1, -1, "referral_about");
                break;
            }
    if (out->n == start)
        name_fact(v, out, start, -1, -1, "several facts together");
}
