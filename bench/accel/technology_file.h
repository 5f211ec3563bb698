/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_TECHNOLOGY_FILE_H
#define BBS_ACCEL_TECHNOLOGY_FILE_H

#include "accel/technology.h"
#include "base/text.h"

/* A user's constants in place of those of technology.csv.
 *
 * The file is a CSV with the columns name, value, unit and source; node and note may be there too. It may have some of the
 * rows: the others keep the values of the table. A row must have a name of the table, its unit, a value that makes sense in
 * that unit (whole where the models count: lanes, bytes a cycle), and a source. */

/* All values of the table, to change. Free it in any case. */
outcome_t technology_create(technology_t *technology);
void technology_free(technology_t *technology);

/* Read a file into values that technology_create() made. FAULT_USAGE names file, line and what is wrong. */
outcome_t technology_read(const char *path, technology_t *technology);

/* Set one constant from the text "VALUE UNIT", as a configuration file has it; `where` and `place` begin the error. */
outcome_t technology_put(technology_t *technology, const char *name, const char *text, const char *where,
                         const char *place);

/* "dram.access=800 clock.period=1": the constants that differ from the table; "" when none does. */
text_t technology_changes(const technology_t *technology);

/* Is there a range for this unit? All units of technology.csv have one (a test). */
bool technology_knows_unit(const char *unit);

#endif
