/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/net.h"
#include "nets/resnet.h"
#include "nets/transformer.h"
#include "nets/vgg.h"

/* In the order of the paper's Table I. */
const network_t *const net_registry[] = {
    &net_vgg16, &net_resnet34, &net_resnet50, &net_vit_small, &net_vit_base, &net_bert_mrpc, &net_bert_sst2, NULL,
};
