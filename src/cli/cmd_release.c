/* release catalogue, list, show, verify, audit: looking at what was published. */
#include "app/release_catalogue.h"
#include "app/release_publish.h"
#include "cli/register.h"
#include "cli/release_words.h"

static enum status print_json(json_t *doc, struct err *e)
{
    enum status s = json_write_file("-", doc, e);
    json_decref(doc);
    return s;
}

/* ---- catalogue ---- */

static void print_dimensions(const struct catalogue_table *t)
{
    for (int k = 0; k < t->dimensions; k++)
        printf("%s%s", k ? " x " : "", t->dimension[k]);
}

static enum status run_catalogue(struct cli *c, struct err *e)
{
    const struct catalogue *all = release_catalogue();
    if (cli_json(c))
        return print_json(catalogue_json(), e);
    printf("Release catalogue, version %d: what may be published, and nothing else.\n",
           all->version);
    for (size_t i = 0; i < all->count; i++) {
        const struct catalogue_table *t = &all->table[i];
        printf("\n%s %s: %s\n  ", t->job, t->id, t->title);
        print_dimensions(t);
        printf(", with totals; unit: %s; population: %s", t->unit, t->population);
        if (t->for_each[0])
            printf("; for each %s", t->for_each);
        if (t->definitions[0])
            printf("; rests on the %s", t->definitions);
        printf("; since version %d\n", t->since);
    }
    return ST_OK;
}

static const struct opt no_opts[] = {{0}};

const struct command cmd_release_catalogue = {
    .path = "release catalogue",
    .summary = "The tables that report and request may publish",
    .opts = no_opts,
    .details = "The list is fixed and declared in advance (data/release/catalogue.csv): a table "
               "that is not in it is not published.",
    .example = "throughline release catalogue",
    .run = run_catalogue,
};

/* ---- list and show ---- */

/* `all` is the ledger, for what became of the release. */
static void print_row(const struct ledger_release *r, const struct ledger_release *all, size_t n)
{
    if (r->number)
        printf("release %lld", (long long)r->number);
    else
        printf("draft %lld", (long long)r->id);
    printf("  %s  as at %s, data to %s  ", r->kind, r->as_at, r->data_date);
    if (r->number)
        printf("published %.10s by %s", r->published_at, r->published_by);
    else
        printf("written %.10s", r->made_at);
    if (r->corrects)
        printf("; corrects release %lld: %s", (long long)r->corrects, r->reason);
    for (size_t i = 0; i < n && r->number; i++)
        if (all[i].corrects == r->number)
            printf("; corrected by release %lld", (long long)all[i].number);
    putchar('\n');
}

static enum status read_list(struct cli *c, struct arena *memory, struct store **s,
                             struct ledger_release **all, size_t *n, struct err *e)
{
    TRY(register_open(c, STORE_SHARED, 0, "releases", s, e));
    enum status st = store_ledger_list(*s, memory, all, n, e);
    if (st != ST_OK)
        store_close(*s);
    return st;
}

/* Releases in their order, then drafts in theirs. */
static int by_number(const void *x, const void *y)
{
    const struct ledger_release *a = x, *b = y;
    if (!a->number != !b->number)
        return !a->number - !b->number;
    int64_t i = a->number ? a->number : a->id, j = b->number ? b->number : b->id;
    return (i > j) - (i < j);
}

static enum status run_list(struct cli *c, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct ledger_release *all;
    struct store *s;
    size_t n, shown = 0;
    bool drafts = cli_has(c, "drafts");
    json_t *list = json_array();
    enum status st = read_list(c, &memory, &s, &all, &n, e);
    if (st == ST_OK) {
        store_close(s);
        qsort(all, n, sizeof *all, by_number);
    }
    for (size_t i = 0; st == ST_OK && i < n; i++) {
        if (!all[i].number && !drafts)
            continue;
        shown++;
        if (cli_json(c))
            json_array_append_new(list, release_row_json(&all[i], false));
        else
            print_row(&all[i], all, n);
    }
    if (st == ST_OK && cli_json(c))
        st = json_write_file("-", list, e);
    else if (st == ST_OK && !shown)
        puts(drafts ? "Nothing was written yet." : "Nothing was published yet.");
    json_decref(list);
    arena_free(&memory);
    return st;
}

static const struct opt list_opts[] = {
    REGISTER_OPTS,
    {"drafts", OPT_FLAG, NULL, "drafts too", false, 0},
    {0},
};

const struct command cmd_release_list = {
    .path = "release list",
    .summary = "What was published, from which data, by whom",
    .opts = list_opts,
    .example = EXAMPLE_DRAFT "throughline release list --drafts --store register",
    .run = run_list,
};

static long long number_in(const json_t *doc, const char *key)
{
    return (long long)json_integer_value(json_object_get(doc, key));
}

/* How the counts were protected, and what the attack on all releases found. */
static void print_protection(const json_t *method, const json_t *audit)
{
    const char *reader;
    json_t *found;
    printf("  rounded to %lld, every count at most %lld from the true one; key %s\n",
           number_in(method, "base"), number_in(method, "reach"),
           json_string_value(json_object_get(method, "key_fingerprint")));
    json_object_foreach((json_t *)(uintptr_t)audit, reader, found) if (json_is_object(found))
        printf("  attacked with %lld in the ledger by a reader who %s: %lld of %lld counts "
               "protected,\n  %lld of them narrower than %lld; %lld linear programs\n",
               number_in(audit, "releases"), reader, number_in(found, "protected"),
               number_in(found, "cells"), number_in(found, "narrow"), number_in(audit, "width"),
               number_in(found, "programs"));
}

static void print_files(const struct ledger_release *r, const json_t *doc)
{
    printf("  counts rest on: %s\n  definitions %s, throughline %s, catalogue %lld\n", r->data,
           r->definitions, r->code, (long long)r->catalogue);
    print_protection(json_object_get(doc, "method"), json_object_get(doc, "audit"));
    printf("  tree %s\n  digest %s\n", json_string_value(json_object_get(doc, "tree")),
           json_string_value(json_object_get(doc, "digest")));
    const json_t *files = json_object_get(doc, "files");
    for (size_t i = 0; i < r->file_count; i++)
        printf("  %s  %9lld  %s\n",
               json_string_value(json_object_get(json_array_get(files, i), "blake2b")),
               (long long)r->files[i].size, r->files[i].path);
    for (size_t i = 0; i < r->table_count; i++)
        printf("  table %s\n", r->tables[i].name);
}

static enum status show_one(struct cli *c, struct store *s, struct ledger_release *r,
                            struct arena *memory, struct err *e)
{
    TRY(store_ledger_read(s, r, memory, e));
    json_t *doc = release_row_json(r, true);
    enum status st = ST_OK;
    if (cli_json(c))
        st = json_write_file("-", doc, e);
    else
        print_files(r, doc);
    json_decref(doc);
    return st;
}

static enum status run_show(struct cli *c, struct err *e)
{
    struct arena memory = ARENA_EMPTY;
    struct ledger_release *all, *found = NULL;
    struct store *s;
    size_t n;
    int64_t number;
    if (!str_to_int64(str_of(cli_arg(c, 0)), &number) || number < 1)
        return err_set(e, ST_USAGE, "releases are numbers, as release list shows them");
    enum status st = read_list(c, &memory, &s, &all, &n, e);
    if (st == ST_OK) {
        for (size_t i = 0; i < n && !found; i++)
            if (all[i].number == number)
                found = &all[i];
        if (found && !cli_json(c))
            print_row(found, all, n);
        st = found ? show_one(c, s, found, &memory, e)
                   : err_set(e, ST_DATA, "there is no release %lld", (long long)number);
        store_close(s);
    }
    arena_free(&memory);
    return st;
}

static const struct opt register_opts[] = {REGISTER_OPTS, {0}};

const struct command cmd_release_show = {
    .path = "release show",
    .summary = "One release: data, definitions, method, audit, files with their hashes, tables",
    .arguments = "N",
    .min_args = 1,
    .max_args = 1,
    .opts = register_opts,
    .details = "With --json the tables themselves, as printed. True counts are never shown.",
    .example = EXAMPLE_DRAFT
    "throughline release publish --store register --from report --by admin --quiet\n"
    "throughline release show 1 --store register",
    .run = run_show,
};

/* ---- verify ---- */

static void print_verdicts(const json_t *doc)
{
    size_t i;
    const json_t *one, *list = json_object_get(doc, "releases");
    const json_t *dir = json_object_get(doc, "directory");
    json_array_foreach(list, i, one)
        printf("release %lld: %s\n", (long long)json_integer_value(json_object_get(one, "number")),
               json_is_true(json_object_get(one, "good"))
                   ? "as it was published"
                   : json_string_value(json_object_get(one, "problem")));
    if (!json_array_size(list))
        puts("Nothing was published yet.");
    if (dir)
        printf("directory: byte for byte %s %lld, %lld files\n",
               json_integer_value(json_object_get(dir, "number")) ? "release" : "draft",
               (long long)(json_integer_value(json_object_get(dir, "number"))
                               ? json_integer_value(json_object_get(dir, "number"))
                               : json_integer_value(json_object_get(dir, "draft"))),
               (long long)json_integer_value(json_object_get(dir, "files")));
}

static enum status run_verify(struct cli *c, struct err *e)
{
    struct store *s;
    json_t *doc = NULL;
    TRY(register_open(c, STORE_SHARED, KEYS_STATISTICS, "releases", &s, e));
    enum status st = release_verify(s, cli_text(c, "from", NULL), &doc, e);
    store_close(s);
    if (cli_json(c)) {
        struct err none = {0};
        enum status shown = json_write_file("-", doc, st == ST_OK ? e : &none);
        st = st == ST_OK ? shown : st;
    } else if (!cli_quiet(c)) {
        print_verdicts(doc);
    }
    json_decref(doc);
    return st;
}

static const struct opt verify_opts[] = {
    REGISTER_OPTS,
    {"from", OPT_FILE, "DIR", "a copy of a release: is it byte for byte what was published?", false,
     0},
    {0},
};

const struct command cmd_release_verify = {
    .path = "release verify",
    .summary = "Is every release in the ledger, and a copy of one, as it was published?",
    .opts = verify_opts,
    .details = "Each release is hashed with its files, tables and the release before it; the hash\n"
               "stands in the audit log (throughline verify-log checks that). Exit code 1 when\n"
               "anything differs.",
    .example = EXAMPLE_DRAFT
    "throughline release publish --store register --from report --by admin --quiet\n"
    "throughline release verify --from report --store register",
    .run = run_verify,
};

/* ---- audit ---- */

static void print_reader(const json_t *doc, const char *reader)
{
    const json_t *a = json_object_get(doc, reader), *widths = json_object_get(a, "by_width");
    const json_t *mean = json_object_get(a, "mean_width");
    if (!a)
        return;
    printf("A reader who %s: %lld counts and %lld changes, of them %lld protected;\n  narrowest "
           "range %lld",
           reader[0] == 'c' ? "knows that counts are not negative" : reader,
           (long long)json_integer_value(json_object_get(a, "cells")),
           (long long)json_integer_value(json_object_get(a, "changes")),
           (long long)json_integer_value(json_object_get(a, "protected")),
           (long long)json_integer_value(json_object_get(a, "least_width")));
    if (json_is_number(mean))
        printf(", mean %.1f", json_number_value(mean));
    printf("; by width:");
    for (size_t i = 0; i < json_array_size(widths); i++)
        if (json_integer_value(json_array_get(widths, i)))
            printf(" %zu%s: %lld", i, i + 1 == json_array_size(widths) ? " and more" : "",
                   (long long)json_integer_value(json_array_get(widths, i)));
    putchar('\n');
}

static enum status run_audit(struct cli *c, struct err *e)
{
    struct store *s;
    json_t *doc = NULL;
    struct progress progress = cli_progress(c);
    TRY(register_open(c, STORE_SHARED, KEYS_STATISTICS, "releases", &s, e));
    enum status st = release_audit_all(s, &progress, &doc, e);
    store_close(s);
    if (st == ST_OK && cli_json(c))
        st = json_write_file("-", doc, e);
    else if (st == ST_OK && !cli_quiet(c)) {
        printf("%lld releases attacked together; protected: 1 to %d people, and changes of as "
               "many.\n",
               (long long)json_integer_value(json_object_get(doc, "releases")), RELEASE_BASE - 1);
        print_reader(doc, "counts are not negative");
        print_reader(doc, "knows the rule");
    }
    json_decref(doc);
    return st;
}

const struct command cmd_release_audit = {
    .path = "release audit",
    .summary = "All releases in the ledger attacked together once more, every range in full",
    .opts = register_opts,
    .details = "How wide the ranges are that readers are left with. Publishing makes the same "
               "attack, and stops at each range that is wide enough. Exit code 1 when one is not.",
    .example = EXAMPLE_DRAFT
    "throughline release publish --store register --from report --by admin --quiet\n"
    "throughline release audit --store register",
    .run = run_audit,
};
