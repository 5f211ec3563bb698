/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_SCHEMA_H
#define BBS_ROWS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The columns of a file of rows, defined once.
 *
 * From a schema follow the header and the cells of the CSV (writer.h), the typed reader (table.h), the table of the
 * database (database.h), headings and decimals of the report, the rule of comparison (diff.h) and docs/rows.md.
 *
 * A schema is a const table beside the C struct that it describes, or it is read from the comments of a query
 * (description.h). */

typedef enum { ROWS_TEXT, ROWS_INTEGER, ROWS_REAL, ROWS_FLAG } rows_kind_t;

/* How a column is compared with a baseline, and which direction is better. */
typedef enum {
    ROWS_EXACT,   /* any change is a change, neither better nor worse */
    ROWS_HIGHER,  /* higher is better */
    ROWS_LOWER,   /* lower is better */
    ROWS_FOLLOWS, /* not compared: it follows from columns or rows that are */
} rows_sense_t;

/* An integer that is not known or does not apply; for a real NaN, for a text "". It is an empty cell, and NULL in SQL. */
#define ROWS_UNKNOWN INT64_MIN

enum { ROWS_ANY_DECIMALS = -1 }; /* nine significant digits, as in the file */

typedef struct {
    const char *name;    /* in the header of the CSV and in SQL; NULL ends a table of columns */
    const char *heading; /* heading in a table of the report */
    const char *unit;    /* "%", "pJ"; "" for none */
    const char *meaning; /* one sentence, for docs/rows.md */
    rows_kind_t kind;
    rows_sense_t sense;
    bool key;  /* the key columns together name a row */
    bool near; /* a real that float sums decide: may differ from the baseline by 1 %, as they differ by processor */
    bool counts_samples; /* a count of samples, which may differ from the baseline by flips_per_thousand */
    int decimals;        /* for reading; ROWS_ANY_DECIMALS where the column is never shown */
    size_t offset;       /* in the C struct of a row */
} rows_column_t;

typedef struct {
    const char *name; /* of the table and, with ".csv", of the file */
    const char *about;
    const rows_column_t *columns; /* name NULL ends them */
    const char *samples;          /* the column that says how many samples a row has; NULL: none */
    int64_t
        flips_per_thousand; /* allowed difference of counts_samples columns, per thousand samples, rounded up; 0: none */
    const char *answers;    /* the folder, in a run folder, of the files with the answer to each sample; NULL: none */
} rows_schema_t;

/* Kind and offset of a struct member, checked by the compiler: text is const char *, integer int64_t, real double, flag
 * bool. {ROWS_PLACE_INTEGER(accuracy_row_t, correct), .name = "correct", ...} */
#define ROWS_PLACE(row, member, type, which) \
    .kind = (which), .offset = offsetof(row, member) + 0 * sizeof(char[_Generic(((row *)0)->member, type : 1)])
#define ROWS_PLACE_TEXT(row, member) ROWS_PLACE(row, member, const char *, ROWS_TEXT)
#define ROWS_PLACE_INTEGER(row, member) ROWS_PLACE(row, member, int64_t, ROWS_INTEGER)
#define ROWS_PLACE_REAL(row, member) ROWS_PLACE(row, member, double, ROWS_REAL)
#define ROWS_PLACE_FLAG(row, member) ROWS_PLACE(row, member, bool, ROWS_FLAG)

size_t rows_column_count(const rows_schema_t *schema);

/* Column by name, or NULL. */
const rows_column_t *rows_find_column(const rows_schema_t *schema, const char *name);

const char *rows_kind_name(rows_kind_t kind);    /* "text", "integer", "real", "flag" */
const char *rows_sense_name(rows_sense_t sense); /* "exact", "higher", "lower", "follows" */

#endif
