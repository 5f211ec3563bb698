/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG by libjpeg-turbo, set up as Pillow sets it up: accurate integer DCT and smooth upsampling, which are the defaults.
 *
 * Pictures of four components (one of ImageNet's validation set) become CMYK; the library turns YCCK into it. Pillow takes
 * all of them as Adobe writes them, inverted, with Adobe's marker or without (JpegImagePlugin.py: "assume adobe
 * conventions"), and converts CMYK to RGB as Convert.c does: k' = 255 - k, rgb = k' - c k' / 255. */
#include "data/picture_formats.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
/* clang-format off: needs the one above */
#include <jerror.h>
/* clang-format on */

enum { INKS = 4 };

/* libjpeg reports errors by callbacks; the callback for a fatal error must not return. */
typedef struct {
    struct jpeg_error_mgr manager; /* first: libjpeg knows only this part */
    jmp_buf back;
    char found[JMSG_LENGTH_MAX];
    uint8_t *inks; /* one row of CMYK, freed by the caller of setjmp() */
} failure_t;

static void give_up(j_common_ptr codec)
{
    failure_t *failure = (failure_t *)(void *)codec->err;
    codec->err->format_message(codec, failure->found);
    longjmp(failure->back, 1);
}

/* Only one warning is treated as an error: a file that ends before the picture, whose rest would be grey. */
static void warn(j_common_ptr codec, int level)
{
    if (level < 0 && codec->err->msg_code == JWRN_JPEG_EOF)
        give_up(codec);
}

/* Pillow's MULDIV255: a b / 255, rounded. */
static int product(int a, int b)
{
    const int sum = a * b + 128;
    return ((sum >> 8) + sum) >> 8;
}

static void to_rgb(const uint8_t *inks, size_t width, uint8_t *row)
{
    for (size_t x = 0; x < width; x++, inks += INKS, row += PICTURE_CHANNELS) {
        const int white = inks[3]; /* 255 - k, where k is the inverted byte */
        for (int channel = 0; channel < PICTURE_CHANNELS; channel++) {
            const int value = white - product(255 - inks[channel], white);
            row[channel] = value < 0 ? 0 : (uint8_t)value;
        }
    }
}

static void decode_rows(struct jpeg_decompress_struct *codec, uint8_t *inks, picture_t *picture)
{
    jpeg_start_decompress(codec);
    while (codec->output_scanline < codec->output_height) {
        uint8_t *row = picture->pixels + (size_t)codec->output_scanline * codec->output_width * PICTURE_CHANNELS;
        uint8_t *target = inks != NULL ? inks : row;
        jpeg_read_scanlines(codec, &target, 1);
        if (inks != NULL)
            to_rgb(inks, codec->output_width, row);
    }
    jpeg_finish_decompress(codec);
}

static outcome_t decode(const char *where, struct jpeg_decompress_struct *codec, failure_t *failure, picture_t *picture)
{
    const int components = codec->num_components;
    if (components != 1 && components != PICTURE_CHANNELS && components != INKS)
        return picture_refuse(where, text_of("%d colour components", components).chars);
    outcome_t result = picture_create(where, codec->image_width, codec->image_height, picture);
    if (!outcome_is_ok(&result))
        return result;
    codec->out_color_space = components == INKS ? JCS_CMYK : JCS_RGB;
    if (components == INKS) {
        failure->inks = malloc((size_t)codec->image_width * INKS);
        if (failure->inks == NULL)
            return outcome_out_of_memory(where);
    }
    decode_rows(codec, failure->inks, picture);
    return result;
}

outcome_t picture_decode_jpeg(const char *where, const uint8_t *bytes, size_t size, picture_t *picture)
{
    struct jpeg_decompress_struct codec;
    failure_t failure = {.inks = NULL};
    outcome_t result;
    codec.err = jpeg_std_error(&failure.manager);
    failure.manager.error_exit = give_up;
    failure.manager.emit_message = warn;
    if (setjmp(failure.back) != 0) {
        result = picture_refuse(where, failure.found);
    } else {
        jpeg_create_decompress(&codec);
        jpeg_mem_src(&codec, bytes, size);
        jpeg_read_header(&codec, TRUE);
        result = decode(where, &codec, &failure, picture);
    }
    jpeg_destroy_decompress(&codec);
    free(failure.inks);
    if (!outcome_is_ok(&result))
        picture_free(picture);
    return result;
}
