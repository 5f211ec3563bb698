/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_DATA_GLUE_H
#define BBS_DATA_GLUE_H

#include "data/dataset.h"

/* Two development sets of GLUE (Wang et al. 2018), SST-2's (sentiment of 872 film review snippets: 0 negative, 1
 * positive) and MRPC's (408 pairs: 1 for paraphrases), in GLUE's layout (dev.tsv) or as the library `datasets` exports them
 * (sentence,label,idx; sentence1,sentence2,label,idx), separated by tabs or commas. The path is the file, its folder, or
 * GLUE's folder. */
extern const dataset_kind_t dataset_glue_sst2;
extern const dataset_kind_t dataset_glue_mrpc;

#endif
