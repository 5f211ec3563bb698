/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_SCRIPT_H
#define BBS_REPORT_SCRIPT_H

/* The script of the HTML report. The page is whole without it: it only sorts and filters tables, opens the fold that a link
 * points into, and opens all folds for printing. */
extern const char report_script[];

#endif
