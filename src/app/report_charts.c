/* Charts in two drawings: one for a page, one for a phone. */
#include "app/report_parts.h"

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
