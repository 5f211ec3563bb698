/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/omniglot.h"

#include "base/file.h"
#include "base/text.h"
#include "data/npz.h"
#include "data/picture.h"

#include <stdlib.h>
#include <string.h>

enum { DRAWERS = 20, FIRST_TEST = 15, DRAWN = 105, SIDE = 32, PIXELS = SIDE * SIDE, CHANNELS = 3, FILES = 2 };

static const char *const stems[FILES] = {"images_background", "images_evaluation"};
static const char todo[] = "give the folder of Omniglot's images_background.npz and images_evaluation.npz with --data";
static const char train_suffix[] = ":train";

typedef struct {
    uint8_t *pixels; /* [samples, SIDE, SIDE] */
    int32_t *labels;
    int64_t room;
    int first, end; /* the people whose drawings are taken */
} omniglot_t;

/* One drawing at its size here. `drawn` has room for it in three channels. */
static outcome_t shrink(const uint8_t *bits, picture_t *drawn, uint8_t *pixels)
{
    picture_t small;
    for (int64_t i = 0; i < DRAWN * DRAWN; i++)
        memset(drawn->pixels + i * CHANNELS, bits[i] != 0 ? 0 : 255, CHANNELS);
    outcome_t result = picture_resize(drawn, SIDE, SIDE, RESIZE_BOX, &small);
    for (int64_t i = 0; i < PIXELS && outcome_is_ok(&result); i++) {
        const int bright = 2 * small.pixels[i * CHANNELS];
        pixels[i] = (uint8_t)(bright < 255 ? bright : 255);
    }
    picture_free(&small);
    return result;
}

static outcome_t make_room(const char *path, int64_t more, dataset_t *dataset)
{
    omniglot_t *omniglot = dataset->state;
    omniglot->room += more;
    uint8_t *pixels = realloc(omniglot->pixels, (size_t)omniglot->room * PIXELS);
    if (pixels != NULL)
        omniglot->pixels = pixels;
    int32_t *labels = realloc(omniglot->labels, (size_t)omniglot->room * sizeof *labels);
    if (labels != NULL)
        omniglot->labels = labels;
    return pixels != NULL && labels != NULL ? outcome_ok() : outcome_out_of_memory(path);
}

/* The drawings of one file, after those of the files before. */
static outcome_t take_images(const char *path, const npz_t *images, dataset_t *dataset)
{
    omniglot_t *omniglot = dataset->state;
    const int64_t *shape = images->shape, characters = shape[0];
    uint8_t whole[DRAWN * DRAWN * CHANNELS];
    picture_t drawn = {.pixels = whole, .width = DRAWN, .height = DRAWN};
    outcome_t result;
    if (shape[1] != DRAWERS || shape[2] != DRAWN || shape[3] != DRAWN)
        return outcome_failed(
            path, "entry images.npy",
            text_of("%d drawings a character, of %d x %d", (int)shape[1], (int)shape[2], (int)shape[3]).chars,
            text_of("%d of %d x %d", DRAWERS, DRAWN, DRAWN).chars, "this is another data set");
    result = make_room(path, characters * (omniglot->end - omniglot->first), dataset);
    for (int64_t character = 0; character < characters; character++)
        for (int drawer = omniglot->first; drawer < omniglot->end && outcome_is_ok(&result); drawer++) {
            const uint8_t *bits = images->values + (character * DRAWERS + drawer) * DRAWN * DRAWN;
            omniglot->labels[dataset->samples] = (int32_t)(dataset->classes + character);
            result = shrink(bits, &drawn, omniglot->pixels + dataset->samples * PIXELS);
            dataset->samples++;
        }
    dataset->classes += characters;
    return result;
}

static outcome_t read_sample(const dataset_t *dataset, int64_t sample, float *values)
{
    const omniglot_t *omniglot = dataset->state;
    profile_apply_grey(dataset->request.profile, omniglot->pixels + sample * PIXELS, PIXELS, values);
    return outcome_ok();
}

static text_t name_of(const dataset_t *dataset, int64_t sample)
{
    const omniglot_t *omniglot = dataset->state;
    return text_of("character %d, drawer %d", (int)omniglot->labels[sample],
                   omniglot->first + (int)(sample % (omniglot->end - omniglot->first)));
}

static void close_omniglot(dataset_t *dataset)
{
    omniglot_t *omniglot = dataset->state;
    free(omniglot->pixels);
    free(omniglot->labels);
    free(omniglot);
}

static outcome_t open_omniglot(const dataset_request_t *request, dataset_t *dataset)
{
    text_t folder = text_of("%s", request->path);
    const bool train = text_ends(folder.chars, train_suffix) && !file_is_folder(folder.chars);
    omniglot_t *omniglot = calloc(1, sizeof *omniglot);
    outcome_t result = outcome_ok();
    if (omniglot == NULL)
        return outcome_out_of_memory(request->path);
    if (train)
        folder.chars[strlen(folder.chars) - strlen(train_suffix)] = '\0';
    omniglot->first = train ? 0 : FIRST_TEST;
    omniglot->end = train ? FIRST_TEST : DRAWERS;
    dataset->state = omniglot;
    dataset->close = close_omniglot;
    dataset->read = read_sample;
    dataset->name_of = name_of;
    dataset->channels = CHANNELS;
    dataset->height = dataset->width = SIDE;
    for (int i = 0; i < FILES && outcome_is_ok(&result); i++) {
        npz_t images = {.rank = 0};
        text_t *path = &dataset->files[dataset->file_count++];
        *path = text_of("%s/%s.npz", folder.chars, stems[i]);
        if (!outcome_bad(&result, npz_read(path->chars, todo, "images", NPZ_MAX_RANK, &images)))
            result = take_images(path->chars, &images, dataset);
        npz_free(&images);
    }
    dataset->labels = omniglot->labels;
    return result;
}

const dataset_kind_t dataset_omniglot = {
    .name = "omniglot",
    .title = "Omniglot, 1,623 characters, 5 unseen drawers",
    .licence = "MIT",
    .source = "Lake et al., Science 2015; NumPy archives (bench/data/omniglot.h)",
    .classes = 1623,
    .whole = 8115,
    .open = open_omniglot,
};
