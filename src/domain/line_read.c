#include "base/date.h"
#include "domain/line_parts.h"

#include <pthread.h>
#include <stdlib.h>

/* ---- fields ---- */

static struct line_fields fields;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_fields(void)
{
#define LINE_FIELD(name, path) fields.name = dictionary_need(path);
#include "domain/line_fields.def"
#undef LINE_FIELD
}

const struct line_fields *line_fields(void)
{
    pthread_once(&once, find_fields);
    return &fields;
}

bool line_accepted_nrm(const struct line_record *r)
{
    const struct line_fields *f = line_fields();
    return text_is(line_get(r, f->referral_channel, 1), "NRM") &&
           text_is(line_get(r, f->referral_status, 1), "ACCEPTED");
}

/* ---- values ---- */

enum answer line_answer(const char *text)
{
    enum answer a = ANSWER_UNKNOWN;
    if (text)
        answer_parse(str_of(text), &a);
    return a;
}

int32_t line_day(const char *text)
{
    int32_t day;
    return text && date_from_iso(str_of(text), &day) ? day : DATE_NONE;
}

static int64_t number_of(const char *text, int64_t fallback)
{
    int64_t n;
    return text && str_to_int64(str_of(text), &n) ? n : fallback;
}

/* The last possible day of a date of which only the first is written. */
static int32_t last_day(int32_t first, const char *precision, int32_t limit)
{
    struct ymd v = date_to_ymd(first);
    int months = text_is(precision, "MONTH")     ? 1
                 : text_is(precision, "QUARTER") ? 3
                 : text_is(precision, "YEAR")    ? 12
                                                 : 0;
    if (months == 0)
        return text_is(precision, "AGE") || text_is(precision, "RANGE") ? limit : first;
    int m = v.m - 1 + months;
    struct ymd next = {v.y + m / 12, m % 12 + 1, 1};
    return date_from_ymd(next) - 1;
}

/* No day lies after the receipt of the record that tells of it. */
static struct day_range range_of(const char *first, const char *latest, const char *precision,
                                 int32_t received)
{
    int32_t limit = received == DATE_NONE ? INT32_MAX : received;
    int32_t lo = line_day(first);
    if (lo == DATE_NONE || text_is(precision, "NONE") || text_is(precision, "ORDER_ONLY"))
        return (struct day_range){DAY_OPEN, limit, false};
    int32_t hi = line_day(latest);
    if (hi == DATE_NONE)
        hi = last_day(lo, precision, limit);
    if (hi > limit && lo <= limit)
        hi = limit;
    return (struct day_range){lo, hi < lo ? lo : hi, true};
}

static uint64_t types_of(const char *text)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint64_t bits = 0;
    while (text && *text) {
        size_t n = strcspn(text, "|");
        for (size_t i = 0; i < list->count; i++)
            if (str_eq(list->codes[i].code, (struct str){text, n}) &&
                !str_is(list->codes[i].code, "UNKNOWN"))
                bits |= UINT64_C(1) << i;
        text += n + (text[n] == '|');
    }
    return bits;
}

/* Sub-codes and the form's tick boxes speak of one published category: compare by that. */
static uint64_t categories_of(uint64_t types)
{
    const struct code_list *list = dictionary_codes("exploitation_type");
    uint64_t bits = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!(types >> i & 1))
            continue;
        struct str c = code_cell(list, list->codes[i].code, "nrm_published_category");
        for (size_t k = 0; k < list->count; k++)
            if (str_eq(code_cell(list, list->codes[k].code, "nrm_published_category"), c)) {
                bits |= UINT64_C(1) << k; /* the first code of the category stands for it */
                break;
            }
    }
    return bits;
}

static enum exit_status_code exit_status_of(const char *text)
{
    static const char *const names[] = {"UNKNOWN",    "EXITED",      "EXITED_CONTROL_CONTINUES",
                                        "NOT_CEASED", "TRANSFERRED", "SUPPORT_ONLY"};
    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0)
            return (enum exit_status_code)i;
    return EXIT_UNKNOWN;
}

int line_instance(const char *reference, int fallback)
{
    const char *dot = reference ? strrchr(reference, '.') : NULL;
    int64_t n = dot ? number_of(dot + 1, fallback) : fallback;
    return n >= 1 && n <= 99 ? (int)n : fallback;
}

/* ---- mentions ---- */

static const struct entity_row *exit_of(const struct record *r, int episode)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct entity_row *row = &r->rows[i];
        if (row->entity == fields.exit_status->entity &&
            line_instance(row->values[fields.exit_episode->index], row->instance) == episode)
            return row;
    }
    return NULL;
}

static void read_exit(const struct record *r, struct mention *m)
{
    const struct entity_row *x = exit_of(r, m->instance);
    if (!x)
        return;
    m->exit_status = exit_status_of(x->values[fields.exit_status->index]);
    m->exit_truth = line_answer(x->values[fields.exit_truth->index]);
    struct day_range left =
        range_of(x->values[fields.exit_date->index], x->values[fields.exit_latest->index],
                 x->values[fields.exit_precision->index], m->received);
    if (left.stated)
        m->end = left;
}

static void read_mention(struct mention *m, const struct line_record *lr,
                         const struct entity_row *row, int record, int32_t received)
{
    const char **v = row->values;
    struct episode_facts *f = &m->facts;
    *m = (struct mention){.record = record,
                          .instance = row->instance,
                          .seq = number_of(v[fields.ep_seq->index], 0),
                          .received = received,
                          .duplicate =
                              text_is(line_get(lr, fields.referral_status, 1), "DUPLICATE")};
    m->start = range_of(v[fields.ep_start->index], v[fields.ep_start_latest->index],
                        v[fields.ep_start_precision->index], received);
    m->end = range_of(v[fields.ep_end->index], v[fields.ep_end_latest->index],
                      v[fields.ep_end_precision->index], received);
    f->act = line_answer(v[fields.ep_act->index]);
    f->means = line_answer(v[fields.ep_means->index]);
    f->purpose = line_answer(v[fields.ep_purpose->index]);
    f->exploited = line_answer(v[fields.ep_exploited->index]);
    f->minor = line_answer(v[fields.ep_minor->index]);
    f->internal_exit = line_answer(v[fields.ep_internal_exit->index]);
    f->asserted = text_is(v[fields.ep_asserted->index], "YES");
    f->distinct = ANSWER_YES;
    f->repeat_min = number_of(v[fields.ep_repeat_min->index], 1);
    f->repeat_max = number_of(v[fields.ep_repeat_max->index], f->repeat_min > 1 ? OPEN_ENDED : 1);
    f->types = types_of(v[fields.ep_types->index]);
    m->types = categories_of(f->types);
    const char *relation = v[fields.ep_relation->index], *border = v[fields.ep_border->index];
    f->exploiter = text_is(relation, "SAME")        ? RELATION_SAME
                   : text_is(relation, "DIFFERENT") ? RELATION_DIFFERENT
                                                    : RELATION_UNKNOWN;
    f->border = text_is(border, "INTERNAL")       ? CROSSING_INTERNAL
                : text_is(border, "CROSS_BORDER") ? CROSSING_BORDER
                                                  : CROSSING_UNKNOWN;
    read_exit(lr->record, m);
    bool left = m->exit_status == EXIT_EXITED || m->exit_status == EXIT_CONTROL_CONTINUES;
    if (!m->end.stated && !left)
        m->end.hi = INT32_MAX; /* it may have gone on */
}

static int by_stated_order(const void *x, const void *y)
{
    const struct mention *a = x, *b = y;
    if (a->seq != b->seq)
        return a->seq < b->seq ? -1 : 1;
    return (a->instance > b->instance) - (a->instance < b->instance);
}

void line_read_mentions(struct line *l)
{
    size_t cap = 0;
    for (int i = 0; i < l->record_count; i++)
        cap += l->records[i].record->count;
    l->mentions = arena_array(l->memory, cap + 1, sizeof *l->mentions);
    for (int i = 0; i < l->record_count; i++) {
        const struct record *r = l->records[i].record;
        int first = l->mention_count;
        for (size_t k = 0; k < r->count && l->mention_count < EPISODES_MAX; k++)
            if (r->rows[k].entity == fields.ep_act->entity)
                read_mention(&l->mentions[l->mention_count++], &l->records[i], &r->rows[k], i,
                             l->received[i]);
        qsort(l->mentions + first, (size_t)(l->mention_count - first), sizeof *l->mentions,
              by_stated_order);
    }
}
