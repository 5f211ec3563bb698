/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PHOTOS_H
#define BBS_DATA_PHOTOS_H

#include "data/dataset.h"

/* A folder of labelled JPEGs and PNGs, such as ImageNet's validation set: data/photo_list.h has the lists. FOLDER:SPLIT
 * takes the rows of one split of labels.tsv. Each picture is decoded, resized and cropped as the request's profile says
 * when it is read. */
extern const dataset_kind_t dataset_imagenet;

#endif
