#include "app/study_name.h"

#include "text/name.h"

static json_t *words(const struct cmp_key *k)
{
    return json_stringn((const char *)k->c, k->n);
}

static json_t *name_doc(struct text *t, const char *raw, const struct name *n)
{
    char plain[TEXT_FOLD_MAX];
    json_t *tokens = json_array();
    text_fold(t, str_of(raw), plain);
    for (int i = 0; i < n->n; i++) {
        const struct name_token *k = &n->t[i];
        json_array_append_new(
            tokens, json_pack("{s:o,s:o,s:s,s:s,s:s,s:s,s:b}", "word", words(&k->whole), "compared",
                              words(&k->key), "skeleton", k->skeleton, "role",
                              name_role_name((enum name_role)k->role), "script",
                              text_script_name((enum text_script)k->script), "family",
                              name_family_name((enum name_family)k->family), "weak", k->weak));
    }
    return json_pack("{s:s,s:b,s:o}", "plain", plain, "cut", n->cut, "tokens", tokens);
}

static json_t *why_doc(const struct name *n, const struct name *other, const struct name_match *m,
                       bool first)
{
    json_t *rows = json_array();
    for (int i = 0; i < n->n; i++) {
        uint8_t kind = first ? m->a[i].kind : m->b[i].kind;
        int to = first ? m->a[i].other : m->b[i].other;
        double s = (double)(first ? m->a[i].similarity : m->b[i].similarity);
        json_array_append_new(
            rows, json_pack("{s:o,s:o,s:s,s:f}", "token", words(&n->t[i].whole), "other",
                            to < 0 ? json_null() : words(&other->t[to].whole), "kind",
                            token_match_name((enum token_match)kind), "similarity", s));
    }
    return rows;
}

json_t *study_name_doc(const char *name, const char *other, const char *country)
{
    struct text *t = text_new();
    struct name a, b;
    name_parse(t, &(struct name_parts){.full = str_of(name), .country = str_of(country)}, &a);
    json_t *names = json_pack("[o]", name_doc(t, name, &a));
    json_t *doc = json_pack("{s:o}", "names", names);
    if (other) {
        struct name_match m;
        name_parse_full(t, str_of(other), &b);
        json_array_append_new(names, name_doc(t, other, &b));
        json_object_set_new(doc, "similarity", json_real(name_similarity(&a, &b, &m)));
        json_object_set_new(doc, "why", why_doc(&a, &b, &m, true));
        json_object_set_new(doc, "why_other", why_doc(&b, &a, &m, false));
    }
    json_object_set_new(doc, "version", json_integer(TEXT_RULES_VERSION));
    text_free(t);
    return doc;
}
