#include "simulate/sheet.h"

#include "base/date.h"
#include "domain/layout.h"

#include <stdio.h>
#include <string.h>

static size_t slot_of(const struct sheet *s, const char *name)
{
    struct str key = str_of(name);
    size_t i = (size_t)str_hash(key) % SHEET_SLOTS;
    while (s->slot[i] && strcmp(s->header[s->slot[i] - 1], name) != 0)
        i = (i + 1) % SHEET_SLOTS;
    return i;
}

/* The column's number, added when new. */
static size_t add_column(struct sheet *s, const char *name)
{
    size_t i = slot_of(s, name);
    if (s->slot[i])
        return (size_t)s->slot[i] - 1;
    if (s->columns == SHEET_MAX_COLUMNS)
        BUG("a layout has more than %d columns", SHEET_MAX_COLUMNS);
    s->header[s->columns++] = name;
    s->slot[i] = (int16_t)s->columns;
    return s->columns - 1;
}

/* Optional answers that forms are often without. What other rates decide (names, births,
 * nationality, dates) is not among them, nor what others hang on. */
static bool may_be_missing(const struct layout_column *c)
{
    static const char *const fields[] = {"accommodation.region",
                                         "accommodation.town",
                                         "employment.status",
                                         "episode.age_at_entry",
                                         "episode.border",
                                         "episode.industry",
                                         "episode.minor_at_start",
                                         "episode.recruiter_relation",
                                         "episode.transported",
                                         "exploiter_group.descriptor",
                                         "exploiter_group.in_uk",
                                         "identifier.value",
                                         "person.has_children",
                                         "person.interpreter_needed",
                                         "person.language",
                                         "pre_trafficking.birthplace",
                                         "pre_trafficking.family",
                                         "pre_trafficking.education",
                                         "pre_trafficking.employment",
                                         "referral.indicators_seen",
                                         "referral.local_authority",
                                         "referral.other_victims",
                                         "referral.police_force"};
    const char *entity = c->field ? c->field->entity->name : "";
    size_t n = strlen(entity);
    for (size_t i = 0; c->field && i < sizeof fields / sizeof *fields; i++)
        if (strncmp(fields[i], entity, n) == 0 && fields[i][n] == '.' &&
            strcmp(fields[i] + n + 1, c->field->name) == 0)
            return true;
    return false;
}

void sheet_of_layout(struct sheet *s, const char *channel)
{
    const struct layout *l = layout_of_channel(channel);
    for (size_t i = 0; l && i < l->count; i++)
        if (l->columns[i].column.n) {
            size_t at = add_column(s, l->columns[i].column.p);
            s->droppable[at] |= may_be_missing(&l->columns[i]);
        }
    if (!s->columns)
        BUG("no layout of channel %s", channel);
}

void sheet_of_names(struct sheet *s, const char *const *names)
{
    for (; *names; names++)
        add_column(s, *names);
}

void row_begin(struct writing *w, enum sim_file f)
{
    w->file = f;
    memset(w->cell, 0, w->s->sheet[f].columns * sizeof *w->cell);
}

void row_set(struct writing *w, const char *column, const char *value)
{
    const struct sheet *s = &w->s->sheet[w->file];
    int16_t at = s->slot[slot_of(s, column)];
    if (!at)
        BUG("%s has no column %s", sim_file_name(w->file), column);
    w->cell[at - 1] = value && *value ? value : NULL;
}

void row_field(struct writing *w, const char *entity, int instance, const char *field,
               const char *value)
{
    char name[80];
    if (instance > 1)
        snprintf(name, sizeof name, "%s%d.%s", entity, instance, field);
    else
        snprintf(name, sizeof name, "%s.%s", entity, field);
    row_set(w, name, value);
}

const char *iso_date(struct writing *w, int32_t day)
{
    if (day == DATE_NONE)
        return "";
    char *text = arena_alloc(w->a, 11);
    date_to_iso(day, text);
    return text;
}

void row_date(struct writing *w, const char *column, int32_t day)
{
    row_set(w, column, iso_date(w, day));
}

void row_field_date(struct writing *w, const char *entity, int instance, const char *field,
                    int32_t day)
{
    row_field(w, entity, instance, field, iso_date(w, day));
}

void row_yes(struct writing *w, const char *column, bool yes)
{
    row_set(w, column, yes ? "yes" : "no");
}

const char *yes_no(bool yes)
{
    return yes ? "YES" : "NO";
}

void row_end(struct writing *w)
{
    const struct sheet *s = &w->s->sheet[w->file];
    for (size_t i = 0; i < s->columns; i++)
        if (s->droppable[i] && w->cell[i] && !is_filled(w))
            w->cell[i] = NULL;
    w->sink->row(w->sink->ctx, w->file, w->cell, s->columns);
}
