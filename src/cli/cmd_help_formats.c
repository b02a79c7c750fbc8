#include "base/json.h"
#include "cli/cli.h"
#include "domain/layout.h"

#include <string.h>

static const char *const transform_words[] = {
    [MAP_BY_TYPE] = "",
    [MAP_CONST] = "always",
    [MAP_YESNO] = "yes, no, not-sure",
    [MAP_CROSSWALK] = "crosswalk",
    [MAP_FLAG] = "ticked: adds",
    [MAP_NEGATE] = "yes and no exchanged",
    [MAP_MAP] = "map",
    [MAP_WORDS] = "free words",
    [MAP_PERIOD] = "free words about when",
    [MAP_PERIODS] = "several periods",
    [MAP_FULL_NAME] = "whole name",
};

/* What may stand in a cell, from the layout and the dictionary. */
static void print_kind(const struct layout_column *c)
{
    const struct field *f = c->field;
    if (!f) {
        printf("  (read, not kept)");
    } else if (c->transform != MAP_BY_TYPE) {
        printf("  %s%s", transform_words[c->transform], c->argument.n ? " " : "");
        printf("%.*s", (int)c->argument.n, c->argument.p);
    } else {
        printf("  %s%s%s", field_type_name(f->type), f->codes ? " of " : "",
               f->codes ? f->codes->name : "");
    }
}

static void print_layout(const struct layout *l)
{
    printf("%s\n", l->channel);
    for (size_t i = 0; i < l->count; i++) {
        const struct layout_column *c = &l->columns[i];
        const char *head = c->column.n ? c->column.p : "(constant)";
        printf("  %s", head);
        if (c->alias.n)
            printf(" [%s]", c->alias.p);
        if (c->field) {
            printf("  -> %s", c->field->entity->name);
            if (c->instance > 1)
                printf("%d", c->instance);
            printf(".%s", c->field->name);
        }
        print_kind(c);
        if (c->required)
            printf("  REQUIRED");
        if (c->note.n)
            printf("  # %s", c->note.p);
        putchar('\n');
    }
    putchar('\n');
}

static json_t *text(struct str s)
{
    return json_stringn(s.n ? s.p : "", s.n);
}

static json_t *layout_as_json(const struct layout *l)
{
    json_t *columns = json_array();
    for (size_t i = 0; i < l->count; i++) {
        const struct layout_column *c = &l->columns[i];
        const struct field *f = c->field;
        json_t *o =
            json_pack("{s:o,s:o,s:i,s:s,s:o,s:b,s:b,s:o}", "column", text(c->column), "alias",
                      text(c->alias), "instance", c->instance, "transform",
                      transform_name(c->transform), "argument", text(c->argument), "required",
                      c->required, "completes", c->completes, "note", text(c->note));
        json_object_set_new(o, "field",
                            f ? json_sprintf("%s.%s", f->entity->name, f->name) : json_null());
        json_object_set_new(o, "codes", f && f->codes ? json_string(f->codes->name) : json_null());
        json_array_append_new(columns, o);
    }
    return json_pack("{s:s,s:o}", "channel", l->channel, "columns", columns);
}

static enum status print_json(const char *wanted, struct err *e)
{
    size_t count;
    const struct layout *const *all = layout_all(&count);
    json_t *doc = json_array();
    for (size_t i = 0; i < count; i++)
        if (!wanted || strcmp(all[i]->channel, wanted) == 0)
            json_array_append_new(doc, layout_as_json(all[i]));
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

static enum status run(struct cli *c, struct err *e)
{
    const char *wanted = cli_arg(c, 0);
    size_t count;
    const struct layout *const *all = layout_all(&count);
    if (wanted && !layout_of_channel(wanted)) {
        err_set(e, ST_USAGE, "there is no channel \"%.40s\"", wanted);
        return err_hint(e, "throughline help formats lists all of them.");
    }
    if (cli_json(c))
        return print_json(wanted, e);
    if (!wanted)
        puts("Layouts of the extracts: header [other names]  -> entity.field  what the cell holds\n"
             "entity2.field is a second row of the same entity in one record.\n");
    for (size_t i = 0; i < count; i++)
        if (!wanted || strcmp(all[i]->channel, wanted) == 0)
            print_layout(all[i]);
    return ST_OK;
}

const struct command cmd_help_formats = {
    .path = "help formats",
    .summary = "Print the layout of each channel's extract",
    .arguments = "[CHANNEL]",
    .max_args = 1,
    .details =
        "Dates are written YYYY-MM-DD; several codes in one cell are divided by |. A cell left\n"
        "empty says nothing: it is neither no nor unknown.",
    .example = "throughline help formats\nthroughline help formats dtn",
    .run = run,
};
