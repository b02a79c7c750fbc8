/* From people to the agencies' lists that they are on in one year. */
#include "app/release_sheet.h"
#include "app/report_parts.h"

#include "base/date.h"

#include <stdlib.h>

static const char *const on_list[] = {"No", "Yes", NULL};
/* In the order of register_list_of. */
static const char *const only[REGISTER_LISTS + 2] = {"NRM", "DTN",    "MSVCC",   "HELPLINE",
                                                     "NGO", "POLICE", "Several", NULL};

/* Bit k: a record of that list was received within the year. */
static uint8_t *memberships(const struct analysis *a)
{
    const struct code_list *channels = dictionary_codes("referral_channel");
    uint8_t *on = mem_zalloc(a->person_count + 1, 1);
    int32_t from, to;
    register_mse_year(a, &from, &to);
    for (size_t i = 0; i < a->referral_count; i++) {
        const struct referral_row *row = &a->referrals[i];
        if (row->received == DATE_NONE || row->received < from || row->received > to ||
            row->channel >= channels->count)
            continue;
        int list = register_list_of(channels->codes[row->channel].code);
        if (list >= 0)
            on[row->person] |= (uint8_t)(1u << list);
    }
    return on;
}

enum status report_tables_lists(struct report *r, struct err *e)
{
    uint8_t *on = memberships(&r->a), *value[REGISTER_LISTS];
    size_t n = 0;
    for (size_t p = 0; p < r->a.person_count; p++)
        if (on[p])
            on[n++] = on[p];
    struct release_sheet s = release_sheet_new(&r->memory, n);
    for (int k = 0; k < REGISTER_LISTS; k++) {
        value[k] = release_sheet_column_of(&s, "list", only[k], on_list);
        release_sheet_table_of(&s, &r->lists[k], "list", only[k], k, -1, -1);
    }
    uint8_t *alone = release_sheet_column(&s, "only_list", only);
    release_sheet_table(&s, &r->only_list, "only_list", REGISTER_LISTS, -1, -1);
    for (size_t i = 0; i < n; i++) {
        alone[i] = REGISTER_LISTS;
        for (int k = 0; k < REGISTER_LISTS; k++) {
            value[k][i] = on[i] >> k & 1;
            if (on[i] == 1u << k)
                alone[i] = (uint8_t)k;
        }
    }
    free(on);
    int32_t from, to;
    char day[11] = "no date";
    register_mse_year(&r->a, &from, &to);
    if (to != DATE_NONE)
        date_to_iso(to, day);
    return release_sheet_count(&s, r->job->release,
                               arena_printf(&r->memory, "people on a list, year to %s", day), e);
}
