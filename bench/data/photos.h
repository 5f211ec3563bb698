/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_PHOTOS_H
#define BBS_DATA_PHOTOS_H

#include "data/dataset.h"

/* A folder of labelled JPEGs, such as ImageNet's validation set. FOLDER has one of
 *   labels.tsv  header file<TAB>label[<TAB>split]; FOLDER:SPLIT takes the rows of one split
 *   val.txt     "FILE LABEL" a line, as Caffe's ImageNet tools write it
 *   folders     one per class, in the order of their names: labels 0, 1, 2, ...; samples in the order of the files' own
 * names Each picture is decoded, resized and cropped as the request's profile says when it is read. */
extern const dataset_kind_t dataset_imagenet;

#endif
