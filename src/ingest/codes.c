#include "ingest/codes.h"

#include "base/order.h"

#include <pthread.h>
#include <stdlib.h>

/* Letters and digits, lower case, words divided by single spaces: "Congolese (Drc)" and
 * "congolese drc" are one label. */
static struct str plain(struct str s, char *out, size_t cap)
{
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; i < s.n && n + 2 < cap; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool keep = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (c == '\'')
            continue;
        if (!keep) {
            gap = n > 0;
            continue;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    return (struct str){out, n};
}

enum { PLAIN_MAX = 200 };

/* The labels of every list in their plain form, made once: a strange word is looked for in all. */
static struct str **plain_labels; /* per list, in the dictionary's order */
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;

static void make_plain_labels(void)
{
    static struct arena memory; /* lives as long as the process */
    const struct dictionary *d = dictionary();
    plain_labels = arena_array(&memory, d->list_count, sizeof *plain_labels);
    for (size_t i = 0; i < d->list_count; i++) {
        const struct code_list *l = &d->lists[i];
        plain_labels[i] = arena_array(&memory, l->count, sizeof **plain_labels);
        for (size_t k = 0; k < l->count; k++) {
            char text[PLAIN_MAX];
            struct str label = plain(l->codes[k].label, text, sizeof text);
            plain_labels[i][k] = (struct str){arena_strndup(&memory, label.p, label.n), label.n};
        }
    }
}

/* The code whose label this is, in any punctuation and case; NULL when none. */
static const struct code *label_find(const struct code_list *l, struct str text)
{
    char buffer[PLAIN_MAX];
    struct str wanted = plain(text, buffer, sizeof buffer);
    pthread_once(&plain_once, make_plain_labels);
    const struct str *labels = plain_labels[l - dictionary()->lists];
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(labels[i], wanted))
            return &l->codes[i];
    return NULL;
}

/* ---- codes ---- */

static const struct {
    const char *text, *code;
} tri_words[] = {
    {"yes", "YES"},
    {"y", "YES"},
    {"true", "YES"},
    {"1", "YES"},
    {"no", "NO"},
    {"n", "NO"},
    {"false", "NO"},
    {"0", "NO"},
    {"not-sure", "UNKNOWN"},
    {"not sure", "UNKNOWN"},
    {"unsure", "UNKNOWN"},
    {"i-dont-know", "UNKNOWN"},
    {"i dont know", "UNKNOWN"},
    {"don't know", "UNKNOWN"},
    {"dont know", "UNKNOWN"},
    {"unknown", "UNKNOWN"},
    {"not known", "UNKNOWN"},
    {"n/k", "UNKNOWN"},
    {"not-asked", "NOT_ASKED"},
    {"not asked", "NOT_ASKED"},
    {"refused", "REFUSED"},
    {"declined", "REFUSED"},
    {"prefer not to say", "REFUSED"},
    {"inferred", "INFERRED"},
};

struct str tri_state_of(struct str cell)
{
    for (size_t i = 0; i < sizeof tri_words / sizeof *tri_words; i++)
        if (str_eq_nocase_ascii(cell, str_of(tri_words[i].text)))
            return str_of(tri_words[i].code);
    const struct code *c = code_find(dictionary_codes("tri_state"), cell);
    return c ? c->code : str_of("");
}

/* Columns of the code lists in which other people's words for the same thing stand. */
static const struct {
    const char *list, *column;
} crosswalks[] = {
    {"gender_crosswalk", "nrm_form"},
    {"gender_crosswalk", "nrm_published"},
    {"gender_crosswalk", "htcds"},
    {"gender_crosswalk", "ctdc_synthetic"},
    {"exploitation_type", "nrm_published_category"},
    {"exploitation_type", "nrm_form_component"},
    {"exploitation_type", "htcds_type_of_exploitation"},
    {"palermo_means", "htcds_method_of_control"},
    {"decision_outcome", "published_label"},
    {"country_iso3166", "alpha2"},
};

static enum found by_label(const struct code_list *l, struct str text, struct str *code)
{
    const struct code *c = label_find(l, text);
    if (!c)
        return NOT_FOUND;
    *code = c->code;
    return code->n ? FOUND : FOUND_NOTHING;
}

static enum found nationality(struct str text, struct str *code)
{
    enum found f = by_label(dictionary_codes("nationality"), text, code);
    if (f != NOT_FOUND)
        return f;
    const struct code_list *countries = dictionary_codes("country_iso3166");
    const struct code *c = code_find(countries, text);
    *code = c ? c->code : code_crosswalk(countries, "alpha2", text);
    return code->n ? FOUND : by_label(countries, text, code);
}

enum found code_lookup(const struct code_list *l, struct str text, struct str *code)
{
    const struct code *c = code_find(l, text);
    if (c) {
        *code = c->code;
        return code->n ? FOUND : FOUND_NOTHING;
    }
    if (strcmp(l->name, "nationality") == 0)
        return nationality(text, code);
    if (strcmp(l->name, "tri_state") == 0) {
        *code = tri_state_of(text);
        return code->n ? FOUND : NOT_FOUND;
    }
    for (size_t i = 0; i < sizeof crosswalks / sizeof *crosswalks; i++)
        if (strcmp(crosswalks[i].list, l->name) == 0) {
            *code = code_crosswalk(l, crosswalks[i].column, text);
            if (code->n)
                return FOUND;
        }
    return by_label(l, text, code);
}

const char *code_unknown(const struct code_list *l, struct arena *keep)
{
    struct buf b = BUF_EMPTY;
    buf_addf(&b, "is not a code or label of the list %s", l->name);
    if (l->count <= 20) {
        buf_adds(&b, "; it has");
        for (size_t i = 0; i < l->count; i++)
            buf_addf(&b, "%s %.*s", i ? "," : "", (int)l->codes[i].code.n, l->codes[i].code.p);
    } else {
        buf_adds(&b, "; see: throughline help dictionary");
    }
    const char *text = arena_strndup(keep, b.p, b.n);
    buf_free(&b);
    return text;
}

/* "Albanian/Greek", "Irish and British", "Afghan Indian": both must be known by themselves. */
static bool dual_nationality(struct str cell, struct value *out)
{
    static const char *const dividers[] = {"/", "|", ";", ",", " and ", " & ", "&", "+", " - "};
    const struct code_list *pairs = dictionary_codes("nationality_dual_published");
    const struct code *pair = label_find(pairs, cell);
    if (pair) {
        out->text = code_cell(pairs, pair->code, "first_alpha3");
        out->second = code_cell(pairs, pair->code, "second_alpha3");
        return true;
    }
    for (size_t d = 0; d < sizeof dividers / sizeof *dividers; d++) {
        size_t n = strlen(dividers[d]);
        const char *at = memmem(cell.p, cell.n, dividers[d], n);
        if (!at)
            continue;
        struct str a = str_trim((struct str){cell.p, (size_t)(at - cell.p)});
        struct str b = str_trim((struct str){at + n, cell.n - (size_t)(at - cell.p) - n});
        enum found x =
            a.n ? code_lookup(dictionary_codes("nationality"), a, &out->text) : NOT_FOUND;
        enum found y =
            b.n ? code_lookup(dictionary_codes("nationality"), b, &out->second) : NOT_FOUND;
        if (x != NOT_FOUND && y != NOT_FOUND)
            return true;
        out->text = out->second = str_of("");
    }
    return false;
}

void value_read_code(const struct field *f, struct str cell, struct arena *keep, struct value *out)
{
    if (code_lookup(f->codes, cell, &out->text) != NOT_FOUND)
        return;
    if (strcmp(f->codes->name, "nationality") == 0 && dual_nationality(cell, out))
        return;
    out->problem = code_unknown(f->codes, keep);
}

struct str codes_join(struct str *codes, size_t n, struct arena *keep)
{
    if (n)
        qsort(codes, n, sizeof *codes, order_str);
    size_t bytes = 0, out = 0;
    for (size_t i = 0; i < n; i++)
        bytes += codes[i].n + 1;
    char *text = arena_alloc(keep, bytes + 1);
    for (size_t i = 0; i < n; i++) {
        if (i && str_eq(codes[i], codes[i - 1]))
            continue;
        if (out)
            text[out++] = '|';
        memcpy(text + out, codes[i].p, codes[i].n);
        out += codes[i].n;
    }
    return (struct str){text, out};
}

size_t codes_split(struct str cell, const char *dividers, struct str *parts)
{
    size_t n = 0;
    while (cell.n && n < CODES_MAX) {
        size_t k = 0;
        while (k < cell.n && !strchr(dividers, cell.p[k]))
            k++;
        struct str part = str_trim((struct str){cell.p, k});
        if (part.n)
            parts[n++] = part;
        k += k < cell.n;
        cell = (struct str){cell.p + k, cell.n - k};
    }
    return cell.n ? CODES_MAX + 1 : n;
}

static bool find_all(const struct code_list *l, const struct str *parts, size_t n,
                     struct str *codes, size_t *count)
{
    *count = 0;
    if (n > CODES_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        enum found f = code_lookup(l, parts[i], &codes[*count]);
        if (f == NOT_FOUND)
            return false;
        *count += f == FOUND;
    }
    return true;
}

void value_read_codes(const struct field *f, struct str cell, struct arena *keep, struct value *out)
{
    struct str parts[CODES_MAX + 1], codes[CODES_MAX + 1], code;
    size_t n;
    const struct code_list *combinations = dictionary_codes("exploitation_combination_published");
    if (strcmp(f->codes->name, "exploitation_type") == 0) {
        const struct code *c = label_find(combinations, cell);
        if (c) {
            out->text = code_cell(combinations, c->code, "components");
            return;
        }
    }
    if (code_lookup(f->codes, cell, &code) != NOT_FOUND)
        out->text = code;
    else if (find_all(f->codes, parts, codes_split(cell, "|;", parts), codes, &n) ||
             find_all(f->codes, parts, codes_split(cell, "|;,", parts), codes, &n))
        out->text = codes_join(codes, n, keep);
    else
        out->problem = code_unknown(f->codes, keep);
}
