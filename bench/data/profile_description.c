/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/profile_description.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { MOST_SIDE = 4096 };

static const double default_crop_pct = 0.875; /* timm/data/constants.py: DEFAULT_CROP_PCT */

static outcome_t refuse(const char *where, const char *key, const char *found, const char *expected)
{
    return outcome_failed(where, key, found, expected, "say the preprocessing with --profile");
}

/* The object that holds mean and std. */
static const cJSON *find_object(const cJSON *root)
{
    static const char *const names[] = {"pretrained_cfg", "default_cfg", "transforms"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *inner = cJSON_GetObjectItemCaseSensitive(root, names[i]);
        if (cJSON_GetObjectItemCaseSensitive(inner, "mean") != NULL)
            return inner;
    }
    return cJSON_GetObjectItemCaseSensitive(root, "mean") != NULL ? root : NULL;
}

static outcome_t take_colours(const char *where, const cJSON *object, const char *key, double least, float *values)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, key);
    int i = 0;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != 3)
        return refuse(where, key, "no list of 3 numbers", "one for red, green and blue");
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        if (!cJSON_IsNumber(item) || !(item->valuedouble >= least) || item->valuedouble > 1)
            return refuse(where, key, "a value outside the range", text_of("%g to 1, of channels in 0..1", least).chars);
        values[i++] = (float)item->valuedouble;
    }
    return outcome_ok();
}

/* A side in pixels: a number, or the last of a list. `*side` stays as it is when there is none. */
static outcome_t take_side(const char *where, const cJSON *object, const char *key, int64_t *side)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsArray(item) && cJSON_GetArraySize(item) > 0)
        item = cJSON_GetArrayItem(item, cJSON_GetArraySize(item) - 1);
    if (item == NULL || cJSON_IsNull(item))
        return outcome_ok();
    if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > MOST_SIDE)
        return refuse(where, key, "no size", text_of("1 to %d pixels", MOST_SIDE).chars);
    *side = (int64_t)item->valuedouble;
    return outcome_ok();
}

static outcome_t take_filter(const char *where, const cJSON *object, resize_filter_t *filter)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "interpolation");
    const char *name = cJSON_IsString(item) ? item->valuestring : "";
    const char *dot = strrchr(name, '.'); /* "InterpolationMode.BICUBIC" */
    name = dot != NULL ? dot + 1 : name;
    if (strcasecmp(name, "bilinear") == 0)
        *filter = RESIZE_BILINEAR;
    else if (strcasecmp(name, "bicubic") == 0)
        *filter = RESIZE_BICUBIC;
    else if (name[0] != '\0')
        return refuse(where, "interpolation", name, "bilinear or bicubic");
    return outcome_ok();
}

static outcome_t take_picture(const char *where, const cJSON *object, int64_t crop, profile_picture_t *picture)
{
    const cJSON *mode = cJSON_GetObjectItemCaseSensitive(object, "crop_mode");
    const cJSON *share = cJSON_GetObjectItemCaseSensitive(object, "crop_pct");
    double crop_pct = cJSON_IsNumber(share) ? share->valuedouble : default_crop_pct;
    outcome_t result;
    picture->crop = crop;
    if (outcome_bad(&result, take_filter(where, object, &picture->filter)) ||
        outcome_bad(&result, take_side(where, object, "input_size", &picture->crop)) ||
        outcome_bad(&result, take_side(where, object, "crop_size", &picture->crop)))
        return result;
    if (cJSON_IsString(mode) && !text_equal(mode->valuestring, "center"))
        return refuse(where, "crop_mode", mode->valuestring, "center");
    if (!(crop_pct > 0.1) || crop_pct > 1)
        return refuse(where, "crop_pct", text_of("%g", crop_pct).chars, "0.1 to 1");
    picture->resize = (int64_t)floor((double)picture->crop / crop_pct);
    return take_side(where, object, "resize_size", &picture->resize);
}

static void name_it(profile_description_t *description)
{
    const profile_t *profile = &description->profile;
    text_t picture = profile->picture == NULL ? text_of("%s", "")
                                              : text_of("resize %d %s crop %d ", (int)profile->picture->resize,
                                                        profile->picture->filter == RESIZE_BICUBIC ? "bicubic" : "bilinear",
                                                        (int)profile->picture->crop);
    snprintf(description->name, sizeof description->name, "%.80smean %g %g %g std %g %g %g", picture.chars,
             (double)profile->mean[0], (double)profile->mean[1], (double)profile->mean[2], (double)profile->std[0],
             (double)profile->std[1], (double)profile->std[2]);
}

outcome_t profile_describe(const char *where, const char *json, const profile_t *base, int64_t crop,
                           profile_description_t *description, const profile_t **chosen, bool *found)
{
    cJSON *root;
    *found = false;
    outcome_t result = json_read(where, json, strlen(json), &root);
    if (!outcome_is_ok(&result))
        return result;
    const cJSON *object = find_object(root);
    *found = cJSON_GetObjectItemCaseSensitive(object, "std") != NULL;
    *description = (profile_description_t){.profile = *base};
    if (!*found)
        goto out;
    profile_t *profile = &description->profile;
    if (outcome_bad(&result, take_colours(where, object, "mean", 0, profile->mean)) ||
        outcome_bad(&result, take_colours(where, object, "std", 1e-3, profile->std)))
        goto out;
    if (base->picture != NULL) {
        description->picture = *base->picture;
        if (outcome_bad(&result, take_picture(where, object, crop, &description->picture)))
            goto out;
        profile->picture = &description->picture;
    }
    name_it(description);
    profile->name = description->name;
    profile->source = "the description beside the weights";
    *chosen = profile_like(profile);
    if (*chosen == NULL)
        *chosen = profile;

out:
    cJSON_Delete(root);
    return result;
}
