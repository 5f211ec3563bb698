/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_RESNET_H
#define BBS_NETS_RESNET_H

#include "nets/net.h"

extern const network_t net_resnet34; /* torchvision resnet34 */
extern const network_t net_resnet50; /* torchvision resnet50 */

#endif
