/* What commands on a register share: the options that name and open it, and who is at work. */
#ifndef CLI_REGISTER_H
#define CLI_REGISTER_H

#include "cli/cli.h"
#include "store/store.h"

/* First in the option list of such a command. */
#define REGISTER_OPTS                                                                              \
    {"store", OPT_FILE, "DIR", "the register", true, 0},                                           \
    {                                                                                              \
        "key-file", OPT_FILE, "FILE", "key or grant that opens it (else see help of key status)",  \
            false, 0                                                                               \
    }

/* Opens --store with --key-file as the user of this machine. */
MUST_CHECK enum status register_open(const struct cli *c, enum store_mode mode, unsigned keys,
                                     const char *purpose, struct store **out, struct err *e);

/* "local:NAME" of the user who runs this; static memory. */
const char *register_user(void);
/* What the audit log says of a command that acts under the name given with --by: "review, typed by
 * local:NAME". The name is looked up, not proven: whoever may run the command on this machine and
 * open the register's keys is trusted with it. Static memory. */
const char *register_typed(const char *purpose);

#endif
