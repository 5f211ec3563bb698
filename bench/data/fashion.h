/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_FASHION_H
#define BBS_DATA_FASHION_H

#include "data/dataset.h"

/* Fashion-MNIST's 10,000 test images, 28 x 28 grey, 10 classes (Xiao et al. 2017), from Debian's package
 * dataset-fashion-mnist. The path is the folder of the two t10k files, gzipped or plain. */
extern const dataset_kind_t dataset_fashion_mnist;

#endif
