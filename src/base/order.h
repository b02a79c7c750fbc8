/* Ascending orders for qsort and bsearch over plain arrays. */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

int order_int64(const void *a, const void *b);
int order_uint32(const void *a, const void *b);
int order_uint64(const void *a, const void *b);
int order_double(const void *a, const void *b); /* no NaN */
int order_str(const void *a, const void *b);    /* struct str, by bytes */

#endif
