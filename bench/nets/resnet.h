/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_RESNET_H
#define BBS_NETS_RESNET_H

#include "nets/recognise.h"

extern const network_t net_resnet34; /* torchvision resnet34 */
extern const network_t net_resnet50; /* torchvision resnet50 */

/* ResNet-18 to 152 and the wide ones, of any width and number of classes, under torchvision's names; also with the stem of
 * small pictures, 3 x 3, whose pool and picture are hints or assumed. */
extern const net_family_t net_family_resnet;

#endif
