/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_STOCK_H
#define BBS_ENGINE_STOCK_H

#include "engine/kernels.h"

/* Darknet's own forward functions: slow, and the reference for the fast ones. */
extern const kernels_t kernels_stock;

#endif
