/* From records to categories: years, channels, kinds, and what each record says. */
#include "app/release_sheet.h"
#include "app/report_parts.h"

#include "base/date.h"

#include <stdlib.h>

const char *const referral_kinds[REFERRAL_KINDS + 1] = {"First known", "Same incident",
                                                        "New episode", "Unclear", NULL};

static const char *const nrm_labels[] = {"First accepted",
                                         "Same incident",
                                         "New episode",
                                         "Unclear",
                                         "Not an accepted NRM referral",
                                         NULL};
static const char *const european[] = {"EU, EEA and Switzerland", "Other", "Not known", NULL};
static const char *const says[] = {"Says it", "Does not", NULL};

static int year_of(int32_t day)
{
    return day == DATE_NONE ? 0 : date_to_ymd(day).y;
}

/* The NRM began on 1 April 2009. */
enum { FIRST_YEAR = 2009 };

/* The years, after one label for all before the first. The first does not depend on the records: a
 * year that is listed because of them says that there is one, so that a printed 0 would be 1 to 4.
 */
static int find_years(struct report *r)
{
    int last = year_of(r->a.as_at), first = last < FIRST_YEAR ? last : FIRST_YEAR;
    if (last - first + 2 > REPORT_YEARS)
        first = last - REPORT_YEARS + 2;
    r->year_count = last ? last - first + 2 : 0;
    for (int i = 0; i < r->year_count; i++)
        r->years[i] = arena_printf(&r->memory, i ? "%d" : "Before %d", first + (i ? i - 1 : 0));
    r->years[r->year_count] = "Not dated";
    r->years[r->year_count + 1] = NULL;
    return first;
}

static uint8_t kind_of(char verdict)
{
    return verdict == 'S'   ? KIND_SAME
           : verdict == 'N' ? KIND_NEW
           : verdict        ? KIND_UNCLEAR
                            : KIND_FIRST;
}

static const char *const *channel_labels(struct report *r)
{
    const struct code_list *list = dictionary_codes("referral_channel");
    const char **labels = arena_array(&r->memory, list->count + 2, sizeof *labels);
    for (size_t i = 0; i < list->count; i++)
        labels[i] = arena_strndup(&r->memory, list->codes[i].code.p, list->codes[i].code.n);
    labels[list->count] = "Not known";
    return labels;
}

static uint8_t europe_of(const struct person_row *p)
{
    uint8_t slice = report_slice(p->nationality_group, 0);
    return slice == SLICES - 1 ? 2 : slice < 2 ? 0 : 1;
}

/* ---- kinds ---- */

static bool accepted_nrm(const struct referral_row *row)
{
    const struct code_list *channels = dictionary_codes("referral_channel");
    const struct code_list *statuses = dictionary_codes("referral_status");
    return row->channel < channels->count && row->status < statuses->count &&
           str_is(channels->codes[row->channel].code, "NRM") &&
           str_is(statuses->codes[row->status].code, "ACCEPTED");
}

enum { COLUMN_YEAR, COLUMN_KIND, COLUMN_CHANNEL, COLUMN_NRM, COLUMN_EUROPE, COLUMN_ORGANISATION };

static void add_kinds(struct report *r, struct release_sheet *s)
{
    const struct analysis *a = &r->a;
    int first = find_years(r);
    uint8_t *year = release_sheet_column(s, "year", r->years);
    uint8_t *kind = release_sheet_column(s, "kind", referral_kinds);
    uint8_t *channel = release_sheet_column(s, "channel", channel_labels(r));
    uint8_t *nrm = release_sheet_column(s, "nrm", nrm_labels);
    uint8_t *europe = release_sheet_column(s, "europe", european);
    for (size_t i = 0; i < a->referral_count; i++) {
        const struct referral_row *row = &a->referrals[i];
        int y = year_of(row->received);
        year[i] = (uint8_t)(y ? (y < first ? 0 : y - first + 1) : r->year_count);
        kind[i] = kind_of(row->verdict);
        channel[i] = row->channel;
        nrm[i] = !accepted_nrm(row) ? 4 : row->nrm_repeat ? kind_of(row->verdict) : 0;
        europe[i] = europe_of(&a->persons[row->person]);
    }
    release_sheet_table(s, &r->referrals[RT_YEAR], "year", COLUMN_YEAR, COLUMN_KIND, -1);
    release_sheet_table(s, &r->referrals[RT_CHANNEL], "channel", COLUMN_CHANNEL, COLUMN_KIND, -1);
    release_sheet_table(s, &r->referrals[RT_NRM_YEAR], "nrm_year", COLUMN_YEAR, COLUMN_NRM, -1);
    release_sheet_table(s, &r->referrals[RT_EUROPE], "europe_year", COLUMN_YEAR, COLUMN_EUROPE, -1);
}

/* ---- what is said ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Places of the senders in alphabetical order, whatever order they came in. One that is named has
 * at least so many records as the base: named for fewer, a printed 0 would be 1 to 4 and not 0
 * to 4. */
static void sort_organisations(struct report *r, uint8_t *place)
{
    const struct analysis *a = &r->a;
    uint32_t records[ORGANISATIONS_MAX + 1] = {0};
    size_t n = 0;
    for (size_t i = 0; i < a->referral_count; i++)
        records[a->referrals[i].organisation]++;
    r->organisations = arena_array(&r->memory, a->organisation_count + 2, sizeof *r->organisations);
    for (size_t i = 0; i < a->organisation_count; i++)
        if (records[i] >= RELEASE_BASE)
            r->organisations[n++] = a->organisations[i];
    qsort(r->organisations, n, sizeof *r->organisations, by_text);
    for (size_t i = 0; i <= a->organisation_count; i++) {
        place[i] = (uint8_t)n;
        for (size_t k = 0; i < a->organisation_count && k < n; k++)
            if (strcmp(a->organisations[i], r->organisations[k]) == 0)
                place[i] = (uint8_t)k;
    }
    r->organisations[n] = "Other senders";
}

static void add_sayings(struct report *r, struct release_sheet *s)
{
    const struct analysis *a = &r->a;
    uint8_t place[ORGANISATIONS_MAX + 1];
    sort_organisations(r, place);
    uint8_t *organisation = release_sheet_column(s, "organisation", r->organisations);
    for (size_t i = 0; i < a->referral_count; i++)
        organisation[i] = place[a->referrals[i].organisation];
    for (int k = 0; k < COMPLETENESS_FIELDS; k++) {
        const char *of = completeness_fields[k];
        uint8_t *v = release_sheet_column_of(s, "says", of, says);
        for (size_t i = 0; i < a->referral_count; i++)
            v[i] = !(a->referrals[i].says >> k & 1);
        release_sheet_table_of(s, &r->referrals[RT_SAYS_CHANNEL + k], "says_channel", of,
                               COLUMN_CHANNEL, release_sheet_last(s), -1);
        release_sheet_table_of(s, &r->referrals[RT_SAYS_ORGANISATION + k], "says_organisation", of,
                               COLUMN_ORGANISATION, release_sheet_last(s), -1);
    }
}

enum status report_tables_records(struct report *r, struct err *e)
{
    struct release_sheet s = release_sheet_new(&r->memory, r->a.referral_count);
    add_kinds(r, &s);
    add_sayings(r, &s);
    return release_sheet_count(&s, r->job->release, "referrals", e);
}
