/* How many people, referrals and repeats, split as nobody else does. */
#include "app/report_parts.h"

#include <math.h>

static const struct table_column by_year[] = {
    {"Year of receipt", false, 0}, {"Records", true, 0},     {"First known of a person", true, 0},
    {"Same incident", true, 0},    {"New episode", true, 0}, {"Unclear", true, 0}};
static const struct table_column by_channel[] = {
    {"Channel", false, 0},      {"Records", true, 0},     {"First known of a person", true, 0},
    {"Same incident", true, 0}, {"New episode", true, 0}, {"Unclear", true, 0}};
static const struct table_column nrm_year[] = {{"Year of receipt", false, 0},
                                               {"Accepted NRM referrals", true, 0},
                                               {"Repeats", true, 0},
                                               {"Repeats: same incident", true, 0},
                                               {"Repeats: new episode", true, 0},
                                               {"Repeats: unclear", true, 0},
                                               {"Repeats as % of accepted", true, 0}};

static void fill(struct report *r, const char *title, const struct table_column *columns,
                 const struct release_table *t, const char *const *labels)
{
    struct grid *g = grid_new(r, title, columns, 6);
    for (int i = -1; i < t->levels[0]; i++) {
        if (release_value(t, i, -1, 0) == 0)
            continue;
        grid_text(g, i < 0 ? "Total" : labels[i]);
        for (int k = -1; k < REFERRAL_KINDS; k++)
            grid_count(g, release_value(t, i, k, 0));
    }
    grid_end(g);
}

static void nrm_table(struct report *r)
{
    const struct release_table *t = &r->referrals[RT_NRM_YEAR];
    struct grid *g = grid_new(r, "Repeat NRM referrals by year and kind", nrm_year, 7);
    for (int i = -1; i < t->levels[0]; i++) {
        int64_t accepted = 0, repeats = 0;
        for (int k = 0; k < 4; k++)
            accepted += release_value(t, i, k, 0);
        for (int k = 1; k < 4; k++)
            repeats += release_value(t, i, k, 0);
        if (accepted == 0)
            continue;
        grid_text(g, i < 0 ? "Total" : r->years[i]);
        grid_count(g, accepted);
        grid_count(g, repeats);
        for (int k = 1; k < 4; k++)
            grid_count(g, release_value(t, i, k, 0));
        grid_number(g, accepted ? 100.0 * (double)repeats / (double)accepted : NAN, 1);
    }
    grid_end(g);
}

/* The last years that have a repeat; the table has all of them. */
static enum status chart(struct report *r, struct err *e)
{
    static const char *const series[] = {"Same incident", "New episode", "Unclear"};
    static const int codes[] = {KIND_SAME, KIND_NEW, KIND_UNCLEAR};
    const struct report_years years = {&r->referrals[RT_NRM_YEAR], r->years, r->year_count, series,
                                       codes};
    struct chart_words words = {
        .id = "repeats-by-year",
        .title = "Repeat NRM referrals by year and kind",
        .desc = "Horizontal bars for each of the last years, three a year: repeats about the same "
                "incident, about a new episode, and those that the records cannot tell apart. The "
                "numbers are in the table.",
        .note = r->source};
    return report_year_bars(r, &words, (struct chart_axis){.label = "Referrals"}, &years, e);
}

enum status report_repeats(struct report *r, struct err *e)
{
    const struct release_table *years = &r->referrals[RT_YEAR], *nrm = &r->referrals[RT_NRM_YEAR];
    int64_t people = release_value(&r->persons[PT_SEX], -1, -1, 0);
    int64_t new = release_value(nrm, -1, KIND_NEW, 0), same = release_value(nrm, -1, KIND_SAME, 0),
            unclear = release_value(nrm, -1, KIND_UNCLEAR, 0);
    bulletin_section(r->b, "repeats", "People, records and repeats");
    bulletin_text(
        r->b,
        "The register holds %s records of %s people (a person is a line: the records that links "
        "join). Of the repeat NRM referrals, %s are about the same incident as before, %s about a "
        "new episode, and for %s the records cannot tell.",
        grouped(r, release_value(years, -1, -1, 0)), grouped(r, people), grouped(r, same),
        grouped(r, new), grouped(r, unclear));
    bulletin_text(r->b,
                  "A count of repeats without this split mixes one story told twice with a person "
                  "trafficked twice. Unclear is not no.");
    TRY(chart(r, e));
    nrm_table(r);
    fill(r, "Records of every channel by year and what they are for the person", by_year, years,
         r->years);
    const struct code_list *channels = dictionary_codes("referral_channel");
    const char **labels = arena_array(&r->memory, channels->count + 1, sizeof *labels);
    for (size_t i = 0; i < channels->count; i++)
        labels[i] = label_words(r, channels->codes[i].label);
    labels[channels->count] = "Not known";
    fill(r, "Records by channel and what they are for the person", by_channel,
         &r->referrals[RT_CHANNEL], labels);
    buf_addf(&r->job->findings, "%s records are %s people.\n",
             grouped(r, release_value(years, -1, -1, 0)), grouped(r, people));
    buf_addf(&r->job->findings,
             "Repeat NRM referrals: %s same incident, %s new episode, %s unclear.\n",
             grouped(r, same), grouped(r, new), grouped(r, unclear));
    return ST_OK;
}
