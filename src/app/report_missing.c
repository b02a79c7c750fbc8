/* Where data are missing: by channel and by the organisation that sent the records. */
#include "app/report_parts.h"

#include <math.h>

enum { LEAST_RECORDS = 50, SAYS = 0 };

/* Who the records are from: channels, or organisations. */
struct senders {
    const struct release_table *tables; /* COMPLETENESS_FIELDS of them */
    const char *const *names;
    const char *one, *title;
};

static int64_t records(const struct senders *s, int sender)
{
    return release_value(&s->tables[0], sender, -1, 0);
}

/* Shares, senders side by side. */
static void wide_table(struct report *r, const struct senders *s)
{
    int n = s->tables[0].levels[0];
    struct table_column *columns = arena_array(&r->memory, (size_t)n + 2, sizeof *columns);
    size_t k = 0;
    columns[k++] = (struct table_column){"% of records that say it", false, 44};
    for (int i = 0; i < n; i++)
        if (records(s, i) > 0)
            columns[k++] =
                (struct table_column){arena_printf(&r->memory, "%s: of %s records", s->names[i],
                                                   grouped(r, records(s, i))),
                                      true, 0};
    if (k == 1)
        return;
    struct grid *g =
        grid_new(r, arena_printf(&r->memory, "What records say, by %s", s->one), columns, k);
    for (int f = 0; f < COMPLETENESS_FIELDS; f++) {
        grid_text(g, completeness_words[f]);
        for (int i = 0; i < n; i++) {
            double all = (double)release_value(&s->tables[f], i, -1, 0);
            if (records(s, i) <= 0)
                continue;
            if (all < LEAST_RECORDS)
                grid_shorthand(g, "u");
            else
                grid_number(g, 100 * (double)release_value(&s->tables[f], i, SAYS, 0) / all, 0);
        }
    }
    grid_end(g);
}

/* The same with numerators and denominators, one row a pair. */
static void long_table(struct report *r, const struct senders *s)
{
    const struct table_column columns[] = {
        {"What is said", false, 44},      {s->title, false, 24}, {"Records that say it", true, 0},
        {"Records that do not", true, 0}, {"Records", true, 0},  {"Say it, %", true, 0}};
    struct grid *g = grid_new(
        r, arena_printf(&r->memory, "What records say, by %s: numbers", s->one), columns, 6);
    for (int f = 0; f < COMPLETENESS_FIELDS; f++)
        for (int i = 0; i < s->tables[f].levels[0]; i++) {
            const struct release_table *t = &s->tables[f];
            int64_t all = release_value(t, i, -1, 0);
            if (records(s, i) <= 0)
                continue;
            grid_text(g, completeness_words[f]);
            grid_text(g, s->names[i]);
            grid_count(g, release_value(t, i, SAYS, 0));
            grid_count(g, release_value(t, i, 1, 0));
            grid_count(g, all);
            if (all < LEAST_RECORDS)
                grid_shorthand(g, "u");
            else
                grid_share(g, (double)release_value(t, i, SAYS, 0), (double)all);
        }
    grid_end_folded(g);
}

static const char *const *channel_names(struct report *r)
{
    const struct code_list *list = dictionary_codes("referral_channel");
    const char **names = arena_array(&r->memory, list->count + 2, sizeof *names);
    for (size_t i = 0; i < list->count; i++)
        names[i] = arena_strndup(&r->memory, list->codes[i].code.p, list->codes[i].code.n);
    names[list->count] = "Not known";
    return names;
}

void report_missing(struct report *r)
{
    struct senders channels = {&r->referrals[RT_SAYS_CHANNEL], channel_names(r), "channel",
                               "Channel"};
    struct senders organisations = {&r->referrals[RT_SAYS_ORGANISATION], r->organisations,
                                    "organisation", "Organisation that sent them"};
    bulletin_section(r->b, "missing", "Where data are missing");
    bulletin_text(
        r->b, "A figure can only be as good as what is written down. These are shares of the "
              "records of each channel, and of each organisation that sends them; \"not known\" "
              "and \"not asked\" count as missing. Not every record could say everything: only "
              "a record of support has a reason why support ended, and a Duty to Notify "
              "report never carries a date of birth.");
    wide_table(r, &channels);
    wide_table(r, &organisations);
    bulletin_text(r->b, "Shares of fewer than %d records are of low reliability and not shown.",
                  LEAST_RECORDS);
    long_table(r, &channels);
    long_table(r, &organisations);
}
