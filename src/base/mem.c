#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, ARENA_ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(ARENA_ALIGN) char data[];
};

static const char *hint;

void mem_hint(const char *text)
{
    hint = text;
}

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "throughline: out of memory (asked for %zu bytes)\n", bytes);
    if (hint)
        fprintf(stderr, "  %s\n", hint);
    exit(hint ? 1 : 3);
}

static size_t checked_product(size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total) || total > PTRDIFF_MAX)
        out_of_memory(SIZE_MAX);
    return total;
}

void *mem_alloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        out_of_memory(bytes);
    return p;
}

void *mem_zalloc(size_t count, size_t bytes)
{
    size_t total = checked_product(count, bytes);
    void *p = calloc(1, total ? total : 1);
    if (!p)
        out_of_memory(total);
    return p;
}

void *mem_array(size_t count, size_t bytes)
{
    return mem_alloc(checked_product(count, bytes));
}

void *mem_resize(void *p, size_t count, size_t bytes)
{
    size_t total = checked_product(count, bytes);
    void *q = realloc(p, total ? total : 1);
    if (!q)
        out_of_memory(total);
    return q;
}

size_t mem_grown_(size_t cap, size_t need)
{
    size_t doubled = cap < 8 ? 8 : cap * 2;
    return doubled < need ? need : doubled;
}

static struct arena_block *new_block(size_t bytes)
{
    size_t size = bytes > ARENA_BLOCK_BYTES ? bytes : ARENA_BLOCK_BYTES;
    struct arena_block *b = mem_alloc(sizeof *b + size);
    b->next = NULL;
    b->used = 0;
    b->size = size;
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t need = (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    if (need < bytes)
        out_of_memory(bytes);
    if (!a->head || a->head->size - a->head->used < need) {
        struct arena_block *b = new_block(need);
        b->next = a->head;
        a->head = b;
    }
    void *p = a->head->data + a->head->used;
    a->head->used += need;
    return memset(p, 0, bytes);
}

void *arena_array(struct arena *a, size_t count, size_t bytes)
{
    return arena_alloc(a, checked_product(count, bytes));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    memcpy(p, s, n);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_one_spaced(struct arena *a, const char *s)
{
    static const char blanks[] = " \t\r\n";
    char *out = arena_strdup(a, s), *to = out;
    for (const char *p = s + strspn(s, blanks); *p;) {
        size_t n = strcspn(p, blanks);
        memcpy(to, p, n);
        to += n;
        p += n + strspn(p + n, blanks);
        if (*p)
            *to++ = ' ';
    }
    *to = '\0';
    return out;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
    vsnprintf(p, (size_t)(n < 0 ? 0 : n) + 1, fmt, again);
    va_end(again);
    return p;
}

static void free_blocks(struct arena_block *b)
{
    while (b) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
}

void arena_rewind(struct arena *a)
{
    if (!a->head)
        return;
    free_blocks(a->head->next);
    a->head->next = NULL;
    a->head->used = 0;
}

void arena_free(struct arena *a)
{
    free_blocks(a->head);
    a->head = NULL;
}
