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
    int i = many - 1;
    while (i >= 0 && choice[i] == n - many + i)
        i--;
    if (i < 0)
        return false;
    choice[i]++;
    for (int j = i + 1; j < many; j++)
        choice[j] = choice[j - 1] + 1;
    return true;
}

#endif
