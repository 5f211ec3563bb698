/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/picture.h"

#include "base/text.h"
#include "data/picture_formats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNELS = PICTURE_CHANNELS };

/* Pillow refuses more: twice Image.MAX_IMAGE_PIXELS (DecompressionBombError). */
static const int64_t most_pixels = 178956970;

static const char todo[] = "get the file again, or leave it out with --skip-bad";

outcome_t picture_refuse(const char *where, const char *found)
{
    return outcome_failed(where, NULL, found, "a complete JPEG or PNG", todo);
}

static outcome_t check_pixels(const char *where, int64_t width, int64_t height)
{
    if (height == 0 || width <= most_pixels / height)
        return outcome_ok();
    return outcome_failed(where, NULL, text_of("%lld x %lld pixels", (long long)width, (long long)height).chars,
                          text_of("at most %lld", (long long)most_pixels).chars, todo);
}

outcome_t picture_create(const char *where, int64_t width, int64_t height, picture_t *picture)
{
    *picture = (picture_t){0};
    outcome_t result = check_pixels(where, width, height);
    if (!outcome_is_ok(&result))
        return result;
    *picture = (picture_t){.width = width, .height = height};
    picture->pixels = malloc((size_t)(width * height) * CHANNELS);
    return picture->pixels != NULL ? outcome_ok() : outcome_out_of_memory(where);
}

void picture_free(picture_t *picture)
{
    free(picture->pixels);
    *picture = (picture_t){0};
}

/* ===  Decoding  === */

typedef struct {
    const char *mark;
    size_t at, size;
    outcome_t (*decode)(const char *where, const uint8_t *bytes, size_t size, picture_t *picture); /* NULL: refused */
    const char *what;
} format_t;

/* By the first bytes: names do not matter. A file without a mark is left to libjpeg, which skips stray bytes. */
static const format_t formats[] = {
    {"\xff\xd8", 0, 2, picture_decode_jpeg, NULL},
    {"\x89PNG\r\n\x1a\n", 0, 8, picture_decode_png, NULL},
    {"GIF8", 0, 4, NULL, "a GIF picture"},
    {"WEBP", 8, 4, NULL, "a WebP picture"},
    {"BM", 0, 2, NULL, "a BMP picture"},
    {"II*\0", 0, 4, NULL, "a TIFF picture"},
    {"MM\0*", 0, 4, NULL, "a TIFF picture"},
    {"<", 0, 1, NULL, "a web page"},
    {"version https://git-lfs", 0, 23, NULL, "a Git LFS pointer, not the file"},
};

outcome_t picture_decode(const char *where, const uint8_t *bytes, size_t size, picture_t *picture)
{
    *picture = (picture_t){0};
    if (size == 0)
        return picture_refuse(where, "0 bytes");
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const format_t *format = &formats[i];
        if (size < format->at + format->size || memcmp(bytes + format->at, format->mark, format->size) != 0)
            continue;
        return format->decode != NULL ? format->decode(where, bytes, size, picture) : picture_refuse(where, format->what);
    }
    return picture_decode_jpeg(where, bytes, size, picture);
}

/* ===  Resizing  === */

/* Pillow's fixed point: a byte times a weight, summed over some tens of pixels, fits 32 bits. */
enum { PRECISION = 32 - 8 - 2 };

/* The filter of one pass: output pixel i is the sum of count[i] input pixels from first[i] on, with weights[i * longest
 * ...]. */
typedef struct {
    int64_t longest, *first, *count;
    int32_t *weights;
} kernel_t;

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* Keys (1981) with a = -0.5. */
static double cubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

static double box(double x)
{
    return x > -0.5 && x <= 0.5 ? 1 : 0;
}

static const struct {
    double (*weight)(double x);
    double support;
} filters[] = {[RESIZE_BILINEAR] = {triangle, 1}, [RESIZE_BICUBIC] = {cubic, 2}, [RESIZE_BOX] = {box, 0.5}};

static int32_t to_fixed(double weight)
{
    return (int32_t)(weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
}

static void free_kernel(kernel_t *kernel)
{
    free(kernel->first);
    free(kernel->count);
    free(kernel->weights);
}

/* When shrinking, the filter is stretched over as many input pixels as one output pixel covers (antialiasing). */
static void fill_kernel(int64_t from, int64_t to, resize_filter_t filter, double *real, kernel_t *kernel)
{
    const double scale = (double)from / (double)to, stretch = scale > 1 ? scale : 1;
    const double support = filters[filter].support * stretch, narrow = 1 / stretch;
    for (int64_t i = 0; i < to; i++) {
        const double centre = ((double)i + 0.5) * scale;
        int64_t first = (int64_t)(centre - support + 0.5), end = (int64_t)(centre + support + 0.5);
        first = first < 0 ? 0 : first;
        end = end > from ? from : end;
        double sum = 0;
        for (int64_t x = 0; x < end - first; x++)
            sum += real[x] = filters[filter].weight(((double)(x + first) - centre + 0.5) * narrow);
        for (int64_t x = 0; x < end - first; x++)
            kernel->weights[i * kernel->longest + x] = to_fixed(sum != 0 ? real[x] * (1 / sum) : real[x]);
        kernel->first[i] = first;
        kernel->count[i] = end - first;
    }
}

static outcome_t make_kernel(int64_t from, int64_t to, resize_filter_t filter, kernel_t *kernel)
{
    const double scale = (double)from / (double)to, stretch = scale > 1 ? scale : 1;
    *kernel = (kernel_t){.longest = (int64_t)ceil(filters[filter].support * stretch) * 2 + 1};
    kernel->first = malloc((size_t)to * sizeof *kernel->first);
    kernel->count = malloc((size_t)to * sizeof *kernel->count);
    kernel->weights = calloc((size_t)(to * kernel->longest), sizeof *kernel->weights);
    double *real = malloc((size_t)kernel->longest * sizeof *real);
    bool made = kernel->first != NULL && kernel->count != NULL && kernel->weights != NULL && real != NULL;
    if (made)
        fill_kernel(from, to, filter, real, kernel);
    else
        free_kernel(kernel);
    free(real);
    return made ? outcome_ok() : outcome_out_of_memory("resizing");
}

static uint8_t to_byte(int32_t sum)
{
    const int32_t value = sum >> PRECISION; /* rounds a negative sum down, as Pillow does */
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

static void resize_rows(const picture_t *source, const kernel_t *kernel, picture_t *target)
{
    for (int64_t y = 0; y < target->height; y++)
        for (int64_t x = 0; x < target->width; x++) {
            const uint8_t *pixel = source->pixels + (y * source->width + kernel->first[x]) * CHANNELS;
            const int32_t *weights = kernel->weights + x * kernel->longest;
            int32_t sums[CHANNELS] = {1 << (PRECISION - 1), 1 << (PRECISION - 1), 1 << (PRECISION - 1)};
            for (int64_t i = 0; i < kernel->count[x]; i++, pixel += CHANNELS)
                for (int channel = 0; channel < CHANNELS; channel++)
                    sums[channel] += pixel[channel] * weights[i];
            for (int channel = 0; channel < CHANNELS; channel++)
                target->pixels[(y * target->width + x) * CHANNELS + channel] = to_byte(sums[channel]);
        }
}

static void resize_columns(const picture_t *source, const kernel_t *kernel, int32_t *sums, picture_t *target)
{
    const int64_t line = source->width * CHANNELS;
    for (int64_t y = 0; y < target->height; y++) {
        const int32_t *weights = kernel->weights + y * kernel->longest;
        for (int64_t x = 0; x < line; x++)
            sums[x] = 1 << (PRECISION - 1);
        for (int64_t i = 0; i < kernel->count[y]; i++) {
            const uint8_t *row = source->pixels + (kernel->first[y] + i) * line;
            for (int64_t x = 0; x < line; x++)
                sums[x] += row[x] * weights[i];
        }
        for (int64_t x = 0; x < line; x++)
            target->pixels[y * line + x] = to_byte(sums[x]);
    }
}

outcome_t picture_resize(const picture_t *source, int64_t width, int64_t height, resize_filter_t filter, picture_t *target)
{
    kernel_t across = {0}, down = {0};
    picture_t between = {0};
    *target = (picture_t){0};
    outcome_t result = check_pixels("resizing", width, height);
    if (!outcome_is_ok(&result))
        return result;
    int32_t *sums = malloc((size_t)(width * CHANNELS) * sizeof *sums);
    if (sums == NULL) {
        result = outcome_out_of_memory("resizing");
        goto out;
    }
    if (outcome_bad(&result, make_kernel(source->width, width, filter, &across)) ||
        outcome_bad(&result, picture_create("resizing", width, source->height, &between)))
        goto out;
    if (source->width == width)
        memcpy(between.pixels, source->pixels, (size_t)(width * source->height) * CHANNELS);
    else
        resize_rows(source, &across, &between);
    if (source->height == height) {
        *target = between;
        between = (picture_t){0};
        goto out;
    }
    if (outcome_bad(&result, make_kernel(source->height, height, filter, &down)) ||
        outcome_bad(&result, picture_create("resizing", width, height, target)))
        goto out;
    resize_columns(&between, &down, sums, target);

out:
    free(sums);
    free_kernel(&across);
    free_kernel(&down);
    picture_free(&between);
    return result;
}

/* Python's int(round(total / 2)): a half goes to the even number. */
static int64_t half_rounded(int64_t total)
{
    return total / 2 + (total % 2 != 0 && total / 2 % 2 != 0);
}

outcome_t picture_crop(const picture_t *source, int64_t side, resize_filter_t filter, int64_t crop, picture_t *target)
{
    const bool tall = source->width <= source->height;
    const int64_t shorter = tall ? source->width : source->height, longer = tall ? source->height : source->width;
    const int64_t stretched = (int64_t)((double)(side * longer) / (double)shorter);
    picture_t resized = {0};
    *target = (picture_t){0};
    outcome_t result = picture_resize(source, tall ? side : stretched, tall ? stretched : side, filter, &resized);
    if (outcome_is_ok(&result))
        result = picture_create("cropping", crop, crop, target);
    if (outcome_is_ok(&result)) {
        const int64_t top = half_rounded(resized.height - crop), left = half_rounded(resized.width - crop);
        for (int64_t y = 0; y < crop; y++)
            memcpy(target->pixels + y * crop * CHANNELS, resized.pixels + ((top + y) * resized.width + left) * CHANNELS,
                   (size_t)crop * CHANNELS);
    }
    picture_free(&resized);
    return result;
}
