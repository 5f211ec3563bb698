/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_USER_H
#define BBS_NETS_USER_H

#include "nets/net.h"

/* A network that is not in the registry, from a table of its layers, for the accelerator models (docs/layers.md).
 * The CSV has the columns name,kind,k,c,kh,kw,stride,pad,in_h,in_w,tokens in any order, and groups where a convolution has
 * them; one row per layer: kind is conv (tokens 1) or linear (kh = kw = stride = in_h = in_w = 1, pad 0, groups 1). A layer
 * reads the output of the previous layer where the shapes fit, else its input is NET_OUTSIDE. The column c holds the input
 * channels of all groups, net_layer_t.c those of one. Errors name file, line and column. */
typedef struct {
    network_t network; /* named as the file, without folder and ending; family "user" */
    net_size_t size;   /* "user" */
    const net_size_t *sizes[2];
    net_table_t table;
    char name[NET_NAME_SIZE];
} net_user_t;

outcome_t net_user_read(const char *path, net_user_t *user); /* must not be moved afterwards */
void net_user_free(net_user_t *user);

#endif
