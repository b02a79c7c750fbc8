#include "ingest/value.h"

#include "base/limits.h"
#include "ingest/codes.h"

#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

/* ---- text ---- */

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

bool cell_is_formula(struct str cell)
{
    cell = cell_without_guard(cell);
    if (cell.n < 2)
        return false;
    if (cell.p[0] == '=')
        return true;
    if (!is_one_of(cell.p[0], "+-@"))
        return false;
    /* A dash before words is a list; a call, a pipe or a sheet reference is a formula. */
    for (size_t i = 1; i < cell.n && cell.p[i] != ' '; i++) {
        if (cell.p[i] == '|' || cell.p[i] == '!')
            return true;
        bool letter = (cell.p[i - 1] | 32) >= 'a' && (cell.p[i - 1] | 32) <= 'z';
        if (cell.p[i] == '(' && letter)
            return true;
    }
    return false;
}

struct str cell_without_guard(struct str cell)
{
    if (cell.n >= 2 && cell.p[0] == '\'' && is_one_of(cell.p[1], "=+-@\t\r"))
        return (struct str){cell.p + 1, cell.n - 1};
    return cell;
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

bool text_to_nfc(struct str s, struct arena *keep, struct str *out)
{
    *out = s;
    if (is_ascii(s))
        return true;
    if (s.n > LIMIT_CELL_BYTES)
        return false;
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
    int32_t n = 0, cap = (int32_t)s.n + 1;
    UChar *wide = mem_array((size_t)cap, sizeof *wide);
    u_strFromUTF8(wide, cap, &n, s.p, (int32_t)s.n, &status);
    bool fine = U_SUCCESS(status);
    if (fine && !unorm2_isNormalized(nfc, wide, n, &status)) {
        UChar *composed = mem_array((size_t)n * 4 + 16, sizeof *composed);
        int32_t m = unorm2_normalize(nfc, wide, n, composed, n * 4 + 16, &status);
        int32_t bytes = 0;
        char *utf8 = arena_alloc(keep, (size_t)m * 3 + 1);
        u_strToUTF8(utf8, m * 3 + 1, &bytes, composed, m, &status);
        free(composed);
        fine = U_SUCCESS(status);
        if (fine)
            *out = (struct str){utf8, (size_t)bytes};
    }
    free(wide);
    return fine;
}

void value_shape(struct str cell, char out[24])
{
    size_t n = 0;
    for (size_t i = 0; i < cell.n && n < 20; i++) {
        unsigned char c = (unsigned char)cell.p[i];
        if ((c & 0xc0) == 0x80)
            continue;
        out[n++] = (char)(c >= '0' && c <= '9'                                ? '9'
                          : c >= 0x80 || ((c | 32) >= 'a' && (c | 32) <= 'z') ? 'a'
                          : c < 32                                            ? ' '
                                                                              : c);
    }
    if (n == 20) {
        out[n++] = '.';
        out[n++] = '.';
    }
    out[n] = '\0';
}

/* ---- transforms ---- */

static void read_yes_no(struct str cell, bool negate, struct value *out)
{
    out->text = tri_state_of(cell);
    if (!out->text.n)
        out->problem = "says neither yes, no nor not-sure";
    else if (negate && str_is(out->text, "YES"))
        out->text = str_of("NO");
    else if (negate && str_is(out->text, "NO"))
        out->text = str_of("YES");
}

static void read_flag(const struct layout_column *c, struct str cell, struct value *out)
{
    static const char *const ticks[] = {"x", "on", "ticked", "checked", "selected"};
    static const char *const blanks[] = {"off", "unticked", "unchecked"};
    struct str said = tri_state_of(cell);
    bool on = str_is(said, "YES"), off = said.n && !on;
    for (size_t i = 0; i < 5; i++)
        on |= str_eq_nocase_ascii(cell, str_of(ticks[i]));
    for (size_t i = 0; i < 3; i++)
        off |= str_eq_nocase_ascii(cell, str_of(blanks[i]));
    /* "Other" is often answered with what it was. */
    if (on || (!off && str_is(c->argument, "OTHER")))
        out->text = c->argument;
    else if (!off)
        out->problem = "is a tick box: true or false";
}

/* Our own word first ("Other" is OTHER, not whatever maps to Other first), then the column's. */
static bool crosswalk_one(const struct layout_column *c, struct str cell, struct str *code)
{
    const struct code_list *l = c->field->codes;
    const struct code *own = code_find(l, cell);
    if (own)
        *code = own->code;
    else if (str_is(cell, "Other") && code_find(l, str_of("UNKNOWN")))
        *code = str_of("UNKNOWN"); /* what it was is not said: no code may say more */
    else
        *code = code_crosswalk(l, c->argument.p, cell);
    return code->n || code_lookup(l, cell, code) != NOT_FOUND;
}

static void read_crosswalk(const struct layout_column *c, struct str cell, struct arena *keep,
                           struct value *out)
{
    struct str parts[CODES_MAX + 1], codes[CODES_MAX + 1];
    if (c->field->type != FIELD_CODES) {
        if (!crosswalk_one(c, cell, &out->text))
            out->problem = code_unknown(c->field->codes, keep);
        return;
    }
    size_t n = codes_split(cell, "|;", parts), count = 0;
    for (size_t i = 0; i < n && n <= CODES_MAX; i++) {
        if (!crosswalk_one(c, parts[i], &codes[count])) {
            out->problem = code_unknown(c->field->codes, keep);
            return;
        }
        count += codes[count].n > 0;
    }
    if (n > CODES_MAX)
        out->problem = "holds too many codes";
    else
        out->text = codes_join(codes, count, keep);
}

/* One rule of "from=to;from=to"; false at the end. */
static bool next_rule(struct str *rest, struct str *from, struct str *to)
{
    if (!rest->n)
        return false;
    const char *end = memchr(rest->p, ';', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    const char *equal = memchr(rest->p, '=', n);
    size_t k = equal ? (size_t)(equal - rest->p) : n;
    *from = (struct str){rest->p, k};
    *to = equal ? (struct str){equal + 1, n - k - 1} : str_of("");
    n += end != NULL;
    *rest = (struct str){rest->p + n, rest->n - n};
    return true;
}

static void read_map(const struct layout_column *c, struct str cell, struct arena *keep,
                     struct value *out)
{
    struct str rest = c->argument, from, to;
    while (next_rule(&rest, &from, &to))
        if (str_eq_nocase_ascii(from, cell)) {
            out->text = to;
            return;
        }
    if (c->field->codes && code_lookup(c->field->codes, cell, &out->text) != NOT_FOUND)
        return;
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "is not one of:");
    rest = c->argument;
    for (int i = 0; next_rule(&rest, &from, &to); i++)
        buf_addf(&b, "%s %.*s", i ? "," : "", (int)from.n, from.p);
    out->problem = arena_strndup(keep, b.p, b.n);
    buf_free(&b);
}

/* Does `word` begin a word of `cell`? ASCII case ignored. */
static bool begins_a_word(struct str cell, struct str word)
{
    for (size_t i = 0; word.n && i + word.n <= cell.n; i++)
        if ((i == 0 || !ascii_is_letter(cell.p[i - 1])) &&
            str_eq_nocase_ascii((struct str){cell.p + i, word.n}, word))
            return true;
    return false;
}

static void read_words(const struct layout_column *c, struct str cell, struct value *out)
{
    struct str rest = c->argument, from, to;
    if (c->field->codes) {
        const struct code *code = code_find(c->field->codes, cell);
        if (code) {
            out->text = code->code;
            return;
        }
    }
    while (next_rule(&rest, &from, &to)) {
        if (str_is(from, "*")) {
            out->text = to;
            return;
        }
        while (from.n) {
            const char *bar = memchr(from.p, '|', from.n);
            size_t n = bar ? (size_t)(bar - from.p) : from.n;
            if (begins_a_word(cell, (struct str){from.p, n})) {
                out->text = to;
                return;
            }
            n += bar != NULL;
            from = (struct str){from.p + n, from.n - n};
        }
    }
}

/* "not known" is an answer, not a mistake. */
static bool says_unknown(struct str cell)
{
    static const char *const words[] = {
        "not known",       "unknown",           "does not know", "not sure",     "unsure",
        "cannot remember", "does not remember", "don't know",    "doesn't know", "not stated"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_a_word(cell, str_of(words[i])))
            return true;
    return false;
}

/* The cell's periods in order; words in brackets are left aside. */
static void read_periods(struct str cell, int32_t today, struct arena *keep, struct value *out)
{
    char words[600];
    size_t n = 0;
    int depth = 0;
    bool any = false;
    out->periods = arena_array(keep, PERIODS_MAX, sizeof *out->periods);
    for (size_t i = 0; i <= cell.n; i++) {
        char ch = i < cell.n ? cell.p[i] : ';';
        depth += ch == '(';
        if (ch == ';' && (depth <= 0 || i == cell.n)) {
            struct str part = str_trim((struct str){words, n});
            if (part.n && out->period_count < PERIODS_MAX)
                any |= period_read(part, today, &out->periods[out->period_count++]);
            n = 0;
            depth = 0;
        } else if (depth <= 0 && n < sizeof words) {
            words[n++] = ch;
        }
        if (ch == ')' && depth > 0)
            depth--;
    }
    if (!any && !says_unknown(cell)) {
        out->problem = "says no time that could be read; kept as not known";
        out->warning = true;
    }
}

static void read_full_name(struct str cell, struct arena *keep, struct value *out)
{
    struct str name;
    if (!text_to_nfc(cell, keep, &name)) {
        out->problem = "is not valid text";
        return;
    }
    const char *comma = memchr(name.p, ',', name.n);
    out->text = name;
    if (!comma)
        return;
    struct str family = str_trim((struct str){name.p, (size_t)(comma - name.p)});
    struct str given = str_trim((struct str){comma + 1, name.n - (size_t)(comma - name.p) - 1});
    if (family.n && given.n) {
        out->text = given;
        out->second = family;
    }
}

/* ---- by type ---- */

static void read_text(const struct field *f, struct str cell, struct arena *keep, struct value *out)
{
    bool name = strcmp(f->entity->name, "identity") == 0;
    cell = cell_without_guard(cell);
    if (cell_is_formula(cell))
        out->problem = "looks like a spreadsheet formula; write it as plain text";
    else if (cell.n > (name ? (size_t)LIMIT_NAME_BYTES : LIMIT_TEXT_BYTES))
        out->problem =
            name ? "is longer than a name can be (512 bytes)" : "is longer than 64 KiB; shorten it";
    else if (memchr(cell.p, '\0', cell.n) || !text_to_nfc(cell, keep, &out->text))
        out->problem = "is not valid text";
}

static void read_reference(struct str cell, struct value *out)
{
    /* "<person id>.entity.instance" of an export; "entity.instance" within a record */
    size_t dots = 0, from = 0;
    for (size_t i = cell.n; i-- > 0;)
        if (cell.p[i] == '.' && ++dots == 2) {
            from = i + 1;
            break;
        }
    out->text = (struct str){cell.p + from, cell.n - from};
    const char *dot = memchr(out->text.p, '.', out->text.n);
    int64_t n;
    size_t name = dot ? (size_t)(dot - out->text.p) : 0;
    if (!dot || !dictionary_entity((struct str){out->text.p, name}) ||
        !str_to_int64((struct str){dot + 1, out->text.n - name - 1}, &n) || n < 1 || n > 999)
        out->problem = "is not a reference like episode.1";
}

static void read_number(const struct field *f, struct str cell, struct value *out)
{
    int64_t whole;
    double real;
    out->text = cell;
    if (f->type == FIELD_INT) {
        if (!str_to_int64(cell, &whole))
            out->problem = "is not a whole number";
        else if (whole < 0 && !strstr(f->name, "gap"))
            out->problem = "cannot be negative";
        else if (whole > 1000000 || (strstr(f->name, "age") && whole > 120))
            out->problem = "is too large to be true";
    } else if (!str_to_double(cell, &real)) {
        out->problem = "is not a number; write it with a point and without signs of thousands";
    }
}

static void read_datetime(struct str cell, struct arena *keep, struct value *out)
{
    int32_t day;
    if (cell.n == 10 && date_from_iso(cell, &day)) {
        out->text = str_of(arena_printf(keep, "%.10sT00:00:00Z", cell.p));
    } else if (cell.n == 20 && cell.p[10] == 'T' && cell.p[19] == 'Z' &&
               date_from_iso((struct str){cell.p, 10}, &day)) {
        out->text = cell;
    } else {
        out->problem = "is not a time like 2021-12-31T09:30:00Z";
    }
}

static void read_date(struct str cell, int32_t today, struct value *out)
{
    enum when_problem p = when_read(cell, today, &out->when);
    if (p == WHEN_FINE)
        out->is_when = true;
    else if (str_is(tri_state_of(cell), "UNKNOWN"))
        return; /* "not known" is an honest empty cell */
    else
        out->problem = when_problem_text(p);
}

static void read_by_type(const struct field *f, struct str cell, int32_t today, struct arena *keep,
                         struct value *out)
{
    switch (f->type) {
    case FIELD_ID:
        return; /* the store gives keys */
    case FIELD_REF:
        read_reference(cell, out);
        return;
    case FIELD_REFS:
        return; /* which episodes a referral is about is decided by linkage, never imported */
    case FIELD_TEXT:
        read_text(f, cell, keep, out);
        return;
    case FIELD_CODE:
        value_read_code(f, cell, keep, out);
        return;
    case FIELD_CODES:
        value_read_codes(f, cell, keep, out);
        return;
    case FIELD_DATE:
        read_date(cell, today, out);
        return;
    case FIELD_DATETIME:
        read_datetime(cell, keep, out);
        return;
    case FIELD_INT:
    case FIELD_DECIMAL:
        read_number(f, cell, out);
    }
}

void value_read(const struct layout_column *c, struct str cell, int32_t today, struct arena *keep,
                struct value *out)
{
    *out = (struct value){0};
    if (c->field->type != FIELD_TEXT && cell_is_formula(cell)) {
        out->problem = "looks like a spreadsheet formula; write the value itself";
        return;
    }
    switch (c->transform) {
    case MAP_BY_TYPE:
        read_by_type(c->field, cell, today, keep, out);
        return;
    case MAP_CONST:
        out->text = c->argument;
        return;
    case MAP_YESNO:
    case MAP_NEGATE:
        read_yes_no(cell, c->transform == MAP_NEGATE, out);
        return;
    case MAP_CROSSWALK:
        read_crosswalk(c, cell, keep, out);
        return;
    case MAP_FLAG:
        read_flag(c, cell, out);
        return;
    case MAP_MAP:
        read_map(c, cell, keep, out);
        return;
    case MAP_WORDS:
        read_words(c, cell, out);
        return;
    case MAP_PERIOD:
    case MAP_PERIODS:
        read_periods(cell, today, keep, out);
        return;
    case MAP_FULL_NAME:
        read_full_name(cell, keep, out);
    }
}
