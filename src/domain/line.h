/* A line: every record that is held to be one person, read as one history.
 *
 * Links are claims, so nothing is merged: this puts the records' mentions of episodes side by side,
 * decides which tell the same episode, and gives the facts that the definitions need, the verdict
 * on each repeat referral, and the flags. All of it can be made again from the records at any time.
 */
#ifndef DOMAIN_LINE_H
#define DOMAIN_LINE_H

#include "domain/incident.h"
#include "domain/record.h"

struct line_record {
    int64_t id;
    const char *organisation, *channel; /* channel of the extract: "nrm", "msvcc", ... */
    const struct record *record;
    bool link_confirmed; /* joined by a person's decision or a shared reference */
    /* A person's answer on this record: 'S', 'N', 'U', or 0 when nobody decided. */
    char decided;
};

/* What a later record of a line is, against everything received before it. */
struct repeat_finding {
    int record;  /* position in line.records */
    int earlier; /* the record that it was compared with */
    enum incident verdict;
    const char *evidence;
    bool by_person;
};

struct line {
    const struct line_record *records; /* by date of receipt, then id */
    int record_count;
    int32_t *received; /* of each record; DATE_NONE when it has no date */
    struct mention *mentions;
    int *episode_of; /* of each mention: position in facts.episodes */
    int mention_count;
    struct person_facts facts;
    /* Of each of facts.episodes: over all its mentions. */
    struct day_range *starts, *ends;
    enum exit_status_code *exit_statuses;
    struct repeat_finding *repeats; /* for every record but the first, in order */
    int repeat_count;
    struct arena *memory;
};

struct line_options {
    bool nrm_complete; /* the authority declares that every NRM referral is in the register */
};

/* Sorts `records` in place. Everything lives in the arena. Cost O(mentions²) with a handful of
 * them. */
void line_build(struct line *l, struct line_record *records, int count,
                const struct line_options *options, struct arena *memory);

/* The fields that this module and the flag rules read; found once. */
struct line_fields {
#define LINE_FIELD(name, path) const struct field *name;
#include "domain/line_fields.def"
#undef LINE_FIELD
};
const struct line_fields *line_fields(void);

/* A referral to the NRM that the authority accepted. */
bool line_accepted_nrm(const struct line_record *r);

/* Record positions, ascending by date of receipt, are those of line.records after line_build. */
static inline const char *line_get(const struct line_record *r, const struct field *f, int instance)
{
    return record_get(r->record, f, instance);
}

#endif
