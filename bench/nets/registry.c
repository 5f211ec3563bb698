/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/bert.h"
#include "nets/cifar_resnet.h"
#include "nets/llama.h"
#include "nets/llama_shapes.h"
#include "nets/mobilenet.h"
#include "nets/net.h"
#include "nets/resnet.h"
#include "nets/vgg.h"
#include "nets/vit.h"

/* In the order of the paper's Table I. */
const network_t *const net_registry[] = {
    &net_vgg16, &net_resnet34, &net_resnet50, &net_vit_small, &net_vit_base, &net_bert_mrpc, &net_bert_sst2, NULL,
};

const network_t *const net_others[] = {
    &net_resnet20, &net_resnet32, &net_resnet44, &net_resnet56, &net_vit_tiny, &net_deit_tiny, &net_mobilenet_v2, NULL,
};

const network_t *const net_language[] = {
    &net_llama3_8b,    &net_llama3_2_1b, &net_llama3_2_3b, &net_llama2_7b,
    &net_tinyllama_1b, &net_smollm_135m, &net_smollm_360m, NULL,
};

/* In this order: the first that knows the tensors. */
const net_family_t *const net_families[] = {
    &net_family_resnet, &net_family_cifar_resnet, &net_family_vgg,   &net_family_mobilenet_v2,
    &net_family_vit,    &net_family_bert,         &net_family_llama, NULL,
};
