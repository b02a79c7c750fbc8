/* Every outside byte has a limit. One place, so that a reviewer can see them all. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_FILE_BYTES ((size_t)16 << 30) /* any data file */
#define LIMIT_JSON_BYTES ((size_t)1 << 30)  /* a JSON document */
#define LIMIT_JSON_DEPTH 64                 /* nesting of a JSON document */
#define LIMIT_CELL_BYTES ((size_t)1 << 20)  /* one CSV, XLSX or ODS cell (1 MiB) */
#define LIMIT_COLUMNS 4096                  /* columns of one table */
#define LIMIT_ROWS ((size_t)1 << 31)        /* rows of one table */
#define LIMIT_TEXT_BYTES ((size_t)64 << 10) /* one free text */
#define LIMIT_NAME_BYTES 512                /* one personal name, after which it is cut */
#define LIMIT_THREADS 256
#define LIMIT_PROBLEMS 500 /* kinds of problem that one import lists */

/* Questions to the register. */
#define LIMIT_MATCH_LINE_BYTES ((size_t)64 << 10) /* one record */
#define LIMIT_MATCH_LINES 100000                  /* records of one stream */

/* Spreadsheets (XLSX, ODS). Chosen so that a hostile file costs at most 64 MB of memory. */
#define LIMIT_SHEET_FILE_BYTES ((size_t)256 << 20)  /* the packed file */
#define LIMIT_SHEET_ENTRIES 4096                    /* files within the package */
#define LIMIT_SHEET_PART_BYTES ((size_t)2 << 30)    /* one unpacked part */
#define LIMIT_SHEET_RATIO 250                       /* unpacked / packed, beyond the first 16 MiB */
#define LIMIT_SHEET_STRING_BYTES ((size_t)24 << 20) /* shared strings of a workbook */
#define LIMIT_SHEET_STRINGS 2000000
#define LIMIT_SHEET_ROW_BYTES ((size_t)8 << 20)
#define LIMIT_SHEET_COLUMNS 16384   /* what spreadsheet programs have; trailing empty ones */
#define LIMIT_SHEET_ROWS 1048576    /* the same */
#define LIMIT_SHEET_ROW_REPEATS 100 /* one stored row that stands for several filled ones */
#define LIMIT_SHEET_STYLES 65536
#define LIMIT_XML_DEPTH 64
#define LIMIT_XML_TAG_BYTES ((size_t)2 << 20) /* one tag, comment or instruction */

/* Tables to publish. */
#define LIMIT_RELEASE_FILES 10000                  /* of one release */
#define LIMIT_RELEASE_FILE_BYTES ((size_t)1 << 30) /* one of them */
#define LIMIT_CODES 100000                         /* codes of one hierarchy or flat dimension */
#define LIMIT_KEY_BYTES ((size_t)1 << 20)          /* a file with a secret */
#define LIMIT_LEVELS 64                            /* depth of a hierarchy */
#define LIMIT_COUNT ((int64_t)1 << 40)             /* a published count */
#define LIMIT_TABLES 500                           /* tables of one release specification */
#define LIMIT_TABLE_CELLS ((size_t)1 << 22)        /* cells of all tables of a release together */
#define LIMIT_COMBINATIONS ((size_t)1 << 24)       /* of codes that k-anonymous records may show */
#define LIMIT_PAIR_CELLS ((size_t)1 << 24) /* cells of all pairs of columns of made records */

#endif
