/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_GLYPHS_H
#define BBS_DATA_GLYPHS_H

#include "data/dataset.h"

/* Kanji drawn from fonts: 24 x 24 grey, the 2,965 classes of JIS X 0208 level 1. The test part is 8,000 pictures of ten
 * fonts, the training part 1,024 pictures of others (datasets/glyphs/README.md: fonts, licences, how they were drawn).
 *
 * A part is one idx file of uint8 with two dimensions (data/idx.h), test.idx or training.idx, plain or as .gz. A row is
 * 2 + 1 + 576 bytes: the class, high byte first; the font, its line in datasets/glyphs/fonts.csv, not counting the first;
 * the pixels row by row, 0 black. The path is the folder of the parts, or one such file. */
extern const dataset_kind_t dataset_glyphs;

#endif
