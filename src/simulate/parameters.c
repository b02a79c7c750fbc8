#include "simulate/parameters.h"

#include "base/date.h"
#include "base/json.h"
#include "domain/dictionary.h"

enum kind { K_DATE, K_CHANCE, K_DAYS, K_WEIGHTS };

static const struct parameter {
    const char *name;
    enum kind kind;
    size_t at;
    const char *list;
} known[] = {
    {"as_at", K_DATE, offsetof(struct parameters, as_at), NULL},
#define CHANCE(n) {#n, K_CHANCE, offsetof(struct parameters, n), NULL},
#define DAYS(n) {#n, K_DAYS, offsetof(struct parameters, n), NULL},
#define WEIGHTS(n, list) {#n, K_WEIGHTS, offsetof(struct parameters, n), list},
#include "simulate/parameters.def"
#undef CHANCE
#undef DAYS
#undef WEIGHTS
};
enum { KNOWN = sizeof known / sizeof *known };

static enum status bad(const struct parameter *p, const char *file, struct err *e,
                       const char *wanted)
{
    err_at(e, file, 0, p->name);
    return err_set(e, ST_DATA, "parameter %s: %s", p->name, wanted);
}

static enum status read_date(const struct parameter *p, void *to, const json_t *v, const char *file,
                             struct err *e)
{
    int32_t day, first = date_from_ymd((struct ymd){2014, 12, 31}),
                 last = date_from_ymd((struct ymd){2023, 12, 31});
    if (!json_is_string(v) || !date_from_iso(str_of(json_string_value(v)), &day) || day < first ||
        day > last)
        return bad(p, file, e, "a date from 2014-12-31 to 2023-12-31 is wanted");
    *(int32_t *)to = day;
    return ST_OK;
}

static enum status read_chance(const struct parameter *p, void *to, const json_t *v,
                               const char *file, struct err *e)
{
    double x = json_number_value(v);
    if (!json_is_number(v) || !(x >= 0 && x <= 1))
        return bad(p, file, e, "a probability from 0 to 1 is wanted");
    *(chance32 *)to = (chance32)(x * 0x1p32);
    return ST_OK;
}

static enum status read_days(const struct parameter *p, void *to, const json_t *v, const char *file,
                             struct err *e)
{
    int32_t *days = to;
    json_int_t before = 0;
    if (!json_is_array(v) || json_array_size(v) != QUANTILE_POINTS)
        return bad(p, file, e, "seven numbers of days are wanted: 0, 10, 25, 50, 75, 90, 100 %");
    for (size_t i = 0; i < QUANTILE_POINTS; i++) {
        const json_t *d = json_array_get(v, i);
        json_int_t n = json_integer_value(d);
        if (!json_is_integer(d) || n < before || n > 20000)
            return bad(p, file, e, "days must be whole, from 0 to 20000, and never fall");
        before = n;
        days[i] = (int32_t)n;
    }
    return ST_OK;
}

static enum status read_weights(const struct parameter *p, void *to, json_t *v, const char *file,
                                struct err *e)
{
    struct code_weights *w = to;
    const struct code_list *list = dictionary_codes(p->list);
    const char *key;
    json_t *one;
    uint64_t total = 0;
    w->n = 0;
    if (!json_is_object(v) || json_object_size(v) == 0 || json_object_size(v) > MAX_WEIGHTS)
        return bad(p, file, e, "an object of codes and weights is wanted");
    json_object_foreach(v, key, one)
    {
        const struct code *c = code_find(list, str_of(key));
        json_int_t n = json_integer_value(one);
        if (!c || !str_is(c->code, key))
            return bad(p, file, e, "a code is not in its code list");
        if (!json_is_integer(one) || n < 0 || n > 1000000000)
            return bad(p, file, e, "weights must be whole and not below 0");
        total += (uint64_t)n;
        w->code[w->n] = c->code.p; /* the dictionary ends its text with NUL */
        w->cum[w->n++] = total;
    }
    return total ? ST_OK : bad(p, file, e, "the weights are all 0");
}

static enum status read_one(struct parameters *out, const struct parameter *p, json_t *v,
                            const char *file, struct err *e)
{
    void *to = (char *)out + p->at;
    json_t *inner = json_is_object(v) ? json_object_get(v, "value") : NULL;
    if (inner)
        v = inner;
    switch (p->kind) {
    case K_DATE:
        return read_date(p, to, v, file, e);
    case K_CHANCE:
        return read_chance(p, to, v, file, e);
    case K_DAYS:
        return read_days(p, to, v, file, e);
    default:
        return read_weights(p, to, v, file, e);
    }
}

enum status parameters_read(struct parameters *p, struct str text, const char *file, bool all,
                            struct err *e)
{
    json_t *doc;
    const char *names[KNOWN + 1] = {0};
    TRY(json_read_str(text, file, &doc, e));
    for (size_t i = 0; i < KNOWN; i++)
        names[i] = known[i].name;
    enum status s = ST_OK;
    if (!json_is_object(doc))
        s = err_set(e, ST_DATA, "%s: an object of parameters is wanted", file);
    else
        s = json_only_keys(doc, file, names, e);
    for (size_t i = 0; s == ST_OK && i < KNOWN; i++) {
        json_t *v = json_object_get(doc, known[i].name);
        if (v)
            s = read_one(p, &known[i], v, file, e);
        else if (all)
            s = bad(&known[i], file, e, "is missing");
    }
    json_decref(doc);
    return s;
}
