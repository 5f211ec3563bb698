/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_STYLESHEET_H
#define BBS_REPORT_STYLESHEET_H

/* The style of report.html: system fonts, light and dark, screen and paper. No other file, no script, no network. */
/* In parts, NULL-terminated, as compilers need not take longer strings. */
extern const char *const report_stylesheet[];

#endif
