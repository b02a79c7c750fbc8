#include "app/line_story.h"

#include "base/order.h"
#include "store/admin.h"

#include <stdlib.h>

static bool is_same_event(const struct line_event *v, const struct line_step *s, int64_t line)
{
    return v->joined == (s->to == line) && v->other == (s->to == line ? s->from : s->to) &&
           strcmp(v->at, s->at) == 0 && strcmp(v->actor, s->actor) == 0 &&
           strcmp(v->cause, s->cause) == 0;
}

/* Moves of one step of linking stand together; among them, those of one event. */
static void gather_events(const struct line_step *step, size_t steps, struct arena *memory,
                          struct line_story *out)
{
    size_t first = 0; /* first event of the time at hand */
    out->event = arena_array(memory, steps + 1, sizeof *out->event);
    for (size_t i = 0; i < steps; i++) {
        if (i && strcmp(step[i].at, step[i - 1].at) != 0)
            first = out->events;
        size_t k = first;
        while (k < out->events && !is_same_event(&out->event[k], &step[i], out->line))
            k++;
        struct line_event *v = &out->event[k];
        if (k == out->events) {
            bool joined = step[i].to == out->line;
            *v = (struct line_event){.at = step[i].at,
                                     .actor = step[i].actor,
                                     .cause = step[i].cause,
                                     .joined = joined,
                                     .other = joined ? step[i].from : step[i].to,
                                     .record = arena_array(memory, steps - i, sizeof *v->record)};
            out->events++;
        }
        v->record[v->records++] = step[i].record;
    }
    for (size_t k = 0; k < out->events; k++)
        qsort(out->event[k].record, out->event[k].records, sizeof *out->event[k].record,
              order_int64);
}

enum status line_story_read(struct store *s, int64_t line, struct arena *memory,
                            struct line_story *out, struct err *e)
{
    struct line_step *step;
    size_t steps;
    char text[60];
    *out = (struct line_story){.line = line};
    TRY(store_line_members(s, line, memory, &out->member, &out->members, e));
    TRY(store_line_history(s, line, memory, &step, &steps, e));
    TRY(store_line_today(s, line, memory, &out->today, &out->todays, e));
    if (!out->members && !steps) {
        err_set(e, ST_DATA, "there is no line %lld, and there never was", (long long)line);
        return err_hint(e, "Lines are the numbers that match, review and flags show.");
    }
    gather_events(step, steps, memory, out);
    snprintf(text, sizeof text, "line %lld", (long long)line);
    return store_audit_note(s, "line.shown", text, e);
}
