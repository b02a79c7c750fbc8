/* From exits to categories: how long until what, and what is known after a year. */
#include "app/release_sheet.h"
#include "app/report_parts.h"

#include "base/date.h"

const int exit_band_months[EXIT_BANDS - 2] = {1, 3, 6, 12, 24, 36, 60};

static const char *const bands[EXIT_BANDS + 1] = {"Up to 1 month",         "1 to 3 months",
                                                  "3 to 6 months",         "6 to 12 months",
                                                  "12 to 24 months",       "24 to 36 months",
                                                  "36 to 60 months",       "Over 60 months",
                                                  "The exit is not dated", NULL};
static const char *const ends[] = {"Re-entered",      "Died",           "Left the country",
                                   "Followed so far", "Exit not dated", NULL};
static const char *const first_years[] = {"Re-entered", "Not found", "The year is not over",
                                          "Exit not dated", NULL};

#define DAYS_A_MONTH 30.4375
enum { DAYS_A_YEAR = 365 };

/* The middle of the range of days. */
static double middle(const struct spell_row *s)
{
    return ((double)s->days_min + (double)s->days_max) / 2;
}

static uint8_t band_of(const struct spell_row *s)
{
    uint8_t b = 0;
    while (b < EXIT_BANDS - 2 && middle(s) > exit_band_months[b] * DAYS_A_MONTH)
        b++;
    return b;
}

static uint8_t end_of(const struct spell_row *s)
{
    static const uint8_t of[] = {[SPELL_REENTRY] = END_REENTERED,
                                 [SPELL_DEATH] = END_DIED,
                                 [SPELL_DEPARTURE] = END_LEFT,
                                 [SPELL_CENSORED] = END_FOLLOWED};
    return of[s->end];
}

static uint8_t first_year_of(const struct spell_row *s)
{
    if (middle(s) > DAYS_A_YEAR)
        return YEAR_NOT;
    return s->end == SPELL_REENTRY    ? YEAR_REENTERED
           : s->end == SPELL_CENSORED ? YEAR_OPEN
                                      : YEAR_NOT;
}

/* Exits without a date stand at the end: their people are not known here. */
enum status report_tables_exits(struct report *r, struct err *e)
{
    const struct analysis *a = &r->a;
    struct release_sheet s = release_sheet_new(&r->memory, a->spell_count + a->spells_undated);
    uint8_t *band = release_sheet_column(&s, "band", bands);
    uint8_t *end = release_sheet_column(&s, "end", ends);
    uint8_t *slice = release_sheet_column(&s, "slice", slice_words);
    uint8_t *year = release_sheet_column(&s, "first_year", first_years);
    for (size_t i = 0; i < s.rows; i++) {
        const struct spell_row *spell = i < a->spell_count ? &a->spells[i] : NULL;
        band[i] = spell ? band_of(spell) : EXIT_BANDS - 1;
        end[i] = spell ? end_of(spell) : END_UNDATED;
        year[i] = spell ? first_year_of(spell) : YEAR_UNDATED;
        slice[i] = spell ? report_slice(a->persons[spell->person].nationality_group, spell->exit_lo)
                         : SLICES - 1;
    }
    release_sheet_table(&s, &r->exits, "exits", 0, 1, -1);
    release_sheet_table(&s, &r->first_years, "first_years", 2, 3, -1);
    return release_sheet_count(&s, r->job->release, "exits", e);
}
