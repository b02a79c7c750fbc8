#include "app/register_init.h"

#include "crypto/password.h"
#include "store/admin.h"

_Static_assert(sizeof((struct register_init){0}.code) == ONE_TIME_CODE_BYTES, "code");

enum status register_init(struct register_init *job, struct err *e)
{
    struct store *s;
    struct store_options o = {
        .dir = job->dir, .mode = STORE_EXCLUSIVE, .actor = {"system", "administrator", "init", ""}};
    TRY(store_create(job->dir, job->passphrase, e));
    TRY(store_open(&o, &s, e));
    enum status st = store_audit_note(s, "register.made", "done", e);
    if (st == ST_OK)
        st = store_user_add(s, job->administrator, "administrator", "", REGISTER_CODE_DAYS,
                            job->code, e);
    store_close(s);
    return st;
}
