/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON when memory is out: no tree that lacks a member is ever printed, and a text that is right is never called wrong. */
#include "testing.h"

#include "base/file.h"
#include "base/json.h"
#include "tensor/safetensors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* cJSON's allocations until one of them fails; -1: none fails. */
static int allocations_left = -1;

static void *allocate(size_t size)
{
    if (allocations_left == 0) {
        errno = ENOMEM;
        return NULL;
    }
    allocations_left -= allocations_left > 0;
    return malloc(size);
}

static void hook(int allocations)
{
    cJSON_Hooks hooks = {.malloc_fn = allocate, .free_fn = free};
    allocations_left = allocations;
    cJSON_InitHooks(&hooks);
}

static int unhook(void **state)
{
    (void)state;
    cJSON_InitHooks(NULL);
    return 0;
}

static cJSON *build(void)
{
    cJSON *root = cJSON_CreateObject();
    json_add_text(root, "name", "conv");
    json_add_flag(root, "flag", true);
    json_add_null(root, "none");
    cJSON *list = json_add_array(root, "list");
    json_append_number(list, 5);
    json_set_text(json_append_object(list), "deep", "text");
    json_set_number(json_add_object(root, "object"), "number", 1.5);
    return root;
}

static const char expected[] =
    "{\"name\":\"conv\",\"flag\":true,\"none\":null,\"list\":[5,{\"deep\":\"text\"}],\"object\":{\"number\":1.5}}";

/* The n-th allocation fails, for every n: the text is whole or there is none. */
static void a_tree_is_printed_whole_or_not_at_all(void **state)
{
    (void)state;
    int failures = 0;
    for (int n = 0;; n++) {
        hook(n);
        cJSON *root = build();
        char *text = json_print(root, false);
        bool all_went_well = allocations_left > 0;
        if (text != NULL)
            assert_string_equal(text, expected);
        failures += text == NULL;
        free(text);
        cJSON_Delete(root);
        if (all_went_well)
            break;
    }
    assert_true(failures >= 15); /* 9 items, 8 keys and texts, and the printing */
}

static void a_tree_knows_that_it_lacks_a_member(void **state)
{
    (void)state;
    hook(-1);
    cJSON *root = build();
    assert_true(json_is_whole(root));
    json_add_text(cJSON_GetObjectItem(root, "object"), "lost", NULL);
    assert_false(json_is_whole(root));
    assert_null(json_print(root, true));
    json_add_text(NULL, "nowhere", "x");
    cJSON_Delete(root);
    assert_false(json_is_whole(NULL));
}

static void a_lack_of_memory_is_not_a_wrong_text(void **state)
{
    (void)state;
    cJSON *json;
    for (int n = 0; n < 5; n++) {
        hook(n);
        assert_error(json_parse("file", "header", "an object", expected, strlen(expected), &json), FAULT_FAILED, "memory");
        assert_null(json);
        assert_error(json_read("file", expected, strlen(expected), &json), FAULT_FAILED, "memory");
    }
    hook(-1);
    assert_error(json_parse("file", "header", "an object", "{\"a\":", 5, &json), FAULT_FAILED,
                 "file: header: found no JSON object, expected an object");
    assert_error(json_parse("file", NULL, "an object", "[1]", 3, &json), FAULT_FAILED, "no JSON object");
    assert_ok(json_read("file", "{\"a\":", 5, &json));
    assert_null(json);
    assert_ok(json_parse("file", "header", "an object", expected, strlen(expected), &json));
    cJSON_Delete(json);
}

/* Every allocation of the header fails once: an error and no file, or the right file. */
static void a_safetensors_file_is_whole_or_absent(void **state)
{
    (void)state;
    char path[] = "/tmp/bbs-json-XXXXXX";
    tensor_set_t set = {0}, back;
    tensor_t *tensor;
    assert_true(close(mkstemp(path)) == 0);
    assert_ok(tensor_set_reserve(&set, "fc.weight", TENSOR_I8, 2, (const int64_t[]){2, 3}, &tensor));
    memset(tensor->data, 7, 6);
    assert_ok(tensor_set_note(&set, "method", "ra"));
    int failures = 0;
    for (int n = 0;; n++) {
        unlink(path);
        hook(n);
        outcome_t saved = safetensors_save(path, &set);
        bool all_went_well = allocations_left > 0;
        hook(-1);
        if (outcome_is_ok(&saved)) {
            assert_ok(safetensors_load(path, NULL, &back));
            assert_true(back.count == 1 && back.note_count == 1 && memcmp(back.items[0].data, tensor->data, 6) == 0);
            tensor_set_free(&back);
        } else {
            assert_error(saved, FAULT_FAILED, "memory");
            assert_false(file_exists(path));
            failures++;
        }
        if (all_went_well)
            break;
    }
    assert_true(failures >= 15);
    unlink(path);
    tensor_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_tree_is_printed_whole_or_not_at_all, unhook),
        cmocka_unit_test_teardown(a_tree_knows_that_it_lacks_a_member, unhook),
        cmocka_unit_test_teardown(a_lack_of_memory_is_not_a_wrong_text, unhook),
        cmocka_unit_test_teardown(a_safetensors_file_is_whole_or_absent, unhook),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
