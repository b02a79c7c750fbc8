/* What `study synthesise` made, as pages: about the file, for its readers; its quality, for the
 * office. */
#include "app/synthesise_parts.h"
#include "publish/bulletin.h"

#include <math.h>
#include <stdlib.h>

struct page {
    struct bulletin *b;
    const struct synthesise_run *run;
    const char *source;
    struct arena memory;
    int tables;
    /* the table that is being filled */
    struct cell *cells;
    size_t count, cap;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return str_is_utf8(str_of(name)) ? name : "the file";
}

static bool is_dp(const struct synthesise_run *run)
{
    return run->job->method == SYNTHESISE_DP;
}

/* 17,004 */
static const char *grouped(struct page *p, size_t n)
{
    char out[40];
    chart_number((double)n, CHART_NUMBER, out);
    return arena_strdup(&p->memory, out);
}

/* ---- tables ---- */

static void text(struct page *p, const char *s)
{
    MEM_GROW(p->cells, p->cap, p->count + 1);
    p->cells[p->count++] = (struct cell){.kind = CELL_TEXT, .text = s};
}

static void number(struct page *p, double v, int decimals)
{
    MEM_GROW(p->cells, p->cap, p->count + 1);
    p->cells[p->count++] =
        isfinite(v) ? (struct cell){.kind = CELL_NUMBER, .number = v, .decimals = decimals}
                    : (struct cell){.kind = CELL_SHORTHAND, .text = "z"};
}

static void end_table(struct page *p, const char *title, const struct table_column *columns,
                      size_t column_count)
{
    int n = ++p->tables;
    struct table t = {.name = arena_printf(&p->memory, "Table_%d", n),
                      .title = arena_printf(&p->memory, "Table %d: %s", n, title),
                      .source = p->source,
                      .columns = columns,
                      .column_count = column_count,
                      .cells = p->cells,
                      .row_count = p->count / column_count};
    bulletin_table(p->b, &t);
    p->count = 0;
}

static enum status end_page(struct page *p, const char *path, struct err *e)
{
    enum status s = bulletin_write_page(p->b, path, e);
    bulletin_free(p->b);
    free(p->cells);
    arena_free(&p->memory);
    return s;
}

static void start_page(struct page *p, const struct synthesise_run *run, const char *title,
                       const char *subtitle, const char *warning, const char *source)
{
    *p = (struct page){.run = run, .source = source};
    const char *file = base_name(run->job->out);
    struct bulletin_head head = {.title = arena_printf(&p->memory, "%s: %s", file, title),
                                 .subtitle = subtitle,
                                 .subject = title,
                                 .author = "Throughline " THROUGHLINE_VERSION,
                                 .created = run->job->at,
                                 .made = warning,
                                 .stamp = warning,
                                 .alone = true};
    p->b = bulletin_new(&head);
}

/* ---- about the file ---- */

static void about_dp(struct page *p)
{
    const struct synth_budget *x = &p->run->dp.budget;
    bulletin_section(p->b, "privacy", "How people are protected");
    bulletin_text(p->b,
                  "The file is made under differential privacy with epsilon %.3g and delta %.2g. "
                  "Whether any one record is in the data or not changes the chance of any such "
                  "file by a factor of at most %.3g, but for a chance of delta. A person with "
                  "several records is protected by as many times less.",
                  x->epsilon, x->delta, exp(x->epsilon));
    if (p->run->job->seed)
        bulletin_callout(p->b, "Not for publication.",
                         "This file was made with a seed that was given. Whoever knows the seed "
                         "can take the protection off.");
    if (p->run->job->ledger) {
        const struct budget_state *s = &p->run->spent;
        bulletin_text(p->b,
                      "Files about these people (%s), this one included: %zu this year, which "
                      "spent epsilon %.3g together (at most %g), and %zu in all years, which spent "
                      "%.3g (at most %g; delta %.2g). Entry in the ledger of budgets: %s.",
                      p->run->job->population, s->year.releases, s->year.epsilon,
                      p->run->ledger.limits.year, s->total.releases, s->total.epsilon,
                      p->run->ledger.limits.total, s->total.delta, s->hash);
    } else {
        bulletin_text(p->b, "What other files about the same people have spent is not known here: "
                            "no ledger of budgets was kept.");
    }
    if (p->run->job->k)
        bulletin_text(p->b,
                      "No combination of up to four columns is in the file fewer than %lld times, "
                      "so that none is taken for that of one real person. Records were "
                      "changed for that; none is left out.",
                      (long long)p->run->job->k);
}

static void about_k_anonymous(struct page *p)
{
    long long k = p->run->job->k;
    bulletin_section(p->b, "privacy", "How people are protected, and how not");
    bulletin_callout(p->b, "Not differentially private.",
                     "The only promise is: every combination of up to four columns that a record "
                     "shows was true of %lld people or more.",
                     k);
    bulletin_item(p->b,
                  "It keeps a reader from finding in the file fewer than %lld people by up to "
                  "four of its columns. Cells that would have shown such a group are empty.",
                  k);
    bulletin_item(p->b, "It does not protect against what a reader knows besides: who knows all "
                        "but one of a group can learn about the one.");
    bulletin_item(p->b, "It does not protect against two such files about the same people, nor "
                        "against this file beside exact tables: counts are close to true ones, "
                        "and differences tell.");
    bulletin_item(p->b,
                  "It tells that a combination of up to three codes that is not in the file had "
                  "fewer than %lld people, or none.",
                  k);
}

static void about_accuracy(struct page *p)
{
    const struct synth_budget *x = &p->run->dp.budget;
    bulletin_section(p->b, "accuracy", "How right counts are");
    if (!is_dp(p->run)) {
        bulletin_text(p->b, "Use shares, not counts: of the records that show all the columns you "
                            "ask about, how many. As cells are left empty, every count is too "
                            "small.");
        return;
    }
    double one = 1.96 * sqrt((double)x->one_num / (double)x->one_den);
    double two = 1.96 * sqrt((double)x->two_num / (double)x->two_den);
    bulletin_text(p->b,
                  "19 of 20 one-way counts had noise of at most %.0f people put on them, 19 of 20 "
                  "two-way counts of the pairs below at most %.0f, in either direction. Pairs that "
                  "are not below follow from those that are and can be further off; so can counts "
                  "of three and more columns.",
                  one, two);
    for (int k = 0; k + 1 < p->run->in.ncolumns; k++)
        bulletin_item(p->b, "%s with %s", p->run->in.name[p->run->dp.edge[k][0]],
                      p->run->in.name[p->run->dp.edge[k][1]]);
}

static void do_not(struct page *p)
{
    bulletin_section(p->b, "do-not", "What not to use it for");
    bulletin_item(p->b, "Anything about one record: nobody in the file exists.");
    bulletin_item(p->b, "A count below 100: it can be off by its own size.");
    bulletin_item(p->b, "Combinations of three and more columns, unless the office that made the "
                        "file says that they hold.");
    bulletin_item(p->b, "Change over time between made files: most of it is chance.");
    if (!is_dp(p->run))
        bulletin_item(p->b, "How many people there are of a kind: use shares.");
}

static void columns_table(struct page *p)
{
    static const struct table_column columns[] = {{"Column", false, 20},
                                                  {"Different codes shown", true, 10},
                                                  {"Records that show it", true, 10},
                                                  {"Records", true, 10},
                                                  {"Follows from", false, 20},
                                                  {"Codes from", false, 30}};
    const struct synthesise_run *run = p->run;
    bulletin_section(p->b, "columns", "Columns");
    for (int v = 0; v < run->in.nviews; v++) {
        bool *seen = mem_zalloc(run->in.size[v], sizeof *seen);
        size_t codes = 0;
        for (size_t r = 0; r < run->n; r++)
            if (run->value[v][r] != COMPARE_HIDDEN && !seen[run->value[v][r]]) {
                seen[run->value[v][r]] = true;
                codes++;
            }
        free(seen);
        text(p, run->in.name[v]);
        number(p, (double)codes, 0);
        number(p, (double)synthesise_shown(run, v), 0);
        number(p, (double)run->n, 0);
        text(p, run->in.from[v] == v ? "no other" : run->in.name[run->in.from[v]]);
        text(p, run->in.flat[run->in.from[v]] ? "the data: not protected" : "a code list");
    }
    end_table(p, "Columns of the file", columns, 6);
}

enum status synthesise_about_page(const struct synthesise_run *run, const char *path, struct err *e)
{
    struct page p;
    start_page(&p, run, "about this file", "Made records: what they are and how to use them",
               "Made records: nobody in this file exists", "The made file");
    bulletin_section(p.b, "what", "What it is");
    bulletin_text(p.b,
                  "%s made records with %d columns. %s by one and two columns are near those "
                  "of real records. Use it to learn what there is, to write and try out an "
                  "analysis, and to ask better questions of the office that holds the real ones.",
                  grouped(&p, run->n), run->in.nviews, is_dp(run) ? "Counts" : "Shares");
    if (is_dp(run))
        about_dp(&p);
    else
        about_k_anonymous(&p);
    about_accuracy(&p);
    do_not(&p);
    columns_table(&p);
    return end_page(&p, path, e);
}

/* ---- quality ---- */

static const char *const ways_words[COMPARE_WAYS] = {"One column", "Two columns", "Three columns",
                                                     "Four columns"};

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : NAN;
}

static void main_points(struct page *p)
{
    const struct synthesise_run *run = p->run;
    bulletin_section(p->b, "points", "Main points");
    bulletin_item(p->b, "%s true records, %s made ones.", grouped(p, run->in.r.n),
                  grouped(p, run->n));
    for (int w = 0; w < COMPARE_WAYS && w < run->in.nviews; w++) {
        const struct compare_ways *x = &run->after.ways[w];
        if (x->big == 0)
            continue;
        double error = is_dp(run) ? x->error : x->share_error;
        bulletin_item(p->b, "%s: %s of %d or more %s off by %.1f%% on average: %s.", ways_words[w],
                      is_dp(run) ? "counts" : "shares of combinations with a true count",
                      COMPARE_BIG, "are", 100 * error,
                      error <= 0.05   ? "good enough for most uses"
                      : error <= 0.15 ? "good for orders of size, not for fine differences"
                                      : "not good enough to be quoted");
    }
    if (!is_dp(run) && run->after.ways[0].big)
        bulletin_item(p->b,
                      "Empty cells make counts too small: of one column by %.1f%% on average.",
                      100 * run->after.ways[0].error);
    if (is_dp(run) && run->job->k)
        bulletin_item(p->b,
                      "To keep every combination at %lld or more, %s of %s made records (%.0f%%) "
                      "were given other codes.",
                      (long long)run->job->k, grouped(p, run->filter.rewritten), grouped(p, run->n),
                      percent(run->filter.rewritten, run->n));
}

static void error_rows(struct page *p, const struct compare_report *report, const char *when)
{
    for (int w = 0; w < COMPARE_WAYS && w < p->run->in.nviews; w++) {
        const struct compare_ways *x = &report->ways[w];
        text(p, arena_printf(&p->memory, "%s%s", ways_words[w], when));
        number(p, (double)x->big, 0);
        number(p, x->big ? 100 * x->error : NAN, 1);
        number(p, x->big ? 100 * x->error_90 : NAN, 1);
        number(p, x->big ? 100 * x->share_error : NAN, 1);
    }
}

static void errors(struct page *p)
{
    static const struct table_column columns[] = {{"Combinations of", false, 24},
                                                  {"With a true count of 100 or more", true, 12},
                                                  {"Their counts off by, mean (%)", true, 12},
                                                  {"9 in 10 off by at most (%)", true, 12},
                                                  {"Their shares off by, mean (%)", true, 12}};
    bool filtered = is_dp(p->run) && p->run->job->k;
    bulletin_section(p->b, "errors", "How far counts are off");
    bulletin_text(p->b, "Off by: the difference between made and true count, of the true count. "
                        "Shares are of the records that show all the columns.");
    error_rows(p, &p->run->after, "");
    if (filtered)
        error_rows(p, &p->run->before, ", before the k filter");
    end_table(p, "Errors of counts by number of columns", columns, 5);
}

static void combinations(struct page *p)
{
    static const struct table_column columns[] = {{"Combinations of", false, 20},
                                                  {"In the true records", true, 10},
                                                  {"In the made ones", true, 10},
                                                  {"True count from k", true, 10},
                                                  {"Of those, in the made file", true, 10},
                                                  {"Kept (%)", true, 8},
                                                  {"Made, true count 1 to k less 1", true, 10},
                                                  {"Made, never true", true, 10},
                                                  {"Made fewer than k times", true, 10}};
    bulletin_section(p->b, "combinations", "What is lost and what is made up");
    bulletin_text(p->b, "Rare means fewer than k; k is %lld.",
                  (long long)(p->run->job->k ? p->run->job->k : 10));
    for (int w = 0; w < COMPARE_WAYS && w < p->run->in.nviews; w++) {
        const struct compare_ways *x = &p->run->after.ways[w];
        text(p, ways_words[w]);
        number(p, (double)x->in_truth, 0);
        number(p, (double)x->in_made, 0);
        number(p, (double)x->common, 0);
        number(p, (double)x->common_kept, 0);
        number(p, percent(x->common_kept, x->common), 1);
        number(p, (double)x->made_rare, 0);
        number(p, (double)x->made_never, 0);
        number(p, (double)x->made_below_k, 0);
    }
    end_table(p, "Combinations in the true and the made records", columns, 9);
}

static void cases(struct page *p, const struct compare_cases *list, const char *title,
                  const char *none)
{
    static const struct table_column columns[] = {
        {"Codes", false, 50}, {"True count", true, 10}, {"Made count", true, 10}};
    if (list->n == 0) {
        bulletin_text(p->b, "%s", none);
        return;
    }
    for (int i = 0; i < list->n; i++) {
        const struct compare_case *x = &list->at[i];
        const char *codes = "";
        for (int w = 0; w < x->ways; w++)
            codes = arena_printf(&p->memory, "%s%s%s %s", codes, w ? ", " : "",
                                 p->run->in.name[x->column[w]],
                                 synthesise_code(&p->run->in, x->column[w], x->code[w]));
        text(p, codes);
        number(p, (double)x->in_truth, 0);
        number(p, (double)x->in_made, 0);
    }
    end_table(p, title, columns, 3);
}

static void how_made(struct page *p)
{
    const struct synthesise_run *run = p->run;
    bulletin_section(p->b, "made", "How it was made");
    if (is_dp(run))
        bulletin_text(p->b,
                      "Differential privacy: a spanning tree of two-way counts with discrete "
                      "Gaussian noise; epsilon %.3g, delta %.3g, rho %.4g. k filter: %s. See "
                      "docs/method/disclosure-synthetic.md.",
                      run->dp.budget.epsilon, run->dp.budget.delta, run->dp.budget.rho,
                      run->job->k ? arena_printf(&p->memory, "%lld", (long long)run->job->k)
                                  : "off");
    else
        bulletin_text(p->b,
                      "k-anonymous with k = %lld, not differentially private: %s records begun "
                      "from one combination each so that none is lost, the others grown to fit "
                      "two-way counts. A separate count found no combination with a true count "
                      "below k. See docs/method/k-anonymous.md.",
                      (long long)run->job->k, grouped(p, run->kanon.covering));
}

enum status synthesise_quality_page(const struct synthesise_run *run, const char *path,
                                    struct err *e)
{
    struct page p;
    start_page(&p, run, "quality", "The made records beside the true ones",
               "Not for publication: compares with the true records",
               "The true and the made records");
    main_points(&p);
    errors(&p);
    combinations(&p);
    cases(&p, &run->after.lost,
          "The largest combinations of up to three columns that the made file has lost",
          "No combination of up to three columns is lost.");
    cases(&p, &run->after.never,
          "The largest combinations of up to three columns that are in the made file only",
          "No combination of up to three columns is made up.");
    do_not(&p);
    columns_table(&p);
    how_made(&p);
    return end_page(&p, path, e);
}
