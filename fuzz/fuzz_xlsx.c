/* Bytes that begin like a zip: the whole package. Else: sheet, shared strings and styles, divided
 * by a line of three dashes, in a sound package. */
#include "package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str next_part(struct str *rest)
{
    const char *at = rest->n ? memmem(rest->p, rest->n, "\n---\n", 5) : NULL;
    struct str part = {rest->p, at ? (size_t)(at - rest->p) : rest->n};
    size_t used = at ? part.n + 5 : rest->n;
    *rest = (struct str){rest->p + used, rest->n - used};
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size};
    if (size >= 2 && memcmp(data, "PK", 2) == 0) {
        package_read(rest);
        return 0;
    }
    struct str sheet = next_part(&rest), strings = next_part(&rest), styles = next_part(&rest);
    struct package_part parts[] = {
        {"[Content_Types].xml", str_of("<Types/>")},
        {"xl/workbook.xml",
         str_of("<workbook xmlns:r='u'><sheets><sheet name='S' r:id='r1'/></sheets></workbook>")},
        {"xl/_rels/workbook.xml.rels",
         str_of("<Relationships><Relationship Id='r1' Type='x/worksheet' Target='s.xml'/>"
                "<Relationship Id='r2' Type='x/sharedStrings' Target='t.xml'/><Relationship "
                "Id='r3' Type='x/styles' Target='y.xml'/></Relationships>")},
        {"xl/s.xml", sheet},
        {"xl/t.xml", strings.n ? strings : str_of("<sst/>")},
        {"xl/y.xml", styles.n ? styles : str_of("<styleSheet/>")},
    };
    struct str bytes = package_make(parts, sizeof parts / sizeof *parts);
    if (bytes.p)
        package_read(bytes);
    free((void *)(uintptr_t)bytes.p);
    return 0;
}
