/* Any JSON as Splink settings: refused with a message, or a specification and model that are read
 * back and written out to the same. Anything else as the condition of a level: refused, or the same
 * level whichever record comes first. */
#include "app/link_spec.h"
#include "linkage/model_json.h"
#include "linkage/own.h"
#include "linkage/splink_json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(json_t *spec, const json_t *model)
{
    struct err e = {0};
    struct link_spec_file s;
    struct link_model *m;
    json_t *settings, *report, *again, *model_again;
    if (link_spec_of(json_incref(spec), "spec", &s, &e) != ST_OK)
        abort();
    if (link_model_from_json(model, "model", &m, &e) != ST_OK)
        abort();
    struct splink_source source = {.spec = &s.spec, .id = s.id, .source = s.source};
    for (int k = 0; k < s.spec.columns; k++)
        source.column[k] = s.parts[k] == 1 ? s.csv[k][0] : NULL;
    if (splink_export(&source, m, false, &settings, &report, &e) == ST_OK) {
        json_decref(report);
        if (splink_import(settings, "again", &again, &model_again, &report, &e) != ST_OK ||
            !json_equal(json_object_get(spec, "comparisons"),
                        json_object_get(again, "comparisons")))
            abort();
        json_decref(report);
        json_decref(again);
        json_decref(model_again);
        json_decref(settings);
    }
    link_model_free(m);
    link_spec_free(&s);
}

static void one_condition(struct str text)
{
    static const char *const values[] = {"",
                                         "anna\x1fsmith",
                                         "smith\x1f",
                                         "\x1f"
                                         "1987-03-02",
                                         "1987-03-02\x1f"
                                         "ANNA",
                                         "S1 2AB\x1f x@y"};
    struct err e = {0};
    struct own_levels *l;
    char sql[CONDITION_BYTES];
    size_t n = text.n < sizeof sql - 1 ? text.n : sizeof sql - 1;
    memcpy(sql, text.p, n);
    sql[n] = '\0';
    json_t *levels =
        json_pack("[{s:s?}, {s:s}]", "when", str_is_utf8(str_of(sql)) ? sql : NULL, "when", "ELSE");
    enum status st = own_levels_read(levels, "fuzz", NULL, -1, &l, &e);
    json_decref(levels);
    if (st != ST_OK) {
        if (!e.what[0])
            abort();
        return;
    }
    struct own *o = own_new(l);
    struct intern texts = {0};
    for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
        intern_add(&texts, str_of(values[k]));
    own_derive(o, &texts, 0);
    for (uint32_t a = 0; a < texts.count; a++)
        for (uint32_t b = 0; b < texts.count; b++)
            if (own_level(o, a, b) != own_level(o, b, a))
                abort();
    intern_free(&texts);
    own_free(o);
    own_levels_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    struct str text = {(const char *)data, size};
    json_t *doc, *spec, *model, *report;
    levels_init();
    if (json_read_str(text, "fuzz", &doc, &e) != ST_OK) {
        one_condition(text);
        return 0;
    }
    e = (struct err){0};
    enum status s = splink_import(doc, "fuzz", &spec, &model, &report, &e);
    json_decref(doc);
    if (s != ST_OK) {
        if (!e.what[0])
            abort();
        return 0;
    }
    if (model)
        round_trip(spec, model);
    json_decref(report);
    json_decref(spec);
    json_decref(model);
    return 0;
}
