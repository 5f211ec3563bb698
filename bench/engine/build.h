/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_BUILD_H
#define BBS_ENGINE_BUILD_H

#include "nets/program.h"

#include <darknet.h>

/* Build a Darknet network with one layer per step of the program. Only the fields that Darknet's own functions read are
 * set; the kernel set (tokens.c) adds weights, outputs and functions. Darknet's make_*_layer() is not used: it would draw
 * random weights and allocate gradients for each worker. */
outcome_t build_network(const net_size_t *size, const net_table_t *table, const net_program_t *program, network **built);

#endif
