/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_LISTING_COLUMNS_H
#define BBS_EXPERIMENTS_LISTING_COLUMNS_H

#include "rows/schema.h"

/* A column of a list that is a member of its struct of cells: name, kind and place. */
#define LISTING_TEXT(row, member) .name = #member, ROWS_PLACE_TEXT(row, member)
#define LISTING_INTEGER(row, member) .name = #member, ROWS_PLACE_INTEGER(row, member)
#define LISTING_REAL(row, member) .name = #member, ROWS_PLACE_REAL(row, member)
#define LISTING_FLAG(row, member) .name = #member, ROWS_PLACE_FLAG(row, member)

#endif
