/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_DENSE_H
#define BBS_ACCEL_DENSE_H

#include "accel/accel.h"

/* What designs share that store every weight in `weight_bits` bits and leave no channel aside: tiles, stored bits and
 * buffer reads (a row reads its slice once a pixel step, a column its activations once a tile). Cycles are theirs. */
void dense_work(const accel_config_t *config, const net_layer_t *shape, int64_t weight_bits, int64_t activation_bits,
                accel_work_t *work);

#endif
