/* Export: what may leave the register, and under which basis.
 *
 * S0 to S2 may leave. S3 (identifies) and S4 (special category, account) leave only when asked for
 * with a basis of codes/sharing_basis.csv and a recipient; with the basis CONSENT only for records
 * that hold a consent to sharing that was given and not withdrawn. S5 (whereabouts, safe contact,
 * exploiter identity) never leaves: its key is not even unwrapped. Every cell is formula-safe. The
 * read, what was allowed, the basis and the recipient stand in the audit log. All or nothing. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "base/err.h"
#include "store/store.h"

struct export_request {
    const char *as; /* "htcds" or "canonical" */
    const char *store_dir, *key_file, *out;
    bool identity, account;        /* S3, S4 */
    const char *basis, *recipient; /* NULL unless one of the two is asked for */
    struct actor actor;
    int threads;
};

struct export_report {
    uint64_t records, columns;
    uint64_t without_consent; /* records whose S3 and S4 stayed for want of consent */
};

/* ST_USAGE: S3 or S4 without a basis or recipient. */
MUST_CHECK enum status app_export(const struct export_request *q, struct export_report *out,
                                  struct err *e);

#endif
