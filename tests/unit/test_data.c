/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data/: idx files, good and damaged at every place; Fashion-MNIST from a folder made here; fixed subsets. */
#include "data/dataset.h"
#include "data/idx.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "testing.h"
#include "folder.h"

static void write_file(const char *name, const uint8_t *bytes, size_t size)
{
    FILE *stream = fopen(inside(name).chars, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    fclose(stream);
}

/* `count` labels 0, 1, ..., 9, 0, ... and images whose pixels are all (sample mod 251). */
static void write_set(int count)
{
    size_t images = 16 + 28 * 28 * (size_t)count, labels = 8 + (size_t)count;
    uint8_t *bytes = calloc(images, 1);
    memcpy(bytes, "\0\0\x08\x01\0\0\0", 7);
    bytes[7] = (uint8_t)count;
    for (int i = 0; i < count; i++)
        bytes[8 + i] = (uint8_t)(i % 10);
    write_file("t10k-labels-idx1-ubyte", bytes, labels);
    memcpy(bytes, "\0\0\x08\x03\0\0\0\0\0\0\0\x1c\0\0\0\x1c", 16);
    bytes[7] = (uint8_t)count;
    for (int i = 0; i < count; i++)
        memset(bytes + 16 + (size_t)i * 28 * 28, i % 251, 28 * 28);
    write_file("t10k-images-idx3-ubyte", bytes, images);
    free(bytes);
}

static void damaged_idx_files_are_refused(void **state)
{
    (void)state;
    const uint8_t good[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};
    uint8_t bad[sizeof good];
    idx_t idx;
    write_file("x", good, sizeof good);
    assert_ok(idx_read(inside("x").chars, NULL, 1, &idx));
    assert_int_equal(idx.shape[0], 2);
    assert_int_equal(idx.values[1], 9);
    idx_free(&idx);
    assert_error(idx_read(inside("x").chars, NULL, 3, &idx), FAULT_FAILED, "header");
    for (size_t cut = 0; cut < sizeof good; cut++) {
        write_file("x", good, cut);
        assert_error(idx_read(inside("x").chars, NULL, 1, &idx), FAULT_FAILED, cut < 8 ? "header" : "truncated");
    }
    for (size_t i = 0; i < 8; i++) {
        memcpy(bad, good, sizeof good);
        bad[i] ^= 0x40;
        write_file("x", bad, sizeof bad);
        assert_error(idx_read(inside("x").chars, NULL, 1, &idx), FAULT_FAILED, i < 4 ? "magic" : "by its sizes");
    }
    assert_error(idx_read(inside("none").chars, "install it", 1, &idx), FAULT_MISSING, "install it");
}

static outcome_t open_fashion(const char *path, dataset_t *dataset)
{
    dataset_request_t request = {.path = path};
    assert_ok(profile_find("fashion-mnist-v1", &request.profile));
    return dataset_open("fashion-mnist", &request, dataset);
}

static void a_sample_is_normalised_by_its_profile(void **state)
{
    (void)state;
    dataset_t dataset;
    float values[3 * 28 * 28];
    write_set(20);
    assert_ok(open_fashion(folder, &dataset));
    assert_int_equal(dataset.samples, 20);
    assert_int_equal(dataset.file_count, 2);
    for (int sample = 0; sample < 20; sample++) { /* the picture and the label of one sample */
        assert_int_equal(dataset.labels[sample], sample % 10);
        assert_ok(dataset_read(&dataset, sample, values));
        for (int i = 0; i < 3 * 28 * 28; i++)
            assert_true(fabs((double)values[i] - (sample / 255.0 - 0.2860) / 0.3530) < 1e-6);
    }
    dataset_close(&dataset);
}

static void files_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    dataset_t dataset;
    write_set(20);
    write_file("t10k-labels-idx1-ubyte", (const uint8_t *)"\0\0\x08\x01\0\0\0\x01\x05", 9);
    assert_error(open_fashion(folder, &dataset), FAULT_FAILED, "do not belong together");
    write_set(1);
    write_file("t10k-labels-idx1-ubyte", (const uint8_t *)"\0\0\x08\x01\0\0\0\x01\x0a", 9);
    assert_error(open_fashion(folder, &dataset), FAULT_FAILED, "sample 0: found label 10");
    assert_error(open_fashion("/nowhere", &dataset), FAULT_MISSING, "apt-get install dataset-fashion-mnist");
    assert_error(dataset_open("nonesuch", &(dataset_request_t){0}, &dataset), FAULT_USAGE,
                 "no such data set, expected cifar10, ");
}

static void a_subset_is_balanced_and_fixed(void **state)
{
    (void)state;
    dataset_t dataset;
    int64_t list[50], again[50], whole[200];
    int counts[10] = {0};
    write_set(200);
    assert_ok(open_fashion(folder, &dataset));
    assert_ok(dataset_subset(&dataset, 50, list));
    assert_ok(dataset_subset(&dataset, 50, again));
    assert_memory_equal(list, again, sizeof list);
    for (int i = 0; i < 50; i++) {
        counts[dataset.labels[list[i]]]++;
        assert_true(i == 0 || list[i] > list[i - 1]);
    }
    for (int i = 0; i < 10; i++)
        assert_int_equal(counts[i], 5);
    /* A longer list holds every shorter one, and one that is shorter than the classes are many prefers none of them. */
    for (int64_t count = 1; count < 50; count++) {
        assert_ok(dataset_subset(&dataset, count, again));
        assert_ok(dataset_subset(&dataset, count + 1, list));
        for (int64_t i = 0, at = 0; i < count; i++, at++) {
            at += list[at] != again[i];
            assert_int_equal(list[at], again[i]);
        }
    }
    assert_ok(dataset_subset(&dataset, 1, list));
    assert_int_not_equal(dataset.labels[list[0]], 0);
    assert_ok(dataset_subset(&dataset, 200, whole));
    for (int i = 0; i < 200; i++)
        assert_int_equal(whole[i], i);
    dataset_close(&dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_idx_files_are_refused),
        cmocka_unit_test(a_sample_is_normalised_by_its_profile),
        cmocka_unit_test(files_that_do_not_belong_together_are_refused),
        cmocka_unit_test(a_subset_is_balanced_and_fixed),
    };
    return cmocka_run_group_tests_name("data", tests, make_folder, remove_folder);
}
