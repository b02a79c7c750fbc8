/* Questions that are answered yes, no, or not at all: one table for all of them, so that nothing
 * unknown is left out. */
#include "app/report_parts.h"

enum { COLUMNS = 13 };

struct question report_question(const char *text, const struct release_table *t, int code)
{
    struct question q = {.text = text};
    for (int k = 0; k < FACT_ANSWERS; k++)
        q.count[k] = t->dimensions == 1 ? release_value(t, k, 0, 0) : release_value(t, code, k, 0);
    return q;
}

void report_questions(struct report *r, const char *title, const char *unit,
                      const struct question *questions, size_t count)
{
    struct table_column *columns = arena_array(&r->memory, COLUMNS, sizeof *columns);
    const char *const headers[COLUMNS] = {"Question",
                                          "Yes",
                                          "No",
                                          "Declined to say",
                                          "Not asked",
                                          "Not known",
                                          "Not recorded",
                                          unit,
                                          "Yes, % of yes and no",
                                          "95% Wilson interval, lower %",
                                          "95% Wilson interval, upper %",
                                          "Yes, least % of all",
                                          "Yes, most % of all (with everything not answered)"};
    for (size_t k = 0; k < COLUMNS; k++)
        columns[k] = (struct table_column){headers[k], k > 0, k ? 0 : 40};
    struct grid *g = grid_new(r, title, columns, COLUMNS);
    for (size_t i = 0; i < count; i++) {
        const int64_t *n = questions[i].count;
        int64_t all = 0, known = n[FACT_YES] + n[FACT_NO];
        grid_text(g, questions[i].text);
        for (int k = 0; k < FACT_ANSWERS; k++) {
            grid_count(g, n[k]);
            all += n[k];
        }
        grid_count(g, all);
        grid_share(g, (double)n[FACT_YES], (double)known);
        grid_interval(g, (double)n[FACT_YES], (double)known);
        grid_share(g, (double)n[FACT_YES], (double)all);
        grid_share(g, (double)(all - n[FACT_NO]), (double)all);
    }
    grid_end(g);
}
