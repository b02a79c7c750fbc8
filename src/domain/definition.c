#include "domain/definition.h"

#include "base/embed.h"
#include "base/json.h"

#include <pthread.h>

/* ---- words of each key, in the order of its enum ---- */

static const char *const scopes[] = {
    "TIP", "MSA", "ANY_LATER_HARM", "REFERRAL", "REFERRAL_NEW_CONDUCT", "DECISION", NULL};
static const char *const units[] = {"RE_ENTRY",
                                    "FURTHER_INCIDENT_IN_WINDOW",
                                    "FURTHER_HARM",
                                    "FURTHER_ACCEPTED_REFERRAL",
                                    "FURTHER_POSITIVE_CG",
                                    NULL};
static const char *const evidences[] = {"REPORTED", "REFERRAL", "CG_POSITIVE", NULL};
static const char *const minor_rules[] = {"MEANS_NOT_NEEDED_UNDER_18", "MEANS_ALWAYS_NEEDED", "N/A",
                                          NULL};
static const char *const samenesses[] = {"ANY", "SAME", "DIFFERENT", NULL};
static const char *const borders[] = {"ANY", "INTERNAL", "CROSS_BORDER", NULL};

struct reader {
    struct definition_set *set;
    const char *file;
    const char *id; /* of the definition being read */
    struct err *e;
};

static enum status wrong(struct reader *r, const char *key, const char *what)
{
    err_at(r->e, r->file, 0, key);
    return err_set(r->e, ST_DATA, "definition %s: %s", r->id, what);
}

static enum status read_word(struct reader *r, const json_t *d, const char *key,
                             const char *const *words, int *out)
{
    const char *text = json_string_value(json_object_get(d, key));
    for (int i = 0; text && words[i]; i++)
        if (strcmp(words[i], text) == 0) {
            *out = i;
            return ST_OK;
        }
    wrong(r, key,
          text ? "this key has a value that is not known" : "this key is missing or not a text");
    struct buf b = BUF_EMPTY;
    for (int i = 0; words[i]; i++)
        buf_addf(&b, "%s%s", i ? ", " : "", words[i]);
    err_hint(r->e, "It may be: %s.", b.p);
    buf_free(&b);
    return ST_DATA;
}

static enum status read_text(struct reader *r, const json_t *d, const char *key, const char **out)
{
    const char *text = json_string_value(json_object_get(d, key));
    if (!text || !*text || strlen(text) > 500)
        return wrong(r, key, "a text of 1 to 500 bytes was expected");
    *out = arena_strdup(&r->set->memory, text);
    return ST_OK;
}

static enum status read_days(struct reader *r, const json_t *d, const char *key, bool may_be_null,
                             int64_t *out)
{
    const json_t *v = json_object_get(d, key);
    if (may_be_null && (!v || json_is_null(v))) {
        *out = -1;
        return ST_OK;
    }
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > 36525)
        return wrong(r, key, "a whole number of days from 0 to 36525 was expected");
    *out = json_integer_value(v);
    return ST_OK;
}

/* Which scopes each unit can count. */
static bool fits(const struct definition *d)
{
    bool episodes =
        d->scope == SCOPE_TIP || d->scope == SCOPE_MSA || d->scope == SCOPE_ANY_LATER_HARM;
    switch (d->count_unit) {
    case COUNT_RE_ENTRY:
    case COUNT_FURTHER_INCIDENT_IN_WINDOW:
    case COUNT_FURTHER_HARM:
        return episodes;
    case COUNT_FURTHER_ACCEPTED_REFERRAL:
        return d->scope == SCOPE_REFERRAL || d->scope == SCOPE_REFERRAL_NEW_CONDUCT;
    case COUNT_FURTHER_POSITIVE_CG:
        return d->scope == SCOPE_DECISION;
    }
    return false;
}

static enum status check(struct reader *r, const struct definition *d)
{
    bool episodes = d->scope <= SCOPE_ANY_LATER_HARM;
    if (!fits(d))
        return wrong(r, "count_unit", "this unit cannot be counted in this scope");
    if (episodes && d->evidence_min != EVIDENCE_REPORTED) {
        wrong(r, "evidence_min", "only a DECISION definition may depend on a Home Office decision");
        return err_hint(r->e,
                        "Use REPORTED: what was reported counts, whatever was decided later.");
    }
    if (!episodes && d->evidence_min == EVIDENCE_REPORTED)
        return wrong(r, "evidence_min",
                     "a referral or decision measure needs REFERRAL or CG_POSITIVE");
    if (d->count_unit == COUNT_FURTHER_INCIDENT_IN_WINDOW && d->window_days < 0)
        return wrong(r, "window_days", "incidents in a window need a number of days");
    if (d->window_days >= 0 && d->count_unit != COUNT_FURTHER_INCIDENT_IN_WINDOW &&
        d->count_unit != COUNT_RE_ENTRY)
        return wrong(r, "window_days", "this unit knows no window; use null");
    if (d->min_gap_days > 0 && d->count_unit != COUNT_RE_ENTRY)
        return wrong(r, "min_gap_days", "only RE_ENTRY has a gap between exit and entry; use 0");
    if (d->exit_required && d->count_unit != COUNT_RE_ENTRY)
        return wrong(r, "exit_required", "only RE_ENTRY looks at exits; use false");
    if (!episodes && (d->same_exploiter || d->same_type || d->border))
        return wrong(r, "same_exploiter",
                     "a referral or decision measure compares no episodes; use ANY");
    return ST_OK;
}

static enum status read_definition(struct reader *r, const json_t *d, struct definition *out)
{
    static const char *const keys[] = {
        "id",           "name",       "scope",      "exit_required",  "min_gap_days", "window_days",
        "evidence_min", "count_unit", "minor_rule", "same_exploiter", "same_type",    "border",
        "source",       NULL};
    if (!json_is_object(d))
        return wrong(r, "definitions", "each definition must be an object");
    TRY(read_text(r, d, "id", &out->id));
    r->id = out->id;
    if (strlen(out->id) > 40 || strpbrk(out->id, ",\"\n\r") || strcmp(out->id, "HELPLINE") == 0)
        return wrong(r, "id",
                     "an id is at most 40 bytes, without commas or quotes, and not HELPLINE");
    TRY(json_only_keys(d, out->id, keys, r->e));
    TRY(read_text(r, d, "name", &out->name));
    TRY(read_text(r, d, "source", &out->source));
    int scope = 0, unit = 0, evidence = 0, minor = 0, exploiter = 0, type = 0, border = 0;
    TRY(read_word(r, d, "scope", scopes, &scope));
    TRY(read_word(r, d, "count_unit", units, &unit));
    TRY(read_word(r, d, "evidence_min", evidences, &evidence));
    TRY(read_word(r, d, "minor_rule", minor_rules, &minor));
    TRY(read_word(r, d, "same_exploiter", samenesses, &exploiter));
    TRY(read_word(r, d, "same_type", samenesses, &type));
    TRY(read_word(r, d, "border", borders, &border));
    const json_t *exit_required = json_object_get(d, "exit_required");
    if (!json_is_boolean(exit_required))
        return wrong(r, "exit_required", "true or false was expected");
    TRY(read_days(r, d, "min_gap_days", false, &out->min_gap_days));
    TRY(read_days(r, d, "window_days", true, &out->window_days));
    out->scope = (enum scope)scope;
    out->count_unit = (enum count_unit)unit;
    out->evidence_min = (enum evidence)evidence;
    out->minor_rule = (enum minor_rule)minor;
    out->same_exploiter = (enum sameness)exploiter;
    out->same_type = (enum sameness)type;
    out->border = (enum border_rule)border;
    out->exit_required = json_is_true(exit_required);
    return check(r, out);
}

static enum status read_modes(struct reader *r, const json_t *modes)
{
    size_t i;
    json_t *mode;
    if (!json_is_array(modes) || json_array_size(modes) == 0)
        return wrong(r, "modes", "a list of \"strict\" and \"lenient\" was expected");
    json_array_foreach((json_t *)(uintptr_t)modes, i, mode)
    {
        const char *word = json_string_value(mode);
        if (word && strcmp(word, "strict") == 0)
            r->set->strict = true;
        else if (word && strcmp(word, "lenient") == 0)
            r->set->lenient = true;
        else
            return wrong(r, "modes", "a mode is \"strict\" or \"lenient\"");
    }
    return ST_OK;
}

static enum status read_set(struct reader *r, const json_t *doc)
{
    static const char *const keys[] = {"version", "modes", "definitions", NULL};
    if (!json_is_object(doc))
        return wrong(r, NULL, "the file must hold an object with version, modes and definitions");
    TRY(json_only_keys(doc, "the file of definitions", keys, r->e));
    TRY(read_text(r, doc, "version", &r->set->version));
    TRY(read_modes(r, json_object_get(doc, "modes")));
    const json_t *list = json_object_get(doc, "definitions");
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > DEFINITIONS_MAX)
        return wrong(r, "definitions", "a list of 1 to 64 definitions was expected");
    r->set->definitions = arena_array(&r->set->memory, n, sizeof *r->set->definitions);
    for (size_t i = 0; i < n; i++) {
        TRY(read_definition(r, json_array_get(list, i), &r->set->definitions[i]));
        if (definition_find(r->set, r->set->definitions[i].id))
            return wrong(r, "id", "two definitions have this id");
        r->set->count = i + 1;
        r->id = "(next)";
    }
    return ST_OK;
}

enum status definitions_parse(struct str text, const char *name, struct definition_set *out,
                              struct err *e)
{
    *out = (struct definition_set){0};
    json_t *doc;
    TRY(json_read_str(text, name, &doc, e));
    struct reader r = {out, name, "(first)", e};
    err_at(e, name, 0, NULL);
    enum status s = read_set(&r, doc);
    json_decref(doc);
    if (s != ST_OK)
        definitions_free(out);
    return s;
}

void definitions_free(struct definition_set *s)
{
    arena_free(&s->memory);
    *s = (struct definition_set){0};
}

const struct definition *definition_find(const struct definition_set *s, const char *id)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->definitions[i].id, id) == 0)
            return &s->definitions[i];
    return NULL;
}

static struct definition_set builtin;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_builtin(void)
{
    const struct embedded *file = embed_find("definitions/definitions.json");
    struct err e = {0};
    if (!file || definitions_parse(file->bytes, file->name, &builtin, &e) != ST_OK)
        BUG("compiled-in definitions: %s: %s", e.column, e.what);
}

const struct definition_set *definitions_builtin(void)
{
    pthread_once(&once, read_builtin);
    return &builtin;
}
