/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_STOCK_H
#define BBS_ENGINE_TOKENS_STOCK_H

#include "engine/tokens.h"

extern const kernels_t kernels_tokens_stock; /* Darknet's own functions, and plain loops for operations that it lacks */

#endif
