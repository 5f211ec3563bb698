/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_COMPRESS_BUDGET_H
#define BBS_COMPRESS_BUDGET_H

#include "compress/method.h"

/* N mixed per layer: the network takes at most `mean_bits` bits per weight, metadata and whole layers included. The paper
 * has one N for a whole network.
 *
 * Every layer begins whole. Then, one step at a time, the layer whose next step adds the least error per bit saved loses
 * more columns, until the network fits; no layer loses more than `columns`. Groups are encoded as by the method `best`.
 * The error of a layer is its squared weight error over its squared weights, sum of (w' - w)^2 / sum of w^2: the share of
 * noise in its outputs when its inputs are independent, of mean zero and of equal variance. It needs weights only. It does
 * not know how much a layer's outputs matter to the network; all layers count the same.
 *
 * The order of steps does not depend on the budget, so more bits never give more of this error, and no other choice of
 * columns with as few bits as the result has less of it. A budget below what `columns` allows is FAULT_USAGE, which names
 * the least one. */
extern const method_t budget_method;

#endif
