/* Which release this is, what was corrected, and how revisions are made. */
#include "app/release_catalogue.h"
#include "app/release_policy.h"
#include "app/report_parts.h"
#include "base/date.h"

static void add_policy(struct report *r, const struct release_policy *p)
{
    size_t at = 0;
    const char *heading, *text;
    while (release_policy_words(p, &at, &heading, &text))
        bulletin_item(r->b, "%s: %s", heading, text);
    for (size_t i = 0; i < p->changes; i++)
        if (p->change[i].reason[0])
            bulletin_item(r->b, "The policy was changed on %s, to \"%s\": %s", p->change[i].since,
                          p->change[i].policy, p->change[i].reason);
}

static void add_revisions(struct report *r, const struct release_revision *found)
{
    if (!found->counts)
        bulletin_text(r->b, "No count of a year that was over is printed otherwise than before.");
    else
        bulletin_text(r->b,
                      "%zu counts of years that were over are printed otherwise than before%s.",
                      found->counts,
                      found->is_due ? ", as the policy foresees in this release"
                                    : "; the policy foresees that only in a correction");
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
    struct release_policy policy;
    struct release_revision revision;
    const struct release *release = r->job->release;
    TRY(release_policy_read(r->job->store, &r->memory, &policy, e));
    char as_at[11] = "";
    if (r->a.as_at != DATE_NONE)
        date_to_iso(r->a.as_at, as_at);
    release_revision_now(release, &policy, as_at, &r->memory, &revision);
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
    bulletin_text(
        r->b,
        "Its tables are those of the release catalogue, version %d. %s. What is published, "
        "with a hash of each file, stands in the ledger; release.json beside this page "
        "has the hashes.",
        release_catalogue()->version, release_rounding_words(release, &r->memory));
    bulletin_subsection(r->b, "Corrections");
    add_corrections(r, all, n);
    bulletin_subsection(r->b, "Revision policy");
    add_revisions(r, &revision);
    add_policy(r, &policy);
    return ST_OK;
}
