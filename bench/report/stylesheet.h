/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_STYLESHEET_H
#define BBS_REPORT_STYLESHEET_H

/* The style of report.html: system fonts, light and dark, screen and paper. No other file, no script, no network. */
extern const char report_stylesheet[];

#endif
