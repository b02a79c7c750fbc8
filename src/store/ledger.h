/* The ledger of releases: every table that was published, from which data, under which rules, with
 * what hash, and the drafts that may become releases. Nothing published is ever changed or removed.
 *
 * A draft is entered when its files are written; publishing it gives it the next number. Two hashes
 * (BLAKE2b-256) stand in the row and in the audit log's entry of the same transaction: `digest`
 * over everything a draft says, its files and its tables, and `seal` over the digest, what
 * publishing adds and the seal of the release before. True counts are sealed as S4 (class of what
 * they count) and are read only to see which counts did not change. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "crypto/merkle.h"
#include "store/store.h"

enum { LEDGER_DRAFTS_KEPT = 10 };

struct ledger_file {
    const char *path; /* below the release's directory, '/' between names */
    int64_t size;
    struct hash32 hash;
};

struct ledger_table {
    const char *name;  /* unique in its release */
    struct str body;   /* JSON: population, dimensions with their codes, printed values */
    struct str counts; /* JSON array of true counts, sealed at rest; empty without KEY_S4 */
};

struct ledger_release {
    int64_t id;                    /* filled by the store */
    int64_t number;                /* 0: a draft */
    const char *kind;              /* "report", "request" */
    const char *as_at;             /* ISO date: nothing later counts */
    const char *data_date;         /* ISO date of the latest record in it */
    const char *data;              /* store_data_mark and what else decides the counts */
    const char *definitions;       /* version */
    const char *code;              /* version of throughline */
    int64_t catalogue;             /* version of the release catalogue */
    const char *method;            /* JSON: method, base, reach, width, fingerprint of the key */
    const char *audit;             /* JSON: what the joint audit found */
    const char *made_at, *made_by; /* filled by the store */
    const char *published_at, *published_by; /* "" for a draft */
    int64_t corrects;                        /* number of the release that it corrects, or 0 */
    const char *reason;                      /* of a correction */
    struct hash32 tree;                      /* over the files */
    struct hash32 digest, seal;              /* filled by the store */
    struct ledger_file *files;
    size_t file_count;
    struct ledger_table *tables;
    size_t table_count;
};

/* Hash over the files' paths, sizes and hashes, in the order given. */
struct hash32 ledger_tree(const struct ledger_file *files, size_t n);

/* What the counts rest on, as text: another text means that records, links, answers or decisions
 * have changed since. `out` has room for 40 bytes. */
MUST_CHECK enum status store_data_mark(struct store *s, char out[40], struct err *e);

/* Enters a draft; drafts older than the newest LEDGER_DRAFTS_KEPT are dropped. Needs KEY_S4. */
MUST_CHECK enum status store_ledger_draft(struct store *s, struct ledger_release *r, struct err *e);
/* Makes a draft that was read with store_ledger_read a release: `audit`, `corrects` and `reason`
 * are as they shall stand; number, dates, actor and seal are filled. Refused when the row is not
 * what its digest says, or the release that it corrects is not in the ledger. */
MUST_CHECK enum status store_ledger_publish(struct store *s, struct ledger_release *r,
                                            struct err *e);

/* All rows in order of id, without files and tables; text lives in `memory`. */
MUST_CHECK enum status store_ledger_list(struct store *s, struct arena *memory,
                                         struct ledger_release **out, size_t *n, struct err *e);
/* Files and tables of a row that store_ledger_list gave. */
MUST_CHECK enum status store_ledger_read(struct store *s, struct ledger_release *r,
                                         struct arena *memory, struct err *e);
/* Is the row what the audit log says was entered? `r` as read; `before`: the seal of the release
 * before, zeros for the first. *problem is "" or says what is wrong. */
MUST_CHECK enum status store_ledger_check(struct store *s, const struct ledger_release *r,
                                          const struct hash32 *before, char problem[200],
                                          struct err *e);

#endif
