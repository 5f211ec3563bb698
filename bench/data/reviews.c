/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/reviews.h"

#include "data/sentences.h"

static const char folder[] = "build/datasets"; /* where `make datasets` writes */
static const char todo[] = "run `make datasets`, or give the folder that datasets/reviews.R wrote with --data";

static const sentences_layout_t scores = {
    .names = (const char *const[]){"test.tsv", NULL},
    .label = (const char *const[]){"score", NULL},
    .first = (const char *const[]){"review", NULL},
    .labels = (const char *const[]){"other", "great", NULL},
    .todo = todo,
};

static const sentences_layout_t pairs = {
    .names = (const char *const[]){"pairs-test.tsv", NULL},
    .label = (const char *const[]){"label", NULL},
    .first = (const char *const[]){"passage1", NULL},
    .second = (const char *const[]){"passage2", NULL},
    .labels = (const char *const[]){"0", "1", NULL},
    .todo = todo,
};

/* The training part has the same form under another name. */
static outcome_t open_part(const sentences_layout_t *test, const char *training, const dataset_request_t *request,
                           dataset_t *dataset)
{
    const char *const names[] = {training, NULL};
    sentences_layout_t layout = *test;
    if (request->training)
        layout.names = names;
    return sentences_open(&layout, request, dataset);
}

static outcome_t open_scores(const dataset_request_t *request, dataset_t *dataset)
{
    return open_part(&scores, "train.tsv", request, dataset);
}

static outcome_t open_pairs(const dataset_request_t *request, dataset_t *dataset)
{
    return open_part(&pairs, "pairs-train.tsv", request, dataset);
}

/* models/train/baselines.py; each was fitted to the training part. */
static const dataset_baseline_t scores_baseline = {
    .method = "tf-idf of words and word pairs", .correct = 774, .samples = 1000, .source = "models/compact/baselines.csv"};
static const dataset_baseline_t pairs_baseline = {
    .method = "five measures of shared words", .correct = 725, .samples = 1000, .source = "models/compact/baselines.csv"};

const dataset_kind_t dataset_reviews_sst2 = {
    .name = "reviews-sst2",
    .title = "fine food reviews, great or other",
    .licence = "MIT (package)",
    .source = "McAuley and Leskovec 2013; Debian package r-cran-modeldata, small_fine_foods",
    .published = 1000,
    .classes = 2,
    .default_path = folder,
    .has_training = true,
    .baseline = &scores_baseline,
    .open = open_scores,
};

const dataset_kind_t dataset_reviews_mrpc = {
    .name = "reviews-mrpc",
    .title = "pairs of passages from fine food reviews",
    .licence = "MIT (package)",
    .source = "McAuley and Leskovec 2013; Debian package r-cran-modeldata, pairs made by datasets/reviews.R",
    .published = 1000,
    .classes = 2,
    .default_path = folder,
    .has_training = true,
    .f1 = true,
    .baseline = &pairs_baseline,
    .open = open_pairs,
};
