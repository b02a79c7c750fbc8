/* Memory: checked allocation and arenas.
 *
 * Three lifetimes: the process; a task (an arena per command, job or request, passed explicitly);
 * a row (an arena rewound after each row). Running out of memory ends the process with a message:
 * sizes from outside are checked against base/limits.h before they reach here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <string.h>

#define NEVER_NULL __attribute__((returns_nonnull))

/* Never return NULL; free() with free(). Size 0 is allowed. */
void *mem_alloc(size_t bytes) NEVER_NULL;                /* not zeroed */
void *mem_zalloc(size_t count, size_t bytes) NEVER_NULL; /* zeroed; the product is checked */
void *mem_array(size_t count, size_t bytes) NEVER_NULL;  /* not zeroed; the product is checked */
void *mem_resize(void *p, size_t count, size_t bytes) NEVER_NULL;

/* Said after "out of memory", with exit code 1 instead of 3: the user has set the bound. The text
 * must live on. Not thread-safe: set it before threads start. */
void mem_hint(const char *text);

/* Makes room for `need` elements in a growable array: doubles *cap, moves *p. */
#define MEM_GROW(p, cap, need)                                                                     \
    do {                                                                                           \
        if ((size_t)(need) > (size_t)(cap)) {                                                      \
            (cap) = mem_grown_((cap), (need));                                                     \
            (p) = mem_resize((p), (size_t)(cap), sizeof *(p));                                     \
        }                                                                                          \
    } while (0)
size_t mem_grown_(size_t cap, size_t need);

struct arena_block;
struct arena {
    struct arena_block *head;
};
#define ARENA_EMPTY ((struct arena){0})

/* 16-byte aligned, zeroed; lives until arena_free or arena_rewind. */
void *arena_alloc(struct arena *a, size_t bytes) NEVER_NULL;
void *arena_array(struct arena *a, size_t count, size_t bytes) NEVER_NULL;
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_strdup(struct arena *a, const char *s);
/* A copy without white space at its ends, and with one space for each run of it inside. */
char *arena_one_spaced(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Forgets everything allocated, keeping one block for the next row. */
void arena_rewind(struct arena *a);
void arena_free(struct arena *a);

#endif
