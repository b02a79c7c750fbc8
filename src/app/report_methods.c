/* Background, definitions with their version, methods, quality notes, contact. */
#include "app/report_parts.h"

static const char *what_counts(const struct definition *d)
{
    static const char *const scopes[] = {
        [SCOPE_TIP] = "trafficking: an act, by a means (none is needed under 18), for exploitation",
        [SCOPE_MSA] = "trafficking, or slavery, servitude or forced labour in fact",
        [SCOPE_ANY_LATER_HARM] = "any later harm of that kind, in whatever order it is told",
        [SCOPE_REFERRAL] = "an accepted NRM referral",
        [SCOPE_REFERRAL_NEW_CONDUCT] = "an accepted NRM referral about later conduct",
        [SCOPE_DECISION] = "a positive conclusive grounds decision"};
    return scopes[d->scope];
}

static const char *what_is_counted(const struct definition *d)
{
    static const char *const units[] = {
        [COUNT_RE_ENTRY] = "re-entries after an exit",
        [COUNT_FURTHER_INCIDENT_IN_WINDOW] = "further incidents within the window",
        [COUNT_FURTHER_HARM] = "further harms",
        [COUNT_FURTHER_ACCEPTED_REFERRAL] = "further accepted referrals",
        [COUNT_FURTHER_POSITIVE_CG] = "further positive decisions on different conduct"};
    return units[d->count_unit];
}

static const char *limits_of(struct report *r, const struct definition *d)
{
    const char *gap = d->min_gap_days > 0 ? arena_printf(&r->memory, "at least %lld days after; ",
                                                         (long long)d->min_gap_days)
                                          : "";
    return d->window_days >= 0
               ? arena_printf(&r->memory, "%swithin %lld days", gap, (long long)d->window_days)
               : arena_printf(&r->memory, "%sno window", gap);
}

static void definitions_table(struct report *r)
{
    static const struct table_column columns[] = {{"Definition", false, 20},
                                                  {"Name", false, 30},
                                                  {"What counts", false, 40},
                                                  {"What is counted", false, 30},
                                                  {"Needs an exit first", false, 14},
                                                  {"Time limits", false, 20},
                                                  {"Version", false, 10},
                                                  {"Where it comes from", false, 40}};
    const struct definition_set *set = r->a.set;
    struct grid *g =
        grid_new(r, "Definitions and their version", columns, sizeof columns / sizeof *columns);
    for (size_t k = 0; k < set->count; k++) {
        const struct definition *d = &set->definitions[k];
        grid_text(g, d->id);
        grid_text(g, d->name);
        grid_text(g, what_counts(d));
        grid_text(g, what_is_counted(d));
        grid_text(g, d->exit_required ? "Yes" : "No");
        grid_text(g, limits_of(r, d));
        grid_text(g, set->version);
        grid_text(g, d->source && *d->source ? d->source : "not stated");
    }
    grid_end(g);
}

static void background(struct report *r)
{
    bulletin_text(r->b,
                  "In November 2021 the Independent Anti-Slavery Commissioner and the Rights Lab "
                  "reported that nobody defines re-trafficking, that nobody counts it, and that a "
                  "request for data stayed unanswered. Re-trafficking: a person was trafficked, "
                  "got out by any means, and was later trafficked again. This release answers from "
                  "one register, and says of every figure what it leaves open.");
    bulletin_subsection(r->b, "Words");
    bulletin_item(r->b, "Record: what one organisation sent about one person at one time.");
    bulletin_item(r->b, "Person: the records that links hold to be one person. Nothing is merged, "
                        "and a link can be undone.");
    bulletin_item(r->b, "Repeat: a record that follows an earlier one of the same person. Same "
                        "incident, new episode or unclear says what it is about.");
    bulletin_item(r->b, "Exit: leaving an episode of exploitation by any means. Leaving support is "
                        "something else.");
    bulletin_item(r->b, "Cannot be settled, unclear, not known: what is recorded allows both "
                        "answers. It is never counted as no.");
}

static void methods(struct report *r)
{
    bulletin_subsection(r->b, "How it is made");
    bulletin_item(r->b, "Links: Fellegi-Sunter weights learnt from the data without labels; "
                        "clusters by average weight; a person's decision always stands "
                        "(docs/method/linkage.md).");
    bulletin_item(r->b, "Same incident or new episode: from dates as ranges, types and what each "
                        "record says (docs/method/incident.md). Unclear stays unclear.");
    bulletin_item(r->b, "Definitions: three-valued, strict and lenient, with the range over "
                        "everything unknown (docs/method/classification.md).");
    bulletin_item(r->b, "Intervals: Wilson, 95%%, unless another is named. Identified ranges carry "
                        "no assumption.");
    bulletin_item(r->b, "Sentences about differences: docs/method/wording.md.");
    bulletin_item(
        r->b,
        "Protection: joint controlled rounding, all tables of one unit "
        "together: people, records, exits, ended spells of support, plans to "
        "return, follow-ups (docs/method/disclosure-rounding.md). %s; shares are "
        "computed from published counts. All tables of all releases are attacked together before "
        "one is published (docs/method/disclosure-audit.md).",
        release_rounding_words(r->job->release, &r->memory));
}

static void quality_notes(struct report *r)
{
    bulletin_subsection(r->b, "Quality notes");
    bulletin_item(r->b, "Relevance: the questions are those of the 2021 report and of its data "
                        "request. What nobody records, no release can tell: see Where data are "
                        "missing.");
    bulletin_item(r->b, "Accuracy: three things can be wrong. A person may be on no list at all; "
                        "records of one person may stay apart, or of two be joined; and a record "
                        "may not say what is needed. Each has a section.");
    bulletin_item(r->b, "Comparability over time: a register that grows finds more repeats. The "
                        "evidence asked for a reasonable grounds decision changed on 30 January "
                        "2023, and the support contract changed from AVMS to MSVCC in January "
                        "2021: figures on decisions and support break there.");
    bulletin_item(r->b, "Comparability between groups: shares compare what was found. Groups that "
                        "are referred, asked or linked less often look lower.");
    bulletin_item(r->b, "Coherence: Home Office figures count referrals, not people, and exactly; "
                        "ours are people, unless a table says otherwise, and rounded.");
    bulletin_item(r->b, "Confidentiality: no name, place or date of birth is read for statistics; "
                        "the key to them is not even opened.");
}

static void contact(struct report *r)
{
    bulletin_section(r->b, "contact", "Contact");
    if (r->job->contact)
        bulletin_text(r->b, "Questions and errors: %s.", r->job->contact);
    else
        bulletin_text(r->b,
                      "No contact was given for this release (throughline report --contact).");
}

void report_methods(struct report *r)
{
    bulletin_section(r->b, "methods", "Background, definitions and methods");
    background(r);
    bulletin_subsection(r->b, "Definitions");
    definitions_table(r);
    methods(r);
    quality_notes(r);
    contact(r);
}
