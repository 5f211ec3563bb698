/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as one of the small files that the suite reads. The first byte chooses the reader. What is
 * read and can be written comes back the same; what is refused names the file. */
#include "accel/accel.h"
#include "accel/configuration.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "data/npz.h"
#include "data/profile_description.h"
#include "experiments/claims.h"
#include "measure/accuracy_rows.h"
#include "measure/predictions.h"
#include "nets/net.h"
#include "nets/ranges.h"
#include "nets/user.h"
#include "rows/table.h"
#include "run/manifest_files.h"
#include "tensor/shards.h"
#include "weights/density.h"
#include "weights/portrait_file.h"

#include "small_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The layers of a known network, for files that belong to one. */
static const network_t *table_of(net_table_t *table)
{
    const network_t *network;
    outcome_t found = net_find("vgg16", &network);
    must(outcome_is_ok(&found));
    found = net_layers(network, network->sizes[0], table);
    must(outcome_is_ok(&found));
    return network;
}

/* ===  The readers: each gets the file and, for errors, its folder, and returns whether it was read  === */

static bool read_rows(const char *path, const char *folder)
{
    rows_table_t rows;
    outcome_t read = rows_read(&accuracy_schema, path, &rows);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    const size_t count = rows.count;
    outcome_t written = rows_write_csv(&rows, path);
    must(outcome_is_ok(&written));
    rows_table_free(&rows);
    read = rows_read(&accuracy_schema, path, &rows);
    must(outcome_is_ok(&read) && rows.count == count);
    rows_table_free(&rows);
    return true;
}

static bool read_record(const char *path, const char *folder)
{
    manifest_t manifest;
    run_mode_t mode;
    const text_t record = text_of("%s/run.json", folder);
    must(rename(path, record.chars) == 0);
    outcome_t read = manifest_open(folder, &manifest);
    if (outcome_is_ok(&read)) {
        (void)manifest_mode(&manifest, &mode);
        (void)manifest_is_finished(&manifest);
        must(manifest_file_count(&manifest) >= 0);
        const outcome_t written = manifest_write(&manifest);
        must(outcome_is_ok(&written));
        manifest_free(&manifest);
    }
    unlink(record.chars);
    return outcome_is_ok(&read) || refused(&read, folder);
}

static bool read_claims(const char *path, const char *folder)
{
    claims_t claims;
    outcome_t read = claims_read(path, &claims);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    claims_free(&claims);
    return true;
}

static bool read_portraits(const char *path, const char *folder)
{
    portraits_t portraits;
    outcome_t read = portraits_read(path, &portraits);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    read = portraits_write(path, &portraits);
    must(outcome_is_ok(&read));
    portraits_free(&portraits);
    read = portraits_read(path, &portraits);
    must(outcome_is_ok(&read));
    portraits_free(&portraits);
    return true;
}

static bool read_ranges(const char *path, const char *folder)
{
    net_table_t table;
    net_ranges_t ranges;
    (void)table_of(&table);
    outcome_t read = net_ranges_load(path, &table, &ranges);
    net_table_free(&table);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    net_ranges_free(&ranges);
    return true;
}

/* Damaged answers are no error: they are computed again. What counts as found holds answers of the right range. */
static bool read_predictions(const char *path, const char *folder)
{
    predictions_t expected;
    bool found = false;
    const text_t stem = text_of("%s/answers", folder), csv = text_of("%s.csv", stem.chars);
    must(rename(path, csv.chars) == 0);
    outcome_t made = predictions_create(3, &expected);
    must(outcome_is_ok(&made));
    for (int i = 0; i < 3; i++)
        expected.sample[i] = i, expected.label[i] = i % 2;
    outcome_t read = predictions_load(stem.chars, "key", -1, 9, &expected, &found);
    must(outcome_is_ok(&read));
    for (int i = 0; i < 3 && found; i++)
        must(expected.predicted[i] >= -1 && expected.predicted[i] <= 9);
    predictions_free(&expected);
    unlink(csv.chars);
    return found;
}

static bool read_layers(const char *path, const char *folder)
{
    net_user_t user;
    outcome_t read = net_user_read(path, &user);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    net_user_free(&user);
    return true;
}

static bool read_configuration(const char *path, const char *folder)
{
    enum { MOST = 32 };
    accel_config_t configs[MOST];
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    must(count <= MOST);
    outcome_t read = configuration_load(path, accelerator_registry, count, configs);
    return outcome_is_ok(&read) || refused(&read, folder);
}

static bool read_catalogue(const char *path, const char *folder)
{
    catalogue_t catalogue;
    outcome_t read = catalogue_read(path, &catalogue);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    catalogue_free(&catalogue);
    return true;
}

static bool read_shards(const char *path, const char *folder)
{
    shards_t shards;
    outcome_t read = shards_read(path, &shards);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    shards_free(&shards);
    return true;
}

/* A list of pictures; none of them is there, which is found when one is read. */
static bool read_pictures(const char *path, const char *folder)
{
    dataset_t dataset;
    const profile_t *profile;
    const text_t list = text_of("%s/val.txt", folder);
    must(rename(path, list.chars) == 0);
    outcome_t found = profile_find("torchvision-v1", &profile);
    must(outcome_is_ok(&found));
    const dataset_request_t request = {.path = folder, .profile = profile, .classes = 1000};
    outcome_t opened = dataset_open("imagenet", &request, &dataset);
    unlink(list.chars);
    if (!outcome_is_ok(&opened))
        return refused(&opened, folder);
    dataset_close(&dataset);
    return true;
}

static bool read_description(const char *path, const char *folder)
{
    bytes_t bytes;
    profile_description_t description;
    const profile_t *profile, *chosen;
    bool found;
    outcome_t read = profile_find("torchvision-v1", &profile);
    must(outcome_is_ok(&read));
    read = file_read(path, NULL, &bytes);
    must(outcome_is_ok(&read));
    read = profile_describe(folder, (const char *)bytes.data, profile, 224, &description, &chosen, &found);
    file_free_bytes(&bytes);
    return outcome_is_ok(&read) || refused(&read, folder);
}

static bool read_densities(const char *path, const char *folder)
{
    net_table_t table;
    density_layers_t layers;
    const network_t *network = table_of(&table);
    outcome_t read = density_read(path, network, network->sizes[0]->name, &table, &layers);
    for (size_t i = 0; i < table.count && outcome_is_ok(&read); i++)
        must(layers.input[i] > 0 && layers.input[i] <= 1 && layers.output[i] > 0 && layers.output[i] <= 1);
    net_table_free(&table);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    density_layers_free(&layers);
    return true;
}

/* Every value that the shape promises is there to be read. */
static void read_values(const uint8_t *values, int rank, const int64_t *shape)
{
    volatile uint8_t sum = 0;
    int64_t count = 1;
    for (int i = 0; i < rank; i++)
        count *= shape[i];
    for (int64_t i = 0; i < count; i++)
        sum = (uint8_t)(sum ^ values[i]);
}

static bool read_idx(const char *path, const char *folder)
{
    idx_t idx;
    outcome_t read = idx_read(path, NULL, 3, &idx);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    read_values(idx.values, idx.rank, idx.shape);
    idx_free(&idx);
    return true;
}

static bool read_array(const char *path, const char *folder)
{
    npz_t array;
    outcome_t read = npz_read(path, NULL, "images", 3, &array);
    if (!outcome_is_ok(&read))
        return refused(&read, folder);
    read_values(array.values, array.rank, array.shape);
    npz_free(&array);
    return true;
}

/* In the order of the seeds in tests/fuzz/seeds.sh and tests/unit/test_fuzz_files.c. */
static const reader_t readers[] = {read_rows,        read_record,      read_claims,        read_portraits, read_ranges,
                                   read_predictions, read_layers,      read_configuration, read_catalogue, read_shards,
                                   read_pictures,    read_description, read_densities,     read_idx,       read_array};

/* The bytes as a file of that reader. */
static bool read_as(size_t reader, const uint8_t *data, size_t size)
{
    return read_small_file(readers[reader], data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0)
        (void)read_as(data[0] % (sizeof readers / sizeof *readers), data + 1, size - 1);
    return 0;
}
