#include "app/link_report.h"

#include <math.h>

static void text(struct buf *out, const json_t *v)
{
    if (json_is_string(v))
        buf_add_xml(out, str_of(json_string_value(v)));
    else if (json_is_integer(v))
        buf_addf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_real(v))
        buf_addf(out, "%.4g", json_real_value(v));
    else if (json_is_boolean(v))
        buf_adds(out, json_is_true(v) ? "yes" : "no");
}

/* A table of a list of objects; `keys` ends with NULL and alternates key and heading. */
static void table(struct buf *out, const char *caption, const json_t *rows, const char *const *keys)
{
    size_t i;
    json_t *row;
    buf_addf(out, "<table><caption>%s</caption><thead><tr>", caption);
    for (const char *const *k = keys; *k; k += 2)
        buf_addf(out, "<th scope=\"col\">%s</th>", k[1]);
    buf_adds(out, "</tr></thead><tbody>\n");
    json_array_foreach((json_t *)(uintptr_t)rows, i, row)
    {
        buf_adds(out, "<tr>");
        for (const char *const *k = keys; *k; k += 2) {
            const json_t *v = json_object_get(row, k[0]);
            buf_adds(out, json_is_number(v) ? "<td class=\"n\">" : "<td>");
            text(out, v);
            buf_adds(out, "</td>");
        }
        buf_adds(out, "</tr>\n");
    }
    buf_adds(out, "</tbody></table>\n");
}

/* A bar to the right (for) or left (against) of the middle, at most 40 bits either way. */
static void bar(struct buf *out, double bits)
{
    double width = fmin(fabs(bits), 40.0) * 4.0;
    buf_addf(out,
             "<svg width=\"330\" height=\"14\" role=\"img\" aria-label=\"%+.2f bits\">"
             "<rect x=\"%.1f\" y=\"1\" width=\"%.1f\" height=\"12\" fill=\"%s\"/>"
             "<line x1=\"165\" x2=\"165\" y1=\"0\" y2=\"14\" stroke=\"#0b0c0c\"/></svg>",
             bits, bits < 0 ? 165.0 - width : 165.0, width, bits < 0 ? "#d4351c" : "#1d70b8");
}

static void model_part(struct buf *out, const json_t *model)
{
    size_t i, k;
    json_t *c, *l;
    buf_adds(out, "<h2>Weights</h2>\n<p>Bits by level of agreement: +1 doubles the odds that two "
                  "records are one person, −1 halves them. Prior: ");
    text(out, json_object_get(model, "prior_bits"));
    buf_adds(out, " bits.</p>\n");
    json_array_foreach(json_object_get(model, "comparisons"), i, c)
    {
        buf_adds(out, "<table><caption>");
        text(out, json_object_get(c, "column"));
        buf_adds(out, " (");
        text(out, json_object_get(c, "type"));
        buf_adds(out, ")</caption><thead><tr><th scope=\"col\">Level</th><th scope=\"col\">m</th>"
                      "<th scope=\"col\">u</th><th scope=\"col\">Bits</th>"
                      "<th scope=\"col\">Weight</th></tr></thead><tbody>\n");
        json_array_foreach(json_object_get(c, "levels"), k, l)
        {
            double bits = json_number_value(json_object_get(l, "bits"));
            buf_adds(out, "<tr><td>");
            text(out, json_object_get(l, "means"));
            buf_adds(out, "</td><td class=\"n\">");
            text(out, json_object_get(l, "m"));
            buf_adds(out, "</td><td class=\"n\">");
            text(out, json_object_get(l, "u"));
            buf_addf(out, "</td><td class=\"n\">%+.2f</td><td>", bits);
            bar(out, bits);
            buf_adds(out, "</td></tr>\n");
        }
        buf_adds(out, "</tbody></table>\n");
    }
}

static void histogram_part(struct buf *out, const struct link_result *r)
{
    enum { BINS = LINK_HISTOGRAM_MAX - LINK_HISTOGRAM_MIN, LEFT = 60, STEP = 9, HIGH = 180 };
    uint64_t most = 1;
    for (int k = 0; k < BINS; k++)
        most = r->histogram[k] > most ? r->histogram[k] : most;
    buf_addf(
        out,
        "<h2>Weights of the scored pairs</h2>\n<p>Pairs by weight in bits (the height is "
        "logarithmic): to the right of 0 more likely one person than not.</p>\n<svg width=\"%d\" "
        "height=\"%d\" role=\"img\" aria-label=\"Histogram of match weights\">\n",
        LEFT + BINS * STEP + 20, HIGH + 40);
    for (int k = 0; k < BINS; k++) {
        if (!r->histogram[k])
            continue;
        double high = HIGH * log1p((double)r->histogram[k]) / log1p((double)most);
        buf_addf(out,
                 "<rect x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"%s\"><title>%d to "
                 "%d bits: %llu pairs</title></rect>\n",
                 LEFT + k * STEP, HIGH - high, STEP - 1, high,
                 k + LINK_HISTOGRAM_MIN < 0 ? "#d4351c" : "#1d70b8", k + LINK_HISTOGRAM_MIN,
                 k + LINK_HISTOGRAM_MIN + 1, (unsigned long long)r->histogram[k]);
    }
    for (int bits = LINK_HISTOGRAM_MIN; bits <= LINK_HISTOGRAM_MAX; bits += 10)
        buf_addf(out, "<text x=\"%d\" y=\"%d\" font-size=\"12\" text-anchor=\"middle\">%d</text>\n",
                 LEFT + (bits - LINK_HISTOGRAM_MIN) * STEP, HIGH + 18, bits);
    buf_adds(out, "</svg>\n");
}

void link_report_html(struct buf *out, const json_t *model, const json_t *summary,
                      const struct link_result *r)
{
    static const char *const columns[] = {"name",
                                          "Column",
                                          "type",
                                          "Type",
                                          "present",
                                          "Present",
                                          "distinct",
                                          "Distinct",
                                          "used",
                                          "Used",
                                          "date_form",
                                          "Date form",
                                          "date_reason",
                                          "Why",
                                          "date_impossible",
                                          "Days that cannot be",
                                          "date_unread",
                                          "Unread",
                                          NULL};
    static const char *const rules[] = {"rule",
                                        "Rule",
                                        "new_pairs",
                                        "New pairs",
                                        "unique_pairs",
                                        "Of no other rule",
                                        "above_threshold",
                                        "Above the threshold",
                                        "largest_group",
                                        "Largest group",
                                        "records_over_cap",
                                        "Records over the cap",
                                        NULL};
    static const char *const warnings[] = {
        "cluster",   "Cluster", "records",      "Records", "why",       "Why",
        "id_a",      "Record",  "id_b",         "Record",  "weakest_a", "Weakest link",
        "weakest_b", "and",     "weakest_bits", "Bits",    NULL};
    buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<title>Linkage report</title><style>body{font-family:sans-serif;margin:2em;"
                  "max-width:70em}table{border-collapse:collapse;margin:1em 0}td,th{border-bottom:"
                  "1px solid #b1b4b6;padding:.2em .6em;text-align:left}.n{text-align:right}"
                  "caption{text-align:left;font-weight:bold}</style></head><body>\n"
                  "<h1>Linkage report</h1>\n<p>");
    text(out, json_object_get(summary, "records"));
    buf_adds(out, " records, ");
    text(out, json_object_get(summary, "pairs_scored"));
    buf_adds(out, " pairs compared, ");
    text(out, json_object_get(summary, "clusters"));
    buf_adds(out,
             " people. Records that say too little to be linked even to a copy of themselves: ");
    text(out, json_object_get(summary, "unlinkable"));
    buf_adds(out, ".</p>\n<h2>Columns</h2>\n");
    table(out, "What was compared", json_object_get(summary, "columns"), columns);
    buf_adds(out, "<h2>Blocking</h2>\n");
    table(out, "Pairs by rule, each counted at its first", json_object_get(summary, "blocking"),
          rules);
    model_part(out, model);
    histogram_part(out, r);
    buf_adds(out, "<h2>Clusters to look at</h2>\n");
    table(out, "Large, held together by one pair, or with numbers that disagree (the first 200)",
          json_object_get(summary, "warnings"), warnings);
    buf_adds(out, "</body></html>\n");
}
