/* Adding up what releases about the same people spend: zero-concentrated differential privacy.
 *
 * rho of several releases adds up (Bun & Steinke 2016, lemma 1.7); a total is told as the epsilon
 * that goes with it at one delta (proposition 1.3). */
#ifndef DISCLOSURE_BUDGET_H
#define DISCLOSURE_BUDGET_H

#include <stddef.h>

/* (sqrt(epsilon + ln 1/delta) - sqrt(ln 1/delta))^2; epsilon > 0, 0 < delta < 1. */
double budget_rho(double epsilon, double delta);
/* rho + 2 sqrt(rho ln 1/delta), the inverse. */
double budget_epsilon(double rho, double delta);

struct budget_release {
    double rho, delta;
    int year; /* in which it was released */
};
struct budget_total {
    size_t releases;
    double rho, delta, epsilon; /* delta: the smallest of theirs; epsilon at that delta */
};

/* Of the releases of one year, or of all when `year` is 0. Zeros when there are none. */
struct budget_total budget_add(const struct budget_release *list, size_t n, int year);

#endif
