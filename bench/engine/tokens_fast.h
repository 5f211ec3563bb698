/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_TOKENS_FAST_H
#define BBS_ENGINE_TOKENS_FAST_H

#include "engine/tokens.h"

extern const kernels_t kernels_tokens_fast; /* products by oneDNN, other operations by rows.h */

#endif
