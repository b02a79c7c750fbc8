/* What is not collected, and why: how often each field that an item needs is filled. */
#include "app/request_parts.h"

#include "domain/layout.h"

/* A field can be filled only where something happened. So that its share tells nobody, it is told
 * to the nearest 5%, of 100 records or more, and 1 to 4 records are told as none is. */
enum { SHARE_FROM = 100 };

static bool never_filled(const struct request *q, const struct request_coverage *c)
{
    return c->filled < (q->job->complete ? 1 : RELEASE_BASE);
}

static const char *coverage_words(struct request *q, const struct request_coverage *c)
{
    if (c->unread)
        return "not read: sealed with the identity key";
    if (c->records < (q->job->complete ? 1 : RELEASE_BASE))
        return q->job->complete ? "no record of that kind"
                                : "no record of that kind, or fewer than 5";
    if (never_filled(q, c))
        return q->job->complete ? "never filled (0%)" : "never filled, or in fewer than 5 records";
    double p = 100.0 * (double)c->filled / (double)c->records;
    if (q->job->complete)
        return arena_printf(&q->r.memory, "%.1f%% (%llu of %llu)", p, (unsigned long long)c->filled,
                            (unsigned long long)c->records);
    if (c->records < SHARE_FROM)
        return "filled; too few records for a share";
    if (p < 5 || p > 95)
        return p < 5 ? "under 5%" : "over 95%";
    return arena_printf(&q->r.memory, "about %d%%", (int)(p / 5 + 0.5) * 5);
}

/* Channels whose layout has a place for the field, "extracts of msvcc and ngo have"; NULL: none. */
static const char *carriers(struct request *q, const struct field *field)
{
    size_t n, found = 0;
    const struct layout *const *all = layout_all(&n);
    const char *out = "", *last = NULL;
    for (size_t i = 0; i < n; i++) {
        bool carries = false;
        for (size_t k = 0; k < all[i]->count; k++)
            carries |= all[i]->columns[k].field == field;
        if (!carries || strcmp(all[i]->channel, "htcds") == 0)
            continue;
        if (last)
            out = arena_printf(&q->r.memory, "%s%s%s", out, *out ? ", " : "", last);
        last = all[i]->channel;
        found++;
    }
    return found == 0   ? NULL
           : found == 1 ? arena_printf(&q->r.memory, "extract of %s has", last)
                        : arena_printf(&q->r.memory, "extracts of %s and %s have", out, last);
}

static const char *why_missing(struct request *q, const struct request_coverage *c)
{
    const char *from = carriers(q, c->field);
    if (c->unread)
        return "Statistics never open the identity key.";
    if (c->records < (q->job->complete ? 1 : RELEASE_BASE))
        return "There is nothing to be filled.";
    if (never_filled(q, c))
        return from ? arena_printf(&q->r.memory, "The %s a place for it, left empty.", from)
                    : "No agency's extract has a place for it.";
    if (!from)
        return "No agency's extract has it: the import sets it.";
    return c->filled * 20 < c->records * 19
               ? arena_printf(&q->r.memory, "The %s it; not every record says it.", from)
               : "It is collected.";
}

void request_coverage_table(struct request *q)
{
    static const char *const holders[] = {"all records", "MSVCC referrals",
                                          "records of MSVCC or AVMS support", "NRM referrals"};
    static const struct table_column columns[] = {{"Item", false, 8},
                                                  {"Field", false, 40},
                                                  {"Of which records", false, 28},
                                                  {"Share that has it", false, 28},
                                                  {"Why not all", false, 44}};
    struct grid *g =
        grid_new(&q->r, "Fields that each item needs, and how often they are filled", columns, 5);
    for (size_t i = 0; i < q->item_count; i++)
        for (size_t k = 0; k < q->items[i].coverage_count; k++) {
            const struct request_coverage *c = &q->coverage[q->items[i].coverage_first + k];
            grid_text(g, q->items[i].id);
            grid_text(g,
                      arena_printf(&q->r.memory, "%s.%s", c->field->entity->name, c->field->name));
            grid_text(g, holders[c->holder]);
            grid_text(g, coverage_words(q, c));
            grid_text(g, why_missing(q, c));
        }
    grid_end(g);
}

void request_missing_words(struct request *q, const struct request_item *t)
{
    for (size_t k = 0; k < t->coverage_count; k++) {
        const struct request_coverage *c = &q->coverage[t->coverage_first + k];
        if (never_filled(q, c) || c->unread)
            bulletin_item(q->r.b, "Not collected or not read: %s.%s, %s. %s",
                          c->field->entity->name, c->field->name, coverage_words(q, c),
                          why_missing(q, c));
    }
}
