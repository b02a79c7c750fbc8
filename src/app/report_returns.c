/* Returns to another country. */
#include "app/report_parts.h"

static const char *kind_name(struct report *r, int kind)
{
    const struct code_list *kinds = dictionary_codes("return_kind");
    return kind < 0                    ? "All"
           : kind == (int)kinds->count ? "Not given"
                                       : label_words(r, kinds->codes[kind].label);
}

static void by_year(struct report *r)
{
    const struct release_table *t = &r->returns;
    struct table_column *columns =
        arena_array(&r->memory, (size_t)t->levels[1] + 2, sizeof *columns);
    size_t n = 0;
    columns[n++] = (struct table_column){"Year of departure", false, 20};
    columns[n++] = (struct table_column){"Returns", true, 0};
    for (int k = 0; k < t->levels[1]; k++)
        if (release_value(t, -1, k, 0) > 0)
            columns[n++] = (struct table_column){kind_name(r, k), true, 0};
    struct grid *g = grid_new(r, "Plans to return, by year of departure and kind", columns, n);
    for (int y = -1; y < t->levels[0]; y++) {
        if (release_value(t, y, -1, 0) == 0)
            continue;
        grid_text(g, y < 0 ? "Total" : r->years[y]);
        grid_count(g, release_value(t, y, -1, 0));
        for (int k = 0; k < t->levels[1]; k++)
            if (release_value(t, -1, k, 0) > 0)
                grid_count(g, release_value(t, y, k, 0));
    }
    grid_end(g);
}

void report_returns(struct report *r)
{
    static const char *const words[RETURN_QUESTIONS] = {
        "Was the risk of re-trafficking assessed before the return?",
        "Did the person consent, informed?", "Is the decision on trafficking recognised there?",
        "Is a partner there named?", "Is it written down how needs are met there?"};
    struct question questions[RETURN_QUESTIONS];
    bulletin_section(r->b, "returns", "Returns");
    if (release_value(&r->returns, -1, -1, 0) == 0) {
        bulletin_text(r->b, "No plan to return is recorded, or fewer than 5 are: not collected, "
                            "which is not the same as none.");
        return;
    }
    bulletin_text(r->b,
                  "Plans to return to another country as the records tell them, assisted or "
                  "forced; one that two organisations record counts twice. The questions are "
                  "those that the 2021 report asks of a safe return: an assessment before it, "
                  "informed consent, recognition of the decision, a partner and needs met.");
    by_year(r);
    for (int q = 0; q < RETURN_QUESTIONS; q++)
        questions[q] = report_question(words[q], &r->return_answers[q], -1);
    report_questions(r, "What was done before a return", "Plans to return", questions,
                     RETURN_QUESTIONS);
    bulletin_text(r->b,
                  "A blank partner or need cannot be told from \"there is none\", so those two "
                  "questions have yes and not recorded only.");
}
