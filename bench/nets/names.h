/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_NETS_NAMES_H
#define BBS_NETS_NAMES_H

#include "nets/net.h"
#include "tensor/tensor.h"

/* The names of a checkpoint's tensors, whoever saved it, as the network's layer table has them: torchvision's for the
 * CNNs, timm's for the ViTs, Hugging Face's (with "bert." in front) for BERT. What the network does not know is left
 * as it is. Two tensors that would get the same name are refused. */
outcome_t net_names_settle(const network_t *network, const char *where, tensor_set_t *set);

#endif
