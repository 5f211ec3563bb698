/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/fashion.h"

#include "base/file.h"
#include "base/text.h"
#include "data/idx.h"

#include <stdlib.h>

enum { CLASSES = 10, SIDE = 28 };
static const char todo[] = "apt-get install dataset-fashion-mnist, or give its folder with --data";

typedef struct {
    idx_t images, labels;
    int32_t *classes; /* the labels, widened */
} fashion_t;

static outcome_t read_part(const char *folder, const char *stem, int rank, dataset_t *dataset, idx_t *idx)
{
    text_t path = text_of("%s/%s.gz", folder, stem);
    if (!file_exists(path.chars))
        path = text_of("%s/%s", folder, stem);
    outcome_t result = idx_read(path.chars, todo, rank, idx);
    if (outcome_is_ok(&result))
        dataset->files[dataset->file_count++] = path;
    return result;
}

static outcome_t check(const dataset_t *dataset, const fashion_t *fashion)
{
    const int64_t *shape = fashion->images.shape;
    if (shape[1] != SIDE || shape[2] != SIDE)
        return outcome_failed(dataset->files[0].chars, NULL,
                              text_of("images of %d x %d", (int)shape[1], (int)shape[2]).chars, "28 x 28",
                              "this is another data set");
    if (shape[0] != fashion->labels.shape[0] || shape[0] == 0)
        return outcome_failed(dataset->files[1].chars, NULL, text_of("%d labels", (int)fashion->labels.shape[0]).chars,
                              text_of("%d, one an image", (int)shape[0]).chars, "the two files do not belong together");
    for (int64_t i = 0; i < shape[0]; i++)
        if (fashion->labels.values[i] >= CLASSES)
            return outcome_failed(dataset->files[1].chars, text_of("sample %d", (int)i).chars,
                                  text_of("label %d", fashion->labels.values[i]).chars, "0 to 9",
                                  "install the data set again");
    return outcome_ok();
}

static outcome_t widen_labels(const char *path, fashion_t *fashion)
{
    int64_t count = fashion->labels.shape[0];
    fashion->classes = malloc((size_t)count * sizeof *fashion->classes);
    if (fashion->classes == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < count; i++)
        fashion->classes[i] = fashion->labels.values[i];
    return outcome_ok();
}

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const fashion_t *fashion = dataset->state;
    profile_apply_grey(dataset->request.profile, fashion->images.values + sample * SIDE * SIDE, (int64_t)SIDE * SIDE,
                       values);
    return outcome_ok();
}

static void close_fashion(dataset_t *dataset)
{
    fashion_t *fashion = dataset->state;
    idx_free(&fashion->images);
    idx_free(&fashion->labels);
    free(fashion->classes);
    free(fashion);
}

static outcome_t open_fashion(const dataset_request_t *request, dataset_t *dataset)
{
    const char *path = request->path;
    fashion_t *fashion = calloc(1, sizeof *fashion);
    if (fashion == NULL)
        return outcome_out_of_memory(path);
    dataset->state = fashion;
    dataset->close = close_fashion;
    dataset->read = read_sample;
    outcome_t result;
    const char *part = request->training ? "train" : "t10k";
    if (outcome_bad(&result, read_part(path, text_of("%s-images-idx3-ubyte", part).chars, 3, dataset, &fashion->images)) ||
        outcome_bad(&result, read_part(path, text_of("%s-labels-idx1-ubyte", part).chars, 1, dataset, &fashion->labels)) ||
        outcome_bad(&result, check(dataset, fashion)) || outcome_bad(&result, widen_labels(path, fashion)))
        return result;
    dataset->samples = fashion->images.shape[0];
    dataset->classes = CLASSES;
    dataset->channels = 3;
    dataset->height = dataset->width = SIDE;
    dataset->labels = fashion->classes;
    return outcome_ok();
}

const dataset_kind_t dataset_fashion_mnist = {
    .name = "fashion-mnist",
    .title = "Fashion-MNIST, 10,000 test images",
    .licence = "MIT (Zalando SE)",
    .source = "Xiao et al. 2017; Debian package dataset-fashion-mnist",
    .published = 10000,
    .classes = 10,
    .default_path = "/usr/share/datasets/fashion-mnist", /* Debian package dataset-fashion-mnist */
    .has_training = true,
    .open = open_fashion,
};
