#include "stats/wording.h"

#include "stats/two_sample.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WHOLE_FROM = 50, DECIMAL_FROM = 5000 };

enum wording wording_of_interval(struct interval i, double none)
{
    if (isnan(i.lo) || isnan(i.hi))
        return WORDING_TOO_FEW;
    return i.lo > none ? WORDING_HIGHER : i.hi < none ? WORDING_LOWER : WORDING_NOT_SHOWN;
}

/* ---- shares ---- */

struct fraction {
    double x, n;
};

/* The least and the most that the true counts may be. */
static struct fraction least(struct counted c, double slack)
{
    return (struct fraction){fmax(0, c.yes - slack), c.all + slack};
}

static struct fraction most(struct counted c, double slack)
{
    double n = fmax(1, c.all - slack);
    return (struct fraction){fmin(n, c.yes + c.unknown + slack), n};
}

static double lower_limit(struct fraction a, struct fraction b, double level)
{
    return two_proportions(a.x, a.n, b.x, b.n, level).newcombe.lo;
}

/* The difference a - b with everything that may stand against either claim counted against it. */
static struct interval against(struct counted a, struct counted b, double slack, double level)
{
    return (struct interval){lower_limit(least(a, slack), most(b, slack), level),
                             -lower_limit(least(b, slack), most(a, slack), level)};
}

static struct counted known(struct counted c)
{
    return (struct counted){c.yes, c.all - c.unknown, 0};
}

enum wording wording_compare(struct counted a, struct counted b, double slack, double level)
{
    const double all[] = {a.yes, a.all, a.unknown, b.yes, b.all, b.unknown};
    for (int i = 0; i < 6; i++)
        if (isnan(all[i]))
            return WORDING_HIDDEN;
    if (a.all - slack < WORDING_LEAST || b.all - slack < WORDING_LEAST)
        return WORDING_TOO_FEW;
    enum wording w = wording_of_interval(against(a, b, slack, level), 0);
    if (w != WORDING_NOT_SHOWN)
        return w;
    a = known(a);
    b = known(b);
    if (a.all - slack < WORDING_LEAST || b.all - slack < WORDING_LEAST)
        return WORDING_NOT_SHOWN;
    return wording_of_interval(against(a, b, slack, level), 0) == WORDING_NOT_SHOWN
               ? WORDING_NOT_SHOWN
               : WORDING_UNKNOWN_DECIDES;
}

/* ---- counts of events ---- */

/* Lower limit of after / before. */
static double ratio_from(double before, double after, double level)
{
    double p = proportion_interval(after, before + after, level, PROP_CLOPPER_PEARSON).lo;
    return p / (1 - p);
}

enum wording wording_change(double before, double after, double slack, double level)
{
    if (isnan(before) || isnan(after))
        return WORDING_HIDDEN;
    if (before + after <= 0)
        return WORDING_TOO_FEW;
    double low_after = fmax(0, after - slack), low_before = fmax(0, before - slack);
    struct interval ratio = {0, INFINITY};
    if (low_after > 0)
        ratio.lo = ratio_from(before + slack, low_after, level);
    if (low_before > 0)
        ratio.hi = 1 / ratio_from(after + slack, low_before, level);
    return wording_of_interval(ratio, 1);
}

/* ---- in words ---- */

const char *wording_compared(enum wording w)
{
    static const char *const words[] = {
        [WORDING_HIGHER] = "higher than",
        [WORDING_LOWER] = "lower than",
        [WORDING_NOT_SHOWN] = "not shown to differ from",
        [WORDING_UNKNOWN_DECIDES] =
            "not shown to differ, since those not known could reverse it, from",
        [WORDING_TOO_FEW] = "too small a group to compare with",
        [WORDING_HIDDEN] = "not compared, since a count is not published, with",
    };
    return words[w];
}

const char *wording_changed(enum wording w)
{
    static const char *const words[] = {
        [WORDING_HIGHER] = "rose",
        [WORDING_LOWER] = "fell",
        [WORDING_NOT_SHOWN] = "shows no clear change",
        [WORDING_UNKNOWN_DECIDES] = "shows no clear change",
        [WORDING_TOO_FEW] = "is too small to show a change",
        [WORDING_HIDDEN] = "is not published",
    };
    return words[w];
}

static void percent(double share, double all, char out[WORDING_TEXT])
{
    int decimals = all >= DECIMAL_FROM ? 1 : 0;
    double unit = decimals ? 0.001 : 0.01;
    if (share > 0 && share < unit / 2)
        snprintf(out, WORDING_TEXT, "under %g%%", 100 * unit);
    else if (share < 1 && share > 1 - unit / 2)
        snprintf(out, WORDING_TEXT, "over %g%%", 100 - 100 * unit);
    else
        snprintf(out, WORDING_TEXT, "%.*f%%", decimals, 100 * share);
}

void wording_share(double yes, double all, char out[WORDING_TEXT])
{
    if (isnan(yes) || isnan(all))
        snprintf(out, WORDING_TEXT, "not published");
    else if (all <= 0)
        snprintf(out, WORDING_TEXT, "none");
    else if (all < WHOLE_FROM)
        snprintf(out, WORDING_TEXT, "%.0f of %.0f", yes, all);
    else
        percent(yes / all, all, out);
}

void wording_range(struct counted c, char out[WORDING_TEXT])
{
    char low[WORDING_TEXT], high[WORDING_TEXT];
    if (isnan(c.yes) || isnan(c.all) || isnan(c.unknown) || c.all <= 0 || c.unknown <= 0) {
        wording_share(c.yes, isnan(c.unknown) ? NAN : c.all, out);
        return;
    }
    if (c.all < WHOLE_FROM) {
        snprintf(out, WORDING_TEXT, "between %.0f and %.0f of %.0f", c.yes, c.yes + c.unknown,
                 c.all);
        return;
    }
    percent(c.yes / c.all, c.all, low);
    percent((c.yes + c.unknown) / c.all, c.all, high);
    if (strcmp(low, high) == 0)
        snprintf(out, WORDING_TEXT, "%s", low);
    else
        snprintf(out, WORDING_TEXT, "between %.20s and %.20s", low, high);
}

void wording_one_in(double share, char out[WORDING_TEXT])
{
    if (isnan(share))
        snprintf(out, WORDING_TEXT, "not known");
    else if (share <= 0)
        snprintf(out, WORDING_TEXT, "none");
    else if (share >= 1)
        snprintf(out, WORDING_TEXT, "all");
    else if (share < 0.005)
        snprintf(out, WORDING_TEXT, "fewer than 1 in 200");
    else if (share < 0.275)
        snprintf(out, WORDING_TEXT, "about 1 in %.0f", 1 / share);
    else if (share >= 0.45 && share < 0.55)
        snprintf(out, WORDING_TEXT, "about half");
    else if (share >= 0.95)
        snprintf(out, WORDING_TEXT, "nearly all");
    else
        snprintf(out, WORDING_TEXT, "about %.0f in 10", 10 * share);
}
