/* What a header says: whose extract it is, and fields under the dictionary's own names. */
#include "ingest/map.h"

const char *const reject_columns[REJECT_COLUMNS] = {"rejected_row", "rejected_columns",
                                                    "rejected_reason"};

bool is_reject_column(struct str header)
{
    for (int i = 0; i < REJECT_COLUMNS; i++)
        if (str_is(header, reject_columns[i]))
            return true;
    return false;
}

/* Share of columns that table and layout have in common, of all that either has. */
static double likeness(const struct table *t, const struct layout *l)
{
    size_t both = 0, headers = 0, named = 0;
    for (size_t i = 0; i < t->columns; i++) {
        if (is_reject_column(t->header[i]))
            continue;
        headers++;
        both += layout_column_named(l, t->header[i]) != NULL;
    }
    for (size_t i = 0; i < l->count; i++) {
        bool again = i > 0 && str_eq(l->columns[i].column, l->columns[i - 1].column);
        named += l->columns[i].column.n && !again;
    }
    return headers + named > both ? (double)both / (double)(headers + named - both) : 0;
}

static size_t columns_known(const struct table *t, const struct layout *l)
{
    size_t n = 0;
    for (size_t i = 0; i < t->columns; i++)
        n += is_reject_column(t->header[i]) || layout_column_named(l, t->header[i]) != NULL;
    return n;
}

const char *channel_that_fits_better(const struct table *t, const struct layout *l)
{
    size_t count, known = columns_known(t, l), best_known = known;
    const struct layout *const *all = layout_all(&count);
    double own = likeness(t, l), best = own;
    const char *better = NULL;
    for (size_t i = 0; i < count; i++) {
        if (all[i] == l)
            continue;
        size_t n = columns_known(t, all[i]);
        double like = likeness(t, all[i]);
        /* It knows every column, or nearly; or it is that layout column for column. */
        bool fits = n > best_known && n * 10 >= t->columns * 8 && known * 10 < n * 9;
        fits |= n > best_known && n == t->columns;
        fits |= like >= 0.9 && like > best + 0.1 && n >= best_known;
        if (fits) {
            best_known = n;
            best = like;
            better = all[i]->channel;
        }
    }
    return better;
}

/* ---- the dictionary's own names ---- */

static const struct field *field_of_header(struct str header, int *instance)
{
    const char *dot = memchr(header.p, '.', header.n);
    size_t n = dot ? (size_t)(dot - header.p) : 0, digits = n;
    int64_t number = 1;
    if (!dot)
        return NULL;
    const struct entity *e = dictionary_entity((struct str){header.p, n});
    while (!e && digits > 0 && header.p[digits - 1] >= '0' && header.p[digits - 1] <= '9')
        digits--;
    if (!e && digits < n) {
        if (!str_to_int64((struct str){header.p + digits, n - digits}, &number) || number < 1 ||
            number > 99)
            return NULL;
        e = dictionary_entity((struct str){header.p, digits});
    }
    *instance = (int)number;
    return e ? entity_field(e, (struct str){dot + 1, header.n - n - 1}) : NULL;
}

enum status layout_from_headers(const struct table *t, struct layout *out, struct err *e)
{
    static const char *const needed[] = {"referral.received_date", "referral.channel"};
    struct buf b = BUF_EMPTY;
    buf_adds(&b, "column,alias,field,instance,transform,argument,required,note\n");
    enum status s = ST_OK;
    for (size_t i = 0; i < t->columns && s == ST_OK; i++) {
        int instance = 1;
        const struct field *f = field_of_header(t->header[i], &instance);
        bool required = false;
        if (is_reject_column(t->header[i]))
            continue;
        if (!f) {
            char name[100];
            snprintf(name, sizeof name, "%.*s", (int)t->header[i].n, t->header[i].p);
            err_at(e, t->name, 1, name);
            err_set(e, ST_DATA, "the dictionary has no such field");
            s = err_hint(e, "See: throughline help dictionary; or import it as another channel.");
            break;
        }
        for (size_t k = 0; k < sizeof needed / sizeof *needed; k++)
            required |= str_is(t->header[i], needed[k]);
        buf_add_csv(&b, t->header[i], false);
        buf_addf(&b, ",,%s.%s,%d,,,%s,\n", f->entity->name, f->name, instance, required ? "Y" : "");
    }
    for (size_t k = 0; k < sizeof needed / sizeof *needed && s == ST_OK; k++)
        if (table_column(t, needed[k]) < 0) {
            err_at(e, t->name, 1, needed[k]);
            err_set(e, ST_DATA, "the header has no column %s, which every row needs", needed[k]);
            s = err_hint(e, "Add the column.");
        }
    if (s == ST_OK)
        s = layout_parse(buf_str(&b), "header", out, e);
    if (s == ST_OK)
        out->channel = "canonical";
    buf_free(&b);
    return s;
}
