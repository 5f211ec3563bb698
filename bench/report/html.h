/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_HTML_H
#define BBS_REPORT_HTML_H

#include "report/document.h"

/* Print a document as one HTML file that needs nothing else: style inside, figures as data URIs, no script. Figures
 * are the files PATH.svg in `folder`; for a missing figure its description is printed, with a notice. */
outcome_t html_write(const document_t *document, const char *title, const char *folder, const char *path);

#endif
