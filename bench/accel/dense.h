/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ACCEL_DENSE_H
#define BBS_ACCEL_DENSE_H

#include "accel/accel.h"

/* Shared by designs that store every weight in `weight_bits` bits: tiles, stored bits and buffer reads (a row reads its
 * slice once per pixel step, a column its activations once per tile). The design sets the cycles. */
void dense_work(const accel_config_t *config, const net_layer_t *shape, int64_t weight_bits, int64_t activation_bits,
                accel_work_t *work);

#endif
