/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_ENGINE_BUILD_H
#define BBS_ENGINE_BUILD_H

#include "nets/program.h"

#include <darknet.h>

/* A Darknet network with one layer a step of the program. Only the fields that Darknet's own functions read are set; no
 * weights, no outputs, no functions yet: those are the kernel set's (tokens.c). Darknet's make_*_layer() would draw
 * random weights and allocate gradients for each worker. */
outcome_t build_network(const net_size_t *size, const net_table_t *table, const net_program_t *program, network **built);

#endif
