#include "ingest/when_words.h"

/* "March to June 2020": the first month takes the year of the second. */
static int bare_month(struct reader *r, const struct token *t, struct when *out)
{
    int m = when_month_of(&t[0]);
    if (!m || !(when_one_of(&t[1], "to until till and through") || when_is_sign(&t[1], "-")))
        return 0;
    struct when second;
    struct reader quiet = {.today = r->today};
    if (!when_point(&quiet, t + 2, &second) || second.precision > WHEN_MONTH)
        return 0;
    struct ymd v = date_to_ymd(second.first);
    *out = when_whole_month(m <= v.m ? v.y : v.y - 1, m);
    return 1;
}

/* "for six months"; months in *out. */
static int duration(const struct token *t, int *months, int *days)
{
    int k = when_one_of(&t[0], "about around approximately nearly almost over");
    long n = when_small_number(&t[k]);
    k += 1 + when_is_word(&t[k + 1], "of");
    if (n < 0 || n > AGE_LIMIT)
        return 0;
    *months = *days = 0;
    if (when_one_of(&t[k], "year years yrs"))
        *months = (int)n * 12;
    else if (when_one_of(&t[k], "month months"))
        *months = (int)n;
    else if (when_one_of(&t[k], "week weeks"))
        *days = (int)n * 7;
    else if (when_one_of(&t[k], "day days"))
        *days = (int)n;
    else
        return 0;
    return when_one_of(&t[k + 1], "old ago of") ? 0 : k + 1;
}

struct period_scan {
    struct when start, end, alone;
    bool has_start, has_end, has_alone, ongoing, order;
    int months, days; /* duration */
};

enum role { ALONE, START, FINISH, BEFORE, AFTER };

static void place(struct period_scan *p, enum role role, struct when w)
{
    if (role == BEFORE || role == AFTER) {
        p->order = true; /* one end of a range is no range */
        return;
    }
    if (role == START) {
        if (!p->has_start)
            p->start = w;
        p->has_start = true;
    } else if (role == FINISH) {
        p->end = w;
        p->has_end = true;
    } else if (!p->has_alone) {
        p->alone = w;
        p->has_alone = true;
    } else if (!p->has_end && !p->has_start) { /* two dates side by side: from and to */
        p->start = p->alone;
        p->end = w;
        p->has_start = p->has_end = true;
        p->has_alone = false;
    }
}

static void scan(struct reader *r, const struct tokens *tokens, struct period_scan *p)
{
    enum role role = ALONE;
    bool between = false;
    for (int i = 0; i < tokens->n;) {
        const struct token *t = &tokens->t[i];
        struct when w;
        int used = bare_month(r, t, &w);
        if (!used)
            used = when_point(r, t, &w);
        if (!used && role == FINISH && p->start.precision == WHEN_AGE && t->kind == NUMBER &&
            t->value <= AGE_LIMIT) { /* aged 15 to 17 */
            w = when_of_age((int)t->value, (int)t->value);
            used = 1;
        }
        if (used) {
            place(p, role, w);
            role = ALONE;
            i += used;
            continue;
        }
        if (when_one_of(t, "from starting started began begun beginning since")) {
            role = START;
            p->ongoing |= when_is_word(t, "since");
        } else if (when_is_word(t, "between")) {
            role = START;
            between = true;
        } else if (when_one_of(t, "until till to through ending ended escaped left") ||
                   (between && when_is_word(t, "and")) ||
                   (when_is_sign(t, "-") && (p->has_alone || p->has_start))) {
            if (p->has_alone && !p->has_start) {
                p->start = p->alone;
                p->has_start = true;
                p->has_alone = false;
            }
            role = FINISH;
        } else if (when_one_of(t, "before after")) {
            role = when_is_word(t, "before") ? BEFORE : AFTER;
            p->order = true;
        } else if (when_one_of(t, "present now ongoing currently still continuing date") &&
                   (role == FINISH || !when_is_word(t, "date"))) {
            p->ongoing = true;
            role = ALONE;
        } else if (when_is_word(t, "for")) {
            i += duration(t + 1, &p->months, &p->days);
        } else if (when_one_of(t, "not unknown unsure")) {
            role = ALONE;
        }
        i++;
    }
}

/* A start or an end that only the duration gives. */
static struct when shifted(const struct period_scan *p, struct when from, int sign)
{
    if (from.first == DATE_NONE)
        return when_nothing;
    return when_span(when_add_months(from.first, sign * p->months) + sign * p->days,
                     when_add_months(from.latest, sign * p->months) + sign * p->days, WHEN_RANGE);
}

bool period_read(struct str words, int32_t today, struct period *out)
{
    struct tokens tokens;
    struct reader r = {.today = today};
    struct period_scan p = {.start = when_nothing, .end = when_nothing, .alone = when_nothing};
    when_tokenize(words, &tokens);
    scan(&r, &tokens, &p);
    if (p.has_end)
        p.ongoing = false;
    bool length = p.months || p.days;
    if (p.has_alone && !p.has_start && !p.has_end) {
        p.start = p.alone;
        p.has_start = true;
        if (!p.ongoing && !length) {
            p.end = p.alone;
            p.has_end = true;
        }
    }
    if (length && p.has_start && !p.has_end && !p.ongoing) {
        p.end = shifted(&p, p.start, 1);
    } else if (length && p.has_end && !p.has_start) {
        p.start = shifted(&p, p.end, -1);
        p.has_start = true;
    }
    /* "aged 15 to 17": the end is an age too. */
    if (p.has_start && !p.has_end && p.start.precision == WHEN_AGE && !p.ongoing)
        p.end = when_nothing;
    if (p.end.first == DATE_NONE && p.end.precision != WHEN_AGE)
        p.end = when_nothing;
    if (p.order && !p.has_start && !p.has_end)
        p.start.precision = p.end.precision = WHEN_ORDER_ONLY;
    *out = (struct period){p.start, p.end, p.ongoing};
    return p.has_start || p.has_end || p.ongoing || p.order;
}
