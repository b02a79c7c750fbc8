/* Choices of some of 0..n-1, in lexicographic order. */
#ifndef DISCLOSURE_CHOICE_H
#define DISCLOSURE_CHOICE_H

#include <stdbool.h>

static inline void choice_first(int *choice, int many)
{
    for (int i = 0; i < many; i++)
        choice[i] = i;
}

/* false after the last one. */
static inline bool choice_next(int *choice, int many, int n)
{
    for (int last = many; last > 0; last--) {
        if (choice[last - 1] == n - many + last - 1)
            continue;
        choice[last - 1]++;
        for (int i = last; i < many; i++)
            choice[i] = choice[i - 1] + 1;
        return true;
    }
    return false;
}

#endif
