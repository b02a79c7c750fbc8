/* Charts in two drawings: one for a page, one for a phone. */
#include "app/report_parts.h"

enum { CHART_YEARS = 6, YEAR_BARS = 3 };

struct chart_words report_phone_words(struct report *r, const struct chart_words *words)
{
    struct chart_words w = *words;
    w.id = arena_printf(&r->memory, "%s-narrow", words->id);
    w.width = CHART_PHONE;
    return w;
}

enum status report_forest(struct report *r, const struct chart_words *words, struct chart_axis axis,
                          const struct chart_forest *forest, struct err *e)
{
    struct buf wide = BUF_EMPTY, narrow = BUF_EMPTY;
    struct chart_table data = {0};
    struct chart_words phone = report_phone_words(r, words);
    TRY(chart_forest(words, axis, forest, &wide, &data, e));
    TRY(chart_forest(&phone, axis, forest, &narrow, NULL, e));
    bulletin_figure_pair(r->b, words->id, &wide, &narrow, &data);
    return ST_OK;
}

enum status report_bars(struct report *r, const struct chart_words *words, struct chart_axis axis,
                        const struct chart_bars *bars, struct err *e)
{
    struct buf wide = BUF_EMPTY, narrow = BUF_EMPTY;
    struct chart_table data = {0};
    struct chart_words phone = report_phone_words(r, words);
    TRY(chart_bar(words, axis, bars, &wide, &data, e));
    TRY(chart_bar(&phone, axis, bars, &narrow, NULL, e));
    bulletin_figure_pair(r->b, words->id, &wide, &narrow, &data);
    return ST_OK;
}

static bool has_any(const struct report_years *y, int year)
{
    for (int k = 0; k < YEAR_BARS; k++)
        if (release_value(y->t, year, y->code[k], 0) > 0)
            return true;
    return false;
}

enum status report_year_bars(struct report *r, const struct chart_words *words,
                             struct chart_axis axis, const struct report_years *y, struct err *e)
{
    const char *years[CHART_YEARS];
    int place[CHART_YEARS];
    double values[YEAR_BARS * CHART_YEARS];
    size_t n = 0;
    for (int i = y->year_count - 1; i >= 0 && n < CHART_YEARS; i--)
        if (has_any(y, i))
            place[n++] = i;
    for (size_t i = 0; i < n; i++) {
        int year = place[n - 1 - i];
        years[i] = y->years[year];
        for (size_t k = 0; k < YEAR_BARS; k++)
            values[k * n + i] = (double)release_value(y->t, year, y->code[k], 0);
    }
    if (n == 0)
        return ST_OK;
    struct chart_bars bars = {.categories = years,
                              .category_count = n,
                              .series = y->series,
                              .series_count = YEAR_BARS,
                              .values = values,
                              .hidden = "[c]"};
    return report_bars(r, words, axis, &bars, e);
}
