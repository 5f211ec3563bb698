/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_EXPERIMENTS_PAGE_BLOCK_H
#define BBS_EXPERIMENTS_PAGE_BLOCK_H

#include "experiments/page.h"
#include "experiments/page_lines.h"

/* Read the block that begins at the next line, which must not be blank or a section's heading. `block` must be zeroed; it
 * is freed by page_free(), whatever the outcome. */
outcome_t page_block_read(page_lines_t *lines, page_block_t *block);

/* Read only the text of a paragraph, an item or a notice. */
outcome_t page_words_read(page_lines_t *lines, page_kind_t kind, page_text_t *text);

#endif
