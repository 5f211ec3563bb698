/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_VGG_H
#define BBS_NETS_VGG_H

#include "nets/recognise.h"

extern const network_t net_vgg16; /* torchvision vgg16_bn: what the paper calls VGG-16 */

/* VGG-11 to 19, with and without BatchNorm, under torchvision's names. */
extern const net_family_t net_family_vgg;

#endif
