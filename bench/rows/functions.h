/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_FUNCTIONS_H
#define BBS_ROWS_FUNCTIONS_H

#include <stdbool.h>

struct sqlite3;

/* Make the SQL functions of database.h known to a connection; false when SQLite refuses one. */
bool rows_functions_register(struct sqlite3 *connection);

#endif
