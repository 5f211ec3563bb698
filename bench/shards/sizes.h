/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_SHARDS_SIZES_H
#define BBS_SHARDS_SIZES_H

#include "base/outcome.h"
#include "compress/layer.h"

#include <stdbool.h>

/* The bits of a network under a method, which a unit has counted when it compressed, so that `merge` need not compress
 * again. STEM.sizes.csv is one row with the key (accuracy_session_variant_key()) and a hash of the numbers. */

outcome_t sizes_write(const char *stem, const char *key, const compress_size_t *bits);

/* False when there is no such file, or it is damaged or of another key. */
bool sizes_read(const char *stem, const char *key, compress_size_t *bits);

#endif
