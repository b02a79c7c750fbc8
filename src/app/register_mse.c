#include "app/register_mse.h"

#include "app/study_doc.h"
#include "base/date.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

static const char *const channels[REGISTER_LISTS] = {"NRM",      "DTN", "MSVCC",
                                                     "HELPLINE", "NGO", "POLICE"};
/* A list nearly all of whose people are on another one is fed by it, not another look at everyone.
 */
#define NESTED_SHARE 0.95
#define NESTED_LEAST 20
/* Share of people who come twice that makes "closed" untrue. */
#define REOPENED_SHARE 0.01

enum { DAYS_TEXT = 11 };

/* ---- who is on which list ---- */

struct membership {
    uint8_t lists; /* bit per entry of `channels` */
    bool seen, again;
};

int register_list_of(struct str channel)
{
    for (int k = 0; k < REGISTER_LISTS; k++)
        if (str_is(channel, channels[k]))
            return k;
    return -1;
}

static int list_of_channel(uint8_t number)
{
    const struct code_list *codes = dictionary_codes("referral_channel");
    return number < codes->count ? register_list_of(codes->codes[number].code) : -1;
}

/* Referrals of a person stand together, by date of receipt (app/analysis.h). */
static struct membership *find_members(const struct analysis *a, int32_t from, int32_t to)
{
    struct membership *m = mem_zalloc(a->person_count + 1, sizeof *m);
    for (size_t i = 0; i < a->referral_count; i++) {
        const struct referral_row *r = &a->referrals[i];
        if (r->received == DATE_NONE || r->received < from || r->received > to)
            continue;
        int k = list_of_channel(r->channel);
        if (k < 0)
            continue;
        m[r->person].again |= m[r->person].seen && r->verdict == 'N';
        m[r->person].seen = true;
        m[r->person].lists |= (uint8_t)(1u << k);
    }
    return m;
}

static void count_people(const struct analysis *a, const struct membership *m,
                         struct register_mse *out, int64_t cells[1 << REGISTER_LISTS])
{
    for (size_t i = 0; i < a->person_count; i++) {
        if (!m[i].seen)
            continue;
        cells[m[i].lists]++;
        out->people++;
        out->trafficked_again += m[i].again;
        out->dead_or_gone += a->persons[i].deceased || a->persons[i].departed;
    }
}

static void find_lists(struct register_mse *out, const int64_t cells[1 << REGISTER_LISTS])
{
    int64_t pair[REGISTER_LISTS][REGISTER_LISTS] = {{0}};
    for (int c = 1; c < 1 << REGISTER_LISTS; c++)
        for (int i = 0; i < REGISTER_LISTS; i++)
            for (int j = 0; j < REGISTER_LISTS; j++)
                if ((c >> i & 1) && (c >> j & 1))
                    pair[i][j] += cells[c];
    for (int i = 0; i < REGISTER_LISTS; i++) {
        if (pair[i][i] == 0)
            continue;
        struct register_list *l = &out->list[out->lists];
        *l = (struct register_list){
            .channel = channels[i], .people = pair[i][i], .only_here = cells[1 << i]};
        for (int j = 0; j < REGISTER_LISTS; j++) {
            double share = (double)pair[i][j] / (double)pair[i][i];
            if (j != i && share > l->share_inside) {
                l->share_inside = share;
                l->inside = channels[j];
            }
        }
        out->lists++;
    }
}

/* Lists without people go; the cells move together. */
enum status register_table(const int64_t *people, struct arena *a, struct mse_table *out,
                           struct err *e)
{
    struct str names[REGISTER_LISTS];
    uint8_t seen[1 << REGISTER_LISTS] = {0};
    int kept[REGISTER_LISTS], lists = 0;
    for (int i = 0; i < REGISTER_LISTS; i++) {
        int64_t on = 0;
        for (int c = 1; c < 1 << REGISTER_LISTS; c++)
            on += (c >> i & 1) ? people[c] : 0;
        if (on == 0)
            continue;
        names[lists] = str_of(channels[i]);
        kept[lists++] = i;
    }
    TRY(mse_table_new(out, lists, names, a, e));
    for (int c = 1; c < 1 << REGISTER_LISTS; c++) {
        uint32_t cell = 0;
        for (int i = 0; i < lists; i++)
            cell |= (uint32_t)(c >> kept[i] & 1) << i;
        if (people[c])
            TRY(mse_table_add(out, cell, (double)people[c], seen, e));
    }
    return mse_table_close(out, e);
}

/* ---- what speaks against the number ---- */

/* `plain` is what a published page may say of it; NULL when only a red one has that. */
static void warn(struct register_mse *m, bool red, const char *sentence, const char *plain)
{
    if (m->warnings < REGISTER_MSE_WARNINGS)
        m->warning[m->warnings++] = sentence;
    if (!red)
        return;
    m->report.flags++;
    if (m->report.reasons == MSE_REASONS_MAX)
        return;
    m->report.plain_reason[m->report.reasons] = plain;
    m->report.reason[m->report.reasons++] = sentence;
}

static void warn_of_closure(struct register_mse *m)
{
    double share = m->people ? (double)m->trafficked_again / (double)m->people : 0;
    if (m->trafficked_again)
        warn(
            m, share >= REOPENED_SHARE,
            arena_printf(&m->memory,
                         "%lld of the %lld people have a record of a new episode after another "
                         "record of the same period (%.1f%%): people trafficked again enter twice, "
                         "so the population is not closed.",
                         (long long)m->trafficked_again, (long long)m->people, 100 * share),
            "Of the people listed, one in a hundred or more has a new episode after another record "
            "of the same period: the population is not closed.");
    if (m->dead_or_gone)
        warn(m, false,
             arena_printf(&m->memory,
                          "%lld of the people are known to have died or left the country: those "
                          "who did so early in the period had fewer chances to be listed.",
                          (long long)m->dead_or_gone),
             NULL);
}

static void warn_of_lists(struct register_mse *m)
{
    for (int i = 0; i < m->lists; i++) {
        const struct register_list *l = &m->list[i];
        if (l->people >= NESTED_LEAST && l->share_inside >= NESTED_SHARE)
            warn(m, true,
                 arena_printf(&m->memory,
                              "%.0f%% of the people on the list %s are also on the list %s: it is "
                              "fed by that list, not a second look at everyone.",
                              100 * l->share_inside, l->channel, l->inside),
                 arena_printf(&m->memory,
                              "Nearly all of the people on the list %s are also on the list %s: it "
                              "is fed by that list, not a second look at everyone.",
                              l->channel, l->inside));
    }
    warn(m, false,
         arena_printf(&m->memory,
                      "A record that was not linked to its person counts as one more person seen "
                      "once, and pushes the number up; Duty to Notify reports, made without "
                      "consent and often without a name, are the most likely to stay alone. See "
                      "mse_linkage_error."),
         NULL);
}

/* As the grade of mse_analyse: two red flags leave a range. */
static void grade_again(struct mse_report *r)
{
    if (r->grade == MSE_GRADE_NONE)
        return;
    r->grade = r->flags >= 2 ? MSE_GRADE_RANGE : r->flags == 1 ? MSE_GRADE_CAUTION : r->grade;
    if (r->grade >= MSE_GRADE_RANGE)
        r->estimate = NAN;
}

/* ---- the use case ---- */

void register_mse_year(const struct analysis *a, int32_t *from, int32_t *to)
{
    struct ymd day = date_to_ymd(a->as_at == DATE_NONE ? 0 : a->as_at);
    *from = date_from_ymd((struct ymd){day.y - 1, 1, 1});
    *to = date_from_ymd((struct ymd){day.y - 1, 12, 31});
}

static enum status estimate(struct register_mse *out, const struct register_mse_options *o,
                            struct err *e)
{
    out->question = (struct mse_question){.options = {.how = MSE_BY_STEPWISE,
                                                      .threshold = MSE_THRESHOLD,
                                                      .bootstrap = o->bootstrap,
                                                      .seed = o->seed,
                                                      .threads = o->threads,
                                                      .progress = o->progress},
                                          .recall = o->recall,
                                          .precision = o->precision,
                                          .top_models_only = true};
    TRY(mse_analyse(&out->table, &out->question.options, &out->memory, &out->report, e));
    out->asked = true;
    return ST_OK;
}

enum status register_mse_run(const struct analysis *a, const struct register_mse_options *o,
                             struct register_mse *out, struct err *e)
{
    int64_t cells[1 << REGISTER_LISTS] = {0};
    *out = (struct register_mse){.from = o->from, .to = o->to};
    if (o->from == DATE_NONE && o->to == DATE_NONE)
        register_mse_year(a, &out->from, &out->to);
    if (out->from > out->to)
        return err_set(e, ST_DATA, "the period ends before it begins");
    struct membership *members = find_members(a, out->from, out->to);
    count_people(a, members, out, cells);
    free(members);
    find_lists(out, cells);
    if (out->lists < 2) {
        out->why_not = out->lists ? "All people of the period are on one list: there is no overlap "
                                    "to estimate from."
                                  : "No record of these lists was received in the period.";
        return ST_OK;
    }
    TRY(register_table(cells, &out->memory, &out->table, e));
    TRY(estimate(out, o, e));
    warn_of_closure(out);
    warn_of_lists(out);
    grade_again(&out->report);
    return ST_OK;
}

json_t *register_mse_document(const struct register_mse *m)
{
    char from[DAYS_TEXT], to[DAYS_TEXT];
    json_t *doc = study_doc_new(), *warnings = json_array();
    if (m->asked)
        study_mse_fill(doc, &m->report, &m->question);
    else
        study_doc_reason(doc, 'D', "%s", m->why_not);
    date_to_iso(m->from, from);
    date_to_iso(m->to, to);
    json_t *s = study_doc_settings(doc);
    study_put_text(s, "from", from);
    study_put_text(s, "to", to);
    study_put_count(s, "people", (double)m->people);
    study_put_count(s, "trafficked_again_in_period", (double)m->trafficked_again);
    study_put_count(s, "dead_or_gone", (double)m->dead_or_gone);
    study_doc_table(doc, "register_lists");
    for (int i = 0; i < m->lists; i++) {
        json_t *row = study_doc_row(doc, "register_lists");
        study_put_text(row, "list", m->list[i].channel);
        study_put_count(row, "people", (double)m->list[i].people);
        study_put_count(row, "only_here", (double)m->list[i].only_here);
        study_put_text(row, "most_inside", m->list[i].inside ? m->list[i].inside : "");
        study_put(row, "share_inside", m->list[i].share_inside);
    }
    for (int i = 0; i < m->warnings; i++)
        json_array_append_new(warnings, json_string(m->warning[i]));
    json_object_set_new(doc, "register_warnings", warnings);
    return doc;
}

void register_mse_free(struct register_mse *m)
{
    if (m->asked)
        mse_report_free(&m->report);
    arena_free(&m->memory);
    *m = (struct register_mse){0};
}
