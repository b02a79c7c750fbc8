#include "app/study_name.h"
#include "cli/cli.h"

#include <ctype.h>

static const char *text_at(const json_t *row, const char *key)
{
    const char *s = json_string_value(json_object_get(row, key));
    return s ? s : "nothing";
}

static void print(const json_t *doc)
{
    size_t i, k;
    json_t *name, *row;
    json_array_foreach(json_object_get(doc, "names"), i, name)
    {
        printf("%s\n", text_at(name, "plain"));
        json_array_foreach(json_object_get(name, "tokens"), k, row)
        {
            printf("  %-20s %-12s %-12s %s\n", text_at(row, "word"), text_at(row, "skeleton"),
                   text_at(row, "role"), text_at(row, "script"));
        }
    }
    if (!json_object_get(doc, "similarity"))
        return;
    json_array_foreach(json_object_get(doc, "why"), k, row)
    {
        printf("%-20s %-20s %-10s %.3f\n", text_at(row, "token"), text_at(row, "other"),
               text_at(row, "kind"), json_number_value(json_object_get(row, "similarity")));
    }
    printf("similarity %.4f\n", json_number_value(json_object_get(doc, "similarity")));
}

static enum status run(struct cli *c, struct err *e)
{
    const char *country = cli_text(c, "country", "");
    if (country[0] && !(strlen(country) == 2 && isalpha((unsigned char)country[0]) &&
                        isalpha((unsigned char)country[1])))
        return err_set(e, ST_USAGE, "--country takes two letters (ISO 3166-1), e.g. CN");
    const char *other = cli_args(c) > 1 ? cli_arg(c, 1) : NULL;
    for (int i = 0; i < cli_args(c); i++)
        if (!str_is_utf8(str_of(cli_arg(c, i))))
            return err_set(e, ST_DATA, "name %d is not UTF-8", i + 1);
    json_t *doc = study_name_doc(cli_arg(c, 0), other, country);
    enum status s = ST_OK;
    if (cli_json(c))
        s = json_write_file("-", doc, e);
    else
        print(doc);
    json_decref(doc);
    return s;
}

static const struct opt opts[] = {
    {"country", OPT_TEXT, "CC", "nationality of the first, two letters: how Han signs are read",
     false, 0},
    {0},
};

const struct command cmd_study_name = {
    .path = "study name",
    .summary = "Show what a name is compared by, and how like another name it is",
    .arguments = "NAME [NAME2]",
    .min_args = 1,
    .max_args = 2,
    .opts = opts,
    .details = "Prints the plain Latin form, then each word with its phonetic skeleton, role and\n"
               "script. With two names, what each word of the first met in the second, and the\n"
               "similarity in 0..1; about .8 and more is plausibly one person.",
    .example = "throughline study name \"Abd al-Rahman Hasan\"\n"
               "throughline study name \"Nguyen Van An\" \"An V. Nguyen\" --json",
    .run = run,
};
