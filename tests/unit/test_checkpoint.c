/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tensor/: PyTorch's checkpoints, written by python3-torch (tests/oracle/torch_checkpoints.py) and by the standard
 * library of Python (checkpoints.py) while the test runs: every tensor equal to the same one as safetensors, every
 * hostile file refused with its place. Two files of torch's are committed, for machines without it. */
#include "tensor/checkpoint.h"

#include "base/csv.h"
#include "base/file.h"
#include "base/text.h"
#include "tensor/safetensors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "testing.h"
#include "folder.h"

static void assert_equal_sets(const char *path, const tensor_set_t *found, const tensor_set_t *wanted)
{
    if (found->count != wanted->count)
        fail_msg("%s: %zu tensors, expected %zu", path, found->count, wanted->count);
    for (size_t i = 0; i < found->count; i++) {
        const tensor_t *one = &found->items[i], *other = tensor_set_find(wanted, one->name);
        if (other == NULL || one->type != other->type || one->rank != other->rank || one->count != other->count ||
            memcmp(one->shape, other->shape, sizeof one->shape) != 0 ||
            memcmp(one->data, other->data, (size_t)one->count * tensor_type_size(one->type)) != 0)
            fail_msg("%s: tensor %s differs", path, one->name);
    }
}

/* The file against PATH.safetensors, read from disk and from memory. */
static void is_read(const char *path)
{
    tensor_set_t wanted, found;
    bytes_t bytes;
    assert_ok(tensor_set_load(text_of("%s.safetensors", path).chars, NULL, &wanted));
    assert_ok(tensor_set_load(path, NULL, &found));
    assert_equal_sets(path, &found, &wanted);
    tensor_set_free(&found);
    assert_ok(file_read(path, NULL, &bytes));
    assert_ok(tensor_set_parse(path, bytes.data, bytes.size, &found));
    assert_equal_sets(path, &found, &wanted);
    tensor_set_free(&found);
    tensor_set_free(&wanted);
    file_free_bytes(&bytes);
}

static void is_refused(const char *path, const char *reason)
{
    tensor_set_t set;
    bytes_t bytes;
    assert_error(tensor_set_load(path, NULL, &set), FAULT_FAILED, reason);
    assert_int_equal(set.count, 0);
    assert_ok(file_read(path, NULL, &bytes));
    assert_error(tensor_set_parse(path, bytes.data, bytes.size, &set), FAULT_FAILED, reason);
    file_free_bytes(&bytes);
}

static void manifest_holds(size_t least_good, size_t least_bad)
{
    csv_table_t table;
    size_t good = 0;
    assert_ok(csv_read(text_of("%s/manifest.csv", folder).chars, &table));
    for (size_t row = 0; row < table.rows; row++) {
        text_t path = text_of("%s/%s", folder, csv_cell(&table, row, 0));
        const char *reason = csv_cell(&table, row, 1);
        good += reason[0] == '\0';
        if (reason[0] == '\0')
            is_read(path.chars);
        else
            is_refused(path.chars, reason);
    }
    assert_true(good >= least_good && table.rows - good >= least_bad);
    csv_free(&table);
}

static void committed_files_are_read(void **state)
{
    (void)state;
    is_read("tests/data/checkpoint.types.pth");
    is_read("tests/data/checkpoint.views.pth");
}

static void files_cut_anywhere_are_refused(void **state)
{
    (void)state;
    bytes_t bytes;
    tensor_set_t set;
    assert_ok(file_read("tests/data/checkpoint.types.pth", NULL, &bytes));
    for (size_t size = 0; size < bytes.size; size += size < 256 || size + 256 > bytes.size ? 1 : 61) {
        outcome_t outcome = tensor_set_parse("cut", bytes.data, size, &set);
        assert_true(outcome_is_error(&outcome));
    }
    file_free_bytes(&bytes);
}

static void files_of_plain_python_are_read_or_refused(void **state)
{
    (void)state;
    assert_int_equal(CHILD(child_python(), "tests/oracle/checkpoints.py", folder), 0);
    manifest_holds(9, 40);
}

static void files_of_torch_are_read_or_refused(void **state)
{
    (void)state;
    if (CHILD(child_python(), "-c", "import torch") != 0) {
        print_message("# skipped: python3-torch is not installed\n");
        skip();
    }
    assert_int_equal(CHILD(child_python(), "tests/oracle/torch_checkpoints.py", "matrix", folder), 0);
    manifest_holds(48, 10);
}

static void a_file_of_600_megabytes_is_read(void **state)
{
    (void)state;
    tensor_set_t set;
    text_t path = text_of("%s/big.pth", folder);
    assert_int_equal(CHILD(child_python(), "tests/oracle/checkpoints.py", "--big", folder), 0);
    assert_ok(tensor_set_load(path.chars, NULL, &set));
    assert_int_equal(set.count, 3);
    for (int i = 0; i < 3; i++) {
        const tensor_t *tensor = &set.items[i];
        const float *values = tensor->data;
        assert_int_equal(tensor->count, 50000000);
        assert_true(values[0] == (float)(i + 1) && values[1] == 0 && values[tensor->count - 1] == (float)(-i - 1));
    }
    tensor_set_free(&set);
    unlink(path.chars);
}

/* A set of one tensor NAME of the given values. */
static void make_set(const char *name, float first, tensor_set_t *set)
{
    tensor_t *tensor;
    *set = (tensor_set_t){0};
    assert_ok(tensor_set_reserve(set, name, TENSOR_F32, 1, (const int64_t[]){2}, &tensor));
    ((float *)tensor->data)[0] = first;
    ((float *)tensor->data)[1] = -first;
}

/* The file begins with the length of its header. Its lowest byte may be the mark of a pickle (0x80), of a zip archive ('P')
 * or of a web page ('<'). */
static void a_header_of_any_length_is_read(void **state)
{
    (void)state;
    text_t path = text_of("%s/header.safetensors", folder), note = text_of("%s", "");
    bool seen[256] = {false};
    for (int i = 0; i < 300; i++) {
        tensor_set_t set, read;
        bytes_t bytes;
        make_set("a", 1.5F, &set);
        note = text_of("%sx", note.chars);
        assert_ok(tensor_set_note(&set, "note", note.chars));
        assert_ok(safetensors_save(path.chars, &set));
        assert_ok(file_read(path.chars, NULL, &bytes));
        seen[bytes.data[0]] = true;
        assert_ok(tensor_set_load(path.chars, NULL, &read));
        assert_equal_sets(path.chars, &read, &set);
        file_free_bytes(&bytes);
        tensor_set_free(&read);
        tensor_set_free(&set);
    }
    for (int low = 0; low < 256; low += 8)
        assert_true(seen[low]);
}

static void write_text(const char *path, const char *text)
{
    outfile_t file;
    assert_ok(outfile_open(&file, path));
    fputs(text, file.stream);
    assert_ok(outfile_commit(&file));
}

static void a_checkpoint_in_several_files_is_read(void **state)
{
    (void)state;
    static const char index[] = "{\"metadata\": {\"total_size\": 16}, \"weight_map\": {\"a\": \"one.safetensors\", \"b\": "
                                "\"two.safetensors\"}}";
    text_t shards = text_of("%s/shards", folder), path = text_of("%s/model.safetensors.index.json", shards.chars);
    text_t digest, other;
    tensor_set_t one, two, both;
    make_set("a", 1, &one);
    make_set("b", 2, &two);
    assert_ok(file_make_folder(shards.chars));
    assert_error(tensor_set_load(shards.chars, NULL, &both), FAULT_FAILED, "a folder without a checkpoint");
    assert_ok(safetensors_save(text_of("%s/one.safetensors", shards.chars).chars, &one));
    assert_ok(safetensors_save(text_of("%s/two.safetensors", shards.chars).chars, &two));
    write_text(path.chars, index);
    const char *const paths[] = {path.chars, shards.chars};
    for (int i = 0; i < 2; i++) {
        assert_ok(tensor_set_load(paths[i], NULL, &both));
        assert_int_equal(both.count, 2);
        assert_true(((float *)tensor_set_find(&both, "a")->data)[0] == 1);
        assert_true(((float *)tensor_set_find(&both, "b")->data)[1] == -2);
        tensor_set_free(&both);
    }
    assert_ok(checkpoint_digest(path.chars, &digest));
    ((float *)two.items[0].data)[0] = 3;
    assert_ok(safetensors_save(text_of("%s/two.safetensors", shards.chars).chars, &two));
    assert_ok(checkpoint_digest(path.chars, &other));
    assert_string_not_equal(digest.chars, other.chars);
    assert_ok(safetensors_save(text_of("%s/two.safetensors", shards.chars).chars, &one));
    assert_error(tensor_set_load(path.chars, NULL, &both), FAULT_FAILED, "tensor b: found no such tensor");
    unlink(text_of("%s/two.safetensors", shards.chars).chars);
    assert_error(tensor_set_load(path.chars, NULL, &both), FAULT_MISSING, "two.safetensors");
    write_text(path.chars, "{\"weight_map\": {\"a\": \"../header.safetensors\"}}");
    assert_error(tensor_set_load(path.chars, NULL, &both), FAULT_FAILED, "a file beside the index");
    write_text(path.chars, "{}");
    assert_error(tensor_set_load(path.chars, NULL, &both), FAULT_FAILED, "weight_map: found none");
    tensor_set_free(&one);
    tensor_set_free(&two);
}

static void a_part_is_chosen_by_its_key(void **state)
{
    (void)state;
    if (CHILD(child_python(), "-c", "import torch") != 0) {
        print_message("# skipped: python3-torch is not installed\n");
        skip();
    }
    tensor_set_t set;
    text_t path = text_of("%s/two_parts.pth", folder), digest, other; /* of the matrix above: teacher, student */
    assert_error(tensor_set_load(path.chars, NULL, &set), FAULT_FAILED, "teacher, student");
    assert_ok(tensor_set_load(text_of("%s#student", path.chars).chars, NULL, &set));
    assert_int_equal(set.count, 7);
    tensor_set_free(&set);
    assert_error(tensor_set_load(text_of("%s#epoch", path.chars).chars, NULL, &set), FAULT_FAILED, "no state dict");
    assert_error(tensor_set_load(text_of("%s#pupil", path.chars).chars, NULL, &set), FAULT_FAILED, "no such key");
    assert_ok(checkpoint_digest(text_of("%s#student", path.chars).chars, &digest));
    assert_ok(checkpoint_digest(text_of("%s#teacher", path.chars).chars, &other));
    assert_string_not_equal(digest.chars, other.chars);
    assert_ok(tensor_set_load(text_of("%s/train.timm.pth", folder).chars, NULL, &set));
    assert_string_equal(
        tensor_set_get_note(&set, TENSOR_NOTE_PART),
        "the weights averaged over the training, under state_dict_ema; there are also those under state_dict "
        "(give FILE#state_dict)");
    tensor_set_free(&set);
    assert_ok(tensor_set_load(text_of("%s/mixed.pth", folder).chars, NULL, &set));
    assert_string_equal(tensor_set_get_note(&set, TENSOR_NOTE_LEFT_OUT), "sparse, quantised");
    tensor_set_free(&set);
}

static void a_missing_file_says_what_to_do(void **state)
{
    (void)state;
    tensor_set_t set;
    assert_error(tensor_set_load("/nonexistent/x.pth", "look there", &set), FAULT_MISSING, "look there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_files_are_read),
        cmocka_unit_test(files_cut_anywhere_are_refused),
        cmocka_unit_test(files_of_plain_python_are_read_or_refused),
        cmocka_unit_test(files_of_torch_are_read_or_refused),
        cmocka_unit_test(a_part_is_chosen_by_its_key),
        cmocka_unit_test(a_header_of_any_length_is_read),
        cmocka_unit_test(a_checkpoint_in_several_files_is_read),
        cmocka_unit_test(a_file_of_600_megabytes_is_read),
        cmocka_unit_test(a_missing_file_says_what_to_do),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, make_folder, remove_folder);
}
