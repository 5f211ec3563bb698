/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/photos.h"

#include "base/file.h"
#include "base/text.h"
#include "data/photo_list.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const photo_list_t *photos = dataset->state;
    const profile_t *profile = dataset->request.profile;
    text_t path = photo_list_path(photos, photos->files[sample]);
    picture_t whole = {0}, cropped = {0};
    bytes_t bytes = {0};
    outcome_t result = file_read(path.chars, photo_list_todo, &bytes);
    if (outcome_is_ok(&result))
        result = picture_decode(path.chars, bytes.data, bytes.size, &whole);
    if (outcome_is_ok(&result))
        result = picture_crop(&whole, profile->picture->resize, profile->picture->filter, profile->picture->crop, &cropped);
    if (outcome_is_ok(&result))
        profile_apply_pixels(profile, cropped.pixels, cropped.width * cropped.height, values);
    file_free_bytes(&bytes);
    picture_free(&whole);
    picture_free(&cropped);
    return result;
}

static outcome_t digest(const dataset_t *dataset, int64_t sample, sha256_t *hash)
{
    const photo_list_t *photos = dataset->state;
    return sha256_file(photo_list_path(photos, photos->files[sample]).chars, hash);
}

static text_t name_of(const dataset_t *dataset, int64_t sample)
{
    const photo_list_t *photos = dataset->state;
    return text_of("%s", photos->files[sample]);
}

static void close_photos(dataset_t *dataset)
{
    photo_list_t *photos = dataset->state;
    photo_list_free(photos);
    free(photos);
}

static outcome_t open_photos(const dataset_request_t *request, dataset_t *dataset)
{
    outcome_t result = file_check_path(request->path);
    if (!outcome_is_ok(&result))
        return result;
    photo_list_t *photos = calloc(1, sizeof *photos);
    if (photos == NULL)
        return outcome_out_of_memory(request->path);
    dataset->state = photos;
    dataset->close = close_photos;
    dataset->read = read_sample;
    dataset->name_of = name_of;
    dataset->digest = digest;
    dataset->classes = request->classes;
    dataset->channels = 3;
    if (request->profile->picture == NULL)
        return outcome_failed(request->profile->name, NULL, "a profile without a crop size", "a profile for photographs",
                              NULL);
    dataset->height = dataset->width = request->profile->picture->crop;
    result = photo_list_read(request, dataset, photos);
    dataset->samples = photos->count;
    dataset->labels = photos->labels;
    return result;
}

const dataset_kind_t dataset_imagenet = {
    .name = "imagenet",
    .title = "ImageNet-1k validation, or another folder of labelled JPEGs",
    .licence = "research use, with an account; not redistributed here",
    .source = "Russakovsky et al. 2015; image-net.org, ILSVRC2012 validation",
    .whole = 50000,
    .open = open_photos,
};
