/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A user's choice of networks, methods and samples: what becomes of the mode, what is refused, and which rows of a baseline
 * it is compared with. */
#include "base/file.h"
#include "base/text.h"
#include "rows/diff.h"
#include "rows/shared.h"
#include "run/choice.h"

#include <string.h>

#include "testing.h"

static const run_mode_t *mode_of(const char *name)
{
    const run_mode_t *mode;
    assert_ok(run_mode_find(name, &mode));
    return mode;
}

static void without_a_choice_the_mode_is_its_own(void **state)
{
    (void)state;
    choice_t choice;
    assert_ok(choice_open(mode_of("compact"), &(choice_request_t){.images = CHOICE_NO_IMAGES}, &choice));
    assert_null(choice.mode.material);
    assert_false(run_mode_is_chosen(&choice.mode));
    assert_string_equal(run_mode_chosen(&choice.mode).chars, "");
    assert_string_equal(run_mode_title(&choice.mode).chars, mode_of("compact")->title);
    assert_int_equal(run_mode_images(&choice.mode, "glyphs"), 8000);
    choice_free(&choice);
}

/* Losses are against int8, so it is measured too; the order is the user's. */
static void a_choice_is_material_and_words(void **state)
{
    (void)state;
    static const char *const methods[] = {"ptq:bits=5", "bbs-mod"};
    const choice_request_t request = {.nets = "vit_small,vgg16", .methods = methods, .method_count = 2, .images = 64};
    choice_t choice;
    assert_ok(choice_open(mode_of("compact"), &request, &choice));
    const material_t *material = choice.mode.material;
    assert_non_null(material);
    assert_int_equal(material->count, 2);
    assert_string_equal(material->nets[0].network->name, "vit_small");
    assert_string_equal(material->nets[1].network->name, "vgg16");
    assert_string_equal(material->nets[1].size->name, "compact");
    assert_string_equal(choice.mode.choice.methods, "int8,ptq:bits=5,bbs-mod");
    assert_int_equal(material->method_count, 3);
    assert_string_equal(material->methods[2], "bbs-mod");
    /* The number of samples holds for each data set. */
    assert_int_equal(run_mode_images(&choice.mode, "glyphs"), 64);
    assert_int_equal(run_mode_images(&choice.mode, "reviews"), 64);
    assert_string_equal(run_mode_chosen(&choice.mode).chars,
                        "networks vit_small,vgg16; methods int8,ptq:bits=5,bbs-mod; at most 64 samples a network");
    choice_free(&choice);
}

/* With methods or samples alone all networks remain, those that the mode has without a choice. */
static void what_is_not_chosen_is_the_modes(void **state)
{
    (void)state;
    choice_t choice;
    size_t shipped = 0;
    for (const network_t *const *network = net_registry; *network != NULL; network++)
        shipped++;
    assert_ok(choice_open(mode_of("smoke"), &(choice_request_t){.images = 0}, &choice));
    assert_int_equal(choice.mode.material->count, shipped);
    assert_int_equal(choice.mode.material->method_count, 0);
    assert_null(choice.mode.choice.methods);
    assert_string_equal(run_mode_chosen(&choice.mode).chars, "all samples a network");
    choice_free(&choice);
}

/* A mode that fetches its networks plans them itself, with the list as the user wrote it. */
static void a_brought_mode_has_its_own_material(void **state)
{
    (void)state;
    static const char *const methods[] = {"fp32"};
    const choice_request_t request = {.nets = "vgg16", .methods = methods, .method_count = 1, .images = CHOICE_NO_IMAGES};
    choice_t choice;
    assert_ok(choice_open(mode_of("full"), &request, &choice));
    assert_null(choice.mode.material);
    assert_string_equal(choice.mode.choice.methods, "fp32");
    assert_string_equal(choice.mode.choice.nets, "vgg16");
    choice_free(&choice);
}

static void refused(const char *nets, const char *first, const char *second, const char *fragment)
{
    const char *const methods[] = {first, second};
    const choice_request_t request = {.nets = nets,
                                      .methods = methods,
                                      .method_count = first == NULL    ? 0
                                                      : second == NULL ? 1
                                                                       : 2,
                                      .images = CHOICE_NO_IMAGES};
    choice_t choice;
    assert_error(choice_open(mode_of("smoke"), &request, &choice), FAULT_USAGE, fragment);
    choice_free(&choice);
}

static void a_wrong_choice_is_refused(void **state)
{
    (void)state;
    refused("vgg", NULL, NULL, "did you mean vgg16?");
    refused("", NULL, NULL, "--net");
    refused("mobilenet_v2", NULL, NULL, "no weights of the size compact");
    refused(NULL, "zsp", NULL, "did you mean zps?");
    refused(NULL, "bbs-mod", "bbs-mod", "bbs-mod twice");
}

/* ===  Rows that a run and a baseline have in common  === */

static const rows_column_t columns[] = {{.name = "net", .key = true},
                                        {.name = "method", .key = true},
                                        {.name = "samples"},
                                        {.name = "networks"},
                                        {.name = "loss", .kind = ROWS_REAL, .sense = ROWS_LOWER},
                                        {.name = NULL}};
static const rows_schema_t schema = {.name = "losses", .columns = columns};

static void take(const char *text, csv_table_t *table)
{
    bytes_t bytes = {.data = (uint8_t *)text_copy(text), .size = strlen(text)};
    assert_ok(csv_take(bytes, "table", table));
}

/* By hand: a/x moved and counts; a/y has other samples, the mean is over other networks, b and c are on one side only. */
static void only_rows_of_one_extent_are_shared(void **state)
{
    (void)state;
    csv_table_t before, after;
    diff_t diff;
    size_t left_out;
    take("net,method,samples,networks,loss\na,x,100,1,0.5\na,y,100,1,1\nb,x,100,1,2\nmean,x,200,2,1.25\n", &before);
    take("net,method,samples,networks,loss\nc,x,100,1,9\nmean,x,200,3,4\na,y,50,1,2\na,x,100,1,0.75\n", &after);
    assert_ok(rows_keep_shared(&before, &after, &schema, &left_out));
    assert_int_equal(left_out, 3);
    assert_int_equal(before.rows, 1);
    assert_int_equal(after.rows, 1);
    assert_ok(diff_tables(&before, &after, &schema, &diff));
    assert_int_equal(diff.compared, 1);
    assert_int_equal(diff.rows[DIFF_REGRESSED], 1);
    assert_string_equal(diff_entry_text(&diff.entries[0]).chars, "a/x loss: 0.5 → 0.75");
    diff_free(&diff);
    csv_free(&before);
    csv_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_choice_the_mode_is_its_own),
        cmocka_unit_test(a_choice_is_material_and_words),
        cmocka_unit_test(what_is_not_chosen_is_the_modes),
        cmocka_unit_test(a_brought_mode_has_its_own_material),
        cmocka_unit_test(a_wrong_choice_is_refused),
        cmocka_unit_test(only_rows_of_one_extent_are_shared),
    };
    return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
