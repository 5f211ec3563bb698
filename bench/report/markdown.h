/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_REPORT_MARKDOWN_H
#define BBS_REPORT_MARKDOWN_H

#include "report/document.h"

/* Print a document as Markdown (with GitHub's tables); figures are links to PATH.png. */
outcome_t markdown_write(const document_t *document, const char *folder, const char *path);

#endif
