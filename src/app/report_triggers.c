/* The eight triggers of a flag. */
#include "app/report_parts.h"

#include <math.h>

static const struct table_column columns[] = {{"Trigger", false, 0},
                                              {"What it means", false, 48},
                                              {"People flagged", true, 0},
                                              {"% of all people", true, 0}};

static const char *words_of(struct report *r, enum flag_kind kind)
{
    const struct code *c =
        code_find(dictionary_codes("repeat_flag_kind"), str_of(flag_kind_code(kind)));
    return c ? arena_strndup(&r->memory, c->label.p, c->label.n) : flag_kind_code(kind);
}

enum status report_triggers(struct report *r, struct err *e)
{
    const char *names[FLAG_KINDS];
    double values[FLAG_KINDS];
    int64_t people = release_value(&r->persons[PT_SEX], -1, -1, 0), flags = 0;
    bulletin_section(r->b, "triggers", "What raised a flag");
    bulletin_text(
        r->b, "A person can be flagged by several triggers. A flag is only as sure as the link it "
              "rests on, "
              "and a provider is told that there may be a repeat referral, never where or what.");
    struct grid *g = grid_new(r, "People by trigger", columns, 4);
    for (int k = 0; k < FLAG_KINDS; k++) {
        int64_t n = release_value(&r->persons[PT_FLAGS + k], 1, 0, 0);
        names[k] = words_of(r, (enum flag_kind)k);
        values[k] = (double)n;
        flags += n;
        grid_text(g, flag_kind_code((enum flag_kind)k));
        grid_text(g, names[k]);
        grid_count(g, n);
        grid_number(g, people ? 100.0 * (double)n / (double)people : NAN, 1);
    }
    grid_end(g);
    if (flags == 0)
        return ST_OK;
    struct chart_bars bars = {.categories = names,
                              .category_count = FLAG_KINDS,
                              .series_count = 1,
                              .values = values,
                              .hidden = "[c]"};
    struct chart_words words = {
        .id = "triggers",
        .title = "People flagged, by trigger",
        .desc = "One horizontal bar for each of the eight triggers; its length is the "
                "number of people flagged by it.",
        .note = r->source};
    return report_bars(r, &words, (struct chart_axis){.label = "People"}, &bars, e);
}
