/* Any bytes as two names and as identifiers: plain forms are plain, scores lie in 0..1 and do not
 * depend on which name comes first, a name is like itself, and nothing grows without bound. The
 * bytes are split at the first newline. */
#include "text/ids.h"
#include "text/name.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_plain(struct text *t, struct str raw)
{
    char once[TEXT_FOLD_MAX], twice[TEXT_FOLD_MAX], key[SKELETON_MAX];
    size_t n = text_fold(t, raw, once);
    if (n >= TEXT_FOLD_MAX || once[n] != '\0')
        abort();
    for (size_t i = 0; i < n; i++)
        if (!((once[i] >= 'a' && once[i] <= 'z') || (once[i] >= '0' && once[i] <= '9') ||
              (once[i] == ' ' && i > 0 && once[i - 1] != ' ')))
            abort();
    if (n < 500 && (text_fold(t, (struct str){once, n}, twice) != n || memcmp(once, twice, n) != 0))
        abort();
    if (text_skeleton((struct str){once, n}, key) >= SKELETON_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct text *t;
    if (!t)
        t = text_new();
    const char *p = (const char *)data;
    const char *line = size ? memchr(p, '\n', size) : NULL;
    struct str x = {p, line ? (size_t)(line - p) : size};
    struct str y = line ? (struct str){line + 1, size - x.n - 1} : x;
    struct name a, b;
    struct name_match m;
    char out[ID_MAX];
    must_be_plain(t, x);
    name_parse_full(t, x, &a);
    name_parse(t, &(struct name_parts){.given = y, .family = x, .alias = y}, &b);
    double s = name_similarity(&a, &b, &m);
    if (!(s >= 0 && s <= 1) || s != name_similarity(&b, &a, NULL) || s != m.score)
        abort();
    for (int i = 0; i < a.n; i++)
        if (m.a[i].other >= b.n)
            abort();
    if (id_phone(x, NULL, out) >= ID_MAX || id_email(x, out) >= ID_MAX ||
        id_postcode_uk(x, out) >= ID_MAX || id_document(x, out) >= ID_MAX)
        abort();
    return 0;
}
