/* What the tests of the store share: a register in a temporary directory, and made records. */
#ifndef TESTS_REGISTER_KIT_H
#define TESTS_REGISTER_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/password.h"
#include "store/admin.h"
#include "store/store_private.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a register in a temporary directory ---- */

struct place {
    char root[100], dir[120];
};

static __attribute__((unused)) void make_place(struct place *p)
{
    struct err wrong = {0};
    snprintf(p->root, sizeof p->root, "/tmp/throughline-store-XXXXXX");
    assert_non_null(mkdtemp(p->root));
    snprintf(p->dir, sizeof p->dir, "%s/reg", p->root);
    assert_int_equal(store_create(p->dir, NULL, &wrong), ST_OK);
}

static __attribute__((unused)) void remove_place(const struct place *p)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf '%s'", p->root);
    assert_int_equal(system(command), 0);
}

#define GOOD(call)                                                                                 \
    do {                                                                                           \
        struct err e_ = {0};                                                                       \
        struct err *e = &e_;                                                                       \
        if ((call) != ST_OK)                                                                       \
            fail_msg("%s: %s", #call, e_.what);                                                    \
    } while (0)

static __attribute__((unused)) struct store *open_as(const char *dir, enum store_mode mode,
                                                     unsigned keys)
{
    struct store *s;
    struct store_options o = {.dir = dir,
                              .mode = mode,
                              .keys = keys,
                              .actor = {"system", "analyst", "test", ""},
                              .threads = 2};
    GOOD(store_open(&o, &s, e));
    return s;
}

/* ---- made records ---- */

static __attribute__((unused)) void set(struct record *r, const char *path, int instance,
                                        const char *value)
{
    const struct field *f = dictionary_field(str_of(path));
    assert_non_null(f);
    record_set(r, f, instance, str_of(value));
}

static __attribute__((unused)) struct record made(struct arena *a, int number, const char *version)
{
    struct record r = record_new(a);
    char text[100];
    set(&r, "person.birth_date", 1, "1991-02-03");
    set(&r, "person.gender", 1, "F");
    set(&r, "person.nationality", 1, "ALB");
    set(&r, "person.children_count", 1, "2");
    snprintf(text, sizeof text, "Zymbrilla%d", number);
    set(&r, "identity.given_name", 1, text);
    set(&r, "identity.family_name", 1, "Quorvaxton");
    set(&r, "identifier.scheme", 1, "NRM");
    snprintf(text, sizeof text, "NRM-774411-%d", number);
    set(&r, "identifier.value", 1, text);
    set(&r, "episode.seq", 1, "1");
    set(&r, "episode.start_date", 1, "2019-05-01");
    set(&r, "episode.exploitation_types", 1, "LABOUR|SEXUAL");
    set(&r, "episode.exploiter_group", 1, "exploiter_group.1");
    set(&r, "episode.start_date", 2, "2021-05-01");
    set(&r, "exploiter_group.descriptor", 1, "the man called Vhorrek");
    set(&r, "exit.episode_id", 1, "episode.1");
    set(&r, "exit.mode", 1, "ESCAPED");
    set(&r, "referral.received_date", 1, version);
    set(&r, "referral.about_episodes", 1, "episode.1|episode.2");
    set(&r, "accommodation.town", 1, "Kvaznyth");
    return r;
}

static __attribute__((unused)) struct import_totals
import_some(struct store *s, const char *organisation, int from, int to, const char *version)
{
    struct arena a = ARENA_EMPTY;
    struct import *i;
    struct import_totals t;
    bool again;
    char bytes[60];
    snprintf(bytes, sizeof bytes, "%s %d %d %s", organisation, from, to, version);
    struct import_source src = {organisation, "nrm", "nrm.csv", str_of(bytes)};
    struct import_row *rows = mem_zalloc((size_t)(to - from), sizeof *rows);
    for (int k = from; k < to; k++) {
        rows[k - from].record = made(&a, k, version);
        rows[k - from].source_key = str_of(arena_printf(&a, "case-%d", k));
    }
    GOOD(store_import_begin(s, &src, &i, &again, e));
    GOOD(store_import_rows(i, rows, (size_t)(to - from), e));
    GOOD(store_import_finish(i, 0, &t, e));
    store_import_free(i);
    free(rows);
    arena_free(&a);
    return t;
}

static __attribute__((unused)) const char *const everything[] = {
    "person.*", "identity.*", "identifier.*",    "episode.*", "exploiter_group.*",
    "exit.*",   "referral.*", "accommodation.*", NULL};

static __attribute__((unused)) size_t read_all(struct store *s, const struct view *v,
                                               void (*each)(const struct stored *, void *),
                                               void *ctx)
{
    struct cursor *c;
    struct view_batch b;
    size_t n = 0;
    GOOD(store_view_open(s, v, &c, e));
    do {
        GOOD(store_view_next(c, &b, e));
        for (size_t k = 0; each && k < b.n; k++)
            each(&b.rows[k], ctx);
        n += b.n;
    } while (b.n);
    GOOD(store_view_close(c, e));
    return n;
}

static __attribute__((unused)) const char *value(const struct stored *r, const char *path,
                                                 int instance)
{
    return record_get(&r->record, dictionary_field(str_of(path)), instance);
}

static __attribute__((unused)) void is_as_made(const struct stored *r, void *ctx)
{
    char text[200];
    int *seen = ctx;
    ++*seen;
    const char *given = value(r, "identity.given_name", 1);
    assert_non_null(given);
    assert_int_equal(strncmp(given, "Zymbrilla", 9), 0);
    snprintf(text, sizeof text, "NRM-774411-%s", given + 9);
    assert_string_equal(value(r, "identifier.value", 1), text);
    assert_string_equal(value(r, "person.birth_date", 1), "1991-02-03");
    assert_string_equal(value(r, "person.children_count", 1), "2");
    assert_string_equal(value(r, "person.person_id", 1), r->person_id);
    assert_string_equal(value(r, "identity.person_id", 1), r->person_id);
    snprintf(text, sizeof text, "%s.episode.1", r->person_id);
    assert_string_equal(value(r, "exit.episode_id", 1), text);
    assert_string_equal(value(r, "episode.episode_id", 1), text);
    snprintf(text, sizeof text, "%s.episode.1|%s.episode.2", r->person_id, r->person_id);
    assert_string_equal(value(r, "referral.about_episodes", 1), text);
    snprintf(text, sizeof text, "%s.exploiter_group.1", r->person_id);
    assert_string_equal(value(r, "episode.exploiter_group", 1), text);
    assert_string_equal(value(r, "episode.exploitation_types", 1), "LABOUR|SEXUAL");
    assert_string_equal(value(r, "episode.start_date", 2), "2021-05-01");
    assert_string_equal(value(r, "accommodation.town", 1), "Kvaznyth");
    assert_null(value(r, "episode.seq", 2));
    assert_string_equal(r->organisation, "ORG-1");
}

#endif
