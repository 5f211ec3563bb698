/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/glue.h"

#include "data/sentences.h"

static const char *const labels[] = {"0", "1", NULL};

static const sentences_layout_t sst2 = {
    .names = (const char *const[]){"SST-2/dev.tsv", "SST-2_dev.tsv", "dev.tsv", NULL},
    .label = (const char *const[]){"label", NULL},
    .first = (const char *const[]){"sentence", "text", NULL},
    .labels = labels,
    .todo = "give GLUE's SST-2/dev.tsv with --data",
};

static const sentences_layout_t mrpc = {
    .names = (const char *const[]){"MRPC/dev.tsv", "MRPC_dev.tsv", "dev.tsv", NULL},
    .label = (const char *const[]){"Quality", "label", NULL},
    .first = (const char *const[]){"#1 String", "sentence1", "text1", NULL},
    .second = (const char *const[]){"#2 String", "sentence2", "text2", NULL},
    .labels = labels,
    .todo = "give GLUE's MRPC/dev.tsv with --data",
};

static outcome_t open_sst2(const dataset_request_t *request, dataset_t *dataset)
{
    return sentences_open(&sst2, request, dataset);
}

static outcome_t open_mrpc(const dataset_request_t *request, dataset_t *dataset)
{
    return sentences_open(&mrpc, request, dataset);
}

const dataset_kind_t dataset_glue_sst2 = {
    .name = "glue-sst2",
    .title = "GLUE SST-2, 872 sentences of the development set",
    .licence = "research use; not redistributed here",
    .source = "Wang et al., GLUE, ICLR 2019; gluebenchmark.com, SST-2/dev.tsv",
    .classes = 2,
    .default_path = NULL,
    .whole = 872,
    .open = open_sst2,
};

const dataset_kind_t dataset_glue_mrpc = {
    .name = "glue-mrpc",
    .title = "GLUE MRPC, 408 pairs of the development set",
    .licence = "research use; not redistributed here",
    .source = "Wang et al., GLUE, ICLR 2019; gluebenchmark.com, MRPC/dev.tsv",
    .classes = 2,
    .default_path = NULL,
    .f1 = true,
    .whole = 408,
    .open = open_mrpc,
};
