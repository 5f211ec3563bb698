/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SUBSTITUTE_H
#define BBS_WEIGHTS_SUBSTITUTE_H

#include "weights/int8_network.h"

/* Weights for a network without a checkpoint: each layer is drawn after a portrait (match.h) of a similar real network. The
 * networks of a family share portraits. The seed is made from the names of network and size, so each network has its own
 * weights, always the same, for any number of threads. */
outcome_t substitute_draw(const network_t *of, const net_size_t *size, bool prune_first, int threads,
                          int8_network_t *network);

/* The portrait files of a family, relative to the project's folder, NULL-terminated. An unknown family is that of a user's
 * network. */
const char *const *substitute_files(const char *family);

#endif
