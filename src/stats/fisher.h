/* Fisher's exact test of a 2 x 2 table and the conditional odds ratio. */
#ifndef STATS_FISHER_H
#define STATS_FISHER_H

struct fisher {
    double p;       /* two-sided: tables no more probable than this one (to 1e-7 relative, as R) */
    double cond_or; /* conditional maximum likelihood; 0 or INFINITY at the ends; NAN: no freedom */
    double lo, hi;  /* exact limits: each tail holds (1 - level) / 2 (Cornfield 1956) */
};

/* x1 of n1 against x2 of n2. Solved to about 1e-13. Cost: about 30 times the width of the
 * distribution, at most the square root of the counts. */
struct fisher fisher_exact(double x1, double n1, double x2, double n2, double level);

#endif
