/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_INTEGER_TOKENS_H
#define BBS_ENGINE_INTEGER_TOKENS_H

#include "engine/kernels.h"

extern const kernels_t kernels_integer_tokens_fast, kernels_integer_tokens_plain;

#endif
