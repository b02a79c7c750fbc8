/* Every outside byte has a limit. One place, so that a reviewer can see them all. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_FILE_BYTES ((size_t)16 << 30) /* any data file */
#define LIMIT_JSON_BYTES ((size_t)1 << 30)  /* a JSON document */
#define LIMIT_JSON_DEPTH 64                 /* nesting of a JSON document */
#define LIMIT_CELL_BYTES ((size_t)1 << 20)  /* one CSV, XLSX or ODS cell (1 MiB) */
#define LIMIT_COLUMNS 4096                  /* columns of one table */
#define LIMIT_ROWS ((size_t)1 << 31)        /* rows of one table */
#define LIMIT_NAME_BYTES 512                /* one personal name, after which it is cut */
#define LIMIT_THREADS 256

#endif
