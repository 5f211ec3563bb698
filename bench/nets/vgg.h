/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_VGG_H
#define BBS_NETS_VGG_H

#include "nets/net.h"

extern const network_t net_vgg16; /* torchvision vgg16_bn: what the paper calls VGG-16 */

#endif
