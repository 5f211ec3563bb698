/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_HTML_H
#define BBS_REPORT_HTML_H

#include "report/document.h"

/* Print a document as one HTML file that needs nothing else: style inside, figures as data URIs, no script. `folder`
 * is where the figures lie (PATH.svg, relative to it); one that is not there is printed as its text and says so. */
outcome_t html_write(const document_t *document, const char *title, const char *folder, const char *path);

#endif
