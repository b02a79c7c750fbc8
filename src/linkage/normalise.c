#include "linkage/normalise.h"

#include "base/date.h"
#include "linkage/model.h"
#include "linkage/own.h"
#include "text/phonetic.h"

#include <stdio.h>
#include <stdlib.h>

struct normaliser {
    struct text *text;
};

struct normaliser *normaliser_new(void)
{
    struct normaliser *nz = mem_zalloc(1, sizeof *nz);
    nz->text = text_new();
    return nz;
}

void normaliser_free(struct normaliser *nz)
{
    if (nz)
        text_free(nz->text);
    free(nz);
}

/* ---- types with a form of their own ---- */

static bool says_unknown(struct str s)
{
    static const char *const words[] = {"unknown", "not known", "not stated", "u",   "x",
                                        "n a",     "na",        "none",       "null"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_is(s, words[k]))
            return true;
    return false;
}

static size_t keep(char *out, const char *s)
{
    size_t n = strlen(s);
    memcpy(out, s, n);
    return n;
}

static size_t normalise_sex(char *out, size_t n)
{
    static const char *const male[] = {"m", "male", "man", "boy", "masculine", "1"};
    static const char *const female[] = {"f", "female", "woman", "girl", "feminine", "w", "2"};
    struct str s = {out, n};
    for (size_t k = 0; k < sizeof male / sizeof male[0]; k++)
        if (str_is(s, male[k]))
            return keep(out, "male");
    for (size_t k = 0; k < sizeof female / sizeof female[0]; k++)
        if (str_is(s, female[k]))
            return keep(out, "female");
    return says_unknown(s) ? 0 : n;
}

/* Letters and digits only. */
static size_t squeeze(char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != ' ')
            s[k++] = s[i];
    return k;
}

/* The last ten digits: country and trunk prefixes are written or left out at will. */
static size_t normalise_phone(char *s, size_t n)
{
    enum { KEPT = 10 };
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] >= '0' && s[i] <= '9')
            s[k++] = s[i];
    size_t from = k > KEPT ? k - KEPT : 0;
    while (from < k && s[from] == '0')
        from++;
    memmove(s, s + from, k - from);
    return k - from;
}

static size_t normalise_email(struct str raw, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.n && n < NORMALISED_MAX - 1; i++) {
        char c = raw.p[i];
        if ((unsigned char)c > ' ')
            out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return n;
}

static size_t date_text(uint32_t packed, char *out)
{
    int y = packed_year(packed), m = packed_month(packed), d = packed_day(packed);
    char text[40];
    int n = !m   ? snprintf(text, sizeof text, "%04d", y)
            : !d ? snprintf(text, sizeof text, "%04d-%02d", y, m)
                 : snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
    memcpy(out, text, (size_t)n);
    return (size_t)n;
}

static size_t normalise_year(char *s, size_t n)
{
    return n == 4 && strspn(s, "0123456789") >= 4 ? n : 0;
}

/* ---- dates ---- */

void normalise_dates(struct column *c, const struct intern *raw, const uint64_t *weight,
                     struct normaliser *nz)
{
    struct date_votes votes = {0};
    (void)nz;
    for (uint32_t r = 0; r < raw->count; r++)
        date_vote(intern_text(raw, r), weight[r], &votes);
    c->date_reading = date_decide(&votes, c->date_reason, sizeof c->date_reason);
    c->date_form_name = date_form_name(&votes, &c->date_reading);
    for (uint32_t r = 0; r < raw->count; r++) {
        uint32_t packed = date_read(intern_text(raw, r), &c->date_reading);
        if (!packed)
            c->date_unread += weight[r];
        else if (!date_packed_exists(packed))
            c->date_impossible += weight[r];
        else if (!packed_day(packed))
            c->date_partial += weight[r];
    }
}

/* A dispute: the other of two dates, or only that there is one; empty for none. */
static size_t normalise_dispute(struct normaliser *nz, const struct column *c, struct str raw,
                                char *out, bool *read)
{
    static const char *const yes[] = {"disputed", "yes", "y", "true", "t", "1"};
    static const char *const no[] = {"not disputed", "no",    "n",    "false",  "f", "0",
                                     "adult",        "child", "none", "unknown"};
    uint32_t packed = date_read(raw, &c->date_reading);
    *read = true;
    if (packed)
        return date_text(packed, out);
    struct str s = {out, text_fold(nz->text, raw, out)};
    for (size_t k = 0; k < sizeof yes / sizeof yes[0]; k++)
        if (str_is(s, yes[k]))
            return keep(out, yes[0]);
    *read = !s.n;
    for (size_t k = 0; k < sizeof no / sizeof no[0]; k++)
        *read |= str_is(s, no[k]);
    return 0;
}

void normalise_disputes(struct column *c, const struct intern *raw, const uint64_t *weight,
                        struct normaliser *nz)
{
    char out[NORMALISED_MAX];
    c->date_reading = c[-1].date_reading;
    for (uint32_t r = 0; r < raw->count; r++) {
        bool read;
        normalise_dispute(nz, c, intern_text(raw, r), out, &read);
        c->date_unread += read ? 0 : weight[r];
    }
}

size_t normalise_value(struct normaliser *nz, enum link_type t, const struct column *c,
                       struct str raw, char *out)
{
    if (t == LINK_DATE) {
        uint32_t packed = date_read(raw, &c->date_reading);
        return packed ? date_text(packed, out) : 0;
    }
    if (t == LINK_DATE_DISPUTE)
        return normalise_dispute(nz, c, raw, out, &(bool){false});
    if (t == LINK_EMAIL)
        return normalise_email(raw, out);
    if (t == LINK_AS_WRITTEN) {
        size_t most = raw.n < NORMALISED_MAX ? raw.n : NORMALISED_MAX;
        memcpy(out, raw.p, most);
        return most;
    }
    size_t n = text_fold(nz->text, raw, out);
    switch (t) {
    case LINK_SEX:
        return normalise_sex(out, n);
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
        return says_unknown((struct str){out, n}) ? 0 : n;
    case LINK_POSTCODE:
    case LINK_IDENTIFIER:
        return squeeze(out, n);
    case LINK_PHONE:
        return normalise_phone(out, n);
    case LINK_YEAR:
        return normalise_year(out, n);
    default:
        return n;
    }
}

/* ---- full names ---- */

static struct str next_word(struct str s, size_t *at)
{
    size_t from = *at;
    while (from < s.n && s.p[from] == ' ')
        from++;
    size_t end = from;
    while (end < s.n && s.p[end] != ' ')
        end++;
    *at = end;
    return (struct str){s.p + from, end - from};
}

static int times_in(struct str word, const struct str *names, int n)
{
    int times = 0;
    for (int k = 0; k < n; k++)
        for (size_t at = 0;;) {
            struct str w = next_word(names[k], &at);
            if (!w.n)
                break;
            times += str_eq(w, word);
        }
    return times;
}

size_t other_words(struct str full, const struct str *names, int n, char *out)
{
    size_t used = 0;
    for (size_t at = 0;;) {
        struct str w = next_word(full, &at);
        if (!w.n)
            return used;
        struct str before = {full.p, (size_t)(w.p - full.p)};
        if (times_in(w, &before, 1) < times_in(w, names, n))
            continue;
        if (used)
            out[used++] = ' ';
        memcpy(out + used, w.p, w.n);
        used += w.n;
    }
}

void split_normalised(struct str full, struct str *given, struct str *family)
{
    const char *space = full.n ? memrchr(full.p, ' ', full.n) : NULL;
    *given = space ? (struct str){full.p, (size_t)(space - full.p)} : full;
    *family = space ? (struct str){space + 1, full.n - (size_t)(space + 1 - full.p)}
                    : (struct str){full.p, 0};
}

static size_t fold_part(struct normaliser *nz, const char *p, size_t n, char *out)
{
    return text_fold(nz->text, (struct str){p, n}, out);
}

void normalise_full_name(struct normaliser *nz, struct str raw, char *given, size_t *given_n,
                         char *family, size_t *family_n)
{
    const char *comma = raw.n ? memchr(raw.p, ',', raw.n) : NULL;
    if (comma) {
        *family_n = fold_part(nz, raw.p, (size_t)(comma - raw.p), family);
        *given_n = fold_part(nz, comma + 1, raw.n - (size_t)(comma + 1 - raw.p), given);
        if (*given_n && *family_n)
            return;
    }
    size_t n = fold_part(nz, raw.p, raw.n, given);
    struct str g, f;
    split_normalised((struct str){given, n}, &g, &f);
    memcpy(family, f.p, f.n);
    *family_n = f.n;
    *given_n = g.n;
}

/* ---- what is derived from a normalised text ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static uint64_t mix_sorted(uint64_t *h, int n)
{
    qsort(h, (size_t)n, sizeof *h, by_number);
    return str_hash((struct str){(const char *)h, (size_t)n * sizeof *h});
}

/* Returns the payload of a name. */
static uint32_t derive_words(struct words *m, struct str s, bool name)
{
    enum { MAX_SORTED = 32 };
    uint64_t word[MAX_SORTED], skeleton[MAX_SORTED];
    int words = 0, skeletons = 0;
    for (size_t i = 0; i < s.n && words < MAX_SORTED;) {
        size_t end = i;
        while (end < s.n && s.p[end] != ' ')
            end++;
        struct str w = {s.p + i, end - i};
        if (w.n) {
            uint64_t h = str_hash(w);
            if (words < VALUE_WORDS)
                m->word[words] = (uint32_t)(h >> 32);
            word[words++] = h;
            char key[SKELETON_MAX];
            size_t k = name ? text_skeleton(w, key) : 0;
            if (k)
                skeleton[skeletons++] = str_hash((struct str){key, k});
        }
        i = end + 1;
    }
    m->n = (uint8_t)(words < VALUE_WORDS ? words : VALUE_WORDS);
    m->sorted = mix_sorted(word, words);
    uint32_t sound = skeletons ? (uint32_t)(mix_sorted(skeleton, skeletons) >> 33) : 0;
    return sound << 1 | (words > 1);
}

static uint64_t hash_joined(struct str s)
{
    char joined[NORMALISED_MAX];
    size_t n = s.n < sizeof joined ? s.n : sizeof joined;
    memcpy(joined, s.p, n);
    return str_hash((struct str){joined, squeeze(joined, n)});
}

static uint32_t packed_of_text(struct str s)
{
    int part[3] = {0, 0, 0};
    for (size_t i = 0, k = 0; i < s.n && k < 3; i++) {
        if (s.p[i] == '-')
            k++;
        else
            part[k] = part[k] * 10 + (s.p[i] - '0');
    }
    return date_pack(part[0], part[1], part[2]);
}

static bool is_name(enum link_type t)
{
    return t == LINK_GIVEN_NAME || t == LINK_FAMILY_NAME || t == LINK_FULL_NAME;
}

static bool has_words(enum link_type t)
{
    return is_name(t) || t == LINK_PLACE || t == LINK_ADDRESS || t == LINK_TEXT;
}

static bool has_ethiopian_calendar(struct str s)
{
    static const char *const codes[] = {"et", "eth", "er", "eri"};
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++)
        if (str_is(s, codes[k]))
            return true;
    return s.n >= 6 && (memcmp(s.p, "ethiop", 6) == 0 || memcmp(s.p, "eritre", 6) == 0);
}

static void derive(struct column *c, uint32_t v)
{
    struct str s = intern_text(&c->texts, v);
    struct value *value = &c->value[v];
    *value = (struct value){0};
    c->count[v] = 0;
    c->hash[v] = str_hash(s);
    if (c->type == LINK_DATE || (c->type == LINK_DATE_DISPUTE && s.n && s.p[0] <= '9')) {
        char digits[9];
        value->extra = packed_of_text(s);
        date_packed_digits(value->extra, digits);
        cmp_key_set(&value->key, (struct str){digits, 8});
        return;
    }
    cmp_key_set(&value->key, s);
    if (c->type == LINK_NATIONALITY || c->type == LINK_COUNTRY)
        value->extra = has_ethiopian_calendar(s) ? NATION_ETHIOPIAN_CALENDAR : 0;
    if (c->type == LINK_YEAR)
        value->extra = (uint32_t)packed_year(packed_of_text(s));
    if (c->words) {
        uint32_t sound = derive_words(&c->words[v], s, is_name(c->type));
        c->words[v].joined = hash_joined(s);
        value->extra = is_name(c->type) ? sound : 0;
        if (c->initial)
            c->initial[v] =
                (uint8_t)((value->key.c[0] & 0x7f) | (sound & 1 ? INITIAL_OF_WORDS : 0));
    }
}

/* Room for n values and one more that is only held; value lines begin at a cache line, which
 * realloc does not promise. */
static void reserve(struct column *c, size_t n)
{
    size_t had = c->value_cap;
    if (n + 1 <= had)
        return;
    c->value_cap = had ? mem_grown_(had, n + 1) : n + 1;
    struct value *p = aligned_alloc(sizeof *p, c->value_cap * sizeof *p);
    if (!p)
        p = mem_array(c->value_cap, sizeof *p);
    if (had)
        memcpy(p, c->value, had * sizeof *p);
    free(c->value);
    c->value = p;
    c->count = mem_resize(c->count, c->value_cap, sizeof *c->count);
    c->hash = mem_resize(c->hash, c->value_cap, sizeof *c->hash);
    if (has_words(c->type))
        c->words = mem_resize(c->words, c->value_cap, sizeof *c->words);
    if (is_name(c->type))
        c->initial = mem_resize(c->initial, c->value_cap, 1);
}

void column_derive(struct column *c, uint32_t first)
{
    uint32_t n = c->texts.count;
    reserve(c, n);
    for (uint32_t v = first; v < n; v++)
        derive(c, v);
    if (first == 0) {
        c->value[0] = (struct value){0};
        c->count[0] = 0;
        if (c->initial)
            c->initial[0] = 0;
    }
    c->values = n;
    if (c->own)
        own_derive(c->own, &c->texts, first);
}

/* ---- one row, live ---- */

static uint32_t encode_text(struct column *c, const struct model_column *mc, struct str s)
{
    if (!s.n)
        return 0;
    uint32_t v = intern_find(&c->texts, s);
    if (v != UINT32_MAX)
        return v;
    if (!mc) {
        v = intern_hold(&c->texts, s);
        derive(c, v);
        return v;
    }
    v = intern_add(&c->texts, s);
    column_derive(c, v);
    c->value[v].equal_bits = (float)model_text_bits(mc, s);
    return v;
}

int names_of_row(const struct link_data *d, const uint32_t *row, struct str *names)
{
    int n = 0;
    for (int k = 0; k < d->columns; k++)
        if ((d->column[k].type == LINK_GIVEN_NAME || d->column[k].type == LINK_FAMILY_NAME) &&
            row[k])
            names[n++] = intern_text(&d->column[k].texts, row[k]);
    return n;
}

/* As column.c does for the batch: what a full name has beyond the other name columns, or, where
 * those are empty, the names themselves. */
static void encode_other_names(struct link_data *d, const struct link_model *m, int k,
                               struct str full, uint32_t *row)
{
    struct str names[LINK_MAX_COLUMNS], part[2];
    char out[NORMALISED_MAX];
    int n = names_of_row(d, row, names);
    if (n == 0 && d->given >= 0) {
        split_normalised(full, &part[0], &part[1]);
        for (int i = 0; i < 2; i++) {
            int at = i ? d->family : d->given;
            row[at] = encode_text(&d->column[at], m ? &m->column[at] : NULL, part[i]);
        }
        return;
    }
    struct str rest = {out, other_words(full, names, n, out)};
    row[k] = encode_text(&d->column[k], m ? &m->column[k] : NULL, rest);
}

void data_encode(struct link_data *d, struct normaliser *nz, const struct link_model *m,
                 const struct str *cells, uint32_t *row)
{
    char out[2][NORMALISED_MAX];
    const char *full[LINK_MAX_COLUMNS] = {NULL};
    struct arena scratch = ARENA_EMPTY;
    for (int k = 0; k < d->columns; k++) {
        struct column *c = &d->column[k];
        bool split = k + 1 < d->columns && c[1].from == c->from;
        struct str part[2] = {{out[0], 0}, {out[1], 0}};
        if (c->own)
            BUG("a live index of a column with levels of one's own");
        if (split && cells[c->from].n)
            normalise_full_name(nz, cells[c->from], out[0], &part[0].n, out[1], &part[1].n);
        else if (cells[c->from].n)
            part[0].n = normalise_value(nz, c->type, c, cells[c->from], out[0]);
        if (c->type == LINK_FULL_NAME) {
            full[k] = arena_strndup(&scratch, part[0].p, part[0].n);
            row[k] = 0;
            continue;
        }
        row[k] = encode_text(c, m ? &m->column[k] : NULL, part[0]);
        if (split) {
            row[k + 1] = encode_text(c + 1, m ? &m->column[k + 1] : NULL, part[1]);
            k++;
        }
    }
    for (int k = 0; k < d->columns; k++)
        if (full[k])
            encode_other_names(d, m, k, str_of(full[k]), row);
    arena_free(&scratch);
}
