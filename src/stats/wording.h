/* What may be said of published counts: rules of wording, so that no sentence claims a difference
 * or a change that the interval does not support. Pure. docs/method/wording.md has the rules and a
 * worked example.
 *
 * A claim must hold (1) beyond chance: the interval leaves out "no difference"; touching it is not
 * enough; (2) whatever the unknown are: they are counted against the claim (Manski 1989); (3) at
 * every true count that the rounded one allows: `slack` is the most by which a published count
 * can differ from the true one (base - 1 after controlled rounding, 0 for exact counts). */
#ifndef STATS_WORDING_H
#define STATS_WORDING_H

#include "stats/proportion.h"

enum wording {
    WORDING_HIGHER,
    WORDING_LOWER,
    WORDING_NOT_SHOWN,       /* the interval holds "no difference" */
    WORDING_UNKNOWN_DECIDES, /* shown among the known, but the unknown could undo it */
    WORDING_TOO_FEW,         /* fewer than WORDING_LEAST, or nothing counted */
    WORDING_HIDDEN           /* a count is not published (NAN) */
};

#define WORDING_LEAST 30 /* people on each side of a comparison */
#define WORDING_TEXT 64

/* `yes` for certain and `unknown` of `all`; yes + unknown <= all. NAN: not published. */
struct counted {
    double yes, all, unknown;
};

/* `none` is what no difference would be: 0 for a difference, 1 for a ratio. NAN limits: too few. */
enum wording wording_of_interval(struct interval i, double none);

/* Is the share of `a` higher than that of `b`? Newcombe's hybrid score interval (two_sample.h). */
enum wording wording_compare(struct counted a, struct counted b, double slack, double level);

/* Did a count of events rise from one period of the same length to the next? Exact interval of the
 * ratio: given their sum, the later count is binomial (Clopper-Pearson). */
enum wording wording_change(double before, double after, double slack, double level);

/* ---- in words ---- */

/* "higher than", "lower than", "not shown to differ from", ... */
const char *wording_compared(enum wording w);
/* "rose", "fell", "shows no clear change", ... */
const char *wording_changed(enum wording w);
/* A share as precise as the count allows: "7.4%" of 5,000 or more, "7%" of 50 or more, else "5 of
 * 40"; "none" of nobody. */
void wording_share(double yes, double all, char out[WORDING_TEXT]);
/* The share that is certain and the share that is possible: "23%" or "between 23% and 49%"; below
 * 50 "between 5 and 9 of 40". */
void wording_range(struct counted c, char out[WORDING_TEXT]);
/* "about 1 in 8", "about 3 in 10", "about half", "fewer than 1 in 200", "none", "all". */
void wording_one_in(double share, char out[WORDING_TEXT]);

#endif
