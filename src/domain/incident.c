#include "domain/incident.h"

enum {
    NARROW_DAYS = 92,   /* a start known to the quarter or better */
    RESTATED_DAYS = 31, /* how far the same start is often restated */
    TOGETHER_DAYS = 14  /* referrals this close are about what is already known */
};

static struct incident_finding found(enum incident verdict, const char *evidence)
{
    return (struct incident_finding){verdict, evidence};
}

static int64_t width(struct day_range r)
{
    return r.lo == DAY_OPEN ? INT32_MAX : (int64_t)r.hi - r.lo;
}

static bool overlap(struct day_range a, struct day_range b)
{
    return a.lo <= b.hi && b.lo <= a.hi;
}

/* Fewest days between two ranges; 0 when they overlap. */
static int64_t distance(struct day_range a, struct day_range b)
{
    return overlap(a, b) ? 0 : a.hi < b.lo ? (int64_t)b.lo - a.hi : (int64_t)a.lo - b.hi;
}

static struct incident_finding compare_starts(const struct mention *a, const struct mention *b,
                                              bool types_meet, bool types_differ)
{
    bool narrow = width(a->start) <= NARROW_DAYS && width(b->start) <= NARROW_DAYS;
    int64_t apart = distance(a->start, b->start);
    bool ends_meet = !a->end.stated || !b->end.stated || overlap(a->end, b->end);
    bool over_before = b->end.stated && b->end.hi <= a->received;
    if (apart == 0 && narrow)
        return types_differ
                   ? found(INCIDENT_UNCLEAR, "same start, but another type of exploitation")
                   : found(INCIDENT_SAME, "both records give the same start");
    if (apart == 0 && types_meet && (over_before || ends_meet) &&
        (over_before || (a->end.stated && b->end.stated)))
        return found(INCIDENT_SAME, "same period, within its precision, and same type");
    if (apart == 0)
        return found(INCIDENT_UNCLEAR, "the dates touch but are too coarse to tell");
    if (apart <= RESTATED_DAYS && types_meet && ends_meet)
        return found(INCIDENT_SAME, "starts within a month of each other, same type");
    return found(INCIDENT_UNCLEAR, "the dates overlap but differ");
}

struct incident_finding incident_compare(const struct mention *a, const struct mention *b)
{
    bool types_meet = (a->types & b->types) != 0;
    bool types_differ = a->types && b->types && !types_meet;
    bool left = a->exit_status == EXIT_EXITED || a->exit_status == EXIT_CONTROL_CONTINUES;
    if (a->record == b->record)
        return found(INCIDENT_NEW, "one record tells them as two episodes");
    if (b->duplicate)
        return found(INCIDENT_SAME, "the later record is marked as a duplicate");
    if (b->start.stated && b->start.lo > a->end.hi && (a->end.stated || left))
        return found(INCIDENT_NEW, "starts after the earlier one had ended");
    if (b->start.stated && b->start.lo > a->received)
        return a->exit_status == EXIT_NOT_CEASED
                   ? found(INCIDENT_UNCLEAR,
                           "starts after the earlier referral, which had not ceased")
                   : found(INCIDENT_NEW, "starts after the earlier referral was received");
    if (b->end.stated && a->start.stated && b->end.hi < a->start.lo)
        return found(INCIDENT_NEW, "ended before the other one began");
    if (b->start.stated && a->start.stated)
        return compare_starts(a, b, types_meet, types_differ);
    if (b->end.stated && b->end.hi <= a->received && !types_differ)
        return found(INCIDENT_SAME, "ended before the earlier referral, same type");
    if ((int64_t)b->received - a->received <= TOGETHER_DAYS && !types_differ)
        return found(INCIDENT_SAME, "reported within two weeks of each other");
    return found(INCIDENT_UNCLEAR, "no dates to tell them apart");
}

char incident_letter(enum incident i)
{
    return "SNU"[i];
}

const char *incident_name(enum incident i)
{
    static const char *const names[] = {"same incident", "new episode", "unclear"};
    return names[i];
}
