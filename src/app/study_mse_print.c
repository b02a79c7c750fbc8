#include "app/study_mse.h"

#define WIDTH 96

/* A label, then words wrapped under each other. */
static void say(FILE *to, const char *label, const char *text)
{
    int indent = 12, column = indent;
    fprintf(to, "%-*s", indent, label);
    while (*text) {
        int n = (int)strcspn(text, " ");
        if (column + n > WIDTH && column > indent) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        }
        fprintf(to, "%.*s%s", n, text, text[n] ? " " : "");
        column += n + 1;
        text += n + (text[n] == ' ');
    }
    fputc('\n', to);
}

static void say_list(FILE *to, const char *label, const json_t *list)
{
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v) say(to, i ? "" : label, json_string_value(v));
}

void study_mse_print(FILE *to, json_t *doc)
{
    static const char *const said[] = {"estimate", "grade", "reasons", "closed_population"};
    static const char *const long_tables[] = {"fitted", "allpairs", "boot_N", "dga_pmf"};
    char text[400];
    const json_t *estimate = json_object_get(doc, "estimate");
    const json_t *interval = json_object_get(doc, "interval"),
                 *range = json_object_get(doc, "range");
    if (json_is_number(estimate))
        snprintf(text, sizeof text, "%.0f (95%% %.0f to %.0f; %s)", json_number_value(estimate),
                 json_number_value(json_object_get(interval, "lo")),
                 json_number_value(json_object_get(interval, "hi")),
                 json_string_value(json_object_get(interval, "method")));
    else
        snprintf(text, sizeof text, "withheld");
    fprintf(to, "Estimate  %s\n", text);
    snprintf(text, sizeof text, "%s: %s", json_string_value(json_object_get(doc, "grade")),
             json_string_value(json_object_get(doc, "grade_means")));
    say(to, "Grade", text);
    say_list(to, "Reasons", json_object_get(doc, "reasons"));
    if (json_is_number(json_object_get(range, "lo")))
        snprintf(text, sizeof text, "%.0f to %.0f: %s",
                 json_number_value(json_object_get(range, "lo")),
                 json_number_value(json_object_get(range, "hi")),
                 json_string_value(json_object_get(range, "of")));
    else
        snprintf(text, sizeof text, "%s", json_string_value(json_object_get(range, "of")));
    say(to, "Range", text);
    say(to, "Assumes", json_string_value(json_object_get(doc, "assumption")));
    say_list(to, "Closed", json_object_get(doc, "closed_population"));
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        json_object_del(doc, said[i]);
    for (size_t i = 0; i < sizeof long_tables / sizeof *long_tables; i++)
        json_object_del(doc, long_tables[i]);
}
