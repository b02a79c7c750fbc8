/* What a match is asked, read from JSON; and its answer written as JSON. */
#include "app/match.h"
#include "base/limits.h"
#include "ingest/codes.h"
#include "ingest/when.h"

#include <ctype.h>

/* ---- flat objects ---- */

struct member {
    const char *name;
    size_t at; /* offset in struct match_query of a const char * */
};
#define MEMBER(name, field)                                                                        \
    {                                                                                              \
        name, offsetof(struct match_query, field)                                                  \
    }
static const struct member members[] = {
    MEMBER("given_name", given_name),
    MEMBER("family_name", family_name),
    MEMBER("full_name", full_name),
    MEMBER("birth_date", birth_date),
    MEMBER("gender", sex),
    MEMBER("sex", sex),
    MEMBER("nationality", nationality),
    MEMBER("home_office_reference", home_office_reference),
    MEMBER("crime_reference", crime_reference),
    MEMBER("reference", reference),
    MEMBER("nrm_reference", reference),
    MEMBER("id", id),
};

static const char **slot(struct match_query *q, const struct member *m)
{
    return (const char **)(void *)((char *)q + m->at);
}

/* A text without control characters, within the limit for a name. */
static enum status take_text(const json_t *v, const char *name, struct arena *memory,
                             const char **out, struct err *e)
{
    if (json_is_null(v))
        return ST_OK;
    if (!json_is_string(v))
        return err_set(e, ST_DATA, "\"%s\" must be a text", name);
    struct str s = str_trim((struct str){json_string_value(v), json_string_length(v)});
    if (s.n > LIMIT_NAME_BYTES)
        return err_set(e, ST_DATA, "\"%s\" is longer than %d bytes", name, LIMIT_NAME_BYTES);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ')
            return err_set(e, ST_DATA, "\"%s\" holds a control character", name);
    if (!s.n)
        return ST_OK;
    if (*out)
        return err_set(e, ST_DATA, "\"%s\" is given twice, under two names", name);
    *out = arena_strndup(memory, s.p, s.n);
    return ST_OK;
}

/* Names that are not used are listed when they look like names, for the answer. */
static void note_ignored(const char *key, struct buf *ignored)
{
    enum { LONGEST = 60, MOST = 600 };
    size_t n = 0;
    while (key[n] && (isalnum((unsigned char)key[n]) || strchr("_.-", key[n])))
        n++;
    if (key[n] || n == 0 || n > LONGEST || ignored->n + n > MOST)
        return;
    if (ignored->n)
        buf_adds(ignored, ", ");
    buf_adds(ignored, key);
}

static enum status read_flat(const json_t *doc, struct arena *memory, struct match_query *q,
                             struct err *e)
{
    const char *key;
    json_t *v;
    struct buf ignored = BUF_EMPTY;
    enum status s = ST_OK;
    json_object_foreach((json_t *)(uintptr_t)doc, key, v)
    {
        const struct member *m = NULL;
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            if (strcmp(members[i].name, key) == 0)
                m = &members[i];
        if (!m)
            note_ignored(key, &ignored);
        else if ((s = take_text(v, m->name, memory, slot(q, m), e)) != ST_OK)
            break;
    }
    if (ignored.n)
        q->ignored = arena_strndup(memory, ignored.p, ignored.n);
    buf_free(&ignored);
    return s;
}

/* ---- FHIR ---- */

static bool is_resource(const json_t *doc, const char *type)
{
    const char *t = json_string_value(json_object_get(doc, "resourceType"));
    return t && strcmp(t, type) == 0;
}

/* Patient.name[0]: the words of `given` joined. */
static enum status read_human_name(const json_t *name, struct arena *memory, struct match_query *q,
                                   struct err *e)
{
    struct buf given = BUF_EMPTY;
    const json_t *words = json_object_get(name, "given");
    enum status s = ST_OK;
    for (size_t i = 0; i < json_array_size(words) && s == ST_OK; i++) {
        const json_t *w = json_array_get(words, i);
        if (!json_is_string(w))
            s = err_set(e, ST_DATA, "Patient.name.given must be a list of texts");
        else if (given.n < LIMIT_NAME_BYTES)
            buf_addf(&given, "%s%s", i ? " " : "", json_string_value(w));
    }
    if (s == ST_OK && given.n) {
        json_t *joined = json_stringn(given.p, given.n);
        s = joined ? take_text(joined, "Patient.name.given", memory, &q->given_name, e)
                   : err_set(e, ST_DATA, "Patient.name.given is not UTF-8");
        json_decref(joined);
    }
    if (s == ST_OK && json_object_get(name, "family"))
        s = take_text(json_object_get(name, "family"), "Patient.name.family", memory,
                      &q->family_name, e);
    if (s == ST_OK && !q->given_name && !q->family_name && json_object_get(name, "text"))
        s = take_text(json_object_get(name, "text"), "Patient.name.text", memory, &q->full_name, e);
    buf_free(&given);
    return s;
}

static enum status read_identifiers(const json_t *all, struct arena *memory, struct match_query *q,
                                    struct err *e)
{
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i), *value = json_object_get(one, "value");
        const char *system = json_string_value(json_object_get(one, "system"));
        const char **to = system && strstr(system, "crime")         ? &q->crime_reference
                          : system && strstr(system, "home-office") ? &q->home_office_reference
                                                                    : &q->reference;
        if (value && !*to)
            TRY(take_text(value, "Patient.identifier.value", memory, to, e));
    }
    return ST_OK;
}

static enum status read_patient(const json_t *p, struct arena *memory, struct match_query *q,
                                struct err *e)
{
    const json_t *v;
    if (!is_resource(p, "Patient"))
        return err_set(e, ST_DATA, "the resource to match must be a Patient");
    if ((v = json_object_get(p, "name"))) {
        if (!json_is_array(v))
            return err_set(e, ST_DATA, "Patient.name must be a list");
        TRY(read_human_name(json_array_get(v, 0), memory, q, e));
    }
    if ((v = json_object_get(p, "birthDate")))
        TRY(take_text(v, "Patient.birthDate", memory, &q->birth_date, e));
    if ((v = json_object_get(p, "gender")))
        TRY(take_text(v, "Patient.gender", memory, &q->sex, e));
    if ((v = json_object_get(p, "id")))
        TRY(take_text(v, "Patient.id", memory, &q->id, e));
    return read_identifiers(json_object_get(p, "identifier"), memory, q, e);
}

static enum status read_parameters(const json_t *doc, struct arena *memory, struct match_query *q,
                                   struct err *e)
{
    const json_t *all = json_object_get(doc, "parameter"), *patient = NULL;
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *one = json_array_get(all, i);
        const char *name = json_string_value(json_object_get(one, "name"));
        if (name && strcmp(name, "resource") == 0)
            patient = json_object_get(one, "resource");
        if (name && strcmp(name, "onlyCertainMatches") == 0)
            q->certain_only = json_is_true(json_object_get(one, "valueBoolean"));
        if (name && strcmp(name, "count") == 0) {
            json_int_t n = json_integer_value(json_object_get(one, "valueInteger"));
            if (n < 1)
                return err_set(e, ST_DATA, "the parameter count must be 1 or more");
            q->most = n < MATCH_MOST ? (int)n : MATCH_MOST;
        }
    }
    if (!patient)
        return err_set(e, ST_DATA, "the Parameters have no parameter \"resource\"");
    return read_patient(patient, memory, q, e);
}

enum status match_query_read(struct str text, const char *name, struct arena *memory,
                             struct match_query *out, struct err *e)
{
    json_t *doc;
    *out = (struct match_query){0};
    TRY(json_read_str(text, name, &doc, e));
    enum status s;
    if (!json_is_object(doc))
        s = err_set(e, ST_DATA, "a record must be a JSON object");
    else if (!json_object_get(doc, "resourceType"))
        s = read_flat(doc, memory, out, e);
    else {
        out->fhir = true;
        s = is_resource(doc, "Parameters") ? read_parameters(doc, memory, out, e)
                                           : read_patient(doc, memory, out, e);
    }
    json_decref(doc);
    return s;
}

/* ---- as linkage sees it ---- */

static bool has(const char *s)
{
    return s && *s;
}

static struct str cell(const char *s)
{
    return s ? str_of(s) : (struct str){"", 0};
}

/* FHIR and people write words; the register keeps codes. */
static enum status code_of(const char *path, const char *name, const char *text, struct str *out,
                           struct err *e)
{
    const struct field *f = dictionary_field(str_of(path));
    if (!f || !f->codes)
        BUG("%s has no codes", path);
    *out = (struct str){"", 0};
    if (!has(text))
        return ST_OK;
    if (code_lookup(f->codes, str_of(text), out) != NOT_FOUND)
        return ST_OK;
    err_set(e, ST_DATA, "the %s is not one that the register knows", name);
    return err_hint(e, "Use the code or the word, as for import: throughline help dictionary.");
}

/* The date as far as it is known, in ISO form. */
static enum status date_of(const char *text, int32_t today, char out[11], struct err *e)
{
    struct when w;
    out[0] = '\0';
    if (!has(text))
        return ST_OK;
    enum when_problem problem = when_read(str_of(text), today, &w);
    if (problem != WHEN_FINE)
        return err_set(e, ST_DATA, "birth_date: %s", when_problem_text(problem));
    if (w.first == DATE_NONE || w.first > today)
        return err_set(e, ST_DATA, "birth_date must be a day, month or year that is past");
    date_to_iso(w.first, out);
    if (w.precision == WHEN_MONTH)
        out[7] = '\0';
    else if (w.precision != WHEN_DAY)
        out[date_to_ymd(w.first).y == date_to_ymd(w.latest).y ? 4 : 0] = '\0';
    return ST_OK;
}

static enum status check_enough(const struct match_query *q, struct err *e)
{
    bool name = has(q->given_name) || has(q->family_name) || has(q->full_name);
    bool reference = has(q->reference) || has(q->home_office_reference) || has(q->crime_reference);
    if (has(q->full_name) && (has(q->given_name) || has(q->family_name)))
        return err_set(e, ST_DATA, "give the full name, or given and family name, not both");
    if (reference || (name && (has(q->birth_date) || has(q->nationality))))
        return ST_OK;
    err_set(e, ST_DATA,
            "too little to match by: give a reference, or a name with a date of birth or a "
            "nationality");
    return err_hint(e, "There is no search by name alone; matching starts from a referral.");
}

static void split_full_name(const char *full, struct str cells[CELLS])
{
    struct str s = str_of(full);
    const char *comma = memchr(s.p, ',', s.n);
    size_t cut = s.n;
    if (comma) {
        size_t at = (size_t)(comma - s.p);
        cells[CELL_FAMILY] = str_trim((struct str){s.p, at});
        cells[CELL_GIVEN] = str_trim((struct str){comma + 1, s.n - at - 1});
        return;
    }
    while (cut > 0 && s.p[cut - 1] != ' ')
        cut--;
    cells[CELL_FAMILY] = (struct str){s.p + cut, s.n - cut};
    cells[CELL_GIVEN] = str_trim((struct str){s.p, cut});
}

enum status match_query_cells(const struct match_query *q, int32_t today, struct arena *memory,
                              struct str cells[CELLS], struct err *e)
{
    char *born = arena_alloc(memory, 11);
    for (int k = 0; k < CELLS; k++)
        cells[k] = cell(NULL);
    TRY(check_enough(q, e));
    cells[CELL_GIVEN] = cell(q->given_name);
    cells[CELL_FAMILY] = cell(q->family_name);
    if (has(q->full_name))
        split_full_name(q->full_name, cells);
    TRY(date_of(q->birth_date, today, born, e));
    cells[CELL_DOB] = str_of(born);
    TRY(code_of("person.gender", "sex", q->sex, &cells[CELL_SEX], e));
    TRY(code_of("person.nationality", "nationality", q->nationality, &cells[CELL_NATIONALITY], e));
    cells[CELL_HO_REF] = cell(q->home_office_reference);
    cells[CELL_CRIME_REF] = cell(q->crime_reference);
    return ST_OK;
}

/* ---- answers ---- */

static json_t *reasons_json(const struct match_candidate *c)
{
    json_t *all = json_array();
    for (int i = 0; i < c->reasons; i++)
        json_array_append_new(all,
                              json_pack("{s:s,s:s,s:o}", "comparison", c->reason[i].column, "says",
                                        c->reason[i].words, "bits", json_real(c->reason[i].bits)));
    if (c->by_reference)
        json_array_append_new(
            all, json_pack("{s:s,s:s}", "comparison", "reference", "says", "the same"));
    return all;
}

static json_t *flat_answer(const struct match_query *q, const struct match_answer *a)
{
    json_t *doc = json_object(), *all = json_array();
    if (q->id)
        json_object_set_new(doc, "id", json_string(q->id));
    for (int i = 0; i < a->count; i++) {
        const struct match_candidate *c = &a->candidate[i];
        json_array_append_new(all,
                              json_pack("{s:I,s:s,s:o,s:o,s:s,s:o}", "line", (json_int_t)c->line,
                                        "record", c->person_id, "weight", json_real(c->bits),
                                        "probability", json_real(c->probability), "grade", c->grade,
                                        "reasons", reasons_json(c)));
    }
    json_object_set_new(doc, "candidates", all);
    if (q->ignored)
        json_object_set_new(doc, "ignored", json_string(q->ignored));
    return doc;
}

#define GRADE_URL "http://hl7.org/fhir/StructureDefinition/match-grade"

static json_t *bundle(const struct match_query *q, const struct match_answer *a)
{
    json_t *entries = json_array();
    (void)q;
    for (int i = 0; i < a->count; i++) {
        const struct match_candidate *c = &a->candidate[i];
        char line[32];
        snprintf(line, sizeof line, "%lld", (long long)c->line);
        json_array_append_new(
            entries, json_pack("{s:{s:s,s:s,s:[{s:s,s:s}]},s:{s:s,s:o,s:[{s:s,s:s}]}}", "resource",
                               "resourceType", "Patient", "id", c->person_id, "identifier",
                               "system", "urn:throughline:line", "value", line, "search", "mode",
                               "match", "score", json_real(c->probability), "extension", "url",
                               GRADE_URL, "valueCode", c->grade));
    }
    return json_pack("{s:s,s:s,s:i,s:o}", "resourceType", "Bundle", "type", "searchset", "total",
                     a->count, "entry", entries);
}

json_t *match_answer_json(const struct match_query *q, const struct match_answer *a)
{
    return q->fhir ? bundle(q, a) : flat_answer(q, a);
}

json_t *match_error_json(const struct match_query *q, long line, const struct err *e)
{
    char text[700];
    if (line)
        snprintf(text, sizeof text, "line %ld: %s", line, e->what);
    else
        snprintf(text, sizeof text, "%s", e->what);
    if (q->fhir)
        return json_pack("{s:s,s:[{s:s,s:s,s:s}]}", "resourceType", "OperationOutcome", "issue",
                         "severity", "error", "code", "invalid", "diagnostics", text);
    json_t *error = json_pack("{s:s}", "what", e->what);
    if (line)
        json_object_set_new(error, "line", json_integer(line));
    if (e->hint[0])
        json_object_set_new(error, "hint", json_string(e->hint));
    json_t *doc = json_object();
    if (q->id)
        json_object_set_new(doc, "id", json_string(q->id));
    json_object_set_new(doc, "error", error);
    return doc;
}
