/* What the codes of the status column mean: censored, the event, other ends. */
#include "app/survival_reader.h"

#include "app/study_doc.h"

#include <math.h>

enum { MOST_CODES = 64 };

static bool same_code(struct str text, const char *wanted)
{
    double a, b;
    if (!wanted)
        return false;
    if (str_eq_nocase_ascii(text, str_of(wanted)))
        return true;
    return str_to_double(text, &a) && str_to_double(str_of(wanted), &b) && a == b;
}

static bool is_any(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (same_code(text, *words))
            return true;
    return false;
}

static bool is_usual_censored(struct str s)
{
    static const char *const words[] = {"0",    "false",  "f",        "no",    "n", "none",
                                        "cens", "censor", "censored", "alive", NULL};
    return is_any(s, words);
}

static bool is_usual_event(struct str s)
{
    static const char *const words[] = {"1", "true", "t", "yes", "y", "event", NULL};
    return is_any(s, words);
}

static long first_line_with(const struct survival_reader *r, int32_t code)
{
    const struct column *c = &r->column[r->status];
    for (size_t i = 0; i < r->n; i++)
        if (c->code[i] == code)
            return r->line[i];
    return 0;
}

static void list_codes(const struct dictionary *d, struct buf *b)
{
    for (size_t i = 0; i < d->n && i < 8; i++)
        buf_addf(b, "%s%.*s", i ? ", " : "", (int)(d->text[i].n > 20 ? 20 : d->text[i].n),
                 d->text[i].p);
    if (d->n > 8)
        buf_adds(b, ", ...");
}

/* Numbers must be codes (0, 1, 2, ...); a word among numbers, or a fraction, is not a status. */
static enum status check_codes(struct survival_reader *r, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    size_t numbers = 0;
    for (size_t i = 0; i < d->n; i++) {
        double v;
        numbers += str_to_double(d->text[i], &v);
    }
    for (size_t i = 0; i < d->n; i++) {
        double v;
        bool number = str_to_double(d->text[i], &v);
        if (number ? v >= 0 && v == floor(v) && v < 1e6 : numbers == 0)
            continue;
        err_at(e, r->file, first_line_with(r, (int32_t)i), r->q->status);
        err_set(e, ST_DATA, "unknown status \"%.*s\"", (int)(d->text[i].n > 40 ? 40 : d->text[i].n),
                d->text[i].p);
        return err_hint(e, "A status is a code: 0 censored, 1 the event, 2, 3, ... other ends (or "
                           "words throughout).");
    }
    if (d->n <= MOST_CODES)
        return ST_OK;
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "the status column holds %zu different values", d->n);
    return err_hint(e, "A status has a few codes: is this the right column?");
}

static enum status no_such_code(struct survival_reader *r, const char *option, const char *code,
                                struct err *e)
{
    struct buf b = BUF_EMPTY;
    list_codes(&r->column[r->status].dict, &b);
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "no row used has the status \"%.40s\" given by --%s", code, option);
    err_hint(e, "The column holds: %s.", b.p ? b.p : "nothing");
    buf_free(&b);
    return ST_DATA;
}

static int find_code(const struct dictionary *d, const char *wanted)
{
    for (size_t i = 0; i < d->n; i++)
        if (same_code(d->text[i], wanted))
            return (int)i;
    return -1;
}

static bool has_competing(enum survival_method m)
{
    return m == SURVIVAL_AJ || m == SURVIVAL_CUMINC || m == SURVIVAL_GRAY || m == SURVIVAL_FINEGRAY;
}

/* Which code is the one event of methods that know only one. */
static enum status single_event(struct survival_reader *r, int *event, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    const char *asked = r->q->event ? r->q->event : r->q->cause;
    *event = -1;
    if (asked) {
        *event = find_code(d, asked);
        if (*event < 0 && !(d->n == 1 && is_usual_censored(d->text[0])))
            return no_such_code(r, r->q->event ? "event" : "cause", asked, e);
        return ST_OK;
    }
    bool zero = false, one = false, two = false, other = false;
    for (size_t i = 0; i < d->n; i++) {
        struct str s = d->text[i];
        if (r->q->censored && same_code(s, r->q->censored))
            continue;
        if (is_usual_censored(s))
            zero = true;
        else if (is_usual_event(s))
            one = true;
        else if (same_code(s, "2"))
            two = true;
        else
            other = true;
    }
    if (!other && !two) { /* 0/1, yes/no; or all censored */
        for (size_t i = 0; i < d->n && one; i++)
            if (is_usual_event(d->text[i]))
                *event = (int)i;
        return ST_OK;
    }
    if (!other && two && !zero) { /* 1/2, as in older data: 2 is the event */
        *event = find_code(d, "2");
        study_doc_note(r->doc, "The status holds 1 and 2: 2 is taken as the event, 1 as censored "
                               "(say otherwise with --event).");
        return ST_OK;
    }
    struct buf b = BUF_EMPTY;
    list_codes(d, &b);
    err_at(e, r->file, 0, r->q->status);
    err_set(e, ST_DATA, "which status is the event? The column holds %s", b.p);
    err_hint(e, "Give --event CODE; the others count as censored. For competing ends use --method "
                "aj, cuminc, gray or finegray.");
    buf_free(&b);
    return ST_DATA;
}

/* Code of the dictionary -> event number: 0 censored, 1.. causes. */
static enum status map_status(struct survival_reader *r, int32_t *number, struct err *e)
{
    const struct dictionary *d = &r->column[r->status].dict;
    TRY(check_codes(r, e));
    if (r->q->censored && find_code(d, r->q->censored) < 0)
        return no_such_code(r, "censored", r->q->censored, e);
    if (!has_competing(r->q->method)) {
        int event;
        TRY(single_event(r, &event, e));
        for (size_t i = 0; i < d->n; i++)
            number[i] = (int)i == event;
        r->d->rows.causes = 1;
        r->d->cause[0] = event >= 0 ? d->text[event] : str_of("event");
        return ST_OK;
    }
    uint8_t used[MOST_CODES] = {0};
    int32_t rank[MOST_CODES];
    for (size_t i = 0; i < d->n; i++)
        used[i] = r->q->censored ? !same_code(d->text[i], r->q->censored)
                                 : !is_usual_censored(d->text[i]);
    r->d->rows.causes = (int)dictionary_rank(d, used, rank);
    for (size_t i = 0; i < d->n; i++) {
        number[i] = rank[i] + 1;
        if (used[i])
            r->d->cause[rank[i]] = d->text[i];
    }
    if (r->d->rows.causes > 0)
        return ST_OK;
    err_at(e, r->file, 0, r->q->status);
    return err_set(e, ST_DATA, "no row has an event: everybody is censored");
}

enum status survival_fill_events(struct survival_reader *r, struct err *e)
{
    struct survival_data *d = r->d;
    const struct column *c = &r->column[r->status];
    int32_t number[MOST_CODES] = {0};
    TRY(map_status(r, number, e));
    int32_t *event = mem_array(r->n, sizeof *event);
    d->rows.event = event;
    bool censors[MOST_CODES] = {false};
    for (size_t i = 0; i < c->dict.n; i++)
        censors[i] = r->q->censored ? same_code(c->dict.text[i], r->q->censored)
                                    : is_usual_censored(c->dict.text[i]);
    for (size_t i = 0; i < r->n; i++) {
        event[i] = number[c->code[i]];
        if (event[i])
            d->cause_rows[event[i] - 1]++;
        else if (!censors[c->code[i]] &&
                 !(same_code(d->cause[0], "2") && same_code(c->dict.text[c->code[i]], "1")))
            d->other_events++;
    }
    return ST_OK;
}
