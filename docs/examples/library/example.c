/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compress one made-up layer, print what that costs, and write it packed:
 *     cc example.c $(pkg-config --cflags --libs bbs) -o example && ./example bbs-mod out.bbs */
#include <bbs.h>
#include <inttypes.h>
#include <stdio.h>

enum { K = 64, C = 48, POSITIONS = 9, SIZE = K * C * POSITIONS };
static float weights[SIZE];

int main(int argc, char **argv)
{
    bbs_weights_t tensor = {"conv.weight", 4, {K, C, 3, 3}, weights, NULL, NULL, 0};
    bbs_compressed_t *compressed = NULL;
    bbs_view_t view;
    bbs_distortion_t error_of;
    bbs_error_t error;
    uint8_t *bytes = NULL;
    size_t size = 0;
    for (int i = 0; i < SIZE; i++)
        weights[i] = (float)(i * 7919 % 2001 - 1000) / 1024 * (float)(1 + i % 5);
    if (bbs_compress(&tensor, 1, argc > 1 ? argv[1] : "bbs-mod", 0, &compressed, &error) != BBS_OK ||
        bbs_distortion(&tensor, compressed, 0, &error_of, &error) != BBS_OK ||
        bbs_pack(&compressed, 1, 0, &bytes, &size, &error) != BBS_OK) {
        fprintf(stderr, "libbbs %s: %s\n", bbs_version(), error.message);
        bbs_compressed_free(compressed);
        return error.code;
    }
    bbs_view(compressed, &view);
    printf("value_bits %" PRId64 "\nmeta_bits %" PRId64 "\nsensitive %" PRId64 "\n", view.value_bits, view.meta_bits,
           view.sensitive);
    printf("mse_int8_steps2 %.9g\nsqnr_db %.9g\npacked_bytes %zu\n", error_of.mse, error_of.sqnr_db, size);
    FILE *file = argc > 2 ? fopen(argv[2], "wb") : NULL;
    int failed = argc > 2 && (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0);
    bbs_bytes_free(bytes);
    bbs_compressed_free(compressed);
    return failed;
}
