/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/cifar.h"

#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>

enum { CLASSES = 10, SIDE = 32, PIXELS = SIDE * SIDE, RECORD = 1 + 3 * PIXELS };
static const char todo[] = "give a file or folder of CIFAR-10's binary version (test_batch.bin) with --data";

typedef struct {
    bytes_t bytes;
    int32_t *labels;
} cifar_t;

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const cifar_t *cifar = dataset->state;
    profile_apply_planes(dataset->request.profile, cifar->bytes.data + sample * RECORD + 1, PIXELS, values);
    return outcome_ok();
}

static void close_cifar(dataset_t *dataset)
{
    cifar_t *cifar = dataset->state;
    file_free_bytes(&cifar->bytes);
    free(cifar->labels);
    free(cifar);
}

static outcome_t take_labels(const char *path, cifar_t *cifar, int64_t samples)
{
    cifar->labels = malloc((size_t)samples * sizeof *cifar->labels);
    if (cifar->labels == NULL)
        return outcome_out_of_memory(path);
    for (int64_t i = 0; i < samples; i++) {
        cifar->labels[i] = cifar->bytes.data[i * RECORD];
        if (cifar->labels[i] >= CLASSES)
            return outcome_failed(path, text_of("record %d", (int)i).chars,
                                  text_of("label %d", (int)cifar->labels[i]).chars, "0 to 9",
                                  "this is another file, or a damaged one");
    }
    return outcome_ok();
}

static outcome_t open_cifar(const dataset_request_t *request, dataset_t *dataset)
{
    text_t path =
        file_is_folder(request->path) ? text_of("%s/test_batch.bin", request->path) : text_of("%s", request->path);
    cifar_t *cifar = calloc(1, sizeof *cifar);
    outcome_t result;
    if (cifar == NULL)
        return outcome_out_of_memory(path.chars);
    dataset->state = cifar;
    dataset->close = close_cifar;
    dataset->read = read_sample;
    if (outcome_bad(&result, file_read(path.chars, todo, &cifar->bytes)))
        return result;
    if (cifar->bytes.size == 0 || cifar->bytes.size % RECORD != 0)
        return outcome_failed(path.chars, NULL, text_of("%zu bytes", cifar->bytes.size).chars,
                              text_of("a multiple of %d", RECORD).chars, "this is another file, or a truncated one");
    dataset->samples = (int64_t)cifar->bytes.size / RECORD;
    dataset->classes = CLASSES;
    dataset->channels = 3;
    dataset->height = dataset->width = SIDE;
    dataset->files[dataset->file_count++] = path;
    result = take_labels(path.chars, cifar, dataset->samples);
    dataset->labels = cifar->labels;
    return result;
}

const dataset_kind_t dataset_cifar10 = {
    .name = "cifar10",
    .title = "CIFAR-10, 10,000 test images",
    .licence = "not stated by its authors",
    .source = "Krizhevsky 2009; cs.toronto.edu/~kriz/cifar.html, binary version",
    .published = 10000,
    .classes = 10,
    .open = open_cifar,
};
