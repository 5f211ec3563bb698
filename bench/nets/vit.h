/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_VIT_H
#define BBS_NETS_VIT_H

#include "nets/recognise.h"

extern const network_t net_vit_small; /* timm vit_small_patch16_224 */
extern const network_t net_vit_base;  /* timm vit_base_patch16_224 */
extern const network_t net_vit_tiny;  /* timm vit_tiny_patch16_224, 200 classes; not of the paper */
extern const network_t net_deit_tiny; /* timm deit_tiny_patch16_224, 1,000 classes; not of the paper */

/* ViT and DeiT of any width, depth, patch and size of image, under timm's names. */
extern const net_family_t net_family_vit;

#endif
