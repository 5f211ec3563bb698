/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_CIFAR_H
#define BBS_DATA_CIFAR_H

#include "data/dataset.h"

/* CIFAR-10 in its binary version: records of one label byte and 3 x 32 x 32 bytes, red, green, blue (Krizhevsky 2009,
 * https://www.cs.toronto.edu/~kriz/cifar.html). The path is a file, or the folder that holds test_batch.bin. */
extern const dataset_kind_t dataset_cifar10;

#endif
