#include "app/decided.h"

#include <stdlib.h>

static enum status note_review(void *ctx, const struct review *r, struct err *e)
{
    (void)e;
    struct decided *d = ctx;
    if (r->record >= 0 && (size_t)r->record < d->count && strcmp(r->question, "incident") == 0)
        d->incident[r->record] = r->answer[0];
    return ST_OK;
}

static enum status note_claim(void *ctx, const struct claim *c, struct err *e)
{
    (void)e;
    struct decided *d = ctx;
    bool reference = strcmp(c->basis, "NRM_REF") == 0 || strcmp(c->basis, "HO_REF") == 0 ||
                     strcmp(c->basis, "CRN") == 0;
    if (!claim_joins(c->status) || (c->status != CLAIM_CONFIRMED && !reference))
        return ST_OK;
    if ((size_t)c->a < d->count)
        d->link_confirmed[c->a] = true;
    if ((size_t)c->b < d->count)
        d->link_confirmed[c->b] = true;
    return ST_OK;
}

enum status decided_read(struct store *s, struct decided *out, struct err *e)
{
    uint64_t records, lines;
    int64_t highest;
    *out = (struct decided){0};
    TRY(store_count_records(s, &records, &lines, &highest, e));
    out->count = (size_t)highest + 1;
    out->incident = mem_zalloc(out->count, 1);
    out->link_confirmed = mem_zalloc(out->count, sizeof *out->link_confirmed);
    TRY(store_reviews_each(s, note_review, out, e));
    return store_claims_each(s, -1, note_claim, out, e);
}

void decided_free(struct decided *d)
{
    free(d->incident);
    free(d->link_confirmed);
    *d = (struct decided){0};
}

struct line_record decided_record(const struct decided *d, const struct stored *s)
{
    bool known = s->id >= 0 && (size_t)s->id < d->count;
    return (struct line_record){.id = s->id,
                                .organisation = s->organisation,
                                .channel = s->channel,
                                .record = &s->record,
                                .link_confirmed = known && d->link_confirmed[s->id],
                                .decided = known ? d->incident[s->id] : 0};
}
