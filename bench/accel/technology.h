/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_TECHNOLOGY_H
#define BBS_ACCEL_TECHNOLOGY_H

#include "base/outcome.h"

#include <stdbool.h>
#include <stddef.h>

/* Every physical constant of the accelerator models: technology.csv, compiled into the program. After a change of the file
 * run `make`. */

typedef struct {
    const char *name; /* "bitsim.stripes.pe" */
    double value;
    const char *unit;
    const char *node; /* process of the value, or "any" */
    const char *source;
    const char *note;
} technology_row_t;

extern const technology_row_t technology_rows[]; /* ended by a name of NULL */
extern const size_t technology_row_count;

/* The constants of one configuration. Both arrays have technology_row_count entries and belong to the caller. */
typedef struct {
    double *values; /* in place of the table's; NULL: those of the table */
    bool *read;     /* read[i] is set when a model asks for row i; NULL: not recorded */
} technology_t;

/* The value of a row in `technology` (NULL: the table); an unknown name is an error. */
outcome_t technology_get(const technology_t *technology, const char *name, double *value);
/* The same for the row TABLE.PART.NAME; PART may be NULL: TABLE.NAME. */
outcome_t technology_get_part(const technology_t *technology, const char *table, const char *part, const char *name,
                              double *value);
bool technology_has(const char *table, const char *part, const char *name);

/* The value of a row in the table; an unknown name is an error. */
outcome_t technology_value(const char *name, double *value);
/* The same for the row TABLE.PART.NAME; PART may be NULL: TABLE.NAME. */
outcome_t technology_lookup(const char *table, const char *part, const char *name, double *value);

#endif
