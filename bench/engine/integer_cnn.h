/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_INTEGER_CNN_H
#define BBS_ENGINE_INTEGER_CNN_H

#include "engine/kernels.h"

extern const kernels_t kernels_integer_fast, kernels_integer_plain;

#endif
