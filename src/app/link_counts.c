#include "app/link_counts.h"

#include "app/register_mse.h"
#include "base/date.h"
#include "domain/classify.h"

static void count_repeats(const struct line *l, int64_t *totals)
{
    bool nrm_before = line_accepted_nrm(&l->records[0]), again = false, nrm_again = false,
         new = false;
    totals[SLOT_NRM] += nrm_before;
    for (int i = 0; i < l->repeat_count; i++) {
        const struct repeat_finding *f = &l->repeats[i];
        bool nrm = line_accepted_nrm(&l->records[f->record]);
        totals[SLOT_SAME + f->verdict]++;
        totals[SLOT_NRM] += nrm;
        if (nrm && nrm_before)
            totals[SLOT_NRM_SAME + f->verdict]++;
        again = true;
        new |= f->verdict == INCIDENT_NEW;
        nrm_again |= nrm && nrm_before;
        nrm_before |= nrm;
    }
    totals[SLOT_REPEAT_PEOPLE] += again;
    totals[SLOT_NEW_PEOPLE] += new;
    totals[SLOT_NRM_PEOPLE] += nrm_before;
    totals[SLOT_NRM_REPEAT_PEOPLE] += nrm_again;
}

static void count_lists(const struct link_counting *c, const struct line *l, int64_t *totals)
{
    unsigned cell = 0;
    for (int i = 0; i < l->record_count; i++) {
        const char *channel = line_get(&l->records[i], line_fields()->referral_channel, 1);
        int list = register_list_of(str_of(channel));
        if (list >= 0 && l->received[i] != DATE_NONE && l->received[i] >= c->from &&
            l->received[i] <= c->to)
            cell |= 1u << list;
    }
    totals[link_cell_slot(c->set, cell)]++;
}

void link_count_person(const struct link_counting *c, struct line_record *records, int count,
                       struct arena *memory, int64_t *totals)
{
    const struct definition_set *set = c->set;
    if (count == 0)
        return;
    struct line l;
    line_build(&l, records, count, &c->line, memory);
    totals[SLOT_PEOPLE]++;
    totals[SLOT_RECORDS] += count;
    count_repeats(&l, totals);
    if (c->lists)
        count_lists(c, &l, totals);
    for (int m = MODE_STRICT; m <= MODE_LENIENT; m++) {
        struct mode_view *v = mode_view_make(&l.facts, (enum mode)m, memory);
        for (size_t k = 0; k < set->count; k++) {
            enum verdict answer = classify(&set->definitions[k], v).verdict;
            if (answer != VERDICT_NO)
                totals[link_slot_of(k, m, answer == VERDICT_INDETERMINATE)]++;
        }
    }
}
