/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_BLOCK_H
#define BBS_EXPERIMENTS_PAGE_BLOCK_H

#include "experiments/page.h"
#include "experiments/page_lines.h"

/* The block that begins at the line to read next, which must not be blank or a section's heading. `block` is zeroed; it is
 * page_free()'s, whatever the outcome. */
outcome_t page_block_read(page_lines_t *lines, page_block_t *block);

/* The text alone of a paragraph, an item or a notice. */
outcome_t page_words_read(page_lines_t *lines, page_kind_t kind, page_text_t *text);

#endif
