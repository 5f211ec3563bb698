/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ROWS_FUNCTIONS_H
#define BBS_ROWS_FUNCTIONS_H

#include <stdbool.h>

struct sqlite3;

/* Register the SQL functions of database.h with a connection; false when SQLite refuses one. */
bool rows_functions_register(struct sqlite3 *connection);

#endif
