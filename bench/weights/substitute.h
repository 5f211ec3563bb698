/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_SUBSTITUTE_H
#define BBS_WEIGHTS_SUBSTITUTE_H

#include "weights/int8_network.h"

/* Weights for a network without a checkpoint: each layer is drawn after a portrait (match.h) of a similar real network. The
 * networks of a family share portraits. The random numbers follow from the names of network and size and from `seed`, at
 * least 1, so each network has its own weights, always the same, for any number of threads. The source of the weights names
 * a seed that is not SUBSTITUTE_SEED, the one of all rows that do not say another. */
enum { SUBSTITUTE_SEED = 1 };
outcome_t substitute_draw(const network_t *of, const net_size_t *size, bool prune_first, int seed, int threads,
                          int8_network_t *network);
/* The same with its values in `room` (int8_network_reserve_table()); NULL: they are the network's. */
outcome_t substitute_draw_into(const network_t *of, const net_size_t *size, bool prune_first, int seed, int threads,
                               int8_room_t *room, int8_network_t *network);

/* The portrait files of a family, relative to the project's folder, NULL-terminated. An unknown family is that of a user's
 * network. */
const char *const *substitute_files(const char *family);

#endif
