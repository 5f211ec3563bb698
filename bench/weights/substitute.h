/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SUBSTITUTE_H
#define BBS_WEIGHTS_SUBSTITUTE_H

#include "weights/int8_network.h"

/* Weights for a network of which no checkpoint is at hand: each layer drawn after a portrait (match.h) of a real network
 * that is like it. The networks of a family share their portraits. The seed is made of network and size, so that each has
 * its own weights, always the same, for any number of threads. */
outcome_t substitute_draw(const network_t *of, const net_size_t *size, bool prune_first, int threads,
                          int8_network_t *network);

/* The portrait files of a family, relative to the project, NULL-terminated. A family that is not known is one of a user's
 * network. */
const char *const *substitute_files(const char *family);

#endif
