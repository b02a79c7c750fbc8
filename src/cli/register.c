#include "cli/register.h"

#include <pwd.h>
#include <unistd.h>

const char *register_user(void)
{
    static char name[80];
    const struct passwd *p = getpwuid(getuid());
    if (p && p->pw_name)
        snprintf(name, sizeof name, "local:%.60s", p->pw_name);
    else
        snprintf(name, sizeof name, "local:%ld", (long)getuid());
    return name;
}

const char *register_typed(const char *purpose)
{
    static char text[120];
    snprintf(text, sizeof text, "%s, typed by %s", purpose, register_user());
    return text;
}

enum status register_open(const struct cli *c, enum store_mode mode, unsigned keys,
                          const char *purpose, struct store **out, struct err *e)
{
    struct store_options o = {.dir = cli_text(c, "store", NULL),
                              .mode = mode,
                              .keys = keys,
                              .key_file = cli_text(c, "key-file", NULL),
                              .actor = {register_user(), "administrator", purpose, ""}};
    return store_open(&o, out, e);
}
