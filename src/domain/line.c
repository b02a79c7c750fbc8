#include "domain/line_parts.h"

#include <stdlib.h>

/* ---- which mentions tell the same episode ---- */

static int by_receipt(const void *x, const void *y)
{
    const struct line_fields *fields = line_fields();
    const struct line_record *a = x, *b = y;
    const char *ta = record_get(a->record, fields->referral_received, 1);
    const char *tb = record_get(b->record, fields->referral_received, 1);
    int c = strcmp(ta ? ta : "9999", tb ? tb : "9999");
    return c ? c : (a->id > b->id) - (a->id < b->id);
}

static struct incident_finding compare_mentions(const struct line *l, int earlier, int later)
{
    const struct mention *m = &l->mentions[later];
    static const struct incident_finding by_person[] = {
        {INCIDENT_SAME, "decided by a person"},
        {INCIDENT_NEW, "decided by a person"},
        {INCIDENT_UNCLEAR, "decided by a person"},
    };
    switch (l->records[m->record].decided) {
    case 'S':
        return by_person[INCIDENT_SAME];
    case 'N':
        return by_person[INCIDENT_NEW];
    case 'U':
        return by_person[INCIDENT_UNCLEAR];
    default:
        return incident_compare(&l->mentions[earlier], m);
    }
}

/* Same as any mention of an episode is the same; new against all of them is new. */
static int weight_of(struct incident_finding f)
{
    return !f.evidence ? 0 : f.verdict == INCIDENT_NEW ? 1 : f.verdict == INCIDENT_UNCLEAR ? 2 : 3;
}

/* `against` is scratch for one entry per episode so far. */
static void place_mention(struct line *l, int mention, int *episodes,
                          struct decided_mention *against, struct decided_mention *out)
{
    struct decided_mention doubt = {{INCIDENT_NEW, NULL}, -1}, newest = doubt;
    int same = -1;
    for (int e = 0; e < *episodes; e++)
        against[e] = doubt;
    for (int k = 0; k < mention; k++) {
        struct decided_mention *a = &against[l->episode_of[k]];
        if (l->mentions[k].record == l->mentions[mention].record) {
            *a = (struct decided_mention){{INCIDENT_NEW, NULL},
                                          -2}; /* its own record tells them apart */
            continue;
        }
        struct incident_finding f = compare_mentions(l, k, mention);
        if (a->earlier != -2 && weight_of(f) >= weight_of(a->finding))
            *a = (struct decided_mention){f, l->mentions[k].record};
    }
    for (int e = 0; e < *episodes; e++) {
        const struct decided_mention *a = &against[e];
        if (weight_of(a->finding) == 3 && same < 0)
            same = e;
        else if (weight_of(a->finding) == 2 && !doubt.finding.evidence)
            doubt = *a;
        else if (weight_of(a->finding) == 1 && a->earlier >= newest.earlier)
            newest = *a;
    }
    if (same >= 0) {
        l->episode_of[mention] = same;
        *out = against[same];
        return;
    }
    l->episode_of[mention] = (*episodes)++;
    if (doubt.finding.evidence)
        l->mentions[mention].facts.distinct = ANSWER_UNKNOWN;
    *out = doubt.finding.evidence ? doubt : newest;
}

/* ---- verdict on each later record ---- */

static struct repeat_finding record_finding(const struct line *l, int record,
                                            const struct decided_mention *decided)
{
    struct repeat_finding out = {.record = record,
                                 .earlier = record - 1,
                                 .verdict = INCIDENT_UNCLEAR,
                                 .evidence = "the record tells of no episode",
                                 .by_person = l->records[record].decided != 0};
    bool any = false, all_same = true, any_new = false;
    for (int k = 0; k < l->mention_count; k++) {
        if (l->mentions[k].record != record)
            continue;
        const struct decided_mention *d = &decided[k];
        if (d->earlier < 0) {
            if (!any)
                out.evidence = "no earlier record tells of an episode";
            all_same = false;
            any = true;
            continue;
        }
        /* A new one decides; then a doubt; then the same. */
        bool first = !any || all_same;
        all_same &= d->finding.verdict == INCIDENT_SAME;
        if (d->finding.verdict == INCIDENT_NEW && !any_new) {
            any_new = true;
            out.evidence = d->finding.evidence;
            out.earlier = d->earlier;
        } else if (!any_new && (first || d->finding.verdict == INCIDENT_UNCLEAR)) {
            out.evidence = d->finding.evidence;
            out.earlier = d->earlier;
        }
        any = true;
    }
    if (any_new)
        out.verdict = INCIDENT_NEW;
    else if (any && all_same)
        out.verdict = INCIDENT_SAME;
    if (out.by_person) {
        char d = l->records[record].decided;
        out.verdict = d == 'S' ? INCIDENT_SAME : d == 'N' ? INCIDENT_NEW : INCIDENT_UNCLEAR;
        out.evidence = "decided by a person";
    }
    return out;
}

void line_build(struct line *l, struct line_record *records, int count,
                const struct line_options *options, struct arena *memory)
{
    *l = (struct line){.records = records, .record_count = count, .memory = memory};
    qsort(records, (size_t)count, sizeof *records, by_receipt);
    l->received = arena_array(memory, (size_t)count + 1, sizeof *l->received);
    for (int i = 0; i < count; i++)
        l->received[i] = line_day(line_get(&records[i], line_fields()->referral_received, 1));
    line_read_mentions(l);
    size_t n = (size_t)l->mention_count + 1;
    struct decided_mention *decided = arena_array(memory, n, sizeof *decided);
    l->episode_of = arena_array(memory, n, sizeof *l->episode_of);
    struct decided_mention *against = arena_array(memory, n, sizeof *against);
    int episodes = 0;
    for (int k = 0; k < l->mention_count; k++)
        place_mention(l, k, &episodes, against, &decided[k]);
    line_gather_facts(l, episodes, decided, options);
    l->repeats = arena_array(memory, (size_t)count + 1, sizeof *l->repeats);
    for (int i = 1; i < count; i++)
        l->repeats[l->repeat_count++] = record_finding(l, i, decided);
}
