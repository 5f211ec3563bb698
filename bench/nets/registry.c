/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nets/net.h"
#include "nets/resnet.h"

const network_t *const net_registry[] = {
    &net_resnet34,
    NULL,
};
