/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_CFG_H
#define BBS_NETS_CFG_H

#include "base/outcome.h"
#include "base/text.h"
#include "nets/net.h"

/* The Darknet cfg of a CNN, written from its shape: for networks that have no file in models/cfg. What Darknet needs said
 * differently from torchvision is described in models/cfg/make_cfg.py; the files there are the same, section by section
 * (tests/unit/test_recognise.c). */
typedef struct {
    text_builder_t *text;
    int64_t count; /* sections after [net] */
} net_cfg_t;

net_cfg_t net_cfg_start(text_builder_t *text, const net_size_t *size);

/* Each appends one section. Activations: "relu" or "linear". */
void net_cfg_conv(net_cfg_t *cfg, int64_t filters, int64_t kernel, int64_t stride, bool norm, const char *activation);
/* A convolution whose filters each read one channel (PyTorch's groups = channels), with BatchNorm and a ReLU. */
void net_cfg_depthwise(net_cfg_t *cfg, int64_t channels, int64_t kernel, int64_t stride);
void net_cfg_max_pool(net_cfg_t *cfg, int64_t kernel, int64_t stride, int64_t padding); /* of both sides together */
void net_cfg_average(net_cfg_t *cfg);
void net_cfg_connected(net_cfg_t *cfg, int64_t outputs, const char *activation);
/* `section` is the number of an earlier section (count - 1 after it was appended). */
void net_cfg_route(net_cfg_t *cfg, int64_t section);
void net_cfg_shortcut(net_cfg_t *cfg, int64_t section, const char *activation);

/* A 1 x 1 convolution with its stride, without activation. */
void net_cfg_project(net_cfg_t *cfg, int64_t filters, int64_t stride);

#endif
