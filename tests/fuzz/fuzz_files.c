/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libFuzzer target: any bytes as one of the small files that the suite reads. The first byte chooses the reader. What is
 * read and can be written comes back the same; what is refused names the file. */
#include "accel/accel.h"
#include "accel/configuration.h"
#include "base/catalogue.h"
#include "base/file.h"
#include "data/dataset.h"
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
#include "weights/portrait_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* An error says which file it is about. */
static void names_its_file(const outcome_t *outcome, const char *folder)
{
    must(strstr(outcome_text(outcome), folder) != NULL);
}

/* The layers of a known network, for files that belong to one. */
static void table_of(net_table_t *table)
{
    const network_t *network;
    outcome_t found = net_find("vgg16", &network);
    must(outcome_is_ok(&found));
    found = net_layers(network, network->sizes[0], table);
    must(outcome_is_ok(&found));
}

/* ===  The readers: each gets the file and, for errors, its folder  === */

static void read_rows(const char *path, const char *folder)
{
    rows_table_t rows;
    outcome_t read = rows_read(&accuracy_schema, path, &rows);
    if (!outcome_is_ok(&read)) {
        names_its_file(&read, folder);
        return;
    }
    const size_t count = rows.count;
    outcome_t written = rows_write_csv(&rows, path);
    must(outcome_is_ok(&written));
    rows_table_free(&rows);
    read = rows_read(&accuracy_schema, path, &rows);
    must(outcome_is_ok(&read) && rows.count == count);
    rows_table_free(&rows);
}

static void read_record(const char *path, const char *folder)
{
    manifest_t manifest;
    run_mode_t mode;
    const text_t record = text_of("%s/run.json", folder);
    must(rename(path, record.chars) == 0);
    outcome_t read = manifest_open(folder, &manifest);
    if (outcome_is_ok(&read)) {
        read = manifest_mode(&manifest, &mode);
        (void)manifest_is_finished(&manifest);
        must(manifest_file_count(&manifest) >= 0);
        read = manifest_write(&manifest);
        must(outcome_is_ok(&read));
        manifest_free(&manifest);
    } else {
        names_its_file(&read, folder);
    }
    unlink(record.chars);
}

static void read_claims(const char *path, const char *folder)
{
    claims_t claims;
    outcome_t read = claims_read(path, &claims);
    if (outcome_is_ok(&read))
        claims_free(&claims);
    else
        names_its_file(&read, folder);
}

static void read_portraits(const char *path, const char *folder)
{
    portraits_t portraits;
    outcome_t read = portraits_read(path, &portraits);
    if (!outcome_is_ok(&read)) {
        names_its_file(&read, folder);
        return;
    }
    read = portraits_write(path, &portraits);
    must(outcome_is_ok(&read));
    portraits_free(&portraits);
    read = portraits_read(path, &portraits);
    must(outcome_is_ok(&read));
    portraits_free(&portraits);
}

static void read_ranges(const char *path, const char *folder)
{
    net_table_t table;
    net_ranges_t ranges;
    table_of(&table);
    outcome_t read = net_ranges_load(path, &table, &ranges);
    if (outcome_is_ok(&read))
        net_ranges_free(&ranges);
    else
        names_its_file(&read, folder);
    net_table_free(&table);
}

/* Damaged answers are no error: they are computed again. What counts as found holds answers of the right range. */
static void read_predictions(const char *path, const char *folder)
{
    predictions_t expected;
    bool found;
    const text_t stem = text_of("%s/answers", folder), csv = text_of("%s.csv", stem.chars);
    must(rename(path, csv.chars) == 0);
    outcome_t made = predictions_create(3, &expected);
    if (!outcome_is_ok(&made))
        return;
    for (int i = 0; i < 3; i++)
        expected.sample[i] = i, expected.label[i] = i % 2;
    outcome_t read = predictions_load(stem.chars, "key", -1, 9, &expected, &found);
    must(outcome_is_ok(&read));
    for (int i = 0; i < 3 && found; i++)
        must(expected.predicted[i] >= -1 && expected.predicted[i] <= 9);
    predictions_free(&expected);
    unlink(csv.chars);
}

static void read_layers(const char *path, const char *folder)
{
    net_user_t user;
    outcome_t read = net_user_read(path, &user);
    if (outcome_is_ok(&read))
        net_user_free(&user);
    else
        names_its_file(&read, folder);
}

static void read_configuration(const char *path, const char *folder)
{
    enum { MOST = 32 };
    accel_config_t configs[MOST];
    size_t count = 0;
    while (accelerator_registry[count] != NULL)
        count++;
    must(count <= MOST);
    outcome_t read = configuration_load(path, accelerator_registry, count, configs);
    if (!outcome_is_ok(&read))
        names_its_file(&read, folder);
}

static void read_catalogue(const char *path, const char *folder)
{
    catalogue_t catalogue;
    outcome_t read = catalogue_read(path, &catalogue);
    if (outcome_is_ok(&read))
        catalogue_free(&catalogue);
    else
        names_its_file(&read, folder);
}

static void read_shards(const char *path, const char *folder)
{
    shards_t shards;
    outcome_t read = shards_read(path, &shards);
    if (outcome_is_ok(&read))
        shards_free(&shards);
    else
        names_its_file(&read, folder);
}

/* A list of pictures; none of them is there. */
static void read_pictures(const char *path, const char *folder)
{
    dataset_t dataset;
    const profile_t *profile;
    const text_t list = text_of("%s/val.txt", folder);
    must(rename(path, list.chars) == 0);
    outcome_t found = profile_find("torchvision-v1", &profile);
    must(outcome_is_ok(&found));
    const dataset_request_t request = {.path = folder, .profile = profile, .classes = 1000};
    outcome_t opened = dataset_open("imagenet", &request, &dataset);
    if (outcome_is_ok(&opened))
        dataset_close(&dataset);
    else
        names_its_file(&opened, folder);
    unlink(list.chars);
}

static void read_description(const char *path, const char *folder)
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
    if (!outcome_is_ok(&read))
        names_its_file(&read, folder);
    file_free_bytes(&bytes);
}

typedef void (*reader_t)(const char *path, const char *folder);
static const reader_t readers[] = {read_rows,      read_record,      read_claims,   read_portraits,
                                   read_ranges,    read_predictions, read_layers,   read_configuration,
                                   read_catalogue, read_shards,      read_pictures, read_description};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/tmp/bbs-fuzz-XXXXXX";
    if (size == 0 || mkdtemp(folder) == NULL)
        return 0;
    const text_t path = text_of("%s/file.ini", folder);
    FILE *stream = fopen(path.chars, "wb");
    must(stream != NULL && fwrite(data + 1, 1, size - 1, stream) == size - 1);
    must(fclose(stream) == 0);
    readers[data[0] % (sizeof readers / sizeof *readers)](path.chars, folder);
    unlink(path.chars);
    must(rmdir(folder) == 0);
    return 0;
}
