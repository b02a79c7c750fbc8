/* Which release this is, what was corrected, and how revisions are made. */
#include "app/release_catalogue.h"
#include "app/report_parts.h"
#include "base/csv.h"
#include "base/embed.h"

static enum status add_policy(struct report *r, struct err *e)
{
    const struct embedded *file = embed_find("release/revision_policy.csv");
    struct csv c;
    struct csv_row row;
    if (!file)
        BUG("the revision policy is not compiled in");
    TRY(csv_open_bytes(&c, file->bytes, file->name, e));
    enum status s;
    while ((s = csv_next(&c, &row, e)) == ST_OK && row.n)
        bulletin_item(r->b, "%.*s: %.*s", (int)row.cells[0].n, row.cells[0].p, (int)row.cells[1].n,
                      row.cells[1].p);
    csv_close(&c);
    return s;
}

static void add_corrections(struct report *r, const struct ledger_release *all, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (!all[i].corrects)
            continue;
        any = true;
        bulletin_item(r->b, "Release %lld of %.10s corrects release %lld: %s",
                      (long long)all[i].number, all[i].published_at, (long long)all[i].corrects,
                      all[i].reason);
    }
    if (!any)
        bulletin_text(r->b, "No release has been corrected.");
}

enum status report_release(struct report *r, struct err *e)
{
    size_t n;
    const struct release *release = r->job->release;
    const struct ledger_release *all = release_ledger(release, &n), *before = NULL;
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].kind, "report") == 0)
            before = &all[i];
    bulletin_section(r->b, "release", "This release, corrections and revision policy");
    if (before)
        bulletin_text(r->b, "It follows release %lld, published on %.10s.",
                      (long long)before->number, before->published_at);
    else
        bulletin_text(r->b, "It is the first of its kind in the ledger of this register.");
    bulletin_text(r->b,
                  "Its tables are those of the release catalogue, version %d. A printed count "
                  "differs from the true one by at most %lld. What is published, with a hash of "
                  "each file, stands in the ledger; release.json beside this page has the hashes.",
                  release_catalogue()->version, (long long)release_reach(release));
    bulletin_subsection(r->b, "Corrections");
    add_corrections(r, all, n);
    bulletin_subsection(r->b, "Revision policy");
    return add_policy(r, e);
}
