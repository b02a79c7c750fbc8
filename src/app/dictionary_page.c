#include "app/dictionary_page.h"

#include "base/date.h"

static const struct {
    const char *what, *kept, *leaves;
} classes[] = {
    [S0] = {"public aggregate", "in the clear", "may be published"},
    [S1] = {"operational, not about a person", "in the clear", "may leave"},
    [S2] = {"about a person, under a pseudonym", "in the clear", "may leave"},
    [S3] = {"identifies a person", "sealed", "only with permission and a recorded basis"},
    [S4] = {"special category, criminal or trafficking account", "sealed",
            "only with permission and a recorded basis"},
    [S5] = {"safety-critical: whereabouts, safe contact, exploiter", "sealed", "never leaves"},
};

static const char *const type_words[] = {
    [FIELD_ID] = "key",         [FIELD_REF] = "reference",          [FIELD_REFS] = "references",
    [FIELD_TEXT] = "text",      [FIELD_CODE] = "one code",          [FIELD_CODES] = "codes",
    [FIELD_DATE] = "date",      [FIELD_DATETIME] = "date and time", [FIELD_INT] = "whole number",
    [FIELD_DECIMAL] = "number",
};

static const char *const need_words[] = {
    [NEED_OPTIONAL] = "optional",
    [NEED_REQUIRED] = "required",
    [NEED_CONDITIONAL] = "conditional",
    [NEED_DERIVED] = "derived",
};

static void add(struct buf *b, const char *text)
{
    buf_add_xml(b, str_of(text ? text : ""));
}

/* ---- parts of the page ---- */

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Data dictionary - Throughline</title>\n<style>\n"
    ":root{color-scheme:light}\n"
    "body{margin:0;color:#0b0c0c;background:#fff;font:1.0625rem/1.5 system-ui,\"Segoe UI\",Roboto,"
    "Arial,sans-serif}\n"
    ".skip{position:absolute;left:-999em}.skip:focus{left:1rem;top:.5rem;background:#fd0;padding:"
    ".5rem}\n"
    "header,main{max-width:75rem;margin:0 auto;padding:0 1rem}\n"
    "header{border-bottom:.25rem solid #1d4f6e;padding-top:1rem;padding-bottom:1rem}\n"
    "h1{font-size:2rem;line-height:1.2;margin:.5rem 0}\n"
    "h2{font-size:1.5rem;line-height:1.25;margin:3rem 0 .5rem}\n"
    "h3{font-size:1.1875rem;margin:2rem 0 .5rem}\n"
    "p{max-width:44rem}\na{color:#1a5a86}a:hover{text-decoration-thickness:.15em}\n"
    "a:focus{outline:3px solid #fd0;background:#fd0;color:#0b0c0c}\n"
    ".index{columns:18rem;padding:0;list-style:none;margin:1rem 0}\n"
    ".index li{break-inside:avoid;padding:.15rem 0}\n"
    ".wide{overflow-x:auto;margin:.5rem 0 1rem}.wide:focus{outline:3px solid #fd0}\n"
    "table{border-collapse:collapse;width:100%;min-width:44rem;font-size:1rem}\n"
    "table.codes{min-width:20rem;width:auto}\n"
    "caption{text-align:left;font-weight:700;padding:.25rem 0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.5rem 1rem .5rem 0;border-bottom:1px solid "
    "#b1b4b6}\n"
    "thead th{border-bottom-width:2px}\ntbody th{font-weight:400}\n"
    "code{font:600 .9375em ui-monospace,Consolas,monospace}\n"
    ".why{display:block;color:#383f43;font-size:.9375rem}\n"
    ".s3,.s4{border-left:.375rem solid #8a5a00;padding-left:.5rem}"
    ".s5{border-left:.375rem solid #a51717;padding-left:.5rem}\n"
    "@media print{.wide{overflow:visible}a{color:inherit}}\n"
    "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the dictionary</a>\n";

static void add_intro(struct buf *b, size_t fields, size_t added)
{
    const struct dictionary *d = dictionary();
    buf_adds(b, head);
    buf_adds(b, "<header><p>Throughline</p><h1>Data dictionary</h1></header>\n"
                "<main id=\"main\">\n");
    buf_addf(b,
             "<p>%zu entities, %zu fields and %zu code lists: the standardised data set that the "
             "register keeps, imports, seals and exports by. %zu fields are ours, beyond the "
             "published set. This page is made from the dictionary in the program "
             "(<code>throughline help dictionary --html</code>). To search it, use your "
             "browser's find: Ctrl+F, or Find in page on a phone.</p>\n",
             d->entity_count, fields, d->list_count, added);
}

static void add_classes(struct buf *b)
{
    buf_adds(b, "<h2 id=\"sensitivity\">What the sensitivity classes mean</h2>\n<div "
                "class=\"wide\" role=\"region\" aria-label=\"Sensitivity classes\" "
                "tabindex=\"0\"><table><caption>Sensitivity classes</caption><thead><tr>"
                "<th scope=\"col\">Class</th><th scope=\"col\">What it holds</th><th "
                "scope=\"col\">How it is kept</th><th scope=\"col\">In exports</th></tr></thead>"
                "<tbody>\n");
    for (int s = S0; s <= S5; s++)
        buf_addf(b, "<tr><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td></tr>\n",
                 sensitivity_name((enum sensitivity)s), classes[s].what, classes[s].kept,
                 classes[s].leaves);
    buf_adds(b, "</tbody></table></div>\n");
}

static void add_index(struct buf *b)
{
    const struct dictionary *d = dictionary();
    buf_adds(b, "<nav aria-labelledby=\"entities\"><h2 id=\"entities\">Entities</h2>\n<ul "
                "class=\"index\">\n");
    for (size_t i = 0; i < d->entity_count; i++) {
        const struct entity *e = &d->entities[i];
        buf_addf(b, "<li><a href=\"#%s\">%s</a>%s", e->name, e->name, e->label[0] ? ": " : "");
        add(b, e->label);
        buf_addf(b, " (%zu)</li>\n", e->field_count);
    }
    buf_adds(b, "</ul></nav>\n<nav aria-labelledby=\"lists\"><h2 id=\"lists\">Code lists</h2>\n"
                "<ul class=\"index\">\n");
    for (size_t i = 0; i < d->list_count; i++)
        buf_addf(b, "<li><a href=\"#codes-%s\">%s</a> (%zu)</li>\n", d->lists[i].name,
                 d->lists[i].name, d->lists[i].count);
    buf_adds(b, "</ul></nav>\n");
}

static void add_field(struct buf *b, const struct field *f)
{
    buf_addf(b, "<tr id=\"%s.%s\"><th scope=\"row\"><code>%s</code>", f->entity->name, f->name,
             f->name);
    if (f->why[0]) {
        buf_adds(b, "<span class=\"why\">");
        add(b, f->why);
        buf_adds(b, "</span>");
    }
    buf_addf(b, "</th><td>%s", type_words[f->type]);
    if (f->codes)
        buf_addf(b, " of <a href=\"#codes-%s\">%s</a>", f->codes->name, f->codes->name);
    if (f->latest)
        buf_addf(b, ", a range with <code>%s</code>", f->latest->name);
    buf_addf(b, "</td><td>%s</td><td class=\"s%d\">%s: %s", need_words[f->need],
             (int)f->sensitivity, sensitivity_name(f->sensitivity), classes[f->sensitivity].what);
    buf_adds(b, "</td><td>");
    if (f->added)
        buf_adds(b, "ours");
    add(b, f->source_standard);
    if (f->reference[0]) {
        buf_adds(b, f->added || f->source_standard[0] ? "; " : "");
        add(b, f->reference);
    }
    buf_adds(b, "</td></tr>\n");
}

static void add_entity(struct buf *b, const struct entity *e)
{
    buf_addf(b, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", e->name, e->name,
             e->name);
    if (e->label[0]) {
        buf_adds(b, "<p>");
        add(b, e->label);
        buf_adds(b, ".</p>\n");
    }
    buf_addf(b,
             "<div class=\"wide\" role=\"region\" aria-label=\"Fields of %s\" "
             "tabindex=\"0\"><table><caption>Fields of %s</caption><thead><tr><th "
             "scope=\"col\">Field and why it is needed</th><th scope=\"col\">Type</th><th "
             "scope=\"col\">Needed</th><th scope=\"col\">Sensitivity</th><th scope=\"col\">Source "
             "and reference</th></tr></thead><tbody>\n",
             e->name, e->name);
    for (size_t i = 0; i < e->field_count; i++)
        add_field(b, &e->fields[i]);
    buf_adds(b, "</tbody></table></div>\n</section>\n");
}

static void add_day(struct buf *b, const char *words, int32_t day)
{
    char iso[11];
    if (day == DATE_NONE)
        return;
    date_to_iso(day, iso);
    buf_addf(b, "%s%s", words, iso);
}

static void add_code_note(struct buf *b, const struct code *c)
{
    buf_add_xml(b, c->note);
    const char *comma = c->note.n ? "; " : "";
    if (c->valid_from != DATE_NONE)
        add_day(b, c->note.n ? "; from " : "from ", c->valid_from), comma = "; ";
    if (c->valid_to != DATE_NONE)
        add_day(b, comma[0] ? "; until " : "until ", c->valid_to), comma = "; ";
    if (c->meaning_changed_on != DATE_NONE)
        add_day(b, comma[0] ? "; its meaning changed on " : "its meaning changed on ",
                c->meaning_changed_on);
}

static void add_list(struct buf *b, const struct code_list *l)
{
    buf_addf(b,
             "<h3 id=\"codes-%s\">%s</h3>\n<div class=\"wide\" role=\"region\" aria-label=\"Codes "
             "of %s\" tabindex=\"0\"><table class=\"codes\"><caption>Codes of "
             "%s</caption><thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Meaning</th><th "
             "scope=\"col\">Note</th></tr></thead><tbody>\n",
             l->name, l->name, l->name, l->name);
    for (size_t i = 0; i < l->count; i++) {
        buf_adds(b, "<tr><th scope=\"row\"><code>");
        buf_add_xml(b, l->codes[i].code);
        buf_adds(b, "</code></th><td>");
        if (!str_eq(l->codes[i].label, l->codes[i].code))
            buf_add_xml(b, l->codes[i].label);
        buf_adds(b, "</td><td>");
        add_code_note(b, &l->codes[i]);
        buf_adds(b, "</td></tr>\n");
    }
    buf_adds(b, "</tbody></table></div>\n");
}

void dictionary_page_html(struct buf *out)
{
    const struct dictionary *d = dictionary();
    size_t fields = 0, added = 0;
    for (size_t i = 0; i < d->entity_count; i++) {
        fields += d->entities[i].field_count;
        for (size_t k = 0; k < d->entities[i].field_count; k++)
            added += d->entities[i].fields[k].added;
    }
    add_intro(out, fields, added);
    add_index(out);
    add_classes(out);
    for (size_t i = 0; i < d->entity_count; i++)
        add_entity(out, &d->entities[i]);
    buf_adds(out, "<h2 id=\"codes\">Codes</h2>\n");
    for (size_t i = 0; i < d->list_count; i++)
        add_list(out, &d->lists[i]);
    buf_adds(out, "</main>\n</body>\n</html>\n");
}

/* ---- plain text ---- */

static void text_of_entity(struct buf *b, const struct entity *e)
{
    buf_addf(b, "%s: %s\n", e->name, e->label);
    for (size_t i = 0; i < e->field_count; i++) {
        const struct field *f = &e->fields[i];
        buf_addf(b, "  %-28s %s%s%s, %s, %s", f->name, type_words[f->type], f->codes ? " of " : "",
                 f->codes ? f->codes->name : "", need_words[f->need],
                 sensitivity_name(f->sensitivity));
        buf_addf(b, "%s%s\n", f->why[0] ? "  # " : "", f->why);
    }
}

static void text_of_list(struct buf *b, const struct code_list *l)
{
    buf_addf(b, "%s\n", l->name);
    for (size_t i = 0; i < l->count; i++)
        buf_addf(b, "  %-24.*s %.*s\n", (int)l->codes[i].code.n, l->codes[i].code.p,
                 (int)l->codes[i].label.n, l->codes[i].label.p);
}

bool dictionary_page_text(struct buf *out, const char *name)
{
    const struct dictionary *d = dictionary();
    if (name) {
        const struct entity *e = dictionary_entity(str_of(name));
        const struct code_list *l = dictionary_codes(name);
        if (e)
            text_of_entity(out, e);
        if (l)
            text_of_list(out, l);
        return e || l;
    }
    buf_adds(out, "Entities (throughline help dictionary NAME shows one):\n");
    for (size_t i = 0; i < d->entity_count; i++)
        buf_addf(out, "  %-24s %s\n", d->entities[i].name, d->entities[i].label);
    buf_adds(out, "Code lists:\n");
    for (size_t i = 0; i < d->list_count; i++)
        buf_addf(out, "  %-36s %zu codes\n", d->lists[i].name, d->lists[i].count);
    return true;
}
