/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNG by libpng, for the picture of ImageNet that is a PNG under the name .JPEG, and for people's own folders.
 *
 * As Pillow's convert("RGB"): palettes and small depths become bytes, alpha is dropped, of 16-bit colours the upper byte is
 * taken; 16-bit grey is Pillow's mode I, whose values above 255 become 255. Gamma and profiles are ignored. */
#include "data/picture_formats.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

enum { GREY16 = 2 /* bytes of a pixel of 16-bit grey */ };

typedef struct {
    const uint8_t *bytes;
    size_t size, at;
    char found[128];
    png_bytep *rows;
    uint8_t *grey; /* pixels of 16-bit grey */
} source_t;

static void give_up(png_structp codec, png_const_charp message)
{
    source_t *source = png_get_error_ptr(codec);
    text_shorten(message, source->found, sizeof source->found);
    png_longjmp(codec, 1);
}

static void ignore(png_structp codec, png_const_charp message)
{
    (void)codec;
    (void)message;
}

static void take(png_structp codec, png_bytep data, size_t size)
{
    source_t *source = png_get_io_ptr(codec);
    if (size > source->size - source->at)
        png_error(codec, "the end of the file");
    memcpy(data, source->bytes + source->at, size);
    source->at += size;
}

/* Values above 255 become 255. */
static void clip(const uint8_t *grey, picture_t *picture)
{
    for (int64_t i = 0; i < picture->width * picture->height; i++)
        memset(picture->pixels + i * PICTURE_CHANNELS, grey[GREY16 * i] > 0 ? 255 : grey[GREY16 * i + 1], PICTURE_CHANNELS);
}

static void ask_for_bytes(png_structp codec, bool grey16)
{
    if (grey16)
        return;
    png_set_strip_16(codec);
    png_set_palette_to_rgb(codec);
    png_set_expand_gray_1_2_4_to_8(codec);
    png_set_gray_to_rgb(codec);
    png_set_strip_alpha(codec);
}

static outcome_t decode(const char *where, png_structp codec, png_infop info, source_t *source, picture_t *picture)
{
    png_read_info(codec, info);
    const int64_t width = png_get_image_width(codec, info), height = png_get_image_height(codec, info);
    const bool grey16 = png_get_color_type(codec, info) == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(codec, info) == 16;
    outcome_t result = picture_create(where, width, height, picture);
    if (!outcome_is_ok(&result))
        return result;
    const size_t pixel = grey16 ? GREY16 : PICTURE_CHANNELS, line = (size_t)width * pixel;
    source->grey = grey16 ? malloc(line * (size_t)height) : NULL;
    source->rows = malloc((size_t)height * sizeof *source->rows);
    if (source->rows == NULL || (grey16 && source->grey == NULL))
        return outcome_out_of_memory(where);
    for (int64_t y = 0; y < height; y++)
        source->rows[y] = (grey16 ? source->grey : picture->pixels) + (size_t)y * line;
    ask_for_bytes(codec, grey16);
    png_set_interlace_handling(codec);
    png_read_update_info(codec, info);
    if (png_get_rowbytes(codec, info) != line)
        return picture_refuse(where, "a PNG of another layout of pixels");
    png_read_image(codec, source->rows);
    if (grey16)
        clip(source->grey, picture);
    return result;
}

outcome_t picture_decode_png(const char *where, const uint8_t *bytes, size_t size, picture_t *picture)
{
    source_t source = {.bytes = bytes, .size = size};
    png_structp codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, give_up, ignore);
    png_infop info = codec != NULL ? png_create_info_struct(codec) : NULL;
    outcome_t result;
    if (info == NULL) {
        png_destroy_read_struct(&codec, NULL, NULL);
        return outcome_out_of_memory(where);
    }
    if (setjmp(png_jmpbuf(codec)) != 0) {
        result = picture_refuse(where, source.found);
    } else {
        png_set_read_fn(codec, &source, take);
        result = decode(where, codec, info, &source, picture);
    }
    png_destroy_read_struct(&codec, &info, NULL);
    free(source.rows);
    free(source.grey);
    if (!outcome_is_ok(&result))
        picture_free(picture);
    return result;
}
