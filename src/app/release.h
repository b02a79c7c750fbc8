/* One publication in the making, and the ledger of those before it.
 *
 *   release_open      what was published before, from the ledger
 *   release_protect   counts become protected tables (app/release_tables.h), as many calls as there
 *                     are populations; only tables of the catalogue
 *   release_audit     all tables of all releases together: refuses when they betray somebody
 *   release_watch     before the files are written
 *   release_draft     after: hashes every file, enters the draft, writes DIR/release.json
 *
 * A draft is not public. release_publish (app/release_publish.h) makes it so. */
#ifndef APP_RELEASE_H
#define APP_RELEASE_H

#include "base/json.h"
#include "base/mem.h"
#include "base/progress.h"
#include "disclosure/joint.h"
#include "store/ledger.h"

enum { RELEASE_BASE = 5, RELEASE_WIDTH = RELEASE_BASE - 1 };
#define RELEASE_FILE "release.json"

struct release;

/* `dir`, where the release will be written (NULL: nowhere), may be there, but holds no release that
 * was published.
 * `kind`: "report" or "request". `key` (32 bytes, secret, kept with the register) chooses among the
 * best roundings and must stay until release_free. Needs KEY_S4. */
MUST_CHECK enum status release_open(struct store *s, const char *kind, const unsigned char *key,
                                    const char *dir, struct release **out, struct err *e);
void release_free(struct release *r); /* safe on NULL */

/* The releases before this one, drafts left out, in order; and what they printed. */
const struct ledger_release *release_ledger(const struct release *r, size_t *n);
const struct joint_release *release_earlier(const struct release *r, size_t *n);

/* How far a printed count can be from the true one: RELEASE_BASE - 1, or more when only that adds
 * up with what was printed before. Known after the last release_protect. */
int64_t release_reach(const struct release *r);
/* The same as a sentence without its full stop, for whoever reads the numbers. */
const char *release_rounding_words(const struct release *r, struct arena *memory);

struct release_facts {
    const char *as_at, *data_date; /* ISO; nothing later counts; the latest record */
    const char *definitions;       /* version */
    bool nrm_complete;
};

/* Attacks the tables given to release_protect together with all releases in the ledger, as both
 * readers. ST_DATA, saying which cell and what betrays it, when a protected count or change is left
 * a range narrower than RELEASE_WIDTH. */
MUST_CHECK enum status release_audit(struct release *r, const struct release_facts *facts,
                                     const struct progress *progress, struct err *e);
/* What the audit found, as JSON text; lives as long as `r`. */
const char *release_audit_text(const struct release *r);

/* Notes what is in the directory, so that files of others do not become part of the release, and
 * takes away the files of a draft that was written there before. */
MUST_CHECK enum status release_watch(struct release *r, struct err *e);
/* *id of the draft in the ledger. */
MUST_CHECK enum status release_draft(struct release *r, int64_t *id, struct err *e);

/* ---- for release_publish ---- */

/* Attacks `release` together with the earlier ones; *audit is JSON text in `memory`. */
MUST_CHECK enum status release_attack(const struct joint_release *release, size_t count,
                                      bool measure, const struct progress *progress,
                                      struct arena *memory, const char **audit, struct err *e);
/* A row of the ledger, with its tables, as the audit takes it. */
MUST_CHECK enum status release_tables_of(const struct ledger_release *row, struct arena *memory,
                                         struct joint_release *out, struct err *e);
/* DIR/release.json for a row of the ledger. */
MUST_CHECK enum status release_note_write(const struct ledger_release *row, const char *dir,
                                          struct err *e);

#endif
