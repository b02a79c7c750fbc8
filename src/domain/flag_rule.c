#include "domain/flag_rule.h"

#include "base/date.h"

static const char *const codes[FLAG_KINDS] = {
    "NRM_REPEAT",     "NRM_NEW_CONDUCT",  "CROSS_CHANNEL", "SUPPORT_REENTRY",
    "MISSING_RETURN", "REFERRAL_REFUSED", "SELF",          "PRIOR_REF_QUOTED"};

const char *flag_kind_code(enum flag_kind k)
{
    return codes[k];
}

struct builder {
    const struct line *l;
    const struct line_fields *f;
    struct flag_finding *flags;
    int count;
    size_t cap;
    const char **current; /* providers to tell of the record at hand */
    int current_count;
};

static int32_t day_of(const char *text)
{
    int32_t day;
    return text && date_from_iso(str_of(text), &day) ? day : DATE_NONE;
}

/* Calls fn for every row of the field's entity in a record. */
#define EACH_ROW(row, record_ptr, field_ptr)                                                       \
    for (const struct entity_row *row = (record_ptr)->rows,                                        \
                                 *row##_end = (record_ptr)->rows + (record_ptr)->count;            \
         row < row##_end; row++)                                                                   \
        if (row->entity == (field_ptr)->entity)

static const char *value(const struct entity_row *row, const struct field *f)
{
    return row->values[f->index];
}

/* ---- who is to be told ---- */

static void add_provider(struct builder *b, const char *provider)
{
    for (int i = 0; i < b->current_count; i++)
        if (strcmp(b->current[i], provider) == 0)
            return;
    b->current[b->current_count++] = provider;
}

/* Those who support the person on the day, and the one who did last before it. */
static void find_providers(struct builder *b, int32_t day)
{
    const char *last = NULL;
    int32_t last_start = DATE_NONE;
    b->current_count = 0;
    for (int i = 0; i < b->l->record_count; i++)
        EACH_ROW(row, b->l->records[i].record, b->f->support_start)
        {
            const char *provider = value(row, b->f->support_provider);
            int32_t start = day_of(value(row, b->f->support_start));
            int32_t end = day_of(value(row, b->f->support_end));
            if (!provider || start == DATE_NONE || (day != DATE_NONE && start > day))
                continue;
            if (end == DATE_NONE || (day != DATE_NONE && end >= day))
                add_provider(b, provider);
            else if (last_start == DATE_NONE || start > last_start) {
                last = provider;
                last_start = start;
            }
        }
    if (last)
        add_provider(b, last);
    if (b->current_count == 0)
        b->current[b->current_count++] = "";
}

static size_t count_providers(const struct line *l, const struct line_fields *f)
{
    size_t n = 2;
    for (int i = 0; i < l->record_count; i++)
        EACH_ROW(row, l->records[i].record, f->support_start) n++;
    return n;
}

/* ---- raising ---- */

static void raise_flag(struct builder *b, enum flag_kind kind, int record, int32_t day,
                       bool needs_link, const char *reason)
{
    int32_t on = day == DATE_NONE ? b->l->received[record] : day;
    bool sure = !needs_link || b->l->records[record].link_confirmed;
    find_providers(b, on);
    for (int i = 0; i < b->current_count; i++) {
        if ((size_t)b->count == b->cap) {
            size_t cap = b->cap ? b->cap * 2 : 8;
            struct flag_finding *more = arena_array(b->l->memory, cap, sizeof *more);
            if (b->count)
                memcpy(more, b->flags, (size_t)b->count * sizeof *more);
            b->flags = more;
            b->cap = cap;
        }
        b->flags[b->count++] = (struct flag_finding){
            kind, record, b->current[i], reason, sure ? "CONFIRMED" : "PROPOSED", on};
    }
}

static void nrm_flags(struct builder *b, int i, const struct repeat_finding *finding)
{
    int before = 0;
    for (int k = 0; k < i; k++)
        before += line_accepted_nrm(&b->l->records[k]);
    if (!line_accepted_nrm(&b->l->records[i]) || before == 0)
        return;
    raise_flag(b, FLAG_NRM_REPEAT, i, DATE_NONE, true,
               arena_printf(b->l->memory, "NRM referral number %d of this person (%s).", before + 1,
                            incident_name(finding->verdict)));
    if (finding->verdict == INCIDENT_NEW)
        raise_flag(b, FLAG_NRM_NEW_CONDUCT, i, DATE_NONE, true,
                   arena_printf(b->l->memory, "This referral is about later conduct: %s.",
                                finding->evidence));
}

static void channel_flag(struct builder *b, int i)
{
    const char *own = line_get(&b->l->records[i], b->f->referral_channel, 1);
    const char *other = NULL;
    for (int k = 0; k < i; k++) {
        const char *channel = line_get(&b->l->records[k], b->f->referral_channel, 1);
        if (own && channel && strcmp(own, channel) == 0)
            return; /* seen in this channel, too: another trigger tells */
        other = channel ? channel : other;
    }
    if (own && other)
        raise_flag(b, FLAG_CROSS_CHANNEL, i, DATE_NONE, true,
                   arena_printf(b->l->memory, "Seen before in another channel (%s).", other));
}

/* A spell that begins after another one of the line had ended. */
static bool ended_before(const struct builder *b, int32_t start)
{
    for (int i = 0; i < b->l->record_count; i++)
        EACH_ROW(row, b->l->records[i].record, b->f->support_end)
        {
            int32_t end = day_of(value(row, b->f->support_end));
            if (end != DATE_NONE && end < start)
                return true;
        }
    return false;
}

static void support_flags(struct builder *b, int i)
{
    EACH_ROW(row, b->l->records[i].record, b->f->support_start)
    {
        int32_t start = day_of(value(row, b->f->support_start));
        bool refused = text_is(value(row, b->f->support_refused), "YES");
        if (refused)
            raise_flag(b, FLAG_REFERRAL_REFUSED, i, start, false,
                       "Re-entry to support was refused.");
        else if (value(row, b->f->support_reentry) ||
                 (start != DATE_NONE && ended_before(b, start)))
            raise_flag(b, FLAG_SUPPORT_REENTRY, i, start, true,
                       "Support began again after an earlier spell had ended.");
    }
}

static void missing_flags(struct builder *b, int i)
{
    EACH_ROW(row, b->l->records[i].record, b->f->missing_kind)
    {
        const char *outcome = value(row, b->f->missing_outcome);
        int32_t back = day_of(value(row, b->f->missing_outcome_date));
        if (text_is(outcome, "FOUND_EXPLOITED"))
            raise_flag(b, FLAG_MISSING_RETURN, i, back, false,
                       "Was missing from support and was found in exploitation.");
        else if (text_is(outcome, "RETURNED_SELF") || text_is(outcome, "FOUND_POLICE") ||
                 text_is(outcome, "FOUND_ELSEWHERE"))
            raise_flag(b, FLAG_MISSING_RETURN, i, back, false, "Is back after being missing.");
    }
}

static void own_word_flags(struct builder *b, int i)
{
    const struct line_record *r = &b->l->records[i];
    EACH_ROW(row, r->record, b->f->followup_again)
    {
        if (text_is(value(row, b->f->followup_again), "YES"))
            raise_flag(b, FLAG_SELF, i, day_of(value(row, b->f->followup_date)), false,
                       "At a follow-up: exploited again since leaving support.");
    }
    if (text_is(line_get(r, b->f->survivor_again, 1), "YES"))
        raise_flag(b, FLAG_SELF, i, DATE_NONE, false, "The person says that it happened again.");
}

static void quoted_flag(struct builder *b, int i)
{
    const struct line_record *r = &b->l->records[i];
    if (line_get(r, b->f->referral_prior, 1))
        raise_flag(b, FLAG_PRIOR_REF_QUOTED, i, DATE_NONE, false,
                   "The referral quotes an earlier reference.");
    else if (text_is(line_get(r, b->f->referral_reported_before, 1), "YES"))
        raise_flag(b, FLAG_PRIOR_REF_QUOTED, i, DATE_NONE, false,
                   "The referral says that it was reported before.");
}

void flag_rules(const struct line *l, struct flag_finding **flags, int *count)
{
    struct builder b = {.l = l, .f = line_fields()};
    b.current = arena_array(l->memory, count_providers(l, b.f), sizeof *b.current);
    for (int i = 0; i < l->record_count; i++) {
        if (i > 0) {
            nrm_flags(&b, i, &l->repeats[i - 1]);
            channel_flag(&b, i);
            if (text_is(line_get(&l->records[i], b.f->referral_status, 1), "REFUSED"))
                raise_flag(&b, FLAG_REFERRAL_REFUSED, i, DATE_NONE, true,
                           "A further referral of this person was refused.");
        }
        support_flags(&b, i);
        missing_flags(&b, i);
        own_word_flags(&b, i);
        quoted_flag(&b, i);
    }
    *flags = b.flags;
    *count = b.count;
}
