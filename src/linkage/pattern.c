#include "linkage/pattern.h"

#include <limits.h>

enum { TEXT_MOST = 1024, REPEAT_MOST = 100 };

struct reader {
    struct str text;
    size_t at;
};

static enum status refuse(const struct reader *r, struct err *e)
{
    err_set(e, ST_DATA, "the pattern '%.*s' cannot be read from its character %zu on",
            (int)r->text.n, r->text.p, r->at + 1);
    return err_hint(e, "Patterns are ^ and then letters or [classes] with ?, +, * or {m,n}.");
}

static int peek(const struct reader *r)
{
    return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static void set_range(uint8_t *set, int from, int to)
{
    for (int c = from; c <= to; c++)
        set[c / 8] |= (uint8_t)(1u << (c % 8));
}

/* After a backslash. */
static bool read_escape(struct reader *r, uint8_t *set)
{
    int c = peek(r);
    r->at++;
    if (c == 'd')
        set_range(set, '0', '9');
    else if (c > 0 && c < 128 && strchr(".-+*?()[]{}^$|/\\@ ", c))
        set_range(set, c, c);
    else
        return false;
    return true;
}

static bool read_class(struct reader *r, uint8_t *set, bool *all_but)
{
    *all_but = peek(r) == '^';
    r->at += *all_but;
    for (bool first = true; peek(r) != ']' || first; first = false) {
        int from = peek(r), to = from;
        r->at++;
        if (from < 0 || from > 126)
            return false;
        if (from == '\\') {
            if (!read_escape(r, set))
                return false;
            continue;
        }
        if (peek(r) == '-' && r->at + 1 < r->text.n && r->text.p[r->at + 1] != ']') {
            to = (unsigned char)r->text.p[r->at + 1];
            r->at += 2;
        }
        if (to < from || to > 126)
            return false;
        set_range(set, from, to);
    }
    r->at++;
    for (int k = 0; *all_but && k < 32; k++)
        set[k] = (uint8_t)~set[k];
    return true;
}

static bool read_number(struct reader *r, int *out)
{
    *out = 0;
    size_t from = r->at;
    while (peek(r) >= '0' && peek(r) <= '9' && *out <= REPEAT_MOST)
        *out = *out * 10 + (r->text.p[r->at++] - '0');
    return r->at > from && *out <= REPEAT_MOST;
}

static bool read_repeat(struct reader *r, int *least, int *most)
{
    *least = *most = 1;
    switch (peek(r)) {
    case '?':
        *least = 0;
        break;
    case '*':
        *least = 0;
        *most = INT_MAX;
        break;
    case '+':
        *most = INT_MAX;
        break;
    case '{':
        r->at++;
        if (!read_number(r, least))
            return false;
        *most = *least;
        if (peek(r) == ',') {
            r->at++;
            *most = INT_MAX;
            if (peek(r) != '}' && !read_number(r, most))
                return false;
        }
        if (peek(r) != '}' || *most < *least)
            return false;
        break;
    default:
        return true;
    }
    r->at++;
    return peek(r) != '?' && peek(r) != '+'; /* lazy or possessive */
}

enum status pattern_read(struct pattern *p, struct str text, struct err *e)
{
    struct reader r = {text, 0};
    *p = (struct pattern){0};
    if (text.n > PATTERN_BYTES)
        return err_set(e, ST_DATA, "a pattern of over %d characters", PATTERN_BYTES);
    if (peek(&r) != '^')
        return refuse(&r, e);
    for (r.at = 1; r.at < text.n;) {
        int c = peek(&r);
        if (c == '$' && r.at + 1 == text.n) {
            p->to_end = true;
            return ST_OK;
        }
        if (p->atoms == PATTERN_ATOMS)
            return refuse(&r, e);
        uint8_t *set = p->atom[p->atoms].set;
        bool all_but = c == '.', good = c < 127 && !strchr("$^|(){}?*+", c);
        r.at += good;
        if (good && c == '[') {
            good = read_class(&r, set, &all_but);
        } else if (good && c == '\\') {
            good = read_escape(&r, set);
        } else if (good && c == '.') {
            set_range(set, 0, 255);
            set['\n' / 8] &= (uint8_t) ~(1u << ('\n' % 8));
        } else if (good) {
            set_range(set, c, c);
        }
        int *least = &p->atom[p->atoms].least, *most = &p->atom[p->atoms].most;
        if (!good || !read_repeat(&r, least, most) || (all_but && *most != INT_MAX))
            return refuse(&r, e);
        p->atoms++;
    }
    return ST_OK;
}

struct matcher {
    const struct pattern *p;
    struct str text;
    uint8_t failed[PATTERN_ATOMS][TEXT_MOST / 8 + 1]; /* known not to fit from here */
};

static bool fits(const struct matcher *m, int atom, size_t at)
{
    unsigned char c = (unsigned char)m->text.p[at];
    return m->p->atom[atom].set[c / 8] >> (c % 8) & 1;
}

static int match_from(struct matcher *m, int atom, size_t at)
{
    if (atom == m->p->atoms)
        return m->p->to_end && at < m->text.n ? -1 : (int)at;
    if (m->failed[atom][at / 8] >> (at % 8) & 1)
        return -1;
    int run = 0, least = m->p->atom[atom].least, most = m->p->atom[atom].most;
    while (run < most && at + (size_t)run < m->text.n && fits(m, atom, at + (size_t)run))
        run++;
    for (int k = run; k >= least; k--) {
        int end = match_from(m, atom + 1, at + (size_t)k);
        if (end >= 0)
            return end;
    }
    m->failed[atom][at / 8] |= (uint8_t)(1u << (at % 8));
    return -1;
}

int pattern_match(const struct pattern *p, struct str text)
{
    struct matcher m = {.p = p, .text = text};
    m.text.n = text.n < TEXT_MOST ? text.n : TEXT_MOST;
    return match_from(&m, 0, 0);
}
