#include "cli/study_print.h"

#include "app/study_doc.h"
#include "base/json.h"
#include "base/str.h"

enum status study_print(const struct cli *c, json_t *doc, struct err *e)
{
    enum status s = ST_OK;
    if (cli_json(c))
        s = json_write_file("-", doc, e);
    else
        study_doc_print(stdout, doc, 40);
    json_decref(doc);
    return s;
}

enum status study_numbers(const struct cli *c, const char *option, double *out, int cap, int *count,
                          struct err *e)
{
    *count = 0;
    const char *p = cli_text(c, option, "");
    while (*p) {
        size_t n = strcspn(p, ",");
        if (*count == cap)
            return err_set(e, ST_USAGE, "--%s takes at most %d numbers", option, cap);
        if (!str_to_double(str_trim((struct str){p, n}), &out[*count])) {
            err_set(e, ST_USAGE, "--%s cannot be \"%.80s\"", option, cli_text(c, option, ""));
            return err_hint(e, "It takes numbers parted by commas, such as 90,180,365.");
        }
        ++*count;
        p += n + (p[n] == ',');
    }
    return ST_OK;
}
