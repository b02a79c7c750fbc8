/* Real published figures, clearly apart from what the register holds. */
#include "app/report_parts.h"

#include "app/study_proportion.h"
#include "base/csv.h"
#include "base/embed.h"
#include "base/json.h"
#include "chart/line.h"

#include <math.h>

enum { QUARTERS_MAX = 200 };

struct quarterly {
    double time[QUARTERS_MAX], value[2][QUARTERS_MAX], total[QUARTERS_MAX];
    size_t n;
};

static bool open_embedded(const char *name, struct csv *c)
{
    const struct embedded *file = embed_find(name);
    struct err e = {0};
    if (!file || csv_open_bytes(c, file->bytes, name, &e) != ST_OK)
        BUG("compiled-in %s: %s", name, e.what);
    return true;
}

/* "2014","Q3" -> 2014.5 */
static double quarter_time(struct str year, struct str quarter)
{
    int64_t y = 0;
    if (!str_to_int64(year, &y) || quarter.n != 2)
        BUG("a compiled-in table has a bad quarter");
    return (double)y + (quarter.p[1] - '1') / 4.0;
}

/* The place of a quarter; the series are sorted by something else first, so it may be there. */
static size_t quarter_at(struct quarterly *q, double time)
{
    size_t at = q->n;
    while (at > 0 && q->time[at - 1] > time)
        at--;
    if (at > 0 && q->time[at - 1] >= time)
        return at - 1;
    if (q->n == QUARTERS_MAX || at < q->n)
        BUG("a compiled-in series is too long or has a gap");
    q->time[at] = time;
    q->value[0][at] = q->value[1][at] = q->total[at] = 0;
    q->n++;
    return at;
}

static double number(struct str s)
{
    double v = 0;
    if (!str_to_double(s, &v))
        BUG("a compiled-in table has a bad number");
    return v;
}

static void read_referrals(struct quarterly *q)
{
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    open_embedded("aggregates/nrm_referrals_quarterly_2009_2023.csv", &c);
    while (csv_next(&c, &row, &e) == ST_OK && row.n)
        q->total[quarter_at(q, quarter_time(row.cells[0], row.cells[1]))] += number(row.cells[4]);
    csv_close(&c);
}

/* value[0]: positive RG, value[1]: positive CG as shares; totals are counted aside. */
static void read_decisions(struct quarterly *q)
{
    double all[2][QUARTERS_MAX] = {{0}};
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    open_embedded("aggregates/nrm_decisions_quarterly_2014_2023.csv", &c);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        size_t at = quarter_at(q, quarter_time(row.cells[0], row.cells[1]));
        int stage = str_is(row.cells[2], "CG");
        double n = number(row.cells[5]);
        all[stage][at] += n;
        if (str_is(row.cells[4], "POSITIVE"))
            q->value[stage][at] += n;
    }
    csv_close(&c);
    for (size_t i = 0; i < q->n; i++)
        for (int s = 0; s < 2; s++)
            q->value[s][i] = all[s][i] > 0 ? q->value[s][i] / all[s][i] : NAN;
}

static enum status draw(struct report *r, const char *id, const struct chart_words *words,
                        struct chart_axis y, const struct chart_series *series, size_t count,
                        struct err *e)
{
    struct buf wide = BUF_EMPTY, narrow = BUF_EMPTY;
    struct chart_table data = {0};
    struct chart_words phone = report_phone_words(r, words);
    struct chart_axis x = {.label = "Year", .format = CHART_YEAR};
    TRY(chart_line(words, x, y, series, count, &wide, &data, e));
    TRY(chart_line(&phone, x, y, series, count, &narrow, NULL, e));
    bulletin_figure_pair(r->b, id, &wide, &narrow, &data);
    return ST_OK;
}

static enum status referrals_chart(struct report *r, struct err *e)
{
    struct quarterly *q = arena_alloc(&r->memory, sizeof *q);
    read_referrals(q);
    struct chart_series s = {.name = "Referrals", .x = q->time, .y = q->total, .n = q->n};
    struct chart_words words = {
        .id = "nrm-referrals",
        .title = "Referrals to the NRM, UK, by quarter, 2009 to 2023",
        .desc =
            "One line of quarterly referrals, from a few in 2009 to over four thousand in 2023.",
        .note =
            "Source: Home Office NRM statistics, tables as at Q4 2023 (OGL v3.0). Real figures."};
    return draw(r, "nrm-referrals", &words, (struct chart_axis){.label = "Referrals"}, &s, 1, e);
}

static enum status decisions_chart(struct report *r, struct err *e)
{
    struct quarterly *q = arena_alloc(&r->memory, sizeof *q);
    read_decisions(q);
    struct chart_series s[] = {
        {.name = "Reasonable grounds", .x = q->time, .y = q->value[0], .n = q->n},
        {.name = "Conclusive grounds", .x = q->time, .y = q->value[1], .n = q->n}};
    struct chart_words words = {
        .id = "nrm-decisions",
        .title = "Positive decisions as a share of decisions, UK, by quarter, 2014 to 2023",
        .desc = "Two lines. The share of positive reasonable grounds decisions falls sharply in "
                "2023, when the "
                "guidance of 30 January 2023 changed the evidence that is asked for: a break in "
                "the series.",
        .note = "Break in the series at 30 January 2023. Source: Home Office NRM statistics (OGL "
                "v3.0). Real "
                "figures."};
    return draw(
        r, "nrm-decisions", &words,
        (struct chart_axis){.label = "Share positive", .format = CHART_PERCENT, .lo = 0, .hi = 1},
        s, 2, e);
}

static bool says_greatest(struct str what)
{
    static const char word[] = "highest";
    return what.n >= sizeof word - 1 && memcmp(what.p, word, sizeof word - 1) == 0;
}

/* A maximum has no total; another that stands blank was not given. */
static void add_all_referrals(struct grid *g, struct str what, struct str all)
{
    if (all.n)
        grid_number(g, number(all), 0);
    else
        grid_shorthand(g, says_greatest(what) ? "z" : "x");
}

static void foi_table(struct report *r)
{
    static const struct table_column columns[] = {{"Period of the latest referral", false, 0},
                                                  {"What is counted", false, 48},
                                                  {"Value", true, 0},
                                                  {"All NRM referrals of the period", true, 0}};
    struct csv c;
    struct csv_row row;
    struct err e = {0};
    open_embedded("aggregates/repeat_referrals_foi.csv", &c);
    const char *kept = r->source;
    r->source = "Freedom of Information answer as reported by After Exploitation, 26 July 2024. "
                "Real figures.";
    struct grid *g = grid_new(r, "Repeat referrals that the Home Office has released", columns, 4);
    while (csv_next(&c, &row, &e) == ST_OK && row.n) {
        grid_text(g, arena_strndup(&r->memory, row.cells[0].p, row.cells[0].n));
        grid_text(g, arena_strndup(&r->memory, row.cells[1].p, row.cells[1].n));
        grid_number(g, number(row.cells[2]), 0);
        add_all_referrals(g, row.cells[1], row.cells[3]);
    }
    grid_end(g);
    r->source = kept;
    csv_close(&c);
}

/* ---- the report's own figures ---- */

/* What the report does not give is not available. */
static void add_given(struct grid *g, const json_t *v, int decimals)
{
    if (json_is_number(v))
        grid_number(g, json_number_value(v), decimals);
    else
        grid_shorthand(g, "x");
}

static enum status own_figures(struct report *r, struct err *e)
{
    static const struct table_column columns[] = {{"Figure", false, 56},
                                                  {"Numerator", true, 0},
                                                  {"Denominator", true, 0},
                                                  {"The report says", false, 16},
                                                  {"Recomputed, x as % of n", true, 0},
                                                  {"95% Wilson, lower %", true, 0},
                                                  {"95% Wilson, upper %", true, 0},
                                                  {"Verdict", false, 40}};
    static const char *const numbers[] = {"exact_percent", "wilson_lo", "wilson_hi"};
    json_t *doc;
    size_t i;
    json_t *row;
    TRY(study_report_check(&doc, e));
    const char *kept = r->source;
    r->source =
        "Re-trafficking: the current state of play (November 2021), recomputed. Real figures.";
    struct grid *g = grid_new(r, "The figures of the 2021 report, recomputed", columns, 8);
    json_array_foreach(json_object_get(doc, "source_report"), i, row)
    {
        const json_t *x = json_object_get(row, "x"), *n = json_object_get(row, "n");
        const char *says = json_string_value(json_object_get(row, "report_says"));
        bool ratio = strcmp(says, "counts only") == 0;
        grid_text(g, arena_strdup(&r->memory, json_string_value(json_object_get(row, "item"))));
        add_given(g, x, 0);
        add_given(g, n, 0);
        grid_text(g, arena_strdup(&r->memory, says));
        for (int k = 0; k < 3; k++) {
            const json_t *v = json_object_get(row, numbers[k]);
            if (ratio && k > 0)
                grid_shorthand(g, "z"); /* returned is not a part of missing */
            else
                add_given(g, json_is_number(x) && json_is_number(n) ? v : NULL, 2);
        }
        grid_text(g, arena_strdup(&r->memory, json_string_value(json_object_get(row, "verdict"))));
    }
    grid_end(g);
    r->source = kept;
    json_decref(doc);
    return ST_OK;
}

enum status report_published(struct report *r, struct err *e)
{
    bulletin_section(r->b, "published", "Real published figures");
    bulletin_callout(
        r->b, "Apart from the register:",
        "everything in this section is published by others about real people. It is shown for "
        "comparison and was not computed from the register.");
    TRY(referrals_chart(r, e));
    TRY(decisions_chart(r, e));
    foi_table(r);
    bulletin_text(
        r->b,
        "The Home Office added that some of these are several referrals over time for the same "
        "incident, and that it could not say which.");
    bulletin_subsection(r->b, "The figures in circulation");
    bulletin_text(r->b, "Each percentage that the 2021 report prints, from its own numerator and "
                        "denominator. They have "
                        "different denominators, definitions and follow-up, and are not pooled.");
    return own_figures(r, e);
}
