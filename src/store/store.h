/* The register: what is kept, under which keys, and who looked.
 *
 * DIR/store.db      SQLite; every S3-S5 value sealed field by field (crypto/seal.h)
 * DIR/keys/         wrapped keys, one file per class; DIR/keys/master.key when unattended
 * DIR/lock, job.lock, outbox/
 *
 * One imported row is one record (domain/record.h) with its own pseudonymous person. Records are
 * never merged: claims say that two records are one person, and a line is the set of records that
 * claims join. Everything is kept with its history; undo is a new entry, not an erasure.
 *
 * Threads: a struct store belongs to one thread; sealing and unsealing use `threads` inside.
 * Errors: ST_DATA what the user can put right (locked, wrong key, damaged, read-only), ST_FAULT the
 * machine (disk full). After a failure inside a transaction call store_rollback: the store is as
 * it was. Messages never hold values, names or keys. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/progress.h"
#include "domain/record.h"

#include <stdint.h>

struct store;

/* ---- who, and for what ---- */

/* Stands in every audit entry. Pointers must outlive the store handle. */
struct actor {
    const char *name;         /* user name, or "system" for a job started on the machine */
    const char *role;         /* "administrator", "analyst", "caseworker", "duty_officer", ... */
    const char *purpose;      /* "import", "linkage", "classification", "statistics", ... */
    const char *organisation; /* code of the actor's organisation, "" for the register itself */
};

/* Keys that a job asks for; the others are never unwrapped, so their columns read as absent. */
enum {
    KEY_S3 = 1u << 0,
    KEY_S4 = 1u << 1,
    KEY_S5 = 1u << 2,
    KEY_INDEX = 1u << 3,     /* blind index: store_tokens_* */
    KEY_PSEUDONYM = 1u << 4, /* person ids of new records: import */
    KEY_AUDIT = 1u << 5,     /* signing a head of the audit log */
    KEYS_LINKAGE = KEY_S3 | KEY_INDEX,
    KEYS_CLASSIFY = KEY_S4,
    KEYS_STATISTICS = KEY_S4, /* no identity key */
    KEYS_IMPORT = KEY_S3 | KEY_S4 | KEY_S5 | KEY_PSEUDONYM,
    KEYS_ALL = 63u
};

enum store_mode {
    STORE_SHARED,   /* pages and questions: any number, beside one job */
    STORE_JOB,      /* import, link, classify, run, rotate: one at a time */
    STORE_EXCLUSIVE /* nobody else at all */
};

struct store_options {
    const char *dir;
    enum store_mode mode;
    unsigned keys;        /* KEY_* bits */
    const char *key_file; /* master key or grant; NULL: see crypto/keyring.h for the order */
    struct actor actor;
    int threads; /* 0: every processor */
    int wait_ms; /* how long to wait for another job to end; 0: not at all */
};

/* A new, empty register in a directory that does not exist or is empty. `passphrase` NULL: an
 * unattended key file. All or nothing. */
MUST_CHECK enum status store_create(const char *dir, const char *passphrase, struct err *e);
MUST_CHECK enum status store_open(const struct store_options *o, struct store **out, struct err *e);
/* Safe on NULL. Rolls an open transaction back. */
void store_close(struct store *s);

/* Writes happen inside a transaction; functions below that change something open one of their own
 * when none is open. Every change appends its audit entry in the same transaction. */
MUST_CHECK enum status store_begin(struct store *s, struct err *e);
MUST_CHECK enum status store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s); /* nothing when none is open */

/* Small named numbers and texts that jobs keep (watermarks, model in use). */
MUST_CHECK enum status store_mark_get(struct store *s, const char *name, int64_t fallback,
                                      int64_t *out, struct err *e);
MUST_CHECK enum status store_mark_set(struct store *s, const char *name, int64_t value,
                                      struct err *e);
/* NULL when never set; the text lives in `memory`. Not for personal data. */
MUST_CHECK enum status store_text_get(struct store *s, const char *name, struct arena *memory,
                                      char **out, struct err *e);
MUST_CHECK enum status store_text_set(struct store *s, const char *name, const char *text,
                                      struct err *e);

/* Marks that go up when an import becomes visible, and when one is taken back (records may return):
 * how whoever keeps something of the records in memory knows that there is more. */
#define STORE_RECORDS_ADDED "records.added"
#define STORE_RECORDS_RETURNED "records.returned"

/* ---- import ---- */

/* Rows are committed in groups but stay invisible to every view until store_import_finish; an
 * import that was killed leaves nothing visible and is swept away by the next one. */
struct import;

struct import_source {
    const char *organisation; /* code of the sender; a new one gets its own keys */
    const char *channel;      /* "nrm", ... */
    const char *file_name;    /* last part of the path, for the list of imports */
    struct str bytes;         /* the file's bytes: only their hash is kept */
};

enum row_outcome {
    ROW_NEW,
    ROW_SAME,   /* already here with the same content: nothing written */
    ROW_CHANGED /* same source key, other content: the new record supersedes the old one */
};

struct import_row {
    /* Leave out FIELD_ID fields and person_id: the store gives them (see struct stored). A
     * reference to another row of the same record is "entity.instance", e.g. exit.episode_id
     * "episode.1". */
    struct record record;
    struct str source_key; /* the sender's key of this row: what makes importing twice harmless */
    enum row_outcome outcome; /* out */
    int64_t id;               /* out: record id, also of a row that was the same */
};

struct import_totals {
    int64_t import_id;
    uint64_t added, same, changed, rejected;
};

/* *again is true when a finished import of the same bytes, sender and channel stands: the caller
 * may still go on, every row will be ROW_SAME. Needs STORE_JOB and KEYS_IMPORT. */
MUST_CHECK enum status store_import_begin(struct store *s, const struct import_source *source,
                                          struct import **out, bool *again, struct err *e);
/* One group: hashed and sealed by all threads, one transaction. Best with 2,000 to 10,000 rows. */
MUST_CHECK enum status store_import_rows(struct import *i, struct import_row *rows, size_t n,
                                         struct err *e);
/* Makes the rows visible. An import that added nothing leaves no trace but its audit entry. May be
 * called inside a transaction; when that is rolled back the rows are swept away by the next one. */
MUST_CHECK enum status store_import_finish(struct import *i, uint64_t rejected,
                                           struct import_totals *out, struct err *e);
/* Gives up: nothing of it stays. Safe on NULL and after finish. */
void store_import_free(struct import *i);

/* Takes an import back: its records leave every view and their content is erased, superseded
 * records return, claims about them are withdrawn, their lines are marked changed. */
MUST_CHECK enum status store_import_undo(struct store *s, int64_t import_id, uint64_t *records,
                                         struct err *e);

struct import_info {
    int64_t id;
    const char *organisation, *channel, *file_name, *at, *state; /* "done" or "undone" */
    uint64_t added, changed, rejected;
};
/* In order of id; text lives in `memory`. */
MUST_CHECK enum status store_import_list(struct store *s, struct arena *memory,
                                         struct import_info **out, size_t *n, struct err *e);

/* ---- reading records ---- */

enum view_order {
    VIEW_BY_RECORD, /* ascending record id */
    VIEW_BY_LINE    /* ascending line id, then record id; a batch never divides a line */
};

struct view {
    enum view_order order;
    const char *purpose; /* for the audit entry */
    /* NULL-ended: "entity.field" or "entity.*". NULL: everything. Ask for little: unsealing is the
     * cost (about 1.5 M fields per CPU second). */
    const char *const *fields;
    int64_t after_record; /* only records with a higher id; 0: all */
    /* Only these (ascending); NULL: all. At most one of the two. */
    const int64_t *records, *lines;
    size_t id_count;
    bool changed_lines; /* VIEW_BY_LINE: only lines that changed since store_lines_settle */
};

/* Values whose key the store was opened without are absent. person_id fields hold the record's
 * person id; FIELD_ID fields and references inside the record are
 * "<person id>.<entity>.<instance>". Fields not asked for are absent. */
struct stored {
    int64_t id, line, import;
    const char *person_id; /* pseudonym: keyed hash of sender, channel and source key */
    const char *organisation, *channel;
    struct record record;
};

struct view_batch {
    struct stored *rows;
    size_t n; /* 0: the end */
};

struct cursor;
/* Writes an audit entry that the read begins; store_view_close writes how many were read, and a
 * hash over their person ids. Other functions may be used while a cursor is open, but for those
 * that add or remove records. */
MUST_CHECK enum status store_view_open(struct store *s, const struct view *v, struct cursor **out,
                                       struct err *e);
/* Up to a few thousand records; valid until the next call. */
MUST_CHECK enum status store_view_next(struct cursor *c, struct view_batch *out, struct err *e);
MUST_CHECK enum status store_view_close(struct cursor *c, struct err *e);

/* Everything in one line, for a person who is entitled to it: the read and its audit entry are one
 * transaction, so there is no reading without the entry. NULL-record result when unknown. */
MUST_CHECK enum status store_person_read(struct store *s, int64_t line, const char *why,
                                         struct arena *memory, struct stored **out, size_t *n,
                                         struct err *e);
/* Visible records with a higher id. */
MUST_CHECK enum status store_count_new(struct store *s, int64_t after, uint64_t *records,
                                       struct err *e);
/* Visible records, without reading any. */
MUST_CHECK enum status store_count_records(struct store *s, uint64_t *records, uint64_t *lines,
                                           int64_t *highest_record, struct err *e);

/* ---- blind index ---- */

/* Keyed hashes of blocking keys, truncated (setting "token_bits", 16 at first) so that a bucket
 * holds several people and the database alone tells little: look-up gives candidates to check. */
struct token {
    int64_t record;
    int kind; /* the caller's numbering of its blocking rules, 0..255 */
    struct str value;
};
/* Sorts and inserts; those already there are left. Cost about 1.5 us each. */
MUST_CHECK enum status store_tokens_put(struct store *s, const struct token *t, size_t n,
                                        struct err *e);
/* Appends the ids of records with the same kind and bucket to *ids (grown with mem_resize, free()
 * it). At most `limit` are added. */
MUST_CHECK enum status store_tokens_find(struct store *s, int kind, struct str value, size_t limit,
                                         int64_t **ids, size_t *count, size_t *cap, struct err *e);
MUST_CHECK enum status store_tokens_clear(struct store *s, struct err *e);

/* ---- claims and lines ---- */

/* PROPOSED, CONFIRMED, REJECTED and SPLIT are codes/link_status.csv. AUTO is a proposal strong
 * enough to join without a person; WITHDRAWN one that the machine no longer makes. */
enum claim_status {
    CLAIM_PROPOSED,
    CLAIM_AUTO,
    CLAIM_CONFIRMED,
    CLAIM_REJECTED,
    CLAIM_SPLIT,
    CLAIM_WITHDRAWN
};
const char *claim_status_name(enum claim_status s);
static inline bool claim_joins(enum claim_status s)
{
    return s == CLAIM_AUTO || s == CLAIM_CONFIRMED;
}

struct claim {
    int64_t a, b; /* record ids, a < b */
    enum claim_status status;
    const char *basis;      /* codes/link_basis.csv */
    double weight;          /* match weight, bits */
    double probability;     /* 0..1 */
    bool human;             /* decided by a person: never overwritten by the machine */
    const char *actor, *at; /* filled when read */
};

/* The machine's claims. A pair that a person decided is left; one that stands unchanged is left; a
 * changed one is updated and its earlier state kept as history. `run` numbers the job. */
MUST_CHECK enum status store_claims_put(struct store *s, const struct claim *c, size_t n,
                                        int64_t run, uint64_t *written, struct err *e);
/* Machine claims that the full run `run` did not repeat become WITHDRAWN. */
MUST_CHECK enum status store_claims_withdraw_older(struct store *s, int64_t run,
                                                   uint64_t *withdrawn, struct err *e);
/* These machine claims become WITHDRAWN; those that are not the machine's are left. */
MUST_CHECK enum status store_claims_withdraw(struct store *s, const struct claim *c, size_t n,
                                             int64_t run, uint64_t *withdrawn, struct err *e);
/* A person's decision, or its undo (status PROPOSED). `note` is sealed. The earlier state is kept.
 * Lines are the caller's to recompute (store_lines_set). */
MUST_CHECK enum status store_claim_decide(struct store *s, int64_t a, int64_t b,
                                          enum claim_status status, const char *basis,
                                          const char *note, struct err *e);
/* Puts the state before the latest decision back, as a new step of the history. */
MUST_CHECK enum status store_claim_undo(struct store *s, int64_t a, int64_t b, struct err *e);

/* Calls `each` in order of (a, b). `only` limits to one status; -1: all but WITHDRAWN. A non-OK
 * answer of `each` stops and is returned. Strings are valid during the call. */
MUST_CHECK enum status store_claims_each(struct store *s, int only,
                                         enum status (*each)(void *ctx, const struct claim *c,
                                                             struct err *e),
                                         void *ctx, struct err *e);
/* The same for claims that touch one record. */
MUST_CHECK enum status store_claims_of(struct store *s, int64_t record,
                                       enum status (*each)(void *ctx, const struct claim *c,
                                                           struct err *e),
                                       void *ctx, struct err *e);
struct claim_step {
    const char *at, *actor, *note; /* note "" without KEY_S4 */
    enum claim_status from, to;
};
/* History of one pair, oldest first; text lives in `memory`. */
MUST_CHECK enum status store_claim_history(struct store *s, int64_t a, int64_t b,
                                           struct arena *memory, struct claim_step **out, size_t *n,
                                           struct err *e);

/* The new partition: record[k] belongs with every other record of the same group[k]. Give whole
 * lines: every record of each line that is touched. Ids go to where most of their records are: of
 * all (line, group) the one with the most records first, then the smaller line, then the smaller
 * group number; each line and each group once. Records that part from a line which others keep take
 * the id back that most of them had before they came, if nobody has it. A record's first line id is
 * its own record id. Each move is history, with why[k] ("" or why NULL: not known). Lines whose
 * members changed are marked changed. */
MUST_CHECK enum status store_lines_set(struct store *s, const int64_t *record, const int64_t *group,
                                       const char *const *why, size_t n, uint64_t *moved,
                                       struct err *e);
/* The records of the lines that hold these records, ascending; free() *out. */
MUST_CHECK enum status store_lines_records(struct store *s, const int64_t *record, size_t n,
                                           int64_t **out_records, int64_t **out_lines,
                                           size_t *out_n, struct err *e);
/* Everything up to record `highest` is classified and flagged: no line is "changed" any more. */
MUST_CHECK enum status store_lines_settle(struct store *s, int64_t highest, struct err *e);
struct line_step {
    int64_t record, from, to;
    const char *at, *actor, *cause;
};
/* Moves into and out of the line, oldest first. */
MUST_CHECK enum status store_line_history(struct store *s, int64_t line, struct arena *memory,
                                          struct line_step **out, size_t *n, struct err *e);
/* Visible records that are on the line now. */
MUST_CHECK enum status store_line_members(struct store *s, int64_t line, struct arena *memory,
                                          int64_t **out, size_t *n, struct err *e);
/* The lines on which visible records are now that are or ever were on this line; ascending. */
MUST_CHECK enum status store_line_today(struct store *s, int64_t line, struct arena *memory,
                                        int64_t **out, size_t *n, struct err *e);

/* ---- what linkage keeps ---- */

/* The part of the model that is kept sealed (class S3; the earlier one is erased), numbered. */
struct link_model_info {
    int64_t id; /* 0: none */
    uint64_t records;
    struct str body;
};
MUST_CHECK enum status store_link_model_put(struct store *s, struct str body, uint64_t records,
                                            int64_t *id, struct err *e);
MUST_CHECK enum status store_link_model_get(struct store *s, struct arena *memory,
                                            struct link_model_info *out, struct err *e);
/* The number of the latest; no key. 0: none. */
MUST_CHECK enum status store_link_model_id(struct store *s, int64_t *id, struct err *e);

/* A record that is to be linked again though it is not new: a person decided on it, or a record it
 * was compared with left the register. `compare`: it has to be compared with everybody (it is back
 * in the register). Set in the transaction of whatever brought it about. */
struct pending {
    int64_t record;
    bool compare, visible;
    const char *cause;
};
MUST_CHECK enum status store_pending_add(struct store *s, int64_t record, bool compare,
                                         const char *cause, struct err *e);
MUST_CHECK enum status store_pending_read(struct store *s, struct arena *memory,
                                          struct pending **out, size_t *n, struct err *e);
MUST_CHECK enum status store_pending_done(struct store *s, const struct pending *p, size_t n,
                                          struct err *e);

/* ---- findings: classification, and same incident or new episode ---- */

struct class_result {
    const char *definition, *version;
    bool lenient;
    char status;              /* 'Y' yes, 'N' no, 'I' indeterminate */
    int count_min, count_max; /* count_max -1: open; both -1: not countable */
    const char *missing;      /* facts that would settle it, '|'-joined; may be "" */
    const char *evidence;     /* episode ids, '|'-joined; may be "" */
};
struct repeat_verdict {
    int64_t record;       /* the referral that repeats */
    int64_t earlier;      /* the record that it follows */
    char verdict;         /* 'S' same incident, 'N' new episode, 'U' unclear */
    const char *evidence; /* in words or codes; may be "" */
};
struct line_findings {
    int64_t line;
    const struct class_result *results;
    size_t result_count;
    const struct repeat_verdict *verdicts;
    size_t verdict_count;
};
/* Replaces the findings of these lines; sealed as S4, one value per line. */
MUST_CHECK enum status store_findings_put(struct store *s, const struct line_findings *f, size_t n,
                                          struct err *e);
/* In order of line; `lines` NULL: all. Needs KEY_S4. Findings of lines that are no more are gone.
 */
MUST_CHECK enum status
store_findings_each(struct store *s, const char *purpose, const int64_t *lines, size_t line_count,
                    enum status (*each)(void *ctx, const struct line_findings *f, struct err *e),
                    void *ctx, struct err *e);

/* ---- flags and notices ---- */

enum flag_state { FLAG_RAISED, FLAG_NOTIFIED, FLAG_ACKNOWLEDGED, FLAG_ACTED, FLAG_CLOSED };
const char *flag_state_name(enum flag_state s);

struct flag {
    int64_t id;              /* filled when read */
    int64_t line, record;    /* the record that raised it */
    const char *kind;        /* codes/repeat_flag_kind.csv */
    const char *provider;    /* organisation to tell; "" when none is known */
    const char *reason;      /* in words; sealed as S4 */
    const char *link_status; /* codes/link_status.csv: standing of the link it rests on */
    const char *raised_on;   /* ISO date of the event */
    const char *due_on;      /* ISO date by which the next step is due */
    enum flag_state state;
    char reference[5]; /* "7F3K": what a notice may say; filled when read */
    bool lapsed;       /* closed because nothing supported it any more; filled when read */
    const char *raised_at, *notified_at, *acknowledged_at, *acted_at, *closed_at; /* when read */
};
/* One flag for (record, kind, provider): one that exists keeps its state and clock, and follows its
 * record to another line; one that store_flags_close_missing closed has the state back that it had
 * (one that a person closed stays closed). */
MUST_CHECK enum status store_flags_put(struct store *s, const struct flag *f, size_t n,
                                       uint64_t *added, struct err *e);
/* Open flags of records on these lines that are not in the given set: closed, saying why. */
MUST_CHECK enum status store_flags_close_missing(struct store *s, const int64_t *lines,
                                                 size_t line_count, const struct flag *keep,
                                                 size_t n, uint64_t *closed, struct err *e);
/* One step on (or to closed); a step back is refused. `due_on` NULL: as it was. */
MUST_CHECK enum status store_flag_move(struct store *s, int64_t id, enum flag_state to,
                                       const char *due_on, const char *note, struct err *e);
/* By id; `state` -1: all. `reason` is "" without KEY_S4. */
MUST_CHECK enum status store_flags_each(struct store *s, int state,
                                        enum status (*each)(void *ctx, const struct flag *f,
                                                            struct err *e),
                                        void *ctx, struct err *e);

/* A level-1 notice: says that, never where. The text is not personal and is kept in the clear. */
struct notice {
    int64_t id, flag; /* id filled when read */
    const char *provider, *text, *at,
        *sent_at; /* at, sent_at filled when read; sent_at may be "" */
};
/* Queues the notice and moves its flag to NOTIFIED, in one transaction. */
MUST_CHECK enum status store_notice_put(struct store *s, const struct notice *n, struct err *e);
MUST_CHECK enum status store_notices_each(struct store *s, bool unsent_only,
                                          enum status (*each)(void *ctx, const struct notice *n,
                                                              struct err *e),
                                          void *ctx, struct err *e);
MUST_CHECK enum status store_notice_sent(struct store *s, int64_t id, struct err *e);

/* ---- a person's answers on questions about a referral ---- */

struct review {
    int64_t id, record, other; /* `other` may be 0 */
    const char *question;      /* "incident": same incident or new episode */
    const char *answer;        /* "SAME", "NEW", "UNCLEAR", ... */
    const char *note;          /* sealed as S4 */
    const char *actor, *at;    /* filled when read */
};
/* Replaces an earlier answer to the same question, which is kept as history. */
MUST_CHECK enum status store_review_put(struct store *s, const struct review *r, struct err *e);
MUST_CHECK enum status store_review_undo(struct store *s, int64_t id, struct err *e);
/* Those that stand on a pair of records, in either order. */
MUST_CHECK enum status store_reviews_of(struct store *s, int64_t record, int64_t other,
                                        enum status (*each)(void *ctx, const struct review *r,
                                                            struct err *e),
                                        void *ctx, struct err *e);
MUST_CHECK enum status store_reviews_each(struct store *s,
                                          enum status (*each)(void *ctx, const struct review *r,
                                                              struct err *e),
                                          void *ctx, struct err *e);

#endif
