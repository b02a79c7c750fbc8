/* When a repeat referral is flagged, why, and who is to be told (report p. 27, DATA4).
 *
 * Eight triggers (codes/repeat_flag_kind.csv) on a line. A flag belongs to the record that raised
 * it and is as sure as the link it rests on. The reason is words for the duty officer; what a
 * provider is told at once (disclosure level 1) never holds it. */
#ifndef DOMAIN_FLAG_RULE_H
#define DOMAIN_FLAG_RULE_H

#include "domain/line.h"

enum flag_kind {
    FLAG_NRM_REPEAT,       /* second or later accepted NRM referral */
    FLAG_NRM_NEW_CONDUCT,  /* the same, about later conduct */
    FLAG_CROSS_CHANNEL,    /* seen before in another channel */
    FLAG_SUPPORT_REENTRY,  /* support began again */
    FLAG_MISSING_RETURN,   /* back after missing */
    FLAG_REFERRAL_REFUSED, /* a re-referral or re-entry was refused */
    FLAG_SELF,             /* the person says that it happened again */
    FLAG_PRIOR_REF_QUOTED, /* the form quotes an earlier reference or says so */
    FLAG_KINDS
};

struct flag_finding {
    enum flag_kind kind;
    int record;              /* position in line.records */
    const char *provider;    /* to be told; "" for the central authority's duty officer */
    const char *reason;      /* one sentence */
    const char *link_status; /* PROPOSED or CONFIRMED; CONFIRMED when no link is needed */
    int32_t raised_on;       /* day of the event, or of receipt; DATE_NONE when unknown */
};

/* Appends to *flags (arena memory), in order of record, kind, provider. */
void flag_rules(const struct line *l, struct flag_finding **flags, int *count);

const char *flag_kind_code(enum flag_kind k);

/* Days that a flag may stay without the next step: acknowledged after 1, acted on after 5, closed
 * after 28. The report asks that providers are told; these clocks are this project's proposal. */
enum { FLAG_ACKNOWLEDGE_DAYS = 1, FLAG_ACT_DAYS = 5, FLAG_CLOSE_DAYS = 28 };

#endif
