#include "simulate/model.h"

#include "base/date.h"
#include "domain/dictionary.h"
#include "simulate/names_read.h"

#include <string.h>

const char *const responder_codes[RESPONDERS] = {"GOVERNMENT", "LOCAL_AUTHORITY", "NGO", "POLICE"};
static const char *const age_codes[AGE_CLASSES] = {"ADULT", "CHILD", "UNKNOWN"};
static const char *const place_codes[PLACES] = {"UK", "OVERSEAS", "UK_AND_OVERSEAS", "UNKNOWN"};

static int position(struct str s, const char *const *names, int n, const char *what)
{
    for (int i = 0; i < n; i++)
        if (str_is(s, names[i]))
            return i;
    BUG("data/simulate: unknown %s %.*s", what, (int)s.n, s.p);
}

static uint32_t number(struct str s)
{
    int64_t v;
    if (!str_to_int64(s, &v) || v < 0 || v > 100000000)
        BUG("data/simulate: not a count: %.*s", (int)s.n, s.p);
    return (uint32_t)v;
}

/* ---- nationalities ---- */

/* Languages spoken, by nationality; those not named here need no interpreter more often than not.
 * Public facts. */
static const struct {
    const char *alpha3, *language;
} languages[] = {
    {"ALB", "Albanian"},  {"XKX", "Albanian"},   {"VNM", "Vietnamese"}, {"ERI", "Tigrinya"},
    {"ETH", "Amharic"},   {"SDN", "Arabic"},     {"SSD", "Arabic"},     {"IRN", "Farsi"},
    {"AFG", "Pashto"},    {"ROU", "Romanian"},   {"MDA", "Romanian"},   {"SOM", "Somali"},
    {"PAK", "Urdu"},      {"CHN", "Mandarin"},   {"TWN", "Mandarin"},   {"IRQ", "Kurdish Sorani"},
    {"SYR", "Arabic"},    {"BGD", "Bengali"},    {"PHL", "Tagalog"},    {"EGY", "Arabic"},
    {"POL", "Polish"},    {"BRA", "Portuguese"}, {"PRT", "Portuguese"}, {"AGO", "Portuguese"},
    {"THA", "Thai"},      {"LTU", "Lithuanian"}, {"TCD", "Arabic"},     {"MAR", "Arabic"},
    {"BGR", "Bulgarian"}, {"TUR", "Turkish"},    {"LKA", "Tamil"},      {"DZA", "Arabic"},
    {"SVK", "Slovak"},    {"YEM", "Arabic"},     {"CZE", "Czech"},      {"HUN", "Hungarian"},
    {"KWT", "Arabic"},    {"GIN", "French"},     {"LVA", "Latvian"},    {"UKR", "Ukrainian"},
    {"ESP", "Spanish"},   {"COL", "Spanish"},    {"HND", "Spanish"},    {"LBY", "Arabic"},
    {"SAU", "Arabic"},    {"IND", "Punjabi"},    {"CMR", "French"},     {"COD", "French"},
    {"CIV", "French"},    {"SEN", "French"},     {"NPL", "Nepali"},     {"RUS", "Russian"},
    {"ITA", "Italian"},   {"MMR", "Burmese"},    {"MNG", "Mongolian"},  {"PSE", "Arabic"},
};

/* Countries where fewer than about two births in three are registered, or were when today's adults
 * were born (UNICEF's public figures on birth registration, as far as they are known here), and
 * Viet Nam and Iraq for papers issued later. */
static const char *const january[] = {"AFG", "ERI", "ETH", "SOM", "SDN", "SSD", "TCD",
                                      "YEM", "IRQ", "PAK", "BGD", "VNM", "CAF", "NER"};

static const char *form_label(struct str alpha3)
{
    const struct code_list *l = dictionary_codes("nationality");
    int label = -1, code = -1, form = -1;
    for (size_t i = 0; i < l->column_count; i++) {
        if (str_is(l->columns[i], "label"))
            label = (int)i;
        if (str_is(l->columns[i], "alpha3"))
            code = (int)i;
        if (str_is(l->columns[i], "in_form"))
            form = (int)i;
    }
    for (size_t i = 0; i < l->row_count; i++) {
        const struct str *row = l->cells + i * l->column_count;
        if (str_eq(row[code], alpha3) && str_is(row[form], "Y"))
            return row[label].p;
    }
    BUG("nationality %.*s has no label on the form", (int)alpha3.n, alpha3.p);
}

static int nationality_of(struct sim_model *m, struct str alpha3)
{
    if (alpha3.n == 0)
        return -1;
    for (size_t i = 0; i < m->nationality_count; i++)
        if (str_is(alpha3, m->nationality[i].alpha3))
            return (int)i;
    struct nationality *n = &m->nationality[m->nationality_count];
    *n = (struct nationality){.alpha3 = arena_strndup(&m->memory, alpha3.p, alpha3.n),
                              .label = form_label(alpha3),
                              .culture = names_culture(m->names, alpha3)};
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (str_is(alpha3, languages[i].alpha3))
            n->language = languages[i].language;
    for (size_t i = 0; i < sizeof january / sizeof *january; i++)
        n->january |= str_is(alpha3, january[i]);
    return (int)m->nationality_count++;
}

static void nationality_pair(struct sim_model *m, struct str cell, int16_t *first, int16_t *second)
{
    const char *bar = cell.n ? memchr(cell.p, '|', cell.n) : NULL;
    size_t n = bar ? (size_t)(bar - cell.p) : cell.n;
    *first = (int16_t)nationality_of(m, (struct str){cell.p, n});
    *second = bar ? (int16_t)nationality_of(m, (struct str){bar + 1, cell.n - n - 1}) : -1;
}

/* ---- tables ---- */

enum { MAX_CELLS = 8192, MAX_NATIONALITIES = 256, MAX_DTN = 512 };

static uint8_t types_of(struct str s)
{
    static const char *const codes[] = {"LAB", "SEX", "CRIM", "DOM", "ORG"};
    uint8_t mask = 0;
    while (s.n && !str_is(s, "UNKNOWN")) {
        const char *bar = memchr(s.p, '|', s.n);
        size_t n = bar ? (size_t)(bar - s.p) : s.n;
        mask |= (uint8_t)(1u << position((struct str){s.p, n}, codes, 5, "exploitation"));
        n += bar != NULL;
        s = (struct str){s.p + n, s.n - n};
    }
    return mask;
}

static void add_cell(struct cell_table *t, struct cell c, uint64_t weight)
{
    t->cell[t->n] = c;
    t->cum[t->n] = (t->n ? t->cum[t->n - 1] : 0) + weight;
    t->n++;
}

static void read_cell(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    struct cell c = {.responder =
                         (uint8_t)position(cells[1], responder_codes, RESPONDERS, "responder"),
                     .types = types_of(cells[2]),
                     .age = (uint8_t)position(cells[3], age_codes, AGE_CLASSES, "age"),
                     .gender = cells[4].p[0]};
    nationality_pair(m, cells[0], &c.nationality, &c.second);
    struct cell_table *t = &m->by_age[c.age];
    if (t->n == MAX_CELLS)
        BUG("nrm_cells.csv has more than %d cells of one age", MAX_CELLS);
    add_cell(t, c, number(cells[5]));
    if (c.nationality == nationality_of(m, str_of("GBR")))
        m->british_share[c.age] += number(cells[5]);
}

static void read_dtn_nationality(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    struct dtn_nationality *d = &m->dtn[m->dtn_count];
    const struct cell_table *adults = &m->by_age[AGE_ADULT];
    if (m->dtn_count == MAX_DTN)
        BUG("dtn_nationality.csv has more than %d rows", MAX_DTN);
    nationality_pair(m, cells[0], &d->nationality, &d->second);
    m->dtn_cum[m->dtn_count] = (m->dtn_count ? m->dtn_cum[m->dtn_count - 1] : 0) + number(cells[1]);
    size_t same = 0;
    for (size_t i = 0; i < adults->n; i++)
        same += adults->cell[i].nationality == d->nationality;
    d->cells.cell = arena_array(&m->memory, same + 1, sizeof *d->cells.cell);
    d->cells.cum = arena_array(&m->memory, same + 1, sizeof *d->cells.cum);
    for (size_t i = 0; i < adults->n; i++)
        if (adults->cell[i].nationality == d->nationality)
            add_cell(&d->cells, adults->cell[i], adults->cum[i] - (i ? adults->cum[i - 1] : 0));
    m->dtn_count++;
}

static int quarter_of(struct str year, struct str quarter)
{
    int q = ((int)number(year) - FIRST_YEAR) * 4 + (int)number(quarter) - 1;
    return q >= 0 && q < QUARTERS ? q : -1;
}

static void read_quarter(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    int q = quarter_of(cells[0], cells[1]);
    if (q >= 0)
        m->published[q][position(cells[2], age_codes, AGE_CLASSES, "age")]
                    [position(cells[3], place_codes, PLACES, "place")] += number(cells[4]);
}

static void read_dtn_quarter(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    int q = quarter_of(cells[0], cells[1]);
    if (q >= 0)
        m->dtn_reports[q] += number(cells[2]);
}

static void read_decision(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    int year = (int)number(cells[0]) - FIRST_YEAR, cg = str_is(cells[1], "CG");
    int age = position(cells[2], age_codes, AGE_CLASSES, "age");
    uint64_t positive = number(cells[3]), all = positive + number(cells[4]);
    if (year < 0 || year > LAST_YEAR - FIRST_YEAR)
        return;
    /* No decision on people of unknown age in the early years: the adults' share stands in. */
    m->positive[cg][year][age] = all ? (positive << 32) / all : m->positive[cg][year][AGE_ADULT];
}

static void read_age_group(void *ctx, const struct str *cells)
{
    static const char *const groups[] = {"18 to 24", "25 to 39", "40 and over"};
    struct sim_model *m = ctx;
    for (int i = 0; i < 3; i++)
        if (str_is(cells[0], groups[i]))
            m->adult_age[i] = number(cells[1]);
}

static void read_responder(void *ctx, const struct str *cells)
{
    struct sim_model *m = ctx;
    struct responder_list *l =
        &m->responders[position(cells[0], responder_codes, RESPONDERS, "responder")];
    if (l->n == 64)
        BUG("first_responder_published.csv has more than 64 of one type");
    l->label[l->n] = arena_strndup(&m->memory, cells[1].p, cells[1].n);
    l->cum[l->n] = (l->n ? l->cum[l->n - 1] : 0) + number(cells[2]);
    l->n++;
}

void model_read_tables(struct sim_model *m)
{
    struct arena *a = &m->memory;
    m->names = names_read(a);
    m->nationality = arena_array(a, MAX_NATIONALITIES, sizeof *m->nationality);
    m->dtn = arena_array(a, MAX_DTN, sizeof *m->dtn);
    m->dtn_cum = arena_array(a, MAX_DTN, sizeof *m->dtn_cum);
    for (int i = 0; i < AGE_CLASSES; i++) {
        m->by_age[i].cell = arena_array(a, MAX_CELLS, sizeof *m->by_age[i].cell);
        m->by_age[i].cum = arena_array(a, MAX_CELLS, sizeof *m->by_age[i].cum);
    }
    for (int i = 0; i < RESPONDERS; i++) {
        m->responders[i].label = arena_array(a, 64, sizeof *m->responders[i].label);
        m->responders[i].cum = arena_array(a, 64, sizeof *m->responders[i].cum);
    }
    m->british = nationality_of(m, str_of("GBR"));
    embedded_rows("simulate/nrm_cells.csv",
                  (const char *const[]){"nationality", "first_responder_type", "exploitation",
                                        "age", "gender", "referrals"},
                  6, read_cell, m);
    embedded_rows("simulate/dtn_nationality.csv", (const char *const[]){"nationality", "reports"},
                  2, read_dtn_nationality, m);
    embedded_rows("simulate/nrm_quarters.csv",
                  (const char *const[]){"year", "quarter", "age", "location", "referrals"}, 5,
                  read_quarter, m);
    embedded_rows("simulate/dtn_quarters.csv", (const char *const[]){"year", "quarter", "reports"},
                  3, read_dtn_quarter, m);
    embedded_rows("simulate/decisions.csv",
                  (const char *const[]){"year", "stage", "age", "positive", "negative"}, 5,
                  read_decision, m);
    embedded_rows("simulate/age_groups.csv", (const char *const[]){"age_group", "referrals"}, 2,
                  read_age_group, m);
    embedded_rows("codes/first_responder_published.csv",
                  (const char *const[]){"first_responder_type", "first_responder_label",
                                        "referrals_2022q2_2023q4"},
                  3, read_responder, m);
    for (int i = 0; i < AGE_CLASSES; i++)
        m->british_share[i] = (uint32_t)(((uint64_t)m->british_share[i] << 16) /
                                         m->by_age[i].cum[m->by_age[i].n - 1]);
    for (int i = 1; i < 3; i++)
        m->adult_age[i] += m->adult_age[i - 1];
}

/* ---- first referrals ---- */

enum place model_draw_place(const struct sim_model *m, int quarter, enum age_class age,
                            bool british, struct rng *r)
{
    /* British people were nearly all exploited in the UK; the others take what is left of the
     * published shares. In units of 1/65536. */
    static const int64_t at_home[PLACES] = {63570, 655, 1311, 0};
    int64_t all = 0, b = m->british_share[age];
    uint64_t cum[PLACES], total = 0;
    for (int l = 0; l < PLACES; l++)
        all += m->published[quarter][age][l];
    for (int l = 0; l < PLACES; l++) {
        int64_t share = all ? (int64_t)m->published[quarter][age][l] * 65536 / all : 16384;
        int64_t w = british ? at_home[l] : share - (b * at_home[l] >> 16);
        total += w > 0 ? (uint64_t)w : 0;
        cum[l] = total;
    }
    return (enum place)draw_index(r, cum, PLACES);
}

int model_last_quarter(const struct sim_model *m)
{
    struct ymd end = date_to_ymd(m->p.as_at);
    return (end.y - FIRST_YEAR) * 4 + (end.m - 1) / 3;
}

static int64_t at_least_0(int64_t x)
{
    return x > 0 ? x : 0;
}

void model_set_entries(struct sim_model *m, const struct repeat_lags *lags)
{
    enum { FIXED = 20 }; /* fractional bits */
    int64_t first[SOURCES][QUARTERS] = {0};
    int64_t lives = lags->lives;
    size_t cap = (size_t)QUARTERS * (AGE_CLASSES + 1);
    int last = model_last_quarter(m);
    uint64_t total = 0;
    m->entry = arena_array(&m->memory, cap, sizeof *m->entry);
    m->entry_cum = arena_array(&m->memory, cap, sizeof *m->entry_cum);
    for (int q = 0; q <= last; q++) {
        int64_t nrm = 0, all[SOURCES];
        for (int a = 0; a < AGE_CLASSES; a++)
            for (int l = 0; l < PLACES; l++)
                nrm += m->published[q][a][l];
        all[FROM_NRM] = nrm << FIXED;
        all[FROM_DTN] = (int64_t)m->dtn_reports[q] << FIXED;
        for (int to = 0; to < SOURCES; to++) {
            int64_t left = all[to];
            for (int from = 0; from < SOURCES; from++)
                for (int s = 0; s < q; s++)
                    left -= first[from][s] / lives * lags->count[from][to][q - s];
            first[to][q] = at_least_0(left) / (lives + lags->count[to][to][0]) * lives;
        }
        for (int a = 0; a < AGE_CLASSES; a++) {
            int64_t of_age = 0;
            for (int l = 0; l < PLACES; l++)
                of_age += m->published[q][a][l];
            if (of_age == 0)
                continue;
            total += (uint64_t)(first[FROM_NRM][q] / nrm * of_age);
            m->entry[m->entry_count] = (struct entry){(uint8_t)q, FROM_NRM, (uint8_t)a};
            m->entry_cum[m->entry_count++] = total;
        }
        if (first[FROM_DTN][q] > 0) {
            total += (uint64_t)first[FROM_DTN][q];
            m->entry[m->entry_count] = (struct entry){(uint8_t)q, FROM_DTN, AGE_ADULT};
            m->entry_cum[m->entry_count++] = total;
        }
    }
}
