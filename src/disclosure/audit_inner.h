/* What the files of the audit share: what has been seen of each cell, and what the rows imply. */
#ifndef DISCLOSURE_AUDIT_INNER_H
#define DISCLOSURE_AUDIT_INNER_H

#include "base/progress.h"
#include "disclosure/audit.h"

#define NONE UINT32_MAX

/* Bounds that rows imply from the bounds of their other cells, in whole numbers: all coefficients
 * are 1 or -1. */
struct spread {
    struct audit *a;
    uint32_t *use_start, *use_row; /* rows of each cell */
    uint32_t *queue, head, count;
    uint8_t *queued;
};

void spread_open(struct spread *s, struct audit *a);
void spread_close(struct spread *s);
/* Until nothing changes, or bounds only creep. False: no counts fit. */
bool spread_all(struct spread *s);

struct search {
    struct audit *a;
    const uint8_t *target;
    int64_t width;
    int64_t *box_lo, *box_hi;    /* what the printed values alone say */
    double *min_seen, *max_seen; /* of each cell over all counts found that fit */
    double *least, *most;        /* proven: the rows' bounds, narrowed by programs */
    struct spread *spread;
};

static inline bool is_target(const struct search *s, uint32_t cell)
{
    return s->target ? s->target[cell] : cell < s->a->m->nlisted;
}

void search_see(struct search *s, uint32_t cell, double v);
/* Is the end of the range known? */
bool search_high_done(const struct search *s, uint32_t cell);
bool search_low_done(const struct search *s, uint32_t cell);
bool search_wide_enough(const struct search *s, uint32_t cell);
bool search_cell_done(const struct search *s, uint32_t cell);
/* A program proved least <= cell <= most; rows carry that on to other cells. */
void search_learn(struct search *s, uint32_t cell, double least, double most);

/* From counts that fit, moves by single people: exact wherever a move reaches a bound. */
void people_move(struct search *s, const int64_t *point);

/* Linear programs for what is still open. ST_DATA when no counts fit. */
MUST_CHECK enum status programs_run(struct search *s, const struct progress *progress,
                                    struct err *e);

#endif
