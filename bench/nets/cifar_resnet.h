/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_CIFAR_RESNET_H
#define BBS_NETS_CIFAR_RESNET_H

#include "nets/recognise.h"

/* Not of the paper: small real networks to measure with. Names of the public checkpoints by akamaster. */
extern const network_t net_resnet20, net_resnet32, net_resnet44, net_resnet56;

/* Any depth 6 n + 2, width and number of classes; shortcuts of option A or B. */
extern const net_family_t net_family_cifar_resnet;

#endif
