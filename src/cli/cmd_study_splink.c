#include "app/study_splink.h"
#include "cli/cli.h"

static const char *text_at(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static void print_list(const char *title, const json_t *list)
{
    size_t i;
    json_t *v;
    if (json_array_size(list))
        printf("%s\n", title);
    json_array_foreach((json_t *)(uintptr_t)list, i, v) printf("  %s\n", json_string_value(v));
}

static void print_texts(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        printf("%s%s", i ? ", " : "", json_string_value(json_array_get(list, i)));
    printf("\n");
}

static void print_import(const json_t *report)
{
    size_t i;
    json_t *v;
    printf("comparisons, each with the levels of the settings\n");
    json_array_foreach(json_object_get(report, "comparisons"), i, v)
    {
        printf("  %s: %d levels over ", text_at(v, "comparison"),
               (int)json_integer_value(json_object_get(v, "levels")));
        print_texts(json_object_get(v, "columns"));
    }
    if (json_array_size(json_object_get(report, "blocking")))
        printf("blocking rules\n");
    json_array_foreach(json_object_get(report, "blocking"), i, v)
    {
        printf("  %s -> ", text_at(v, "sql"));
        print_texts(json_object_get(v, "rule"));
    }
    print_list("of no use here", json_object_get(report, "not_used"));
    print_list("to note", json_object_get(report, "notes"));
}

static void print_export(const json_t *report)
{
    printf("%d comparisons, %d blocking rules\n",
           (int)json_integer_value(json_object_get(report, "comparisons")),
           (int)json_integer_value(json_object_get(report, "blocking_rules")));
    print_list("approximate, or left out", json_object_get(report, "approximate"));
}

static enum status show(struct cli *c, json_t *report, void (*print)(const json_t *), struct err *e)
{
    enum status st = ST_OK;
    if (cli_json(c))
        st = json_write_file("-", report, e);
    else if (!cli_quiet(c))
        print(report);
    json_decref(report);
    return st;
}

static enum status run_import(struct cli *c, struct err *e)
{
    struct study_splink s = {.settings = cli_arg(c, 0),
                             .spec = cli_text(c, "spec", NULL),
                             .model = cli_text(c, "model", NULL)};
    json_t *report;
    TRY(study_splink_import(&s, &report, e));
    return show(c, report, print_import, e);
}

static enum status run_export(struct cli *c, struct err *e)
{
    struct study_splink s = {.settings = cli_text(c, "out", NULL),
                             .spec = cli_arg(c, 0),
                             .model = cli_text(c, "model", NULL),
                             .approximate = cli_has(c, "approximate")};
    json_t *report;
    TRY(study_splink_export(&s, &report, e));
    return show(c, report, print_export, e);
}

static const struct opt import_opts[] = {
    {"spec", OPT_FILE, "SPEC.json", "write the specification for study link", true, 0},
    {"model", OPT_FILE, "MODEL.json", "write the model, when the settings are trained", false, 0},
    {0},
};

static const struct opt export_opts[] = {
    {"model", OPT_FILE, "MODEL.json", "the trained model; without it no m and u are written", false,
     0},
    {"out", OPT_FILE, "SETTINGS.json", "write Splink's settings", true, 0},
    {"approximate", OPT_FLAG, NULL,
     "where Splink has no such level, write the nearest and say so, instead of refusing", false, 0},
    {0},
};

const struct command cmd_study_splink_import = {
    .path = "study splink-import",
    .summary = "Take over a Splink model: its settings to a specification and model",
    .arguments = "SETTINGS.json",
    .min_args = 1,
    .max_args = 1,
    .opts = import_opts,
    .details = "SETTINGS.json is what Splink 3 or 4 saves, trained or not. Comparisons keep their\n"
               "levels, condition by condition, so that a pair weighs what it weighs in Splink.\n"
               "What cannot be represented is refused by name. Prints what became what.",
    .example = "throughline study splink-import splink-settings.json --spec spec.json "
               "--model model.json\n"
               "throughline study link people.csv --spec spec.json --use-model model.json "
               "--out clusters.csv",
    .run = run_import,
};

const struct command cmd_study_splink_export = {
    .path = "study splink-export",
    .summary = "Write a specification and model as Splink's settings",
    .arguments = "SPEC.json",
    .min_args = 1,
    .max_args = 1,
    .opts = export_opts,
    .details = "Columns of type as_written are written as they are: weights in Splink are those\n"
               "here. Other types have levels that Splink has no SQL for: refused, or with\n"
               "--approximate written with the nearest condition and listed.",
    .example = "throughline study splink-import splink-settings.json --spec spec.json "
               "--model model.json\n"
               "throughline study splink-export spec.json --model model.json --out settings.json",
    .run = run_export,
};
