/* People on no list, estimated on every draw of the links and pooled. */
#include "app/link_draws.h"
#include "app/register_mse.h"

#include <math.h>
#include <stdlib.h>

/* The unobserved and its squared standard error on one draw; NAN when there is no estimate. */
static void estimate(const int64_t *people, struct arena *memory, double *observed, double *dark,
                     double *variance)
{
    struct mse_table t;
    struct mse_fixed f;
    struct mse_model model;
    struct mse_quick quick;
    struct err e = {0};
    *dark = *variance = NAN;
    *observed = 0;
    for (int c = 1; c < LINK_CELLS; c++)
        *observed += (double)people[c];
    if (register_table(people, memory, &t, &e) != ST_OK)
        return;
    struct mse_work *w = mse_work_new(t.lists);
    mse_work_data(w, t.count);
    mse_stepwise(w, t.lists, MSE_THRESHOLD, &model, &quick, NULL);
    mse_work_free(w);
    mse_fit_model(&t, &model, memory, &f);
    if (f.status != 0)
        return;
    *dark = f.dark;
    *variance = f.se_dark * f.se_dark;
}

void link_hidden(struct link_draws *out, const struct link_draws_options *o,
                 const struct link_counting *counting, const int64_t *totals)
{
    size_t draws = (size_t)o->draws;
    double *dark = mem_array(draws, sizeof *dark), *variance = mem_array(draws, sizeof *variance);
    struct arena memory = ARENA_EMPTY;
    out->hidden = (struct hidden_draws){.asked = true};
    for (size_t i = 0; i < draws; i++) {
        const int64_t *of_draw = totals + i * link_slots(counting);
        double observed;
        estimate(of_draw + link_cell_slot(counting->set, 0), &memory, &observed, &dark[i],
                 &variance[i]);
        out->hidden.observed += observed / o->draws;
        arena_rewind(&memory);
    }
    pool_draws(dark, variance, draws, POOL_LOG, 0.95, &out->hidden.unobserved);
    arena_free(&memory);
    free(dark);
    free(variance);
}
