/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BBS_WEIGHTS_DENSITY_H
#define BBS_WEIGHTS_DENSITY_H

#include "base/outcome.h"
#include "nets/net.h"
#include "rows/schema.h"

/* Densities: the share of activations that are not zero when they are rounded to 8 bits. */

/* The assumed density of a family, where no network is run to measure it. */
typedef struct {
    const char *family; /* of networks; NULL: any other */
    double density;     /* of the inputs of every layer except one that reads the image, which is dense */
    const char *source;
} density_t;

const density_t *density_assumed(const char *family);

/* A row of `bbsbench density`: one layer, or `total`. */
typedef struct {
    const char *net, *size, *layer;
    double input_density, output_density;
    int64_t samples;
    const char *data, *weights;
} density_row_t;

extern const rows_schema_t density_schema;
extern const char density_total[]; /* "total" */

/* Measured densities of a network. */
typedef struct {
    double *input, *output; /* [layers of the table], above 0 */
    double total;           /* mean of the layers that read no image, weighted by multiplications */
} density_layers_t;

/* Read the rows of one network and size from a file of density_schema. Layers that the file lacks are an error that names
 * them. Free with density_layers_free(). */
outcome_t density_read(const char *path, const network_t *network, const char *size, const net_table_t *table,
                       density_layers_t *layers);
void density_layers_free(density_layers_t *layers);

/* The mean over the layers that read no image, weighted by multiplications; NaN without such layers. */
double density_mean(const net_table_t *table, const double *densities);

#endif
