/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain set: integer loops, one product after the other. Weights lie as [k, kh, kw, c], so that the innermost loop goes
 * along the channels of a pixel, as the activations do. */
#include "engine/product.h"

#include "base/text.h"
#include "engine/tiles.h"

#include <stdlib.h>

struct product {
    product_shape_t shape;
    int16_t *weights;
};

int64_t product_groups(const product_shape_t *shape)
{
    return shape->groups > 1 ? shape->groups : 1;
}

int64_t product_weights(const product_shape_t *shape)
{
    return shape->c / product_groups(shape) * shape->kh * shape->kw;
}

outcome_t product_check(const product_shape_t *shape, int64_t first, int64_t rows, const int16_t *weights)
{
    const int64_t count = product_weights(shape);
    for (int64_t k = 0; k < rows; k++) {
        int64_t total = 0;
        for (int64_t i = 0; i < count; i++)
            total += weights[k * count + i] < 0 ? -weights[k * count + i] : weights[k * count + i];
        if (total > INT32_MAX / UINT8_MAX)
            return outcome_failed("integer kernels", text_of("output channel %d", (int)(first + k)).chars,
                                  text_of("sum of |weights| %lld", (long long)total).chars,
                                  text_of("at most %d, so that sums stay in 32 bits", INT32_MAX / UINT8_MAX).chars,
                                  "use --activations fp32");
    }
    return outcome_ok();
}

int64_t product_pair_bytes(int64_t n, int64_t k)
{
    const tiles_shape_t tiles = {.outputs = n, .taps = 1, .c = k};
    return tiles_bytes(&tiles) > 2 * n * k ? tiles_bytes(&tiles) : 2 * n * k; /* oneDNN: b in two halves */
}

void product_give(const int32_t *sums, int64_t rows, int64_t k, const product_reader_t *reader)
{
    if (reader != NULL)
        reader->read(reader->context, &(product_piece_t){.rows = rows, .outputs = k, .sums = sums, .stride = k});
}

static outcome_t open_plain(const product_shape_t *shape, product_t **opened)
{
    product_t *product = calloc(1, sizeof *product);
    *opened = product;
    if (product == NULL)
        return outcome_out_of_memory("integer weights");
    product->shape = *shape;
    product->weights = calloc((size_t)(shape->k * product_weights(shape)), sizeof *product->weights);
    return product->weights != NULL ? outcome_ok() : outcome_out_of_memory("integer weights");
}

static outcome_t set_plain(product_t *product, int64_t first, int64_t rows, const int16_t *weights)
{
    const product_shape_t *shape = &product->shape;
    const int64_t places = shape->kh * shape->kw, c = shape->c / product_groups(shape);
    for (int64_t k = 0; k < rows; k++)
        for (int64_t i = 0; i < c; i++)
            for (int64_t place = 0; place < places; place++)
                product->weights[((first + k) * places + place) * c + i] = weights[(k * c + i) * places + place];
    return product_check(shape, first, rows, weights);
}

static int64_t scratch_plain(const product_t *product)
{
    (void)product;
    return 0;
}

static int32_t dot(const uint8_t *a, const int16_t *b, int64_t count)
{
    int32_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static int32_t convolve_at(const product_t *product, const uint8_t *source, int64_t y, int64_t x, int64_t k)
{
    const product_shape_t *shape = &product->shape;
    const int64_t groups = product_groups(shape), c = shape->c / groups, first = k / (shape->k / groups) * c;
    int32_t sum = 0;
    for (int64_t ky = 0; ky < shape->kh; ky++)
        for (int64_t kx = 0; kx < shape->kw; kx++) {
            const int64_t row = y * shape->stride - shape->pad_top + ky, column = x * shape->stride - shape->pad_left + kx;
            if (row >= 0 && row < shape->in_h && column >= 0 && column < shape->in_w)
                sum += dot(source + (row * shape->in_w + column) * shape->c + first,
                           product->weights + ((k * shape->kh + ky) * shape->kw + kx) * c, c);
        }
    return sum;
}

static bool convolve_plain(const product_t *product, const uint8_t *source, int32_t *sums, void *scratch,
                           const product_reader_t *reader)
{
    const product_shape_t *shape = &product->shape;
    (void)scratch;
    for (int64_t y = 0; y < shape->out_h; y++)
        for (int64_t x = 0; x < shape->out_w; x++)
            for (int64_t k = 0; k < shape->k; k++)
                sums[(y * shape->out_w + x) * shape->k + k] = convolve_at(product, source, y, x, k);
    product_give(sums, shape->out_h * shape->out_w, shape->k, reader);
    return true;
}

static bool multiply_plain(const product_t *product, int64_t rows, const uint8_t *source, int64_t stride, int64_t first,
                           int64_t count, int32_t *sums, void *scratch, const product_reader_t *reader)
{
    const product_shape_t *shape = &product->shape;
    (void)scratch;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t k = 0; k < shape->k; k++)
            sums[row * shape->k + k] = dot(source + row * stride, product->weights + k * shape->c + first, count);
    product_give(sums, rows, shape->k, reader);
    return true;
}

static void pack_plain(bool transposed, int64_t n, int64_t k, const int8_t *b, int8_t *packed)
{
    (void)transposed;
    (void)n;
    (void)k;
    (void)b;
    (void)packed;
}

static bool pair_plain(bool transposed, int64_t m, int64_t n, int64_t k, const uint8_t *a, const int8_t *b,
                       const int8_t *packed, int32_t *sums, int64_t stride, int32_t *more)
{
    (void)packed;
    (void)more;
    for (int64_t row = 0; row < m; row++)
        for (int64_t column = 0; column < n; column++) {
            int32_t sum = 0;
            for (int64_t i = 0; i < k; i++)
                sum += a[row * k + i] * b[transposed ? column * k + i : i * n + column];
            sums[row * stride + column] = sum;
        }
    return true;
}

static void close_plain(product_t *product)
{
    if (product == NULL)
        return;
    free(product->weights);
    free(product);
}

const product_set_t product_plain = {.open = open_plain,
                                     .set = set_plain,
                                     .scratch = scratch_plain,
                                     .convolve = convolve_plain,
                                     .multiply = multiply_plain,
                                     .pack = pack_plain,
                                     .pair = pair_plain,
                                     .close = close_plain};
