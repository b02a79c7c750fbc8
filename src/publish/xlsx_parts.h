/* The parts of an XLSX package that do not hold cells: what the package contains, styles, document
 * properties, and the strings that cells share. */
#ifndef PUBLISH_XLSX_PARTS_H
#define PUBLISH_XLSX_PARTS_H

#include "base/mem.h"
#include "base/str.h"
#include "publish/workbook.h"

#include <stdint.h>
#include <stdio.h>

#define XLSX_XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define XLSX_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define XLSX_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define XLSX_PACKAGE_REL "http://schemas.openxmlformats.org/package/2006/relationships"

/* The number of a cell's style in the styles part. */
enum xlsx_style {
    XLSX_PLAIN,
    XLSX_TITLE, /* the built-in style Heading 1 */
    XLSX_TEXT,  /* wrapped, at the top */
    XLSX_HEADER,
    XLSX_HEADER_RIGHT,
    XLSX_RIGHT,
    XLSX_LINK,     /* the built-in style Hyperlink */
    XLSX_NUMBER_0, /* with no decimal; XLSX_NUMBER_0 + d with d of them */
    XLSX_DECIMALS_MAX = 6,
    XLSX_STYLE_COUNT = XLSX_NUMBER_0 + XLSX_DECIMALS_MAX + 1
};

/* Each string once, numbered in order of first use (ISO/IEC 29500-1, 18.4.9). */
struct xlsx_strings {
    struct arena *memory;
    const char **texts;
    size_t count, uses;
    uint32_t *slots; /* number + 1 of a string, 0: free */
    size_t slot_count;
};
/* For at most `most` different strings; lives in `memory`. */
struct xlsx_strings xlsx_strings_make(size_t most, struct arena *memory);
/* `text` is kept, not copied. */
size_t xlsx_string(struct xlsx_strings *s, const char *text);
void xlsx_add_strings(struct buf *b, const struct xlsx_strings *s);

void xlsx_add_styles(struct buf *b);
/* `sheets` worksheets, of which all but the first hold one table. */
void xlsx_add_content_types(struct buf *b, size_t sheets);
void xlsx_add_properties(struct buf *b, const struct workbook *w);
extern const char xlsx_root_rels[], xlsx_application[];

#endif
