/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_OMNIGLOT_H
#define BBS_DATA_OMNIGLOT_H

#include "data/dataset.h"

/* Omniglot (Lake, Salakhutdinov and Tenenbaum 2015; github.com/brendenlake/omniglot, MIT): 1,623 characters of 50
 * alphabets, each drawn once by 20 people, 105 x 105 bits. Here it is a task of 1,623 classes: the drawings of people 15 to
 * 19 (counted from 0) are the test part, 8,115 samples; PATH:train are those of people 0 to 14.
 *
 * PATH is a folder with images_background.npz and images_evaluation.npz (data/npz.h): `images`, [characters, 20, 105, 105]
 * of bool or uint8, 0 where there is ink. Classes count through the characters of the first file, then of the second.
 * A sample is 32 x 32, grey in three channels: ink is bright, whole pixels are averaged as Pillow's BOX filter does, and
 * twice that, at most 255, is the pixel, because lines of two or three pixels are thin at this size. */
extern const dataset_kind_t dataset_omniglot;

#endif
