/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_REVIEWS_H
#define BBS_DATA_REVIEWS_H

#include "data/dataset.h"

/* The stand-ins for GLUE of the compact networks, made from real reviews of fine foods (McAuley and Leskovec 2013; Debian
 * package r-cran-modeldata) by datasets/reviews.R: is a review's score great or other (in place of SST-2), and do two
 * passages come from one review (in place of MRPC)? The path is the folder that the script wrote, or the file. */
extern const dataset_kind_t dataset_reviews_sst2;
extern const dataset_kind_t dataset_reviews_mrpc;

#endif
