/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_NAMES_H
#define BBS_NETS_NAMES_H

#include "nets/net.h"
#include "tensor/tensor.h"

/* Rename a checkpoint's tensors, whatever program saved them, to the names of the network's layer table: torchvision's for
 * CNNs, timm's for ViTs, Hugging Face's (beginning with "bert.") for BERT. Names that the network does not know stay. Two
 * tensors that would get the same name are refused. */
outcome_t net_names_settle(const network_t *network, const char *where, tensor_set_t *set);

#endif
