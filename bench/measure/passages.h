/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_MEASURE_PASSAGES_H
#define BBS_MEASURE_PASSAGES_H

#include "data/pieces.h"
#include "measure/windows.h"

/* A file of text as windows of tokens. Its documents are what lies between two `separator`s; NULL: the text is one
 * document. A document of nothing but white space is left out; each other is tokenised as it stands. Documents after
 * rule->most tokens are not read. Refused, with the line: bytes that are no UTF-8. Free `windows`, also after a failure. */
outcome_t passages_read(const char *path, const char *separator, const pieces_t *pieces, const windows_rule_t *rule,
                        windows_t *windows);

#endif
