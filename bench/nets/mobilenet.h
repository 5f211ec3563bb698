/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_MOBILENET_H
#define BBS_NETS_MOBILENET_H

#include "nets/net.h"

/* MobileNetV2 (Sandler et al. 2018, Table 2) as torchvision builds it, for ImageNet. It is none of the paper's networks. */
extern const network_t net_mobilenet_v2;

/* Of any width (torchvision's width_mult) and number of classes. */
extern const net_family_t net_family_mobilenet_v2;

#endif
