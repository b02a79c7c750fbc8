/* The lines that stand above each table, worked out once for every format. */
#ifndef PUBLISH_SHEET_TEXT_H
#define PUBLISH_SHEET_TEXT_H

#include "base/mem.h"
#include "publish/workbook.h"

enum { SHEET_LINES_MAX = 8 };

struct sheet_text {
    const char *line[SHEET_LINES_MAX]; /* line[0] is the title */
    int count;
};

struct sheet_text sheet_text_of_table(const struct workbook *w, const struct table *t,
                                      struct arena *memory);
/* Shorthand used anywhere in the table, bit per entry of the known list. */
unsigned table_shorthand(const struct table *t);
/* The bit of one code, 0 for none; the code of a bit, NULL after the last. */
unsigned shorthand_bit(const char *code);
const char *shorthand_code(int bit);
/* "[c] means confidential; ..." for the bits, "" for none. */
const char *shorthand_sentence(unsigned bits, struct arena *memory);
/* Does the table refer to note `number` in its title, headers or text? */
bool table_refers_to(const struct table *t, int number);
/* A cell as shown: "[c]", "1234.5", or its text. */
const char *cell_shown(const struct cell *c, struct arena *memory);
/* 0 is A, 26 is AA. */
void column_letters(size_t k, char out[8]);
/* In characters. */
int column_width(const struct table_column *c);
/* On how many lines a text stands in a column so many characters wide, broken between words. */
int lines_wrapped(const char *text, int width);
size_t workbook_note_count(const struct workbook *w);

#endif
