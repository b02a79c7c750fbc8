#include "linkage/normalise.h"

#include "base/date.h"
#include "linkage/model.h"
#include "linkage/own.h"
#include "text/word.h"

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

/* ---- names ---- */

static bool says_no_name(struct str s)
{
    static const char *const words[] = {"unknown",  "not known",    "not stated",    "not given",
                                        "nk",       "n k",          "fnu",           "lnu",
                                        "nmn",      "nln",          "no name",       "no surname",
                                        "no names", "no last name", "no family name"};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (str_is(s, words[k]))
            return true;
    return false;
}

/* Mr, Dr and their like before a name are no part of it. */
static size_t without_address(char *s, size_t n)
{
    const char *space;
    while (n && (space = memchr(s, ' ', n)) &&
           word_is_address((struct str){s, (size_t)(space - s)})) {
        n -= (size_t)(space + 1 - s);
        memmove(s, space + 1, n);
    }
    return says_no_name((struct str){s, n}) ? 0 : n;
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
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_FULL_NAME:
        return without_address(out, n);
    case LINK_SEX:
        return normalise_sex(out, n);
    case LINK_NATIONALITY:
    case LINK_COUNTRY:
        return says_unknown((struct str){out, n}) ? 0 : n;
    case LINK_POSTCODE:
    case LINK_IDENTIFIER:
        return squeeze_text(out, n);
    case LINK_PHONE:
        return normalise_phone(out, n);
    case LINK_YEAR:
        return normalise_year(out, n);
    default:
        return n;
    }
}

/* ---- full names ---- */

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
    return without_address(out, text_fold(nz->text, (struct str){p, n}, out));
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
        column_derive_held(c, v);
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
