#include "disclosure/budget.h"

#include <math.h>

double budget_rho(double epsilon, double delta)
{
    double log_delta = -log(delta), root = sqrt(epsilon + log_delta) - sqrt(log_delta);
    return root * root;
}

double budget_epsilon(double rho, double delta)
{
    return rho + 2 * sqrt(rho * -log(delta));
}

struct budget_total budget_add(const struct budget_release *list, size_t n, int year)
{
    struct budget_total t = {0};
    for (size_t i = 0; i < n; i++) {
        if (year && list[i].year != year)
            continue;
        t.delta = t.releases == 0 || list[i].delta < t.delta ? list[i].delta : t.delta;
        t.rho += list[i].rho;
        t.releases++;
    }
    if (t.releases)
        t.epsilon = budget_epsilon(t.rho, t.delta);
    return t;
}
