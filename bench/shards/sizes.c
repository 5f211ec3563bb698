/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shards/sizes.h"

#include "base/sha256.h"
#include "base/text.h"
#include "rows/table.h"
#include "rows/writer.h"

typedef struct {
    int64_t weights, value_bits, meta_bits, layers, whole_layers, channels, sensitive;
    const char *key;
} cells_t;

#define INTEGER(member) .name = #member, ROWS_PLACE_INTEGER(cells_t, member)
static const rows_column_t columns[] = {
    {INTEGER(weights), .heading = "Weights", .meaning = "weights of the network"},
    {INTEGER(value_bits), .heading = "Bits", .meaning = "stored bits of all weights"},
    {INTEGER(meta_bits), .heading = "Metadata", .unit = "bits", .meaning = "stored bits besides the weights"},
    {INTEGER(layers), .heading = "Layers", .meaning = "layers with weights"},
    {INTEGER(whole_layers), .heading = "Whole", .meaning = "layers with every channel at 8 bits"},
    {INTEGER(channels), .heading = "Channels", .meaning = "output channels of all layers"},
    {INTEGER(sensitive), .heading = "Sensitive", .meaning = "output channels left at 8 bits"},
    {.name = "key",
     ROWS_PLACE_TEXT(cells_t, key),
     .heading = "Key",
     .meaning = "what the numbers depend on, and their hash"},
    {.name = NULL},
};
static const rows_schema_t schema = {.name = "sizes", .about = "Bits of a network under a method.", .columns = columns};

static text_t sign(const char *key, const compress_size_t *bits)
{
    sha256_t hash;
    sha256_bytes(bits, sizeof *bits, &hash);
    return text_of("%s sizes=%.16s", key, hash.hex);
}

outcome_t sizes_write(const char *stem, const char *key, const compress_size_t *bits)
{
    const text_t signature = sign(key, bits);
    const cells_t cells = {.weights = bits->weights,
                           .value_bits = bits->value_bits,
                           .meta_bits = bits->meta_bits,
                           .layers = bits->layers,
                           .whole_layers = bits->whole_layers,
                           .channels = bits->channels,
                           .sensitive = bits->sensitive,
                           .key = signature.chars};
    rows_writer_t writer;
    outcome_t result = rows_create(&writer, &schema, text_of("%s.sizes.csv", stem).chars);
    if (!outcome_is_ok(&result))
        return result;
    rows_write(&writer, &cells);
    return rows_commit(&writer);
}

bool sizes_read(const char *stem, const char *key, compress_size_t *bits)
{
    rows_table_t table;
    outcome_t read = rows_read(&schema, text_of("%s.sizes.csv", stem).chars, &table);
    bool right = outcome_is_ok(&read) && table.count == 1;
    if (right) {
        const rows_cell_t *cells = rows_cell(&table, 0, 0);
        *bits = (compress_size_t){.weights = cells[0].integer,
                                  .value_bits = cells[1].integer,
                                  .meta_bits = cells[2].integer,
                                  .layers = cells[3].integer,
                                  .whole_layers = cells[4].integer,
                                  .channels = cells[5].integer,
                                  .sensitive = cells[6].integer};
        right = text_equal(cells[7].text, sign(key, bits).chars);
    }
    rows_table_free(&table);
    return right;
}
